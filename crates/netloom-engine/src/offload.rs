//! Large packets: TCP hands down up to 64 KiB in one packet, and whoever cannot take it whole gets
//! it cut into segments (Linux's generic segmentation offload). Checksums inside are completed only
//! where a packet leaves for the outside.
//!
//! Veth pairs, bridges and routing pass large packets on, as on Linux; their lengths are measured by
//! the longest segment ([`Body::longest`](crate::packet::Body::longest)).

use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use core::net::IpAddr;
use netloom_model::journey::Origin;
use netloom_wire::tcp::{self, Flags};
use netloom_wire::{IpProtocol, icmpv6, ipv4, ipv6, udp};

/// Completes the checksum of a packet whose network header is remembered.
pub(crate) fn complete_checksum(packet: &mut Packet) {
    if !core::mem::take(&mut packet.checksum_partial) {
        return;
    }
    let network = packet.network_mut();
    match network.first().map(|first| first >> 4) {
        Some(4) => {
            let header = ipv4::Packet::new_unchecked(&*network);
            let ends = (header.src().into(), header.dst().into());
            let (at, protocol) = (header.header_len(), header.protocol());
            let end = usize::from(header.total_len()).min(network.len());
            if let Some(segment) = network.get_mut(at..end) {
                fill_checksum(protocol, segment, ends);
            }
        }
        Some(6) => {
            let header = ipv6::Packet::new_unchecked(&*network);
            let ends = (header.src().into(), header.dst().into());
            let protocol = header.next_header();
            if let Some(segment) = network.get_mut(ipv6::HEADER_LEN..) {
                fill_checksum(protocol, segment, ends);
            }
        }
        _ => {}
    }
}

/// Writes the checksum of a message of TCP, UDP or ICMPv6, of which the addresses that it goes from and to
/// are part (RFC 9293 section 3.1, RFC 768, RFC 4443 section 2.3). Others have none, or have it already.
pub(crate) fn fill_checksum(protocol: IpProtocol, message: &mut [u8], ends: (IpAddr, IpAddr)) {
    match (protocol, ends) {
        (IpProtocol::TCP, (IpAddr::V4(src), IpAddr::V4(dst))) => {
            tcp::Packet::new_unchecked(message).fill_checksum_v4(src, dst);
        }
        (IpProtocol::TCP, (IpAddr::V6(src), IpAddr::V6(dst))) => {
            tcp::Packet::new_unchecked(message).fill_checksum_v6(src, dst);
        }
        (IpProtocol::UDP, (IpAddr::V4(src), IpAddr::V4(dst))) => {
            udp::Packet::new_unchecked(message).fill_checksum_v4(src, dst);
        }
        (IpProtocol::UDP, (IpAddr::V6(src), IpAddr::V6(dst))) => {
            udp::Packet::new_unchecked(message).fill_checksum_v6(src, dst);
        }
        (IpProtocol::ICMPV6, (IpAddr::V6(src), IpAddr::V6(dst))) => {
            icmpv6::Packet::new_unchecked(message).fill_checksum(src, dst);
        }
        _ => {}
    }
}

/// Cuts a large packet into the segments that it stands for, each with its checksums, and hands each
/// to `then`. Of the front, what is before the network header goes before each.
pub(crate) fn cut<O: Observer>(
    cx: &mut Cx<'_, O>,
    packet: Packet,
    mut then: impl FnMut(&mut Cx<'_, O>, Packet),
) {
    let before = packet.len().saturating_sub(packet.network().len());
    let head = before + usize::from(packet.gso_headers);
    let (mss, len) = (usize::from(packet.gso), packet.len());
    if mss == 0 || len <= head {
        return then(cx, packet);
    }
    let pieces = (len - head).div_ceil(mss);
    for number in 0..pieces {
        let from = head + number * mss;
        let to = (from + mss).min(len);
        let mut piece = cx.net.pool.take(head + to - from);
        let (front, data) = piece.bytes_mut().split_at_mut(head);
        front.copy_from_slice(&packet.bytes()[..head]);
        data.copy_from_slice(&packet.bytes()[from..to]);
        piece.pull(before);
        piece.follow(&packet);
        piece.tag = packet.tag;
        address(&mut piece, (number, mss), number + 1 == pieces);
        piece.checksum_partial = true;
        complete_checksum(&mut piece);
        piece.push(before);
        cx.born(&mut piece, Some(packet.id), Origin::Copy);
        then(cx, piece);
    }
    cx.consume(packet);
}

/// Writes into a segment's headers, the IP header in front, what differs from one to the next.
fn address(piece: &mut Packet, (number, mss): (usize, usize), last: bool) {
    let len = piece.len();
    let bytes = piece.bytes_mut();
    let at = if bytes[0] >> 4 == 4 {
        let mut header = ipv4::Packet::new_unchecked(&mut *bytes);
        let ident = header.ident().wrapping_add(number as u16);
        header.set_total_len(len as u16);
        header.set_ident(ident);
        header.fill_checksum();
        header.header_len()
    } else {
        ipv6::Packet::new_unchecked(&mut *bytes).set_payload_len((len - ipv6::HEADER_LEN) as u16);
        ipv6::HEADER_LEN
    };
    let mut segment = tcp::Packet::new_unchecked(&mut bytes[at..]);
    let seq = segment.seq().wrapping_add((number * mss) as u32);
    segment.set_seq(seq);
    let mut flags = segment.flags();
    if !last {
        flags = Flags(flags.0 & !(Flags::FIN.0 | Flags::PSH.0));
    }
    if number > 0 {
        flags = Flags(flags.0 & !Flags::CWR.0);
    }
    segment.set_flags(flags);
}
