//! A packet is for this host (`ip_local_deliver`): raw sockets get copies, then its transport.

use super::version::V4;
use super::{icmp, icmp_error, igmp, reassembly};
use crate::device::DevId;
use crate::filter::{self, Proto};
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::socket;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::ruleset::Hook;
use netloom_wire::icmpv4::{Repr, code};
use netloom_wire::{IpProtocol, ipv4};

/// Delivers a packet whose front is its IP header.
pub(crate) fn local<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    packet.set_network();
    if ipv4::Packet::new_unchecked(packet.bytes()).is_fragment() {
        let key = reassembly::Key4::of(&packet);
        match reassembly::take::<V4, O>(cx, dev, key, packet) {
            Some(whole) => packet = whole,
            None => return,
        }
    }
    let place = (cx.net.ns_of(dev), Proto::V4, Hook::Input);
    let Some(mut packet) = filter::at(cx, place, (dev, DevId::NONE), packet) else {
        return;
    };
    let header = ipv4::Packet::new_unchecked(packet.bytes());
    let (protocol, header_len) = (header.protocol(), header.header_len());
    cx.see(&packet, dev, Stage::LocalDeliver, |_| Event::Accepted);
    let raw = socket::raw::deliver(cx, dev, &packet, protocol);
    packet.pull(header_len);
    if raw || is_known(protocol) {
        cx.net.count_at(dev, Counter::IpInDelivers);
    }
    match protocol {
        IpProtocol::ICMP => icmp::receive(cx, dev, packet, raw),
        IpProtocol::UDP => socket::udp::receive(cx, dev, packet),
        IpProtocol::TCP => socket::tcp::receive_v4(cx, dev, packet),
        socket::udp_lite::PROTOCOL => socket::udp_lite::receive_v4(cx, dev, packet),
        IpProtocol::IGMP => igmp::receive(cx, dev, packet),
        _ if raw => cx.consume(packet),
        _ => {
            packet.rewind_to_network();
            icmp_error::send(cx, dev, &packet, |original| Repr::DestUnreachable {
                code: code::PROTOCOL_UNREACHABLE,
                mtu: 0,
                original,
            });
            cx.drop(packet, dev, Stage::LocalDeliver, DropReason::NoProtocol);
        }
    }
}

/// Whether a part of this host takes packets of the protocol.
fn is_known(protocol: IpProtocol) -> bool {
    matches!(
        protocol,
        IpProtocol::ICMP
            | IpProtocol::UDP
            | IpProtocol::TCP
            | IpProtocol::IGMP
            | socket::udp_lite::PROTOCOL
    )
}
