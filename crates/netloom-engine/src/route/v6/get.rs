//! `ip -6 route get`: which way would a packet take (`inet6_rtm_getroute`).

use super::output::gateway;
use super::{Flow6, Found6, Refused, describe, lookup};
use crate::device::DevId;
use crate::ip::v6::source;
use crate::ip::version::V6;
use crate::namespace::NsId;
use crate::net::Net;
use crate::route::multipath::v6 as multipath;
use crate::route::table::Hop;
use core::net::{IpAddr, Ipv6Addr};
use netloom_model::route::{RouteAnswer, RouteQuery};
use netloom_model::{Errno, IpNet, Result, Route, RouteType};
use netloom_wire::IpProtocol;

fn v6(addr: IpAddr) -> Result<Ipv6Addr> {
    match addr {
        IpAddr::V6(addr) => Ok(addr),
        IpAddr::V4(_) => Err(Errno::INVAL.into()),
    }
}

/// Answers the question: IPv6 tells the table's own route, with the destination asked for.
pub(crate) fn get(net: &Net, ns: NsId, query: &RouteQuery) -> Result<RouteAnswer> {
    let device = |index: Option<u32>| match index {
        Some(index) => net.ns(ns).device(index).ok_or(Errno::NODEV),
        None => Ok(DevId::NONE),
    };
    let flow = Flow6 {
        dst: v6(query.to)?,
        src: query.from.map_or(Ok(Ipv6Addr::UNSPECIFIED), v6)?,
        iif: device(query.iif)?,
        oif: device(query.oif)?,
        tclass: query.tos,
        mark: query.mark,
        upper: crate::route::get::asked(query, IpProtocol::ICMPV6)?,
        uid: query.uid,
        spread: None,
        strict: false,
    };
    let mut found = lookup(net, ns, &flow).map_err(Refused::errno)?;
    if found.multipath && !query.fibmatch {
        found = multipath::select(net, ns, &flow, found);
    }
    let tables = &net.ns(ns).v6.routing.tables;
    let table = tables.get(found.table).ok_or(Errno::NETUNREACH)?;
    let entry = table.entry(found.entry);
    let mut route = describe(net, found.table, entry);
    let taken = net.dev(found.dev).index;
    if query.fibmatch {
        return Ok(RouteAnswer {
            route,
            cache_flags: Vec::new(),
            source: None,
        });
    }
    let by = |hop: &&Hop<V6>| hop.dev == found.dev && hop.gateway == found.gateway;
    if let Some(said) = entry.hops().find(by).and_then(|hop| entry.said_of(hop)) {
        route.metrics = said.metrics.as_deref().cloned().unwrap_or_default();
        route.protocol = said.protocol;
    }
    route.dst = IpNet::host(flow.dst.into());
    route.nhid = None;
    route.expires = None;
    route
        .nexthops
        .retain(|hop| hop.dev == Some(taken) && hop.via == found.gateway.map(Into::into));
    route.nexthops.truncate(1);
    // The answer is a cached way, of which nothing is told but where it leads.
    route.nexthops.iter_mut().for_each(|hop| {
        (hop.dead, hop.linkdown, hop.onlink) = (false, false, false);
    });
    if flow.iif == DevId::NONE {
        known_beside(net, ns, &found, &flow, &mut route);
    }
    // What is of this host stays on the loopback, unless its address means nothing there.
    let local = matches!(found.kind, RouteType::Local | RouteType::Anycast);
    if local && !crate::ip::v6::is_strict(flow.dst) {
        let lo = net.dev(net.ns(ns).loopback).index;
        route.nexthops.iter_mut().for_each(|hop| hop.dev = Some(lo));
    }
    if flow.iif == DevId::NONE {
        let chosen = || source::select(net, ns, found.dev, flow.dst);
        route.prefsrc = found.prefsrc.or_else(chosen).map(IpAddr::V6);
    }
    let source = route.prefsrc;
    Ok(RouteAnswer {
        route,
        cache_flags: Vec::new(),
        source,
    })
}

/// Puts into the answer what is known of the destination beside its route.
fn known_beside(net: &Net, ns: NsId, found: &Found6, flow: &Flow6, route: &mut Route) {
    let exceptions = &net.ns(ns).v6.routing.exceptions;
    if let Some(path) = exceptions.path(flow.dst, net.now) {
        route.expires = Some(path.until.since(net.now).as_secs() as u32);
        route.metrics.mtu = path.mtu;
    }
    if exceptions.gateway(flow.dst).is_some() {
        let via = gateway(net, ns, found, flow.dst).map(IpAddr::V6);
        route.nexthops.iter_mut().for_each(|hop| hop.via = via);
    }
}
