//! VLANs of bridges, and what users entered into their databases.

use super::{Both, vlan};
use crate::bridge::{FdbEntry, FdbState};
use crate::change::Change;
use crate::link::{Link, LinkKind};
use crate::mdb::MdbEntry;
use crate::state::Namespace;
use crate::vlan::BridgeVlan;

fn link(links: &[Link], dev: u32) -> Option<&Link> {
    links.iter().find(|link| link.index == dev)
}

/// Whether a device has its place in its bridge before and after.
fn settled(both: &Both<'_>, dev: u32) -> bool {
    let place = |links: &[Link]| link(links, dev).map(|link| link.master);
    let (had, has) = (place(&both.current.links), place(&both.desired.links));
    let master = has.flatten();
    both.stays(dev) && had == has && master.is_none_or(|master| both.stays(master))
}

/// Whether a user entered it.
fn by_hand(there: &Namespace, entry: &FdbEntry) -> bool {
    match entry.state {
        FdbState::Static => true,
        FdbState::Own => entry.remote.is_some() || !entry.address.is_multicast(),
        FdbState::Dynamic => entry.extern_learn,
        FdbState::Local => !is_implied(there, entry),
        FdbState::Stale => false,
    }
}

/// Whether an address is that of a device, or of its bridge: then the bridge enters it by itself.
fn is_implied(there: &Namespace, entry: &FdbEntry) -> bool {
    let has = |dev: u32| link(&there.links, dev).map(|link| link.address) == Some(entry.address);
    has(entry.dev) || entry.master.is_some_and(has)
}

/// The ports whose own address a user took out of their bridge's database.
fn taken_out(there: &Namespace) -> impl Iterator<Item = &Link> {
    // One that a user made static is there too.
    let entered = |port: &Link, entry: &FdbEntry| {
        let of_bridge = entry.master == port.master || Some(entry.dev) == port.master;
        entry.state != FdbState::Own && entry.address == port.address && of_bridge
    };
    let ports = there.links.iter().filter(|link| link.master.is_some());
    let ports = ports.filter(|link| link.bridge_port.is_some());
    ports.filter(move |port| !there.fdb.iter().any(|entry| entered(port, entry)))
}

fn same(one: &FdbEntry, other: &FdbEntry) -> bool {
    let said = |e: &FdbEntry| {
        (
            e.address,
            e.vlan,
            e.dev,
            e.master,
            e.state,
            e.extern_learn,
            e.sticky,
        )
    };
    said(one) == said(other) && one.remote == other.remote
}

fn by_user(entry: &MdbEntry) -> bool {
    entry.permanent && entry.by_user
}

fn same_group(one: &MdbEntry, other: &MdbEntry) -> bool {
    let said = |e: &MdbEntry| (e.bridge, e.port, e.group, e.source, e.vid);
    said(one) == said(other)
}

pub(super) fn remove(both: &Both<'_>, changes: &mut Vec<Change>) {
    for old in both
        .current
        .fdb
        .iter()
        .filter(|entry| by_hand(both.current, entry))
    {
        let kept = both.desired.fdb.iter().any(|new| same(new, old));
        if !kept && settled(both, old.dev) {
            changes.push(Change::DelFdb {
                ns: both.ns.clone(),
                dev: old.dev,
                address: old.address,
                vlan: old.vlan,
                own: old.is_own(),
                remote: old.remote.clone(),
            });
        }
    }
    for old in both.current.mdb.iter().filter(|entry| by_user(entry)) {
        let kept = both.desired.mdb.iter().any(|new| same_group(new, old));
        if !kept && settled(both, old.port) {
            changes.push(Change::DelMdb {
                ns: both.ns.clone(),
                entry: old.clone(),
            });
        }
    }
}

/// The VLANs of a device before: those that it had, or those that its bridge puts it into.
fn had(both: &Both<'_>, of: &Link) -> Vec<BridgeVlan> {
    if settled(both, of.index) {
        let all = both.current.vlans.iter();
        return all.filter(|vlan| vlan.dev == of.index).cloned().collect();
    }
    let master = of
        .master
        .and_then(|master| link(&both.desired.links, master));
    let LinkKind::Bridge(bridge) = &master.unwrap_or(of).kind else {
        return Vec::new();
    };
    let usual = BridgeVlan {
        dev: of.index,
        vid: bridge.vlan_default_pvid,
        pvid: true,
        untagged: true,
        state: crate::bridge::PortState::Forwarding,
        mcast_router: 1,
        stats: crate::vlan::VlanStats::default(),
    };
    let joins = bridge.vlan_protocol != 0 && usual.vid != 0;
    joins.then_some(usual).into_iter().collect()
}

pub(super) fn vlans(both: &Both<'_>, changes: &mut Vec<Change>) {
    let links = both.desired.links.iter();
    let filtering =
        links.filter(|link| matches!(link.kind, LinkKind::Bridge(_)) || link.bridge_port.is_some());
    let global = both.current.global_vlans.iter();
    let current = Namespace {
        vlans: filtering.flat_map(|link| had(both, link)).collect(),
        global_vlans: global
            .filter(|vlan| settled(both, vlan.dev))
            .cloned()
            .collect(),
        ..Namespace::default()
    };
    changes.extend(vlan::between(both.ns, &current, both.desired));
}

pub(super) fn add(both: &Both<'_>, changes: &mut Vec<Change>) {
    // The newest stands first.
    let all = both.desired.fdb.iter().rev();
    for new in all.filter(|entry| by_hand(both.desired, entry)) {
        let there = both.current.fdb.iter().any(|old| same(old, new));
        if !there || !settled(both, new.dev) {
            changes.push(Change::AddFdb {
                ns: both.ns.clone(),
                entry: new.clone(),
                mode: new.mode(),
            });
        }
    }
    for port in taken_out(both.desired) {
        let there = taken_out(both.current).any(|other| other.index == port.index);
        if !there || !settled(both, port.index) {
            changes.push(Change::DelFdb {
                ns: both.ns.clone(),
                dev: port.index,
                address: port.address,
                vlan: None,
                own: false,
                remote: None,
            });
        }
    }
    for new in both.desired.mdb.iter().rev().filter(|entry| by_user(entry)) {
        let there = both.current.mdb.iter().any(|old| same_group(old, new));
        if !there || !settled(both, new.port) {
            changes.push(Change::AddMdb {
                ns: both.ns.clone(),
                entry: new.clone(),
            });
        }
    }
}
