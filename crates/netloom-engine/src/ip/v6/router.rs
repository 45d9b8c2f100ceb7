//! Routers and hosts find each other (RFC 4861 section 6, RFC 4862 section 5.5): solicitations are
//! sent, advertisements are believed where `accept_ra` says so, and bring the default route, the
//! prefixes on the link and addresses of them.
//!
//! Left out: temporary addresses, more specific routes (RFC 4191 section 2.3), DNS.

use super::device::Inet6;
use super::{ALL_ROUTERS, address, output};
use crate::device::DevId;
use crate::neighbour::ndp;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::v6::address as routes;
use crate::sysctl::{Conf6, Neigh};
use crate::timer::Timer;
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;
use netloom_model::journey::{DropReason, Stage};
use netloom_model::route::{RouteMetrics, protocol, table};
use netloom_model::{Address, IpNet, NextHop, Route};
use netloom_wire::icmpv6::{self, Repr, Type};
use netloom_wire::ndp::{HOP_LIMIT, LLADDR_LEN, Prefix, Router, find, kind, options, put_lladdr};
use netloom_wire::{IpProtocol, ipv6};

/// What is left of a lifetime that may not be cut short by a forged advertisement (RFC 4862 section
/// 5.5.3): two hours.
const LEAST_LEFT: u32 = 7200;

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

/// The link-local address may be used: routers are asked for.
pub(super) fn begin<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let device = cx.net.dev(dev);
    let most = device.v6.conf.get(Conf6::RouterSolicitations);
    if !believes(cx.net, dev) || device.is_loopback() || most == 0 {
        return;
    }
    cx.net.dev_mut(dev).v6.solicited = Some(0);
    timer(cx, dev);
}

/// Asks for routers once more (RFC 7559: ever more seldom).
pub(crate) fn timer<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let Some(device) = cx.net.devices.get(dev.0) else {
        return;
    };
    let Some(sent) = device.v6.solicited.filter(|_| device.v6.running) else {
        return;
    };
    let conf = &device.v6.conf;
    let most = conf.get(Conf6::RouterSolicitations);
    if !believes(cx.net, dev) || (most >= 0 && sent >= most as u32) {
        cx.net.dev_mut(dev).v6.solicited = None;
        return;
    }
    let interval = conf.get(Conf6::RouterSolicitationInterval).max(1) as u64;
    let longest = conf.get(Conf6::RouterSolicitationMaxInterval).max(1) as u64;
    let wait = interval.saturating_mul(1 << sent.min(20)).min(longest) * 1000;
    let wait = wait * 9 / 10 + cx.net.random.below(wait / 5 + 1);
    let at = cx.net.now + Duration::from_millis(wait);
    cx.net.timers.set(at, Timer::RouterSolicitation { dev });
    cx.net.dev_mut(dev).v6.solicited = Some(sent + 1);
    solicit(cx, dev);
}

/// Sends a router solicitation.
fn solicit<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let device = cx.net.dev(dev);
    let src = device.v6.link_local();
    let mut option = [0; LLADDR_LEN];
    put_lladdr(&mut option, kind::SOURCE_LLADDR, device.mac);
    let repr = Repr {
        msg_type: Type::ROUTER_SOLICITATION,
        code: 0,
        rest: 0,
        body: if src.is_some() { &option } else { &[] },
    };
    let src = src.unwrap_or(Ipv6Addr::UNSPECIFIED);
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes, src, ALL_ROUTERS);
    let header = ipv6::Repr {
        src,
        dst: ALL_ROUTERS,
        next_header: IpProtocol::ICMPV6,
        hop_limit: HOP_LIMIT,
        payload_len: bytes.len(),
        ..ipv6::Repr::default()
    };
    output::background(cx, dev, &header, &bytes, None, None);
}

