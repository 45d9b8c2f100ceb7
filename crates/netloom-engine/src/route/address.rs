//! The routes that come with addresses (`fib_add_ifaddr`, `fib_del_ifaddr`) and go with devices.

use super::address_kind;
use super::table::{Entry, Hop};
use crate::device::{DevId, Ifa};
use crate::ip::version::V4;
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::route::{protocol, table};
use netloom_model::{IpNet, Mode, Route, RouteType, Scope};

/// The routes that one address of a device stands for. A device that is down has its local
/// addresses alone.
fn implied(net: &Net, dev: DevId, ifa: &Ifa) -> Vec<Route> {
    let device = net.dev(dev);
    let address = &ifa.address;
    // A secondary speaks in the name of its primary.
    let source = device
        .addresses
        .iter()
        .filter(|_| address.secondary)
        .find(|o| !o.address.secondary && o.address.prefix() == address.prefix())
        .map_or(ifa.local(), Ifa::local);
    let route = |kind, dst: IpNet| Route {
        kind,
        table: if kind == RouteType::Unicast {
            table::MAIN
        } else {
            table::LOCAL
        },
        protocol: protocol::KERNEL,
        scope: if kind == RouteType::Local {
            Scope::HOST
        } else {
            Scope::LINK
        },
        prefsrc: Some(source.into()),
        ..Route::new(dst)
    };
    let mut routes = vec![route(RouteType::Local, IpNet::host(ifa.local().into()))];
    if !device.is_up() {
        return routes;
    }
    if let Some(broadcast) = address.broadcast.filter(|b| !b.is_broadcast()) {
        routes.push(route(RouteType::Broadcast, IpNet::host(broadcast.into())));
    }
    let prefix = address.prefix();
    let zero = matches!(prefix.addr, IpAddr::V4(a) if a.octets()[0] == 0);
    if zero || address.secondary || prefix == IpNet::host(ifa.local().into()) {
        return routes;
    }
    if !address.noprefixroute {
        let kind = if device.is_loopback() {
            RouteType::Local
        } else {
            RouteType::Unicast
        };
        routes.push(Route {
            metric: address.metric,
            ..route(kind, prefix)
        });
    }
    if prefix.len < 31 {
        routes.push(route(RouteType::Broadcast, IpNet::host(prefix.last())));
    }
    routes
}

fn insert(net: &mut Net, ns: NsId, dev: DevId, route: &Route) {
    let IpAddr::V4(prefix) = route.dst.addr else {
        return;
    };
    let prefsrc = v4(route.prefsrc);
    // The source must be local; an address that is another prefix's broadcast address first is not.
    let own = |a: Ipv4Addr| address_kind(net, ns, a) == RouteType::Local;
    let to_itself = route.kind == RouteType::Local && Some(prefix) == prefsrc;
    if !to_itself && !prefsrc.is_some_and(own) {
        return;
    }
    let scope = if route.kind == RouteType::Local {
        Scope::NOWHERE
    } else {
        Scope::HOST
    };
    let hop = Hop::<V4> {
        dev,
        gateway: None,
        via6: None,
        weight: 1,
        onlink: false,
        scope,
    };
    let entry = Entry::new(route, prefix, prefsrc, &[hop]);
    let table = net.ns_mut(ns).routing.tables.get_or_make(route.table);
    // Two addresses of one prefix stand for the same route: once is enough.
    if table.insert(entry, Mode::Append).is_ok() {
        notify::own_route(net, dev, route, false);
    }
}

fn v4(addr: Option<IpAddr>) -> Option<Ipv4Addr> {
    match addr {
        Some(IpAddr::V4(addr)) => Some(addr),
        _ => None,
    }
}

/// An address was put on a device.
pub(crate) fn added(net: &mut Net, dev: DevId, ifa: &Ifa) {
    let ns = net.ns_of(dev);
    for route in implied(net, dev, ifa) {
        insert(net, ns, dev, &route);
    }
}

/// Addresses were taken from a device that has `gone` no more: routes that no other address stands
/// for go, and those that used a local address which is nowhere now.
pub(crate) fn removed(net: &mut Net, dev: DevId, gone: &[Ifa], implied_before: &[Route]) {
    tell_removed(net, dev, gone, implied_before);
    let ns = net.ns_of(dev);
    let all: Vec<DevId> = net.ns(ns).devices.values().copied().collect();
    let here = all_implied(net, dev);
    let key = |r: &Route| (r.table, r.kind, r.dst, r.prefsrc);
    let lost: Vec<Route> = implied_before
        .iter()
        .filter(|r| !here.iter().any(|h| key(h) == key(r)))
        .cloned()
        .collect();
    let still_local = |a: Ipv4Addr| {
        all.iter()
            .any(|d| net.dev(*d).addresses.iter().any(|i| i.local() == a))
    };
    let dead: Vec<Ipv4Addr> = gone
        .iter()
        .map(Ifa::local)
        .filter(|a| !still_local(*a))
        .collect();
    let tables = &mut net.ns_mut(ns).routing.tables;
    for route in &lost {
        if let Some(table) = tables.get_mut(route.table) {
            table.retain_not(|e| {
                IpNet::new(e.prefix.into(), e.prefix_len) == route.dst
                    && e.kind == route.kind
                    && e.protocol == protocol::KERNEL
                    && e.prefsrc == v4(route.prefsrc)
                    && e.uses(dev)
            });
        }
    }
    // Routes of other tables keep their source, whoever has it (`fib_sync_down_addr`).
    if let (false, Some(main)) = (dead.is_empty(), tables.get_mut(table::MAIN)) {
        main.retain_not(|e| e.prefsrc.is_some_and(|a| dead.contains(&a)));
    }
    if net.dev(dev).addresses.is_empty() {
        return disabled(net, ns, dev);
    }
    // What a route of another address hid stands in again.
    for route in here {
        insert(net, ns, dev, &route);
    }
}

