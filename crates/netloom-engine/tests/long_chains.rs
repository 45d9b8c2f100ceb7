//! Chains of many rules: a packet is asked of those alone that can match, and what comes of it is
//! what comes of asking all of them in order. `explain` does that.

#![allow(missing_docs, reason = "a test")]

mod common;

use common::Lab;
use netloom_model::journey::{Event, Explain, Journey, Probe};
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::expr::{MetaKey, Relation};
use netloom_model::ruleset::statement::{Counter, Limit, Statement, Verdict};
use netloom_model::ruleset::{
    Base, ChainKind, Expr, Field, Hook, Policy, Rule, TableFamily, Value,
};
use netloom_model::{Change, World, state::Parts};
use netloom_wire::{IpProtocol, ipv4};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// One of few addresses.
    fn address(&mut self) -> Ipv4Addr {
        let (c, d) = (self.below(3) as u8, self.below(8) as u8);
        Ipv4Addr::new(10, 0, c, d)
    }

    fn port(&mut self) -> u16 {
        [22, 53, 80, 443, 1000, 1001, 1023, 8080][self.below(8) as usize]
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

fn new_chain(name: &str, base: Option<Box<Base>>) -> RulesetChange {
    RulesetChange::AddChain {
        chain: chain(name),
        base,
        comment: None,
        exclusive: false,
    }
}

const COUNT: Statement = Statement::Counter(Counter {
    packets: 0,
    bytes: 0,
});

fn relation(draw: &mut Draw) -> Relation {
    match draw.below(8) {
        0 => Relation::Ne,
        1 => Relation::Le,
        2 => Relation::Gt,
        _ => Relation::Eq,
    }
}

fn address(draw: &mut Draw, field: Field) -> Statement {
    let address = Value::from(draw.address());
    let right = match draw.below(4) {
        0 => Expr::Prefix(address, 24 + draw.below(8) as u8),
        1 => Expr::Prefix(address, draw.below(33) as u8),
        _ => Expr::Value(address),
    };
    let relation = match right {
        Expr::Prefix(..) if draw.one_in(6) => Relation::Ne,
        Expr::Prefix(..) => Relation::Eq,
        _ => relation(draw),
    };
    Statement::Match {
        left: Expr::Field(field),
        relation,
        right,
    }
}

fn port(draw: &mut Draw, field: Field) -> Statement {
    let (one, other) = (draw.port(), draw.port());
    let right = if draw.one_in(4) {
        Expr::Range(one.min(other).into(), one.max(other).into())
    } else {
        Expr::Value(one.into())
    };
    let relation = match right {
        Expr::Range(..) => Relation::Eq,
        _ => relation(draw),
    };
    Statement::Match {
        left: Expr::Field(field),
        relation,
        right,
    }
}

/// A statement that asks, or does something beside asking.
fn statement(draw: &mut Draw) -> Statement {
    let meta = |key, value| Statement::equal(Expr::Meta(key), Expr::Value(value));
    match draw.below(16) {
        0..4 => address(draw, Field::IpSaddr),
        4..6 => address(draw, Field::IpDaddr),
        6..9 => port(draw, Field::UdpDport),
        9 => port(draw, Field::UdpSport),
        10 => port(draw, Field::TcpDport),
        11 => meta(
            MetaKey::L4Proto,
            Value::from([6u8, 17, 1][draw.below(3) as usize]),
        ),
        12 => meta(MetaKey::Mark, Value::from(draw.below(3) as u32)),
        13 => Statement::Set {
            what: Expr::Meta(MetaKey::Mark),
            value: Expr::Value(Value::from(draw.below(3) as u32)),
        },
        14 => COUNT,
        _ => Statement::Limit(Limit {
            rate: 1,
            per: 3600,
            burst: draw.below(30) as u32,
            bytes: false,
            over: draw.one_in(2),
        }),
    }
}

fn rule(draw: &mut Draw, others: &[&str]) -> Rule {
    let count = draw.below(5);
    let mut statements: Vec<_> = (0..count).map(|_| statement(draw)).collect();
    statements.push(COUNT);
    let verdict = match draw.below(24) {
        0 => Some(Verdict::Accept),
        1 => Some(Verdict::Drop),
        2 => Some(Verdict::Return),
        3 => others.first().map(|to| Verdict::Goto((*to).to_owned())),
        4..7 => others.last().map(|to| Verdict::Jump((*to).to_owned())),
        _ => None,
    };
    statements.extend(verdict.map(Statement::Verdict));
    Rule {
        statements,
        ..Rule::default()
    }
}

fn add(to: &str, place: Place, rule: Rule) -> RulesetChange {
    RulesetChange::AddRule {
        chain: chain(to),
        place,
        rule,
    }
}

fn ruleset(lab: &mut Lab, changes: Vec<RulesetChange>) {
    let ns = "b".into();
    lab.apply(Change::Ruleset { ns, changes });
}

/// A host `b` with long chains, whose device `b0` is asked.
fn host(draw: &mut Draw) -> Lab {
    let mut lab = Lab::default();
    lab.ns("a");
    lab.ns("b");
    lab.veth(("a", "a0"), ("b", "b0"));
    lab.addr("b", "b0", "10.0.0.1/8");
    lab.sysctl("b", "net.ipv4.conf.b0.rp_filter", "0");
    let base = Base {
        kind: ChainKind::Filter,
        hook: Hook::Prerouting,
        priority: 0,
        policy: Policy::Accept,
        devices: Vec::new(),
        counter: None,
    };
    let mut changes = vec![
        RulesetChange::AddTable {
            table: table(),
            dormant: false,
            comment: None,
            exclusive: false,
        },
        new_chain("last", None),
        new_chain("other", None),
        new_chain("first", Some(Box::new(base))),
    ];
    let chains: [(&str, &[&str]); 3] = [
        ("last", &[]),
        ("other", &["last"]),
        ("first", &["other", "last"]),
    ];
    for (name, others) in chains {
        for _ in 0..draw.below(150) {
            changes.push(add(name, Place::Last, rule(draw, others)));
        }
    }
    ruleset(&mut lab, changes);
    lab
}

/// A packet to `b0`.
fn frame(draw: &mut Draw, to: [u8; 6]) -> Vec<u8> {
    let mut frame = vec![0; 14 + 20 + 20];
    frame[..6].copy_from_slice(&to);
    frame[12] = 8;
    let protocol = [6, 17, 17, 17, 1][draw.below(5) as usize];
    let repr = ipv4::Repr {
        src: draw.address(),
        dst: draw.address(),
        protocol: IpProtocol(protocol),
        payload_len: 20,
        ..ipv4::Repr::default()
    };
    repr.emit(&mut frame[14..]);
    frame[34..36].copy_from_slice(&draw.port().to_be_bytes());
    frame[36..38].copy_from_slice(&draw.port().to_be_bytes());
    frame
}

/// What all counters of each rule counted, by chain and handle.
fn counters(lab: &mut Lab) -> BTreeMap<(String, u64), u64> {
    let ns = "b".into();
    let state = lab.0.snapshot(Some(&ns), Parts::ALL).expect("it is there");
    let chains = state.namespaces[&ns].ruleset.tables[0].chains.iter();
    let rules = chains.flat_map(|chain| chain.rules.iter().map(move |rule| (chain, rule)));
    rules
        .map(|(chain, rule)| {
            let packets = |statement: &Statement| match statement {
                Statement::Counter(counter) => counter.packets,
                _ => 0,
            };
            let counted = rule.statements.iter().map(packets).sum();
            ((chain.name.clone(), rule.handle), counted)
        })
        .collect()
}

/// Counts as a journey tells it.
fn tell(counts: &mut BTreeMap<(String, u64), u64>, journey: &Journey, rules: &[(String, Rule)]) {
    for step in &journey.steps {
        let Event::Rules(trace) = &step.event else {
            continue;
        };
        for tried in &trace.tried {
            let told = |(chain, rule): &&(String, Rule)| {
                *chain == tried.chain && rule.handle == tried.handle
            };
            let (_, rule) = rules.iter().find(told).expect("a rule");
            let end = tried
                .failed
                .map_or(rule.statements.len(), |part| part as usize);
            let counted = rule.statements[..end].iter();
            let counted = counted
                .filter(|s| matches!(s, Statement::Counter(_)))
                .count();
            *counts
                .entry((tried.chain.clone(), tried.handle))
                .or_default() += counted as u64;
        }
    }
}

fn all_rules(lab: &mut Lab) -> Vec<(String, Rule)> {
    let ns = "b".into();
    let state = lab.0.snapshot(Some(&ns), Parts::ALL).expect("it is there");
    let chains = &state.namespaces[&ns].ruleset.tables[0].chains;
    let rules = chains.iter().flat_map(|chain| {
        chain
            .rules
            .iter()
            .map(|rule| (chain.name.clone(), rule.clone()))
    });
    rules.collect()
}

#[test]
fn a_packet_counts_where_it_would_if_every_rule_was_asked() {
    for seed in 0..14 {
        let mut draw = Draw(seed);
        let mut lab = host(&mut draw);
        let port = lab.0.engine.port(&"a".into(), &"a0".into()).expect("a0");
        let mac = lab.link("b", "b0").address.0;
        let mut passed = 0;
        for packet in 0..25 {
            // Now and then a rule comes at the end, at the front, or goes.
            let rules = all_rules(&mut lab);
            match draw.below(6) {
                0 => {
                    let rule = rule(&mut draw, &[]);
                    ruleset(&mut lab, vec![add("first", Place::Last, rule)]);
                }
                1 => {
                    let rule = rule(&mut draw, &[]);
                    ruleset(&mut lab, vec![add("first", Place::First, rule)]);
                }
                2 if !rules.is_empty() => {
                    let (name, rule) = &rules[draw.below(rules.len() as u64) as usize];
                    let gone = RulesetChange::DelRule {
                        chain: chain(name),
                        handle: rule.handle,
                    };
                    ruleset(&mut lab, vec![gone]);
                }
                _ => {}
            }
            let rules = all_rules(&mut lab);
            let frame = frame(&mut draw, mac);
            let probe = Probe::Receive {
                dev: "b0".to_owned(),
                frame: frame.clone(),
            };
            let journey = lab.0.engine.explain(&Explain {
                ns: "b".into(),
                probe,
                what_if: Vec::new(),
                max_steps: 100,
                states: false,
            });
            let mut wanted = counters(&mut lab);
            tell(&mut wanted, &journey.expect("a journey"), &rules);
            lab.0.engine.transmit(port, &frame);
            lab.0.engine.run();
            let counted = counters(&mut lab);
            passed += counted.values().sum::<u64>();
            assert_eq!(counted, wanted, "seed {seed}, packet {packet}");
        }
        assert!(
            passed > 0 || rules_are_few(&mut lab),
            "seed {seed}: nothing matches"
        );
    }
}

fn rules_are_few(lab: &mut Lab) -> bool {
    all_rules(lab).len() < 10
}
