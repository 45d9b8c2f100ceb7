//! Forwarding allocates nothing: counted by the allocator itself.

#![allow(
    unsafe_code,
    reason = "an allocator that counts is a GlobalAlloc, which is unsafe to implement"
)]

mod common;

use common::Lab;
use netloom_model::{
    BridgeSettings, Change, LinkSettings, MacAddr, Mode, Neighbour, VlanChange, VlanIds,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(mut work: impl FnMut()) -> u64 {
    work(); // what grows once, grows now
    let before = COUNT.with(Cell::get);
    for _ in 0..100 {
        work();
    }
    COUNT.with(Cell::get) - before
}

fn mac(last: u8) -> MacAddr {
    MacAddr([2, 0, 0, 0, 0, last])
}

fn frame(dst: MacAddr, src: MacAddr, ethertype: u16) -> Vec<u8> {
    let mut frame = vec![0; 60];
    frame[..6].copy_from_slice(&dst.0);
    frame[6..12].copy_from_slice(&src.0);
    frame[12..14].copy_from_slice(&ethertype.to_be_bytes());
    frame
}

#[test]
fn a_bridged_frame_allocates_nothing() {
    let mut lab = Lab::default();
    lab.ns("a");
    lab.ns("b");
    lab.bridge("", "br0");
    lab.veth(("a", "v0"), ("", "p0"));
    lab.veth(("b", "v1"), ("", "p1"));
    lab.master("", "p0", "br0");
    lab.master("", "p1", "br0");
    let engine = &mut lab.0.engine;
    let (a, b) = (
        engine.port(&"a".into(), &"v0".into()).unwrap(),
        engine.port(&"b".into(), &"v1".into()).unwrap(),
    );
    engine.transmit(b, &frame(mac(1), mac(2), 0x88b5));
    engine.run();
    let frame = frame(mac(2), mac(1), 0x88b5);
    let count = allocations(|| {
        for _ in 0..64 {
            engine.transmit(a, &frame);
        }
        engine.run();
    });
    assert_eq!(count, 0);
}

#[test]
fn a_frame_that_changes_its_vlan_tag_allocates_nothing() {
    let mut lab = Lab::default();
    lab.ns("a");
    lab.ns("b");
    lab.bridge("", "br0");
    let filtering = BridgeSettings {
        vlan_filtering: Some(true),
        vlan_stats_enabled: Some(1),
        ..BridgeSettings::default()
    };
    let set = LinkSettings {
        bridge: Some(filtering),
        ..LinkSettings::default()
    };
    lab.set("", "br0", set);
    lab.veth(("a", "v0"), ("", "p0"));
    lab.veth(("b", "v1"), ("", "p1"));
    for (port, access) in [("p0", false), ("p1", true)] {
        lab.master("", port, "br0");
        let (ns, dev) = ("".into(), lab.link("", port).index);
        let change = VlanChange::Add {
            ids: VlanIds::one(10),
            pvid: access,
            untagged: access,
            own: false,
        };
        lab.apply(Change::Vlan { ns, dev, change });
    }
    let engine = &mut lab.0.engine;
    let (a, b) = (
        engine.port(&"a".into(), &"v0".into()).unwrap(),
        engine.port(&"b".into(), &"v1".into()).unwrap(),
    );
    let back = frame(mac(1), mac(2), 0x88b5);
    let mut there = frame(mac(2), mac(1), 0x8100);
    there[15] = 10;
    let count = allocations(|| {
        for _ in 0..64 {
            engine.transmit(a, &there);
            engine.transmit(b, &back);
        }
        engine.run();
    });
    assert_eq!(count, 0);
    for (ns, dev) in [("a", "v0"), ("b", "v1")] {
        assert_eq!(lab.link(ns, dev).stats.rx_packets, 64 * 101);
    }
}

#[test]
fn a_routed_packet_allocates_nothing() {
    let mut lab = Lab::default();
    for ns in ["a", "r", "b"] {
        lab.ns(ns);
    }
    lab.veth(("a", "a0"), ("r", "r0"));
    lab.veth(("b", "b0"), ("r", "r1"));
    lab.addr("r", "r0", "10.0.1.1/24");
    lab.addr("r", "r1", "10.0.2.1/24");
    lab.sysctl("r", "net.ipv4.ip_forward", "1");
    let dev = lab.link("r", "r1").index;
    let neighbour = Neighbour::permanent(dev, common::ip("10.0.2.2"), mac(9));
    lab.apply(Change::AddNeighbour {
        ns: "r".into(),
        neighbour,
        mode: Mode::Add,
    });
    let router = lab.link("r", "r0").address;
    let mut packet = frame(router, mac(1), 0x0800);
    let header = [
        0x45, 0, 0, 46, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 1, 2, 10, 0, 2, 2,
    ];
    packet[14..34].copy_from_slice(&header);
    let sum: u32 = header
        .chunks(2)
        .map(|w| u32::from(w[0]) << 8 | u32::from(w[1]))
        .sum();
    let checksum = !((sum & 0xffff) + (sum >> 16)) as u16;
    packet[24..26].copy_from_slice(&checksum.to_be_bytes());
    let engine = &mut lab.0.engine;
    let a = engine.port(&"a".into(), &"a0".into()).unwrap();
    let count = allocations(|| {
        for _ in 0..64 {
            engine.transmit(a, &packet);
        }
        engine.run();
    });
    assert_eq!(count, 0);
    // Every packet reached b: what is counted is forwarding, not dropping.
    assert_eq!(lab.link("b", "b0").stats.rx_packets, 64 * 101);
}

#[test]
fn a_routed_packet_of_ipv6_allocates_nothing() {
    let mut lab = Lab::v6();
    for ns in ["a", "r", "b"] {
        lab.ns(ns);
    }
    lab.veth(("a", "a0"), ("r", "r0"));
    lab.veth(("b", "b0"), ("r", "r1"));
    lab.addr("r", "r0", "2001:db8:1::1/64");
    lab.addr("r", "r1", "2001:db8:2::1/64");
    lab.sysctl("r", "net.ipv6.conf.all.forwarding", "1");
    let dev = lab.link("r", "r1").index;
    let neighbour = Neighbour::permanent(dev, common::ip("2001:db8:2::2"), mac(9));
    lab.apply(Change::AddNeighbour {
        ns: "r".into(),
        neighbour,
        mode: Mode::Add,
    });
    let router = lab.link("r", "r0").address;
    let mut packet = frame(router, mac(1), 0x86dd);
    packet[14] = 0x60;
    packet[19] = 6; // the rest of the frame
    packet[20] = 17;
    packet[21] = 64;
    let mut put = |at: usize, addr: &str| {
        let addr: std::net::Ipv6Addr = addr.parse().unwrap();
        packet[at..at + 16].copy_from_slice(&addr.octets());
    };
    put(22, "2001:db8:1::2");
    put(38, "2001:db8:2::2");
    let before = lab.link("b", "b0").stats.rx_packets;
    let engine = &mut lab.0.engine;
    let a = engine.port(&"a".into(), &"a0".into()).unwrap();
    let count = allocations(|| {
        for _ in 0..64 {
            engine.transmit(a, &packet);
        }
        engine.run();
    });
    assert_eq!(count, 0);
    assert_eq!(lab.link("b", "b0").stats.rx_packets - before, 64 * 101);
}
