//! Who listens is told of changes (rtnetlink(7), `rtnl_notify`).
//!
//! Where nobody listens in a namespace, nothing is put together: each place that tells asks first
//! whether the list of listeners is empty. A listener that does not keep up loses the newest and is
//! told so.
//!
//! `bridge` is what is told of bridges and their ports, `netconf` what is told of settings.

pub(crate) mod bridge;
pub(crate) mod netconf;

use crate::device::DevId;
use crate::ip::version::{IpVersion, V4, V6};
use crate::link::Kind;
use crate::namespace::NsId;
use crate::net::Net;
use crate::route;
use crate::route::table::Entry;
use crate::snapshot;
use netloom_model::notice::{About, MOST, Notice};
use netloom_model::socket::{SocketId, SocketKind};
use netloom_model::{
    Address, Errno, Family, Link, LinkFlags, NextHop, Nexthop, NsName, OperState, Route, Rule,
};
use std::collections::BTreeSet;

/// Whether somebody listens in a namespace.
#[inline]
pub(crate) fn heard(net: &Net, ns: NsId) -> bool {
    !net.ns(ns).sockets.monitors.is_empty() && !net.silent
}

/// Tells whoever listens in a namespace; what is told is put together only for them.
#[inline]
pub(crate) fn tell(net: &mut Net, ns: NsId, gone: bool, about: impl FnOnce(&Net) -> About) {
    if heard(net, ns) {
        let about = about(net);
        send(net, ns, gone, &about);
    }
}

#[cold]
fn send(net: &mut Net, ns: NsId, gone: bool, about: &About) {
    let listeners = net.ns(ns).sockets.monitors.clone();
    send_to(net, &listeners, gone, about);
}

fn send_to(net: &mut Net, listeners: &[u32], gone: bool, about: &About) {
    let at = net.now;
    for id in listeners {
        let Some(socket) = net.sockets.0.get_mut(*id) else {
            continue;
        };
        if socket.notices.len() >= MOST {
            socket.overrun();
            continue;
        }
        let about = about.clone();
        socket.notices.push_back(Notice { at, gone, about });
    }
}

/// Whether somebody listens to connections in a namespace.
#[inline]
pub(crate) fn heard_of_connections(net: &Net, ns: NsId) -> bool {
    !net.ns(ns).sockets.conntrack_monitors.is_empty() && !net.silent
}

/// Tells whoever listens to connections in a namespace.
#[cold]
pub(crate) fn connection(net: &mut Net, ns: NsId, gone: bool, about: &About) {
    let listeners = net.ns(ns).sockets.conntrack_monitors.clone();
    send_to(net, &listeners, gone, about);
}

/// The socket that has what rules of a namespace log for a group.
fn of_group(net: &Net, ns: NsId, group: u16) -> Option<u32> {
    let sockets = net.ns(ns).sockets.packet_logs.iter().copied();
    let has = |id: &u32| {
        let socket = net.sockets.0.get(*id);
        socket.is_some_and(|socket| socket.options.log_groups.contains(&group))
    };
    sockets.into_iter().find(has)
}

/// Has a socket be told of what rules log for a group.
///
/// # Errors
/// `EPERM` where another one has it.
pub(crate) fn listen_to_log(net: &mut Net, id: SocketId, group: u16) -> Result<(), Errno> {
    let socket = net.socket(id)?;
    if socket.kind != SocketKind::PacketLog {
        return Err(Errno::OPNOTSUPP);
    }
    match of_group(net, socket.ns, group) {
        Some(_) => Err(Errno::PERM),
        None => {
            net.socket_mut(id)?.options.log_groups.push(group);
            Ok(())
        }
    }
}

/// Tells of a packet that a rule logs for a group.
#[inline]
pub(crate) fn logged(net: &mut Net, ns: NsId, group: u16, about: impl FnOnce(&Net) -> About) {
    if net.ns(ns).sockets.packet_logs.is_empty() || net.silent {
        return;
    }
    if let Some(listener) = of_group(net, ns, group) {
        let about = about(net);
        send_to(net, &[listener], false, &about);
    }
}

/// A link is there, or changed.
pub(crate) fn link(net: &mut Net, dev: DevId) {
    tell(net, net.ns_of(dev), false, |net| told(net, dev));
}

fn told(net: &Net, dev: DevId) -> About {
    About::Link {
        link: Box::new(snapshot::link(net, net.dev(dev))),
        moved: None,
        features: false,
    }
}

/// A device came up: that it has carrier is found out behind it (`linkwatch`).
pub(crate) fn link_up(net: &mut Net, dev: DevId) {
    tell(net, net.ns_of(dev), false, |net| {
        let mut link = snapshot::link(net, net.dev(dev));
        before_carrier(net, dev, &mut link);
        About::Link {
            link: Box::new(link),
            moved: None,
            features: false,
        }
    });
}

