//! Links.

use super::Both;
use crate::bridge::{
    BridgePort, BridgePortSettings, BridgeSettings, BridgeState, PortFlags, PortState,
};
use crate::change::Change;
use crate::link::{Link, LinkFlags, LinkKind, LinkSettings, NewKind, NewLink};
use crate::names::{LinkRef, NsName};
use crate::spanning_tree::PortTree;
use crate::state::State;
use crate::tun::Tun;
use netloom_wire::MacAddr;
use std::collections::{BTreeMap, BTreeSet};

/// Which link: its namespace and number.
type Id = (NsName, u32);

/// The links of all namespaces, before and after.
pub(super) struct Links<'s> {
    current: BTreeMap<Id, &'s Link>,
    desired: BTreeMap<Id, &'s Link>,
    same: BTreeSet<Id>,
}

fn all(state: &State) -> BTreeMap<Id, &Link> {
    let each = state.namespaces.iter();
    let each = each.flat_map(|(ns, told)| told.links.iter().map(move |link| (ns, link)));
    each.map(|(ns, link)| ((ns.clone(), link.index), link))
        .collect()
}

fn peer(link: &Link) -> Option<Id> {
    let peer = link.peer.as_ref()?;
    Some((peer.ns.clone(), peer.index))
}

/// Whether what cannot be set of a device later is the same.
fn made_alike(one: &LinkKind, other: &LinkKind) -> bool {
    match (one, other) {
        (LinkKind::Tun(one), LinkKind::Tun(other)) => {
            // Who holds it is not said.
            let attached = other.attached;
            *other
                == Tun {
                    attached,
                    ..one.clone()
                }
        }
        _ => one.name() == other.name(),
    }
}

impl<'s> Links<'s> {
    pub(super) fn new(current: &'s State, desired: &'s State) -> Links<'s> {
        let (current, desired) = (all(current), all(desired));
        let lo = |link: &Link| matches!(link.kind, LinkKind::Loopback);
        let alike = |id: &Id| match (current.get(id), desired.get(id)) {
            (None, Some(link)) if lo(link) => true,
            (Some(one), Some(other)) => {
                one.name == other.name
                    && made_alike(&one.kind, &other.kind)
                    && peer(one) == peer(other)
            }
            _ => false,
        };
        // Both ends of a veth stay, or none does.
        let known = |id: &Id| current.contains_key(id) || desired.contains_key(id);
        let whole = |id: &Id| {
            let other = desired.get(id).and_then(|link| peer(link));
            other.is_none_or(|other| alike(&other) || !known(&other))
        };
        let same = desired.keys().filter(|id| alike(id) && whole(id));
        let same = same.cloned().collect();
        Links {
            current,
            desired,
            same,
        }
    }

    /// The numbers of the links of a namespace that do not stay.
    pub(super) fn lost(&self, ns: &NsName) -> BTreeSet<u32> {
        let gone = self.current.keys().filter(|id| !self.same.contains(id));
        gone.filter(|(of, _)| of == ns)
            .map(|(_, index)| *index)
            .collect()
    }

    pub(super) fn remove(&self, changes: &mut Vec<Change>) {
        let mut gone = BTreeSet::new();
        for (id, link) in &self.current {
            let lo = matches!(link.kind, LinkKind::Loopback);
            if self.same.contains(id) || lo || gone.contains(id) {
                continue;
            }
            gone.extend(peer(link));
            changes.push(Change::DelLink {
                ns: id.0.clone(),
                link: LinkRef::Index(id.1),
            });
        }
    }

    pub(super) fn make(&self, changes: &mut Vec<Change>) {
        let mut made = BTreeSet::new();
        for (id, link) in &self.desired {
            if self.same.contains(id) || made.contains(id) {
                continue;
            }
            let other = peer(link);
            let Some(new) = self.new_link(id, link, other.as_ref()) else {
                continue;
            };
            made.extend(other);
            changes.push(Change::AddLink {
                ns: id.0.clone(),
                link: new,
            });
        }
    }

    fn new_link(&self, id: &Id, link: &Link, other: Option<&Id>) -> Option<NewLink> {
        let kind = match &link.kind {
            LinkKind::Veth => {
                let (other, there) = self.desired.get_key_value(other?)?;
                let netns = (other.0 != id.0).then(|| other.0.clone());
                NewKind::Veth {
                    peer: there.name.clone(),
                    peer_settings: Box::new(LinkSettings {
                        netns,
                        index: Some(there.index),
                        address: Some(there.address),
                        ..LinkSettings::default()
                    }),
                }
            }
            LinkKind::Bridge(_) => NewKind::Bridge,
            LinkKind::Dummy => NewKind::Dummy,
            LinkKind::Tun(tun) => NewKind::Tun(tun.clone()),
            LinkKind::Loopback | LinkKind::Other(_) => return None,
        };
        let there = self.desired.iter().filter(|(other, _)| other.0 == id.0);
        let follows = link.follows_ports(there.map(|(_, link)| &**link));
        let address = !follows && link.kind.link_type() == "ether";
        Some(NewLink {
            index: Some(link.index),
            settings: LinkSettings {
                address: address.then_some(link.address),
                ..LinkSettings::default()
            },
            ..NewLink::new(link.name.clone(), kind)
        })
    }
}

