//! The next hops of a route: one in the attributes of the route itself, several as `struct rtnexthop`.

use super::{ENCAP, GATEWAY, VIA};
use crate::{Attributes, Writer, addr, aligned, family_number, u16_at, u32_at};
use core::net::{IpAddr, Ipv6Addr};
use netloom_model::route::NextHop;
use netloom_model::{Family, Route};

/// Flags of a way (`RTNH_F_*`).
const DEAD: u8 = 1;
const ONLINK: u8 = 4;
const LINKDOWN: u8 = 16;

/// The fixed part of one of several (`struct rtnexthop`), and where its flags stand there.
const HOP: usize = 8;
const FLAGS: usize = 2;

/// The flags of a next hop.
pub(super) fn flags(hop: &NextHop) -> u8 {
    let flags = [
        (hop.dead, DEAD),
        (hop.onlink, ONLINK),
        (hop.linkdown, LINKDOWN),
    ];
    let set = flags.into_iter().filter(|(on, _)| *on);
    set.fold(0, |flags, (_, flag)| flags | flag)
}

/// The gateway, with its family where that is not the route's (RFC 5549).
pub(super) fn put_via(message: &mut Writer, family: Family, via: Option<IpAddr>) {
    let Some(via) = via else {
        return;
    };
    if Family::of(via) == family {
        message.addr(GATEWAY, via);
        return;
    }
    let mut value = u16::from(family_number(Family::of(via)))
        .to_le_bytes()
        .to_vec();
    match via {
        IpAddr::V4(via) => value.extend(via.octets()),
        IpAddr::V6(via) => value.extend(via.octets()),
    }
    message.put(VIA, &value);
}

/// Several next hops.
pub(super) fn encode(route: &Route) -> Vec<u8> {
    let mut all = Vec::new();
    for hop in &route.nexthops {
        let mut inner = Writer::new(&[]);
        put_via(&mut inner, route.family(), hop.via);
        all.extend(((HOP + inner.bytes().len()) as u16).to_le_bytes());
        let weight = hop.weight.clamp(1, 256) - 1;
        all.extend([flags(hop), weight as u8]);
        all.extend(hop.dev.unwrap_or(0).to_le_bytes());
        all.extend(inner.bytes());
    }
    all
}

/// Takes its flags over.
pub(super) fn set_flags(hop: &mut NextHop, flags: u8) {
    hop.dead = flags & DEAD != 0;
    hop.onlink = flags & ONLINK != 0;
    hop.linkdown = flags & LINKDOWN != 0;
}

/// Its gateway.
pub(super) fn via(attributes: Attributes<'_>) -> Option<IpAddr> {
    let of_family = || addr(attributes.get(VIA)?.get(2..)?);
    let gateway = attributes.addr(GATEWAY).or_else(of_family)?;
    Some(gateway).filter(|via| *via != IpAddr::V6(Ipv6Addr::UNSPECIFIED))
}

/// Several next hops.
pub(super) fn decode(mut ways: &[u8]) -> Vec<NextHop> {
    let mut hops = Vec::new();
    while let (Some((inner, rest)), Some(&[flags, weight]), Some(dev)) =
        (next(ways), ways.get(2..4), u32_at(ways, 4))
    {
        let mut hop = NextHop {
            via: via(Attributes::new(inner)),
            dev: Some(dev).filter(|dev| *dev != 0),
            weight: u16::from(weight) + 1,
            ..NextHop::default()
        };
        set_flags(&mut hop, flags);
        hops.push(hop);
        ways = rest;
    }
    hops
}

/// The attributes of the next one of several ways (`struct rtnexthop`), and what is behind it.
fn next(ways: &[u8]) -> Option<(&[u8], &[u8])> {
    let len = usize::from(u16_at(ways, 0)?);
    let inner = ways.get(HOP..len)?;
    Some((inner, ways.get(aligned(len)..).unwrap_or_default()))
}

/// Whether one of several wraps its packets.
pub(super) fn wraps(mut hops: &[u8]) -> bool {
    let mut wraps = false;
    while let Some((inner, rest)) = next(hops) {
        wraps |= Attributes::new(inner).get(ENCAP).is_some();
        hops = rest;
    }
    wraps
}

/// The flags of a next hop that are asked for; others say how things are.
pub(crate) const fn flags_asked(flags: u8) -> u8 {
    flags & ONLINK
}

/// Several next hops with those flags alone that are asked for.
pub(crate) fn as_asked(hops: &[u8]) -> Vec<u8> {
    let (mut all, mut left) = (hops.to_vec(), hops);
    while let Some((_, rest)) = next(left) {
        let at = all.len() - left.len() + FLAGS;
        all[at] = flags_asked(all[at]);
        left = rest;
    }
    all
}
