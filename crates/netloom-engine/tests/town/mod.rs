//! A town that takes any frame: hosts behind a bridge, a router with every service open, and the
//! promise that it stands after whatever arrived.
//!
//! Used by the test `frames` over bytes drawn at random, and at length by `fuzz/fuzz_targets/frames.rs`.

#[path = "../common/mod.rs"]
mod common;

use common::{Lab, ip, ping};
use core::time::Duration;
use netloom_engine::{Engine, Port, Simulation};
use netloom_model::journey::Verdict;
use netloom_model::socket::{Received, SocketId, SocketKind, SocketOption};
use netloom_model::{MacAddr, World};

/// The world, where frames may arrive, and the sockets that listen.
pub(crate) struct Town {
    lab: Lab,
    doors: Vec<Port>,
    sockets: Vec<SocketId>,
}

/// Every host's hardware address, as it is set: what frames are likely to be for.
pub(crate) const HOST: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);

impl Default for Town {
    fn default() -> Self {
        let engine = Engine::new(7);
        let mut lab = Lab(Simulation { engine });
        for ns in ["host", "router", "far"] {
            lab.ns(ns);
        }
        lab.bridge("", "br0");
        for (ns, port) in [("host", "p0"), ("router", "p1")] {
            lab.veth((ns, "eth0"), ("", port));
            lab.master("", port, "br0");
        }
        lab.veth(("router", "eth1"), ("far", "eth0"));
        for (ns, dev, addr) in [
            ("host", "eth0", "10.0.0.1/24"),
            ("router", "eth0", "10.0.0.254/24"),
            ("router", "eth1", "10.0.1.254/24"),
            ("far", "eth0", "10.0.1.1/24"),
            ("", "br0", "10.0.0.100/24"),
            ("host", "eth0", "fd00::1/64"),
            ("router", "eth0", "fd00::254/64"),
            ("router", "eth1", "fd01::254/64"),
            ("far", "eth0", "fd01::1/64"),
        ] {
            lab.addr(ns, dev, addr);
        }
        lab.route("host", "0.0.0.0/0", "10.0.0.254");
        lab.route("far", "0.0.0.0/0", "10.0.1.254");
        lab.sysctl("router", "net.ipv4.ip_forward", "1");
        lab.sysctl("router", "net.ipv6.conf.all.forwarding", "1");
        // Beside it a bridge that runs STP, where BPDUs are read.
        lab.bridge("", "br1");
        lab.veth(("", "s0"), ("", "s1"));
        lab.master("", "s0", "br1");
        let stp = netloom_model::BridgeSettings {
            stp_state: Some(1),
            ..Default::default()
        };
        let set = netloom_model::LinkSettings {
            bridge: Some(stp),
            ..Default::default()
        };
        lab.set("", "br1", set);
        let doors = [
            ("", "p0"),
            ("", "br0"),
            ("host", "eth0"),
            ("host", "lo"),
            ("router", "eth0"),
            ("router", "eth1"),
            ("far", "eth0"),
            ("", "s0"),
        ];
        for (ns, dev) in [("host", "eth0"), ("router", "eth0"), ("far", "eth0")] {
            let set = netloom_model::LinkSettings {
                address: Some(HOST),
                ..Default::default()
            };
            lab.set(ns, dev, set);
        }
        let engine = &lab.0.engine;
        let doors = doors.map(|(ns, dev)| engine.port(&ns.into(), &dev.into()).unwrap());
        let sockets = listen(&mut lab);
        Town {
            lab,
            doors: doors.into(),
            sockets,
        }
    }
}

/// Sockets of every kind, in every namespace.
fn listen(lab: &mut Lab) -> Vec<SocketId> {
    let mut sockets = Vec::new();
    for ns in ["", "host", "router", "far"] {
        for kind in [
            SocketKind::Raw(1),
            SocketKind::Raw(17),
            SocketKind::Udp,
            SocketKind::Ping,
            SocketKind::Raw6(58),
            SocketKind::Udp6,
            SocketKind::Ping6,
            SocketKind::Packet(3),
        ] {
            let id = lab.0.open(&ns.into(), kind).unwrap();
            match kind {
                SocketKind::Udp => {
                    lab.0.bind(id, ip("0.0.0.0"), 7).unwrap();
                    lab.0.set(id, SocketOption::ReceiveErrors(true)).unwrap();
                }
                SocketKind::Ping => lab.0.bind(id, ip("0.0.0.0"), 7).unwrap(),
                SocketKind::Udp6 | SocketKind::Ping6 => {
                    lab.0.set(id, SocketOption::OnlyV6(true)).unwrap();
                    lab.0.bind(id, ip("::"), 7).unwrap();
                }
                _ => {}
            }
            sockets.push(id);
        }
    }
    sockets
}

impl Town {
    /// A frame arrives at one of the doors, and runs to its end.
    pub(crate) fn receive(&mut self, door: u8, frame: &[u8]) {
        let door = self.doors[usize::from(door) % self.doors.len()];
        self.lab.0.engine.inject(door, frame);
        self.lab.0.engine.run();
    }

    /// Time passes: timers fire, and programs read what came.
    pub(crate) fn wait(&mut self, by: Duration) {
        let now = self.lab.0.engine.now();
        self.lab.0.engine.advance(now + by);
        for socket in &self.sockets {
            while let Ok(Received::Datagram(_) | Received::Error(_)) =
                self.lab.0.receive(*socket, now)
            {}
        }
    }

    /// It stands: the state can be told, and a packet that nothing forbids arrives.
    pub(crate) fn stands(&mut self) {
        // What strange frames taught neighbours and the bridge is forgotten after this.
        self.wait(Duration::from_secs(400));
        for ns in ["", "host", "router", "far"] {
            self.lab.state(ns);
        }
        let journey = self.lab.explain("router", ping("10.0.1.1"));
        let arrived = matches!(journey.verdict, Verdict::Delivered { .. });
        assert!(arrived, "{:?}", journey.verdict);
    }

    /// Bytes as a story: each frame begins with its door, its length and how long to wait after it.
    pub(crate) fn live(&mut self, mut story: &[u8]) {
        while let [door, len, wait, rest @ ..] = story {
            let (frame, after) = rest.split_at(usize::from(*len).min(rest.len()));
            self.receive(*door, frame);
            self.wait(Duration::from_millis(u64::from(*wait) * 100));
            story = after;
        }
        self.stands();
    }
}
