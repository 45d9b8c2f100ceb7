//! VLANs of bridges and their ports.

use crate::bridge::PortState;
use crate::change::Change;
use crate::link::LinkKind;
use crate::names::{LinkRef, NsName};
use crate::state::Namespace;
use crate::vlan::{BridgeVlan, VlanChange, VlanIds, VlanMulticast, VlanMulticastSettings};

/// The changes that make the VLANs of a namespace those of `desired`, whose links it has.
#[must_use]
pub fn between(ns: &NsName, current: &Namespace, desired: &Namespace) -> Vec<Change> {
    let mut all = Vec::new();
    members(current, desired, &mut all);
    multicast(current, desired, &mut all);
    let change = |(dev, change)| Change::Vlan {
        ns: ns.clone(),
        dev,
        change,
    };
    all.into_iter().map(change).collect()
}

/// Who is in which VLAN, and how.
fn members(current: &Namespace, desired: &Namespace, all: &mut Vec<(u32, VlanChange)>) {
    let own = |dev: u32| {
        let link = desired.link(&LinkRef::Index(dev));
        link.is_some_and(|link| matches!(link.kind, LinkKind::Bridge(_)))
    };
    let same = |one: &BridgeVlan, other: &BridgeVlan| (one.dev, one.vid) == (other.dev, other.vid);
    for old in &current.vlans {
        if !desired.vlans.iter().any(|new| same(old, new)) {
            let (ids, own) = (VlanIds::one(old.vid), own(old.dev));
            all.push((old.dev, VlanChange::Del { ids, own }));
        }
    }
    for new in &desired.vlans {
        let (ids, own) = (VlanIds::one(new.vid), own(new.dev));
        let old = current.vlans.iter().find(|old| same(old, new));
        if old.is_none_or(|old| (old.pvid, old.untagged) != (new.pvid, new.untagged)) {
            let change = VlanChange::Add {
                ids,
                pvid: new.pvid,
                untagged: new.untagged,
                own,
            };
            all.push((new.dev, change));
        }
        let (state, router) = old.map_or(BEGINS, |old| (old.state, old.mcast_router));
        let (state, mcast_router) = (
            (state != new.state).then_some(new.state),
            (router != new.mcast_router).then_some(new.mcast_router),
        );
        if state.is_some() || mcast_router.is_some() {
            let change = VlanChange::Set {
                ids,
                state,
                mcast_router,
            };
            all.push((new.dev, change));
        }
    }
}

/// The state and the word on routers of multicast with which a device comes into a VLAN.
const BEGINS: (PortState, u8) = (PortState::Forwarding, 1);

/// How bridges snoop in each VLAN.
fn multicast(current: &Namespace, desired: &Namespace, all: &mut Vec<(u32, VlanChange)>) {
    for new in &desired.global_vlans {
        let mut old = current.global_vlans.iter();
        let old = old.find(|old| (old.dev, old.vid) == (new.dev, new.vid));
        let old = old.map_or_else(VlanMulticast::default, |old| old.mcast.clone());
        let mut mcast = VlanMulticastSettings::default();
        for ((word, value), had) in new.mcast.words().into_iter().zip(old.words()) {
            if let Some(place) = mcast.word(word).filter(|_| had != (word, value)) {
                *place = Some(value);
            }
        }
        if mcast != VlanMulticastSettings::default() {
            let ids = VlanIds::one(new.vid);
            all.push((new.dev, VlanChange::SetGlobal { ids, mcast }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vlan::{GlobalVlan, VlanStats};

    fn member(vid: u16, pvid: bool, state: PortState) -> BridgeVlan {
        BridgeVlan {
            dev: 4,
            vid,
            pvid,
            untagged: pvid,
            state,
            mcast_router: 1,
            stats: VlanStats::default(),
        }
    }

    #[test]
    fn vlans_that_came_go_and_others_are_as_they_were() {
        let (forwarding, learning) = (PortState::Forwarding, PortState::Learning);
        let global = |querier| GlobalVlan {
            dev: 2,
            vid: 1,
            mcast: VlanMulticast {
                querier,
                ..VlanMulticast::default()
            },
        };
        let before = Namespace {
            vlans: vec![member(1, true, forwarding), member(20, false, learning)],
            global_vlans: vec![global(1)],
            ..Namespace::default()
        };
        let now = Namespace {
            vlans: vec![member(1, false, forwarding), member(30, true, forwarding)],
            global_vlans: vec![global(0)],
            ..Namespace::default()
        };
        let ns = NsName::first();
        assert_eq!(between(&ns, &before, &before), []);
        let one = VlanIds::one;
        let add = |vid, pvid| VlanChange::Add {
            ids: one(vid),
            pvid,
            untagged: pvid,
            own: false,
        };
        let mcast = VlanMulticastSettings {
            querier: Some(1),
            ..VlanMulticastSettings::default()
        };
        let awaited = [
            (
                4,
                VlanChange::Del {
                    ids: one(30),
                    own: false,
                },
            ),
            (4, add(1, true)),
            (4, add(20, false)),
            (
                4,
                VlanChange::Set {
                    ids: one(20),
                    state: Some(learning),
                    mcast_router: None,
                },
            ),
            (2, VlanChange::SetGlobal { ids: one(1), mcast }),
        ];
        let awaited = awaited.map(|(dev, change)| Change::Vlan {
            ns: ns.clone(),
            dev,
            change,
        });
        assert_eq!(between(&ns, &now, &before), awaited);
    }
}
