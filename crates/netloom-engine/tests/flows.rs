//! The flow cache changes nothing: an engine that has it and one that asks every packet everything
//! send the same frames and end in the same state.

#![allow(missing_docs, reason = "a test")]

mod common;

use common::{Lab, ip};
use core::time::Duration;
use netloom_engine::{Engine, Simulation};
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::expr::{CtKey, MetaKey, Relation};
use netloom_model::ruleset::statement::{
    Counter, Limit, Nat, NatFlags, NatKind, Statement, Verdict,
};
use netloom_model::ruleset::xt::{ConnmarkOp, XtTarget};
use netloom_model::ruleset::{
    Base, ChainKind, Expr, Field, Hook, Policy, Rule, TableFamily, Value,
};
use netloom_model::socket::{Received, SocketId, SocketKind};
use netloom_model::state::Parts;
use netloom_model::{Change, LinkSettings, Time, World};
use netloom_wire::{IpProtocol, checksum, ipv4};
use std::fmt::Write;
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
}

fn table() -> TableRef {
    TableRef::new(TableFamily::Ip, "t")
}

fn chain(name: &str) -> ChainRef {
    ChainRef {
        table: table(),
        chain: name.to_owned(),
    }
}

fn base(name: &str, kind: ChainKind, hook: Hook, priority: i32) -> RulesetChange {
    RulesetChange::AddChain {
        chain: chain(name),
        base: Some(Box::new(Base {
            kind,
            hook,
            priority,
            policy: Policy::Accept,
            devices: Vec::new(),
            counter: Some(Counter::default()),
        })),
        comment: None,
        exclusive: false,
    }
}

