//! The forwarding database: which station is behind which port.
//!
//! An open-addressing table keyed by VLAN and address as one number: one probe, as a rule, for a
//! lookup, and nothing allocated for a frame unless the table must grow.

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
    /// Its VLAN; 0 where none is asked for.
    pub(super) vlan: u16,
    /// It does not move when it is seen behind another port.
    pub(super) sticky: bool,
    /// A program learned it, and answers for its age.
    pub(super) extern_learn: bool,
    pub(super) updated: Time,
    pub(super) used: Time,
}

/// What kind of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An address of the bridge or of a port: frames go up.
    Local,
    /// Set by a user, for ever.
    Static,
    /// Learned, or set as if learned: it ages.
    Dynamic,
}

impl Station {
    /// What becomes known at `now`.
    pub(super) const fn new(dev: DevId, kind: Kind, now: Time) -> Station {
        Station {
            dev,
            kind,
            vlan: 0,
            sticky: false,
            extern_learn: false,
            updated: now,
            used: now,
        }
    }

    /// The same in a VLAN.
    pub(super) const fn in_vlan(self, vlan: u16) -> Station {
        Station { vlan, ..self }
    }

    pub(super) fn is_local(&self) -> bool {
        self.kind == Kind::Local
    }

    pub(super) fn is_dynamic(&self) -> bool {
        self.kind == Kind::Dynamic
    }

    /// Whether it is too old at `now` to be believed (`has_expired`).
    #[inline]
    pub(super) fn expired(&self, now: Time, ageing_nanos: u64) -> bool {
        self.is_dynamic() && !self.extern_learn && now.nanos_since(self.updated) >= ageing_nanos
    }
}

/// A database.
#[derive(Clone, Debug, Default)]
pub(super) struct Fdb {
    /// VLAN and address as a number plus one (0 = free), and the entry; a power of two of places.
    keys: Vec<u64>,
    stations: Vec<Station>,
    /// The how manieth entry each is: what the order of a dump follows.
    births: Vec<u64>,
    born: u64,
    len: usize,
    learned: usize,
    gc: Option<Time>,
    seed: [u64; 2],
}

const NOBODY: Station = Station::new(DevId::NONE, Kind::Local, Time::ZERO);

/// What an address in a VLAN is kept under.
#[inline]
fn key(mac: MacAddr, vlan: u16) -> u64 {
    (u64::from(vlan) << 48 | mac.to_u64()) + 1
}

/// The address that is kept under a key.
fn address(key: u64) -> MacAddr {
    MacAddr::from_u64((key - 1) & 0xffff_ffff_ffff)
}

impl Fdb {
    /// An empty database whose places nobody can foretell who does not know the seed: stations
    /// chosen to meet in one place would make every lookup a walk.
    pub(super) fn new(seed: [u64; 2]) -> Fdb {
        Fdb {
            seed: [seed[0], seed[1] | 1],
            ..Fdb::default()
        }
    }

    /// Where the search for a key begins: both halves of a product.
    fn start(&self, key: u64) -> usize {
        let product = u128::from(key ^ self.seed[0]) * u128::from(self.seed[1]);
        ((product >> 64) as u64 ^ product as u64) as usize & (self.keys.len() - 1)
    }

