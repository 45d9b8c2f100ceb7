//! Connections as the model tells them.

use super::connection::{Connection, Protocol};
use super::table::Direction;
use super::tuple::Tuple;
use crate::namespace::NsId;
use crate::net::Net;
use netloom_model::Time;
use netloom_model::conntrack::{Connection as Told, Statistics};

/// How many there are, those included that are not confirmed.
pub(crate) fn count(net: &Net, ns: NsId) -> usize {
    let conntrack = net.ns(ns).conntrack.as_ref();
    conntrack.map_or(0, |conntrack| conntrack.table.len())
}

/// Those that are confirmed.
pub(crate) fn list(net: &Net, ns: NsId) -> Vec<Told> {
    let Some(conntrack) = &net.ns(ns).conntrack else {
        return Vec::new();
    };
    let all = conntrack.table.iter().map(|(_, connection)| connection);
    let confirmed = all.filter(|connection| connection.is_confirmed());
    confirmed.map(|c| c.describe(net.now)).collect()
}

/// What was counted of connections.
pub(crate) fn statistics(net: &Net, ns: NsId) -> Statistics {
    let conntrack = net.ns(ns).conntrack.as_ref();
    conntrack.map_or_else(Statistics::default, |conntrack| {
        let stats = &conntrack.stats;
        Statistics {
            invalid: stats.invalid,
            insert: stats.insert,
            insert_failed: stats.insert_failed,
            drop: stats.drop,
            early_drop: stats.early_drop,
            clash_resolve: stats.clash_resolve,
            found: stats.others.found,
            error: stats.others.error,
            search_restart: stats.others.search_restart,
            chain_too_long: stats.others.chain_too_long,
        }
    })
}

impl Connection {
    pub(crate) fn describe(&self, now: Time) -> Told {
        let [original, reply] = [&self.tuples[0], &self.tuples[1]].map(Tuple::describe);
        let one_way = |direction: Direction| {
            let only = 1 << direction as u8;
            (self.zone.directions == only && self.zone.id != 0).then_some(self.zone.id)
        };
        Told {
            id: self.id,
            original,
            reply,
            status: self.status,
            timeout: self.seconds_left(now),
            state: match &self.protocol {
                Protocol::Tcp(tcp) => Some(tcp.state.name().to_owned()),
                Protocol::Sctp(sctp) => Some(sctp.state.name().to_owned()),
                Protocol::None | Protocol::Udp { .. } => None,
            },
            mark: self.mark,
            zone: match self.zone.directions {
                3 => self.zone.id,
                _ => 0,
            },
            original_zone: one_way(Direction::Original),
            reply_zone: one_way(Direction::Reply),
            labels: self.labels.as_deref().copied(),
            helper: (self.more.as_ref())
                .and_then(|more| more.helper.as_ref())
                .map(|helper| helper.which().name().to_owned()),
            tags: match &self.protocol {
                Protocol::Sctp(sctp) => Some(sctp.tags),
                _ => None,
            },
            began: self.began(),
            lived: self.began().map(|began| now.since(began).as_secs() as u32),
            counters: self.counters.as_deref().copied(),
            references: 1,
        }
    }

    /// When it was confirmed, where that is kept.
    fn began(&self) -> Option<Time> {
        self.more.as_ref()?.began
    }

    /// Seconds until it is forgotten.
    pub(crate) fn seconds_left(&self, now: Time) -> u32 {
        let left = if self.is_confirmed() {
            self.expires.0.saturating_sub(now.0)
        } else {
            self.expires.0
        };
        u32::try_from(left / 1_000_000_000).unwrap_or(u32::MAX)
    }
}
