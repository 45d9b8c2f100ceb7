//! What there is in a namespace, as the commands that would make it. What comes of other things or with time
//! is left out: routes of the kernel's own, neighbours and stations that were learned, counters.

use super::{objects, settings};
use crate::explain::{exec, ip_of, words};
use crate::hosts::Hosts;
use crate::shell;
use netloom_model::link::{LinkFlags, LinkKind};
use netloom_model::ruleset::statement::{Counter, Statement};
use netloom_model::ruleset::{Rule, Table, TableRef};
use netloom_model::socket::TcpState;
use netloom_model::state::Parts;
use netloom_model::{Link, MacAddr, Namespace, NsName, World};
use netloom_tools::{Context, NoMachine, applet, iptables};
use serde_json::Value;
use std::borrow::Cow;
use std::io;

/// Lines that are compared with each other.
pub(super) struct Part {
    /// Of which namespace, which kind in the order of telling, and which one of that kind.
    pub(super) key: (NsName, u8, String),
    pub(super) lines: Vec<Line>,
}

/// Something that there is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Line {
    /// The command that makes it.
    Made(String),
    /// A rule of iptables and its kin: the program with its table, the chain, and the rule in its words.
    Rule(String, String, String),
    /// A rule of nft: the chain with its table, and the rule in its words.
    NftRule(String, String),
}

impl Line {
    /// The command that makes it in a namespace; of a rule at this place of its chain, from 1, or at its end.
    pub(super) fn command(&self, ns: &NsName, place: Option<usize>) -> String {
        let command = match (self, place) {
            (Line::Made(command), _) => command.clone(),
            (Line::Rule(program, chain, rule), None) => format!("{program} -A {chain} {rule}"),
            (Line::Rule(program, chain, rule), Some(place)) => {
                format!("{program} -I {chain} {place} {rule}")
            }
            (Line::NftRule(chain, rule), None) => format!("nft add rule {chain} {}", one(rule)),
            // The first rule of a chain has the index 0.
            (Line::NftRule(chain, rule), Some(place)) => {
                let (index, rule) = (place.saturating_sub(1), one(rule));
                format!("nft insert rule {chain} index {index} {rule}")
            }
        };
        entered(ns, &command)
    }
}

/// A rule of nft as a shell is given it: the quotes in it are nft's own.
fn one(rule: &str) -> Cow<'_, str> {
    match rule.contains('"') {
        true => shell::quoted(rule).into(),
        false => rule.into(),
    }
}

/// The kind of part that says that there is a namespace.
pub(super) const NAMESPACE: u8 = 0;
/// The kind of part that sets and objects of nft are.
const OBJECTS: u8 = 7;

/// The parts of a namespace's state of which lines of a kind tell.
pub(super) const fn field(kind: u8) -> &'static [&'static str] {
    match kind {
        1 | OF_BRIDGES => &["links"],
        2 => &["addresses", "nexthops"],
        3 => &["routes"],
        4 => &["rules"],
        5 => &["neighbours", "fdb"],
        6 | OF_VLANS => &["vlans"],
        7 => &["ipsets", "ruleset"],
        8 => &["ruleset"],
        _ => &[],
    }
}

/// The kind of part that settings are.
pub(super) const SETTINGS: u8 = 9;
/// The kinds of parts that settings of bridges and ports are, and those of their VLANs.
const OF_BRIDGES: u8 = 11;
const OF_VLANS: u8 = 12;

/// What a line sets, if it is one of many settings that a device or a VLAN has by itself.
pub(super) fn setting(kind: u8, line: &str) -> Option<&str> {
    match kind {
        // Quoted for a shell where the value has spaces.
        SETTINGS => {
            let rest = line.trim_start_matches("sysctl -w ");
            rest.trim_start_matches('\'').split('=').next()
        }
        OF_BRIDGES | OF_VLANS => Some(settings::name(line)),
        _ => None,
    }
}

/// A listing of a familiar command whose lines say what there is: the kind, the words, how such a line
/// becomes the command that makes it.
type Listing = (u8, &'static [&'static str], fn(&str) -> Option<String>);

const LISTED: &[Listing] = &[
    // Before the routes that go by them.
    (2, &["ip", "nexthop"], nexthop),
    // Without a family all tables are those of both.
    (3, &["ip", "-4", "route", "show", "table", "all"], |line| {
        route("", line)
    }),
    (3, &["ip", "-6", "route", "show", "table", "all"], |line| {
        route(" -6", line)
    }),
    (4, &["ip", "rule"], |line| rule("", line)),
    (4, &["ip", "-6", "rule"], |line| rule(" -6", line)),
    (5, &["ip", "neigh", "show", "nud", "permanent"], neighbour),
    (5, &["bridge", "fdb", "show"], station),
    (7, &["ipset", "save"], |line| {
        Some(format!("ipset {}", untimed(line)))
    }),
];

