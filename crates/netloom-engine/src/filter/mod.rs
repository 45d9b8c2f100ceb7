//! Netfilter: rules asked at the hooks of a packet's way (nft(8), iptables(8)).
//!
//! `install` carries transactions out and keeps what they say in two forms side by side: as the model
//! lists it, and compiled (`compile`), so that judging a packet cannot fail. `hook` is where the
//! pipeline calls; `judge` walks the chains, in long ones from one rule that can match to the next (`index`). A rule's counters and buckets stand beside it
//! (`State`), so that a copy of an engine shares the rules themselves.

mod act;
mod compile;
mod ct;
mod depends;
mod element;
mod facts;
mod frame;
mod generate;
mod given;
mod hook;
mod index;
mod install;
mod judge;
mod keep;
mod load;
mod log;
mod lookup;
mod mapped;
mod meta;
mod nat;
mod object;
mod options;
mod recorded;
mod reject;
mod rename;
mod set;
mod sockets;
mod spoofed;
mod table;
mod told;
mod trace;
mod turn;
mod way;
mod xt;

pub(crate) use act::copy::Copies;
pub(crate) use facts::{Facts, Proto, layers};
pub(crate) use frame::{frame, frame_among, received};
pub(crate) use hook::{Among, at, tracks};
pub(crate) use install::{apply, restore};
pub(crate) use mapped::Registers;
pub(crate) use recorded::{Counted, Recorded};
pub(crate) use spoofed::{Named, Spoofed};
pub(crate) use table::{TRACK, describe, part};
pub(crate) use turn::Turned;
pub(crate) use xt::Remembered;

use netloom_model::ruleset::{Base, Hook, Statement};
use std::sync::Arc;
use table::{Chain, Table};

/// A chain of a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ChainId(u32);

/// A named set of a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SetId(u32);

/// The rules of a namespace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// The tables, in the order in which they were made.
    tables: Vec<Table>,
    chains: crate::arena::Arena<Chain>,
    sets: crate::arena::Arena<set::Store>,
    /// What is asked at each hook of each protocol, in order.
    hooks: [[Vec<Entry>; HOOKS]; Proto::COUNT],
    /// The chains that say what new connections are translated to, in order.
    nat: [[Vec<Entry>; HOOKS]; Proto::COUNT],
    /// Of which protocols connections are tracked.
    tracking: [bool; Proto::COUNT],
    /// The handle that the next table gets.
    next_table: u64,
    /// When the next element of a set is past its time, or earlier; whoever puts in one that goes
    /// sooner sets it back.
    next_expiry: netloom_model::Time,
    generation: u32,
}

const HOOKS: usize = 7;

/// What is asked at a hook, or done.
#[derive(Clone, Debug)]
struct Entry {
    priority: i32,
    asked: Asked,
}

#[derive(Clone, Debug)]
enum Asked {
    Chain(ChainId, Arc<Base>),
    /// The packet's connection is looked up.
    Track,
    /// What a new connection is translated to is settled, and the packet translated.
    Translate,
    /// A new connection is kept.
    Confirm,
}

impl Filter {
    /// What its rules say.
    pub(crate) fn statements(&self) -> impl Iterator<Item = &Statement> {
        let rules = self.chains.iter().flat_map(|(_, chain)| chain.rules.iter());
        rules.flat_map(|rule| &rule.rule.statements)
    }

    /// What is asked at a hook.
    #[inline]
    fn entries(&self, proto: Proto, hook: Hook) -> &[Entry] {
        &self.hooks[proto as usize][hook as usize]
    }
}
