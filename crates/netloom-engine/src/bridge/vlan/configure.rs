//! Ports and bridges are put into VLANs and taken out of them (`br_vlan_add`, `nbp_vlan_add`,
//! `__br_vlan_set_default_pvid`), and what users see of that.

use super::{Vlan, Vlans, of, of_mut};
use crate::bridge::configure::bridge;
use crate::bridge::fdb::{Kind, Station};
use crate::bridge::{forward, told};
use crate::device::DevId;
use crate::link;
use crate::namespace::NsId;
use crate::net::Net;
use netloom_model::bridge::PortState;
use netloom_model::vlan::{VlanMulticastSettings, VlanStats};
use netloom_model::{BridgeVlan, Errno, Error, GlobalVlan, MacAddr, Result, VlanChange, VlanIds};
use netloom_wire::vlan::MAX_ID;

fn refuse<T>(errno: Errno, text: &str) -> Result<T> {
    Err(Error::with(errno, format!("bridge: {text}")))
}

/// Changes the VLANs of a port or a bridge.
pub(crate) fn change(net: &mut Net, ns: NsId, index: u32, change: &VlanChange) -> Result<()> {
    let dev = net.ns(ns).device(index).ok_or(Errno::NODEV)?;
    match change {
        VlanChange::Add {
            ids,
            pvid,
            untagged,
            own,
        } => {
            let place = place(net, dev, *own)?;
            valid(*ids)?;
            for vid in ids.each() {
                add(net, place, vid, (*pvid, *untagged));
            }
        }
        VlanChange::Del { ids, own } => {
            let place = place(net, dev, *own)?;
            // Here Linux says no more than the number of the error.
            valid(*ids).map_err(|error| error.errno)?;
            for vid in ids.each() {
                delete(net, place, vid);
            }
        }
        VlanChange::Set {
            ids,
            state,
            mcast_router,
        } => set(net, dev, *ids, (*state, *mcast_router))?,
        VlanChange::SetGlobal { ids, mcast } => set_global(net, dev, *ids, mcast)?,
    }
    Ok(())
}

/// The bridge and the port, or the bridge twice where it is meant itself.
fn place(net: &Net, dev: DevId, own: bool) -> Result<(DevId, DevId)> {
    let device = net.dev(dev);
    match (own, &device.kind, &device.port) {
        (true, link::Kind::Bridge(_), _) => Ok((dev, dev)),
        (false, _, Some(port)) => Ok((port.bridge, dev)),
        _ => Err(Errno::OPNOTSUPP.into()),
    }
}

fn valid(ids: VlanIds) -> Result<()> {
    if ids.first == 0 || ids.last > MAX_ID || ids.first > ids.last {
        return refuse(Errno::INVAL, "Vlan id is invalid");
    }
    Ok(())
}

/// Puts a port or the bridge into a VLAN, or sets the flags of one that it is in.
fn add(net: &mut Net, place: (DevId, DevId), vid: u16, (pvid, untagged): (bool, bool)) {
    let Some(vlans) = of_mut(net, place) else {
        return;
    };
    let new = vlans.place(vid);
    if let Err(at) = new {
        vlans.list.reserve_exact(usize::from(vlans.list.is_empty()));
        let vlan = Vlan {
            vid,
            untagged,
            state: PortState::Forwarding,
            mcast_router: 1,
            stats: VlanStats::default(),
        };
        vlans.list.insert(at, vlan);
    }
    if let Some(vlan) = vlans.get_mut(vid) {
        vlan.untagged = untagged;
    }
    if pvid {
        vlans.pvid = vid;
    } else if vlans.pvid == vid {
        vlans.pvid = 0;
    }
    if new.is_err() {
        if let Some(bridge) = bridge(net, place.0) {
            bridge.vlan.known.entry(vid).or_default().members += 1;
        }
        let mac = net.dev(place.1).mac;
        add_local(net, place, mac, vid);
    }
}

/// Takes a port or the bridge out of a VLAN; one that it is not in does not matter. What was learned
/// there is forgotten.
fn delete(net: &mut Net, place: (DevId, DevId), vid: u16) {
    let Some(vlans) = of_mut(net, place) else {
        return;
    };
    let Ok(at) = vlans.place(vid) else {
        return;
    };
    vlans.list.remove(at);
    if vlans.pvid == vid {
        vlans.pvid = 0;
    }
    disown(net, place.0, vid);
    delete_local(net, place, vid);
    let dev = place.1;
    told::forget(net, place.0, |_, s| {
        s.dev == dev && s.vlan == vid && s.is_dynamic() && !s.extern_learn
    });
}

