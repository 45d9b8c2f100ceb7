//! Next hop objects: what routes refer to by number instead of saying it themselves (ip-nexthop(8)).
//!
//! A route keeps the hops of its object as its own, so that a lookup reads no more than before;
//! whenever an object changes, so do the routes that [`follow`] it.
//!
//! Left out: resilient groups, next hops of a forwarding database, encapsulation.

mod configure;
mod follow;
mod restore;

pub(crate) use configure::{add, delete, fits_host_scope, fits_v6};
pub(crate) use follow::{device_lost, hops_v4, hops_v6};
pub(crate) use restore::restore;

use super::table::Hop;
use crate::device::DevId;
use crate::ip::version::{V4, V6};
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify;
use core::net::IpAddr;
use netloom_model::{Errno, Error, Family, Nexthop, NexthopKind, NexthopMember, Scope};
use std::collections::BTreeMap;

/// The next hop objects of a namespace by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nexthops {
    objects: BTreeMap<u32, Object>,
    /// The number that was given out last.
    last: u32,
}

/// A next hop object (`struct nexthop`).
#[derive(Clone, Debug)]
struct Object {
    protocol: u8,
    leads: Leads,
}

/// Where an object leads.
#[derive(Clone, Debug)]
enum Leads {
    /// Out of a device, for routes of IPv4 and, through a gateway, no other.
    V4(Hop<V4>),
    /// To what routes of either version can use.
    V6(Hop<V6>),
    /// Nowhere; it stands at the loopback.
    Hole(Family),
    /// To one of several.
    Group(Vec<NexthopMember>),
}

impl Leads {
    /// The device that it leaves by, but of a hole none.
    fn dev(&self) -> Option<DevId> {
        match self {
            Leads::V4(hop) => Some(hop.dev),
            Leads::V6(hop) => Some(hop.dev),
            Leads::Hole(_) | Leads::Group(_) => None,
        }
    }
}

impl Nexthops {
    /// Whether there is an object of this number.
    fn has(&self, id: u32) -> bool {
        self.objects.contains_key(&id)
    }

    /// The objects that an object stands for: itself, or the members of a group with their shares.
    fn ways(&self, id: u32) -> Vec<(&Object, u16)> {
        let one = |id: u32, weight| self.objects.get(&id).map(|object| (object, weight));
        match self.objects.get(&id) {
            Some(Object {
                leads: Leads::Group(members),
                ..
            }) => {
                let members = members.iter().filter_map(|m| one(m.id, m.weight));
                members.collect()
            }
            _ => one(id, 1).into_iter().collect(),
        }
    }

    /// Whether an object is a hole, by itself or as the only member of a group.
    fn is_hole(&self, id: u32) -> bool {
        let ways = self.ways(id);
        ways.iter().any(|(o, _)| matches!(o.leads, Leads::Hole(_)))
    }

    /// Whether routes of IPv6 can use an object.
    fn fits_v6(&self, id: u32) -> bool {
        let v6 = |object: &Object| matches!(object.leads, Leads::V6(_) | Leads::Hole(Family::V6));
        self.ways(id).iter().all(|(object, _)| v6(object))
    }

    /// A number that is free: the next one after the one that was given out last.
    fn free_id(&mut self) -> u32 {
        loop {
            self.last = self.last.wrapping_add(1);
            if self.last != 0 && !self.has(self.last) {
                return self.last;
            }
        }
    }
}

/// The number of an object that a route wants to follow.
pub(crate) fn wanted(net: &Net, ns: NsId, id: u32) -> Result<(), Error> {
    if net.ns(ns).routing.nexthops.has(id) {
        Ok(())
    } else {
        Err(Error::with(Errno::INVAL, "Nexthop id does not exist"))
    }
}

/// Every object as the model tells it.
pub(crate) fn list(net: &Net, ns: NsId) -> Vec<Nexthop> {
    let objects = net.ns(ns).routing.nexthops.objects.iter();
    objects
        .map(|(id, object)| describe(net, *id, object))
        .collect()
}

/// Who listens is told of an object.
fn tell(net: &mut Net, ns: NsId, id: u32, gone: bool) {
    if !notify::heard(net, ns) {
        return;
    }
    let told = net.ns(ns).routing.nexthops.objects.get(&id);
    if let Some(told) = told.map(|object| describe(net, id, object)) {
        notify::nexthop(net, ns, told, gone);
    }
}

fn describe(net: &Net, id: u32, object: &Object) -> Nexthop {
    let way = |family, via: Option<IpAddr>, dev, onlink| NexthopKind::Way {
        family,
        via,
        dev: Some(net.dev(dev).index),
        onlink,
    };
    let (kind, scope) = match &object.leads {
        Leads::V4(hop) => {
            let via = hop.gateway.map(IpAddr::V4);
            (way(Family::V4, via, hop.dev, hop.onlink), hop.scope)
        }
        Leads::V6(hop) => {
            let via = hop.gateway.map(IpAddr::V6);
            (way(Family::V6, via, hop.dev, hop.onlink), Scope::LINK)
        }
        Leads::Hole(family) => (NexthopKind::Blackhole(*family), Scope::UNIVERSE),
        Leads::Group(members) => (NexthopKind::Group(members.clone()), Scope::UNIVERSE),
    };
    Nexthop {
        id,
        kind,
        protocol: object.protocol,
        scope,
        linkdown: object.leads.dev().is_some_and(|dev| !net.dev(dev).carrier),
    }
}
