//! Routing of IPv6: the lookup (`fib6_rule_lookup`, RFC 8200, RFC 4191), with the tables and rules
//! that IPv4 has too.
//!
//! Left out: source-specific routes.

pub(crate) mod address;
pub(crate) mod get;
pub(crate) mod output;
mod select;

pub(crate) use select::{fits, hop_usable};

use super::Refused;
use super::exception::Exceptions;
use super::multipath::v6 as multipath;
use super::rules::{self, Facts, Rules, TableAnswer};
use super::table::{Entry, Hop};
use super::tables::Tables;
use super::upper::Upper;
use crate::device::DevId;
use crate::ip::v6::device::Ifa6;
use crate::ip::version::V6;
use crate::namespace::NsId;
use crate::net::Net;
use crate::sysctl::Conf6;
use core::net::{IpAddr, Ipv6Addr};
use netloom_model::journey::{RouteTrace, RuleOutcome};
use netloom_model::route::table as id;
use netloom_model::{Family, Route, RouteType, Rule};
use select::Demands;

/// The IPv6 routing of one namespace.
#[derive(Clone)]
pub(crate) struct Routing6 {
    pub(crate) tables: Tables<V6>,
    /// Rules in the order in which they are asked.
    pub(crate) rules: Rules,
    /// What is known of destinations beside their routes.
    pub(crate) exceptions: Exceptions<V6>,
}

impl Default for Routing6 {
    fn default() -> Routing6 {
        Routing6 {
            tables: Tables::default(),
            rules: Rules::initial(Family::V6, &[id::LOCAL, id::MAIN]),
            exceptions: Exceptions::default(),
        }
    }
}

/// What a lookup is about (`struct flowi6`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow6 {
    pub(crate) dst: Ipv6Addr,
    pub(crate) src: Ipv6Addr,
    /// The device it came by; none for what is made here.
    pub(crate) iif: DevId,
    /// The device that it must leave by.
    pub(crate) oif: DevId,
    pub(crate) tclass: u8,
    pub(crate) mark: u32,
    /// What it is above IP, where that is known.
    pub(crate) upper: Upper,
    /// The user whose program sends.
    pub(crate) uid: u32,
    /// Its hash among several next hops, where it is of a packet received.
    pub(crate) spread: Option<u32>,
    /// It must leave by `oif`; otherwise it had only better, where there is the choice.
    pub(crate) strict: bool,
}

impl Flow6 {
    /// A flow to `dst` of which nothing else is known.
    pub(crate) fn to(dst: Ipv6Addr) -> Flow6 {
        Flow6 {
            dst,
            src: Ipv6Addr::UNSPECIFIED,
            iif: DevId::NONE,
            oif: DevId::NONE,
            tclass: 0,
            mark: 0,
            upper: Upper::default(),
            uid: 0,
            spread: None,
            strict: true,
        }
    }

    /// Whether no other device will do than the one that is named or by which it came. Where the
    /// source is still to be chosen, it is chosen by that device.
    #[inline]
    fn must_leave_by(&self) -> bool {
        let named = self.oif != DevId::NONE;
        named && (self.strict || self.src.is_unspecified()) || crate::ip::v6::is_strict(self.dst)
    }

    fn facts(&self) -> Facts {
        Facts {
            src: self.src.into(),
            dst: self.dst.into(),
            iif: self.iif,
            oif: self.oif,
            tos: self.tclass & 0xfc,
            mark: self.mark,
            upper: self.upper,
            uid: self.uid,
        }
    }
}

/// A route that was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found6 {
    pub(crate) kind: RouteType,
    pub(crate) dev: DevId,
    pub(crate) gateway: Option<Ipv6Addr>,
    pub(crate) prefsrc: Option<Ipv6Addr>,
    /// MTU of the route; 0 = the device's.
    pub(crate) mtu: u32,
    /// Hop limit of the route; 0 = the device's.
    pub(crate) hop_limit: u8,
    pub(crate) prefix_len: u8,
    pub(crate) table: u32,
    /// The route has several next hops: this is the first that is usable.
    pub(crate) multipath: bool,
    /// The entry in its table.
    pub(crate) entry: u32,
}

