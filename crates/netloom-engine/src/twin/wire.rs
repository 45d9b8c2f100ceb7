//! Hosts of one network in one engine: devices whose other ends are outside, on one wire; and the ends of a
//! tunnel.
//!
//! The wire is a switch that knows who is where: a frame for a device that is there comes to those on
//! the wire, one for everybody comes to all of them, any other one leaves.

use crate::device::DevId;
use crate::engine::Engine;
use crate::link::Kind;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::receive;
use netloom_model::NsName;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_wire::{MacAddr, ethernet};

impl Engine {
    /// Puts devices on one wire, each by its namespace and index; those alone whose other ends are
    /// outside can be.
    pub fn join(&mut self, ends: &[(NsName, u32)]) {
        let net = self.net_mut();
        let found = ends.iter().filter_map(|(ns, index)| {
            let ns = net.names.get(ns).copied()?;
            net.ns(ns).device(*index)
        });
        let found: Vec<DevId> = found.collect();
        for dev in &found {
            let others = found.iter().copied().filter(|other| other != dev);
            let others: Vec<DevId> = others.collect();
            if let Kind::Outside(outside) = &mut net.dev_mut(*dev).kind {
                outside.wire = others;
            }
        }
    }
}

/// Whether somebody here has a hardware address.
fn is_here(net: &Net, mac: MacAddr) -> bool {
    net.devices.iter().any(|(_, device)| device.mac == mac)
}

/// Gives a frame to those on the wire of `dev`, if it is for them; else it comes back.
pub(crate) fn cross<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: Packet,
    to: MacAddr,
) -> Option<Packet> {
    let Kind::Outside(outside) = &cx.net.dev(dev).kind else {
        return Some(packet);
    };
    // Without addresses of the link there is nobody but the other end.
    let alone = !cx.net.dev(dev).kind.has_ethernet();
    if outside.wire.is_empty() || !(alone || to.is_multicast() || is_here(cx.net, to)) {
        return Some(packet);
    }
    let mut others = outside.wire.clone();
    let last = others.pop()?;
    for other in others {
        let copy = cx.copy(&packet);
        arrive(cx, dev, other, copy);
    }
    arrive(cx, dev, last, packet);
    None
}

fn arrive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, other: DevId, mut packet: Packet) {
    let there = cx.net.dev(other);
    let tunnel = matches!(&there.kind, Kind::Outside(outside) if outside.is_tunnel());
    let refused = if !there.is_up() {
        Some(DropReason::NoCarrier)
    } else if !tunnel && packet.longest() > receive::longest_frame(there.mtu) {
        Some(DropReason::TooLong)
    } else {
        None
    };
    if let Some(reason) = refused {
        return cx.drop(packet, dev, Stage::WireTransmit, reason);
    }
    let crossed = there.ns;
    if !there.kind.has_ethernet() {
        let mac = there.mac;
        ethernet::Frame::new_unchecked(packet.bytes_mut()).set_dst(mac);
    }
    cx.net.pool.forget_connection(&mut packet);
    (packet.iif, packet.priority, packet.trace, packet.mark) = (DevId::NONE, 0, 0, 0);
    packet.forget_ports();
    cx.see(&packet, dev, Stage::WireTransmit, |net| Event::Crossed {
        ns: net.ns(crossed).name.clone(),
        dev: net.dev(other).name.clone(),
    });
    receive::enqueue(cx, other, packet);
}
