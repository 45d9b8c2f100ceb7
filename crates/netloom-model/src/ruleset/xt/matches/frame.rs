//! Frames, as ebtables asks for them.

use super::{MacMask, Network, Not, Span};
use serde::{Deserialize, Serialize};

/// BPDUs (ebtables' `stp`); each field from one value to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stp {
    /// The fields asked for: their number in ebtables' list, and the values.
    pub fields: Vec<(u8, Not<Span<u64>>)>,
}

/// See [`XtMatch::EbIp`](super::XtMatch::EbIp) and [`XtMatch::EbIp6`](super::XtMatch::EbIp6).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EbIp {
    /// Sources.
    pub source: Option<Not<Network>>,
    /// Destinations.
    pub destination: Option<Not<Network>>,
    /// The type of service, or the traffic class.
    pub tos: Option<Not<u8>>,
    /// The protocol above IP.
    pub protocol: Option<Not<u8>>,
    /// Source ports.
    pub sport: Option<Not<Span<u16>>>,
    /// Destination ports.
    pub dport: Option<Not<Span<u16>>>,
    /// Types and codes of ICMP.
    pub icmp: Option<Not<(Span<u8>, Span<u8>)>>,
    /// Types of IGMP.
    pub igmp: Option<Not<Span<u8>>>,
}

/// See [`XtMatch::EbArp`](super::XtMatch::EbArp).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EbArp {
    /// What it does.
    pub op: Option<Not<u16>>,
    /// The type of hardware addresses.
    pub htype: Option<Not<u16>>,
    /// The type of protocol addresses.
    pub ptype: Option<Not<u16>>,
    /// The sender's IP address.
    pub source_ip: Option<Not<Network>>,
    /// The target's IP address.
    pub target_ip: Option<Not<Network>>,
    /// The sender's hardware address.
    pub source_mac: Option<Not<MacMask>>,
    /// The target's hardware address.
    pub target_mac: Option<Not<MacMask>>,
    /// It is about its sender.
    pub gratuitous: Option<Not<()>>,
}

/// See [`XtMatch::EbVlan`](super::XtMatch::EbVlan).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EbVlan {
    /// The VLAN.
    pub id: Option<Not<u16>>,
    /// The priority.
    pub prio: Option<Not<u8>>,
    /// What follows the tag.
    pub encap: Option<Not<u16>>,
}
