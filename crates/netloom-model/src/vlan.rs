//! VLANs of bridges that filter them (bridge(8) `vlan`, IEEE 802.1Q clause 8).

use crate::bridge::PortState;
use serde::{Deserialize, Serialize};

/// A VLAN of a bridge's port, or of the bridge itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeVlan {
    /// The port or the bridge.
    pub dev: u32,
    /// The VLAN's number.
    pub vid: u16,
    /// Frames that come without a tag are in this VLAN.
    pub pvid: bool,
    /// Frames of this VLAN leave without a tag.
    pub untagged: bool,
    /// The spanning tree's state in this VLAN.
    pub state: PortState,
    /// Whether routers of multicast are there: 0 never, 1 learned, 2 always.
    pub mcast_router: u8,
    /// What came and went in it.
    pub stats: VlanStats,
}

/// What a bridge counts of a VLAN, where it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct VlanStats {
    pub rx_bytes: u64,
    pub rx_packets: u64,
    pub tx_bytes: u64,
    pub tx_packets: u64,
}

/// What a bridge has for a VLAN, whichever ports are in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlobalVlan {
    /// The bridge.
    pub dev: u32,
    /// The VLAN's number.
    pub vid: u16,
    /// How multicast is snooped in it.
    pub mcast: VlanMulticast,
}

macro_rules! multicast {
    ($($(#[$doc:meta])* $name:ident = $default:literal;)*) => {
        /// How multicast is snooped in a VLAN, where a bridge snoops by VLAN; times in
        /// centiseconds.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub struct VlanMulticast { $($(#[$doc])* pub $name: u64,)* }

        /// The same, to be set; what is `None` stays as it is.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct VlanMulticastSettings { $($(#[$doc])* pub $name: Option<u64>,)* }

        impl Default for VlanMulticast {
            fn default() -> VlanMulticast {
                VlanMulticast { $($name: $default,)* }
            }
        }

        impl VlanMulticast {
            /// Sets what is to be set.
            pub fn set(&mut self, set: &VlanMulticastSettings) {
                $(self.$name = set.$name.unwrap_or(self.$name);)*
            }

            /// Every setting by the word that bridge(8) has for it.
            #[must_use]
            pub fn words(&self) -> Vec<(&'static str, u64)> {
                vec![$((concat!("mcast_", stringify!($name)), self.$name),)*]
            }
        }

        impl VlanMulticastSettings {
            /// The setting that bridge(8) calls `word`.
            pub fn word(&mut self, word: &str) -> Option<&mut Option<u64>> {
                match word {
                    $(concat!("mcast_", stringify!($name)) => Some(&mut self.$name),)*
                    _ => None,
                }
            }
        }
    };
}

multicast! {
    /// Whether it is snooped.
    snooping = 1;
    /// Whether the bridge asks for members.
    querier = 0;
    /// Version of IGMP that it asks by.
    igmp_version = 2;
    /// Version of MLD that it asks by.
    mld_version = 1;
    /// Questions after a member left.
    last_member_count = 2;
    /// Between these.
    last_member_interval = 100;
    /// Questions at the beginning.
    startup_query_count = 2;
    /// Between these.
    startup_query_interval = 3124;
    /// How long a member is known.
    membership_interval = 26_000;
    /// How long another querier is known.
    querier_interval = 25_500;
    /// Between questions.
    query_interval = 12_500;
    /// How long members may take to answer.
    query_response_interval = 1_000;
}

/// Numbers of VLANs, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VlanIds {
    /// The first.
    pub first: u16,
    /// The last; the same for one.
    pub last: u16,
}

impl VlanIds {
    /// One VLAN.
    #[must_use]
    pub const fn one(vid: u16) -> VlanIds {
        VlanIds {
            first: vid,
            last: vid,
        }
    }

    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = u16> {
        self.first..=self.last
    }
}

/// What is changed about the VLANs of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VlanChange {
    /// Puts it into VLANs, or sets the two flags of those that it is in. `own`: a bridge itself,
    /// not a port.
    Add {
        /// Which.
        ids: VlanIds,
        /// See [`BridgeVlan::pvid`].
        pvid: bool,
        /// See [`BridgeVlan::untagged`].
        untagged: bool,
        /// Whether a bridge itself is meant.
        own: bool,
    },
    /// Takes it out of VLANs.
    Del {
        /// Which.
        ids: VlanIds,
        /// Whether a bridge itself is meant.
        own: bool,
    },
    /// Sets what else it has for VLANs.
    Set {
        /// Which.
        ids: VlanIds,
        /// See [`BridgeVlan::state`].
        state: Option<PortState>,
        /// See [`BridgeVlan::mcast_router`].
        mcast_router: Option<u8>,
    },
    /// Sets what a bridge has for VLANs, whichever ports are in them.
    SetGlobal {
        /// Which.
        ids: VlanIds,
        /// How multicast is snooped.
        mcast: VlanMulticastSettings,
    },
}
