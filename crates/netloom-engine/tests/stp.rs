//! Bridges that run the spanning tree protocol, whatever the cables between them: they come to a
//! tree, heal it when a cable is cut, and no frame circles in it.

#![allow(missing_docs, reason = "a test")]

mod common;
mod tree;

use common::ping;
use netloom_model::bridge::BridgeSettings;
use netloom_model::journey::{DropReason, Event, Verdict};
use netloom_model::{LinkSettings, MacAddr};
use proptest::prelude::*;
use tree::{Cable, Net, Plan, plan, ring};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_cabling_comes_to_a_tree_and_heals(plan in plan(), cut in any::<prop::sample::Index>()) {
        let mut net = Net::build(&plan);
        net.wait(30);
        net.check();
        net.cut(cut.index(plan.cables.len()));
        net.wait(40);
        net.check();
        // A bridge that is better than all others becomes the root.
        let last = plan.priorities.len() - 1;
        let best = LinkSettings {
            address: Some(MacAddr([2, 0, 0, 0, 0, 1])),
            bridge: Some(BridgeSettings {
                priority: Some(0),
                ..BridgeSettings::default()
            }),
            ..LinkSettings::default()
        };
        net.lab.set("", &format!("br{last}"), best);
        net.wait(40);
        net.check();
    }
}

#[test]
fn a_ring_of_bridges_carries_pings() {
    let mut net = ring();
    for (from, to) in [("h0", "10.0.0.3"), ("h1", "10.0.0.3"), ("h2", "10.0.0.1")] {
        let journey = net.lab.explain(from, ping(to));
        assert!(matches!(journey.back, Some(Verdict::Delivered { .. })));
    }
}

#[test]
fn a_ping_on_a_tree_that_is_not_there_yet_is_dropped_for_the_state_of_the_port() {
    let mut net = Net::build(&Plan {
        priorities: vec![0x8000; 2],
        cables: vec![Cable {
            ends: [0, 1],
            costs: [2, 2],
        }],
        hubs: Vec::new(),
    });
    let dropped = |net: &mut Net| {
        let journey = net.lab.explain("h0", ping("10.0.0.2"));
        let mut drops = journey.steps.iter().filter_map(|step| match step.event {
            Event::Dropped(reason) => Some(reason),
            _ => None,
        });
        drops.next()
    };
    assert_eq!(dropped(&mut net), Some(DropReason::BridgePortListening));
    net.wait(3);
    assert_eq!(dropped(&mut net), Some(DropReason::BridgePortLearning));
    net.wait(3);
    let journey = net.lab.explain("h0", ping("10.0.0.2"));
    assert!(matches!(journey.back, Some(Verdict::Delivered { .. })));
    // What bridges say to each other is in no journey.
    assert!(
        journey
            .steps
            .iter()
            .all(|step| step.stage.function() != "br_stp_rcv")
    );
}
