//! Links are set and moved (`ip link set`), and what follows from it: carrier, routes, neighbours.

use super::link_gone::leave;
use super::new_link;
use crate::bridge;
use crate::device::DevId;
use crate::ip::igmp;
use crate::ip::membership;
use crate::ip::v6::{self, device::Inet6};
use crate::ip::version::V4;
use crate::link::Kind;
use crate::neighbour;
use crate::net::{Cx, Net};
use crate::notify;
use crate::observer::Observer;
use crate::route;
use crate::sysctl::{Conf, Conf6};
use netloom_model::{Errno, Error, LinkFlags, LinkSettings, MacAddr, Result};

/// Longest alias and altname, in bytes.
const ALIAS: usize = 255;
const ALTNAME: usize = 127;

/// Sets what is given; all is checked that can be refused before anything is changed.
pub(crate) fn set<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, set: &LinkSettings) -> Result<()> {
    check(cx.net, dev, set)?;
    if let Some(name) = &set.netns {
        let ns = super::ns(cx.net, name)?;
        move_to(cx, dev, ns, set.name.as_deref())?;
    } else if let Some(name) = &set.name {
        rename(cx.net, dev, name)?;
    }
    if let Some(settings) = &set.bridge {
        bridge::configure(cx.net, dev, settings)?;
        bridge::settle(cx, dev);
        notify::link(cx.net, dev);
    }
    if let Some(mtu) = set.mtu {
        let before = core::mem::replace(&mut cx.net.dev_mut(dev).mtu, mtu);
        if before != mtu {
            notify::link(cx.net, dev);
        }
        if let Kind::Bridge(_) = cx.net.dev(dev).kind {
            bridge::mtu_set(cx.net, dev);
        }
        port_changed(cx, dev, false);
        v6::address::mtu_changed(cx, dev);
    }
    if let Some(mac) = set.address {
        set_address(cx, dev, mac);
    }
    if let Some(master) = &set.master {
        set_master(cx, dev, master.as_ref())?;
    }
    if let Some(settings) = &set.bridge_port {
        bridge::configure_port(cx.net, dev, settings)?;
        settle_port(cx, dev, true);
        if let Some(bridge) = cx.net.dev(dev).master {
            update_carrier(cx, bridge);
        }
    }
    if let Some(mode) = set.addr_gen_mode {
        let conf = &mut cx.net.dev_mut(dev).v6.conf;
        conf.set(Conf6::AddrGenMode, mode.number());
    }
    describe(cx.net, dev, set);
    let before = cx.net.dev(dev).flags;
    flags(cx, dev, set);
    if cx.net.dev(dev).flags != before {
        notify::link(cx.net, dev);
    }
    if let Some(up) = set.up {
        set_up(cx, dev, up);
    }
    Ok(())
}

/// What is refused for what the device is.
fn check(net: &Net, dev: DevId, set: &LinkSettings) -> Result<()> {
    let device = net.dev(dev);
    if let Some(mtu) = set.mtu {
        let (least, most) = device.kind.defaults().mtu_range;
        if mtu < least {
            return Err(Error::with(Errno::INVAL, "mtu less than device minimum"));
        }
        if most > 0 && mtu > most {
            return Err(Error::with(Errno::INVAL, "mtu greater than device maximum"));
        }
    }
    if set.address.is_some() && !device.kind.has_ethernet() {
        return Err(Errno::OPNOTSUPP.into());
    }
    if set
        .address
        .is_some_and(|mac| mac.is_multicast() || (mac.is_zero() && !device.is_loopback()))
    {
        return Err(Errno::ADDRNOTAVAIL.into());
    }
    if let Some(name) = &set.name {
        new_link::valid_name(name)?;
    }
    if set.alias.as_ref().is_some_and(|alias| alias.len() > ALIAS) {
        return Err(Errno::INVAL.into());
    }
    if set.bridge.is_some() && !matches!(device.kind, Kind::Bridge(_)) {
        return Err(Errno::OPNOTSUPP.into());
    }
    if let Some(mode) = set.addr_gen_mode {
        super::sysctl6::check_addr_gen_mode(net, dev, mode)?;
    }
    if set.netns.is_some() && device.is_loopback() {
        return Err(Error::with(
            Errno::INVAL,
            "The interface netns is immutable",
        ));
    }
    Ok(())
}

