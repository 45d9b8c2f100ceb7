//! Next hop objects come and go (`ip nexthop`): what is refused and why (`rtm_to_nh_config`,
//! `nexthop_add`, `replace_nexthop`).

use super::follow::{self, groups_with};
use super::{Leads, Nexthops, Object};
use crate::apply::{route, route6};
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use netloom_model::{
    Errno, Error, Family, IpNet, Mode, NextHop, Nexthop, NexthopKind, NexthopMember, Result, Route,
    Scope,
};

fn invalid(text: &str) -> Error {
    Error::with(Errno::INVAL, text)
}

/// Adds an object, or replaces one.
pub(crate) fn add(net: &mut Net, ns: NsId, wanted: &Nexthop, mode: Mode) -> Result<()> {
    let leads = match &wanted.kind {
        NexthopKind::Blackhole(family) => hole(net, ns, *family)?,
        NexthopKind::Group(members) => group(&net.ns(ns).routing.nexthops, members)?,
        NexthopKind::Way {
            family,
            via,
            dev,
            onlink,
        } => {
            let hop = NextHop {
                via: *via,
                dev: *dev,
                weight: 1,
                onlink: *onlink,
                ..NextHop::default()
            };
            way(net, ns, *family, &hop)?
        }
    };
    let object = Object {
        protocol: wanted.protocol,
        leads,
    };
    let nexthops = &mut net.ns_mut(ns).routing.nexthops;
    let id = match wanted.id {
        0 => nexthops.free_id(),
        id => id,
    };
    if nexthops.has(id) {
        if mode != Mode::Replace {
            return Err(Errno::EXIST.into());
        }
        may_replace(net, ns, id, &object)?;
    }
    let nexthops = &mut net.ns_mut(ns).routing.nexthops;
    nexthops.objects.insert(id, object);
    super::tell(net, ns, id, false);
    follow::changed(net, ns, id);
    follow::tell_routes(net, ns, id);
    Ok(())
}

/// Deletes an object, with the routes that follow it.
pub(crate) fn delete(net: &mut Net, ns: NsId, id: u32) -> Result<()> {
    if id == 0 {
        return Err(invalid("Nexthop id is missing"));
    }
    if !net.ns(ns).routing.nexthops.has(id) {
        return Err(Errno::NOENT.into());
    }
    follow::remove(net, ns, id);
    Ok(())
}

fn hole(net: &Net, ns: NsId, family: Family) -> Result<Leads> {
    if !net.dev(net.ns(ns).loopback).is_up() {
        let text = "Device for nexthop is not up";
        return Err(Error::with(Errno::NETDOWN, text));
    }
    Ok(Leads::Hole(family))
}

/// A way out of a device, checked as that of a route.
fn way(net: &Net, ns: NsId, family: Family, hop: &NextHop) -> Result<Leads> {
    let Some(index) = hop.dev else {
        let text = "Device attribute required for non-blackhole and non-fdb nexthops";
        return Err(invalid(text));
    };
    if hop.onlink && hop.via.is_none() {
        let text = "ONLINK flag can not be set for nexthop without a gateway";
        return Err(invalid(text));
    }
    let dev = net
        .ns(ns)
        .device(index)
        .ok_or_else(|| invalid("Invalid device index"))?;
    usable(net, dev)?;
    match family {
        Family::V4 => {
            let route = Route::new(IpNet::default_of(family));
            Ok(Leads::V4(route::check(net, ns, &route, hop)?))
        }
        Family::V6 => Ok(Leads::V6(route6::check(net, ns, None, hop)?)),
    }
}

fn usable(net: &Net, dev: DevId) -> Result<()> {
    let device = net.dev(dev);
    let down = |text| Err(Error::with(Errno::NETDOWN, text));
    if !device.is_up() {
        down("Nexthop device is not up")
    } else if !device.carrier {
        down("Carrier for nexthop device is down")
    } else {
        Ok(())
    }
}

/// The members of a group: objects that are there, each once, and no groups.
fn group(nexthops: &Nexthops, members: &[NexthopMember]) -> Result<Leads> {
    for (at, member) in members.iter().enumerate() {
        if members[..at].iter().any(|other| other.id == member.id) {
            return Err(invalid("Nexthop id can not be used twice in a group"));
        }
    }
    for member in members {
        match nexthops.objects.get(&member.id).map(|o| &o.leads) {
            None => return Err(invalid("Invalid nexthop id")),
            Some(Leads::Group(_)) => {
                let text = "Hash-threshold group can not be a nexthop within a group";
                return Err(invalid(text));
            }
            Some(Leads::Hole(_)) if members.len() > 1 => {
                let text = "Blackhole nexthop can not be used in a group with more than 1 path";
                return Err(invalid(text));
            }
            Some(_) => {}
        }
    }
    Ok(Leads::Group(members.to_vec()))
}

