//! What the spanning tree of a bridge has come to (IEEE 802.1D-1998 clause 8), for the bridge and
//! for each port, as netlink's `IFLA_BR_*` and `IFLA_BRPORT_*` tell it. Times are in centiseconds.

use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// A bridge identifier: the lower one is the better (802.1D 8.5.1.3).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct BridgeId {
    /// The priority, which users set.
    pub priority: u16,
    /// The bridge's address.
    pub address: MacAddr,
}

/// A bridge in its spanning tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeTree {
    /// The bridge that it takes for the root.
    pub root: BridgeId,
    /// The number of the port that leads to the root; 0 where the bridge is the root itself.
    pub root_port: u16,
    /// What the way there costs.
    pub root_path_cost: u32,
    /// The root says that the topology changes: learned addresses age faster.
    pub topology_change: bool,
    /// A change was seen here, and the root may not know of it yet.
    pub topology_change_detected: bool,
    /// Until the next hello.
    pub hello_timer: u32,
    /// Until the root is told of a change once more.
    pub tcn_timer: u32,
    /// Until a change is over.
    pub topology_change_timer: u32,
}

/// A port in the spanning tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortTree {
    /// The root that the port's LAN knows.
    pub designated_root: BridgeId,
    /// What the way to the root costs from that LAN.
    pub designated_cost: u32,
    /// The bridge by which that LAN reaches the root.
    pub designated_bridge: BridgeId,
    /// The port of that bridge.
    pub designated_port: u16,
    /// Whether the next configuration acknowledges a topology change.
    pub topology_change_ack: bool,
    /// Whether a configuration is sent as soon as the hold timer lets it.
    pub config_pending: bool,
    /// Until what was heard of the root is forgotten.
    pub message_age_timer: u32,
    /// Until the next state on the way to forwarding.
    pub forward_delay_timer: u32,
    /// Until another configuration may be sent.
    pub hold_timer: u32,
    /// What was counted.
    pub counters: PortTreeCounters,
}

/// What a port has counted while the spanning tree ran (`ip link xstats`, `bridge_stp_xstats`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortTreeCounters {
    /// Configurations received.
    pub rx_bpdu: u64,
    /// Configurations sent.
    pub tx_bpdu: u64,
    /// Topology change notifications received.
    pub rx_tcn: u64,
    /// Topology change notifications sent.
    pub tx_tcn: u64,
    /// How often it was blocked.
    pub transition_blk: u64,
    /// How often it came to forward.
    pub transition_fwd: u64,
}
