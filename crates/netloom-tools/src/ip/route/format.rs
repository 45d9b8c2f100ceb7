//! How a route is printed.

use super::metrics;
use crate::ip::Options;
use crate::ip::print::{Record, Value};
use crate::ip::words::{PROTOCOLS, SCOPES, TABLES, TYPES, show_dsfield, show_prefix};
use core::net::IpAddr;
use netloom_model::route::{protocol, table};
use netloom_model::{Family, Namespace, NextHop, Route, RouteType, Scope};

/// What is not printed because the one who asked knows it.
#[derive(Clone, Copy, Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a column that a filter makes superfluous"
)]
pub(in crate::ip) struct Hidden {
    /// The table.
    pub(in crate::ip) table: bool,
    /// The type of service.
    pub(in crate::ip) tos: bool,
    /// The gateway.
    pub(in crate::ip) via: bool,
    /// The device.
    pub(in crate::ip) dev: bool,
    /// The protocol.
    pub(in crate::ip) protocol: bool,
    /// The scope.
    pub(in crate::ip) scope: bool,
    /// The source address.
    pub(in crate::ip) src: bool,
    /// The metric.
    pub(in crate::ip) metric: bool,
}

/// The number of a type (`RTN_*`).
pub(super) fn type_number(kind: RouteType) -> u32 {
    match kind {
        RouteType::Unicast => 1,
        RouteType::Local => 2,
        RouteType::Broadcast => 3,
        RouteType::Anycast => 4,
        RouteType::Multicast => 5,
        RouteType::Blackhole => 6,
        RouteType::Unreachable => 7,
        RouteType::Prohibit => 8,
        RouteType::Throw => 9,
    }
}

/// What `ip route get` adds to a route: who asked.
#[derive(Debug, Default)]
pub(super) struct Cached {
    /// The source that was asked for.
    pub(super) from: Option<IpAddr>,
    /// The link that the packet is said to come by.
    pub(super) iif: Option<u32>,
    /// The mark.
    pub(super) mark: u32,
    /// The user whose packet it is.
    pub(super) uid: u32,
    /// The flags.
    pub(super) flags: Vec<String>,
}

/// Prints a route of a table.
pub(in crate::ip) fn route(
    ns: &Namespace,
    options: &Options,
    route: &Route,
    hidden: Hidden,
) -> Record {
    let mut record = Record::default();
    body(&mut record, ns, options, route, hidden, None);
    record
}

/// Prints the answer of `ip route get`.
pub(super) fn cached(ns: &Namespace, options: &Options, route: &Route, cached: &Cached) -> Record {
    let mut record = Record::default();
    body(
        &mut record,
        ns,
        options,
        route,
        Hidden::default(),
        Some(cached),
    );
    record
}

fn body(
    record: &mut Record,
    ns: &Namespace,
    options: &Options,
    route: &Route,
    hidden: Hidden,
    cached: Option<&Cached>,
) {
    destination(record, options, route, hidden, cached);
    let single = match route.nexthops.as_slice() {
        [hop] => Some(hop),
        _ => None,
    };
    if let Some(hop) = single {
        way(record, ns, hop, route.family(), hidden);
    }
    let resolved = cached.is_some() && route.family() == Family::V4;
    origin(record, options, route, hidden, resolved);
    if let Some(source) = route.prefsrc.filter(|_| !hidden.src) {
        let source = source.to_string();
        record.field("prefsrc", source.as_str(), format_args!("src {source} "));
    }
    // IPv6 routes always have one.
    let metric = route.metric;
    let v6 = route.family() == Family::V6;
    if v6 || (metric != 0 && !hidden.metric && cached.is_none()) {
        record.field("metric", metric, format_args!("metric {metric} "));
    }
    flags(record, single);
    if cached.is_some_and(|c| c.flags.iter().any(|flag| flag == "mc")) {
        // The bit by which the kernel's cache says "multicast" means this in a route.
        record.text(format_args!("rt_offload_failed "));
    }
    if let Some(cached) = cached.filter(|_| !v6) {
        cache(record, ns, options, cached);
    }
    if let Some(seconds) = route.expires {
        record.field("expires", seconds, format_args!("expires {seconds}sec "));
    }
    metrics::show(record, &route.metrics);
    if let Some(index) = cached.and_then(|c| c.iif) {
        let name = ns.link_name(index);
        record.field("iif", name.as_str(), format_args!("iif {name} "));
    }
    if route.family() == Family::V6 {
        let preference = match route.preference {
            1 => "high",
            3 => "low",
            _ => "medium",
        };
        record.field("pref", preference, format_args!("pref {preference}"));
    }
    if options.details {
        object(record, ns, options, route);
    }
    if route.nexthops.len() > 1 {
        nexthops(record, ns, route);
    }
}

