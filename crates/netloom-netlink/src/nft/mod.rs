//! Rules as `nf_tables` has them (`linux/netfilter/nf_tables.h`), to and from the model's.
//!
//! The kernel knows small instructions that load into registers, compare and act; the model has what
//! nft lists for them. `read` makes the one of the other, `write` goes the other way; the other files
//! are a kind of message each. Numbers stand in network order here, unlike in rtnetlink.

pub mod again;
pub mod chain;
pub mod element;
pub mod event;
pub mod flowtable;
pub mod mark;
pub mod number;
pub mod object;
pub mod read;
pub mod rule;
pub mod set;
pub mod table;
pub mod trace;
mod typeof_words;
mod userdata;
pub mod write;

use crate::{Attributes, Writer};
use netloom_model::ruleset::TableFamily;

/// The length of what stands before the attributes (`struct nfgenmsg`).
pub const FIXED: usize = 4;

/// The subsystem (`NFNL_SUBSYS_NFTABLES`).
const SUBSYSTEM: u16 = 10;

/// An entry of a list (`NFTA_LIST_ELEM`).
pub(crate) const ITEM: u16 = 1;

/// Kinds of messages (`NFT_MSG_*`).
#[allow(missing_docs, reason = "each is of the subject that it names")]
pub mod kind {
    use super::SUBSYSTEM;

    const OWN: u16 = SUBSYSTEM << 8;
    pub const TABLE: u16 = OWN;
    pub const CHAIN: u16 = OWN + 3;
    pub const RULE: u16 = OWN + 6;
    pub const SET: u16 = OWN + 9;
    pub const ELEMENTS: u16 = OWN + 12;
    pub const GENERATION: u16 = OWN + 15;
    pub const TRACE: u16 = OWN + 17;
    pub const OBJECT: u16 = OWN + 18;
    pub const FLOWTABLE: u16 = OWN + 22;
    /// Asks for objects, and sets what they count to nothing.
    pub const RESET_OBJECT: u16 = OWN + 21;
    /// To the kind that asks.
    pub const GET: u16 = 1;
    /// To the kind that deletes.
    pub const DELETE: u16 = 2;
    /// The first of several messages that are one (`NFNL_MSG_BATCH_BEGIN`).
    pub const BEGIN: u16 = 16;
    /// The last.
    pub const END: u16 = 17;
}

/// Whether a table is one that iptables and its kin make, by its name.
#[must_use]
pub fn is_of_xtables(family: TableFamily, name: &str) -> bool {
    !matches!(family, TableFamily::Inet | TableFamily::Netdev)
        && ["filter", "nat", "mangle", "raw", "security"].contains(&name)
}

/// The body of a message about a family; none: about all.
#[must_use]
pub fn body(family: Option<TableFamily>) -> Writer {
    Writer::new(&[family.map_or(0, number::family), 0, 0, 0])
}

/// The body of the first message of several, or of the last.
#[must_use]
pub fn bracket() -> Writer {
    let [high, low] = SUBSYSTEM.to_be_bytes();
    Writer::new(&[0, 0, high, low])
}

/// The generation that the answer to [`kind::GENERATION`] tells.
#[must_use]
pub fn generation(body: &[u8]) -> Option<u32> {
    Attributes::behind(body, FIXED).be32(1)
}

/// The first message of several, which are for that generation alone if one is given.
#[must_use]
pub fn begin(generation: Option<u32>) -> Writer {
    let mut body = bracket();
    if let Some(generation) = generation {
        body.be32(1, generation);
    }
    body
}

/// What a message of a kind is about, in words: `chain c of table ip t`.
#[must_use]
pub fn named(kind: u16, body: &[u8]) -> String {
    let attributes = Attributes::behind(body, FIXED);
    let (what, at) = match kind {
        kind::TABLE => ("table", 1),
        kind::CHAIN => ("chain", 3),
        kind::SET => ("set", 2),
        kind::OBJECT => ("object", 2),
        kind::FLOWTABLE => ("flowtable", 2),
        _ => ("rule of chain", 2),
    };
    let name = attributes.text(at).unwrap_or_default();
    let family = match family_of(body) {
        Some(family) => family.name().to_owned(),
        None => format!("family {}", body.first().copied().unwrap_or_default()),
    };
    match attributes.text(1).filter(|_| kind != kind::TABLE) {
        Some(table) => format!("{what} {name} of table {family} {table}"),
        None => format!("{what} {family} {name}"),
    }
}

/// The family that a message is about.
#[must_use]
pub fn family_of(body: &[u8]) -> Option<TableFamily> {
    number::family_of(*body.first()?)
}
