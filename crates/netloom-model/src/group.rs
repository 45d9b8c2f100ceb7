//! Groups that links listen to (ip-maddress(8)).

use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// A group that a link listens to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The link's index.
    pub dev: u32,
    /// The group.
    pub group: Group,
    /// How many listen to it.
    pub users: u32,
}

/// A group, on the link or above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Group {
    /// A hardware group.
    Link {
        /// Its address.
        address: MacAddr,
        /// A user set it.
        by_hand: bool,
    },
    /// An IP group.
    Ip(IpAddr),
}
