//! A router passes an IPv6 packet on (`ip6_forward`, RFC 8200 sections 3 and 5, RFC 4291 section
//! 2.5.6).

use super::{deliver, fragment, icmp_error, output};
use crate::device::DevId;
use crate::filter::{self, Proto};
use crate::neighbour::ndp;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::v6::{Flow6, Found6};
use crate::sysctl::Conf6;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::socket::PacketType;
use netloom_wire::icmpv6::{Type, code};
use netloom_wire::ipv6;

/// Forwards a packet by the route that was found.
pub(crate) fn forward<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    mut packet: Packet,
    found: &Found6,
    flow: &Flow6,
) {
    let ns = cx.net.ns_of(dev);
    let all = &cx.net.ns(ns).v6.conf_all;
    let forced = cx.net.dev(dev).v6.conf.on(Conf6::ForceForwarding);
    if !all.on(Conf6::Forwarding) && !forced {
        return cx.drop(packet, dev, Stage::Ip6Forward, DropReason::ForwardingOff);
    }
    if packet.packet_type != PacketType::Host {
        return cx.drop(packet, dev, Stage::Ip6Forward, DropReason::NotForUs);
    }
    let hops = ipv6::Packet::new_unchecked(packet.bytes()).hop_limit();
    if hops <= 1 {
        icmp_error::send(cx, dev, &packet, Type::TIME_EXCEEDED, code::HOP_LIMIT, 0);
        return cx.drop(packet, dev, Stage::Ip6Forward, DropReason::TtlExceeded);
    }
    // Whom this host answers for: what is said to the neighbour itself is read here too.
    if cx.net.either6(dev, Conf6::ProxyNdp)
        && ndp::is_proxied(cx.net, dev, flow.dst)
        && ndp::is_neighbour_message(&packet)
    {
        return deliver::local(cx, dev, packet);
    }
    if flow.src.is_unspecified() || flow.src.is_loopback() {
        return cx.drop(packet, dev, Stage::Ip6Forward, DropReason::MartianSource);
    }
    let next_hop = found.gateway.unwrap_or(flow.dst);
    if found.dev == dev {
        icmp_error::redirect(cx, dev, &packet, next_hop);
    } else if flow.src.is_unicast_link_local() {
        let kind = Type::DEST_UNREACHABLE;
        icmp_error::send(cx, dev, &packet, kind, code::BEYOND_SCOPE, 0);
        return cx.drop(packet, dev, Stage::Ip6Forward, DropReason::BeyondScope);
    }
    cx.net.count_at(dev, Counter::Ip6OutForwDatagrams);
    let link = cx.net.dev(found.dev).v6.conf.get(Conf6::Mtu) as u32;
    let mtu = match found.mtu {
        0 => link,
        mtu => mtu.min(link),
    };
    // What came in fragments and was joined for the rules leaves in fragments that fit.
    let fits = |longest: u16| longest != 0 && u32::from(longest) <= mtu;
    if packet.longest() > mtu as usize && !fits(packet.frag_max) {
        icmp_error::send(cx, dev, &packet, Type::PACKET_TOO_BIG, 0, mtu);
        let reason = DropReason::FragmentationNeeded;
        return cx.drop(packet, dev, Stage::Ip6Forward, reason);
    }
    ipv6::Packet::new_unchecked(packet.bytes_mut()).set_hop_limit(hops - 1);
    cx.see(&packet, dev, Stage::Ip6Forward, |_| Event::Ttl {
        from: hops,
        to: hops - 1,
    });
    packet.local = false;
    packet.iif = dev;
    let devices = (dev, found.dev);
    let Some(packet) = filter::at(cx, (ns, Proto::V6, Hook::Forward), devices, packet) else {
        return;
    };
    let leaving = (ns, Proto::V6, Hook::Postrouting);
    let Some(packet) = filter::at(cx, leaving, devices, packet) else {
        return;
    };
    let longest = u32::from(packet.frag_max);
    if longest != 0 && packet.len() > longest as usize {
        // Pieces that are there still go on as they came, however short.
        fragment::cut(cx, found.dev, packet, longest, |cx, piece| {
            output::to_neighbour(cx, ns, found.dev, next_hop, piece)
        });
        return;
    }
    output::to_neighbour(cx, ns, found.dev, next_hop, packet);
}
