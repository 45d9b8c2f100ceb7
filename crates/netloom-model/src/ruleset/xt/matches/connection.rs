//! Connections: what they are like, and how much they had.

use super::{Network, Not, Span};
use serde::{Deserialize, Serialize};

/// See [`XtMatch::Connbytes`](super::XtMatch::Connbytes).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connbytes {
    /// From how much to how much.
    pub amount: Not<Span<u64>>,
    /// 0 = original, 1 = reply, 2 = both.
    pub direction: u8,
    /// 0 = packets, 1 = bytes, 2 = bytes of a packet on average.
    pub mode: u8,
}

/// The states that a packet can have to its connection, as bits (`XT_CONNTRACK_STATE_*`).
pub mod ct_state {
    /// It belongs to none.
    pub const INVALID: u16 = 1;
    /// Its connection has seen both directions.
    pub const ESTABLISHED: u16 = 2;
    /// It is about a connection, or begins one that was expected.
    pub const RELATED: u16 = 4;
    /// It begins one.
    pub const NEW: u16 = 8;
    /// Connections are not looked up for it.
    pub const UNTRACKED: u16 = 0x80;
    /// The source of its connection is translated.
    pub const SNAT: u16 = 0x20;
    /// The destination of its connection is translated.
    pub const DNAT: u16 = 0x40;
}

/// See [`XtMatch::Conntrack`](super::XtMatch::Conntrack).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conntrack {
    /// Bits of [`ct_state`].
    pub state: Option<Not<u16>>,
    /// Protocol above IP.
    pub protocol: Option<Not<u8>>,
    /// Source of the original direction, as a network.
    pub original_source: Option<Not<Network>>,
    /// Destination of the original direction.
    pub original_destination: Option<Not<Network>>,
    /// Source of the replies.
    pub reply_source: Option<Not<Network>>,
    /// Destination of the replies.
    pub reply_destination: Option<Not<Network>>,
    /// Source port of the original direction.
    pub original_source_port: Option<Not<Span<u16>>>,
    /// Destination port of the original direction.
    pub original_destination_port: Option<Not<Span<u16>>>,
    /// Source port of the replies.
    pub reply_source_port: Option<Not<Span<u16>>>,
    /// Destination port of the replies.
    pub reply_destination_port: Option<Not<Span<u16>>>,
    /// Bits of what happened to it: 1 expected, 2 seen reply, 4 assured, 8 confirmed; 0 = none.
    pub status: Option<Not<u16>>,
    /// Seconds until it is forgotten.
    pub expire: Option<Not<Span<u32>>>,
    /// 0 = original, 1 = reply.
    pub direction: Option<u8>,
}