impl Found6 {
    /// The same by one of the route's next hops, with what is said of that one.
    #[inline]
    pub(crate) fn by(self, entry: &Entry<V6>, hop: &Hop<V6>) -> Found6 {
        let said = entry.said_of(hop);
        let (prefsrc, metrics) = match said {
            Some(said) => (said.prefsrc, &said.metrics),
            None => (entry.prefsrc, &entry.metrics),
        };
        let metrics = metrics.as_deref();
        Found6 {
            dev: hop.dev,
            gateway: hop.gateway,
            prefsrc,
            mtu: metrics.map_or(0, |m| m.mtu),
            hop_limit: metrics.map_or(0, |m| m.hoplimit as u8),
            ..self
        }
    }

    /// Whether what goes by it is lost: a route out of the loopback leads nowhere, and whoever sends
    /// by it is told that there is none (`fib6_is_reject`).
    pub(crate) fn leads_nowhere(&self, net: &Net) -> bool {
        self.kind == RouteType::Unicast && net.dev(self.dev).is_loopback()
    }
}

/// Looks a flow up: rules in order, each with its table.
#[inline]
pub(crate) fn lookup(net: &Net, ns: NsId, flow: &Flow6) -> Result<Found6, Refused> {
    lookup_as(net, ns, flow, Demands::of(net, ns, flow))
}

#[inline]
fn lookup_as(net: &Net, ns: NsId, flow: &Flow6, demands: Demands) -> Result<Found6, Refused> {
    if net.ns(ns).v6.routing.rules.is_custom() {
        return by_rules(net, ns, flow, demands, &mut |_, _| {});
    }
    for table in [id::LOCAL, id::MAIN] {
        match select::in_table(net, ns, table, flow, demands) {
            TableAnswer::Found(found) => return Ok(found),
            TableAnswer::Refused(refused) => return Err(refused),
            TableAnswer::Throw | TableAnswer::Nothing => {}
        }
    }
    Err(Refused::NoRoute)
}

/// Asks the rules one after the other and tells `tell` what each said.
fn by_rules(
    net: &Net,
    ns: NsId,
    flow: &Flow6,
    demands: Demands,
    tell: &mut dyn FnMut(&Rule, RuleOutcome),
) -> Result<Found6, Refused> {
    let facts = flow.facts();
    rules::ask(
        net.ns(ns).v6.routing.rules.as_slice(),
        |rule| rules::matches(net, rule, &facts),
        |table| select::in_table(net, ns, table, flow, demands),
        |found| (found.prefix_len, net.dev(found.dev).description.group),
        tell,
    )
}

/// Where a gateway is known to be on the link by one table, if by any route that is no default; on
/// `dev` rather than elsewhere.
pub(crate) fn known_at(
    net: &Net,
    ns: NsId,
    table: u32,
    dev: DevId,
    gateway: Ipv6Addr,
) -> Option<Found6> {
    let demands = Demands::gateway(dev).without_carrier().elsewhere_too();
    match select::in_table(net, ns, table, &Flow6::to(gateway), demands) {
        TableAnswer::Found(found) if found.prefix_len != 0 => Some(found),
        _ => None,
    }
}

/// The way to the gateway of a route in `table`, out of `dev` if that is named
/// (`ip6_route_check_nh`): that table is asked first, even where no rule leads to it, and where it
/// does not know, the rules are.
pub(crate) fn to_gateway(
    net: &Net,
    ns: NsId,
    table: Option<u32>,
    dev: DevId,
    gateway: Ipv6Addr,
) -> Option<Found6> {
    let flow = Flow6 {
        oif: dev,
        ..Flow6::to(gateway)
    };
    let demands = Demands::gateway(dev);
    let on_link = |found: &Found6| found.gateway.is_none() && !found.leads_nowhere(net);
    let own = |table| {
        let answer = select::in_table(net, ns, table, &flow, demands.without_carrier());
        match answer {
            TableAnswer::Found(found) => Some(found).filter(on_link),
            _ => None,
        }
    };
    let by_rules = || lookup_as(net, ns, &flow, demands).ok().filter(on_link);
    table.and_then(own).or_else(by_rules)
}

