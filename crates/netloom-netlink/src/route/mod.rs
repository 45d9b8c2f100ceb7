//! Routes (`struct rtmsg`, `RTA_*`): `hop` is their next hops, `metric` their metrics, `query` the question for
//! the way that a packet would take.

mod hop;
mod metric;
mod query;

pub(crate) use hop::{as_asked, flags_asked};
pub use query::{answer, query};

use crate::{Attributes, Writer, family_number, family_of, flag, kind, u32_at};
use netloom_model::route::{NextHop, RouteMatch, RouteType};
use netloom_model::{Errno, Family, IpNet, Route, Scope};

/// The length of the fixed part.
pub(crate) const FIXED: usize = 12;
const DST: u16 = 1;
const SRC: u16 = 2;
const IIF: u16 = 3;
pub(crate) const OIF: u16 = 4;
pub(crate) const GATEWAY: u16 = 5;
const PRIORITY: u16 = 6;
const PREFSRC: u16 = 7;
const METRICS: u16 = 8;
pub(crate) const MULTIPATH: u16 = 9;
pub(crate) const CACHEINFO: u16 = 12;
const TABLE: u16 = 15;
pub(crate) const VIA: u16 = 18;
const PREF: u16 = 20;
const MARK: u16 = 16;
/// How it wraps packets.
pub(crate) const ENCAP_TYPE: u16 = 21;
pub(crate) const ENCAP: u16 = 22;
pub(crate) const EXPIRES: u16 = 23;
const UID: u16 = 25;
const IP_PROTO: u16 = 27;
const SPORT: u16 = 28;
const DPORT: u16 = 29;
pub(crate) const NH_ID: u16 = 30;

/// The place of a table that has no room in the fixed part (`RT_TABLE_COMPAT`).
const COMPAT: u8 = 252;

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
    let flags = single.map_or(0, hop::flags);
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
    metric::put(&mut message, &route.metrics);
    if let Some(source) = route.prefsrc {
        message.addr(PREFSRC, source);
    }
    if let Some(id) = route.nhid {
        message.u32(NH_ID, id);
    }
    match (single, route.nexthops.is_empty()) {
        (Some(hop), _) => {
            hop::put_via(&mut message, route.family(), hop.via);
            if let Some(dev) = hop.dev {
                message.u32(OIF, dev);
            }
        }
        (None, true) => {}
        (None, false) => message.put(MULTIPATH, &hop::encode(route)),
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
    hop::put_via(&mut message, route.dst.family(), route.via);
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

/// The body of a request for the routes of one table.
#[must_use]
pub fn ask_table(family: Family, table: u32) -> Writer {
    let mut body = ask(family);
    body.u32(TABLE, table);
    body
}

/// What a route says beyond what is known here: how it wraps packets (`RTA_ENCAP`), and from whom (IPv6
/// alone has source prefixes).
fn beyond(attributes: Attributes<'_>, source_len: u8) -> Vec<String> {
    let hops = attributes.get(MULTIPATH).unwrap_or_default();
    let wraps = attributes.get(ENCAP).is_some() || hop::wraps(hops);
    let words = [(wraps, "encap"), (source_len != 0, "from")];
    let there = words.into_iter().filter(|(there, _)| *there);
    there.map(|(_, word)| word.to_owned()).collect()
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
        route.metrics = metric::decode(Attributes::new(metrics));
    }
    let left = attributes.get(CACHEINFO).and_then(|info| u32_at(info, 8));
    route.expires = left.filter(|left| *left != 0).map(|left| left / 100);
    let mut single = NextHop {
        via: hop::via(attributes),
        dev: attributes.u32(OIF),
        weight: 1,
        ..NextHop::default()
    };
    if let Some(ways) = attributes.get(MULTIPATH) {
        route.nexthops = hop::decode(ways);
    } else if single.via.is_some() || single.dev.is_some() {
        hop::set_flags(&mut single, flags);
        route.nexthops = vec![single];
    }
    Some(route)
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
