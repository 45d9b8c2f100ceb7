//! VLANs of a bridge and its ports as a snapshot tells them.

use super::{Known, Vlan, Vlans, of_mut};
use crate::bridge::configure::bridge;
use crate::device::DevId;
use crate::net::Net;
use netloom_model::vlan::{VlanMulticast, VlanStats};
use netloom_model::{BridgeVlan, GlobalVlan};

/// Puts the ports of a bridge, and the bridge itself, into the VLANs in which they were.
pub(in crate::bridge) fn restore(
    net: &mut Net,
    (master, members): (DevId, &[DevId]),
    told: &[BridgeVlan],
    global: &[GlobalVlan],
) {
    let index = net.dev(master).index;
    let mut known = std::collections::BTreeMap::<u16, Known>::new();
    let own = bridge(net, master).is_some_and(|own| own.vlan.stats_per_port);
    for dev in core::iter::once(&master).chain(members) {
        let number = net.dev(*dev).index;
        let mut vlans = Vlans::default();
        for vlan in told.iter().filter(|vlan| vlan.dev == number) {
            let entry = known.entry(vlan.vid).or_default();
            entry.members += 1;
            let alone = own && *dev != master;
            if !alone {
                entry.stats = vlan.stats;
            }
            if vlan.pvid {
                vlans.pvid = vlan.vid;
            }
            vlans.list.push(Vlan {
                vid: vlan.vid,
                untagged: vlan.untagged,
                state: vlan.state,
                mcast_router: vlan.mcast_router,
                stats: if alone {
                    vlan.stats
                } else {
                    VlanStats::default()
                },
            });
        }
        vlans.list.sort_by_key(|vlan| vlan.vid);
        if let Some(there) = of_mut(net, (master, *dev)) {
            *there = vlans;
        }
    }
    for vlan in global.iter().filter(|vlan| vlan.dev == index) {
        if vlan.mcast != VlanMulticast::default() {
            known.entry(vlan.vid).or_default().mcast = Some(Box::new(vlan.mcast.clone()));
        }
    }
    if let Some(bridge) = bridge(net, master) {
        bridge.vlan.known = known;
    }
}
