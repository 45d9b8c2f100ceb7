//! What makes again what rtnetlink(7) told of: of a message that tells of a route, a rule, a neighbour or a
//! queueing discipline, the body that makes just that, with all that netloom does not know of it.
//!
//! Left out: what says how things are, and not what they are.

use crate::attribute::pieces;
use crate::{Attributes, Writer, u16_at, u32_at};
use core::net::IpAddr;

/// A request's body: the fixed part, of as many bytes as it has, and those attributes that are to be said.
fn said(body: &[u8], fixed: &[u8], is_said: impl Fn(u16) -> bool) -> Option<Writer> {
    let mut made = Writer::new(fixed);
    for (kind, whole) in pieces(body.get(fixed.len()..)?) {
        if is_said(kind) {
            made.raw(whole);
        }
    }
    Some(made)
}

/// A route as it is said (`struct rtmsg`), and how many seconds it stays, if not for ever.
#[must_use]
pub fn route(body: &[u8]) -> Option<(Writer, Option<u32>)> {
    use crate::route::{CACHEINFO, ENCAP, ENCAP_TYPE, FIXED, GATEWAY, MULTIPATH, NH_ID, OIF, VIA};
    use crate::route::{as_asked, flags_asked};
    const FLAGS: usize = 8;
    /// What a next hop object tells of itself.
    const OF_OBJECT: [u16; 6] = [OIF, GATEWAY, MULTIPATH, VIA, ENCAP_TYPE, ENCAP];
    let mut fixed: [u8; FIXED] = body.get(..FIXED)?.try_into().ok()?;
    // Of its one next hop, where it has no more.
    fixed[FLAGS] = flags_asked(fixed[FLAGS]);
    fixed[FLAGS + 1..].fill(0);
    let attributes = Attributes::behind(body, FIXED);
    let by_object = attributes.get(NH_ID).is_some();
    let is_said = |kind| {
        let of_object = by_object && OF_OBJECT.contains(&kind);
        kind != CACHEINFO && kind != MULTIPATH && !of_object
    };
    let mut made = said(body, &fixed, is_said)?;
    if let Some(hops) = attributes.get(MULTIPATH).filter(|_| !by_object) {
        made.put(MULTIPATH, &as_asked(hops));
    }
    let left = attributes
        .get(CACHEINFO)
        .and_then(|info| u32_at(info, 8))
        .filter(|left| *left != 0);
    Some((made, left.map(|left| left / 100)))
}

/// A route as it is said that stays for some seconds.
#[must_use]
pub fn route_for(mut route: Writer, seconds: Option<u32>) -> Writer {
    if let Some(seconds) = seconds {
        route.u32(crate::route::EXPIRES, seconds);
    }
    route
}

/// A rule as it is said (`struct fib_rule_hdr`). The kernel does not tell that a priority is 0.
#[must_use]
pub fn rule(body: &[u8]) -> Option<Writer> {
    const FIXED: usize = 12;
    const FLAGS: usize = 8;
    /// The one flag that is asked for (`FIB_RULE_INVERT`).
    const INVERT: u8 = 2;
    const PRIORITY: u16 = 6;
    let mut fixed: [u8; FIXED] = body.get(..FIXED)?.try_into().ok()?;
    fixed[FLAGS] &= INVERT;
    fixed[FLAGS + 1..].fill(0);
    let mut made = said(body, &fixed, |_| true)?;
    if Attributes::behind(body, FIXED).get(PRIORITY).is_none() {
        made.u32(PRIORITY, 0);
    }
    Some(made)
}

/// A neighbour that somebody set, as it is said (`struct ndmsg`); none of those that the kernel finds.
#[must_use]
pub fn neighbour(body: &[u8]) -> Option<Writer> {
    const FIXED: usize = 12;
    const LLADDR: u16 = 2;
    /// When it was used, and how often it was asked for.
    const TOLD: [u16; 2] = [3, 4];
    const FLAGS_EXT: u16 = 15;
    const MANAGED: u32 = 1;
    /// Answered for, or set by a protocol (`NTF_PROXY`, `NTF_EXT_LEARNED`).
    const SET: u8 = 0x08 | 0x10;
    const NOARP: u16 = 0x40;
    const PERMANENT: u16 = 0x80;
    let found = crate::neighbour::decode(body)?;
    let (state, flags) = (u16_at(body, 8)?, *body.get(10)?);
    let attributes = Attributes::behind(body, FIXED);
    // Groups and broadcasts need not be asked for, which the kernel knows.
    let to_many = match found.dst {
        IpAddr::V4(dst) => dst.is_multicast() || dst.is_broadcast(),
        IpAddr::V6(dst) => dst.is_multicast(),
    };
    let to_many = to_many || attributes.get(LLADDR) == Some(&[0xff; 6]);
    let managed = attributes.u32(FLAGS_EXT).unwrap_or(0) & MANAGED != 0;
    let is_set =
        flags & SET != 0 || managed || state & PERMANENT != 0 || (state & NOARP != 0 && !to_many);
    said(body, body.get(..FIXED)?, |kind| !TOLD.contains(&kind)).filter(|_| is_set)
}

