//! An IPv6 packet arrives: its header is checked and routing decides what becomes of it (`ipv6_rcv`,
//! `ip6_rcv_finish`).

use super::headers::{self, Facts, Limits};
use super::{deliver, forward, icmp_error};
use crate::device::DevId;
use crate::filter::{self, Proto};
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::Refused;
use crate::route::multipath::v6 as multipath;
use crate::route::upper::Upper;
use crate::route::v6::{self as route, Flow6};
use crate::sysctl::Conf6;
use core::net::Ipv6Addr;
use netloom_model::RouteType;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::socket::PacketType;
use netloom_wire::icmpv6::{Type, code};
use netloom_wire::{IpProtocol, Malformed, ipv6};

/// Receives a packet whose front is its IP header.
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    if packet.packet_type == PacketType::OtherHost {
        return cx.drop(packet, dev, Stage::Ip6Receive, DropReason::OtherHost);
    }
    let ns = cx.net.ns_of(dev);
    packet.iif = DevId::NONE;
    let mib = &mut cx.net.ns_mut(ns).mib;
    mib.packet(Counter::Ip6InReceives, Counter::Ip6InOctets, packet.len());
    if !cx.net.dev(dev).v6.running {
        return cx.drop(packet, dev, Stage::Ip6Receive, DropReason::Ipv6NotHandled);
    }
    let header = match ipv6::Packet::new_checked(packet.bytes()) {
        Ok(header) => header,
        Err(why) => {
            let short = matches!(why, Malformed::Truncated { .. });
            let reason = if short {
                DropReason::IpTruncated
            } else {
                DropReason::IpMalformed
            };
            return cx.drop(packet, dev, Stage::Ip6Receive, reason);
        }
    };
    let (src, dst, tclass) = (header.src(), header.dst(), header.traffic_class());
    let hop_by_hop = header.next_header() == IpProtocol::HOP_BY_HOP;
    // Without a length it would be told by a hop-by-hop option (RFC 2675).
    let jumbo = hop_by_hop && header.payload_len() == 0;
    let len = ipv6::HEADER_LEN + usize::from(header.payload_len());
    let upper = if cx.net.ns(ns).v6.routing.rules.dissect() {
        Upper::of_v6(&header)
    } else {
        Upper::default()
    };
    if !jumbo {
        packet.truncate(len);
    }
    let mib = &mut cx.net.ns_mut(ns).mib;
    mib.congestion(Counter::Ip6InNoECTPkts, tclass, packet.segments());
    if let Some(reason) = martian(cx, dev, &packet, src, dst) {
        return cx.drop(packet, dev, Stage::Ip6Receive, reason);
    }
    cx.see(&packet, dev, Stage::Ip6Receive, |_| Event::Accepted);
    if hop_by_hop && let Err(refused) = options(cx, dev, &mut packet) {
        return deliver::refuse(cx, dev, Stage::Ip6HopByHop, packet, refused);
    }
    let Some(mut packet) = filter::received(cx, (ns, Proto::V6), dev, packet) else {
        return;
    };
    let header = ipv6::Packet::new_unchecked(packet.bytes());
    let (src, dst) = (header.src(), header.dst());
    if dst.is_multicast() {
        return group(cx, dev, packet, dst);
    }
    // What comes back by the loopback was sent here: the address may be of any device.
    let looped = cx.net.dev(dev).is_loopback();
    let mut flow = Flow6 {
        dst,
        src,
        iif: if looped { DevId::NONE } else { dev },
        oif: DevId::NONE,
        tclass,
        mark: packet.mark,
        upper,
        uid: 0,
        spread: None,
        strict: true,
    };
    let mut found = route::lookup(cx.net, ns, &flow);
    if let Ok(several) = &mut found
        && several.multipath
    {
        let header = ipv6::Packet::new_unchecked(packet.bytes());
        flow.spread = Some(multipath::of_packet(cx.net, ns, &header));
        *several = multipath::select(cx.net, ns, &flow, *several);
    }
    cx.see(&packet, dev, Stage::Route6Input, |net| {
        Event::Routed(Box::new(route::trace(net, ns, &flow)))
    });
    match found {
        Ok(found) if found.leads_nowhere(cx.net) => no_way(cx, dev, packet, Refused::NoRoute),
        Ok(found) => match found.kind {
            RouteType::Local | RouteType::Anycast => {
                if looped {
                    // Sockets take it for received by the device that has the address.
                    packet.iif = found.dev;
                }
                // An address that means nothing elsewhere is heard on its own device.
                let own = looped && dst.is_unicast_link_local();
                let dev = if own { found.dev } else { dev };
                deliver::local(cx, dev, packet);
            }
            _ => forward::forward(cx, dev, packet, &found, &flow),
        },
        Err(refused) => no_way(cx, dev, packet, refused),
    }
}

