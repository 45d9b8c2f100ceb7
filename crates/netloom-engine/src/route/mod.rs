//! Routing: tables, rules, and the lookup that asks them (ip-route(8), ip-rule(8), RFC 1812).
//!
//! `lookup` is Linux's `fib_lookup`: rules in order, each with its table, the longest prefix first.
//! `output` and `input` are what is around it for packets made here and packets received.

pub(crate) mod address;
pub(crate) mod ahead;
mod crowd;
pub(crate) mod exception;
pub(crate) mod get;
pub(crate) mod input;
mod local;
pub mod lpm;
pub(crate) mod multipath;
pub(crate) mod nexthop;
pub(crate) mod output;
pub(crate) mod restore;
pub(crate) mod rules;
mod sibling;
pub(crate) mod source;
pub(crate) mod table;
pub(crate) mod tables;
pub(crate) mod upper;
pub(crate) mod v6;

use crate::device::DevId;
use crate::ip::version::V4;
use crate::namespace::{Namespace, NsId};
use crate::net::Net;
use crate::sysctl::Conf;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use exception::Exceptions;
pub(crate) use local::{address_kind, address_kind_at, device_with, is_address};
use netloom_model::journey::{DropReason, RouteTrace, RuleOutcome};
use netloom_model::route::table as id;
use netloom_model::{Errno, Family, RouteType, Rule, Scope};
use nexthop::Nexthops;
use rules::{Facts, Rules, TableAnswer};
use table::{Entry, Hop, Table};
use tables::Tables;
use upper::Upper;

/// The routing of one namespace.
#[derive(Clone)]
pub(crate) struct Routing {
    pub(crate) tables: Tables<V4>,
    /// Rules in the order in which they are asked.
    pub(crate) rules: Rules,
    /// Next hop objects, which routes of either version follow.
    pub(crate) nexthops: Nexthops,
    /// What is known of destinations beside their routes.
    pub(crate) exceptions: Exceptions<V4>,
}

impl Default for Routing {
    fn default() -> Routing {
        Routing {
            tables: Tables::default(),
            rules: Rules::initial(Family::V4, &[id::LOCAL, id::MAIN, id::DEFAULT]),
            nexthops: Nexthops::default(),
            exceptions: Exceptions::default(),
        }
    }
}

/// What a lookup is about (`struct flowi4`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    pub(crate) dst: Ipv4Addr,
    pub(crate) src: Ipv4Addr,
    /// The device it came by; none for what is made here.
    pub(crate) iif: DevId,
    /// The device that it must leave by.
    pub(crate) oif: DevId,
    pub(crate) tos: u8,
    pub(crate) mark: u32,
    /// What it is above IP, where that is known.
    pub(crate) upper: Upper,
    /// The user whose program sends.
    pub(crate) uid: u32,
    /// Only routes at least as narrow.
    pub(crate) scope: Scope,
    /// Its hash among several next hops, where its addresses alone do not give it.
    pub(crate) spread: Option<u32>,
}

impl Flow {
    /// What rules ask of it.
    fn facts(&self) -> Facts {
        Facts {
            src: self.src.into(),
            dst: self.dst.into(),
            iif: self.iif,
            oif: self.oif,
            tos: self.tos,
            mark: self.mark,
            upper: self.upper,
            uid: self.uid,
        }
    }

    /// A flow to `dst` of which nothing else is known.
    pub(crate) fn to(dst: Ipv4Addr) -> Flow {
        Flow {
            dst,
            src: Ipv4Addr::UNSPECIFIED,
            iif: DevId::NONE,
            oif: DevId::NONE,
            tos: 0,
            mark: 0,
            upper: Upper::default(),
            uid: 0,
            scope: Scope::UNIVERSE,
            spread: None,
        }
    }
}

