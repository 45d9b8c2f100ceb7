//! Fragments of IPv6 (RFC 8200 section 4.5, RFC 5722, RFC 7112): what differs from IPv4's.

use super::headers::{self, Place, Refused};
use super::{deliver, icmp_error, is_strict};
use crate::device::DevId;
use crate::ip::reassembly::{self, Fragments, Piece, Reassembly};
use crate::ip::version::V6;
use crate::namespace::{Namespace, NsId};
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::Global6;
use crate::timer::Timer;
use core::net::Ipv6Addr;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Stage};
use netloom_wire::icmpv6::{Type, code};
use netloom_wire::ipv6::extension::{self, FRAGMENT_LEN, Fragment};
use netloom_wire::{IpProtocol, ipv6};

/// Which packet a fragment is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    src: Ipv6Addr,
    dst: Ipv6Addr,
    ident: u32,
    /// The device, where the addresses mean nothing without it.
    dev: DevId,
}

/// Takes a fragment whose front is its IP header, and its fragment header at `place`: the whole
/// packet, if this was the last part.
pub(super) fn take<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: Packet,
    place: &Place,
) -> Option<Packet> {
    let header = ipv6::Packet::new_unchecked(packet.bytes());
    let (src, dst) = (header.src(), header.dst());
    let ident = Fragment::new(&packet.bytes()[place.at..])?.ident();
    if let Some(refused) = wrong(packet.bytes(), place) {
        deliver::refuse(cx, dev, Stage::Reassembly6, packet, refused);
        return None;
    }
    let dev_counts = is_strict(dst) && !dst.is_loopback();
    let key = Key {
        src,
        dst,
        ident,
        dev: if dev_counts { dev } else { DevId::NONE },
    };
    reassembly::take::<V6, O>(cx, dev, key, packet)
}

/// Joins fragments on their way, where connections are tracked (`nf_defrag_ipv6`); a packet that is
/// none is given back as it is, and so is a first fragment that has not all headers: its receiver
/// refuses it. Of one that cannot be joined, nobody is told.
pub(crate) fn on_the_way<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: Packet,
) -> Option<Packet> {
    let Some((at, named_at)) = find(packet.bytes()) else {
        return Some(packet);
    };
    let place = Place {
        kind: IpProtocol::FRAGMENT,
        at,
        named_at,
        fragmented: true,
    };
    if is_cut_short(packet.bytes(), &place) {
        return Some(packet);
    }
    if Fragment::new(&packet.bytes()[at..]).is_none() || wrong(packet.bytes(), &place).is_some() {
        let reason = DropReason::FragmentMalformed;
        cx.drop(packet, dev, Stage::Reassembly6, reason);
        return None;
    }
    take(cx, dev, packet, &place)
}

/// Whether this is a first fragment without all of its packet's headers (RFC 7112).
fn is_cut_short(bytes: &[u8], place: &Place) -> bool {
    let fragment = bytes.get(place.at..).and_then(Fragment::new);
    fragment.is_some_and(|fragment| fragment.offset() == 0)
        && !headers::chain_is_whole(bytes, place)
}

/// Why a fragment alone is not wanted, whatever the others are.
fn wrong(bytes: &[u8], place: &Place) -> Option<Refused> {
    /// Where the length of the payload stands in the fixed header.
    const PAYLOAD_LEN: usize = 4;
    let fragment = Fragment::new(bytes.get(place.at..)?)?;
    let len = bytes.len() - place.at - FRAGMENT_LEN;
    let refused = |code, at| {
        Some(Refused {
            reason: DropReason::FragmentMalformed,
            tell: Some((code, at)),
        })
    };
    if is_cut_short(bytes, place) {
        refused(code::CHAIN_CUT, 0)
    } else if usize::from(fragment.offset()) + len > usize::from(u16::MAX) {
        refused(code::FIELD, place.at + 2)
    } else if fragment.more() && !len.is_multiple_of(8) {
        refused(code::FIELD, PAYLOAD_LEN)
    } else {
        None
    }
}

/// The header of a fragment: where it begins, and where the field stands that names it.
fn find(bytes: &[u8]) -> Option<(usize, usize)> {
    let header = ipv6::Packet::new_unchecked(bytes);
    let behind = bytes.get(ipv6::HEADER_LEN..)?;
    let mut all = extension::walk(header.next_header(), behind);
    let found = all.find(|next| next.kind == IpProtocol::FRAGMENT)?;
    let named = found.named_at.map_or(6, |at| ipv6::HEADER_LEN + at);
    Some((ipv6::HEADER_LEN + found.at, named))
}

impl Reassembly for V6 {
    type Key = Key;
    const STAGE: Stage = Stage::Reassembly6;
    const COUNTERS: [Counter; 4] = [
        Counter::Ip6ReasmReqds,
        Counter::Ip6ReasmOKs,
        Counter::Ip6ReasmFails,
        Counter::Ip6ReasmTimeout,
    ];
    const LONGEST: usize = u16::MAX as usize;

    fn fragments(ns: &mut Namespace) -> &mut Fragments<V6> {
        &mut ns.v6.fragments
    }

    fn limits(ns: &Namespace) -> (usize, u64) {
        let limit = |key| ns.v6.settings.get(key).max(0);
        (
            limit(Global6::Ip6fragHighThresh) as usize,
            limit(Global6::Ip6fragTime) as u64,
        )
    }

    fn timer(ns: NsId) -> Timer {
        Timer::Fragments6 { ns }
    }

    fn piece(packet: &Packet) -> Piece {
        let bytes = packet.bytes();
        // Whoever handed it over found its header.
        let at = find(bytes).map_or(ipv6::HEADER_LEN, |(at, _)| at);
        let fragment = Fragment::new(&bytes[at..]);
        Piece {
            kept: at,
            payload: (at + FRAGMENT_LEN).min(bytes.len()),
            from: fragment.map_or(0, |f| f.offset().into()),
            more: fragment.is_some_and(|f| f.more()),
        }
    }

    fn counted(piece: &Piece) -> usize {
        piece.kept - ipv6::HEADER_LEN
    }

    fn finish(whole: &mut [u8], first: &Packet) {
        if let Some((at, named)) = find(first.bytes()) {
            whole[named] = first.bytes()[at];
        }
        let len = whole.len() - ipv6::HEADER_LEN;
        ipv6::Packet::new_unchecked(whole).set_payload_len(len as u16);
    }

    fn too_late<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, first: &Packet) {
        icmp_error::send(cx, dev, first, Type::TIME_EXCEEDED, code::REASSEMBLY, 0);
    }
}
