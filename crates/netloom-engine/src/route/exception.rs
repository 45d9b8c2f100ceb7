//! What is known of a destination beside its route: the gateway that a redirect told of, and the
//! MTU of the path to it (`struct fib_nh_exception`, `struct rt6_exception`; RFC 1191, RFC 8201).

use crate::ip::version::IpVersion;
use core::time::Duration;
use netloom_model::Time;
use std::collections::BTreeMap;

/// Destinations that a namespace remembers; beyond, the first of them are forgotten.
const MOST: usize = 4096;

/// How long a packet to a destination may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PathMtu {
    pub(crate) mtu: u32,
    /// The path takes less than Linux will believe: packets to it may be cut.
    pub(crate) locked: bool,
    pub(crate) until: Time,
}

#[derive(Clone, Copy, Debug)]
struct Exception<V: IpVersion> {
    gateway: Option<V::Addr>,
    path: Option<PathMtu>,
}

/// The exceptions of a namespace, by destination.
#[derive(Clone, Debug)]
pub(crate) struct Exceptions<V: IpVersion>(BTreeMap<V::Addr, Exception<V>>);

impl<V: IpVersion> Default for Exceptions<V> {
    fn default() -> Self {
        Exceptions(BTreeMap::new())
    }
}

impl<V: IpVersion> Exceptions<V> {
    /// The gateway that a redirect told of.
    pub(crate) fn gateway(&self, to: V::Addr) -> Option<V::Addr> {
        self.0.get(&to)?.gateway
    }

    /// The MTU of the path, while it is believed.
    pub(crate) fn path(&self, to: V::Addr, now: Time) -> Option<PathMtu> {
        self.0.get(&to)?.path.filter(|path| path.until > now)
    }

    /// A redirect told of a gateway.
    pub(crate) fn learn_gateway(&mut self, to: V::Addr, gateway: V::Addr) {
        self.entry(to).gateway = Some(gateway);
    }

    /// A router said that its next link takes `mtu`, where the way had `was`: `__ip_rt_update_pmtu`.
    /// Less than `least` is not believed.
    pub(crate) fn learn_path(
        &mut self,
        to: V::Addr,
        (mtu, was, least): (u32, u32, u32),
        now: Time,
        holds: Duration,
    ) {
        if mtu > was {
            return;
        }
        let locked = mtu < least;
        let mtu = if locked { was.min(least) } else { mtu };
        let until = now + holds;
        self.entry(to).path = Some(PathMtu { mtu, locked, until });
    }

    fn entry(&mut self, to: V::Addr) -> &mut Exception<V> {
        if self.0.len() >= MOST && !self.0.contains_key(&to) {
            self.0.pop_first();
        }
        self.0.entry(to).or_insert(Exception {
            gateway: None,
            path: None,
        })
    }

    /// The route to a prefix changed: what was known of destinations in it was known of the way
    /// that it had.
    pub(crate) fn forget(&mut self, prefix: V::Addr, len: u8) {
        let mask = V::mask(len);
        let within = |to: &V::Addr| V::bits(*to) & mask == V::bits(prefix) & mask;
        if !self.0.is_empty() {
            self.0.retain(|to, _| !within(to));
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ip::version::V4;
    use core::net::Ipv4Addr;

    const TO: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 2);
    const TEN_MINUTES: Duration = Duration::from_secs(600);

    #[test]
    fn a_path_is_believed_for_its_time_and_never_grows() {
        let (mut known, now) = (Exceptions::<V4>::default(), Time::from_secs(5));
        known.learn_path(TO, (1000, 1500, 552), now, TEN_MINUTES);
        let path = known.path(TO, now).unwrap();
        assert_eq!((path.mtu, path.locked), (1000, false));
        known.learn_path(TO, (1400, 1000, 552), now, TEN_MINUTES);
        assert_eq!(known.path(TO, now), Some(path));
        assert_eq!(known.path(TO, now + TEN_MINUTES), None);
    }

    #[test]
    fn less_than_the_least_is_taken_for_the_least_and_packets_may_be_cut() {
        let (mut known, now) = (Exceptions::<V4>::default(), Time::from_secs(5));
        known.learn_path(TO, (400, 1500, 552), now, TEN_MINUTES);
        let path = known.path(TO, now).unwrap();
        assert_eq!((path.mtu, path.locked), (552, true));
    }

    #[test]
    fn a_changed_route_takes_along_what_was_known_of_its_destinations() {
        let mut known = Exceptions::<V4>::default();
        let other = Ipv4Addr::new(10, 0, 3, 2);
        known.learn_gateway(TO, other);
        known.learn_gateway(other, TO);
        known.forget(Ipv4Addr::new(10, 0, 2, 0), 24);
        assert_eq!(known.gateway(TO), None);
        assert_eq!(known.gateway(other), Some(TO));
    }

    #[test]
    fn a_flood_of_destinations_is_bounded() {
        let mut known = Exceptions::<V4>::default();
        for to in 0..10_000 {
            known.learn_gateway(Ipv4Addr::from_bits(to), TO);
        }
        assert_eq!(known.0.len(), MOST);
    }
}
