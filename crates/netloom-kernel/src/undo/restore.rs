//! Brings back what a namespace had of settings, addresses, routes, rules, neighbours and databases of
//! bridges, once its links are there again.

use super::{Kept, PARTS, links};
use crate::Kernel;
use netloom_model::bridge::FdbState;
use netloom_model::change::RuleMatch;
use netloom_model::diff::vlan;
use netloom_model::setting::Word;
use netloom_model::{
    Address, Change, Errno, FdbEntry, Mode, Namespace, Neighbour, NeighbourState, Nexthop, NsName,
    Result, Route, RouteMatch, Rule,
};

/// Makes a namespace what it was.
pub(super) fn restore(kernel: &mut Kernel, ns: &NsName, kept: &Kept) -> Result<()> {
    let Some(before) = kept.get(ns) else {
        return Ok(());
    };
    let mut first = links::restore(kernel, ns, before, kept);
    // What one thing brings with it, as an address its routes, is there when the next is looked at.
    for part in [
        settings,
        addresses,
        nexthops,
        rules,
        routes,
        vlan::between,
        stations,
    ] {
        let now = kernel.read(ns, PARTS)?;
        for change in part(ns, &now, before) {
            match kernel.change(&change) {
                Err(error) if error.errno == Errno::EXIST || super::is_gone(error.errno) => {}
                done => first = first.and(done),
            }
        }
    }
    first
}

/// The changes that make a list what it was: what is more goes, what is missing comes.
fn list<'a, T: 'a>(
    now: &'a [T],
    before: &'a [T],
    same: impl Fn(&T, &T) -> bool,
    gone: impl Fn(&T) -> Change,
    made: impl Fn(&T) -> Change,
) -> Vec<Change> {
    let more = now
        .iter()
        .filter(|one| !before.iter().any(|was| same(one, was)));
    let missing = before
        .iter()
        .filter(|was| !now.iter().any(|one| same(one, was)));
    let gone: Vec<Change> = more.map(gone).collect();
    gone.into_iter().chain(missing.map(made)).collect()
}

fn settings(ns: &NsName, now: &Namespace, before: &Namespace) -> Vec<Change> {
    let differs = |(name, value): &(&Word, &Word)| {
        now.sysctls.get(*name).is_some_and(|now| now != *value) && is_set(name)
    };
    let mut all: Vec<_> = before.sysctls.iter().filter(differs).collect();
    // What is said for all is said before what is said for one.
    all.sort_by_key(|(name, _)| !(name.contains(".all.") || name.ends_with("ip_forward")));
    let set = |(name, value): (&Word, &Word)| Change::SetSysctl {
        ns: ns.clone(),
        name: name.to_string(),
        value: value.to_string(),
    };
    all.into_iter().map(set).collect()
}

/// Whether a setting says something by itself, and not how things are.
fn is_set(name: &str) -> bool {
    const TOLD: [&str; 5] = ["_count", "flush", "nr_", "secret", "_random"];
    !TOLD.iter().any(|word| name.contains(word))
}

fn addresses(ns: &NsName, now: &Namespace, before: &Namespace) -> Vec<Change> {
    let same = |one: &Address, was: &Address| {
        (one.dev, one.local, one.peer, one.broadcast, one.scope)
            == (was.dev, was.local, was.peer, was.broadcast, was.scope)
            && (one.label == was.label, one.metric) == (true, was.metric)
            && one.noprefixroute == was.noprefixroute
    };
    let gone = |address: &Address| Change::DelAddress {
        ns: ns.clone(),
        address: address.clone(),
        exact: true,
    };
    let made = |address: &Address| Change::AddAddress {
        ns: ns.clone(),
        address: address.clone(),
        mode: Mode::Add,
    };
    list(&now.addresses, &before.addresses, same, gone, made)
}

fn nexthops(ns: &NsName, now: &Namespace, before: &Namespace) -> Vec<Change> {
    let same = |one: &Nexthop, was: &Nexthop| {
        let told = |nexthop: &Nexthop| Nexthop {
            linkdown: false,
            ..nexthop.clone()
        };
        told(one) == told(was)
    };
    let gone = |nexthop: &Nexthop| Change::DelNexthop {
        ns: ns.clone(),
        id: nexthop.id,
    };
    let made = |nexthop: &Nexthop| Change::AddNexthop {
        ns: ns.clone(),
        nexthop: nexthop.clone(),
        mode: Mode::Replace,
    };
    list(&now.nexthops, &before.nexthops, same, gone, made)
}

fn rules(ns: &NsName, now: &Namespace, before: &Namespace) -> Vec<Change> {
    let gone = |rule: &Rule| Change::DelRule {
        ns: ns.clone(),
        rule: Box::new(RuleMatch {
            rule: rule.clone(),
            action_given: true,
        }),
    };
    let made = |rule: &Rule| Change::AddRule {
        ns: ns.clone(),
        rule: rule.clone(),
    };
    list(&now.rules, &before.rules, PartialEq::eq, gone, made)
}

