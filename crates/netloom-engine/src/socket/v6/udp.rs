//! UDP over IPv6 (RFC 8200 section 8.1): a datagram finds its socket, or its sender is told that
//! nobody listens.

use super::datagram;
use crate::device::DevId;
use crate::ip::v6::icmp_error;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::socket::udp::score;
use crate::socket::{hand_over, one_of};
use core::net::Ipv6Addr;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_wire::icmpv6::{Type, code};
use netloom_wire::{ipv6, udp};

/// Receives a datagram whose front is its UDP header.
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    let Ok(segment) = udp::Packet::new_checked(packet.bytes()) else {
        return cx.drop(packet, dev, Stage::UdpReceive, DropReason::UdpMalformed);
    };
    let header = ipv6::Packet::new_unchecked(packet.network());
    let (src, dst) = (header.src(), header.dst());
    // Without a checksum there is none over the addresses either: it is not optional.
    let intact = segment.checksum() != 0 && segment.verify_checksum_v6(src, dst);
    if !intact || is_taken_for_broken(&packet) {
        return cx.drop(packet, dev, Stage::UdpReceive, DropReason::UdpChecksum);
    }
    let ports = (segment.src_port(), segment.dst_port());
    let sockets = match packet.socket {
        Some(given) => vec![given.0],
        None => {
            let by = packet.received_by(dev);
            matching(cx.net, by, (src, ports.0), (dst, ports.1))
        }
    };
    if sockets.is_empty() {
        packet.rewind_to_network();
        cx.net.pool.forget_connection(&mut packet);
        let (kind, code) = (Type::DEST_UNREACHABLE, code::PORT_UNREACHABLE);
        icmp_error::send(cx, dev, &packet, kind, code, 0);
        return cx.drop(packet, dev, Stage::UdpReceive, DropReason::NoSocket);
    }
    let mut taken = false;
    for id in sockets {
        let segment = udp::Packet::new_unchecked(packet.bytes());
        let got = datagram(cx.net, dev, &packet, segment.payload(), ports.0);
        if !hand_over(cx, id, got) {
            // Each socket that has no room counts by itself.
            cx.net.count_at(dev, Counter::Udp6RcvbufErrors);
            cx.net.count_at(dev, Counter::Udp6InErrors);
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

/// Datagrams up to this length are summed up anew, whatever is known of their sum (`CHECKSUM_BREAK`).
const SUMMED_ANEW: usize = 76;

/// Whether the sum that was kept of a datagram, whose front is its UDP header, is of another header than it
/// has now: rules that write a traffic class or a hop limit do not bring it up to date.
fn is_taken_for_broken(packet: &Packet) -> bool {
    packet.summed.is_some() && packet.summed != packet.outside_sum() && packet.len() > SUMMED_ANEW
}

/// The sockets for a datagram: for a group all that match, else the one that matches best.
pub(crate) fn matching(
    net: &Net,
    dev: DevId,
    from: (Ipv6Addr, u16),
    to: (Ipv6Addr, u16),
) -> Vec<u32> {
    let mut all = Vec::new();
    let mut best: (u8, Vec<u32>) = (0, Vec::new());
    for id in &net.ns(net.ns_of(dev)).sockets.udp6 {
        let socket = &net.sockets.0[*id];
        let other_port = |(_, port): (Ipv6Addr, u16)| port != from.1;
        if socket.v6.local.1 != to.1
            || !socket.wants6(from.0, to.0, dev)
            || socket.v6.remote.is_some_and(other_port)
        {
            continue;
        }
        if to.0.is_multicast() {
            all.push(*id);
            continue;
        }
        let own = !socket.v6.local.0.is_unspecified();
        let score = score(own, socket.v6.remote.is_some(), socket.dev);
        if score > best.0 {
            best = (score, vec![*id]);
        } else if score == best.0 {
            best.1.push(*id);
        }
    }
    all.extend(one_of(net, &best.1, (from, to)));
    all
}
