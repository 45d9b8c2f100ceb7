//! What was kept before the packet came: counts, limits, lists of addresses, sets.

use super::{Compare, Not};
use core::net::IpAddr;
use serde::{Deserialize, Serialize};

/// See [`XtMatch::Connlimit`](super::XtMatch::Connlimit).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connlimit {
    /// How many there may be.
    pub limit: u32,
    /// Matches up to that many, not above.
    pub upto: bool,
    /// The length of the prefix that makes a network.
    pub prefix: u8,
    /// Networks of destinations are counted, not of sources.
    pub destination: bool,
}

/// See [`XtMatch::Hashlimit`](super::XtMatch::Hashlimit).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashlimit {
    /// The name of the table that rules can share.
    pub name: String,
    /// How many ...
    pub rate: u64,
    /// ... in how many seconds.
    pub per: u64,
    /// How many more at once; of bytes how often those of a second are given at once.
    pub burst: u64,
    /// Bytes are counted, not packets.
    pub bytes: bool,
    /// Matches what is above.
    pub above: bool,
    /// By what they are told apart: bits of [`hashlimit_mode`].
    pub mode: u8,
    /// How much of a source address counts.
    pub source_prefix: u8,
    /// How much of a destination address counts.
    pub destination_prefix: u8,
    /// How many buckets; 0: as memory allows.
    pub size: u32,
    /// How many entries; 0: eight a bucket.
    pub max: u32,
    /// When an entry is forgotten, in milliseconds.
    pub expire: u32,
    /// How often entries are looked for that are past it, in milliseconds.
    pub gc_interval: u32,
    /// Rates are measured over so many seconds and then matched as a whole; 0: each packet.
    pub rate_match: bool,
    /// Over how many seconds.
    pub rate_interval: u32,
}

/// By what [`Hashlimit`] tells apart.
pub mod hashlimit_mode {
    /// Destination addresses.
    pub const DSTIP: u8 = 1;
    /// Destination ports.
    pub const DSTPORT: u8 = 2;
    /// Source addresses.
    pub const SRCIP: u8 = 4;
    /// Source ports.
    pub const SRCPORT: u8 = 8;
}

/// See [`XtMatch::Recent`](super::XtMatch::Recent).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// The list's name.
    pub name: String,
    /// What is done.
    pub action: Not<RecentAction>,
    /// Seen within so many seconds.
    pub seconds: Option<u32>,
    /// Older entries go.
    pub reap: bool,
    /// Seen so many times.
    pub hit_count: Option<u32>,
    /// With the same TTL.
    pub ttl: bool,
    /// The destination is meant, not the source.
    pub destination: bool,
    /// How much of the address counts.
    pub mask: IpAddr,
}

/// What [`Recent`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecentAction {
    /// The address is put in, or was seen again.
    Set,
    /// Whether it is there.
    Check,
    /// Whether it is there; it was seen again.
    Update,
    /// It is taken out.
    Remove,
}

/// See [`XtMatch::Set`](super::XtMatch::Set).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMatch {
    /// The ipset's name.
    pub set: Not<String>,
    /// For each part of its elements whether the source is meant.
    pub sources: Vec<bool>,
    /// How many packets the element counted.
    pub packets: Option<Compare<u64>>,
    /// How many bytes the element counted.
    pub bytes: Option<Compare<u64>>,
    /// Elements that match say no too.
    pub return_nomatch: bool,
    /// Counters of the element stay.
    pub no_update_counters: bool,
    /// Counters of the sets within it stay.
    pub no_update_subcounters: bool,
}

/// See [`XtMatch::Statistic`](super::XtMatch::Statistic).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    /// With a probability, in 2^31ths.
    Random(Not<u32>),
    /// Each so many.
    Nth {
        /// How many.
        every: Not<u32>,
        /// Which of them is the first, from 0.
        packet: u32,
    },
}