/// A route that was found (`struct fib_result`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) kind: RouteType,
    pub(crate) dev: DevId,
    pub(crate) gateway: Option<Ipv4Addr>,
    /// The gateway, where it is one of IPv6.
    pub(crate) via6: Option<Ipv6Addr>,
    pub(crate) scope: Scope,
    pub(crate) hop_scope: Scope,
    pub(crate) prefsrc: Option<Ipv4Addr>,
    /// MTU of the route; 0 = the device's.
    pub(crate) mtu: u32,
    pub(crate) table: u32,
    /// The route has several next hops: this is the first that is usable.
    pub(crate) multipath: bool,
    /// The entry in its table.
    pub(crate) entry: u32,
}

impl Found {
    /// Who takes the packet on: the gateway, or its destination itself.
    #[inline]
    pub(crate) fn next_hop(&self, dst: Ipv4Addr) -> IpAddr {
        next_hop(self.gateway, self.via6, dst)
    }
}

/// The gateway of either version, or the destination itself.
#[inline]
pub(crate) fn next_hop(gateway: Option<Ipv4Addr>, via6: Option<Ipv6Addr>, dst: Ipv4Addr) -> IpAddr {
    match via6 {
        Some(via) => IpAddr::V6(via),
        None => IpAddr::V4(gateway.unwrap_or(dst)),
    }
}

/// Why there is no way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    NoRoute,
    Unreachable,
    Blackhole,
    Prohibit,
}

impl Refused {
    /// What a local sender is told.
    pub(crate) fn errno(self) -> Errno {
        match self {
            Refused::NoRoute => Errno::NETUNREACH,
            Refused::Unreachable => Errno::HOSTUNREACH,
            Refused::Blackhole => Errno::INVAL,
            Refused::Prohibit => Errno::ACCES,
        }
    }

    /// Why a packet is dropped for it.
    pub(crate) fn reason(self) -> DropReason {
        match self {
            Refused::NoRoute => DropReason::NoRoute,
            Refused::Unreachable => DropReason::RouteUnreachable,
            Refused::Blackhole => DropReason::RouteBlackhole,
            Refused::Prohibit => DropReason::RouteProhibit,
        }
    }
}

/// Looks a flow up: rules in order, each with its table.
#[inline]
pub(crate) fn lookup(net: &Net, ns: NsId, flow: &Flow) -> Result<Found, Refused> {
    let space = net.ns(ns);
    if !space.routing.rules.is_custom() {
        for table in [id::LOCAL, id::MAIN, id::DEFAULT] {
            match in_table(net, space, table, flow) {
                TableAnswer::Found(found) => {
                    let len = prefix_len(space, &found);
                    if table == id::LOCAL && len < 32 {
                        return longer_in_main(net, space, flow, len).unwrap_or(Ok(found));
                    }
                    return Ok(found);
                }
                // What somebody put into the local table beside the kernel's own.
                TableAnswer::Refused(_) | TableAnswer::Throw if table == id::LOCAL => {
                    return of_merged(net, space, flow);
                }
                TableAnswer::Refused(refused) => return Err(refused),
                TableAnswer::Throw | TableAnswer::Nothing => {}
            }
        }
        return Err(Refused::NoRoute);
    }
    by_rules(net, ns, flow, &mut |_, _| {})
}

/// Until rules are touched, the tables local and main are one: a longer prefix of main goes before a
/// shorter one of local.
#[cold]
fn longer_in_main(
    net: &Net,
    space: &Namespace,
    flow: &Flow,
    len: u8,
) -> Option<Result<Found, Refused>> {
    let table = space.routing.tables.get(id::MAIN)?;
    for head in table.matches(flow.dst) {
        let (_, first) = table.chain(head).next()?;
        if first.prefix_len <= len {
            return None;
        }
        match in_chain(net, space, (id::MAIN, table), head, flow) {
            TableAnswer::Found(found) => return Some(Ok(found)),
            TableAnswer::Refused(refused) => return Some(Err(refused)),
            TableAnswer::Throw => return Some(Err(Refused::NoRoute)),
            TableAnswer::Nothing => {}
        }
    }
    None
}

