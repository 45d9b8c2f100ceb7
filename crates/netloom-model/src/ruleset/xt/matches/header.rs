//! Fields of IP's header, and its extension headers.

use super::{Not, Span};
use core::net::IpAddr;
use serde::{Deserialize, Serialize};

/// See [`XtMatch::Ah6`](super::XtMatch::Ah6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ah6 {
    /// SPIs.
    pub spi: Option<Not<Span<u32>>>,
    /// The header's length.
    pub length: Option<Not<u32>>,
    /// The reserved bits are 0.
    pub reserved: bool,
}

/// See [`XtMatch::Dst`](super::XtMatch::Dst) and [`XtMatch::Hbh`](super::XtMatch::Hbh).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options6 {
    /// The header's length.
    pub length: Option<Not<u32>>,
    /// The options in their order, each with its length where that counts.
    pub options: Vec<(u8, Option<u8>)>,
}

/// See [`XtMatch::Ecn`](super::XtMatch::Ecn).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ecn {
    /// Whether `CWR` is set.
    pub tcp_cwr: Option<bool>,
    /// Whether `ECE` is set.
    pub tcp_ece: Option<bool>,
    /// What the IP header tells, from 0 to 3.
    pub ip: Option<Not<u8>>,
}

/// See [`XtMatch::Frag`](super::XtMatch::Frag).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frag {
    /// Identifications.
    pub id: Option<Not<Span<u32>>>,
    /// The header's length.
    pub length: Option<Not<u32>>,
    /// The reserved bits are 0.
    pub reserved: bool,
    /// The first fragment.
    pub first: bool,
    /// One that more follow.
    pub more: bool,
    /// The last one.
    pub last: bool,
}

/// See [`XtMatch::Rt`](super::XtMatch::Rt).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingHeader {
    /// The header's type.
    pub rt_type: Option<Not<u32>>,
    /// How many segments are left.
    pub segments_left: Option<Not<Span<u32>>>,
    /// The header's length.
    pub length: Option<Not<u32>>,
    /// The reserved bits are 0.
    pub reserved: bool,
    /// The addresses.
    pub addresses: Vec<IpAddr>,
    /// They need not be all.
    pub not_strict: bool,
}
