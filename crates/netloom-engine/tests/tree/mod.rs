//! Networks of bridges that run the spanning tree protocol, and what they must come to.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "each test takes what it needs"
)]

use crate::common::Lab;
use core::time::Duration;
use netloom_model::bridge::{BridgeSettings, PortState};
use netloom_model::{
    BridgePortSettings, Change, LinkKind, LinkSettings, MacAddr, NewKind, NewLink,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A cable between two bridges, with the costs at its ends.
#[derive(Clone, Debug)]
pub struct Cable {
    pub ends: [usize; 2],
    pub costs: [u32; 2],
}

/// A network of bridges, each with a host.
#[derive(Clone, Debug)]
pub struct Plan {
    pub priorities: Vec<u16>,
    pub cables: Vec<Cable>,
    /// The bridges of each hub: one that speaks no STP and passes everything on.
    pub hubs: Vec<Vec<usize>>,
}

pub fn plan() -> impl Strategy<Value = Plan> {
    (2..6usize).prop_flat_map(|bridges| {
        let cost = prop_oneof![Just(2u32), 1..40u32];
        let cable = ([0..bridges, 0..bridges], [cost.clone(), cost]);
        let cable = cable.prop_map(|(ends, costs)| Cable { ends, costs });
        let priority = prop_oneof![Just(0x8000u16), any::<u16>()];
        let hub = prop::collection::vec(0..bridges, 1..4);
        (
            prop::collection::vec(priority, bridges),
            prop::collection::vec(cable, 1..9),
            prop::collection::vec(hub, 0..2),
        )
            .prop_map(|(priorities, cables, hubs)| Plan {
                priorities,
                cables,
                hubs,
            })
    })
}

/// A plan that was built.
pub struct Net {
    pub lab: Lab,
    pub bridges: usize,
    /// The ports between bridges: the bridge and the LAN that each joins.
    pub ports: BTreeMap<String, (usize, String)>,
}

pub fn bridge(lab: &mut Lab, name: &str, address: MacAddr, settings: BridgeSettings) {
    let settings = LinkSettings {
        address: Some(address),
        bridge: Some(settings),
        ..LinkSettings::default()
    };
    let link = NewLink {
        settings,
        ..NewLink::new(name, NewKind::Bridge)
    };
    lab.apply(Change::AddLink {
        ns: "".into(),
        link,
    });
    lab.up("", name);
}

/// STP with the shortest times it may have.
pub fn stp(priority: u16) -> BridgeSettings {
    BridgeSettings {
        stp_state: Some(1),
        priority: Some(priority),
        forward_delay: Some(200),
        hello_time: Some(100),
        max_age: Some(600),
        ..BridgeSettings::default()
    }
}

pub fn cost(lab: &mut Lab, port: &str, cost: u32) {
    let set = LinkSettings {
        bridge_port: Some(BridgePortSettings {
            cost: Some(cost),
            ..BridgePortSettings::default()
        }),
        ..LinkSettings::default()
    };
    lab.set("", port, set);
}

impl Net {
    pub fn build(plan: &Plan) -> Net {
        let mut lab = Lab::default();
        let mut ports = BTreeMap::new();
        for (number, priority) in plan.priorities.iter().enumerate() {
            let name = format!("br{number}");
            let address = MacAddr([2, 0, 0, 0, 0xb0, number as u8]);
            bridge(&mut lab, &name, address, stp(*priority));
            let (ns, port) = (format!("h{number}"), format!("p{number}"));
            lab.ns(&ns);
            lab.veth(("", &port), (&ns, "eth0"));
            lab.master("", &port, &name);
            lab.addr(&ns, "eth0", &format!("10.0.0.{}/24", number + 1));
        }
        for (at, cable) in plan.cables.iter().enumerate() {
            let ends = [format!("c{at}a"), format!("c{at}b")];
            lab.veth(("", &ends[0]), ("", &ends[1]));
            for (side, end) in ends.into_iter().enumerate() {
                lab.master("", &end, &format!("br{}", cable.ends[side]));
                cost(&mut lab, &end, cable.costs[side]);
                ports.insert(end, (cable.ends[side], format!("cable {at}")));
            }
        }
        for (at, hub) in plan.hubs.iter().enumerate() {
            let name = format!("hub{at}");
            let address = MacAddr([2, 0, 0, 0, 0xc0, at as u8]);
            bridge(&mut lab, &name, address, BridgeSettings::default());
            for (place, to) in hub.iter().enumerate() {
                let ends = [format!("u{at}{place}a"), format!("u{at}{place}b")];
                lab.veth(("", &ends[0]), ("", &ends[1]));
                lab.master("", &ends[0], &name);
                lab.master("", &ends[1], &format!("br{to}"));
                ports.insert(ends[1].clone(), (*to, name.clone()));
            }
        }
        Net {
            lab,
            bridges: plan.priorities.len(),
            ports,
        }
    }

    pub fn wait(&mut self, seconds: u64) {
        let engine = &mut self.lab.0.engine;
        let until = engine.now() + Duration::from_secs(seconds);
        engine.advance(until);
    }

    pub fn cut(&mut self, cable: usize) {
        let down = LinkSettings {
            up: Some(false),
            ..LinkSettings::default()
        };
        for end in ["a", "b"] {
            let name = format!("c{cable}{end}");
            self.lab.set("", &name, down.clone());
            self.ports.remove(&name);
        }
    }

    /// The groups of bridges that cables and hubs join, by the ports that `takes` lets count; and
    /// whether what joins them has no loop.
    pub fn joined(&self, takes: impl Fn(&str) -> bool) -> (BTreeSet<Vec<usize>>, bool) {
        let mut group: BTreeMap<String, usize> = BTreeMap::new();
        for bridge in 0..self.bridges {
            group.insert(format!("br{bridge}"), bridge);
        }
        let lans: BTreeSet<&String> = self.ports.values().map(|(_, lan)| lan).collect();
        for (at, lan) in lans.into_iter().enumerate() {
            group.insert(lan.clone(), self.bridges + at);
        }
        let mut tree = true;
        for (port, (bridge, lan)) in &self.ports {
            if !takes(port) {
                continue;
            }
            let (one, other) = (group[&format!("br{bridge}")], group[lan]);
            tree &= one != other;
            for member in group.values_mut().filter(|member| **member == other) {
                *member = one;
            }
        }
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for bridge in 0..self.bridges {
            let of = group[&format!("br{bridge}")];
            groups.entry(of).or_default().push(bridge);
        }
        (groups.into_values().collect(), tree)
    }

    /// Holds what the bridges came to, to what a spanning tree is.
    pub fn check(&mut self) {
        let state = self.lab.state("");
        let states: BTreeMap<String, PortState> = state
            .links
            .iter()
            .filter_map(|link| Some((link.name.clone(), link.bridge_port.as_ref()?.state)))
            .collect();
        for (port, state) in &states {
            let settled = [
                PortState::Forwarding,
                PortState::Blocking,
                PortState::Disabled,
            ];
            assert!(settled.contains(state), "{port} is {state:?}");
        }
        let (joined, tree) = self.joined(|port| states[port] == PortState::Forwarding);
        assert!(tree, "there is a loop: {states:?}");
        let (cabled, _) = self.joined(|_| true);
        assert_eq!(joined, cabled, "{states:?}");
        self.check_roots(&cabled);
        self.check_broadcast(&cabled);
    }

    /// Every group has one root, the best of its bridges.
    pub fn check_roots(&mut self, groups: &BTreeSet<Vec<usize>>) {
        let state = self.lab.state("");
        let tree = |bridge: &usize| {
            let link = state.link(&format!("br{bridge}").as_str().into()).unwrap();
            match &link.kind {
                LinkKind::Bridge(bridge) => (
                    (bridge.priority, bridge.id_address),
                    (bridge.tree.root.priority, bridge.tree.root.address),
                    bridge.tree.root_path_cost,
                ),
                _ => panic!("br{bridge} is a bridge"),
            }
        };
        for group in groups {
            let best = group.iter().map(|bridge| tree(bridge).0).min().unwrap();
            for bridge in group {
                let (id, root, cost) = tree(bridge);
                assert_eq!(root, best);
                assert_eq!(cost == 0, id == best);
            }
        }
    }

    /// A broadcast of any host reaches the others of its group, once.
    pub fn check_broadcast(&mut self, groups: &BTreeSet<Vec<usize>>) {
        for group in groups {
            let before = self.heard();
            let from = group[0];
            let mut frame = vec![0; 60];
            frame[..6].copy_from_slice(&MacAddr::BROADCAST.0);
            frame[6..12].copy_from_slice(&[2, 0, 0, 0, 0, from as u8]);
            frame[12..14].copy_from_slice(&0x88b5_u16.to_be_bytes());
            let ns = format!("h{from}");
            let engine = &mut self.lab.0.engine;
            let door = engine.port(&ns.as_str().into(), &"eth0".into()).unwrap();
            engine.transmit(door, &frame);
            engine.run();
            let after = self.heard();
            for bridge in 0..self.bridges {
                let wanted = u64::from(bridge != from && group.contains(&bridge));
                assert_eq!(after[bridge] - before[bridge], wanted, "host {bridge}");
            }
        }
    }

    pub fn heard(&mut self) -> Vec<u64> {
        (0..self.bridges)
            .map(|n| self.lab.link(&format!("h{n}"), "eth0").stats.rx_packets)
            .collect()
    }
}

/// Three bridges in a ring, each with a host.
pub fn ring() -> Net {
    let cable = |one, other| Cable {
        ends: [one, other],
        costs: [2, 2],
    };
    let mut net = Net::build(&Plan {
        priorities: vec![0x8000; 3],
        cables: vec![cable(0, 1), cable(1, 2), cable(2, 0)],
        hubs: Vec::new(),
    });
    net.wait(20);
    net
}
