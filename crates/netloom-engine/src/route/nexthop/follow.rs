//! Routes follow their next hop objects, and objects their devices.

use super::{Leads, Nexthops, Object};
use crate::device::DevId;
use crate::ip::version::{V4, V6};
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify;
use crate::route::table::Hop;
use netloom_model::Scope;

/// The hops of a route of IPv4 that follows an object, and whether it is a hole.
pub(crate) fn hops_v4(net: &Net, ns: NsId, id: u32) -> (bool, Vec<Hop<V4>>) {
    let space = net.ns(ns);
    let hop = |(object, weight): (&Object, u16)| match &object.leads {
        Leads::V4(hop) => Hop { weight, ..*hop },
        Leads::V6(hop) => Hop {
            dev: hop.dev,
            gateway: None,
            via6: hop.gateway,
            weight,
            onlink: hop.onlink,
            scope: hop.scope,
        },
        _ => at_loopback(space.loopback),
    };
    let nexthops = &space.routing.nexthops;
    let hops = nexthops.ways(id).into_iter().map(hop).collect();
    (nexthops.is_hole(id), hops)
}

/// The hops of a route of IPv6 that follows an object, and whether it is a hole.
pub(crate) fn hops_v6(net: &Net, ns: NsId, id: u32) -> (bool, Vec<Hop<V6>>) {
    let space = net.ns(ns);
    let hop = |(object, weight): (&Object, u16)| match &object.leads {
        Leads::V6(hop) => Hop { weight, ..*hop },
        _ => at_loopback(space.loopback),
    };
    let nexthops = &space.routing.nexthops;
    let hops = nexthops.ways(id).into_iter().map(hop).collect();
    (nexthops.is_hole(id), hops)
}

fn at_loopback<V: crate::ip::version::IpVersion>(lo: DevId) -> Hop<V> {
    Hop {
        dev: lo,
        gateway: None,
        via6: None,
        weight: 1,
        onlink: false,
        scope: Scope::NOWHERE,
    }
}

/// The groups that have an object as a member.
pub(super) fn groups_with(nexthops: &Nexthops, id: u32) -> Vec<u32> {
    let has = |object: &Object| match &object.leads {
        Leads::Group(members) => members.iter().any(|member| member.id == id),
        _ => false,
    };
    let objects = nexthops.objects.iter();
    objects
        .filter(|(_, object)| has(object))
        .map(|(id, _)| *id)
        .collect()
}

/// An object changed: so do the routes that follow it, or a group with it.
pub(super) fn changed(net: &mut Net, ns: NsId, id: u32) {
    let groups = groups_with(&net.ns(ns).routing.nexthops, id);
    for id in core::iter::once(id).chain(groups) {
        let (v4, v6) = (hops_v4(net, ns, id), hops_v6(net, ns, id));
        let space = net.ns_mut(ns);
        for table in space.routing.tables.values_mut() {
            table.follow(id, v4.0, &v4.1);
        }
        for table in space.v6.routing.tables.values_mut() {
            table.follow(id, v6.0, &v6.1);
        }
        space.routing.exceptions.clear();
        space.v6.routing.exceptions.clear();
    }
}

/// Who listens is told of the routes that follow an object, or a group with it.
pub(super) fn tell_routes(net: &mut Net, ns: NsId, id: u32) {
    if !notify::heard(net, ns) {
        return;
    }
    let groups = groups_with(&net.ns(ns).routing.nexthops, id);
    let all: Vec<u32> = core::iter::once(id).chain(groups).collect();
    let space = net.ns(ns);
    let v4 = notify::entries(&space.routing.tables, |e| all.contains(&e.nhid));
    let v6 = notify::entries(&space.v6.routing.tables, |e| all.contains(&e.nhid));
    for (table, entry) in v4 {
        notify::route(net, ns, table, &entry, false);
    }
    for (table, entry) in v6 {
        notify::route6(net, ns, table, &entry, false);
    }
}

/// Takes an object away: groups lose it, and one that is empty goes too; so do the routes that
/// follow what is gone.
pub(super) fn remove(net: &mut Net, ns: NsId, id: u32) {
    super::tell(net, ns, id, true);
    if notify::heard(net, ns) {
        // Of routes of IPv4 that go so nobody is told.
        let six = &net.ns(ns).v6.routing.tables;
        for (table, entry) in notify::entries(six, |entry| entry.nhid == id) {
            notify::route6(net, ns, table, &entry, true);
        }
    }
    let space = net.ns_mut(ns);
    space.routing.nexthops.objects.remove(&id);
    for table in space.routing.tables.values_mut() {
        table.retain_not(|entry| entry.nhid == id);
    }
    for table in space.v6.routing.tables.values_mut() {
        table.retain_not(|entry| entry.nhid == id);
    }
    for group in groups_with(&space.routing.nexthops, id) {
        let nexthops = &mut net.ns_mut(ns).routing.nexthops;
        let Some(Object {
            leads: Leads::Group(members),
            ..
        }) = nexthops.objects.get_mut(&group)
        else {
            continue;
        };
        // An empty group is told of with the last member that it had.
        if members.iter().all(|member| member.id == id) {
            remove(net, ns, group);
        } else {
            members.retain(|member| member.id != id);
            changed(net, ns, group);
            super::tell(net, ns, group, false);
        }
    }
}

/// A device went down, lost its carrier, or is gone: so are the objects that lead out of it.
pub(crate) fn device_lost(net: &mut Net, ns: NsId, dev: DevId) {
    let objects = &net.ns(ns).routing.nexthops.objects;
    if objects.is_empty() {
        return;
    }
    let lost: Vec<u32> = objects
        .iter()
        .filter(|(_, object)| object.leads.dev() == Some(dev))
        .map(|(id, _)| *id)
        .collect();
    // Of what goes with its device nobody is told.
    let silent = core::mem::replace(&mut net.silent, true);
    for id in lost {
        remove(net, ns, id);
    }
    net.silent = silent;
}