/// Receives a router solicitation or advertisement whose front is its ICMP header.
pub(super) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let message = icmpv6::Packet::new_unchecked(packet.bytes());
    let header = ipv6::Packet::new_unchecked(packet.network());
    let (src, hops) = (header.src(), header.hop_limit());
    let own = message.msg_type() == Type::ROUTER_ADVERTISEMENT;
    if hops != HOP_LIMIT || message.code() != 0 {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpMalformed);
    }
    if !own {
        // Nobody here answers for the host: that is a program's business, as it is on Linux.
        return cx.consume(packet);
    }
    let parsed = Router::parse(message.rest_of_header(), message.payload());
    let parsed = parsed.filter(|(_, all)| netloom_wire::ndp::well_formed(all));
    let Some((router, all)) = parsed.filter(|_| src.is_unicast_link_local()) else {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpMalformed);
    };
    if !believes(cx.net, dev) {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::IcmpIgnored);
    }
    let all = all.to_vec();
    cx.net.dev_mut(dev).v6.solicited = None;
    ndp::learn_router(cx, dev, src, &all);
    let mtu = link_mtu(cx.net, dev, &all);
    default_route(cx.net, dev, src, &router, mtu);
    settings(&mut cx.net.dev_mut(dev).v6, &router);
    for option in options(&all).flatten() {
        if let Some(prefix) = Prefix::parse(option) {
            on_link(cx.net, dev, &prefix);
            autonomous(cx, dev, &prefix);
        }
    }
    cx.consume(packet);
}

/// What an advertisement says of the link in its fixed fields.
fn settings(inet6: &mut Inet6, router: &Router) {
    let least = inet6.conf.get(Conf6::AcceptRaMinHopLimit).max(0);
    if router.hop_limit != 0 && i32::from(router.hop_limit) >= least {
        inet6.hop_limit = Some(router.hop_limit);
        inet6.conf.set(Conf6::HopLimit, router.hop_limit.into());
    }
    let mut told = |key, value: u32| {
        if value != 0 && value < 0x7fff_ffff {
            inet6.neighbour_conf.set(key, value as i32);
        }
    };
    told(Neigh::RetransTimeMs, router.retransmit);
    told(Neigh::BaseReachableTimeMs, router.reachable);
}

/// The MTU of the link, as an advertisement with these options tells it.
fn link_mtu(net: &mut Net, dev: DevId, options: &[u8]) -> Option<u32> {
    let device = net.dev_mut(dev);
    let accept = device.v6.conf.on(Conf6::AcceptRaMtu);
    let option = find(options, kind::MTU).filter(|_| accept);
    let fits = |mtu: &u32| (ipv6::MIN_MTU as u32..=device.mtu).contains(mtu);
    let mtu = option.and_then(netloom_wire::ndp::mtu).filter(fits)?;
    device.v6.mtu = Some(mtu);
    device.v6.conf.set(Conf6::Mtu, mtu as i32);
    Some(mtu)
}

/// A router's route: made, kept alive, or taken away.
fn set_route(net: &mut Net, dev: DevId, route: &Route, lifetime: u32) {
    let ns = net.ns_of(dev);
    let (dst, via) = (route.dst, route.nexthops.first().and_then(|hop| hop.via));
    if let Some(table) = net.ns_mut(ns).v6.routing.tables.get_mut(table::MAIN) {
        table.retain_not(|e| {
            let same = IpNet::new(e.prefix.into(), e.prefix_len) == dst && e.uses(dev);
            let gateway = e.hops().next().and_then(|hop| hop.gateway);
            same && gateway.map(IpAddr::V6) == via && e.protocol == route.protocol
        });
    }
    if lifetime == 0 {
        return;
    }
    let at = net.now + Duration::from_secs(lifetime.into());
    let expires = (lifetime != u32::MAX).then_some(at);
    if let Some(at) = expires {
        net.timers.set(at, Timer::Routes6 { ns });
    }
    routes::insert(net, dev, route, expires);
}

fn default_route(net: &mut Net, dev: DevId, router: Ipv6Addr, told: &Router, mtu: Option<u32>) {
    let device = net.dev(dev);
    if !device.v6.conf.on(Conf6::AcceptRaDefrtr) {
        return;
    }
    let hop = NextHop {
        via: Some(router.into()),
        dev: Some(device.index),
        weight: 1,
        ..NextHop::default()
    };
    let everywhere = IpNet::new(Ipv6Addr::UNSPECIFIED.into(), 0);
    let route = Route {
        protocol: protocol::RA,
        metric: device.v6.conf.get(Conf6::RaDefrtrMetric).max(1) as u32,
        nexthops: vec![hop],
        preference: told.preference,
        metrics: RouteMetrics {
            mtu: mtu.unwrap_or(0),
            hoplimit: told.hop_limit.into(),
            ..RouteMetrics::default()
        },
        ..Route::new(everywhere)
    };
    set_route(net, dev, &route, told.lifetime.into());
}

