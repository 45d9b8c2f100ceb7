//! The connections of a namespace: found by the tuple of either direction, each in a place of its
//! own, and forgotten in time.
//!
//! A connection hangs in two chains of a hash table, once for each direction. When it expires stands
//! in a heap; a connection that lives on longer than the heap says is put back when its turn comes, so
//! that a packet which refreshes it touches the heap not at all.

use super::connection::{Connection, Zone};
use super::nat::BySource;
use super::tuple::Tuple;
use crate::arena::Arena;
use core::cmp::Reverse;
use netloom_model::Time;
use netloom_model::conntrack::status;
use std::collections::BinaryHeap;

/// No connection.
pub(crate) const NONE: u32 = u32::MAX;

/// How many chains there are at first.
const LEAST: usize = 256;

/// How many chains there are at least for each connection, so that most who look for what is not there
/// find an empty one, and by how much they become more.
const ROOM: usize = 4;
const GROWTH: usize = 4;

/// From how many chains on a table is large.
const LARGE: usize = 1 << 16;

/// How many chains are looked at for a connection that can be forgotten early
/// (`NF_CT_EVICTION_RANGE`).
const EVICTION_RANGE: usize = 8;

/// A direction: that of the first packet, or of the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Direction {
    Original,
    Reply,
}

impl Direction {
    pub(crate) const BOTH: [Direction; 2] = [Direction::Original, Direction::Reply];

    pub(crate) const fn other(self) -> Direction {
        match self {
            Direction::Original => Direction::Reply,
            Direction::Reply => Direction::Original,
        }
    }
}

/// A place and a direction in one number: what chains link.
type Link = u32;

const fn link(place: u32, direction: Direction) -> Link {
    place << 1 | direction as u32
}

const fn unlink(link: Link) -> (u32, Direction) {
    let direction = match link & 1 {
        0 => Direction::Original,
        _ => Direction::Reply,
    };
    (link >> 1, direction)
}

/// The connections of a namespace.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    places: Arena<Connection>,
    /// The first of each chain.
    chains: Vec<Link>,
    /// How many hang in chains.
    confirmed: usize,
    /// When places are looked at, with their stamps.
    due: BinaryHeap<Reverse<(Time, u32, u32)>>,
    stamps: u32,
    /// Those whose source is translated, by their source.
    by_source: BySource,
    /// With which hashes begin.
    seed: u64,
}

impl Table {
    /// An empty one, whose hashes begin with a seed.
    pub(crate) fn new(seed: u64) -> Table {
        Table {
            places: Arena::default(),
            chains: vec![NONE; LEAST],
            confirmed: 0,
            due: BinaryHeap::new(),
            stamps: 0,
            by_source: BySource::new(seed),
            seed,
        }
    }

