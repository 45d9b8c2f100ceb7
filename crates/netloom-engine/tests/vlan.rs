//! Bridges that filter VLANs: what becomes of a frame by its tags, as Linux 6.1 was seen to do; and
//! random bridges held to a few lines that know nothing but sets.

#![allow(missing_docs, reason = "a test")]

mod common;

use common::Lab;
use netloom_engine::Port;
use netloom_model::bridge::{BridgeSettings, PortState};
use netloom_model::journey::DropReason;
use netloom_model::tun::{Tun, TunMode};
use netloom_model::{Change, LinkSettings, MacAddr, NewKind, NewLink, VlanChange, VlanIds};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const PORTS: [&str; 4] = ["p0", "p1", "p2", "p3"];
const CUSTOMER: u16 = 0x8100;
const PROVIDER: u16 = 0x88a8;

/// Tags, the outer one first: TPID and control information.
type Tags = &'static [(u16, u16)];

/// A bridge whose ports are TAPs.
struct Switch {
    lab: Lab,
    ports: [Port; 4],
}

impl Switch {
    fn new(settings: BridgeSettings) -> Switch {
        let mut lab = Lab::default();
        lab.bridge("", "br0");
        for port in PORTS {
            let link = NewLink::new(port, NewKind::Tun(Tun::held(TunMode::Tap)));
            lab.apply(Change::AddLink {
                ns: "".into(),
                link,
            });
            lab.up("", port);
            lab.master("", port, "br0");
        }
        let engine = &lab.0.engine;
        let ports = PORTS.map(|port| engine.port(&"".into(), &port.into()).unwrap());
        let mut switch = Switch { lab, ports };
        switch.set(settings);
        switch
    }

    fn set(&mut self, settings: BridgeSettings) {
        let set = LinkSettings {
            bridge: Some(settings),
            ..LinkSettings::default()
        };
        self.lab.set("", "br0", set);
    }

    fn change(&mut self, dev: &str, change: VlanChange) {
        let dev = self.lab.link("", dev).index;
        let ns = "".into();
        self.lab.apply(Change::Vlan { ns, dev, change });
    }

    fn add(&mut self, dev: &str, vid: u16, pvid: bool, untagged: bool) {
        let change = VlanChange::Add {
            ids: VlanIds::one(vid),
            pvid,
            untagged,
            own: dev == "br0",
        };
        self.change(dev, change);
    }

    fn del(&mut self, dev: &str, vid: u16) {
        let change = VlanChange::Del {
            ids: VlanIds::one(vid),
            own: dev == "br0",
        };
        self.change(dev, change);
    }

    /// What leaves by each port when a frame with these tags arrives at one.
    fn send(&mut self, port: usize, dst: MacAddr, tags: &[(u16, u16)]) -> Sent {
        let engine = &mut self.lab.0.engine;
        engine.inject(self.ports[port], &frame(dst, tags));
        engine.run();
        let mut sent = Sent::new();
        for (name, port) in PORTS.iter().zip(self.ports) {
            while let Some(frame) = engine.take(port) {
                sent.push((name, tags_of(&frame)));
            }
        }
        sent
    }

    fn dropped(&self, dev: &str, reason: DropReason) -> u64 {
        let engine = &self.lab.0.engine;
        let drops = engine.drops(&"".into(), Some(&dev.into())).unwrap();
        drops.get(&reason).copied().unwrap_or(0)
    }
}

