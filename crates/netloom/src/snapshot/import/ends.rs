//! Which namespaces the ends of pairs are in. `ip netns list-id` tells of those that have names; of
//! others the pairs themselves tell: each end says the index of the other one.

use super::gather::Ids;
use netloom_model::snapshot::Missing;
use netloom_model::{Namespace, NsName, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// Has every end say which namespace the other one is in.
pub(super) fn settle(snapshot: &mut Snapshot, told: &BTreeMap<NsName, Ids>) {
    let mut all = BTreeMap::new();
    for (ns, state) in &snapshot.state.namespaces {
        let mut ids = told.get(ns).cloned().unwrap_or_default();
        ids.retain(|_, name| snapshot.state.namespaces.contains_key(name));
        let used: BTreeSet<i32> = used(state).collect();
        for id in used {
            if !ids.contains_key(&id)
                && let Some(other) = other(snapshot, ns, state, id)
            {
                ids.insert(id, other);
            }
        }
        all.insert(ns.clone(), ids);
    }
    for (ns, state) in &mut snapshot.state.namespaces {
        let ids = all.remove(ns).unwrap_or_default();
        let mut unknown = BTreeSet::new();
        for peer in state.links.iter_mut().filter_map(|link| link.peer.as_mut()) {
            let Some(id) = peer.nsid else {
                peer.ns = ns.clone();
                continue;
            };
            peer.ns = ids.get(&id).cloned().unwrap_or_else(|| {
                unknown.insert(id);
                NsName::new(format!("nsid/{id}"))
            });
        }
        snapshot.missing.extend(Missing::nsids(ns, &unknown));
        state.nsids = ids;
    }
}

/// The ids that ends of pairs name.
fn used(state: &Namespace) -> impl Iterator<Item = i32> {
    let peers = state.links.iter().filter_map(|link| link.peer.as_ref());
    peers.filter_map(|peer| peer.nsid)
}

/// The one namespace in which every other end of an id could be.
fn other(snapshot: &Snapshot, ns: &NsName, state: &Namespace, id: i32) -> Option<NsName> {
    let pairs: Vec<(u32, u32)> = (state.links.iter())
        .filter_map(|link| Some((link.index, link.peer.as_ref()?)))
        .filter(|(_, peer)| peer.nsid == Some(id))
        .map(|(index, peer)| (index, peer.index))
        .collect();
    let fits = |state: &Namespace| {
        pairs.iter().all(|(own, theirs)| {
            let other = state.links.iter().find(|link| link.index == *theirs);
            let back = other.and_then(|link| link.peer.as_ref());
            back.is_some_and(|peer| peer.index == *own && peer.nsid.is_some())
        })
    };
    let others = snapshot
        .state
        .namespaces
        .iter()
        .filter(|(name, _)| *name != ns);
    let mut fitting = others.filter(|(_, state)| fits(state));
    let found = fitting.next()?.0.clone();
    fitting.next().is_none().then_some(found)
}