fn rules(lab: &mut Lab, changes: Vec<RulesetChange>) {
    let ns = "r".into();
    lab.apply(Change::Ruleset { ns, changes });
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

const COUNT: Statement = Statement::Counter(Counter {
    packets: 0,
    bytes: 0,
});

fn nat(kind: NatKind, address: Option<Ipv4Addr>) -> Statement {
    Statement::Nat(Nat {
        kind,
        family: None,
        address: address.map(|address| Expr::Value(address.into())),
        port: None,
        flags: NatFlags::default(),
        prefix: false,
    })
}

fn field(field: Field, value: Value) -> Statement {
    Statement::equal(Expr::Field(field), Expr::Value(value))
}

fn meta(key: MetaKey, value: Value) -> Statement {
    Statement::equal(Expr::Meta(key), Expr::Value(value))
}

/// A rule of FORWARD: some can be done again, some cannot.
fn rule(draw: &mut Draw) -> RulesetChange {
    let port = Value::from(7000 + draw.below(4) as u16);
    let mut statements = match draw.below(14) {
        0 => vec![field(Field::UdpDport, port)],
        1 => vec![field(Field::TcpDport, port)],
        2 => vec![field(Field::IpTtl, Value::from(60 + draw.below(6) as u8))],
        3 => vec![meta(MetaKey::L4Proto, Value::from(17u8))],
        4 => vec![Statement::Limit(Limit {
            rate: 3,
            per: 1,
            burst: 2,
            bytes: false,
            over: draw.below(2) == 0,
        })],
        5 => vec![Statement::Match {
            left: Expr::Ct(CtKey::State, None),
            relation: Relation::Any,
            right: Expr::Value(Value::from([1u32, 2, 4, 8][draw.below(4) as usize])),
        }],
        6 => vec![meta(MetaKey::Mark, Value::from(draw.below(3) as u32))],
        7 => vec![
            field(Field::UdpDport, port),
            Statement::Set {
                what: Expr::Meta(MetaKey::Mark),
                value: Expr::Value(Value::from(draw.below(3) as u32)),
            },
        ],
        8 => vec![Statement::XtTarget(XtTarget::Connmark {
            op: [ConnmarkOp::Set, ConnmarkOp::Save, ConnmarkOp::Restore][draw.below(3) as usize],
            ctmask: u32::MAX,
            nfmask: u32::MAX,
            value: draw.below(3) as u32,
        })],
        9 => vec![field(Field::IpDscp, Value::from(draw.below(2) as u8))],
        10 => vec![meta(MetaKey::Length, Value::from(60u32))],
        11 => vec![Statement::Match {
            left: Expr::Ct(CtKey::Mark, None),
            relation: Relation::Eq,
            right: Expr::Value(Value::from(draw.below(3) as u32)),
        }],
        12 => vec![Statement::Match {
            left: Expr::Ct(CtKey::Packets, None),
            relation: Relation::Gt,
            right: Expr::Value(Value::number(u128::from(draw.below(9)), 8)),
        }],
        _ => vec![],
    };
    statements.push(COUNT);
    let verdict = match draw.below(20) {
        0 => Some(Verdict::Drop),
        1 => Some(Verdict::Accept),
        _ => None,
    };
    if statements.len() > 1 {
        statements.extend(verdict.map(Statement::Verdict));
    }
    add("forward", statements)
}

/// Hosts `a` and `b` with a router between them that has rules.
fn lab(engine: Engine, draw: &mut Draw) -> Lab {
    let mut lab = Lab(Simulation { engine });
    for ns in ["a", "r", "b"] {
        lab.ns(ns);
    }
    lab.veth(("a", "a0"), ("r", "r0"));
    lab.veth(("b", "b0"), ("r", "r1"));
    lab.addr("a", "a0", "10.0.1.1/24");
    lab.addr("r", "r0", "10.0.1.2/24");
    lab.addr("r", "r1", "10.0.2.2/24");
    lab.addr("b", "b0", "10.0.2.1/24");
    lab.route("a", "0.0.0.0/0", "10.0.1.2");
    lab.route("b", "0.0.0.0/0", "10.0.2.2");
    lab.sysctl("r", "net.ipv4.ip_forward", "1");
    if draw.below(2) == 0 {
        lab.sysctl("r", "net.netfilter.nf_conntrack_acct", "1");
    }
    let mut changes = vec![
        RulesetChange::AddTable {
            table: table(),
            dormant: false,
            comment: None,
            exclusive: false,
        },
        base("forward", ChainKind::Filter, Hook::Forward, 0),
        base("pre", ChainKind::Nat, Hook::Prerouting, -100),
        base("post", ChainKind::Nat, Hook::Postrouting, 100),
    ];
    if draw.below(5) > 0 {
        changes.push(add("post", vec![COUNT, nat(NatKind::Masquerade, None)]));
    }
    if draw.below(3) == 0 {
        let goal = Some(Ipv4Addr::new(10, 0, 2, 1));
        let old = field(Field::IpDaddr, Ipv4Addr::new(192, 0, 2, 1).into());
        changes.push(add("pre", vec![old, COUNT, nat(NatKind::Dnat, goal)]));
    }
    for _ in 0..draw.below(6) {
        changes.push(rule(draw));
    }
    rules(&mut lab, changes);
    lab
}

/// What both hosts saw on their links since.
fn seen(lab: &mut Lab, taps: [SocketId; 2], told: &mut String) {
    for tap in taps {
        while let Ok(Received::Datagram(frame)) = lab.0.receive(tap, Time::ZERO) {
            writeln!(told, "{tap:?} {:?}", frame.data).expect("a string");
        }
    }
}

/// A UDP packet or a TCP segment from `a` whose checksum is right, mostly.
fn frame(draw: &mut Draw, to: [u8; 6]) -> Vec<u8> {
    let protocol = [
        IpProtocol::UDP,
        IpProtocol::UDP,
        IpProtocol::UDP,
        IpProtocol::TCP,
    ][draw.below(4) as usize];
    let len = [20, 40, 40, 600][draw.below(4) as usize];
    let mut frame = vec![0; 34 + len];
    frame[..6].copy_from_slice(&to);
    frame[12] = 8;
    let repr = ipv4::Repr {
        src: Ipv4Addr::new(10, 0, 1, 1 + 2 * draw.below(2) as u8),
        dst: [Ipv4Addr::new(10, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 1)][draw.below(2) as usize],
        protocol,
        ttl: [64, 64, 64, 62, 2, 1][draw.below(6) as usize],
        tos: [0, 0, 4][draw.below(3) as usize],
        df: draw.below(2) == 0,
        payload_len: len,
        ..ipv4::Repr::default()
    };
    repr.emit(&mut frame[14..]);
    frame[34..36].copy_from_slice(&(9000 + draw.below(3) as u16).to_be_bytes());
    frame[36..38].copy_from_slice(&(7000 + draw.below(3) as u16).to_be_bytes());
    let sum_at = if protocol == IpProtocol::UDP {
        frame[38..40].copy_from_slice(&(len as u16).to_be_bytes());
        40
    } else {
        frame[46] = 5 << 4;
        frame[47] = [0x02, 0x10, 0x18][draw.below(3) as usize];
        50
    };
    let pseudo = checksum::pseudo_v4(repr.src, repr.dst, protocol, len);
    let sum = !checksum::combine(&[pseudo, checksum::sum(&frame[34..])]);
    let sum = match draw.below(12) {
        0 => 0,
        1 => sum ^ 1,
        _ => sum,
    };
    frame[sum_at..sum_at + 2].copy_from_slice(&sum.to_be_bytes());
    frame
}

/// What programs of both hosts say to each other.
struct Programs {
    /// UDP sockets of `a`, and one of `b`.
    asking: Vec<SocketId>,
    answering: SocketId,
    /// Both ends of TCP connections.
    streams: Vec<(SocketId, SocketId)>,
}

fn programs(lab: &mut Lab) -> Programs {
    let udp = |lab: &mut Lab, ns: &str, port| {
        let socket = lab.0.open(&ns.into(), SocketKind::Udp).expect("a socket");
        lab.0.bind(socket, ip("0.0.0.0"), port).expect("bound");
        socket
    };
    let listener = lab.0.open(&"b".into(), SocketKind::Tcp).expect("a socket");
    lab.0.bind(listener, ip("0.0.0.0"), 7001).expect("bound");
    lab.0.listen(listener, 8).expect("it listens");
    let mut streams = Vec::new();
    for _ in 0..2 {
        let client = lab.0.open(&"a".into(), SocketKind::Tcp).expect("a socket");
        if lab.0.connect(client, ip("10.0.2.1"), 7001).is_ok()
            && let Ok((server, _)) = lab.0.accept(listener, Time::ZERO)
        {
            streams.push((client, server));
        }
    }
    Programs {
        asking: (0..3).map(|i| udp(lab, "a", 5000 + i)).collect(),
        answering: udp(lab, "b", 7000),
        streams,
    }
}

fn act(lab: &mut Lab, draw: &mut Draw, programs: &Programs, told: &mut String) {
    match draw.below(20) {
        0..6 => {
            let socket = programs.asking[draw.below(3) as usize];
            let sent = lab
                .0
                .send(socket, Some((ip("10.0.2.1"), 7000)), b"question");
            writeln!(told, "{sent:?}").expect("a string");
        }
        6..10 => {
            while let Ok(Received::Datagram(asked)) = lab.0.receive(programs.answering, Time::ZERO)
            {
                let to = asked.from;
                let _ = lab.0.send(programs.answering, to, b"the answer");
            }
        }
        10..14 if !programs.streams.is_empty() => {
            let at = draw.below(programs.streams.len() as u64) as usize;
            let (client, server) = programs.streams[at];
            let data = vec![7; 1 + draw.below(5000) as usize];
            let _ = lab.0.send(client, None, &data);
            let came = lab.0.receive(server, Time::ZERO);
            writeln!(told, "{came:?}").expect("a string");
        }
        14 => rules(lab, vec![rule(draw)]),
        15 => {
            let mtu = Some([1500, 700, 500][draw.below(3) as usize]);
            let settings = LinkSettings {
                mtu,
                ..LinkSettings::default()
            };
            lab.set("r", "r1", settings);
        }
        16 => {
            let zero = RulesetChange::Zero {
                chain: chain("forward"),
                handle: None,
            };
            rules(lab, vec![zero]);
        }
        _ => {
            let more = Duration::from_millis([1, 50, 900, 3000, 40_000][draw.below(5) as usize]);
            let then = lab.0.engine.now() + more;
            lab.0.engine.advance(then);
        }
    }
}

/// Everything that can be seen of a story, and how many packets were replayed.
fn story(cached: bool, seed: u64) -> (String, u64) {
    let mut draw = Draw(seed);
    let engine = Engine::new(seed).without_ipv6();
    let engine = match cached {
        true => engine,
        false => engine.without_flow_cache(),
    };
    let mut lab = lab(engine, &mut draw);
    let taps = ["a", "b"].map(|ns| {
        let kind = SocketKind::Packet(3);
        lab.0.open(&ns.into(), kind).expect("a socket")
    });
    let port = lab.0.engine.port(&"a".into(), &"a0".into()).expect("a0");
    let mac = lab.link("r", "r0").address.0;
    let programs = programs(&mut lab);
    let mut told = String::new();
    for _ in 0..60 {
        if draw.below(3) == 0 {
            act(&mut lab, &mut draw, &programs, &mut told);
        }
        let frame = frame(&mut draw, mac);
        for _ in 0..1 + draw.below(12) {
            lab.0.engine.transmit(port, &frame);
            lab.0.engine.run();
        }
        seen(&mut lab, taps, &mut told);
    }
    for ns in ["a", "r", "b"] {
        let ns = ns.into();
        let state = lab.0.snapshot(Some(&ns), Parts::ALL).expect("a state");
        write!(told, "{state:#?}").expect("a string");
        writeln!(told, "{:?}", lab.0.engine.drops(&ns, None)).expect("a string");
    }
    (told, lab.0.engine.replayed())
}

#[test]
fn a_cache_of_flows_changes_nothing() {
    let mut replayed = 0;
    for seed in 0..16 {
        let (with, many) = story(true, seed);
        let (without, none) = story(false, seed);
        let differs = with.lines().zip(without.lines()).find(|(a, b)| a != b);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!(with.len(), without.len(), "seed {seed}");
        assert_eq!(none, 0);
        replayed += many;
    }
    assert!(replayed > 500, "{replayed} packets replayed");
}
