//! A packet is for this host (`ip6_input_finish`): its extension headers are read one after the
//! other, its fragments are joined, raw sockets get copies, then its transport.

use super::headers::{self, Facts, Limits, Next, Place, Refused};
use super::{icmp, icmp_error, reassembly};
use crate::device::DevId;
use crate::filter::{self, Proto};
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::socket;
use crate::sysctl::Conf6;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::socket::PacketType;
use netloom_wire::icmpv6::{Type, code};
use netloom_wire::{IpProtocol, ipv6};

/// Delivers a packet whose front is its IP header.
pub(crate) fn local<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    packet.set_network();
    let at = (cx.net.ns_of(dev), Proto::V6, Hook::Input);
    let Some(mut packet) = filter::at(cx, at, (dev, DevId::NONE), packet) else {
        return;
    };
    cx.see(&packet, dev, Stage::Local6Deliver, |_| Event::Accepted);
    let mut place = Place::first(&ipv6::Packet::new_unchecked(packet.bytes()));
    loop {
        let facts = facts(cx, dev, &packet);
        match headers::read(packet.bytes(), place, &facts) {
            Ok(Next::Upper(upper)) => return deliver(cx, dev, packet, upper),
            Ok(Next::Fragment(fragment)) => {
                let Some(whole) = reassembly::take(cx, dev, packet, &fragment) else {
                    return;
                };
                packet = whole;
                // What follows stands where the fragment's header stood.
                place = Place {
                    kind: IpProtocol(packet.bytes()[fragment.named_at]),
                    fragmented: true,
                    ..fragment
                };
            }
            Err(refused) => return refuse(cx, dev, Stage::Local6Deliver, packet, refused),
        }
    }
}

fn facts<O: Observer>(cx: &Cx<'_, O>, dev: DevId, packet: &Packet) -> Facts {
    let settings = &cx.net.ns(cx.net.ns_of(dev)).v6.settings;
    let header = ipv6::Packet::new_unchecked(packet.bytes());
    Facts {
        limits: Limits::destination(settings),
        group: header.dst().is_multicast(),
        to_host: packet.packet_type == PacketType::Host,
    }
}

/// A packet ends at its headers; its sender is told where they ask for it.
pub(super) fn refuse<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    stage: Stage,
    packet: Packet,
    refused: Refused,
) {
    if let Some((code, at)) = refused.tell {
        let kind = Type::PARAMETER_PROBLEM;
        icmp_error::send(cx, dev, &packet, kind, code, at as u32);
    }
    cx.drop(packet, dev, stage, refused.reason);
}

/// Hands a packet to its upper layer.
fn deliver<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet, upper: Place) {
    if upper.fragmented
        && upper.kind == IpProtocol::ICMPV6
        && is_suppressed(cx, dev, &packet, &upper)
    {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpFragmented);
    }
    let raw = socket::v6::raw::deliver(cx, dev, &packet, upper.kind, upper.at);
    packet.pull(upper.at);
    if raw || is_known(upper.kind) {
        cx.net.count_at(dev, Counter::Ip6InDelivers);
    }
    match upper.kind {
        IpProtocol::ICMPV6 => icmp::receive(cx, dev, packet, raw),
        IpProtocol::UDP => socket::v6::udp::receive(cx, dev, packet),
        IpProtocol::TCP => socket::tcp::receive_v6(cx, dev, packet),
        socket::udp_lite::PROTOCOL => socket::udp_lite::receive_v6(cx, dev, packet),
        IpProtocol::NO_NEXT_HEADER => cx.consume(packet),
        _ if raw => cx.consume(packet),
        _ => {
            packet.rewind_to_network();
            let refused = Refused {
                reason: DropReason::NoProtocol,
                tell: Some((code::NEXT_HEADER, upper.named_at)),
            };
            refuse(cx, dev, Stage::Local6Deliver, packet, refused);
        }
    }
}

/// Whether a part of this host takes packets of the protocol.
fn is_known(protocol: IpProtocol) -> bool {
    matches!(
        protocol,
        IpProtocol::ICMPV6
            | IpProtocol::UDP
            | IpProtocol::TCP
            | IpProtocol::NO_NEXT_HEADER
            | socket::udp_lite::PROTOCOL
    )
}

/// Neighbour discovery does not come in fragments (RFC 6980), unless `suppress_frag_ndisc` is off.
fn is_suppressed<O: Observer>(cx: &Cx<'_, O>, dev: DevId, packet: &Packet, upper: &Place) -> bool {
    let kind = packet.bytes().get(upper.at).map(|kind| Type(*kind));
    let discovery = Type::ROUTER_SOLICITATION..=Type::REDIRECT;
    kind.is_some_and(|kind| discovery.contains(&kind))
        && cx.net.dev(dev).v6.conf.on(Conf6::SuppressFragNdisc)
}
