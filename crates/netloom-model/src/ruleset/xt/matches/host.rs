//! What is no part of a packet: whose socket sent it, ports that it crosses, encryption, time.

use super::{Network, Not, Span};
use serde::{Deserialize, Serialize};

/// See [`XtMatch::Cgroup`](super::XtMatch::Cgroup).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cgroup {
    /// By its path in the second version's tree.
    Path(Not<String>),
    /// By its class.
    ClassId(Not<u32>),
}

/// See [`XtMatch::Owner`](super::XtMatch::Owner).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Users.
    pub uid: Option<Not<Span<u32>>>,
    /// Groups.
    pub gid: Option<Not<Span<u32>>>,
    /// Other groups of the user count too.
    pub supplementary: bool,
    /// There is a socket.
    pub socket_exists: Option<Not<()>>,
}

/// See [`XtMatch::Physdev`](super::XtMatch::Physdev).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Physdev {
    /// The port it came by; `+` at the end stands for anything.
    pub input: Option<Not<String>>,
    /// The port it leaves by.
    pub output: Option<Not<String>>,
    /// It came by a port.
    pub is_in: Option<Not<()>>,
    /// It leaves by a port.
    pub is_out: Option<Not<()>>,
    /// It crosses a bridge, and is not routed.
    pub is_bridged: Option<Not<()>>,
}

/// See [`XtMatch::Policy`](super::XtMatch::Policy).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Of how it leaves, not of how it came.
    pub out: bool,
    /// There is none.
    pub none: bool,
    /// Every element must be there.
    pub strict: bool,
    /// The elements.
    pub elements: Vec<PolicyElement>,
}

/// An element of [`Policy`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyElement {
    /// Its number, which joins it to a state.
    pub reqid: Option<Not<u32>>,
    /// Its SPI.
    pub spi: Option<Not<u32>>,
    /// Its protocol above IP.
    pub protocol: Option<Not<u8>>,
    /// 0 = transport, 1 = tunnel.
    pub mode: Option<Not<u8>>,
    /// Where the tunnel begins.
    pub tunnel_source: Option<Not<Network>>,
    /// Where it ends.
    pub tunnel_destination: Option<Not<Network>>,
}

/// See [`XtMatch::Time`](super::XtMatch::Time).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// Seconds since 1970: from when to when.
    pub dates: Span<u32>,
    /// Seconds since midnight.
    pub hours: Span<u32>,
    /// Bits of the days of the month, from 1 << 1.
    pub monthdays: u32,
    /// Bits of the days of the week: 1 << 1 is Monday, 1 << 7 Sunday.
    pub weekdays: u8,
    /// By the kernel's time zone, not by Greenwich.
    pub kernel_zone: bool,
    /// Hours that cross midnight are one span.
    pub contiguous: bool,
}
