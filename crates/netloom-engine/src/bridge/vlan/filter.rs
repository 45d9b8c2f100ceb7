//! What VLAN filtering makes of a frame (`__allowed_ingress`, `br_allowed_egress`, `br_handle_vlan`).

use super::{Vlan, Vlans, of};
use crate::bridge::configure::bridge as bridge_mut;
use crate::bridge::forward::bridge;
use crate::device::DevId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::vlan::{self, Tag};
use netloom_model::bridge::PortState;
use netloom_model::journey::{DropReason, Event, Stage, VlanDecision};
use netloom_wire::{EtherType, ethernet};

/// The VLAN of a frame that came by a port, or that the bridge `dev` itself sends: 0 where VLANs are
/// not looked at. What forwards may be kept from it by the VLAN's own state.
#[inline(always)]
pub(in crate::bridge) fn ingress<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, dev): (DevId, DevId),
    packet: &mut Packet,
    state: &mut PortState,
) -> Result<u16, DropReason> {
    match bridge(cx.net, master) {
        Some(bridge) if bridge.vlan.filtering => {
            let (protocol, counts) = (bridge.vlan.protocol, bridge.vlan.stats_enabled);
            filtered(cx, (master, dev), packet, state, (protocol, counts))
        }
        _ => Ok(0),
    }
}

#[inline]
fn filtered<O: Observer>(
    cx: &mut Cx<'_, O>,
    place: (DevId, DevId),
    packet: &mut Packet,
    state: &mut PortState,
    (protocol, counts): (EtherType, bool),
) -> Result<u16, DropReason> {
    let mut decision = VlanDecision::Tagged;
    if packet.tag.is_present() {
        if packet.tag.protocol() != protocol {
            // Another kind of tag is part of what the frame carries.
            vlan::into_bytes(packet);
            decision = VlanDecision::OtherTag;
        }
    } else if in_bytes(packet) == protocol && !vlan::untag(packet) {
        return Err(DropReason::FrameTooShort);
    }
    let mut vid = packet.tag.id();
    if vid == 0 {
        vid = of(cx.net, place).map_or(0, |vlans| vlans.pvid);
        if vid == 0 {
            return Err(DropReason::VlanNoPvid);
        }
        if decision != VlanDecision::OtherTag {
            decision = if packet.tag.is_present() {
                VlanDecision::PriorityTagged
            } else {
                VlanDecision::Pvid
            };
        }
        // What a tag says of priority stays.
        packet.tag = Tag::new(protocol, packet.tag.tci() | vid);
    }
    cx.see(packet, place.1, Stage::BridgeVlanIn, |_| Event::Vlan {
        vid,
        decision,
    });
    let vlan = of(cx.net, place).and_then(|vlans| vlans.get(vid));
    let vlan = vlan.ok_or(DropReason::VlanNotMember)?;
    if *state == PortState::Forwarding {
        *state = vlan.state;
        if !matches!(*state, PortState::Forwarding | PortState::Learning) {
            return Err(DropReason::VlanState);
        }
    }
    if counts {
        count(cx.net, place, vid, packet.len(), Way::In);
    }
    Ok(vid)
}

/// The EtherType that the bytes say.
fn in_bytes(packet: &Packet) -> EtherType {
    ethernet::Frame::new_unchecked(packet.bytes()).ethertype()
}

impl Vlans {
    /// Why a frame of a VLAN may not leave this way (`br_allowed_egress`).
    #[inline]
    pub(in crate::bridge) fn forbid(&self, vid: u16) -> Option<DropReason> {
        match self.get(vid) {
            None => Some(DropReason::VlanEgress),
            Some(Vlan {
                state: PortState::Forwarding,
                ..
            }) => None,
            Some(_) => Some(DropReason::VlanState),
        }
    }
}

