//! Addresses of links (ip-address(8)).

use crate::names::IpNet;
use crate::route::Scope;
use core::net::{IpAddr, Ipv4Addr};
use serde::{Deserialize, Serialize};

/// An address on a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The link's index.
    pub dev: u32,
    /// The local address, with the length of the prefix that is on the link.
    pub local: IpNet,
    /// The other end of a point-to-point address; the prefix length is the peer's then.
    pub peer: Option<IpAddr>,
    /// The broadcast address.
    pub broadcast: Option<Ipv4Addr>,
    /// How far the address is valid.
    pub scope: Scope,
    /// Label, `eth0` or `eth0:1`, up to 15 bytes.
    pub label: String,
    /// A secondary of another address of the same prefix (`IFA_F_SECONDARY`); never set by users.
    pub secondary: bool,
    /// No connected route is added (`noprefixroute`).
    pub noprefixroute: bool,
    /// It is a group, which the link joins (`autojoin`).
    pub autojoin: bool,
    /// Seconds it stays valid; `None` = for ever.
    pub valid_lft: Option<u32>,
    /// Seconds it stays preferred; `None` = for ever.
    pub preferred_lft: Option<u32>,
    /// Metric of the connected route; 0 = none.
    pub metric: u32,
    /// What only addresses of IPv6 have.
    pub flags: AddressFlags,
}

/// The flags that only addresses of IPv6 have (ip-address(8), `IFA_F_*`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressFlags {
    /// It is not known yet whether the address is free; it is not used.
    pub tentative: bool,
    /// Another host has the address.
    pub dad_failed: bool,
    /// Used without asking whether it is free.
    pub nodad: bool,
    /// Used while it is not known whether it is free (RFC 4429).
    pub optimistic: bool,
    /// A mobile host's home address.
    pub home: bool,
    /// Made of a router's prefix, of which temporary addresses are made (`mngtmpaddr`).
    pub manage_temp: bool,
    /// Made for a while, telling nothing of the hardware (RFC 8981).
    pub temporary: bool,
    /// Made by the kernel of what a router told: it is dynamic however long it lives.
    pub autoconf: bool,
    /// Made without telling of the hardware (RFC 7217, `stable-privacy`).
    pub stable_privacy: bool,
}

impl Address {
    /// `local` on link `dev`, everything else as `ip addr add` has it without further words.
    pub fn new(dev: u32, local: IpNet, label: impl Into<String>) -> Address {
        let host = matches!(local.addr, IpAddr::V4(a) if a.is_loopback());
        Address {
            dev,
            local,
            peer: None,
            broadcast: None,
            scope: if host { Scope::HOST } else { Scope::UNIVERSE },
            label: label.into(),
            secondary: false,
            noprefixroute: false,
            autojoin: false,
            valid_lft: None,
            preferred_lft: None,
            metric: 0,
            flags: AddressFlags::default(),
        }
    }

    /// The prefix that is reachable on the link: the peer's, if there is one.
    #[must_use]
    pub fn prefix(&self) -> IpNet {
        IpNet::new(self.peer.unwrap_or(self.local.addr), self.local.len).network()
    }
}
