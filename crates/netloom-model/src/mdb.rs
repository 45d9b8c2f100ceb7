//! What a bridge knows of groups, and how it comes to know it (bridge(8) `mdb`, ip-link(8)
//! `mcast_*`).

use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// The settings of a bridge's snooping. Times are in centiseconds (`USER_HZ`), as netlink gives
/// them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "each is the word of ip-link(8) with `mcast_` before it"
)]
pub struct McastState {
    /// 0: the bridge itself is no router, 1: it is one where there are queries, 2: it is one.
    pub router: u8,
    pub query_use_ifaddr: bool,
    pub querier: bool,
    pub hash_max: u32,
    pub last_member_count: u32,
    pub startup_query_count: u32,
    pub last_member_interval: u64,
    pub membership_interval: u64,
    pub querier_interval: u64,
    pub query_interval: u64,
    pub query_response_interval: u64,
    pub startup_query_interval: u64,
    pub stats_enabled: bool,
    pub igmp_version: u8,
    pub mld_version: u8,
}

impl Default for McastState {
    fn default() -> McastState {
        McastState {
            router: 1,
            query_use_ifaddr: false,
            querier: false,
            hash_max: 4096,
            last_member_count: 2,
            startup_query_count: 2,
            last_member_interval: 100,
            membership_interval: 26_000,
            querier_interval: 25_500,
            query_interval: 12_500,
            query_response_interval: 1_000,
            startup_query_interval: 3_124,
            stats_enabled: false,
            igmp_version: 2,
            mld_version: 1,
        }
    }
}

/// What is set of [`McastState`]; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the same name in McastState"
)]
pub struct McastSettings {
    pub router: Option<u8>,
    pub query_use_ifaddr: Option<bool>,
    pub querier: Option<bool>,
    pub hash_max: Option<u32>,
    pub last_member_count: Option<u32>,
    pub startup_query_count: Option<u32>,
    pub last_member_interval: Option<u64>,
    pub membership_interval: Option<u64>,
    pub querier_interval: Option<u64>,
    pub query_interval: Option<u64>,
    pub query_response_interval: Option<u64>,
    pub startup_query_interval: Option<u64>,
    pub stats_enabled: Option<bool>,
    pub igmp_version: Option<u8>,
    pub mld_version: Option<u8>,
}

/// A group as a bridge forwards by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MdbGroup {
    /// A group of IPv4 or IPv6.
    Ip(IpAddr),
    /// A group of the link.
    Mac(MacAddr),
}

impl core::fmt::Display for MdbGroup {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            MdbGroup::Ip(group) => group.fmt(f),
            MdbGroup::Mac(group) => group.fmt(f),
        }
    }
}

/// Whether sources are listened to or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterMode {
    /// None but those listed.
    Include,
    /// All but those listed.
    Exclude,
}

impl FilterMode {
    /// The word that `bridge -d mdb` prints.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            FilterMode::Include => "include",
            FilterMode::Exclude => "exclude",
        }
    }
}

/// A line of `bridge mdb`: a port behind which a group is listened to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MdbEntry {
    /// The bridge.
    pub bridge: u32,
    /// The port; the bridge itself where its own host listens.
    pub port: u32,
    /// The group.
    pub group: MdbGroup,
    /// The one source that is meant; none: all.
    pub source: Option<IpAddr>,
    /// The VLAN; 0 = none.
    pub vid: u16,
    /// It stays until it is deleted.
    pub permanent: bool,
    /// A user set it.
    pub by_user: bool,
    /// Which sources are meant; none where the bridge does not tell them apart.
    pub filter_mode: Option<FilterMode>,
    /// Centiseconds until it is forgotten.
    pub timer: u32,
}

/// A port behind which a router of groups is, or whoever else wants every group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MdbRouter {
    /// The bridge.
    pub bridge: u32,
    /// The port.
    pub port: u32,
    /// Centiseconds until that is forgotten.
    pub timer: u32,
    /// How the port's setting has it: 1 by queries, 2 for ever, 3 for a while.
    pub kind: u8,
}
