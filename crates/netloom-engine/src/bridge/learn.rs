//! Where stations are, as their frames tell (`br_fdb_update`).

use super::fdb::{Kind, Station};
use super::forward::{bridge, bridge_mut};
use crate::device::DevId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::MacAddr;
use netloom_model::journey::{Event, Learning, Stage};

/// A VLAN as it is told; 0 stands for none.
pub(super) fn told(vid: u16) -> Option<u16> {
    (vid != 0).then_some(vid)
}

/// Whether a locked port knows the source as its own, not as local.
pub(super) fn unlocked(
    net: &Net,
    (master, port): (DevId, DevId),
    (src, vid): (MacAddr, u16),
) -> bool {
    let station = bridge(net, master).and_then(|b| b.fdb.get(src, vid));
    station.is_some_and(|s| s.dev == port && !s.is_local())
}

/// Learns where the source is (`br_fdb_update`).
#[inline(always)]
pub(super) fn learn<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, dev): (DevId, DevId),
    (src, vid): (MacAddr, u16),
    packet: &Packet,
) {
    let learning = cx
        .net
        .dev(dev)
        .port
        .as_ref()
        .is_some_and(|port| port.flags.learning);
    let now = cx.net.now;
    let Some(bridge) = bridge_mut(cx.net, master) else {
        return;
    };
    if !learning || bridge.tree.ageing_time() == 0 {
        return cx.see(packet, dev, Stage::BridgeLearn, |_| Event::Learned {
            address: src,
            vlan: told(vid),
            change: Learning::Not("learning is off".to_owned()),
        });
    }
    if let Some(station) = bridge.fdb.get_mut(src, vid)
        && station.dev == dev
        && station.is_dynamic()
    {
        if station.updated != now {
            station.updated = now;
        }
        return cx.see(packet, dev, Stage::BridgeLearn, |_| Event::Learned {
            address: src,
            vlan: told(vid),
            change: Learning::Refreshed,
        });
    }
    learn_news(cx, (master, dev), (src, vid), packet);
}

/// A station that is new, or was elsewhere.
#[cold]
fn learn_news<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, dev): (DevId, DevId),
    (src, vid): (MacAddr, u16),
    packet: &Packet,
) {
    let now = cx.net.now;
    let Some(bridge) = bridge_mut(cx.net, master) else {
        return;
    };
    let (mut from, mut news) = (None, None);
    let full = !bridge.fdb.may_learn();
    let change = match bridge.fdb.get_mut(src, vid) {
        Some(station) if station.is_local() => Some("it is an address of the bridge"),
        Some(station) if station.sticky => Some("it is sticky"),
        Some(station) => {
            from = (station.dev != dev).then_some(station.dev);
            // Where it is now, it was not learned by a program.
            station.extern_learn &= from.is_none();
            station.dev = dev;
            station.updated = now;
            news = from.map(|_| *station);
            None
        }
        None if full => Some("the database is full"),
        None => {
            let station = Station::new(dev, Kind::Dynamic, now).in_vlan(vid);
            bridge.fdb.insert(src, station);
            news = Some(station);
            super::entries::schedule_gc(cx.net, master);
            None
        }
    };
    if let Some(station) = news {
        super::told::tell(cx.net, master, src, &station, false);
    }
    cx.see(packet, dev, Stage::BridgeLearn, |net| Event::Learned {
        address: src,
        vlan: told(vid),
        change: match (change, from) {
            (Some(why), _) => Learning::Not(why.to_owned()),
            (None, Some(from)) => Learning::Moved(net.dev(from).name.clone()),
            (None, None) => Learning::New,
        },
    });
}
