//! A path in netloom's engine, built by netloom's own commands.

use crate::frames::Frames;
use crate::path::Machine;
use netloom_engine::{Engine, Simulation};
use netloom_model::{NsName, state::Parts};
use netloom_tools::{Context, NoMachine, applet};
use std::time::{Duration, Instant};

/// An engine as a machine.
pub(crate) struct Simulated(Simulation);

impl Simulated {
    pub(crate) fn new() -> Simulated {
        Simulated(Simulation {
            engine: Engine::new(1),
        })
    }
}

impl Simulated {
    /// What programs in it see.
    pub(crate) fn world(&mut self) -> &mut Simulation {
        &mut self.0
    }

    /// Sends so many batches out of a device of a namespace.
    pub(crate) fn send_batches(
        &mut self,
        (ns, dev): (&str, &str),
        frames: &mut Frames,
        count: usize,
    ) {
        let engine = &mut self.0.engine;
        let port = engine.port(&ns.into(), &dev.into()).expect("it is there");
        for _ in 0..count {
            for frame in frames.next() {
                engine.transmit(port, frame);
            }
            engine.run();
        }
    }
}

impl Machine for Simulated {
    fn run(&mut self, ns: Option<&str>, command: &str, input: &str) {
        let command = command.replace('@', "");
        let mut words = command.split_whitespace().map(str::to_owned);
        let applet = applet(&words.next().unwrap_or_default()).expect("netloom has the command");
        let mut printed = Vec::new();
        let mut err = Vec::new();
        let code = applet(&mut Context {
            args: words.collect(),
            ns: ns.map_or_else(NsName::first, NsName::new),
            world: &mut self.0,
            host: &mut NoMachine,
            stdin: &mut input.as_bytes(),
            out: &mut printed,
            err: &mut err,
        });
        assert_eq!(code, 0, "{command}: {}", String::from_utf8_lossy(&err));
    }

    fn send(&mut self, (ns, dev): (&str, &str), frames: &mut Frames, time: Duration) -> u64 {
        let engine = &mut self.0.engine;
        let port = engine.port(&ns.into(), &dev.into()).expect("it is there");
        let (began, mut sent) = (Instant::now(), 0);
        while began.elapsed() < time {
            // Not to ask for the time after each batch.
            for _ in 0..16 {
                let batch = frames.next();
                for frame in batch {
                    engine.transmit(port, frame);
                }
                engine.run();
                sent += batch.len() as u64;
            }
        }
        sent
    }

    fn received(&mut self, (ns, dev): (&str, &str)) -> u64 {
        let ns = NsName::from(ns);
        let state = self.0.engine.snapshot(Some(&ns), Parts::LINKS);
        let state = state.expect("the namespace is there");
        let link = state.namespaces[&ns].link(&dev.into());
        link.expect("the device is there").stats.rx_packets
    }

    fn check(&self, sent: u64, arrived: u64) {
        assert_eq!(arrived, sent, "netloom delivers every frame");
    }
}
