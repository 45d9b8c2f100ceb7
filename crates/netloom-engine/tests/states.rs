//! States as plain data: an engine loaded with what another tells is its twin, and the difference of two
//! states, carried out, makes one of the other. Both are held to networks that random changes brought
//! about, whatever of these was refused.

#![allow(missing_docs, reason = "a test")]

use netloom_engine::Engine;
use netloom_model::bridge::FdbState;
use netloom_model::diff::diff;
use netloom_model::ipset::{Entry, IpSet, IpSetChange, Kind, Options, Part};
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::statement::{Counter, Statement, Verdict};
use netloom_model::ruleset::{Base, ChainKind, Hook, Policy, Rule as PacketRule, TableFamily};
use netloom_model::state::Parts;
use netloom_model::{
    Address, BridgeSettings, Change, FdbEntry, IpNet, LinkRef, LinkSettings, MacAddr, Mode,
    Neighbour, NewKind, NewLink, NextHop, Nexthop, NexthopKind, NexthopMember, NsName, Route,
    RouteType, Rule, State, VlanChange, VlanIds,
};
use netloom_model::{Family, Time};
use proptest::prelude::*;

fn ns(number: u8) -> NsName {
    match number % 3 {
        0 => NsName::first(),
        1 => NsName::new("a"),
        _ => NsName::new("b"),
    }
}

fn mac(last: u8) -> MacAddr {
    MacAddr([2, 0, 0, 0, 0, last])
}

/// One change, by four small numbers.
fn change((what, a, b, c): (u8, u8, u8, u8)) -> Change {
    let here = ns(a);
    let dev = u32::from(b % 6) + 1;
    let link = LinkRef::Index(dev);
    let settings = |set: LinkSettings| Change::SetLink {
        ns: here.clone(),
        link: link.clone(),
        set: Box::new(set),
    };
    let net = |host: u8, len: u8| IpNet::new([10, b % 4, 0, host].into(), len);
    let v6 = |host: u8| -> IpNet {
        format!("fd00:{}::{host}/64", b % 4)
            .parse()
            .expect("a prefix")
    };
    match what % 26 {
        0 => Change::AddNamespace(here),
        1 => Change::DelNamespace(here),
        2 | 3 => Change::AddLink {
            ns: here,
            link: NewLink::veth(format!("v{}", b % 3), format!("w{}", c % 3), Some(ns(c))),
        },
        4 => Change::AddLink {
            ns: here,
            link: NewLink::new(format!("br{}", b % 2), NewKind::Bridge),
        },
        5 => Change::AddLink {
            ns: here,
            link: NewLink::new(format!("d{}", b % 2), NewKind::Dummy),
        },
        6 if c % 4 == 0 => Change::DelLink { ns: here, link },
        6..=8 => settings(LinkSettings {
            up: Some(c % 4 != 0),
            ..LinkSettings::default()
        }),
        9 => settings(LinkSettings {
            mtu: Some(1300 + u32::from(c)),
            alias: Some(format!("x{}", c % 3)),
            ..LinkSettings::default()
        }),
        10 => settings(LinkSettings {
            address: Some(mac(c)),
            group: Some((c % 3).into()),
            promisc: Some(c % 2 == 0),
            ..LinkSettings::default()
        }),
        11 | 12 => settings(LinkSettings {
            master: Some((c % 4 != 0).then(|| LinkRef::Name(format!("br{}", c % 2)))),
            ..LinkSettings::default()
        }),
        13 => settings(LinkSettings {
            bridge: Some(BridgeSettings {
                vlan_filtering: Some(c % 2 == 0),
                ageing_time: Some(u32::from(c) * 100),
                stp_state: Some((c % 5 == 0).into()),
                ..BridgeSettings::default()
            }),
            ..LinkSettings::default()
        }),
        14 => Change::AddAddress {
            ns: here,
            address: Address::new(dev, net(c % 8 + 1, if c % 3 == 0 { 32 } else { 24 }), ""),
            mode: Mode::Add,
        },
        15 => Change::AddAddress {
            ns: here,
            address: Address::new(dev, v6(c % 8 + 1), ""),
            mode: Mode::Add,
        },
        16 | 17 => {
            let to = IpNet::new([10, 8 + c % 8, 0, 0].into(), 16);
            let hop = NextHop {
                via: (c % 3 != 0).then(|| net(c % 16 + 1, 32).addr),
                dev: (c % 2 == 0).then_some(dev),
                weight: 1,
                ..NextHop::default()
            };
            Change::AddRoute {
                ns: here,
                route: Route {
                    nexthops: vec![hop],
                    table: if c % 5 == 0 { 100 } else { 254 },
                    metric: (c % 4).into(),
                    scope: netloom_model::Scope(if c % 3 == 0 { 253 } else { 0 }),
                    ..Route::new(to)
                },
                mode: Mode::Append,
            }
        }
        18 => Change::AddRoute {
            ns: here,
            route: Route {
                kind: RouteType::Blackhole,
                table: 100,
                ..Route::new(if c % 2 == 0 { v6(0) } else { net(0, 24) })
            },
            mode: Mode::Add,
        },
        19 => Change::AddNexthop {
            ns: here,
            nexthop: Nexthop {
                id: u32::from(c % 5) + 1,
                kind: match c % 3 {
                    0 => NexthopKind::Blackhole(Family::V4),
                    1 => NexthopKind::Group(vec![NexthopMember { id: 1, weight: 1 }]),
                    _ => NexthopKind::Way {
                        family: Family::V4,
                        via: Some(net(c % 16 + 1, 32).addr),
                        dev: Some(dev),
                        onlink: false,
                    },
                },
                protocol: 3,
                scope: netloom_model::Scope::UNIVERSE,
                linkdown: false,
            },
            mode: Mode::Replace,
        },
        20 => Change::AddRule {
            ns: here,
            rule: Rule {
                fwmark: Some((c.into(), u32::MAX)),
                protocol: 4,
                ..Rule::lookup(Family::V4, 100 + u32::from(b), 100)
            },
        },
        21 => Change::AddNeighbour {
            ns: here,
            neighbour: Neighbour::permanent(dev, net(c, 32).addr, mac(c)),
            mode: Mode::Replace,
        },
        22 => Change::SetSysctl {
            ns: here,
            name: match c % 4 {
                0 => "net.ipv4.ip_forward".to_owned(),
                1 => "net.ipv4.conf.all.rp_filter".to_owned(),
                2 => "net.ipv6.conf.all.forwarding".to_owned(),
                _ => format!("net.ipv4.conf.v{}.rp_filter", b % 3),
            },
            value: (b % 2).to_string(),
        },
        23 => Change::AddFdb {
            ns: here,
            entry: FdbEntry {
                address: mac(c),
                vlan: None,
                dev,
                master: None,
                state: FdbState::Static,
                extern_learn: false,
                sticky: false,
                used: 0,
                updated: 0,
                remote: None,
            },
            mode: Mode::Replace,
        },
        24 => Change::Vlan {
            ns: here,
            dev,
            change: match c % 3 {
                0 => VlanChange::Del {
                    ids: VlanIds::one(1),
                    own: c % 2 == 0,
                },
                _ => VlanChange::Add {
                    ids: VlanIds::one(u16::from(c) + 1),
                    pvid: c % 5 == 0,
                    untagged: c % 2 == 0,
                    own: false,
                },
            },
        },
        _ if c % 3 == 0 => Change::IpSet {
            ns: here,
            change: match b % 2 {
                0 => IpSetChange::Create {
                    set: Box::new(IpSet {
                        name: format!("s{}", c % 2),
                        kind: Kind::HashIp,
                        family: Some(Family::V4),
                        options: Options::default(),
                        references: 0,
                        entries: Vec::new(),
                    }),
                    exist: true,
                },
                _ => IpSetChange::Add {
                    set: format!("s{}", c % 2),
                    entry: Box::new(Entry {
                        parts: vec![Part::host(net(c, 32).addr)],
                        timeout: None,
                        counter: None,
                        comment: None,
                        nomatch: false,
                        skb: Default::default(),
                        place: None,
                    }),
                    exist: true,
                },
            },
        },
        _ => rules(here, b, c),
    }
}

