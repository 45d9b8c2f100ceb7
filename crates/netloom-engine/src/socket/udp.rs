//! udp(7): a datagram finds its socket, or its sender is told that nobody listens.

use super::{datagram, hand_over, one_of};
use crate::device::DevId;
use crate::ip::icmp_error;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use core::net::Ipv4Addr;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::socket::{PacketType, SocketKind};
use netloom_wire::icmpv4::{Repr, code};
use netloom_wire::{ipv4, udp};

/// Receives a datagram whose front is its UDP header.
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    let Ok(segment) = udp::Packet::new_checked(packet.bytes()) else {
        return cx.drop(packet, dev, Stage::UdpReceive, DropReason::UdpMalformed);
    };
    let header = ipv4::Packet::new_unchecked(packet.network());
    let (src, dst) = (header.src(), header.dst());
    if segment.checksum() != 0 && !segment.verify_checksum_v4(src, dst) {
        return cx.drop(packet, dev, Stage::UdpReceive, DropReason::UdpChecksum);
    }
    let ports = (segment.src_port(), segment.dst_port());
    let group = dst.is_multicast()
        || matches!(
            packet.packet_type,
            PacketType::Broadcast | PacketType::Multicast
        );
    let by = packet.received_by(dev);
    let sockets = match packet.socket {
        Some(given) => vec![given.0],
        None => matching(cx.net, by, (src, ports.0), (dst, ports.1), group),
    };
    if sockets.is_empty() {
        packet.rewind_to_network();
        cx.net.pool.forget_connection(&mut packet);
        icmp_error::send(cx, dev, &packet, |original| Repr::DestUnreachable {
            code: code::PORT_UNREACHABLE,
            mtu: 0,
            original,
        });
        return cx.drop(packet, dev, Stage::UdpReceive, DropReason::NoSocket);
    }
    let mut taken = false;
    for id in sockets {
        let segment = udp::Packet::new_unchecked(packet.bytes());
        let mut got = datagram(cx.net, dev, &packet, segment.payload(), ports.0);
        if cx.net.sockets.0[id].kind.is_v6() {
            got.map_to_v6();
        }
        if !hand_over(cx, id, got) {
            // Each socket that has no room counts by itself.
            cx.net.count_at(dev, Counter::UdpRcvbufErrors);
            cx.net.count_at(dev, Counter::UdpInErrors);
            continue;
        }
        taken = true;
    }
    if !taken {
        return cx.drop(packet, dev, Stage::UdpReceive, DropReason::SocketBufferFull);
    }
    cx.see(&packet, dev, Stage::UdpReceive, |_| Event::Delivered {
        to: format!("the program at UDP port {}", ports.1),
    });
    cx.consume(packet);
}

/// The sockets for a datagram: for a group all that match, else the one that matches best. Those of
/// IPv6 that hear IPv4 come after those of IPv4.
pub(crate) fn matching(
    net: &Net,
    dev: DevId,
    from: (Ipv4Addr, u16),
    to: (Ipv4Addr, u16),
    group: bool,
) -> Vec<u32> {
    let mut all = Vec::new();
    let mut best: (u8, Vec<u32>) = (0, Vec::new());
    let lists = &net.ns(net.ns_of(dev)).sockets;
    for id in lists.udp.iter().chain(&lists.udp6) {
        let socket = &net.sockets.0[*id];
        if socket.local.1 != to.1
            || (socket.kind == SocketKind::Udp6 && !socket.hears_v4())
            || !socket.wants(from.0, to.0, dev)
            || socket.remote.is_some_and(|(_, port)| port != from.1)
        {
            continue;
        }
        if group {
            all.push(*id);
            continue;
        }
        let own = !socket.local.0.is_unspecified();
        let version = u8::from(socket.kind == SocketKind::Udp);
        let score = version + score(own, socket.remote.is_some(), socket.dev);
        if score > best.0 {
            best = (score, vec![*id]);
        } else if score == best.0 {
            best.1.push(*id);
        }
    }
    all.extend(one_of(net, &best.1, (from, to)));
    all
}

/// How well a socket that fits a datagram matches it (`compute_score`): one bound to the address goes
/// before those that are not, then one with a partner, then one with a device.
pub(super) fn score(own_address: bool, partner: bool, dev: DevId) -> u8 {
    let device = u8::from(dev != DevId::NONE);
    2 + 16 * u8::from(own_address) + 8 * u8::from(partner) + 4 * device
}
