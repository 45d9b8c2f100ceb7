//! The tree in its bridge: BPDUs in and out, timers, and what ports and carrier make of it
//! (`br_stp_rcv`, `br_send_bpdu`).

use super::super::Bridge;
use super::{Member, Message, StpTimer, Tree};
use crate::apply;
use crate::bridge::{multicast, netfilter};
use crate::device::DevId;
use crate::link;
use crate::net::{Cx, Net};
use crate::notify;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::receive;
use netloom_model::Time;
use netloom_model::bridge::PortState;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_wire::stp::{Bpdu, BpduType, CONFIG_LEN, Config, GROUP, NOTIFICATION};
use netloom_wire::{EtherType, ethernet, llc};

/// Where a BPDU begins in its frame.
const BPDU: usize = ethernet::HEADER_LEN + llc::HEADER_LEN;

fn bridge(net: &mut Net, master: DevId) -> Option<&mut Bridge> {
    match &mut net.devices.get_mut(master.0)?.kind {
        link::Kind::Bridge(bridge) => Some(bridge),
        _ => None,
    }
}

/// Why a port in this state does not take part in forwarding.
pub(in super::super) const fn closed(state: PortState) -> DropReason {
    match state {
        PortState::Blocking => DropReason::BridgePortBlocking,
        PortState::Listening => DropReason::BridgePortListening,
        PortState::Learning => DropReason::BridgePortLearning,
        PortState::Disabled | PortState::Forwarding => DropReason::BridgePortState,
    }
}

/// Carries out what the tree of a bridge has come to. Whoever told it something calls this.
pub(crate) fn settle<O: Observer>(cx: &mut Cx<'_, O>, master: DevId) {
    set_states(cx, master);
    apply::link::update_carrier(cx, master);
}

/// The same without the bridge's carrier; whose state is told.
pub(crate) fn set_states<O: Observer>(cx: &mut Cx<'_, O>, master: DevId) -> Vec<DevId> {
    let Some(bridge) = bridge(cx.net, master) else {
        return Vec::new();
    };
    if !core::mem::take(&mut bridge.tree.told) {
        return Vec::new();
    }
    let out = core::mem::take(&mut bridge.tree.out);
    let forgotten = core::mem::take(&mut bridge.tree.forgotten);
    let calls = bridge.tree.ask();
    let members = bridge.tree.members.iter();
    let states: Vec<_> = members.map(|m| (m.dev, m.state)).collect();
    for (at, timer) in calls {
        let timer = crate::timer::Timer::Stp { dev: master, timer };
        cx.net.timers.set(at, timer);
    }
    let mut told = Vec::new();
    for (dev, state) in states {
        let Some(port) = &mut cx.net.dev_mut(dev).port else {
            continue;
        };
        let old = core::mem::replace(&mut port.state, state);
        if old != state {
            tell_state(cx.net, dev, (old, state));
            told.push(dev);
        }
        if forgotten.contains(&dev) {
            super::super::told::forget(cx.net, master, |_, s| s.dev == dev && s.is_dynamic());
        }
        multicast::state_changed(cx.net, dev, (old, state));
    }
    for (dev, message) in out {
        send(cx, dev, message);
    }
    told
}

/// Tells of a port's new state. One that is enabled is told as such too, behind what it does then
/// (`br_stp_enable_port`).
fn tell_state(net: &mut Net, dev: DevId, (old, new): (PortState, PortState)) {
    let enabled = old == PortState::Disabled;
    if enabled && new != PortState::Blocking {
        notify::bridge::port(net, dev);
    }
    notify::bridge::port(net, dev);
}

/// A timer of the tree called.
pub(crate) fn timer<O: Observer>(cx: &mut Cx<'_, O>, master: DevId, timer: StpTimer) {
    let now = cx.net.now;
    if let Some(bridge) = bridge(cx.net, master) {
        bridge.tree.at(now).expired(timer);
        settle(cx, master);
    }
}

impl Tree {
    /// When the engine's timers are to call, and for what.
    pub(in crate::bridge) fn ask(&mut self) -> Vec<(Time, StpTimer)> {
        let own = [
            (&mut self.hello, StpTimer::Hello),
            (&mut self.notification, StpTimer::Notification),
            (&mut self.topology_change_over, StpTimer::TopologyChange),
        ];
        let of_port = |member: &'_ mut Member| {
            let number = member.number;
            [
                (&mut member.message_age, StpTimer::MessageAge(number)),
                (&mut member.forward_delay, StpTimer::ForwardDelay(number)),
                (&mut member.hold, StpTimer::Hold(number)),
            ]
            .map(|(alarm, timer)| alarm.ask().map(|at| (at, timer)))
        };
        let mut calls: Vec<_> = own
            .into_iter()
            .filter_map(|(alarm, timer)| alarm.ask().map(|at| (at, timer)))
            .collect();
        let ports = self.members.iter_mut().flat_map(of_port);
        calls.extend(ports.flatten());
        calls
    }
}