/// Everything, part by part.
pub(super) fn of(hosts: &mut Hosts) -> Result<Vec<Part>, String> {
    let state = hosts.snapshot(None, Parts::ALL);
    let state = state.map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    for (ns, here) in &state.namespaces {
        let mut ordered = |kind: u8, which: &str, lines: Vec<Line>| {
            let key = (ns.clone(), kind, which.to_owned());
            all.push(Part { key, lines });
        };
        let mut part = |kind: u8, which: &str, lines: Vec<String>| {
            ordered(kind, which, lines.into_iter().map(Line::Made).collect());
        };
        part(NAMESPACE, "", vec![format!("namespace {ns}")]);
        for link in &here.links {
            part(1, &link.name, links(here, link));
        }
        part(2, "", addresses(here));
        for (kind, words, command) in LISTED {
            let lines = listed(hosts, ns, words);
            let lines = lines.iter().filter_map(|line| command(line)).collect();
            part(*kind, words.get(1).copied().unwrap_or_default(), lines);
        }
        part(6, "", vlans(here));
        for words in objects::LISTED {
            for (name, lines) in objects::made(&listed(hosts, ns, words)) {
                part(OBJECTS, &name, lines);
            }
        }
        for table in &here.ruleset.tables {
            for (chain, lines) in rules(table) {
                let which = format!("{:?} {} {chain}", table.family, table.name);
                ordered(8, &which, lines);
            }
        }
        let mut part = |kind: u8, lines: Vec<String>| {
            ordered(kind, "", lines.into_iter().map(Line::Made).collect());
        };
        let settings = here.sysctls.iter().filter(|(name, _)| !follows(name));
        let settings = settings.map(|(name, value)| {
            let value = value.replace('\t', " ");
            format!("sysctl -w {}", shell::word(&format!("{name}={value}")))
        });
        part(SETTINGS, settings.collect());
        part(10, listeners(here));
        let mut json = |words: &[&str]| {
            let text = listed(hosts, ns, words).concat();
            serde_json::from_str(&text).unwrap_or(Value::Null)
        };
        let links = json(&["ip", "-d", "-j", "link", "show"]);
        let vlans = json(&["bridge", "-d", "-j", "vlan", "show"]);
        let global = json(&["bridge", "-d", "-j", "vlan", "global", "show"]);
        part(OF_BRIDGES, settings::of_links(&links));
        part(OF_VLANS, settings::of_vlans(&vlans, &global));
    }
    Ok(all)
}

/// A line as it is typed for a namespace.
fn entered(ns: &NsName, line: &str) -> String {
    if line.starts_with("namespace ") || line.starts_with("listening ") {
        let of = if line.starts_with("listening ") {
            format!(" in {ns}")
        } else {
            String::new()
        };
        return format!("{line}{of}");
    }
    match line.strip_prefix("ip ") {
        Some(rest) => format!("{} {}", ip_of(ns), shell::typed(rest)),
        None => exec(ns, line),
    }
}

/// What a familiar command prints in a namespace of hosts.
fn listed(hosts: &mut Hosts, ns: &NsName, words: &[&str]) -> Vec<String> {
    let Some((run, rest)) = words
        .split_first()
        .and_then(|(name, rest)| Some((applet(name)?, rest)))
    else {
        return Vec::new();
    };
    let mut out = Vec::new();
    run(&mut Context {
        args: rest.iter().map(|word| (*word).to_owned()).collect(),
        ns: ns.clone(),
        world: hosts,
        host: &mut NoMachine,
        stdin: &mut io::empty(),
        out: &mut out,
        err: &mut io::sink(),
    });
    let text = String::from_utf8_lossy(&out);
    text.lines().map(|line| line.trim().to_owned()).collect()
}

fn links(here: &Namespace, link: &Link) -> Vec<String> {
    let name = &link.name;
    let mut lines = Vec::new();
    match link.kind.name() {
        Some(kind) => {
            let tunnel = settings::of_tunnel(&link.kind);
            lines.push(format!("ip link add {name} type {kind}{tunnel}"));
        }
        None if matches!(link.kind, LinkKind::Loopback) => {}
        None => lines.push(format!("device {name}")),
    }
    let up = if link.flags.contains(LinkFlags::UP) {
        "up"
    } else {
        "down"
    };
    let mut set = |what: String| lines.push(format!("ip link set {name} {what}"));
    set(up.to_owned());
    set(format!("mtu {}", link.mtu));
    if let Some(master) = link.master {
        set(format!("master {}", here.link_name(master)));
    }
    if link.kind.link_type() == "ether" {
        set(format!("address {}", link.address));
    }
    if !link.carrier && up == "up" {
        lines.push(format!("device {name} has no carrier"));
    }
    lines
}

