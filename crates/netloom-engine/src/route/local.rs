//! What kind of address one is here, by the table `local`.

use super::rules::TableAnswer;
use super::{Flow, Found, in_table, longer_in_main, prefix_len};
use crate::device::DevId;
use crate::namespace::{Namespace, NsId};
use crate::net::Net;
use core::net::Ipv4Addr;
use netloom_model::RouteType;
use netloom_model::route::table as id;

/// Whether a device has the address itself (`inet_lookup_ifaddr_rcu`), not only a prefix around it.
#[inline]
pub(crate) fn is_address(net: &Net, ns: NsId, addr: Ipv4Addr) -> bool {
    match in_table(net, net.ns(ns), id::LOCAL, &Flow::to(addr)) {
        TableAnswer::Found(found) => {
            found.kind == RouteType::Local && prefix_len(net.ns(ns), &found) == 32
        }
        _ => false,
    }
}

/// What kind of address `addr` is here, by the local table (`inet_addr_type`).
pub(crate) fn address_kind(net: &Net, ns: NsId, addr: Ipv4Addr) -> RouteType {
    address_kind_at(net, ns, addr, DevId::NONE)
}

/// What kind of address `addr` is at device `dev` (`inet_addr_type_dev_table`).
pub(crate) fn address_kind_at(net: &Net, ns: NsId, addr: Ipv4Addr, dev: DevId) -> RouteType {
    if addr.is_unspecified() || addr.is_broadcast() {
        return RouteType::Broadcast;
    }
    if addr.is_multicast() {
        return RouteType::Multicast;
    }
    match in_local(net, net.ns(ns), &Flow::to(addr)) {
        TableAnswer::Found(found) if dev == DevId::NONE || found.dev == dev => found.kind,
        // Before the first address there is no table to ask.
        TableAnswer::Nothing if never_local(net.ns(ns)) => RouteType::Broadcast,
        _ => RouteType::Unicast,
    }
}

/// The answer of the table `local`, which is one with `main` until rules are touched.
fn in_local(net: &Net, space: &Namespace, flow: &Flow) -> TableAnswer<Found> {
    let answer = in_table(net, space, id::LOCAL, flow);
    if let TableAnswer::Found(found) = &answer {
        let len = prefix_len(space, found);
        if len < 32 && !space.routing.rules.is_custom() {
            return match longer_in_main(net, space, flow, len) {
                Some(Ok(longer)) => TableAnswer::Found(longer),
                Some(Err(refused)) => TableAnswer::Refused(refused),
                None => answer,
            };
        }
    }
    answer
}

/// The device that has a local address (`__ip_dev_find`).
pub(crate) fn device_with(net: &Net, ns: NsId, addr: Ipv4Addr) -> Option<DevId> {
    match in_local(net, net.ns(ns), &Flow::to(addr)) {
        TableAnswer::Found(found) if found.kind == RouteType::Local => Some(found.dev),
        _ => None,
    }
}

/// Whether nothing is local here.
#[cold]
fn never_local(space: &Namespace) -> bool {
    let table = space.routing.tables.get(id::LOCAL);
    table.is_none_or(|table| table.iter().next().is_none())
}
