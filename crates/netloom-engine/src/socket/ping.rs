//! Ping sockets (icmp(7), `ping_group_range`): an echo reply finds its socket by its identifier.

use super::{datagram, hand_over};
use crate::device::DevId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_wire::{icmpv4, ipv4};

/// Hands an echo reply, its front the ICMP header, to its socket. `raw`: a raw socket has a copy.
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, raw: bool) {
    let message = icmpv4::Packet::new_unchecked(packet.bytes());
    let ident = message.echo_ident();
    let header = ipv4::Packet::new_unchecked(packet.network());
    let (src, dst) = (header.src(), header.dst());
    let ns = cx.net.ns_of(dev);
    let socket = cx.net.ns(ns).sockets.ping.iter().copied().find(|id| {
        let socket = &cx.net.sockets.0[*id];
        socket.local.1 == ident && socket.wants(src, dst, packet.received_by(dev))
    });
    let Some(id) = socket else {
        if raw {
            return cx.consume(packet);
        }
        return cx.drop(packet, dev, Stage::PingReceive, DropReason::IcmpUnwanted);
    };
    let mut got = datagram(cx.net, dev, &packet, packet.bytes(), 0);
    // A ping socket alone is told of the loopback where a packet to oneself came by it.
    got.dev = cx.net.dev(dev).index;
    if !hand_over(cx, id, got) {
        return cx.drop(
            packet,
            dev,
            Stage::PingReceive,
            DropReason::SocketBufferFull,
        );
    }
    cx.see(&packet, dev, Stage::PingReceive, |_| Event::Delivered {
        to: "the program that pings".to_owned(),
    });
    cx.consume(packet);
}
