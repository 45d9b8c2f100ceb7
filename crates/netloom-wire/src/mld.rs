//! Multicast listener discovery version 2 (RFC 3810): reports of what is listened to.

use core::net::Ipv6Addr;

use crate::field::put;

/// The hop-by-hop header with a router alert that goes before every message (RFC 2711).
pub const ROUTER_ALERT: [u8; 8] = [58, 0, 5, 2, 0, 0, 1, 0];

/// Where reports are sent: all routers that know MLDv2.
pub const ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x16);

/// The length of a record without sources.
pub const RECORD_LEN: usize = 20;

/// What a record says of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// It is listened to, all sources: the answer to a query.
    IsExclude = 2,
    /// It is no longer listened to.
    ToInclude = 3,
    /// It is listened to from now on.
    ToExclude = 4,
}

/// Writes a record about `group` without sources.
///
/// # Panics
/// If `buf` is shorter than [`RECORD_LEN`].
pub fn put_record(buf: &mut [u8], record: Record, group: Ipv6Addr) {
    put(buf, 0, [record as u8, 0, 0, 0]);
    put(buf, 4, group.octets());
}