/// Reads hop-by-hop options.
#[cold]
fn options<O: Observer>(
    cx: &Cx<'_, O>,
    dev: DevId,
    packet: &mut Packet,
) -> Result<(), headers::Refused> {
    packet.set_network();
    let settings = &cx.net.ns(cx.net.ns_of(dev)).v6.settings;
    let header = ipv6::Packet::new_unchecked(packet.bytes());
    let facts = Facts {
        limits: Limits::hop_by_hop(settings),
        group: header.dst().is_multicast(),
        to_host: packet.packet_type == PacketType::Host,
    };
    headers::hop_by_hop(packet.bytes(), &facts)
}

/// Why a packet with these addresses cannot come from the link (RFC 4291 sections 2.5.2, 2.5.3,
/// 2.7).
fn martian<O: Observer>(
    cx: &Cx<'_, O>,
    dev: DevId,
    packet: &Packet,
    src: Ipv6Addr,
    dst: Ipv6Addr,
) -> Option<DropReason> {
    let device = cx.net.dev(dev);
    let mapped = src.to_ipv4_mapped().is_some();
    let groups = matches!(
        packet.packet_type,
        PacketType::Broadcast | PacketType::Multicast
    );
    if src.is_multicast() {
        Some(DropReason::MartianSource)
    } else if device.is_loopback() {
        None
    } else if src.is_loopback() || mapped {
        Some(DropReason::MartianSource)
    } else if dst.is_loopback() || (dst.is_multicast() && dst.segments()[0] & 0xf < 2) {
        Some(DropReason::MartianDestination)
    } else if groups && !dst.is_multicast() && cx.net.either6(dev, Conf6::DropUnicastInL2Multicast)
    {
        Some(DropReason::NotForUs)
    } else {
        None
    }
}

/// No route: the sender is told (`ip6_pkt_drop`).
fn no_way<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, refused: Refused) {
    let code = match refused {
        Refused::NoRoute | Refused::Unreachable => Some(code::NO_ROUTE),
        Refused::Prohibit => Some(code::PROHIBITED),
        Refused::Blackhole => None,
    };
    if let Some(code) = code {
        icmp_error::send(cx, dev, &packet, Type::DEST_UNREACHABLE, code, 0);
    }
    cx.drop(packet, dev, Stage::Route6Input, refused.reason());
}

/// A packet to a group: for this host if it listens (`ip6_mc_input`).
fn group<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, group: Ipv6Addr) {
    count_group(cx, dev, &packet);
    if cx.net.dev(dev).v6.listens(group) {
        return deliver::local(cx, dev, packet);
    }
    let reason = DropReason::NoMulticastMember;
    cx.drop(packet, dev, Stage::Route6Input, reason);
}

/// Counts a packet to a group, listened to or not.
fn count_group<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) {
    let (packets, octets) = (Counter::Ip6InMcastPkts, Counter::Ip6InMcastOctets);
    let ns = cx.net.ns_of(dev);
    let mib = &mut cx.net.ns_mut(ns).mib;
    mib.packet(packets, octets, packet.len());
}

/// A copy of a packet made here for a group comes back to this host (`dev_loopback_xmit`).
pub(super) fn looped<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let ns = cx.net.ns_of(dev);
    let tclass = ipv6::Packet::new_unchecked(packet.bytes()).traffic_class();
    let mib = &mut cx.net.ns_mut(ns).mib;
    mib.packet(Counter::Ip6InReceives, Counter::Ip6InOctets, packet.len());
    mib.congestion(Counter::Ip6InNoECTPkts, tclass, 1);
    count_group(cx, dev, &packet);
    let place = (ns, Proto::V6, Hook::Prerouting);
    if let Some(packet) = filter::at(cx, place, (dev, DevId::NONE), packet) {
        deliver::local(cx, dev, packet);
    }
}
