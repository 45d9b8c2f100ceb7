//! Next hop objects, which routes refer to by number (ip-nexthop(8)).

use crate::names::Family;
use crate::route::Scope;
use core::net::IpAddr;
use serde::{Deserialize, Serialize};

/// A next hop object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nexthop {
    /// Its number; 0 in a new one: the kernel gives it one.
    pub id: u32,
    /// Where it leads.
    pub kind: NexthopKind,
    /// Who made it ([`crate::route::protocol`]).
    pub protocol: u8,
    /// How far its gateway is; told by the kernel, never set.
    pub scope: Scope,
    /// The link has no carrier (`linkdown`); told by the kernel, never set.
    pub linkdown: bool,
}

/// Where a next hop object leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NexthopKind {
    /// Nowhere: what takes it is dropped in silence.
    Blackhole(Family),
    /// To a gateway, or out of a link.
    Way {
        /// The family of the routes that it is for; those of IPv4 may use one of IPv6.
        family: Family,
        /// The gateway; none where the destination is on the link.
        via: Option<IpAddr>,
        /// The link's index; needed.
        dev: Option<u32>,
        /// The gateway is taken to be on the link, whatever the addresses say.
        onlink: bool,
    },
    /// To one of several others.
    Group(Vec<NexthopMember>),
}

/// A member of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NexthopMember {
    /// The number of the next hop.
    pub id: u32,
    /// Its share of the traffic, 1 to 256.
    pub weight: u16,
}

impl Nexthop {
    /// The family it is for; none of a group.
    #[must_use]
    pub const fn family(&self) -> Option<Family> {
        match self.kind {
            NexthopKind::Blackhole(family) | NexthopKind::Way { family, .. } => Some(family),
            NexthopKind::Group(_) => None,
        }
    }
}
