//! Frames, as ebtables asks for them.

use super::{MacMask, Network, Not, Span};
use serde::{Deserialize, Serialize};

/// BPDUs, as ebtables' `stp` asks for them (IEEE 802.1D, 9.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stp {
    /// The fields asked for, each from one value to another; of an address the second is its mask.
    pub fields: Vec<(StpField, Not<Span<u64>>)>,
}

/// A field of a BPDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StpField {
    /// Which BPDU it is.
    Type,
    /// What it tells of changes.
    Flags,
    /// The priority of the root.
    RootPrio,
    /// The address of the root.
    RootAddr,
    /// What the path to the root costs.
    RootCost,
    /// The priority of the bridge that speaks.
    SenderPrio,
    /// The address of the bridge that speaks.
    SenderAddr,
    /// The port that it speaks from.
    Port,
    /// How old the message is, in 1/256 s.
    MsgAge,
    /// How old messages become.
    MaxAge,
    /// How often messages are sent.
    HelloTime,
    /// How long a port listens and learns.
    ForwardDelay,
}

/// Frames of IEEE 802.3 (ebtables' `802_3`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EbLlc {
    /// The service access point, on both sides.
    pub sap: Option<Not<u8>>,
    /// The type behind SNAP's header.
    pub kind: Option<Not<u16>>,
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
