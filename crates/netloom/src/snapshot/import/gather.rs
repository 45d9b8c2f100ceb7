//! What was read of files, put together: texts namespace by namespace, and what becomes of them.

use super::firewall::Firewall;
use super::{link, neighbour, route};
use netloom_model::link::OtherKind;
use netloom_model::snapshot::{Container, Host, Missing, Place};
use netloom_model::{
    Family, Link, LinkFlags, LinkKind, MacAddr, Namespace, NsName, OperState, Snapshot,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Links,
    Addresses,
    Routes(Option<Family>),
    Rules(Family),
    Nexthops,
    Neighbours,
    Proxies,
    Nsids,
    Fdb,
    Sysctls,
    Ipsets,
    /// What a tool saved, which `TOOL-restore` takes.
    Saved(&'static str),
    Nft,
    Connections,
}

/// Texts by the names that the script has for them.
const NAMES: [(&str, Part); 20] = [
    ("link", Part::Links),
    ("address", Part::Addresses),
    ("route4", Part::Routes(Some(Family::V4))),
    ("route6", Part::Routes(Some(Family::V6))),
    ("rule4", Part::Rules(Family::V4)),
    ("rule6", Part::Rules(Family::V6)),
    ("nexthop", Part::Nexthops),
    ("neighbour", Part::Neighbours),
    ("proxy4", Part::Proxies),
    ("proxy6", Part::Proxies),
    ("nsid", Part::Nsids),
    ("fdb", Part::Fdb),
    ("sysctl", Part::Sysctls),
    ("ipset", Part::Ipsets),
    ("iptables", Part::Saved("iptables")),
    ("ip6tables", Part::Saved("ip6tables")),
    ("arptables", Part::Saved("arptables")),
    ("ebtables", Part::Saved("ebtables")),
    ("nft", Part::Nft),
    ("connections", Part::Connections),
];

impl Part {
    pub(super) fn of(name: &str) -> Option<Part> {
        let known = NAMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, part)| *part)
    }

    /// The field of a namespace that it fills.
    const fn field(self) -> &'static str {
        match self {
            Part::Links => "links",
            Part::Addresses => "addresses",
            Part::Routes(_) => "routes",
            Part::Rules(_) => "rules",
            Part::Nexthops => "nexthops",
            Part::Neighbours | Part::Proxies => "neighbours",
            Part::Nsids => "nsids",
            Part::Fdb => "fdb",
            Part::Sysctls => "sysctls",
            Part::Ipsets => "ipsets",
            Part::Saved(_) | Part::Nft => "ruleset",
            Part::Connections => "connections",
        }
    }
}

/// What no importer reads.
const NEVER: [&str; 5] = ["groups", "vlans", "mdb", "counters", "sockets"];

/// The parts of a namespace that importers read.
const READ: [&str; 11] = [
    "links",
    "addresses",
    "routes",
    "rules",
    "nexthops",
    "neighbours",
    "fdb",
    "sysctls",
    "ipsets",
    "ruleset",
    "connections",
];

/// One namespace's texts.
struct Texts {
    name: Option<String>,
    path: Option<String>,
    inode: Option<u64>,
    given: Vec<(Part, String, String)>,
    lacking: Vec<(Part, String)>,
}

/// Everything that was read.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) host: Host,
    namespaces: Vec<Texts>,
    /// Processes: the number of their namespace, their own, their name.
    pub(super) processes: Vec<(u64, u32, String)>,
    /// Containers: their first process, who runs them, id, name.
    pub(super) containers: Vec<(u32, String, String, String)>,
    pub(super) missing: Vec<Missing>,
}

impl Gathered {
    /// What comes now is of another namespace; one without a name is called by its path.
    pub(super) fn begin(&mut self, name: Option<String>, path: &str, inode: Option<u64>) {
        self.namespaces.push(Texts {
            path: (name.as_deref() != Some("")).then(|| path.to_owned()),
            name,
            inode,
            given: Vec::new(),
            lacking: Vec::new(),
        });
    }

    fn current(&mut self) -> &mut Texts {
        if self.namespaces.is_empty() {
            self.begin(Some(String::new()), "", None);
        }
        let last = self.namespaces.len() - 1;
        &mut self.namespaces[last]
    }

    /// A text of the current namespace; `from` says where it is from.
    pub(super) fn give(&mut self, part: Part, from: &str, text: String) {
        self.current().given.push((part, from.to_owned(), text));
    }

    /// The current namespace lacks something.
    pub(super) fn lack(&mut self, part: Part, why: &str) {
        self.current()
            .lacking
            .push((part, why.trim_end_matches([':', ' ']).to_owned()));
    }

    /// Something is missing of no namespace in particular.
    pub(super) fn missing(&mut self, part: &str, why: String) {
        let part = part.to_owned();
        self.missing.push(Missing {
            ns: None,
            part,
            why,
        });
    }

