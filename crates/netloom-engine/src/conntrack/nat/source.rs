//! What sources are translated to: who sends from the same address and port to somebody else keeps what
//! it was translated to, if that is free there (`nf_nat_bysource`; RFC 4787 section 4.1).

use crate::conntrack::connection::Connection;
use crate::conntrack::table::{Direction, Table};
use crate::conntrack::tuple::Tuple;
use core::hash::BuildHasher;
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Sources that are translated, each with the connections that were so, the last one first.
#[derive(Clone, Debug, Default)]
pub(crate) struct BySource {
    last: HashMap<u64, At, FixedState>,
    /// The one before, of those that were not the first of their source.
    before: HashMap<At, At, FixedState>,
    hasher: FixedState,
}

/// The place of a connection and its stamp.
type At = (u32, u32);

/// How many may be there before those are looked for whose connections are gone.
const MANY: usize = 1024;

impl BySource {
    /// An empty one, whose hashes begin with a seed.
    pub(crate) fn new(seed: u64) -> BySource {
        BySource {
            last: HashMap::default(),
            before: HashMap::default(),
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
        if self.last.len() + self.before.len() > 2 * table.len() + MANY {
            self.forget_gone(table);
        }
        let zone = connection.zone.id(Direction::Original);
        let key = self.key(&connection.tuples[0], zone);
        let own = (place, connection.stamp);
        if let Some(before) = self.last.insert(key, own) {
            self.before.insert(own, before);
        }
    }

    /// Forgets those whose connections are gone.
    fn forget_gone(&mut self, table: &Table) {
        let is_there = |at: At| at_of(table, at).is_some();
        let older = &self.before;
        let next_there = |mut at: Option<At>| {
            while let Some(gone) = at.filter(|at| !is_there(*at)) {
                at = older.get(&gone).copied();
            }
            at
        };
        let last = self.last.iter();
        let last = last.filter_map(|(key, at)| Some((*key, next_there(Some(*at))?)));
        let last: HashMap<u64, At, FixedState> = last.collect();
        let before = older.iter().filter(|(own, _)| is_there(**own));
        let before = before.filter_map(|(own, at)| Some((*own, next_there(Some(*at))?)));
        let before: HashMap<At, At, FixedState> = before.collect();
        (self.last, self.before) = (last, before);
    }

    /// The place of the connection that was translated last from the source of a tuple.
    #[inline]
    pub(in crate::conntrack) fn last(&self, tuple: &Tuple, zone: u16) -> Option<u32> {
        let last = self.last.get(&self.key(tuple, zone));
        last.map(|(place, _)| *place)
    }

    /// What the source of a tuple is translated to elsewhere, the last first.
    pub(super) fn all(
        &self,
        table: &Table,
        tuple: &Tuple,
        zone: u16,
    ) -> impl Iterator<Item = ([u8; 16], u16)> {
        let first = self.last.get(&self.key(tuple, zone)).copied();
        // One is looked for when it is asked for: mostly the first will do.
        let (mut at, mut begun) = (None, false);
        let all = core::iter::from_fn(move || {
            at = match at {
                Some(at) => self.before.get(&at).copied(),
                None if begun => None,
                None => first,
            };
            begun = true;
            at
        });
        all.filter_map(move |at| {
            let found = at_of(table, at)?;
            let own = &found.tuples[0];
            let same = (own.src, own.sport, own.protocol, own.v6)
                == (tuple.src, tuple.sport, tuple.protocol, tuple.v6)
                && found.zone.id(Direction::Original) == zone;
            let back = found.tuples[1].invert()?;
            same.then_some((back.src, back.sport))
        })
    }
}

fn at_of(table: &Table, (place, stamp): At) -> Option<&Connection> {
    table.get(place).filter(|found| found.stamp == stamp)
}
