//! Matches and targets of xtables that have no form in nft's language
//! (iptables-extensions(8), ebtables-nft(8), arptables-nft(8)).
//!
//! What does have one is said with it, as `iptables-nft` stores it: addresses, devices, protocols,
//! ports and flags of TCP and UDP, marks, `limit`, `NFLOG`, `TRACE`, verdicts.

mod matches;
mod target;

pub use matches::*;
pub use target::*;

use serde::{Deserialize, Serialize};

/// A number under a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Masked {
    /// The number.
    pub value: u32,
    /// The bits of it that count.
    pub mask: u32,
}

/// A thing that can be asked the other way round (`!`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Not<T> {
    /// The thing.
    pub is: T,
    /// The rule matches where it is not so.
    pub not: bool,
}

impl<T> Not<T> {
    /// The thing as it is.
    pub const fn is(is: T) -> Not<T> {
        Not { is, not: false }
    }

    /// Whether the rule matches, where `found` says whether it is so.
    pub const fn matches(&self, found: bool) -> bool {
        found != self.not
    }
}
