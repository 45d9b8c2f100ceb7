//! Brings back connections, and sets of xtables.

use crate::Kernel;
use netloom_model::conntrack::{Connection, ConnectionChange};
use netloom_model::ipset::{IpSet, IpSetChange};
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, Namespace, NsName, Result};

/// Makes the tables of a namespace what they were.
pub(super) fn restore(
    kernel: &mut Kernel,
    ns: &NsName,
    before: &Namespace,
    parts: Parts,
) -> Result<()> {
    let now = kernel.read(ns, parts)?;
    let mut first = Ok(());
    let sets = sets(&now.ipsets, &before.ipsets).into_iter();
    let sets = sets.map(|change| Change::IpSet {
        ns: ns.clone(),
        change,
    });
    let connections = connections(&now.connections, &before.connections);
    let connections = connections.into_iter().map(|change| Change::Connections {
        ns: ns.clone(),
        change,
    });
    for change in sets.chain(connections) {
        match kernel.change(&change) {
            Err(error) if error.errno == Errno::NOENT => {}
            done => first = first.and(done),
        }
    }
    first
}

fn sets(now: &[IpSet], before: &[IpSet]) -> Vec<IpSetChange> {
    let mut all = Vec::new();
    for set in now {
        if !before.iter().any(|was| was.name == set.name) {
            all.push(IpSetChange::Destroy(Some(set.name.clone())));
        }
    }
    for was in before {
        let there = now.iter().find(|set| set.name == was.name);
        if there.is_none() {
            let set = Box::new(was.clone());
            all.push(IpSetChange::Create { set, exist: false });
        }
        let there = there.map_or(&[][..], |set| &set.entries);
        let set = &was.name;
        for entry in there {
            if !was.entries.iter().any(|of| of.parts == entry.parts) {
                all.push(IpSetChange::Del {
                    set: set.clone(),
                    entry: Box::new(entry.clone()),
                    exist: true,
                });
            }
        }
        for entry in was.entries.iter().filter(|entry| !there.contains(entry)) {
            all.push(IpSetChange::Add {
                set: set.clone(),
                entry: Box::new(entry.clone()),
                exist: true,
            });
        }
    }
    all
}

fn connections(now: &[Connection], before: &[Connection]) -> Vec<ConnectionChange> {
    let mut all = Vec::new();
    let same = |one: &Connection, other: &Connection| {
        (one.original, one.zone_there()) == (other.original, other.zone_there())
    };
    let settled = |one: &Connection, other: &Connection| {
        (one.id, one.status, one.mark) == (other.id, other.status, other.mark)
            && (&one.state, one.labels) == (&other.state, other.labels)
    };
    for one in now {
        let was = before.iter().find(|was| same(was, one));
        if was.is_none_or(|was| !settled(one, was)) {
            all.push(ConnectionChange::Delete {
                id: one.id,
                original: one.original,
                zone: one.zone_there(),
            });
        }
    }
    for was in before {
        let there = now.iter().find(|one| same(was, one));
        if there.is_none_or(|one| !settled(one, was)) {
            all.push(ConnectionChange::Create(Box::new(was.clone())));
        }
    }
    all
}
