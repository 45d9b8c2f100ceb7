//! "did you mean": what is there under a name that is much like the one that is missing.

use super::parser::Step;
use super::source::{Problem, Span};
use netloom_model::ruleset::change::{RulesetChange, TableRef};
use netloom_model::ruleset::{Backend, Ruleset, Table};
use netloom_model::{Errno, Error};

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Chain,
    Set,
    Map,
    Object,
}

impl Kind {
    /// Of a set, which may be a map.
    pub(super) const fn of_set(map: bool) -> Kind {
        if map { Kind::Map } else { Kind::Set }
    }
}

/// The problem of a step that the kernel refuses.
pub(super) fn refused(step: &Step, error: &Error, ruleset: &Ruleset) -> Problem {
    if error.errno == Errno::NOENT
        && let Some(problem) = missing(step, ruleset)
    {
        return problem;
    }
    let message = format!("Could not process rule: {}", error.errno);
    let mark = step.marks.iter().find(|(errno, _)| *errno == error.errno);
    Problem::new(message, mark.map_or(step.at, |(_, at)| *at))
}

/// What is missing for a step, if it is its table or what it names there.
fn missing(step: &Step, ruleset: &Ruleset) -> Option<Problem> {
    let change = &step.change;
    let of = table_of(change)?;
    let Some(table) = ruleset.table(of) else {
        // What is put into a table is looked at before the kernel is asked.
        let adds = matches!(
            change,
            RulesetChange::AddChain { .. }
                | RulesetChange::AddSet { .. }
                | RulesetChange::AddObject { .. }
                | RulesetChange::AddFlowtable { .. }
        );
        if matches!(change, RulesetChange::FlushChain { .. }) || is_flowtable(change) {
            return Some(Problem::new(KERNEL, step.table_at));
        }
        return Some(no_table(ruleset, &of.name, step.table_at, adds));
    };
    let (kind, name) = match change {
        RulesetChange::AddRule { chain, .. } | RulesetChange::ReplaceRule { chain, .. } => {
            if table.chain(&chain.chain).is_some() {
                return None;
            }
            // Of chains those of its own table alone are known then.
            let own = [table];
            let like = closest(own.into_iter(), &chain.chain, |table| {
                names(table, Kind::Chain)
            });
            let message = like.map(|(table, name)| told(Kind::Chain, table, name));
            return message.map(|message| Problem::new(message, step.name_at));
        }
        RulesetChange::DelChain { chain, .. } | RulesetChange::DelRule { chain, .. } => {
            if table.chain(&chain.chain).is_some() {
                return None;
            }
            (Kind::Chain, &chain.chain)
        }
        RulesetChange::RenameChain { chain, .. } => (Kind::Chain, &chain.chain),
        RulesetChange::DelSet { set, .. } | RulesetChange::FlushSet { set, .. } => {
            (Kind::of_set(step.map), set)
        }
        RulesetChange::DelObject { name, .. } => (Kind::Object, name),
        _ => return None,
    };
    let like = like(ruleset, kind, name);
    Some(match like {
        Some(message) => Problem::new(message, step.name_at),
        None => Problem::new(KERNEL, step.name_at),
    })
}

/// What the kernel says of what is missing.
pub(super) const KERNEL: &str = "Could not process rule: No such file or directory";

/// What nft says itself.
const MISSING: &str = "No such file or directory";

const fn is_flowtable(change: &RulesetChange) -> bool {
    matches!(change, RulesetChange::DelFlowtable { .. })
}

/// The table that a step is about.
fn table_of(change: &RulesetChange) -> Option<&TableRef> {
    Some(match change {
        RulesetChange::DelTable(table)
        | RulesetChange::FlushChain { table, .. }
        | RulesetChange::AddSet { table, .. }
        | RulesetChange::DelSet { table, .. }
        | RulesetChange::FlushSet { table, .. }
        | RulesetChange::AddObject { table, .. }
        | RulesetChange::DelObject { table, .. }
        | RulesetChange::AddFlowtable { table, .. }
        | RulesetChange::DelFlowtable { table, .. } => table,
        RulesetChange::AddChain { chain, .. }
        | RulesetChange::RenameChain { chain, .. }
        | RulesetChange::DelChain { chain, .. }
        | RulesetChange::AddRule { chain, .. }
        | RulesetChange::ReplaceRule { chain, .. }
        | RulesetChange::DelRule { chain, .. } => &chain.table,
        _ => return None,
    })
}

