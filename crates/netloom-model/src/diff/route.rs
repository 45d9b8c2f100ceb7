//! Routes, next hop objects, policy rules and neighbours, as far as users set them.

use super::Both;
use crate::change::{Change, Mode, RuleMatch};
use crate::link::{Link, LinkFlags, LinkKind};
use crate::names::Family;
use crate::neighbour::{Neighbour, NeighbourState};
use crate::nexthop::{Nexthop, NexthopKind};
use crate::route::{NextHop, Route, RouteMatch, RouteType, Scope, protocol};
use crate::rule::Rule;
use std::collections::BTreeMap;

/// Whether a route comes and goes by itself.
fn by_itself(route: &Route) -> bool {
    matches!(
        route.protocol,
        protocol::KERNEL | protocol::REDIRECT | protocol::RA
    )
}

/// The ways that a route says itself: what leads nowhere has none, though it stands at the loopback.
fn hops(route: &Route) -> &[NextHop] {
    let nowhere = matches!(
        route.kind,
        RouteType::Blackhole | RouteType::Unreachable | RouteType::Prohibit | RouteType::Throw
    );
    match route.nhid {
        None if !nowhere => &route.nexthops,
        _ => &[],
    }
}

/// What a user says of a route.
fn said(route: &Route) -> Route {
    let hop = |hop: &NextHop| NextHop {
        dead: false,
        linkdown: false,
        ..hop.clone()
    };
    Route {
        nexthops: hops(route).iter().map(hop).collect(),
        expires: route.expires.map(|_| 0),
        ..route.clone()
    }
}

/// The objects of before that go or change, and the routes that follow them.
fn changed(both: &Both<'_>) -> Vec<u32> {
    let same =
        |one: &Nexthop, other: &Nexthop| one.kind == other.kind && one.protocol == other.protocol;
    let stays = |old: &&Nexthop| {
        let kept = (both.desired.nexthops.iter()).any(|new| new.id == old.id && same(new, old));
        kept && way(both, old)
    };
    let mut gone: Vec<u32> = Vec::new();
    for old in both.current.nexthops.iter().filter(|old| !stays(old)) {
        gone.push(old.id);
    }
    // A group goes with a member.
    for old in &both.current.nexthops {
        let NexthopKind::Group(members) = &old.kind else {
            continue;
        };
        if members.iter().any(|member| gone.contains(&member.id)) && !gone.contains(&old.id) {
            gone.push(old.id);
        }
    }
    gone
}

/// Whether the link of an object stays as it is.
fn way(both: &Both<'_>, object: &Nexthop) -> bool {
    match object.kind {
        NexthopKind::Way { dev: Some(dev), .. } => undisturbed(both, dev),
        _ => true,
    }
}

/// Whether what leads out of a link is there still: it stays, up, with its addresses.
fn undisturbed(both: &Both<'_>, dev: u32) -> bool {
    let up = |links: &[Link]| {
        let link = links.iter().find(|link| link.index == dev);
        link.is_some_and(|link| link.flags.contains(LinkFlags::UP))
    };
    both.stays(dev)
        && !both.disturbed().contains(&dev)
        && up(&both.current.links)
        && up(&both.desired.links)
}

fn stays(both: &Both<'_>, route: &Route, gone: &[u32]) -> bool {
    let mut ways = hops(route).iter();
    ways.all(|hop| hop.dev.is_none_or(|dev| undisturbed(both, dev)))
        && route.nhid.is_none_or(|id| !gone.contains(&id))
        && both
            .desired
            .routes
            .iter()
            .any(|other| said(other) == said(route))
}

fn meant(route: &Route) -> RouteMatch {
    let hop = match hops(route) {
        [hop] => Some(hop),
        _ => None,
    };
    let v4 = route.family() == Family::V4;
    RouteMatch {
        table: route.table,
        tos: route.tos,
        kind: Some(route.kind),
        scope: v4.then_some(route.scope),
        protocol: Some(route.protocol),
        metric: Some(route.metric),
        prefsrc: route.prefsrc,
        via: hop.and_then(|hop| hop.via),
        dev: hop.and_then(|hop| hop.dev),
        nhid: route.nhid,
        ..RouteMatch::new(route.dst)
    }
}