/// What a link is before it is set: as it was, or as it is made.
fn before<'s>(both: &Both<'s>, link: &Link) -> Option<&'s Link> {
    let stays = both.stays(link.index);
    let mut current = both.current.links.iter();
    current.find(|old| old.index == link.index && stays)
}

/// Whether a link can be there at all.
fn can_be(both: &Both<'_>, link: &Link) -> bool {
    before(both, link).is_some()
        || match &link.kind {
            LinkKind::Veth => link.peer.is_some(),
            LinkKind::Other(_) => false,
            _ => true,
        }
}

/// Takes masters away that are others, sets links, and gives them their masters.
pub(super) fn set(both: &Both<'_>, changes: &mut Vec<Change>) {
    let links = || both.desired.links.iter().filter(|link| can_be(both, link));
    let mut push = |link: &Link, set: LinkSettings| {
        if set != LinkSettings::default() {
            changes.push(Change::SetLink {
                ns: both.ns.clone(),
                link: LinkRef::Index(link.index),
                set: Box::new(set),
            });
        }
    };
    for link in links() {
        let old = before(both, link);
        let down = old.is_some_and(is_up) && !is_up(link);
        let mut set = settings(both, old, link);
        set.up = down.then_some(false);
        push(link, set);
    }
    let bridge = |index: u32| {
        let mut all = both.desired.links.iter();
        all.any(|link| link.index == index && matches!(link.kind, LinkKind::Bridge(_)))
    };
    // Ports are numbered as they come.
    let mut ports: Vec<&Link> = links().collect();
    ports.sort_by_key(|link| link.bridge_port.as_ref().map(|port| port.number));
    for link in ports {
        let old = before(both, link);
        let had = old.and_then(|old| old.master.filter(|m| both.stays(*m)));
        let wanted = link.master.filter(|master| bridge(*master));
        let master = (had != wanted).then(|| wanted.map(LinkRef::Index));
        let port = link.bridge_port.as_ref().filter(|_| wanted.is_some());
        // One that comes is as every port begins.
        let new = begun();
        let was = match had == wanted {
            true => old.and_then(|old| old.bridge_port.as_ref()),
            false => Some(&new),
        };
        let bridge_port = port.and_then(|port| port_settings(was, port));
        push(
            link,
            LinkSettings {
                master,
                bridge_port,
                ..LinkSettings::default()
            },
        );
    }
    for link in links() {
        let old = before(both, link).map_or(&[][..], |old| &old.altnames);
        let (ns, link_ref) = (both.ns, LinkRef::Index(link.index));
        for name in old.iter().filter(|name| !link.altnames.contains(name)) {
            changes.push(Change::DelAltname {
                ns: ns.clone(),
                link: link_ref.clone(),
                name: name.clone(),
            });
        }
        for name in link.altnames.iter().filter(|name| !old.contains(name)) {
            changes.push(Change::AddAltname {
                ns: ns.clone(),
                link: link_ref.clone(),
                name: name.clone(),
            });
        }
    }
}

fn is_up(link: &Link) -> bool {
    link.flags.contains(LinkFlags::UP)
}