/// One less is in a VLAN; the bridge forgets one that nobody is in.
fn disown(net: &mut Net, master: DevId, vid: u16) {
    let Some(bridge) = bridge(net, master) else {
        return;
    };
    let known = &mut bridge.vlan.known;
    if let Some(vlan) = known.get_mut(&vid) {
        vlan.members -= 1;
        if vlan.members == 0 {
            known.remove(&vid);
        }
    }
}

/// Knows an address of the bridge or a port as local in a VLAN, unless it is known as local of
/// another.
pub(in crate::bridge) fn add_local(net: &mut Net, place: (DevId, DevId), mac: MacAddr, vid: u16) {
    let now = net.now;
    let Some(bridge) = bridge(net, place.0) else {
        return;
    };
    if mac.is_zero() || bridge.fdb.get(mac, vid).is_some_and(Station::is_local) {
        return;
    }
    let local = Station::new(place.1, Kind::Local, now).in_vlan(vid);
    bridge.fdb.remove(mac, vid);
    told::set(net, place.0, mac, local);
}

/// Knows an address as local without a VLAN and in each that the device is in.
pub(in crate::bridge) fn local_addresses(net: &mut Net, place: (DevId, DevId), mac: MacAddr) {
    add_local(net, place, mac, 0);
    for vid in super::ids(net, place.0, place.1) {
        add_local(net, place, mac, vid);
    }
}

/// The device's address is not local in a VLAN any more, unless another that has it is in the VLAN:
/// then it is that one's (`fdb_delete_local`).
fn delete_local(net: &mut Net, (master, dev): (DevId, DevId), vid: u16) {
    let mac = net.dev(dev).mac;
    let ports = forward::bridge(net, master).map_or_else(Vec::new, |b| b.ports.clone());
    let mut others = ports.into_iter().chain([master]);
    let heir = others.find(|other| {
        let member = of(net, (master, *other)).is_some_and(|vlans| vlans.get(vid).is_some());
        *other != dev && net.dev(*other).mac == mac && member
    });
    let Some(bridge) = bridge(net, master) else {
        return;
    };
    let Some(station) = bridge.fdb.get_mut(mac, vid) else {
        return;
    };
    if station.dev != dev || !station.is_local() {
        return;
    }
    match heir {
        Some(heir) => station.dev = heir,
        None => told::remove(net, master, mac, vid),
    }
}

/// A new bridge is in the default VLAN.
pub(in crate::bridge) fn begin(net: &mut Net, master: DevId) {
    let mac = net.dev(master).mac;
    add_local(net, (master, master), mac, 0);
    join_default(net, (master, master));
}

/// A port or a new bridge joins the VLAN that is set for all, if there is one.
pub(in crate::bridge) fn join_default(net: &mut Net, place: (DevId, DevId)) {
    let pvid = bridge(net, place.0).map_or(0, |bridge| bridge.vlan.default_pvid);
    if pvid != 0 {
        add(net, place, pvid, (true, true));
    }
}

/// A port that is going leaves all of its VLANs.
pub(in crate::bridge) fn leave_all(net: &mut Net, master: DevId, vlans: &Vlans) {
    for vid in vlans.ids() {
        disown(net, master, vid);
    }
}

/// Sets the VLAN that ports are put into, and changes it where it stands as it was given: the user's
/// own choices stay.
pub(in crate::bridge) fn default_pvid(net: &mut Net, master: DevId, pvid: u16) {
    let Some(bridge) = bridge(net, master) else {
        return;
    };
    let old = core::mem::replace(&mut bridge.vlan.default_pvid, pvid);
    if old == pvid {
        return;
    }
    let devices = core::iter::once(master).chain(bridge.ports.clone());
    for dev in devices {
        let place = (master, dev);
        let Some(vlans) = of(net, place) else {
            continue;
        };
        let untouched =
            old != 0 && vlans.pvid == old && vlans.get(old).is_some_and(|vlan| vlan.untagged);
        if pvid == 0 {
            if untouched {
                delete(net, place, old);
            }
        } else if (old == 0 || untouched) && vlans.get(pvid).is_none() {
            add(net, place, pvid, (true, true));
            delete(net, place, old);
        }
    }
}

/// Whether ports may be given counters of their own, or lose them: not while one is in a VLAN.
pub(in crate::bridge) fn stats_per_port(net: &Net, master: DevId) -> Result<()> {
    let ports = forward::bridge(net, master).map_or(&[][..], |bridge| &bridge.ports[..]);
    let mut members = ports.iter().filter_map(|port| of(net, (master, *port)));
    if members.any(|vlans| !vlans.list.is_empty()) {
        return Err(Errno::BUSY.into());
    }
    Ok(())
}

