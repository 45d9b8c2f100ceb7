//! The sets of xtables that rules name: the kernel knows them by numbers, which hold as long as a set is
//! there.
//!
//! [`matches::decode`](super::matches::decode) and [`targets::decode`](super::targets::decode) give a
//! set whose number is known alone a name that no set can have; [`named`] puts the right one in its
//! place. [`numbered`] is the way back, before a rule is written.

use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{XtMatch, XtTarget};

/// What the name of a number begins with: no name of a set has a zero in it.
const SIGN: char = '\0';

/// The name that stands for a number.
pub(super) fn name_of(index: u16) -> String {
    format!("{SIGN}{index}")
}

/// The number that a name stands for.
pub(super) fn index_of(name: &str) -> Option<u16> {
    name.strip_prefix(SIGN)?.parse().ok()
}

/// The names of sets in a statement.
fn names(statement: &mut Statement) -> impl Iterator<Item = &mut String> {
    let names = match statement {
        Statement::XtMatch(XtMatch::Set(found)) => [Some(&mut found.set.is), None, None],
        Statement::XtTarget(XtTarget::Set(set)) => {
            [&mut set.add, &mut set.del, &mut set.map].map(|n| n.as_mut().map(|(name, _)| name))
        }
        _ => [None, None, None],
    };
    names.into_iter().flatten()
}

/// Whether a statement has a set in it that is known by its number alone.
#[must_use]
pub fn has_numbers(statement: &Statement) -> bool {
    statement.ipsets().any(|name| index_of(name).is_some())
}

/// Gives the sets of a statement their names; one of which there is none keeps its number, which says
/// so.
pub fn named(statement: &mut Statement, mut name: impl FnMut(u16) -> Option<String>) {
    for set in names(statement) {
        if let Some(index) = index_of(set) {
            *set = name(index).unwrap_or_else(|| format!("#{index}"));
        }
    }
}

/// Gives the sets of a statement their numbers; false where there is none for a name.
pub fn numbered(statement: &mut Statement, mut index: impl FnMut(&str) -> Option<u16>) -> bool {
    for set in names(statement) {
        match index(set) {
            Some(index) => *set = name_of(index),
            None => return false,
        }
    }
    true
}