    /// What has come of it all.
    pub(super) fn finish(mut self) -> Snapshot {
        let mut snapshot = Snapshot {
            host: std::mem::take(&mut self.host),
            missing: std::mem::take(&mut self.missing),
            ..Snapshot::default()
        };
        let named = self.names();
        let mut nsids = BTreeMap::new();
        for (texts, ns) in self.namespaces.iter().zip(&named) {
            let mut missing = Vec::new();
            let (state, ids) = assemble(texts, &mut missing);
            nsids.insert(ns.clone(), ids);
            let told = |(part, why)| Missing {
                ns: Some(ns.clone()),
                part,
                why,
            };
            snapshot.missing.extend(missing.into_iter().map(told));
            snapshot.state.namespaces.insert(ns.clone(), state);
            let own = self
                .processes
                .iter()
                .filter(|(inode, ..)| Some(*inode) == texts.inode);
            let place = Place {
                path: texts.path.clone(),
                inode: texts.inode,
                processes: own.map(|(_, pid, name)| (*pid, name.clone())).collect(),
            };
            snapshot.places.insert(ns.clone(), place);
        }
        for (pid, runtime, id, name) in &self.containers {
            if let Some(ns) = self.namespace_of(*pid).map(|at| named[at].clone()) {
                snapshot.containers.push(Container {
                    name: name.clone(),
                    id: id.clone(),
                    runtime: runtime.clone(),
                    pod: None,
                    ns,
                });
            }
        }
        super::ends::settle(&mut snapshot, &nsids);
        snapshot.missing.sort();
        snapshot.missing.dedup();
        snapshot
    }

    /// The place of the namespace that a process is in.
    fn namespace_of(&self, pid: u32) -> Option<usize> {
        let (inode, ..) = self.processes.iter().find(|(_, own, _)| *own == pid)?;
        self.namespaces
            .iter()
            .position(|texts| texts.inode == Some(*inode))
    }

    /// What each namespace is called: by its name, by its container's, by its path.
    fn names(&self) -> Vec<NsName> {
        let mut of_containers = BTreeMap::new();
        for (pid, _, _, name) in &self.containers {
            if let Some(at) = self.namespace_of(*pid) {
                of_containers.entry(at).or_insert(name);
            }
        }
        let named = |(at, texts): (usize, &Texts)| match (&texts.name, of_containers.get(&at)) {
            (Some(name), _) => NsName::new(name),
            (None, Some(name)) => NsName::new(name.as_str()),
            (None, None) => NsName::new(texts.path.clone().unwrap_or_default()),
        };
        self.namespaces.iter().enumerate().map(named).collect()
    }
}

/// Ids of other namespaces with their names.
pub(super) type Ids = BTreeMap<i32, NsName>;

/// A namespace of its texts, and what is missing of it.
fn assemble(texts: &Texts, missing: &mut Vec<(String, String)>) -> (Namespace, Ids) {
    let mut state = Namespace::default();
    let mut ids = Ids::new();
    let mut given = texts.given.clone();
    // Links come before what names them.
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
    let never = NEVER.map(|part| {
        (
            part.to_owned(),
            "what was imported does not tell it".to_owned(),
        )
    });
    missing.extend(never);
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
    rules(&given, &mut state, missing);
    (state, ids)
}

/// What the tools of iproute2 tell, and settings.
fn routing(part: Part, text: &str, state: &mut Namespace, ids: &mut Ids) -> Result<(), String> {
    if matches!(
        part,
        Part::Ipsets | Part::Saved(_) | Part::Nft | Part::Connections
    ) {
        return Ok(());
    }
    if part == Part::Sysctls {
        state.sysctls.extend(text.lines().filter_map(setting));
        return Ok(());
    }
    // Nothing at all is what some versions print where there is nothing.
    let list: Value = match text.trim() {
        "" => Value::Array(Vec::new()),
        text => serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?,
    };
    if matches!(part, Part::Links | Part::Addresses) && state.links.is_empty() {
        state.links = link::links(&list);
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
    Ok(())
}

/// `net.ipv4.ip_forward = 1`, of the network alone.
fn setting(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(" =")?;
    let value = value.strip_prefix(' ').unwrap_or(value);
    name.starts_with("net.")
        .then(|| (name.to_owned(), value.to_owned()))
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
    for (part, from, text) in texts(|part| part == Part::Nft) {
        let loaded =
            without(text, &saved).and_then(|text| firewall.run("nft", &["-j", "-f", "-"], &text));
        told(*part, from, loaded);
    }
    for (part, from, text) in texts(|part| part == Part::Connections) {
        told(*part, from, firewall.connections(text));
    }
    firewall.finish(state);
}

/// The tables of nft that hold what a tool of iptables saved: family and name.
fn tables_of(tool: &str, text: &str) -> Vec<(&'static str, String)> {
    let family = match tool {
        "iptables" => "ip",
        "ip6tables" => "ip6",
        "arptables" => "arp",
        _ => "bridge",
    };
    let names = text.lines().filter_map(|line| line.strip_prefix('*'));
    names.map(|name| (family, name.trim().to_owned())).collect()
}

/// A ruleset of `nft -j` without the tables that iptables keeps in nft: their matches are not told there.
fn without(text: &str, tables: &[(&'static str, String)]) -> Result<String, String> {
    let mut document: Value =
        serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
    let Some(objects) = document.get_mut("nftables").and_then(Value::as_array_mut) else {
        return Err("it is no ruleset of nft: it has no \"nftables\"".to_owned());
    };
    objects.retain(|object| {
        let Some((kind, inside)) = object.as_object().and_then(|object| object.iter().next())
        else {
            return false;
        };
        let text = |key: &str| inside.get(key).and_then(Value::as_str).unwrap_or_default();
        let table = if kind == "table" {
            text("name")
        } else {
            text("table")
        };
        let of = |(family, name): &(&str, String)| *family == text("family") && name == table;
        kind != "metainfo" && !tables.iter().any(of)
    });
    Ok(document.to_string())
}
