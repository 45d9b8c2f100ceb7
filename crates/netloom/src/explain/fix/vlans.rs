//! Changes of VLANs that could deliver a packet.

use super::Candidate;
use crate::explain::command::bridge;
use netloom_model::bridge::PortState;
use netloom_model::journey::{Event, FdbFound, Journey, Stage};
use netloom_model::{
    BridgeVlan, Change, Link, LinkKind, Namespace, NsName, State, VlanChange, VlanIds,
};
use std::collections::BTreeSet;

/// Ports and bridges at which a VLAN decided, put into the VLANs that the packet was in.
pub(super) fn members(state: &State, journey: &Journey) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (ns, here) in &state.namespaces {
        let vids = vids(journey, ns);
        let concerned = concerned(journey, ns);
        let links = here
            .links
            .iter()
            .filter(|link| concerned.contains(&*link.name));
        for link in links {
            for vid in vids.iter().chain(&known(here, link, &vids)) {
                all.extend(into(ns, here, link, *vid));
            }
            all.extend(forwarding(ns, here, link));
        }
    }
    all
}

/// The VLANs that the packet was in, in a namespace.
fn vids(journey: &Journey, ns: &NsName) -> BTreeSet<u16> {
    let steps = journey.steps.iter().filter(|step| step.ns == *ns);
    let vid = steps.filter_map(|step| match step.event {
        Event::Vlan { vid, .. } => Some(vid),
        _ => None,
    });
    vid.collect()
}

/// The VLANs of the same bridge, where the packet got into none.
fn known(here: &Namespace, link: &Link, seen: &BTreeSet<u16>) -> BTreeSet<u16> {
    let bridge = link.master.unwrap_or(link.index);
    let globals = here.global_vlans.iter();
    let of_bridge = globals.filter(|vlan| vlan.dev == bridge && seen.is_empty());
    of_bridge.map(|vlan| vlan.vid).collect()
}

/// The devices where a VLAN was looked at, or that a flood passed by.
fn concerned<'j>(journey: &'j Journey, ns: &NsName) -> BTreeSet<&'j str> {
    let mut names = BTreeSet::new();
    for step in journey.steps.iter().filter(|step| step.ns == *ns) {
        match &step.event {
            Event::Flooded { not, .. } => names.extend(not.iter().map(|(port, _)| &**port)),
            // The way to a known station.
            Event::Fdb {
                found: FdbFound::Port(port),
                ..
            } => {
                names.insert(&**port);
            }
            _ => {}
        }
        let stages = [Stage::BridgeVlanIn, Stage::BridgeVlanOut, Stage::BridgeUp];
        if stages.contains(&step.stage) {
            names.extend(step.dev.as_deref());
        }
    }
    names
}

/// A device as a member of a VLAN, tagged and untagged, where it is not so already.
fn into(ns: &NsName, here: &Namespace, link: &Link, vid: u16) -> Vec<Candidate> {
    let own = matches!(link.kind, LinkKind::Bridge(_));
    let now = here
        .vlans
        .iter()
        .find(|vlan| vlan.dev == link.index && vlan.vid == vid)
        .map(|vlan| (vlan.pvid, vlan.untagged));
    let ways = [(false, false), (false, true), (true, true)];
    let others = ways.into_iter().filter(|way| Some(*way) != now);
    let candidate = |(pvid, untagged)| {
        let change = VlanChange::Add {
            ids: VlanIds::one(vid),
            pvid,
            untagged,
            own,
        };
        let mut words = format!("{} vlan add dev {} vid {vid}", bridge(ns), link.name);
        for (on, word) in [(pvid, " pvid"), (untagged, " untagged"), (own, " self")] {
            words.push_str(if on { word } else { "" });
        }
        of(ns, link, change, words)
    };
    others.map(candidate).collect()
}

/// A device's VLANs that do not forward, forwarding.
fn forwarding(ns: &NsName, here: &Namespace, link: &Link) -> Vec<Candidate> {
    let blocked =
        |vlan: &&BridgeVlan| vlan.dev == link.index && vlan.state != PortState::Forwarding;
    let candidate = |vlan: &BridgeVlan| {
        let change = VlanChange::Set {
            ids: VlanIds::one(vlan.vid),
            state: Some(PortState::Forwarding),
            mcast_router: None,
        };
        let (name, vid) = (&link.name, vlan.vid);
        let words = format!(
            "{} vlan set dev {name} vid {vid} state forwarding",
            bridge(ns)
        );
        of(ns, link, change, words)
    };
    here.vlans.iter().filter(blocked).map(candidate).collect()
}

fn of(ns: &NsName, link: &Link, change: VlanChange, command: String) -> Candidate {
    let (ns, dev) = (ns.clone(), link.index);
    let change = Change::Vlan { ns, dev, change };
    Candidate { change, command }
}