/// The answer of the one table, where that of local forbids something.
#[cold]
fn of_merged(net: &Net, space: &Namespace, flow: &Flow) -> Result<Found, Refused> {
    let tables = &space.routing.tables;
    let local = tables.get(id::LOCAL).ok_or(Refused::NoRoute)?;
    for head in local.matches(flow.dst) {
        let len = local.chain(head).next().map_or(0, |(_, e)| e.prefix_len);
        let refused = match in_chain(net, space, (id::LOCAL, local), head, flow) {
            TableAnswer::Nothing => continue,
            TableAnswer::Found(found) => return Ok(found),
            TableAnswer::Refused(refused) => refused,
            TableAnswer::Throw => Refused::NoRoute,
        };
        return longer_in_main(net, space, flow, len).unwrap_or(Err(refused));
    }
    Err(Refused::NoRoute)
}

/// Asks the rules one after the other and tells `tell` what each said.
fn by_rules(
    net: &Net,
    ns: NsId,
    flow: &Flow,
    tell: &mut dyn FnMut(&Rule, RuleOutcome),
) -> Result<Found, Refused> {
    let space = net.ns(ns);
    let facts = flow.facts();
    rules::ask(
        space.routing.rules.as_slice(),
        |rule| rules::matches(net, rule, &facts),
        |table| in_table(net, space, table, flow),
        |found| {
            (
                prefix_len(space, found),
                net.dev(found.dev).description.group,
            )
        },
        tell,
    )
}

fn prefix_len(space: &Namespace, found: &Found) -> u8 {
    let table = space.routing.tables.get(found.table);
    table.map_or(0, |table| table.entry(found.entry).prefix_len)
}

/// Looks a flow up in one table alone.
pub(crate) fn lookup_in(net: &Net, ns: NsId, table: u32, flow: &Flow) -> Result<Found, Refused> {
    match in_table(net, net.ns(ns), table, flow) {
        TableAnswer::Found(found) => Ok(found),
        TableAnswer::Refused(refused) => Err(refused),
        TableAnswer::Throw | TableAnswer::Nothing => Err(Refused::NoRoute),
    }
}

/// `fib_table_lookup`: the longest prefix that has a route for the flow.
#[inline]
fn in_table(net: &Net, space: &Namespace, id: u32, flow: &Flow) -> TableAnswer<Found> {
    let Some(table) = space.routing.tables.get(id) else {
        return TableAnswer::Nothing;
    };
    let Some(longest) = table.longest(flow.dst) else {
        return TableAnswer::Nothing;
    };
    match in_chain(net, space, (id, table), longest, flow) {
        TableAnswer::Nothing => in_shorter(net, space, (id, table), flow),
        answer => answer,
    }
}

/// The longest prefix has no route for the flow: the shorter ones, one after the other.
#[cold]
fn in_shorter(
    net: &Net,
    space: &Namespace,
    table: (u32, &Table<V4>),
    flow: &Flow,
) -> TableAnswer<Found> {
    for head in table.1.matches(flow.dst).skip(1) {
        match in_chain(net, space, table, head, flow) {
            TableAnswer::Nothing => {}
            answer => return answer,
        }
    }
    TableAnswer::Nothing
}

/// The bits of TOS that routes and rules of IPv4 compare (`INET_DSCP_LEGACY_TOS_MASK`): the precedence
/// of RFC 791 does not count.
const LEGACY_TOS: u8 = 0x1c;

