//! Hosts as a world: this machine as it is at this moment, or hosts of which there are snapshots, loaded
//! into one engine in this process. Nothing is sent, and nothing is changed on any of them.
//!
//! `name` gives the namespaces of several hosts names of their own, `wire` finds which devices are on one
//! link, `tunnel` what carries the frames of a VXLAN, `unknown` says where a packet meets what was not read
//! or what nobody knows. `twin` is the same as a world that lives on, in which everything may be changed.

mod name;
#[cfg(test)]
mod tests;
mod tunnel;
mod twin;
mod unknown;
mod wire;

use crate::explain::command::{self, Entering};
use crate::snapshot;
use netloom_engine::{Engine, Simulation};
use netloom_kernel::host::{self, Which};
use netloom_model::snapshot::Missing;
use netloom_model::{Errno, Error, NsName, Reply, Request, Result, Snapshot, State, World};
use netloom_tools::Context;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
pub(crate) use twin::Twin;
pub(crate) use unknown::Known;

/// Hosts that can be asked.
pub(crate) struct Hosts {
    simulation: Simulation,
    known: Known,
    /// Where questions begin that do not say where.
    first: NsName,
}

/// What the namespaces of hosts are called by, beside their names: containers, pods, processes.
#[derive(Clone)]
pub(crate) struct Names(Arc<Vec<Snapshot>>);

impl Names {
    /// Those of the hosts as which a world began, where they are known.
    pub(crate) fn of(began: Option<Snapshot>) -> Names {
        Names(Arc::new(began.into_iter().collect()))
    }

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
        let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
        Ok(Hosts::of(read(&files, live)?))
    }

    /// Loads hosts into one engine.
    pub(crate) fn of(mut all: Vec<Snapshot>) -> Hosts {
        let roots = name::unique(&mut all);
        command::enter_as(entering(&all, &roots));
        let (engine, known) = load(all);
        let hosts = known.hosts.iter();
        let mut all = hosts.flat_map(|host| host.state.namespaces.keys());
        let named = roots
            .iter()
            .find(|ns| all.clone().any(|there| there == *ns));
        let first = named.or(all.next()).cloned().unwrap_or_default();
        Hosts {
            simulation: Simulation { engine },
            known,
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

    /// What was not read of them.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &Missing> {
        self.known.hosts.iter().flat_map(|host| &host.missing)
    }

    /// Which of some parts were not read of them, and why: a line each.
    pub(crate) fn unread(&self, parts: &[&str]) -> Vec<String> {
        let told = self.missing().filter(|missing| {
            missing.part == "namespace" || parts.contains(&missing.part.as_str())
        });
        told.map(|missing| crate::shell::one_line(&missing.to_string()))
            .collect()
    }

    /// What their namespaces are called by.
    pub(crate) fn names(&self) -> Names {
        Names(Arc::clone(&self.known.hosts))
    }
}

/// Snapshots, and this machine as it is now.
fn read(files: &[PathBuf], live: bool) -> core::result::Result<Vec<Snapshot>, String> {
    let mut all = Vec::new();
    for file in files {
        all.push(snapshot::load(core::slice::from_ref(file))?);
    }
    if live {
        let read = host::snapshot(&Which::All);
        all.push(read.map_err(|error| format!("this host cannot be read: {error}"))?);
    }
    Ok(all)
}

/// Hosts whose namespaces have names of their own, in one engine; of their states only the names of
/// namespaces are kept.
fn load(mut all: Vec<Snapshot>) -> (Engine, Known) {
    let mut state = State::default();
    for host in &mut all {
        state.clock = state.clock.max(host.state.clock);
        for (ns, there) in &mut host.state.namespaces {
            state.namespaces.insert(ns.clone(), core::mem::take(there));
        }
    }
    let wires = wire::between(&all, &state);
    let (mut engine, lost) = Engine::twin(&state);
    for ends in wires {
        engine.join(&ends);
    }
    if let Some(epoch) = all.iter().find_map(epoch) {
        engine.set_epoch(epoch);
    }
    (engine, Known::of(all, &state, lost))
}

/// The wall clock when a host's own clock stood at zero, since 1970.
fn epoch(host: &Snapshot) -> Option<Duration> {
    let taken = host.host.taken.map(Duration::from_secs)?;
    Some(taken.saturating_sub(Duration::from_nanos(host.state.clock.0)))
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
                let probe = explain.probe.clone();
                let simulation = &mut self.simulation;
                let mut reply = simulation.call(request)?;
                if let Reply::Journey(journey) = &mut reply {
                    let ask = &mut |explain| simulation.explain(explain);
                    self.known.admit(journey, &probe, ask);
                }
                Ok(reply)
            }
            Request::Snapshot { .. }
            | Request::RouteGet { .. }
            | Request::RouteTable { .. }
            | Request::Now => self.simulation.call(request),
            _ => Err(Error::from(Errno::PERM)),
        }
    }
}
