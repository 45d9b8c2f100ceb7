//! Ethernet bridges (IEEE 802.1D, bridge(8)): learning, forwarding, flooding.
//!
//! `forward` is the way of a frame, `fdb` what is known of stations, `configure` what users set,
//! `entries` the database as users see and change it. Spanning tree, VLAN filtering and multicast
//! snooping are not here yet: their settings are kept, groups are flooded.

mod configure;
mod entries;
mod fdb;
mod forward;
pub(crate) mod multicast;

pub(crate) use configure::{
    address_set, attach, configure, configure_port, detach, mtu_set, port_changed,
};
pub(crate) use entries::{add_fdb, del_fdb, gc, list_fdb};
pub(crate) use forward::{receive, transmit};

use crate::device::{DevId, Device};
use crate::net::Net;
use core::time::Duration;
use fdb::Fdb;
use multicast::Multicast;
use netloom_model::bridge::{PortFlags, PortState};
use netloom_model::{BridgePort, BridgeState, MacAddr};

/// A bridge.
#[derive(Clone, Debug)]
pub(crate) struct Bridge {
    /// Its ports, by number.
    ports: Vec<DevId>,
    fdb: Fdb,
    multicast: Multicast,
    settings: Settings,
}

/// What users set; times in centiseconds.
#[derive(Clone, Debug)]
struct Settings {
    ageing_time: u32,
    forward_delay: u32,
    hello_time: u32,
    max_age: u32,
    stp_state: u32,
    priority: u16,
    group_fwd_mask: u16,
    vlan_filtering: bool,
    mcast_snooping: bool,
    no_linklocal_learn: bool,
    /// The user chose the hardware address, the MTU: they follow the ports no more.
    address_set: bool,
    mtu_set: bool,
}

/// A device as a port of a bridge.
#[derive(Clone, Debug)]
pub(crate) struct Port {
    pub(crate) bridge: DevId,
    pub(crate) number: u16,
    state: PortState,
    priority: u16,
    cost: u32,
    flags: PortFlags,
}

impl Bridge {
    /// A bridge without ports, as `ip link add type bridge` makes it; the seed is its database's.
    pub(crate) fn new(seed: [u64; 2]) -> Bridge {
        Bridge {
            ports: Vec::new(),
            fdb: Fdb::new(seed),
            multicast: Multicast::default(),
            settings: Settings {
                ageing_time: 30_000,
                forward_delay: 1_500,
                hello_time: 200,
                max_age: 2_000,
                stp_state: 0,
                priority: 0x8000,
                group_fwd_mask: 0,
                vlan_filtering: false,
                mcast_snooping: true,
                no_linklocal_learn: false,
                address_set: false,
                mtu_set: false,
            },
        }
    }

    /// Its ports, by number.
    pub(crate) fn ports(&self) -> &[DevId] {
        &self.ports
    }

    /// A bridge has carrier while one of its ports forwards.
    pub(crate) fn carrier(&self, net: &Net) -> bool {
        self.ports
            .iter()
            .any(|port| net.dev(*port).port.as_ref().is_some_and(|p| p.forwards()))
    }

    /// How long a learned entry lives.
    fn ageing(&self) -> Duration {
        Duration::from_nanos(self.ageing_nanos())
    }

    /// The same in nanoseconds: what every frame asks.
    fn ageing_nanos(&self) -> u64 {
        u64::from(self.settings.ageing_time) * 10_000_000
    }

    /// As the model tells it.
    pub(crate) fn describe(&self, net: &Net, device: &Device) -> BridgeState {
        let settings = &self.settings;
        let id_address = if self.ports.is_empty() && !settings.address_set {
            MacAddr::ZERO
        } else {
            device.mac
        };
        let gc = self
            .fdb
            .next_gc()
            .map_or(0, |at| at.since(net.now).as_millis() / 10);
        BridgeState {
            ageing_time: settings.ageing_time,
            forward_delay: settings.forward_delay,
            hello_time: settings.hello_time,
            max_age: settings.max_age,
            stp_state: settings.stp_state,
            priority: settings.priority,
            group_fwd_mask: settings.group_fwd_mask,
            vlan_filtering: settings.vlan_filtering,
            mcast_snooping: settings.mcast_snooping,
            no_linklocal_learn: settings.no_linklocal_learn,
            id_address,
            address_set: settings.address_set,
            gc_timer: gc as u32,
        }
    }
}

impl Port {
    fn forwards(&self) -> bool {
        self.state == PortState::Forwarding
    }

    /// Whether its state lets it learn.
    fn learns(&self) -> bool {
        matches!(self.state, PortState::Learning | PortState::Forwarding)
    }

    /// As the model tells it.
    pub(crate) fn describe(&self) -> BridgePort {
        BridgePort {
            number: self.number,
            state: self.state,
            priority: self.priority,
            cost: self.cost,
            flags: self.flags,
        }
    }
}
