//! Connections that a namespace remembers: how packets stand to them, and when they are forgotten.

#![allow(missing_docs, reason = "a test")]

mod common;

use common::{Lab, ip, ping};
use netloom_model::conntrack::{Connection, Ports, status};
use netloom_model::journey::{DropReason, Verdict as Fate};
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::expr::{CtKey, Relation};
use netloom_model::ruleset::statement::{Nat, NatFlags, NatKind, Statement, Verdict};
use netloom_model::ruleset::{
    Base, ChainKind, Expr, Field, Hook, Policy, Rule, TableFamily, Value,
};
use netloom_model::socket::{Received, SocketId, SocketKind};
use netloom_model::{Change, Errno, Time, World};

/// Two hosts, `a` and `b`, with a router `r` between them that has the chains `forward` and `raw`.
fn routed() -> Lab {
    let mut lab = Lab::default();
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
    let mut changes = vec![RulesetChange::AddTable {
        table: table(),
        dormant: false,
        comment: None,
        exclusive: false,
    }];
    changes.push(base("forward", Hook::Forward, 0));
    changes.push(base("raw", Hook::Prerouting, -300));
    lab.apply(rules(changes));
    lab
}

fn base(name: &str, hook: Hook, priority: i32) -> RulesetChange {
    RulesetChange::AddChain {
        chain: chain(name),
        base: Some(Box::new(Base {
            kind: ChainKind::Filter,
            hook,
            priority,
            policy: Policy::Accept,
            devices: Vec::new(),
            counter: None,
        })),
        comment: None,
        exclusive: false,
    }
}

