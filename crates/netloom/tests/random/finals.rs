//! What a case leaves behind: neighbours, forwarding databases, routes, and what is known of
//! destinations beside their routes. What is timing on a real kernel is taken out here, and nowhere
//! else.

use crate::case::{Case, Line, Tool};
use crate::play::{Play, Side};
use crate::transcript::Entry;
use core::net::IpAddr;
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
        play.out.entries.extend(ways(play.side, &ns, &targets));
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

/// Everything that was sent to, and those who answer.
fn targets(case: &Case) -> Vec<IpAddr> {
    let mut targets = BTreeSet::new();
    for line in &case.lines {
        if let Line::Probe(probe) = line {
            targets.insert(probe.to);
            targets.extend(probe.from);
        }
    }
    targets.retain(|to| Family::of(*to) == Family::V4 || !to.is_multicast());
    targets.into_iter().collect()
}

/// `ip route get` for each of the targets.
fn ways(side: &mut dyn Side, ns: &str, targets: &[IpAddr]) -> Vec<Entry> {
    let lines: Vec<String> = targets
        .iter()
        .map(|to| format!("route get {to}\n"))
        .collect();
    let printed = side.batch(Tool::Ip, ns, &lines.concat());
    let printed = printed.replace("\n    cache", " cache");
    let mut lines: Vec<&str> = printed.lines().collect();
    // What failed is told behind the rest, with its number.
    let failed = lines
        .iter()
        .position(|line| line.starts_with("Command failed"));
    let mut answers = vec![Vec::new(); targets.len()];
    let errors = failed.map_or(Vec::new(), |at| lines.split_off(at.saturating_sub(1)));
    let mut why = Vec::new();
    for line in errors {
        let number = line.strip_prefix("Command failed -:");
        match number.and_then(|n| answers.get_mut(n.parse::<usize>().ok()?.checked_sub(1)?)) {
            Some(answer) => *answer = std::mem::take(&mut why),
            None => why.push(untimed(line)),
        }
    }
    let mut lines = lines.into_iter();
    for answer in answers.iter_mut().filter(|answer| answer.is_empty()) {
        answer.extend(lines.next().map(untimed));
    }
    let entry = |(to, answer)| Entry::new(&format!("way from {ns} to {to}"), answer);
    targets.iter().zip(answers).map(entry).collect()
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
