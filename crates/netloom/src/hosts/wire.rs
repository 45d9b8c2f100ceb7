//! Which devices of several hosts are on one link: those whose addresses lie in one another's networks, and
//! those that one host knows as its neighbours; and the ends of one tunnel.

use super::tunnel;
use netloom_model::link::LinkKind;
use netloom_model::{IpNet, Link, LinkFlags, MacAddr, Namespace, NsName, Snapshot, State};

/// A device whose other end is outside of its host.
struct End<'s> {
    host: usize,
    ns: &'s NsName,
    link: &'s Link,
    /// The hardware addresses by which others know it: its own, and its bridge's.
    macs: Vec<MacAddr>,
    addresses: Vec<IpNet>,
    /// The hardware addresses of its neighbours.
    neighbours: Vec<MacAddr>,
}

/// The devices of each link that several hosts are on.
pub(super) fn between(all: &[Snapshot], state: &State) -> Vec<Vec<(NsName, u32)>> {
    if all.len() < 2 {
        return Vec::new();
    }
    let mut ends: Vec<End<'_>> = Vec::new();
    for (at, host) in all.iter().enumerate() {
        for ns in host.state.namespaces.keys() {
            let Some((ns, there)) = state.namespaces.get_key_value(ns) else {
                continue;
            };
            let outside = there.links.iter().filter(|link| is_outside(link, state));
            ends.extend(outside.map(|link| end(at, ns, there, link)));
        }
    }
    // Ends that are joined one by one are on one link all together.
    let mut link_of: Vec<usize> = (0..ends.len()).collect();
    for a in 0..ends.len() {
        for b in 0..a {
            if joined(&ends[a], &ends[b]) {
                let (from, to) = (link_of[a], link_of[b]);
                for link in &mut link_of {
                    if *link == from {
                        *link = to;
                    }
                }
            }
        }
    }
    let links = (0..ends.len()).map(|link| {
        let own = ends.iter().zip(&link_of).filter(|(_, of)| **of == link);
        own.map(|(end, _)| end).collect::<Vec<_>>()
    });
    // Who of several ends without addresses of the link is meant only the packets around tell.
    let alone = |end: &&&End<'_>| end.link.kind.link_type() != "ether";
    let known = |ends: &Vec<&End<'_>>| {
        ends.len() == 2 || ends.len() > 2 && ends.iter().find(alone).is_none()
    };
    let each = links.filter(known).map(|ends| {
        let own = ends.iter().map(|end| (end.ns.clone(), end.link.index));
        own.collect()
    });
    each.collect()
}

/// Whether a link is a wire whose other end its host does not tell of.
fn is_outside(link: &Link, state: &State) -> bool {
    match &link.kind {
        LinkKind::Other(other) if other.vxlan.is_some() => true,
        // The kernel has one of each kind in each namespace, which nobody uses while it is down.
        LinkKind::Other(other) if other.is_carried() => link.flags.contains(LinkFlags::UP),
        LinkKind::Other(other) => other.kind.is_none() && other.link_type == "ether",
        LinkKind::Veth => {
            let there = link.peer.as_ref().and_then(|peer| {
                let there = state.namespaces.get(&peer.ns)?;
                there.links.iter().find(|link| link.index == peer.index)
            });
            there.is_none()
        }
        _ => false,
    }
}

fn end<'s>(host: usize, ns: &'s NsName, there: &'s Namespace, link: &'s Link) -> End<'s> {
    // What is a port of a bridge is known by the bridge's address.
    let master = there
        .links
        .iter()
        .find(|master| Some(master.index) == link.master);
    let known: Vec<&Link> = [Some(link), master].into_iter().flatten().collect();
    let of = |dev: u32| known.iter().any(|link| link.index == dev);
    let addresses = there.addresses.iter().filter(|address| of(address.dev));
    let neighbours = there
        .neighbours
        .iter()
        .filter(|neighbour| of(neighbour.dev));
    End {
        host,
        ns,
        link,
        macs: known.iter().map(|link| link.address).collect(),
        addresses: addresses.map(|address| address.local).collect(),
        neighbours: neighbours
            .filter_map(|neighbour| neighbour.lladdr)
            .collect(),
    }
}

fn joined(a: &End<'_>, b: &End<'_>) -> bool {
    match (tunnel::carried(a.link), tunnel::carried(b.link)) {
        (None, None) => {}
        (Some(one), Some(other)) => return a.host != b.host && one.leads_to(&other),
        _ => return false,
    }
    let knows = |one: &End<'_>, other: &End<'_>| {
        let mut macs = other.macs.iter();
        macs.any(|mac| !mac.is_zero() && one.neighbours.contains(mac))
    };
    let near = |a: &IpNet, b: &IpNet| {
        let link_local = matches!(a.addr, core::net::IpAddr::V6(v6) if v6.is_unicast_link_local());
        let both = a.network().contains(b.addr) && b.network().contains(a.addr);
        both && a.addr != b.addr && !link_local
    };
    let mut pairs = a
        .addresses
        .iter()
        .flat_map(|one| b.addresses.iter().map(move |other| (one, other)));
    a.host != b.host && (knows(a, b) || knows(b, a) || pairs.any(|(one, other)| near(one, other)))
}
