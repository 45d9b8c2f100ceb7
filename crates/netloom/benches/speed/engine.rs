//! The paths through netloom's engine.

use crate::frames::{self, A, B, MEASURE};
use crate::prefixes;
use netloom_engine::Engine;
use netloom_model::{
    Address, Change, IpNet, LinkSettings, MacAddr, Mode, Neighbour, NewKind, NewLink, NextHop,
    NsName, Route,
};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

/// Frames handed in at once.
const BATCH: usize = 256;

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

/// Hands batches of frames to a device until the time is over; frames per second.
fn rate(world: &mut World, ns: &str, dev: &str, frames: &[Vec<u8>]) -> f64 {
    let port = world
        .0
        .port(&ns.into(), &dev.into())
        .expect("the device is there");
    let mut next = frames.iter().cycle();
    let mut run = |count: usize| {
        for _ in 0..count / BATCH {
            for frame in next.by_ref().take(BATCH) {
                world.0.transmit(port, frame);
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

/// veth - bridge - veth: frames a second.
pub(crate) fn bridged() -> f64 {
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
    let back = world
        .0
        .port(&"b".into(), &"v".into())
        .expect("the device is there");
    world.0.transmit(back, &frames::bridged(B, A)); // the bridge learns where b is
    world.0.run();
    rate(&mut world, "a", "v", &[frames::bridged(A, B)])
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

/// Through a router between two veth pairs: packets a second.
pub(crate) fn routed(routes: usize) -> f64 {
    let mut world = router(routes);
    rate(&mut world, "a", "v", &frames::routed())
}
