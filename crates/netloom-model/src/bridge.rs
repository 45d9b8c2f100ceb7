//! Bridges, their ports and their forwarding databases (ip-link(8) `type bridge`, bridge(8)).

use crate::change::Mode;
use crate::mdb::{McastSettings, McastState};
use crate::spanning_tree::{BridgeTree, PortTree};
use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// A bridge as it is. Times are in centiseconds (`USER_HZ`), as netlink gives them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeState {
    /// How long a learned entry lives without traffic; less while the topology changes.
    pub ageing_time: u32,
    /// Time in the listening and in the learning state; this and the next two are the root's where
    /// another bridge is the root.
    pub forward_delay: u32,
    /// Between two STP hellos.
    pub hello_time: u32,
    /// How long a received STP hello is believed.
    pub max_age: u32,
    /// 0: no spanning tree, 1: the kernel's, 2: a program's.
    pub stp_state: u32,
    /// STP priority.
    pub priority: u16,
    /// Which link-local groups 01:80:c2:00:00:0X are forwarded (bit X); 0, 1 and 2 may not.
    pub group_fwd_mask: u16,
    /// Whether VLANs are filtered.
    pub vlan_filtering: bool,
    /// The tags that it filters by (their TPID): 0x8100 or 0x88a8; 0 where the kernel was built without
    /// VLANs of bridges.
    pub vlan_protocol: u16,
    /// The VLAN that ports are put into, as their PVID and untagged; 0 = none.
    pub vlan_default_pvid: u16,
    /// Whether frames are counted per VLAN.
    pub vlan_stats_enabled: bool,
    /// Whether each port has such counters of its own.
    pub vlan_stats_per_port: bool,
    /// Whether multicast is snooped.
    pub mcast_snooping: bool,
    /// How multicast is snooped.
    pub mcast: McastState,
    /// Whether frames to link-local groups are not learned from.
    pub no_linklocal_learn: bool,
    /// Its frames pass the hooks of IPv4 (`br_netfilter`), whatever the namespace says.
    #[serde(default)]
    pub nf_call_iptables: bool,
    /// Its frames pass the hooks of IPv6, whatever the namespace says.
    #[serde(default)]
    pub nf_call_ip6tables: bool,
    /// Its frames pass the hook of ARP, whatever the namespace says.
    #[serde(default)]
    pub nf_call_arptables: bool,
    /// The address of the bridge in its id.
    pub id_address: MacAddr,
    /// Whether the address was set by the user.
    pub address_set: bool,
    /// The last byte of the group by which its spanning tree speaks, 01:80:c2:00:00:0X.
    pub group_address: u8,
    /// Until the next garbage collection.
    pub gc_timer: u32,
    /// What its spanning tree has come to.
    pub tree: BridgeTree,
}

/// Settings of a bridge; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeSettings {
    /// See [`BridgeState::ageing_time`].
    pub ageing_time: Option<u32>,
    /// See [`BridgeState::forward_delay`]; 200 to 3000 while STP is on.
    pub forward_delay: Option<u32>,
    /// See [`BridgeState::hello_time`].
    pub hello_time: Option<u32>,
    /// See [`BridgeState::max_age`].
    pub max_age: Option<u32>,
    /// See [`BridgeState::stp_state`]; no program is asked here, so that any but 0 is the kernel's.
    pub stp_state: Option<u32>,
    /// See [`BridgeState::priority`].
    pub priority: Option<u16>,
    /// See [`BridgeState::group_fwd_mask`].
    pub group_fwd_mask: Option<u16>,
    /// The group by which its spanning tree speaks: 01:80:c2:00:00:0X, but for 1 to 3.
    pub group_address: Option<MacAddr>,
    /// See [`BridgeState::vlan_filtering`].
    pub vlan_filtering: Option<bool>,
    /// See [`BridgeState::vlan_protocol`].
    pub vlan_protocol: Option<u16>,
    /// See [`BridgeState::vlan_default_pvid`].
    pub vlan_default_pvid: Option<u16>,
    /// See [`BridgeState::vlan_stats_enabled`]; 0 or 1.
    pub vlan_stats_enabled: Option<u8>,
    /// See [`BridgeState::vlan_stats_per_port`]; 0 or 1, and only while no port is in a VLAN.
    pub vlan_stats_per_port: Option<u8>,
    /// See [`BridgeState::mcast_snooping`].
    pub mcast_snooping: Option<bool>,
    /// See [`BridgeState::mcast`].
    pub mcast: Box<McastSettings>,
    /// See [`BridgeState::no_linklocal_learn`].
    pub no_linklocal_learn: Option<bool>,
    /// See [`BridgeState::nf_call_iptables`].
    pub nf_call_iptables: Option<bool>,
    /// See [`BridgeState::nf_call_ip6tables`].
    pub nf_call_ip6tables: Option<bool>,
    /// See [`BridgeState::nf_call_arptables`].
    pub nf_call_arptables: Option<bool>,
    /// Forget every learned entry.
    pub fdb_flush: bool,
}

