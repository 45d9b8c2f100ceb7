//! The changes of each case.

use crate::place::{Place, set};
use netloom_model::bridge::{BridgePortSettings, BridgeSettings};
use netloom_model::conntrack::ConnectionChange;
use netloom_model::ipset::{Entry, IpSetChange, Part};
use netloom_model::state::Parts;
use netloom_model::{
    Change, LinkRef, LinkSettings, MacAddr, Mode, Namespace, Neighbour, NewLink, NsName, World,
};

/// A case.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) changes: fn(&mut Place) -> Vec<Change>,
}

macro_rules! cases {
    ($($name:ident($place:ident) $body:block)*) => {
        pub(crate) const ALL: &[Case] = &[$(Case {
            name: stringify!($name),
            changes: |$place| $body,
        },)*];
    };
}

fn state(place: &mut Place, parts: Parts) -> Namespace {
    let ns = place.a.clone();
    let state = place.kernel.snapshot(Some(&ns), parts);
    let state = state.expect("a namespace that is there");
    state.namespaces[&ns].clone()
}

fn index(place: &mut Place, name: &str) -> u32 {
    let links = state(place, Parts::LINKS);
    links.link(&LinkRef::from(name)).expect("a link").index
}

const OTHER: MacAddr = MacAddr([2, 0, 0, 0, 0, 0x77]);

cases! {
    a_namespace_that_was_made_goes(place) {
        let new = NsName::new(format!("{}new", place.a.as_str()));
        vec![
            Change::AddNamespace(new.clone()),
            Change::AddLink { ns: place.a.clone(), link: NewLink::veth("n0", "n1", Some(new)) },
        ]
    }
    what_was_set_on_links_is_as_it_was(place) {
        let ns = place.a.clone();
        let set_link = LinkSettings {
            mtu: Some(1300),
            address: Some(OTHER),
            alias: Some("there".to_owned()),
            txqueuelen: Some(5),
            group: Some(3),
            multicast: Some(false),
            ..LinkSettings::default()
        };
        let bridge = BridgeSettings {
            ageing_time: Some(5000),
            mcast_snooping: Some(false),
            ..BridgeSettings::default()
        };
        let port = BridgePortSettings {
            hairpin: Some(false),
            isolated: Some(true),
            cost: Some(9),
            ..BridgePortSettings::default()
        };
        vec![
            set(&ns, "v0", set_link),
            set(&ns, "br0", LinkSettings { bridge: Some(bridge), ..LinkSettings::default() }),
            set(&ns, "p0", LinkSettings { bridge_port: Some(port), ..LinkSettings::default() }),
        ]
    }
    names_are_as_they_were(place) {
        let ns = place.a.clone();
        let link = LinkRef::from("p1");
        vec![
            Change::AddAltname { ns: ns.clone(), link, name: "second".to_owned() },
            Change::DelAltname { ns: ns.clone(), link: "v0".into(), name: "other".to_owned() },
            set(&ns, "p1", LinkSettings { name: Some("q1".to_owned()), ..LinkSettings::default() }),
        ]
    }
    neighbours_and_stations_come_and_go(place) {
        let ns = place.a.clone();
        let (v0, p0) = (index(place, "v0"), index(place, "p0"));
        let there = state(place, Parts { fdb: true, mdb: true, ..Parts::NONE });
        let dst = |text: &str| text.parse().expect("an address");
        let entry = |entry: &&netloom_model::FdbEntry| {
            entry.address == MacAddr([2, 0, 0, 0, 0, 0x99])
        };
        let found = there.fdb.iter().find(entry).expect("an entry");
        let mut added = found.clone();
        added.address = OTHER;
        vec![
            Change::DelNeighbour { ns: ns.clone(), dev: v0, dst: dst("10.0.0.9"), proxy: false },
            Change::AddNeighbour {
                ns: ns.clone(),
                neighbour: Neighbour::permanent(v0, dst("10.0.0.8"), OTHER),
                mode: Mode::Add,
            },
            Change::AddFdb { ns: ns.clone(), entry: added, mode: Mode::Add },
            Change::DelFdb {
                ns: ns.clone(),
                dev: p0,
                address: found.address,
                vlan: found.vlan,
                own: false,
            },
            Change::DelMdb { ns, entry: there.mdb[0].clone() },
        ]
    }
    sets_and_connections_are_as_they_were(place) {
        let ns = place.a.clone();
        let parts = Parts { connections: true, ..Parts::NONE };
        let there = state(place, parts).connections[0].clone();
        let entry = Box::new(Entry::new(vec![Part::host([10, 0, 0, 1].into())]));
        let of_sets = |change| Change::IpSet { ns: ns.clone(), change };
        vec![
            of_sets(IpSetChange::Del { set: "s".to_owned(), entry, exist: false }),
            of_sets(IpSetChange::Rename("s".to_owned(), "t".to_owned())),
            of_sets(IpSetChange::Destroy(Some("t".to_owned()))),
            Change::Connections {
                ns: ns.clone(),
                change: ConnectionChange::Delete {
                    id: there.id,
                    original: there.original,
                    zone: 0,
                },
            },
        ]
    }
}
