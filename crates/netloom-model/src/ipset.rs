//! Sets of addresses, networks and ports that rules of xtables ask (ipset(8)).

use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::names::Family;

/// A set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IpSet {
    /// Its name.
    pub name: String,
    /// How it keeps its elements, and the parts that they have: `hash:ip,port`.
    pub kind: String,
    /// The family of its addresses; none where it has none.
    pub family: Option<Family>,
    /// The revision of its kind.
    pub revision: u8,
    /// Its options in the order in which they are listed, with their values: `hashsize 1024`.
    pub options: Vec<(String, Option<String>)>,
    /// When its elements go, in seconds, unless they say otherwise; none: never.
    pub timeout: Option<u32>,
    /// How many rules and sets use it.
    pub references: u32,
    /// Its elements.
    pub entries: Vec<IpSetEntry>,
}

/// An element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IpSetEntry {
    /// Its parts.
    pub parts: Vec<IpSetPart>,
    /// Seconds until it goes; 0: never, in a set of which others go.
    pub timeout: Option<u32>,
    /// Packets and bytes.
    pub counter: Option<crate::ruleset::Counter>,
    /// What its maker says of it.
    pub comment: Option<String>,
    /// Says no where it matches (`nomatch`).
    pub nomatch: bool,
    /// What the `SET` target gives to packets: `skbmark`, `skbprio`, `skbqueue`.
    pub skb: BTreeMap<String, String>,
}

/// A part of an element.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IpSetPart {
    /// An address, or a network.
    Net {
        /// The address.
        address: IpAddr,
        /// How many bits of it count.
        prefix: u8,
    },
    /// Addresses from one to another.
    Range(IpAddr, IpAddr),
    /// A port of a protocol; of ICMP its type and code.
    Port {
        /// Protocol above IP.
        protocol: u8,
        /// The number.
        port: u16,
    },
    /// An Ethernet address.
    Mac(MacAddr),
    /// A device.
    Iface {
        /// Its name.
        name: String,
        /// A port of a bridge.
        physdev: bool,
    },
    /// A mark.
    Mark(u32),
    /// Another set (`list:set`).
    Set(String),
}
