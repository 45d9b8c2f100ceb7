//! Brings back what a namespace had of settings, addresses, routes, rules, neighbours and databases of
//! bridges, once its links are there again.

use super::kept::Kept;
use super::said::{self, Said};
use super::touched::Part;
use super::{All, addresses, links};
use crate::Kernel;
use netloom_model::bridge::FdbState;
use netloom_model::diff::vlan;
use netloom_model::setting::Word;
use netloom_model::{
    Change, Errno, FdbEntry, Mode, Namespace, Nexthop, NsName, Result, Route, RouteMatch,
};

/// Makes a namespace what it was.
pub(super) fn restore(kernel: &mut Kernel, ns: &NsName, all: &All) -> Result<()> {
    let Some(before) = all.get(ns) else {
        return Ok(());
    };
    let mut first = Ok(());
    let mut carry = |done: Result<()>| match done {
        Err(error) if error.errno == Errno::EXIST || super::is_gone(error.errno) => {}
        done => first = core::mem::replace(&mut first, Ok(())).and(done),
    };
    for part in &before.parts {
        if *part == Part::Links {
            carry(links::restore(kernel, ns, &before.ns, all));
            continue;
        }
        let now = Kept::again(kernel, ns, *part, before)?;
        let (changes, requests) = steps(*part, ns, &now, before);
        for change in changes {
            carry(kernel.change(&change));
        }
        for (kind, flags, body) in requests {
            let netlink = kernel.socket(ns)?;
            carry(netlink.request(kind, flags, body));
        }
    }
    first
}

/// What makes a part what it was.
fn steps(part: Part, ns: &NsName, now: &Kept, before: &Kept) -> (Vec<Change>, Vec<Said>) {
    let changes = match part {
        Part::Links => Vec::new(),
        Part::Settings => settings(ns, &now.ns, &before.ns),
        Part::Addresses => addresses::between(ns, now, before),
        Part::Nexthops => nexthops(ns, &now.ns, &before.ns),
        Part::Vlans => vlan::between(ns, &now.ns, &before.ns),
        Part::Stations => stations(ns, &now.ns, &before.ns),
        Part::Rules => return (Vec::new(), said::rules(now, before)),
        Part::Routes => return (Vec::new(), said::routes(now, before)),
        Part::Neighbours => return (Vec::new(), said::neighbours(now, before)),
        Part::Qdiscs => return (Vec::new(), said::qdiscs(now, before)),
    };
    (changes, Vec::new())
}

/// The changes that make a list what it was: what is more goes, what is missing comes.
fn list<'a, T: 'a>(
    now: &'a [T],
    before: &'a [T],
    same: impl Fn(&T, &T) -> bool,
    gone: impl Fn(&T) -> Change,
    made: impl Fn(&T) -> Change,
) -> Vec<Change> {
    let (more, missing) = said::differing(now, before, same);
    let gone = more.into_iter().map(gone);
    gone.chain(missing.into_iter().map(made)).collect()
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

/// Entries of forwarding databases and groups, as far as somebody set them.
fn stations(ns: &NsName, now: &Namespace, before: &Namespace) -> Vec<Change> {
    let mut all = entries(ns, now, before);
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

fn entries(ns: &NsName, now: &Namespace, before: &Namespace) -> Vec<Change> {
    let set = |of: &Namespace| -> Vec<FdbEntry> {
        let set = of.fdb.iter().filter(|one| match one.state {
            FdbState::Static | FdbState::Local => true,
            // Groups are listened to for reasons of their own.
            FdbState::Own => one.remote.is_some() || !one.address.is_multicast(),
            FdbState::Dynamic | FdbState::Stale => false,
        });
        set.cloned().collect()
    };
    let same = |one: &FdbEntry, was: &FdbEntry| {
        (one.dev, one.address, one.vlan, one.state) == (was.dev, was.address, was.vlan, was.state)
            && one.remote == was.remote
    };
    let gone = |one: &FdbEntry| Change::DelFdb {
        ns: ns.clone(),
        dev: one.dev,
        address: one.address,
        vlan: one.vlan,
        own: one.is_own(),
        remote: one.remote.clone(),
    };
    let made = |one: &FdbEntry| Change::AddFdb {
        ns: ns.clone(),
        entry: one.clone(),
        mode: one.mode(),
    };
    list(&set(now), &set(before), same, gone, made)
}