    #[inline]
    fn find(&self, mac: MacAddr, vlan: u16) -> Option<usize> {
        if self.keys.is_empty() {
            return None;
        }
        let key = key(mac, vlan);
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
    pub(super) fn get(&self, mac: MacAddr, vlan: u16) -> Option<&Station> {
        self.find(mac, vlan).map(|at| &self.stations[at])
    }

    #[inline]
    pub(super) fn get_mut(&mut self, mac: MacAddr, vlan: u16) -> Option<&mut Station> {
        self.find(mac, vlan).map(|at| &mut self.stations[at])
    }

    /// Whether one more may be learned.
    pub(super) fn may_learn(&self) -> bool {
        self.learned < LEARNED
    }

    /// Puts a new entry in, in the place of one that may be there.
    pub(super) fn insert(&mut self, mac: MacAddr, station: Station) {
        self.remove(mac, station.vlan);
        if (self.len + 1) * 4 > self.keys.len() * 3 {
            self.grow();
        }
        self.len += 1;
        self.learned += usize::from(station.is_dynamic());
        self.born += 1;
        self.put(key(mac, station.vlan), station, self.born);
    }

    /// Sets an entry, which keeps its place in the order if it is there.
    pub(super) fn set(&mut self, mac: MacAddr, station: Station) {
        let Some(at) = self.find(mac, station.vlan) else {
            return self.insert(mac, station);
        };
        self.learned -= usize::from(self.stations[at].is_dynamic());
        self.learned += usize::from(station.is_dynamic());
        self.stations[at] = station;
    }

    fn put(&mut self, key: u64, station: Station, birth: u64) {
        let mut at = self.start(key);
        while self.keys[at] != 0 {
            at = (at + 1) & (self.keys.len() - 1);
        }
        self.keys[at] = key;
        self.stations[at] = station;
        self.births[at] = birth;
    }

    #[cold]
    fn grow(&mut self) {
        let places = (self.keys.len() * 2).max(16);
        let keys = core::mem::replace(&mut self.keys, vec![0; places]);
        let stations = core::mem::replace(&mut self.stations, vec![NOBODY; places]);
        let births = core::mem::replace(&mut self.births, vec![0; places]);
        let all = keys.into_iter().zip(stations.into_iter().zip(births));
        for (key, (station, birth)) in all.filter(|(key, _)| *key != 0) {
            self.put(key, station, birth);
        }
    }

    pub(super) fn remove(&mut self, mac: MacAddr, vlan: u16) -> Option<Station> {
        let mut hole = self.find(mac, vlan)?;
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
                self.births[hole] = self.births[at];
                hole = at;
            }
        }
        self.keys[hole] = 0;
        Some(gone)
    }

    /// Every entry, the newest first: as the kernel keeps them.
    pub(super) fn list(&self) -> Vec<(MacAddr, Station)> {
        let taken = (0..self.keys.len()).filter(|at| self.keys[*at] != 0);
        let mut taken: Vec<usize> = taken.collect();
        taken.sort_by_key(|at| core::cmp::Reverse(self.births[*at]));
        let entry = |at: usize| (address(self.keys[at]), self.stations[at]);
        taken.into_iter().map(entry).collect()
    }

    /// Whether there are entries that age.
    pub(super) fn has_dynamic(&self) -> bool {
        self.learned > 0
    }

    /// Takes every entry out for which `gone` holds.
    pub(super) fn forget(&mut self, gone: impl Fn(MacAddr, &Station) -> bool) {
        let taken = self
            .keys
            .iter()
            .zip(&self.stations)
            .filter(|(key, _)| **key != 0);
        let gone: Vec<(MacAddr, u16)> = taken
            .map(|(key, station)| (address(*key), station))
            .filter(|(mac, station)| gone(*mac, station))
            .map(|(mac, station)| (mac, station.vlan))
            .collect();
        for (mac, vlan) in gone {
            self.remove(mac, vlan);
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

    fn station(port: u32, kind: Kind) -> Station {
        Station::new(DevId(port), kind, Time::ZERO)
    }

    /// The same as a list, the newest first, searched from end to end.
    #[derive(Default)]
    struct Naive(Vec<(MacAddr, Station)>);

    impl Naive {
        fn remove(&mut self, mac: MacAddr, vlan: u16) -> Option<Station> {
            let found = |(m, s): &(MacAddr, Station)| (*m, s.vlan) == (mac, vlan);
            let at = self.0.iter().position(found)?;
            Some(self.0.remove(at).1)
        }

        fn insert(&mut self, mac: MacAddr, station: Station) {
            self.remove(mac, station.vlan);
            self.0.insert(0, (mac, station));
        }

        fn set(&mut self, mac: MacAddr, station: Station) {
            let same = |(m, s): &&mut (MacAddr, Station)| (*m, s.vlan) == (mac, station.vlan);
            match self.0.iter_mut().find(same) {
                Some(entry) => entry.1 = station,
                None => self.insert(mac, station),
            }
        }
    }

    fn kind() -> impl Strategy<Value = Kind> {
        prop::sample::select(vec![Kind::Local, Kind::Static, Kind::Dynamic])
    }

    proptest! {
        #[test]
        fn it_holds_what_a_list_holds_in_its_order(
            seed in any::<[u64; 2]>(),
            steps in prop::collection::vec((0u8..5, 0u64..20, 0u16..3, 0u32..4, kind()), 0..300),
        ) {
            let mut fdb = Fdb::new(seed);
            let mut naive = Naive::default();
            for (step, address, vlan, port, kind) in steps {
                let mac = MacAddr::from_u64(address << 20);
                match step {
                    0 | 1 => {
                        fdb.insert(mac, station(port, kind).in_vlan(vlan));
                        naive.insert(mac, station(port, kind).in_vlan(vlan));
                    }
                    2 => {
                        fdb.set(mac, station(port, kind).in_vlan(vlan));
                        naive.set(mac, station(port, kind).in_vlan(vlan));
                    }
                    3 => prop_assert_eq!(fdb.remove(mac, vlan), naive.remove(mac, vlan)),
                    _ if address < 4 => {
                        fdb.forget(|_, s| s.dev == DevId(port));
                        naive.0.retain(|(_, s)| s.dev != DevId(port));
                    }
                    _ => {}
                }
                let same = |(m, s): &&(MacAddr, Station)| (*m, s.vlan) == (mac, vlan);
                let found = naive.0.iter().find(same).map(|(_, s)| s);
                prop_assert_eq!(fdb.get(mac, vlan), found);
                let ages = naive.0.iter().any(|(_, s)| s.is_dynamic());
                prop_assert_eq!(fdb.has_dynamic(), ages);
            }
            prop_assert_eq!(fdb.list(), naive.0);
        }
    }

    /// The longest walk from where a search begins to where it ends.
    fn longest_walk(fdb: &Fdb) -> usize {
        let places = fdb.keys.len();
        let taken = (0..places).filter(|at| fdb.keys[*at] != 0);
        let walk = |at: usize| at.wrapping_sub(fdb.start(fdb.keys[at])) & (places - 1);
        taken.map(walk).max().unwrap_or(0)
    }

    #[test]
    fn stations_that_would_meet_without_a_seed_do_not_meet() {
        // Multiples of 2^32 have no low bits: a hash of a known constant can be made to collide so.
        for stride in [1u64, 1 << 16, 1 << 32, 0x9e37_79b9] {
            let mut fdb = Fdb::new([0x1234_5678_9abc_def0, 0x0fed_cba9_8765_4321]);
            for i in 0..10_000u64 {
                let mac = MacAddr::from_u64(i.wrapping_mul(stride) & 0xffff_ffff_ffff);
                fdb.insert(mac, station(1, Kind::Dynamic));
            }
            assert!(longest_walk(&fdb) < 200, "{stride}: {}", longest_walk(&fdb));
        }
    }
}