/// Whether an object may take the place of the one that is there (`replace_nexthop`).
fn may_replace(net: &Net, ns: NsId, id: u32, object: &Object) -> Result<()> {
    let nexthops = &net.ns(ns).routing.nexthops;
    let was = nexthops.objects.get(&id).map(|object| &object.leads);
    match (was, &object.leads) {
        (Some(Leads::Group(_)), Leads::Group(_)) => {}
        (Some(Leads::Group(_)), _) => {
            return Err(invalid("Can not replace a nexthop group with a nexthop"));
        }
        (_, Leads::Group(_)) => {
            return Err(invalid("Can not replace a nexthop with a nexthop group"));
        }
        _ => {}
    }
    let mut after = nexthops.clone();
    after.objects.insert(id, object.clone());
    let groups = groups_with(nexthops, id);
    let follows = |id: u32| {
        let tables = &net.ns(ns).v6.routing.tables;
        tables.iter().any(|(_, t)| t.iter().any(|e| e.nhid == id))
    };
    let mut concerned = core::iter::once(id).chain(groups.iter().copied());
    if concerned.any(|id| !after.fits_v6(id) && follows(id)) {
        return Err(not_for_v6());
    }
    narrow_enough(net, ns, &after, &groups, id)?;
    let crowded = |id: &u32| after.ways(*id).len() > 1;
    if matches!(object.leads, Leads::Hole(_)) && groups.iter().any(crowded) {
        let text = "Blackhole nexthop can not be a member of a group with more than one path";
        return Err(invalid(text));
    }
    Ok(())
}

/// Routes of IPv4 of host scope can follow an object still, as it would be.
fn narrow_enough(net: &Net, ns: NsId, after: &Nexthops, groups: &[u32], id: u32) -> Result<()> {
    let concerned = |id_of: u32| id_of == id || groups.contains(&id_of);
    for (_, table) in net.ns(ns).routing.tables.iter() {
        for entry in table.iter() {
            if entry.scope == Scope::HOST && concerned(entry.nhid) {
                for_host_scope(after, entry.nhid)?;
            }
        }
    }
    Ok(())
}

/// Why a route of IPv6 cannot follow an object.
fn not_for_v6() -> Error {
    invalid("IPv6 routes can not use an IPv4 nexthop")
}

/// Whether a route of IPv6 can follow an object.
pub(crate) fn fits_v6(net: &Net, ns: NsId, id: u32) -> Result<()> {
    if net.ns(ns).routing.nexthops.fits_v6(id) {
        Ok(())
    } else {
        Err(not_for_v6())
    }
}

/// Whether a route of IPv4 of host scope can follow an object (`fib_check_nexthop`).
pub(crate) fn fits_host_scope(net: &Net, ns: NsId, id: u32) -> Result<()> {
    for_host_scope(&net.ns(ns).routing.nexthops, id)
}

fn for_host_scope(nexthops: &Nexthops, id: u32) -> Result<()> {
    let text = match nexthops.ways(id).as_slice() {
        [(one, _)] => match &one.leads {
            Leads::V4(hop) if hop.gateway.is_none() => return Ok(()),
            Leads::V6(hop) if hop.gateway.is_none() => return Ok(()),
            Leads::Hole(_) => return Ok(()),
            _ => "Route with host scope can not have a gateway",
        },
        _ => "Route with host scope can not have multiple nexthops",
    };
    Err(invalid(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects() -> Nexthops {
        let mut nexthops = Nexthops::default();
        for id in [1, 2] {
            let leads = Leads::Hole(Family::V4);
            nexthops.objects.insert(id, Object { protocol: 0, leads });
        }
        nexthops
    }

    #[test]
    fn numbers_go_on_from_the_last_one_that_was_given() {
        let mut nexthops = objects();
        assert_eq!(nexthops.free_id(), 3);
        assert_eq!(nexthops.free_id(), 4);
        nexthops.last = u32::MAX;
        assert_eq!(nexthops.free_id(), 3);
    }

    #[test]
    fn a_hole_is_alone_in_its_group() {
        let member = |id| NexthopMember { id, weight: 1 };
        let nexthops = objects();
        assert!(group(&nexthops, &[member(1)]).is_ok());
        let text = |members: &[NexthopMember]| group(&nexthops, members).unwrap_err().message;
        let alone = "Blackhole nexthop can not be used in a group with more than 1 path";
        assert_eq!(text(&[member(1), member(2)]).as_deref(), Some(alone));
        let twice = "Nexthop id can not be used twice in a group";
        assert_eq!(text(&[member(1), member(1)]).as_deref(), Some(twice));
        let missing = "Invalid nexthop id";
        assert_eq!(text(&[member(7)]).as_deref(), Some(missing));
    }
}
