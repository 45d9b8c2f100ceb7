//! Next hop objects as a snapshot tells them.

use super::{Leads, Object};
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use crate::route::table::Hop;
use core::net::IpAddr;
use netloom_model::{Errno, Family, Nexthop, NexthopKind};

/// Enters an object.
///
/// # Errors
/// `ENODEV` where it leads out of a device that is not there.
pub(crate) fn restore(net: &mut Net, ns: NsId, told: &Nexthop) -> Result<(), Errno> {
    let leads = match &told.kind {
        NexthopKind::Blackhole(family) => Leads::Hole(*family),
        NexthopKind::Group(members) => Leads::Group(members.clone()),
        NexthopKind::Way {
            family,
            via,
            dev,
            onlink,
        } => {
            let dev = dev.and_then(|index| net.ns(ns).device(index));
            let dev = dev.ok_or(Errno::NODEV)?;
            way(told, *family, (*via, dev, *onlink))
        }
    };
    let object = Object {
        protocol: told.protocol,
        leads,
    };
    let nexthops = &mut net.ns_mut(ns).routing.nexthops;
    nexthops.objects.insert(told.id, object);
    Ok(())
}

fn way(told: &Nexthop, family: Family, (via, dev, onlink): (Option<IpAddr>, DevId, bool)) -> Leads {
    match (family, via) {
        (Family::V4, via) => Leads::V4(Hop {
            dev,
            gateway: via.and_then(|via| match via {
                IpAddr::V4(via) => Some(via),
                IpAddr::V6(_) => None,
            }),
            via6: None,
            weight: 1,
            onlink,
            scope: told.scope,
        }),
        (Family::V6, via) => Leads::V6(Hop {
            dev,
            gateway: via.and_then(|via| match via {
                IpAddr::V6(via) => Some(via),
                IpAddr::V4(_) => None,
            }),
            via6: None,
            weight: 1,
            onlink,
            scope: told.scope,
        }),
    }
}
