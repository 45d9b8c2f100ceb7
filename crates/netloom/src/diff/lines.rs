//! Which lines are new and which are gone.

use super::parts::{Line, NAMESPACE, Part, setting};
use netloom_model::NsName;
use std::collections::{BTreeMap, BTreeSet};

/// The most cells of the table that finds the longest common subsequence; what is longer is compared
/// without regard to the order.
const CELLS: usize = 4_000_000;

/// Which part: of which namespace, which kind, and which one of that kind.
type Key = (NsName, u8, String);

/// `- LINE` for what is gone, `+ LINE` for what is new, part by part: of which namespace, and which kind.
pub(super) fn between(before: &[Part], after: &[Part]) -> Vec<(NsName, u8, Vec<String>)> {
    let (mut before, mut after) = (by_key(before), by_key(after));
    let there: BTreeSet<NsName> = after.keys().map(|(ns, ..)| ns.clone()).collect();
    let keys: BTreeSet<&Key> = before.keys().chain(after.keys()).copied().collect();
    // What was in a namespace went with it.
    let told_of = |(ns, kind, _): &&Key| *kind == NAMESPACE || there.contains(ns);
    let each = keys.into_iter().filter(told_of).map(|key| {
        let mut had = before.remove(key).unwrap_or_default();
        let mut has = after.remove(key).unwrap_or_default();
        let (ns, kind, _) = key;
        in_both(*kind, &mut had, &mut has);
        (ns.clone(), *kind, told(ns, &had, &has))
    });
    each.filter(|(_, _, lines)| !lines.is_empty()).collect()
}

/// The lines of each part; of those that are called alike one after the other.
fn by_key(parts: &[Part]) -> BTreeMap<&Key, Vec<Line>> {
    let mut lines: BTreeMap<&Key, Vec<Line>> = BTreeMap::new();
    for part in parts {
        let of = lines.entry(&part.key).or_default();
        of.extend(part.lines.iter().cloned());
    }
    lines
}

/// Leaves of settings those that there were and still are: others come and go with their devices.
fn in_both(kind: u8, had: &mut Vec<Line>, has: &mut Vec<Line>) {
    let name = |line: &Line| match line {
        Line::Made(line) => setting(kind, line).map(str::to_owned),
        Line::Rule(..) | Line::NftRule(..) => None,
    };
    let names = |lines: &[Line]| lines.iter().filter_map(name).collect::<BTreeSet<_>>();
    let (old, new) = (names(had), names(has));
    had.retain(|line| name(line).is_none_or(|name| new.contains(&name)));
    has.retain(|line| name(line).is_none_or(|name| old.contains(&name)));
}

/// A line of two lists that is not in both, by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Changed {
    Gone(usize),
    New(usize),
}

/// The lines of one part. What is new behind all that stayed is put at the end; before the rules of a chain
/// stands what makes the chain, so that places count from 1.
fn told(ns: &NsName, before: &[Line], after: &[Line]) -> Vec<String> {
    let changes = changed(before, after);
    let new: BTreeSet<usize> = changes
        .iter()
        .filter_map(|change| match change {
            Changed::New(at) => Some(*at),
            Changed::Gone(_) => None,
        })
        .collect();
    let stayed = (0..after.len()).rev().find(|at| !new.contains(at));
    let line = |change: &Changed| match *change {
        Changed::Gone(at) => format!("- {}", before[at].command(ns, None)),
        Changed::New(at) => {
            let inside = stayed.is_some_and(|stayed| at < stayed);
            format!("+ {}", after[at].command(ns, inside.then_some(at)))
        }
    };
    changes.iter().map(line).collect()
}

/// What is not in both of two lists.
fn changed<T: Ord>(before: &[T], after: &[T]) -> Vec<Changed> {
    let ahead = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (before, after) = (&before[ahead..], &after[ahead..]);
    let behind = before.iter().rev().zip(after.iter().rev());
    let behind = behind.take_while(|(a, b)| a == b).count();
    let before = &before[..before.len() - behind];
    let after = &after[..after.len() - behind];
    let inside = match before.len().saturating_mul(after.len()) <= CELLS {
        true => in_order(before, after),
        false => in_any_order(before, after),
    };
    let each = inside.into_iter().map(|change| match change {
        Changed::Gone(at) => Changed::Gone(ahead + at),
        Changed::New(at) => Changed::New(ahead + at),
    });
    each.collect()
}

