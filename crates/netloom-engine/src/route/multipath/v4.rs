//! Several next hops of a route of IPv4.

use super::{Candidate, Keys, encapsulated, keys_v4, shares};
use crate::ip::version::{V4, V6};
use crate::namespace::NsId;
use crate::neighbour;
use crate::net::Net;
use crate::route::table::Hop;
use crate::route::{Flow, Found, hop_usable, lost_ip, source};
use crate::sysctl::Global;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::Scope;
use netloom_model::journey::{MultipathChoice, MultipathHop};
use netloom_wire::{IpProtocol, icmpv4, ipv4};

/// The hash of keys as the namespace's settings want it.
fn hash(net: &Net, ns: NsId, keys: Keys) -> u32 {
    let settings = &net.ns(ns).settings;
    let policy = settings.get(Global::FibMultipathHashPolicy);
    let fields = settings.get(Global::FibMultipathHashFields);
    let seed = settings.get(Global::FibMultipathHashSeed);
    keys.under(policy, fields).hash(seed as u32)
}

/// The hash of a packet received, whose front is its IP header; none where its addresses alone
/// decide. An ICMP error goes with the flow that it is about.
#[inline]
pub(crate) fn of_packet(net: &Net, ns: NsId, header: &ipv4::Packet<&[u8]>) -> Option<u32> {
    let policy = net.ns(ns).settings.get(Global::FibMultipathHashPolicy);
    if policy == 0 && header.protocol() != IpProtocol::ICMP {
        return None;
    }
    of_any_packet(net, ns, policy, header)
}

#[cold]
fn of_any_packet(net: &Net, ns: NsId, policy: i32, header: &ipv4::Packet<&[u8]>) -> Option<u32> {
    let is_error = crate::ip::receive::icmp_type(header).is_some_and(icmpv4::Type::is_error);
    let about = is_error
        .then(|| header.payload().get(icmpv4::HEADER_LEN..))
        .flatten()
        .and_then(|inner| ipv4::Packet::new_header(inner).ok());
    if policy == 0 && about.is_none() {
        return None;
    }
    let keys = match (policy, about) {
        (0 | 2, Some(about)) => keys_v4(&about),
        (2, None) => {
            let inner = encapsulated(header.protocol(), header.payload());
            inner.unwrap_or_else(|| keys_v4(header))
        }
        _ => keys_v4(header),
    };
    Some(hash(net, ns, keys))
}

/// The next hops of a route and which of them a flow takes: the one with the flow's source address,
/// else the one in whose share the hash lies (`fib_select_multipath`).
fn candidates<'n>(
    net: &'n Net,
    ns: NsId,
    flow: &Flow,
    found: &Found,
    hash: u32,
) -> Vec<Candidate<'n, V4>> {
    let space = net.ns(ns);
    let Some(table) = space.routing.tables.get(found.table) else {
        return Vec::new();
    };
    let entry = table.entry(found.entry);
    let alive = |hop: &Hop<V4>| {
        hop_usable(net, space, hop.dev, flow, entry.kind) && !lost_ip(net, entry, hop)
    };
    let mut all = shares(entry, alive);
    let use_neighbour = space.settings.on(Global::FibMultipathUseNeigh);
    let good =
        |c: &Candidate<'_, V4>| c.upto.is_some() && (!use_neighbour || answers(net, ns, c.hop));
    let of_source = |c: &Candidate<'_, V4>| {
        let gateway = c.hop.gateway.unwrap_or(Ipv4Addr::UNSPECIFIED);
        !flow.src.is_unspecified()
            && source::select(net, ns, c.hop.dev, gateway, found.scope) == Some(flow.src)
    };
    // Two next hops can have the source: then the hash decides among them.
    let score = |c: &Candidate<'_, V4>| 2 * u8::from(of_source(c)) + u8::from(c.covers(hash));
    let mut best: Option<(usize, u8)> = None;
    for (at, candidate) in all.iter().enumerate().filter(|(_, c)| good(c)) {
        let score = score(candidate);
        if best.is_none_or(|(_, before)| score > before) {
            best = Some((at, score));
        }
    }
    let first = || all.iter().position(|c| c.upto.is_some());
    if let Some(at) = best.map(|(at, _)| at).or_else(first) {
        all[at].chosen = true;
    }
    all
}

/// Whether a gateway is not known to be silent (`fib_good_nh`).
fn answers(net: &Net, ns: NsId, hop: &Hop<V4>) -> bool {
    match gateway(hop).filter(|_| hop.scope == Scope::LINK) {
        None => true,
        Some(IpAddr::V4(gateway)) => neighbour::is_good::<V4>(net, ns, hop.dev, gateway),
        Some(IpAddr::V6(gateway)) => neighbour::is_good::<V6>(net, ns, hop.dev, gateway),
    }
}

fn gateway(hop: &Hop<V4>) -> Option<IpAddr> {
    hop.via6.map(IpAddr::V6).or(hop.gateway.map(IpAddr::V4))
}

fn flow_hash(net: &Net, ns: NsId, flow: &Flow) -> u32 {
    flow.spread.unwrap_or_else(|| {
        let keys = Keys {
            src: flow.src.into(),
            dst: flow.dst.into(),
            label: 0,
            protocol: flow.upper.protocol,
            ports: flow.upper.ports,
        };
        hash(net, ns, keys)
    })
}

/// Puts the next hop that a flow takes into the route that was found for it.
#[cold]
pub(crate) fn select(net: &Net, ns: NsId, flow: &Flow, found: Found) -> Found {
    // Whoever names the device has the first next hop by it.
    if flow.oif.some().is_some() {
        return found;
    }
    let hash = flow_hash(net, ns, flow);
    let all = candidates(net, ns, flow, &found, hash);
    match all.iter().find(|candidate| candidate.chosen) {
        Some(Candidate { hop, .. }) => Found {
            dev: hop.dev,
            gateway: hop.way_by(),
            via6: hop.via6,
            hop_scope: hop.scope,
            ..found
        },
        None => found,
    }
}

/// How a flow's next hop is chosen, for journeys.
pub(crate) fn explain(net: &Net, ns: NsId, flow: &Flow, found: &Found) -> Option<MultipathChoice> {
    if !found.multipath || flow.oif.some().is_some() {
        return None;
    }
    let hash = flow_hash(net, ns, flow);
    let hops = candidates(net, ns, flow, found, hash);
    let hops = hops.iter().map(|candidate| MultipathHop {
        via: gateway(candidate.hop),
        dev: net.dev(candidate.hop.dev).name.clone(),
        weight: candidate.hop.weight,
        upto: candidate.upto,
        chosen: candidate.chosen,
    });
    let policy = net.ns(ns).settings.get(Global::FibMultipathHashPolicy);
    Some(MultipathChoice {
        policy: policy as u8,
        hash,
        hops: hops.collect(),
    })
}
