//! What only a bridge has (`IFLA_BR_*`, if_link.h).

use crate::{Attributes, Writer, array, mac};
use netloom_model::mdb::{McastSettings, McastState};
use netloom_model::spanning_tree::{BridgeId, BridgeTree};
use netloom_model::{BridgeSettings, BridgeState};

const FORWARD_DELAY: u16 = 1;
const HELLO_TIME: u16 = 2;
const MAX_AGE: u16 = 3;
const AGEING_TIME: u16 = 4;
const STP_STATE: u16 = 5;
const PRIORITY: u16 = 6;
const VLAN_FILTERING: u16 = 7;
const VLAN_PROTOCOL: u16 = 8;
const GROUP_FWD_MASK: u16 = 9;
const ROOT_ID: u16 = 10;
const BRIDGE_ID: u16 = 11;
const ROOT_PORT: u16 = 12;
const ROOT_PATH_COST: u16 = 13;
const TOPOLOGY_CHANGE: u16 = 14;
const TOPOLOGY_CHANGE_DETECTED: u16 = 15;
const HELLO_TIMER: u16 = 16;
const TCN_TIMER: u16 = 17;
const TOPOLOGY_CHANGE_TIMER: u16 = 18;
const GC_TIMER: u16 = 19;
const GROUP_ADDRESS: u16 = 20;
const FDB_FLUSH: u16 = 21;
const MCAST_ROUTER: u16 = 22;
const MCAST_SNOOPING: u16 = 23;
const MCAST_QUERY_USE_IFADDR: u16 = 24;
const MCAST_QUERIER: u16 = 25;
const MCAST_HASH_MAX: u16 = 27;
const MCAST_LAST_MEMBER_COUNT: u16 = 28;
const MCAST_STARTUP_QUERY_COUNT: u16 = 29;
const MCAST_LAST_MEMBER_INTERVAL: u16 = 30;
const MCAST_MEMBERSHIP_INTERVAL: u16 = 31;
const MCAST_QUERIER_INTERVAL: u16 = 32;
const MCAST_QUERY_INTERVAL: u16 = 33;
const MCAST_QUERY_RESPONSE_INTERVAL: u16 = 34;
const MCAST_STARTUP_QUERY_INTERVAL: u16 = 35;
const NF_CALL_IPTABLES: u16 = 36;
const NF_CALL_IP6TABLES: u16 = 37;
const NF_CALL_ARPTABLES: u16 = 38;
const VLAN_DEFAULT_PVID: u16 = 39;
const VLAN_STATS_ENABLED: u16 = 41;
const MCAST_STATS_ENABLED: u16 = 42;
const MCAST_IGMP_VERSION: u16 = 43;
const MCAST_MLD_VERSION: u16 = 44;
const VLAN_STATS_PER_PORT: u16 = 45;
const BOOLEANS: u16 = 46;

/// Among the booleans (`BR_BOOLOPT_*`): frames to link-local groups are not learned from.
const NO_LINKLOCAL_LEARN: u32 = 1;

/// The id of a bridge: its priority, then its address.
pub(crate) fn id(value: Option<&[u8]>) -> BridgeId {
    let value = value.unwrap_or_default();
    BridgeId {
        priority: array(value, 0).map_or(0, u16::from_be_bytes),
        address: mac(value.get(2..8)),
    }
}

/// A bridge as it tells of itself. Whether somebody set its address is not told.
pub(crate) fn decode(data: Attributes<'_>) -> BridgeState {
    let number = |kind| data.u32(kind).unwrap_or(0);
    let short = |kind| data.u16(kind).unwrap_or(0);
    let timer = |kind| {
        data.u64(kind)
            .map_or(0, |left| u32::try_from(left).unwrap_or(u32::MAX))
    };
    let group = data.get(GROUP_ADDRESS).and_then(|group| group.last());
    BridgeState {
        ageing_time: number(AGEING_TIME),
        forward_delay: number(FORWARD_DELAY),
        hello_time: number(HELLO_TIME),
        max_age: number(MAX_AGE),
        stp_state: number(STP_STATE),
        priority: short(PRIORITY),
        group_fwd_mask: short(GROUP_FWD_MASK),
        vlan_filtering: data.is_on(VLAN_FILTERING),
        vlan_protocol: short(VLAN_PROTOCOL).swap_bytes(),
        vlan_default_pvid: short(VLAN_DEFAULT_PVID),
        vlan_stats_enabled: data.is_on(VLAN_STATS_ENABLED),
        vlan_stats_per_port: data.is_on(VLAN_STATS_PER_PORT),
        mcast_snooping: data.is_on(MCAST_SNOOPING),
        mcast: multicast(data),
        no_linklocal_learn: number(BOOLEANS) & NO_LINKLOCAL_LEARN != 0,
        nf_call_iptables: data.is_on(NF_CALL_IPTABLES),
        nf_call_ip6tables: data.is_on(NF_CALL_IP6TABLES),
        nf_call_arptables: data.is_on(NF_CALL_ARPTABLES),
        id_address: id(data.get(BRIDGE_ID)).address,
        address_set: false,
        group_address: group.map_or(0, |last| last & 0xf),
        gc_timer: timer(GC_TIMER),
        tree: BridgeTree {
            root: id(data.get(ROOT_ID)),
            root_port: short(ROOT_PORT),
            root_path_cost: number(ROOT_PATH_COST),
            topology_change: data.is_on(TOPOLOGY_CHANGE),
            topology_change_detected: data.is_on(TOPOLOGY_CHANGE_DETECTED),
            hello_timer: timer(HELLO_TIMER),
            tcn_timer: timer(TCN_TIMER),
            topology_change_timer: timer(TOPOLOGY_CHANGE_TIMER),
        },
    }
}

