//! A packet too long for its link is cut into fragments (`ip_do_fragment`, RFC 791 section 3.2); what
//! IPv6 does in its own way is in `v6/fragment.rs`.

use crate::device::DevId;
use crate::link::Xmit;
use crate::net::Cx;
use crate::observer::Observer;
use crate::offload;
use crate::packet::Packet;
use crate::receive;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_wire::ipv4::{self, HEADER_LEN};

/// A fragment's place is counted in units of as many bytes.
pub(super) const UNIT: usize = 8;

/// How a packet is cut.
pub(super) struct Cut {
    /// Its headers, which every piece begins with.
    pub(super) header: usize,
    /// Bytes of every piece between those headers and its part of the payload.
    pub(super) added: usize,
    /// How much of the payload the longest piece has.
    pub(super) room: usize,
    /// What counts packets cut, packets that could not be, and pieces.
    pub(super) counters: [Counter; 3],
}

/// One of the pieces: its part of the payload.
pub(super) struct Part {
    /// Where it begins, and where it ends.
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) last: bool,
}

/// Cuts a packet, its front the IP header; `write` makes each piece's headers, and `send` gets it.
/// Once one is dropped the rest of it is of no use, and is not sent.
pub(super) fn pieces<O: Observer>(
    cx: &mut Cx<'_, O>,
    (dev, stage): (DevId, Stage),
    mut packet: Packet,
    cut: &Cut,
    write: impl Fn(&mut [u8], &Part),
    mut send: impl FnMut(&mut Cx<'_, O>, Packet) -> Xmit,
) -> Xmit {
    offload::complete_checksum(&mut packet);
    let payload = packet.len() - cut.header;
    let count = payload.div_ceil(cut.room);
    cx.see(&packet, dev, stage, |_| Event::Fragmented {
        pieces: count as u32,
    });
    let [whole, failed, made] = cut.counters;
    for number in 0..count {
        let part = Part {
            from: number * cut.room,
            to: payload.min((number + 1) * cut.room),
            last: number + 1 == count,
        };
        let begins = cut.header + cut.added;
        let mut piece = cx.net.pool.take(begins + part.to - part.from);
        let bytes = piece.bytes_mut();
        bytes[..cut.header].copy_from_slice(&packet.bytes()[..cut.header]);
        let from = &packet.bytes()[cut.header + part.from..cut.header + part.to];
        bytes[begins..].copy_from_slice(from);
        write(bytes, &part);
        piece.follow(&packet);
        cx.born(&mut piece, Some(packet.id), Origin::Copy);
        if send(cx, piece) == Xmit::Drop {
            cx.net.count_at(dev, failed);
            cx.consume(packet);
            return Xmit::Drop;
        }
        cx.net.count_at(dev, made);
        if !part.last {
            receive::between_frames(cx);
        }
    }
    cx.net.count_at(dev, whole);
    cx.consume(packet);
    Xmit::Success
}

/// Cuts a packet, its front the IP header, so that no piece is longer than `mtu`, and hands each
/// to `send`, until one is dropped.
pub(crate) fn cut<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: Packet,
    mtu: u32,
    mut send: impl FnMut(&mut Cx<'_, O>, Packet) -> Xmit,
) -> Xmit {
    // First the segments, then the fragments of each that is still too long.
    let mut answer = Xmit::Success;
    offload::cut(cx, packet, |cx, piece| {
        let sent = cut_one(cx, dev, piece, mtu, &mut send);
        if answer == Xmit::Success {
            answer = sent;
        }
    });
    answer
}

fn cut_one<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: Packet,
    mtu: u32,
    send: &mut impl FnMut(&mut Cx<'_, O>, Packet) -> Xmit,
) -> Xmit {
    let header = ipv4::Packet::new_unchecked(packet.bytes());
    let (header_len, df) = (header.header_len(), header.df());
    let (first, mf) = (usize::from(header.frag_offset()), header.mf());
    let room = (mtu as usize).saturating_sub(header_len) / UNIT * UNIT;
    if df || room == 0 {
        let reason = DropReason::FragmentationNeeded;
        cx.drop(packet, dev, Stage::Fragment, reason);
        return Xmit::Success;
    }
    let how = Cut {
        header: header_len,
        added: 0,
        room,
        counters: [
            Counter::IpFragOKs,
            Counter::IpFragFails,
            Counter::IpFragCreates,
        ],
    };
    let write = |piece: &mut [u8], part: &Part| {
        if part.from > 0 {
            leave_out_options(&mut piece[HEADER_LEN..header_len]);
        }
        let len = piece.len();
        let mut header = ipv4::Packet::new_unchecked(piece);
        header.set_total_len(len as u16);
        header.set_fragment(false, mf || !part.last, (first + part.from) as u16);
        header.fill_checksum();
    };
    pieces(cx, (dev, Stage::Fragment), packet, &how, write, send)
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
