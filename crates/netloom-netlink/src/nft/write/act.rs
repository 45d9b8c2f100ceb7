//! Statements that need no register: the name of their instruction, and its data.

use crate::Writer;
use crate::nft::chain::put_counter;
use crate::nft::object::{put_limit, put_quota, put_synproxy};
use netloom_model::ruleset::statement::{Log, Reject, Statement};

pub(super) fn plain(statement: &Statement) -> Option<(&'static str, Writer)> {
    let mut data = Writer::default();
    let name = match statement {
        Statement::Counter(counter) => {
            put_counter(*counter, &mut data);
            "counter"
        }
        Statement::Limit(limit) => {
            put_limit(limit, &mut data);
            "limit"
        }
        Statement::Quota(quota) => {
            put_quota(quota, &mut data);
            "quota"
        }
        Statement::ConnLimit { count, over } => {
            data.be32(1, *count);
            data.be32(2, (*over).into());
            "connlimit"
        }
        Statement::Log(log) => {
            put_log(log, &mut data);
            "log"
        }
        Statement::Reject(reject) => {
            put_reject(*reject, &mut data);
            "reject"
        }
        Statement::Notrack => "notrack",
        Statement::Synproxy(proxy) => {
            put_synproxy(proxy, &mut data);
            "synproxy"
        }
        Statement::FlowAdd(name) => {
            data.text(1, name);
            "flow_offload"
        }
        Statement::ResetTcpOption(kind) => {
            const TCP: u32 = 1;
            data.u8(2, *kind);
            data.be32(6, TCP);
            "exthdr"
        }
        _ => return None,
    };
    Some((name, data))
}

fn put_log(log: &Log, data: &mut Writer) {
    if let Some(prefix) = &log.prefix {
        data.text(2, prefix);
    }
    if let Some(group) = log.group {
        data.be16(1, group);
        if let Some(len) = log.snaplen {
            data.be32(3, len);
        }
        if let Some(count) = log.queue_threshold {
            data.be16(4, count);
        }
        return;
    }
    if let Some(level) = log.level {
        data.be32(5, level.into());
    }
    if log.flags != 0 {
        data.be32(6, log.flags.into());
    }
}

fn put_reject(reject: Reject, data: &mut Writer) {
    let (kind, code) = match reject {
        Reject::Icmp(code) | Reject::Icmpv6(code) => (0, code),
        Reject::TcpReset => (1, 0),
        Reject::Icmpx(code) => (2, code),
    };
    data.be32(1, kind);
    data.u8(2, code);
}
