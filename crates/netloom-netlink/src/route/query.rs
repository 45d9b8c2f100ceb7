//! The question for the way that a packet would take (`RTM_GETROUTE` without a dump), and its answer.

use super::{DPORT, DST, IIF, IP_PROTO, MARK, OIF, SPORT, SRC, UID, decode};
use crate::{Writer, family_number, u32_at};
use netloom_model::Family;
use netloom_model::route::{RouteAnswer, RouteQuery, table};

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
