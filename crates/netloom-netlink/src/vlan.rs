//! VLANs of bridges and their ports (`struct br_vlan_msg`, `BRIDGE_VLANDB_*`, if_bridge.h; bridge(8)
//! `vlan`). Kernels before 5.6 tell them with the ports alone (`IFLA_AF_SPEC`), and that is how all are put
//! into VLANs and taken out.
//!
//! Left out: tunnels of VLANs, and what a bridge learned of routers of multicast in each.

use crate::{Attributes, BRIDGE, Writer, kind, link, port, u16_at, u32_at};
use netloom_model::bridge::PortState;
use netloom_model::vlan::{VlanMulticast, VlanMulticastSettings, VlanStats};
use netloom_model::{BridgeVlan, GlobalVlan, VlanChange, VlanIds};

/// The length of the fixed part.
const FIXED: usize = 8;

const ENTRY: u16 = 1;
const GLOBAL: u16 = 2;

/// Inside an entry: flags and number, the last number of a range.
const INFO: u16 = 1;
const RANGE: u16 = 2;
const STATE: u16 = 3;
const STATS: u16 = 5;
const MCAST_ROUTER: u16 = 6;

/// Inside what a bridge has for all ports: the number, the last of a range.
const ID: u16 = 1;
const ID_RANGE: u16 = 2;

/// Flags of a VLAN (`BRIDGE_VLAN_INFO_*`).
const PVID: u16 = 1 << 1;
const UNTAGGED: u16 = 1 << 2;
const BEGIN: u16 = 1 << 3;
const END: u16 = 1 << 4;
const OPTIONS_ONLY: u16 = 1 << 6;

/// What is told of a VLAN where a kernel says no more than that it is there.
const ROUTER_LEARNED: u8 = 1;

/// What is dumped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dump {
    /// The VLANs of ports and bridges with what they count.
    Members,
    /// What bridges have for each VLAN.
    Global,
}

/// The body of a request for all of them (`RTM_GETVLAN`).
#[must_use]
pub fn ask(what: Dump) -> Writer {
    const FLAGS: u16 = 1;
    let mut body = Writer::new(&fixed(0));
    body.u32(
        FLAGS,
        match what {
            Dump::Members => 1,
            Dump::Global => 2,
        },
    );
    body
}

fn fixed(dev: u32) -> [u8; FIXED] {
    let mut fixed = [0; FIXED];
    fixed[0] = BRIDGE;
    fixed[4..8].copy_from_slice(&dev.to_le_bytes());
    fixed
}

/// The VLANs of the device of a message's body.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Vec<BridgeVlan>> {
    let dev = u32_at(body, 4)?;
    let entries = Attributes::behind(body, FIXED).filter(|(kind, _)| *kind == ENTRY);
    let each = entries.filter_map(|(_, value)| members(dev, Attributes::new(value)));
    Some(each.flatten().collect())
}

fn members(dev: u32, entry: Attributes<'_>) -> Option<impl Iterator<Item = BridgeVlan>> {
    let info = entry.get(INFO)?;
    let (flags, first) = (u16_at(info, 0)?, u16_at(info, 2)?);
    let stats = entry.inside(STATS);
    let count = |kind| stats.u64(kind).unwrap_or(0);
    let vlan = BridgeVlan {
        state: port::state(entry.u8(STATE)?),
        mcast_router: entry.u8(MCAST_ROUTER).unwrap_or(ROUTER_LEARNED),
        stats: VlanStats {
            rx_bytes: count(1),
            rx_packets: count(2),
            tx_bytes: count(3),
            tx_packets: count(4),
        },
        ..plain(dev, first, flags)
    };
    Some(range(first, entry.u16(RANGE)).map(move |vid| BridgeVlan {
        vid,
        ..vlan.clone()
    }))
}

fn plain(dev: u32, vid: u16, flags: u16) -> BridgeVlan {
    BridgeVlan {
        dev,
        vid,
        pvid: flags & PVID != 0,
        untagged: flags & UNTAGGED != 0,
        state: PortState::Forwarding,
        mcast_router: ROUTER_LEARNED,
        stats: VlanStats::default(),
    }
}

/// The numbers from the first to the last, which are twelve bits.
fn range(first: u16, last: Option<u16>) -> impl Iterator<Item = u16> {
    const NUMBERS: u16 = 4096;
    first..=last.unwrap_or(first).min(NUMBERS).max(first)
}

/// What the bridge of a message's body has for each VLAN.
#[must_use]
pub fn global(body: &[u8]) -> Option<Vec<GlobalVlan>> {
    let dev = u32_at(body, 4)?;
    let told = Attributes::behind(body, FIXED).filter(|(kind, _)| *kind == GLOBAL);
    let mut all = Vec::new();
    for (_, value) in told {
        let told = Attributes::new(value);
        let Some(first) = told.u16(ID) else {
            continue;
        };
        let mut mcast = VlanMulticast::default();
        mcast.set(&settings(told));
        all.extend(range(first, told.u16(ID_RANGE)).map(|vid| GlobalVlan {
            dev,
            vid,
            mcast: mcast.clone(),
        }));
    }
    Some(all)
}

/// How many bytes a setting of multicast has.
#[derive(Clone, Copy)]
enum Width {
    One,
    Four,
    Eight,
}