type Sent = Vec<(&'static str, Vec<(u16, u16)>)>;

fn frame(dst: MacAddr, tags: &[(u16, u16)]) -> Vec<u8> {
    let mut frame = [dst.0, [2, 0xaa, 0, 0, 0, 1]].concat();
    for (tpid, tci) in tags {
        frame.extend(tpid.to_be_bytes());
        frame.extend(tci.to_be_bytes());
    }
    frame.extend(0x88b5_u16.to_be_bytes());
    frame.extend([7; 40]);
    frame
}

fn tags_of(frame: &[u8]) -> Vec<(u16, u16)> {
    let word = |at: usize| u16::from_be_bytes([frame[at], frame[at + 1]]);
    let mut tags = Vec::new();
    let mut at = 12;
    while matches!(word(at), CUSTOMER | PROVIDER) {
        tags.push((word(at), word(at + 2)));
        at += 4;
    }
    assert_eq!(word(at), 0x88b5);
    assert!(frame[at + 2..].iter().all(|byte| *byte == 7));
    assert_eq!(frame.len(), at + 42);
    tags
}

fn filtering(protocol: u16) -> BridgeSettings {
    BridgeSettings {
        vlan_filtering: Some(true),
        vlan_protocol: Some(protocol),
        ..BridgeSettings::default()
    }
}

/// p0: VLAN 10 by PVID and untagged, 20 tagged; p1: both tagged, no PVID; p2: VLANs 1 and 10
/// untagged, the second by PVID; p3: VLAN 1 as ports begin.
fn switch(protocol: u16) -> Switch {
    let mut switch = Switch::new(filtering(protocol));
    for port in ["p0", "p1"] {
        switch.del(port, 1);
    }
    switch.add("p0", 10, true, true);
    switch.add("p0", 20, false, false);
    switch.add("p1", 10, false, false);
    switch.add("p1", 20, false, false);
    switch.add("p2", 10, true, true);
    switch
}

/// Sends frames from a port; of each, what leaves by which port.
fn check(protocol: u16, port: usize, cases: &[(Tags, &[(&'static str, Tags)])]) {
    let mut switch = switch(protocol);
    for (tags, expected) in cases {
        let expected: Sent = expected
            .iter()
            .map(|(port, t)| (*port, t.to_vec()))
            .collect();
        let sent = switch.send(port, MacAddr::BROADCAST, tags);
        assert_eq!(sent, expected, "{tags:x?} from {}", PORTS[port]);
    }
}

const Q: u16 = CUSTOMER;
const A: u16 = PROVIDER;

#[test]
fn a_port_with_a_pvid_takes_what_has_no_tag_of_the_bridges_kind() {
    check(
        Q,
        0,
        &[
            (&[], &[("p1", &[(Q, 10)]), ("p2", &[])]),
            (&[(Q, 10)], &[("p1", &[(Q, 10)]), ("p2", &[])]),
            (&[(Q, 20)], &[("p1", &[(Q, 20)])]),
            // A tag that tells a priority alone: the priority stays.
            (&[(Q, 0x6000)], &[("p1", &[(Q, 0x600a)]), ("p2", &[])]),
            (&[(Q, 0x600a)], &[("p1", &[(Q, 0x600a)]), ("p2", &[])]),
            // A tag of another kind is carried.
            (
                &[(A, 10)],
                &[("p1", &[(Q, 10), (A, 10)]), ("p2", &[(A, 10)])],
            ),
            (&[(A, 0)], &[("p1", &[(Q, 10), (A, 0)]), ("p2", &[(A, 0)])]),
            (&[(Q, 4095)], &[]),
            (
                &[(Q, 10), (Q, 30)],
                &[("p1", &[(Q, 10), (Q, 30)]), ("p2", &[(Q, 30)])],
            ),
            (
                &[(A, 10), (Q, 30)],
                &[
                    ("p1", &[(Q, 10), (A, 10), (Q, 30)]),
                    ("p2", &[(A, 10), (Q, 30)]),
                ],
            ),
            (
                &[(Q, 0), (Q, 10)],
                &[("p1", &[(Q, 10), (Q, 10)]), ("p2", &[(Q, 10)])],
            ),
        ],
    );
}

#[test]
fn a_port_without_a_pvid_takes_tagged_frames_of_its_vlans_alone() {
    check(
        Q,
        1,
        &[
            (&[], &[]),
            (&[(Q, 10)], &[("p0", &[]), ("p2", &[])]),
            (&[(Q, 20)], &[("p0", &[(Q, 20)])]),
            (&[(Q, 0x6000)], &[]),
            (&[(Q, 0x600a)], &[("p0", &[]), ("p2", &[])]),
            (&[(Q, 30)], &[]),
            (&[(A, 10)], &[]),
            (
                &[(Q, 10), (Q, 30)],
                &[("p0", &[(Q, 30)]), ("p2", &[(Q, 30)])],
            ),
            (&[(Q, 0), (Q, 10)], &[]),
        ],
    );
}

#[test]
fn ports_begin_in_the_default_vlan() {
    check(
        Q,
        3,
        &[
            (&[], &[("p2", &[])]),
            (&[(Q, 10)], &[]),
            (&[(Q, 0x6000)], &[("p2", &[])]),
            (&[(A, 10), (Q, 30)], &[("p2", &[(A, 10), (Q, 30)])]),
            (&[(Q, 0), (Q, 10)], &[("p2", &[(Q, 10)])]),
        ],
    );
}

#[test]
fn a_bridge_of_a_provider_carries_the_tags_of_customers() {
    check(
        A,
        0,
        &[
            (&[], &[("p1", &[(A, 10)]), ("p2", &[])]),
            (
                &[(Q, 10)],
                &[("p1", &[(A, 10), (Q, 10)]), ("p2", &[(Q, 10)])],
            ),
            (&[(A, 10)], &[("p1", &[(A, 10)]), ("p2", &[])]),
            (&[(A, 0)], &[("p1", &[(A, 10)]), ("p2", &[])]),
            (
                &[(A, 10), (Q, 30)],
                &[("p1", &[(A, 10), (Q, 30)]), ("p2", &[(Q, 30)])],
            ),
            (
                &[(A, 10), (A, 30)],
                &[("p1", &[(A, 10), (A, 30)]), ("p2", &[(A, 30)])],
            ),
        ],
    );
    check(
        A,
        1,
        &[
            (&[], &[]),
            (&[(Q, 10)], &[]),
            (&[(A, 10)], &[("p0", &[]), ("p2", &[])]),
            (
                &[(A, 10), (Q, 30)],
                &[("p0", &[(Q, 30)]), ("p2", &[(Q, 30)])],
            ),
        ],
    );
}

#[test]
fn a_bridge_that_does_not_filter_passes_every_tag() {
    let mut switch = switch(Q);
    switch.set(BridgeSettings {
        vlan_filtering: Some(false),
        ..BridgeSettings::default()
    });
    for tags in [
        &[][..],
        &[(Q, 10)],
        &[(Q, 4095)],
        &[(A, 0)],
        &[(Q, 0), (A, 7), (Q, 1)],
    ] {
        let expected: Sent = ["p0", "p2", "p3"].map(|port| (port, tags.to_vec())).into();
        assert_eq!(switch.send(1, MacAddr::BROADCAST, tags), expected);
    }
}

#[test]
fn every_drop_has_its_reason() {
    let mut switch = switch(Q);
    switch.send(1, MacAddr::BROADCAST, &[]);
    assert_eq!(switch.dropped("p1", DropReason::VlanNoPvid), 1);
    switch.send(1, MacAddr::BROADCAST, &[(Q, 30)]);
    assert_eq!(switch.dropped("p1", DropReason::VlanNotMember), 1);
    // The bridge itself is in VLAN 1 alone.
    switch.send(1, MacAddr::BROADCAST, &[(Q, 10)]);
    assert_eq!(switch.dropped("br0", DropReason::VlanBridge), 1);
    // It gets the frame with its tag, and has no device for it.
    switch.add("br0", 10, false, false);
    switch.send(1, MacAddr::BROADCAST, &[(Q, 10)]);
    assert_eq!(switch.dropped("br0", DropReason::NoVlanDevice), 1);
    switch.add("br0", 10, false, true);
    switch.send(1, MacAddr::BROADCAST, &[(Q, 10)]);
    assert_eq!(switch.dropped("br0", DropReason::UnhandledProtocol), 1);
    let blocked = VlanChange::Set {
        ids: VlanIds::one(20),
        state: Some(PortState::Blocking),
        mcast_router: None,
    };
    switch.change("p1", blocked);
    switch.send(1, MacAddr::BROADCAST, &[(Q, 20)]);
    assert_eq!(switch.dropped("p1", DropReason::VlanState), 1);
    // A station is known where it was heard; its port leaves the VLAN by hand, the entry stays.
    let station = MacAddr([2, 0xaa, 0, 0, 0, 2]);
    let dev = switch_index(&mut switch.lab, "p2");
    switch.lab.apply(Change::AddFdb {
        ns: "".into(),
        entry: netloom_model::FdbEntry {
            address: station,
            vlan: Some(10),
            dev,
            master: None,
            state: netloom_model::bridge::FdbState::Static,
            extern_learn: false,
            sticky: false,
            used: 0,
            updated: 0,
            remote: None,
        },
        mode: netloom_model::Mode::Add,
    });
    switch.del("p2", 10);
    switch.send(0, station, &[]);
    assert_eq!(switch.dropped("p0", DropReason::VlanEgress), 1);
}

fn switch_index(lab: &mut Lab, dev: &str) -> u32 {
    lab.link("", dev).index
}

#[test]
fn one_address_is_a_station_of_its_own_in_each_vlan() {
    let mut switch = switch(Q);
    let sender = MacAddr([2, 0xaa, 0, 0, 0, 1]);
    let known = |switch: &mut Switch| -> BTreeMap<Option<u16>, u32> {
        let entries = switch.lab.state("").fdb.into_iter();
        let of_sender = entries.filter(|entry| entry.address == sender);
        of_sender.map(|entry| (entry.vlan, entry.dev)).collect()
    };
    let [p0, p1, p2, _] = PORTS.map(|port| switch_index(&mut switch.lab, port));
    switch.send(1, MacAddr::BROADCAST, &[(Q, 20)]);
    switch.send(2, MacAddr::BROADCAST, &[(Q, 10)]);
    assert_eq!(known(&mut switch), [(Some(20), p1), (Some(10), p2)].into());
    // It moves in one VLAN and stays in the other.
    switch.send(0, MacAddr::BROADCAST, &[(Q, 20)]);
    assert_eq!(known(&mut switch), [(Some(20), p0), (Some(10), p2)].into());
    switch.del("p0", 20);
    assert_eq!(known(&mut switch), [(Some(10), p2)].into());
}

#[test]
fn bridges_of_a_provider_speak_among_themselves_and_pass_on_what_its_customers_say() {
    let mut switch = switch(A);
    switch.set(BridgeSettings {
        stp_state: Some(1),
        ..BridgeSettings::default()
    });
    let engine = &mut switch.lab.0.engine;
    engine.advance(engine.now() + core::time::Duration::from_secs(40));
    let group = |last: u8| MacAddr([1, 0x80, 0xc2, 0, 0, last]);
    let mut said = Vec::new();
    for port in switch.ports {
        said.extend(core::iter::from_fn(|| engine.take(port)));
    }
    // What it says of its groups of IPv4 goes elsewhere.
    said.retain(|frame| frame[..5] == group(0).0[..5]);
    assert!(!said.is_empty() && said.iter().all(|frame| frame[..6] == group(8).0));
    for (last, passes) in [(0, true), (2, false), (8, false), (0xb, true), (0xe, false)] {
        let sent = switch.send(0, group(last), &[]);
        assert_eq!(!sent.is_empty(), passes, "{last:x}");
    }
}

/// What a port of a random bridge is in: tagged, untagged, and its PVID.
#[derive(Clone, Debug)]
struct Member {
    vlans: BTreeMap<u16, bool>,
    pvid: Option<u16>,
}

const VLANS: [u16; 5] = [2, 3, 5, 100, 4094];

fn member() -> impl Strategy<Value = Member> {
    let vlans = prop::collection::btree_map(prop::sample::select(&VLANS[..]), any::<bool>(), 0..5);
    (vlans, any::<prop::sample::Index>(), any::<bool>()).prop_map(|(vlans, pick, any)| {
        let ids: Vec<u16> = vlans.keys().copied().collect();
        let pvid = (any && !ids.is_empty()).then(|| *pick.get(&ids));
        Member { vlans, pvid }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_frame_leaves_by_the_ports_of_its_vlan_and_by_no_other(
        members in prop::collection::vec(member(), 4),
        frames in prop::collection::vec((0..4usize, prop::option::of((0..6usize, 0..8u16))), 1..12),
    ) {
        let mut switch = Switch::new(BridgeSettings {
            vlan_default_pvid: Some(0),
            ..filtering(Q)
        });
        for (port, member) in PORTS.iter().zip(&members) {
            for (vid, untagged) in &member.vlans {
                switch.add(port, *vid, member.pvid == Some(*vid), *untagged);
            }
        }
        for (port, tag) in frames {
            // Number 0 and what is in the list.
            let tag = tag.map(|(at, priority)| {
                let vid = if at == 0 { 0 } else { VLANS[at - 1] };
                priority << 13 | vid
            });
            let from = &members[port];
            let tci = tag.unwrap_or(0);
            let vid = Some(tci & 0xfff).filter(|vid| *vid != 0).or(from.pvid);
            let vid = vid.filter(|vid| from.vlans.contains_key(vid));
            let mut expected = BTreeSet::new();
            if let Some(vid) = vid {
                for (to, member) in members.iter().enumerate().filter(|(to, _)| *to != port) {
                    let tagged = vec![(Q, tci & 0xf000 | vid)];
                    match member.vlans.get(&vid) {
                        Some(true) => expected.insert((PORTS[to], vec![])),
                        Some(false) => expected.insert((PORTS[to], tagged)),
                        None => false,
                    };
                }
            }
            let tags: Vec<(u16, u16)> = tag.map(|tci| (Q, tci)).into_iter().collect();
            let sent: BTreeSet<_> =
                switch.send(port, MacAddr::BROADCAST, &tags).into_iter().collect();
            prop_assert_eq!(sent, expected);
        }
    }
}