/// The next hop object that a route follows.
fn object(record: &mut Record, ns: &Namespace, options: &Options, route: &Route) {
    let Some(object) = ns.nexthops.iter().find(|n| Some(n.id) == route.nhid) else {
        return;
    };
    let part = crate::ip::nexthop::format::nexthop(ns, options, object);
    record.text(format_args!("\n\tnh_info {}", part.text));
    record.json("nh_info", Value::Object(part.members));
}

fn destination(
    record: &mut Record,
    options: &Options,
    route: &Route,
    hidden: Hidden,
    cached: Option<&Cached>,
) {
    if route.kind != RouteType::Unicast || options.details {
        let name = TYPES.name(type_number(route.kind), options.numeric);
        record.field("type", name.as_str(), format_args!("{name} "));
    }
    let dst = if route.dst.len == 0 {
        "default".to_owned()
    } else {
        show_prefix(route.dst)
    };
    record.field("dst", dst.as_str(), format_args!("{dst} "));
    // IPv6 tells where from even if that is nowhere in particular.
    let nowhere = cached.filter(|_| route.family() == Family::V6);
    let nowhere = nowhere.map(|_| Family::V6.unspecified());
    if let Some(from) = cached.and_then(|c| c.from).or(nowhere) {
        let from = from.to_string();
        record.field("from", from.as_str(), format_args!("from {from} "));
    }
    if let Some(nhid) = route.nhid {
        record.field("nhid", nhid, format_args!("nhid {nhid} "));
    }
    if route.tos != 0 && !hidden.tos {
        let tos = show_dsfield(route.tos, options.numeric);
        record.field("tos", tos.as_str(), format_args!("tos {tos} "));
    }
}

/// The gateway and the device of a way.
fn way(record: &mut Record, ns: &Namespace, hop: &NextHop, family: Family, hidden: Hidden) {
    let same = |via: &IpAddr| Family::of(*via) == family;
    if let Some(gateway) = hop.via.filter(|via| !hidden.via || !same(via)) {
        let host = gateway.to_string();
        if same(&gateway) {
            record.field("gateway", host.as_str(), format_args!("via {host} "));
        } else {
            let name = if gateway.is_ipv6() { "inet6" } else { "inet" };
            let members = [
                ("family", Value::from(name)),
                ("host", Value::from(host.as_str())),
            ];
            let members = members.map(|(key, value)| (key.to_owned(), value));
            let object = Value::Object(members.into());
            record.field("via", object, format_args!("via {name} {host} "));
        }
    }
    if let Some(index) = hop.dev.filter(|_| !hidden.dev) {
        let name = ns.link_name(index);
        record.field("dev", name.as_str(), format_args!("dev {name} "));
    }
}

/// Table, protocol and scope, where they are not what one expects.
fn origin(record: &mut Record, options: &Options, route: &Route, hidden: Hidden, cached: bool) {
    let main = route.table == table::MAIN;
    if (!main || options.details) && !hidden.table {
        let name = TABLES.name(route.table, options.numeric);
        record.field("table", name.as_str(), format_args!("table {name} "));
    }
    if cached {
        return;
    }
    if (route.protocol != protocol::BOOT || options.details) && !hidden.protocol {
        let name = PROTOCOLS.name(route.protocol.into(), options.numeric);
        record.field("protocol", name.as_str(), format_args!("proto {name} "));
    }
    if (route.scope != Scope::UNIVERSE || options.details) && !hidden.scope {
        let name = SCOPES.name(route.scope.0.into(), options.numeric);
        record.field("scope", name.as_str(), format_args!("scope {name} "));
    }
}

fn hop_flags(hop: &NextHop) -> Vec<&'static str> {
    let flags = [
        (hop.dead, "dead"),
        (hop.onlink, "onlink"),
        (hop.linkdown, "linkdown"),
    ];
    flags
        .into_iter()
        .filter(|(on, _)| *on)
        .map(|(_, name)| name)
        .collect()
}

fn flags(record: &mut Record, hop: Option<&NextHop>) {
    let names = hop.map(hop_flags).unwrap_or_default();
    for name in &names {
        record.text(format_args!("{name} "));
    }
    let names = names.into_iter().map(Value::from);
    record.json("flags", Value::List(names.collect()));
}

