//! The state of a namespace, part by part.

use crate::netlink::Netlink;
use crate::{counters, groups, namespace, settings, sysfs, vlans};
use netloom_model::spanning_tree::PortTreeCounters;
use netloom_model::state::Parts;
use netloom_model::{
    Errno, Family, Link, LinkFlags, LinkKind, MacAddr, Namespace, NsName, OperState, Result, Rule,
};
use netloom_netlink::setting::{self, OfLink};
use netloom_netlink::{
    Writer, address, fdb, kind, link, mdb, neighbour, nexthop, route, rule, stats,
};
use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::AsRawFd;

const FAMILIES: [Family; 2] = [Family::V4, Family::V6];

/// What is wanted of a namespace, which knows others by `nsids`; of settings, where these are, which.
pub(crate) fn namespace(
    netlink: &mut Netlink,
    ns: &NsName,
    (parts, settings): (Parts, settings::Wanted),
    nsids: BTreeMap<i32, NsName>,
) -> Result<Namespace> {
    let mut state = Namespace {
        nsids,
        ..Namespace::default()
    };
    let mut told = None;
    if parts.links {
        let of_links;
        (state.links, of_links) = links(netlink, ns, &state.nsids)?;
        told = Some(of_links);
    }
    for family in FAMILIES {
        if parts.addresses {
            let found = netlink.dump(
                kind::ADDRESS + kind::GET,
                &address::ask(family),
                address::decode,
            )?;
            state.addresses.extend(found);
        }
        if parts.routes {
            let found =
                netlink.dump(kind::ROUTE + kind::GET, &route::ask(family), route::decode)?;
            state.routes.extend(found);
        }
        if parts.rules {
            let found = netlink.dump(kind::RULE + kind::GET, &rule::ask(family), rule::decode)?;
            // The kernel does not say that a priority is 0.
            let first = |rule: Rule| Rule {
                priority: rule.priority.or(Some(0)),
                ..rule
            };
            state.rules.extend(found.into_iter().map(first));
        }
        if parts.neighbours {
            for proxies in [false, true] {
                let asked = neighbour::ask(family, proxies);
                let found = netlink.dump(kind::NEIGHBOUR + kind::GET, &asked, neighbour::decode)?;
                state.neighbours.extend(found);
            }
        }
    }
    state.route_tables = tables(&state);
    if parts.nexthops {
        state.nexthops =
            netlink.dump(kind::NEXTHOP + kind::GET, &nexthop::ask(), nexthop::decode)?;
    }
    if parts.fdb {
        state.fdb = netlink.dump(kind::NEIGHBOUR + kind::GET, &fdb::ask(), fdb::decode)?;
    }
    if parts.mdb {
        let told = netlink.dump(kind::MDB + kind::GET, &mdb::ask(), mdb::decode)?;
        for (entries, routers) in told {
            state.mdb.extend(entries);
            state.mdb_routers.extend(routers);
        }
    }
    if parts.vlans {
        (state.vlans, state.global_vlans) = vlans::read(netlink)?;
    }
    if parts.counters {
        state.counters = counters::read(ns)?;
    }
    if parts.groups {
        let links = match parts.links {
            true => state.links.clone(),
            false => links(netlink, ns, &state.nsids)?.0,
        };
        state.groups = groups::read(ns, &links)?;
    }
    if parts.sysctls {
        state.sysctls = settings::read(netlink, ns, told, settings)?;
    }
    Ok(state)
}

/// The tables of IPv4 that have routes.
fn tables(state: &Namespace) -> Vec<u32> {
    let of_v4 = state
        .routes
        .iter()
        .filter(|route| route.family() == Family::V4);
    let mut tables: Vec<u32> = of_v4.map(|route| route.table).collect();
    tables.sort_unstable();
    tables.dedup();
    tables
}

