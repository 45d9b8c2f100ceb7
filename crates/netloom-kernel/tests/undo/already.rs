//! What is asked for is there already: who asked gets no right to take it away.

use crate::place::{Place, difference, set};
use netloom_model::ipset::IpSetChange;
use netloom_model::state::Parts;
use netloom_model::{
    Change, LinkRef, LinkSettings, Mode, Namespace, NeighbourState, NewKind, NewLink, World,
};

/// Has each of what there is be made once more, behind a change that is then undone.
pub(crate) fn judge() -> Result<(), String> {
    let mut place = Place::make()?;
    let before = place.settle(None)?;
    for again in again(&mut place) {
        let alias = LinkSettings {
            alias: Some("changed".to_owned()),
            ..LinkSettings::default()
        };
        let changes = vec![set(&place.a, "p1", alias), again.clone()];
        if place.kernel.apply(changes).is_ok() {
            return Err(format!("it was not refused: {again:?}"));
        }
        let after = place.settle(Some(&before))?;
        if after != before {
            let differs = difference(&before, &after);
            return Err(format!("after {again:?}:\n{differs}"));
        }
    }
    Ok(())
}

fn again(place: &mut Place) -> Vec<Change> {
    let ns = place.a.clone();
    let state = place.kernel.snapshot(Some(&ns), Parts::ALL);
    let there: Namespace = state.expect("it is there").namespaces[&ns].clone();
    let mode = Mode::Add;
    let (v0, other) = (LinkRef::from("v0"), "other".to_owned());
    let link = |kind| NewLink::new("v0", kind);
    let moved = LinkSettings {
        name: Some("v1".to_owned()),
        netns: Some(place.b.clone()),
        ..LinkSettings::default()
    };
    let mut all = vec![
        Change::AddNamespace(place.b.clone()),
        Change::AddLink {
            ns: ns.clone(),
            link: link(NewKind::Bridge),
        },
        Change::AddLink {
            ns: ns.clone(),
            link: NewLink::veth("v0", "w0", None),
        },
        Change::AddLink {
            ns: ns.clone(),
            link: NewLink::veth("w0", "v0", None),
        },
        Change::AddAltname {
            ns: ns.clone(),
            link: v0,
            name: other,
        },
        set(&ns, "p1", moved),
        Change::IpSet {
            ns: ns.clone(),
            change: IpSetChange::Create {
                set: Box::new(there.ipsets[0].clone()),
                exist: false,
            },
        },
    ];
    let address = there.addresses.iter().find(|one| one.label == "v0");
    let address = address.expect("an address").clone();
    all.push(Change::AddAddress {
        ns: ns.clone(),
        address,
        mode,
    });
    let route = there.routes.iter().find(|route| route.table == 7);
    let route = route.expect("a route").clone();
    all.push(Change::AddRoute {
        ns: ns.clone(),
        route,
        mode,
    });
    let nexthop = there.nexthops[0].clone();
    all.push(Change::AddNexthop {
        ns: ns.clone(),
        nexthop,
        mode,
    });
    let neighbour = there
        .neighbours
        .iter()
        .find(|one| one.state == NeighbourState::Permanent);
    let neighbour = neighbour.expect("a neighbour").clone();
    all.push(Change::AddNeighbour {
        ns: ns.clone(),
        neighbour,
        mode,
    });
    let rule = there.rules.iter().find(|rule| rule.priority == Some(100));
    let rule = rule.expect("a rule").clone();
    all.push(Change::AddRule {
        ns: ns.clone(),
        rule,
    });
    let entry = there.mdb.iter().find(|entry| entry.permanent);
    let entry = entry.expect("a group").clone();
    all.push(Change::AddMdb { ns, entry });
    all
}
