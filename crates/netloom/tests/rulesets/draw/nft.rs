//! A ruleset of nft, as `nft -f` reads it: one command a line, so that each can be taken out.

use crate::dice::Dice;
use crate::words::nft::{BASES, CHAINS, CHANGES, FILTER, MATCHES, NAT, PROTOCOLS, RAW, VERDICTS};
use crate::words::{Scope, one};

/// A chain: its name, its type, where it is asked.
struct Chain {
    name: String,
    kind: &'static str,
    hooks: u8,
    /// Before connections are looked up.
    raw: bool,
    own: bool,
}

/// The lines of a ruleset.
pub(super) fn draw(dice: &mut Dice, versions: &[bool]) -> Vec<String> {
    let mut lines = Vec::new();
    for v6 in versions {
        let family = match (dice.chance(30), v6) {
            (true, _) => "inet",
            (false, false) => "ip",
            (false, true) => "ip6",
        };
        let table = format!("{family} t{}", u8::from(*v6));
        table_lines(dice, &table, *v6, &mut lines);
    }
    lines
}

fn table_lines(dice: &mut Dice, table: &str, v6: bool, lines: &mut Vec<String>) {
    lines.push(format!("add table {table}"));
    let scope = Scope {
        v6,
        inet: table.starts_with("inet"),
        protocol: None,
        hooks: 0,
        chains: &[],
    };
    let kind = if v6 { "ipv6_addr" } else { "ipv4_addr" };
    let hosts = scope.fill(dice, "{ <addr> }");
    lines.push(format!(
        "add set {table} hosts {{ type {kind}; elements = {hosts}; }}"
    ));
    let ports = scope.fill(dice, "{ <port>, 9 }");
    lines.push(format!(
        "add set {table} ports {{ type inet_service; flags interval; elements = {ports}; }}"
    ));
    lines.push(format!(
        "add set {table} seen {{ type {kind}; flags dynamic; size 65535; }}"
    ));
    lines.push(format!("add counter {table} whole"));
    lines.push(format!("add quota {table} few over 500 bytes"));
    let chains = chains(dice, table, lines);
    for (at, chain) in chains.iter().enumerate() {
        let below = chains[at + 1..].iter();
        let below: Vec<String> = below
            .filter(|other| other.own && other.hooks == chain.hooks && other.kind == chain.kind)
            .map(|other| other.name.clone())
            .collect();
        let scope = Scope {
            hooks: chain.hooks,
            chains: &below,
            ..scope
        };
        for _ in 0..dice.weighted(&[(10, 1), (30, 3), (30, 5), (15, 8)]) {
            let rule = rule(dice, chain, scope);
            lines.push(format!("add rule {table} {}{rule}", chain.name));
        }
    }
}

fn chains(dice: &mut Dice, table: &str, lines: &mut Vec<String>) -> Vec<Chain> {
    let mut chains = Vec::new();
    for n in 0..1 + dice.below(4) {
        let (kind, hook, hooks, priorities) = dice.weighted(BASES);
        let priority = *dice.of(priorities);
        let policy = if dice.chance(12) { "drop" } else { "accept" };
        let name = format!("{hook}{n}");
        lines.push(format!(
            "add chain {table} {name} {{ type {kind} hook {hook} priority {priority}; policy {policy}; }}"
        ));
        let own = |name: &str, own| Chain {
            name: name.to_owned(),
            kind,
            hooks,
            raw: priority == "raw",
            own,
        };
        chains.push(own(&name, false));
        for m in 0..dice.weighted(&[(60, 0), (25, 1), (15, 2)]) {
            let name = format!("own{n}{m}");
            lines.push(format!("add chain {table} {name}"));
            chains.push(own(&name, true));
        }
    }
    chains
}

/// What a rule says, with a blank before each of its parts.
fn rule(dice: &mut Dice, chain: &Chain, mut scope: Scope<'_>) -> String {
    let icmp = if scope.v6 {
        (12, ("meta l4proto ipv6-icmp", Some(58)))
    } else {
        (12, ("meta l4proto icmp", Some(1)))
    };
    let protocols = [PROTOCOLS, &[icmp]].concat();
    let (protocol, number) = dice.weighted(&protocols);
    scope.protocol = number;
    let mut parts = vec![protocol.to_owned()];
    for _ in 0..dice.weighted(&[(15, 0), (40, 1), (30, 2), (15, 3)]) {
        if let Some(row) = one(dice, MATCHES, &scope) {
            parts.push(scope.fill(dice, row.words));
        }
    }
    // What follows a limit is listed with what it implies.
    parts[1..].sort_by_key(|part| part.starts_with("limit"));
    if dice.chance(70) {
        parts.push("counter".to_owned());
    }
    let special: &[_] = match (chain.kind, chain.raw) {
        ("nat", _) => NAT,
        (_, true) => RAW,
        ("filter", false) => FILTER,
        _ => &[],
    };
    let jumps = if scope.chains.is_empty() { 0 } else { 25 };
    if chain.kind != "nat" && dice.chance(25) {
        let row = one(dice, CHANGES, &scope);
        parts.extend(row.map(|row| scope.fill(dice, row.words)));
    }
    let kind = dice.below(100);
    let rows = match kind {
        _ if kind < jumps => CHAINS,
        _ if kind < 50 => special,
        _ => VERDICTS,
    };
    let row = one(dice, rows, &scope).or_else(|| one(dice, VERDICTS, &scope));
    parts.extend(row.map(|row| scope.fill(dice, row.words)));
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        parts.push("counter".to_owned());
    }
    parts.iter().map(|part| format!(" {part}")).collect()
}
