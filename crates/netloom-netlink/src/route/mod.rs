//! Routes (`struct rtmsg`, `RTA_*`).

use crate::{
    Attributes, Writer, addr, aligned, family_number, family_of, flag, kind, u16_at, u32_at,
};
use core::net::{IpAddr, Ipv6Addr};
use netloom_model::route::{
    NextHop, RouteAnswer, RouteMatch, RouteMetrics, RouteQuery, RouteType, table,
};
use netloom_model::{Errno, Family, IpNet, Route, Scope};

const FIXED: usize = 12;
const DST: u16 = 1;
const SRC: u16 = 2;
const IIF: u16 = 3;
const OIF: u16 = 4;
const GATEWAY: u16 = 5;
const PRIORITY: u16 = 6;
const PREFSRC: u16 = 7;
const METRICS: u16 = 8;
const MULTIPATH: u16 = 9;
const CACHEINFO: u16 = 12;
const TABLE: u16 = 15;
const VIA: u16 = 18;
const PREF: u16 = 20;
const MARK: u16 = 16;
const EXPIRES: u16 = 23;
const UID: u16 = 25;
const IP_PROTO: u16 = 27;
const SPORT: u16 = 28;
const DPORT: u16 = 29;
const NH_ID: u16 = 30;

/// Flags of a way (`RTNH_F_*`).
const DEAD: u8 = 1;
const ONLINK: u8 = 4;
const LINKDOWN: u8 = 16;

/// Flags of a request for a way (`RTM_F_*`): the table that it is of, and the table's own route.
const LOOKUP_TABLE: u32 = 0x1000;
const FIB_MATCH: u32 = 0x2000;

/// Flags of an answer (`RTCF_*`), in the order in which ip-route(8) tells them.
const CACHE_FLAGS: [(u32, &str); 5] = [
    (0x8000_0000, "local"),
    (0x2000_0000, "mc"),
    (0x1000_0000, "brd"),
    (0x0004_0000, "redirected"),
    (0x0100_0000, "redirect"),
];

/// The place of a table that has no room in the fixed part (`RT_TABLE_COMPAT`).
const COMPAT: u8 = 252;
/// The length of a way of several (`struct rtnexthop`).
const HOP: usize = 8;

/// The types of routes, by their numbers from 1 on (`RTN_*`).
const TYPES: [RouteType; 9] = [
    RouteType::Unicast,
    RouteType::Local,
    RouteType::Broadcast,
    RouteType::Anycast,
    RouteType::Multicast,
    RouteType::Blackhole,
    RouteType::Unreachable,
    RouteType::Prohibit,
    RouteType::Throw,
];

/// The number of a type.
fn number(kind: RouteType) -> u8 {
    let at = TYPES.iter().position(|own| *own == kind);
    at.map_or(0, |at| at as u8 + 1)
}

/// A route as a message of many.
///
/// # Errors
/// `EMSGSIZE`: no message has room for all of it.
pub fn encode(route: &Route) -> Result<Vec<u8>, Errno> {
    body(route).message(kind::ROUTE, flag::MULTI | flag::FILTERED)
}

/// A route as the body of a message that tells of it, or that makes it.
#[must_use]
pub fn body(route: &Route) -> Writer {
    let v6 = route.family() == Family::V6;
    let kind = number(route.kind);
    let table = u8::try_from(route.table).unwrap_or(COMPAT);
    let single = match route.nexthops.as_slice() {
        [hop] => Some(hop),
        _ => None,
    };
    let flags = single.map_or(0, hop_flags);
    let family = family_number(route.family());
    let scope = route.scope.0;
    let mut message = Writer::new(&[
        family,
        route.dst.len,
        0,
        route.tos,
        table,
        route.protocol,
        scope,
        kind,
        flags,
        0,
        0,
        0,
    ]);
    message.u32(TABLE, route.table);
    if route.dst.len > 0 {
        message.addr(DST, route.dst.addr);
    }
    if route.metric != 0 || v6 {
        message.u32(PRIORITY, route.metric);
    }
    metrics(&mut message, &route.metrics);
    if let Some(source) = route.prefsrc {
        message.addr(PREFSRC, source);
    }
    if let Some(id) = route.nhid {
        message.u32(NH_ID, id);
    }
    match (single, route.nexthops.is_empty()) {
        (Some(hop), _) => {
            put_via(&mut message, route.family(), hop.via);
            if let Some(dev) = hop.dev {
                message.u32(OIF, dev);
            }
        }
        (None, true) => {}
        (None, false) => message.put(MULTIPATH, &ways(route)),
    }
    if v6 {
        let mut info = [0; 32];
        let left = route.expires.unwrap_or(0).saturating_mul(100);
        info[8..12].copy_from_slice(&left.to_le_bytes());
        message.put(CACHEINFO, &info);
        message.u8(PREF, route.preference);
    }
    message
}

