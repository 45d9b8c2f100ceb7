//! Sequence numbers of TCP follow what helpers wrote into segments (`nf_conntrack_seqadj`): each
//! direction's numbers behind a place are shifted, and what the other side acknowledges is shifted back.

use crate::conntrack::connection::{Connection, Reference};
use crate::conntrack::table::Direction;
use crate::conntrack::tuple;
use crate::filter::Facts;
use crate::namespace::NsId;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::conntrack::status;
use netloom_wire::{checksum, tcp};

/// By how much a direction's numbers are shifted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Adjust {
    /// The number of the segment that was written last.
    position: u32,
    /// For numbers up to it, and behind it.
    before: i32,
    after: i32,
}

const fn is_after(one: u32, other: u32) -> bool {
    (other.wrapping_sub(one) as i32) < 0
}

impl Adjust {
    /// By how much a number is shifted.
    pub(crate) const fn of(&self, seq: u32) -> i32 {
        if is_after(seq, self.position) {
            self.after
        } else {
            self.before
        }
    }

    /// By how much a number that was shifted is to be shifted back.
    const fn back(&self, ack: u32) -> i32 {
        if is_after(ack.wrapping_sub(self.before as u32), self.position) {
            self.after
        } else {
            self.before
        }
    }
}

impl Connection {
    /// By how much what a direction acknowledges is off, for who judges its numbers.
    pub(in crate::conntrack) fn offset(&self, direction: Direction, ack: u32) -> i32 {
        let more = self.more.as_deref();
        let adjust = more.and_then(|more| more.adjust.as_deref());
        adjust.map_or(0, |adjust| {
            adjust[direction.other() as usize].of(ack.wrapping_sub(1))
        })
    }
}

/// Numbers behind a segment of a packet's direction are shifted from now on.
pub(in crate::conntrack) fn shift(
    net: &mut Net,
    ns: NsId,
    reference: Reference,
    seq: u32,
    by: i32,
) {
    let conntrack = net.ns_mut(ns).conntrack.as_mut();
    let Some(connection) = conntrack.and_then(|conntrack| conntrack.of_mut(reference)) else {
        return;
    };
    connection.status |= status::SEQ_ADJUST;
    let both = connection.more_mut().adjust.get_or_insert_default();
    let own = &mut both[reference.direction as usize];
    if own.before == own.after || is_after(seq, own.position) {
        *own = Adjust {
            position: seq,
            before: own.after,
            after: own.after.wrapping_add(by),
        };
    }
}

/// All numbers of a packet's direction are shifted from now on (`nf_ct_seqadj_init`).
pub(crate) fn shift_all(net: &mut Net, ns: NsId, reference: Reference, by: i32) {
    let conntrack = net.ns_mut(ns).conntrack.as_mut();
    let Some(connection) = conntrack.and_then(|conntrack| conntrack.of_mut(reference)) else {
        return;
    };
    connection.status |= status::SEQ_ADJUST;
    let both = connection.more_mut().adjust.get_or_insert_default();
    both[reference.direction as usize] = Adjust {
        position: 0,
        before: by,
        after: by,
    };
}

/// Where the numbers stand in TCP's header.
const SEQ: usize = 4;
const ACK: usize = 8;
const CHECKSUM: usize = 16;

/// Writes the numbers of a segment anew.
pub(in crate::conntrack) fn numbers(net: &Net, facts: &Facts, packet: &mut Packet) {
    let Some(connection) = crate::conntrack::of_packet(net, facts.ns, packet) else {
        return;
    };
    let (Some(tuple::TCP), Some(transport)) = (facts.protocol, facts.transport) else {
        return;
    };
    let more = connection.more.as_deref();
    let Some(both) = more.and_then(|more| more.adjust.as_deref()) else {
        return;
    };
    let direction = packet.ct.direction;
    let (own, other) = (both[direction as usize], both[direction.other() as usize]);
    let partial = packet.checksum_partial;
    let Some(upper) = packet.network_mut().get_mut(usize::from(transport)..) else {
        return;
    };
    if upper.len() < tcp::HEADER_LEN {
        return;
    }
    let (seq, ack) = (word(upper, SEQ), word(upper, ACK));
    let new_seq = seq.wrapping_add(own.of(seq) as u32);
    let new_ack = ack.wrapping_sub(other.back(ack) as u32);
    for (at, old, new) in [(SEQ, seq, new_seq), (ACK, ack, new_ack)] {
        write(upper, at, (old, new), partial);
    }
    selective(upper, &other, partial);
}

/// The number at a place.
const fn word(upper: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([upper[at], upper[at + 1], upper[at + 2], upper[at + 3]])
}

/// Writes a number, and what the checksum covers of it.
pub(crate) fn write(upper: &mut [u8], at: usize, (old, new): (u32, u32), partial: bool) {
    upper[at..at + 4].copy_from_slice(&new.to_be_bytes());
    // One that is only begun covers the pseudo header alone.
    if !partial {
        let sum = u16::from_be_bytes([upper[CHECKSUM], upper[CHECKSUM + 1]]);
        let (old, new) = (old.to_be_bytes(), new.to_be_bytes());
        let sum = match at % 2 {
            0 => checksum::update_bytes(sum, &old, &new),
            // Its bytes stand in two words.
            _ => {
                let pad = |[a, b, c, d]: [u8; 4]| [0, a, b, c, d, 0];
                checksum::update_bytes(sum, &pad(old), &pad(new))
            }
        };
        upper[CHECKSUM..CHECKSUM + 2].copy_from_slice(&sum.to_be_bytes());
    }
}

/// Shifts what is acknowledged selectively (RFC 2018).
fn selective(upper: &mut [u8], other: &Adjust, partial: bool) {
    const SACK: u8 = 5;
    let header = usize::from(upper[12] >> 4) * 4;
    let end = header.min(upper.len());
    let mut at = tcp::HEADER_LEN;
    while let Some(Ok((kind, place))) = tcp::option_at(&upper[..end], at) {
        at = place.end;
        if kind != SACK {
            continue;
        }
        for edge in (place.start + 2..place.end).step_by(4) {
            if edge + 4 > place.end {
                break;
            }
            let old = word(upper, edge);
            let new = old.wrapping_sub(other.back(old) as u32);
            write(upper, edge, (old, new), partial);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_behind_what_was_written_are_shifted_and_acknowledged_back() {
        let adjust = Adjust {
            position: 100,
            before: 0,
            after: 5,
        };
        assert_eq!((adjust.of(100), adjust.of(101)), (0, 5));
        // The segment at 100 had 20 bytes, and 25 once it was written: all of it is acknowledged.
        assert_eq!(adjust.back(125), 5);
        assert_eq!(adjust.back(100), 0);
    }

    #[test]
    fn a_number_at_an_odd_place_keeps_the_checksum_right() {
        let mut upper = vec![0u8; 40];
        upper[12] = 10 << 4;
        upper[20..23].copy_from_slice(&[1, 5, 10]);
        upper[23..27].copy_from_slice(&1000u32.to_be_bytes());
        upper[27..31].copy_from_slice(&2000u32.to_be_bytes());
        let sum = !checksum::sum(&upper);
        upper[16..18].copy_from_slice(&sum.to_be_bytes());
        let adjust = Adjust {
            position: 10,
            before: 0,
            after: 7,
        };
        selective(&mut upper, &adjust, false);
        assert_eq!(upper[23..27], 993u32.to_be_bytes());
        assert!(checksum::verify(&upper));
    }
}
