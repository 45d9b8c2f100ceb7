//! Connections that a namespace remembers (conntrack(8)).

use core::net::IpAddr;
use serde::{Deserialize, Serialize};

/// One direction of a connection: what its packets have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tuple {
    /// Source.
    pub source: IpAddr,
    /// Destination.
    pub destination: IpAddr,
    /// Protocol above IP.
    pub protocol: u8,
    /// What of the protocol tells connections apart.
    pub ports: Ports,
}

/// What of a protocol tells connections apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ports {
    /// Ports of TCP, UDP, UDP-Lite, SCTP, DCCP.
    Ports {
        /// Source port.
        source: u16,
        /// Destination port.
        destination: u16,
    },
    /// An ICMP message.
    Icmp {
        /// Its type.
        icmp_type: u8,
        /// Its code.
        code: u8,
        /// Its identifier.
        id: u16,
    },
    /// Keys of GRE (PPTP).
    Gre {
        /// Source key.
        source: u16,
        /// Destination key.
        destination: u16,
    },
    /// Nothing: any other protocol.
    None,
}

/// What happened to a connection, as bits (`IPS_*` of the kernel).
pub mod status {
    /// It was expected by another.
    pub const EXPECTED: u32 = 1 << 0;
    /// A packet came back.
    pub const SEEN_REPLY: u32 = 1 << 1;
    /// It is not forgotten early when the table is full.
    pub const ASSURED: u32 = 1 << 2;
    /// Its first packet has left this host, or reached it.
    pub const CONFIRMED: u32 = 1 << 3;
    /// Its source is translated.
    pub const SRC_NAT: u32 = 1 << 4;
    /// Its destination is translated.
    pub const DST_NAT: u32 = 1 << 5;
    /// Sequence numbers change on the way.
    pub const SEQ_ADJUST: u32 = 1 << 6;
    /// The source was looked at.
    pub const SRC_NAT_DONE: u32 = 1 << 7;
    /// The destination was looked at.
    pub const DST_NAT_DONE: u32 = 1 << 8;
    /// It is being forgotten.
    pub const DYING: u32 = 1 << 9;
    /// It does not go by its protocol's time.
    pub const FIXED_TIMEOUT: u32 = 1 << 10;
    /// It only says how one is to be looked up.
    pub const TEMPLATE: u32 = 1 << 11;
    /// Its rules gave it a helper.
    pub const HELPER: u32 = 1 << 13;
    /// It goes through a flow table.
    pub const OFFLOAD: u32 = 1 << 14;
}

/// The states of TCP's connections as conntrack names them, in the kernel's order.
pub const TCP_STATES: [&str; 10] = [
    "NONE",
    "SYN_SENT",
    "SYN_RECV",
    "ESTABLISHED",
    "FIN_WAIT",
    "CLOSE_WAIT",
    "LAST_ACK",
    "TIME_WAIT",
    "CLOSE",
    "SYN_SENT2",
];

/// The states of SCTP's associations as conntrack names them, in the kernel's order.
pub const SCTP_STATES: [&str; 9] = [
    "NONE",
    "CLOSED",
    "COOKIE_WAIT",
    "COOKIE_ECHOED",
    "ESTABLISHED",
    "SHUTDOWN_SENT",
    "SHUTDOWN_RECD",
    "SHUTDOWN_ACK_SENT",
    "HEARTBEAT_SENT",
];

/// A connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Its number.
    pub id: u32,
    /// Its first packet's direction.
    pub original: Tuple,
    /// The direction of the answers, as they come in.
    pub reply: Tuple,
    /// Bits of [`status`].
    pub status: u32,
    /// Seconds until it is forgotten.
    pub timeout: u32,
    /// What its protocol knows of it, in the kernel's word: `ESTABLISHED`.
    pub state: Option<String>,
    /// Its mark.
    pub mark: u32,
    /// Its zone, for both directions.
    pub zone: u16,
    /// The zone of the original direction alone.
    pub original_zone: Option<u16>,
    /// The zone of the replies alone.
    pub reply_zone: Option<u16>,
    /// Its labels, as bits.
    pub labels: Option<u128>,
    /// The helper that watches it.
    pub helper: Option<String>,
    /// The tags of SCTP's packets, by direction.
    pub tags: Option<[u32; 2]>,
    /// When it began, where that is kept (`nf_conntrack_timestamp`).
    pub began: Option<crate::Time>,
    /// How long it has lived, in seconds, where that is kept.
    pub lived: Option<u32>,
    /// Packets and bytes of the original direction, and of the replies; none: not counted
    /// (`nf_conntrack_acct`).
    pub counters: Option<[crate::ruleset::Counter; 2]>,
    /// Whether it goes by a user's program while it waits to be confirmed (`use`).
    pub references: u32,
}

