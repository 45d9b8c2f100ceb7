//! `arptables` of iptables 1.8.9 (arptables-nft(8)): rules about ARP that is for this host or made
//! here.

mod show;
mod words;

pub(super) use show::{list, words};
pub(super) use words::parse;

use super::tables::Builtin;
use netloom_model::ruleset::{Hook, priority};

/// The table of `arptables`.
pub(super) const TABLES: [Builtin; 1] = [Builtin {
    name: "filter",
    priority: priority::FILTER,
    hooks: &[Hook::Input, Hook::Output],
    bridge: false,
}];
