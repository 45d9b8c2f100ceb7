//! Raw sockets of IPv6: they get what follows the headers, never the headers themselves (RFC 3542
//! section 3).

use super::datagram;
use crate::device::DevId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::socket::hand_over;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::socket::SocketKind;
use netloom_wire::{IpProtocol, ipv6};

/// Gives copies of what is behind `at` of a packet, its front the IP header, to raw sockets;
/// whether there were any.
pub(crate) fn deliver<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: &Packet,
    protocol: IpProtocol,
    at: usize,
) -> bool {
    let header = ipv6::Packet::new_unchecked(packet.bytes());
    let (src, dst) = (header.src(), header.dst());
    let ns = cx.net.ns_of(dev);
    let mut any = false;
    for place in 0..cx.net.ns(ns).sockets.raw6.len() {
        let id = cx.net.ns(ns).sockets.raw6[place];
        let socket = &cx.net.sockets.0[id];
        if socket.kind != SocketKind::Raw6(protocol.0)
            || !socket.wants6(src, dst, packet.received_by(dev))
        {
            continue;
        }
        any = true;
        let data = packet.bytes().get(at..).unwrap_or_default();
        let got = datagram(cx.net, dev, packet, data, 0);
        let taken = hand_over(cx, id, got);
        cx.see(packet, dev, Stage::RawReceive, |_| {
            if taken {
                Event::Delivered {
                    to: "a raw socket".to_owned(),
                }
            } else {
                Event::Dropped(DropReason::SocketBufferFull)
            }
        });
    }
    any
}
