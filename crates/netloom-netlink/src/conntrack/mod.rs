//! Connections and those that are expected (nfnetlink's subsystems `CTNETLINK` and
//! `CTNETLINK_EXP`), to and from the model. Numbers in attributes are in the network's order.
//!
//! Left out: states of DCCP, security contexts, what sequence numbers are moved by, and expectations
//! that a program makes.

mod connection;
mod expectation;
mod statistics;
mod tuple;
mod write;

pub use connection::{decode, notice};
pub use expectation::{decode as expectation, notice as expectation_notice};
pub use statistics::{count, statistics};
pub use write::{create, delete, find, flush, flush_expectations, update};

use crate::{Attributes, Writer, array, family_number};
use netloom_model::Family;

/// Kinds of messages: the subsystem above, the message below (`IPCTNL_MSG_*`).
#[allow(missing_docs, reason = "each is the kernel's own name")]
pub mod kind {
    const CONNECTIONS: u16 = 1 << 8;
    const EXPECTED: u16 = 2 << 8;

    pub const NEW: u16 = CONNECTIONS;
    pub const GET: u16 = CONNECTIONS | 1;
    pub const DELETE: u16 = CONNECTIONS | 2;
    pub const GET_AND_ZERO: u16 = CONNECTIONS | 3;
    pub const STATISTICS: u16 = CONNECTIONS | 4;
    pub const COUNT: u16 = CONNECTIONS | 5;
    pub const EXPECT_NEW: u16 = EXPECTED;
    pub const EXPECT_GET: u16 = EXPECTED | 1;
    pub const EXPECT_DELETE: u16 = EXPECTED | 2;
}

/// Attributes of a connection (`CTA_*`).
mod attribute {
    pub(super) const ORIGINAL: u16 = 1;
    pub(super) const REPLY: u16 = 2;
    pub(super) const STATUS: u16 = 3;
    pub(super) const PROTOCOL: u16 = 4;
    pub(super) const HELPER: u16 = 5;
    pub(super) const NAT_SOURCE: u16 = 6;
    pub(super) const TIMEOUT: u16 = 7;
    pub(super) const MARK: u16 = 8;
    pub(super) const COUNTED_ORIGINAL: u16 = 9;
    pub(super) const COUNTED_REPLY: u16 = 10;
    pub(super) const USE: u16 = 11;
    pub(super) const ID: u16 = 12;
    pub(super) const NAT_DESTINATION: u16 = 13;
    pub(super) const ZONE: u16 = 18;
    pub(super) const TIMESTAMP: u16 = 20;
    pub(super) const LABELS: u16 = 22;
}

/// The length of the fixed part (`struct nfgenmsg`).
const FIXED: usize = 4;

/// The body of a request about what is of a version of IP, or of any.
#[must_use]
pub fn of_family(family: Option<Family>) -> Writer {
    Writer::new(&[family.map_or(0, family_number), 0, 0, 0])
}

/// What is behind the fixed part.
fn attributes(body: &[u8]) -> Attributes<'_> {
    Attributes::behind(body, FIXED)
}

fn be16(attributes: Attributes<'_>, kind: u16) -> Option<u16> {
    array(attributes.get(kind)?, 0).map(u16::from_be_bytes)
}

fn be32(attributes: Attributes<'_>, kind: u16) -> Option<u32> {
    array(attributes.get(kind)?, 0).map(u32::from_be_bytes)
}

fn be64(attributes: Attributes<'_>, kind: u16) -> Option<u64> {
    array(attributes.get(kind)?, 0).map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests;
