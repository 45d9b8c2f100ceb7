//! The way of a frame through a bridge (`br_handle_frame`, `br_handle_frame_finish`,
//! `br_dev_xmit`, `br_forward`, `br_flood`).

use super::fdb::{Kind, Station};
use super::{Bridge, Port, stp};
use crate::device::DevId;
use crate::link;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::receive::{self, longest_frame};
use netloom_model::MacAddr;
use netloom_model::bridge::PortState;
use netloom_model::journey::{DropReason, Event, FdbFound, Learning, Stage};
use netloom_model::socket::PacketType;
use netloom_wire::ethernet;

fn bridge(net: &Net, dev: DevId) -> Option<&Bridge> {
    match &net.dev(dev).kind {
        link::Kind::Bridge(bridge) => Some(bridge),
        _ => None,
    }
}

fn bridge_mut(net: &mut Net, dev: DevId) -> Option<&mut Bridge> {
    match &mut net.dev_mut(dev).kind {
        link::Kind::Bridge(bridge) => Some(bridge),
        _ => None,
    }
}

/// 01:80:c2:00:00:0X (IEEE 802.1D table 7-10).
fn reserved_group(mac: MacAddr) -> Option<u8> {
    let group = mac.0[..5] == [0x01, 0x80, 0xc2, 0, 0] && mac.0[5] <= 0x0f;
    group.then_some(mac.0[5])
}

/// A port received a frame, its Ethernet header at the front.
#[inline]
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let Some(port) = &cx.net.dev(dev).port else {
        return cx.drop(packet, dev, Stage::BridgeReceive, DropReason::BridgeDown);
    };
    let frame = ethernet::Frame::new_unchecked(packet.bytes());
    let (dst, src) = (frame.dst(), frame.src());
    let (master, state, locked) = (port.bridge, port.state, port.flags.locked);
    if src.is_multicast() || src.is_zero() {
        return cx.drop(packet, dev, Stage::BridgeReceive, DropReason::BridgeSource);
    }
    if !cx.net.dev(master).is_up() {
        return cx.drop(packet, dev, Stage::BridgeReceive, DropReason::BridgeDown);
    }
    cx.see(&packet, dev, Stage::BridgeReceive, |_| Event::Accepted);
    if let Some(last) = reserved_group(dst)
        && !forwards_group(cx.net, master, last)
    {
        return reserved(cx, (master, dev), (src, last), packet);
    }
    if !matches!(state, PortState::Forwarding | PortState::Learning) {
        return cx.drop(packet, dev, Stage::BridgeReceive, stp::closed(state));
    }
    if locked && !unlocked(cx.net, master, dev, src) {
        return cx.drop(packet, dev, Stage::BridgeReceive, DropReason::BridgeLocked);
    }
    learn(cx, master, dev, src, &packet);
    if state == PortState::Learning {
        return cx.drop(packet, dev, Stage::BridgeReceive, stp::closed(state));
    }
    deliver(cx, master, dev, dst, packet);
}

/// Whether a locked port knows the source as its own, not as local.
fn unlocked(net: &Net, master: DevId, port: DevId, src: MacAddr) -> bool {
    let station = bridge(net, master).and_then(|b| b.fdb.get(src));
    station.is_some_and(|s| s.dev == port && !s.is_local())
}

/// Whether frames to 01:80:c2:00:00:0X are forwarded: where the mask says so, and those of the
/// spanning tree where nobody here speaks it. Pause frames never are.
#[cold]
fn forwards_group(net: &Net, master: DevId, last: u8) -> bool {
    let Some(bridge) = bridge(net, master) else {
        return false;
    };
    let masked = bridge.settings.group_fwd_mask >> last & 1 != 0;
    last != 1 && masked || last == 0 && !bridge.tree.is_enabled()
}

/// A frame to a link-local group that ends at the port: its own stack has it, not the bridge's
/// (`br_handle_local_finish`).
#[cold]
fn reserved<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, dev): (DevId, DevId),
    (src, last): (MacAddr, u8),
    packet: Packet,
) {
    if last == 1 {
        let reason = DropReason::BridgeReserved;
        return cx.drop(packet, dev, Stage::BridgeReceive, reason);
    }
    let port_learns = cx.net.dev(dev).port.as_ref().is_some_and(|p| p.learns());
    let learns = bridge(cx.net, master).is_some_and(|b| !b.settings.no_linklocal_learn);
    if port_learns && learns {
        learn(cx, master, dev, src, &packet);
    }
    if last == 0 {
        return stp::bpdu(cx, (master, dev), packet);
    }
    receive::protocol(cx, dev, packet);
}

/// Learns where the source is (`br_fdb_update`).
#[inline(always)]
fn learn<O: Observer>(
    cx: &mut Cx<'_, O>,
    master: DevId,
    dev: DevId,
    src: MacAddr,
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
            change: Learning::Not("learning is off".to_owned()),
        });
    }
    if let Some(station) = bridge.fdb.get_mut(src)
        && station.dev == dev
        && station.is_dynamic()
    {
        if station.updated != now {
            station.updated = now;
        }
        return cx.see(packet, dev, Stage::BridgeLearn, |_| Event::Learned {
            address: src,
            change: Learning::Refreshed,
        });
    }
    learn_news(cx, master, dev, src, packet);
}