/// The links of a namespace, and what the same messages say of their settings.
fn links(
    netlink: &mut Netlink,
    ns: &NsName,
    nsids: &BTreeMap<i32, NsName>,
) -> Result<(Vec<Link>, Vec<OfLink>)> {
    let both = |body: &[u8]| Some((link::decode(body)?, setting::of_link(body)));
    let told = netlink.dump(kind::LINK + kind::GET, &link::ask(None), both)?;
    let mut links = Vec::with_capacity(told.len());
    let mut settings = Vec::with_capacity(told.len());
    for (mut link, own) in told {
        settings.extend(own);
        // The state follows the carrier a little later, but for a link that is asked for by its name
        // (`linkwatch_sync_dev`).
        let settled = match link.operstate {
            OperState::Up => link.flags.contains(LinkFlags::LOWER_UP),
            OperState::Down | OperState::LowerLayerDown => {
                !link.flags.contains(LinkFlags::LOWER_UP)
            }
            _ => false,
        };
        if link.flags.contains(LinkFlags::UP) && !settled {
            let asked = link::ask(Some(&link.name));
            match netlink.ask(kind::LINK + kind::GET, asked, link::decode) {
                // Another one may have its name by now.
                Ok(Some(again)) if again.index == link.index => link = again,
                Ok(None) => {}
                Err(error) if error.errno != Errno::NODEV => return Err(error),
                // It went meanwhile.
                Ok(Some(_)) | Err(_) => continue,
            }
        }
        if let Some(peer) = &mut link.peer {
            // Without an id the other end is here.
            let there = peer.nsid.map_or(Some(ns), |id| nsids.get(&id));
            if let Some(name) = there {
                peer.ns = name.clone();
            }
        }
        links.push(link);
    }
    links.sort_by_key(|link| link.index);
    mark_set(&mut links);
    sysfs::complete(ns, &mut links);
    if links.iter().any(|link| link.bridge_port.is_some()) {
        count_trees(netlink, &mut links)?;
    }
    Ok((links, settings))
}

/// What ports have counted of the spanning tree, which nothing else tells.
fn count_trees(netlink: &mut Netlink, links: &mut [Link]) -> Result<()> {
    let asked = stats::ask_ports();
    let told = netlink.dump(kind::STATS + kind::GET, &asked, stats::of_port)?;
    let told: BTreeMap<u32, PortTreeCounters> = told.into_iter().collect();
    for link in links {
        if let (Some(port), Some(counters)) = (&mut link.bridge_port, told.get(&link.index)) {
            port.tree.counters = *counters;
        }
    }
    Ok(())
}

/// Has bridges say that their address was set, as far as that shows: it is not the lowest of their ports, as it
/// were otherwise, nor that of a bridge whose last port went, or that never had one.
fn mark_set(links: &mut [Link]) {
    let mut lowest: BTreeMap<u32, MacAddr> = BTreeMap::new();
    for port in links.iter() {
        if let Some(master) = port.master {
            let least = lowest.entry(master).or_insert(port.address);
            *least = port.address.min(*least);
        }
    }
    for link in links {
        if let LinkKind::Bridge(bridge) = &mut link.kind {
            let least = lowest.get(&link.index);
            bridge.address_set = least.is_some_and(|least| *least != link.address);
        }
    }
}

/// The ids by which named namespaces are known here (`RTM_GETNSID`). The kernel says which id a
/// namespace has, not which namespace an id has: those that have names are asked for until every id is
/// known, and most namespaces know none.
pub(crate) fn nsids(netlink: &mut Netlink) -> Result<BTreeMap<i32, NsName>> {
    const ID: u16 = 1;
    const FD: u16 = 3;
    let read = |body: &[u8]| {
        let id = netloom_netlink::Attributes::behind(body, 1).u32(ID);
        id.map(u32::cast_signed).filter(|id| *id >= 0)
    };
    let nobody = Writer::new(&[0; 4]);
    let told = netlink.dump(kind::NSID + kind::GET, &nobody, read)?;
    let mut wanted: BTreeSet<i32> = told.into_iter().collect();
    let mut ids = BTreeMap::new();
    if wanted.is_empty() {
        return Ok(ids);
    }
    // That in which everything began comes first, which most know.
    for name in namespace::all() {
        let Ok(file) = namespace::open(&name) else {
            continue;
        };
        let mut body = Writer::new(&[0; 4]);
        body.u32(FD, file.as_raw_fd().cast_unsigned());
        // A name that is just made or taken away is no namespace's.
        let Ok(Some(id)) = netlink.ask(kind::NSID + kind::GET, body, read) else {
            continue;
        };
        wanted.remove(&id);
        ids.insert(id, name);
        if wanted.is_empty() {
            break;
        }
    }
    Ok(ids)
}
