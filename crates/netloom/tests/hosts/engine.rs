//! The engine as a side: in this process, in virtual time, with netloom's own commands.

use crate::play::{Side, Told};
use core::net::IpAddr;
use core::time::Duration;
use libtest_mimic::Failed;
use netloom_engine::{Engine, Port, Simulation};
use netloom_model::socket::{SocketKind, SocketOption};
use netloom_model::tun::{Tun, TunMode};
use netloom_model::{Change, NewKind, NewLink, NsName, World};
use netloom_tools::{Context, NoMachine, applet};

/// A host in the engine.
pub(crate) struct Inside {
    world: Simulation,
    ports: Vec<Port>,
}

impl Inside {
    pub(crate) fn new() -> Inside {
        let engine = Engine::new(1);
        Inside {
            world: Simulation { engine },
            ports: Vec::new(),
        }
    }
}

impl Side for Inside {
    fn tap(&mut self, name: &str) -> Result<(), Failed> {
        let ns = NsName::first();
        let link = NewLink::new(name, NewKind::Tun(Tun::held(TunMode::Tap)));
        let change = Change::AddLink {
            ns: ns.clone(),
            link,
        };
        let engine = &mut self.world.engine;
        engine.apply(&[change]).map_err(|error| error.to_string())?;
        let port = engine.port(&ns, &name.into());
        self.ports.push(port.map_err(|error| error.to_string())?);
        Ok(())
    }

    fn run(&mut self, command: &str, input: &str) -> Told {
        let mut words = command.split_whitespace().map(str::to_owned);
        let name = words.next().unwrap_or_default();
        let Some(run) = applet(&name) else {
            return Told {
                out: String::new(),
                err: format!("netloom has no {name}\n"),
                code: 127,
            };
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
        Told {
            out: String::from_utf8_lossy(&out).into_owned(),
            err: String::from_utf8_lossy(&err).into_owned(),
            code,
        }
    }

    fn set(&mut self, name: &str, value: &str) -> bool {
        let change = Change::SetSysctl {
            ns: NsName::first(),
            name: name.to_owned(),
            value: value.to_owned(),
        };
        self.world.apply(vec![change]).is_ok()
    }

    fn settle(&mut self) {
        let now = self.world.engine.now();
        self.world.engine.advance(now + Duration::from_secs(60));
    }

    fn send(&mut self, tap: usize, frame: &[u8]) {
        self.world.engine.inject(self.ports[tap], frame);
        self.world.engine.run();
    }

    fn take(&mut self) -> Vec<(usize, Vec<u8>)> {
        let engine = &mut self.world.engine;
        engine.run();
        let mut frames = Vec::new();
        for (tap, port) in self.ports.iter().enumerate() {
            while let Some(frame) = engine.take(*port) {
                frames.push((tap, frame));
            }
        }
        frames
    }

    fn local(&mut self, packet: &[u8], to: IpAddr) {
        let kind = match to {
            IpAddr::V4(_) => SocketKind::Raw(255),
            IpAddr::V6(_) => SocketKind::Raw6(255),
        };
        if let Ok(raw) = self.world.open(&NsName::first(), kind) {
            let _ = self.world.set(raw, SocketOption::HeaderIncluded(true));
            let _ = self.world.send(raw, Some((to, 0)), packet);
            let _ = self.world.close(raw);
        }
    }
}
