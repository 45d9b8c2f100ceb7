//! Routes, rules and next hop objects: `ip -j -d route show table all`, `ip -j -d rule`,
//! `ip -j -d nexthop`.

use super::item::Item;
use netloom_model::nexthop::{NexthopKind, NexthopMember};
use netloom_model::route::{NextHop, RouteMetrics, RouteType, table};
use netloom_model::{Family, IpNet, Nexthop, Route, Rule, RuleAction, Scope};
use serde_json::Value;
use std::net::IpAddr;

/// The index of a device's name.
pub(super) type Index<'a> = &'a mut dyn FnMut(&str) -> u32;

/// The routes of a list. `default` is of the family that its gateway has; else of the one that the list
/// is said to be of; only those of IPv6 have a preference.
pub(super) fn routes(list: &Value, family: Option<Family>, index: Index<'_>) -> Vec<Route> {
    let one = |item| route(item, family, index);
    Item::all(list).filter_map(one).collect()
}

/// Which of these words a line says.
fn named<'a>(item: Item<'a>, words: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    let said = words.iter().filter(move |word| item.has(word));
    said.map(|word| (*word).to_owned())
}

/// What a route or one of its ways says that is not known here.
fn beyond(item: Item<'_>) -> Vec<String> {
    let wraps = item.each("nexthops").any(|hop| hop.has("encap"));
    let own = named(item, &["encap", "from"]);
    let of_ways = wraps.then(|| "encap".to_owned());
    own.chain(of_ways).collect()
}

fn route(item: Item<'_>, family: Option<Family>, index: Index<'_>) -> Option<Route> {
    let guessed = || match item.ip("gateway").or_else(|| item.ip("prefsrc")) {
        Some(addr) => Family::of(addr),
        None if item.has("pref") => Family::V6,
        None => Family::V4,
    };
    let dst = item.prefix("dst", family.unwrap_or_else(guessed))?;
    let v6 = dst.family() == Family::V6;
    let kind = item.route_type("type").unwrap_or(RouteType::Unicast);
    let mut nexthops: Vec<NextHop> = item.each("nexthops").map(|hop| way(hop, index)).collect();
    let alone = ["dev", "gateway", "via"].iter().any(|key| item.has(key));
    if nexthops.is_empty() && alone {
        nexthops.push(way(item, index));
    }
    Some(Route {
        dst: dst.network(),
        tos: item.class("tos").unwrap_or(0),
        table: item.table("table").unwrap_or(match kind {
            RouteType::Local | RouteType::Broadcast | RouteType::Anycast => table::LOCAL,
            _ => table::MAIN,
        }),
        kind,
        protocol: item
            .protocol("protocol")
            .unwrap_or(netloom_model::route::protocol::BOOT),
        scope: item.scope("scope").unwrap_or(match kind {
            _ if v6 => Scope::UNIVERSE,
            RouteType::Local => Scope::HOST,
            RouteType::Broadcast => Scope::LINK,
            _ => Scope::UNIVERSE,
        }),
        metric: item.u32("metric").unwrap_or(0),
        prefsrc: item.ip("prefsrc"),
        metrics: metrics(item),
        nexthops,
        nhid: item.u32("nhid"),
        expires: item.u32("expires"),
        preference: match item.text("pref") {
            Some("high") => 1,
            Some("low") => 3,
            _ => 0,
        },
        beyond: beyond(item),
    })
}

fn way(item: Item<'_>, index: Index<'_>) -> NextHop {
    NextHop {
        via: item.ip("gateway").or_else(|| item.inside("via").ip("host")),
        dev: item.text("dev").map(index),
        weight: item.u16("weight").unwrap_or(1),
        onlink: item.lists("flags", "onlink"),
        dead: item.lists("flags", "dead"),
        linkdown: item.lists("flags", "linkdown"),
    }
}

