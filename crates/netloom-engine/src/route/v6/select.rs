//! Which route of a table a flow takes (`fib6_table_lookup`, `find_rr_leaf`, `rt6_score_route`, RFC
//! 4191 section 3.2): of the longest prefix, of least metric, and of those the best.
//!
//! Left out: taking turns among routers of which nothing is known.

use super::{Flow6, Found6, Refused};
use crate::device::DevId;
use crate::ip::version::V6;
use crate::namespace::NsId;
use crate::neighbour;
use crate::net::Net;
use crate::route::rules::TableAnswer;
use crate::route::table::{Entry, Hop, Table};
use crate::sysctl::Conf6;
use netloom_model::RouteType;

/// What is asked of a route beside its prefix (`RT6_LOOKUP_F_*`).
#[derive(Clone, Copy)]
pub(crate) struct Demands {
    /// The device that it had better lead out of; none: any is as good.
    dev: DevId,
    /// It must lead out of that device.
    strict: bool,
    /// Its gateway must not be known to be silent, unless there is nothing else.
    reachable: bool,
    /// Its link need not have carrier, whatever the settings say.
    without_carrier: bool,
    /// It is the way to a gateway: `throw` ends the search as any route that leads nowhere.
    to_gateway: bool,
}

impl Demands {
    /// What a flow asks. A router does not choose by what it sees of others.
    #[inline]
    pub(super) fn of(net: &Net, ns: NsId, flow: &Flow6) -> Demands {
        Demands {
            dev: flow.oif.some().unwrap_or(flow.iif),
            strict: flow.must_leave_by(),
            reachable: !net.ns(ns).v6.conf_all.on(Conf6::Forwarding),
            without_carrier: false,
            to_gateway: false,
        }
    }

    /// What is asked of the way to a gateway, which leads out of `dev` if that is named.
    pub(super) fn gateway(dev: DevId) -> Demands {
        Demands {
            dev,
            strict: true,
            reachable: false,
            without_carrier: false,
            to_gateway: true,
        }
    }

    /// The same, where another device will do.
    pub(super) fn elsewhere_too(self) -> Demands {
        Demands {
            strict: false,
            ..self
        }
    }

    /// The same, with or without carrier.
    pub(super) fn without_carrier(self) -> Demands {
        Demands {
            without_carrier: true,
            ..self
        }
    }
}

/// Looks a flow up in one table. Where every router on the way is silent, they are taken none the
/// less; but a shorter prefix comes before that.
#[inline]
pub(super) fn in_table(
    net: &Net,
    ns: NsId,
    id: u32,
    flow: &Flow6,
    mut demands: Demands,
) -> TableAnswer<Found6> {
    let Some(table) = net.ns(ns).v6.routing.tables.get(id) else {
        return TableAnswer::Nothing;
    };
    loop {
        let mut prefixes = table.matches(flow.dst);
        if let Some(choice) = prefixes.find_map(|head| in_chain(net, table, head, &demands)) {
            return match answer(id, table, choice) {
                TableAnswer::Throw if demands.to_gateway => {
                    TableAnswer::Refused(Refused::Unreachable)
                }
                said => said,
            };
        }
        if !demands.reachable {
            return TableAnswer::Nothing;
        }
        demands.reachable = false;
    }
}

/// A route's place in its table, and the next hop that makes it fit.
type Choice<'t> = (u32, &'t Hop<V6>);

/// The best route of a prefix: of those of least metric, or, where none of these fits, of all
/// others.
#[inline]
fn in_chain<'t>(
    net: &Net,
    table: &'t Table<V6>,
    head: u32,
    demands: &Demands,
) -> Option<Choice<'t>> {
    let least = table.entry(head).metric;
    let mut best: Option<(u8, Choice<'t>)> = None;
    let mut settled = false;
    for (place, entry) in table.chain(head) {
        if settled && entry.metric != least {
            break;
        }
        for hop in entry.hops() {
            // A next hop object that is a hole asks nothing.
            if entry.nhid != 0 && entry.kind == RouteType::Blackhole {
                return Some((place, hop));
            }
            let score = score(net, entry, hop, demands);
            if score > best.map(|(score, _)| score) {
                best = score.map(|score| (score, (place, hop)));
            }
        }
        settled |= entry.metric == least && best.is_some();
    }
    best.map(|(_, choice)| choice)
}

/// How good a next hop of a route is; none if it does not fit.
#[inline]
fn score(net: &Net, entry: &Entry<V6>, hop: &Hop<V6>, demands: &Demands) -> Option<u8> {
    let leads_there = demands.dev == DevId::NONE || hop.dev == demands.dev;
    let usable = if demands.without_carrier {
        is_up(net, hop.dev, entry.kind)
    } else {
        hop_usable(net, hop.dev, entry.kind)
    };
    let silent = |gateway| neighbour::has_failed::<V6>(net, net.ns_of(hop.dev), hop.dev, gateway);
    if (demands.strict && !leads_there)
        || !usable
        || (demands.reachable && hop.gateway.is_some_and(silent))
    {
        return None;
    }
    let preference = match entry.preference {
        1 => 3, // high
        3 => 1, // low
        _ => 2,
    };
    Some(preference << 1 | u8::from(leads_there))
}

/// Whether a next hop that its hash chose fits a flow.
pub(crate) fn fits(net: &Net, ns: NsId, flow: &Flow6, entry: &Entry<V6>, hop: &Hop<V6>) -> bool {
    score(net, entry, hop, &Demands::of(net, ns, flow)).is_some()
}

/// Whether nothing about a next hop's device stands against it.
#[inline]
pub(crate) fn hop_usable(net: &Net, dev: DevId, kind: RouteType) -> bool {
    let carrier = || net.dev(dev).carrier || !net.either6(dev, Conf6::IgnoreRoutesWithLinkdown);
    is_up(net, dev, kind) && (stays(kind) || carrier())
}

#[inline]
fn is_up(net: &Net, dev: DevId, kind: RouteType) -> bool {
    stays(kind) || net.dev(dev).v6.running
}

/// Whether a route stands at a device and does not lead out of it.
#[inline]
fn stays(kind: RouteType) -> bool {
    matches!(
        kind,
        RouteType::Local
            | RouteType::Blackhole
            | RouteType::Unreachable
            | RouteType::Prohibit
            | RouteType::Throw
    )
}

/// What a route says.
#[inline]
fn answer(id: u32, table: &Table<V6>, (place, hop): Choice<'_>) -> TableAnswer<Found6> {
    let entry = table.entry(place);
    match entry.kind {
        RouteType::Blackhole => return TableAnswer::Refused(Refused::Blackhole),
        RouteType::Unreachable => return TableAnswer::Refused(Refused::Unreachable),
        RouteType::Prohibit => return TableAnswer::Refused(Refused::Prohibit),
        RouteType::Throw => return TableAnswer::Throw,
        _ => {}
    }
    let found = Found6 {
        kind: entry.kind,
        dev: hop.dev,
        gateway: hop.gateway,
        prefsrc: None,
        mtu: 0,
        hop_limit: 0,
        prefix_len: entry.prefix_len,
        table: id,
        multipath: entry.is_multipath(),
        entry: place,
    };
    TableAnswer::Found(found.by(entry, hop))
}
