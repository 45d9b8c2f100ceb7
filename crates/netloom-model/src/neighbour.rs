//! Neighbours: what is known of the link-layer addresses of others (ip-neighbour(8), arp(7)).

use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// The state of a neighbour entry (`NUD_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeighbourState {
    /// Just made, nothing known.
    None,
    /// Being asked for; packets wait.
    Incomplete,
    /// Confirmed not long ago.
    Reachable,
    /// Usable; to be confirmed when used.
    Stale,
    /// Used while stale; waits for a hint from above before it asks.
    Delay,
    /// Being asked whether it is still there.
    Probe,
    /// Nobody answered.
    Failed,
    /// On a link that does not resolve.
    Noarp,
    /// Set for ever.
    Permanent,
}

impl NeighbourState {
    /// The word that `ip neigh` prints.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            NeighbourState::None => "NONE",
            NeighbourState::Incomplete => "INCOMPLETE",
            NeighbourState::Reachable => "REACHABLE",
            NeighbourState::Stale => "STALE",
            NeighbourState::Delay => "DELAY",
            NeighbourState::Probe => "PROBE",
            NeighbourState::Failed => "FAILED",
            NeighbourState::Noarp => "NOARP",
            NeighbourState::Permanent => "PERMANENT",
        }
    }

    /// Whether packets can be sent to the address that the entry holds (`NUD_VALID`).
    #[must_use]
    pub const fn is_valid(self) -> bool {
        !matches!(
            self,
            NeighbourState::None | NeighbourState::Incomplete | NeighbourState::Failed
        )
    }
}

/// A neighbour entry, or a proxy entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    /// The link's index; 0 for a proxy entry of every link.
    pub dev: u32,
    /// Its protocol address.
    pub dst: IpAddr,
    /// Its hardware address, once known.
    pub lladdr: Option<MacAddr>,
    /// What is known.
    pub state: NeighbourState,
    /// An address that this host answers for (`ip neigh add proxy`).
    pub proxy: bool,
    /// Is a router (NDP).
    pub router: bool,
    /// Put there by something outside (`extern_learn`).
    pub extern_learn: bool,
    /// Who made it; 0 = nobody said.
    pub protocol: u8,
    /// Seconds since it was used, confirmed, updated.
    pub ages: (u32, u32, u32),
    /// Users that hold it.
    pub refcnt: u32,
    /// Requests sent since it was last confirmed.
    pub probes: u32,
}

impl Neighbour {
    /// A permanent entry for `dst` at `lladdr` on link `dev`.
    #[must_use]
    pub fn permanent(dev: u32, dst: IpAddr, lladdr: MacAddr) -> Neighbour {
        Neighbour {
            dev,
            dst,
            lladdr: Some(lladdr),
            state: NeighbourState::Permanent,
            proxy: false,
            router: false,
            extern_learn: false,
            protocol: 0,
            ages: (0, 0, 0),
            refcnt: 1,
            probes: 0,
        }
    }
}
