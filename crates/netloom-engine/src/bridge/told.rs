//! Changes of a bridge's forwarding database that whoever listens is told of (`fdb_notify`).

use super::configure::bridge;
use super::entries::describe;
use super::fdb::Station;
use crate::device::DevId;
use crate::net::Net;
use crate::notify;
use netloom_model::MacAddr;

/// Tells of an entry as it is, or was.
pub(super) fn tell(net: &mut Net, master: DevId, mac: MacAddr, station: &Station, gone: bool) {
    let station = *station;
    notify::bridge::fdb(net, master, gone, |net| {
        describe(net, net.dev(master).index, mac, &station)
    });
}

/// Sets an entry.
pub(super) fn set(net: &mut Net, master: DevId, mac: MacAddr, station: Station) {
    let Some(bridge) = bridge(net, master) else {
        return;
    };
    let before = bridge.fdb.get(mac, station.vlan).copied();
    bridge.fdb.set(mac, station);
    let changed = before.is_none_or(|old| {
        let shown = |s: &Station| (s.dev, s.kind, s.sticky, s.extern_learn);
        shown(&old) != shown(&station)
    });
    if changed {
        tell(net, master, mac, &station, false);
    }
}

/// Takes an entry out.
pub(super) fn remove(net: &mut Net, master: DevId, mac: MacAddr, vlan: u16) {
    let gone = bridge(net, master).and_then(|bridge| bridge.fdb.remove(mac, vlan));
    if let Some(station) = gone {
        tell(net, master, mac, &station, true);
    }
}

/// Takes every entry out for which `gone` holds, the newest first.
pub(super) fn forget(net: &mut Net, master: DevId, gone: impl Fn(MacAddr, &Station) -> bool) {
    let heard = notify::heard(net, net.ns_of(master));
    let Some(bridge) = bridge(net, master) else {
        return;
    };
    if !heard {
        return bridge.fdb.forget(gone);
    }
    let all = bridge.fdb.list();
    for (mac, station) in all.iter().filter(|(mac, station)| gone(*mac, station)) {
        remove(net, master, *mac, station.vlan);
    }
}
