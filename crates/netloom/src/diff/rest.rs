//! What differs beside that for which there are lines: whatever would have to be changed to make one state
//! of the other (`netloom_model::diff`), and settings of devices that cannot be asked for.

use netloom_model::link::LinkKind;
use netloom_model::{Change, NsName, State};
use std::collections::BTreeSet;

/// A part of a namespace.
pub(super) type PartOf = (NsName, &'static str);

/// The parts in which two states differ, of the namespaces that are in both.
pub(super) fn between(before: &State, after: &State) -> BTreeSet<PartOf> {
    let changes = netloom_model::diff::diff(before, after);
    // Where a device is made anew, so is all that hangs on it.
    let anew: BTreeSet<NsName> = changes
        .iter()
        .filter_map(|change| match change {
            Change::DelLink { ns, .. } => Some(ns.clone()),
            _ => None,
        })
        .collect();
    let hangs = |part: &str| !["links", "ruleset", "ipsets", "rules"].contains(&part);
    let parts = changes.iter().filter_map(part);
    let mut parts: BTreeSet<PartOf> = parts
        .filter(|(ns, part)| !(hangs(part) && anew.contains(ns)))
        .collect();
    let both =
        |ns: &NsName| before.namespaces.contains_key(ns) && after.namespaces.contains_key(ns);
    parts.retain(|(ns, _)| both(ns));
    parts.extend(other_kinds(before, after));
    parts
}

/// Which part a change is of, where lines do not tell all that there is to it.
fn part(change: &Change) -> Option<PartOf> {
    let (ns, part) = match change {
        Change::AddLink { ns, .. }
        | Change::SetLink { ns, .. }
        | Change::DelLink { ns, .. }
        | Change::AddAltname { ns, .. }
        | Change::DelAltname { ns, .. } => (ns, "links"),
        Change::AddAddress { ns, .. } | Change::DelAddress { ns, .. } => (ns, "addresses"),
        Change::AddRoute { ns, .. } | Change::DelRoute { ns, .. } => (ns, "routes"),
        Change::AddNexthop { ns, .. } | Change::DelNexthop { ns, .. } => (ns, "nexthops"),
        Change::AddRule { ns, .. } | Change::DelRule { ns, .. } => (ns, "rules"),
        Change::AddNeighbour { ns, .. } | Change::DelNeighbour { ns, .. } => (ns, "neighbours"),
        Change::AddFdb { ns, .. } | Change::DelFdb { ns, .. } => (ns, "fdb"),
        Change::AddMdb { ns, .. } | Change::DelMdb { ns, .. } => (ns, "mdb"),
        Change::Vlan { ns, .. } => (ns, "vlans"),
        Change::Ruleset { ns, .. } => (ns, "ruleset"),
        Change::IpSet { ns, .. } => (ns, "ipsets"),
        _ => return None,
    };
    Some((ns.clone(), part))
}

/// Namespaces with a device of a kind that cannot be asked for, which is set otherwise.
fn other_kinds(before: &State, after: &State) -> Vec<PartOf> {
    let mut all = Vec::new();
    for (ns, was) in &before.namespaces {
        let Some(is) = after.namespaces.get(ns) else {
            continue;
        };
        let other = |kind: &LinkKind| matches!(kind, LinkKind::Other(_));
        let differs = was.links.iter().any(|old| {
            let mut same = is.links.iter().filter(|new| new.name == old.name);
            same.any(|new| other(&old.kind) && old.kind != new.kind)
        });
        if differs {
            all.push((ns.clone(), "links"));
        }
    }
    all
}
