//! Ports come and go, settings are set (`br_add_if`, `br_del_if`, `br_changelink`, `br_setport`).

use super::{Bridge, Port, multicast, suppress, told, vlan};
use crate::device::DevId;
use crate::link;
use crate::net::Net;
use crate::notify;
use netloom_model::bridge::{PortFlags, PortState};
use netloom_model::{BridgePortSettings, BridgeSettings, Errno, Error, MacAddr, Result};
use netloom_wire::EtherType;
use netloom_wire::vlan::MAX_ID;

/// Most ports of a bridge (`BR_MAX_PORTS` - 1).
const PORTS: u16 = 1023;

pub(super) fn bridge(net: &mut Net, dev: DevId) -> Option<&mut Bridge> {
    match &mut net.dev_mut(dev).kind {
        link::Kind::Bridge(bridge) => Some(bridge),
        _ => None,
    }
}

/// Makes a device a port.
pub(crate) fn attach(net: &mut Net, master: DevId, dev: DevId) -> Result<Followed> {
    let device = net.dev(dev);
    if device.is_loopback() || !device.kind.has_ethernet() {
        return Err(Errno::INVAL.into());
    }
    if let link::Kind::Bridge(_) = device.kind {
        return Err(Error::with(
            Errno::LOOP,
            "Can not enslave a bridge to a bridge",
        ));
    }
    if device.port.is_some() {
        return Err(Errno::BUSY.into());
    }
    let (mac, now, cost) = (device.mac, net.now, path_cost(&device.kind));
    let number = free_number(net, master).ok_or(Errno::E2BIG)?;
    let port = Port {
        bridge: master,
        number,
        state: PortState::Disabled,
        flags: PortFlags::default(),
        vlans: vlan::Vlans::default(),
        multicast: multicast::PortMulticast::default(),
    };
    let device = net.dev_mut(dev);
    device.port = Some(Box::new(port));
    device.master = Some(master);
    device.promiscuity += 1;
    device.allmulti += 1;
    if let Some(bridge) = bridge(net, master) {
        let at = usize::from(number - 1).min(bridge.ports.len());
        bridge.ports.insert(at, dev);
        bridge.tree.at(now).add(dev, number, cost);
    }
    // By the master that it has, and by the port that it is.
    notify::link(net, dev);
    notify::link(net, dev);
    if bridge(net, master).is_some_and(|bridge| bridge.ports.len() == 1) {
        notify::bridge::features(net, master);
    }
    vlan::add_local(net, (master, dev), mac, 0);
    vlan::join_default(net, (master, dev));
    Ok(changed(net, dev))
}

/// The cost of the way by a device, after its speed (802.1D-1998 table 8-5, and what Linux added).
fn path_cost(kind: &link::Kind) -> u32 {
    match kind {
        // They say that they run at 10 Gbit/s.
        link::Kind::Veth(_) | link::Kind::Tun(_) => 2,
        // They say nothing.
        link::Kind::Loopback
        | link::Kind::Dummy
        | link::Kind::Bridge(_)
        | link::Kind::Outside(_) => 100,
    }
}

/// The least port number that is free.
fn free_number(net: &mut Net, master: DevId) -> Option<u16> {
    let ports = bridge(net, master)?.ports.clone();
    // Ports stand in the order of their numbers: the first gap is the first that is not at its
    // place.
    let numbers = ports
        .iter()
        .filter_map(|port| net.dev(*port).port.as_ref().map(|p| p.number));
    let gap = numbers.zip(1..).find(|(number, place)| number != place);
    let free = gap.map_or(ports.len() as u16 + 1, |(_, place)| place);
    (free <= PORTS).then_some(free)
}

/// A device is a port no more; what was known behind it is forgotten. `stays`: the device does.
pub(crate) fn detach(net: &mut Net, dev: DevId, stays: bool) {
    let Some(master) = net.dev(dev).master else {
        return;
    };
    leave(net, dev, stays);
    let followed = follow_ports(net, master);
    let alone = bridge(net, master).is_some_and(|bridge| bridge.ports.is_empty());
    if alone && followed.address {
        notify::bridge::left_alone(net, master, false);
    } else {
        followed.tell(net, master);
    }
    if alone {
        notify::bridge::left_alone(net, master, true);
    }
}

/// A bridge is dissolved: its ports are let go, and what it knows is forgotten.
pub(crate) fn dissolved(net: &mut Net, master: DevId) {
    let ports = bridge(net, master).map_or_else(Vec::new, |bridge| bridge.ports.clone());
    for dev in ports {
        leave(net, dev, true);
    }
    told::forget(net, master, |_, _| true);
}