/// The second line of `ip route get`.
fn cache(record: &mut Record, _ns: &Namespace, _options: &Options, cached: &Cached) {
    if cached.mark != 0 {
        let mark = cached.mark;
        record.json("mark", mark);
        if mark >= 16 {
            record.text(format_args!("mark {mark:#x} "));
        } else {
            record.text(format_args!("mark {mark} "));
        }
    }
    if cached.iif.is_none() {
        // A packet made here is somebody's.
        record.field("uid", cached.uid, format_args!("uid {} ", cached.uid));
    }
    record.text("\n    cache ");
    if !cached.flags.is_empty() {
        record.text(format_args!("<{}> ", cached.flags.join(",")));
    }
    let flags = cached.flags.iter().map(|f| Value::from(f.as_str()));
    record.json("cache", Value::List(flags.collect()));
}

fn nexthops(record: &mut Record, ns: &Namespace, route: &Route) {
    let mut hops = Vec::new();
    for hop in &route.nexthops {
        let mut part = Record::default();
        way(&mut part, ns, hop, route.family(), Hidden::default());
        let weight = u32::from(hop.weight.max(1));
        part.field("weight", weight, format_args!("weight {weight} "));
        flags(&mut part, Some(hop));
        record.text(format_args!("\n\tnexthop {}", part.text));
        hops.push(Value::Object(part.members));
    }
    record.json("nexthops", Value::List(hops));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ip::print;

    fn hop(via: &str) -> NextHop {
        NextHop {
            via: (!via.is_empty()).then(|| via.parse().unwrap()),
            dev: Some(2),
            weight: 1,
            ..NextHop::default()
        }
    }

    fn show(r: &Route, options: &Options) -> String {
        let record = route(&Namespace::default(), options, r, Hidden::default());
        print::text(&[record], options.oneline)
    }

    fn json(r: &Route) -> String {
        let record = route(
            &Namespace::default(),
            &Options::default(),
            r,
            Hidden::default(),
        );
        print::json(vec![record], false)
    }

    fn connected() -> Route {
        let mut route = Route::new("10.0.0.0/24".parse().unwrap());
        route.nexthops = vec![hop("")];
        route.protocol = protocol::KERNEL;
        route.scope = Scope::LINK;
        route.prefsrc = Some("10.0.0.1".parse().unwrap());
        route
    }

    #[test]
    fn a_connected_route_is_printed_as_ip_does() {
        assert_eq!(
            show(&connected(), &Options::default()),
            "10.0.0.0/24 dev if2 proto kernel scope link src 10.0.0.1 \n"
        );
        assert_eq!(
            json(&connected()),
            "[{\"dst\":\"10.0.0.0/24\",\"dev\":\"if2\",\"protocol\":\"kernel\",\
             \"scope\":\"link\",\"prefsrc\":\"10.0.0.1\",\"flags\":[]}]\n"
        );
    }

    #[test]
    fn details_tell_type_table_protocol_and_scope() {
        let mut default = Route::new("0.0.0.0/0".parse().unwrap());
        default.nexthops = vec![hop("10.0.0.2")];
        let details = Options {
            details: true,
            ..Options::default()
        };
        assert_eq!(
            show(&default, &details),
            "unicast default via 10.0.0.2 dev if2 table main proto boot scope global \n"
        );
        assert_eq!(
            show(&default, &Options::default()),
            "default via 10.0.0.2 dev if2 \n"
        );
    }

    #[test]
    fn several_ways_have_a_line_each() {
        let mut many = Route::new("10.7.0.0/16".parse().unwrap());
        many.nexthops = vec![hop("10.0.0.2"), hop("10.0.0.3")];
        many.nexthops[0].weight = 2;
        assert_eq!(
            show(&many, &Options::default()),
            "10.7.0.0/16 \n\tnexthop via 10.0.0.2 dev if2 weight 2 \
             \n\tnexthop via 10.0.0.3 dev if2 weight 1 \n"
        );
        let oneline = Options {
            oneline: true,
            ..Options::default()
        };
        assert_eq!(
            show(&many, &oneline),
            "10.7.0.0/16 \\\tnexthop via 10.0.0.2 dev if2 weight 2 \
             \\\tnexthop via 10.0.0.3 dev if2 weight 1 \n"
        );
    }

    #[test]
    fn numbers_stand_for_names_where_they_are_wanted() {
        let mut hole = Route::new("10.3.0.0/16".parse().unwrap());
        hole.kind = RouteType::Blackhole;
        let numeric = Options {
            numeric: true,
            ..Options::default()
        };
        assert_eq!(show(&hole, &numeric), "6 10.3.0.0/16 \n");
        assert_eq!(
            show(&connected(), &numeric),
            "10.0.0.0/24 dev if2 proto 2 scope 253 src 10.0.0.1 \n"
        );
    }
}