/// Sets the state or the multicast routers of VLANs.
fn set(
    net: &mut Net,
    dev: DevId,
    ids: VlanIds,
    (state, mcast_router): (Option<PortState>, Option<u8>),
) -> Result<()> {
    let device = net.dev(dev);
    let place = match (&device.kind, &device.port) {
        (_, Some(port)) => (port.bridge, dev),
        (link::Kind::Bridge(_), None) => (dev, dev),
        _ => {
            let text = "The device is not a valid bridge or bridge port";
            return refuse(Errno::INVAL, text);
        }
    };
    valid(ids)?;
    let most = if place.0 == dev { 2 } else { 3 };
    let by_kernel = forward::bridge(net, place.0).is_some_and(|b| b.tree.is_enabled());
    let vlans = of_mut(net, place).ok_or(Errno::INVAL)?;
    if vlans.get(ids.first).is_none() {
        let text = "Vlan range start doesn't exist, can't process options";
        return refuse(Errno::NOENT, text);
    }
    if ids.each().any(|vid| vlans.get(vid).is_none()) {
        let text = "Vlan range end doesn't exist, can't process options";
        return refuse(Errno::NOENT, text);
    }
    if state.is_some() && by_kernel {
        let text = "Can't modify vlan state when using kernel STP";
        return refuse(Errno::BUSY, text);
    }
    if mcast_router.is_some_and(|router| router > most) {
        return Err(Errno::INVAL.into());
    }
    for vid in ids.each() {
        if let Some(vlan) = vlans.get_mut(vid) {
            vlan.state = state.unwrap_or(vlan.state);
            vlan.mcast_router = mcast_router.unwrap_or(vlan.mcast_router);
        }
    }
    Ok(())
}

/// Sets what a bridge has for VLANs.
fn set_global(
    net: &mut Net,
    dev: DevId,
    ids: VlanIds,
    mcast: &VlanMulticastSettings,
) -> Result<()> {
    let Some(bridge) = bridge(net, dev) else {
        let text = "Global vlan options can only be set on bridge device";
        return refuse(Errno::INVAL, text);
    };
    valid(ids)?;
    let known = &mut bridge.vlan.known;
    if ids.each().any(|vid| !known.contains_key(&vid)) {
        let text = "Vlan in range doesn't exist, can't process global options";
        return refuse(Errno::NOENT, text);
    }
    if mcast
        .igmp_version
        .is_some_and(|version| !(2..=3).contains(&version))
        || mcast
            .mld_version
            .is_some_and(|version| !(1..=2).contains(&version))
    {
        return Err(Errno::INVAL.into());
    }
    for vid in ids.each() {
        if let Some(vlan) = known.get_mut(&vid) {
            vlan.mcast.get_or_insert_default().set(mcast);
        }
    }
    Ok(())
}

/// The VLANs of every port and bridge of a namespace.
pub(crate) fn list(net: &Net, ns: NsId) -> Vec<BridgeVlan> {
    let mut all = Vec::new();
    for dev in net.ns(ns).devices.values().copied() {
        let device = net.dev(dev);
        let master = match (&device.port, &device.kind) {
            (Some(port), _) => port.bridge,
            (None, link::Kind::Bridge(_)) => dev,
            _ => continue,
        };
        let (Some(vlans), Some(bridge)) = (of(net, (master, dev)), forward::bridge(net, master))
        else {
            continue;
        };
        let filter = &bridge.vlan;
        let own = filter.stats_per_port && dev != master;
        all.extend(vlans.list.iter().map(|vlan| {
            let common = filter.known.get(&vlan.vid).map(|known| known.stats);
            BridgeVlan {
                dev: device.index,
                vid: vlan.vid,
                pvid: vlan.vid == vlans.pvid,
                untagged: vlan.untagged,
                state: vlan.state,
                mcast_router: vlan.mcast_router,
                stats: common.filter(|_| !own).unwrap_or(vlan.stats),
            }
        }));
    }
    all
}

/// What every bridge of a namespace has for the VLANs that it knows.
pub(crate) fn list_global(net: &Net, ns: NsId) -> Vec<GlobalVlan> {
    let devices = net.ns(ns).devices.values().map(|dev| net.dev(*dev));
    let mut all = Vec::new();
    for device in devices {
        let link::Kind::Bridge(bridge) = &device.kind else {
            continue;
        };
        all.extend(bridge.vlan.known.iter().map(|(vid, known)| GlobalVlan {
            dev: device.index,
            vid: *vid,
            mcast: known.mcast.as_deref().cloned().unwrap_or_default(),
        }));
    }
    all
}
