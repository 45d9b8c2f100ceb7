//! What a match or a target of xtables is: the options that it has, the statements that it stands
//! for, and its words for statements that are there.

use super::Variant;
use super::ext;
use crate::ip::words::{Failure, Outcome};
use netloom_model::ruleset::Statement;

/// A match or a target.
pub(super) struct Extension {
    /// Its name after `-m` or `-j`.
    pub(super) name: &'static str,
    /// Its options: the word without its dashes, and how many values follow.
    pub(super) options: &'static [(&'static str, u8)],
    /// The statements that it stands for.
    pub(super) build: fn(&Given<'_>) -> Outcome<Vec<Statement>>,
    /// Its words for the first of the statements that are left, if they are its own: how many of
    /// them it says, and how.
    pub(super) show: fn(&View<'_>) -> Option<(usize, Shown)>,
}

/// What a rule says to one of its matches.
pub(super) struct Given<'a> {
    pub(super) variant: Variant,
    /// The protocol of the rule, and whether it is another one.
    pub(super) protocol: Option<(u8, bool)>,
    /// The options, in order.
    pub(super) options: &'a [Opt],
}

/// An option as it was given.
#[derive(Clone, Debug)]
pub(super) struct Opt {
    pub(super) name: &'static str,
    pub(super) not: bool,
    pub(super) values: Vec<String>,
}

/// Statements to be said.
pub(super) struct View<'a> {
    pub(super) variant: Variant,
    pub(super) statements: &'a [Statement],
    /// The protocol of the rule.
    pub(super) protocol: Option<u8>,
    /// Numbers are printed as they are.
    pub(super) numeric: bool,
}

/// The words of a match or target.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// As `-S` prints them.
    pub(super) save: String,
    /// As `-L` prints them.
    pub(super) list: String,
}

impl Given<'_> {
    /// The option called `name`.
    pub(super) fn option(&self, name: &str) -> Option<&Opt> {
        self.options.iter().find(|option| option.name == name)
    }

    /// A mistake.
    pub(super) fn problem(&self, what: &str) -> Failure {
        self.variant.problem(what)
    }
}

/// The match called `name`.
pub(super) fn find_match(name: &str) -> Option<&'static Extension> {
    ext::MATCHES
        .iter()
        .find(|known| known.name == name)
        .copied()
}

/// The target called `name`.
pub(super) fn find_target(name: &str) -> Option<&'static Extension> {
    ext::TARGETS
        .iter()
        .find(|known| known.name == name)
        .copied()
}
