//! Routes, next hop objects and rules as a snapshot tells them: nothing is checked, for they are there.

use super::nexthop;
use super::table::{Entry, Hop};
use crate::device::DevId;
use crate::ip::version::{IpVersion, V4, V6};
use crate::namespace::NsId;
use crate::net::Net;
use crate::timer::Timer;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;
use netloom_model::route::NextHop;
use netloom_model::{Errno, Family, Route, RouteType, Rule, Scope};

/// The tables of IPv4 that there are, with routes or without.
pub(crate) fn tables(net: &mut Net, ns: NsId, numbers: &[u32]) {
    for number in numbers {
        net.ns_mut(ns).routing.tables.get_or_make(*number);
    }
}

/// Puts a route behind those of its prefix that are there.
///
/// # Errors
/// `ENODEV` where it leads out of a device that is not there; `EEXIST` where it is there.
pub(crate) fn route(net: &mut Net, ns: NsId, told: &Route) -> Result<(), Errno> {
    match told.dst.addr {
        IpAddr::V4(prefix) => route_v4(net, ns, told, prefix),
        IpAddr::V6(prefix) => route_v6(net, ns, told, prefix),
    }
}

fn device(net: &Net, ns: NsId, hop: &NextHop) -> Result<DevId, Errno> {
    let index = hop.dev.ok_or(Errno::NODEV)?;
    net.ns(ns).device(index).ok_or(Errno::NODEV)
}

fn route_v4(net: &mut Net, ns: NsId, told: &Route, prefix: Ipv4Addr) -> Result<(), Errno> {
    let (hole, followed) = followed(net, ns, told, nexthop::hops_v4);
    let hops = match followed {
        Some(hops) => hops,
        None => {
            let each = told.nexthops.iter();
            let each = each.map(|hop| hop_v4(net, ns, told.kind, hop));
            each.collect::<Result<Vec<_>, _>>()?
        }
    };
    let mut entry = Entry::new(told, prefix, v4(told.prefsrc), &hops);
    if let Some(id) = told.nhid {
        entry.follow(id, hole, &hops);
    }
    let table = net.ns_mut(ns).routing.tables.get_or_make(told.table);
    table.restore(entry)
}

fn route_v6(net: &mut Net, ns: NsId, told: &Route, prefix: Ipv6Addr) -> Result<(), Errno> {
    let (hole, followed) = followed(net, ns, told, nexthop::hops_v6);
    let hops = match followed {
        Some(hops) => hops,
        None => {
            let each = told.nexthops.iter().map(|hop| {
                Ok(Hop::<V6> {
                    dev: device(net, ns, hop)?,
                    gateway: v6(hop.via),
                    via6: None,
                    weight: hop.weight,
                    onlink: hop.onlink,
                    scope: Scope::LINK,
                })
            });
            each.collect::<Result<Vec<_>, Errno>>()?
        }
    };
    let hops = match hops.is_empty() {
        // What leads nowhere stands at the loopback.
        true => vec![Hop::<V6> {
            dev: net.ns(ns).loopback,
            gateway: None,
            via6: None,
            weight: 1,
            onlink: false,
            scope: Scope::NOWHERE,
        }],
        false => hops,
    };
    let mut entry = Entry::new(told, prefix, v6(told.prefsrc), &hops);
    if let Some(id) = told.nhid {
        entry.follow(id, hole, &hops);
    }
    let seconds = |left: u32| Duration::from_secs(left.into());
    entry.expires = told.expires.map(|left| net.now + seconds(left));
    if let Some(at) = entry.expires {
        net.timers.set(at, Timer::Routes6 { ns });
    }
    let space = net.ns_mut(ns);
    space
        .v6
        .routing
        .tables
        .get_or_make(told.table)
        .restore(entry)
}

/// Whether a route follows a hole, and the hops of the object that it follows.
fn followed<V: IpVersion>(
    net: &Net,
    ns: NsId,
    told: &Route,
    hops: impl Fn(&Net, NsId, u32) -> (bool, Vec<Hop<V>>),
) -> (bool, Option<Vec<Hop<V>>>) {
    let known = told.nhid.filter(|id| nexthop::wanted(net, ns, *id).is_ok());
    match known.map(|id| hops(net, ns, id)) {
        Some((hole, hops)) => (hole, Some(hops)),
        None => (false, None),
    }
}

const fn v4(told: Option<IpAddr>) -> Option<Ipv4Addr> {
    match told {
        Some(IpAddr::V4(address)) => Some(address),
        _ => None,
    }
}

const fn v6(told: Option<IpAddr>) -> Option<Ipv6Addr> {
    match told {
        Some(IpAddr::V6(address)) => Some(address),
        _ => None,
    }
}

fn hop_v4(net: &Net, ns: NsId, kind: RouteType, hop: &NextHop) -> Result<Hop<V4>, Errno> {
    let (gateway, via6) = (v4(hop.via), v6(hop.via));
    let own = |gateway: Ipv4Addr| {
        let devices = net.ns(ns).devices.values();
        let mut all = devices.flat_map(|dev| &net.dev(*dev).addresses);
        all.any(|ifa| ifa.local() == gateway)
    };
    let scope = match (gateway, kind) {
        (Some(gateway), _) if own(gateway) => Scope::HOST,
        (Some(_), _) => Scope::LINK,
        (None, _) if via6.is_some() => Scope::LINK,
        (None, RouteType::Local) => Scope::NOWHERE,
        (None, _) => Scope::HOST,
    };
    Ok(Hop {
        dev: device(net, ns, hop)?,
        gateway,
        via6,
        weight: hop.weight,
        onlink: hop.onlink,
        scope,
    })
}

/// Rules in the order in which they are asked.
pub(crate) fn rules(net: &mut Net, ns: NsId, told: &[Rule]) {
    let of = |family: Family| {
        let all = told.iter().filter(move |rule| rule.family == family);
        all.cloned().collect::<Vec<_>>()
    };
    let space = net.ns_mut(ns);
    space.routing.rules.restore(of(Family::V4));
    space.v6.routing.rules.restore(of(Family::V6));
}
