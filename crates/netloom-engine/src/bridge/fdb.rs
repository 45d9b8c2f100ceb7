//! The forwarding database: which station is behind which port.
//!
//! An open-addressing table keyed by the address as a number: one probe, as a rule, for a lookup,
//! and nothing allocated for a frame unless the table must grow.

use crate::device::DevId;
use netloom_model::{MacAddr, Time};

/// Entries that a bridge learns at most: a flood of made-up sources ends here.
pub(super) const LEARNED: usize = 65_536;

/// An entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Station {
    /// The port; the bridge itself for its own address.
    pub(super) dev: DevId,
    pub(super) kind: Kind,
    pub(super) updated: Time,
    pub(super) used: Time,
}

/// What kind of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An address of the bridge or of a port: frames go up.
    Local,
    /// Set by a user, for ever.
    Static { sticky: bool },
    /// Learned, or set as if learned: it ages.
    Dynamic { user: bool, extern_learn: bool },
}

impl Station {
    pub(super) fn is_local(&self) -> bool {
        self.kind == Kind::Local
    }

    pub(super) fn is_dynamic(&self) -> bool {
        matches!(self.kind, Kind::Dynamic { .. })
    }
}

/// A database.
#[derive(Clone, Debug, Default)]
pub(super) struct Fdb {
    /// Address as a number plus one (0 = free), and its entry; a power of two of places.
    keys: Vec<u64>,
    stations: Vec<Station>,
    len: usize,
    learned: usize,
    gc: Option<Time>,
}

const NOBODY: Station = Station {
    dev: DevId::NONE,
    kind: Kind::Local,
    updated: Time::ZERO,
    used: Time::ZERO,
};

impl Fdb {
    /// Where the search for a key begins (Fibonacci hashing).
    fn start(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (self.keys.len() - 1)
    }

    #[inline]
    fn find(&self, mac: MacAddr) -> Option<usize> {
        if self.keys.is_empty() {
            return None;
        }
        let key = mac.to_u64() + 1;
        let mut at = self.start(key);
        loop {
            match self.keys[at] {
                k if k == key => return Some(at),
                0 => return None,
                _ => at = (at + 1) & (self.keys.len() - 1),
            }
        }
    }

    #[inline]
    pub(super) fn get(&self, mac: MacAddr) -> Option<&Station> {
        self.find(mac).map(|at| &self.stations[at])
    }

    #[inline]
    pub(super) fn get_mut(&mut self, mac: MacAddr) -> Option<&mut Station> {
        self.find(mac).map(|at| &mut self.stations[at])
    }

    /// Whether one more may be learned.
    pub(super) fn may_learn(&self) -> bool {
        self.learned < LEARNED
    }

    pub(super) fn insert(&mut self, mac: MacAddr, station: Station) {
        self.remove(mac);
        if (self.len + 1) * 4 > self.keys.len() * 3 {
            self.grow();
        }
        self.len += 1;
        self.learned += usize::from(station.is_dynamic());
        self.put(mac.to_u64() + 1, station);
    }

    fn put(&mut self, key: u64, station: Station) {
        let mut at = self.start(key);
        while self.keys[at] != 0 {
            at = (at + 1) & (self.keys.len() - 1);
        }
        self.keys[at] = key;
        self.stations[at] = station;
    }

    #[cold]
    fn grow(&mut self) {
        let places = (self.keys.len() * 2).max(16);
        let keys = core::mem::replace(&mut self.keys, vec![0; places]);
        let stations = core::mem::replace(&mut self.stations, vec![NOBODY; places]);
        for (key, station) in keys.into_iter().zip(stations).filter(|(key, _)| *key != 0) {
            self.put(key, station);
        }
    }

    pub(super) fn remove(&mut self, mac: MacAddr) -> Option<Station> {
        let mut hole = self.find(mac)?;
        let gone = self.stations[hole];
        self.len -= 1;
        self.learned -= usize::from(gone.is_dynamic());
        // Those behind move up, so that a search may still end at the first free place.
        let last = self.keys.len() - 1;
        let mut at = hole;
        loop {
            at = (at + 1) & last;
            if self.keys[at] == 0 {
                break;
            }
            let home = self.start(self.keys[at]);
            if (at.wrapping_sub(home) & last) >= (at.wrapping_sub(hole) & last) {
                self.keys[hole] = self.keys[at];
                self.stations[hole] = self.stations[at];
                hole = at;
            }
        }
        self.keys[hole] = 0;
        Some(gone)
    }

    /// Every entry, in the order of the addresses.
    pub(super) fn list(&self) -> Vec<(MacAddr, Station)> {
        let taken = self
            .keys
            .iter()
            .zip(&self.stations)
            .filter(|(key, _)| **key != 0);
        let mut all: Vec<_> = taken
            .map(|(key, station)| (MacAddr::from_u64(key - 1), *station))
            .collect();
        all.sort_by_key(|(mac, _)| *mac);
        all
    }

    /// Takes every entry out for which `gone` holds.
    pub(super) fn forget(&mut self, gone: impl Fn(MacAddr, &Station) -> bool) {
        let taken = self
            .keys
            .iter()
            .zip(&self.stations)
            .filter(|(key, _)| **key != 0);
        let gone: Vec<MacAddr> = taken
            .map(|(key, station)| (MacAddr::from_u64(key - 1), station))
            .filter(|(mac, station)| gone(*mac, station))
            .map(|(mac, _)| mac)
            .collect();
        for mac in gone {
            self.remove(mac);
        }
    }

    /// When the oldest entries are looked for next.
    pub(super) fn next_gc(&self) -> Option<Time> {
        self.gc
    }

    pub(super) fn set_gc(&mut self, at: Option<Time>) {
        self.gc = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn station(port: u32) -> Station {
        Station {
            dev: DevId(port),
            ..NOBODY
        }
    }

    proptest! {
        #[test]
        fn it_holds_what_a_map_holds(steps in prop::collection::vec((any::<bool>(), 0u64..40, 0u32..4), 0..300)) {
            let mut fdb = Fdb::default();
            let mut map = BTreeMap::new();
            for (insert, address, port) in steps {
                // Addresses that share their low bits crowd into few places.
                let mac = MacAddr::from_u64(address << 20);
                if insert {
                    fdb.insert(mac, station(port));
                    map.insert(mac, station(port));
                } else {
                    prop_assert_eq!(fdb.remove(mac), map.remove(&mac));
                }
                prop_assert_eq!(fdb.get(mac), map.get(&mac));
            }
            prop_assert_eq!(fdb.list(), map.into_iter().collect::<Vec<_>>());
        }
    }
}
