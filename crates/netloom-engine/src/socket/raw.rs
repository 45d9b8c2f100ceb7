//! raw(7): every socket of a protocol gets a copy of every packet of it.

use super::{datagram, hand_over};
use crate::device::DevId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::socket::SocketKind;
use netloom_wire::{IpProtocol, ipv4};

/// Gives copies of a packet, its front the IP header, to raw sockets; whether there were any.
#[inline]
pub(crate) fn deliver<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: &Packet,
    protocol: IpProtocol,
) -> bool {
    let ns = cx.net.ns_of(dev);
    if cx.net.ns(ns).sockets.raw.is_empty() {
        return false;
    }
    copies(cx, dev, packet, protocol)
}

fn copies<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: &Packet,
    protocol: IpProtocol,
) -> bool {
    let header = ipv4::Packet::new_unchecked(packet.bytes());
    let (src, dst) = (header.src(), header.dst());
    let ns = cx.net.ns_of(dev);
    let mut any = false;
    for at in 0..cx.net.ns(ns).sockets.raw.len() {
        let id = cx.net.ns(ns).sockets.raw[at];
        let socket = &cx.net.sockets.0[id];
        if socket.kind != SocketKind::Raw(protocol.0)
            || !socket.wants(src, dst, packet.received_by(dev))
        {
            continue;
        }
        any = true;
        let got = datagram(cx.net, dev, packet, packet.bytes(), 0);
        let taken = hand_over(cx, id, got);
        cx.see(packet, dev, Stage::RawReceive, |_| match taken {
            true => Event::Delivered {
                to: "a raw socket".to_owned(),
            },
            false => Event::Dropped(DropReason::SocketBufferFull),
        });
    }
    any
}