/// Who listens is told of addresses that go, each with its routes, the secondaries first.
fn tell_removed(net: &mut Net, dev: DevId, gone: &[Ifa], implied_before: &[Route]) {
    if !notify::heard(net, net.ns_of(dev)) {
        return;
    }
    let here = all_implied(net, dev);
    let key = |r: &Route| (r.table, r.kind, r.dst, r.prefsrc);
    let lost = implied_before
        .iter()
        .filter(|r| !here.iter().any(|h| key(h) == key(r)));
    // In the order of `fib_del_ifaddr`: the prefix, its broadcast address, the address itself.
    let rank = |route: &Route| match route.kind {
        RouteType::Unicast => 0,
        RouteType::Broadcast => 1,
        _ => 2,
    };
    let mut lost: Vec<Route> = lost.cloned().collect();
    lost.sort_by_key(rank);
    lost.dedup_by_key(|route| key(route));
    let (secondary, primary): (Vec<&Ifa>, Vec<&Ifa>) =
        gone.iter().partition(|ifa| ifa.address.secondary);
    for ifa in secondary.into_iter().chain(primary) {
        notify::address(net, dev, &ifa.address, true);
        let own = IpNet::host(ifa.local().into());
        let of_it = |route: &Route| {
            !ifa.address.secondary && route.kind != RouteType::Local || route.dst == own
        };
        let (out, stay): (Vec<Route>, Vec<Route>) = lost.into_iter().partition(of_it);
        lost = stay;
        for route in out {
            notify::own_route(net, dev, &route, true);
        }
    }
}

/// The routes that a device's addresses stand for now.
pub(crate) fn all_implied(net: &Net, dev: DevId) -> Vec<Route> {
    net.dev(dev)
        .addresses
        .iter()
        .flat_map(|ifa| implied(net, dev, ifa))
        .collect()
}

/// A device came up: the routes of its addresses come.
pub(crate) fn device_up(net: &mut Net, dev: DevId) {
    let ns = net.ns_of(dev);
    for route in all_implied(net, dev) {
        insert(net, ns, dev, &route);
    }
}

/// A device went down: every route that has no other way goes, whoever made it, but for what is
/// local.
pub(crate) fn device_down(net: &mut Net, dev: DevId) {
    let ns = net.ns_of(dev);
    let devices = net.ns(ns).devices.values().copied();
    let down: Vec<DevId> = devices
        .filter(|d| *d == dev || !net.dev(*d).is_up())
        .collect();
    let routing = &mut net.ns_mut(ns).routing;
    for table in routing.tables.values_mut() {
        // What follows a next hop object goes with it.
        table.retain_not(|e| {
            let mut hops = e.hops().filter(|h| h.scope != Scope::NOWHERE);
            let through = hops.any(|h| h.dev == dev);
            e.nhid == 0 && through && e.hops().all(|h| down.contains(&h.dev))
        });
    }
    routing.exceptions.clear();
}

/// Who listens is told of the addresses that a device has when it goes.
pub(crate) fn tell_gone(net: &mut Net, dev: DevId) {
    if !notify::heard(net, net.ns_of(dev)) {
        return;
    }
    for ifa in net.dev(dev).addresses.clone() {
        notify::address(net, dev, &ifa.address, true);
        for route in implied(net, dev, &ifa) {
            notify::own_route(net, dev, &route, true);
        }
    }
}

/// A device without an address has no IPv4 any more: nothing leads to it, and routes go that have no other
/// way (`fib_disable_ip`).
fn disabled(net: &mut Net, ns: NsId, dev: DevId) {
    let devices = net.ns(ns).devices.values().copied();
    let (up, down): (Vec<DevId>, Vec<DevId>) = devices.partition(|d| net.dev(*d).is_up());
    let bare: Vec<DevId> = up
        .into_iter()
        .filter(|d| net.dev(*d).addresses.is_empty())
        .collect();
    let dead = |hop: &Hop<V4>| {
        let lost = hop.needs_address() && bare.contains(&hop.dev);
        lost || hop.dev == dev || down.contains(&hop.dev)
    };
    let routing = &mut net.ns_mut(ns).routing;
    for table in routing.tables.values_mut() {
        table.retain_not(|e| e.nhid == 0 && e.uses(dev) && e.hops().all(dead));
    }
    routing.exceptions.clear();
}

/// A device is gone from its namespace: nothing leads to it any more.
pub(crate) fn device_gone(net: &mut Net, ns: NsId, dev: DevId) {
    let routing = &mut net.ns_mut(ns).routing;
    for table in routing.tables.values_mut() {
        table.retain_not(|e| e.nhid == 0 && e.uses(dev));
    }
    routing.exceptions.clear();
}