fn addresses(here: &Namespace) -> Vec<String> {
    let each = here.addresses.iter().map(|address| {
        let peer = address
            .peer
            .map_or_else(String::new, |peer| format!(" peer {peer}"));
        let dev = here.link_name(address.dev);
        format!("ip addr add {}{peer} dev {dev}", address.local)
    });
    each.collect()
}

/// Those of the kernel's own come with their addresses.
fn route(family: &str, line: &str) -> Option<String> {
    let own = line.contains("proto kernel") || line.contains("table local");
    (!own && !line.is_empty()).then(|| format!("ip{family} route add {}", asked(line)))
}

/// Next hop objects.
fn nexthop(line: &str) -> Option<String> {
    let line = asked(line);
    let line = line.strip_suffix(" scope link").unwrap_or(&line);
    (!line.is_empty()).then(|| format!("ip nexthop add {line}"))
}

/// What somebody asked for of what `ip` tells: without states, and what is left of times.
fn asked(line: &str) -> String {
    let mut words = line.split_whitespace();
    let mut asked = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "linkdown" | "dead" | "offload" | "rt_offload" | "trap" | "rt_trap" => {}
            "expires" => {
                words.next();
            }
            word => asked.push(word),
        }
    }
    asked.join(" ")
}

/// A line of ipset without what elements have left and counted, and without what chance drew.
fn untimed(line: &str) -> String {
    let element = line.starts_with("add ");
    // A comment is the last, and may be any words.
    let (line, comment) = match line.split_once(" comment \"") {
        Some((line, comment)) => (line, format!(" comment \"{comment}")),
        None => (line, String::new()),
    };
    let mut words = line.split_whitespace();
    let mut asked = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "timeout" if element => {
                if let Some("0") = words.next() {
                    asked.extend(["timeout", "0"]);
                }
            }
            "packets" | "bytes" if element => {
                words.next();
            }
            "initval" if !element => {
                words.next();
            }
            word => asked.push(word),
        }
    }
    asked.join(" ") + &comment
}

fn rule(family: &str, line: &str) -> Option<String> {
    let (number, rest) = line.split_once(':')?;
    Some(format!("ip{family} rule add pref {number} {}", rest.trim()))
}

fn neighbour(line: &str) -> Option<String> {
    let known = line.strip_suffix("PERMANENT")?;
    Some(format!("ip neigh add {known}nud permanent"))
}

/// Those that somebody put there; a device's own addresses are permanent, and so are mostly the hosts behind
/// which a tunnel's are.
fn station(line: &str) -> Option<String> {
    let behind = [" dst ", " nhid "].iter().any(|word| line.contains(word));
    let by_hand = line.ends_with("static") || behind && line.ends_with("permanent");
    // A frame for many goes to each of several hosts.
    let address: Option<MacAddr> = line.split_whitespace().next()?.parse().ok();
    let many = address.is_some_and(|address| address.is_zero() || address.is_multicast());
    let how = if behind && many { "append" } else { "add" };
    let mut words = Vec::new();
    let mut all = line.split_whitespace();
    while let Some(word) = all.next() {
        words.push(word);
        // Whose master it is follows from the device.
        if word == "master" {
            all.next();
        }
    }
    by_hand.then(|| format!("bridge fdb {how} {}", words.join(" ")))
}

fn vlans(here: &Namespace) -> Vec<String> {
    let each = here.vlans.iter().map(|vlan| {
        let dev = here.link_name(vlan.dev);
        let pvid = if vlan.pvid { " pvid" } else { "" };
        let untagged = if vlan.untagged { " untagged" } else { "" };
        format!("bridge vlan add dev {dev} vid {}{pvid}{untagged}", vlan.vid)
    });
    each.collect()
}

/// The chains of a table, each as the commands that make it: the first makes the chain.
fn rules(table: &Table) -> Vec<(String, Vec<Line>)> {
    let of = TableRef {
        backend: table.backend,
        ..TableRef::new(table.family, &table.name)
    };
    let program = iptables::program(&of).map(|program| match table.name.as_str() {
        "filter" => program,
        name => format!("{program} -t {name}"),
    });
    let (family, name) = (table.family.name(), &table.name);
    let each = table.chains.iter().map(|chain| {
        let made = match (&program, &chain.base) {
            (Some(program), Some(base)) => {
                let policy = format!("{:?}", base.policy).to_uppercase();
                format!("{program} -P {} {policy}", chain.name)
            }
            (Some(program), None) => format!("{program} -N {}", chain.name),
            (None, base) => {
                let base = base.as_ref().map_or_else(String::new, |base| {
                    let policy = format!("{:?}", base.policy).to_lowercase();
                    let (kind, hook) = (base.kind.name(), base.hook.name());
                    let devices = match base.devices.is_empty() {
                        true => String::new(),
                        false => format!(" devices = {{ {} }}", base.devices.join(", ")),
                    };
                    let priority = base.priority;
                    format!(
                        " '{{ type {kind} hook {hook}{devices} priority {priority}; policy {policy}; }}'"
                    )
                });
                format!("nft add chain {family} {name} {}{base}", chain.name)
            }
        };
        let rules = chain.rules.iter().map(|rule| {
            let words = words(&of, &uncounted(rule));
            match &program {
                Some(program) => Line::Rule(program.clone(), chain.name.clone(), words),
                None => Line::NftRule(format!("{family} {name} {}", chain.name), words),
            }
        });
        let lines = core::iter::once(Line::Made(made)).chain(rules).collect();
        (chain.name.clone(), lines)
    });
    each.collect()
}

