//! Hosts of one network in one engine: devices whose other ends are outside, on one wire; and the ends of a
//! tunnel.
//!
//! The wire is a switch that knows who is where: a frame for a device that is there comes to those on
//! the wire, one for everybody comes to all of them, any other one leaves.

use crate::device::DevId;
use crate::engine::Engine;
use crate::link::{Kind, vxlan};
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::receive;
use core::net::IpAddr;
use netloom_model::NsName;
use netloom_model::bridge::FdbRemote;
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

/// Whether a device of a namespace has an address.
fn has_address(net: &Net, ns: NsId, address: IpAddr) -> bool {
    let mut devices = net.ns(ns).devices.values().map(|dev| net.dev(*dev));
    devices.any(|device| match address {
        IpAddr::V4(v4) => device.addresses.iter().any(|own| own.local() == v4),
        IpAddr::V6(v6) => device.v6.find(v6).is_some(),
    })
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
    let mut others = ends(cx.net, (dev, &outside.wire), to);
    let (last, behind) = others.pop()?;
    for (other, behind) in others {
        let copy = cx.copy(&packet);
        arrive(cx, dev, (other, behind), copy);
    }
    arrive(cx, dev, (last, behind), packet);
    None
}

/// Who on the wire of `dev` gets a frame, each with the hosts behind which a VXLAN knows it is: one that has an
/// address of theirs, but all where nobody has.
fn ends(net: &Net, (dev, wire): (DevId, &[DevId]), to: MacAddr) -> Vec<(DevId, Vec<FdbRemote>)> {
    let hosts = vxlan::hosts(net, dev, to);
    let has = |ns: NsId, host: &FdbRemote| host.dst.is_some_and(|dst| has_address(net, ns, dst));
    let named = wire.iter().filter_map(|other| {
        let ns = net.ns_of(*other);
        let here: Vec<FdbRemote> = hosts.iter().filter(|host| has(ns, host)).cloned().collect();
        (!here.is_empty()).then_some((*other, here))
    });
    let named: Vec<_> = named.collect();
    match named.is_empty() {
        true => wire.iter().map(|other| (*other, hosts.clone())).collect(),
        false => named,
    }
}

fn destination(packet: &Packet) -> MacAddr {
    ethernet::Frame::new_unchecked(packet.bytes()).dst()
}

fn arrive<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    (other, behind): (DevId, Vec<FdbRemote>),
    mut packet: Packet,
) {
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
    let address = vxlan::entries(cx.net, dev).map(|_| destination(&packet));
    if !there.kind.has_ethernet() {
        let mac = there.mac;
        ethernet::Frame::new_unchecked(packet.bytes_mut()).set_dst(mac);
    }
    cx.net.pool.forget_connection(&mut packet);
    (packet.iif, packet.priority, packet.trace, packet.mark) = (DevId::NONE, 0, 0, 0);
    packet.forget_ports();
    cx.see(&packet, dev, Stage::WireTransmit, |net| {
        let (ns, dev) = (net.ns(crossed).name.clone(), net.dev(other).name.clone());
        match tunnel {
            true => Event::Carried {
                ns,
                dev,
                address,
                behind,
            },
            false => Event::Crossed { ns, dev },
        }
    });
    receive::enqueue(cx, other, packet);
}