/// What describes the device and changes nothing.
fn describe(net: &mut Net, dev: DevId, set: &LinkSettings) {
    let description = &mut net.dev_mut(dev).description;
    if let Some(len) = set.txqueuelen {
        description.txqueuelen = len;
    }
    if let Some(tso) = set.tso {
        description.tso_off = !tso;
    }
    if let Some(group) = set.group {
        description.group = group;
    }
    if let Some(broadcast) = set.broadcast {
        description.broadcast = broadcast;
    }
    if let Some(alias) = &set.alias {
        description.alias = (!alias.is_empty()).then(|| alias.clone());
    }
    let told = [
        set.txqueuelen.is_some(),
        set.group.is_some(),
        set.broadcast.is_some(),
        set.alias.is_some(),
    ];
    for _ in told.iter().filter(|told| **told) {
        notify::link(net, dev);
    }
}

fn flags<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, set: &LinkSettings) {
    let device = cx.net.dev_mut(dev);
    if let Some(on) = set.multicast {
        device.flags.set(LinkFlags::MULTICAST, on);
    }
    let counted = |flag, on: Option<bool>, flags: &mut LinkFlags, count: &mut u32| {
        if let Some(on) = on
            && flags.contains(flag) != on
        {
            flags.set(flag, on);
            *count = if on { *count + 1 } else { *count - 1 };
        }
    };
    counted(
        LinkFlags::PROMISC,
        set.promisc,
        &mut device.flags,
        &mut device.promiscuity,
    );
    counted(
        LinkFlags::ALLMULTI,
        set.allmulticast,
        &mut device.flags,
        &mut device.allmulti,
    );
    if let Some(on) = set.arp
        && device.flags.contains(LinkFlags::NOARP) == on
    {
        device.flags.set(LinkFlags::NOARP, !on);
        neighbour::configure::flush_device(cx, dev, true);
    }
}

fn set_address<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mac: MacAddr) {
    cx.net.dev_mut(dev).mac = mac;
    let is_bridge = matches!(cx.net.dev(dev).kind, Kind::Bridge(_));
    if is_bridge {
        bridge::address_set(cx.net, dev);
    }
    notify::link(cx.net, dev);
    if is_bridge {
        bridge::settle(cx, dev);
    }
    neighbour::configure::flush_device(cx, dev, true);
    port_changed(cx, dev, true);
    announce(cx, dev);
    v6::dad::announce(cx, dev);
}

/// Tells the link of the device's addresses, where `arp_notify` wants it.
fn announce<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let device = cx.net.dev(dev);
    let all = &cx.net.ns(device.ns).conf_all;
    let wanted = device.conf.on(Conf::ArpNotify) || all.on(Conf::ArpNotify);
    if !wanted || !device.is_running() {
        return;
    }
    let addresses: Vec<_> = device
        .addresses
        .iter()
        .map(crate::device::Ifa::local)
        .collect();
    for address in addresses {
        neighbour::arp::announce(cx, dev, address);
    }
}

fn set_master<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    master: Option<&netloom_model::LinkRef>,
) -> Result<()> {
    let wanted = match master {
        Some(link) => Some(super::device(cx.net, cx.net.ns_of(dev), link)?),
        None => None,
    };
    let old = cx.net.dev(dev).master;
    if let Some(master) = wanted
        && !matches!(cx.net.dev(master).kind, Kind::Bridge(_))
    {
        return Err(Errno::OPNOTSUPP.into());
    }
    if old.is_some() && old != wanted {
        bridge::detach(cx.net, dev, true);
    }
    if let Some(master) = wanted {
        if old == wanted {
            return Ok(());
        }
        let followed = bridge::attach(cx.net, master, dev)?;
        bridge::set_states(cx, master);
        notify::bridge::port(cx.net, dev);
        followed.tell(cx.net, master);
    }
    for bridge in [old, wanted].into_iter().flatten() {
        bridge::settle(cx, bridge);
    }
    Ok(())
}

