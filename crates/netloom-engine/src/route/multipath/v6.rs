//! Several next hops of a route of IPv6 (`rt6_multipath_hash`, `fib6_select_path`).

use super::{Candidate, Keys, encapsulated, keys_v6, shares};
use crate::ip::version::V6;
use crate::namespace::NsId;
use crate::net::Net;
use crate::route::v6::{Flow6, Found6, fits, hop_usable};
use crate::sysctl::{Global, Global6};
use netloom_model::journey::{MultipathChoice, MultipathHop};
use netloom_wire::icmpv6::{self, Type};
use netloom_wire::{IpProtocol, ipv6};

/// The hash of keys as the namespace's settings want it.
fn hash(net: &Net, ns: NsId, keys: Keys) -> u32 {
    let space = net.ns(ns);
    let policy = space.v6.settings.get(Global6::FibMultipathHashPolicy);
    let fields = space.v6.settings.get(Global6::FibMultipathHashFields);
    // There is one seed for both versions.
    let seed = space.settings.get(Global::FibMultipathHashSeed);
    keys.under(policy, fields).hash(seed as u32)
}

/// The hash of a packet received, whose front is its IP header. An ICMP error goes with the flow
/// that it is about.
#[cold]
pub(crate) fn of_packet(net: &Net, ns: NsId, header: &ipv6::Packet<&[u8]>) -> u32 {
    let policy = net.ns(ns).v6.settings.get(Global6::FibMultipathHashPolicy);
    let (kind, payload) = (header.next_header(), header.payload());
    let about = || match payload {
        [message, ..] if kind == IpProtocol::ICMPV6 && Type(*message).is_error() => {
            ipv6::Packet::new_header(payload.get(icmpv6::HEADER_LEN..)?).ok()
        }
        _ => None,
    };
    let keys = match policy {
        0 => about().map(|about| keys_v6(&about)),
        2 => {
            let inner = encapsulated(kind, payload);
            inner.or_else(|| about().map(|about| keys_v6(&about)))
        }
        _ => None,
    };
    hash(net, ns, keys.unwrap_or_else(|| keys_v6(header)))
}

/// The next hops of a route, and which of them a flow takes: the first in whose share its hash lies,
/// unless that one does not fit.
fn candidates<'n>(
    net: &'n Net,
    ns: NsId,
    flow: &Flow6,
    found: &Found6,
) -> (u32, Vec<Candidate<'n, V6>>) {
    let keys = Keys {
        src: flow.src.into(),
        dst: flow.dst.into(),
        label: 0,
        protocol: flow.upper.protocol,
        ports: flow.upper.ports,
    };
    let hash = flow.spread.unwrap_or_else(|| hash(net, ns, keys));
    let Some(table) = net.ns(ns).v6.routing.tables.get(found.table) else {
        return (hash, Vec::new());
    };
    let entry = table.entry(found.entry);
    let mut all = shares(entry, |hop| hop_usable(net, hop.dev, entry.kind));
    let chosen = all.iter().position(|candidate| candidate.covers(hash));
    if let Some(at) = chosen.filter(|at| fits(net, ns, flow, entry, all[*at].hop)) {
        all[at].chosen = true;
    }
    (hash, all)
}

/// Puts the next hop that a flow takes into the route that was found for it.
#[cold]
pub(crate) fn select(net: &Net, ns: NsId, flow: &Flow6, found: Found6) -> Found6 {
    let (_, all) = candidates(net, ns, flow, &found);
    let chosen = all.iter().find(|candidate| candidate.chosen);
    let table = net.ns(ns).v6.routing.tables.get(found.table);
    match (chosen, table) {
        (Some(Candidate { hop, .. }), Some(table)) => found.by(table.entry(found.entry), hop),
        _ => found,
    }
}

/// How a flow's next hop is chosen, for journeys.
pub(crate) fn explain(
    net: &Net,
    ns: NsId,
    flow: &Flow6,
    found: &Found6,
) -> Option<MultipathChoice> {
    if !found.multipath {
        return None;
    }
    let (hash, hops) = candidates(net, ns, flow, found);
    let hops = hops.iter().map(|candidate| MultipathHop {
        via: candidate.hop.gateway.map(Into::into),
        dev: net.dev(candidate.hop.dev).name.clone(),
        weight: candidate.hop.weight,
        upto: candidate.upto,
        chosen: candidate.chosen,
    });
    let policy = net.ns(ns).v6.settings.get(Global6::FibMultipathHashPolicy);
    Some(MultipathChoice {
        policy: policy as u8,
        hash,
        hops: hops.collect(),
    })
}
