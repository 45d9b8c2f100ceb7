//! The state that a step read, kept beside it.

use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use crate::snapshot;
use netloom_model::Namespace;
use netloom_model::journey::{ChainTrace, Event, Look, Stage};
use netloom_model::state::Parts;

/// How many entries of a table are kept as they are; of a longer one, those that could match.
const MANY: usize = 200;

/// What the step at `stage` looked at; none where it reads nothing but the packet.
pub(super) fn of(
    net: &Net,
    (ns, dev): (NsId, DevId),
    stage: Stage,
    event: &Event,
) -> Option<Box<Namespace>> {
    let looks = stage.looks();
    let parts = looks.iter().map(|look| look.parts()).reduce(either)?;
    let mut state = snapshot::namespace(net, ns, parts);
    let dev = dev.some().map_or("", |dev| &net.dev(dev).name);
    settings(&mut state, looks, dev);
    if let Event::Routed(trace) = event
        && state.routes.len() > MANY
    {
        state.routes.retain(|route| route.dst.contains(trace.to));
    }
    if let Event::Fdb { address, .. } | Event::Learned { address, .. } = event
        && state.fdb.len() > MANY
    {
        state.fdb.retain(|entry| entry.address == *address);
    }
    if let Event::Resolved { address, .. } | Event::Waits { address, .. } = event
        && state.neighbours.len() > MANY
    {
        state.neighbours.retain(|entry| entry.dst == *address);
    }
    if let Event::Rules(trace) = event {
        chains(&mut state, trace);
    }
    if state.connections.len() > MANY {
        let own = event.connection().map(|connection| connection.id);
        state.connections.retain(|other| Some(other.id) == own);
    }
    Some(Box::new(state))
}

/// Leaves the chains that were asked; of a long one the rules that matched.
fn chains(state: &mut Namespace, trace: &ChainTrace) {
    state.ruleset.tables.retain(|table| table.is(&trace.table));
    for table in &mut state.ruleset.tables {
        let asked = |name: &String| {
            *name == trace.chain || trace.tried.iter().any(|step| step.chain == *name)
        };
        table.chains.retain(|chain| asked(&chain.name));
        for chain in table.chains.iter_mut().filter(|c| c.rules.len() > MANY) {
            let matched = |handle: u64| {
                let mut matched = trace.tried.iter().filter(|step| step.matched());
                matched.any(|step| step.handle == handle)
            };
            chain.rules.retain(|rule| matched(rule.handle));
        }
    }
}

fn either(one: Parts, other: Parts) -> Parts {
    Parts {
        links: one.links || other.links,
        addresses: one.addresses || other.addresses,
        routes: one.routes || other.routes,
        nexthops: one.nexthops || other.nexthops,
        rules: one.rules || other.rules,
        ruleset: one.ruleset || other.ruleset,
        neighbours: one.neighbours || other.neighbours,
        fdb: one.fdb || other.fdb,
        groups: one.groups || other.groups,
        vlans: one.vlans || other.vlans,
        mdb: one.mdb || other.mdb,
        sysctls: one.sysctls || other.sysctls,
        counters: one.counters || other.counters,
        sockets: one.sockets || other.sockets,
        connections: one.connections || other.connections,
        ipsets: one.ipsets || other.ipsets,
    }
}

/// Leaves the settings that are looked at.
fn settings(state: &mut Namespace, looks: &[Look], dev: &str) {
    let wanted: Vec<String> = looks
        .iter()
        .flat_map(|look| match look {
            Look::Settings(names) => *names,
            _ => &[],
        })
        .map(|name| Look::setting(name, dev))
        .collect();
    state.sysctls.retain(|name, _| wanted.contains(name));
}
