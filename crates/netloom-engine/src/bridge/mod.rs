//! Ethernet bridges (IEEE 802.1D, bridge(8)): learning, forwarding, flooding.
//!
//! `forward` is the way of a frame, `learn` and `fdb` what is known of stations, `configure` what
//! users set, `entries` the database as users see and change it, `stp` the spanning tree, `vlan`
//! what is filtered by VLAN. Multicast snooping is not here yet: its settings are kept, groups are
//! flooded.

mod configure;
mod entries;
mod fdb;
mod flood;
mod forward;
mod learn;
pub(crate) mod multicast;
mod netfilter;
mod restore;
mod stp;
mod suppress;
mod told;
mod vlan;

pub(crate) use configure::{
    address_set, attach, configure, configure_port, detach, dissolved, made, mtu_set, port_changed,
    up_changed,
};
pub(crate) use entries::{add_fdb, del_fdb, flush_fdb, gc, list_fdb};
pub(crate) use forward::{receive, transmit};
pub(crate) use netfilter::answer;
pub(crate) use restore::{fdb as restore_fdb, restore, vlans as restore_vlans};
pub(crate) use stp::{StpTimer, set_states, settle, timer};
pub(crate) use vlan::{
    change as change_vlans, list as list_vlans, list_global as list_global_vlans,
};

use crate::device::DevId;
use crate::link::Kind;
use crate::net::Net;
use core::time::Duration;
use fdb::Fdb;
use multicast::{Multicast, PortMulticast};
use netloom_model::bridge::{PortFlags, PortState};
use netloom_model::{BridgePort, BridgeState};
use stp::Tree;

/// A bridge.
#[derive(Clone, Debug)]
pub(crate) struct Bridge {
    /// Its ports, by number.
    ports: Vec<DevId>,
    fdb: Fdb,
    multicast: Multicast,
    tree: Tree,
    settings: Settings,
    vlan: vlan::Filter,
    /// Whether it answers for neighbours.
    answers: suppress::Answers,
}

/// What users set, beside what the spanning tree has.
#[derive(Clone, Debug)]
struct Settings {
    group_fwd_mask: u16,
    mcast_snooping: bool,
    no_linklocal_learn: bool,
    /// Whether its frames pass the hooks of IPv4, IPv6 and ARP, whatever the namespace says.
    nf_call_iptables: bool,
    nf_call_ip6tables: bool,
    nf_call_arptables: bool,
    /// The user chose the hardware address, the MTU: they follow the ports no more.
    address_set: bool,
    mtu_set: bool,
}

/// A device as a port of a bridge. What every frame asks of it comes first.
#[derive(Clone, Debug)]
#[repr(C)]
pub(crate) struct Port {
    pub(crate) bridge: DevId,
    pub(crate) number: u16,
    /// The state that the spanning tree gave it, where frames look.
    state: PortState,
    flags: PortFlags,
    vlans: vlan::Vlans,
    multicast: PortMulticast,
}

impl Bridge {
    /// A bridge without ports, as `ip link add type bridge` makes it; the seed is its database's.
    pub(crate) fn new(seed: [u64; 2]) -> Bridge {
        Bridge {
            ports: Vec::new(),
            fdb: Fdb::new(seed),
            multicast: Multicast::default(),
            tree: Tree::default(),
            settings: Settings {
                group_fwd_mask: 0,
                mcast_snooping: true,
                no_linklocal_learn: false,
                nf_call_iptables: false,
                nf_call_ip6tables: false,
                nf_call_arptables: false,
                address_set: false,
                mtu_set: false,
            },
            vlan: vlan::Filter::default(),
            answers: suppress::Answers::default(),
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
        self.tree.ageing_nanos()
    }

    /// As the model tells it.
    pub(crate) fn describe(&self, net: &Net) -> BridgeState {
        let settings = &self.settings;
        let id = self.tree.id();
        let [forward_delay, hello_time, max_age] = self.tree.times();
        let gc = self
            .fdb
            .next_gc()
            .map_or(0, |at| at.since(net.now).as_millis() / 10);
        BridgeState {
            ageing_time: self.tree.ageing_time(),
            forward_delay,
            hello_time,
            max_age,
            stp_state: self.tree.is_enabled().into(),
            priority: id.priority,
            group_fwd_mask: settings.group_fwd_mask,
            vlan_filtering: self.vlan.filtering,
            vlan_protocol: self.vlan.protocol.0,
            vlan_default_pvid: self.vlan.default_pvid,
            vlan_stats_enabled: self.vlan.stats_enabled,
            vlan_stats_per_port: self.vlan.stats_per_port,
            group_address: self.vlan.group_address(),
            mcast_snooping: settings.mcast_snooping,
            mcast: self.multicast.settings.clone(),
            no_linklocal_learn: settings.no_linklocal_learn,
            nf_call_iptables: settings.nf_call_iptables,
            nf_call_ip6tables: settings.nf_call_ip6tables,
            nf_call_arptables: settings.nf_call_arptables,
            id_address: id.mac,
            address_set: settings.address_set,
            gc_timer: gc as u32,
            tree: self.tree.describe(net.now),
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
    pub(crate) fn describe(&self, net: &Net) -> BridgePort {
        let tree = match &net.dev(self.bridge).kind {
            Kind::Bridge(bridge) => bridge.tree.describe_port(self.number, net.now),
            _ => None,
        };
        let (priority, cost, tree) = tree.unwrap_or_default();
        BridgePort {
            number: self.number,
            state: self.state,
            priority,
            cost,
            mcast_router: self.multicast.router,
            flags: self.flags,
            tree,
        }
    }
}
