//! What is decided at a step.

use super::{ChainTrace, ConnectionTrace, DropReason, Origin, Rewritten, RouteTrace};
use crate::bridge::FdbRemote;
use crate::conntrack::Connection;
use crate::names::NsName;
use crate::neighbour::NeighbourState;
use crate::socket::PacketType;
use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// What was decided at a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A program sent it.
    Sent {
        /// Source address chosen.
        from: Option<IpAddr>,
        /// Destination.
        to: Option<IpAddr>,
    },
    /// The device takes it.
    Transmit,
    /// It crosses to the other end of a pair.
    Crossed {
        /// The namespace of the other end.
        ns: NsName,
        /// The other end.
        dev: String,
    },
    /// It is carried to another end of a tunnel, inside packets to a host.
    Carried {
        /// The namespace of that end.
        ns: NsName,
        /// That end.
        dev: String,
        /// For whom a VXLAN looked in its forwarding database.
        address: Option<MacAddr>,
        /// The hosts to which it sends it, as that says.
        behind: Vec<FdbRemote>,
    },
    /// It waits in the backlog behind `ahead` others.
    Backlogged {
        /// How many are ahead.
        ahead: u32,
    },
    /// The device received it.
    Received {
        /// For whom it is, by its destination address.
        packet_type: PacketType,
    },
    /// A source address was learned.
    Learned {
        /// The address.
        address: MacAddr,
        /// Its VLAN, where the bridge filters them.
        vlan: Option<u16>,
        /// What happened to the entry.
        change: Learning,
    },
    /// The bridge looked an address up.
    Fdb {
        /// The address.
        address: MacAddr,
        /// Its VLAN, where the bridge filters them.
        vlan: Option<u16>,
        /// The answer.
        found: FdbFound,
    },
    /// A bridge that filters VLANs says in which it is, or how it leaves.
    Vlan {
        /// The VLAN.
        vid: u16,
        /// Why it is in it, or whether it leaves with a tag.
        decision: VlanDecision,
    },
    /// The bridge looked for the members of a group.
    Mdb {
        /// The group.
        group: String,
        /// The answer.
        found: MdbFound,
    },
    /// It goes out of these ports.
    Flooded {
        /// The ports.
        to: Vec<String>,
        /// The ports that do not get it, and why.
        not: Vec<(String, String)>,
    },
    /// The bridge hands it to its own device.
    PassedUp,
    /// A route was looked up.
    Routed(Box<RouteTrace>),
    /// The rules of a base chain were asked.
    Rules(Box<ChainTrace>),
    /// Its connection was looked up, or began.
    Tracked(Box<ConnectionTrace>),
    /// Its connection is remembered from now on.
    Confirmed(Box<Connection>),
    /// Its addresses or ports were written anew, as its connection says.
    Translated {
        /// The source, if that was.
        source: Option<Rewritten>,
        /// The destination, if that was.
        destination: Option<Rewritten>,
    },
    /// The source passed the check.
    SourceAccepted {
        /// The effective `rp_filter`.
        rp_filter: u8,
    },
    /// The next hop is known.
    Resolved {
        /// Its address.
        address: IpAddr,
        /// Its hardware address.
        lladdr: MacAddr,
        /// The entry's state.
        state: NeighbourState,
    },
    /// The next hop is being asked for; the packet waits.
    Waits {
        /// Its address.
        address: IpAddr,
        /// How many wait, this one included.
        queued: u32,
    },
    /// The answer came; the packet goes on.
    Released {
        /// The hardware address.
        lladdr: MacAddr,
    },
    /// An ARP packet asked or told.
    Arp {
        /// What, in words.
        what: String,
    },
    /// The TTL was lowered.
    Ttl {
        /// Before.
        from: u8,
        /// After.
        to: u8,
    },
    /// This host's address or time went into its IP options.
    Recorded {
        /// The address by which the host is known there.
        address: IpAddr,
    },
    /// It was accepted here as it is.
    Accepted,
    /// It was cut into this many pieces.
    Fragmented {
        /// How many.
        pieces: u32,
    },
    /// A fragment waits for the others.
    WaitsForRest,
    /// All its fragments are here and were joined.
    Joined {
        /// How many.
        pieces: u32,
    },
    /// It caused another packet.
    Answered {
        /// What kind.
        with: Origin,
        /// What it says, in words.
        what: String,
    },
    /// A socket or a part of the kernel got it: the end of the way.
    Delivered {
        /// Who got it, in words.
        to: String,
    },
    /// Nobody told who the neighbour is, and it is outside: somebody is taken to answer there.
    Assumed {
        /// Its address.
        address: IpAddr,
    },
    /// It left the host by a device whose other end is outside.
    LeftHost {
        /// To whom.
        lladdr: MacAddr,
        /// The neighbour that is known to have that address.
        neighbour: Option<IpAddr>,
    },
    /// It left what netloom sees.
    Left,
    /// It ends here.
    Dropped(DropReason),
}

impl Event {
    /// The connection that it is about.
    #[must_use]
    pub fn connection(&self) -> Option<&Connection> {
        match self {
            Event::Tracked(trace) => trace.connection.as_ref(),
            Event::Confirmed(connection) => Some(connection),
            _ => None,
        }
    }
}

/// What learning did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Learning {
    /// A new entry.
    New,
    /// The entry was there and is fresh again.
    Refreshed,
    /// The station moved here from this port.
    Moved(String),
    /// Not learned, and why.
    Not(String),
}

/// What a bridge found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FdbFound {
    /// An address of the bridge or one of its ports.
    Local,
    /// Behind this port.
    Port(String),
    /// Nothing.
    Nothing,
    /// A group: not looked up.
    Group,
}

/// What a bridge that filters VLANs says of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VlanDecision {
    /// Its tag names the VLAN.
    Tagged,
    /// It came without a tag: it is in the VLAN of the port's PVID.
    Pvid,
    /// Its tag tells a priority alone: as without.
    PriorityTagged,
    /// Its tag is of another kind than the bridge filters by: as without.
    OtherTag,
    /// It leaves with a tag.
    LeavesTagged,
    /// It leaves without a tag.
    LeavesUntagged,
}

/// What a bridge that snoops knows of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MdbFound {
    /// Everybody of the link listens to it: it is flooded.
    Everybody,
    /// There is no querier whose answers would keep entries alive: it is flooded.
    NoQuerier {
        /// Whether there is an entry.
        known: bool,
    },
    /// It goes to its members.
    Members {
        /// The ports behind which somebody listens or a router is.
        ports: Vec<String>,
        /// The host of the bridge itself listens or is a router.
        host: bool,
    },
}
