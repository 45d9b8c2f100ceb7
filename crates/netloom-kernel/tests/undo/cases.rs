//! The changes of each case.

use crate::place::{Place, set};
use netloom_model::bridge::{BridgePortSettings, BridgeSettings, FdbRemote};
use netloom_model::change::RuleMatch;
use netloom_model::conntrack::ConnectionChange;
use netloom_model::ipset::{Entry, IpSetChange, Part};
use netloom_model::ruleset::{Backend, ChainRef, Policy, RulesetChange, TableFamily, TableRef};
use netloom_model::state::Parts;
use netloom_model::{
    Address, Change, Family, FdbEntry, LinkRef, LinkSettings, MacAddr, Mode, Namespace, Neighbour,
    NewLink, NexthopKind, NsName, Route, RouteMatch, World,
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
        let entry = |entry: &&FdbEntry| {
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
                remote: None,
            },
            Change::DelMdb { ns, entry: there.mdb[0].clone() },
        ]
    }
    who_is_behind_which_host_is_as_it_was(place) {
        let ns = place.a.clone();
        let there = state(place, Parts { fdb: true, ..Parts::NONE });
        let behind = |last: u8, port| Some(Box::new(FdbRemote {
            dst: Some([10, 0, 0, last].into()),
            port,
            ..FdbRemote::default()
        }));
        let found = |address: MacAddr| {
            let mut all = there.fdb.iter();
            all.find(|entry| entry.address == address).expect("an entry").clone()
        };
        let (one, own) = (found(MacAddr([2, 0, 0, 0, 0, 0x31])), found(MacAddr([2, 0, 0, 0, 0, 0x98])));
        let with = |address, remote| FdbEntry { address, remote, ..one.clone() };
        let add = |entry, mode| Change::AddFdb { ns: ns.clone(), entry, mode };
        let del = |entry: FdbEntry| Change::DelFdb {
            ns: ns.clone(),
            dev: entry.dev,
            address: entry.address,
            vlan: None,
            own: true,
            remote: entry.remote,
        };
        vec![
            add(with(OTHER, behind(4, None)), Mode::Add),
            add(with(MacAddr::ZERO, behind(5, None)), Mode::Append),
            add(with(one.address, behind(6, Some(7))), Mode::Replace),
            del(with(MacAddr::ZERO, behind(2, None))),
            del(FdbEntry { remote: None, ..found(MacAddr::ZERO) }),
            del(found(MacAddr([2, 0, 0, 0, 0, 0x32]))),
            del(own),
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
    rules_for_packets_are_as_they_were(place) {
        let ns = place.a.clone();
        let table = |family, name: &str| TableRef::new(family, name.to_owned());
        let inet = table(TableFamily::Inet, "t");
        let legacy = TableRef { backend: Backend::Legacy, ..table(TableFamily::Ip, "filter") };
        let chain = |table: &TableRef, chain: &str| ChainRef {
            table: table.clone(),
            chain: chain.to_owned(),
        };
        let of = |changes| Change::Ruleset { ns: ns.clone(), changes };
        let new = table(TableFamily::Ip6, "new");
        vec![
            of(vec![RulesetChange::AddTable {
                table: new,
                dormant: false,
                comment: None,
                exclusive: true,
            }]),
            of(vec![
                RulesetChange::FlushChain { table: inet.clone(), chain: None },
                RulesetChange::FlushSet { table: inet.clone(), set: "blocked".to_owned() },
            ]),
            of(vec![RulesetChange::DelTable(inet)]),
            of(vec![RulesetChange::DelTable(table(TableFamily::Ip, "filter"))]),
            of(vec![
                RulesetChange::FlushChain { table: legacy.clone(), chain: Some("INPUT".to_owned()) },
                RulesetChange::SetPolicy {
                    chain: chain(&legacy, "FORWARD"),
                    policy: Policy::Accept,
                    counter: None,
                },
            ]),
        ]
    }
    settings_are_as_they_were(place) {
        let ns = place.a.clone();
        let set = |(name, value): (&str, &str)| Change::SetSysctl {
            ns: ns.clone(),
            name: name.to_owned(),
            value: value.to_owned(),
        };
        let settings = [
            ("net.ipv4.conf.v0.rp_filter", "0"),
            ("net.ipv4.conf.p1.proxy_arp", "1"),
            ("net.ipv4.conf.all.forwarding", "1"),
            ("net.ipv6.conf.all.forwarding", "1"),
            ("net.ipv4.ip_forward", "0"),
            ("net.ipv4.ip_forward", "1"),
            ("net.ipv4.tcp_syn_retries", "3"),
            ("net.ipv4.neigh.v0.gc_stale_time", "11"),
        ];
        settings.map(set).to_vec()
    }
    routes_rules_and_next_hops_are_as_they_were(place) {
        let ns = place.a.clone();
        let v0 = index(place, "v0");
        let parts = Parts { routes: true, rules: true, nexthops: true, ..Parts::NONE };
        let there = state(place, parts);
        let find = |dst: &str| {
            let dst = dst.parse().expect("a prefix");
            there.routes.iter().find(|route| route.dst == dst).expect("a route").clone()
        };
        let gone = |route: &Route| Change::DelRoute {
            ns: ns.clone(),
            route: RouteMatch { table: route.table, ..RouteMatch::new(route.dst) },
        };
        let mut moved = find("10.9.0.0/16");
        moved.nexthops[0].via = Some("10.0.0.3".parse().expect("an address"));
        let mut other = there.nexthops[0].clone();
        other.kind = NexthopKind::Blackhole(Family::V4);
        let fourth = |rule: &&netloom_model::Rule| rule.priority == Some(100);
        let rule = there.rules.iter().find(fourth).expect("a rule").clone();
        let mut new = rule.clone();
        new.priority = Some(90);
        let (mut address, local) = (
            Address::new(v0, "10.0.0.1/24".parse().expect("an address"), "v0"),
            "10.44.0.1/24".parse().expect("an address"),
        );
        let first = address.clone();
        address.local = local;
        vec![
            Change::AddRoute { ns: ns.clone(), route: moved, mode: Mode::Replace },
            Change::AddNexthop { ns: ns.clone(), nexthop: other, mode: Mode::Replace },
            gone(&find("10.7.0.0/16")),
            Change::DelNexthop { ns: ns.clone(), id: 7 },
            gone(&find("10.8.0.0/16")),
            gone(&find("fd09::/64")),
            Change::AddRule { ns: ns.clone(), rule: new },
            Change::DelRule {
                ns: ns.clone(),
                rule: Box::new(RuleMatch { rule, action_given: true }),
            },
            Change::AddAddress { ns: ns.clone(), address, mode: Mode::Add },
            // Its routes go with it, and the second address of its prefix as well.
            Change::DelAddress { ns: ns.clone(), address: first, exact: false },
        ]
    }
    links_that_went_are_there_again(place) {
        let ns = place.a.clone();
        let gone = |name: &str| Change::DelLink { ns: ns.clone(), link: name.into() };
        let down = LinkSettings { up: Some(false), ..LinkSettings::default() };
        let alone = LinkSettings { master: Some(None), ..LinkSettings::default() };
        vec![
            set(&ns, "p0", alone),
            set(&ns, "v0", down),
            gone("br0"),
            gone("p0"),
            gone("v0"),
        ]
    }
    a_link_that_went_elsewhere_comes_back(place) {
        let (ns, to) = (place.a.clone(), place.b.clone());
        let moved = LinkSettings { netns: Some(to.clone()), ..LinkSettings::default() };
        let named = LinkSettings { name: Some("w0".to_owned()), ..LinkSettings::default() };
        vec![
            set(&ns, "p1", moved),
            set(&to, "p1", named),
        ]
    }
    a_link_that_went_elsewhere_by_another_name_comes_back(place) {
        let (ns, to) = (place.a.clone(), place.b.clone());
        let named = |name: &str| LinkSettings {
            name: Some(name.to_owned()),
            ..LinkSettings::default()
        };
        let moved = |name| LinkSettings { netns: Some(to.clone()), ..named(name) };
        vec![
            // What is there is looked at before it comes.
            set(&to, "v1", LinkSettings { group: Some(4), ..LinkSettings::default() }),
            set(&ns, "v0", moved("w0")),
            set(&ns, "p0", moved("x%d")),
            set(&ns, "p1", moved("w1")),
            set(&to, "w1", named("w2")),
            set(&to, "w0", named("w1")),
        ]
    }
    addresses_keep_their_time_their_flags_and_their_order(place) {
        let ns = place.a.clone();
        let there = state(place, Parts { addresses: true, ..Parts::NONE }).addresses;
        let find = |text: &str| {
            let local: netloom_model::IpNet = text.parse().expect("an address");
            there.iter().find(|one| one.local == local).expect("it is there").clone()
        };
        let (mut timed, mut home) = (find("10.0.0.11/24"), find("fd00::5/64"));
        (timed.valid_lft, timed.preferred_lft) = (None, None);
        (home.flags.home, home.preferred_lft) = (false, Some(90_000));
        let add = |address, mode| Change::AddAddress { ns: ns.clone(), address, mode };
        let gone = |address| Change::DelAddress { ns: ns.clone(), address, exact: true };
        let mut first = find("10.0.0.1/24");
        first.secondary = false;
        vec![
            add(timed, Mode::Replace),
            add(home, Mode::Replace),
            // It is no primary one any more.
            gone(find("10.0.0.1/24")),
            add(find("10.0.0.7/24"), Mode::Add),
            add(first, Mode::Add),
        ]
    }
    a_device_without_ipv6_has_it_again(place) {
        let ns = place.a.clone();
        let (name, value) = ("net.ipv6.conf.v0.disable_ipv6".to_owned(), "1".to_owned());
        vec![Change::SetSysctl { ns, name, value }]
    }
    a_name_of_a_namespace_comes_back(place) {
        let (ns, other) = (place.b.clone(), place.a.clone());
        vec![
            set(&ns, "v1", LinkSettings { mtu: Some(1200), ..LinkSettings::default() }),
            Change::DelNamespace(ns),
            set(&other, "p1", LinkSettings { mtu: Some(1200), ..LinkSettings::default() }),
        ]
    }
}
