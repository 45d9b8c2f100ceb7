//! Brings back what is kept as requests: routes, rules, neighbours and queueing disciplines.

use super::kept::Kept;
use netloom_model::Family;
use netloom_model::route::table;
use netloom_netlink::{Writer, again, flag, kind, neighbour, route, traffic};

/// A request: its kind, its flags, its body.
pub(super) type Said = (u16, u16, Writer);

/// What is more than was, and what is missing.
pub(super) fn differing<'a, T>(
    now: &'a [T],
    before: &'a [T],
    same: impl Fn(&T, &T) -> bool,
) -> (Vec<&'a T>, Vec<&'a T>) {
    let is_in = |one: &T, all: &[T]| all.iter().any(|other| same(one, other));
    let more = now.iter().filter(|one| !is_in(one, before)).collect();
    let missing = before.iter().filter(|was| !is_in(was, now)).collect();
    (more, missing)
}

pub(super) fn rules(now: &Kept, before: &Kept) -> Vec<Said> {
    let (more, missing) = differing(&now.rules, &before.rules, PartialEq::eq);
    let gone = |rule: &Writer| (kind::RULE + kind::DELETE, 0, rule.clone());
    let made = |rule: &Writer| (kind::RULE, flag::CREATE | flag::EXCLUSIVE, rule.clone());
    let gone = more.into_iter().map(gone);
    gone.chain(missing.into_iter().map(made)).collect()
}

/// Whether a route is the kernel's own, which comes and goes with its address: one of IPv6 that somebody made
/// has a metric.
fn is_own(said: &Writer) -> bool {
    let route = route::decode(said.bytes());
    route.is_some_and(|route| route.family() == Family::V6 && route.metric == 0)
}

pub(super) fn routes(now: &Kept, before: &Kept) -> Vec<Said> {
    let same = |one: &(Writer, _), was: &(Writer, _)| one.0 == was.0;
    let (mut more, mut missing) = differing(&now.routes, &before.routes, same);
    more.retain(|(said, _)| !is_own(said));
    missing.retain(|(said, _)| !is_own(said));
    // A gateway is to be reached when a route to it is made; local addresses come first.
    missing.sort_by_key(|(said, _)| {
        let route = route::decode(said.bytes());
        let by_gateway = |route: &netloom_model::Route| {
            route.nhid.is_some() || route.nexthops.iter().any(|hop| hop.via.is_some())
        };
        let is_local = route
            .as_ref()
            .is_some_and(|route| route.table == table::LOCAL);
        (route.is_none_or(|route| by_gateway(&route)), !is_local)
    });
    let passed = now.at.duration_since(before.at).as_secs();
    let passed = u32::try_from(passed).unwrap_or(u32::MAX);
    let gone = |(said, _): &(Writer, _)| (kind::ROUTE + kind::DELETE, 0, said.clone());
    let made = |(said, left): &(Writer, Option<u32>)| {
        let left = left.map(|left| left.saturating_sub(passed).max(1));
        let said = again::route_for(said.clone(), left);
        (kind::ROUTE, flag::CREATE | flag::APPEND, said)
    };
    let gone = more.into_iter().map(gone);
    gone.chain(missing.into_iter().map(made)).collect()
}

pub(super) fn neighbours(now: &Kept, before: &Kept) -> Vec<Said> {
    let (more, missing) = differing(&now.neighbours, &before.neighbours, PartialEq::eq);
    let found = |said: &Writer| neighbour::decode(said.bytes());
    let gone = more.into_iter().filter_map(found).map(|one| {
        let body = neighbour::remove(one.dev, one.dst, one.proxy);
        (kind::NEIGHBOUR + kind::DELETE, 0, body)
    });
    let made = |said: &Writer| (kind::NEIGHBOUR, flag::CREATE | flag::REPLACE, said.clone());
    gone.chain(missing.into_iter().map(made)).collect()
}

/// No change is about them: they go with their link alone.
pub(super) fn qdiscs(now: &Kept, before: &Kept) -> Vec<Said> {
    let (_, missing) = differing(&now.qdiscs, &before.qdiscs, PartialEq::eq);
    let made = missing.into_iter();
    made.map(|one| {
        (
            traffic::QDISC,
            flag::CREATE | flag::REPLACE,
            one.said.clone(),
        )
    })
    .collect()
}
