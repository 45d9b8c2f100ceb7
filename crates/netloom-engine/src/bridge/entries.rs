//! The forwarding database as users see and change it (bridge(8) `fdb`), and its ageing.

use super::configure::bridge;
use super::fdb::{Kind, Station};
use super::{learn, told, vlan};
use crate::device::DevId;
use crate::link;
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify;
use crate::timer::Timer;
use core::time::Duration;
use netloom_model::bridge::{FdbRemote, FdbState};
use netloom_model::{Errno, Error, FdbEntry, MacAddr, Mode, Result, Time};
use std::collections::BTreeMap;

/// Adds an entry to a bridge's database, or an address to a device's own list.
pub(crate) fn add_fdb(net: &mut Net, ns: NsId, entry: &FdbEntry, mode: Mode) -> Result<()> {
    let dev = net.ns(ns).device(entry.dev).ok_or(Errno::NODEV)?;
    if entry.is_own() && link::vxlan::entries(net, dev).is_some() {
        return link::vxlan::add(net, dev, entry, mode);
    }
    if entry.state == FdbState::Own {
        return add_own(net, dev, entry, mode);
    }
    let master = master_of(net, dev)?;
    if entry.address.is_zero() {
        return Err(Errno::INVAL.into());
    }
    let now = net.now;
    let mut stations = Vec::new();
    for vid in places(net, (master, dev), entry.vlan)? {
        let fdb = &bridge(net, master).ok_or(Errno::OPNOTSUPP)?.fdb;
        let old = fdb.get(entry.address, vid).copied();
        let station = if entry.extern_learn {
            learned_elsewhere(old, (master, dev), now)
        } else {
            set_by_user(net, old, (master, dev), (entry, mode))?
        };
        stations.push(station.in_vlan(vid));
    }
    for station in stations {
        told::set(net, master, entry.address, station);
    }
    schedule_gc(net, master);
    Ok(())
}

/// Where an entry for a device is to be: in the VLAN that is named, which the device must be in; else
/// without a VLAN and in each that it is in.
fn places(net: &Net, (master, dev): (DevId, DevId), vlan: Option<u16>) -> Result<Vec<u16>> {
    let member = vlan::ids(net, master, dev);
    match vlan {
        Some(vid) if member.contains(&vid) => Ok(vec![vid]),
        Some(_) => Err(Errno::INVAL.into()),
        None => Ok(core::iter::once(0).chain(member).collect()),
    }
}

/// An entry that a program tells it learned: what is there already stays of its kind
/// (`br_fdb_external_learn_add`).
fn learned_elsewhere(old: Option<Station>, (master, dev): (DevId, DevId), now: Time) -> Station {
    let kind = if dev == master {
        Kind::Local
    } else {
        Kind::Dynamic
    };
    Station {
        dev,
        extern_learn: true,
        updated: now,
        ..old.unwrap_or(Station::new(dev, kind, now))
    }
}

/// An entry that a user sets (`fdb_add_entry`).
fn set_by_user(
    net: &Net,
    old: Option<Station>,
    (master, dev): (DevId, DevId),
    (entry, mode): (&FdbEntry, Mode),
) -> Result<Station> {
    let kind = match entry.state {
        FdbState::Local => Kind::Local,
        FdbState::Static => Kind::Static,
        FdbState::Dynamic | FdbState::Stale | FdbState::Own => Kind::Dynamic,
    };
    // A port that may not learn takes no entry that is as if learned.
    let port = net.dev(dev).port.as_ref();
    if kind == Kind::Dynamic && port.is_some_and(|port| !port.learns()) {
        return Err(Errno::PERM.into());
    }
    if dev == master && kind != Kind::Local || entry.sticky && kind == Kind::Local {
        return Err(Errno::INVAL.into());
    }
    match (mode, old) {
        (Mode::Add, Some(_)) => return Err(Errno::EXIST.into()),
        (Mode::Change, None) => return Err(Errno::NOENT.into()),
        _ => {}
    }
    Ok(Station {
        sticky: entry.sticky,
        extern_learn: old.is_some_and(|old| old.extern_learn),
        ..Station::new(dev, kind, net.now)
    })
}