/// The first route of a prefix that fits the flow.
#[inline]
fn in_chain(
    net: &Net,
    space: &Namespace,
    (id, table): (u32, &Table<V4>),
    head: u32,
    flow: &Flow,
) -> TableAnswer<Found> {
    for (place, entry) in table.chain(head) {
        let other_tos = entry.tos != 0 && entry.tos != flow.tos & LEGACY_TOS;
        if other_tos || entry.scope < flow.scope {
            continue;
        }
        match entry.kind {
            RouteType::Blackhole => return TableAnswer::Refused(Refused::Blackhole),
            RouteType::Unreachable => return TableAnswer::Refused(Refused::Unreachable),
            RouteType::Prohibit => return TableAnswer::Refused(Refused::Prohibit),
            RouteType::Throw => return TableAnswer::Throw,
            _ => {}
        }
        let usable = |hop: &Hop<V4>| {
            hop_usable(net, space, hop.dev, flow, entry.kind) && !lost_ip(net, entry, hop)
        };
        if let Some(hop) = entry.first_hop(usable) {
            return TableAnswer::Found(Found {
                kind: entry.kind,
                dev: hop.dev,
                gateway: hop.way_by(),
                via6: hop.via6,
                scope: entry.scope,
                hop_scope: hop.scope,
                prefsrc: entry.prefsrc,
                mtu: entry.metrics.as_ref().map_or(0, |m| m.mtu),
                table: id,
                multipath: entry.is_multipath(),
                entry: place,
            });
        }
    }
    TableAnswer::Nothing
}

/// Whether one of several next hops is dead because its device has lost its last address: a route that had
/// this one alone is gone then.
#[inline]
fn lost_ip(net: &Net, entry: &Entry<V4>, hop: &Hop<V4>) -> bool {
    entry.is_multipath()
        && entry.nhid == 0
        && hop.needs_address()
        && net.dev(hop.dev).addresses.is_empty()
}

/// Whether a next hop's device lets the flow pass.
#[inline]
fn hop_usable(net: &Net, space: &Namespace, dev: DevId, flow: &Flow, kind: RouteType) -> bool {
    if flow.oif != DevId::NONE && flow.oif != dev {
        return false;
    }
    // What is local stays so, whatever becomes of the link.
    if kind == RouteType::Local {
        return true;
    }
    let device = net.dev(dev);
    if !device.is_up() {
        return false;
    }
    if device.carrier {
        return true;
    }
    !device.either(space, Conf::IgnoreRoutesWithLinkdown)
}

/// The lookup once more, with what each rule said: for journeys.
pub(crate) fn trace(net: &Net, ns: NsId, flow: &Flow) -> RouteTrace {
    let mut asked = Vec::new();
    let _ = by_rules(net, ns, flow, &mut |rule, outcome| {
        asked.push((rule.clone(), outcome));
    });
    let mut found = lookup(net, ns, flow).ok();
    let choice = found.and_then(|f| multipath::explain(net, ns, flow, &f));
    if let Some(found) = found.as_mut().filter(|f| f.multipath) {
        *found = multipath::select(net, ns, flow, *found);
    }
    let route = found.and_then(|f| {
        let table = net.ns(ns).routing.tables.get(f.table)?;
        Some(describe(net, f.table, table.entry(f.entry)))
    });
    RouteTrace {
        to: flow.dst.into(),
        from: (!flow.src.is_unspecified()).then(|| flow.src.into()),
        rules: asked,
        route,
        choice,
        next_hop: found.map(|f| f.next_hop(flow.dst)),
        dev: found.map(|f| net.dev(f.dev).name.clone()),
    }
}

/// An entry as the model tells it.
pub(crate) fn describe(net: &Net, id: u32, entry: &Entry<V4>) -> netloom_model::Route {
    entry.describe(id, |dev| {
        let device = net.dev(dev);
        let lost = |hop: &Hop<V4>| hop.dev == dev && lost_ip(net, entry, hop);
        let lost = entry.hops().any(lost);
        // What is local stays reachable, whatever becomes of the link.
        let leads = entry.kind != RouteType::Local;
        let linkdown = leads && (!device.carrier || lost);
        let key = Conf::IgnoreRoutesWithLinkdown;
        let ignored = linkdown && device.either(net.ns(device.ns), key);
        let dead = ignored || (leads && (lost || !device.is_up()));
        (device.index, dead, linkdown)
    })
}