/// The state of a bridge's port (802.1D 8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PortState {
    /// Takes no part.
    Disabled,
    /// Listens for other bridges alone.
    Listening,
    /// Learns, does not forward.
    Learning,
    /// Forwards.
    Forwarding,
    /// Blocked by the spanning tree.
    Blocking,
}

impl PortState {
    /// All, by their numbers (`BR_STATE_*` of linux/if_bridge.h).
    pub const ALL: [PortState; 5] = [
        PortState::Disabled,
        PortState::Listening,
        PortState::Learning,
        PortState::Forwarding,
        PortState::Blocking,
    ];

    /// The state of a number, if it has one.
    #[must_use]
    pub fn of_number(number: u8) -> Option<PortState> {
        PortState::ALL.get(usize::from(number)).copied()
    }

    /// The state of a name, if it has one.
    #[must_use]
    pub fn of_name(name: &str) -> Option<PortState> {
        PortState::ALL
            .into_iter()
            .find(|state| state.name() == name)
    }

    /// Its number, by which the kernel is told of it.
    #[must_use]
    pub const fn number(self) -> u8 {
        // Its place in `ALL`.
        self as u8
    }

    /// The word that `bridge link` prints.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            PortState::Disabled => "disabled",
            PortState::Listening => "listening",
            PortState::Learning => "learning",
            PortState::Forwarding => "forwarding",
            PortState::Blocking => "blocking",
        }
    }
}

/// The switches of a bridge's port that `bridge link set` turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortFlags {
    /// Source addresses are learned.
    pub learning: bool,
    /// Unknown unicast is flooded to it.
    pub flood: bool,
    /// Unknown multicast is flooded to it.
    pub mcast_flood: bool,
    /// Broadcast is flooded to it.
    pub bcast_flood: bool,
    /// A frame may leave by the port it came from.
    pub hairpin: bool,
    /// Isolated ports do not reach each other.
    pub isolated: bool,
    /// A source must have a non-local entry on this port.
    pub locked: bool,
    /// STP frames are not taken.
    pub bpdu_guard: bool,
    /// The port may not become root.
    pub root_block: bool,
    /// Leave the group at once.
    pub fast_leave: bool,
    /// Answers ARP for neighbours that the bridge knows.
    pub proxy_arp: bool,
    /// As `proxy_arp`, for wireless.
    pub proxy_arp_wifi: bool,
    /// Multicast is sent as unicast to each member.
    pub mcast_to_unicast: bool,
    /// ARP and ND are not flooded to it.
    pub neigh_suppress: bool,
    /// Learned addresses are told to hardware.
    pub learning_sync: bool,
}

impl Default for PortFlags {
    fn default() -> PortFlags {
        PortFlags {
            learning: true,
            flood: true,
            mcast_flood: true,
            bcast_flood: true,
            hairpin: false,
            isolated: false,
            locked: false,
            bpdu_guard: false,
            root_block: false,
            fast_leave: false,
            proxy_arp: false,
            proxy_arp_wifi: false,
            mcast_to_unicast: false,
            neigh_suppress: false,
            learning_sync: false,
        }
    }
}

