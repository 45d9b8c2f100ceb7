//! Which source address a packet takes, and whether the source of a received one can be true.

use super::{Flow, Found, lookup};
use crate::device::{DevId, Device};
use crate::namespace::{Namespace, NsId};
use crate::net::Net;
use crate::sysctl::Conf;
use core::net::Ipv4Addr;
use netloom_model::journey::DropReason;
use netloom_model::{RouteType, Scope};

/// The address of `dev` to reach `dst` with, of at most `scope`; from another device if `dev` has
/// none (`inet_select_addr`).
pub(crate) fn select(
    net: &Net,
    ns: NsId,
    dev: DevId,
    dst: Ipv4Addr,
    scope: Scope,
) -> Option<Ipv4Addr> {
    let mut first = None;
    for ifa in &net.dev(dev).addresses {
        let address = &ifa.address;
        if address.secondary || address.scope > scope {
            continue;
        }
        if dst.is_unspecified() || address.prefix().contains(dst.into()) {
            return Some(ifa.local());
        }
        first = first.or(Some(ifa.local()));
    }
    if first.is_some() {
        return first;
    }
    // Nothing there: any other device's primary address, never one of link scope.
    net.ns(ns)
        .devices
        .values()
        .filter(|d| **d != dev)
        .find_map(|d| {
            let mut primary = net
                .dev(*d)
                .addresses
                .iter()
                .filter(|ifa| !ifa.address.secondary);
            primary
                .find(|ifa| ifa.address.scope != Scope::LINK && ifa.address.scope <= scope)
                .map(super::super::device::Ifa::local)
        })
}

/// The address of `dev` that `select` gives whatever the destination: the one that it has, if there
/// are not several.
pub(crate) fn only(net: &Net, dev: DevId, scope: Scope) -> Option<Ipv4Addr> {
    let all = net.dev(dev).addresses.iter();
    let mut fit = all.filter(|ifa| !ifa.address.secondary && ifa.address.scope <= scope);
    let first = fit.next()?;
    fit.next().is_none().then(|| first.local())
}

/// The source that a route gives to packets made here.
pub(crate) fn of_route(net: &Net, ns: NsId, found: &Found) -> Option<Ipv4Addr> {
    let gateway = found.gateway.unwrap_or(Ipv4Addr::UNSPECIFIED);
    found
        .prefsrc
        .or_else(|| select(net, ns, found.dev, gateway, found.scope))
}

/// The effective `rp_filter` of a device: the greater of its own and `all`'s.
pub(crate) fn rp_filter(net: &Net, dev: DevId) -> u8 {
    let device = net.dev(dev);
    effective_rp_filter(device, net.ns(device.ns))
}

#[inline]
fn effective_rp_filter(device: &Device, ns: &Namespace) -> u8 {
    let all = ns.conf_all.get(Conf::RpFilter);
    device.conf.get(Conf::RpFilter).max(all).clamp(0, 2) as u8
}

/// Checks the source of a packet that `dev` received (`fib_validate_source`). `out` is where it
/// would be forwarded to. Says whether the source is on the link.
pub(crate) fn validate(net: &Net, dev: DevId, flow: &Flow, out: DevId) -> Result<bool, DropReason> {
    let device = net.dev(dev);
    let ns = net.ns(device.ns);
    let rp_filter = effective_rp_filter(device, ns);
    let accept_local = device.either(ns, Conf::AcceptLocal);
    let may_redirect = out == dev && device.either(ns, Conf::SendRedirects);
    if rp_filter == 0 && !may_redirect && !ns.routing.rules.is_custom() {
        let own = !accept_local && super::is_address(net, device.ns, flow.src);
        return if own {
            Err(DropReason::LocalSource)
        } else {
            Ok(false)
        };
    }
    let valid_mark = device.either(ns, Conf::SrcValidMark);
    let mut back = Flow {
        dst: flow.src,
        src: flow.dst,
        iif: if out == DevId::NONE { ns.loopback } else { out },
        oif: DevId::NONE,
        tos: flow.tos,
        mark: if valid_mark { flow.mark } else { 0 },
        upper: flow.upper.reversed(),
        uid: flow.uid,
        scope: Scope::UNIVERSE,
        spread: None,
    };
    let last_resort = if rp_filter == 0 {
        Ok(false)
    } else {
        Err(DropReason::ReversePath)
    };
    let Ok(found) = lookup(net, device.ns, &back) else {
        return last_resort;
    };
    match found.kind {
        RouteType::Unicast => {}
        RouteType::Local if accept_local => {}
        RouteType::Local => return Err(DropReason::LocalSource),
        _ => return Err(DropReason::MartianSource),
    }
    let through = |found: &Found| found.hop_scope >= Scope::HOST;
    let entry = net
        .ns(device.ns)
        .routing
        .tables
        .get(found.table)
        .map(|t| t.entry(found.entry));
    if entry.is_some_and(|e| e.uses(dev)) {
        return Ok(through(&found));
    }
    if device.addresses.is_empty() {
        return last_resort;
    }
    if rp_filter == 1 {
        return Err(DropReason::ReversePath);
    }
    back.oif = dev;
    match lookup(net, device.ns, &back) {
        Ok(found) => Ok(found.kind == RouteType::Unicast && through(&found)),
        Err(_) => Ok(false),
    }
}