fn metrics(item: Item<'_>) -> RouteMetrics {
    let mut metrics = RouteMetrics::default();
    for one in item.each("metrics") {
        for (to, key) in [
            (&mut metrics.mtu, "mtu"),
            (&mut metrics.advmss, "advmss"),
            (&mut metrics.hoplimit, "hoplimit"),
            (&mut metrics.window, "window"),
            (&mut metrics.rtt, "rtt"),
            (&mut metrics.initcwnd, "initcwnd"),
            (&mut metrics.initrwnd, "initrwnd"),
            (&mut metrics.quickack, "quickack"),
        ] {
            *to = one.u32(key).unwrap_or(*to);
        }
        metrics.mtu_lock |= one.lists("locked", "mtu");
    }
    metrics
}

/// The rules of a list, which is of one family.
pub(super) fn rules(list: &Value, family: Family) -> Vec<Rule> {
    Item::all(list)
        .filter_map(|item| rule(item, family))
        .collect()
}

fn rule(item: Item<'_>, family: Family) -> Option<Rule> {
    let prefix = |addr: &str, len: &str| {
        let addr: IpAddr = item.ip(addr)?;
        let len = item.u8(len).unwrap_or(Family::of(addr).bits());
        (len <= Family::of(addr).bits()).then(|| IpNet::new(addr, len))
    };
    let pair = |one: &str, first: &str, last: &str| match item.u16(one) {
        Some(port) => Some((port, port)),
        None => Some((item.u16(first)?, item.u16(last)?)),
    };
    let table = item.table("table");
    let action = match item.text("action") {
        Some("blackhole" | "6") => RuleAction::Blackhole,
        Some("unreachable" | "7") => RuleAction::Unreachable,
        Some("prohibit" | "8") => RuleAction::Prohibit,
        Some("nop") => RuleAction::Nop,
        _ => match (item.u32("goto"), table) {
            (Some(to), _) => RuleAction::Goto(to),
            (None, Some(table)) => RuleAction::Lookup(table),
            (None, None) if item.has("l3mdev") => RuleAction::Lookup(0),
            (None, None) => RuleAction::Nop,
        },
    };
    let mark = item
        .u32("fwmark")
        .map(|mark| (mark, item.u32("fwmask").unwrap_or(u32::MAX)));
    Some(Rule {
        family,
        priority: Some(item.u32("priority")?),
        from: prefix("src", "srclen"),
        to: prefix("dst", "dstlen"),
        iif: item.text("iif").map(str::to_owned),
        oif: item.text("oif").map(str::to_owned),
        fwmark: mark,
        tos: item.class("tos").unwrap_or(0),
        ipproto: item.ip_protocol("ipproto").unwrap_or(0),
        sport: pair("sport", "sport_start", "sport_end"),
        dport: pair("dport", "dport_start", "dport_end"),
        uid_range: item.u32("uid_start").zip(item.u32("uid_end")),
        l3mdev: item.has("l3mdev"),
        not: item.has("not"),
        protocol: item.protocol("protocol").unwrap_or(0),
        suppress_prefixlen: item.u32("suppress_prefixlen"),
        suppress_ifgroup: item.u32("suppress_ifgroup"),
        action,
        beyond: named(item, &["tun_id", "dscp", "flowlabel"]).collect(),
    })
}

/// The next hop objects of a list.
pub(super) fn nexthops(list: &Value, index: Index<'_>) -> Vec<Nexthop> {
    let one = |item: Item<'_>| {
        let members: Vec<NexthopMember> = item
            .each("group")
            .filter_map(|member| {
                let weight = member.u16("weight").unwrap_or(1);
                Some(NexthopMember {
                    id: member.u32("id")?,
                    weight,
                })
            })
            .collect();
        let via = item.ip("gateway").or_else(|| item.inside("via").ip("host"));
        let family = via.map_or(Family::V4, Family::of);
        let kind = match (item.has("blackhole"), members.is_empty()) {
            (true, _) => NexthopKind::Blackhole(family),
            (false, false) => NexthopKind::Group(members),
            (false, true) => NexthopKind::Way {
                family,
                via,
                dev: item.text("dev").map(&mut *index),
                onlink: item.lists("flags", "onlink"),
            },
        };
        Some(Nexthop {
            id: item.u32("id")?,
            kind,
            protocol: item.protocol("protocol").unwrap_or(0),
            scope: item.scope("scope").unwrap_or(Scope::UNIVERSE),
            linkdown: item.lists("flags", "linkdown"),
        })
    };
    Item::all(list).filter_map(one).collect()
}
