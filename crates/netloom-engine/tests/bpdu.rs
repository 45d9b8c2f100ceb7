//! BPDUs that lie, are cut short, or come where none should: each is dropped for its reason, and
//! the tree outlives them all.

#![allow(missing_docs, reason = "a test")]

mod common;
mod tree;

use netloom_model::bridge::PortState;
use netloom_model::journey::{DropReason, Explain, Probe, Verdict};
use netloom_model::{BridgePortSettings, LinkSettings, MacAddr, World};
use netloom_wire::stp::{BridgeId, CONFIG_LEN, Config};
use proptest::prelude::*;
use tree::{Net, ring};

fn bpdu(config: &Config) -> Vec<u8> {
    let mut frame = vec![
        0x01, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 0x66, 0, 38, 0x42, 0x42, 3,
    ];
    let mut bytes = [0; CONFIG_LEN];
    config.emit(&mut bytes);
    frame.extend_from_slice(&bytes);
    frame
}

fn usurper() -> Config {
    let id = BridgeId {
        priority: 0,
        mac: MacAddr([2, 0, 0, 0, 0, 0x66]),
    };
    Config {
        flags: 0,
        root: id,
        root_path_cost: 0,
        bridge: id,
        port: 0x8001,
        message_age: 0,
        max_age: 6 << 8,
        hello_time: 1 << 8,
        forward_delay: 2 << 8,
    }
}

/// What becomes of a frame that arrives at a port.
fn told(net: &mut Net, dev: &str, frame: Vec<u8>) -> Verdict {
    let explain = Explain {
        ns: "".into(),
        probe: Probe::Receive {
            dev: dev.into(),
            frame,
        },
        what_if: Vec::new(),
        max_steps: 1000,
        states: false,
    };
    net.lab.0.explain(explain).unwrap().verdict
}

#[test]
fn every_bpdu_that_is_not_taken_is_dropped_for_its_reason() {
    let mut net = ring();
    let good = bpdu(&usurper());
    let verdict = told(&mut net, "p0", good.clone());
    let Verdict::Delivered { to, .. } = verdict else {
        panic!("{verdict:?}");
    };
    assert_eq!(to, "the spanning tree of br0");
    let mut rapid = good.clone();
    rapid[19] = 2;
    let mut unknown = good.clone();
    unknown[20] = 0x55;
    let mut other_protocol = good.clone();
    other_protocol[17] = 1;
    let mut other_service = good.clone();
    other_service[14] = 0xaa;
    let mut long_length = good.clone();
    long_length[13] = 200;
    let aged = bpdu(&Config {
        message_age: 7 << 8,
        ..usurper()
    });
    for (frame, wanted) in [
        (good[..40].to_vec(), DropReason::BpduMalformed),
        (good[..17].to_vec(), DropReason::BpduMalformed),
        (good[..14].to_vec(), DropReason::BpduMalformed),
        (long_length, DropReason::BpduMalformed),
        (unknown, DropReason::BpduMalformed),
        (other_protocol, DropReason::BpduMalformed),
        (rapid, DropReason::BpduVersion),
        (aged, DropReason::BpduAged),
        (other_service, DropReason::UnhandledProtocol),
    ] {
        match told(&mut net, "p0", frame) {
            Verdict::Dropped { reason, .. } => assert_eq!(reason, wanted),
            other => panic!("{wanted:?}: {other:?}"),
        }
    }
}

#[test]
fn a_guarded_port_is_disabled_by_a_bpdu_and_the_others_go_on() {
    let mut net = ring();
    let guard = LinkSettings {
        bridge_port: Some(BridgePortSettings {
            bpdu_guard: Some(true),
            ..BridgePortSettings::default()
        }),
        ..LinkSettings::default()
    };
    net.lab.set("", "p0", guard);
    let verdict = told(&mut net, "p0", bpdu(&usurper()));
    assert!(matches!(
        verdict,
        Verdict::Dropped {
            reason: DropReason::BpduGuard,
            ..
        }
    ));
    let door = net.lab.0.engine.port(&"".into(), &"p0".into()).unwrap();
    net.lab.0.engine.inject(door, &bpdu(&usurper()));
    net.lab.0.engine.run();
    let state = |net: &mut Net, port| net.lab.link("", port).bridge_port.map(|p| p.state);
    assert_eq!(state(&mut net, "p0"), Some(PortState::Disabled));
    assert_eq!(state(&mut net, "p1"), Some(PortState::Forwarding));
}

fn lie() -> impl Strategy<Value = Vec<u8>> {
    let id = (any::<u16>(), any::<[u8; 6]>()).prop_map(|(priority, mac)| BridgeId {
        priority,
        mac: MacAddr(mac),
    });
    let times = prop_oneof![Just(0u16), Just(u16::MAX), 0..8u16, any::<u16>()];
    let numbers = (any::<u8>(), any::<u32>(), any::<u16>());
    let config = (
        id.clone(),
        id,
        numbers,
        [times.clone(), times.clone(), times.clone(), times],
    )
        .prop_map(|(root, bridge, (flags, cost, port), times)| {
            bpdu(&Config {
                flags,
                root,
                root_path_cost: cost,
                bridge,
                port,
                message_age: times[0],
                max_age: times[1],
                hello_time: times[2],
                forward_delay: times[3],
            })
        });
    let notification = Just({
        let mut frame = bpdu(&usurper());
        frame.truncate(21);
        frame[13] = 7;
        frame[20] = 0x80;
        frame
    });
    let torn = (config.clone(), 14..60usize, any::<(usize, u8)>()).prop_map(
        |(mut frame, len, (at, byte))| {
            let at = 12 + at % (frame.len() - 12);
            frame[at] = byte;
            frame.truncate(len);
            frame
        },
    );
    prop_oneof![4 => config, 1 => notification, 2 => torn]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whoever lies about the tree may close it for a while: when he is silent, it is as it was.
    #[test]
    fn lies_are_outlived(
        lies in prop::collection::vec((0..3usize, lie(), 0..3u64), 1..20),
    ) {
        let mut net = ring();
        for (bridge, frame, seconds) in lies {
            let port = format!("p{bridge}");
            let engine = &mut net.lab.0.engine;
            let door = engine.port(&"".into(), &port.as_str().into()).unwrap();
            engine.inject(door, &frame);
            engine.run();
            net.wait(seconds);
        }
        // No age that a BPDU can tell is longer than 256 s.
        net.wait(800);
        net.check();
    }
}