/// The bridge whose database an entry on `dev` belongs to.
fn master_of(net: &Net, dev: DevId) -> Result<DevId> {
    let device = net.dev(dev);
    match (&device.kind, device.master) {
        (_, Some(master)) => Ok(master),
        (link::Kind::Bridge(_), None) => Ok(dev),
        _ => Err(Errno::OPNOTSUPP.into()),
    }
}

/// Adds an address to a device's own list (`ndo_dflt_fdb_add`).
fn add_own(net: &mut Net, dev: DevId, entry: &FdbEntry, mode: Mode) -> Result<()> {
    let device = net.dev_mut(dev);
    if device.is_loopback() {
        let text = "FDB add only supported for Ethernet devices";
        return Err(Error::with(Errno::INVAL, text));
    }
    if entry.vlan.is_some() {
        return Err(Errno::INVAL.into());
    }
    if entry.address.is_multicast() {
        if device.hardware_groups.contains(entry.address) && mode == Mode::Add {
            return Err(Errno::EXIST.into());
        }
        device.hardware_groups.add_by_hand(entry.address);
        tell_own(net, dev, entry.address, false);
        return Ok(());
    }
    let list = &mut device.description.extra_macs;
    match (mode, list.contains(&entry.address)) {
        (Mode::Add, true) => return Err(Errno::EXIST.into()),
        (_, true) => {}
        (_, false) => list.push(entry.address),
    }
    tell_own(net, dev, entry.address, false);
    Ok(())
}

/// Deletes an entry.
pub(crate) fn del_fdb(
    net: &mut Net,
    ns: NsId,
    (index, mac, vlan): (u32, MacAddr, Option<u16>),
    own: bool,
    remote: Option<&FdbRemote>,
) -> Result<()> {
    let dev = net.ns(ns).device(index).ok_or(Errno::NODEV)?;
    if own && link::vxlan::entries(net, dev).is_some() {
        return link::vxlan::remove(net, dev, mac, remote);
    }
    if own {
        if net.dev(dev).is_loopback() {
            let text = "FDB delete only supported for Ethernet devices";
            return Err(Error::with(Errno::INVAL, text));
        }
        if mac.is_multicast() {
            net.dev_mut(dev).hardware_groups.remove_by_hand(mac)?;
            tell_own(net, dev, mac, true);
            return Ok(());
        }
        let list = &mut net.dev_mut(dev).description.extra_macs;
        let at = list.iter().position(|m| *m == mac).ok_or(Errno::NOENT)?;
        list.remove(at);
        tell_own(net, dev, mac, true);
        return Ok(());
    }
    let master = master_of(net, dev)?;
    let places = places(net, (master, dev), vlan)?;
    let mut found = false;
    for vid in places {
        let fdb = &bridge(net, master).ok_or(Errno::OPNOTSUPP)?.fdb;
        if fdb.get(mac, vid).is_some_and(|station| station.dev == dev) {
            told::remove(net, master, mac, vid);
            found = true;
        }
    }
    if found {
        Ok(())
    } else {
        Err(Errno::NOENT.into())
    }
}

/// Deletes entries of a bridge, whatever they are.
pub(crate) fn flush_fdb(
    net: &mut Net,
    ns: NsId,
    index: u32,
    entries: &[(MacAddr, Option<u16>)],
) -> Result<()> {
    let dev = net.ns(ns).device(index).ok_or(Errno::NODEV)?;
    bridge(net, dev).ok_or(Errno::OPNOTSUPP)?;
    for (mac, vlan) in entries {
        told::remove(net, dev, *mac, vlan.unwrap_or(0));
    }
    Ok(())
}

/// Every entry of a namespace, device by device as the kernel dumps them: what its bridge knows
/// behind a port and what the port itself listens to; the other way round for a bridge.
pub(crate) fn list_fdb(net: &Net, ns: NsId) -> Vec<FdbEntry> {
    let devices = || net.ns(ns).devices.values().copied();
    let mut behind: BTreeMap<DevId, Vec<FdbEntry>> = BTreeMap::new();
    for dev in devices() {
        known_by(net, dev, &mut behind);
    }
    let mut all = Vec::new();
    for dev in devices() {
        let known = behind.remove(&dev).unwrap_or_default();
        let own = own(net, dev);
        let (first, second) = if net.dev(dev).port.is_some() {
            (known, own)
        } else {
            (own, known)
        };
        all.extend(first);
        all.extend(second);
    }
    all
}