/// Brings links up.
pub(super) fn up(both: &Both<'_>, changes: &mut Vec<Change>) {
    let links = both.desired.links.iter();
    for link in links.filter(|link| can_be(both, link) && is_up(link)) {
        if !before(both, link).is_some_and(is_up) {
            changes.push(Change::SetLink {
                ns: both.ns.clone(),
                link: LinkRef::Index(link.index),
                set: Box::new(LinkSettings {
                    up: Some(true),
                    ..LinkSettings::default()
                }),
            });
        }
    }
}

/// What is to be set of a link beside its master and whether it is up.
fn settings(both: &Both<'_>, old: Option<&Link>, link: &Link) -> LinkSettings {
    fn other<T: PartialEq + Clone>(old: Option<&T>, new: &T) -> Option<T> {
        (old != Some(new)).then(|| new.clone())
    }
    let flag = |flag: LinkFlags, usual: bool| {
        let had = old.map_or(usual, |old| old.flags.contains(flag));
        let has = link.flags.contains(flag);
        (had != has).then_some(has)
    };
    let lo = matches!(link.kind, LinkKind::Loopback);
    let ether = link.kind.link_type() == "ether";
    // Of a bridge these follow its ports, unless a user set them.
    let state = match &link.kind {
        LinkKind::Bridge(state) => Some(&**state),
        _ => None,
    };
    let ports = both.desired.links.iter();
    let ports = ports.filter(|port| port.master == Some(link.index));
    let least = ports.map(|port| port.mtu).min().unwrap_or(1500);
    let mtu_follows = state.is_some() && least == link.mtu;
    let address_follows = link.follows_ports(both.desired.links.iter()) || !ether;
    let was = old.and_then(|old| match &old.kind {
        LinkKind::Bridge(state) => Some(&**state),
        _ => None,
    });
    let tun = matches!(link.kind, LinkKind::Tun(_));
    LinkSettings {
        mtu: other(old.map(|o| &o.mtu), &link.mtu).filter(|_| !mtu_follows),
        address: other(old.map(|o| &o.address), &link.address)
            .filter(|_| !address_follows && old.is_some()),
        broadcast: other(old.map(|o| &o.broadcast), &link.broadcast)
            .filter(|mac| ether && (old.is_some() || *mac != MacAddr::BROADCAST)),
        txqueuelen: other(old.map(|o| &o.txqueuelen), &link.txqueuelen),
        group: other(old.map(|o| &o.group), &link.group).filter(|g| old.is_some() || *g != 0),
        alias: other(old.map(|o| &o.alias), &link.alias)
            .map(Option::unwrap_or_default)
            .filter(|alias| old.is_some() || !alias.is_empty()),
        tso: other(old.map(|o| &o.tso), &link.tso).filter(|tso| old.is_some() || !tso && !tun),
        arp: flag(
            LinkFlags::NOARP,
            tun && !ether || matches!(link.kind, LinkKind::Dummy),
        )
        .map(|noarp| !noarp),
        multicast: flag(
            LinkFlags::MULTICAST,
            !lo && !matches!(link.kind, LinkKind::Dummy),
        ),
        promisc: flag(LinkFlags::PROMISC, false),
        allmulticast: flag(LinkFlags::ALLMULTI, false),
        bridge: state.and_then(|state| bridge_settings(was, state)),
        ..LinkSettings::default()
    }
}

fn bridge_settings(old: Option<&BridgeState>, new: &BridgeState) -> Option<BridgeSettings> {
    let mut set = BridgeSettings::between(old, new);
    // A kernel without VLANs of bridges has none of these.
    if new.vlan_protocol == 0 {
        set = BridgeSettings {
            vlan_filtering: None,
            vlan_protocol: None,
            vlan_default_pvid: None,
            vlan_stats_enabled: None,
            vlan_stats_per_port: None,
            ..set
        };
    }
    (set != BridgeSettings::default()).then_some(set)
}

/// A port as it begins. What it costs is by the speed of its link, so that it is always said.
fn begun() -> BridgePort {
    BridgePort {
        number: 0,
        state: PortState::Disabled,
        priority: 32,
        cost: 0,
        mcast_router: 1,
        flags: PortFlags::default(),
        tree: PortTree::default(),
    }
}

fn port_settings(old: Option<&BridgePort>, new: &BridgePort) -> Option<BridgePortSettings> {
    let set = BridgePortSettings {
        // It follows the spanning tree.
        state: None,
        ..BridgePortSettings::between(old, new)
    };
    (set != BridgePortSettings::default()).then_some(set)
}