    /// How many there are, those included that are not confirmed.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn get(&self, place: u32) -> Option<&Connection> {
        self.places.get(place)
    }

    pub(crate) fn get_mut(&mut self, place: u32) -> Option<&mut Connection> {
        self.places.get_mut(place)
    }

    /// Every one in the order of the places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Connection)> {
        self.places.iter()
    }

    /// Takes one in that nobody finds yet. Its place.
    pub(crate) fn insert(&mut self, mut connection: Connection) -> u32 {
        self.stamps = self.stamps.wrapping_add(1);
        connection.stamp = self.stamps;
        self.places.insert(connection)
    }

    fn chain_of(&self, tuple: &Tuple, zone: u16) -> usize {
        tuple.hash(self.seed, zone) as usize & (self.chains.len() - 1)
    }

    /// Whether it is in no near cache.
    #[inline]
    pub(super) fn is_large(&self) -> bool {
        self.chains.len() >= LARGE
    }

    /// The place of the first in a tuple's chain.
    #[inline]
    pub(super) fn first(&self, tuple: &Tuple, zone: u16) -> Option<u32> {
        let first = *self.chains.get(self.chain_of(tuple, zone))?;
        (first != NONE).then(|| unlink(first).0)
    }

    /// The one of which a tuple is one direction, looked for in a zone as that of a direction.
    pub(crate) fn find(
        &self,
        tuple: &Tuple,
        zone: Zone,
        by: Direction,
    ) -> Option<(u32, Direction)> {
        self.find_if(tuple, zone, by, |_| true)
    }

    /// The same, if it is one that is asked for.
    pub(crate) fn find_if(
        &self,
        tuple: &Tuple,
        zone: Zone,
        by: Direction,
        wanted: impl Fn(&Connection) -> bool,
    ) -> Option<(u32, Direction)> {
        let mut next = *self.chains.get(self.chain_of(tuple, zone.id(by)))?;
        while next != NONE {
            let (place, direction) = unlink(next);
            let found = &self.places[place];
            // Of a zone counts the direction as which it is found.
            if found.tuples[direction as usize] == *tuple
                && found.zone.id(direction) == zone.id(direction)
                && wanted(found)
            {
                return Some((place, direction));
            }
            next = found.next[direction as usize];
        }
        None
    }

    /// Has one that is confirmed be found from now on.
    pub(crate) fn hang(&mut self, place: u32) {
        self.confirmed += 1;
        if self.confirmed * ROOM > self.chains.len() {
            self.grow(); // which hangs this one too
        } else {
            self.hang_both(place);
        }
    }

    fn hang_both(&mut self, place: u32) {
        for direction in Direction::BOTH {
            let connection = &self.places[place];
            let zone = connection.zone.id(direction);
            let chain = self.chain_of(&connection.tuples[direction as usize], zone);
            let first = core::mem::replace(&mut self.chains[chain], link(place, direction));
            self.places[place].next[direction as usize] = first;
        }
    }

    fn grow(&mut self) {
        self.chains = vec![NONE; self.chains.len() * GROWTH];
        let hanging = self.places.iter().filter(|(_, c)| c.is_confirmed());
        for place in hanging.map(|(place, _)| place).collect::<Vec<_>>() {
            self.hang_both(place);
        }
    }

    /// Takes one out.
    pub(crate) fn remove(&mut self, place: u32) -> Option<Connection> {
        let hangs = self.places.get(place)?.is_confirmed();
        if hangs {
            self.confirmed -= 1;
            for direction in Direction::BOTH {
                self.unhang(place, direction);
            }
        }
        let gone = self.places.remove(place)?;
        self.by_source.unhang(&mut self.places, (place, &gone));
        Some(gone)
    }

    /// Has one be found by its source, which is translated, until it is taken out.
    pub(super) fn hang_by_source(&mut self, place: u32) {
        self.by_source.hang(&mut self.places, place);
    }

    /// The place of the one that was translated last of those in the chain of a tuple's source.
    #[inline]
    pub(super) fn last_of_source(&self, tuple: &Tuple, zone: u16) -> Option<u32> {
        self.by_source.last(tuple, zone)
    }

    /// Has one be found no more; the packet that ended it still refers to it.
    pub(crate) fn detach(&mut self, place: u32) {
        let Some(connection) = self.places.get(place).filter(|c| c.is_confirmed()) else {
            return;
        };
        let status = connection.status & !status::CONFIRMED | status::DYING;
        self.confirmed -= 1;
        for direction in Direction::BOTH {
            self.unhang(place, direction);
        }
        self.places[place].status = status;
        self.places[place].watched = Time::NEVER;
    }

    fn unhang(&mut self, place: u32, direction: Direction) {
        let own = link(place, direction);
        let connection = &self.places[place];
        let after = connection.next[direction as usize];
        let zone = connection.zone.id(direction);
        let chain = self.chain_of(&connection.tuples[direction as usize], zone);
        let mut next = self.chains[chain];
        if next == own {
            self.chains[chain] = after;
            return;
        }
        while next != NONE {
            let (before, way) = unlink(next);
            next = self.places[before].next[way as usize];
            if next == own {
                self.places[before].next[way as usize] = after;
                return;
            }
        }
    }

    /// Has the heap look at a place by the time at which it expires; whether that is sooner than it
    /// did already.
    pub(crate) fn watch(&mut self, place: u32) -> bool {
        let Some(connection) = self.places.get_mut(place) else {
            return false;
        };
        let sooner = connection.expires < connection.watched;
        if sooner {
            connection.watched = connection.expires;
            let entry = (connection.expires, place, connection.stamp);
            self.due.push(Reverse(entry));
        }
        sooner
    }

    /// When a place is looked at next.
    pub(crate) fn next_due(&self) -> Option<Time> {
        self.due.peek().map(|Reverse((at, ..))| *at)
    }

    /// The next one that is past its time.
    pub(crate) fn expired(&mut self, now: Time) -> Option<u32> {
        while self.next_due()? <= now {
            let Reverse((at, place, stamp)) = self.due.pop()?;
            let Some(connection) = self.places.get_mut(place) else {
                continue;
            };
            if connection.stamp != stamp || connection.watched != at {
                continue;
            }
            if connection.expires <= now {
                return Some(place);
            }
            connection.watched = connection.expires;
            self.due.push(Reverse((connection.expires, place, stamp)));
        }
        None
    }

    /// One that can be forgotten early: it saw no answer that would make it worth keeping
    /// (`early_drop`).
    pub(crate) fn evictable(&self, tuple: &Tuple, zone: u16) -> Option<u32> {
        let first = self.chain_of(tuple, zone);
        for step in 0..EVICTION_RANGE.min(self.chains.len()) {
            let mut next = self.chains[(first + step) & (self.chains.len() - 1)];
            while next != NONE {
                let (place, direction) = unlink(next);
                let found = &self.places[place];
                if found.may_go_early() {
                    return Some(place);
                }
                next = found.next[direction as usize];
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(port: u16) -> Tuple {
        Tuple {
            src: [1; 16],
            dst: [2; 16],
            sport: port,
            dport: 80,
            protocol: super::super::tuple::TCP,
            v6: true,
        }
    }

    fn hung(table: &mut Table, port: u16) -> u32 {
        let reply = tuple(port).invert().expect("a reply");
        let mut connection = Connection::new([tuple(port), reply], Zone::default());
        connection.status |= status::CONFIRMED;
        connection.expires = Time::from_secs(u64::from(port));
        let place = table.insert(connection);
        table.hang(place);
        table.watch(place);
        place
    }

    #[test]
    fn each_of_very_many_is_found_by_both_directions_until_it_is_gone() {
        let mut table = Table::new(1);
        let places: Vec<u32> = (1..2000u16).map(|port| hung(&mut table, port)).collect();
        for port in (1..2000u16).step_by(3) {
            table.remove(places[usize::from(port) - 1]);
        }
        let other = Zone { id: 1, ..Zone::ALL };
        for port in 1..2000u16 {
            let reply = tuple(port).invert().expect("a reply");
            let place = places[usize::from(port) - 1];
            let there = (port % 3 != 1).then_some((place, Direction::Original));
            assert_eq!(
                table.find(&tuple(port), Zone::ALL, Direction::Original),
                there
            );
            let there = there.map(|_| (place, Direction::Reply));
            assert_eq!(table.find(&reply, Zone::ALL, Direction::Original), there);
            assert_eq!(table.find(&tuple(port), other, Direction::Original), None);
        }
    }

    #[test]
    fn while_the_table_grows_none_hangs_in_a_chain_twice() {
        let mut table = Table::new(1);
        for port in 1..600u16 {
            hung(&mut table, port);
            for chain in &table.chains {
                let (mut next, mut links) = (*chain, 0);
                while next != NONE {
                    let (place, direction) = unlink(next);
                    next = table.places[place].next[direction as usize];
                    links += 1;
                    assert!(links <= 2 * usize::from(port), "a chain ends");
                }
            }
        }
    }

    #[test]
    fn what_was_refreshed_expires_later_than_was_said_first() {
        let mut table = Table::new(1);
        let (early, late) = (hung(&mut table, 1), hung(&mut table, 2));
        table.get_mut(early).expect("there").expires = Time::from_secs(3);
        assert_eq!(table.expired(Time::from_secs(1)), None);
        assert_eq!(table.expired(Time::from_secs(2)), Some(late));
        table.remove(late);
        assert_eq!(table.expired(Time::from_secs(3)), Some(early));
    }

    #[test]
    fn what_is_to_expire_sooner_is_looked_at_sooner() {
        let mut table = Table::new(1);
        let place = hung(&mut table, 100);
        table.get_mut(place).expect("there").expires = Time::from_secs(5);
        table.watch(place);
        assert_eq!(table.expired(Time::from_secs(5)), Some(place));
        table.remove(place);
        assert_eq!(table.expired(Time::from_secs(200)), None);
    }
}
