//! A namespace of the texts that tell of it, and what they do not tell.

use super::firewall::Firewall;
use super::gather::{Ids, Part, Texts};
use super::item::{self, Item};
use super::nft::tables_of;
use super::{group, link, neighbour, plain, route, socket, vlan};
use netloom_kernel::counters;
use netloom_model::link::OtherKind;
use netloom_model::setting::{Word, retain_deciding};
use netloom_model::{Family, Link, LinkFlags, LinkKind, MacAddr, Namespace, NsName, OperState};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// The parts of a namespace that importers read.
const READ: [&str; 16] = [
    "links",
    "addresses",
    "routes",
    "rules",
    "nexthops",
    "neighbours",
    "fdb",
    "vlans",
    "sysctls",
    "ipsets",
    "ruleset",
    "connections",
    "sockets",
    "groups",
    "mdb",
    "counters",
];

/// A namespace of its texts, and what is missing of it.
pub(super) fn namespace(texts: &Texts, missing: &mut Vec<(String, String)>) -> (Namespace, Ids) {
    let mut state = Namespace::default();
    let mut ids = Ids::new();
    let mut given = texts.given.clone();
    // Names of namespaces come before links, and these before what names them.
    given.sort_by_key(|(part, ..)| *part);
    for (part, why) in &texts.lacking {
        missing.push((part.field().to_owned(), why.clone()));
    }
    let is_there = |field: &str| {
        // Addresses are told with their links.
        let of =
            |part: &Part| part.field() == field || field == "links" && *part == Part::Addresses;
        given.iter().any(|(part, ..)| of(part)) || texts.lacking.iter().any(|(part, _)| of(part))
    };
    for field in READ.into_iter().filter(|field| !is_there(field)) {
        missing.push((
            field.to_owned(),
            "no file that was read tells it".to_owned(),
        ));
    }
    for (part, from, text) in &given {
        if let Err(why) = routing(*part, text, &mut state, &mut ids) {
            missing.push((part.field().to_owned(), format!("{from}: {why}")));
        }
    }
    let v4 = state
        .routes
        .iter()
        .filter(|route| route.family() == Family::V4);
    state.route_tables = v4.map(|route| route.table).collect();
    state.route_tables.sort_unstable();
    state.route_tables.dedup();
    retain_deciding(&mut state.sysctls, &state.links);
    rules(&given, &mut state, missing);
    (state, ids)
}

/// What the tools of iproute2 tell, and settings. What several texts tell of one part is put together.
fn routing(part: Part, text: &str, state: &mut Namespace, ids: &mut Ids) -> Result<(), String> {
    match part {
        Part::Ipsets | Part::Saved(_) | Part::Nft | Part::NftText | Part::Connections => {
            return Ok(());
        }
        Part::Sysctls => {
            state.sysctls.extend(text.lines().filter_map(setting));
            return Ok(());
        }
        Part::Counters => {
            state.counters = counters::of_proc(text);
            return Ok(());
        }
        Part::Sockets => {
            let mut devices = Devices::of(&mut state.links);
            let all = socket::sockets(text, &mut |name| devices.index(name))?;
            join(&mut state.sockets, all);
            return Ok(());
        }
        _ => {}
    }
    // Nothing at all is what some versions print where there is nothing.
    let list: Value = match text.trim() {
        "" => Value::Array(Vec::new()),
        text if text.starts_with(['[', '{']) => item::json(text)?,
        text => plain::json(part, text)?,
    };
    if !list.is_array() {
        return Err("it is no list".to_owned());
    }
    match part {
        Part::Links => links(&list, state, ids),
        Part::Addresses => {
            let of_links = links(&list, state, ids);
            let read = link::addresses(&list);
            let told = Item::all(&list).map(|link| link.inside("addr_info"));
            let lost = item::count(told).saturating_sub(read.len());
            join(&mut state.addresses, read);
            state
                .addresses
                .sort_by_key(|address| address.local.family() == Family::V6);
            of_links.and(understood(lost))
        }
        Part::Nsids => {
            for item in list.as_array().into_iter().flatten() {
                let id = item.get("nsid").and_then(Value::as_i64);
                let name = item.get("name").and_then(Value::as_str);
                if let (Some(Ok(id)), Some(name)) = (id.map(i32::try_from), name) {
                    ids.insert(id, NsName::new(name));
                }
            }
            Ok(())
        }
        _ => by_devices(part, &list, state),
    }
}

