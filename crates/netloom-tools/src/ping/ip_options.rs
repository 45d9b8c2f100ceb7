//! The IP options of `ping` (RFC 791): `-R` records the route, `-T` the times, several
//! destinations are the stops of a source route; and what is printed of those of a reply.

use super::options::Options;
use core::net::Ipv4Addr;
use netloom_wire::ipv4::{IpOption, OptionIter, OptionKind};
use std::fmt::Write as _;

/// All that a header has room for.
pub(super) const ROOM: usize = 40;

/// What `-T` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamps {
    Times = 0,
    TimesAndAddresses = 1,
    Prespecified = 3,
}

impl Stamps {
    /// The word of ping(8).
    pub(super) fn parse(word: &str) -> Option<Stamps> {
        Some(match word {
            "tsonly" => Stamps::Times,
            "tsandaddr" => Stamps::TimesAndAddresses,
            "tsprespec" => Stamps::Prespecified,
            _ => return None,
        })
    }
}

/// What is set for the socket, with the name that ping has for it in errors; if anything.
pub(super) fn wanted(options: &Options) -> Option<(Vec<u8>, &'static str)> {
    let hops = options.hops.iter();
    if options.record_route {
        let mut bytes = vec![0; ROOM];
        bytes[..4].copy_from_slice(&[OptionKind::NOP.0, OptionKind::RECORD_ROUTE.0, 39, 4]);
        return Some((bytes, "record route"));
    }
    if let Some(stamps) = options.stamps {
        let len = match stamps {
            Stamps::Times => 40,
            Stamps::TimesAndAddresses => 36,
            Stamps::Prespecified => 4 + 8 * hops.len(),
        };
        let mut bytes = vec![OptionKind::TIMESTAMP.0, len as u8, 5, stamps as u8];
        for hop in hops {
            bytes.extend_from_slice(&hop.octets());
            bytes.extend_from_slice(&[0; 4]);
        }
        bytes.resize(len, 0);
        return Some((bytes, "ts option"));
    }
    if options.hops.is_empty() {
        return None;
    }
    let kind = if options.dont_route {
        OptionKind::STRICT_SOURCE_ROUTE
    } else {
        OptionKind::LOOSE_SOURCE_ROUTE
    };
    let mut bytes = vec![OptionKind::NOP.0, kind.0, 3 + 4 * hops.len() as u8, 4];
    for hop in hops {
        bytes.extend_from_slice(&hop.octets());
    }
    Some((bytes, "record route"))
}

/// What a reply's options say, behind its line. `last` is the route that was recorded last.
pub(super) fn print(line: &mut String, last: &mut Vec<u8>, options: &[u8]) {
    for option in OptionIter::new(options).flatten() {
        match option.kind {
            OptionKind::NOP => line.push_str("\nNOP"),
            OptionKind::RECORD_ROUTE => record(line, last, &option),
            OptionKind::TIMESTAMP => stamps(line, &option),
            OptionKind::LOOSE_SOURCE_ROUTE => stops(line, "LSRR", &option),
            OptionKind::STRICT_SOURCE_ROUTE => stops(line, "SSRR", &option),
            _ => {}
        }
    }
}

/// The slots of an option that are filled, from byte `first` on.
fn filled<'a>(option: &IpOption<'a>, first: usize) -> &'a [u8] {
    let pointer = option.bytes.get(2).map_or(0, |at| usize::from(*at));
    let end = (pointer.saturating_sub(1)).min(option.bytes.len());
    option.bytes.get(first..end).unwrap_or_default()
}

fn addresses(line: &mut String, slots: &[u8]) {
    for hop in slots.chunks_exact(4) {
        let addr = Ipv4Addr::new(hop[0], hop[1], hop[2], hop[3]);
        let _ = writeln!(line, "\t{addr}");
    }
}

fn record(line: &mut String, last: &mut Vec<u8>, option: &IpOption<'_>) {
    let slots = filled(option, 3);
    if slots.is_empty() {
        return;
    }
    if last == slots {
        line.push_str("\t(same route)");
        return;
    }
    *last = slots.to_vec();
    line.push_str("\nRR: ");
    addresses(line, slots);
}

fn stops(line: &mut String, name: &str, option: &IpOption<'_>) {
    let _ = write!(line, "\n{name}: ");
    addresses(line, option.bytes.get(3..).unwrap_or_default());
}

/// Times in milliseconds since midnight: the first as it is, the others since the one before.
fn stamps(line: &mut String, option: &IpOption<'_>) {
    let slots = filled(option, 4);
    let flags = option.bytes.get(3).copied().unwrap_or_default();
    if slots.is_empty() {
        return;
    }
    line.push_str("\nTS: ");
    let size = if flags & 15 == 0 { 4 } else { 8 };
    let (mut before, mut odd_before) = (0, 0);
    for slot in slots.chunks_exact(size) {
        let (address, time) = slot.split_at(size - 4);
        if let [a, b, c, d] = *address {
            let _ = write!(line, "\t{}", Ipv4Addr::new(a, b, c, d));
        }
        let time = time
            .iter()
            .fold(0, |number, byte| number << 8 | i64::from(*byte));
        // The first bit says that it counts something else (RFC 791).
        let (value, odd) = (time & 0x7fff_ffff, time & 0x8000_0000 != 0);
        let earlier = if odd { &mut odd_before } else { &mut before };
        let since = value - core::mem::replace(earlier, value);
        let words = match (odd, since == value) {
            (false, true) => format!("{value} absolute"),
            (false, false) => since.to_string(),
            (true, true) => format!("{value} absolute not-standard"),
            (true, false) => format!("{since} not-standard"),
        };
        let _ = writeln!(line, "\t{words}");
    }
    if flags >> 4 > 0 {
        let _ = writeln!(line, "Unrecorded hops: {}", flags >> 4);
    }
}
