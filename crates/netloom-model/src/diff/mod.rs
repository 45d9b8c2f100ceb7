//! From one state to another: the changes that make the second of the first, in an order that works.
//!
//! What is in the way goes first: rules, routes, addresses, links, namespaces. Then all is made from the
//! ground up: namespaces, settings, links with their masters, addresses, next hops, routes (those of a
//! link before those by a gateway), policy rules, neighbours, databases of bridges, sets, rules for packets.
//!
//! Left to themselves are things that come of others or with time: routes of the kernel's own, neighbours
//! that were asked for, what a bridge learned, counters, connections, sockets. A link is the same link if it
//! has the same number, name and kind (and a veth the same other end); else it is made anew. No ends of
//! veths are made whose other end is not in the state, nor devices of kinds that cannot be asked for.

mod address;
mod bridge;
mod group;
mod link;
mod route;
mod rules;
mod setting;
pub mod vlan;

use crate::change::Change;
use crate::link::{Link, LinkFlags, LinkKind};
use crate::names::{Family, NsName};
use crate::route::table;
use crate::rule::Rule;
use crate::state::{Namespace, State};
use std::collections::{BTreeMap, BTreeSet};

/// The changes that make `desired` of `current`; none where they say the same.
#[must_use]
pub fn diff(current: &State, desired: &State) -> Vec<Change> {
    let fresh: BTreeMap<&NsName, Namespace> = (desired.namespaces.iter())
        .filter(|(ns, _)| !current.namespaces.contains_key(ns))
        .map(|(ns, desired)| (ns, fresh(desired)))
        .collect();
    let links = link::Links::new(current, desired);
    let mut all = Vec::new();
    let both: Vec<Both<'_>> = (desired.namespaces.iter())
        .filter_map(|(ns, desired)| {
            Some(Both {
                ns,
                current: current.namespaces.get(ns).or_else(|| fresh.get(ns))?,
                desired,
                lost: links.lost(ns),
            })
        })
        .collect();
    for both in &both {
        rules::remove(both, &mut all);
        route::remove(both, &mut all);
        address::remove(both, &mut all);
        group::remove(both, &mut all);
        bridge::remove(both, &mut all);
    }
    links.remove(&mut all);
    let names = |state: &State| state.namespaces.keys().cloned().collect::<BTreeSet<_>>();
    let (had, has) = (names(current), names(desired));
    let gone = had.difference(&has).filter(|ns| !ns.is_first());
    all.extend(gone.cloned().map(Change::DelNamespace));
    let new = has.difference(&had).filter(|ns| !ns.is_first());
    all.extend(new.cloned().map(Change::AddNamespace));
    for both in &both {
        setting::begin(both, &mut all);
    }
    for both in &both {
        nsids(both, &mut all);
    }
    links.make(&mut all);
    for both in &both {
        setting::devices(both, &mut all);
        link::set(both, &mut all);
    }
    for both in &both {
        bridge::vlans(both, &mut all);
        // A loopback that comes up without addresses is given its own one. Of others a kernel takes some of
        // the routes that come of an address away when the link comes up later.
        address::add(both, true, &mut all);
        link::up(both, &mut all);
        address::add(both, false, &mut all);
        group::add(both, &mut all);
    }
    for both in &both {
        route::add(both, &mut all);
        bridge::add(both, &mut all);
        rules::add(both, &mut all);
    }
    all
}

/// As a namespace begins: with `lo`, down, and the rules that look into the usual tables. Its settings
/// are not known, so that all of them are set.
fn fresh(desired: &Namespace) -> Namespace {
    let lo = desired
        .links
        .iter()
        .filter(|link| matches!(link.kind, LinkKind::Loopback));
    let lo = lo.map(|lo| Link {
        flags: LinkFlags::LOOPBACK,
        altnames: Vec::new(),
        alias: None,
        group: 0,
        mtu: 65536,
        txqueuelen: 1000,
        ..lo.clone()
    });
    let lookup = |family, priority, table| Rule::lookup(family, priority, table);
    Namespace {
        links: lo.collect(),
        rules: vec![
            lookup(Family::V4, 0, table::LOCAL),
            lookup(Family::V4, 32766, table::MAIN),
            lookup(Family::V4, 32767, table::DEFAULT),
            lookup(Family::V6, 0, table::LOCAL),
            lookup(Family::V6, 32766, table::MAIN),
        ],
        ..Namespace::default()
    }
}

/// Gives other namespaces the ids by which this one knows them, before a pair has them numbered as it comes.
fn nsids(both: &Both<'_>, changes: &mut Vec<Change>) {
    for (id, peer) in &both.desired.nsids {
        let mut had = both.current.nsids.iter();
        if !had.any(|(other, known)| other == id || known == peer) {
            changes.push(Change::SetNsid {
                ns: both.ns.clone(),
                peer: peer.clone(),
                id: Some(*id),
            });
        }
    }
}

/// A namespace before and after.
struct Both<'s> {
    ns: &'s NsName,
    current: &'s Namespace,
    desired: &'s Namespace,
    /// The numbers of links that do not stay.
    lost: BTreeSet<u32>,
}

impl Both<'_> {
    /// Whether something of a link is there still once links have gone.
    fn stays(&self, dev: u32) -> bool {
        !self.lost.contains(&dev)
    }

    /// The links whose addresses of IPv4 are put there anew: what routes there were by them is too.
    fn disturbed(&self) -> BTreeSet<u32> {
        let links = self.desired.links.iter().map(|link| link.index);
        links.filter(|dev| address::differ(self, *dev)).collect()
    }
}