/// The policy rules that stay. Those of one priority are asked in their order, and one that is put there is
/// the last: behind the first that is not yet there, all are put there anew.
fn kept<'s>(both: &Both<'s>) -> Vec<&'s Rule> {
    let place = |rule: &Rule| (rule.family == Family::V6, rule.priority);
    let mut had: BTreeMap<_, Vec<&Rule>> = BTreeMap::new();
    for rule in &both.current.rules {
        had.entry(place(rule)).or_default().push(rule);
    }
    let mut left: BTreeMap<_, _> = (had.iter())
        .map(|(place, rules)| (place, rules.iter()))
        .collect();
    let mut kept = Vec::new();
    for rule in &both.desired.rules {
        let there = left
            .get_mut(&place(rule))
            .and_then(|left| left.find(|old| **old == rule));
        kept.extend(there.map(|_| rule));
    }
    kept
}

/// Whether the kernel takes a route away by itself: with its links, or with an object.
fn goes(both: &Both<'_>, route: &Route, gone: &[u32]) -> bool {
    let lost = |hop: &NextHop| hop.dev.is_some_and(|dev| !both.stays(dev));
    route.nhid.is_some_and(|id| gone.contains(&id)) || hops(route).iter().any(lost)
}

pub(super) fn remove(both: &Both<'_>, changes: &mut Vec<Change>) {
    let ns = both.ns;
    let gone = changed(both);
    let kept = kept(both);
    for rule in &both.current.rules {
        if !kept.contains(&rule) {
            changes.push(Change::DelRule {
                ns: ns.clone(),
                rule: Box::new(RuleMatch {
                    rule: rule.clone(),
                    action_given: true,
                }),
            });
        }
    }
    let routes = both.current.routes.iter().filter(|route| !by_itself(route));
    let mut routes: Vec<_> = routes
        .filter(|route| !stays(both, route, &gone) && !goes(both, route, &gone))
        .collect();
    // What goes by a gateway before what leads there.
    routes.sort_by_key(|route| !by_gateway(route));
    for route in routes {
        changes.push(Change::DelRoute {
            ns: ns.clone(),
            route: meant(route),
        });
    }
    for id in gone.iter().rev() {
        let object = both.current.nexthops.iter().find(|object| object.id == *id);
        // One of a link that goes has gone with it; a group with its last member.
        if object.is_some_and(|object| standing(both, object)) {
            changes.push(Change::DelNexthop {
                ns: ns.clone(),
                id: *id,
            });
        }
    }
    for old in both.current.neighbours.iter().filter(|old| is_set(old)) {
        let kept = both.desired.neighbours.iter().any(|new| alike(new, old));
        if !kept && (old.dev == 0 || both.stays(old.dev)) {
            changes.push(Change::DelNeighbour {
                ns: ns.clone(),
                dev: old.dev,
                dst: old.dst,
                proxy: old.proxy,
            });
        }
    }
}

fn standing(both: &Both<'_>, object: &Nexthop) -> bool {
    match &object.kind {
        NexthopKind::Way { dev: Some(dev), .. } => both.stays(*dev),
        _ => true,
    }
}

fn by_gateway(route: &Route) -> bool {
    route.nhid.is_some() || hops(route).iter().any(|hop| hop.via.is_some())
}

/// Whether a route of IPv4 stands before one of the kernel's own that leads to the same: it was there when
/// that came with an address.
fn is_before(both: &Both<'_>, route: &Route) -> bool {
    let key = |route: &Route| (route.table, route.dst, route.tos, route.metric);
    let mut routes = both.desired.routes.iter();
    route.family() == Family::V4
        && routes.any(|other| core::ptr::eq(other, route))
        && routes.any(|other| key(other) == key(route) && other.protocol == protocol::KERNEL)
}

