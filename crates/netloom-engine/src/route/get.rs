//! `ip route get`: which way would a packet take (`inet_rtm_getroute`).

use super::input::{self, Decision};
use super::upper::Upper;
use super::{Flow, Found, describe, output};
use crate::device::DevId;
use crate::engine::v4;
use crate::namespace::NsId;
use crate::net::Net;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::journey::DropReason;
use netloom_model::route::{NextHop, RouteAnswer, RouteMetrics, RouteQuery, protocol, table};
use netloom_model::{Errno, Error, IpNet, Result, Route, RouteType, Scope};
use netloom_wire::IpProtocol;

/// Answers the question.
pub(crate) fn get(net: &Net, ns: NsId, query: &RouteQuery) -> Result<RouteAnswer> {
    let device = |index: Option<u32>| match index {
        Some(index) => net.ns(ns).device(index).ok_or(Errno::NODEV),
        None => Ok(DevId::NONE),
    };
    let from = query.from.map(v4).transpose()?;
    let flow = Flow {
        dst: v4(query.to)?,
        src: from.unwrap_or(Ipv4Addr::UNSPECIFIED),
        iif: device(query.iif)?,
        oif: device(query.oif)?,
        tos: query.tos & crate::ip::receive::TOS_MASK,
        mark: query.mark,
        upper: asked(query, IpProtocol::ICMP)?,
        uid: query.uid,
        scope: Scope::UNIVERSE,
        spread: None,
    };
    if query.fibmatch {
        return matched(net, ns, &flow);
    }
    if flow.iif == DevId::NONE {
        sent(net, ns, &flow)
    } else {
        received(net, ns, &flow)
    }
}

/// What a question says of the layer above IP: protocols that have ports, and `icmp`.
pub(super) fn asked(query: &RouteQuery, icmp: IpProtocol) -> Result<Upper> {
    let protocol = IpProtocol(query.protocol);
    let known = [IpProtocol(0), IpProtocol::TCP, IpProtocol::UDP, icmp];
    if !known.contains(&protocol) {
        return Err(Error::with(Errno::OPNOTSUPP, "Unsupported ip proto"));
    }
    let ports = if protocol == icmp {
        (0, 0)
    } else {
        query.ports
    };
    Ok(Upper::new(protocol, ports))
}

/// The table's own route.
fn matched(net: &Net, ns: NsId, flow: &Flow) -> Result<RouteAnswer> {
    let found = super::lookup(net, ns, flow).map_err(super::Refused::errno)?;
    let table = net
        .ns(ns)
        .routing
        .tables
        .get(found.table)
        .ok_or(Errno::HOSTUNREACH)?;
    let route = describe(net, found.table, table.entry(found.entry));
    Ok(RouteAnswer {
        route,
        cache_flags: Vec::new(),
        source: None,
    })
}

/// A packet made here.
fn sent(net: &Net, ns: NsId, flow: &Flow) -> Result<RouteAnswer> {
    let way = output::route(net, ns, flow, false).map_err(|no| no.errno)?;
    let mut flags = Vec::new();
    // What `lo` sends comes back, whoever it is addressed to.
    if way.kind == RouteType::Local
        || (way.kind == RouteType::Unicast && net.dev(way.dev).is_loopback())
    {
        flags.push("local".to_owned());
    }
    if way.kind == RouteType::Broadcast {
        flags.extend(["local".to_owned(), "brd".to_owned()]);
    }
    if way.kind == RouteType::Multicast {
        let groups = &net.dev(way.dev).groups;
        if groups.iter().any(|m| m.group == way.dst) {
            flags.push("local".to_owned());
        }
        flags.push("mc".to_owned());
    }
    let mut flow_route = answer(net, flow, way.kind, way.dev, way.gateway);
    if let Some(via) = way.via6 {
        through(&mut flow_route, via);
    }
    flow_route.prefsrc = (!way.source.is_unspecified()).then_some(IpAddr::V4(way.source));
    let source = flow_route.prefsrc;
    flow_route.table = way.found.map_or(table::MAIN, |found| told(net, ns, found));
    flow_route.metrics = way.metrics(net, ns).cloned().unwrap_or_default();
    flow_route.tos = way.found.map_or(0, |found| tos(net, ns, found));
    let path = net.ns(ns).routing.exceptions.path(flow.dst, net.now);
    if let Some(path) = path.filter(|_| way.kind == RouteType::Unicast) {
        flow_route.expires = Some(path.until.since(net.now).as_secs() as u32);
        flow_route.metrics.mtu = way.mtu;
        flow_route.metrics.mtu_lock = path.locked;
    }
    Ok(RouteAnswer {
        route: flow_route,
        cache_flags: flags,
        source,
    })
}