fn rename(net: &mut Net, dev: DevId, wanted: &str) -> Result<()> {
    let device = net.dev(dev);
    if device.name == wanted {
        return Ok(());
    }
    let (ns, old) = (device.ns, device.name.clone());
    let name = new_link::free_name(net, ns, wanted, &device.kind)?;
    let names = &mut net.ns_mut(ns).by_name;
    names.remove(&old);
    names.insert(name.clone(), dev);
    notify::renamed(net, dev, name);
    Ok(())
}

/// Adds a further name.
pub(crate) fn add_altname(net: &mut Net, dev: DevId, name: &str) -> Result<()> {
    if name.is_empty() || name.len() > ALTNAME || name.contains(['/', ':', ' ']) {
        return Err(Errno::INVAL.into());
    }
    let ns = net.ns_of(dev);
    if net.ns(ns).by_name.contains_key(name) {
        return Err(Errno::EXIST.into());
    }
    net.ns_mut(ns).by_name.insert(name.to_owned(), dev);
    net.dev_mut(dev).description.altnames.push(name.to_owned());
    notify::link(net, dev);
    Ok(())
}

/// Takes a further name away.
pub(crate) fn del_altname(net: &mut Net, dev: DevId, name: &str) -> Result<()> {
    let ns = net.ns_of(dev);
    let altnames = &mut net.dev_mut(dev).description.altnames;
    let Some(at) = altnames.iter().position(|n| n == name) else {
        let taken = net.ns(ns).by_name.contains_key(name);
        return Err(if taken { Errno::INVAL } else { Errno::NOENT }.into());
    };
    altnames.remove(at);
    net.ns_mut(ns).by_name.remove(name);
    notify::link(net, dev);
    Ok(())
}

/// Brings a device up or down, with what follows.
pub(super) fn set_up<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, up: bool) {
    if cx.net.dev(dev).is_up() == up {
        return;
    }
    cx.net.dev_mut(dev).flags.set(LinkFlags::UP, up);
    if let Kind::Bridge(_) = cx.net.dev(dev).kind {
        bridge::up_changed(cx.net, dev);
        bridge::set_states(cx, dev);
    }
    if up {
        cx.net.dev_mut(dev).description.was_up = true;
        notify::link_up(cx.net, dev);
        if cx.net.dev(dev).port.is_some() {
            notify::bridge::port_up(cx.net, dev);
        }
        if cx.net.dev(dev).is_loopback() {
            super::address::loopback_up(cx.net, dev);
        }
        route::address::device_up(cx.net, dev);
        bridge::multicast::follow(cx.net, dev);
        igmp::up(cx.net, dev);
        v6::address::up(cx, dev);
    } else {
        notify::link_down(cx.net, dev);
        crate::conntrack::device_down(cx.net, dev);
        v6::address::down(cx, dev);
        bridge::multicast::follow(cx.net, dev);
        igmp::down(cx.net, dev);
        route::address::device_down(cx.net, dev);
        neighbour::configure::flush_device(cx, dev, true);
        route::nexthop::device_lost(cx.net, cx.net.ns_of(dev), dev);
    }
    let told = update_carrier(cx, dev);
    if let Kind::Veth(veth) = cx.net.dev(dev).kind {
        update_carrier(cx, veth.peer);
    }
    port_changed(cx, dev, !up && !told);
    if up {
        announce(cx, dev);
    }
}

/// Tells the bridge of a port that the port changed; `told`: whoever listens is told of it even
/// where its state stays the same.
fn port_changed<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, told: bool) {
    if let Some(bridge) = cx.net.dev(dev).master {
        bridge::port_changed(cx.net, dev);
        v6::address::mtu_changed(cx, bridge);
        settle_port(cx, dev, told);
        update_carrier(cx, bridge);
    }
}

/// Carries out what the bridge of a port has decided.
fn settle_port<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, told: bool) {
    if let Some(bridge) = cx.net.dev(dev).master {
        let states = bridge::set_states(cx, bridge);
        if told && !states.contains(&dev) {
            notify::bridge::port(cx.net, dev);
        }
    }
}

