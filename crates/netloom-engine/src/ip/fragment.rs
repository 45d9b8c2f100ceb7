//! A packet too long for its link is cut into fragments (`ip_do_fragment`, RFC 791 section 3.2).

use crate::device::DevId;
use crate::link::Xmit;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_wire::ipv4::{self, HEADER_LEN};

/// A fragment's place is counted in units of as many bytes.
pub(super) const UNIT: usize = 8;

/// Cuts a packet, its front the IP header, so that no piece is longer than `mtu`, and hands each
/// to `send`. The answer is the first that is no success, or success.
pub(super) fn cut<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: Packet,
    mtu: u32,
    mut send: impl FnMut(&mut Cx<'_, O>, Packet) -> Xmit,
) -> Xmit {
    let header = ipv4::Packet::new_unchecked(packet.bytes());
    let (header_len, df) = (header.header_len(), header.df());
    let (first, mf) = (usize::from(header.frag_offset()), header.mf());
    let room = (mtu as usize).saturating_sub(header_len) / UNIT * UNIT;
    if df || room == 0 {
        cx.drop(
            packet,
            dev,
            Stage::Fragment,
            DropReason::FragmentationNeeded,
        );
        return Xmit::Success;
    }
    let payload = packet.len() - header_len;
    let pieces = payload.div_ceil(room);
    cx.see(&packet, dev, Stage::Fragment, |_| Event::Fragmented {
        pieces: pieces as u32,
    });
    let mut answer = Xmit::Success;
    for number in 0..pieces {
        let (from, to) = (number * room, payload.min((number + 1) * room));
        let mut piece = cx.net.pool.take(header_len + to - from);
        let (head, body) = piece.bytes_mut().split_at_mut(header_len);
        head.copy_from_slice(&packet.bytes()[..header_len]);
        body.copy_from_slice(&packet.bytes()[header_len + from..header_len + to]);
        if number > 0 {
            leave_out_options(&mut head[HEADER_LEN..]);
        }
        let mut header = ipv4::Packet::new_unchecked(piece.bytes_mut());
        header.set_total_len((header_len + to - from) as u16);
        header.set_fragment(false, mf || number + 1 < pieces, (first + from) as u16);
        header.fill_checksum();
        piece.follow(&packet);
        cx.born(&mut piece, Some(packet.id), Origin::Copy);
        match send(cx, piece) {
            Xmit::Success => {}
            other if answer == Xmit::Success => answer = other,
            _ => {}
        }
    }
    cx.consume(packet);
    answer
}

/// Options without the flag "copied" are of the first fragment alone (RFC 791 section 3.1): in the
/// others no-operations stand in their places.
fn leave_out_options(options: &mut [u8]) {
    const END: u8 = 0;
    const NO_OPERATION: u8 = 1;
    const COPIED: u8 = 0x80;
    let mut at = 0;
    while let Some(kind) = options.get(at).copied().filter(|kind| *kind != END) {
        let len = match kind {
            NO_OPERATION => 1,
            _ => options
                .get(at + 1)
                .map_or(1, |len| usize::from(*len).max(2)),
        };
        let end = (at + len).min(options.len());
        if kind & COPIED == 0 {
            options[at..end].fill(NO_OPERATION);
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_options_marked_as_copied_are_in_later_fragments() {
        let mut options = [7, 3, 4, 148, 4, 0, 0, 1, 68, 4, 5, 0, 0, 0, 0, 0];
        leave_out_options(&mut options);
        assert_eq!(options, [1, 1, 1, 148, 4, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
        leave_out_options(&mut [7]);
        leave_out_options(&mut [7, 200, 3]);
    }
}
