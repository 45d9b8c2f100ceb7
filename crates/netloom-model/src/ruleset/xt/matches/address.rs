//! Addresses, and what routing takes them for.

use super::Not;
use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// See [`XtMatch::Addrtype`](super::XtMatch::Addrtype).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addrtype {
    /// Bits of the types that the source may be of.
    pub source: Option<Not<u16>>,
    /// Bits of the types that the destination may be of.
    pub destination: Option<Not<u16>>,
    /// Only addresses of the device that it came by.
    pub limit_iface_in: bool,
    /// Only addresses of the device that it leaves by.
    pub limit_iface_out: bool,
}

/// Addresses under a mask of any form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// The address.
    pub address: IpAddr,
    /// The mask.
    pub mask: IpAddr,
}

/// Ethernet addresses under a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MacMask {
    /// The address.
    pub address: MacAddr,
    /// The bits of it that count.
    pub mask: MacAddr,
}