fn rules(changes: Vec<RulesetChange>) -> Change {
    Change::Ruleset {
        ns: "r".into(),
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

fn add(lab: &mut Lab, to: &str, statements: Vec<Statement>) {
    let rule = Rule {
        statements,
        ..Rule::default()
    };
    let (chain, place) = (chain(to), Place::Last);
    lab.apply(rules(vec![RulesetChange::AddRule { chain, place, rule }]));
}

/// Matches packets that stand so to their connection: bits of nft.
fn state(bits: u32) -> Statement {
    Statement::Match {
        left: Expr::Ct(CtKey::State, None),
        relation: Relation::Any,
        right: Expr::Value(bits.into()),
    }
}

const INVALID: u32 = 1;
const ESTABLISHED: u32 = 2;
const RELATED: u32 = 4;
const NEW: u32 = 8;
const DROP: Statement = Statement::Verdict(Verdict::Drop);

fn socket(lab: &mut Lab, ns: &str, port: u16) -> SocketId {
    let socket = lab.0.open(&ns.into(), SocketKind::Udp).expect("a socket");
    lab.0.bind(socket, ip("0.0.0.0"), port).expect("bound");
    socket
}

fn said(lab: &mut Lab, socket: SocketId, to: (&str, u16)) {
    let to = Some((ip(to.0), to.1));
    lab.0.send(socket, to, b"word").expect("sent");
    let soon = lab.0.now().expect("time") + core::time::Duration::from_millis(1);
    lab.0.sleep_until(soon).expect("time");
}

fn connections(lab: &mut Lab) -> Vec<Connection> {
    lab.state("r").connections
}

fn sleep(lab: &mut Lab, seconds: u64) {
    lab.0.sleep_until(Time::from_secs(seconds)).expect("time");
}

#[test]
fn nothing_is_tracked_where_no_rule_asks_for_it() {
    let mut lab = routed();
    let from = socket(&mut lab, "a", 1000);
    said(&mut lab, from, ("10.0.2.1", 2000));
    assert_eq!(connections(&mut lab), []);
}

#[test]
fn answers_are_let_pass_and_questions_from_the_other_side_are_not() {
    let mut lab = routed();
    let to_a = Statement::equal(
        Expr::Meta(netloom_model::ruleset::MetaKey::OifName),
        Expr::Value(Value::ifname("r0")),
    );
    add(&mut lab, "forward", vec![to_a, state(NEW), DROP]);
    let there = lab.explain("a", ping("10.0.2.1"));
    assert!(matches!(there.verdict, Fate::Delivered { .. }));
    let Fate::Dropped { reason, ns, .. } = lab.explain("b", ping("10.0.1.1")).verdict else {
        panic!("not dropped");
    };
    assert_eq!((reason, ns.as_str()), (DropReason::RuleDrop, "r"));
}

#[test]
fn a_connection_is_unreplied_then_replied_then_a_stream_and_forgotten_in_its_time() {
    let mut lab = routed();
    add(&mut lab, "forward", vec![state(INVALID), DROP]);
    let (one, other) = (socket(&mut lab, "a", 1000), socket(&mut lab, "b", 2000));
    said(&mut lab, one, ("10.0.2.1", 2000));
    let [first] = &connections(&mut lab)[..] else {
        panic!("not one");
    };
    assert_eq!((first.status, first.timeout), (status::CONFIRMED, 29));
    let ports = Ports::Ports {
        source: 2000,
        destination: 1000,
    };
    assert_eq!(
        (first.reply.source, first.reply.ports),
        (ip("10.0.2.1"), ports)
    );
    said(&mut lab, other, ("10.0.1.1", 1000));
    assert_eq!(
        connections(&mut lab)[0].status,
        status::CONFIRMED | status::SEEN_REPLY
    );
    sleep(&mut lab, 3);
    said(&mut lab, one, ("10.0.2.1", 2000));
    let stream = &connections(&mut lab)[0];
    assert_eq!(
        (stream.status & status::ASSURED, stream.timeout),
        (status::ASSURED, 119)
    );
    sleep(&mut lab, 122);
    assert_eq!(connections(&mut lab).len(), 1);
    sleep(&mut lab, 124);
    assert_eq!(connections(&mut lab), []);
}

#[test]
fn a_dropped_first_packet_leaves_nothing() {
    let mut lab = routed();
    add(&mut lab, "forward", vec![state(NEW), DROP]);
    let one = socket(&mut lab, "a", 1000);
    for _ in 0..3 {
        said(&mut lab, one, ("10.0.2.1", 2000));
    }
    assert_eq!(connections(&mut lab), []);
    // The last one's connection goes when the next packet comes.
    assert_eq!(
        lab.state("r").sysctls["net.netfilter.nf_conntrack_count"],
        "1"
    );
}

#[test]
fn errors_are_related_to_the_connection_that_they_are_about() {
    let mut lab = routed();
    add(&mut lab, "forward", vec![state(RELATED), DROP]);
    let one = socket(&mut lab, "a", 1000);
    // Nobody listens there: the answer is an error of ICMP.
    said(&mut lab, one, ("10.0.2.1", 9));
    assert_eq!(
        lab.0.pending_error(one),
        Ok(()),
        "the error is dropped on its way"
    );
    assert_eq!(connections(&mut lab).len(), 1);
}

#[test]
fn connections_of_tcp_open_and_close_by_the_book() {
    let mut lab = routed();
    add(&mut lab, "forward", vec![state(INVALID), DROP]);
    let (a, b) = ("a".into(), "b".into());
    let server = lab.0.open(&b, SocketKind::Tcp).expect("a socket");
    lab.0.bind(server, ip("0.0.0.0"), 80).expect("bound");
    lab.0.listen(server, 5).expect("listening");
    let client = lab.0.open(&a, SocketKind::Tcp).expect("a socket");
    lab.0
        .connect(client, ip("10.0.2.1"), 80)
        .expect("connected");
    let (peer, _) = lab.0.accept(server, Time::from_secs(5)).expect("accepted");
    let open = connections(&mut lab).remove(0);
    assert_eq!(open.state.as_deref(), Some("ESTABLISHED"));
    assert_eq!(open.status & status::ASSURED, status::ASSURED);
    assert!(open.timeout > 431_000);
    lab.0.send(client, None, b"hello").expect("sent");
    lab.0.close(client).expect("closed");
    sleep(&mut lab, 1);
    assert_eq!(
        connections(&mut lab)[0].state.as_deref(),
        Some("CLOSE_WAIT")
    );
    let word = lab.0.receive(peer, Time::AT_ONCE);
    assert!(word.is_ok(), "{word:?}");
    lab.0.close(peer).expect("closed");
    sleep(&mut lab, 2);
    assert_eq!(connections(&mut lab)[0].state.as_deref(), Some("TIME_WAIT"));
    sleep(&mut lab, 130);
    assert_eq!(connections(&mut lab), []);
}

#[test]
fn what_is_not_to_be_tracked_is_not() {
    let mut lab = routed();
    add(&mut lab, "forward", vec![state(ESTABLISHED), DROP]);
    add(&mut lab, "raw", vec![Statement::Notrack]);
    let one = socket(&mut lab, "a", 1000);
    said(&mut lab, one, ("10.0.2.1", 2000));
    assert_eq!(connections(&mut lab), []);
}

#[test]
fn a_full_table_forgets_what_nobody_answered_and_refuses_where_all_is_worth_keeping() {
    let mut lab = routed();
    add(&mut lab, "forward", vec![state(INVALID), DROP]);
    lab.sysctl("r", "net.netfilter.nf_conntrack_max", "3");
    let one = socket(&mut lab, "a", 1000);
    for port in 2000..2010 {
        said(&mut lab, one, ("10.0.2.1", port));
    }
    assert!(connections(&mut lab).len() <= 3);
}

fn nat_chain(lab: &mut Lab, name: &str, hook: Hook, priority: i32) {
    let RulesetChange::AddChain {
        chain,
        base: Some(base),
        comment,
        exclusive,
    } = base(name, hook, priority)
    else {
        panic!("a chain");
    };
    let base = Some(Box::new(Base {
        kind: ChainKind::Nat,
        ..*base
    }));
    lab.apply(rules(vec![RulesetChange::AddChain {
        chain,
        base,
        comment,
        exclusive,
    }]));
}

fn nat(kind: NatKind, address: Option<&str>, port: Option<u16>) -> Statement {
    Statement::Nat(Nat {
        kind,
        family: None,
        address: address.map(|address| Expr::Value(ip(address).into())),
        port: port.map(|port| Expr::Value(port.into())),
        flags: NatFlags::default(),
        prefix: false,
    })
}

fn heard(lab: &mut Lab, socket: SocketId) -> (std::net::IpAddr, u16) {
    match lab.0.receive(socket, Time::AT_ONCE).expect("heard") {
        Received::Datagram(datagram) => datagram.from.expect("from somebody"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn masqueraded_packets_come_from_the_router_and_answers_find_back() {
    let mut lab = routed();
    nat_chain(&mut lab, "post", Hook::Postrouting, 100);
    add(&mut lab, "post", vec![nat(NatKind::Masquerade, None, None)]);
    let (one, other) = (socket(&mut lab, "a", 1000), socket(&mut lab, "b", 2000));
    said(&mut lab, one, ("10.0.2.1", 2000));
    assert_eq!(heard(&mut lab, other), (ip("10.0.2.2"), 1000));
    said(&mut lab, other, ("10.0.2.2", 1000));
    assert_eq!(heard(&mut lab, one), (ip("10.0.2.1"), 2000));
    let both = status::SRC_NAT | status::SRC_NAT_DONE | status::DST_NAT_DONE;
    let told = connections(&mut lab).remove(0);
    let bits = told.status & !(status::CONFIRMED | status::SEEN_REPLY);
    assert_eq!((bits, told.reply.destination), (both, ip("10.0.2.2")));
    assert!(matches!(
        lab.explain("a", ping("10.0.2.1")).verdict,
        Fate::Delivered { .. }
    ));
}

#[test]
fn a_port_that_another_connection_has_is_exchanged_for_one_of_its_class() {
    let mut lab = routed();
    nat_chain(&mut lab, "post", Hook::Postrouting, 100);
    add(&mut lab, "post", vec![nat(NatKind::Masquerade, None, None)]);
    lab.addr("a", "a0", "10.0.1.7/24");
    let (one, other) = (socket(&mut lab, "a", 5000), socket(&mut lab, "b", 2000));
    said(&mut lab, one, ("10.0.2.1", 2000));
    lab.0.close(one).expect("closed");
    let second = lab.0.open(&"a".into(), SocketKind::Udp).expect("a socket");
    lab.0.bind(second, ip("10.0.1.7"), 5000).expect("bound");
    said(&mut lab, second, ("10.0.2.1", 2000));
    assert_eq!(heard(&mut lab, other), (ip("10.0.2.2"), 5000));
    let (address, port) = heard(&mut lab, other);
    assert_eq!(address, ip("10.0.2.2"));
    assert!(port != 5000 && port >= 1024);
}

#[test]
fn a_published_port_leads_to_the_host_behind_the_router_and_errors_too() {
    let mut lab = routed();
    nat_chain(&mut lab, "pre", Hook::Prerouting, -100);
    let to = nat(NatKind::Dnat, Some("10.0.2.1"), Some(2000));
    let udp = Statement::equal(Expr::Field(Field::UdpDport), Expr::Value(8080u16.into()));
    add(&mut lab, "pre", vec![udp, to]);
    let one = socket(&mut lab, "a", 1000);
    lab.0.connect(one, ip("10.0.1.2"), 8080).expect("connected");
    said(&mut lab, one, ("10.0.1.2", 8080));
    // Nobody listens there: the error is about the address that was asked for.
    assert_eq!(
        lab.0.pending_error(one).map_err(|e| e.errno),
        Err(Errno::CONNREFUSED)
    );
    let other = socket(&mut lab, "b", 2000);
    said(&mut lab, one, ("10.0.1.2", 8080));
    assert_eq!(heard(&mut lab, other), (ip("10.0.1.1"), 1000));
    said(&mut lab, other, ("10.0.1.1", 1000));
    assert_eq!(heard(&mut lab, one), (ip("10.0.1.2"), 8080));
}

#[test]
fn what_the_router_sends_itself_is_led_elsewhere_too() {
    let mut lab = routed();
    nat_chain(&mut lab, "out", Hook::Output, -100);
    let to = nat(NatKind::Dnat, Some("10.0.2.1"), None);
    let there = Expr::Value(std::net::Ipv4Addr::new(10, 0, 1, 99).into());
    let asked = Statement::equal(Expr::Field(Field::IpDaddr), there);
    add(&mut lab, "out", vec![asked, to]);
    let (one, other) = (socket(&mut lab, "r", 1000), socket(&mut lab, "b", 2000));
    said(&mut lab, one, ("10.0.1.99", 2000));
    let (_, port) = heard(&mut lab, other);
    assert_eq!(port, 1000);
}

#[test]
fn masqueraded_connections_die_with_the_address() {
    let mut lab = routed();
    nat_chain(&mut lab, "post", Hook::Postrouting, 100);
    add(&mut lab, "post", vec![nat(NatKind::Masquerade, None, None)]);
    let one = socket(&mut lab, "a", 1000);
    said(&mut lab, one, ("10.0.2.1", 2000));
    assert_eq!(connections(&mut lab).len(), 1);
    let address = lab.state("r").addresses.into_iter();
    let address = address
        .into_iter()
        .find(|a| a.local.addr == ip("10.0.2.2"))
        .expect("there");
    lab.apply(Change::DelAddress {
        ns: "r".into(),
        address,
        exact: true,
    });
    assert_eq!(connections(&mut lab), []);
}
