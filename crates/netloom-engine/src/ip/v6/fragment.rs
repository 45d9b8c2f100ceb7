//! A packet too long for its link is cut by whoever made it (`ip6_fragment`, RFC 8200 section 4.5);
//! routers never do.

use crate::device::DevId;
use crate::ip::fragment::{Cut, Part, UNIT, pieces};
use crate::link::Xmit;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Stage};
use netloom_wire::ipv6::extension::{self, FRAGMENT_LEN, Fragment};
use netloom_wire::{IpProtocol, ipv6};

/// Where the fragment header goes: behind the headers that routers on the way read; and where the
/// field stands that names what follows them.
fn place(bytes: &[u8]) -> (usize, usize) {
    let header = ipv6::Packet::new_unchecked(bytes);
    let from = ipv6::HEADER_LEN;
    let mut found = (from, 6);
    for next in extension::walk(header.next_header(), &bytes[from..]) {
        let end = from + next.at + next.bytes.len();
        match next.kind {
            _ if next.is_cut() => break,
            IpProtocol::HOP_BY_HOP | IpProtocol::ROUTING => found = (end, from + next.at),
            // For routers too, where a routing header follows.
            IpProtocol::DESTINATION_OPTIONS => {}
            _ => break,
        }
    }
    found
}

/// Cuts a packet, its front the IP header, so that no piece is longer than `mtu`, and hands each
/// to `send`, until one is dropped.
pub(crate) fn cut<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: Packet,
    mtu: u32,
    send: impl FnMut(&mut Cx<'_, O>, Packet) -> Xmit,
) -> Xmit {
    let (at, named) = place(packet.bytes());
    let room = (mtu as usize).saturating_sub(at + FRAGMENT_LEN) / UNIT * UNIT;
    if room == 0 {
        let reason = DropReason::FragmentationNeeded;
        cx.drop(packet, dev, Stage::Fragment6, reason);
        return Xmit::Success;
    }
    // Nobody may guess it (RFC 7739).
    let ident = (cx.net.random.next() >> 32) as u32;
    let how = Cut {
        header: at,
        added: FRAGMENT_LEN,
        room,
        counters: [
            Counter::Ip6FragOKs,
            Counter::Ip6FragFails,
            Counter::Ip6FragCreates,
        ],
    };
    let next = IpProtocol(packet.bytes()[named]);
    let write = |piece: &mut [u8], part: &Part| {
        piece[named] = IpProtocol::FRAGMENT.0;
        Fragment::emit(&mut piece[at..], next, part.from as u16, !part.last, ident);
        let len = piece.len() - ipv6::HEADER_LEN;
        ipv6::Packet::new_unchecked(piece).set_payload_len(len as u16);
    };
    pieces(cx, (dev, Stage::Fragment6), packet, &how, write, send)
}
