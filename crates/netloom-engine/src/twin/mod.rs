//! The twin of a host: an engine that is as a state tells, which was read from a kernel or from another
//! engine, and treats packets as that one would.
//!
//! Nothing is done that brought the state about: what is there is entered as it is told, with the
//! timers that its state asks for. What came of one thing on the host (the route of an address, the
//! groups of a device) is told as well. `link`, `address` and `settings` are here, the rest is with
//! those whose it is (`restore`).
//!
//! What is not told, and so not the same: the numbers of TCP's ends, what limits, `recent` and
//! `hashlimit` remember, queries and reports of groups that are due, paths that were learned to be
//! narrow.

mod address;
mod link;
mod settings;
pub(crate) mod wire;

pub(crate) use link::Told as ToldLink;
pub(crate) use settings::Kept as KeptSettings;

use crate::apply;
use crate::bridge;
use crate::conntrack;
use crate::engine::{Engine, Simulation};
use crate::filter;
use crate::ip::v6::ALL_NODES;
use crate::ip::v6::router::advertise;
use crate::ipset;
use crate::namespace::NsId;
use crate::neighbour;
use crate::net::{Cx, Net};
use crate::observer::Unobserved;
use crate::random::Random;
use crate::route::{nexthop, restore as route};
use crate::socket;
use netloom_model::snapshot::Missing;
use netloom_model::{Group, Namespace, NsName, State};

fn missing(ns: &NsName, part: &str, why: String) -> Missing {
    Missing {
        ns: Some(ns.clone()),
        part: part.to_owned(),
        why,
    }
}

impl Engine {
    /// An engine as `state` tells, and what of it could not be loaded.
    ///
    /// ```
    /// use netloom_engine::Engine;
    /// use netloom_model::state::Parts;
    ///
    /// let engine = Engine::new(1);
    /// let state = engine.snapshot(None, Parts::ALL).unwrap();
    /// let (twin, missing) = Engine::twin(&state);
    /// assert_eq!(twin.snapshot(None, Parts::ALL), Ok(state));
    /// assert!(missing.is_empty());
    /// ```
    #[must_use]
    pub fn twin(state: &State) -> (Engine, Vec<Missing>) {
        let mut net = Net {
            random: Random::new(1),
            now: state.clock,
            ..Net::default()
        };
        let mut lost = Vec::new();
        load(&mut net, state, &mut lost);
        (Engine::with(net), lost)
    }
}

impl Simulation {
    /// The twin of what `state` tells, in virtual time, and what of it could not be loaded.
    #[must_use]
    pub fn twin(state: &State) -> (Simulation, Vec<Missing>) {
        let (engine, missing) = Engine::twin(state);
        (Simulation { engine }, missing)
    }
}

fn load(net: &mut Net, state: &State, lost: &mut Vec<Missing>) {
    net.silent = true;
    let mut all: Vec<(NsId, &NsName, &Namespace)> = Vec::new();
    for (name, told) in &state.namespaces {
        if let (Ok(()), Some(ns)) = (
            apply::namespace::add(net, name),
            net.names.get(name).copied(),
        ) {
            all.push((ns, name, told));
        }
    }
    for (ns, name, told) in &all {
        link::make(net, (*ns, name), state, lost);
        for (id, peer) in &told.nsids {
            if let Some(peer) = net.names.get(peer).copied() {
                net.ns_mut(*ns).nsids.set(*id, peer);
            }
        }
    }
    for (ns, name, told) in &all {
        link::pair(net, (*ns, name), state);
        link::settle(net, *ns, told);
    }
    for (ns, name, told) in &all {
        namespace(net, (*ns, name), told, lost);
    }
    net.ipv6_disabled = without_ipv6(state);
    net.silent = false;
}

/// Whether the kernel began without IPv6: no device listens to the group of all nodes.
fn without_ipv6(state: &State) -> bool {
    let off = |told: &Namespace| {
        let default = told.sysctls.get("net.ipv6.conf.default.disable_ipv6");
        let nodes = Group::Ip(ALL_NODES.into());
        let heard = told.groups.iter().any(|member| member.group == nodes);
        default.is_some_and(|value| value == "1") && !heard
    };
    !state.namespaces.is_empty() && state.namespaces.values().all(off)
}

fn namespace(
    net: &mut Net,
    (ns, name): (NsId, &NsName),
    told: &Namespace,
    lost: &mut Vec<Missing>,
) {
    let mut note = |part, why: String| lost.push(missing(name, part, why));
    settings::restore(net, ns, &told.sysctls);
    for index in address::restore(net, ns, &told.addresses) {
        note("addresses", format!("there is no link {index}"));
    }
    link::enslave(net, ns, told);
    address::run_v6(net, ns, told);
    address::groups(net, ns, &told.groups);
    for nexthop in &told.nexthops {
        if let Err(error) = nexthop::restore(net, ns, nexthop) {
            note("nexthops", format!("next hop {}: {error}", nexthop.id));
        }
    }
    route::tables(net, ns, &told.route_tables);
    for one in &told.routes {
        if let Err(error) = route::route(net, ns, one) {
            let why = format!("route {} of table {}: {error}", one.dst, one.table);
            note("routes", why);
        }
    }
    if !told.rules.is_empty() {
        route::rules(net, ns, &told.rules);
    }
    for one in &told.neighbours {
        if neighbour::restore::restore(net, ns, one).is_none() {
            note(
                "neighbours",
                format!("{}: there is no link {}", one.dst, one.dev),
            );
        }
    }
    let stations = bridge::restore_fdb(net, ns, &told.fdb);
    let groups = bridge::multicast::restore_groups(net, ns, &told.mdb);
    for (part, lost) in [("fdb", stations), ("mdb", groups)] {
        if lost > 0 {
            note(part, format!("{lost} entries whose bridge is not there"));
        }
    }
    bridge::multicast::restore_routers(net, ns, &told.mdb_routers);
    for why in ipset::restore(net, ns, &told.ipsets) {
        note("ipsets", why);
    }
    for why in filter::restore(net, ns, &told.ruleset) {
        note("ruleset", why);
    }
    for one in &told.connections {
        if let Err(error) = conntrack::restore::connection(net, ns, one) {
            note("connections", format!("connection {}: {error}", one.id));
        }
    }
    for one in &told.expectations {
        if let Err(error) = conntrack::restore::expectation(net, ns, one) {
            note("expectations", format!("expectation {}: {error}", one.id));
        }
    }
    conntrack::restore::statistics(net, ns, &told.tracked);
    for one in &told.sockets {
        socket::restore::restore(net, ns, one);
    }
    advertisers(net, ns, told);
    net.ns_mut(ns).mib.restore(&told.counters);
    settings::keep(net, ns, &told.sysctls);
    link::keep(net, ns, told);
}

fn advertisers(net: &mut Net, ns: NsId, told: &Namespace) {
    for (index, what) in &told.advertised {
        if let Some(dev) = net.ns(ns).device(*index) {
            let mut cx = Cx {
                net,
                watch: &mut Unobserved,
            };
            advertise::set(&mut cx, dev, Some(what));
        }
    }
}
