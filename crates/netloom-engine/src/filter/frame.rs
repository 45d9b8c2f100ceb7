//! Where frames meet rules: those of bridges, of ARP and of devices; and packets that bridges had
//! meet rules before.

use super::facts::Proto;
use super::hook::{self, Among};
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::ruleset::Hook;
use netloom_wire::ethernet;

/// Asks the rules at a hook about a frame, its Ethernet header at the front.
#[inline]
pub(crate) fn frame<O: Observer>(
    cx: &mut Cx<'_, O>,
    place: (NsId, Proto, Hook),
    devices: (DevId, DevId),
    packet: Packet,
) -> Option<Packet> {
    frame_among(cx, place, devices, hook::ALL, packet)
}

/// Asks the rules at a hook whose chains have one of some priorities.
#[inline]
pub(crate) fn frame_among<O: Observer>(
    cx: &mut Cx<'_, O>,
    place: (NsId, Proto, Hook),
    devices: (DevId, DevId),
    priorities: Among,
    packet: Packet,
) -> Option<Packet> {
    let (ns, proto, hook) = place;
    match &cx.net.ns(ns).filter {
        Some(filter) if !filter.entries(proto, hook).is_empty() => {
            asked(cx, place, devices, priorities, packet)
        }
        _ => Some(packet),
    }
}

fn asked<O: Observer>(
    cx: &mut Cx<'_, O>,
    place: (NsId, Proto, Hook),
    devices: (DevId, DevId),
    priorities: Among,
    mut packet: Packet,
) -> Option<Packet> {
    packet.pull(ethernet::HEADER_LEN);
    let mut packet = hook::among(cx, place, devices, priorities, packet)?;
    packet.push(ethernet::HEADER_LEN);
    Some(packet)
}

/// Asks the rules at PREROUTING about an IP packet that a device received. One that a bridge passes
/// up has met them on its way through the bridge (`ip_sabotage_in`).
#[inline]
pub(crate) fn received<O: Observer>(
    cx: &mut Cx<'_, O>,
    (ns, proto): (NsId, Proto),
    dev: DevId,
    packet: Packet,
) -> Option<Packet> {
    if packet.port_in != DevId::NONE {
        return Some(packet);
    }
    hook::at(
        cx,
        (ns, proto, Hook::Prerouting),
        (dev, DevId::NONE),
        packet,
    )
}
