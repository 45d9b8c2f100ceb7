//! `TCPOPTSTRIP`, `ECN`, and nft's `tcp option ... set` and `reset tcp option`: what stands in the
//! header of a TCP segment is written or blotted out, its length stays.

use super::write;
use crate::filter::facts::Facts;
use crate::packet::Packet;
use netloom_wire::IpProtocol;
use netloom_wire::tcp::{Flags, HEADER_LEN};

/// The option that tells the greatest segment (RFC 9293 section 3.2).
pub(super) const MSS: u8 = 2;
const END: u8 = 0;
const NOP: u8 = 1;

/// Whether it is a segment whose header is there.
pub(super) fn is_segment(facts: &Facts, packet: &Packet) -> bool {
    let transport = facts.transport.map(usize::from);
    let header = transport.and_then(|at| packet.network().get(at..at + HEADER_LEN));
    facts.protocol == Some(IpProtocol::TCP.0) && header.is_some()
}

/// Where each option stands in a segment, and how long it is, up to the first one that is malformed.
pub(super) fn all(segment: &[u8]) -> Vec<(u8, usize, usize)> {
    let mut found = Vec::new();
    let end = usize::from(segment.get(12).map_or(0, |byte| byte >> 4)) * 4;
    let mut at = HEADER_LEN;
    while at < end {
        let Some(kind) = segment.get(at).copied() else {
            break;
        };
        let len = match kind {
            END => break,
            NOP => 1,
            _ => match segment.get(at + 1) {
                Some(len) if *len >= 2 && at + usize::from(*len) <= end => usize::from(*len),
                _ => break,
            },
        };
        if at + len > segment.len() {
            break;
        }
        found.push((kind, at, len));
        at += len;
    }
    found
}

/// Blots options out.
pub(super) fn strip(kinds: &[u8], facts: &Facts, packet: &mut Packet) {
    if !is_segment(facts, packet) {
        return;
    }
    write::transport(facts, packet, |segment| {
        for (kind, at, len) in all(segment) {
            if kinds.contains(&kind) {
                segment[at..at + len].fill(NOP);
            }
        }
    });
}

/// Writes to an option, if it is there. A segment's size only becomes less (`nft_exthdr_tcp_set_eval`).
pub(super) fn set(
    (kind, (offset, bits)): (u8, (u16, u16)),
    value: u128,
    facts: &Facts,
    packet: &mut Packet,
) {
    if !is_segment(facts, packet) || bits == 0 || bits > 128 {
        return;
    }
    let (first, end) = (offset / 8, offset.saturating_add(bits).div_ceil(8));
    write::transport(facts, packet, |segment| {
        let found = all(segment).into_iter().find(|(own, _, _)| *own == kind);
        let Some((_, at, len)) = found else {
            return;
        };
        if usize::from(end) > len {
            return;
        }
        let old = segment[at..at + usize::from(end)].iter();
        let old = old.skip(usize::from(first));
        let old = old.fold(0u128, |all, byte| all << 8 | u128::from(*byte));
        if kind == MSS && (offset, bits) == (16, 16) && old <= value {
            return;
        }
        let place = (at * 8 + usize::from(offset), usize::from(bits));
        write::put(segment, place, value);
    });
}

/// Takes the bits of congestion away.
pub(super) fn remove_ecn(facts: &Facts, packet: &mut Packet) {
    if is_segment(facts, packet) {
        let bits = Flags::ECE.0 | Flags::CWR.0;
        write::transport(facts, packet, |segment| segment[13] &= !bits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_up_to_the_first_that_is_malformed() {
        let mut segment = vec![0; 20];
        segment.extend([1, 2, 4, 5, 0xb4, 8, 99, 0]);
        segment[12] = 7 << 4;
        assert_eq!(all(&segment), [(1, 20, 1), (2, 21, 4)]);
    }
}