/// A queueing discipline (`struct tcmsg`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qdisc {
    /// The link that it is of.
    pub dev: u32,
    /// Its kind.
    pub kind: String,
    /// Its number; the kernel's own, which each link begins with, have none.
    pub handle: u32,
    /// What it is below: the link, or a class.
    pub parent: u32,
    /// What makes it.
    pub said: Writer,
}

/// The queueing discipline of a message's body.
#[must_use]
pub fn qdisc(body: &[u8]) -> Option<Qdisc> {
    const FIXED: usize = 20;
    const HANDLE: usize = 8;
    const PARENT: usize = 12;
    const INFO: usize = 16;
    const KIND: u16 = 1;
    /// Its kind, its options, and the blocks of filters that it shares.
    const SAID: [u16; 4] = [KIND, 2, 13, 14];
    let mut fixed: [u8; FIXED] = body.get(..FIXED)?.try_into().ok()?;
    fixed[INFO..].fill(0);
    Some(Qdisc {
        dev: u32_at(body, 4)?,
        kind: Attributes::behind(body, FIXED).text(KIND)?,
        handle: u32_at(body, HANDLE)?,
        parent: u32_at(body, PARENT)?,
        said: said(body, &fixed, |kind| SAID.contains(&kind))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::{Family, MacAddr, Neighbour, NeighbourState, NextHop, Route, Rule};

    #[test]
    fn a_route_is_said_with_what_netloom_does_not_know_of_it() {
        const FLOW: u16 = 11;
        let mut route = Route::new("2001:db8::/32".parse().unwrap());
        route.expires = Some(30);
        let hop = |dev| NextHop {
            dev: Some(dev),
            weight: 1,
            ..NextHop::default()
        };
        route.nexthops = vec![hop(3), hop(4)];
        let mut wanted = crate::route::body(&route);
        wanted.u32(FLOW, 7);
        route.nexthops[1].dead = true;
        let mut told = crate::route::body(&route);
        told.u32(FLOW, 7);
        let (made, left) = super::route(told.bytes()).unwrap();
        assert_eq!(left, Some(30));
        assert_eq!(Attributes::behind(made.bytes(), 12).u32(FLOW), Some(7));
        assert_eq!(Some((made, left)), super::route(wanted.bytes()));
        route.nhid = Some(9);
        let (made, _) = super::route(crate::route::body(&route).bytes()).unwrap();
        assert_eq!(Attributes::behind(made.bytes(), 12).get(9), None);
    }

    #[test]
    fn a_rule_is_said_with_its_priority() {
        const TUN_ID: u16 = 12;
        let mut told = crate::rule::body(&Rule::lookup(Family::V4, 0, 254));
        told.be64(TUN_ID, 5);
        let made = rule(told.bytes()).unwrap();
        let attributes = Attributes::behind(made.bytes(), 12);
        assert_eq!(
            (attributes.be64(TUN_ID), attributes.u32(6)),
            (Some(5), Some(0))
        );
    }

    #[test]
    fn neighbours_that_the_kernel_found_are_not_said() {
        let lladdr = MacAddr([2, 0, 0, 0, 0, 9]);
        let mut entry = Neighbour::permanent(3, "10.0.0.9".parse().unwrap(), lladdr);
        let mut is_said = |state, dst: &str| {
            (entry.state, entry.dst) = (state, dst.parse().unwrap());
            neighbour(crate::neighbour::encode(&entry).bytes()).is_some()
        };
        assert!(is_said(NeighbourState::Permanent, "10.0.0.9"));
        assert!(is_said(NeighbourState::Noarp, "10.0.0.9"));
        assert!(!is_said(NeighbourState::Noarp, "224.0.0.22"));
        assert!(!is_said(NeighbourState::Reachable, "10.0.0.9"));
    }

    #[test]
    fn what_is_cut_short_is_nothing() {
        let whole = [0; 20];
        for len in 0..12 {
            assert_eq!(route(&whole[..len]), None);
            assert_eq!(rule(&whole[..len]), None);
            assert_eq!(neighbour(&whole[..len]), None);
        }
        assert_eq!(qdisc(&whole), None);
    }
}