fn hop_flags(hop: &NextHop) -> u8 {
    let flags = [
        (hop.dead, DEAD),
        (hop.onlink, ONLINK),
        (hop.linkdown, LINKDOWN),
    ];
    let set = flags.into_iter().filter(|(on, _)| *on);
    set.fold(0, |flags, (_, flag)| flags | flag)
}

/// The gateway, with its family where that is not the route's (RFC 5549).
fn put_via(message: &mut Writer, family: Family, via: Option<IpAddr>) {
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

fn ways(route: &Route) -> Vec<u8> {
    let mut all = Vec::new();
    for hop in &route.nexthops {
        let mut inner = Writer::new(&[]);
        put_via(&mut inner, route.family(), hop.via);
        all.extend(((HOP + inner.bytes().len()) as u16).to_le_bytes());
        let weight = hop.weight.clamp(1, 256) - 1;
        all.extend([hop_flags(hop), weight as u8]);
        all.extend(hop.dev.unwrap_or(0).to_le_bytes());
        all.extend(inner.bytes());
    }
    all
}

/// The body of a request that makes a route.
#[must_use]
pub fn make(route: &Route) -> Writer {
    let mut body = body(route);
    if let Some(seconds) = route.expires {
        body.u32(EXPIRES, seconds);
    }
    body
}

/// The body of a request that deletes the first route that fits.
#[must_use]
pub fn remove(route: &RouteMatch) -> Writer {
    let mut message = Writer::new(&[
        family_number(route.dst.family()),
        route.dst.len,
        0,
        route.tos,
        u8::try_from(route.table).unwrap_or(COMPAT),
        route.protocol.unwrap_or(0),
        route.scope.unwrap_or(Scope::NOWHERE).0,
        route.kind.map_or(0, number),
        0,
        0,
        0,
        0,
    ]);
    message.u32(TABLE, route.table);
    if route.dst.len > 0 {
        message.addr(DST, route.dst.addr);
    }
    if let Some(source) = route.prefsrc {
        message.addr(PREFSRC, source);
    }
    put_via(&mut message, route.dst.family(), route.via);
    message.u32s([
        (PRIORITY, route.metric),
        (OIF, route.dev),
        (NH_ID, route.nhid),
    ]);
    message
}

/// The body of a request for all routes of a family.
#[must_use]
pub fn ask(family: Family) -> Writer {
    Writer::of_family::<FIXED>(family)
}

/// The body of a request for the way that a packet would take.
#[must_use]
pub fn query(asked: &RouteQuery) -> Writer {
    let family = Family::of(asked.to);
    let bits = |there: bool| if there { family.bits() } else { 0 };
    let mut fixed = vec![
        family_number(family),
        bits(true),
        bits(asked.from.is_some()),
        asked.tos,
    ];
    fixed.resize(8, 0);
    let matching = if asked.fibmatch { FIB_MATCH } else { 0 };
    // IPv6 tells the table unasked, and refuses to be asked.
    let table = if family == Family::V4 {
        LOOKUP_TABLE
    } else {
        0
    };
    fixed.extend((table | matching).to_le_bytes());
    let mut body = Writer::new(&fixed);
    body.addr(DST, asked.to);
    if let Some(from) = asked.from {
        body.addr(SRC, from);
    }
    for (kind, dev) in [(IIF, asked.iif), (OIF, asked.oif)] {
        if let Some(dev) = dev {
            body.u32(kind, dev);
        }
    }
    for (kind, number) in [(MARK, asked.mark), (UID, asked.uid)] {
        if number != 0 {
            body.u32(kind, number);
        }
    }
    if asked.protocol != 0 {
        body.u8(IP_PROTO, asked.protocol);
    }
    for (kind, port) in [(SPORT, asked.ports.0), (DPORT, asked.ports.1)] {
        if port != 0 {
            body.put(kind, &port.to_be_bytes());
        }
    }
    body
}

/// What answers such a request.
#[must_use]
pub fn answer(body: &[u8]) -> Option<RouteAnswer> {
    let mut route = decode(body)?;
    if route.table == 0 {
        // Nothing was looked up.
        route.table = table::MAIN;
    }
    let flags = u32_at(body, 8)?;
    let set = CACHE_FLAGS.iter().filter(|(flag, _)| flags & flag != 0);
    let source = route.prefsrc;
    Some(RouteAnswer {
        cache_flags: set.map(|(_, word)| (*word).to_owned()).collect(),
        source,
        route,
    })
}

/// The metrics by their numbers (`RTAX_*`).
const fn metric_fields(metrics: &RouteMetrics) -> [(u16, u32); 8] {
    [
        (2, metrics.mtu),
        (3, metrics.window),
        (4, metrics.rtt),
        (8, metrics.advmss),
        (10, metrics.hoplimit),
        (11, metrics.initcwnd),
        (14, metrics.initrwnd),
        (15, metrics.quickack),
    ]
}

/// The bits that lock metrics, and that of the MTU.
const LOCK: u16 = 1;
const MTU_LOCKED: u32 = 1 << 2;

fn metrics(message: &mut Writer, metrics: &RouteMetrics) {
    let mut inner = Writer::new(&[]);
    if metrics.mtu_lock {
        inner.u32(LOCK, MTU_LOCKED);
    }
    for (kind, value) in metric_fields(metrics) {
        if value != 0 {
            inner.u32(kind, value);
        }
    }
    if !inner.bytes().is_empty() {
        message.put(METRICS, inner.bytes());
    }
}

/// What a route says beyond what is known here: how it wraps packets (`RTA_ENCAP`), and from whom (IPv6
/// alone has source prefixes).
fn beyond(attributes: Attributes<'_>, source_len: u8) -> Vec<String> {
    const ENCAP: u16 = 22;
    let mut ways = attributes.get(MULTIPATH).unwrap_or_default();
    let mut wraps = attributes.get(ENCAP).is_some();
    while let Some((inner, rest)) = next_way(ways) {
        wraps |= Attributes::new(inner).get(ENCAP).is_some();
        ways = rest;
    }
    let words = [(wraps, "encap"), (source_len != 0, "from")];
    let there = words.into_iter().filter(|(there, _)| *there);
    there.map(|(_, word)| word.to_owned()).collect()
}

/// The attributes of the next one of several ways (`struct rtnexthop`), and what is behind it.
fn next_way(ways: &[u8]) -> Option<(&[u8], &[u8])> {
    let len = usize::from(u16_at(ways, 0)?);
    let inner = ways.get(HOP..len)?;
    Some((inner, ways.get(aligned(len)..).unwrap_or_default()))
}

/// The route of a message's body; none if it is not one of IP.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Route> {
    let &[
        family,
        len,
        source_len,
        tos,
        table,
        protocol,
        scope,
        kind,
        flags,
        ..,
    ] = body
    else {
        return None;
    };
    let family = family_of(family).filter(|family| len <= family.bits())?;
    let attributes = Attributes::behind(body, FIXED);
    let dst = match attributes.addr(DST) {
        Some(dst) => IpNet { addr: dst, len },
        None => IpNet {
            len,
            ..IpNet::default_of(family)
        },
    };
    if dst.family() != family {
        return None;
    }
    let mut route = Route::new(dst);
    route.table = attributes.u32(TABLE).unwrap_or(table.into());
    route.kind = *TYPES.get(usize::from(kind).checked_sub(1)?)?;
    (route.tos, route.protocol, route.scope) = (tos, protocol, Scope(scope));
    route.metric = attributes.u32(PRIORITY).unwrap_or(0);
    route.prefsrc = attributes.addr(PREFSRC);
    route.nhid = attributes.u32(NH_ID);
    route.preference = attributes.u8(PREF).unwrap_or(0);
    route.beyond = beyond(attributes, source_len);
    if let Some(metrics) = attributes.get(METRICS) {
        route.metrics = decode_metrics(Attributes::new(metrics));
    }
    let left = attributes.get(CACHEINFO).and_then(|info| u32_at(info, 8));
    route.expires = left.filter(|left| *left != 0).map(|left| left / 100);
    let mut single = NextHop {
        via: via(attributes),
        dev: attributes.u32(OIF),
        weight: 1,
        ..NextHop::default()
    };
    if let Some(ways) = attributes.get(MULTIPATH) {
        route.nexthops = decode_ways(ways);
    } else if single.via.is_some() || single.dev.is_some() {
        set_flags(&mut single, flags);
        route.nexthops = vec![single];
    }
    Some(route)
}

