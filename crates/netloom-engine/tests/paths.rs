//! Paths through whole networks: who is reached, and where the others end.

mod common;

use common::{Lab, ping};
use netloom_model::journey::{DropReason, Event, MultipathHop, Verdict};
use netloom_model::{Change, Mode, NextHop, Route};

fn reason(verdict: &Verdict) -> Option<DropReason> {
    match verdict {
        Verdict::Dropped { reason, .. } => Some(*reason),
        _ => None,
    }
}

fn delivered(verdict: Option<&Verdict>) -> bool {
    matches!(verdict, Some(Verdict::Delivered { .. }))
}

/// a - r - b, with addresses, without routes and forwarding.
fn routed() -> Lab {
    let mut lab = Lab::default();
    for ns in ["a", "r", "b"] {
        lab.ns(ns);
    }
    lab.veth(("a", "a0"), ("r", "r0"));
    lab.veth(("b", "b0"), ("r", "r1"));
    lab.addr("a", "a0", "10.0.1.2/24");
    lab.addr("r", "r0", "10.0.1.1/24");
    lab.addr("r", "r1", "10.0.2.1/24");
    lab.addr("b", "b0", "10.0.2.2/24");
    lab
}

#[test]
fn two_ends_of_a_veth_ping_each_other() {
    let mut lab = Lab::default();
    lab.ns("a");
    lab.ns("b");
    lab.veth(("a", "v0"), ("b", "v1"));
    lab.addr("a", "v0", "10.0.0.1/24");
    lab.addr("b", "v1", "10.0.0.2/24");
    let journey = lab.explain("a", ping("10.0.0.2"));
    assert!(delivered(Some(&journey.verdict)), "{journey:#?}");
    assert!(delivered(journey.back.as_ref()), "{journey:#?}");
}

#[test]
fn a_bridge_joins_two_namespaces() {
    let mut lab = Lab::default();
    lab.ns("a");
    lab.ns("b");
    lab.bridge("", "br0");
    lab.veth(("a", "v0"), ("", "p0"));
    lab.veth(("b", "v1"), ("", "p1"));
    lab.master("", "p0", "br0");
    lab.master("", "p1", "br0");
    lab.addr("a", "v0", "10.0.0.1/24");
    lab.addr("b", "v1", "10.0.0.2/24");
    let journey = lab.explain("a", ping("10.0.0.2"));
    assert!(delivered(Some(&journey.verdict)), "{journey:#?}");
    assert!(delivered(journey.back.as_ref()), "{journey:#?}");
}

#[test]
fn a_router_forwards_only_when_told_to() {
    let mut lab = routed();
    let journey = lab.explain("a", ping("10.0.2.2"));
    assert_eq!(reason(&journey.verdict), Some(DropReason::NoRoute));
    lab.route("a", "0.0.0.0/0", "10.0.1.1");
    let journey = lab.explain("a", ping("10.0.2.2"));
    assert_eq!(reason(&journey.verdict), Some(DropReason::ForwardingOff));
    lab.sysctl("r", "net.ipv4.ip_forward", "1");
    let journey = lab.explain("a", ping("10.0.2.2"));
    assert!(delivered(Some(&journey.verdict)));
    assert_eq!(
        journey.back.as_ref().and_then(reason),
        Some(DropReason::NoRoute)
    );
    lab.route("b", "10.0.1.0/24", "10.0.2.1");
    let journey = lab.explain("a", ping("10.0.2.2"));
    assert!(delivered(journey.back.as_ref()));
}

#[test]
fn a_neighbour_that_does_not_answer_is_named() {
    let mut lab = routed();
    let journey = lab.explain("a", ping("10.0.1.77"));
    assert_eq!(reason(&journey.verdict), Some(DropReason::NeighbourFailed));
}

#[test]
fn explaining_changes_nothing() {
    let mut lab = routed();
    let before = lab.state("a");
    lab.explain("a", ping("10.0.1.1"));
    assert_eq!(lab.state("a"), before);
}

#[test]
fn a_journey_tells_which_of_several_next_hops_was_taken() {
    let mut lab = Lab::default();
    lab.ns("a");
    for (dev, peer, addr) in [("a0", "b0", "10.0.0.1/24"), ("a1", "b1", "10.0.1.1/24")] {
        lab.veth(("a", dev), ("a", peer));
        lab.addr("a", dev, addr);
    }
    let hop = |via: &str, weight| NextHop {
        via: Some(via.parse().unwrap()),
        weight,
        ..NextHop::default()
    };
    let route = Route {
        nexthops: vec![hop("10.0.0.9", 1), hop("10.0.1.9", 3)],
        ..Route::new("10.9.0.0/16".parse().unwrap())
    };
    lab.apply(Change::AddRoute {
        ns: "a".into(),
        route,
        mode: Mode::Add,
    });
    let mut taken = [0, 0];
    for n in 0..200 {
        let journey = lab.explain("a", ping(&format!("10.9.0.{n}")));
        let trace = journey.steps.iter().find_map(|step| match &step.event {
            Event::Routed(trace) => Some(trace),
            _ => None,
        });
        let choice = trace.unwrap().choice.as_ref().unwrap();
        let at = choice.hops.iter().position(|hop| hop.chosen).unwrap();
        let in_share = |hop: &MultipathHop| hop.upto.is_some_and(|upto| choice.hash <= upto);
        assert_eq!(Some(at), choice.hops.iter().position(in_share));
        assert_eq!(trace.unwrap().next_hop, choice.hops[at].via);
        taken[at] += 1;
    }
    assert!((30..70).contains(&taken[0]), "{taken:?}");
}
