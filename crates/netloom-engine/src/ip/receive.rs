//! A packet arrives: its header is checked and routing decides what becomes of it (`ip_rcv`,
//! `ip_rcv_finish`).

use super::{deliver, forward, icmp_error, with_options};
use crate::device::DevId;
use crate::filter::{self, Proto};
use crate::flow;
use crate::namespace::NsId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::input::{self, Decision};
use crate::route::upper::Upper;
use crate::route::{self, Flow, Refused, multipath};
use crate::sysctl::Conf;
use netloom_model::Scope;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::socket::PacketType;
use netloom_wire::icmpv4::{Repr, Type, code};
use netloom_wire::ipv4;

/// Receives a packet whose front is its IP header.
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    if packet.packet_type == PacketType::OtherHost {
        return cx.drop(packet, dev, Stage::IpReceive, DropReason::OtherHost);
    }
    let ns = cx.net.ns_of(dev);
    let mib = &mut cx.net.ns_mut(ns).mib;
    mib.packet(Counter::IpInReceives, Counter::IpExtInOctets, packet.len());
    let header = match ipv4::Packet::new_checked(packet.bytes()) {
        Ok(header) => header,
        Err(why) => {
            let short = matches!(why, netloom_wire::Malformed::Truncated { .. });
            let reason = if short {
                DropReason::IpTruncated
            } else {
                DropReason::IpMalformed
            };
            return cx.drop(packet, dev, Stage::IpReceive, reason);
        }
    };
    mib.congestion(Counter::IpExtInNoECTPkts, header.tos(), packet.segments());
    if !header.verify_checksum() {
        return cx.drop(packet, dev, Stage::IpReceive, DropReason::IpChecksum);
    }
    let len = usize::from(header.total_len());
    packet.truncate(len);
    // What a bridge had meet rules before is no flow of IP's own.
    let own = packet.port_in == DevId::NONE;
    if !O::ON && own && flow::is_worth_it(cx.net, ns) {
        return flow::receive(cx, ns, dev, packet);
    }
    accepted(cx, ns, dev, packet);
}

/// The header of a packet is in order: rules are asked, and routing.
pub(crate) fn accepted<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, dev: DevId, packet: Packet) {
    cx.see(&packet, dev, Stage::IpReceive, |_| Event::Accepted);
    let Some(mut packet) = filter::received(cx, (ns, Proto::V4), dev, packet) else {
        return;
    };
    let header = ipv4::Packet::new_unchecked(packet.bytes());
    let (src, dst, tos) = (header.src(), header.dst(), header.tos());
    let options = header.header_len() > ipv4::HEADER_LEN;
    let spread = multipath::of_packet(cx.net, ns, &header);
    let upper = if cx.net.ns(ns).routing.rules.dissect() {
        Upper::of_v4(&header)
    } else {
        Upper::default()
    };
    let mut flow = Flow {
        dst,
        src,
        iif: dev,
        oif: DevId::NONE,
        tos: tos & TOS_MASK,
        mark: packet.mark,
        upper,
        uid: 0,
        scope: Scope::UNIVERSE,
        spread,
    };
    if dst.is_multicast() {
        if options {
            let group = Decision::Broadcast;
            if let Err(reason) = with_options::receive(cx, dev, &mut packet, &mut flow, group) {
                return cx.drop(packet, dev, Stage::IpOptions, reason);
            }
        }
        return group(cx, dev, packet, &flow);
    }
    let mut decision = input::route(cx.net, dev, &flow);
    // What was sent here through `lo` keeps its way: it has arrived, whoever it is addressed to.
    let back = packet.local && cx.net.dev(dev).is_loopback();
    if back && !matches!(decision, Decision::Broadcast) {
        decision = Decision::Local;
    }
    cx.see(&packet, dev, Stage::RouteInput, |net| {
        Event::Routed(Box::new(route::trace(net, net.ns_of(dev), &flow)))
    });
    if options && !matches!(decision, Decision::Refused(_)) {
        match with_options::receive(cx, dev, &mut packet, &mut flow, decision) {
            Ok(then) => decision = then,
            Err(reason) => return cx.drop(packet, dev, Stage::IpOptions, reason),
        }
    }
    decide(cx, dev, packet, &flow, decision);
}

/// The bits of TOS that routing looks at (`INET_DSCP_MASK`).
pub(crate) const TOS_MASK: u8 = 0xfc;