fn multicast(data: Attributes<'_>) -> McastState {
    let byte = |kind| data.u8(kind).unwrap_or(0);
    let number = |kind| data.u32(kind).unwrap_or(0);
    let interval = |kind| data.u64(kind).unwrap_or(0);
    McastState {
        router: byte(MCAST_ROUTER),
        query_use_ifaddr: data.is_on(MCAST_QUERY_USE_IFADDR),
        querier: data.is_on(MCAST_QUERIER),
        hash_max: number(MCAST_HASH_MAX),
        last_member_count: number(MCAST_LAST_MEMBER_COUNT),
        startup_query_count: number(MCAST_STARTUP_QUERY_COUNT),
        last_member_interval: interval(MCAST_LAST_MEMBER_INTERVAL),
        membership_interval: interval(MCAST_MEMBERSHIP_INTERVAL),
        querier_interval: interval(MCAST_QUERIER_INTERVAL),
        query_interval: interval(MCAST_QUERY_INTERVAL),
        query_response_interval: interval(MCAST_QUERY_RESPONSE_INTERVAL),
        startup_query_interval: interval(MCAST_STARTUP_QUERY_INTERVAL),
        stats_enabled: data.is_on(MCAST_STATS_ENABLED),
        igmp_version: byte(MCAST_IGMP_VERSION),
        mld_version: byte(MCAST_MLD_VERSION),
    }
}

/// What is to be set of a bridge.
pub(crate) fn encode(data: &mut Writer, set: &BridgeSettings) {
    data.u32s([
        (AGEING_TIME, set.ageing_time),
        (FORWARD_DELAY, set.forward_delay),
        (HELLO_TIME, set.hello_time),
        (MAX_AGE, set.max_age),
        (STP_STATE, set.stp_state),
    ]);
    data.u16s([
        (PRIORITY, set.priority),
        (GROUP_FWD_MASK, set.group_fwd_mask),
        (VLAN_PROTOCOL, set.vlan_protocol.map(u16::swap_bytes)),
        (VLAN_DEFAULT_PVID, set.vlan_default_pvid),
    ]);
    data.u8s([
        (VLAN_FILTERING, set.vlan_filtering.map(u8::from)),
        (VLAN_STATS_ENABLED, set.vlan_stats_enabled),
        (VLAN_STATS_PER_PORT, set.vlan_stats_per_port),
        (MCAST_SNOOPING, set.mcast_snooping.map(u8::from)),
        (NF_CALL_IPTABLES, set.nf_call_iptables.map(u8::from)),
        (NF_CALL_IP6TABLES, set.nf_call_ip6tables.map(u8::from)),
        (NF_CALL_ARPTABLES, set.nf_call_arptables.map(u8::from)),
        (FDB_FLUSH, set.fdb_flush.then_some(1)),
    ]);
    if let Some(group) = set.group_address {
        data.put(GROUP_ADDRESS, &group.0);
    }
    if let Some(on) = set.no_linklocal_learn {
        let value = if on { NO_LINKLOCAL_LEARN } else { 0 };
        let both = [value.to_le_bytes(), NO_LINKLOCAL_LEARN.to_le_bytes()];
        data.put(BOOLEANS, &both.concat());
    }
    set_multicast(data, &set.mcast);
}

fn set_multicast(data: &mut Writer, set: &McastSettings) {
    data.u8s([
        (MCAST_ROUTER, set.router),
        (MCAST_QUERY_USE_IFADDR, set.query_use_ifaddr.map(u8::from)),
        (MCAST_QUERIER, set.querier.map(u8::from)),
        (MCAST_STATS_ENABLED, set.stats_enabled.map(u8::from)),
        (MCAST_IGMP_VERSION, set.igmp_version),
        (MCAST_MLD_VERSION, set.mld_version),
    ]);
    data.u32s([
        (MCAST_HASH_MAX, set.hash_max),
        (MCAST_LAST_MEMBER_COUNT, set.last_member_count),
        (MCAST_STARTUP_QUERY_COUNT, set.startup_query_count),
    ]);
    data.u64s([
        (MCAST_LAST_MEMBER_INTERVAL, set.last_member_interval),
        (MCAST_MEMBERSHIP_INTERVAL, set.membership_interval),
        (MCAST_QUERIER_INTERVAL, set.querier_interval),
        (MCAST_QUERY_INTERVAL, set.query_interval),
        (MCAST_QUERY_RESPONSE_INTERVAL, set.query_response_interval),
        (MCAST_STARTUP_QUERY_INTERVAL, set.startup_query_interval),
    ]);
}
