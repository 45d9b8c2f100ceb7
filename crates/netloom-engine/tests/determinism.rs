//! The same seed and the same commands give the same network: journeys, states and counters.

#![allow(missing_docs, reason = "a test")]

mod common;

use common::{Lab, ip, ping};
use core::time::Duration;
use netloom_engine::{Engine, Simulation};
use netloom_model::World;
use netloom_model::socket::SocketKind;
use netloom_model::state::Parts;

/// Two hosts behind a bridge, a router and a far host; some traffic, and some time.
fn story(seed: u64) -> String {
    let engine = Engine::new(seed);
    let mut lab = Lab(Simulation { engine });
    for ns in ["a", "b", "r", "far"] {
        lab.ns(ns);
    }
    lab.bridge("", "br0");
    for (ns, port, addr) in [
        ("a", "p0", "10.0.0.1/24"),
        ("b", "p1", "10.0.0.2/24"),
        ("r", "p2", "10.0.0.254/24"),
    ] {
        lab.veth((ns, "eth0"), ("", port));
        lab.master("", port, "br0");
        lab.addr(ns, "eth0", addr);
    }
    lab.veth(("r", "eth1"), ("far", "eth0"));
    lab.addr("r", "eth1", "10.0.1.254/24");
    lab.addr("far", "eth0", "10.0.1.1/24");
    lab.route("a", "0.0.0.0/0", "10.0.0.254");
    lab.route("far", "0.0.0.0/0", "10.0.1.254");
    lab.sysctl("r", "net.ipv4.ip_forward", "1");
    let mut told = String::new();
    for to in ["10.0.0.2", "10.0.1.1", "10.0.1.9", "10.9.9.9"] {
        let socket = lab.0.open(&"a".into(), SocketKind::Udp).unwrap();
        let _ = lab.0.send(socket, Some((ip(to), 9)), b"hello");
        let now = lab.0.engine.now();
        lab.0.engine.advance(now + Duration::from_millis(7300));
        told += &format!("{:?}\n", lab.explain("a", ping(to)));
        told += &format!("{:?}\n", lab.0.local_address(socket));
    }
    told += &format!("{:?}\n", lab.0.snapshot(None, Parts::ALL).unwrap());
    for ns in ["", "a", "b", "r", "far"] {
        told += &format!("{:?}\n", lab.0.engine.drops(&ns.into(), None).unwrap());
    }
    told
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let first = story(11);
    assert!(first.contains("Delivered") && first.contains("Dropped"));
    assert_eq!(first, story(11));
}

#[test]
fn another_seed_tells_another() {
    assert_ne!(story(11), story(12));
}