/// A BPDU leaves by a port. No journey tells of it.
fn send<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, message: Message) {
    let len = match message {
        Message::Config(_) => CONFIG_LEN,
        Message::Notification => NOTIFICATION.len(),
    };
    let src = cx.net.dev(dev).mac;
    let mut dst = GROUP;
    let master = cx.net.dev(dev).master;
    if let Some(bridge) = master.and_then(|master| bridge(cx.net, master)) {
        dst.0[5] = bridge.vlan.group_address();
    }
    let mut packet = cx.net.pool.take(BPDU + len);
    packet.id = Packet::UNWATCHED;
    let length = EtherType((llc::HEADER_LEN + len) as u16);
    let frame = packet.bytes_mut();
    ethernet::Header {
        dst,
        src,
        ethertype: length,
    }
    .emit(frame);
    frame[ethernet::HEADER_LEN..BPDU].copy_from_slice(&llc::STP_HEADER);
    match message {
        Message::Config(config) => config.emit(&mut frame[BPDU..]),
        Message::Notification => frame[BPDU..].copy_from_slice(&NOTIFICATION),
    }
    packet.ethertype = length;
    packet.packet_type = netloom_model::socket::PacketType::Outgoing;
    if let Some(packet) = netfilter::speaks(cx, dev, packet) {
        link::transmit(cx, dev, packet);
    }
}

/// What a BPDU that is understood says.
enum Heard {
    Config(Config),
    Notification,
}

/// Reads a frame to the bridge group address; the error is why it says nothing here.
fn read(frame: &[u8]) -> Result<Heard, DropReason> {
    let length = usize::from(ethernet::Frame::new_unchecked(frame).ethertype().0);
    // What is behind the length is padding.
    let packet = frame
        .get(ethernet::HEADER_LEN..ethernet::HEADER_LEN + length)
        .ok_or(DropReason::BpduMalformed)?;
    let bytes = packet
        .strip_prefix(&llc::STP_HEADER)
        .ok_or(DropReason::UnhandledProtocol)?;
    let bpdu = match bytes {
        [0, 0, version, ..] if *version != 0 => return Err(DropReason::BpduVersion),
        _ => Bpdu::new_checked(bytes).map_err(|_| DropReason::BpduMalformed)?,
    };
    match (bpdu.bpdu_type(), bpdu.config()) {
        (BpduType::TCN, _) => Ok(Heard::Notification),
        (BpduType::CONFIG, Some(config)) if config.message_age > config.max_age => {
            Err(DropReason::BpduAged)
        }
        (BpduType::CONFIG, Some(config)) => Ok(Heard::Config(config)),
        _ => Err(DropReason::BpduMalformed),
    }
}

/// A frame to the bridge group address, Ethernet header and all, reached a port of a bridge that
/// runs the protocol.
#[cold]
pub(in super::super) fn bpdu<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, dev): (DevId, DevId),
    packet: Packet,
) {
    if packet.ethertype.0 > llc::LENGTH_MAX {
        return receive::protocol(cx, dev, packet);
    }
    let heard = match read(packet.bytes()) {
        Ok(heard) => heard,
        Err(reason) => return cx.drop(packet, dev, Stage::StpReceive, reason),
    };
    let Some(port) = &cx.net.dev(dev).port else {
        return cx.drop(packet, dev, Stage::StpReceive, DropReason::BridgePortState);
    };
    let (number, state, guard) = (port.number, port.state, port.flags.bpdu_guard);
    if state == PortState::Disabled {
        return cx.drop(packet, dev, Stage::StpReceive, DropReason::BridgePortState);
    }
    let now = cx.net.now;
    if let Some(bridge) = bridge(cx.net, master) {
        let tree = bridge.tree.at(now);
        match heard {
            _ if guard => tree.guard(number),
            Heard::Config(config) => tree.received_config(number, &config),
            Heard::Notification => tree.received_notification(number),
        }
    }
    if guard {
        cx.drop(packet, dev, Stage::StpReceive, DropReason::BpduGuard);
    } else {
        cx.see(&packet, dev, Stage::StpReceive, |net| Event::Delivered {
            to: format!("the spanning tree of {}", net.dev(master).name),
        });
        cx.consume(packet);
    }
    settle(cx, master);
}
