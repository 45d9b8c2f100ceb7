//! A ruleset of iptables, as `iptables-restore` reads it.

use crate::dice::Dice;
use crate::words::iptables::{CHAINS, MATCHES, PROTOCOLS_V4, PROTOCOLS_V6, TABLES, TARGETS, Table};
use crate::words::{Scope, one};

/// The lines of a ruleset.
pub(super) fn draw(dice: &mut Dice, v6: bool) -> Vec<String> {
    let mut lines = Vec::new();
    while lines.is_empty() {
        for table in &TABLES {
            if dice.chance(table.percent) {
                lines.extend(one_table(dice, table, v6));
            }
        }
    }
    lines
}

/// A chain of a user's own: which base chain leads to it, as that one's number.
struct Own {
    name: String,
    base: usize,
}

fn one_table(dice: &mut Dice, table: &Table, v6: bool) -> Vec<String> {
    let mut lines = vec![format!("*{}", table.name)];
    for (name, _) in table.chains {
        let policy = if dice.chance(table.drops) {
            "DROP"
        } else {
            "ACCEPT"
        };
        lines.push(format!(":{name} {policy} [0:0]"));
    }
    let own: Vec<Own> = (0..dice.weighted(&[(50, 0), (25, 1), (15, 2), (10, 4)]))
        .map(|n| Own {
            name: format!("own{n}"),
            base: dice.below(table.chains.len()),
        })
        .collect();
    lines.extend(own.iter().map(|own| format!(":{} - [0:0]", own.name)));
    for (base, (name, hooks)) in table.chains.iter().enumerate() {
        // Chains lead to those of a higher number alone, so that there are no circles.
        let below = |from: usize| -> Vec<String> {
            let below = own.iter().skip(from).filter(|own| own.base == base);
            below.map(|own| own.name.clone()).collect()
        };
        let count = dice.weighted(&[(30, 0), (30, 2), (25, 4), (15, 8)]);
        let mut rules = |chain: &str, count: usize, chains: &[String]| {
            let scope = Scope {
                v6,
                inet: false,
                protocol: None,
                hooks: *hooks,
                chains,
            };
            for _ in 0..count {
                lines.push(format!("-A {chain}{}", rule(dice, table, scope)));
            }
        };
        rules(name, count, &below(0));
        for (at, own) in own.iter().enumerate().filter(|(_, own)| own.base == base) {
            rules(&own.name, 3, &below(at + 1));
        }
    }
    lines.push("COMMIT".to_owned());
    lines
}

/// What a rule says, with a blank before each of its parts.
fn rule(dice: &mut Dice, table: &Table, mut scope: Scope<'_>) -> String {
    let protocols = if scope.v6 { PROTOCOLS_V6 } else { PROTOCOLS_V4 };
    let (protocol, number) = dice.weighted(protocols);
    scope.protocol = number;
    let mut parts = vec![protocol.to_owned()];
    let mut said: Vec<&str> = Vec::new();
    for _ in 0..dice.weighted(&[(15, 0), (40, 1), (30, 2), (15, 3)]) {
        let Some(row) = one(dice, MATCHES, &scope) else {
            continue;
        };
        // An option is said once, a match of a name too.
        let head = row.words.split(' ').take(2).collect::<Vec<_>>();
        let head = if head[0] == "-m" { head[1] } else { head[0] };
        if said.contains(&head) {
            continue;
        }
        said.push(head);
        parts.push(scope.fill(dice, row.words));
    }
    let jumps = if scope.chains.is_empty() { 0 } else { 25 };
    // Options of the protocol stand beside it: a match between would take them for its own.
    parts[1..].sort_by_key(|part| part.starts_with("-m"));
    let kind = dice.below(100);
    let rows = match kind {
        _ if kind < jumps => CHAINS,
        _ if kind < 60 => table.targets,
        _ => TARGETS,
    };
    let row = one(dice, rows, &scope).or_else(|| one(dice, TARGETS, &scope));
    // What is translated is not filtered.
    let drops = |words: &str| table.name == "nat" && words == "-j DROP";
    if let Some(row) = row.filter(|row| !drops(row.words)) {
        parts.push(scope.fill(dice, row.words));
    }
    parts.retain(|part| !part.is_empty());
    parts.iter().map(|part| format!(" {part}")).collect()
}