/// A link as it is told before its carrier is known.
fn before_carrier(net: &Net, dev: DevId, link: &mut Link) {
    let device = net.dev(dev);
    if device.kind.knows_carrier() && Kind::carrier(net, dev) {
        link.flags.set(LinkFlags::LOWER_UP, true);
        link.flags.set(LinkFlags::RUNNING, false);
        link.operstate = match device.kind {
            Kind::Veth(veth) if net.ns_of(veth.peer) == device.ns => OperState::LowerLayerDown,
            _ => OperState::Down,
        };
    }
}

/// A device went down, and its carrier with it.
pub(crate) fn link_down(net: &mut Net, dev: DevId) {
    tell(net, net.ns_of(dev), false, |net| {
        let mut link = snapshot::link(net, net.dev(dev));
        link.flags.set(LinkFlags::LOWER_UP, false);
        link.flags.set(LinkFlags::RUNNING, false);
        link.operstate = OperState::Down;
        About::Link {
            link: Box::new(link),
            moved: None,
            features: false,
        }
    });
}

/// A device has another name from now on.
pub(crate) fn renamed(net: &mut Net, dev: DevId, name: String) {
    let before = core::mem::replace(&mut net.dev_mut(dev).name, name.clone());
    link(net, dev);
    // Of the settings it is told under the name that is known.
    net.dev_mut(dev).name = before;
    for family in [Family::V4, Family::V6] {
        netconf::device(net, dev, family, true);
        netconf::device(net, dev, family, false);
    }
    net.dev_mut(dev).name = name;
}

/// A device is known in its namespace from now on.
pub(crate) fn link_new(net: &mut Net, dev: DevId) {
    netconf::both(net, dev, false);
    link(net, dev);
}

/// A device leaves its namespace, with all that was left on it: for another namespace, or for good.
pub(crate) fn link_gone(net: &mut Net, dev: DevId, moved: Option<(NsName, u32)>) {
    let ns = net.ns_of(dev);
    tell(net, ns, true, |net| {
        let mut link = snapshot::link(net, net.dev(dev));
        "noop".clone_into(&mut link.qdisc);
        About::Link {
            link: Box::new(link),
            moved,
            features: false,
        }
    });
}

/// An address is there, changed, or is gone.
pub(crate) fn address(net: &mut Net, dev: DevId, address: &Address, gone: bool) {
    tell(net, net.ns_of(dev), gone, |net| {
        let dev = net.dev(dev).index;
        About::Address(Box::new(Address {
            dev,
            ..address.clone()
        }))
    });
}

/// The kernel's own route of an address.
pub(crate) fn own_route(net: &mut Net, dev: DevId, route: &Route, gone: bool) {
    tell(net, net.ns_of(dev), gone, |net| {
        let mut route = route.clone();
        route.nexthops = vec![NextHop {
            dev: Some(net.dev(dev).index),
            weight: 1,
            ..route.nexthops.first().cloned().unwrap_or_default()
        }];
        About::Route(Box::new(route))
    });
}

/// A route of IPv4 is there or is gone.
pub(crate) fn route(net: &mut Net, ns: NsId, table: u32, entry: &Entry<V4>, gone: bool) {
    tell(net, ns, gone, |net| {
        About::Route(Box::new(route::describe(net, table, entry)))
    });
}

/// A route of IPv6 is there or is gone.
pub(crate) fn route6(net: &mut Net, ns: NsId, table: u32, entry: &Entry<V6>, gone: bool) {
    tell(net, ns, gone, |net| {
        About::Route(Box::new(route::v6::describe(net, table, entry)))
    });
}

/// The routes of a table's entries for which `which` holds.
pub(crate) fn entries<V: IpVersion>(
    tables: &route::tables::Tables<V>,
    which: impl Fn(&Entry<V>) -> bool,
) -> Vec<(u32, Entry<V>)> {
    let mut found = Vec::new();
    for (id, table) in tables.iter() {
        let fits = table.iter().filter(|entry| which(entry));
        found.extend(fits.map(|entry| (id, entry.clone())));
    }
    found
}

/// A rule is there or is gone.
pub(crate) fn rule(net: &mut Net, ns: NsId, rule: &Rule, gone: bool) {
    tell(net, ns, gone, |_| About::Rule(Box::new(rule.clone())));
}

/// A next hop object is there, changed, or is gone.
pub(crate) fn nexthop(net: &mut Net, ns: NsId, nexthop: Nexthop, gone: bool) {
    tell(net, ns, gone, |_| About::Nexthop(nexthop));
}

/// Another namespace is known by an id, or no more.
pub(crate) fn nsid(net: &mut Net, ns: NsId, id: i32, peer: &NsName, gone: bool) {
    tell(net, ns, gone, |_| About::Nsid {
        id,
        ns: peer.clone(),
    });
}

/// A namespace is there or is gone: whoever listens anywhere is told.
pub(crate) fn namespace(net: &mut Net, name: &NsName, gone: bool) {
    // Listeners are few, namespaces may be many.
    let sockets = net.sockets.0.iter();
    let listeners = sockets.filter(|(_, socket)| socket.kind == SocketKind::Monitor);
    let hearing: BTreeSet<NsId> = listeners.map(|(_, socket)| socket.ns).collect();
    for ns in hearing {
        tell(net, ns, gone, |_| About::Namespace(name.clone()));
    }
}
