//! IPv6 routes come and go (`ip -6 route`): what is refused and why, and what is filled in
//! (`ip6_route_info_create`, `fib6_add`).

use crate::device::DevId;
use crate::ip::version::V6;
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify;
use crate::route::nexthop;
use crate::route::table::{Entry, Hop};
use crate::route::v6::{self as route, Found6};
use crate::sysctl::Conf6;
use core::net::{IpAddr, Ipv6Addr};
use netloom_model::route::{NextHop, table};
use netloom_model::{Errno, Error, Mode, Result, Route, RouteMatch, RouteType, Scope};

/// The metric of a route that names none (`IP6_RT_PRIO_USER`).
const METRIC: u32 = 1024;

fn v6(addr: IpAddr) -> Result<Ipv6Addr> {
    match addr {
        IpAddr::V6(addr) => Ok(addr),
        IpAddr::V4(_) => Err(Errno::AFNOSUPPORT.into()),
    }
}

fn invalid(text: &str) -> Error {
    Error::with(Errno::INVAL, text)
}

/// Adds a route.
pub(crate) fn add(net: &mut Net, ns: NsId, wanted: &Route, mode: Mode) -> Result<()> {
    let mut wanted = wanted.clone();
    // Host bits are not looked at, nor is a scope or a type of service.
    wanted.dst = wanted.dst.network();
    wanted.scope = Scope::UNIVERSE;
    wanted.tos = 0;
    if wanted.metric == 0 {
        wanted.metric = METRIC;
    }
    // Low is 3 and high is 1; what leads nowhere is preferred to nothing (RFC 4191 section 2.1).
    if !matches!(wanted.preference, 1 | 3) || leads_nowhere(wanted.kind) {
        wanted.preference = 0;
    }
    let prefix = v6(wanted.dst.addr)?;
    let (hole, hops) = match wanted.nhid {
        Some(id) => followed(net, ns, &wanted, id)?,
        None => (false, hops(net, ns, &wanted)?),
    };
    let prefsrc = wanted.prefsrc.map(v6).transpose()?;
    if let Some(source) = prefsrc {
        let near = hops.first().map_or(DevId::NONE, |hop| hop.dev);
        let near = if source.is_unicast_link_local() {
            near
        } else {
            DevId::NONE
        };
        if !route::is_local(net, ns, source, near) {
            return Err(invalid("Invalid source address"));
        }
    }
    let mut entry = Entry::new(&wanted, prefix, prefsrc, &hops);
    if let Some(id) = wanted.nhid {
        entry.follow(id, hole, &hops);
    }
    let told = notify::heard(net, ns).then(|| entry.clone());
    let routing = &mut net.ns_mut(ns).v6.routing;
    routing.exceptions.forget(prefix, wanted.dst.len);
    let table = net.ns_mut(ns).v6.routing.tables.get_or_make(wanted.table);
    let joined = matches!(mode, Mode::Append | Mode::Prepend) && table.join(&entry)?;
    let mode = if mode == Mode::Prepend {
        Mode::Append
    } else {
        mode
    };
    if !joined {
        let refused = |errno| match (mode, errno) {
            (Mode::Change, Errno::NOENT) => {
                Error::with(Errno::NOENT, "Can not replace route - no match found")
            }
            _ => Error::from(errno),
        };
        table.insert(entry, mode).map_err(refused)?;
    }
    if let Some(entry) = told {
        notify::route6(net, ns, wanted.table, &entry, false);
    }
    Ok(())
}

/// Whether a next hop object leads nowhere, and the hops that a route has from it.
fn followed(net: &Net, ns: NsId, wanted: &Route, id: u32) -> Result<(bool, Vec<Hop<V6>>)> {
    if !wanted.nexthops.is_empty() {
        return Err(super::route::exclusive());
    }
    nexthop::wanted(net, ns, id)?;
    nexthop::fits_v6(net, ns, id)?;
    Ok(nexthop::hops_v6(net, ns, id))
}

/// Deletes the first route that is meant, of several ways the one that is.
pub(crate) fn delete(net: &mut Net, ns: NsId, wanted: &RouteMatch) -> Result<()> {
    if let Some(id) = wanted.nhid {
        nexthop::wanted(net, ns, id)?;
    }
    let mut wanted = wanted.clone();
    wanted.dst = wanted.dst.network();
    wanted.scope = None;
    wanted.tos = 0;
    let prefix = v6(wanted.dst.addr)?;
    let dev = match wanted.dev {
        Some(index) => Some(net.ns(ns).device(index).ok_or(Errno::NODEV)?),
        None => None,
    };
    let table = net.ns_mut(ns).v6.routing.tables.get_mut(wanted.table);
    let missing = || match wanted.table {
        table::MAIN | table::LOCAL => Error::from(Errno::SRCH),
        _ => Error::with(Errno::SRCH, "FIB table does not exist"),
    };
    let table = table.ok_or_else(missing)?;
    let gone = match table.part(prefix, &wanted, dev) {
        Some(gone) => gone,
        None => table.delete(prefix, &wanted, dev)?,
    };
    notify::route6(net, ns, wanted.table, &gone, true);
    let routing = &mut net.ns_mut(ns).v6.routing;
    routing.exceptions.forget(prefix, wanted.dst.len);
    Ok(())
}