/// A table with a chain, one rule more.
fn rules(ns: NsName, b: u8, c: u8) -> Change {
    let table = TableRef::new(TableFamily::Ip, format!("t{}", b % 2));
    let chain = ChainRef {
        table: table.clone(),
        chain: "in".to_owned(),
    };
    let base = Base {
        kind: ChainKind::Filter,
        hook: Hook::Input,
        priority: 0,
        policy: Policy::Accept,
        devices: Vec::new(),
        counter: None,
    };
    let counter = Statement::Counter(Counter::default());
    let verdict = if c.is_multiple_of(2) {
        Verdict::Accept
    } else {
        Verdict::Drop
    };
    Change::Ruleset {
        ns,
        changes: vec![
            RulesetChange::AddTable {
                table,
                dormant: false,
                comment: None,
                exclusive: false,
            },
            RulesetChange::AddChain {
                chain: chain.clone(),
                base: Some(Box::new(base)),
                comment: None,
                exclusive: false,
            },
            RulesetChange::AddRule {
                chain,
                place: if c.is_multiple_of(3) {
                    Place::First
                } else {
                    Place::Last
                },
                rule: PacketRule {
                    statements: vec![counter, Statement::Verdict(verdict)],
                    ..PacketRule::default()
                },
            },
        ],
    }
}

type Steps = Vec<(u8, u8, u8, u8)>;

fn network(steps: &Steps) -> Engine {
    let mut engine = Engine::new(1);
    for step in steps {
        let _ = engine.apply(&[change(*step)]);
    }
    engine
}

fn told(engine: &Engine) -> State {
    engine.snapshot(None, Parts::ALL).expect("the state of all")
}

fn steps() -> impl Strategy<Value = Steps> {
    prop::collection::vec(any::<(u8, u8, u8, u8)>(), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_twin_tells_what_it_was_told_and_goes_on_alike(steps in steps(), seconds in 0u64..40) {
        let mut engine = network(&steps);
        engine.advance(Time::from_secs(seconds));
        let state = told(&engine);
        let (twin, missing) = Engine::twin(&state);
        prop_assert_eq!(missing, Vec::new());
        prop_assert_eq!(told(&twin), state);
    }

    #[test]
    fn the_difference_of_two_states_makes_one_of_the_other(
        before in steps(),
        after in steps(),
    ) {
        let mut engine = network(&before);
        let (current, desired) = (told(&engine), told(&network(&after)));
        let changes = diff(&current, &desired);
        for (at, change) in changes.iter().enumerate() {
            let done = engine.apply(core::slice::from_ref(change));
            prop_assert!(done.is_ok(), "{at}: {change:?}: {done:?}");
        }
        let left = diff(&told(&engine), &desired);
        prop_assert!(left.is_empty(), "{left:#?}\nafter {changes:#?}");
    }

    #[test]
    fn there_is_no_difference_between_equals(steps in steps()) {
        let state = told(&network(&steps));
        prop_assert_eq!(diff(&state, &state), Vec::new());
    }
}