/// Finds out whether a device has carrier, and does what follows if that changed: whether it did.
pub(crate) fn update_carrier<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) -> bool {
    if dev == DevId::NONE {
        return false;
    }
    let carrier = Kind::carrier(cx.net, dev);
    let device = cx.net.dev_mut(dev);
    if device.carrier == carrier {
        return false;
    }
    device.carrier = carrier;
    device.description.carrier_changes += 1;
    // Its bridge hears of it first, and of its own carrier last.
    let bridge = cx.net.dev(dev).master;
    if bridge.is_some() {
        bridge::port_changed(cx.net, dev);
        settle_port(cx, dev, true);
    }
    let device = cx.net.dev(dev);
    if device.is_up() && device.kind.knows_carrier() {
        notify::link(cx.net, dev);
    }
    if carrier {
        v6::address::ready(cx, dev);
        announce(cx, dev);
    } else {
        let device = cx.net.dev(dev);
        let all = &cx.net.ns(device.ns).conf_all;
        let evict = device.conf.on(Conf::ArpEvictNocarrier) && all.on(Conf::ArpEvictNocarrier);
        if evict && device.is_up() {
            neighbour::configure::flush_device(cx, dev, false);
        }
        if cx.net.dev(dev).is_up() {
            route::nexthop::device_lost(cx.net, cx.net.ns_of(dev), dev);
        }
    }
    if let Some(bridge) = bridge {
        v6::address::mtu_changed(cx, bridge);
        update_carrier(cx, bridge);
    }
    true
}

/// Moves a device to another namespace: it comes without addresses, routes and master, down, and
/// keeps its hardware address.
fn move_to<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    ns: crate::namespace::NsId,
    name: Option<&str>,
) -> Result<()> {
    let device = cx.net.dev(dev);
    let old = device.ns;
    if old == ns {
        return name.map_or(Ok(()), |name| rename(cx.net, dev, name));
    }
    let wanted = name.unwrap_or(&device.name).to_owned();
    let there = || {
        let text = "An interface with the same name exists in the target netns";
        Error::with(Errno::EXIST, text)
    };
    let name = new_link::free_name(cx.net, ns, &wanted, &device.kind);
    let name = name.map_err(|error| match error.errno {
        Errno::EXIST => there(),
        _ => error,
    })?;
    let taken = &cx.net.ns(ns).by_name;
    if device
        .description
        .altnames
        .iter()
        .any(|n| taken.contains_key(n))
    {
        return Err(there());
    }
    if let Kind::Bridge(_) = device.kind {
        return Err(Error::with(
            Errno::INVAL,
            "The interface netns is immutable",
        ));
    }
    let index = device.index;
    set_up(cx, dev, false);
    let there = !cx.net.ns(ns).devices.contains_key(&index);
    let index_there = if there {
        index
    } else {
        cx.net.ns(ns).next_index
    };
    let moved = (cx.net.ns(ns).name.clone(), index_there);
    leave(cx, dev, Some(moved));
    let device = cx.net.dev_mut(dev);
    device.name = name;
    device.description.was_up = false;
    let keep = (!cx.net.ns(ns).devices.contains_key(&index)).then_some(index);
    new_link::enlist(cx.net, ns, dev, keep);
    let conf = cx.net.ns(ns).conf_default.clone();
    *cx.net.dev_mut(dev).conf = conf;
    let inet6 = Inet6::new(&cx.net.ns(ns).v6, cx.net.dev(dev).mtu);
    *cx.net.dev_mut(dev).v6 = inet6;
    membership::prepare::<V4>(cx.net, dev);
    if !cx.net.ipv6_disabled {
        v6::group::prepare(cx.net, dev);
    }
    if let Kind::Veth(veth) = cx.net.dev(dev).kind {
        let peer_ns = cx.net.ns_of(veth.peer);
        if peer_ns != ns {
            super::namespace::nsid(cx.net, ns, peer_ns);
            super::namespace::nsid(cx.net, peer_ns, ns);
        }
    }
    notify::link_new(cx.net, dev);
    Ok(())
}
