//! Prefixes of very many routes. Each device of a namespace has a route of its own to ff00::/8 and
//! fe80::/64, so that with 10,000 devices a new one would be held against 10,000. What tells its
//! place is kept for such a prefix from when a walk along its routes was long, until anything else
//! than a new route changes them.

use super::table::Entry;
use crate::device::DevId;
use crate::ip::version::IpVersion;
use core::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// From how many routes on a prefix has a crowd.
pub(super) const MANY: usize = 64;

/// What orders the routes of a prefix: TOS, greatest first, then the metric, least first.
pub(super) type Rank = (Reverse<u8>, u32);

/// Where a new route stands among those of its prefix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// The last of a better rank.
    pub(super) before: Option<u32>,
    /// The first and the last of the same rank.
    pub(super) first: Option<u32>,
    pub(super) last: Option<u32>,
    /// Whether one of these is the same route.
    pub(super) same: bool,
}

/// What is known of the routes of a prefix.
#[derive(Clone, Debug, Default)]
pub(super) struct Crowd {
    /// The first and the last of each rank.
    ranks: BTreeMap<Rank, (u32, u32)>,
    /// For each way the last route that leads there. The same route leads the same way.
    ways: HashMap<(u32, DevId), u32, foldhash::fast::FixedState>,
}

/// The next hop object that a route follows, or the device of its first hop.
fn way<V: IpVersion>(entry: &Entry<V>) -> (u32, DevId) {
    match entry.nhid {
        0 => (0, entry.first_device()),
        nhid => (nhid, DevId::NONE),
    }
}

impl Crowd {
    /// Of these routes, in their order.
    pub(super) fn of<'a, V: IpVersion + 'a>(
        routes: impl Iterator<Item = (u32, &'a Entry<V>)>,
    ) -> Crowd {
        let mut crowd = Crowd::default();
        for (place, entry) in routes {
            crowd.joined(entry, place, true);
        }
        crowd
    }

    /// Where a new route stands; `same` says whether the one at a place is the same. Unknown where
    /// another leads the same way, before which there may be the same.
    pub(super) fn standing<V: IpVersion>(
        &self,
        entry: &Entry<V>,
        same: impl Fn(u32) -> bool,
    ) -> Option<Standing> {
        let same = match self.ways.get(&way(entry)) {
            Some(place) => same(*place).then_some(true)?,
            None => false,
        };
        let rank = entry.rank();
        let of_rank = self.ranks.get(&rank);
        let better = self.ranks.range(..rank).next_back();
        Some(Standing {
            before: better.map(|(_, (_, last))| *last),
            first: of_rank.map(|(first, _)| *first),
            last: of_rank.map(|(_, last)| *last),
            same,
        })
    }

    /// A route was put in, behind those of its rank or before them.
    pub(super) fn joined<V: IpVersion>(&mut self, entry: &Entry<V>, place: u32, behind: bool) {
        self.ways.insert(way(entry), place);
        let ends = self.ranks.entry(entry.rank()).or_insert((place, place));
        if behind {
            ends.1 = place;
        } else {
            ends.0 = place;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::{Hop, Table};
    use super::*;
    use crate::ip::version::V4;
    use core::net::Ipv4Addr;
    use netloom_model::route::RouteMatch;
    use netloom_model::{Errno, IpNet, Mode, Route, Scope};

    const PREFIX: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 0);

    fn route(dev: u32, metric: u32) -> Entry<V4> {
        let told = Route {
            metric,
            ..Route::new(IpNet::new(PREFIX.into(), 8))
        };
        let hop = Hop {
            dev: DevId(dev),
            gateway: None,
            via6: None,
            weight: 1,
            onlink: false,
            scope: Scope::NOWHERE,
        };
        Entry::new(&told, PREFIX, None, &[hop])
    }

    /// The routes in their order, by device and metric.
    fn order(table: &Table<V4>) -> Vec<(u32, u32)> {
        let routes = table.iter();
        routes
            .map(|entry| (entry.first_device().0, entry.metric))
            .collect()
    }

    #[test]
    fn a_crowd_stands_as_the_same_routes_would_without_one() {
        let mut table = Table::<V4>::default();
        let mut expected: Vec<(u32, u32)> = Vec::new();
        for dev in 0..4 * MANY as u32 {
            let metric = dev % 3;
            assert_eq!(table.insert(route(dev, metric), Mode::Append), Ok(()));
            // Behind its equals.
            let place = expected.partition_point(|(_, other)| *other <= metric);
            expected.insert(place, (dev, metric));
            for known in [dev, dev / 2, 0] {
                let again = table.insert(route(known, known % 3), Mode::Append);
                assert_eq!(again, Err(Errno::EXIST));
            }
            if dev % 5 == 0 {
                let other = (dev, metric + 1);
                let put = table.insert(route(other.0, other.1), Mode::Prepend);
                assert_eq!(put, Ok(()));
                let place = expected.partition_point(|(_, m)| *m < other.1);
                expected.insert(place, other);
            }
            if dev % 50 == 49 {
                let mut wanted = RouteMatch::new(IpNet::new(PREFIX.into(), 8));
                wanted.metric = Some(metric);
                let gone = table.delete(PREFIX, &wanted, None);
                let gone = gone.map(|entry| entry.first_device().0);
                let place = expected.partition_point(|(_, m)| *m < metric);
                let (first, _) = expected.remove(place);
                assert_eq!(gone, Ok(first));
                assert_eq!(order(&table), expected);
                // It comes back as the last of its equals.
                let put = table.insert(route(first, metric), Mode::Append);
                assert_eq!(put, Ok(()));
                let place = expected.partition_point(|(_, other)| *other <= metric);
                expected.insert(place, (first, metric));
            }
            assert_eq!(order(&table), expected);
        }
    }
}