/// The problem of a table that is missing; nft finds it itself, or the kernel does.
pub(super) fn no_table(ruleset: &Ruleset, name: &str, at: Span, itself: bool) -> Problem {
    let like = closest(tables(ruleset), name, |table| vec![table.name.as_str()]);
    let message = match like {
        Some((table, name)) => format!(
            "{MISSING}; did you mean table \u{2018}{name}\u{2019} in family {}?",
            table.family.name()
        ),
        None if itself => MISSING.to_owned(),
        None => KERNEL.to_owned(),
    };
    Problem::new(message, at)
}

/// The problem of something in a table that is missing, which nft finds itself.
pub(super) fn absent(ruleset: &Ruleset, kind: Kind, name: &str, at: Span) -> Problem {
    let message = like(ruleset, kind, name);
    Problem::new(message.unwrap_or_else(|| MISSING.to_owned()), at)
}

/// What is said of a name that some table has one like.
fn like(ruleset: &Ruleset, kind: Kind, name: &str) -> Option<String> {
    let like = closest(tables(ruleset), name, |table| names(table, kind));
    like.map(|(table, name)| told(kind, table, name))
}

fn told(kind: Kind, table: &Table, name: &str) -> String {
    let word = match kind {
        Kind::Chain => "chain",
        Kind::Set => "set",
        Kind::Map => "map",
        Kind::Object => "obj",
    };
    format!(
        "{MISSING}; did you mean {word} \u{2018}{name}\u{2019} in table {} \u{2018}{}\u{2019}?",
        table.family.name(),
        table.name
    )
}

fn tables(ruleset: &Ruleset) -> impl Iterator<Item = &Table> {
    let all = ruleset.tables.iter();
    all.filter(|table| table.backend == Backend::Nft)
}

/// The names of a kind that a table has.
fn names(table: &Table, kind: Kind) -> Vec<&str> {
    match kind {
        Kind::Chain => table
            .chains
            .iter()
            .map(|chain| chain.name.as_str())
            .collect(),
        Kind::Set | Kind::Map => {
            let map = kind == Kind::Map;
            let sets = table.sets.iter().filter(|set| set.data.is_some() == map);
            sets.map(|set| set.name.as_str()).collect()
        }
        Kind::Object => table.objects.iter().map(|o| o.name.as_str()).collect(),
    }
}

/// The name that is most like another, of those that are like it at all.
fn closest<'a>(
    tables: impl Iterator<Item = &'a Table>,
    wanted: &str,
    names: impl Fn(&'a Table) -> Vec<&'a str>,
) -> Option<(&'a Table, &'a str)> {
    let all = tables.flat_map(|table| names(table).into_iter().map(move |name| (table, name)));
    let like = all.filter_map(|(table, name)| Some((far(name, wanted)?, table, name)));
    like.min_by_key(|(far, ..)| *far)
        .map(|(_, table, name)| (table, name))
}

/// How far two names are from each other; none: too far. The first letter does not count, and the
/// longer they are the more may differ.
fn far(there: &str, wanted: &str) -> Option<usize> {
    let (there, wanted): (Vec<char>, Vec<char>) =
        (there.chars().collect(), wanted.chars().collect());
    let longest = there.len().max(wanted.len());
    let most = match there.len().abs_diff(wanted.len()) {
        0 | 1 => longest.div_ceil(3),
        _ => (longest + 2).div_ceil(3),
    };
    if longest <= 1 {
        return None;
    }
    let distance = edits(&there[1.min(there.len())..], &wanted[1.min(wanted.len())..]);
    (distance <= most).then_some(distance)
}

/// How many letters have to be put in, taken out or exchanged to get from one name to another.
fn edits(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, other) in other.iter().enumerate() {
            let exchanged = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = exchanged.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_like_another_where_a_third_of_it_differs() {
        assert_eq!(far("input", "inpu"), Some(1));
        assert_eq!(far("filter", "filter"), Some(0));
        assert_eq!(far("input", "xxxxx"), None);
        assert_eq!(far("a", "b"), None, "one letter is like no other");
    }
}
