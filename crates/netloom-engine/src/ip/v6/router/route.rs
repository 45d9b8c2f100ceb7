//! The routes that advertisements bring: the default route, more specific ones (RFC 4191), and those
//! to prefixes on the link.

use super::{long_enough, network};
use crate::device::DevId;
use crate::net::Net;
use crate::route::v6::address as routes;
use crate::sysctl::Conf6;
use crate::timer::Timer;
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;
use netloom_model::route::{RouteMetrics, protocol, table};
use netloom_model::{IpNet, NextHop, Route};
use netloom_wire::ndp::{Prefix, RouteInfo, Router, options};

/// A preference that is reserved counts as medium for a router, and makes a route void (RFC 4191
/// section 2.1, 2.3).
const RESERVED: u8 = 2;

/// Of a lifetime: for ever.
const FOR_EVER: u32 = u32::MAX;

/// Makes a route, keeps it alive with what is told of it now, or takes it away.
fn set(net: &mut Net, dev: DevId, route: &Route, lifetime: u32) {
    let ns = net.ns_of(dev);
    let at = net.now + Duration::from_secs(lifetime.into());
    let expires = (lifetime != FOR_EVER).then_some(at);
    let gateway = route.nexthops.first().and_then(|hop| hop.via);
    let table = net.ns_mut(ns).v6.routing.tables.get_or_make(table::MAIN);
    let IpAddr::V6(prefix) = route.dst.addr else {
        return;
    };
    let same = |e: &crate::route::table::Entry<_>| {
        let via = e.hops().next().and_then(|hop| hop.gateway);
        e.uses(dev) && via.map(IpAddr::V6) == gateway && e.protocol == route.protocol
    };
    if lifetime == 0 {
        let len = route.dst.len;
        table.retain_not(|e| e.prefix == prefix && e.prefix_len == len && same(e));
        return;
    }
    if let Some(at) = expires {
        net.timers.set(at, Timer::Routes6 { ns });
    }
    let table = net.ns_mut(ns).v6.routing.tables.get_or_make(table::MAIN);
    match table.find_mut(prefix, route.dst.len, same) {
        Some(known) => known.refresh(route, expires),
        None => routes::insert(net, dev, route, expires),
    }
}

fn through(net: &Net, dev: DevId, router: Ipv6Addr, dst: IpNet, preference: u8) -> Route {
    let hop = NextHop {
        via: Some(router.into()),
        dev: Some(net.dev(dev).index),
        weight: 1,
        ..NextHop::default()
    };
    let metric = net.dev(dev).v6.conf.get(Conf6::RaDefrtrMetric).max(1);
    let with_preferences = net.dev(dev).v6.conf.on(Conf6::AcceptRaRtrPref);
    Route {
        protocol: protocol::RA,
        metric: if dst.len == 0 { metric as u32 } else { 1024 },
        nexthops: vec![hop],
        preference: if with_preferences { preference } else { 0 },
        ..Route::new(dst)
    }
}

fn everywhere() -> IpNet {
    IpNet::new(Ipv6Addr::UNSPECIFIED.into(), 0)
}

/// The default route by a router.
pub(super) fn default(net: &mut Net, dev: DevId, router: Ipv6Addr, told: &Router) {
    let lifetime = u32::from(told.lifetime);
    let conf = &net.dev(dev).v6.conf;
    if !conf.on(Conf6::AcceptRaDefrtr) || !long_enough(net, dev, lifetime) {
        return;
    }
    let least = conf.get(Conf6::AcceptRaMinHopLimit).max(0);
    let hop_limit = Some(told.hop_limit).filter(|hops| i32::from(*hops) >= least);
    let preference = Some(told.preference).filter(|p| *p != RESERVED);
    let route = Route {
        metrics: RouteMetrics {
            hoplimit: hop_limit.unwrap_or(0).into(),
            ..RouteMetrics::default()
        },
        ..through(net, dev, router, everywhere(), preference.unwrap_or(0))
    };
    set(net, dev, &route, lifetime);
}

/// The routes that a router tells of (RFC 4191 section 2.3), as long as `accept_ra_rt_info_*_plen`
/// take their prefixes.
pub(super) fn others(net: &mut Net, dev: DevId, router: Ipv6Addr, all: &[u8]) {
    for told in options(all).flatten().filter_map(RouteInfo::parse) {
        let conf = &net.dev(dev).v6.conf;
        let plen = |key| conf.get(key);
        let wanted = plen(Conf6::AcceptRaRtInfoMinPlen)..=plen(Conf6::AcceptRaRtInfoMaxPlen);
        if !wanted.contains(&told.len.into())
            || (told.len == 0 && !conf.on(Conf6::AcceptRaDefrtr))
            || told.preference == RESERVED
            || !long_enough(net, dev, told.lifetime)
        {
            continue;
        }
        let dst = IpNet::new(network(told.prefix, told.len).into(), told.len);
        let mut route = through(net, dev, router, dst, told.preference);
        if told.len == 0 {
            // Of the router itself it changes only how long and how much it is preferred.
            route.metrics = metrics_of(net, dev, router);
        }
        set(net, dev, &route, told.lifetime);
    }
}

/// What is known of the default route by a router.
fn metrics_of(net: &mut Net, dev: DevId, router: Ipv6Addr) -> RouteMetrics {
    let known = by_router(net, dev, router);
    known
        .and_then(|entry| entry.metrics.as_deref().cloned())
        .unwrap_or_default()
}

fn by_router(
    net: &mut Net,
    dev: DevId,
    router: Ipv6Addr,
) -> Option<&mut crate::route::table::Entry<crate::ip::version::V6>> {
    let ns = net.ns_of(dev);
    let table = net.ns_mut(ns).v6.routing.tables.get_mut(table::MAIN)?;
    table.find_mut(Ipv6Addr::UNSPECIFIED, 0, |e| {
        let via = e.hops().next().and_then(|hop| hop.gateway);
        e.uses(dev) && via == Some(router) && e.protocol == protocol::RA
    })
}

/// The MTU of the link holds for the default route by the router that told of it.
pub(super) fn set_mtu(net: &mut Net, dev: DevId, router: Ipv6Addr, mtu: u32) {
    if let Some(entry) = by_router(net, dev, router) {
        let metrics = entry.metrics.get_or_insert_default();
        metrics.mtu = mtu;
    }
}

/// A prefix that is on the link: what lies in it is reached without a router.
pub(super) fn on_link(net: &mut Net, dev: DevId, prefix: &Prefix) {
    let route = Route {
        protocol: protocol::KERNEL,
        metric: 256,
        ..Route::new(IpNet::new(
            network(prefix.prefix, prefix.len).into(),
            prefix.len,
        ))
    };
    set(net, dev, &route, prefix.valid);
}
