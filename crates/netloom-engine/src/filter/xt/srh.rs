//! `srh`: the segment routing header of IPv6 (RFC 8754).

use super::extension::{find, kind};
use crate::packet::Packet;
use core::net::Ipv6Addr;
use netloom_model::ruleset::xt::{Srh, SrhNumber};

/// The routing header that is one of segments.
const SEGMENTS: u8 = 4;

/// How long it is before its segments.
const FIXED: usize = 8;

/// Whether a packet has such a header, and it is as asked for.
pub(super) fn srh(asked: &Srh, packet: &Packet) -> bool {
    let Some(header) = find(packet, kind::ROUTING) else {
        return false;
    };
    let [next, length, SEGMENTS, left, last, _, high, low, ..] = *header.bytes else {
        return false;
    };
    if left > last {
        return false;
    }
    let tag = u16::from_be_bytes([high, low]);
    let segment = |at: Option<usize>| {
        let from = FIXED + 16 * at?;
        let bytes: [u8; 16] = header.bytes.get(from..from + 16)?.try_into().ok()?;
        Some(Ipv6Addr::from(bytes))
    };
    let left_now = usize::from(left);
    let places = [
        (left != last).then_some(left_now + 1),
        left_now.checked_sub(1),
        Some(0),
    ];
    let mut segments = asked.segments.iter().zip(places);
    asked
        .next_header
        .is_none_or(|asked| asked.matches(asked.is == next))
        && compared(asked.length, length)
        && compared(asked.segments_left, left)
        && compared(asked.last_entry, last)
        && asked.tag.is_none_or(|asked| asked.matches(asked.is == tag))
        && segments.all(|(asked, place)| {
            asked.is_none_or(|asked| {
                let (address, len) = asked.is;
                let host = 128 - u32::from(len.min(128));
                let mask = u128::MAX.checked_shl(host).unwrap_or(0);
                let found = segment(place);
                found.is_some_and(|found| {
                    asked.matches(found.to_bits() & mask == address.to_bits() & mask)
                })
            })
        })
}

fn compared(asked: SrhNumber, number: u8) -> bool {
    let is = [
        number == asked.value,
        number > asked.value,
        number < asked.value,
    ];
    let mut each = asked.compared.iter().zip(is);
    each.all(|(wanted, is)| wanted.is_none_or(|wanted| wanted == is))
}
