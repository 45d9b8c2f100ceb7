//! Rules at the hooks: what they let pass, what they drop, and what they count.

#![allow(missing_docs, reason = "a test")]

mod common;

use common::{Lab, ip, ping};
use netloom_model::journey::{DropReason, Verdict as Fate};
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::set::{Element, SetFlags};
use netloom_model::ruleset::statement::{Counter, Statement, Verdict};
use netloom_model::ruleset::{
    Base, ChainKind, DataType, Expr, Field, Hook, Policy, Rule, Set, TableFamily, Value,
};
use netloom_model::socket::SocketKind;
use netloom_model::{Change, Errno, Error, Time, World};
use std::net::Ipv4Addr;

/// Two hosts, `a` and `b`; `b` has a table with the chain `input`.
fn hosts() -> Lab {
    let mut lab = Lab::default();
    lab.ns("a");
    lab.ns("b");
    lab.veth(("a", "a0"), ("b", "b0"));
    lab.addr("a", "a0", "10.0.0.1/24");
    lab.addr("b", "b0", "10.0.0.2/24");
    lab.apply(rules(vec![
        RulesetChange::AddTable {
            table: table(),
            dormant: false,
            comment: None,
            exclusive: false,
        },
        RulesetChange::AddChain {
            chain: chain("input"),
            base: Some(Box::new(Base {
                kind: ChainKind::Filter,
                hook: Hook::Input,
                priority: 0,
                policy: Policy::Accept,
                devices: Vec::new(),
                counter: None,
            })),
            comment: None,
            exclusive: false,
        },
    ]));
    lab
}

fn rules(changes: Vec<RulesetChange>) -> Change {
    Change::Ruleset {
        ns: "b".into(),
        changes,
    }
}

fn table() -> TableRef {
    TableRef::new(TableFamily::Ip, "filter")
}

fn chain(name: &str) -> ChainRef {
    ChainRef {
        table: table(),
        chain: name.to_owned(),
    }
}

fn add(to: &str, statements: Vec<Statement>) -> RulesetChange {
    let rule = Rule {
        statements,
        ..Rule::default()
    };
    RulesetChange::AddRule {
        chain: chain(to),
        place: Place::Last,
        rule,
    }
}

fn new_chain(name: &str) -> RulesetChange {
    RulesetChange::AddChain {
        chain: chain(name),
        base: None,
        comment: None,
        exclusive: true,
    }
}

fn from(address: &str) -> Statement {
    let address: Ipv4Addr = address.parse().expect("an address");
    Statement::equal(Expr::Field(Field::IpSaddr), Expr::Value(address.into()))
}

const COUNT: Statement = Statement::Counter(Counter {
    packets: 0,
    bytes: 0,
});
const DROP: Statement = Statement::Verdict(Verdict::Drop);

fn fate(lab: &mut Lab) -> Fate {
    lab.explain("a", ping("10.0.0.2")).verdict
}

fn refusal(lab: &mut Lab, changes: Vec<RulesetChange>) -> Option<Errno> {
    let refused: Result<(), Error> = lab.0.apply(vec![rules(changes)]);
    refused.err().map(|error| error.errno)
}

#[test]
fn a_rule_drops_what_it_matches_and_nothing_else() {
    let mut lab = hosts();
    lab.apply(rules(vec![add("input", vec![from("10.0.0.9"), DROP])]));
    assert!(matches!(fate(&mut lab), Fate::Delivered { .. }));
    lab.apply(rules(vec![add("input", vec![from("10.0.0.1"), DROP])]));
    let Fate::Dropped { reason, ns, .. } = fate(&mut lab) else {
        panic!("not dropped");
    };
    assert_eq!((reason, ns.as_str()), (DropReason::RuleDrop, "b"));
}

