//! What the rules of a base chain said of a packet.

use crate::ruleset::{Hook, Rule, TableRef};
use serde::{Deserialize, Serialize};

/// A base chain that was asked, with every rule that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainTrace {
    /// Its table.
    pub table: TableRef,
    /// Its name.
    pub chain: String,
    /// The hook at which it is asked.
    pub hook: Hook,
    /// The rules, in the order in which they were tried.
    pub tried: Vec<ChainStep>,
    /// What became of the packet.
    pub verdict: ChainVerdict,
}

/// A rule that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainStep {
    /// Its chain, which others may have jumped to.
    pub chain: String,
    /// Its place there, from 1.
    pub number: u32,
    /// Its handle.
    pub handle: u64,
    /// Which of its statements did not match, from 0; none: all did.
    pub failed: Option<u32>,
    /// The rule itself, where all of it matched.
    pub rule: Option<Box<Rule>>,
}

/// What a base chain says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChainVerdict {
    /// The packet passes.
    Accept,
    /// It ends there.
    Drop,
    /// It ends there and its sender is told.
    Reject,
    /// It cannot be said.
    Unknown,
}
