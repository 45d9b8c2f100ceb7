//! Hosts as a world: this machine as it is at this moment, or hosts of which there are snapshots, loaded
//! into one engine in this process. Nothing is sent, and nothing is changed on any of them.
//!
//! `name` gives the namespaces of several hosts names of their own, `wire` finds which devices are on one
//! link, `tunnel` what carries the frames of a VXLAN, `unknown` says where a packet meets what was not read or what nobody knows.

mod name;
#[cfg(test)]
mod tests;
mod tunnel;
mod unknown;
mod wire;

use crate::explain::command::{self, Entering};
use crate::snapshot;
use netloom_engine::Simulation;
use netloom_kernel::host::{self, Which};
use netloom_model::journey::Journey;
use netloom_model::snapshot::{Missing, Program};
use netloom_model::{
    Errno, Error, LinkRef, NsName, Reply, Request, Result, Snapshot, State, World,
};
use netloom_tools::Context;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use tunnel::Tunnel;

/// Hosts that can be asked.
pub(crate) struct Hosts {
    simulation: Simulation,
    names: Names,
    /// The programs that decide about packets, each with the name of its device.
    programs: Vec<(Program, String)>,
    /// What of the snapshots the engine could not take.
    lost: Vec<Missing>,
    /// The ends of tunnels between them.
    tunnels: Vec<Tunnel>,
    /// The namespaces whose rules ask sets of xtables.
    asking: BTreeSet<NsName>,
    /// Where questions begin that do not say where.
    first: NsName,
}

/// What the namespaces of hosts are called by, beside their names: containers, pods, processes.
#[derive(Clone, Default)]
pub(crate) struct Names(Rc<Vec<Snapshot>>);

impl Names {
    /// The namespace that a word means; none if there is none, or if it means several.
    pub(crate) fn namespace(&self, word: &str) -> Option<&NsName> {
        let mut found = self.0.iter().filter_map(|host| host.namespace_of(word));
        found.next().filter(|_| found.next().is_none())
    }

    /// The names of containers.
    pub(crate) fn containers(&self) -> impl Iterator<Item = &str> {
        let all = self.0.iter().flat_map(|host| &host.containers);
        all.map(|container| container.name.as_str())
    }
}

impl Hosts {
    /// Reads snapshots, and this machine if it is asked for.
    ///
    /// # Errors
    /// What cannot be read.
    pub(crate) fn open(files: &[String], live: bool) -> core::result::Result<Hosts, String> {
        let mut all = Vec::new();
        for file in files {
            all.push(snapshot::load(&[PathBuf::from(file)])?);
        }
        if live {
            let read = host::snapshot(&Which::All);
            all.push(read.map_err(|error| format!("this host cannot be read: {error}"))?);
        }
        Ok(Hosts::of(all))
    }

    /// Loads hosts into one engine.
    pub(crate) fn of(mut all: Vec<Snapshot>) -> Hosts {
        let roots = name::unique(&mut all);
        let programs = all.iter().flat_map(programs).collect();
        let mut state = State::default();
        for host in &mut all {
            for (ns, there) in &mut host.state.namespaces {
                state.namespaces.insert(ns.clone(), core::mem::take(there));
            }
        }
        let wires = wire::between(&all, &state);
        let asking = state.namespaces.iter();
        let asking = asking.filter(|(_, there)| unknown::asks_sets(&there.ruleset));
        let asking = asking.map(|(ns, _)| ns.clone()).collect();
        let (mut simulation, lost) = Simulation::twin(&state);
        for ends in wires {
            simulation.engine.join(&ends);
        }
        let named = roots.iter().find(|ns| state.namespaces.contains_key(ns));
        let first = named.or(state.namespaces.keys().next());
        let first = first.cloned().unwrap_or_default();
        command::enter_as(entering(&all, &roots));
        Hosts {
            simulation,
            programs,
            lost,
            asking,
            tunnels: tunnel::all(&state),
            names: Names(Rc::new(all)),
            first,
        }
    }

    /// Where questions begin that do not say where.
    pub(crate) const fn first(&self) -> &NsName {
        &self.first
    }

    /// The same command, asking these hosts.
    pub(crate) fn within<'a>(&'a mut self, cx: &'a mut Context<'_>) -> Context<'a> {
        Context {
            args: cx.args.clone(),
            ns: self.first.clone(),
            world: self,
            host: &mut *cx.host,
            stdin: &mut *cx.stdin,
            out: &mut *cx.out,
            err: &mut *cx.err,
        }
    }

    /// Which of some parts were not read of them, and why: a line each.
    pub(crate) fn unread(&self, parts: &[&str]) -> Vec<String> {
        let all = self.names.0.iter().flat_map(|host| &host.missing);
        let told = all.filter(|missing| {
            missing.part == "namespace" || parts.contains(&missing.part.as_str())
        });
        let line = |missing: &Missing| {
            let of = missing.ns.as_ref();
            let of = of.map_or_else(String::new, |ns| format!(" of {ns}"));
            let line = format!("{}{of}: {}", missing.part, missing.why);
            crate::shell::one_line(&line)
        };
        told.map(line).collect()
    }

    /// What their namespaces are called by.
    pub(crate) fn names(&self) -> Names {
        self.names.clone()
    }
}

/// The programs of a host that are on a device, with its name.
fn programs(host: &Snapshot) -> Vec<(Program, String)> {
    let named = host.programs.iter().filter_map(|program| {
        let there = host.state.namespaces.get(&program.ns)?;
        let link = there.link(&LinkRef::Index(program.link))?;
        Some((program.clone(), link.name.clone()))
    });
    named.collect()
}

/// How the namespaces of hosts are entered there.
fn entering(all: &[Snapshot], roots: &[NsName]) -> BTreeMap<NsName, Entering> {
    let mut ways = BTreeMap::new();
    for (host, root) in all.iter().zip(roots) {
        let on = (all.len() > 1).then(|| root.as_str().to_owned());
        for ns in host.state.namespaces.keys() {
            let path = host.places.get(ns).and_then(|place| place.path.clone());
            let named = ns.as_str().strip_prefix(root.as_str());
            let named = named.and_then(|rest| rest.strip_prefix(':'));
            let named = named.unwrap_or(ns.as_str());
            let netns = match path.as_deref() {
                _ if ns == root => None,
                Some(path) => match path.rsplit_once('/') {
                    Some(("/run/netns" | "/var/run/netns", name)) => Some(name.to_owned()),
                    _ => Some(path.to_owned()),
                },
                None => Some(named.to_owned()),
            };
            ways.insert(ns.clone(), Entering::new(on.clone(), netns));
        }
    }
    ways
}

impl World for Hosts {
    fn call(&mut self, request: Request) -> Result<Reply> {
        match request {
            Request::Explain(ref explain) => {
                let begins = unknown::begins(&explain.probe);
                let simulation = &mut self.simulation;
                let mut reply = simulation.call(request)?;
                if let Reply::Journey(journey) = &mut reply {
                    let known = unknown::Known {
                        hosts: &self.names.0,
                        programs: &self.programs,
                        lost: &self.lost,
                        asking: &self.asking,
                        begins,
                    };
                    let tunnels = &self.tunnels;
                    known.admit(journey, &mut |step| {
                        let judge = |outer: &mut Journey| known.admit(outer, &mut |_| None);
                        tunnel::broken(step, tunnels, simulation, &judge)
                    });
                }
                Ok(reply)
            }
            Request::Snapshot { .. } | Request::RouteGet { .. } | Request::Now => {
                self.simulation.call(request)
            }
            _ => Err(Error::from(Errno::PERM)),
        }
    }
}
