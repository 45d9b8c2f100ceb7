//! How fast packets move: frames through veth - bridge - veth, packets through a router, and how
//! long it takes to build a world of ten thousand namespaces.
//!
//! `cargo bench -p netloom-engine --bench forward` prints one table. As root it also moves the same
//! frames through the running kernel, over the same devices, and prints the ratio.

#[path = "common/prefixes.rs"]
mod prefixes;

use core::time::Duration;
use netloom_engine::Engine;
use netloom_model::{
    Address, Change, IpNet, LinkSettings, MacAddr, Mode, Neighbour, NewKind, NewLink, NextHop,
    NsName, Route, Time,
};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

/// Frames handed in at once.
const BATCH: usize = 256;

/// How long each path is measured.
const MEASURE: Duration = Duration::from_millis(1500);

struct World(Engine);

impl World {
    fn new() -> World {
        World(Engine::new(1))
    }

    fn apply(&mut self, change: Change) {
        self.0
            .apply(&[change])
            .expect("the bench's own changes are valid");
    }

    fn ns(&mut self, name: &str) {
        self.apply(Change::AddNamespace(name.into()));
    }

    fn set(&mut self, ns: &str, dev: &str, set: LinkSettings) {
        self.apply(Change::SetLink {
            ns: ns.into(),
            link: dev.into(),
            set: Box::new(set),
        });
    }

    fn up(&mut self, ns: &str, dev: &str) {
        self.set(
            ns,
            dev,
            LinkSettings {
                up: Some(true),
                ..LinkSettings::default()
            },
        );
    }

    fn veth(&mut self, a: (&str, &str), b: (&str, &str), mac: u8) {
        let mut link = NewLink::veth(a.1, b.1, Some(b.0.into()));
        link.settings.address = Some(MacAddr([2, 0, 0, 0, 0, mac]));
        if let NewKind::Veth { peer_settings, .. } = &mut link.kind {
            peer_settings.address = Some(MacAddr([2, 0, 0, 0, 1, mac]));
        }
        self.apply(Change::AddLink {
            ns: a.0.into(),
            link,
        });
        self.up(a.0, a.1);
        self.up(b.0, b.1);
    }

    fn index(&self, ns: &str, dev: &str) -> u32 {
        let name = NsName::from(ns);
        let state = self
            .0
            .snapshot(Some(&name), netloom_model::state::Parts::LINKS);
        let state = state.expect("the namespace is there");
        state.namespaces[&name]
            .link(&dev.into())
            .expect("the device is there")
            .index
    }

    fn addr(&mut self, ns: &str, dev: &str, addr: &str) {
        let net: IpNet = addr.parse().expect("an address");
        let address = Address::new(self.index(ns, dev), net, dev);
        self.apply(Change::AddAddress {
            ns: ns.into(),
            address,
            mode: Mode::Add,
        });
    }

    fn neigh(&mut self, ns: &str, dev: &str, addr: &str, mac: MacAddr) {
        let dst: IpAddr = addr.parse().expect("an address");
        let neighbour = Neighbour::permanent(self.index(ns, dev), dst, mac);
        self.apply(Change::AddNeighbour {
            ns: ns.into(),
            neighbour,
            mode: Mode::Replace,
        });
    }
}

/// Hands batches of a frame to a device until the time is over; frames per second.
fn rate(world: &mut World, ns: &str, dev: &str, mut frame: impl FnMut(usize) -> Vec<u8>) -> f64 {
    let port = world
        .0
        .port(&ns.into(), &dev.into())
        .expect("the device is there");
    let frames: Vec<Vec<u8>> = (0..4096).map(&mut frame).collect();
    let mut run = |count: usize| {
        for at in 0..count / BATCH {
            for i in 0..BATCH {
                world
                    .0
                    .transmit(port, &frames[(at * BATCH + i) % frames.len()]);
            }
            world.0.run();
        }
    };
    run(BATCH * 64); // learn, grow, warm up
    let (began, mut moved) = (Instant::now(), 0usize);
    while began.elapsed() < MEASURE {
        run(BATCH * 64);
        moved += BATCH * 64;
    }
    moved as f64 / began.elapsed().as_secs_f64()
}

