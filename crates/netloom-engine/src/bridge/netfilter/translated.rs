//! A packet in a bridge whose destination rules changed (`br_nf_pre_routing_finish`): to another host
//! behind the same bridge it stays a frame; elsewhere it is the bridge's own, and IP routes it.

use crate::bridge::forward;
use crate::device::DevId;
use crate::filter::Proto;
use crate::ip::receive::TOS_MASK;
use crate::ip::version::{V4, V6};
use crate::namespace::NsId;
use crate::neighbour;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::input::{self, Decision};
use crate::route::v6::{self as route6, Flow6};
use crate::route::{self, Flow};
use core::net::IpAddr;
use netloom_model::journey::{DropReason, Stage};
use netloom_model::socket::PacketType;
use netloom_model::{MacAddr, RouteType};
use netloom_wire::{ethernet, ipv4, ipv6};

/// Where a packet goes.
enum Way {
    /// To a host behind the bridge.
    Neighbour(IpAddr),
    /// Where IP says.
    Up,
    No(DropReason),
}

/// Where a frame's packet goes to.
pub(super) fn destination(packet: &Packet, proto: Proto) -> Option<IpAddr> {
    let bytes = packet.bytes().get(ethernet::HEADER_LEN..)?;
    Some(match proto {
        Proto::V4 => ipv4::Packet::new_header(bytes).ok()?.dst().into(),
        _ => ipv6::Packet::new_checked(bytes).ok()?.dst().into(),
    })
}

/// Sends a packet the way that its new destination asks for. It comes back where its frame goes on
/// in the bridge.
pub(super) fn turn<O: Observer>(
    cx: &mut Cx<'_, O>,
    (ns, proto): (NsId, Proto),
    (master, dev): (DevId, DevId),
    mut packet: Packet,
) -> Option<Packet> {
    let way = match proto {
        Proto::V4 => way_v4(cx.net, master, &packet),
        _ => way_v6(cx.net, master, &packet),
    };
    match way {
        Way::Up => {
            let mac = cx.net.dev(master).mac;
            packet.bytes_mut()[..6].copy_from_slice(&mac.0);
            packet.packet_type = PacketType::Host;
            Some(packet)
        }
        Way::Neighbour(next_hop) => to_neighbour(cx, (ns, master), next_hop, packet),
        Way::No(reason) => {
            cx.drop(packet, dev, Stage::RouteInput, reason);
            None
        }
    }
}

fn way_v4(net: &Net, master: DevId, packet: &Packet) -> Way {
    let header = ipv4::Packet::new_unchecked(&packet.bytes()[ethernet::HEADER_LEN..]);
    let flow = Flow {
        src: header.src(),
        iif: master,
        tos: header.tos() & TOS_MASK,
        mark: packet.mark,
        ..Flow::to(header.dst())
    };
    match input::route(net, master, &flow) {
        Decision::Forward { found, .. } if found.dev == master => {
            Way::Neighbour(found.next_hop(flow.dst))
        }
        Decision::Forward { .. } | Decision::Local | Decision::Broadcast => Way::Up,
        // What is bridged needs no host that forwards.
        Decision::Refused(DropReason::ForwardingOff) => {
            let out = Flow {
                mark: packet.mark,
                ..Flow::to(flow.dst)
            };
            let ns = net.ns_of(master);
            match route::output::route(net, ns, &out, false) {
                Ok(way) if way.dev == master => Way::Neighbour(way.next_hop()),
                _ => Way::No(DropReason::ForwardingOff),
            }
        }
        Decision::Refused(reason) => Way::No(reason),
        Decision::NoWay(refused) => Way::No(refused.reason()),
    }
}

fn way_v6(net: &Net, master: DevId, packet: &Packet) -> Way {
    let header = ipv6::Packet::new_unchecked(&packet.bytes()[ethernet::HEADER_LEN..]);
    let flow = Flow6 {
        src: header.src(),
        iif: master,
        tclass: header.traffic_class(),
        mark: packet.mark,
        ..Flow6::to(header.dst())
    };
    match route6::lookup(net, net.ns_of(master), &flow) {
        Ok(found) if matches!(found.kind, RouteType::Local | RouteType::Anycast) => Way::Up,
        Ok(found) if found.dev == master => {
            Way::Neighbour(found.gateway.unwrap_or(flow.dst).into())
        }
        Ok(_) => Way::Up,
        Err(refused) => Way::No(refused.reason()),
    }
}

/// The frame gets the neighbour's address; where that is not known, it waits for it.
fn to_neighbour<O: Observer>(
    cx: &mut Cx<'_, O>,
    (ns, master): (NsId, DevId),
    next_hop: IpAddr,
    mut packet: Packet,
) -> Option<Packet> {
    let known = match next_hop {
        IpAddr::V4(next_hop) => neighbour::lladdr_of::<V4>(cx.net, ns, master, next_hop),
        IpAddr::V6(next_hop) => neighbour::lladdr_of::<V6>(cx.net, ns, master, next_hop),
    };
    if let Some(mac) = known {
        packet.bytes_mut()[..6].copy_from_slice(&mac.0);
        return Some(packet);
    }
    let from = ethernet::Frame::new_unchecked(packet.bytes()).src();
    packet.bridged_from = Some(from);
    packet.pull(ethernet::HEADER_LEN);
    packet.set_network();
    match next_hop {
        IpAddr::V4(next_hop) => neighbour::output::<V4, O>(cx, ns, master, next_hop, packet),
        IpAddr::V6(next_hop) => neighbour::output::<V6, O>(cx, ns, master, next_hop, packet),
    };
    None
}

/// The neighbour of a packet is known, and the bridge is given it as if it had made it: it goes on
/// where it was (`br_nf_pre_routing_finish_bridge_slow`).
#[cold]
pub(in crate::bridge) fn resolved<O: Observer>(
    cx: &mut Cx<'_, O>,
    master: DevId,
    from: MacAddr,
    mut packet: Packet,
) {
    packet.bridged_from = None;
    packet.bytes_mut()[6..12].copy_from_slice(&from.0);
    let dev = packet.port_in;
    let device = cx.net.devices.get(dev.0);
    if device.is_none_or(|device| device.master != Some(master)) {
        return cx.drop(packet, master, Stage::BridgeReceive, DropReason::BridgeDown);
    }
    packet.dev = dev;
    forward::finish(cx, (master, dev), packet);
}
