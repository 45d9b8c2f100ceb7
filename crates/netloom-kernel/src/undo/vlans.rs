//! What brings back the VLANs of bridges and their ports.

use netloom_model::vlan::VlanMulticastSettings;
use netloom_model::{
    BridgeVlan, Change, LinkKind, LinkRef, Namespace, NsName, VlanChange, VlanIds,
};

/// The changes that make the VLANs of a namespace what they were.
pub(super) fn vlans(ns: &NsName, now: &Namespace, before: &Namespace) -> Vec<Change> {
    let own = |dev: u32| {
        let link = now.link(&LinkRef::Index(dev));
        link.is_some_and(|link| matches!(link.kind, LinkKind::Bridge(_)))
    };
    let same = |one: &BridgeVlan, was: &BridgeVlan| (one.dev, one.vid) == (was.dev, was.vid);
    let mut all = Vec::new();
    let mut push = |dev: u32, change: VlanChange| {
        let ns = ns.clone();
        all.push(Change::Vlan { ns, dev, change });
    };
    for more in &now.vlans {
        if !before.vlans.iter().any(|was| same(more, was)) {
            let (ids, own) = (VlanIds::one(more.vid), own(more.dev));
            push(more.dev, VlanChange::Del { ids, own });
        }
    }
    for was in &before.vlans {
        let there = now.vlans.iter().find(|one| same(one, was));
        let ids = VlanIds::one(was.vid);
        if there.is_none_or(|one| (one.pvid, one.untagged) != (was.pvid, was.untagged)) {
            let change = VlanChange::Add {
                ids,
                pvid: was.pvid,
                untagged: was.untagged,
                own: own(was.dev),
            };
            push(was.dev, change);
        }
        let fresh = BridgeVlan {
            state: netloom_model::bridge::PortState::Forwarding,
            mcast_router: 1,
            ..was.clone()
        };
        let there = there.unwrap_or(&fresh);
        let (state, router) = (
            (there.state != was.state).then_some(was.state),
            (there.mcast_router != was.mcast_router).then_some(was.mcast_router),
        );
        if state.is_some() || router.is_some() {
            let change = VlanChange::Set {
                ids,
                state,
                mcast_router: router,
            };
            push(was.dev, change);
        }
    }
    for was in &before.global_vlans {
        let there = now.global_vlans.iter();
        let mut there = there.filter(|one| (one.dev, one.vid) == (was.dev, was.vid));
        let there = there.next().map(|one| one.mcast.words());
        let mut mcast = VlanMulticastSettings::default();
        for (word, value) in was.mcast.words() {
            let same = there.iter().flatten().any(|one| *one == (word, value));
            if let Some(place) = mcast.word(word).filter(|_| !same) {
                *place = Some(value);
            }
        }
        if mcast != VlanMulticastSettings::default() {
            let ids = VlanIds::one(was.vid);
            push(was.dev, VlanChange::SetGlobal { ids, mcast });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::GlobalVlan;
    use netloom_model::bridge::PortState;
    use netloom_model::vlan::{VlanMulticast, VlanStats};

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
        assert_eq!(vlans(&ns, &before, &before), []);
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
        assert_eq!(vlans(&ns, &now, &before), awaited);
    }
}