#[test]
fn a_rule_counts_what_came_so_far() {
    let mut lab = hosts();
    let counted = vec![COUNT, from("10.0.0.9"), DROP];
    lab.apply(rules(vec![add("input", counted)]));
    let socket = lab.0.open(&"a".into(), SocketKind::Udp).expect("a socket");
    let to = Some((ip("10.0.0.2"), 9));
    lab.0.send(socket, to, b"four").expect("sent");
    lab.0.sleep_until(Time::from_secs(1)).expect("time");
    // What is asked is asked of a copy, and counts nothing.
    assert!(matches!(fate(&mut lab), Fate::Delivered { .. }));
    let state = lab.state("b");
    let told = state.ruleset.tables[0].chains[0].rules[0].counter();
    let (packets, bytes) = (1, 32);
    assert_eq!(told, Some(Counter { packets, bytes }));
}

#[test]
fn a_chain_that_was_jumped_to_comes_back_and_one_that_was_gone_to_does_not() {
    let mut lab = hosts();
    let jump = |to: &str| Statement::Verdict(Verdict::Jump(to.to_owned()));
    let goto = |to: &str| Statement::Verdict(Verdict::Goto(to.to_owned()));
    lab.apply(rules(vec![
        new_chain("one"),
        add("input", vec![goto("one")]),
        add("input", vec![DROP]),
    ]));
    assert!(matches!(fate(&mut lab), Fate::Delivered { .. }));
    lab.apply(rules(vec![
        RulesetChange::FlushChain {
            table: table(),
            chain: Some("input".to_owned()),
        },
        add("input", vec![jump("one")]),
        add("input", vec![DROP]),
    ]));
    assert!(matches!(fate(&mut lab), Fate::Dropped { .. }));
}

#[test]
fn a_transaction_that_is_refused_changes_nothing() {
    let mut lab = hosts();
    let before = lab.state("b").ruleset;
    let jump = |to: &str| Statement::Verdict(Verdict::Jump(to.to_owned()));
    let looped = vec![
        new_chain("one"),
        new_chain("two"),
        add("one", vec![jump("two")]),
        add("two", vec![jump("one")]),
        // Nobody asks a circle that no base chain leads to.
        add("input", vec![jump("one")]),
    ];
    assert_eq!(refusal(&mut lab, looped), Some(Errno::MLINK));
    let missing = vec![add("input", vec![DROP]), add("input", vec![jump("none")])];
    assert_eq!(refusal(&mut lab, missing), Some(Errno::NOENT));
    assert_eq!(lab.state("b").ruleset, before);
}

#[test]
fn a_chain_that_something_jumps_to_stays() {
    let mut lab = hosts();
    let jump = Statement::Verdict(Verdict::Jump("one".to_owned()));
    lab.apply(rules(vec![new_chain("one"), add("input", vec![jump])]));
    let delete = RulesetChange::DelChain {
        chain: chain("one"),
        empty: false,
    };
    assert_eq!(refusal(&mut lab, vec![delete]), Some(Errno::BUSY));
}

#[test]
fn a_set_is_asked_as_it_is_now() {
    let mut lab = hosts();
    let set = Set {
        name: "bad".to_owned(),
        handle: 0,
        key: vec![DataType::Ipv4Addr],
        data: None,
        typeof_key: None,
        typeof_data: None,
        flags: SetFlags::default(),
        timeout: None,
        gc_interval: None,
        size: None,
        memory: false,
        auto_merge: false,
        meter: false,
        statements: Vec::new(),
        comment: None,
        elements: Vec::new(),
    };
    let asks = Statement::equal(Expr::Field(Field::IpSaddr), Expr::SetRef("bad".to_owned()));
    lab.apply(rules(vec![
        RulesetChange::AddSet {
            table: table(),
            set: Box::new(set),
            exclusive: true,
        },
        add("input", vec![asks, DROP]),
    ]));
    assert!(matches!(fate(&mut lab), Fate::Delivered { .. }));
    let element = Element::of(Value::from(Ipv4Addr::new(10, 0, 0, 1)));
    lab.apply(rules(vec![RulesetChange::AddElements {
        table: table(),
        set: "bad".to_owned(),
        elements: vec![element],
        exclusive: true,
    }]));
    assert!(matches!(fate(&mut lab), Fate::Dropped { .. }));
}