/// Takes the links that no other text has told of.
fn links(list: &Value, state: &mut Namespace, ids: &mut Ids) -> Result<(), String> {
    let mut known: BTreeSet<u32> = state.links.iter().map(|link| link.index).collect();
    let read = link::links(list, ids);
    let lost = item::count([Item(list)]).saturating_sub(read.len());
    let new = read.into_iter().filter(|link| known.insert(link.index));
    let before = state.links.len();
    state.links.extend(new);
    let undetailed = state.links.len() > before && !link::has_details(list);
    state.links.sort_by_key(|link| link.index);
    understood(lost)?;
    match undetailed {
        true => Err("it was printed without -d, so the kinds of devices are not told".to_owned()),
        false => Ok(()),
    }
}

/// What names devices.
fn by_devices(part: Part, list: &Value, state: &mut Namespace) -> Result<(), String> {
    let mut devices = Devices::of(&mut state.links);
    let mut index = |name: &str| devices.index(name);
    let told = item::count([Item(list)]);
    let read = match part {
        Part::Routes(family) => {
            let read = route::routes(list, family, &mut index);
            add(&mut state.routes, read)
        }
        Part::Rules(family) => add(&mut state.rules, route::rules(list, family)),
        Part::Neighbours | Part::Proxies => {
            let read = neighbour::neighbours(list, &mut index);
            add(&mut state.neighbours, read)
        }
        Part::Nexthops => join(&mut state.nexthops, route::nexthops(list, &mut index)),
        Part::Fdb => join(&mut state.fdb, neighbour::fdb(list, &mut index)),
        Part::Vlans => {
            join(&mut state.vlans, vlan::vlans(list, &mut index));
            told
        }
        Part::Groups => {
            join(&mut state.groups, group::groups(list, &mut index));
            told
        }
        Part::Mdb => {
            let (entries, routers) = group::mdb(list, &mut index);
            join(&mut state.mdb, entries);
            join(&mut state.mdb_routers, routers);
            told
        }
        _ => told,
    };
    understood(told.saturating_sub(read))
}

/// Adds more; how many they are.
fn add<T>(all: &mut Vec<T>, more: Vec<T>) -> usize {
    let count = more.len();
    all.extend(more);
    count
}

/// Adds what no other text has told; how many were told.
fn join<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) -> usize {
    let (before, count) = (all.len(), more.len());
    for one in more {
        if !all[..before].contains(&one) {
            all.push(one);
        }
    }
    count
}

/// Whether everything was.
fn understood(lost: usize) -> Result<(), String> {
    match lost {
        0 => Ok(()),
        1 => Err("one of its entries is not understood".to_owned()),
        _ => Err(format!("{lost} of its entries are not understood")),
    }
}

/// `net.ipv4.ip_forward = 1`, with spaces or without, of the network alone.
fn setting(line: &str) -> Option<(Word, Word)> {
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim_end(), value.strip_prefix(' ').unwrap_or(value));
    name.starts_with("net.")
        .then(|| (Word::shared(name), Word::shared(value)))
}

/// Devices by their names.
struct Devices<'s> {
    links: &'s mut Vec<Link>,
    known: HashMap<String, u32>,
    highest: u32,
}

