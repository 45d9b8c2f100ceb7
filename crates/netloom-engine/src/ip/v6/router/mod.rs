//! Routers and hosts find each other (RFC 4861 section 6, RFC 4862 section 5.5): solicitations are
//! sent, advertisements are believed where `accept_ra` says so, and bring the default route, other
//! routes, the prefixes on the link and addresses of them; a namespace advertises what it is told
//! to.
//!
//! Left out: what advertisements say of DNS, which is a program's business on Linux too.

pub(crate) mod advertise;
mod prefix;
mod route;
mod solicit;

pub(crate) use solicit::timer;

use super::device::Inet6;
use crate::device::DevId;
use crate::neighbour::ndp;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::{Conf6, Neigh};
use core::net::Ipv6Addr;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::route::{protocol, table};
use netloom_wire::icmpv6::{self, Type};
use netloom_wire::ipv6;
use netloom_wire::ndp::{HOP_LIMIT, Prefix, Router, find, kind, options, well_formed};

/// Whether advertisements are believed: a host does so, a router where it is told twice.
fn believes(net: &Net, dev: DevId) -> bool {
    let inet6 = &net.dev(dev).v6;
    let accept = inet6.conf.get(Conf6::AcceptRa);
    inet6.running
        && if inet6.conf.on(Conf6::Forwarding) {
            accept == 2
        } else {
            accept > 0
        }
}

/// The link-local address may be used: routers are asked for, and this one tells of itself.
pub(super) fn begin<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    solicit::begin(cx, dev);
    advertise::begin(cx.net, dev);
}

/// Receives a router solicitation or advertisement whose front is its ICMP header.
pub(super) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let message = icmpv6::Packet::new_unchecked(packet.bytes());
    let header = ipv6::Packet::new_unchecked(packet.network());
    let own = message.msg_type() == Type::ROUTER_ADVERTISEMENT;
    if header.hop_limit() != HOP_LIMIT || message.code() != 0 {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpMalformed);
    }
    if own {
        advertisement(cx, dev, packet);
    } else {
        solicitation(cx, dev, packet);
    }
}

/// A host asks for routers (RFC 4861 section 6.1.1).
fn solicitation<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let message = icmpv6::Packet::new_unchecked(packet.bytes());
    let src = ipv6::Packet::new_unchecked(packet.network()).src();
    let all = message.payload();
    let lladdr = find(all, kind::SOURCE_LLADDR).is_some();
    if !well_formed(all) || (src.is_unspecified() && lladdr) {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpMalformed);
    }
    if cx.net.dev(dev).v6.conf.on(Conf6::Forwarding) {
        let all = all.to_vec();
        ndp::learn_host(cx, dev, src, &all);
    }
    advertise::solicited(cx.net, dev);
    cx.consume(packet);
}

/// `ndisc_router_discovery`.
fn advertisement<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let message = icmpv6::Packet::new_unchecked(packet.bytes());
    let src = ipv6::Packet::new_unchecked(packet.network()).src();
    let parsed = Router::parse(message.rest_of_header(), message.payload());
    let parsed = parsed.filter(|(_, all)| well_formed(all));
    let Some((router, all)) = parsed.filter(|_| src.is_unicast_link_local()) else {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpMalformed);
    };
    if !believes(cx.net, dev) {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::RouterIgnored);
    }
    let all = all.to_vec();
    let inet6 = &mut cx.net.dev_mut(dev).v6;
    inet6.solicited = None;
    let of_own = inet6.find(src).is_some();
    let conf = &inet6.conf;
    if of_own && conf.on(Conf6::AcceptRaFromLocal) {
        // This host cannot be its own gateway, and the rest is not looked at then.
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::RouterIgnored);
    }
    cx.see(&packet, dev, Stage::NdpReceive, |_| Event::Delivered {
        to: "router discovery".to_owned(),
    });
    settings(&mut cx.net.dev_mut(dev).v6, &router);
    if !of_own {
        ndp::learn_router(cx, dev, src, &all);
        route::default(cx.net, dev, src, &router);
        route::others(cx.net, dev, src, &all);
        let neigh = &mut cx.net.dev_mut(dev).v6.neighbour_conf;
        for (key, value) in [
            (Neigh::RetransTimeMs, router.retransmit),
            (Neigh::BaseReachableTimeMs, router.reachable),
        ] {
            if value != 0 && value < 0x7fff_ffff {
                neigh.set(key, value as i32);
            }
        }
    }
    let lladdr = find(&all, kind::SOURCE_LLADDR).is_some();
    for option in options(&all).flatten() {
        if let Some(prefix) = Prefix::parse(option) {
            prefix::receive(cx, dev, &prefix, lladdr);
        }
    }
    if let Some(mtu) = link_mtu(cx.net, dev, &all) {
        route::set_mtu(cx.net, dev, src, mtu);
    }
    cx.consume(packet);
}

/// What an advertisement says of the hop limit.
fn settings(inet6: &mut Inet6, router: &Router) {
    let least = inet6.conf.get(Conf6::AcceptRaMinHopLimit).max(0);
    if router.hop_limit != 0 && i32::from(router.hop_limit) >= least {
        inet6.conf.set(Conf6::HopLimit, router.hop_limit.into());
    }
}

/// The MTU of the link, as an advertisement with these options tells it.
fn link_mtu(net: &mut Net, dev: DevId, options: &[u8]) -> Option<u32> {
    let device = net.dev_mut(dev);
    let accept = device.v6.conf.on(Conf6::AcceptRaMtu);
    let option = find(options, kind::MTU).filter(|_| accept);
    let fits = |mtu: &u32| (ipv6::MIN_MTU as u32..=device.mtu).contains(mtu);
    let mtu = option.and_then(netloom_wire::ndp::mtu).filter(fits)?;
    device.v6.conf.set(Conf6::Mtu, mtu as i32);
    Some(mtu)
}

/// A host becomes a router: it no longer believes the others.
pub(crate) fn forget(net: &mut Net, dev: DevId) {
    let ns = net.ns_of(dev);
    net.dev_mut(dev).v6.solicited = None;
    if believes(net, dev) {
        return;
    }
    if let Some(table) = net.ns_mut(ns).v6.routing.tables.get_mut(table::MAIN) {
        table.retain_not(|e| e.uses(dev) && e.protocol == protocol::RA && e.prefix_len == 0);
    }
}

/// Whether a lifetime is one that the setting `accept_ra_min_lft` takes.
fn long_enough(net: &Net, dev: DevId, lifetime: u32) -> bool {
    let least = net.dev(dev).v6.conf.get(Conf6::AcceptRaMinLft).max(0);
    lifetime == 0 || lifetime >= least as u32
}

/// Every bit of an address beyond its prefix is zero.
fn network(addr: Ipv6Addr, len: u8) -> Ipv6Addr {
    use crate::ip::version::{IpVersion, V6};
    Ipv6Addr::from_bits(addr.to_bits() & V6::mask(len))
}
