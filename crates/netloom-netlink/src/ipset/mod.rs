//! Sets of xtables (nfnetlink's subsystem `IPSET`, protocol 7 of ipset(8)), to and from the model.
//! Numbers in attributes are in the network's order, and say so.
//!
//! Left out: how large a set is in memory.

mod element;
mod header;
mod write;

pub use header::{Piece, decode, joined, named, newest};
pub use write::{ask, change, kind_of};

use crate::{Attributes, Writer, array};
use core::net::IpAddr;

/// Kinds of messages: the subsystem above, the command below (`IPSET_CMD_*`).
#[allow(missing_docs, reason = "each is the kernel's own name")]
pub mod kind {
    const SETS: u16 = 6 << 8;

    pub const CREATE: u16 = SETS | 2;
    pub const DESTROY: u16 = SETS | 3;
    pub const FLUSH: u16 = SETS | 4;
    pub const RENAME: u16 = SETS | 5;
    pub const SWAP: u16 = SETS | 6;
    pub const LIST: u16 = SETS | 7;
    pub const ADD: u16 = SETS | 9;
    pub const DEL: u16 = SETS | 10;
    pub const TEST: u16 = SETS | 11;
    pub const HEADER: u16 = SETS | 12;
    pub const TYPE: u16 = SETS | 13;
}

/// Attributes of a message (`IPSET_ATTR_*`).
mod command {
    pub(super) const PROTOCOL: u16 = 1;
    pub(super) const NAME: u16 = 2;
    pub(super) const TYPE: u16 = 3;
    pub(super) const OTHER_NAME: u16 = 3;
    pub(super) const REVISION: u16 = 4;
    pub(super) const FAMILY: u16 = 5;
    pub(super) const DATA: u16 = 7;
    pub(super) const ELEMENTS: u16 = 8;
}

/// Attributes of what a set is made with, and of an element alike.
mod both {
    pub(super) const IP: u16 = 1;
    pub(super) const IP_TO: u16 = 2;
    pub(super) const CIDR: u16 = 3;
    pub(super) const PORT: u16 = 4;
    pub(super) const PORT_TO: u16 = 5;
    pub(super) const TIMEOUT: u16 = 6;
    pub(super) const PROTO: u16 = 7;
    pub(super) const FLAGS: u16 = 8;
    pub(super) const MARK: u16 = 10;
    pub(super) const MARKMASK: u16 = 11;
    pub(super) const BITMASK: u16 = 12;
}

/// What a set or an element has beside (`IPSET_FLAG_*`).
mod flags {
    pub(super) const BEFORE: u32 = 1;
    pub(super) const PHYSDEV: u32 = 1 << 1;
    pub(super) const NOMATCH: u32 = 1 << 2;
    pub(super) const COUNTERS: u32 = 1 << 3;
    pub(super) const COMMENT: u32 = 1 << 4;
    pub(super) const FORCEADD: u32 = 1 << 5;
    pub(super) const SKBINFO: u32 = 1 << 6;
    pub(super) const WILDCARD: u32 = 1 << 7;
}

/// The version of the protocol.
const PROTOCOL: u8 = 7;

/// The length of the fixed part (`struct nfgenmsg`).
const FIXED: usize = 4;

/// What says that a value is in the network's order (`NLA_F_NET_BYTEORDER`).
const ORDERED: u16 = 0x4000;

fn be16(attributes: Attributes<'_>, kind: u16) -> Option<u16> {
    array(attributes.get(kind)?, 0).map(u16::from_be_bytes)
}

fn be32(attributes: Attributes<'_>, kind: u16) -> Option<u32> {
    array(attributes.get(kind)?, 0).map(u32::from_be_bytes)
}

fn be64(attributes: Attributes<'_>, kind: u16) -> Option<u64> {
    array(attributes.get(kind)?, 0).map(u64::from_be_bytes)
}

fn address(attributes: Attributes<'_>, kind: u16) -> Option<IpAddr> {
    let inside = attributes.inside(kind);
    inside.addr(1).or_else(|| inside.addr(2))
}

fn put_be16(body: &mut Writer, kind: u16, value: u16) {
    body.put(kind | ORDERED, &value.to_be_bytes());
}

fn put_be32(body: &mut Writer, kind: u16, value: u32) {
    body.put(kind | ORDERED, &value.to_be_bytes());
}

fn put_be64(body: &mut Writer, kind: u16, value: u64) {
    body.put(kind | ORDERED, &value.to_be_bytes());
}

fn put_address(body: &mut Writer, kind: u16, value: IpAddr) {
    let version = if value.is_ipv4() { 1 } else { 2 };
    body.nest(kind, |body| body.addr(version | ORDERED, value));
}

#[cfg(test)]
mod tests;
