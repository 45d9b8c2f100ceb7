//! Routes come and go (`ip route`): what is refused and why, and what is filled in
//! (`fib_create_info`, `fib_check_nh`).

use crate::device::DevId;
use crate::ip::version::V4;
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify;
use crate::route::table::{Entry, Hop};
use crate::route::{self, Flow, nexthop};
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::route::NextHop;
use netloom_model::{Errno, Error, Mode, Result, Route, RouteMatch, RouteType, Scope};

fn invalid(message: &str) -> Error {
    Error::with(Errno::INVAL, message)
}

fn v4(addr: IpAddr) -> Result<Ipv4Addr> {
    match addr {
        IpAddr::V4(addr) => Ok(addr),
        IpAddr::V6(_) => Err(Errno::AFNOSUPPORT.into()),
    }
}

/// The widest scope that a route of a type may have.
fn widest(kind: RouteType) -> Scope {
    match kind {
        RouteType::Local => Scope::HOST,
        RouteType::Broadcast | RouteType::Anycast => Scope::LINK,
        _ => Scope::UNIVERSE,
    }
}

/// Whether a route of a type leads nowhere and so has no next hop.
fn leads_nowhere(kind: RouteType) -> bool {
    matches!(
        kind,
        RouteType::Blackhole | RouteType::Unreachable | RouteType::Prohibit | RouteType::Throw
    )
}

/// Adds a route.
pub(crate) fn add(net: &mut Net, ns: NsId, wanted: &Route, mode: Mode) -> Result<()> {
    let prefix = v4(wanted.dst.addr)?;
    if wanted.dst.network() != wanted.dst {
        return Err(invalid("Invalid prefix for given prefix length"));
    }
    if wanted.scope < widest(wanted.kind) {
        return Err(invalid("Invalid scope"));
    }
    let (hole, hops) = match wanted.nhid {
        Some(id) => followed(net, ns, wanted, id)?,
        None => (false, hops(net, ns, wanted)?),
    };
    let prefsrc = wanted.prefsrc.map(v4).transpose()?;
    if let Some(source) = prefsrc {
        let own = wanted.kind == RouteType::Local && source == prefix;
        if !own && route::address_kind(net, ns, source) != RouteType::Local {
            return Err(invalid("Invalid prefsrc address"));
        }
    }
    let mut entry = Entry::new(wanted, prefix, prefsrc, &hops);
    if let Some(id) = wanted.nhid {
        entry.follow(id, hole, &hops);
    }
    let told = notify::heard(net, ns).then(|| entry.clone());
    let table = net.ns_mut(ns).routing.tables.get_or_make(wanted.table);
    table.insert(entry, mode)?;
    if let Some(entry) = told {
        notify::route(net, ns, wanted.table, &entry, false);
    }
    Ok(())
}

/// Whether a next hop object leads nowhere, and the hops that a route has from it.
fn followed(net: &Net, ns: NsId, wanted: &Route, id: u32) -> Result<(bool, Vec<Hop<V4>>)> {
    if !wanted.nexthops.is_empty() {
        return Err(exclusive());
    }
    nexthop::wanted(net, ns, id)?;
    if wanted.scope > Scope::HOST {
        return Err(invalid("Invalid scope"));
    }
    if wanted.scope == Scope::HOST {
        nexthop::fits_host_scope(net, ns, id)?;
    }
    Ok(nexthop::hops_v4(net, ns, id))
}

/// A route says its ways itself or follows an object, not both.
pub(super) fn exclusive() -> Error {
    invalid("Nexthop specification and nexthop id are mutually exclusive")
}

/// Deletes the first route that is meant.
pub(crate) fn delete(net: &mut Net, ns: NsId, wanted: &RouteMatch) -> Result<()> {
    if let Some(id) = wanted.nhid {
        nexthop::wanted(net, ns, id)?;
    }
    let prefix = v4(wanted.dst.addr)?;
    let dev = match wanted.dev {
        Some(index) => Some(net.ns(ns).device(index).ok_or(Errno::NODEV)?),
        None => None,
    };
    let table = net.ns_mut(ns).routing.tables.get_mut(wanted.table);
    let missing = || match wanted.table {
        netloom_model::route::table::MAIN | netloom_model::route::table::LOCAL => {
            Error::from(Errno::SRCH)
        }
        _ => Error::with(Errno::SRCH, "FIB table does not exist"),
    };
    let gone = table.ok_or_else(missing)?.delete(prefix, wanted, dev)?;
    notify::route(net, ns, wanted.table, &gone, true);
    Ok(())
}

