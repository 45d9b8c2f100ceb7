//! Traps of forwarding: packets that arrive and are not passed on.

use super::finding::{Finding, Severity};
use super::place::{Place, Standing, standing};
use super::said::{
    Ending, Packet, destinations, ending, is_of_localhost, may_match, translates, translates_source,
};
use netloom_model::route::table;
use netloom_model::ruleset::{Hook, Policy, TableFamily};
use netloom_model::{Family, IpNet, Link, LinkKind, Route, RouteType, RuleAction};

/// Rules translate what other hosts send, and nothing is forwarded.
pub(super) fn off(place: &Place<'_>) -> Vec<Finding> {
    let families = [
        (Family::V4, "net.ipv4.ip_forward"),
        (Family::V6, "net.ipv6.conf.all.forwarding"),
    ];
    let off = families
        .into_iter()
        .filter(|(_, setting)| place.is_off(setting));
    let findings = off.filter_map(|(family, setting)| {
        let needs = place
            .rules()
            .find(|rule| needs_forwarding(place, rule, family))?;
        let text = format!("rules translate what other hosts send, but {setting} is 0");
        let finding = Finding::new(Severity::Error, text)
            .seen(needs.line())
            .mended_by(place.exec(&format!("sysctl -w {setting}=1")));
        Some(finding)
    });
    findings.collect()
}

/// Whether a rule is for packets that are forwarded.
fn needs_forwarding(place: &Place<'_>, rule: &Standing<'_>, family: Family) -> bool {
    let of_family = match rule.table.family {
        TableFamily::Ip => family == Family::V4,
        TableFamily::Ip6 => family == Family::V6,
        _ => true,
    };
    if !of_family || !translates(rule.rule) || is_of_localhost(rule.rule) {
        return false;
    }
    let targets = destinations(rule.rule, Some(rule.table));
    let away =
        |address: &core::net::IpAddr| Family::of(*address) == family && !place.is_own(*address);
    // A family of its own is said by a table of both alone through addresses.
    let source = translates_source(rule.rule) && rule.table.family != TableFamily::Inet;
    source || targets.iter().any(away)
}

/// Frames between ports of a bridge are asked of FORWARD, whose policy is DROP.
pub(super) fn bridged_drop(place: &Place<'_>) -> Vec<Finding> {
    let families = [
        (TableFamily::Ip, "net.bridge.bridge-nf-call-iptables"),
        (TableFamily::Ip6, "net.bridge.bridge-nf-call-ip6tables"),
    ];
    let mut findings = Vec::new();
    for (family, setting) in families {
        for bridge in place.bridges() {
            let ports: Vec<&Link> = place.ports(bridge.index).collect();
            if ports.len() < 2 || !(place.is_on(setting) || calls(bridge, family)) {
                continue;
            }
            let Some((table, chain)) = dropping(place, family, &bridge.name) else {
                continue;
            };
            let text = format!(
                "frames between ports of {} are asked of {chain}, whose policy is drop, and no rule \
                 lets them pass",
                bridge.name
            );
            let program = if family == TableFamily::Ip {
                "iptables"
            } else {
                "ip6tables"
            };
            let rule = format!("{program} -I FORWARD -i {0} -o {0} -j ACCEPT", bridge.name);
            let finding = Finding::new(Severity::Warning, text)
                .seen(format!("sysctl {setting} = 1"))
                .seen(format!(
                    "table {} {table}, chain {chain}: policy drop",
                    family.name()
                ))
                .mended_by(place.exec(&rule));
            findings.push(finding);
        }
    }
    findings
}

/// Whether a bridge calls the hooks of a family by itself.
fn calls(bridge: &Link, family: TableFamily) -> bool {
    match &bridge.kind {
        LinkKind::Bridge(state) if family == TableFamily::Ip => state.nf_call_iptables,
        LinkKind::Bridge(state) => state.nf_call_ip6tables,
        _ => false,
    }
}

/// The chain that drops what crosses a bridge: its table's name and its own.
fn dropping(place: &Place<'_>, family: TableFamily, bridge: &str) -> Option<(String, String)> {
    let bridged = Packet {
        input: Some(bridge),
        output: Some(bridge),
        ..Packet::default()
    };
    let mut chains = place.chains_at(Hook::Forward, None);
    chains.find_map(|(table, chain, base)| {
        let asked = table.family == family || table.family == TableFamily::Inet;
        if !asked || base.policy != Policy::Drop {
            return None;
        }
        // What a chain of somebody else does is not followed: a jump may let it pass.
        let passes = standing(table, chain).any(|at| {
            let may = may_match(at.rule, &bridged);
            may && (at.rule.leads_to().is_some() || ending(at.rule) == Some(Ending::Passes))
                && !only_established(&at)
        });
        (!passes).then(|| (table.name.clone(), chain.name.clone()))
    })
}

