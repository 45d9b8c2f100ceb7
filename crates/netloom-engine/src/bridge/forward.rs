//! The way of a frame through a bridge (`br_handle_frame`, `br_handle_frame_finish`,
//! `br_dev_xmit`, `br_forward`, `br_flood`).

use super::flood::{How, flood};
use super::learn::{learn, told, unlocked};
use super::multicast::{self, Choice};
use super::{Bridge, Port, netfilter, stp, suppress, vlan};
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
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let Some(port) = &cx.net.dev(dev).port else {
        return cx.drop(packet, dev, Stage::BridgeReceive, DropReason::BridgeDown);
    };
    let frame = ethernet::Frame::new_unchecked(packet.bytes());
    let (dst, src) = (frame.dst(), frame.src());
    let (master, state) = (port.bridge, port.state);
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
    if let Some(packet) = netfilter::received(cx, (master, dev), packet) {
        finish(cx, (master, dev), packet);
    }
}

/// A frame that a port received is taken into the bridge (`br_handle_frame_finish`).
#[inline]
pub(super) fn finish<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, dev): (DevId, DevId),
    mut packet: Packet,
) {
    let Some(port) = &cx.net.dev(dev).port else {
        return cx.drop(packet, dev, Stage::BridgeReceive, DropReason::BridgeDown);
    };
    let (mut state, locked) = (port.state, port.flags.locked);
    let frame = ethernet::Frame::new_unchecked(packet.bytes());
    let (dst, src) = (frame.dst(), frame.src());
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
    if let Some(packet) = netfilter::passed_up(cx, dev, packet) {
        receive::protocol(cx, dev, packet);
    }
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
    if let Some(reason) = forbidden(
        cx.net,
        source,
        from == to,
        to,
        (vid, netfilter::measured(&packet)),
    ) {
        return cx.drop(packet, from, Stage::BridgeForward, reason);
    }
    cx.see(&packet, to, Stage::BridgeForward, |_| Event::Accepted);
    leave(cx, (Some(from), to), vid, packet);
}

/// A frame that may leave by a port leaves by it; none brought it if the bridge itself sends it.
#[inline]
pub(super) fn leave<O: Observer>(
    cx: &mut Cx<'_, O>,
    (from, to): (Option<DevId>, DevId),
    vid: u16,
    mut packet: Packet,
) {
    if vid != 0 {
        vlan::egress(cx, to, vid, &mut packet);
    }
    netfilter::leaves(cx, (from, to), packet);
}

/// The bridge itself receives a frame (`br_pass_frame_up`).
fn pass_up<O: Observer>(cx: &mut Cx<'_, O>, master: DevId, vid: u16, mut packet: Packet) {
    cx.net.dev_mut(master).rx.count(packet.len());
    if vid != 0
        && let Err(reason) = vlan::allowed_up(cx, master, vid, &mut packet)
    {
        return cx.drop(packet, master, Stage::BridgeUp, reason);
    }
    let from = packet.dev;
    let Some(mut packet) = netfilter::passed_up(cx, from, packet) else {
        return;
    };
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
    if let Some(from) = packet.bridged_from {
        return netfilter::resolved(cx, dev, from, packet);
    }
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
            if let Some(reason) = forbidden(
                cx.net,
                None,
                false,
                port,
                (vid, netfilter::measured(&packet)),
            ) {
                return cx.drop(packet, dev, Stage::BridgeForward, reason);
            }
            cx.see(&packet, port, Stage::BridgeForward, |_| Event::Accepted);
            leave(cx, (None, port), vid, packet);
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
