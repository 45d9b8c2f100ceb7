//! Bridges over time: who is known where, held to a list that is searched from end to end; and
//! what becomes of frames between ports.

#![allow(missing_docs, reason = "a test")]

mod common;

use common::Lab;
use core::time::Duration;
use netloom_engine::Port;
use netloom_model::bridge::{BridgeSettings, FdbEntry, FdbState};
use netloom_model::journey::DropReason;
use netloom_model::{BridgePortSettings, Change, LinkSettings, MacAddr, Mode};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Seconds that a station is known without being heard.
const AGEING: u64 = 10;
const PORTS: [&str; 3] = ["p0", "p1", "p2"];

fn station(number: u8) -> MacAddr {
    MacAddr([2, 0xaa, 0, 0, 0, number])
}

fn frame(dst: MacAddr, src: MacAddr) -> Vec<u8> {
    let mut frame = vec![0; 60];
    frame[..6].copy_from_slice(&dst.0);
    frame[6..12].copy_from_slice(&src.0);
    frame[12..14].copy_from_slice(&0x88b5_u16.to_be_bytes());
    frame
}

/// A bridge with three ports, and a host at each.
struct Hall {
    lab: Lab,
    ports: Vec<Port>,
    indices: Vec<u32>,
}

impl Hall {
    fn new() -> Hall {
        let mut lab = Lab::default();
        lab.bridge("", "br0");
        let settings = BridgeSettings {
            ageing_time: Some(AGEING as u32 * 100),
            ..BridgeSettings::default()
        };
        let set = LinkSettings {
            bridge: Some(settings),
            ..LinkSettings::default()
        };
        lab.set("", "br0", set);
        for port in PORTS {
            lab.ns(port);
            lab.veth(("", port), (port, "eth0"));
            lab.master("", port, "br0");
        }
        let engine = &lab.0.engine;
        let ports = PORTS.map(|port| engine.port(&"".into(), &port.into()).unwrap());
        let indices = PORTS.map(|port| lab.link("", port).index);
        Hall {
            ports: ports.into(),
            indices: indices.into(),
            lab,
        }
    }

    fn receive(&mut self, port: usize, dst: MacAddr, src: MacAddr) {
        self.lab.0.engine.inject(self.ports[port], &frame(dst, src));
        self.lab.0.engine.run();
    }

    fn wait(&mut self, seconds: u64) {
        let now = self.lab.0.engine.now();
        self.lab
            .0
            .engine
            .advance(now + Duration::from_secs(seconds));
    }

    fn fix(&mut self, port: usize, address: MacAddr) {
        let entry = FdbEntry {
            address,
            vlan: None,
            dev: self.indices[port],
            master: None,
            state: FdbState::Static,
            extern_learn: false,
            sticky: false,
            used: 0,
            updated: 0,
            remote: None,
        };
        self.lab.apply(Change::AddFdb {
            ns: "".into(),
            entry,
            mode: Mode::Replace,
        });
    }

    /// Where stations are known to be, and whether for ever.
    fn known(&mut self) -> BTreeMap<MacAddr, (usize, bool)> {
        let entries = self.lab.state("").fdb.into_iter();
        // What users set is known in the default VLAN too, which nobody asks for here.
        let entries = entries.filter(|e| e.vlan.is_none());
        let stations = entries.filter(|e| matches!(e.state, FdbState::Dynamic | FdbState::Static));
        stations
            .map(|e| {
                let port = self.indices.iter().position(|index| *index == e.dev);
                (e.address, (port.unwrap(), e.state == FdbState::Static))
            })
            .collect()
    }

    /// How many frames each host has received.
    fn heard(&mut self) -> [u64; 3] {
        PORTS.map(|ns| self.lab.link(ns, "eth0").stats.rx_packets)
    }

    fn set(&mut self, port: usize, settings: BridgePortSettings) {
        let set = LinkSettings {
            bridge_port: Some(settings),
            ..LinkSettings::default()
        };
        self.lab.set("", PORTS[port], set);
    }

    fn dropped(&self, port: usize, reason: DropReason) -> u64 {
        let engine = &self.lab.0.engine;
        let drops = engine.drops(&"".into(), Some(&PORTS[port].into())).unwrap();
        drops.get(&reason).copied().unwrap_or(0)
    }
}

/// What happens in the hall.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A station speaks behind a port.
    Speaks(usize, u8),
    /// A user sets where it is.
    Fixed(usize, u8),
    /// Seconds pass.
    Passes(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..3usize, 0..6u8).prop_map(|(port, who)| Step::Speaks(port, who)),
        1 => (0..3usize, 0..6u8).prop_map(|(port, who)| Step::Fixed(port, who)),
        4 => (1..7u64).prop_map(Step::Passes),
    ]
}

