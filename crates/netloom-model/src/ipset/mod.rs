//! Sets of addresses, networks and ports that rules of xtables ask (ipset(8)).

mod change;
mod expand;
mod kind;

pub use change::{IpSetChange, refusal};
pub use expand::{Expansion, expand};
pub use kind::{Dimension, Kind, Method};

use crate::names::Family;
use crate::ruleset::Counter;
use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// A set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IpSet {
    /// Its name.
    pub name: String,
    /// How it keeps its elements, and the parts that they have.
    pub kind: Kind,
    /// The family of its addresses; none where it has none.
    pub family: Option<Family>,
    /// What was said when it was made.
    pub options: Options,
    /// How many rules and sets use it.
    pub references: u32,
    /// Its elements.
    pub entries: Vec<Entry>,
}

/// What a set was made with (ipset(8), GENERIC CREATE AND ADD OPTIONS).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// What of a bitmap's elements there can be: addresses or ports from one to another.
    pub range: Option<Range>,
    /// Buckets of a hash; it grows.
    pub hashsize: u32,
    /// How many elements a hash has at most.
    pub maxelem: u32,
    /// How many elements a bucket of a hash has at most.
    pub bucketsize: u8,
    /// What a hash begins with.
    pub initval: u32,
    /// How many bits of an address count, of an element that is one.
    pub netmask: Option<u8>,
    /// Which bits of an address count.
    pub bitmask: Option<IpAddr>,
    /// Which bits of a mark count (`hash:ip,mark`).
    pub markmask: Option<u32>,
    /// How many sets a `list:set` has.
    pub size: u32,
    /// After how many seconds its elements go, unless they say otherwise; 0: never; none: they
    /// cannot say so.
    pub timeout: Option<u32>,
    /// Elements count packets and bytes.
    pub counters: bool,
    /// Elements can have comments.
    pub comment: bool,
    /// Elements can say what packets get.
    pub skbinfo: bool,
    /// Where it is full, an element goes by chance.
    pub forceadd: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            range: None,
            hashsize: 1024,
            maxelem: 65536,
            bucketsize: 12,
            initval: 0,
            netmask: None,
            bitmask: None,
            markmask: None,
            size: 8,
            timeout: None,
            counters: false,
            comment: false,
            skbinfo: false,
            forceadd: false,
        }
    }
}

/// What a bitmap can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Range {
    /// Addresses.
    Addresses(core::net::Ipv4Addr, core::net::Ipv4Addr),
    /// Ports.
    Ports(u16, u16),
}

impl Range {
    /// Whether a bitmap can have so many elements, of which a netmask makes one of several addresses
    /// (`IPSET_BITMAP_MAX_RANGE`).
    #[must_use]
    pub fn fits(self, netmask: Option<u8>) -> bool {
        match self {
            Range::Ports(..) => true,
            Range::Addresses(first, last) => {
                let hosts = 32 - u32::from(netmask.unwrap_or(32).min(32));
                let behind = last.to_bits().saturating_sub(first.to_bits());
                u64::from(behind) >> hosts <= 0xffff
            }
        }
    }
}

/// An element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its parts.
    pub parts: Vec<Part>,
    /// Seconds until it goes; 0: never, in a set of which others go.
    pub timeout: Option<u32>,
    /// Packets and bytes.
    pub counter: Option<Counter>,
    /// What its maker says of it.
    pub comment: Option<String>,
    /// Says no where it matches (`nomatch`).
    pub nomatch: bool,
    /// What the `SET` target gives to packets.
    pub skb: Skb,
    /// In a `list:set`: the set before or behind which it goes.
    pub place: Option<ListPlace>,
}

impl Entry {
    /// An element of nothing but its parts.
    #[must_use]
    pub const fn new(parts: Vec<Part>) -> Entry {
        Entry {
            parts,
            timeout: None,
            counter: None,
            comment: None,
            nomatch: false,
            skb: Skb {
                mark: None,
                prio: None,
                queue: None,
            },
            place: None,
        }
    }
}

/// Where a set goes in a `list:set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListPlace {
    /// Before this one.
    Before(String),
    /// Behind this one.
    After(String),
}

/// What the `SET` target gives to packets (ipset(8), skbinfo).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skb {
    /// The mark, and which bits of it.
    pub mark: Option<(u32, u32)>,
    /// The class of traffic, major and minor.
    pub prio: Option<(u16, u16)>,
    /// The hardware queue.
    pub queue: Option<u16>,
}

/// A part of an element.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// An address, or a network.
    Net {
        /// The address.
        address: IpAddr,
        /// How many bits of it count.
        prefix: u8,
    },
    /// Addresses from one to another: as many elements.
    Addresses(IpAddr, IpAddr),
    /// A port of a protocol; of ICMP its type and code. In a bitmap of ports the protocol is 0.
    Port {
        /// Protocol above IP.
        protocol: u8,
        /// The number.
        port: u16,
    },
    /// Ports from one to another: as many elements.
    Ports {
        /// Protocol above IP.
        protocol: u8,
        /// The first.
        first: u16,
        /// The last.
        last: u16,
    },
    /// An Ethernet address.
    Mac(MacAddr),
    /// A device.
    Iface {
        /// Its name.
        name: String,
        /// A port of a bridge.
        physdev: bool,
        /// Any whose name begins so.
        wildcard: bool,
    },
    /// A mark.
    Mark(u32),
    /// Another set (`list:set`).
    Set(String),
}

impl Part {
    /// One address.
    #[must_use]
    pub const fn host(address: IpAddr) -> Part {
        let prefix = match address {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => 128,
        };
        Part::Net { address, prefix }
    }
}