fn leave(net: &mut Net, dev: DevId, stays: bool) {
    let now = net.now;
    if stays {
        notify::link(net, dev);
    }
    if let Some(port) = &mut net.dev_mut(dev).port {
        port.state = PortState::Disabled;
        notify::bridge::port(net, dev);
    }
    notify::bridge::port_gone(net, dev);
    multicast::port_down(net, dev, true);
    let device = net.dev_mut(dev);
    let Some(port) = device.port.take() else {
        return;
    };
    device.master = None;
    device.promiscuity = device.promiscuity.saturating_sub(1);
    device.allmulti = device.allmulti.saturating_sub(1);
    if let Some(bridge) = bridge(net, port.bridge) {
        bridge.ports.retain(|p| *p != dev);
        bridge.tree.at(now).remove(port.number);
    }
    told::forget(net, port.bridge, |_, station| station.dev == dev);
    suppress::follow_flags(net, port.bridge);
    vlan::leave_all(net, port.bridge, &port.vlans);
    if stays {
        notify::link(net, dev);
    }
}

/// A port changed: up or down, carrier, address, MTU.
pub(crate) fn port_changed(net: &mut Net, dev: DevId) {
    let followed = changed(net, dev);
    if let Some(port) = &net.dev(dev).port {
        followed.tell(net, port.bridge);
    }
}

/// The same, before the bridge is told of.
fn changed(net: &mut Net, dev: DevId) -> Followed {
    let device = net.dev_mut(dev);
    let (running, mac, now) = (device.is_running(), device.mac, net.now);
    let Some(port) = &net.dev(dev).port else {
        return Followed::default();
    };
    let (master, number) = (port.bridge, port.number);
    if let Some(bridge) = bridge(net, master)
        && bridge.fdb.get(mac, 0).is_none_or(|s| !s.is_local())
    {
        told::forget(net, master, |m, s| s.dev == dev && s.is_local() && m != mac);
        vlan::local_addresses(net, (master, dev), mac);
    }
    let followed = follow_ports(net, master);
    if let Some(bridge) = bridge(net, master)
        && bridge.tree.knows_running(number) != Some(running)
    {
        bridge.tree.at(now).port_runs(number, running);
    }
    followed
}

/// The bridge went up or down.
pub(crate) fn up_changed(net: &mut Net, master: DevId) {
    let (now, up) = (net.now, net.dev(master).is_up());
    if let Some(bridge) = bridge(net, master) {
        bridge.tree.at(now).set_up(up);
    }
}

/// The bridge's address is the lowest of its ports, its MTU their least, unless set by the user.
fn follow_ports(net: &mut Net, master: DevId) -> Followed {
    let Some(own) = bridge(net, master) else {
        return Followed::default();
    };
    let (ports, settings) = (own.ports.clone(), own.settings.clone());
    let devices = || ports.iter().map(|port| net.dev(*port));
    // A bridge whose last port left has no address.
    let mac = devices().map(|d| d.mac).min().unwrap_or(MacAddr::ZERO);
    let mtu = devices().map(|d| d.mtu).min().unwrap_or(1500);
    let before = (net.dev(master).mac, net.dev(master).mtu);
    if !settings.address_set {
        set_own_address(net, master, mac);
    }
    if !settings.mtu_set {
        net.dev_mut(master).mtu = mtu;
    }
    let device = net.dev(master);
    Followed {
        address: device.mac != before.0,
        mtu: device.mtu != before.1,
    }
}

/// What of a bridge followed its ports.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Followed {
    address: bool,
    mtu: bool,
}

impl Followed {
    /// Tells of each.
    pub(crate) fn tell(self, net: &mut Net, master: DevId) {
        for _ in [self.address, self.mtu].into_iter().filter(|told| *told) {
            notify::link(net, master);
        }
    }
}

fn set_own_address(net: &mut Net, master: DevId, mac: MacAddr) {
    let now = net.now;
    let same = core::mem::replace(&mut net.dev_mut(master).mac, mac) == mac;
    if let Some(bridge) = bridge(net, master) {
        if bridge.tree.id().mac != mac {
            bridge.tree.at(now).set_address(mac);
        } else if same {
            return;
        }
    }
    told::forget(net, master, |m, s| s.dev == master && m != mac);
    // A port with the same address may already stand for it.
    vlan::local_addresses(net, (master, master), mac);
}

/// A bridge was made, with the address that it begins with.
pub(crate) fn made(net: &mut Net, master: DevId) {
    vlan::begin(net, master);
}

/// The user chose the bridge's address.
pub(crate) fn address_set(net: &mut Net, master: DevId) {
    let mac = net.dev(master).mac;
    if let Some(bridge) = bridge(net, master) {
        bridge.settings.address_set = true;
    }
    set_own_address(net, master, mac);
}

/// The user chose the bridge's MTU.
pub(crate) fn mtu_set(net: &mut Net, master: DevId) {
    if let Some(bridge) = bridge(net, master) {
        bridge.settings.mtu_set = true;
    }
}