impl Connection {
    /// The zone of its first direction.
    #[must_use]
    pub fn zone_there(&self) -> u16 {
        self.original_zone.unwrap_or(self.zone)
    }
}

/// A connection that another one announced, and that is waited for (conntrack(8), `expect`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// Its number.
    pub id: u32,
    /// Seconds until nobody waits for it any more.
    pub timeout: u32,
    /// What its first packet is like.
    pub tuple: Tuple,
    /// Which bits of that count.
    pub mask: Tuple,
    /// The first direction of the connection that announced it.
    pub master: Tuple,
    /// The zone of both.
    pub zone: u16,
    /// Which kind of connection it is for its helper.
    pub class: u32,
    /// The helper that read of it.
    pub helper: String,
    /// Whether more than one connection may come of it.
    pub permanent: bool,
}

/// What a processor counted of connections (`conntrack -S`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// Packets found to be of a connection that was not to be there.
    pub found: u64,
    /// Packets of no connection.
    pub invalid: u64,
    /// Connections made by hand.
    pub insert: u64,
    /// Connections that another one stood in the way of.
    pub insert_failed: u64,
    /// Packets dropped, for there was no room or their connection could not be kept.
    pub drop: u64,
    /// Connections forgotten to make room.
    pub early_drop: u64,
    /// Packets that could not be read.
    pub error: u64,
    /// Searches begun anew.
    pub search_restart: u64,
    /// Packets that went over to the connection which stood in the way of theirs.
    pub clash_resolve: u64,
    /// Connections given up, for a chain of the table was too long.
    pub chain_too_long: u64,
}

/// One step on the table of connections (`conntrack -I`, `-U`, `-D`, `-F`, `-L -z`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectionChange {
    /// Makes one: its directions, status, time, state, mark, zones, labels count.
    Create(Box<Connection>),
    /// Changes one.
    Update(Box<ConnectionUpdate>),
    /// Forgets the one of this number whose first direction this is.
    Delete {
        /// Its number.
        id: u32,
        /// Its first direction.
        original: Tuple,
        /// The zone of that direction.
        zone: u16,
    },
    /// Forgets those of a version of IP, or all.
    Flush(Option<crate::Family>),
    /// What all of them had counts from nothing again.
    Zero,
    /// Waits for no announced connection any more.
    FlushExpectations,
}

/// What is changed of a connection; what is none stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionUpdate {
    /// Its number.
    pub id: u32,
    /// Its first direction.
    pub original: Tuple,
    /// The zone of that direction.
    pub zone: u16,
    /// Bits of [`status`], added to those that it has.
    pub status: Option<u32>,
    /// Seconds until it is forgotten.
    pub timeout: Option<u32>,
    /// Its mark.
    pub mark: Option<u32>,
    /// The state of its protocol.
    pub state: Option<String>,
    /// Its labels.
    pub labels: Option<u128>,
}

/// What is told of connections (`conntrack -E`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionNotice {
    /// What happened.
    pub event: ConnectionEvent,
    /// The connection after it; of an update only what changed beside its directions, its status
    /// and its time.
    pub connection: Connection,
    /// Whether its mark is told though it is zero.
    pub marked: bool,
    /// The address of the program's socket that brought it about; none: packets or time.
    pub by: Option<u32>,
}

/// What is told of announced connections (`conntrack -E expect`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectationNotice {
    /// Whether it is waited for from now on, or no more.
    pub event: ConnectionEvent,
    /// Which.
    pub expectation: Expectation,
}

/// What happened to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionEvent {
    /// It was confirmed.
    New,
    /// It changed.
    Update,
    /// It was forgotten.
    Destroy,
}
