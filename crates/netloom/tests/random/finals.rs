//! What a case leaves behind: neighbours, forwarding databases, routes, and what is known of
//! destinations beside their routes. What is timing on a real kernel is taken out here, and nowhere
//! else.

use crate::case::{Case, Line, Tool};
use crate::play::Play;
use crate::transcript::Entry;
use netloom_model::Family;
use regex_lite::Regex;
use std::collections::BTreeSet;

/// Looks at everything that is left.
pub(crate) fn look(play: &mut Play<'_>, case: &Case) {
    let bridges: BTreeSet<&String> = case
        .lines
        .iter()
        .filter_map(|line| match line {
            Line::Command { ns, words, .. } if words.contains(" type bridge") => Some(ns),
            _ => None,
        })
        .collect();
    let targets = targets(case);
    for ns in play.namespaces.clone() {
        let text = play.side.batch(Tool::Ip, &ns, "neigh show\n");
        let mut lines: Vec<String> = text.lines().filter_map(neighbour).collect();
        lines.sort();
        play.out
            .entries
            .push(Entry::new(&format!("neighbours of {ns}"), lines));
        let text = play.side.batch(Tool::Ip, &ns, "route show table all\n");
        let mut lines: Vec<String> = text.lines().map(untimed).collect();
        lines.sort();
        play.out
            .entries
            .push(Entry::new(&format!("routes of {ns}"), lines));
        let text = play.side.batch(Tool::Ip, &ns, &targets);
        let text = text.replace("\n    cache", " cache");
        let lines = text.lines().map(untimed).collect();
        play.out
            .entries
            .push(Entry::new(&format!("ways from {ns}"), lines));
        if bridges.contains(&ns) && !speaks(case) {
            let text = play.side.batch(Tool::Bridge, &ns, "fdb show\n");
            let mut lines: Vec<String> = text.lines().filter_map(station).collect();
            lines.sort();
            play.out
                .entries
                .push(Entry::new(&format!("stations of {ns}"), lines));
        }
    }
}

/// Whether there is IPv6: then stations tell of their groups after times drawn at random, and what
/// bridges learn of that is there a moment sooner or later.
fn speaks(case: &Case) -> bool {
    case.lines.iter().any(|line| match line {
        Line::Command { words, .. } => words.starts_with("addr add fd"),
        _ => false,
    })
}

/// `ip route get` for everything that was sent to, and for those who answer.
fn targets(case: &Case) -> String {
    let mut targets = BTreeSet::new();
    for line in &case.lines {
        if let Line::Probe(probe) = line {
            targets.insert(probe.to);
            targets.extend(probe.from);
        }
    }
    let lines = targets
        .iter()
        .filter(|to| Family::of(**to) == Family::V4 || !to.is_multicast())
        .map(|to| format!("route get {to}\n"));
    lines.collect()
}

/// A neighbour, unless it was not found: the kernel forgets those when its table, which all
/// namespaces of the machine share, has more than 128 entries.
fn neighbour(line: &str) -> Option<String> {
    let gone = line.contains("FAILED") || line.contains("INCOMPLETE");
    (!gone).then(|| line.trim_end().to_owned())
}

/// A station behind a port of a bridge. The entries of VLANs are those of kernels that can filter
/// them.
fn station(line: &str) -> Option<String> {
    let told = line.contains("master") && !line.contains(" vlan ");
    told.then(|| line.trim_end().to_owned())
}

/// A route without the seconds that it still holds.
fn untimed(line: &str) -> String {
    let expires = Regex::new(r"expires \d+sec").expect("a valid pattern");
    expires
        .replace_all(line.trim_end(), "expires Nsec")
        .into_owned()
}