/// A link as a port of a bridge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgePort {
    /// Port number in the bridge, from 1.
    pub number: u16,
    /// STP state.
    pub state: PortState,
    /// STP priority, 0 to 63.
    pub priority: u16,
    /// STP path cost.
    pub cost: u32,
    /// Whether a router of groups is behind it: 0 never, 1 as queries tell, 2 always, 3 for a
    /// while.
    pub mcast_router: u8,
    /// Switches.
    pub flags: PortFlags,
    /// What the spanning tree has come to there.
    pub tree: PortTree,
}

/// Settings of a bridge's port; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the same name in PortFlags or BridgePort"
)]
pub struct BridgePortSettings {
    pub state: Option<PortState>,
    pub priority: Option<u16>,
    pub cost: Option<u32>,
    pub mcast_router: Option<u8>,
    pub learning: Option<bool>,
    pub flood: Option<bool>,
    pub mcast_flood: Option<bool>,
    pub bcast_flood: Option<bool>,
    pub hairpin: Option<bool>,
    pub isolated: Option<bool>,
    pub locked: Option<bool>,
    pub bpdu_guard: Option<bool>,
    pub root_block: Option<bool>,
    pub fast_leave: Option<bool>,
    pub proxy_arp: Option<bool>,
    pub proxy_arp_wifi: Option<bool>,
    pub mcast_to_unicast: Option<bool>,
    pub neigh_suppress: Option<bool>,
    pub learning_sync: Option<bool>,
    /// Forget what was learned on this port.
    pub fdb_flush: bool,
}

/// A line of `bridge fdb`: what is known of one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FdbEntry {
    /// The address.
    pub address: MacAddr,
    /// The VLAN, where the bridge filters them.
    pub vlan: Option<u16>,
    /// The link behind which the address is: a port, the bridge itself, or any device for `self`.
    pub dev: u32,
    /// The bridge whose database this is; none in the device's own list (`self`).
    pub master: Option<u32>,
    /// What kind of entry it is.
    pub state: FdbState,
    /// Put there by something outside the bridge.
    pub extern_learn: bool,
    /// Does not move when seen on another port.
    pub sticky: bool,
    /// Seconds since it was last used.
    pub used: u32,
    /// Seconds since it was last learned or set.
    pub updated: u32,
    /// Behind which host the address is, where packets carry what the device sends (VXLAN).
    #[serde(default)]
    pub remote: Option<Box<FdbRemote>>,
}

impl FdbEntry {
    /// Whether it is in the device's own list (`self`), and not in the database of a bridge.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.master.is_none()
    }

    /// How it is put where it may be already. Of frames for many there is a copy for each host, and an entry is
    /// one more of them.
    #[must_use]
    pub fn mode(&self) -> Mode {
        let many = self.address.is_zero() || self.address.is_multicast();
        match self.remote.is_some() && many {
            true => Mode::Append,
            false => Mode::Replace,
        }
    }
}

/// The other end of a tunnel (`NDA_DST` and what belongs to it); what is not said is the device's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FdbRemote {
    /// The host's address.
    pub dst: Option<IpAddr>,
    /// The port of UDP there.
    pub port: Option<u16>,
    /// The network (VNI) that it is told.
    pub vni: Option<u32>,
    /// The link by which packets leave (`via`).
    pub via: Option<u32>,
    /// The namespace of that link, as an id, where it is another one.
    pub via_nsid: Option<i32>,
    /// The network for whose frames the entry is (`external`).
    pub src_vni: Option<u32>,
    /// The next hop object that leads there instead.
    pub nhid: Option<u32>,
    /// A router is there.
    pub router: bool,
}

/// What kind of entry an FDB entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FdbState {
    /// An address of the bridge or of a port: delivered up, never forwarded (`permanent`).
    Local,
    /// Set by the user, forwarded, never ages (`static`).
    Static,
    /// Learned, or set as if learned (`dynamic`); ages.
    Dynamic,
    /// The same, too old to be believed while the topology changes (`stale`).
    Stale,
    /// In a device's own list of addresses, for ever (`self permanent`).
    Own,
}
