//! Connections of what a bridge takes in, where its rules ask for them (`nf_conntrack_bridge`): the
//! bridge tracks them itself, whether `br_netfilter` is there or not. Fragments are joined before, and
//! leave no longer than they came.

use crate::device::DevId;
use crate::filter::{self, Proto};
use crate::ip::version::V4;
use crate::ip::{fragment, reassembly, v6};
use crate::link::{self, Xmit};
use crate::namespace::NsId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_wire::{EtherType, ethernet, ipv4, ipv6};

/// Where among the chains of a bridge connections are looked up.
pub(super) const TRACK: i32 = filter::TRACK;

/// Makes a frame ready to be tracked: what is behind its packet is cut off, its fragments are joined.
/// One that a rule excepted from tracking stays as it is.
pub(super) fn ready<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    dev: DevId,
    mut packet: Packet,
) -> Option<Packet> {
    if !filter::tracks(cx.net, ns, Proto::Bridge) || packet.ct.is_settled() {
        return Some(packet);
    }
    let Some(bytes) = packet.bytes().get(ethernet::HEADER_LEN..) else {
        return Some(packet);
    };
    let len = match packet.ethertype {
        EtherType::IPV4 => ipv4::Packet::new_checked(bytes).map(|p| usize::from(p.total_len())),
        EtherType::IPV6 => ipv6::Packet::new_checked(bytes)
            .map(|p| ipv6::HEADER_LEN + usize::from(p.payload_len())),
        _ => return Some(packet),
    };
    let Ok(len) = len else {
        return Some(packet);
    };
    packet.truncate(ethernet::HEADER_LEN + len);
    let (header, tag, kind) = (header_of(&packet)?, packet.tag, packet.packet_type);
    packet.pull(ethernet::HEADER_LEN);
    packet.set_network();
    let mut packet = joined(cx, dev, packet)?;
    packet.set_network();
    packet.push(ethernet::HEADER_LEN).copy_from_slice(&header);
    (packet.tag, packet.packet_type) = (tag, kind);
    Some(packet)
}

fn joined<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) -> Option<Packet> {
    if packet.ethertype == EtherType::IPV6 {
        return v6::reassembly::on_the_way(cx, dev, packet);
    }
    if !ipv4::Packet::new_unchecked(packet.bytes()).is_fragment() {
        return Some(packet);
    }
    let key = reassembly::Key4::of(&packet);
    reassembly::take::<V4, O>(cx, dev, key, packet)
}

fn header_of(packet: &Packet) -> Option<[u8; ethernet::HEADER_LEN]> {
    packet.bytes().get(..ethernet::HEADER_LEN)?.try_into().ok()
}

/// A frame goes out of its port in pieces with packets of at most `mtu` bytes, each with its header.
pub(super) fn cut<O: Observer>(cx: &mut Cx<'_, O>, to: DevId, mtu: u32, mut packet: Packet) {
    let Some(header) = header_of(&packet) else {
        return;
    };
    let (tag, ethertype) = (packet.tag, packet.ethertype);
    packet.pull(ethernet::HEADER_LEN);
    packet.set_network();
    let send = |cx: &mut Cx<'_, O>, mut piece: Packet| -> Xmit {
        piece.push(ethernet::HEADER_LEN).copy_from_slice(&header);
        (piece.tag, piece.ethertype) = (tag, ethertype);
        link::transmit(cx, to, piece)
    };
    if ethertype == EtherType::IPV6 {
        v6::fragment::cut(cx, to, packet, mtu.max(ipv6::MIN_MTU as u32), send);
    } else {
        fragment::cut(cx, to, packet, mtu, send);
    }
}
