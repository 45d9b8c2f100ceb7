//! Paths through whole networks: who is reached, and where the others end.

mod common;

use common::{Lab, ping};
use netloom_model::journey::{DropReason, Verdict};

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