/// A prefix that is on the link: what lies in it is reached without a router.
fn on_link(net: &mut Net, dev: DevId, prefix: &Prefix) {
    let device = net.dev(dev);
    let link_local = prefix.prefix.is_unicast_link_local();
    if !device.v6.conf.on(Conf6::AcceptRaPinfo) || !prefix.on_link || link_local {
        return;
    }
    if prefix.preferred > prefix.valid {
        return;
    }
    let route = Route {
        protocol: protocol::KERNEL,
        metric: 256,
        ..Route::new(IpNet::new(prefix.prefix.into(), prefix.len))
    };
    set_route(net, dev, &route, prefix.valid);
}

/// A prefix of which hosts make addresses (RFC 4862 section 5.5.3).
fn autonomous<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, prefix: &Prefix) {
    let device = cx.net.dev(dev);
    let conf = &device.v6.conf;
    let allowed = conf.on(Conf6::Autoconf) && conf.on(Conf6::AcceptRaPinfo);
    let usual = prefix.autonomous && prefix.len == 64 && !prefix.prefix.is_unicast_link_local();
    if !allowed || !usual || prefix.preferred > prefix.valid {
        return;
    }
    let most = conf.get(Conf6::MaxAddresses).max(0) as usize;
    let interface = u128::from(address::eui64(device.mac));
    let high = prefix.prefix.to_bits() >> 64 << 64;
    let addr = Ipv6Addr::from_bits(high | interface);
    let lifetime = |seconds: u32| (seconds != u32::MAX).then_some(seconds);
    let (valid, preferred) = (lifetime(prefix.valid), lifetime(prefix.preferred));
    if device.v6.find(addr).is_some() {
        return refresh(cx.net, dev, addr, valid, preferred);
    }
    if prefix.valid == 0 || (most > 0 && device.v6.addresses.len() >= most) {
        return;
    }
    let mut made = Address::new(0, IpNet::new(addr.into(), 64), "");
    made.valid_lft = valid;
    made.preferred_lft = preferred;
    made.flags.manage_temp = true;
    // The prefix has its route by the advertisement already, if it is on the link.
    made.noprefixroute = true;
    address::insert(cx, dev, made, true);
    let list = &mut cx.net.dev_mut(dev).v6.addresses;
    if let Some(ifa) = list.iter_mut().find(|ifa| ifa.addr() == addr) {
        ifa.address.noprefixroute = false;
    }
}

/// An address made earlier lives on.
fn refresh(net: &mut Net, dev: DevId, addr: Ipv6Addr, valid: Option<u32>, preferred: Option<u32>) {
    let (now, ns) = (net.now, net.ns_of(dev));
    let list = &mut net.dev_mut(dev).v6.addresses;
    let Some(ifa) = list
        .iter_mut()
        .find(|ifa| ifa.addr() == addr && ifa.of_router)
    else {
        return;
    };
    let age = now.since(ifa.set_at).as_secs() as u32;
    let left = ifa.address.valid_lft.map(|lft| lft.saturating_sub(age));
    let long = |lft: Option<u32>| lft.is_none_or(|l| l > LEAST_LEFT);
    let longer = valid.is_none() || (left.is_some() && valid > left);
    ifa.address.valid_lft = if long(valid) || longer {
        valid
    } else if left.is_some_and(|left| left <= LEAST_LEFT) {
        left
    } else {
        Some(LEAST_LEFT)
    };
    ifa.address.preferred_lft = preferred;
    ifa.set_at = now;
    if let Some(seconds) = ifa.address.valid_lft {
        let at = now + Duration::from_secs(seconds.into());
        net.timers.set(at, Timer::Addresses { ns });
    }
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
