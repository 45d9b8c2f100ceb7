//! What a link has as the port of a bridge (`IFLA_BRPORT_*`, if_link.h).

use crate::bridge::id;
use crate::{Attributes, Writer};
use netloom_model::bridge::{PortFlags, PortState};
use netloom_model::spanning_tree::{PortTree, PortTreeCounters};
use netloom_model::{BridgePort, BridgePortSettings};

const STATE: u16 = 1;
const PRIORITY: u16 = 2;
const COST: u16 = 3;
const HAIRPIN: u16 = 4;
const BPDU_GUARD: u16 = 5;
const ROOT_BLOCK: u16 = 6;
const FAST_LEAVE: u16 = 7;
const LEARNING: u16 = 8;
const FLOOD: u16 = 9;
const PROXY_ARP: u16 = 10;
const LEARNING_SYNC: u16 = 11;
const PROXY_ARP_WIFI: u16 = 12;
const ROOT_ID: u16 = 13;
const BRIDGE_ID: u16 = 14;
const DESIGNATED_PORT: u16 = 15;
const DESIGNATED_COST: u16 = 16;
const NUMBER: u16 = 18;
const TOPOLOGY_CHANGE_ACK: u16 = 19;
const CONFIG_PENDING: u16 = 20;
const MESSAGE_AGE_TIMER: u16 = 21;
const FORWARD_DELAY_TIMER: u16 = 22;
const HOLD_TIMER: u16 = 23;
const FLUSH: u16 = 24;
const MCAST_ROUTER: u16 = 25;
const MCAST_FLOOD: u16 = 27;
const MCAST_TO_UNICAST: u16 = 28;
const BCAST_FLOOD: u16 = 30;
const NEIGH_SUPPRESS: u16 = 32;
const ISOLATED: u16 = 33;
const LOCKED: u16 = 39;

/// The state of a number; one that nobody knows takes no part.
pub(crate) fn state(number: u8) -> PortState {
    PortState::of_number(number).unwrap_or(PortState::Disabled)
}

/// A port as it tells of itself. What it counts of the spanning tree is told elsewhere.
pub(crate) fn decode(data: Attributes<'_>) -> BridgePort {
    let short = |kind| data.u16(kind).unwrap_or(0);
    let timer = |kind| {
        data.u64(kind)
            .map_or(0, |left| u32::try_from(left).unwrap_or(u32::MAX))
    };
    BridgePort {
        number: short(NUMBER),
        state: state(data.u8(STATE).unwrap_or(0)),
        priority: short(PRIORITY),
        cost: data.u32(COST).unwrap_or(0),
        mcast_router: data.u8(MCAST_ROUTER).unwrap_or(0),
        flags: PortFlags {
            learning: data.is_on(LEARNING),
            flood: data.is_on(FLOOD),
            mcast_flood: data.is_on(MCAST_FLOOD),
            bcast_flood: data.is_on(BCAST_FLOOD),
            hairpin: data.is_on(HAIRPIN),
            isolated: data.is_on(ISOLATED),
            locked: data.is_on(LOCKED),
            bpdu_guard: data.is_on(BPDU_GUARD),
            root_block: data.is_on(ROOT_BLOCK),
            fast_leave: data.is_on(FAST_LEAVE),
            proxy_arp: data.is_on(PROXY_ARP),
            proxy_arp_wifi: data.is_on(PROXY_ARP_WIFI),
            mcast_to_unicast: data.is_on(MCAST_TO_UNICAST),
            neigh_suppress: data.is_on(NEIGH_SUPPRESS),
            learning_sync: data.is_on(LEARNING_SYNC),
        },
        tree: PortTree {
            designated_root: id(data.get(ROOT_ID)),
            designated_cost: short(DESIGNATED_COST).into(),
            designated_bridge: id(data.get(BRIDGE_ID)),
            designated_port: short(DESIGNATED_PORT),
            topology_change_ack: data.is_on(TOPOLOGY_CHANGE_ACK),
            config_pending: data.is_on(CONFIG_PENDING),
            message_age_timer: timer(MESSAGE_AGE_TIMER),
            forward_delay_timer: timer(FORWARD_DELAY_TIMER),
            hold_timer: timer(HOLD_TIMER),
            counters: PortTreeCounters::default(),
        },
    }
}

/// What is to be set of a port.
pub(crate) fn encode(data: &mut Writer, set: &BridgePortSettings) {
    data.u16s([(PRIORITY, set.priority)]);
    data.u32s([(COST, set.cost)]);
    let switches = [
        (HAIRPIN, set.hairpin),
        (BPDU_GUARD, set.bpdu_guard),
        (ROOT_BLOCK, set.root_block),
        (FAST_LEAVE, set.fast_leave),
        (LEARNING, set.learning),
        (FLOOD, set.flood),
        (PROXY_ARP, set.proxy_arp),
        (LEARNING_SYNC, set.learning_sync),
        (PROXY_ARP_WIFI, set.proxy_arp_wifi),
        (MCAST_FLOOD, set.mcast_flood),
        (MCAST_TO_UNICAST, set.mcast_to_unicast),
        (BCAST_FLOOD, set.bcast_flood),
        (NEIGH_SUPPRESS, set.neigh_suppress),
        (ISOLATED, set.isolated),
        (LOCKED, set.locked),
    ];
    data.u8s(switches.map(|(kind, on)| (kind, on.map(u8::from))));
    data.u8s([
        (STATE, set.state.map(PortState::number)),
        (MCAST_ROUTER, set.mcast_router),
    ]);
    if set.fdb_flush {
        data.put(FLUSH, &[]);
    }
}
