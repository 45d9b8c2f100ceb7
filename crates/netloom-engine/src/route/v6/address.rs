//! The IPv6 routes that come with addresses and devices (`addrconf_prefix_route`,
//! `addrconf_f6i_alloc`, `addrconf_add_mroute`).

use crate::device::DevId;
use crate::ip::v6::device::Ifa6;
use crate::ip::version::V6;
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify;
use crate::route::table::{Entry, Hop, Table};
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;
use netloom_model::notice::About;
use netloom_model::route::{protocol, table};
use netloom_model::{IpNet, Mode, Route, RouteType, Scope, Time};

/// The metric of what addresses bring (`IP6_RT_PRIO_ADDRCONF`).
const METRIC: u32 = 256;

/// A route of the kernel's own that leads out of a device.
pub(crate) fn insert(net: &mut Net, dev: DevId, route: &Route, expires: Option<Time>) {
    let IpAddr::V6(prefix) = route.dst.addr else {
        return;
    };
    let gateway = route.nexthops.first().and_then(|hop| match hop.via {
        Some(IpAddr::V6(via)) => Some(via),
        _ => None,
    });
    let hop = Hop::<V6> {
        dev,
        gateway,
        via6: None,
        weight: 1,
        onlink: false,
        scope: Scope::NOWHERE,
    };
    let mut entry = Entry::new(route, prefix, None, &[hop]);
    entry.expires = expires;
    let ns = net.ns_of(dev);
    let table = net.ns_mut(ns).v6.routing.tables.get_or_make(route.table);
    // Two addresses of one prefix stand for the same route: once is enough.
    if table.insert(entry, Mode::Append).is_ok() {
        notify::own_route(net, dev, route, false);
    }
}

fn remove(net: &mut Net, ns: NsId, id: u32, gone: impl Fn(&Entry<V6>) -> bool) {
    let told = if notify::heard(net, ns) {
        let table = net.ns(ns).v6.routing.tables.get(id);
        let all = table.into_iter().flat_map(Table::iter);
        all.filter(|e| gone(e)).cloned().collect()
    } else {
        Vec::new()
    };
    if let Some(table) = net.ns_mut(ns).v6.routing.tables.get_mut(id) {
        table.retain_not(gone);
    }
    for entry in &told {
        notify::route6(net, ns, id, entry, true);
    }
}

fn own(kind: RouteType, dst: IpNet, metric: u32) -> Route {
    Route {
        kind,
        table: if kind == RouteType::Unicast {
            table::MAIN
        } else {
            table::LOCAL
        },
        protocol: protocol::KERNEL,
        metric,
        ..Route::new(dst)
    }
}

/// The prefix that an address says is on the link, and the metric of its route.
fn prefix_of(ifa: &Ifa6) -> Option<(IpNet, u32)> {
    let metric = match ifa.address.metric {
        0 => METRIC,
        metric => metric,
    };
    // Where there is another end, the own address is on the link as well as that one.
    let prefix = match ifa.address.peer {
        Some(_) => IpNet::new(ifa.address.local.addr, ifa.address.local.len).network(),
        None => ifa.address.prefix(),
    };
    (!ifa.address.noprefixroute).then_some((prefix, metric))
}

/// An address brings the route to its prefix.
pub(crate) fn prefix_added(net: &mut Net, dev: DevId, ifa: &Ifa6) {
    let Some((prefix, metric)) = prefix_of(ifa).filter(|_| net.dev(dev).v6.running) else {
        return;
    };
    let lifetime = |lft: u32| ifa.set_at + Duration::from_secs(lft.into());
    let expires = ifa.address.valid_lft.map(lifetime);
    let route = own(RouteType::Unicast, prefix, metric);
    insert(net, dev, &route, expires);
}

/// An address is gone: so is the route to its prefix, unless another address stands for it.
pub(crate) fn prefix_removed(net: &mut Net, dev: DevId, ifa: &Ifa6) {
    let Some((prefix, metric)) = prefix_of(ifa) else {
        return;
    };
    let others = &net.dev(dev).v6.addresses;
    let stands = |other: &Ifa6| other.id != ifa.id && prefix_of(other) == Some((prefix, metric));
    if others.iter().any(stands) {
        return;
    }
    let ns = net.ns_of(dev);
    remove(net, ns, table::MAIN, |e| {
        let same = IpNet::new(e.prefix.into(), e.prefix_len) == prefix && e.metric == metric;
        same && e.uses(dev) && e.hops().all(|h| h.gateway.is_none())
    });
}

/// An address may be used: what is sent to it is for this host.
pub(crate) fn local_added(net: &mut Net, dev: DevId, addr: Ipv6Addr) {
    let route = own(RouteType::Local, IpNet::host(addr.into()), 0);
    insert(net, dev, &route, None);
}