/// The settings of multicast by their attributes (`BRIDGE_VLANDB_GOPTS_*`), and bridge(8)'s words for them.
const SETTINGS: [(u16, Width, &str); 12] = [
    (3, Width::One, "mcast_snooping"),
    (4, Width::One, "mcast_igmp_version"),
    (5, Width::One, "mcast_mld_version"),
    (6, Width::Four, "mcast_last_member_count"),
    (7, Width::Four, "mcast_startup_query_count"),
    (8, Width::Eight, "mcast_last_member_interval"),
    (10, Width::Eight, "mcast_membership_interval"),
    (11, Width::Eight, "mcast_querier_interval"),
    (12, Width::Eight, "mcast_query_interval"),
    (13, Width::Eight, "mcast_query_response_interval"),
    (14, Width::Eight, "mcast_startup_query_interval"),
    (15, Width::One, "mcast_querier"),
];

fn settings(told: Attributes<'_>) -> VlanMulticastSettings {
    let mut set = VlanMulticastSettings::default();
    for (kind, width, word) in SETTINGS {
        let value = match width {
            Width::One => told.u8(kind).map(u64::from),
            Width::Four => told.u32(kind).map(u64::from),
            Width::Eight => told.u64(kind),
        };
        if let Some(place) = set.word(word) {
            *place = value;
        }
    }
    set
}

/// The body of a request for all ports and bridges with their VLANs, as kernels tell them that have no
/// messages for VLANs.
#[must_use]
pub fn ask_links() -> Writer {
    const EXT_MASK: u16 = 29;
    const WITH_VLANS: u32 = 2;
    let mut fixed = [0; link::FIXED];
    fixed[0] = BRIDGE;
    let mut body = Writer::new(&fixed);
    body.u32(EXT_MASK, WITH_VLANS);
    body
}

const AF_SPEC: u16 = 26;
const VLAN_INFO: u16 = 2;

/// The VLANs of the port or the bridge of a message about a link.
#[must_use]
pub fn of_link(body: &[u8]) -> Option<Vec<BridgeVlan>> {
    let dev = u32_at(body, 4)?;
    let told = Attributes::behind(body, link::FIXED).inside(AF_SPEC);
    let told = told.filter(|(kind, _)| *kind == VLAN_INFO);
    let vlan = |(_, info): (u16, &[u8])| Some(plain(dev, u16_at(info, 2)?, u16_at(info, 0)?));
    Some(told.filter_map(vlan).collect())
}

/// The request that carries a change out: its kind and its body.
#[must_use]
pub fn change(dev: u32, change: &VlanChange) -> (u16, Writer) {
    match change {
        VlanChange::Add {
            ids,
            pvid,
            untagged,
            own,
        } => {
            let mut flags = if *pvid { PVID } else { 0 };
            flags |= if *untagged { UNTAGGED } else { 0 };
            (kind::LINK + kind::SET, membership(dev, *ids, flags, *own))
        }
        VlanChange::Del { ids, own } => {
            let body = membership(dev, *ids, 0, *own);
            (kind::LINK + kind::DELETE, body)
        }
        VlanChange::Set {
            ids,
            state,
            mcast_router,
        } => {
            let mut body = Writer::new(&fixed(dev));
            body.nest(ENTRY, |entry| {
                entry.put(INFO, &info(OPTIONS_ONLY, ids.first));
                last(entry, RANGE, *ids);
                entry.u8s([
                    (STATE, state.map(PortState::number)),
                    (MCAST_ROUTER, *mcast_router),
                ]);
            });
            (kind::VLAN, body)
        }
        VlanChange::SetGlobal { ids, mcast } => {
            let mut body = Writer::new(&fixed(dev));
            body.nest(GLOBAL, |told| {
                told.u16(ID, ids.first);
                last(told, ID_RANGE, *ids);
                set(told, mcast);
            });
            (kind::VLAN, body)
        }
    }
}

fn info(flags: u16, vid: u16) -> [u8; 4] {
    let ([a, b], [c, d]) = (flags.to_le_bytes(), vid.to_le_bytes());
    [a, b, c, d]
}

fn last(body: &mut Writer, kind: u16, ids: VlanIds) {
    if ids.last != ids.first {
        body.u16(kind, ids.last);
    }
}

/// Which VLANs a device is in or leaves; a range is two, its first and its last.
fn membership(dev: u32, ids: VlanIds, flags: u16, own: bool) -> Writer {
    const WHOSE: u16 = 0;
    /// The bridge itself, not the bridge of the port (`BRIDGE_FLAGS_SELF`).
    const SELF: u16 = 2;
    let mut fixed = [0; link::FIXED];
    fixed[0] = BRIDGE;
    fixed[4..8].copy_from_slice(&dev.to_le_bytes());
    let mut body = Writer::new(&fixed);
    let mut inside = Writer::default();
    if own {
        inside.u16(WHOSE, SELF);
    }
    if ids.first == ids.last {
        inside.put(VLAN_INFO, &info(flags, ids.first));
    } else {
        inside.put(VLAN_INFO, &info(flags | BEGIN, ids.first));
        inside.put(VLAN_INFO, &info(flags | END, ids.last));
    }
    // Kernels before 5.2 take no other form of it.
    body.put(AF_SPEC, inside.bytes());
    body
}

fn set(body: &mut Writer, mcast: &VlanMulticastSettings) {
    let mut mcast = mcast.clone();
    for (kind, width, word) in SETTINGS {
        let Some(value) = mcast.word(word).and_then(|value| *value) else {
            continue;
        };
        match width {
            Width::One => body.u8(kind, value as u8),
            Width::Four => body.u32(kind, value as u32),
            Width::Eight => body.u64(kind, value),
        }
    }
}

#[cfg(test)]
mod tests;
