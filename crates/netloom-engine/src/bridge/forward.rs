//! The way of a frame through a bridge (`br_handle_frame`, `br_handle_frame_finish`,
//! `br_dev_xmit`, `br_forward`, `br_flood`).

use super::learn::{learn, told, unlocked};
use super::multicast::{self, Choice};
use super::{Bridge, Port, stp, suppress, vlan};
use crate::device::DevId;
use crate::link;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::receive::{self, longest_frame};
use netloom_model::MacAddr;
use netloom_model::bridge::PortState;
use netloom_model::journey::{DropReason, Event, FdbFound, Stage};
use netloom_model::socket::PacketType;
use netloom_wire::ethernet;

pub(super) fn bridge(net: &Net, dev: DevId) -> Option<&Bridge> {
    match &net.dev(dev).kind {
        link::Kind::Bridge(bridge) => Some(bridge),
        _ => None,
    }
}

pub(super) fn bridge_mut(net: &mut Net, dev: DevId) -> Option<&mut Bridge> {
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
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    let Some(port) = &cx.net.dev(dev).port else {
        return cx.drop(packet, dev, Stage::BridgeReceive, DropReason::BridgeDown);
    };
    let frame = ethernet::Frame::new_unchecked(packet.bytes());
    let (dst, src) = (frame.dst(), frame.src());
    let (master, mut state, locked) = (port.bridge, port.state, port.flags.locked);
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
    let vid = match vlan::ingress(cx, (master, dev), &mut packet, &mut state) {
        Ok(vid) => vid,
        Err(reason) => return cx.drop(packet, dev, Stage::BridgeVlanIn, reason),
    };
    if locked && !unlocked(cx.net, (master, dev), (src, vid)) {
        return cx.drop(packet, dev, Stage::BridgeReceive, DropReason::BridgeLocked);
    }
    learn(cx, (master, dev), (src, vid), &packet);
    if state == PortState::Learning {
        return cx.drop(packet, dev, Stage::BridgeReceive, stp::closed(state));
    }
    deliver(cx, (master, dev), (dst, vid), packet);
}

/// Whether frames to 01:80:c2:00:00:0X are forwarded: where the mask says so, and those of the
/// spanning tree where nobody here speaks it. Pause frames never are.
#[cold]
fn forwards_group(net: &Net, master: DevId, last: u8) -> bool {
    let Some(bridge) = bridge(net, master) else {
        return false;
    };
    let mask = bridge.settings.group_fwd_mask | bridge.vlan.group_fwd_mask();
    let masked = mask >> last & 1 != 0;
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
    if port_learns
        && learns
        && let Some(vid) = vlan::learnable(cx.net, (master, dev), &packet)
    {
        learn(cx, (master, dev), (src, vid), &packet);
    }
    let speaks = |b: &Bridge| b.tree.is_enabled() && b.vlan.group_address() == last;
    if bridge(cx.net, master).is_some_and(speaks) {
        return stp::bpdu(cx, (master, dev), packet);
    }
    receive::protocol(cx, dev, packet);
}

/// Where a frame goes: up, out of one port, or out of many.
#[inline(always)]
fn deliver<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, dev): (DevId, DevId),
    to: (MacAddr, u16),
    packet: Packet,
) {
    let (dst, vid) = to;
    let promiscuous = cx.net.dev(master).promiscuity > 0;
    let answered = suppress::answers(cx, (master, Some(dev)), vid, &packet);
    let how = |keep| How::new(Some(dev), answered, keep);
    if dst.is_multicast() {
        let Some(packet) = to_members(cx, (master, Some(dev)), to, packet) else {
            return;
        };
        cx.see(&packet, dev, Stage::BridgeLookup, |_| Event::Fdb {
            address: dst,
            vlan: told(vid),
            found: FdbFound::Group,
        });
        if let Some(packet) = flood(cx, (master, Some(dev)), to, packet, how(true)) {
            pass_up(cx, master, vid, packet);
        }
        return;
    }
    match find(cx, (master, dev), to, &packet) {
        Some(place) if place.local => pass_up(cx, master, vid, packet),
        Some(place) => {
            if promiscuous {
                let copy = cx.copy(&packet);
                pass_up(cx, master, vid, copy);
            }
            forward(cx, (dev, place.dev), vid, packet);
        }
        None => {
            if let Some(packet) = flood(cx, (master, Some(dev)), to, packet, how(promiscuous)) {
                pass_up(cx, master, vid, packet);
            }
        }
    }
}