/// A station that is new, or was elsewhere.
#[cold]
fn learn_news<O: Observer>(
    cx: &mut Cx<'_, O>,
    master: DevId,
    dev: DevId,
    src: MacAddr,
    packet: &Packet,
) {
    let now = cx.net.now;
    let Some(bridge) = bridge_mut(cx.net, master) else {
        return;
    };
    let mut from = None;
    let full = !bridge.fdb.may_learn();
    let change = match bridge.fdb.get_mut(src) {
        Some(station) if station.is_local() => Some("it is an address of the bridge"),
        Some(station) if station.sticky => Some("it is sticky"),
        Some(station) => {
            from = (station.dev != dev).then_some(station.dev);
            // Where it is now, it was not learned by a program.
            station.extern_learn &= from.is_none();
            station.dev = dev;
            station.updated = now;
            None
        }
        None if full => Some("the database is full"),
        None => {
            let station = Station::new(dev, Kind::Dynamic, now);
            bridge.fdb.insert(src, station);
            super::entries::schedule_gc(cx.net, master);
            None
        }
    };
    cx.see(packet, dev, Stage::BridgeLearn, |net| Event::Learned {
        address: src,
        change: match (change, from) {
            (Some(why), _) => Learning::Not(why.to_owned()),
            (None, Some(from)) => Learning::Moved(net.dev(from).name.clone()),
            (None, None) => Learning::New,
        },
    });
}

/// Where a frame goes: up, out of one port, or out of many.
#[inline(always)]
fn deliver<O: Observer>(
    cx: &mut Cx<'_, O>,
    master: DevId,
    dev: DevId,
    dst: MacAddr,
    packet: Packet,
) {
    let promiscuous = cx.net.dev(master).promiscuity > 0;
    if dst.is_multicast() {
        cx.see(&packet, dev, Stage::BridgeLookup, |_| Event::Fdb {
            address: dst,
            found: FdbFound::Group,
        });
        if let Some(packet) = flood(cx, master, Some(dev), dst, packet, true) {
            pass_up(cx, master, packet);
        }
        return;
    }
    match find(cx, master, dev, dst, &packet) {
        Some(place) if place.local => pass_up(cx, master, packet),
        Some(place) => {
            if promiscuous {
                let copy = cx.copy(&packet);
                pass_up(cx, master, copy);
            }
            forward(cx, dev, place.dev, packet);
        }
        None => {
            if let Some(packet) = flood(cx, master, Some(dev), dst, packet, promiscuous) {
                pass_up(cx, master, packet);
            }
        }
    }
}

/// Where a station is.
#[derive(Clone, Copy)]
struct Place {
    dev: DevId,
    local: bool,
}

/// Looks a destination up; an entry too old is as if it were not there.
#[inline(always)]
fn find<O: Observer>(
    cx: &mut Cx<'_, O>,
    master: DevId,
    dev: DevId,
    dst: MacAddr,
    packet: &Packet,
) -> Option<Place> {
    let now = cx.net.now;
    let bridge = bridge_mut(cx.net, master)?;
    let ageing = bridge.ageing_nanos();
    let place = bridge.fdb.get_mut(dst).and_then(|station| {
        if station.expired(now, ageing) {
            return None;
        }
        if station.used != now {
            station.used = now;
        }
        Some(Place {
            dev: station.dev,
            local: station.is_local(),
        })
    });
    cx.see(packet, dev, Stage::BridgeLookup, |net| Event::Fdb {
        address: dst,
        found: match place {
            Some(place) if place.local => FdbFound::Local,
            Some(place) => FdbFound::Port(net.dev(place.dev).name.clone()),
            None => FdbFound::Nothing,
        },
    });
    place
}

/// Why a frame that came by `from` may not leave by `to` (`should_deliver`).
#[inline]
fn forbidden(
    net: &Net,
    from: Option<&Port>,
    same: bool,
    to: DevId,
    len: usize,
) -> Option<DropReason> {
    let device = net.dev(to);
    let Some(port) = &device.port else {
        return Some(DropReason::BridgePortState);
    };
    if same && !port.flags.hairpin {
        Some(DropReason::BridgeSamePort)
    } else if !port.forwards() {
        Some(stp::closed(port.state))
    } else if port.flags.isolated && from.is_some_and(|f| f.flags.isolated) {
        Some(DropReason::BridgeIsolated)
    } else if len > longest_frame(device.mtu) {
        Some(DropReason::TooLong)
    } else {
        None
    }
}

/// Sends a frame out of one port.
#[inline]
fn forward<O: Observer>(cx: &mut Cx<'_, O>, from: DevId, to: DevId, packet: Packet) {
    let source = cx.net.dev(from).port.as_deref();
    if let Some(reason) = forbidden(cx.net, source, from == to, to, packet.longest()) {
        return cx.drop(packet, from, Stage::BridgeForward, reason);
    }
    cx.see(&packet, to, Stage::BridgeForward, |_| Event::Accepted);
    link::transmit(cx, to, packet);
}

