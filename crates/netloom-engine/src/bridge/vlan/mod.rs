//! VLAN filtering (IEEE 802.1Q; bridge(8) `vlan`): which VLANs each port and the bridge itself are
//! in, and what a bridge has for each VLAN.
//!
//! `filter` is what becomes of a frame, `configure` what users set. A VLAN is known to the bridge as
//! long as a port or the bridge itself is in it. Tunnels for VLANs (`tunnel_info`) and multiple
//! spanning trees are left out; what is set of multicast in a VLAN is kept and decides nothing.

mod configure;
mod filter;
mod restore;

pub(super) use configure::{
    add_local, begin, default_pvid, join_default, leave_all, local_addresses, stats_per_port,
};
pub(crate) use configure::{change, list, list_global};
pub(super) use filter::{allowed_up, egress, ingress, learnable};
pub(super) use restore::restore;

use crate::device::DevId;
use crate::net::Net;
use netloom_model::bridge::PortState;
use netloom_model::vlan::{VlanMulticast, VlanStats};
use netloom_wire::EtherType;
use std::collections::BTreeMap;

/// What a bridge has for VLANs.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    /// Whether VLANs are looked at at all.
    pub(super) filtering: bool,
    /// The tags that tell a VLAN; any other is part of what the frame carries.
    pub(super) protocol: EtherType,
    /// What ports are put into; 0 = nothing.
    pub(super) default_pvid: u16,
    pub(super) stats_enabled: bool,
    pub(super) stats_per_port: bool,
    /// The last byte of the spanning tree's group, once a user chose it.
    pub(super) group_chosen: Option<u8>,
    /// The VLANs of the bridge itself.
    pub(super) own: Vlans,
    /// Every VLAN that it or a port is in.
    known: BTreeMap<u16, Known>,
}

impl Default for Filter {
    fn default() -> Filter {
        Filter {
            filtering: false,
            protocol: EtherType::VLAN,
            default_pvid: 1,
            stats_enabled: false,
            stats_per_port: false,
            group_chosen: None,
            own: Vlans::default(),
            known: BTreeMap::new(),
        }
    }
}

impl Filter {
    /// Groups 01:80:c2:00:00:0X that are forwarded whatever is set: a bridge of providers leaves
    /// those of its customers alone (802.1ad table 8-1).
    pub(super) fn group_fwd_mask(&self) -> u16 {
        if self.is_provider() { 0xb801 } else { 0 }
    }

    /// The last byte of the group 01:80:c2:00:00:0X by which its spanning tree speaks.
    pub(super) fn group_address(&self) -> u8 {
        let usual = if self.is_provider() { 8 } else { 0 };
        self.group_chosen.unwrap_or(usual)
    }

    fn is_provider(&self) -> bool {
        self.filtering && self.protocol == EtherType::QINQ
    }
}

/// A VLAN that somebody is in.
#[derive(Clone, Debug, Default)]
struct Known {
    /// How many of ports and bridge.
    members: u32,
    /// What all of them counted, or the bridge alone where ports have counters of their own.
    stats: VlanStats,
    /// What was set of multicast, once something was.
    mcast: Option<Box<VlanMulticast>>,
}

/// The VLANs of a port, or of the bridge itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vlans {
    /// In which a frame without a tag is; 0 = it is dropped.
    pvid: u16,
    /// By number.
    list: Vec<Vlan>,
}

/// A VLAN of a port.
#[derive(Clone, Copy, Debug)]
struct Vlan {
    vid: u16,
    untagged: bool,
    state: PortState,
    mcast_router: u8,
    stats: VlanStats,
}

impl Vlans {
    /// Where a VLAN is in the list, or would be.
    #[inline]
    fn place(&self, vid: u16) -> Result<usize, usize> {
        // Numbers without gaps, as they are given to trunks, are found at once.
        let first = self.list.first().map_or(0, |vlan| vlan.vid);
        let guess = usize::from(vid.wrapping_sub(first));
        match self.list.get(guess) {
            Some(vlan) if vlan.vid == vid => Ok(guess),
            _ => self.list.binary_search_by_key(&vid, |vlan| vlan.vid),
        }
    }

    #[inline]
    fn get(&self, vid: u16) -> Option<&Vlan> {
        self.place(vid).ok().map(|at| &self.list[at])
    }

    fn get_mut(&mut self, vid: u16) -> Option<&mut Vlan> {
        self.place(vid).ok().map(|at| &mut self.list[at])
    }

    /// Their numbers.
    fn ids(&self) -> Vec<u16> {
        self.list.iter().map(|vlan| vlan.vid).collect()
    }
}

/// The VLANs of a port, or of the bridge `master` itself.
#[inline]
fn of(net: &Net, (master, dev): (DevId, DevId)) -> Option<&Vlans> {
    if dev == master {
        super::forward::bridge(net, master).map(|bridge| &bridge.vlan.own)
    } else {
        net.dev(dev).port.as_ref().map(|port| &port.vlans)
    }
}

fn of_mut(net: &mut Net, (master, dev): (DevId, DevId)) -> Option<&mut Vlans> {
    if dev == master {
        super::configure::bridge(net, master).map(|bridge| &mut bridge.vlan.own)
    } else {
        net.dev_mut(dev).port.as_mut().map(|port| &mut port.vlans)
    }
}

/// The VLANs that a station could be known in behind a device, beside none.
pub(super) fn ids(net: &Net, master: DevId, dev: DevId) -> Vec<u16> {
    of(net, (master, dev)).map_or_else(Vec::new, Vlans::ids)
}