/// A packet received.
fn received(net: &Net, ns: NsId, flow: &Flow) -> Result<RouteAnswer> {
    let answer_with = |kind, dev, gateway, flags: &[&str]| RouteAnswer {
        route: answer(net, flow, kind, dev, gateway),
        cache_flags: flags.iter().map(|f| (*f).to_owned()).collect(),
        source: None,
    };
    let lo = net.ns(ns).loopback;
    match input::route(net, flow.iif, flow) {
        Decision::Local => Ok(answer_with(RouteType::Local, lo, None, &["local"])),
        Decision::Broadcast => Ok(answer_with(
            RouteType::Broadcast,
            lo,
            None,
            &["local", "brd"],
        )),
        Decision::Forward { found, redirect } => {
            let flags: &[&str] = if redirect { &["redirect"] } else { &[] };
            let mut answer = answer_with(RouteType::Unicast, found.dev, found.gateway, flags);
            if let Some(via) = found.via6 {
                through(&mut answer.route, via);
            }
            answer.route.table = told(net, ns, found);
            answer.route.metrics = metrics(net, ns, found);
            answer.route.tos = tos(net, ns, found);
            Ok(answer)
        }
        Decision::NoWay(refused) => Err(refused.errno().into()),
        Decision::Refused(reason) => Err(match reason {
            DropReason::ReversePath => Errno(18),
            DropReason::ForwardingOff => Errno::HOSTUNREACH,
            _ => Errno::INVAL,
        }
        .into()),
    }
}

/// The table that is told: until the rules are touched, local and main are one.
fn told(net: &Net, ns: NsId, found: Found) -> u32 {
    match found.table {
        table::LOCAL if !net.ns(ns).routing.rules.is_custom() => table::MAIN,
        table => table,
    }
}

/// The metrics of the route that was found.
fn metrics(net: &Net, ns: NsId, found: Found) -> RouteMetrics {
    let table = net.ns(ns).routing.tables.get(found.table);
    table
        .map(|table| describe(net, found.table, table.entry(found.entry)).metrics)
        .unwrap_or_default()
}

/// The type of service that the route that was found is for.
fn tos(net: &Net, ns: NsId, found: Found) -> u8 {
    let table = net.ns(ns).routing.tables.get(found.table);
    table.map_or(0, |table| table.entry(found.entry).tos)
}

/// The gateway of a route is one of IPv6.
fn through(route: &mut Route, via: Ipv6Addr) {
    for hop in &mut route.nexthops {
        hop.via = Some(via.into());
    }
}

fn answer(net: &Net, flow: &Flow, kind: RouteType, dev: DevId, gateway: Option<Ipv4Addr>) -> Route {
    let hop = NextHop {
        via: gateway.map(IpAddr::V4),
        dev: Some(net.dev(dev).index),
        weight: 1,
        ..NextHop::default()
    };
    Route {
        kind,
        protocol: protocol::UNSPEC,
        nexthops: vec![hop],
        ..Route::new(IpNet::host(flow.dst.into()))
    }
}
