//! What a set or map answered that a rule asked.

use crate::ipset::{Entry, Part};
use crate::names::Family;
use crate::ruleset::{DataType, Element, Value};
use serde::{Deserialize, Serialize};

/// A set or map that a part of a rule asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// Which of the rule's statements asked, from 0.
    pub part: u32,
    /// Whether the rule goes on where no element has the key (`!=`, `!`).
    pub inverted: bool,
    /// What the rule did to it; none: it asked.
    pub change: Option<SetChange>,
    /// What was asked, and what it answered.
    pub of: LookedIn,
}

/// What a rule did to a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SetChange {
    /// It put an element in.
    Added,
    /// The element was there already.
    Kept,
    /// It took an element out.
    Removed,
    /// There was no room for one.
    Full,
}

impl SetChange {
    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            SetChange::Added => "added",
            SetChange::Kept => "kept",
            SetChange::Removed => "removed",
            SetChange::Full => "full",
        }
    }
}

/// What was asked, and what it answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookedIn {
    /// A set or map of nft.
    Nft {
        /// Its name; none: it is the rule's own.
        set: Option<String>,
        /// Whether it has something for its keys.
        map: bool,
        /// The types of the key's parts.
        types: Vec<DataType>,
        /// The types of what a map of values has for its keys.
        data: Vec<DataType>,
        /// The key, its parts one behind the other.
        key: Vec<Value>,
        /// The element that has it; none has.
        element: Option<Box<Element>>,
    },
    /// A set of ipset.
    Ipset {
        /// Its name.
        set: String,
        /// Of a list: that of its sets which has the element.
        member: Option<String>,
        /// The family of its addresses.
        family: Option<Family>,
        /// The parts that were looked for.
        key: Vec<Part>,
        /// The element that has them; none has.
        element: Option<Box<Entry>>,
    },
}

impl Lookup {
    /// The name of what was asked; none: it is the rule's own.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.of {
            LookedIn::Nft { set, .. } => set.as_deref(),
            LookedIn::Ipset { set, .. } => Some(set),
        }
    }

    /// Whether an element has the key.
    #[must_use]
    pub const fn is_found(&self) -> bool {
        match &self.of {
            LookedIn::Nft { element, .. } => element.is_some(),
            LookedIn::Ipset { element, .. } => element.is_some(),
        }
    }
}
