//! The receive path: the backlog, and what happens to a frame that is taken from it
//! (`netif_rx`, `process_backlog`, `__netif_receive_skb_core`).

use crate::bridge;
use crate::conntrack;
use crate::device::DevId;
use crate::filter::{self, Proto};
use crate::ip;
use crate::link::{Kind, loopback};
use crate::neighbour::arp;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route;
use crate::vlan::{self, Tag};
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::socket::PacketType;
use netloom_wire::{EtherType, MacAddr, ethernet, llc};

/// Frames of one device that may wait (`net.core.netdev_max_backlog`).
pub(crate) const BACKLOG: u32 = 1000;

/// Devices that a frame may cross. Linux lets a frame circle in a loop of bridges as long as the
/// processor lasts; here it ends, counted.
const HOPS: u16 = 1024;

/// The longest frame that a virtual device takes from another: its MTU, the Ethernet header and
/// room for a VLAN tag (`is_skb_forwardable`).
#[inline]
pub(crate) const fn longest_frame(mtu: u32) -> usize {
    mtu as usize + ethernet::HEADER_LEN + 4
}

/// Puts a frame into the backlog of the device that receives it: `netif_rx`.
#[inline(always)]
pub(crate) fn enqueue<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    packet.hops += 1;
    let device = cx.net.dev_mut(dev);
    if device.backlogged >= BACKLOG || packet.hops > HOPS {
        device.rx.dropped += 1;
        let loops = packet.hops > HOPS;
        let reason = if loops {
            DropReason::LoopLimit
        } else {
            DropReason::BacklogFull
        };
        return cx.drop(packet, dev, Stage::Backlog, reason);
    }
    device.backlogged += 1;
    cx.see(&packet, dev, Stage::Backlog, |net| Event::Backlogged {
        ahead: net.backlog.len() as u32,
    });
    cx.net.backlog.push_back((dev, packet));
}

/// Takes frames from the backlog until none waits; every so often the routes and connections
/// that the next ones need are read ahead.
pub(crate) fn drain<O: Observer>(cx: &mut Cx<'_, O>) {
    cx.net.drains = true;
    let mut ahead = 0;
    loop {
        if ahead == 0 {
            ahead = route::ahead::read(cx.net);
            conntrack::ahead::read(cx.net);
        }
        ahead -= 1;
        let Some((dev, packet)) = cx.net.backlog.pop_front() else {
            cx.net.drains = false;
            return;
        };
        receive(cx, dev, packet);
    }
}

/// A frame of several was handed to its device: where a process sends them, its processor works off
/// what they cause before the next (`local_bh_enable`).
pub(crate) fn between_frames<O: Observer>(cx: &mut Cx<'_, O>) {
    if !cx.net.drains {
        drain(cx);
    }
}

/// A frame, Ethernet header and all, arrives at a device from its backlog.
#[inline]
fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    let device = cx.net.dev_mut(dev);
    device.backlogged -= 1;
    if !device.is_up() {
        device.rx.dropped += 1;
        return cx.drop(packet, dev, Stage::Receive, DropReason::DeviceDown);
    }
    let Ok(frame) = ethernet::Frame::new_checked(packet.bytes()) else {
        device.rx.errors += 1;
        return cx.drop(packet, dev, Stage::Receive, DropReason::FrameTooShort);
    };
    let (destination, ethertype) = (frame.dst(), frame.ethertype());
    device.rx.count(match &device.kind {
        Kind::Loopback => loopback::counted(packet.len()),
        kind => packet.len() - kind.made_up_header(),
    });
    packet.dev = dev;
    packet.ethertype = ethertype;
    packet.packet_type = packet_type(destination, device.mac);
    packet.summed = None;
    if ethertype.is_vlan() && !vlan::untag(&mut packet) {
        device.rx.dropped += 1;
        return cx.drop(packet, dev, Stage::Receive, DropReason::FrameTooShort);
    }
    deliver(cx, dev, packet);
}

/// For whom a frame is, as its destination tells the device with address `mac`: `eth_type_trans`.
#[inline]
pub(crate) fn packet_type(destination: MacAddr, mac: MacAddr) -> PacketType {
    if destination == mac {
        PacketType::Host
    } else if !destination.is_multicast() {
        PacketType::OtherHost
    } else if destination.is_broadcast() {
        PacketType::Broadcast
    } else {
        PacketType::Multicast
    }
}

/// Packet sockets, then the bridge if the device is a port, then the protocol:
/// `__netif_receive_skb_core`. The packet still has its Ethernet header.
#[inline]
pub(crate) fn deliver<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    cx.see(&packet, dev, Stage::Receive, |_| Event::Received {
        packet_type: packet.packet_type,
    });
    let device = cx.net.dev(dev);
    let (ns, is_port, tapped) = (device.ns, device.port.is_some(), device.taps > 0);
    if tapped {
        crate::socket::packet::tap_incoming(cx, dev, &packet);
    }
    let place = (ns, Proto::Netdev, Hook::Ingress);
    let Some(packet) = filter::frame(cx, place, (dev, DevId::NONE), packet) else {
        return;
    };
    if is_port {
        return bridge::receive(cx, dev, packet);
    }
    protocol(cx, dev, packet);
}

/// Hands a packet to its protocol, the Ethernet header pulled.
pub(crate) fn protocol<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    if packet.tag.is_present() && !for_everybody(&mut packet) {
        return cx.drop(packet, dev, Stage::Receive, DropReason::NoVlanDevice);
    }
    packet.pull(ethernet::HEADER_LEN);
    packet.set_network();
    match packet.ethertype {
        EtherType::IPV4 => ip::receive::receive(cx, dev, packet),
        EtherType::ARP => arp::receive(cx, dev, packet),
        EtherType::IPV6 => ip::v6::receive::receive(cx, dev, packet),
        unknown => {
            // LLC takes every frame with a length in the place of an EtherType, and counts none.
            let counts = unknown.0 > llc::LENGTH_MAX;
            cx.net.dev_mut(dev).rx.dropped += u64::from(counts);
            cx.drop(packet, dev, Stage::Receive, DropReason::UnhandledProtocol);
        }
    }
}

/// Takes off a tag that tells a priority alone; whether no other is left. A frame of a VLAN that no
/// device here stands for is as one to another host.
#[cold]
fn for_everybody(packet: &mut Packet) -> bool {
    while packet.tag.is_present() {
        if packet.tag.id() != 0 {
            return false;
        }
        packet.tag = Tag::NONE;
        if packet.ethertype.is_vlan() && !vlan::untag(packet) {
            return false;
        }
    }
    true
}
