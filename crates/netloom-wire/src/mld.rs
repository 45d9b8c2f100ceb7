//! Multicast listener discovery, versions 1 and 2 (RFC 2710, RFC 3810): what goes before its messages
//! and where they are sent. They are ICMPv6 messages; the records of a report are those of
//! [`crate::membership`].

use core::net::Ipv6Addr;

/// The hop-by-hop header with a router alert that goes before every message (RFC 2711).
pub const ROUTER_ALERT: [u8; 8] = [58, 0, 5, 2, 0, 0, 1, 0];

/// Where reports of version 2 are sent: all routers that know MLDv2.
pub const ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x16);

/// The length of a message of version 1: type, code, checksum, maximum delay and group.
pub const LEN: usize = 24;