/// Whether an address is of this host: usable, on `dev` if that is named (`ipv6_chk_addr`).
pub(crate) fn is_local(net: &Net, ns: NsId, addr: Ipv6Addr, dev: DevId) -> bool {
    let on = |d: DevId| net.dev(d).v6.find(addr).is_some_and(Ifa6::is_usable);
    match dev.some() {
        Some(dev) => on(dev),
        None => net.ns(ns).devices.values().any(|d| on(*d)),
    }
}

/// Whether an address is one that several hosts have, this one among them (`ipv6_chk_acast_addr`).
pub(crate) fn is_anycast(net: &Net, ns: NsId, addr: Ipv6Addr) -> bool {
    let mut devices = net.ns(ns).devices.values();
    devices.any(|dev| net.dev(*dev).v6.anycast.contains(&addr))
}

/// The lookup once more, with what each rule said: for journeys.
pub(crate) fn trace(net: &Net, ns: NsId, flow: &Flow6) -> RouteTrace {
    let mut asked = Vec::new();
    let demands = Demands::of(net, ns, flow);
    let found = by_rules(net, ns, flow, demands, &mut |rule, outcome| {
        asked.push((rule.clone(), outcome));
    });
    let mut found = found.ok();
    let choice = found.and_then(|f| multipath::explain(net, ns, flow, &f));
    if let Some(found) = found.as_mut().filter(|f| f.multipath) {
        *found = multipath::select(net, ns, flow, *found);
    }
    let route = found.and_then(|f| {
        let table = net.ns(ns).v6.routing.tables.get(f.table)?;
        Some(describe(net, f.table, table.entry(f.entry)))
    });
    RouteTrace {
        to: flow.dst.into(),
        from: (!flow.src.is_unspecified()).then(|| flow.src.into()),
        rules: asked,
        route,
        choice,
        next_hop: found.map(|f| IpAddr::V6(f.gateway.unwrap_or(flow.dst))),
        dev: found.map(|f| net.dev(f.dev).name.clone()),
    }
}

/// An entry as the model tells it.
pub(crate) fn describe(net: &Net, id: u32, entry: &Entry<V6>) -> Route {
    let mut route = entry.describe(id, |dev| {
        let device = net.dev(dev);
        let own = matches!(entry.kind, RouteType::Local | RouteType::Anycast);
        let linkdown = !device.carrier && !own;
        let ignored = linkdown && net.either6(dev, Conf6::IgnoreRoutesWithLinkdown);
        // A device that went down takes the routes along that have no other.
        let dead = entry.is_multipath() && entry.nhid == 0 && !device.v6.running;
        (device.index, ignored || dead, linkdown || dead)
    });
    let left = |at: netloom_model::Time| at.since(net.now).as_secs() as u32;
    route.expires = entry.expires.map(left);
    route
}

/// Every route as the model tells it, in the order of the kernel's tree: what is inside of a prefix
/// comes before it.
pub(crate) fn list(net: &Net, ns: NsId) -> Vec<Route> {
    let mut tables: Vec<_> = net.ns(ns).v6.routing.tables.iter().collect();
    tables.sort_by_key(|(id, _)| *id % 256);
    let mut all = Vec::new();
    for (id, table) in tables {
        let from = all.len();
        all.extend(table.iter().map(|entry| describe(net, id, entry)));
        all[from..].sort_by_key(|r: &Route| (r.dst.last(), core::cmp::Reverse(r.dst.len)));
    }
    all
}