/// The next hops of a route, each checked.
fn hops(net: &Net, ns: NsId, wanted: &Route) -> Result<Vec<Hop<V4>>> {
    let given = &wanted.nexthops;
    if leads_nowhere(wanted.kind) {
        if given
            .iter()
            .any(|hop| hop.dev.is_some() || hop.via.is_some())
        {
            return Err(invalid(
                "Gateway, device and multipath can not be specified for this route type",
            ));
        }
        return Ok(Vec::new());
    }
    if wanted.scope > Scope::HOST {
        return Err(invalid("Invalid scope"));
    }
    let none = NextHop {
        weight: 1,
        ..NextHop::default()
    };
    let given = if given.is_empty() {
        core::slice::from_ref(&none)
    } else {
        given
    };
    if wanted.scope == Scope::HOST {
        return host_hop(net, ns, given);
    }
    given
        .iter()
        .map(|hop| check(net, ns, wanted, hop))
        .collect()
}

/// A route of host scope has one device and no gateway.
fn host_hop(net: &Net, ns: NsId, given: &[NextHop]) -> Result<Vec<Hop<V4>>> {
    let [hop] = given else {
        return Err(invalid(
            "Route with host scope can not have multiple nexthops",
        ));
    };
    if hop.via.is_some() {
        return Err(invalid("Route with host scope can not have a gateway"));
    }
    let dev = hop
        .dev
        .and_then(|index| net.ns(ns).device(index))
        .ok_or(Errno::NODEV)?;
    Ok(vec![Hop {
        dev,
        gateway: None,
        via6: None,
        weight: 1,
        onlink: false,
        scope: Scope::NOWHERE,
    }])
}

/// Checks one next hop: its device is up, its gateway on a link.
pub(crate) fn check(net: &Net, ns: NsId, wanted: &Route, hop: &NextHop) -> Result<Hop<V4>> {
    let dev = match hop.dev {
        Some(index) => Some(net.ns(ns).device(index).ok_or(Errno::NODEV)?),
        None => None,
    };
    let weight = hop.weight.clamp(1, 256);
    let Some(via) = hop.via else {
        let dev = dev.ok_or(Errno::NODEV)?;
        if hop.onlink {
            return Err(invalid(
                "Invalid flags for nexthop - PERVASIVE and ONLINK can not be set",
            ));
        }
        if !net.dev(dev).is_up() {
            return Err(Error::with(Errno::NETDOWN, "Device for nexthop is not up"));
        }
        return Ok(Hop {
            dev,
            gateway: None,
            via6: None,
            weight,
            onlink: false,
            scope: Scope::HOST,
        });
    };
    let via = match via {
        IpAddr::V4(via) => via,
        IpAddr::V6(via) => {
            let hop = super::route6::check(net, ns, Some(wanted.table), hop)?;
            return Ok(Hop {
                dev: hop.dev,
                gateway: None,
                via6: Some(via),
                weight,
                onlink: hop.onlink,
                scope: Scope::LINK,
            });
        }
    };
    let (dev, scope) = if hop.onlink {
        (onlink(net, ns, wanted, dev, via)?, Scope::LINK)
    } else {
        gateway(net, ns, wanted, dev, via)?
    };
    Ok(Hop {
        dev,
        gateway: Some(via),
        via6: None,
        weight,
        onlink: hop.onlink,
        scope,
    })
}

/// The user says that the gateway is on the link.
fn onlink(net: &Net, ns: NsId, wanted: &Route, dev: Option<DevId>, via: Ipv4Addr) -> Result<DevId> {
    if wanted.scope >= Scope::LINK {
        return Err(invalid("Nexthop has invalid scope"));
    }
    let dev = dev.ok_or_else(|| Error::with(Errno::NODEV, "Nexthop device required for onlink"))?;
    if !net.dev(dev).is_up() {
        return Err(Error::with(Errno::NETDOWN, "Nexthop device is not up"));
    }
    if route::address_kind(net, ns, via) != RouteType::Unicast {
        return Err(invalid("Nexthop has invalid gateway"));
    }
    Ok(dev)
}

/// The gateway must be reached by a route of narrower scope.
fn gateway(
    net: &Net,
    ns: NsId,
    wanted: &Route,
    dev: Option<DevId>,
    via: Ipv4Addr,
) -> Result<(DevId, Scope)> {
    let scope = Scope(wanted.scope.0.saturating_add(1)).max(Scope::LINK);
    let flow = Flow {
        oif: dev.unwrap_or(DevId::NONE),
        scope,
        ..Flow::to(via)
    };
    let in_table = || route::lookup_in(net, ns, wanted.table, &flow);
    // The main table is asked by the rules, and so behind the local one.
    let found = match wanted.table {
        netloom_model::route::table::MAIN => route::lookup(net, ns, &flow),
        _ => in_table().or_else(|_| route::lookup(net, ns, &flow)),
    };
    let found = found.map_err(|no| Error::with(no.errno(), "Nexthop has invalid gateway"))?;
    if !matches!(found.kind, RouteType::Unicast | RouteType::Local) {
        return Err(invalid("Nexthop has invalid gateway"));
    }
    if !net.dev(found.dev).is_up() {
        return Err(Errno::NETDOWN.into());
    }
    Ok((found.dev, found.scope))
}
