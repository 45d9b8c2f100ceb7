//! Statements that need no register.

use super::Reader;
use crate::Attributes;
use crate::nft::chain::counter;
use crate::nft::object::{limit, quota, synproxy};
use netloom_model::ruleset::TableFamily;
use netloom_model::ruleset::implied;
use netloom_model::ruleset::statement::{Log, Reject, Statement};

/// How serious a line of the log is where the rule does not say it.
const WARNING: u8 = 4;

impl Reader<'_> {
    pub(super) fn act(&mut self, name: &str, data: Attributes<'_>) -> Option<()> {
        let statement = match name {
            "counter" => Statement::Counter(counter(data)),
            "limit" => Statement::Limit(limit(data)),
            "quota" => Statement::Quota(quota(data)),
            "connlimit" => Statement::ConnLimit {
                count: data.be32(1)?,
                over: data.be32(2).unwrap_or(0) & 1 != 0,
            },
            "log" => Statement::Log(log(data)),
            "reject" => Statement::Reject(self.reject(data)?),
            "notrack" => Statement::Notrack,
            "synproxy" => Statement::Synproxy(synproxy(data)),
            "flow_offload" => Statement::FlowAdd(data.text(1)?),
            _ => return None,
        };
        self.say(statement)
    }

    /// What the sender is told (`NFTA_REJECT_*`).
    fn reject(&self, data: Attributes<'_>) -> Option<Reject> {
        let code = data.u8(2).unwrap_or(0);
        Some(match data.be32(1)? {
            0 => match implied::network(self.family, &self.statements) {
                Some(TableFamily::Ip6) => Reject::Icmpv6(code),
                _ => Reject::Icmp(code),
            },
            1 => Reject::TcpReset,
            2 => Reject::Icmpx(code),
            _ => return None,
        })
    }
}

/// How a packet is logged (`NFTA_LOG_*`).
fn log(data: Attributes<'_>) -> Log {
    let group = data.be16(1);
    Log {
        prefix: data.text(2).filter(|prefix| !prefix.is_empty()),
        level: data
            .be32(5)
            .and_then(|level| u8::try_from(level).ok())
            .filter(|level| *level != WARNING && group.is_none()),
        group,
        snaplen: data.be32(3).filter(|len| *len != 0),
        queue_threshold: data.be16(4).filter(|count| *count != 0),
        flags: data.be32(6).unwrap_or(0) as u8,
    }
}