impl Devices<'_> {
    fn of(links: &mut Vec<Link>) -> Devices<'_> {
        let named = links.iter().map(|link| (link.name.clone(), link.index));
        let highest = links.iter().map(|link| link.index).max();
        Devices {
            known: named.collect(),
            highest: highest.unwrap_or(0),
            links,
        }
    }

    /// The index of a device; one that no list has told of is made up.
    fn index(&mut self, name: &str) -> u32 {
        if let Some(index) = self.known.get(name) {
            return *index;
        }
        // Those that are told leave room behind them.
        self.highest += 1;
        self.known.insert(name.to_owned(), self.highest);
        self.links.push(unknown(self.highest, name));
        self.highest
    }
}

/// A device of which nothing is known but its name.
fn unknown(index: u32, name: &str) -> Link {
    let loopback = name == "lo";
    let kind = match loopback {
        true => LinkKind::Loopback,
        false => LinkKind::Other(Box::new(OtherKind {
            kind: None,
            link_type: "ether".to_owned(),
            vxlan: None,
            tunnel: None,
        })),
    };
    let flags = [LinkFlags::UP, LinkFlags::RUNNING, LinkFlags::LOWER_UP];
    let more = match loopback {
        true => LinkFlags::LOOPBACK,
        false => LinkFlags::BROADCAST.union(LinkFlags::MULTICAST),
    };
    Link {
        index,
        name: name.to_owned(),
        altnames: Vec::new(),
        kind,
        flags: flags.into_iter().fold(more, LinkFlags::union),
        operstate: OperState::Unknown,
        carrier: true,
        carrier_changes: 0,
        address: MacAddr::ZERO,
        broadcast: if loopback {
            MacAddr::ZERO
        } else {
            MacAddr::BROADCAST
        },
        mtu: if loopback { 65_536 } else { 1_500 },
        min_mtu: 0,
        max_mtu: 0,
        qdisc: String::new(),
        txqueuelen: 1_000,
        queues: (1, 1),
        group: 0,
        promiscuity: 0,
        allmulti: 0,
        alias: None,
        master: None,
        peer: None,
        stats: netloom_model::LinkStats::default(),
        bridge_port: None,
        addr_gen_mode: None,
        tso: false,
    }
}

/// Sets, rules and connections, in the order in which they need each other.
fn rules(
    given: &[(Part, String, String)],
    state: &mut Namespace,
    missing: &mut Vec<(String, String)>,
) {
    let mut firewall = Firewall::new();
    firewall.devices(state.links.iter().map(|link| link.name.clone()));
    let texts = |wanted: fn(Part) -> bool| given.iter().filter(move |(part, ..)| wanted(*part));
    let mut told = |part: Part, from: &str, loaded: Result<(), String>| {
        if let Err(why) = loaded {
            missing.push((part.field().to_owned(), format!("{from}: {why}")));
        }
    };
    for (part, from, text) in texts(|part| part == Part::Ipsets) {
        told(*part, from, firewall.run("ipset", &["restore"], text));
    }
    let mut saved = Vec::new();
    for (part, from, text) in texts(|part| matches!(part, Part::Saved(_))) {
        let Part::Saved(tool) = part else { continue };
        // The tools of nft say so; a text that says nothing may be of either.
        let begin = text.trim_start().lines().next().unwrap_or_default();
        let legacy =
            tool.starts_with("ip") && begin.contains("tables-save") && !begin.contains("(nf_");
        if !legacy {
            saved.extend(tables_of(tool, text));
        }
        let legacy = if legacy { "-legacy" } else { "" };
        told(
            *part,
            from,
            firewall.restore(&format!("{tool}{legacy}-restore"), text),
        );
    }
    for (part, from, text) in texts(|part| matches!(part, Part::Nft | Part::NftText)) {
        let loaded = match part {
            Part::Nft => firewall.nft_json(text, &saved),
            _ => firewall.nft_text(text, &saved),
        };
        told(*part, from, loaded);
    }
    for (part, from, text) in texts(|part| part == Part::Connections) {
        told(*part, from, firewall.connections(text));
    }
    firewall.finish(state);
}
