//! `TCPOPTSTRIP`, `ECN`, and nft's `tcp option ... set` and `reset tcp option`: what stands in the
//! header of a TCP segment is written or blotted out, its length stays.

use super::write;
use crate::filter::facts::Facts;
use crate::filter::options::{self, MSS};
use crate::packet::Packet;
use netloom_wire::IpProtocol;
use netloom_wire::tcp::{Flags, HEADER_LEN};

/// An option that stands for nothing.
const NOP: u8 = 1;

/// Whether it is a segment whose header is there.
pub(super) fn is_segment(facts: &Facts, packet: &Packet) -> bool {
    let transport = facts.transport.map(usize::from);
    let header = transport.and_then(|at| packet.network().get(at..at + HEADER_LEN));
    facts.protocol == Some(IpProtocol::TCP.0) && header.is_some()
}

/// Blots options out, up to the first that tells of more than there is (`tcpoptstrip_mangle_packet`).
pub(super) fn strip(kinds: &[u8], facts: &Facts, packet: &mut Packet) {
    if is_segment(facts, packet) {
        write::transport(facts, packet, |segment| blot(kinds, segment));
    }
}

fn blot(kinds: &[u8], segment: &mut [u8]) {
    let end = options::header(segment).map_or(0, <[u8]>::len);
    let mut at = HEADER_LEN;
    while at + 1 < end {
        let next = at + options::len_at(&segment[..end], at);
        if next > end {
            break;
        }
        if kinds.contains(&segment[at]) {
            segment[at..next].fill(NOP);
        }
        at = next;
    }
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
        let header = options::header(segment).unwrap_or_default();
        let found = options::of_header(header).find(|(own, _)| *own == kind);
        let Some((_, place)) = found else {
            return;
        };
        if usize::from(end) > place.len() || place.end > header.len() {
            return;
        }
        let at = place.start;
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
    fn options_are_blotted_out_up_to_the_first_that_tells_of_too_much() {
        let mut segment = vec![0; HEADER_LEN];
        segment.extend([0, 2, 4, 5, 0xb4, 9, 99, 2]);
        segment[12] = 7 << 4;
        blot(&[2, 9], &mut segment);
        assert_eq!(segment[HEADER_LEN..], [0, 1, 1, 1, 1, 9, 99, 2]);
    }
}