/// An Ethernet frame of 60 bytes (64 with its checksum).
fn frame(dst: MacAddr, src: MacAddr, ethertype: u16) -> Vec<u8> {
    let mut frame = vec![0; 60];
    frame[..6].copy_from_slice(&dst.0);
    frame[6..12].copy_from_slice(&src.0);
    frame[12..14].copy_from_slice(&ethertype.to_be_bytes());
    frame
}

/// A UDP packet in such a frame.
fn packet(dst_mac: MacAddr, to: Ipv4Addr) -> Vec<u8> {
    let mut bytes = frame(dst_mac, MacAddr([2, 0, 0, 0, 0, 1]), 0x0800);
    let repr = netloom_wire::ipv4::Repr {
        src: Ipv4Addr::new(10, 0, 1, 2),
        dst: to,
        protocol: netloom_wire::IpProtocol::UDP,
        payload_len: 26,
        ..netloom_wire::ipv4::Repr::default()
    };
    repr.emit(&mut bytes[14..]);
    bytes
}

fn bridged() -> f64 {
    let mut world = World::new();
    for ns in ["a", "s", "b"] {
        world.ns(ns);
    }
    world.apply(Change::AddLink {
        ns: "s".into(),
        link: NewLink::new("br0", NewKind::Bridge),
    });
    world.up("s", "br0");
    world.veth(("a", "v"), ("s", "p0"), 1);
    world.veth(("b", "v"), ("s", "p1"), 2);
    for port in ["p0", "p1"] {
        let master = Some(Some("br0".into()));
        world.set(
            "s",
            port,
            LinkSettings {
                master,
                ..LinkSettings::default()
            },
        );
    }
    let (a, b) = (MacAddr([2, 0, 0, 0, 0, 1]), MacAddr([2, 0, 0, 0, 0, 2]));
    let back = world
        .0
        .port(&"b".into(), &"v".into())
        .expect("the device is there");
    world.0.transmit(back, &frame(a, b, 0x88b5)); // the bridge learns where b is
    world.0.run();
    rate(&mut world, "a", "v", |_| frame(b, a, 0x88b5))
}

fn router(routes: usize) -> World {
    let mut world = World::new();
    for ns in ["a", "r", "b"] {
        world.ns(ns);
    }
    world.veth(("a", "v"), ("r", "r0"), 1);
    world.veth(("b", "v"), ("r", "r1"), 2);
    world.addr("r", "r0", "10.0.1.1/24");
    world.addr("r", "r1", "10.0.2.1/24");
    world.neigh("r", "r1", "10.0.2.2", MacAddr([2, 0, 0, 0, 0, 2]));
    let name = "net.ipv4.ip_forward".to_owned();
    world.apply(Change::SetSysctl {
        ns: "r".into(),
        name,
        value: "1".into(),
    });
    let gateway: IpAddr = Ipv4Addr::new(10, 0, 2, 2).into();
    let via = |dst: IpNet| Route {
        nexthops: vec![NextHop {
            via: Some(gateway),
            weight: 1,
            ..NextHop::default()
        }],
        ..Route::new(dst)
    };
    let all = IpNet::new(Ipv4Addr::UNSPECIFIED.into(), 0);
    world.apply(Change::AddRoute {
        ns: "r".into(),
        route: via(all),
        mode: Mode::Add,
    });
    for (prefix, len) in prefixes::ipv4(routes, 1) {
        let dst = IpNet::new(IpAddr::V4(prefix), len).network();
        let add = Change::AddRoute {
            ns: "r".into(),
            route: via(dst),
            mode: Mode::Replace,
        };
        world.apply(add);
    }
    world
}

