//! Whether two states of the kernel say the same. What passes by itself, or is the kernel's own choice each
//! time, is taken out here and nowhere else, each with its reason.

use netloom_model::bridge::{FdbState, PortState};
use netloom_model::counters::Counters;
use netloom_model::group::Group;
use netloom_model::route::protocol;
use netloom_model::spanning_tree::{BridgeTree, PortTree};
use netloom_model::{
    Family, Link, LinkFlags, LinkKind, MacAddr, Namespace, NeighbourState, OperState, State,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What is not compared: a path into a namespace as JSON, where `*` stands for each element of a list or a
/// map, and why.
const PASSES: &[(&str, &str)] = &[
    ("links.*.stats", "counts packets"),
    ("links.*.carrier_changes", "counts events"),
    ("links.*.kind.Bridge.gc_timer", "time that is left"),
    ("links.*.kind.Bridge.tree.hello_timer", "time that is left"),
    ("links.*.bridge_port.tree.hold_timer", "time that is left"),
    (
        "links.*.bridge_port.tree.forward_delay_timer",
        "time that is left",
    ),
    (
        "links.*.bridge_port.tree.message_age_timer",
        "time that is left",
    ),
    (
        "links.*.kind.Bridge.tree.topology_change_timer",
        "time that is left",
    ),
    ("addresses.*.valid_lft", "time that is left"),
    ("addresses.*.preferred_lft", "time that is left"),
    ("neighbours.*.ages", "time that has passed"),
    ("neighbours.*.refcnt", "who holds it now"),
    ("neighbours.*.probes", "counts packets"),
    ("fdb.*.used", "time that has passed"),
    ("fdb.*.updated", "time that has passed"),
    ("ruleset.tables.*.handle", "a number in the order of making"),
    (
        "ruleset.tables.*.chains.*.handle",
        "a number in the order of making",
    ),
    ("ruleset.tables.*.chains.*.base.counter", "counts packets"),
    (
        "ruleset.tables.*.chains.*.rules.*.handle",
        "a number in the order of making",
    ),
    (
        "ruleset.tables.*.chains.*.rules.*.statements.*.Counter",
        "counts packets",
    ),
    (
        "ruleset.tables.*.sets.*.handle",
        "a number in the order of making",
    ),
    (
        "ruleset.tables.*.objects.*.handle",
        "a number in the order of making",
    ),
    (
        "ruleset.tables.*.flowtables.*.handle",
        "a number in the order of making",
    ),
    ("ruleset.generation", "counts transactions"),
    ("ipsets.*.options.initval", "drawn by chance"),
    ("ipsets.*.entries.*.timeout", "time that is left"),
];

/// The groups of all hosts and of all routers of a link (RFC 2464).
const ALL: [MacAddr; 2] = [
    MacAddr([0x33, 0x33, 0, 0, 0, 1]),
    MacAddr([0x33, 0x33, 0, 0, 0, 2]),
];

/// What is not compared of the settings: how a name begins or what it is, and why.
const SETTINGS: &[(&str, &str)] = &[("net.netfilter.nf_conntrack_count", "counts connections")];

/// Entries of lists that come and go by themselves, or stand in an order that is chance.
fn settle(ns: &mut Namespace) {
    // What passes.
    ns.counters = Counters::default();
    ns.tracked.clear();
    ns.sockets.clear();
    ns.connections.clear();
    ns.expectations.clear();
    // Of a link that is down or has no IPv6 it depends on whether it was ever up, or had it, whether it is in
    // the groups of all hosts and routers.
    let without = |dev: u32| {
        let link = ns.links.iter().find(|link| link.index == dev);
        link.is_some_and(|link| {
            if !link.flags.contains(LinkFlags::UP) {
                return true;
            }
            let name = format!("net.ipv6.conf.{}.disable_ipv6", link.name.replace('.', "/"));
            ns.sysctls.get(&name).is_some_and(|value| value == "1")
        })
    };
    ns.groups.retain(|one| match one.group {
        Group::Link { address, by_hand } => by_hand || !ALL.contains(&address) || !without(one.dev),
        Group::Ip(_) => true,
    });
    ns.fdb
        .retain(|one| !ALL.contains(&one.address) || !without(one.dev));
    // Those of IPv6 that come of addresses stand in the order in which links were ready. Of several to one
    // destination the kernel takes one after the other.
    ns.routes.sort_by_key(|route| {
        let v4 = route.family() == Family::V4;
        let dev = route.nexthops.first().and_then(|hop| hop.dev);
        let own = !v4 && route.protocol == protocol::KERNEL;
        let order = own.then_some((route.table, route.dst, route.metric, dev));
        (!v4, own, order)
    });
    // Who was asked for is found anew.
    ns.neighbours.retain(|one| {
        one.proxy || one.extern_learn || matches!(one.state, NeighbourState::Permanent)
    });
    // What bridges learned, or were told by listening.
    ns.fdb.retain(|one| {
        !matches!(one.state, FdbState::Dynamic | FdbState::Stale) || one.extern_learn
    });
    ns.mdb.retain(|one| one.permanent);
    ns.mdb_routers.clear();
    ns.sysctls
        .retain(|name, _| !SETTINGS.iter().any(|(begin, _)| name.starts_with(begin)));
    // Whether the other end is up a kernel looks up by its number among the devices of this end's namespace.
    for link in &mut ns.links {
        if link.operstate == OperState::LowerLayerDown {
            link.operstate = OperState::Down;
        }
    }
    // One that was never up has no discipline yet.
    for link in &mut ns.links {
        if !link.flags.contains(LinkFlags::UP) {
            link.qdisc.clear();
        }
    }
    rank(&mut ns.links);
    calm(&mut ns.links);
    address(&mut ns.links);
    // A kernel lists these in the order of its hashes, or of joining.
    ns.groups.sort_by_key(|one| format!("{one:?}"));
    ns.fdb
        .sort_by_key(|one| (one.dev, one.address, one.vlan, one.master));
    ns.neighbours
        .sort_by_key(|one| (one.proxy, one.dev, one.dst));
    ns.addresses
        .sort_by_key(|one| (one.dev, one.local.family()));
}

/// A bridge without ports is made again with the address that chance drew, which is one that was set then.
fn address(links: &mut [Link]) {
    let masters: Vec<u32> = links.iter().filter_map(|link| link.master).collect();
    for link in links {
        if let LinkKind::Bridge(bridge) = &mut link.kind
            && !masters.contains(&link.index)
        {
            bridge.address_set = true;
        }
    }
}

/// What a spanning tree has come to follows from what bridges hear of each other, and from time.
fn calm(links: &mut [Link]) {
    let runs = |link: &Link| matches!(&link.kind, LinkKind::Bridge(b) if b.stp_state != 0);
    let all: Vec<u32> = links.iter().filter(|l| runs(l)).map(|l| l.index).collect();
    for link in links {
        if let LinkKind::Bridge(bridge) = &mut link.kind
            && bridge.stp_state != 0
        {
            bridge.tree = BridgeTree::default();
        }
        let master = link.master.filter(|master| all.contains(master));
        if let (Some(_), Some(port)) = (master, &mut link.bridge_port) {
            (port.state, port.tree) = (PortState::Disabled, PortTree::default());
        }
    }
}

/// Numbers the ports of each bridge without gaps: the number of one that left is free for the next.
fn rank(links: &mut [Link]) {
    let of = |link: &Link| Some((link.master?, link.bridge_port.as_ref()?.number));
    let mut all: Vec<_> = links.iter().filter_map(of).collect();
    all.sort_unstable();
    for link in links {
        let (Some((master, number)), Some(port)) = (of(link), &mut link.bridge_port) else {
            continue;
        };
        let before = |other: &&(u32, u16)| other.0 == master && other.1 < number;
        let rank = all.iter().filter(before).count() as u16 + 1;
        port.number = rank;
        if port.tree.designated_port & PORT == number {
            port.tree.designated_port += rank;
            port.tree.designated_port -= number;
        }
    }
}

/// What of the identifier of a port is its number (IEEE 802.1D).
const PORT: u16 = 0x3ff;

/// Takes out what a path leads to.
fn forget(value: &mut Value, path: &[&str]) {
    let Some((first, rest)) = path.split_first() else {
        *value = Value::Null;
        return;
    };
    match value {
        Value::Array(all) if *first == "*" => all.iter_mut().for_each(|one| forget(one, rest)),
        Value::Object(all) if *first == "*" => all.values_mut().for_each(|one| forget(one, rest)),
        Value::Object(all) => {
            if let Some(one) = all.get_mut(*first) {
                forget(one, rest);
            }
        }
        _ => {}
    }
}

/// The namespaces of a state, without what passes.
fn plain(state: &State) -> Result<BTreeMap<String, Value>, String> {
    let mut all = BTreeMap::new();
    for (name, ns) in &state.namespaces {
        let mut ns = ns.clone();
        settle(&mut ns);
        let mut value = serde_json::to_value(&ns).map_err(|error| error.to_string())?;
        for (path, _) in PASSES {
            let path: Vec<&str> = path.split('.').collect();
            forget(&mut value, &path);
        }
        let name = if name.is_first() {
            "first"
        } else {
            name.as_str()
        };
        all.insert(name.to_owned(), value);
    }
    Ok(all)
}

/// How two states differ, a line each; empty where they say the same.
pub(crate) fn difference(wanted: &State, found: &State) -> String {
    let (wanted, found) = match (plain(wanted), plain(found)) {
        (Ok(wanted), Ok(found)) => (wanted, found),
        (Err(error), _) | (_, Err(error)) => return error,
    };
    let mut told = String::new();
    for (name, one) in &wanted {
        match found.get(name) {
            Some(other) => compare(name, one, other, &mut told),
            None => {
                let _ = writeln!(told, "{name}: is not there");
            }
        }
    }
    for name in found.keys().filter(|name| !wanted.contains_key(*name)) {
        let _ = writeln!(told, "{name}: was not there");
    }
    told
}

fn compare(at: &str, one: &Value, other: &Value, told: &mut String) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            for (key, value) in one {
                let at = format!("{at}.{key}");
                compare(&at, value, other.get(key).unwrap_or(&Value::Null), told);
            }
            for (key, value) in other.iter().filter(|(key, _)| !one.contains_key(*key)) {
                compare(&format!("{at}.{key}"), &Value::Null, value, told);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (number, (one, other)) in one.iter().zip(other).enumerate() {
                compare(&format!("{at}[{number}]"), one, other, told);
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            for gone in one.iter().filter(|value| !other.contains(value)) {
                let _ = writeln!(told, "{at}: lost {gone}");
            }
            for new in other.iter().filter(|value| !one.contains(value)) {
                let _ = writeln!(told, "{at}: new {new}");
            }
            let _ = writeln!(told, "{at}: {} -> {} entries", one.len(), other.len());
        }
        _ if one == other => {}
        _ => {
            let _ = writeln!(told, "{at}: {one} -> {other}");
        }
    }
}