/// An address is gone; routes that used it as source choose another (`fib6_remove_prefsrc`).
pub(crate) fn local_removed(net: &mut Net, dev: DevId, addr: Ipv6Addr) {
    let ns = net.ns_of(dev);
    remove(net, ns, table::LOCAL, |e| {
        e.kind == RouteType::Local && e.prefix == addr && e.prefix_len == 128 && e.uses(dev)
    });
    if !super::is_local(net, ns, addr, DevId::NONE) {
        for table in net.ns_mut(ns).v6.routing.tables.values_mut() {
            table.iter_mut().for_each(|e| e.forget_source(addr));
        }
    }
}

/// The anycast address of a prefix is listened to, or no more.
pub(crate) fn anycast(net: &mut Net, dev: DevId, addr: Ipv6Addr, wanted: bool) {
    if wanted {
        let route = own(RouteType::Anycast, IpNet::host(addr.into()), 0);
        return insert(net, dev, &route, None);
    }
    let ns = net.ns_of(dev);
    remove(net, ns, table::LOCAL, |e| {
        e.kind == RouteType::Anycast && e.prefix == addr && e.uses(dev)
    });
}

/// The other end of an address is reached on the link, once the address may be used, or no more.
pub(crate) fn peer_changed(net: &mut Net, dev: DevId, ifa: &Ifa6, there: bool) {
    let Some(peer @ IpAddr::V6(addr)) = ifa.address.peer else {
        return;
    };
    let route = own(RouteType::Unicast, IpNet::host(peer), METRIC);
    if there {
        return insert(net, dev, &route, None);
    }
    let ns = net.ns_of(dev);
    remove(net, ns, table::MAIN, |e| {
        e.prefix == addr && e.prefix_len == 128 && e.protocol == protocol::KERNEL && e.uses(dev)
    });
}

/// A device can send, or has an address: groups are reached by it.
pub(crate) fn groups_added(net: &mut Net, dev: DevId) {
    if net.dev(dev).is_loopback() {
        return;
    }
    let groups = Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0);
    let route = own(RouteType::Multicast, IpNet::new(groups.into(), 8), METRIC);
    insert(net, dev, &route, None);
}

/// Who listens is told of the routes that lead to a device before they go.
pub(crate) fn tell_down(net: &mut Net, ns: NsId, dev: DevId) {
    if !notify::heard(net, ns) {
        return;
    }
    let index = net.dev(dev).index;
    for route in super::list(net, ns) {
        let through = route.nexthops.iter().any(|hop| hop.dev == Some(index));
        if route.nhid.is_none() && through {
            notify::tell(net, ns, true, |_| About::Route(Box::new(route)));
        }
    }
}

/// A device went down: nothing leads to it. Routes that have next hops by other devices, of which
/// one is up, stay (`fib6_ifdown`).
pub(crate) fn device_down(net: &mut Net, ns: NsId, dev: DevId) {
    net.ns_mut(ns).v6.routing.exceptions.clear();
    let devices = net.ns(ns).devices.values();
    let mut dead: Vec<DevId> = devices
        .copied()
        .filter(|other| !net.dev(*other).v6.running)
        .collect();
    dead.push(dev);
    for table in net.ns_mut(ns).v6.routing.tables.values_mut() {
        table.retain_not(|e| {
            e.nhid == 0 && e.uses(dev) && e.hops().all(|hop| dead.contains(&hop.dev))
        });
    }
}

/// The MTU of a device changed: routes by it that have one follow, where it was the device's or is
/// too much now, unless it is locked (`rt6_mtu_change`).
pub(crate) fn mtu_changed(net: &mut Net, dev: DevId, old: u32, new: u32) {
    let ns = net.ns_of(dev);
    for table in net.ns_mut(ns).v6.routing.tables.values_mut() {
        for entry in table.iter_mut().filter(|e| e.nhid == 0 && e.uses(dev)) {
            entry.follow_mtu(dev, old, new);
        }
    }
}

/// A device is no more, here: no route has a next hop by it.
pub(crate) fn device_gone(net: &mut Net, ns: NsId, dev: DevId) {
    for table in net.ns_mut(ns).v6.routing.tables.values_mut() {
        table.lose_device(dev);
    }
}

/// Takes away the routes whose lifetime ended.
pub(crate) fn expire(net: &mut Net, ns: NsId) {
    let now = net.now;
    let Some(namespace) = net.namespaces.get_mut(ns.0) else {
        return;
    };
    for table in namespace.v6.routing.tables.values_mut() {
        table.retain_not(|e| e.expires.is_some_and(|at| at <= now));
    }
}
