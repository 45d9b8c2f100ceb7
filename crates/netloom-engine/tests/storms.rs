//! Too much of everything: loops, storms and floods end in counted drops, and the world goes on.

#![allow(missing_docs, reason = "a test")]

mod common;

use common::{Lab, ping};
use core::time::Duration;
use netloom_engine::Port;
use netloom_model::journey::{DropReason, Verdict};
use netloom_model::{MacAddr, World};

/// A broadcast frame that nobody takes.
fn broadcast(from: MacAddr) -> Vec<u8> {
    let mut frame = vec![0; 60];
    frame[..6].copy_from_slice(&MacAddr::BROADCAST.0);
    frame[6..12].copy_from_slice(&from.0);
    frame[12..14].copy_from_slice(&0x88b5_u16.to_be_bytes());
    frame
}

/// How often something was dropped for `reason` at a device.
fn dropped(lab: &Lab, ns: &str, dev: &str, reason: DropReason) -> u64 {
    let drops = lab.0.engine.drops(&ns.into(), Some(&dev.into())).unwrap();
    drops.get(&reason).copied().unwrap_or(0)
}

fn port(lab: &Lab, ns: &str, dev: &str) -> Port {
    lab.0.engine.port(&ns.into(), &dev.into()).unwrap()
}

/// Two hosts, each behind a bridge of its own.
fn hosts() -> Lab {
    let mut lab = Lab::default();
    for (ns, bridge, addr) in [("a", "br0", "10.0.0.1/24"), ("b", "br1", "10.0.0.2/24")] {
        lab.ns(ns);
        lab.bridge("", bridge);
        lab.veth((ns, "eth0"), ("", ns));
        lab.master("", ns, bridge);
        lab.addr(ns, "eth0", addr);
    }
    lab
}

/// Joins the bridges by one more pair.
fn join(lab: &mut Lab, left: &str, right: &str) {
    lab.veth(("", left), ("", right));
    lab.master("", left, "br0");
    lab.master("", right, "br1");
}

fn arrives(lab: &mut Lab) -> bool {
    let journey = lab.explain("a", ping("10.0.0.2"));
    matches!(journey.back, Some(Verdict::Delivered { .. }))
}

#[test]
fn a_broadcast_in_a_loop_of_bridges_ends_counted() {
    let mut lab = hosts();
    join(&mut lab, "x0", "x1");
    assert!(arrives(&mut lab));
    join(&mut lab, "y0", "y1");
    let door = port(&lab, "a", "eth0");
    lab.0
        .engine
        .transmit(door, &broadcast(MacAddr([2, 0, 0, 0, 0, 1])));
    lab.0.engine.run(); // it comes to an end
    let ended: u64 = ["x0", "x1", "y0", "y1", "a", "b"]
        .into_iter()
        .map(|dev| dropped(&lab, "", dev, DropReason::LoopLimit))
        .sum();
    assert!(ended > 0, "no frame ended by the limit of devices crossed");
    // Without the second link all is well again.
    lab.apply(netloom_model::Change::DelLink {
        ns: "".into(),
        link: "y0".into(),
    });
    assert!(arrives(&mut lab));
}

#[test]
fn a_storm_fills_a_backlog_and_no_more() {
    let mut lab = hosts();
    let door = port(&lab, "a", "eth0");
    for _ in 0..5000 {
        lab.0
            .engine
            .transmit(door, &broadcast(MacAddr([2, 0, 0, 0, 0, 1])));
    }
    lab.0.engine.run();
    assert_eq!(dropped(&lab, "", "a", DropReason::BacklogFull), 4000);
    let statistics = lab.link("", "a").stats;
    assert_eq!((statistics.rx_packets, statistics.rx_dropped), (1000, 4000));
}

#[test]
fn a_flood_of_stations_is_learned_and_forgotten() {
    let mut lab = hosts();
    let door = port(&lab, "a", "eth0");
    for station in 0..20_000_u32 {
        let [_, x, y, z] = station.to_be_bytes();
        lab.0
            .engine
            .transmit(door, &broadcast(MacAddr([2, 9, 0, x, y, z])));
        if station % 500 == 0 {
            lab.0.engine.run();
        }
    }
    lab.0.engine.run();
    let learned = lab.state("").fdb.len();
    assert!(learned > 20_000, "{learned}");
    let now = lab.0.engine.now();
    lab.0.engine.advance(now + Duration::from_secs(400));
    let left = lab.state("").fdb.len();
    assert!(left < 20, "{left}");
}

#[test]
fn more_neighbours_than_the_table_holds_are_refused_counted() {
    let mut lab = Lab::default();
    lab.ns("a");
    lab.ns("b");
    lab.veth(("a", "eth0"), ("b", "eth0"));
    lab.addr("a", "eth0", "10.0.0.1/8");
    let socket = lab
        .0
        .open(&"a".into(), netloom_model::socket::SocketKind::Udp)
        .unwrap();
    for host in 0..1500_u32 {
        let to = core::net::Ipv4Addr::from_bits(0x0a01_0000 + host).into();
        let _ = lab.0.send(socket, Some((to, 9)), b"hello");
    }
    let refused = dropped(&lab, "a", "eth0", DropReason::NeighbourTableFull);
    assert_eq!(refused, 1500 - 1024);
    assert_eq!(lab.state("a").neighbours.len(), 1024);
    // They do not answer and are forgotten; then there is room again.
    let now = lab.0.engine.now();
    lab.0.engine.advance(now + Duration::from_secs(120));
    lab.addr("b", "eth0", "10.0.0.2/8");
    let journey = lab.explain("a", ping("10.0.0.2"));
    assert!(matches!(journey.back, Some(Verdict::Delivered { .. })));
}
