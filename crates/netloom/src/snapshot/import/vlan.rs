//! VLANs of bridges: `bridge -j vlan`.

use super::item::Item;
use super::link::port_state;
use super::route::Index;
use netloom_model::bridge::PortState;
use netloom_model::vlan::{BridgeVlan, VlanStats};
use serde_json::Value;

/// The VLANs of a list of ports.
pub(super) fn vlans(list: &Value, index: Index<'_>) -> Vec<BridgeVlan> {
    let mut vlans = Vec::new();
    for port in Item::all(list) {
        let Some(dev) = port.text("ifname").map(&mut *index) else {
            continue;
        };
        for vlan in port.each("vlans") {
            let Some(first) = vlan.u16("vlan") else {
                continue;
            };
            let last = vlan.u16("vlanEnd").unwrap_or(first).min(4_094);
            vlans.extend((first..=last).map(|vid| BridgeVlan {
                dev,
                vid,
                pvid: vlan.lists("flags", "PVID"),
                untagged: vlan.lists("flags", "Egress Untagged"),
                state: port_state(vlan).unwrap_or(PortState::Forwarding),
                mcast_router: vlan.u8("mcast_router").unwrap_or(1),
                stats: VlanStats::default(),
            }));
        }
    }
    vlans
}