fn routes(ns: &NsName, now: &Namespace, before: &Namespace) -> Vec<Change> {
    let told = |route: &Route| {
        let mut route = route.clone();
        route.expires = None;
        for hop in &mut route.nexthops {
            (hop.dead, hop.linkdown) = (false, false);
        }
        route
    };
    let same = |one: &Route, was: &Route| told(one) == told(was);
    let gone = |route: &Route| Change::DelRoute {
        ns: ns.clone(),
        route: exactly(route),
    };
    let made = |route: &Route| {
        let mut route = told(route);
        if route.nhid.is_some() {
            // Its hops are told, and not said.
            route.nexthops.clear();
        }
        Change::AddRoute {
            ns: ns.clone(),
            route,
            mode: Mode::Append,
        }
    };
    let mut all = list(&now.routes, &before.routes, same, gone, made);
    // A gateway is to be reached when a route to it is made; local addresses come first.
    all.sort_by_key(|change| match change {
        Change::AddRoute { route, .. } => {
            let by_gateway = route.nexthops.iter().any(|hop| hop.via.is_some());
            (
                1,
                by_gateway || route.nhid.is_some(),
                route.table != netloom_model::route::table::LOCAL,
            )
        }
        _ => (0, false, false),
    });
    all
}

/// What fits this route alone.
pub(super) fn exactly(route: &Route) -> RouteMatch {
    let hop = match route.nexthops.as_slice() {
        [hop] if route.nhid.is_none() => Some(hop),
        _ => None,
    };
    RouteMatch {
        table: route.table,
        tos: route.tos,
        kind: Some(route.kind),
        protocol: Some(route.protocol),
        metric: Some(route.metric).filter(|metric| *metric != 0),
        via: hop.and_then(|hop| hop.via),
        dev: hop.and_then(|hop| hop.dev),
        nhid: route.nhid,
        ..RouteMatch::new(route.dst)
    }
}

/// Neighbours, entries of forwarding databases and groups, as far as somebody set them.
fn stations(ns: &NsName, now: &Namespace, before: &Namespace) -> Vec<Change> {
    let mut all = neighbours(ns, now, before);
    all.extend(entries(ns, now, before));
    let groups = |of: &Namespace| -> Vec<_> {
        let set = of.mdb.iter().filter(|entry| entry.permanent);
        set.cloned().collect()
    };
    let gone = |entry: &netloom_model::MdbEntry| Change::DelMdb {
        ns: ns.clone(),
        entry: entry.clone(),
    };
    let made = |entry: &netloom_model::MdbEntry| Change::AddMdb {
        ns: ns.clone(),
        entry: entry.clone(),
    };
    all.extend(list(
        &groups(now),
        &groups(before),
        PartialEq::eq,
        gone,
        made,
    ));
    all
}

fn neighbours(ns: &NsName, now: &Namespace, before: &Namespace) -> Vec<Change> {
    let set = |of: &Namespace| -> Vec<Neighbour> {
        let all = of.neighbours.iter();
        let set = all.filter(|one| one.proxy || one.state == NeighbourState::Permanent);
        set.cloned().collect()
    };
    let same = |one: &Neighbour, was: &Neighbour| {
        (one.dev, one.dst, one.proxy, one.lladdr) == (was.dev, was.dst, was.proxy, was.lladdr)
    };
    let gone = |one: &Neighbour| Change::DelNeighbour {
        ns: ns.clone(),
        dev: one.dev,
        dst: one.dst,
        proxy: one.proxy,
    };
    let made = |one: &Neighbour| Change::AddNeighbour {
        ns: ns.clone(),
        neighbour: one.clone(),
        mode: Mode::Replace,
    };
    list(&set(now), &set(before), same, gone, made)
}

fn entries(ns: &NsName, now: &Namespace, before: &Namespace) -> Vec<Change> {
    let set = |of: &Namespace| -> Vec<FdbEntry> {
        let of_ports = of.fdb.iter().filter(|one| one.master.is_some());
        let set = of_ports.filter(|one| matches!(one.state, FdbState::Static | FdbState::Local));
        set.cloned().collect()
    };
    let same = |one: &FdbEntry, was: &FdbEntry| {
        (one.dev, one.address, one.vlan, one.state) == (was.dev, was.address, was.vlan, was.state)
    };
    let gone = |one: &FdbEntry| Change::DelFdb {
        ns: ns.clone(),
        dev: one.dev,
        address: one.address,
        vlan: one.vlan,
        own: false,
    };
    let made = |one: &FdbEntry| Change::AddFdb {
        ns: ns.clone(),
        entry: one.clone(),
        mode: Mode::Replace,
    };
    list(&set(now), &set(before), same, gone, made)
}
