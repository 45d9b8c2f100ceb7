//! The engine as a side: in this process, in virtual time, with netloom's own commands.

use crate::case::Tool;
use crate::play::{LinkState, Side};
use core::time::Duration;
use netloom_engine::{Engine, Simulation};
use netloom_model::state::Parts;
use netloom_model::{
    Change, LinkFlags, LinkRef, NeighbourState, NsName, Reply, Request, Result, World,
};
use netloom_tools::{Context, NoMachine, applet};
use std::collections::BTreeMap;
use std::io::Cursor;

/// The engine.
pub(crate) struct Inside {
    world: Simulation,
    seed: u64,
}

impl Inside {
    pub(crate) fn new(seed: u64) -> Inside {
        let engine = Engine::new(seed);
        Inside {
            world: Simulation { engine },
            seed,
        }
    }
}

impl World for Inside {
    fn call(&mut self, request: Request) -> Result<Reply> {
        let made = match &request {
            Request::Apply(changes) => match changes.first() {
                Some(Change::AddNamespace(name)) => Some(name.clone()),
                _ => None,
            },
            _ => None,
        };
        let reply = self.world.call(request)?;
        if let Some(ns) = made {
            // Which of several next hops a flow takes is another chance.
            self.world.apply(vec![Change::SetSysctl {
                ns,
                name: "net.ipv4.fib_multipath_hash_seed".to_owned(),
                value: self.seed.to_string(),
            }])?;
        }
        Ok(reply)
    }
}

impl Side for Inside {
    fn batch(&mut self, tool: Tool, ns: &str, lines: &str) -> String {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let run = applet(tool.name()).expect("a command of netloom");
        run(&mut Context {
            args: tool.batch().map(str::to_owned).collect(),
            ns: ns.into(),
            world: &mut self.world,
            host: &mut NoMachine,
            stdin: &mut Cursor::new(lines.as_bytes()),
            out: &mut out,
            err: &mut err,
        });
        out.extend(err);
        String::from_utf8_lossy(&out).into_owned()
    }

    fn links(&mut self, ns: &str) -> BTreeMap<String, LinkState> {
        let ns: NsName = ns.into();
        let state = self.world.snapshot(Some(&ns), Parts::LINKS);
        let mut links = BTreeMap::new();
        for link in state
            .into_iter()
            .filter_map(|mut s| s.namespaces.remove(&ns))
        {
            for link in link.links {
                let has = |flag: LinkFlags| link.flags.0 & flag.0 != 0;
                let state = (
                    has(LinkFlags::UP),
                    has(LinkFlags::RUNNING),
                    has(LinkFlags::LOWER_UP),
                );
                links.insert(link.name, state);
            }
        }
        links
    }

    fn link_name(&mut self, ns: &str, index: u32) -> String {
        let ns: NsName = ns.into();
        let state = self.world.snapshot(Some(&ns), Parts::LINKS);
        let name = state.ok().and_then(|mut state| {
            let ns = state.namespaces.remove(&ns)?;
            Some(ns.link(&LinkRef::Index(index))?.name.clone())
        });
        name.unwrap_or_else(|| format!("if{index}"))
    }

    fn unresolved(&mut self) -> Option<bool> {
        let parts = Parts {
            neighbours: true,
            ..Parts::NONE
        };
        let state = self.world.snapshot(None, parts).ok()?;
        let mut all = state.namespaces.values().flat_map(|ns| &ns.neighbours);
        Some(all.any(|n| n.state == NeighbourState::Incomplete))
    }

    fn calm(&self) -> Duration {
        Duration::from_secs(4)
    }

    fn patience(&self) -> Duration {
        Duration::ZERO
    }
}
