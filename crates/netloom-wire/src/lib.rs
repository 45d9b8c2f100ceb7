//! Packet formats as views over bytes.
//!
//! Every format has two levels. A *view* (`ipv4::Packet<T>` and its like) wraps any storage of
//! bytes, is checked once by `new_checked`, and then reads and writes single fields in place; after
//! the check no getter panics, whatever the bytes are. A *representation* (`ipv4::Repr` and its
//! like) holds the fields as values and is written out by `emit` into a buffer of `buffer_len()`
//! bytes.
//!
//! Nothing here allocates, reads a clock or knows what Linux does with a packet.

#![forbid(unsafe_code)]
#![no_std]

#[cfg(test)]
extern crate std;

pub mod arp;
pub mod checksum;
pub mod ethernet;
mod field;
pub mod icmpv4;
pub mod icmpv6;
pub mod igmp;
pub mod ipv4;
pub mod ipv6;
pub mod llc;
mod mac;
mod malformed;
pub mod membership;
pub mod mld;
pub mod ndp;
mod numbers;
pub mod stp;
pub mod tcp;
pub mod udp;
pub mod vlan;

pub use mac::{MacAddr, ParseMacError};
pub use malformed::Malformed;
pub use numbers::{EtherType, IpProtocol};
