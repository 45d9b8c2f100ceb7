//! Changes of routes and rules that could deliver a packet.

use super::Candidate;
use crate::explain::command::ip;
use netloom_model::change::RuleMatch;
use netloom_model::journey::{Event, Explain, Journey, Probe};
use netloom_model::route::RouteMatch;
use netloom_model::{
    Address, Change, IpNet, Mode, Namespace, NextHop, NsName, Route, RouteType, RuleAction, State,
};
use std::net::IpAddr;

/// Where the dropped packet was going.
pub(super) fn destination(journey: &Journey, step: Option<u32>, ask: &Explain) -> Option<IpAddr> {
    let packet = step
        .and_then(|at| journey.steps.get(at as usize))
        .map(|s| s.packet);
    let routed = journey.steps.iter().rev().find_map(|s| match &s.event {
        Event::Routed(trace) if Some(s.packet) == packet => Some(trace.to),
        _ => None,
    });
    routed.or(match &ask.probe {
        Probe::Send(packet) | Probe::ReceiveIp { packet, .. } => Some(packet.to),
        Probe::Receive { .. } => None,
    })
}

/// Default routes over every neighbour that could be a router: the addresses of other namespaces
/// on this one's links.
pub(super) fn routes(
    state: &State,
    ns: &NsName,
    here: &Namespace,
    to: Option<IpAddr>,
) -> Vec<Candidate> {
    let mut all = Vec::new();
    // Nobody else has an address of this host, or one that means every host itself.
    let own = |addr: IpAddr| here.addresses.iter().any(|a| a.local.addr == addr);
    let on_link = |addr: IpAddr| {
        let linked = here.addresses.iter().any(|a| a.prefix().contains(addr));
        linked && !addr.is_loopback() && !own(addr)
    };
    for there in state
        .namespaces
        .iter()
        .filter(|(name, _)| *name != ns)
        .map(|(_, there)| there)
    {
        for gateway in there
            .addresses
            .iter()
            .map(|a| a.local.addr)
            .filter(|a| on_link(*a))
        {
            let Some(to) = to else { continue };
            if gateway.is_ipv4() != to.is_ipv4() {
                continue;
            }
            let net = network_of(state, to).unwrap_or(IpNet::host(to));
            for (dst, word) in [
                (IpNet::default_of(net.family()), "default".to_owned()),
                (net, net.to_string()),
            ] {
                let hop = NextHop {
                    via: Some(gateway),
                    weight: 1,
                    ..NextHop::default()
                };
                let route = Route {
                    nexthops: vec![hop],
                    ..Route::new(dst)
                };
                all.push(Candidate {
                    command: format!("{} route add {word} via {gateway}", ip(ns)),
                    change: Change::AddRoute {
                        ns: ns.clone(),
                        route,
                        mode: Mode::Add,
                    },
                });
            }
        }
    }
    all
}

/// The longest prefix of somebody's address that an address lies in.
fn network_of(state: &State, addr: IpAddr) -> Option<IpNet> {
    let all = state.namespaces.values().flat_map(|ns| &ns.addresses);
    let nets = all
        .map(Address::prefix)
        .filter(|net| net.contains(addr) && net.len > 0);
    // Who has the longest is at home there; another's prefix may be too wide.
    nets.max_by_key(|net| net.len)
}

/// Rules and routes of a namespace that forbid, taken away.
pub(super) fn forbidding(ns: &NsName, here: &Namespace, to: Option<IpAddr>) -> Vec<Candidate> {
    let rules = here.rules.iter().filter(|rule| {
        matches!(
            rule.action,
            RuleAction::Blackhole | RuleAction::Unreachable | RuleAction::Prohibit
        )
    });
    let rules = rules.filter_map(|rule| {
        let command = format!("{} rule del pref {}", ip(ns), rule.priority?);
        let rule = Box::new(RuleMatch {
            rule: rule.clone(),
            action_given: true,
        });
        let change = Change::DelRule {
            ns: ns.clone(),
            rule,
        };
        Some(Candidate { change, command })
    });
    let routes = here.routes.iter().filter(|route| {
        let forbids = matches!(
            route.kind,
            RouteType::Blackhole | RouteType::Unreachable | RouteType::Prohibit
        );
        forbids && to.is_some_and(|to| route.dst.contains(to))
    });
    let routes = routes.map(|route| {
        let (kind, dst, table) = (route.kind.name(), route.dst, route.table);
        let command = format!("{} route del {kind} {dst} table {table}", ip(ns));
        let route = RouteMatch {
            table,
            tos: route.tos,
            kind: Some(route.kind),
            ..RouteMatch::new(dst)
        };
        let change = Change::DelRoute {
            ns: ns.clone(),
            route,
        };
        Candidate { change, command }
    });
    rules.chain(routes).collect()
}
