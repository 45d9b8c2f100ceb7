//! What the rules of a base chain said of a packet.

use super::Lookup;
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
    /// Whether no rule said so, but the chain's policy.
    pub policy: bool,
}

impl ChainTrace {
    /// The rule that decided; none where the policy did.
    #[must_use]
    pub fn deciding(&self) -> Option<&ChainStep> {
        if self.policy {
            return None;
        }
        self.tried.last().filter(|step| step.matched())
    }
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
    /// The rule itself, where all of it matched; of the others where somebody looked it up.
    pub rule: Option<Box<Rule>>,
    /// The sets and maps that it asked, in order.
    pub lookups: Vec<Lookup>,
}

impl ChainStep {
    /// Whether all of the rule matched.
    #[must_use]
    pub const fn matched(&self) -> bool {
        self.failed.is_none()
    }
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
    /// It leaves by another device.
    Forward,
    /// It ends there, and is answered in the place of who it is for.
    Answer,
    /// It cannot be said.
    Unknown,
}
