//! Bridges, their ports and what they know, as a snapshot tells them.

use super::fdb::{Kind, Station};
use super::stp::Tree;
use super::{Bridge, Port, Settings, entries, multicast, suppress, vlan};
use crate::device::DevId;
use crate::link;
use crate::namespace::NsId;
use crate::net::Net;
use crate::timer::Timer;
use core::time::Duration;
use netloom_model::bridge::{BridgeState, FdbState};
use netloom_model::{BridgePort, BridgeVlan, FdbEntry, GlobalVlan, MacAddr, Time};
use netloom_wire::EtherType;

/// Makes a device, which is a bridge without ports, the bridge that was told of, with its ports by
/// their numbers. What devices have beside that is settled.
pub(crate) fn restore(
    net: &mut Net,
    master: DevId,
    told: &BridgeState,
    ports: &[(DevId, BridgePort)],
) {
    let now = net.now;
    let up = net.dev(master).is_up();
    let least = ports.iter().map(|(dev, _)| net.dev(*dev).mtu).min();
    let mtu_set = least.unwrap_or(1500) != net.dev(master).mtu;
    let mut tree = Tree::restored(told, up, now);
    for (dev, port) in ports {
        tree.restore_port((*dev, net.dev(*dev).is_running()), port, now);
    }
    let calls = tree.ask();
    for (at, timer) in calls {
        net.timers.set(at, Timer::Stp { dev: master, timer });
    }
    let seed = net.random.hash_seed();
    let mut bridge = Bridge {
        ports: ports.iter().map(|(dev, _)| *dev).collect(),
        tree,
        settings: Settings {
            group_fwd_mask: told.group_fwd_mask,
            mcast_snooping: told.mcast_snooping,
            no_linklocal_learn: told.no_linklocal_learn,
            nf_call_iptables: told.nf_call_iptables,
            nf_call_ip6tables: told.nf_call_ip6tables,
            nf_call_arptables: told.nf_call_arptables,
            address_set: told.address_set,
            mtu_set,
        },
        multicast: multicast::restore_settings(&told.mcast, up && told.mcast_snooping),
        ..Bridge::new(seed)
    };
    let filter = &mut bridge.vlan;
    filter.filtering = told.vlan_filtering;
    filter.protocol = EtherType(told.vlan_protocol);
    filter.default_pvid = told.vlan_default_pvid;
    filter.stats_enabled = told.vlan_stats_enabled;
    filter.stats_per_port = told.vlan_stats_per_port;
    if filter.group_address() != told.group_address {
        filter.group_chosen = Some(told.group_address);
    }
    if told.gc_timer > 0 {
        let at = now + Duration::from_millis(u64::from(told.gc_timer) * 10);
        bridge.fdb.set_gc(Some(at));
        net.timers.set(at, Timer::FdbGc { dev: master });
    }
    net.dev_mut(master).kind = link::Kind::Bridge(Box::new(bridge));
    for (dev, told) in ports {
        let mut multicast = multicast::PortMulticast::default();
        multicast.router = told.mcast_router;
        let device = net.dev_mut(*dev);
        device.master = Some(master);
        device.port = Some(Box::new(Port {
            bridge: master,
            number: told.number,
            state: told.state,
            flags: told.flags,
            vlans: vlan::Vlans::default(),
            multicast,
        }));
    }
    suppress::follow_flags(net, master);
    multicast::ask(net, master);
}

/// The VLANs of a bridge and its ports.
pub(crate) fn vlans(net: &mut Net, master: DevId, told: &[BridgeVlan], global: &[GlobalVlan]) {
    let ports = match &net.dev(master).kind {
        link::Kind::Bridge(bridge) => bridge.ports.clone(),
        _ => return,
    };
    vlan::restore(net, (master, &ports), told, global);
}

/// The databases of a namespace's bridges, and what devices listen to beside their own address: how
/// many entries could not be kept.
pub(crate) fn fdb(net: &mut Net, ns: NsId, told: &[FdbEntry]) -> usize {
    let now = net.now;
    let ago = |seconds: u32| Time(now.0.saturating_sub(u64::from(seconds) * 1_000_000_000));
    let mut lost = 0;
    // The newest come first.
    for entry in told.iter().rev() {
        let Some(dev) = net.ns(ns).device(entry.dev) else {
            lost += 1;
            continue;
        };
        if entry.is_own() && link::vxlan::restore(net, dev, entry) {
            continue;
        }
        let kind = match entry.state {
            FdbState::Local => Kind::Local,
            FdbState::Static => Kind::Static,
            FdbState::Dynamic | FdbState::Stale => Kind::Dynamic,
            FdbState::Own => {
                own(net, dev, entry.address);
                continue;
            }
        };
        let master = entry.master.and_then(|master| net.ns(ns).device(master));
        let station = Station {
            dev,
            kind,
            vlan: entry.vlan.unwrap_or(0),
            sticky: entry.sticky,
            extern_learn: entry.extern_learn,
            updated: ago(entry.updated),
            used: ago(entry.used),
        };
        let bridge = master.and_then(|master| super::configure::bridge(net, master));
        match (bridge, master) {
            (Some(bridge), Some(master)) => {
                bridge.fdb.insert(entry.address, station);
                if kind == Kind::Dynamic {
                    entries::schedule_gc(net, master);
                }
            }
            _ => lost += 1,
        }
    }
    lost
}

/// An address that a device listens to. Groups are told with the device's groups.
fn own(net: &mut Net, dev: DevId, address: MacAddr) {
    if !address.is_multicast() {
        let list = &mut net.dev_mut(dev).description.extra_macs;
        list.insert(0, address);
    }
}