/// An entry of the plain list.
struct Known {
    who: MacAddr,
    port: usize,
    fixed: bool,
    heard: u64,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn stations_are_learned_move_age_and_stay_as_in_a_plain_list(
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut hall = Hall::new();
        let mut list: Vec<Known> = Vec::new();
        let mut now = 0;
        for step in steps {
            match step {
                Step::Speaks(port, who) => {
                    let who = station(who);
                    hall.receive(port, MacAddr::BROADCAST, who);
                    match list.iter_mut().find(|known| known.who == who) {
                        Some(known) => (known.port, known.heard) = (port, now),
                        None => list.push(Known { who, port, fixed: false, heard: now }),
                    }
                }
                Step::Fixed(port, who) => {
                    let who = station(who);
                    hall.fix(port, who);
                    list.retain(|known| known.who != who);
                    list.push(Known { who, port, fixed: true, heard: now });
                }
                Step::Passes(seconds) => {
                    hall.wait(seconds);
                    now += seconds;
                }
            }
            list.retain(|known| known.fixed || now - known.heard < AGEING);
            let expected: BTreeMap<_, _> =
                list.iter().map(|known| (known.who, (known.port, known.fixed))).collect();
            prop_assert_eq!(hall.known(), expected);
        }
        // And what is known is what frames follow.
        for who in 0..6 {
            let before = hall.heard();
            hall.receive(0, station(who), MacAddr([2, 0, 0, 0, 0, 1]));
            let after = hall.heard();
            let got: Vec<usize> = (0..3).filter(|i| after[*i] > before[*i]).collect();
            let place = list.iter().find(|known| known.who == station(who)).map(|k| k.port);
            let meant = match place {
                Some(0) => vec![],
                Some(port) => vec![port],
                None => vec![1, 2],
            };
            prop_assert_eq!(got, meant);
        }
    }
}

#[test]
fn a_source_that_is_nobody_is_dropped_and_not_learned() {
    let mut hall = Hall::new();
    hall.receive(0, MacAddr::BROADCAST, MacAddr::ZERO);
    hall.receive(0, MacAddr::BROADCAST, MacAddr([3, 0, 0, 0, 0, 1]));
    assert_eq!(hall.dropped(0, DropReason::BridgeSource), 2);
    assert!(hall.known().is_empty());
    assert_eq!(hall.heard(), [0, 0, 0]);
}

#[test]
fn isolated_ports_reach_only_those_that_are_not() {
    let mut hall = Hall::new();
    for port in [0, 1] {
        let isolated = BridgePortSettings {
            isolated: Some(true),
            ..BridgePortSettings::default()
        };
        hall.set(port, isolated);
    }
    hall.receive(0, MacAddr::BROADCAST, station(1));
    assert_eq!(hall.heard(), [0, 0, 1]);
    hall.receive(2, MacAddr::BROADCAST, station(2));
    assert_eq!(hall.heard(), [1, 1, 1]);
}

#[test]
fn a_frame_goes_back_where_it_came_from_only_by_a_hairpin() {
    let mut hall = Hall::new();
    hall.receive(0, MacAddr::BROADCAST, station(1));
    hall.receive(0, station(1), station(2));
    assert_eq!(hall.heard(), [0, 1, 1]);
    assert_eq!(hall.dropped(0, DropReason::BridgeSamePort), 1);
    let hairpin = BridgePortSettings {
        hairpin: Some(true),
        ..BridgePortSettings::default()
    };
    hall.set(0, hairpin);
    hall.receive(0, station(1), station(2));
    assert_eq!(hall.heard(), [1, 1, 1]);
}

#[test]
fn a_locked_port_takes_only_whom_it_knows() {
    let mut hall = Hall::new();
    let locked = BridgePortSettings {
        locked: Some(true),
        learning: Some(false),
        ..BridgePortSettings::default()
    };
    hall.set(0, locked);
    hall.receive(0, MacAddr::BROADCAST, station(1));
    assert_eq!(hall.dropped(0, DropReason::BridgeLocked), 1);
    hall.fix(0, station(1));
    hall.receive(0, MacAddr::BROADCAST, station(1));
    assert_eq!(hall.heard(), [0, 1, 1]);
}

#[test]
fn what_was_learned_behind_a_port_goes_with_its_cable() {
    let mut hall = Hall::new();
    hall.receive(0, MacAddr::BROADCAST, station(1));
    hall.receive(1, MacAddr::BROADCAST, station(2));
    let down = LinkSettings {
        up: Some(false),
        ..LinkSettings::default()
    };
    hall.lab.set("p0", "eth0", down);
    let known: Vec<MacAddr> = hall.known().into_keys().collect();
    assert_eq!(known, [station(2)]);
}
