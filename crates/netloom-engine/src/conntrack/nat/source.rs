//! What sources are translated to: who sends from the same address and port to somebody else keeps what
//! it was translated to, if that is free there (`nf_nat_bysource`; RFC 4787 section 4.1).
//!
//! Connections whose source is translated hang in chains by their source, each linked to its neighbours,
//! so that one leaves without the others being looked at.

use crate::arena::Arena;
use crate::conntrack::connection::Connection;
use crate::conntrack::table::{Direction, NONE, Table};
use crate::conntrack::tuple::Tuple;

/// How many chains there are at first, and by how much they become more.
const LEAST: usize = 64;
const GROWTH: usize = 4;

/// The place of a connection in the chain of its source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neighbours {
    /// The one whose source was translated before.
    before: u32,
    /// The one whose source was translated after it.
    after: u32,
}

impl Neighbours {
    /// Of one that hangs in no chain, or alone.
    pub(crate) const NONE: Neighbours = Neighbours {
        before: NONE,
        after: NONE,
    };
}

/// Sources that are translated.
#[derive(Clone, Debug)]
pub(crate) struct BySource {
    /// The one that was translated last, of each chain.
    last: Vec<u32>,
    /// How many chains have one.
    used: usize,
    /// With which hashes begin.
    seed: u64,
}

impl BySource {
    /// An empty one, whose hashes begin with a seed.
    pub(crate) fn new(seed: u64) -> BySource {
        BySource {
            last: vec![NONE; LEAST],
            used: 0,
            seed,
        }
    }

    fn chain_of(&self, tuple: &Tuple, zone: u16) -> usize {
        tuple.source_hash(self.seed, zone) as usize & (self.last.len() - 1)
    }

    /// The chain of a connection.
    fn chain(&self, connection: &Connection) -> usize {
        let zone = connection.zone.id(Direction::Original);
        self.chain_of(&connection.tuples[0], zone)
    }

    /// A connection's source is translated.
    pub(in crate::conntrack) fn hang(&mut self, places: &mut Arena<Connection>, place: u32) {
        let chain = self.chain(&places[place]);
        let before = core::mem::replace(&mut self.last[chain], place);
        places[place].of_source = Neighbours {
            before,
            after: NONE,
        };
        if before != NONE {
            places[before].of_source.after = place;
            return;
        }
        self.used += 1;
        if self.used * 2 > self.last.len() {
            self.grow(places);
        }
    }

    /// A connection is gone, whether or not its source was translated.
    pub(in crate::conntrack) fn unhang(
        &mut self,
        places: &mut Arena<Connection>,
        (place, gone): (u32, &Connection),
    ) {
        let Neighbours { before, after } = gone.of_source;
        if before != NONE {
            places[before].of_source.after = after;
        }
        if after != NONE {
            places[after].of_source.before = before;
            return;
        }
        let chain = self.chain(gone);
        if self.last[chain] == place {
            self.last[chain] = before;
            self.used -= usize::from(before == NONE);
        }
    }

    /// More chains, in each of which the order stays.
    fn grow(&mut self, places: &mut Arena<Connection>) {
        let more = vec![NONE; self.last.len() * GROWTH];
        self.used = 0;
        for last in core::mem::replace(&mut self.last, more) {
            let mut first = last;
            while first != NONE && places[first].of_source.before != NONE {
                first = places[first].of_source.before;
            }
            while first != NONE {
                let place = first;
                first = places[place].of_source.after;
                self.hang(places, place);
            }
        }
    }

    /// The place of the connection that was translated last of the chain of a tuple's source.
    #[inline]
    pub(in crate::conntrack) fn last(&self, tuple: &Tuple, zone: u16) -> Option<u32> {
        let last = self.last[self.chain_of(tuple, zone)];
        (last != NONE).then_some(last)
    }
}

/// What the source of a tuple is translated to elsewhere, the last first.
pub(super) fn all(
    table: &Table,
    tuple: &Tuple,
    zone: u16,
) -> impl Iterator<Item = ([u8; 16], u16)> {
    // One is looked for when it is asked for: mostly the first will do.
    let last = table
        .last_of_source(tuple, zone)
        .and_then(|place| table.get(place));
    let all = core::iter::successors(last, |found| table.get(found.of_source.before));
    all.filter_map(move |found| {
        let own = &found.tuples[0];
        let same = (own.src, own.sport, own.protocol, own.v6)
            == (tuple.src, tuple.sport, tuple.protocol, tuple.v6)
            && found.zone.id(Direction::Original) == zone;
        let back = same.then(|| found.tuples[1].invert())??;
        Some((back.src, back.sport))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conntrack::connection::Zone;
    use crate::conntrack::tuple::UDP;

    fn tuple(sport: u16, dport: u16) -> Tuple {
        Tuple {
            src: [1; 16],
            dst: [2; 16],
            sport,
            dport,
            protocol: UDP,
            v6: true,
        }
    }

    /// A connection of a source whose port becomes another.
    fn translated(table: &mut Table, (sport, dport): (u16, u16), to: u16) -> u32 {
        let reply = tuple(to, dport).invert().expect("a reply");
        let place = table.insert(Connection::new([tuple(sport, dport), reply], Zone::ALL));
        table.hang_by_source(place);
        place
    }

    fn ports(table: &Table, sport: u16) -> Vec<u16> {
        let asks = tuple(sport, 1);
        all(table, &asks, 0).map(|(_, port)| port).collect()
    }

    #[test]
    fn each_source_knows_what_it_became_the_last_first_however_many_there_are() {
        let mut table = Table::new(1);
        for turn in 1..=3 {
            for sport in 0..1000 {
                translated(&mut table, (sport, turn), turn * 10_000 + sport);
            }
        }
        for sport in 0..1000 {
            let became = [3, 2, 1].map(|turn| turn * 10_000 + sport);
            assert_eq!(ports(&table, sport), became);
        }
        assert_eq!(ports(&table, 1000), []);
    }

    #[test]
    fn a_source_knows_nothing_of_connections_that_are_gone() {
        let mut table = Table::new(1);
        let places = [1, 2, 3, 4].map(|to| translated(&mut table, (9, to), to));
        for (gone, left) in [(2, &[4, 2, 1][..]), (3, &[2, 1]), (0, &[2]), (1, &[])] {
            table.remove(places[gone]);
            assert_eq!(ports(&table, 9), left);
        }
        translated(&mut table, (9, 5), 5);
        assert_eq!(ports(&table, 9), [5]);
    }

    #[test]
    fn a_connection_that_is_not_translated_takes_none_with_it() {
        let mut table = Table::new(1);
        translated(&mut table, (9, 1), 7);
        let reply = tuple(9, 2).invert().expect("a reply");
        let other = table.insert(Connection::new([tuple(9, 2), reply], Zone::ALL));
        table.remove(other);
        assert_eq!(ports(&table, 9), [7]);
    }
}
