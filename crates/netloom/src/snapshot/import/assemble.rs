//! A namespace of the texts that tell of it, and what they do not tell.

use super::firewall::Firewall;
use super::gather::{Ids, Part, Texts};
use super::nft::tables_of;
use super::{group, item, link, neighbour, plain, route, socket, vlan};
use netloom_kernel::counters;
use netloom_model::link::OtherKind;
use netloom_model::setting::{Word, retain_deciding};
use netloom_model::{Family, Link, LinkFlags, LinkKind, MacAddr, Namespace, NsName, OperState};
use serde_json::Value;

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

/// What the tools of iproute2 tell, and settings.
fn routing(part: Part, text: &str, state: &mut Namespace, ids: &mut Ids) -> Result<(), String> {
    if matches!(
        part,
        Part::Ipsets | Part::Saved(_) | Part::Nft | Part::NftText | Part::Connections
    ) {
        return Ok(());
    }
    match part {
        Part::Sysctls => {
            state.sysctls.extend(text.lines().filter_map(setting));
            return Ok(());
        }
        Part::Counters => {
            state.counters = counters::of_proc(text);
            return Ok(());
        }
        Part::Sockets => {
            let links = &mut state.links;
            state.sockets = socket::sockets(text, &mut |name| index(links, name))?;
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
    let mut undetailed = false;
    if matches!(part, Part::Links | Part::Addresses) && state.links.is_empty() {
        state.links = link::links(&list, ids);
        undetailed = !state.links.is_empty() && !link::has_details(&list);
    }
    let links = &mut state.links;
    let mut index = |name: &str| index(links, name);
    match part {
        Part::Addresses => state.addresses = link::addresses(&list),
        Part::Routes(family) => state
            .routes
            .extend(route::routes(&list, family, &mut index)),
        Part::Rules(family) => state.rules.extend(route::rules(&list, family)),
        Part::Nexthops => state.nexthops = route::nexthops(&list, &mut index),
        Part::Neighbours | Part::Proxies => {
            state
                .neighbours
                .extend(neighbour::neighbours(&list, &mut index));
        }
        Part::Fdb => state.fdb = neighbour::fdb(&list, &mut index),
        Part::Vlans => state.vlans = vlan::vlans(&list, &mut index),
        Part::Groups => state.groups = group::groups(&list, &mut index),
        Part::Mdb => (state.mdb, state.mdb_routers) = group::mdb(&list, &mut index),
        Part::Nsids => {
            for item in list.as_array().into_iter().flatten() {
                let id = item.get("nsid").and_then(Value::as_i64);
                let name = item.get("name").and_then(Value::as_str);
                if let (Some(Ok(id)), Some(name)) = (id.map(i32::try_from), name) {
                    ids.insert(id, NsName::new(name));
                }
            }
        }
        _ => {}
    }
    match undetailed {
        true => Err("it was printed without -d, so the kinds of devices are not told".to_owned()),
        false => Ok(()),
    }
}

/// `net.ipv4.ip_forward = 1`, of the network alone.
fn setting(line: &str) -> Option<(Word, Word)> {
    let (name, value) = line.split_once(" =")?;
    let value = value.strip_prefix(' ').unwrap_or(value);
    name.starts_with("net.")
        .then(|| (Word::shared(name), Word::shared(value)))
}

/// The index of a device; one that no list has told of is made up.
fn index(links: &mut Vec<Link>, name: &str) -> u32 {
    if let Some(link) = links.iter().find(|link| link.name == name) {
        return link.index;
    }
    let index = links.iter().map(|link| link.index).max().unwrap_or(0) + 1;
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
    links.push(Link {
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
    });
    index
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