/// Sets a bridge; all is checked before anything is set.
pub(crate) fn configure(net: &mut Net, dev: DevId, set: &BridgeSettings) -> Result<()> {
    let (master, now) = (dev, net.now);
    let bridge = bridge(net, master).ok_or(Errno::OPNOTSUPP)?;
    bridge.tree.check(set)?;
    if set.group_fwd_mask.is_some_and(|mask| mask & 0b111 != 0) {
        return Err(Errno::INVAL.into());
    }
    let group = set.group_address.map(group_of_tree).transpose()?;
    multicast::check_settings(&set.mcast)?;
    vlan_settings(net, master, set)?;
    let Some(bridge) = self::bridge(net, master) else {
        return Ok(());
    };
    if group.is_some() {
        bridge.vlan.group_chosen = group;
    }
    let settings = &mut bridge.settings;
    macro_rules! take {
        ($($field:ident)*) => { $(if let Some(value) = set.$field { settings.$field = value; })* };
    }
    take!(group_fwd_mask mcast_snooping no_linklocal_learn nf_call_iptables nf_call_ip6tables
        nf_call_arptables);
    bridge.tree.at(now).configure(set);
    if set.fdb_flush {
        told::forget(net, master, |_, station| station.is_dynamic());
    }
    if set.ageing_time.is_some() {
        super::entries::schedule_gc(net, master);
    }
    multicast::configure(net, master, &set.mcast);
    multicast::follow(net, master);
    Ok(())
}

/// The last byte of a group by which a spanning tree can speak: a link-local one (802.1D table
/// 7-10) that has no other use.
fn group_of_tree(address: MacAddr) -> Result<u8> {
    match address.0 {
        [0x01, 0x80, 0xc2, 0, 0, last @ (0 | 4..=15)] => Ok(last),
        _ => Err(Errno::INVAL.into()),
    }
}

/// Sets how a bridge filters VLANs; all is checked before anything is set.
fn vlan_settings(net: &mut Net, master: DevId, set: &BridgeSettings) -> Result<()> {
    let protocol = set.vlan_protocol.map(EtherType);
    let no_bool = |value: Option<u8>| value.is_some_and(|value| value > 1);
    if protocol.is_some_and(|protocol| !protocol.is_vlan())
        || set.vlan_default_pvid.is_some_and(|pvid| pvid > MAX_ID)
        || no_bool(set.vlan_stats_enabled)
        || no_bool(set.vlan_stats_per_port)
    {
        return Err(Errno::INVAL.into());
    }
    if set.vlan_stats_per_port.is_some() {
        vlan::stats_per_port(net, master)?;
    }
    if let Some(bridge) = bridge(net, master) {
        let filter = &mut bridge.vlan;
        filter.filtering = set.vlan_filtering.unwrap_or(filter.filtering);
        filter.protocol = protocol.unwrap_or(filter.protocol);
        filter.stats_enabled = set
            .vlan_stats_enabled
            .map_or(filter.stats_enabled, |on| on != 0);
        filter.stats_per_port = set
            .vlan_stats_per_port
            .map_or(filter.stats_per_port, |on| on != 0);
    }
    if let Some(pvid) = set.vlan_default_pvid {
        vlan::default_pvid(net, master, pvid);
    }
    Ok(())
}

/// Sets a port.
pub(crate) fn configure_port(net: &mut Net, dev: DevId, set: &BridgePortSettings) -> Result<()> {
    let (now, up) = (net.now, net.dev(dev).is_up());
    let port = net.dev(dev).port.as_ref().ok_or(Errno::OPNOTSUPP)?;
    let (master, number) = (port.bridge, port.number);
    if set.mcast_router.is_some_and(|router| router > 3) {
        return Err(Errno::INVAL.into());
    }
    let tree = bridge(net, master).map(|bridge| bridge.tree.at(now));
    let tree = tree.ok_or(Errno::OPNOTSUPP)?;
    tree.check_port(number, up, set)?;
    tree.configure_port(number, set);
    let port = net.dev_mut(dev).port.as_mut().ok_or(Errno::OPNOTSUPP)?;
    let flags = &mut port.flags;
    macro_rules! take {
        ($($field:ident)*) => { $(if let Some(value) = set.$field { flags.$field = value; })* };
    }
    take!(learning flood mcast_flood bcast_flood hairpin isolated locked bpdu_guard root_block
        fast_leave proxy_arp proxy_arp_wifi mcast_to_unicast neigh_suppress learning_sync);
    suppress::follow_flags(net, master);
    if let Some(router) = set.mcast_router {
        multicast::set_port_router(net, dev, router);
    }
    if set.fdb_flush {
        told::forget(net, master, |_, station| {
            station.dev == dev && station.is_dynamic()
        });
    }
    Ok(())
}