/// The entries of a bridge, by the device that each leads to: a port, or the bridge itself.
fn known_by(net: &Net, dev: DevId, behind: &mut BTreeMap<DevId, Vec<FdbEntry>>) {
    let device = net.dev(dev);
    let link::Kind::Bridge(bridge) = &device.kind else {
        return;
    };
    let (ageing, stale) = (bridge.ageing_nanos(), bridge.tree.stale_nanos());
    for (address, station) in bridge.fdb.list() {
        if !station.expired(net.now, ageing) {
            let mut entry = describe(net, device.index, address, &station);
            if station.expired(net.now, stale) {
                entry.state = FdbState::Stale;
            }
            behind.entry(station.dev).or_default().push(entry);
        }
    }
}

/// The addresses beside its own that a device listens to: those of its groups, and those set by
/// hand.
fn own(net: &Net, dev: DevId) -> Vec<FdbEntry> {
    // A VXLAN tells of its hosts instead.
    if let Some(entries) = link::vxlan::entries(net, dev) {
        return entries.clone();
    }
    let device = net.dev(dev);
    // Stations first, groups behind them: they are lists of their own.
    let stations = device.description.extra_macs.iter().copied();
    let groups = device.hardware_groups.iter().map(|group| group.mac);
    let addresses = stations.chain(groups);
    addresses
        .map(|address| own_entry(device.index, address))
        .collect()
}

fn own_entry(dev: u32, address: MacAddr) -> FdbEntry {
    FdbEntry {
        address,
        vlan: None,
        dev,
        master: None,
        state: FdbState::Own,
        extern_learn: false,
        sticky: false,
        used: 0,
        updated: 0,
        remote: None,
    }
}

/// Tells of an address that a device listens to as the user wants it.
fn tell_own(net: &mut Net, dev: DevId, mac: MacAddr, gone: bool) {
    notify::bridge::fdb(net, dev, gone, |net| own_entry(net.dev(dev).index, mac));
}

pub(super) fn describe(net: &Net, bridge: u32, address: MacAddr, station: &Station) -> FdbEntry {
    let age = |at| net.now.since(at).as_secs() as u32;
    let state = match station.kind {
        Kind::Local => FdbState::Local,
        Kind::Static => FdbState::Static,
        Kind::Dynamic => FdbState::Dynamic,
    };
    FdbEntry {
        address,
        vlan: learn::told(station.vlan),
        dev: net.dev(station.dev).index,
        master: Some(bridge),
        state,
        extern_learn: station.extern_learn,
        sticky: station.sticky,
        used: age(station.used),
        updated: age(station.updated),
        remote: None,
    }
}

/// Sees to it that the bridge looks for old entries when the first can be old.
pub(super) fn schedule_gc(net: &mut Net, dev: DevId) {
    let now = net.now;
    let Some(bridge) = bridge(net, dev) else {
        return;
    };
    // A few looks in an ageing time, as Linux does (`br_fdb_cleanup`).
    let at = now + (bridge.ageing() / 4).max(Duration::from_millis(10));
    if bridge.fdb.next_gc().is_none_or(|next| at < next) {
        bridge.fdb.set_gc(Some(at));
        net.timers.set(at, Timer::FdbGc { dev });
    }
}

/// Takes out what is too old.
pub(crate) fn gc(net: &mut Net, dev: DevId) {
    let now = net.now;
    if net.devices.get(dev.0).is_none() {
        return;
    }
    let Some(bridge) = bridge(net, dev) else {
        return;
    };
    if bridge.fdb.next_gc().is_none_or(|at| at > now) {
        return; // a timer that was set before a shorter one
    }
    let ageing = bridge.tree.stale_nanos();
    told::forget(net, dev, |_, station| station.expired(now, ageing));
    let Some(bridge) = self::bridge(net, dev) else {
        return;
    };
    bridge.fdb.set_gc(None);
    if bridge.fdb.has_dynamic() {
        schedule_gc(net, dev);
    }
}