fn routed(routes: usize) -> f64 {
    let mut world = router(routes);
    let gateway = MacAddr([2, 0, 0, 0, 1, 1]);
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    rate(&mut world, "a", "v", |_| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        // Anywhere but where no packet may come from or go to.
        let bits = (seed >> 32) as u32;
        let first = 11 + (bits >> 24) % 110;
        let to = Ipv4Addr::from_bits(first << 24 | (bits & 0x00ff_ffff));
        packet(gateway, to)
    })
}

/// Builds a world of `count` namespaces on ten bridges: seconds, and bytes of memory.
fn build(count: usize) -> (f64, u64) {
    let before = resident();
    let began = Instant::now();
    let mut engine = Engine::new(1);
    let first = NsName::first();
    for bridge in 0..10 {
        let link = NewLink {
            settings: LinkSettings {
                up: Some(true),
                ..LinkSettings::default()
            },
            ..NewLink::new(format!("br{bridge}"), NewKind::Bridge)
        };
        engine
            .apply(&[Change::AddLink {
                ns: first.clone(),
                link,
            }])
            .expect("a bridge");
    }
    for i in 0..count {
        let ns = NsName::new(format!("n{i}"));
        engine
            .apply(&[Change::AddNamespace(ns.clone())])
            .expect("a namespace");
        let mut link = NewLink::veth(format!("p{i}"), "eth0", Some(ns.clone()));
        link.settings.up = Some(true);
        link.settings.master = Some(Some(format!("br{}", i % 10).into()));
        if let NewKind::Veth { peer_settings, .. } = &mut link.kind {
            peer_settings.up = Some(true);
        }
        engine
            .apply(&[Change::AddLink {
                ns: first.clone(),
                link,
            }])
            .expect("a pair");
        let local =
            Ipv4Addr::from_bits(0x0a00_0000 + (i as u32 / 10 + 2) + ((i as u32 % 10) << 16));
        let address = Address::new(2, IpNet::new(local.into(), 16), "eth0");
        let add = Change::AddAddress {
            ns: ns.clone(),
            address,
            mode: Mode::Add,
        };
        engine.apply(&[add]).expect("an address");
        let via = Ipv4Addr::from_bits(0x0a00_0001 + ((i as u32 % 10) << 16)).into();
        let hop = NextHop {
            via: Some(via),
            weight: 1,
            ..NextHop::default()
        };
        let all = IpNet::new(Ipv4Addr::UNSPECIFIED.into(), 0);
        let route = Route {
            nexthops: vec![hop],
            ..Route::new(all)
        };
        engine
            .apply(&[Change::AddRoute {
                ns,
                route,
                mode: Mode::Add,
            }])
            .expect("a route");
    }
    engine.advance(Time::from_secs(1));
    let took = began.elapsed().as_secs_f64();
    (took, resident().saturating_sub(before))
}

/// Bytes of memory in use (`/proc/self/statm`).
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm
        .split(' ')
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    pages * 4096
}

fn main() {
    // `cargo bench ... -- WORD` measures what has the word in its name.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|w| !w.starts_with('-'))
        .collect();
    let wanted = |what: &str| words.is_empty() || words.iter().any(|w| what.contains(w.as_str()));
    let what = "10,000 namespaces on 10 bridges";
    if wanted(what) {
        let (seconds, memory) = build(10_000);
        println!("{what:<52} {seconds:>10.2} s {:>8} MiB", memory >> 20);
    }
    type Path = (&'static str, &'static str, fn() -> f64);
    let paths: [Path; 3] = [
        ("veth - bridge - veth, 64-byte frames", "fps", bridged),
        ("routed between two veth pairs, one route", "pps", || {
            routed(0)
        }),
        ("routed, 500,000 routes", "pps", || routed(500_000)),
    ];
    for (what, unit, measure) in paths {
        if wanted(what) {
            println!("{what:<52} {:>10.2} M{unit}", measure() / 1e6);
        }
    }
}