/// A frame of a VLAN leaves by a port that is in it: with its tag or without (`br_handle_vlan`).
#[inline]
pub(in crate::bridge) fn egress<O: Observer>(
    cx: &mut Cx<'_, O>,
    to: DevId,
    vid: u16,
    packet: &mut Packet,
) {
    let Some(port) = &cx.net.dev(to).port else {
        return;
    };
    let place = (port.bridge, to);
    leave(cx, place, vid, packet);
}

#[inline]
fn leave<O: Observer>(cx: &mut Cx<'_, O>, place: (DevId, DevId), vid: u16, packet: &mut Packet) {
    let untagged = of(cx.net, place)
        .and_then(|vlans| vlans.get(vid))
        .is_some_and(|vlan| vlan.untagged);
    if bridge(cx.net, place.0).is_some_and(|bridge| bridge.vlan.stats_enabled) {
        count(cx.net, place, vid, packet.len(), Way::Out);
    }
    if untagged {
        packet.tag = Tag::NONE;
    }
    cx.see(packet, place.1, Stage::BridgeVlanOut, |_| Event::Vlan {
        vid,
        decision: if untagged {
            VlanDecision::LeavesUntagged
        } else {
            VlanDecision::LeavesTagged
        },
    });
}

/// The bridge itself is to receive a frame of a VLAN: whether it is in it, and then with its tag or
/// without. One that listens to everything gets the others as they are.
#[inline]
pub(in crate::bridge) fn allowed_up<O: Observer>(
    cx: &mut Cx<'_, O>,
    master: DevId,
    vid: u16,
    packet: &mut Packet,
) -> Result<(), DropReason> {
    let promiscuous = cx.net.dev(master).promiscuity > 0;
    let Some(vlans) = of(cx.net, (master, master)) else {
        return Err(DropReason::VlanBridge);
    };
    match vlans.forbid(vid) {
        Some(DropReason::VlanEgress) if promiscuous => return Ok(()),
        Some(DropReason::VlanEgress) => return Err(DropReason::VlanBridge),
        Some(reason) if !promiscuous => return Err(reason),
        _ => {}
    }
    leave(cx, (master, master), vid, packet);
    Ok(())
}

/// The VLAN in which a source may be learned from a frame that does not go through the bridge
/// (`br_should_learn`); 0 where VLANs are not looked at.
pub(in crate::bridge) fn learnable(
    net: &Net,
    (master, dev): (DevId, DevId),
    packet: &Packet,
) -> Option<u16> {
    let filter = &bridge(net, master)?.vlan;
    if !filter.filtering {
        return Some(0);
    }
    let vlans = of(net, (master, dev))?;
    let tag = packet.tag;
    let vid = match tag.id() {
        vid if tag.protocol() == filter.protocol && vid != 0 => vid,
        _ => vlans.pvid,
    };
    let state = vlans.get(vid)?.state;
    matches!(state, PortState::Forwarding | PortState::Learning).then_some(vid)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

/// Counts a frame in its VLAN: at the port where ports have such counters, else for all of them.
#[cold]
fn count(net: &mut Net, (master, dev): (DevId, DevId), vid: u16, len: usize, way: Way) {
    let Some(bridge) = bridge_mut(net, master) else {
        return;
    };
    let per_port = bridge.vlan.stats_per_port && dev != master;
    let stats = if per_port {
        let port = net.dev_mut(dev).port.as_mut();
        port.and_then(|port| port.vlans.get_mut(vid))
            .map(|vlan| &mut vlan.stats)
    } else {
        bridge
            .vlan
            .known
            .get_mut(&vid)
            .map(|known| &mut known.stats)
    };
    let Some(stats) = stats else {
        return;
    };
    // The Ethernet header does not count.
    let bytes = len.saturating_sub(ethernet::HEADER_LEN) as u64;
    match way {
        Way::In => {
            stats.rx_packets += 1;
            stats.rx_bytes += bytes;
        }
        Way::Out => {
            stats.tx_packets += 1;
            stats.tx_bytes += bytes;
        }
    }
}