/// Sends a frame to a group to its members, where the bridge snoops and knows them; else it comes
/// back, to be flooded.
fn to_members<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, from): (DevId, Option<DevId>),
    (dst, vid): (MacAddr, u16),
    packet: Packet,
) -> Option<Packet> {
    if dst.is_broadcast() {
        return Some(packet);
    }
    let at = from.unwrap_or(master);
    let heard = match multicast::listen(cx, (master, from), vid, &packet) {
        Ok(Some(heard)) => heard,
        Ok(None) => return Some(packet),
        Err(reason) => {
            cx.drop(packet, at, Stage::BridgeSnoop, reason);
            return None;
        }
    };
    let Choice::Members { up } = multicast::choose(cx, master, &heard, vid, (at, &packet)) else {
        return Some(packet);
    };
    let up = from.is_some() && (up || cx.net.dev(master).promiscuity > 0);
    if let Some(packet) = multicast::to_members(cx, (master, from), vid, packet, up) {
        pass_up(cx, master, vid, packet);
    }
    None
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
    (master, dev): (DevId, DevId),
    (dst, vid): (MacAddr, u16),
    packet: &Packet,
) -> Option<Place> {
    let now = cx.net.now;
    let bridge = bridge_mut(cx.net, master)?;
    let ageing = bridge.ageing_nanos();
    let place = bridge.fdb.get_mut(dst, vid).and_then(|station| {
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
        vlan: told(vid),
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
pub(super) fn forbidden(
    net: &Net,
    from: Option<&Port>,
    same: bool,
    to: DevId,
    (vid, len): (u16, usize),
) -> Option<DropReason> {
    let device = net.dev(to);
    let Some(port) = &device.port else {
        return Some(DropReason::BridgePortState);
    };
    if same && !port.flags.hairpin {
        Some(DropReason::BridgeSamePort)
    } else if !port.forwards() {
        Some(stp::closed(port.state))
    } else if vid != 0
        && let Some(reason) = port.vlans.forbid(vid)
    {
        Some(reason)
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
fn forward<O: Observer>(cx: &mut Cx<'_, O>, (from, to): (DevId, DevId), vid: u16, packet: Packet) {
    let source = cx.net.dev(from).port.as_deref();
    if let Some(reason) = forbidden(cx.net, source, from == to, to, (vid, packet.longest())) {
        return cx.drop(packet, from, Stage::BridgeForward, reason);
    }
    cx.see(&packet, to, Stage::BridgeForward, |_| Event::Accepted);
    leave(cx, to, vid, packet);
}

/// A frame that may leave by a port leaves by it.
#[inline]
pub(super) fn leave<O: Observer>(cx: &mut Cx<'_, O>, to: DevId, vid: u16, mut packet: Packet) {
    if vid != 0 {
        vlan::egress(cx, to, vid, &mut packet);
    }
    link::transmit(cx, to, packet);
}

/// Why a frame is not flooded to a port that it may go to otherwise.
fn not_flooded(net: &Net, to: DevId, dst: MacAddr, how: How) -> Option<&'static str> {
    let Some(port) = &net.dev(to).port else {
        return Some("it is no port");
    };
    let flags = &port.flags;
    if flags.proxy_arp {
        Some("it is a proxy ARP port")
    } else if how.answered && (flags.neigh_suppress || flags.proxy_arp_wifi) {
        Some("neigh_suppress: the bridge answers")
    } else if how.own && dst.is_multicast() {
        None
    } else if dst.is_broadcast() {
        (!flags.bcast_flood).then_some("bcast_flood is off")
    } else if dst.is_multicast() {
        (!flags.mcast_flood).then_some("mcast_flood is off")
    } else {
        (!flags.flood).then_some("flood is off")
    }
}

/// How a frame is flooded.
#[derive(Clone, Copy)]
struct How {
    /// The original comes back, to go up; else the last port gets it.
    keep: bool,
    /// It asks for an address, and ports that suppress are spared it.
    answered: bool,
    /// The bridge itself sends it: ports have its groups whatever they are set to.
    own: bool,
}

impl How {
    fn new(from: Option<DevId>, answered: bool, keep: bool) -> How {
        How {
            keep,
            answered,
            own: from.is_none(),
        }
    }
}

/// Sends a frame out of every port that may have it.
fn flood<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, from): (DevId, Option<DevId>),
    (dst, vid): (MacAddr, u16),
    packet: Packet,
    how: How,
) -> Option<Packet> {
    let (at, keep) = (from.unwrap_or(master), how.keep);
    if O::ON {
        tell_flood(cx, (master, from), (dst, vid), &packet, how);
    }
    let len = packet.longest();
    let mut last = None;
    let count = bridge(cx.net, master).map_or(0, |b| b.ports.len());
    // The port that came last is first in the bridge's list.
    for i in (0..count).rev() {
        // A port can go while frames are sent: nothing here sends that far, but ask each time.
        let Some(to) = bridge(cx.net, master).and_then(|b| b.ports.get(i).copied()) else {
            break;
        };
        let source = from.and_then(|from| cx.net.dev(from).port.as_deref());
        if forbidden(cx.net, source, from == Some(to), to, (vid, len)).is_some()
            || not_flooded(cx.net, to, dst, how).is_some()
        {
            continue;
        }
        if let Some(previous) = last.replace(to) {
            let copy = cx.copy(&packet);
            leave(cx, previous, vid, copy);
        }
    }
    match last {
        Some(to) if keep => {
            let copy = cx.copy(&packet);
            leave(cx, to, vid, copy);
            return Some(packet);
        }
        None if keep => return Some(packet),
        Some(to) => leave(cx, to, vid, packet),
        None => cx.drop(packet, at, Stage::BridgeFlood, DropReason::BridgeNoPort),
    }
    None
}

/// Tells the observer which ports get a frame, and why the others do not.
fn tell_flood<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, from): (DevId, Option<DevId>),
    (dst, vid): (MacAddr, u16),
    packet: &Packet,
    how: How,
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
            let why = forbidden(
                net,
                source,
                from == Some(port),
                port,
                (vid, packet.longest()),
            )
            .map(DropReason::text)
            .or_else(|| not_flooded(net, port, dst, how));
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
fn pass_up<O: Observer>(cx: &mut Cx<'_, O>, master: DevId, vid: u16, mut packet: Packet) {
    cx.net.dev_mut(master).rx.count(packet.len());
    if vid != 0
        && let Err(reason) = vlan::allowed_up(cx, master, vid, &mut packet)
    {
        return cx.drop(packet, master, Stage::BridgeUp, reason);
    }
    let device = cx.net.dev_mut(master);
    let dst = ethernet::Frame::new_unchecked(packet.bytes()).dst();
    // What is for the port is for the host too, whatever the bridge's own address is.
    let to_port = packet.packet_type == PacketType::Host;
    packet.packet_type = match receive::packet_type(dst, device.mac) {
        PacketType::OtherHost if to_port => PacketType::Host,
        other => other,
    };
    if packet.packet_type == PacketType::Multicast {
        device.rx_multicast += 1;
    }
    packet.dev = master;
    cx.see(&packet, master, Stage::BridgeUp, |_| Event::PassedUp);
    receive::deliver(cx, master, packet);
}

/// The bridge sends as a device of this host: `br_dev_xmit`.
pub(crate) fn transmit<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    let device = cx.net.dev_mut(dev);
    device.tx.count(packet.len());
    cx.see(&packet, dev, Stage::BridgeTransmit, |_| Event::Transmit);
    let vid = match vlan::ingress(cx, (dev, dev), &mut packet, &mut PortState::Forwarding) {
        Ok(vid) => vid,
        Err(reason) => return cx.drop(packet, dev, Stage::BridgeVlanIn, reason),
    };
    let dst = ethernet::Frame::new_unchecked(packet.bytes()).dst();
    let answered = suppress::answers(cx, (dev, None), vid, &packet);
    let how = How::new(None, answered, false);
    if dst.is_multicast() {
        if let Some(packet) = to_members(cx, (dev, None), (dst, vid), packet) {
            flood(cx, (dev, None), (dst, vid), packet, how);
        }
        return;
    }
    match find(cx, (dev, dev), (dst, vid), &packet) {
        // To an address of a port: Linux hands such a frame to nobody but the port's wire.
        Some(Place { dev: port, .. }) if port != dev => {
            if let Some(reason) = forbidden(cx.net, None, false, port, (vid, packet.longest())) {
                return cx.drop(packet, dev, Stage::BridgeForward, reason);
            }
            cx.see(&packet, port, Stage::BridgeForward, |_| Event::Accepted);
            leave(cx, port, vid, packet);
        }
        Some(_) => cx.drop(
            packet,
            dev,
            Stage::BridgeForward,
            DropReason::BridgeSamePort,
        ),
        None => {
            flood(cx, (dev, None), (dst, vid), packet, how);
        }
    }
}
