//! Matches that look inside a packet by a program or by many fields: `bpf`, `osf`, `srh`.

use super::Not;
use core::net::Ipv6Addr;
use serde::{Deserialize, Serialize};

/// An instruction of classic BPF (`struct sock_filter`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BpfInstruction {
    /// What it does.
    pub code: u16,
    /// How many instructions are left out where a jump's condition holds.
    pub if_true: u8,
    /// The same where it does not.
    pub if_false: u8,
    /// Its constant.
    pub constant: u32,
}

/// See [`XtMatch::Osf`](super::XtMatch::Osf).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Osf {
    /// The system.
    pub genre: Not<String>,
    /// How the TTL is compared.
    pub ttl: Option<u8>,
    /// What is logged.
    pub log: Option<u8>,
}

/// See [`XtMatch::Srh`](super::XtMatch::Srh). Each is compared by [`SrhNumber`]s of one value, as the
/// kernel keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Srh {
    /// What follows the header.
    pub next_header: Option<Not<u8>>,
    /// How long it is, in units of eight bytes behind the first.
    pub length: SrhNumber,
    /// How many segments are left.
    pub segments_left: SrhNumber,
    /// The index of the last segment.
    pub last_entry: SrhNumber,
    /// The tag.
    pub tag: Option<Not<u16>>,
    /// The segment before this one, the next one, the last one: an address and how many bits count.
    pub segments: [Option<Not<(Ipv6Addr, u8)>>; 3],
}

/// A number that is compared in up to three ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SrhNumber {
    /// With what.
    pub value: u8,
    /// Whether it is the same, greater, less; each said or its opposite.
    pub compared: [Option<bool>; 3],
}