/// The routes that come of addresses of IPv4 by themselves, and that are not to be: somebody deleted them.
fn unwanted<'a>(both: &'a Both<'_>) -> impl Iterator<Item = Route> + 'a {
    let up = |links: &[Link], dev: u32| {
        let mut links = links.iter().filter(|link| link.index == dev);
        links.any(|link| {
            let lo = matches!(link.kind, LinkKind::Loopback);
            !lo && link.flags.contains(LinkFlags::UP)
        })
    };
    let addresses = both.desired.addresses.iter();
    let giving = addresses.filter(move |address| {
        let v4 = address.local.family() == Family::V4;
        let whole = address.local.len == 32 && address.peer.is_none();
        let gives = v4 && !whole && !address.secondary && !address.noprefixroute;
        gives && up(&both.desired.links, address.dev)
    });
    let routes = giving.map(|address| Route {
        nexthops: vec![NextHop {
            dev: Some(address.dev),
            weight: 1,
            ..NextHop::default()
        }],
        protocol: protocol::KERNEL,
        scope: Scope::LINK,
        metric: address.metric,
        ..Route::new(address.prefix())
    });
    routes.filter(move |route| {
        let same = |other: &Route| {
            let key = |route: &Route| (route.table, route.dst, route.metric, route.protocol);
            let dev = |route: &Route| route.nexthops.first().and_then(|hop| hop.dev);
            key(other) == key(route) && dev(other) == dev(route)
        };
        let dev = route.nexthops.first().and_then(|hop| hop.dev);
        let is = |routes: &[Route]| routes.iter().any(same);
        let comes = dev.is_some_and(|dev| !undisturbed(both, dev));
        !is(&both.desired.routes) && (comes || is(&both.current.routes))
    })
}

fn is_set(neighbour: &Neighbour) -> bool {
    let by_hand = matches!(neighbour.state, NeighbourState::Permanent);
    neighbour.proxy || by_hand || neighbour.extern_learn
}

fn alike(one: &Neighbour, other: &Neighbour) -> bool {
    let said = |n: &Neighbour| {
        (
            n.dev,
            n.dst,
            n.proxy,
            n.lladdr,
            n.state,
            n.router,
            n.extern_learn,
        )
    };
    said(one) == said(other) && one.protocol == other.protocol
}

pub(super) fn add(both: &Both<'_>, changes: &mut Vec<Change>) {
    let ns = both.ns;
    let gone = changed(both);
    let mut objects: Vec<&Nexthop> = (both.desired.nexthops.iter())
        .filter(|new| {
            let there = both.current.nexthops.iter().any(|old| old.id == new.id);
            !there || gone.contains(&new.id)
        })
        .collect();
    objects.sort_by_key(|object| matches!(object.kind, NexthopKind::Group(_)));
    let routes = both.desired.routes.iter().filter(|route| !by_itself(route));
    let routes: Vec<_> = routes
        .filter(|route| {
            let there = both
                .current
                .routes
                .iter()
                .any(|other| said(other) == said(route));
            !there || !stays(both, route, &gone)
        })
        .collect();
    // Those that stand before one of the kernel's are put there one before the other.
    let (mut routes, others): (Vec<_>, Vec<_>) =
        routes.into_iter().partition(|route| is_before(both, route));
    routes.reverse();
    routes.extend(others);
    // What leads to gateways before what goes by them.
    routes.sort_by_key(|route| (by_gateway(route), core::cmp::Reverse(route.dst.len)));
    let (near, far): (Vec<_>, Vec<_>) = routes.into_iter().partition(|route| !by_gateway(route));
    let put = |route: &Route| Change::AddRoute {
        ns: ns.clone(),
        route: Route {
            nexthops: said(route).nexthops,
            ..route.clone()
        },
        mode: match is_before(both, route) {
            true => Mode::Prepend,
            false => Mode::Append,
        },
    };
    changes.extend(near.into_iter().map(put));
    changes.extend(objects.into_iter().map(|object| Change::AddNexthop {
        ns: ns.clone(),
        nexthop: object.clone(),
        mode: Mode::Replace,
    }));
    changes.extend(far.into_iter().map(put));
    // A gateway may have been there by one of these.
    changes.extend(unwanted(both).map(|route| Change::DelRoute {
        ns: ns.clone(),
        route: meant(&route),
    }));
    let kept = kept(both);
    let new = |rule: &&Rule| !kept.contains(rule);
    changes.extend(
        both.desired
            .rules
            .iter()
            .filter(new)
            .map(|rule| Change::AddRule {
                ns: ns.clone(),
                rule: rule.clone(),
            }),
    );
    for new in both.desired.neighbours.iter().filter(|new| is_set(new)) {
        let kept = both.current.neighbours.iter().any(|old| alike(new, old));
        if !kept || new.dev != 0 && !both.stays(new.dev) {
            changes.push(Change::AddNeighbour {
                ns: ns.clone(),
                neighbour: new.clone(),
                mode: Mode::Replace,
            });
        }
    }
}
