//! What is told of rules that change (`NFT_MSG_NEW*`, `NFT_MSG_DEL*`).

use super::set::Element;
use super::{Chain, Object, Rule, Set, TableRef};
use serde::{Deserialize, Serialize};

/// What one transaction did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesetEvents {
    /// Step by step.
    pub events: Vec<RulesetEvent>,
    /// The generation that it made (`NFT_MSG_NEWGEN`).
    pub generation: u32,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesetEvent {
    /// What happened.
    pub verb: EventVerb,
    /// The table, or where it is.
    pub table: TableRef,
    /// To what.
    pub about: EventAbout,
}

/// What happened to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventVerb {
    /// It is there, or changed.
    Add,
    /// It is there, and was not to be there before.
    Create,
    /// It is there, before others.
    Insert,
    /// It is gone.
    Delete,
}

impl EventVerb {
    /// Its word in nft's language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            EventVerb::Add => "add",
            EventVerb::Create => "create",
            EventVerb::Insert => "insert",
            EventVerb::Delete => "delete",
        }
    }
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventAbout {
    /// A table.
    Table {
        /// Whether its chains are not asked.
        dormant: bool,
        /// Its number.
        handle: u64,
        /// How much is in it.
        used: usize,
    },
    /// A chain, without its rules.
    Chain {
        /// As it is.
        chain: Box<Chain>,
        /// How many rules it has.
        used: usize,
    },
    /// A rule.
    Rule {
        /// Its chain.
        chain: String,
        /// As it is.
        rule: Box<Rule>,
        /// The rule that it is behind, where it is not simply the last.
        behind: Option<u64>,
    },
    /// A set or map, without its elements.
    Set(Box<Set>),
    /// An element of a set or map, which is told without its elements.
    Element(Box<Set>, Box<Element>),
    /// An object.
    Object(Box<Object>),
}
