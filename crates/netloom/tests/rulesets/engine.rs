//! The engine as a side: in this process, in virtual time, with netloom's own commands.

use crate::place::{self, DEVICES, SETTINGS};
use crate::play::{Side, told};
use core::net::IpAddr;
use core::time::Duration;
use netloom_engine::{Engine, Port, Simulation};
use netloom_model::snapshot::Missing;
use netloom_model::socket::{SocketKind, SocketOption};
use netloom_model::tun::{Tun, TunMode};
use netloom_model::{Change, NewKind, NewLink, NsName, State, World};
use netloom_tools::{Context, NoMachine, applet};

/// The router in the engine.
pub(crate) struct Inside {
    world: Simulation,
    ports: Vec<Port>,
}

impl Inside {
    /// One that draws by a seed what a kernel draws by chance.
    pub(crate) fn new(seed: u64) -> Inside {
        let mut side = Inside {
            world: Simulation {
                engine: Engine::new(seed),
            },
            ports: Vec::new(),
        };
        let ns = NsName::first();
        for (name, value) in SETTINGS {
            side.set(name, value);
        }
        for name in DEVICES {
            let link = NewLink::new(name, NewKind::Tun(Tun::held(TunMode::Tap)));
            let engine = &mut side.world.engine;
            let made = engine.apply(&[Change::AddLink {
                ns: ns.clone(),
                link,
            }]);
            made.expect("a new TAP");
            let port = engine.port(&ns, &name.into());
            side.ports.push(port.expect("it is there"));
        }
        let printed = side.run("ip -batch -", &place::commands());
        assert_eq!(printed, "", "the router is made");
        // What it has to say of itself it says now.
        let now = side.world.engine.now();
        side.world.engine.advance(now + Duration::from_secs(60));
        side.take();
        side
    }
}

impl Inside {
    /// The twin of a router that was read.
    pub(crate) fn twin(state: &State) -> (Inside, Vec<Missing>) {
        let (mut world, missing) = Simulation::twin(state);
        let ns = NsName::first();
        let port = |name: &str| world.engine.port(&ns, &name.into());
        let ports = DEVICES.into_iter().filter_map(|name| port(name).ok());
        let ports = ports.collect();
        world.engine.run();
        (Inside { world, ports }, missing)
    }

    /// What it tells of itself.
    pub(crate) fn state(&mut self) -> State {
        let state = self.world.snapshot(None, crate::twin::READ);
        state.unwrap_or_default()
    }
}

impl Side for Inside {
    fn run(&mut self, command: &str, input: &str) -> String {
        let mut words = command.split_whitespace().map(str::to_owned);
        let name = words.next().unwrap_or_default();
        let Some(run) = applet(&name) else {
            return format!("netloom has no {name}\n");
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run(&mut Context {
            args: words.collect(),
            ns: NsName::first(),
            world: &mut self.world,
            host: &mut NoMachine,
            stdin: &mut input.as_bytes(),
            out: &mut out,
            err: &mut err,
        });
        told(&out, &err, code)
    }

    fn set(&mut self, name: &str, value: &str) -> bool {
        let change = Change::SetSysctl {
            ns: NsName::first(),
            name: name.to_owned(),
            value: value.to_owned(),
        };
        self.world.apply(vec![change]).is_ok()
    }

    fn send(&mut self, dev: usize, frame: &[u8]) {
        self.world.engine.inject(self.ports[dev], frame);
        self.world.engine.run();
    }

    fn take(&mut self) -> Vec<(usize, Vec<u8>)> {
        let engine = &mut self.world.engine;
        engine.run();
        let mut frames = Vec::new();
        for (dev, port) in self.ports.iter().enumerate() {
            while let Some(frame) = engine.take(*port) {
                frames.push((dev, frame));
            }
        }
        frames
    }

    fn local(&mut self, packet: &[u8], to: IpAddr) {
        let kind = match to {
            IpAddr::V4(_) => SocketKind::Raw(255),
            IpAddr::V6(_) => SocketKind::Raw6(255),
        };
        let Ok(raw) = self.world.open(&NsName::first(), kind) else {
            return;
        };
        let _ = self.world.set(raw, SocketOption::HeaderIncluded(true));
        let _ = self.world.send(raw, Some((to, 0)), packet);
        let _ = self.world.close(raw);
    }
}
