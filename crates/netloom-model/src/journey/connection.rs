//! How a packet stands to the connections that a host remembers, and what it is translated to.

use crate::conntrack::Connection;
use core::net::IpAddr;
use serde::{Deserialize, Serialize};

/// What connection tracking found for a packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionTrace {
    /// How the packet stands to its connection.
    pub standing: Standing,
    /// Whether it goes the way of the answers.
    pub answer: bool,
    /// The state of the connection's protocol before this packet, in the kernel's word: `SYN_SENT`;
    /// none of a protocol without states, and of a connection that begins.
    pub before: Option<String>,
    /// The connection after it; none if the packet belongs to none.
    pub connection: Option<Connection>,
}

/// How a packet stands to a connection (iptables-extensions(8), conntrack, `--ctstate`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It begins one, or nothing came back yet.
    New,
    /// There were packets both ways.
    Established,
    /// It begins one that another led to expect, or is an error about one.
    Related,
    /// It belongs to none and begins none.
    Invalid,
    /// A rule says not to look.
    Untracked,
}

impl Standing {
    /// Its name, as rules say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Standing::New => "NEW",
            Standing::Established => "ESTABLISHED",
            Standing::Related => "RELATED",
            Standing::Invalid => "INVALID",
            Standing::Untracked => "UNTRACKED",
        }
    }
}

/// One end of a packet's way, as its headers say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// The address.
    pub address: IpAddr,
    /// The port, of a protocol that has ports.
    pub port: Option<u16>,
}

/// An end that was written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewritten {
    /// As it was.
    pub from: End,
    /// As it is now.
    pub to: End,
}
