//! Ping sockets of ICMPv6: an echo reply finds its socket by its identifier.

use super::datagram;
use crate::device::DevId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::socket::hand_over;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_wire::{icmpv6, ipv6};

/// Hands an echo reply, its front the ICMP header, to its socket. `raw`: a raw socket has a copy.
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, raw: bool) {
    let ident = icmpv6::Packet::new_unchecked(packet.bytes()).echo_ident();
    let header = ipv6::Packet::new_unchecked(packet.network());
    let (src, dst) = (header.src(), header.dst());
    let ns = cx.net.ns_of(dev);
    let socket = cx.net.ns(ns).sockets.ping6.iter().copied().find(|id| {
        let socket = &cx.net.sockets.0[*id];
        socket.v6.local.1 == ident && socket.wants6(src, dst, packet.received_by(dev))
    });
    let Some(id) = socket else {
        if raw {
            return cx.consume(packet);
        }
        return cx.drop(packet, dev, Stage::PingReceive, DropReason::IcmpUnwanted);
    };
    let got = datagram(cx.net, dev, &packet, packet.bytes(), 0);
    if !hand_over(cx, id, got) {
        let reason = DropReason::SocketBufferFull;
        return cx.drop(packet, dev, Stage::PingReceive, reason);
    }
    cx.see(&packet, dev, Stage::PingReceive, |_| Event::Delivered {
        to: "the program that pings".to_owned(),
    });
    cx.consume(packet);
}