fn leads_nowhere(kind: RouteType) -> bool {
    matches!(
        kind,
        RouteType::Blackhole | RouteType::Unreachable | RouteType::Prohibit | RouteType::Throw
    )
}

/// The next hops of a route, each checked.
fn hops(net: &Net, ns: NsId, wanted: &Route) -> Result<Vec<Hop<V6>>> {
    if leads_nowhere(wanted.kind) {
        // Such a route stands at the loopback.
        return Ok(vec![Hop {
            dev: net.ns(ns).loopback,
            gateway: None,
            via6: None,
            weight: 1,
            onlink: false,
            scope: Scope::NOWHERE,
        }]);
    }
    let none = NextHop {
        weight: 1,
        ..NextHop::default()
    };
    let given = if wanted.nexthops.is_empty() {
        core::slice::from_ref(&none)
    } else {
        &wanted.nexthops
    };
    let mut hops: Vec<Hop<V6>> = Vec::with_capacity(given.len());
    for hop in given {
        let hop = check(net, ns, Some(wanted.table), hop)?;
        // The same way twice is no second way.
        let same = |other: &Hop<V6>| other.dev == hop.dev && other.gateway == hop.gateway;
        if hop.gateway.is_some() && hops.iter().any(same) {
            return Err(Errno::EXIST.into());
        }
        hops.push(hop);
    }
    Ok(hops)
}

/// Checks one next hop: its device runs IPv6, its gateway is on a link. `table` is the number of
/// that of its route; a next hop object has none.
pub(crate) fn check(net: &Net, ns: NsId, table: Option<u32>, hop: &NextHop) -> Result<Hop<V6>> {
    let dev = match hop.dev {
        Some(index) => Some(net.ns(ns).device(index).ok_or(Errno::NODEV)?),
        None => None,
    };
    // A device that has no IPv6 at all is none, whatever else is wrong.
    if dev.is_some_and(|dev| !crate::ip::v6::address::has_ipv6(net.dev(dev))) {
        return Err(Errno::NODEV.into());
    }
    let gateway = hop.via.map(v6).transpose()?;
    let dev = match gateway {
        Some(via) => by_gateway(net, ns, table, dev, via, hop.onlink)?,
        None => dev.ok_or(Errno::NODEV)?,
    };
    let device = net.dev(dev);
    if !crate::ip::v6::address::has_ipv6(device) {
        return Err(Errno::NODEV.into());
    }
    if device.v6.conf.on(Conf6::DisableIpv6) {
        let text = "IPv6 is disabled on nexthop device";
        return Err(Error::with(Errno::ACCES, text));
    }
    if !device.is_up() {
        return Err(Error::with(Errno::NETDOWN, "Nexthop device is not up"));
    }
    Ok(Hop {
        dev,
        gateway,
        via6: None,
        weight: hop.weight.clamp(1, 256),
        onlink: hop.onlink,
        scope: Scope::LINK,
    })
}

/// The device of a gateway, which must be a neighbour (`ip6_validate_gw`).
fn by_gateway(
    net: &Net,
    ns: NsId,
    table: Option<u32>,
    dev: Option<DevId>,
    via: Ipv6Addr,
    onlink: bool,
) -> Result<DevId> {
    if via.is_multicast() || via.is_unspecified() {
        return Err(invalid("Invalid gateway address"));
    }
    let near = if via.is_unicast_link_local() {
        dev
    } else {
        None
    };
    if route::is_local(net, ns, via, near.unwrap_or(DevId::NONE)) {
        return Err(invalid("Gateway can not be a local address"));
    }
    if onlink && let Some(dev) = dev {
        // It may not be known to be elsewhere.
        let elsewhere = |f: &Found6| f.kind != RouteType::Unicast || f.dev != dev;
        if route::known_at(net, ns, table::MAIN, dev, via).is_some_and(|f| elsewhere(&f)) {
            let text = "Nexthop has invalid gateway or device mismatch";
            return Err(Error::with(Errno::INVAL, text));
        }
    }
    if via.is_unicast_link_local() || onlink {
        return dev.ok_or_else(|| invalid("Egress device not specified"));
    }
    let found = route::to_gateway(net, ns, table, dev.unwrap_or(DevId::NONE), via);
    let dev = found.ok_or(Errno::HOSTUNREACH)?.dev;
    if net.dev(dev).is_loopback() {
        let text = "Egress device can not be loopback device for this route";
        return Err(invalid(text));
    }
    Ok(dev)
}
