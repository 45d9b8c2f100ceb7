//! Traps of forwarding: packets that arrive and are not passed on.

use super::finding::{Finding, Severity};
use super::place::{Place, Standing, reference, standing};
use super::said::{
    Ending, Packet, destinations, ending, is_of_localhost, may_match, translates, translates_source,
};
use netloom_model::route::table;
use netloom_model::ruleset::{Chain, Expr, Hook, Policy, Rule, Statement, Table, TableFamily};
use netloom_model::setting::dotted;
use netloom_model::{Family, IpNet, Link, LinkKind, Route, RouteType, RuleAction};
use netloom_tools::iptables;

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
    // What this host itself sends and receives is not forwarded.
    let own = rule.chain.base.as_ref();
    let own = own.is_some_and(|base| matches!(base.hook, Hook::Output | Hook::Input));
    if !of_family || own || !translates(rule.rule) || is_of_localhost(rule.rule) {
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
    for bridge in place.bridges() {
        if place.ports(bridge.index).count() < 2 {
            continue;
        }
        let asked: Vec<_> = families
            .into_iter()
            .filter(|(family, setting)| place.is_on(setting) || calls(bridge, *family))
            .collect();
        for (table, chain) in dropping(place, &bridge.name) {
            // A table of both families is told of once.
            let own = |(family, _): &&(TableFamily, &str)| {
                [*family, TableFamily::Inet].contains(&table.family)
            };
            let Some((_, setting)) = asked.iter().find(own) else {
                continue;
            };
            let (family, name) = (table.family.name(), &table.name);
            let text = format!(
                "frames between ports of {} are asked of {}, whose policy is drop, and no rule lets \
                 them pass",
                bridge.name, chain.name
            );
            let shows = format!("table {family} {name}, chain {}: policy drop", chain.name);
            let finding = Finding::new(Severity::Warning, text)
                .seen(format!("sysctl {setting} = 1"))
                .seen(shows)
                .mended_by(place.exec(&passing(table, chain, &bridge.name)));
            findings.push(finding);
        }
    }
    findings
}

/// The command that lets pass in a chain what crosses a bridge.
fn passing(table: &Table, chain: &Chain, bridge: &str) -> String {
    let (family, name, chain) = (table.family.name(), &table.name, &chain.name);
    match iptables::program(&reference(table)) {
        Some(program) if name == "filter" => {
            format!("{program} -I {chain} -i {bridge} -o {bridge} -j ACCEPT")
        }
        Some(program) => {
            format!("{program} -t {name} -I {chain} -i {bridge} -o {bridge} -j ACCEPT")
        }
        // The quotes are nft's own, within those of the shell.
        None => format!(
            "nft insert rule {family} {name} {chain} iifname '\"{bridge}\"' oifname '\"{bridge}\"' \
             accept"
        ),
    }
}

/// Whether a bridge calls the hooks of a family by itself.
fn calls(bridge: &Link, family: TableFamily) -> bool {
    match &bridge.kind {
        LinkKind::Bridge(state) if family == TableFamily::Ip => state.nf_call_iptables,
        LinkKind::Bridge(state) => state.nf_call_ip6tables,
        _ => false,
    }
}

/// The chains that drop what crosses a bridge; each does, whatever the others say.
fn dropping<'s>(place: &Place<'s>, bridge: &str) -> Vec<(&'s Table, &'s Chain)> {
    let bridged = Packet {
        input: Some(bridge),
        output: Some(bridge),
        ..Packet::default()
    };
    let chains = place.chains_at(Hook::Forward, None);
    let drop = chains.filter(|(table, chain, base)| {
        // What a chain of somebody else does is not followed: a jump or a map may let it pass.
        let passes = || {
            standing(table, chain).any(|at| {
                may_match(at.rule, &bridged) && may_pass(at.rule) && !only_established(&at)
            })
        };
        base.policy == Policy::Drop && !passes()
    });
    drop.map(|(table, chain, _)| (table, chain)).collect()
}

/// Whether a rule may let a packet pass that it is for.
fn may_pass(rule: &Rule) -> bool {
    let mut statements = rule.statements.iter();
    rule.leads_to().is_some()
        || ending(rule) == Some(Ending::Passes)
        || statements.any(|one| {
            matches!(
                one,
                Statement::VerdictMap { .. } | Statement::Unknown(_) | Statement::Queue { .. }
            )
        })
}

/// Whether a rule is for connections that are there already.
fn only_established(at: &Standing<'_>) -> bool {
    use netloom_model::ruleset::expr::CtKey;
    use netloom_model::ruleset::xt::XtMatch;
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
        let name = |which: &str| format!("net.ipv4.conf.{}.rp_filter", dotted(which));
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
    };
    let mut by_dev = routes
        .filter(unicast)
        .filter(|route| by(route, dev) && !route.nexthops.iter().any(|hop| hop.dead));
    by_dev.find_map(|route| {
        let back = way_back(place, &route.dst, dev)?;
        (back.dst.len >= route.dst.len && !by(back, dev)).then_some((route, back))
    })
}

fn by(route: &Route, dev: u32) -> bool {
    route.nexthops.iter().any(|hop| hop.dev == Some(dev))
}

/// The route that the check of a reverse path finds to a destination; none where there is none, or
/// where a rule that asks for something (a mark, the packet's destination) may have it find another by
/// that device.
fn way_back<'s>(place: &Place<'s>, dst: &IpNet, dev: u32) -> Option<&'s Route> {
    let in_vrf = place.link(dev).is_some_and(|link| link.master.is_some());
    let rules = place.namespace.rules.iter();
    for rule in rules.filter(|rule| rule.family == Family::V4) {
        let selects = asks(rule);
        if rule.not && !selects || rule.l3mdev && !in_vrf {
            continue;
        }
        let number = match rule.action {
            RuleAction::Lookup(table::LOCAL) | RuleAction::Nop => continue,
            RuleAction::Lookup(number) => number,
            _ if selects => continue,
            _ => return None,
        };
        if rule.l3mdev {
            return None;
        }
        let mut usable = routes_to(place, number, dst)
            .filter(|route| !rule.suppresses(route.dst.len, group(place, route)));
        if selects {
            if usable.any(|route| by(route, dev)) {
                return None;
            }
            continue;
        }
        let best = usable.max_by_key(|route| (route.dst.len, core::cmp::Reverse(route.metric)));
        if let Some(route) = best {
            return Some(route).filter(|route| route.kind == RouteType::Unicast);
        }
    }
    None
}

/// Whether a rule is not for every packet.
fn asks(rule: &netloom_model::Rule) -> bool {
    let ends = rule.from.is_some() || rule.to.is_some();
    let devices = rule.iif.is_some() || rule.oif.is_some();
    ends || devices || rule.fwmark.is_some() || rule.tos != 0 || rule.asks_upper()
}

/// The routes of a table that lead to all of a destination.
fn routes_to<'s>(place: &Place<'s>, number: u32, dst: &IpNet) -> impl Iterator<Item = &'s Route> {
    let routes = place.namespace.routes.iter();
    routes.filter(move |route| {
        let dead = !route.nexthops.is_empty() && route.nexthops.iter().all(|hop| hop.dead);
        route.table == number && route.dst.len <= dst.len && route.dst.contains(dst.addr) && !dead
    })
}

/// The group of the device by which a route leads.
fn group(place: &Place<'_>, route: &Route) -> u32 {
    let dev = route.nexthops.first().and_then(|hop| hop.dev);
    let link = dev.and_then(|dev| place.link(dev));
    link.map_or(0, |link| link.group)
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
