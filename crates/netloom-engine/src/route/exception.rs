//! What is known of a destination beside its route: the gateway that a redirect told of, and the
//! MTU of the path to it (`struct fib_nh_exception`, RFC 1191).

use core::net::Ipv4Addr;
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

#[derive(Clone, Copy, Debug, Default)]
struct Exception {
    gateway: Option<Ipv4Addr>,
    path: Option<PathMtu>,
}

/// The exceptions of a namespace, by destination.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exceptions(BTreeMap<Ipv4Addr, Exception>);

impl Exceptions {
    /// The gateway that a redirect told of.
    pub(crate) fn gateway(&self, to: Ipv4Addr) -> Option<Ipv4Addr> {
        self.0.get(&to)?.gateway
    }

    /// The MTU of the path, while it is believed.
    pub(crate) fn path(&self, to: Ipv4Addr, now: Time) -> Option<PathMtu> {
        self.0.get(&to)?.path.filter(|path| path.until > now)
    }

    /// A redirect told of a gateway.
    pub(crate) fn learn_gateway(&mut self, to: Ipv4Addr, gateway: Ipv4Addr) {
        self.entry(to).gateway = Some(gateway);
    }

    /// A router said that its next link takes `mtu`, where the way had `was`: `__ip_rt_update_pmtu`.
    /// Less than `least` is not believed.
    pub(crate) fn learn_path(
        &mut self,
        to: Ipv4Addr,
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

    fn entry(&mut self, to: Ipv4Addr) -> &mut Exception {
        if self.0.len() >= MOST && !self.0.contains_key(&to) {
            self.0.pop_first();
        }
        self.0.entry(to).or_default()
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 2);
    const TEN_MINUTES: Duration = Duration::from_secs(600);

    #[test]
    fn a_path_is_believed_for_its_time_and_never_grows() {
        let (mut known, now) = (Exceptions::default(), Time::from_secs(5));
        known.learn_path(TO, (1000, 1500, 552), now, TEN_MINUTES);
        let path = known.path(TO, now).unwrap();
        assert_eq!((path.mtu, path.locked), (1000, false));
        known.learn_path(TO, (1400, 1000, 552), now, TEN_MINUTES);
        assert_eq!(known.path(TO, now), Some(path));
        assert_eq!(known.path(TO, now + TEN_MINUTES), None);
    }

    #[test]
    fn less_than_the_least_is_taken_for_the_least_and_packets_may_be_cut() {
        let (mut known, now) = (Exceptions::default(), Time::from_secs(5));
        known.learn_path(TO, (400, 1500, 552), now, TEN_MINUTES);
        let path = known.path(TO, now).unwrap();
        assert_eq!((path.mtu, path.locked), (552, true));
    }

    #[test]
    fn a_flood_of_destinations_is_bounded() {
        let mut known = Exceptions::default();
        for to in 0..10_000 {
            known.learn_gateway(Ipv4Addr::from_bits(to), TO);
        }
        assert_eq!(known.0.len(), MOST);
    }
}
