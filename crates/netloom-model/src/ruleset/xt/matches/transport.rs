//! Ports, types and flags of protocols above IP.

use super::{Not, Span};
use serde::{Deserialize, Serialize};

/// See [`XtMatch::Dccp`](super::XtMatch::Dccp).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dccp {
    /// Source ports.
    pub sport: Option<Not<Span<u16>>>,
    /// Destination ports.
    pub dport: Option<Not<Span<u16>>>,
    /// Bits of the types.
    pub types: Option<Not<u16>>,
    /// An option that must be there.
    pub option: Option<Not<u8>>,
}

/// Types and codes of ICMP; type 255 of IPv4 is any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IcmpTypes {
    /// The type.
    pub icmp_type: u8,
    /// Its codes.
    pub codes: Span<u8>,
}

/// See [`XtMatch::Multiport`](super::XtMatch::Multiport).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Multiport {
    /// Which ports are meant.
    pub which: PortsOf,
    /// The ports, fifteen at most; a range counts for two.
    pub ports: Not<Vec<Span<u16>>>,
}

/// Which ports are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PortsOf {
    /// That of the source.
    Source,
    /// That of the destination.
    Destination,
    /// Either.
    Either,
}

/// See [`XtMatch::Sctp`](super::XtMatch::Sctp).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sctp {
    /// Source ports.
    pub sport: Option<Not<Span<u16>>>,
    /// Destination ports.
    pub dport: Option<Not<Span<u16>>>,
    /// The chunks.
    pub chunks: Option<Not<SctpChunks>>,
}

/// Chunks of SCTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SctpChunks {
    /// 0 = any of them, 1 = all of them, 2 = only they.
    pub mode: u8,
    /// The types, each with flags under a mask.
    pub types: Vec<(u8, u8, u8)>,
}

/// See [`XtMatch::Tcp`](super::XtMatch::Tcp).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tcp {
    /// Source ports.
    pub sport: Not<Span<u16>>,
    /// Destination ports.
    pub dport: Not<Span<u16>>,
    /// The flags that are set, of those that are looked at.
    pub flags: Not<TcpFlags>,
    /// An option that is there; 0: none asked for.
    pub option: Not<u8>,
}

/// Flags of TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TcpFlags {
    /// Those that are looked at.
    pub mask: u8,
    /// Those of them that are set.
    pub set: u8,
}
