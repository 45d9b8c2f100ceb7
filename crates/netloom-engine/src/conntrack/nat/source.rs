//! What sources are translated to: who sends from the same address and port to somebody else keeps what
//! it was translated to, if that is free there (`nf_nat_bysource`; RFC 4787 section 4.1).

use crate::conntrack::connection::Connection;
use crate::conntrack::table::{Direction, Table};
use crate::conntrack::tuple::Tuple;
use core::hash::BuildHasher;
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Sources that are translated, each with the connection that was so last.
#[derive(Clone, Debug, Default)]
pub(crate) struct BySource {
    last: HashMap<u64, (u32, u32), FixedState>,
    hasher: FixedState,
}

/// How many may be there before those are looked for whose connections are gone.
const MANY: usize = 1024;

impl BySource {
    /// An empty one, whose hashes begin with a seed.
    pub(crate) fn new(seed: u64) -> BySource {
        BySource {
            last: HashMap::default(),
            hasher: FixedState::with_seed(seed),
        }
    }

    fn key(&self, tuple: &Tuple, zone: u16) -> u64 {
        let source = (tuple.src, tuple.sport, tuple.protocol, tuple.v6, zone);
        self.hasher.hash_one(source)
    }

    /// A connection's source is translated.
    pub(super) fn note(&mut self, place: u32, table: &Table) {
        let Some(connection) = table.get(place) else {
            return;
        };
        if self.last.len() > 2 * table.len() + MANY {
            let there = |&mut (place, stamp): &mut (u32, u32)| {
                table.get(place).is_some_and(|found| found.stamp == stamp)
            };
            self.last.retain(|_, at| there(at));
        }
        let zone = connection.zone.id(Direction::Original);
        let key = self.key(&connection.tuples[0], zone);
        self.last.insert(key, (place, connection.stamp));
    }

    /// What the source of a tuple is translated to elsewhere.
    pub(super) fn find(&self, table: &Table, tuple: &Tuple, zone: u16) -> Option<([u8; 16], u16)> {
        let (place, stamp) = *self.last.get(&self.key(tuple, zone))?;
        let found: &Connection = table.get(place).filter(|found| found.stamp == stamp)?;
        let own = &found.tuples[0];
        let same = (own.src, own.sport, own.protocol, own.v6)
            == (tuple.src, tuple.sport, tuple.protocol, tuple.v6)
            && found.zone.id(Direction::Original) == zone;
        let back = found.tuples[1].invert()?;
        same.then_some((back.src, back.sport))
    }
}
