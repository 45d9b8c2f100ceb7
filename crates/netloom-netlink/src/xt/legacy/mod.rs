//! Tables of `ip_tables`, `ip6_tables` and `arp_tables`, which are read and written whole
//! (`linux/netfilter_ipv4/ip_tables.h` and its kin): entries one behind the other, each the head that
//! every rule has, its matches and its target.
//!
//! A chain that somebody made begins with an entry that has its name, and ends with one that returns;
//! one of the table's own ends with its policy. Rules have no numbers in the kernel: here a rule's
//! handle is made of what it says, so that it stays with it where others come and go.

mod arp;
pub mod change;
mod entry;
mod generation;
mod head;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use generation::generation;
pub use read::{Owner, Read, decode};
pub use write::{Written, encode};

use super::layout::Plain;
use netloom_model::ruleset::statement::Counter;
use netloom_model::ruleset::{
    Base, ChainKind, Hook, Policy, Table, TableFamily, TableRef, priority,
};

/// Room for a table's name (`XT_TABLE_MAXNAMELEN`).
const NAME: usize = 32;

/// What there is to know of the tables of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The first of the numbers of its socket options (`IPT_BASE_CTL`): asks what a table is like, and
    /// replaces it; the next one asks for its entries, and adds to counters.
    pub option: i32,
    /// Where the tables' names are, below `/proc/net`.
    pub names: &'static str,
    hooks: &'static [Hook],
}

/// Of IPv4 and IPv6.
const HOOKS: &[Hook] = &[
    Hook::Prerouting,
    Hook::Input,
    Hook::Forward,
    Hook::Output,
    Hook::Postrouting,
];
/// Of ARP.
const ARP_HOOKS: &[Hook] = &[Hook::Input, Hook::Output, Hook::Forward];

/// The form of a family's tables; none where it has none.
#[must_use]
pub const fn form(family: TableFamily) -> Option<Form> {
    let (option, names, hooks) = match family {
        TableFamily::Ip => (64, "ip_tables_names", HOOKS),
        TableFamily::Ip6 => (64, "ip6_tables_names", HOOKS),
        TableFamily::Arp => (96, "arp_tables_names", ARP_HOOKS),
        _ => return None,
    };
    Some(Form {
        option,
        names,
        hooks,
    })
}

/// What a table is like (`ipt_getinfo`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// Bits of the hooks that it has.
    pub hooks: u32,
    /// Where its chains begin, and where their policies are; by hook.
    pub chains: Vec<(u32, u32)>,
    /// How many entries it has.
    pub entries: u32,
    /// How many bytes they are.
    pub size: u32,
}

/// A table's name, as requests begin.
fn named(table: &str) -> Option<Vec<u8>> {
    let mut bytes = table.as_bytes().to_vec();
    bytes.resize(NAME, 0);
    (table.len() < NAME).then_some(bytes)
}

/// The room in which the kernel says what a table is like.
#[must_use]
pub fn ask_info(form: Form, table: &str) -> Option<Vec<u8>> {
    let mut bytes = named(table)?;
    bytes.resize(NAME + 4 + 8 * form.hooks.len() + 8, 0);
    Some(bytes)
}

/// What the kernel put there.
#[must_use]
pub fn info(form: Form, bytes: &[u8]) -> Option<Info> {
    let mut at = NAME;
    let mut next = || u32::take(bytes, &mut at);
    let hooks = next()?;
    let begin: Option<Vec<u32>> = form.hooks.iter().map(|_| next()).collect();
    let end: Option<Vec<u32>> = form.hooks.iter().map(|_| next()).collect();
    Some(Info {
        hooks,
        chains: begin?.into_iter().zip(end?).collect(),
        entries: next()?,
        size: next()?,
    })
}

/// Where entries begin in the room in which the kernel puts them.
pub const ENTRIES: usize = NAME + 8;

/// The room for a table's entries.
#[must_use]
pub fn ask_entries(table: &str, size: u32) -> Option<Vec<u8>> {
    let mut bytes = named(table)?;
    bytes.extend(size.to_le_bytes());
    bytes.resize(ENTRIES + size as usize, 0);
    Some(bytes)
}

/// What adds to the counters of a table's entries (`xt_counters_info`).
#[must_use]
pub fn add_counters(table: &str, counters: &[Counter]) -> Option<Vec<u8>> {
    let mut bytes = named(table)?;
    (counters.len() as u32).put(&mut bytes);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    for counter in counters {
        bytes.extend(counter.packets.to_le_bytes());
        bytes.extend(counter.bytes.to_le_bytes());
    }
    Some(bytes)
}

/// Counters one behind the other.
#[must_use]
pub fn counters(bytes: &[u8]) -> Vec<Counter> {
    let number = |at: usize, each: &[u8]| crate::u64_at(each, at).unwrap_or(0);
    let counter = |each: &[u8]| Counter {
        packets: number(0, each),
        bytes: number(8, each),
    };
    bytes.chunks_exact(16).map(counter).collect()
}

/// How many bytes a counter is.
pub const COUNTER: usize = 16;

/// What makes a chain of a table's own so.
fn base(table: &str, hook: Hook, policy: Policy, counter: Counter) -> Base {
    let kind = match (table, hook) {
        ("nat", _) => ChainKind::Nat,
        ("mangle", Hook::Output) => ChainKind::Route,
        _ => ChainKind::Filter,
    };
    let priority = match (table, hook) {
        ("mangle", _) => priority::MANGLE,
        ("raw", _) => priority::RAW,
        ("security", _) => priority::SECURITY,
        ("nat", Hook::Input | Hook::Postrouting) => priority::SRCNAT,
        ("nat", _) => priority::DSTNAT,
        _ => priority::FILTER,
    };
    Base {
        kind,
        hook,
        priority,
        policy,
        devices: Vec::new(),
        counter: Some(counter),
    }
}

/// A table without chains.
fn empty(table: &TableRef) -> Table {
    let letters = table.name.bytes().map(u64::from);
    Table {
        family: table.family,
        name: table.name.clone(),
        backend: table.backend,
        // Beyond all numbers that nf_tables gives.
        handle: letters.fold(1 << 20 | table.family as u64, |all, letter| {
            all << 5 ^ letter
        }) | 1 << 62,
        dormant: false,
        comment: None,
        chains: Vec::new(),
        sets: Vec::new(),
        objects: Vec::new(),
        flowtables: Vec::new(),
    }
}

/// The verdicts, as targets say them (`-NF_ACCEPT - 1`, ...).
const DROP: i32 = -1;
const ACCEPT: i32 = -2;
const QUEUE: i32 = -4;
const RETURN: i32 = -5;