fn decide<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: Packet,
    flow: &Flow,
    decision: Decision,
) {
    match decision {
        Decision::Forward { found, redirect } => {
            source_accepted(cx, dev, &packet);
            forward::forward(cx, dev, packet, found, redirect, flow);
        }
        Decision::Local => {
            source_accepted(cx, dev, &packet);
            let frame_group = matches!(
                packet.packet_type,
                PacketType::Broadcast | PacketType::Multicast
            );
            let device = cx.net.dev(dev);
            let key = Conf::DropUnicastInL2Multicast;
            if frame_group && (device.conf.on(key) || cx.net.ns(device.ns).conf_all.on(key)) {
                return cx.drop(packet, dev, Stage::IpReceive, DropReason::NotForUs);
            }
            deliver::local(cx, dev, packet);
        }
        Decision::Broadcast => {
            source_accepted(cx, dev, &packet);
            broadcast(cx, dev, &packet);
            deliver::local(cx, dev, packet);
        }
        Decision::NoWay(refused) => no_way(cx, dev, packet, refused),
        Decision::Refused(reason) => {
            let source = matches!(
                reason,
                DropReason::ReversePath | DropReason::LocalSource | DropReason::MartianSource
            );
            let stage = if source {
                Stage::SourceCheck
            } else {
                Stage::RouteInput
            };
            cx.drop(packet, dev, stage, reason);
        }
    }
}

fn source_accepted<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) {
    cx.see(packet, dev, Stage::SourceCheck, |net| {
        Event::SourceAccepted {
            rp_filter: route::source::rp_filter(net, dev),
        }
    });
}

/// No route for a packet that would be forwarded: its sender is told (`ip_error`).
fn no_way<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, refused: Refused) {
    let code = match refused {
        Refused::NoRoute => Some(code::NET_UNREACHABLE),
        Refused::Unreachable => Some(code::HOST_UNREACHABLE),
        Refused::Prohibit => Some(code::PACKET_FILTERED),
        Refused::Blackhole => None,
    };
    let ns = cx.net.ns_of(dev);
    let sender = ipv4::Packet::new_unchecked(packet.bytes()).src();
    if let Some(code) = code
        && icmp_error::may_tell_no_route(cx.net, ns, sender)
    {
        icmp_error::send(cx, dev, &packet, |original| Repr::DestUnreachable {
            code,
            mtu: 0,
            original,
        });
    }
    cx.drop(packet, dev, Stage::RouteInput, refused.reason());
}

/// A packet to a group: for this host if it is a member (`ip_check_mc_rcu`).
fn group<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, flow: &Flow) {
    if cx.net.dev(dev).groups.contains(flow.dst) {
        let protocol = ipv4::Packet::new_unchecked(packet.bytes()).protocol();
        if let Err(reason) = input::group(cx.net, dev, flow, protocol) {
            return cx.drop(packet, dev, Stage::SourceCheck, reason);
        }
        multicast(cx, dev, &packet);
        return deliver::local(cx, dev, packet);
    }
    cx.drop(
        packet,
        dev,
        Stage::RouteInput,
        DropReason::NoMulticastMember,
    );
}

/// Counts a packet to everybody on the link.
fn broadcast<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) {
    let (packets, octets) = (Counter::IpExtInBcastPkts, Counter::IpExtInBcastOctets);
    let ns = cx.net.ns_of(dev);
    let mib = &mut cx.net.ns_mut(ns).mib;
    mib.packet(packets, octets, packet.len());
}

/// Counts a packet to a group that is listened to.
fn multicast<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) {
    let (packets, octets) = (Counter::IpExtInMcastPkts, Counter::IpExtInMcastOctets);
    let ns = cx.net.ns_of(dev);
    let mib = &mut cx.net.ns_mut(ns).mib;
    mib.packet(packets, octets, packet.len());
}

/// A copy of a packet made here, for everybody on the link or a group, comes back to this host
/// (`dev_loopback_xmit`).
pub(super) fn looped<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let ns = cx.net.ns_of(dev);
    let tos = ipv4::Packet::new_unchecked(packet.bytes()).tos();
    let mib = &mut cx.net.ns_mut(ns).mib;
    mib.packet(Counter::IpInReceives, Counter::IpExtInOctets, packet.len());
    mib.congestion(Counter::IpExtInNoECTPkts, tos, 1);
    match packet.packet_type {
        PacketType::Broadcast => broadcast(cx, dev, &packet),
        _ => multicast(cx, dev, &packet),
    }
    let place = (ns, Proto::V4, Hook::Prerouting);
    if let Some(packet) = filter::at(cx, place, (dev, DevId::NONE), packet) {
        deliver::local(cx, dev, packet);
    }
}

/// The type of ICMP message that a packet carries, if it carries one and is its first fragment.
pub(crate) fn icmp_type(header: &ipv4::Packet<&[u8]>) -> Option<Type> {
    let carries = header.protocol() == netloom_wire::IpProtocol::ICMP && header.frag_offset() == 0;
    carries
        .then(|| header.payload().first().map(|t| Type(*t)))
        .flatten()
}