fn set_flags(hop: &mut NextHop, flags: u8) {
    hop.dead = flags & DEAD != 0;
    hop.onlink = flags & ONLINK != 0;
    hop.linkdown = flags & LINKDOWN != 0;
}

fn via(attributes: Attributes<'_>) -> Option<IpAddr> {
    let of_family = || addr(attributes.get(VIA)?.get(2..)?);
    let gateway = attributes.addr(GATEWAY).or_else(of_family)?;
    Some(gateway).filter(|via| *via != IpAddr::V6(Ipv6Addr::UNSPECIFIED))
}

fn decode_ways(mut ways: &[u8]) -> Vec<NextHop> {
    let mut hops = Vec::new();
    while let (Some((inner, rest)), Some(&[flags, weight]), Some(dev)) =
        (next_way(ways), ways.get(2..4), u32_at(ways, 4))
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

fn decode_metrics(attributes: Attributes<'_>) -> RouteMetrics {
    let mut metrics = RouteMetrics::default();
    for (kind, value) in attributes {
        let value = u32_at(value, 0).unwrap_or(0);
        match kind {
            LOCK => metrics.mtu_lock = value & MTU_LOCKED != 0,
            2 => metrics.mtu = value,
            3 => metrics.window = value,
            4 => metrics.rtt = value,
            8 => metrics.advmss = value,
            10 => metrics.hoplimit = value,
            11 => metrics.initcwnd = value,
            14 => metrics.initrwnd = value,
            15 => metrics.quickack = value,
            _ => {}
        }
    }
    metrics
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Messages;

    fn again(route: &Route) -> Option<Route> {
        let message = encode(route).unwrap();
        let read = Messages::new(&message, 0).next().unwrap().unwrap();
        assert_eq!(read.kind, kind::ROUTE);
        decode(read.body)
    }

    #[test]
    fn routes_come_back_as_they_were_written() {
        let hop = |via: &str, dev, weight| NextHop {
            via: Some(via.parse().unwrap()),
            dev: Some(dev),
            weight,
            ..NextHop::default()
        };
        let mut route = Route::new("10.6.0.0/16".parse().unwrap());
        route.nexthops = vec![hop("10.0.0.2", 3, 2), hop("fe80::1", 4, 256)];
        (route.metrics.mtu, route.metrics.mtu_lock) = (1400, true);
        assert_eq!(again(&route), Some(route.clone()));
        route.nexthops = vec![NextHop {
            onlink: true,
            ..hop("10.0.0.2", 3, 1)
        }];
        (route.table, route.metric, route.tos) = (1000, 7, 16);
        assert_eq!(again(&route), Some(route));
        let mut route = Route::new("::/0".parse().unwrap());
        route.kind = RouteType::Blackhole;
        (route.expires, route.preference) = (Some(30), 3);
        assert_eq!(again(&route), Some(route));
    }

    #[test]
    fn a_message_of_something_else_is_no_route() {
        assert_eq!(decode(&[]), None);
        assert_eq!(decode(&[7, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0]), None);
        assert_eq!(decode(&[2, 33, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0]), None);
        assert_eq!(decode(&[2, 0, 0, 0, 254, 3, 0, 99, 0, 0, 0, 0]), None);
    }
}
