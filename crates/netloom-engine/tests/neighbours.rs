//! Neighbour tables over time: the states that an entry goes through, in virtual time.

mod common;

use common::{Lab, ip};
use netloom_model::journey::{Explain, Origin, Probe};
use netloom_model::socket::{SocketId, SocketKind};
use netloom_model::{NeighbourState, NsName, Time, World};
use netloom_wire::{EtherType, MacAddr, arp, ethernet};

/// Two hosts on one cable.
fn cable() -> Lab {
    let mut lab = Lab::default();
    lab.ns("a");
    lab.ns("b");
    lab.veth(("a", "v0"), ("b", "v1"));
    lab.addr("a", "v0", "10.0.0.1/24");
    lab.addr("b", "v1", "10.0.0.2/24");
    lab
}

fn send(lab: &mut Lab, to: &str) -> SocketId {
    let socket = lab.0.open(&NsName::from("a"), SocketKind::Udp).unwrap();
    lab.0.send(socket, Some((ip(to), 9)), b"x").unwrap();
    socket
}

fn state(lab: &mut Lab, to: &str) -> Option<NeighbourState> {
    let neighbours = lab.state("a").neighbours;
    neighbours.iter().find(|n| n.dst == ip(to)).map(|n| n.state)
}

fn after(lab: &mut Lab, seconds: u64) {
    let now = lab.0.now().unwrap();
    lab.0
        .sleep_until(Time(now.0 + seconds * 1_000_000_000))
        .unwrap();
}

#[test]
fn an_answer_makes_a_neighbour_reachable_and_time_makes_it_stale() {
    let mut lab = cable();
    send(&mut lab, "10.0.0.2");
    assert_eq!(state(&mut lab, "10.0.0.2"), Some(NeighbourState::Reachable));
    // Between half and one and a half of base_reachable_time (30 s).
    after(&mut lab, 60);
    assert_eq!(state(&mut lab, "10.0.0.2"), Some(NeighbourState::Stale));
}

#[test]
fn a_stale_neighbour_that_is_used_is_asked_again_after_five_seconds() {
    let mut lab = cable();
    send(&mut lab, "10.0.0.2");
    after(&mut lab, 60);
    send(&mut lab, "10.0.0.2");
    assert_eq!(state(&mut lab, "10.0.0.2"), Some(NeighbourState::Delay));
    after(&mut lab, 6);
    assert_eq!(state(&mut lab, "10.0.0.2"), Some(NeighbourState::Reachable));
}

#[test]
fn nobody_is_asked_three_times_and_then_given_up() {
    let mut lab = cable();
    send(&mut lab, "10.0.0.9");
    assert_eq!(
        state(&mut lab, "10.0.0.9"),
        Some(NeighbourState::Incomplete)
    );
    after(&mut lab, 2);
    assert_eq!(
        state(&mut lab, "10.0.0.9"),
        Some(NeighbourState::Incomplete)
    );
    after(&mut lab, 2);
    assert_eq!(state(&mut lab, "10.0.0.9"), Some(NeighbourState::Failed));
    assert_eq!(lab.link("a", "v0").stats.tx_packets, 3);
}

#[test]
fn a_neighbour_goes_with_its_device() {
    let mut lab = cable();
    send(&mut lab, "10.0.0.2");
    let set = netloom_model::LinkSettings {
        up: Some(false),
        ..netloom_model::LinkSettings::default()
    };
    lab.set("a", "v0", set);
    assert_eq!(state(&mut lab, "10.0.0.2"), None);
}

#[test]
fn who_asks_from_a_group_of_stations_is_answered_as_any_other() {
    let mut lab = Lab::default();
    lab.ns("a");
    lab.ns("b");
    lab.veth(("a", "v0"), ("b", "v1"));
    lab.addr("a", "v0", "10.0.0.1/24");
    let sender = MacAddr([3, 0, 0, 0, 0, 0x99]);
    let ask = arp::Repr {
        operation: arp::Operation::REQUEST,
        sender_mac: sender,
        sender_ip: "10.0.0.2".parse().unwrap(),
        target_mac: MacAddr::ZERO,
        target_ip: "10.0.0.1".parse().unwrap(),
    };
    let mut frame = vec![0; ethernet::HEADER_LEN + arp::PACKET_LEN];
    ethernet::Header {
        dst: MacAddr::BROADCAST,
        src: MacAddr([2, 0, 0, 0, 0, 1]),
        ethertype: EtherType::ARP,
    }
    .emit(&mut frame);
    ask.emit(&mut frame[ethernet::HEADER_LEN..]);
    let explain = Explain {
        ns: "a".into(),
        probe: Probe::Receive {
            dev: "v0".to_owned(),
            frame,
        },
        what_if: Vec::new(),
        max_steps: 100,
        states: false,
    };
    let journey = lab.0.explain(explain).unwrap();
    let mut origins = journey.packets.iter().map(|packet| packet.origin);
    assert!(origins.any(|o| o == Origin::ArpReply), "{journey:#?}");
}