/// Why a frame is not flooded to a port that it may go to otherwise.
fn not_flooded(net: &Net, to: DevId, dst: MacAddr) -> Option<&'static str> {
    let Some(port) = &net.dev(to).port else {
        return Some("it is no port");
    };
    let flags = &port.flags;
    if flags.proxy_arp {
        Some("it is a proxy ARP port")
    } else if dst.is_broadcast() {
        (!flags.bcast_flood).then_some("bcast_flood is off")
    } else if dst.is_multicast() {
        (!flags.mcast_flood).then_some("mcast_flood is off")
    } else {
        (!flags.flood).then_some("flood is off")
    }
}

/// Sends a frame out of every port that may have it. With `keep` the original comes back, to go
/// up; else the last port gets it.
fn flood<O: Observer>(
    cx: &mut Cx<'_, O>,
    master: DevId,
    from: Option<DevId>,
    dst: MacAddr,
    packet: Packet,
    keep: bool,
) -> Option<Packet> {
    let at = from.unwrap_or(master);
    if O::ON {
        tell_flood(cx, master, from, dst, &packet);
    }
    let len = packet.longest();
    let mut last = None;
    let count = bridge(cx.net, master).map_or(0, |b| b.ports.len());
    for i in 0..count {
        // A port can go while frames are sent: nothing here sends that far, but ask each time.
        let Some(to) = bridge(cx.net, master).and_then(|b| b.ports.get(i).copied()) else {
            break;
        };
        let source = from.and_then(|from| cx.net.dev(from).port.as_deref());
        if forbidden(cx.net, source, from == Some(to), to, len).is_some()
            || not_flooded(cx.net, to, dst).is_some()
        {
            continue;
        }
        if let Some(previous) = last.replace(to) {
            let copy = cx.copy(&packet);
            link::transmit(cx, previous, copy);
        }
    }
    match last {
        Some(to) if keep => {
            let copy = cx.copy(&packet);
            link::transmit(cx, to, copy);
            return Some(packet);
        }
        None if keep => return Some(packet),
        Some(to) => {
            link::transmit(cx, to, packet);
        }
        None => cx.drop(packet, at, Stage::BridgeFlood, DropReason::BridgeNoPort),
    }
    None
}

/// Tells the observer which ports get a frame, and why the others do not.
fn tell_flood<O: Observer>(
    cx: &mut Cx<'_, O>,
    master: DevId,
    from: Option<DevId>,
    dst: MacAddr,
    packet: &Packet,
) {
    let at = from.unwrap_or(master);
    cx.see(packet, at, Stage::BridgeFlood, |net| {
        let (mut to, mut not) = (Vec::new(), Vec::new());
        let source = from.and_then(|from| net.dev(from).port.as_deref());
        for port in bridge(net, master)
            .map(|b| b.ports.clone())
            .unwrap_or_default()
        {
            let name = net.dev(port).name.clone();
            let why = forbidden(net, source, from == Some(port), port, packet.longest())
                .map(DropReason::text)
                .or_else(|| not_flooded(net, port, dst));
            match why {
                Some(_) if from == Some(port) => {}
                Some(why) => not.push((name, why.to_owned())),
                None => to.push(name),
            }
        }
        Event::Flooded { to, not }
    });
}

/// The bridge itself receives a frame (`br_pass_frame_up`).
fn pass_up<O: Observer>(cx: &mut Cx<'_, O>, master: DevId, mut packet: Packet) {
    let device = cx.net.dev_mut(master);
    device.rx.count(packet.len());
    let dst = ethernet::Frame::new_unchecked(packet.bytes()).dst();
    packet.packet_type = receive::packet_type(dst, device.mac);
    if packet.packet_type == PacketType::Multicast {
        device.rx_multicast += 1;
    }
    packet.dev = master;
    cx.see(&packet, master, Stage::BridgeUp, |_| Event::PassedUp);
    receive::deliver(cx, master, packet);
}

/// The bridge sends as a device of this host: `br_dev_xmit`.
pub(crate) fn transmit<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let device = cx.net.dev_mut(dev);
    device.tx.count(packet.len());
    cx.see(&packet, dev, Stage::BridgeTransmit, |_| Event::Transmit);
    let dst = ethernet::Frame::new_unchecked(packet.bytes()).dst();
    if dst.is_multicast() {
        flood(cx, dev, None, dst, packet, false);
        return;
    }
    match find(cx, dev, dev, dst, &packet) {
        // To an address of a port: Linux hands such a frame to nobody but the port's wire.
        Some(Place { dev: port, .. }) if port != dev => {
            if let Some(reason) = forbidden(cx.net, None, false, port, packet.longest()) {
                return cx.drop(packet, dev, Stage::BridgeForward, reason);
            }
            cx.see(&packet, port, Stage::BridgeForward, |_| Event::Accepted);
            link::transmit(cx, port, packet);
        }
        Some(_) => cx.drop(
            packet,
            dev,
            Stage::BridgeForward,
            DropReason::BridgeSamePort,
        ),
        None => {
            flood(cx, dev, None, dst, packet, false);
        }
    }
}
