//! Which lines are new and which are gone.

use super::parts::{Part, SETTINGS};
use std::collections::BTreeSet;

/// The most cells of the table that finds the longest common subsequence; what is longer is compared
/// without regard to the order.
const CELLS: usize = 4_000_000;

/// `- LINE` for what is gone, `+ LINE` for what is new, part by part.
pub(super) fn between(before: &[Part], after: &[Part]) -> Vec<String> {
    let mut keys: Vec<&(String, u8, String)> =
        before.iter().chain(after).map(|part| &part.key).collect();
    keys.sort();
    keys.dedup();
    let of = |parts: &[Part], key: &(String, u8, String)| -> Vec<String> {
        let own = parts.iter().filter(|part| part.key == *key);
        own.flat_map(|part| part.lines.clone()).collect()
    };
    let each = keys.into_iter().flat_map(|key| {
        let (mut had, mut has) = (of(before, key), of(after, key));
        if key.1 == SETTINGS {
            in_both(&mut had, &mut has);
        }
        changed(&had, &has)
    });
    each.collect()
}

/// Leaves the settings that there were and still are: others come and go with their devices.
fn in_both(had: &mut Vec<String>, has: &mut Vec<String>) {
    let name = |line: &String| line.split('=').next().unwrap_or_default().to_owned();
    let names = |lines: &[String]| lines.iter().map(name).collect::<BTreeSet<_>>();
    let (old, new) = (names(had), names(has));
    had.retain(|line| new.contains(&name(line)));
    has.retain(|line| old.contains(&name(line)));
}

/// The lines of one part.
fn changed(before: &[String], after: &[String]) -> Vec<String> {
    let ahead = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (before, after) = (&before[ahead..], &after[ahead..]);
    let behind = before.iter().rev().zip(after.iter().rev());
    let behind = behind.take_while(|(a, b)| a == b).count();
    let before = &before[..before.len() - behind];
    let after = &after[..after.len() - behind];
    match before.len().saturating_mul(after.len()) <= CELLS {
        true => in_order(before, after),
        false => in_any_order(before, after),
    }
}

fn gone(line: &String) -> String {
    format!("- {line}")
}

fn new(line: &String) -> String {
    format!("+ {line}")
}

/// What is not in the longest common subsequence.
fn in_order(before: &[String], after: &[String]) -> Vec<String> {
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
    let mut lines = Vec::new();
    let (mut a, mut b) = (0, 0);
    while a < before.len() || b < after.len() {
        let common = a < before.len() && b < after.len() && before[a] == after[b];
        if common {
            (a, b) = (a + 1, b + 1);
        } else if b == after.len()
            || a < before.len() && longest[(a + 1) * width + b] >= longest[a * width + b + 1]
        {
            lines.push(gone(&before[a]));
            a += 1;
        } else {
            lines.push(new(&after[b]));
            b += 1;
        }
    }
    lines
}

fn in_any_order(before: &[String], after: &[String]) -> Vec<String> {
    let set = |lines: &[String]| lines.iter().cloned().collect::<BTreeSet<_>>();
    let (had, has) = (set(before), set(after));
    let gone = had.difference(&has).map(gone);
    gone.chain(has.difference(&had).map(new)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn what_moved_is_gone_in_one_place_and_new_in_another() {
        let diff = |a: &str, b: &str| changed(&lines(a), &lines(b)).join(" ");
        assert_eq!(diff("a b c", "a b c"), "");
        assert_eq!(diff("a b c", "a x c"), "- b + x");
        assert_eq!(diff("a b c", "b c a"), "- a + a");
        assert_eq!(diff("", "a"), "+ a");
    }

    #[test]
    fn very_long_lists_are_compared_without_their_order() {
        assert_eq!(
            in_any_order(&lines("a b c"), &lines("c a d")),
            ["- b", "+ d"]
        );
    }
}