/// What is not in the longest common subsequence.
fn in_order<T: PartialEq>(before: &[T], after: &[T]) -> Vec<Changed> {
    let width = after.len() + 1;
    // How long it is of what stands behind each pair of places.
    let mut longest = vec![0u32; (before.len() + 1) * width];
    for a in (0..before.len()).rev() {
        for b in (0..after.len()).rev() {
            longest[a * width + b] = match before[a] == after[b] {
                true => longest[(a + 1) * width + b + 1] + 1,
                false => longest[(a + 1) * width + b].max(longest[a * width + b + 1]),
            };
        }
    }
    let mut changes = Vec::new();
    let (mut a, mut b) = (0, 0);
    while a < before.len() || b < after.len() {
        let common = a < before.len() && b < after.len() && before[a] == after[b];
        if common {
            (a, b) = (a + 1, b + 1);
        } else if b == after.len()
            || a < before.len() && longest[(a + 1) * width + b] >= longest[a * width + b + 1]
        {
            changes.push(Changed::Gone(a));
            a += 1;
        } else {
            changes.push(Changed::New(b));
            b += 1;
        }
    }
    changes
}

fn in_any_order<T: Ord>(before: &[T], after: &[T]) -> Vec<Changed> {
    let (had, has): (BTreeSet<&T>, BTreeSet<&T>) =
        (before.iter().collect(), after.iter().collect());
    let gone = (0..before.len()).filter(|at| !has.contains(&before[*at]));
    let new = (0..after.len()).filter(|at| !had.contains(&after[*at]));
    gone.map(Changed::Gone)
        .chain(new.map(Changed::New))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &[&str], after: &[&str], changes: &[Changed]) -> String {
        let each = changes.iter().map(|change| match *change {
            Changed::Gone(at) => format!("- {}", before[at]),
            Changed::New(at) => format!("+ {}", after[at]),
        });
        each.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_moved_is_gone_in_one_place_and_new_in_another() {
        let diff = |a: &str, b: &str| {
            let (a, b): (Vec<&str>, Vec<&str>) = (
                a.split_whitespace().collect(),
                b.split_whitespace().collect(),
            );
            shown(&a, &b, &changed(&a, &b))
        };
        assert_eq!(diff("a b c", "a b c"), "");
        assert_eq!(diff("a b c", "a x c"), "- b + x");
        assert_eq!(diff("a b c", "b c a"), "- a + a");
        assert_eq!(diff("", "a"), "+ a");
    }

    #[test]
    fn very_long_lists_are_compared_without_their_order() {
        let (a, b) = (["a", "b", "c"], ["c", "a", "d"]);
        assert_eq!(shown(&a, &b, &in_any_order(&a, &b)), "- b + d");
    }

    #[test]
    fn a_rule_is_told_at_its_place_unless_it_is_at_the_end() {
        let chain = |rules: &str| {
            let made = Line::Made("iptables -P FORWARD DROP".to_owned());
            let rules = rules
                .split_whitespace()
                .map(|rule| Line::Rule("iptables".into(), "FORWARD".into(), format!("-s {rule}")));
            core::iter::once(made).chain(rules).collect::<Vec<_>>()
        };
        let diff = |a: &str, b: &str| told(&NsName::first(), &chain(a), &chain(b));
        assert_eq!(
            diff("1 2 3", "0 1 4 5 3 6 7"),
            [
                "+ iptables -I FORWARD 1 -s 0",
                "- iptables -A FORWARD -s 2",
                "+ iptables -I FORWARD 3 -s 4",
                "+ iptables -I FORWARD 4 -s 5",
                "+ iptables -A FORWARD -s 6",
                "+ iptables -A FORWARD -s 7",
            ]
        );
        assert_eq!(diff("", "1"), ["+ iptables -A FORWARD -s 1"]);
        let nft = Line::NftRule("inet own c".into(), "tcp dport 22 accept".into());
        assert_eq!(
            nft.command(&NsName::from("web"), Some(2)),
            "ip netns exec web nft insert rule inet own c index 1 tcp dport 22 accept"
        );
    }
}