/// A rule that has counted nothing yet.
fn uncounted(rule: &Rule) -> Rule {
    let mut rule = rule.clone();
    for statement in &mut rule.statements {
        if let Statement::Counter(counter) = statement {
            *counter = Counter::default();
        }
    }
    rule
}

/// Whether a setting only repeats what its link says, or how many connections there are.
fn follows(name: &str) -> bool {
    name.starts_with("net.ipv6.conf.") && name.ends_with(".mtu")
        || name == "net.netfilter.nf_conntrack_count"
}

/// The ports at which programs wait.
fn listeners(here: &Namespace) -> Vec<String> {
    let mut lines: Vec<String> = super::flows::listening(here)
        .map(|(socket, protocol)| {
            let place = std::net::SocketAddr::new(socket.local.0, socket.local.1);
            format!("listening {protocol} {place}")
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines
}

/// Whether a socket of TCP waits for connections, or one of UDP for packets of everybody.
pub(super) fn waits(state: TcpState, remote: bool) -> bool {
    state == TcpState::Listen || state == TcpState::Closed && !remote
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_what_can_be_typed() {
        let route = |line| route("", line).unwrap();
        assert_eq!(
            route("10.8.0.0/16 via 10.9.0.2 dev v0 linkdown expires 30sec"),
            "ip route add 10.8.0.0/16 via 10.9.0.2 dev v0"
        );
        let hop = nexthop("id 5 via 10.9.0.2 dev v0 scope link").unwrap();
        assert_eq!(hop, "ip nexthop add id 5 via 10.9.0.2 dev v0");
        let station = station("02:00:00:00:00:01 dev v0 vlan 1 master b0 static").unwrap();
        assert_eq!(
            station,
            "bridge fdb add 02:00:00:00:00:01 dev v0 vlan 1 master static"
        );
        let of_tunnel = super::station;
        let behind = "dev vx0 dst 10.0.0.2 vni 7 self";
        let own = of_tunnel(&format!("02:00:00:00:00:01 {behind} permanent"));
        let awaited = format!("bridge fdb add 02:00:00:00:00:01 {behind} permanent");
        assert_eq!(own.as_deref(), Some(awaited.as_str()));
        let many = of_tunnel(&format!("00:00:00:00:00:00 {behind} permanent"));
        let awaited = format!("bridge fdb append 00:00:00:00:00:00 {behind} permanent");
        assert_eq!(many.as_deref(), Some(awaited.as_str()));
        assert_eq!(of_tunnel(&format!("02:00:00:00:00:01 {behind}")), None);
        assert_eq!(of_tunnel("33:33:00:00:00:01 dev v0 self permanent"), None);
    }

    #[test]
    fn what_a_shell_would_take_for_its_own_is_quoted() {
        let rule = |rule: &str| Line::NftRule("ip own c".into(), rule.into());
        let command = |rule: Line| rule.command(&NsName::from("web"), None);
        assert_eq!(
            command(rule("iifname \"eth*\" log prefix \"it's \" drop")),
            "ip netns exec web nft add rule ip own c 'iifname \"eth*\" log prefix \"it'\\''s \" drop'"
        );
        let dnat = "iptables -t nat -A OUTPUT -j DNAT --to-destination [fd00::2]:80";
        assert_eq!(
            command(Line::Made(dnat.into())),
            "ip netns exec web iptables -t nat -A OUTPUT -j DNAT --to-destination '[fd00::2]:80'"
        );
    }

    #[test]
    fn what_elements_have_left_is_no_change() {
        let made = "create x hash:ip timeout 100 counters initval 0x9a21487a";
        assert_eq!(untimed(made), "create x hash:ip timeout 100 counters");
        let one = "add x 1.1.1.1 timeout 99 packets 3 bytes 252 comment \"timeout 5 of it\"";
        assert_eq!(untimed(one), "add x 1.1.1.1 comment \"timeout 5 of it\"");
        assert_eq!(
            untimed("add x 1.1.1.2 timeout 0"),
            "add x 1.1.1.2 timeout 0"
        );
    }
}
