//! The forwarding database as users see and change it (bridge(8) `fdb`), and its ageing.

use super::configure::bridge;
use super::fdb::{Kind, Station};
use crate::device::DevId;
use crate::link;
use crate::namespace::NsId;
use crate::net::Net;
use crate::timer::Timer;
use core::net::Ipv4Addr;
use core::time::Duration;
use netloom_model::bridge::{FdbState, PortState};
use netloom_model::{Errno, Error, FdbEntry, LinkFlags, MacAddr, Mode, Result};

/// Adds an entry to a bridge's database, or an address to a device's own list.
pub(crate) fn add_fdb(net: &mut Net, ns: NsId, entry: &FdbEntry, mode: Mode) -> Result<()> {
    let dev = net.ns(ns).device(entry.dev).ok_or(Errno::NODEV)?;
    if entry.address.is_zero() {
        return Err(Error::with(Errno::INVAL, "Invalid address"));
    }
    if entry.state == FdbState::Own {
        return add_own(net, dev, entry.address);
    }
    let master = master_of(net, dev)?;
    let now = net.now;
    // A port that may not learn takes no entry that is as if learned (`br_fdb_add`).
    let port = net.dev(dev).port.as_ref();
    let learns = |state| matches!(state, PortState::Learning | PortState::Forwarding);
    if entry.state == FdbState::Dynamic && port.is_some_and(|port| !learns(port.state)) {
        return Err(Errno::PERM.into());
    }
    let fdb = &mut bridge(net, master).ok_or(Errno::OPNOTSUPP)?.fdb;
    match (mode, fdb.get(entry.address)) {
        (Mode::Add, Some(_)) => return Err(Errno::EXIST.into()),
        (Mode::Change, None) => return Err(Errno::NOENT.into()),
        _ => {}
    }
    let kind = match entry.state {
        FdbState::Local => Kind::Local,
        FdbState::Static => Kind::Static {
            sticky: entry.sticky,
        },
        FdbState::Dynamic | FdbState::Own => Kind::Dynamic {
            user: true,
            extern_learn: entry.extern_learn,
        },
    };
    fdb.insert(
        entry.address,
        Station {
            dev,
            kind,
            updated: now,
            used: now,
        },
    );
    schedule_gc(net, master);
    Ok(())
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

fn add_own(net: &mut Net, dev: DevId, mac: MacAddr) -> Result<()> {
    let list = &mut net.dev_mut(dev).description.extra_macs;
    if list.contains(&mac) {
        return Err(Errno::EXIST.into());
    }
    list.push(mac);
    Ok(())
}

/// Deletes an entry.
pub(crate) fn del_fdb(
    net: &mut Net,
    ns: NsId,
    index: u32,
    mac: MacAddr,
    vlan: Option<u16>,
    own: bool,
) -> Result<()> {
    let dev = net.ns(ns).device(index).ok_or(Errno::NODEV)?;
    if own {
        let list = &mut net.dev_mut(dev).description.extra_macs;
        let at = list.iter().position(|m| *m == mac).ok_or(Errno::NOENT)?;
        list.remove(at);
        return Ok(());
    }
    let master = master_of(net, dev)?;
    let fdb = &mut bridge(net, master).ok_or(Errno::OPNOTSUPP)?.fdb;
    if vlan.is_some() || fdb.get(mac).is_none_or(|station| station.dev != dev) {
        return Err(Errno::NOENT.into());
    }
    fdb.remove(mac);
    Ok(())
}

/// Every entry of a namespace, device by device as the kernel dumps them: what its bridge knows
/// behind a port and what the port itself listens to; the other way round for a bridge.
pub(crate) fn list_fdb(net: &Net, ns: NsId) -> Vec<FdbEntry> {
    let devices = net.ns(ns).devices.values();
    devices
        .flat_map(|dev| {
            let known = known_behind(net, *dev);
            let own = own(net, *dev);
            if net.dev(*dev).port.is_some() {
                [known, own].concat()
            } else {
                [own, known].concat()
            }
        })
        .collect()
}

/// The entries of a bridge that lead to `dev`, one of its ports or the bridge itself.
fn known_behind(net: &Net, dev: DevId) -> Vec<FdbEntry> {
    let master = net.dev(dev).master.unwrap_or(dev);
    let device = net.dev(master);
    let link::Kind::Bridge(bridge) = &device.kind else {
        return Vec::new();
    };
    let ageing = bridge.ageing();
    let old = |s: &Station| s.is_dynamic() && net.now.since(s.updated) >= ageing;
    let entries = bridge.fdb.list().into_iter();
    entries
        .filter(|(_, station)| station.dev == dev && !old(station))
        .map(|(address, station)| describe(net, device.index, address, &station))
        .collect()
}

/// IPv4's group of all snoopers (RFC 4286), which a bridge that snoops listens to.
const ALL_SNOOPERS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 106);

/// The addresses beside its own that a device listens to: those of its groups, and those set by
/// hand.
fn own(net: &Net, dev: DevId) -> Vec<FdbEntry> {
    let device = net.dev(dev);
    let listens = device.is_up() && device.flags.contains(LinkFlags::MULTICAST);
    let snoops =
        matches!(&device.kind, link::Kind::Bridge(bridge) if bridge.settings.mcast_snooping);
    let groups = [
        (listens && snoops).then_some(ALL_SNOOPERS),
        listens.then_some(Ipv4Addr::new(224, 0, 0, 1)),
    ];
    let joined = device.groups.iter().map(|(group, _)| *group);
    let groups = groups.into_iter().flatten().chain(joined);
    let by_hand = device.description.extra_macs.iter().copied();
    let addresses = by_hand.chain(groups.map(MacAddr::from_ipv4_multicast));
    addresses
        .map(|address| FdbEntry {
            address,
            vlan: None,
            dev: device.index,
            master: None,
            state: FdbState::Own,
            extern_learn: false,
            sticky: false,
            used: 0,
            updated: 0,
        })
        .collect()
}

fn describe(net: &Net, bridge: u32, address: MacAddr, station: &Station) -> FdbEntry {
    let age = |at| net.now.since(at).as_secs() as u32;
    let (state, sticky, extern_learn) = match station.kind {
        Kind::Local => (FdbState::Local, false, false),
        Kind::Static { sticky } => (FdbState::Static, sticky, false),
        Kind::Dynamic { extern_learn, .. } => (FdbState::Dynamic, false, extern_learn),
    };
    FdbEntry {
        address,
        vlan: None,
        dev: net.dev(station.dev).index,
        master: Some(bridge),
        state,
        extern_learn,
        sticky,
        used: age(station.used),
        updated: age(station.updated),
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
    let ageing = bridge.ageing();
    bridge.fdb.forget(|_, s| {
        matches!(
            s.kind,
            Kind::Dynamic {
                extern_learn: false,
                ..
            }
        ) && now.since(s.updated) >= ageing
    });
    bridge.fdb.set_gc(None);
    if bridge.fdb.list().iter().any(|(_, s)| s.is_dynamic()) {
        schedule_gc(net, dev);
    }
}
