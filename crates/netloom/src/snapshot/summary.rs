//! What a snapshot holds, in a few lines for people.

use crate::shell::one_line;
use netloom_model::{Namespace, NsName, Snapshot};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Namespaces that are named where something is missing; of more only how many is said.
const NAMED: usize = 3;

/// The lines.
pub fn of(snapshot: &Snapshot) -> String {
    let namespaces = || snapshot.state.namespaces.values();
    let sum = |count: fn(&Namespace) -> usize| namespaces().map(count).sum::<usize>();
    let counts = [
        (namespaces().count(), "namespace"),
        (sum(|ns| ns.links.len()), "device"),
        (sum(|ns| ns.addresses.len()), "address"),
        (sum(|ns| ns.routes.len()), "route"),
        (sum(rules), "firewall rule"),
        (sum(|ns| ns.connections.len()), "connection"),
        (snapshot.containers.len(), "container"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .map(|(count, of)| counted(*count, of))
        .collect();
    let host = [&snapshot.host.name, &snapshot.host.kernel];
    let host: Vec<_> = host.into_iter().filter(|told| !told.is_empty()).collect();
    let host = match host[..] {
        [] => "a host that does not say its name".to_owned(),
        _ => host
            .into_iter()
            .map(|told| one_line(told))
            .collect::<Vec<_>>()
            .join(", "),
    };
    let mut text = format!("{host}: {}\n", counts.join(", "));
    text.push_str(&lacking(snapshot));
    text
}

/// What it lacks, a line each.
pub fn lacking(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    for ((why, of), parts) in missing(snapshot) {
        let line = format!("{}{}: {why}", parts.join(", "), place(&of));
        let _ = writeln!(text, "missing: {}", one_line(&line));
    }
    text
}

/// Parts that are missing for the same reason in the same namespaces.
fn missing(snapshot: &Snapshot) -> BTreeMap<(&str, Vec<&str>), Vec<&str>> {
    let mut places: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for lack in &snapshot.missing {
        let of = places.entry((&lack.why, &lack.part)).or_default();
        of.extend(lack.ns.as_ref().map(called));
    }
    let mut parts: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for ((why, part), of) in places {
        parts.entry((why, of)).or_default().push(part);
    }
    parts
}

/// A namespace, for people.
fn called(ns: &NsName) -> &str {
    match ns.is_first() {
        true => "the first",
        false => ns.as_str(),
    }
}

/// Where it is missing.
fn place(of: &[&str]) -> String {
    match of.len() {
        0 => String::new(),
        1..=NAMED => format!(" of {}", of.join(", ")),
        more => format!(" of {more} namespaces"),
    }
}

fn counted(count: usize, of: &str) -> String {
    match (count, of) {
        (1, of) => format!("1 {of}"),
        (count, "address") => format!("{count} addresses"),
        (count, of) => format!("{count} {of}s"),
    }
}

fn rules(ns: &Namespace) -> usize {
    let chains = ns.ruleset.tables.iter().flat_map(|table| &table.chains);
    chains.map(|chain| chain.rules.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::snapshot::Missing;

    #[test]
    fn what_is_missing_everywhere_is_said_once() {
        let mut snapshot = Snapshot::default();
        let missing = |ns: &str, part: &str| Missing {
            ns: Some(ns.into()),
            part: part.into(),
            why: "because".into(),
        };
        for ns in ["", "a", "b", "c"] {
            snapshot
                .missing
                .extend([missing(ns, "mdb"), missing(ns, "ruleset")]);
        }
        let said = |snapshot: &Snapshot| of(snapshot).lines().nth(1).map(str::to_owned);
        let expected = "missing: mdb, ruleset of 4 namespaces: because";
        assert_eq!(said(&snapshot).as_deref(), Some(expected));
        snapshot.missing.truncate(4);
        let expected = "missing: mdb, ruleset of the first, a: because";
        assert_eq!(said(&snapshot).as_deref(), Some(expected));
    }
}