/// Whether a rule is for connections that are there already.
fn only_established(at: &Standing<'_>) -> bool {
    use netloom_model::ruleset::expr::CtKey;
    use netloom_model::ruleset::xt::XtMatch;
    use netloom_model::ruleset::{Expr, Statement};
    at.rule.statements.iter().any(|statement| match statement {
        Statement::Match { left, .. } => *left == Expr::Ct(CtKey::State, None),
        Statement::XtMatch(found) => matches!(found, XtMatch::Conntrack(_)),
        _ => false,
    })
}

/// Packets that come by one device while the way back goes by another, where that is refused
/// (RFC 3704, `rp_filter` = 1).
pub(super) fn reverse_path(place: &Place<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for link in &place.namespace.links {
        let name = |which: &str| format!("net.ipv4.conf.{which}.rp_filter");
        let value = |which: &str| place.setting(&name(which)).unwrap_or("0");
        // The greater one of both counts (ip-sysctl).
        if value("all").max(value(&link.name)) != "1" || matches!(link.kind, LinkKind::Loopback) {
            continue;
        }
        let Some((route, back)) = astray(place, link.index) else {
            continue;
        };
        let text = format!(
            "packets from {} that come by {} are dropped: the way back goes by {}",
            prefix(route),
            link.name,
            devices(place, back).join(", "),
        );
        let finding = Finding::new(Severity::Warning, text)
            .seen(route_line(place, route))
            .seen(route_line(place, back))
            .seen(format!("sysctl {} = 1", name(&link.name)))
            .mended_by(place.exec(&format!("sysctl -w {}=2", name(&link.name))));
        findings.push(finding);
    }
    findings
}

/// A route by a device, and the one that is taken to the same destination, by another.
fn astray<'s>(place: &Place<'s>, dev: u32) -> Option<(&'s Route, &'s Route)> {
    let routes = place.namespace.routes.iter();
    let unicast = |route: &&Route| {
        route.family() == Family::V4
            && route.kind == RouteType::Unicast
            && route.table != table::LOCAL
            && !from_source(place, route.table)
    };
    let mut by_dev = routes
        .filter(unicast)
        .filter(|route| by(route, dev) && !route.nexthops.iter().any(|hop| hop.dead));
    by_dev.find_map(|route| {
        let back = best(place, &route.dst)?;
        (back.dst.len >= route.dst.len && !by(back, dev)).then_some((route, back))
    })
}

fn by(route: &Route, dev: u32) -> bool {
    route.nexthops.iter().any(|hop| hop.dev == Some(dev))
}

/// Whether a table is looked up for the sake of source addresses: the check of a reverse path does so
/// too, so that no packet gets lost.
fn from_source(place: &Place<'_>, table: u32) -> bool {
    let mut rules = place.namespace.rules.iter();
    rules.any(|rule| rule.action == RuleAction::Lookup(table) && rule.from.is_some())
}

/// The route that is taken to a destination by rules that ask nothing, which are those that the check
/// of a reverse path goes by.
fn best<'s>(place: &Place<'s>, dst: &IpNet) -> Option<&'s Route> {
    let plain = place.namespace.rules.iter().filter(|rule| {
        let selects = rule.from.is_some() || rule.to.is_some() || rule.iif.is_some();
        let selects = selects || rule.oif.is_some() || rule.fwmark.is_some() || rule.asks_upper();
        rule.family == Family::V4 && !selects && !rule.l3mdev && rule.tos == 0
    });
    let tables = plain.filter_map(|rule| match rule.action {
        RuleAction::Lookup(number) if number != table::LOCAL => Some(number),
        _ => None,
    });
    tables
        .filter_map(|number| {
            let routes = place.namespace.routes.iter();
            let usable = |route: &&Route| {
                route.table == number
                    && route.kind == RouteType::Unicast
                    && route.dst.len <= dst.len
                    && route.dst.contains(dst.addr)
                    && !route.nexthops.iter().all(|hop| hop.dead)
            };
            let found = routes.filter(usable);
            found.max_by_key(|route| (route.dst.len, core::cmp::Reverse(route.metric)))
        })
        .next()
}

fn devices(place: &Place<'_>, route: &Route) -> Vec<String> {
    let hops = route.nexthops.iter();
    hops.filter_map(|hop| hop.dev)
        .map(|dev| place.namespace.link_name(dev))
        .collect()
}

fn prefix(route: &Route) -> String {
    match route.dst.len {
        0 => "anywhere".to_owned(),
        _ => route.dst.to_string(),
    }
}

/// A route, much as `ip route` prints it.
fn route_line(place: &Place<'_>, route: &Route) -> String {
    let mut line = match route.dst.len {
        0 => "default".to_owned(),
        _ => route.dst.to_string(),
    };
    for hop in &route.nexthops {
        if let Some(via) = hop.via {
            line += &format!(" via {via}");
        }
        if let Some(dev) = hop.dev {
            line += &format!(" dev {}", place.namespace.link_name(dev));
        }
    }
    if route.table != table::MAIN {
        line += &format!(" table {}", route.table);
    }
    if route.metric != 0 {
        line += &format!(" metric {}", route.metric);
    }
    line
}
