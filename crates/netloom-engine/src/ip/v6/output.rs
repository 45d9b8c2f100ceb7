//! An IPv6 packet made here leaves (`ip6_local_out`, `ip6_output`, `ip6_finish_output2`).

use super::{fragment, receive};
use crate::device::DevId;
use crate::filter::{self, Proto, Turned};
use crate::ip::output::GroupLoop;
use crate::ip::version::V6;
use crate::link::{self, Xmit};
use crate::namespace::NsId;
use crate::neighbour;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::v6::output::Way6;
use crate::sysctl::Conf6;
use core::net::Ipv6Addr;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::socket::PacketType;
use netloom_wire::{EtherType, IpProtocol, MacAddr, ethernet, ipv6};

/// What a packet made here says in its header beside what its way says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header6 {
    pub(crate) protocol: IpProtocol,
    pub(crate) hop_limit: u8,
    pub(crate) tclass: u8,
    pub(crate) mark: u32,
}

/// The hop limit of packets that go a way, where nothing else is said: the route's, or the device's.
pub(crate) fn hop_limit(net: &Net, way: &Way6) -> u8 {
    match way.found.hop_limit {
        0 => net.dev(way.dev).v6.conf.get(Conf6::HopLimit) as u8,
        hops => hops,
    }
}

/// Builds a packet, its front the IP header.
pub(crate) fn build<O: Observer>(
    cx: &mut Cx<'_, O>,
    way: &Way6,
    header: &Header6,
    payload: &[u8],
) -> Packet {
    let repr = ipv6::Repr {
        src: way.source,
        dst: way.dst,
        next_header: header.protocol,
        hop_limit: header.hop_limit,
        traffic_class: header.tclass,
        flow_label: 0,
        payload_len: payload.len(),
    };
    let mut packet = make(cx, way.dev, &repr, payload);
    packet.mark = header.mark;
    packet
}

fn make<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, repr: &ipv6::Repr, payload: &[u8]) -> Packet {
    let ns = cx.net.ns_of(dev);
    cx.net.count(ns, Counter::Ip6OutRequests);
    cx.net.count_icmp6_out(ns, repr, payload);
    let mut packet = cx.net.pool.take(ipv6::HEADER_LEN + payload.len());
    repr.emit(packet.bytes_mut());
    packet.bytes_mut()[ipv6::HEADER_LEN..].copy_from_slice(payload);
    packet.ethertype = EtherType::IPV6;
    packet.packet_type = PacketType::Outgoing;
    packet.local = true;
    packet.set_network();
    packet
}

/// Sends a packet whose front is its IP header on its way, if the rules let it out.
pub(crate) fn send<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    way: &Way6,
    mut packet: Packet,
    group_loop: GroupLoop,
) -> Xmit {
    packet.dev = way.dev;
    let devices = (DevId::NONE, way.dev);
    let Some(mut packet) = filter::at(cx, (ns, Proto::V6, Hook::Output), devices, packet) else {
        return Xmit::Refused;
    };
    let other = cx.net.turned.take().and_then(Turned::v6);
    let way = other.as_ref().unwrap_or(way);
    packet.dev = way.dev;
    let devices = (DevId::NONE, way.dev);
    let Some(packet) = filter::at(cx, (ns, Proto::V6, Hook::Postrouting), devices, packet) else {
        return Xmit::Refused;
    };
    leave(cx, ns, way, packet, group_loop)
}

fn leave<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    way: &Way6,
    packet: Packet,
    group_loop: GroupLoop,
) -> Xmit {
    cx.see(&packet, way.dev, Stage::IpOutput, |_| Event::Accepted);
    if way.dst.is_multicast() {
        return loop_and_send(cx, way, packet, group_loop);
    }
    let next_hop = way.gateway.unwrap_or(way.dst);
    if packet.longest() <= way.mtu as usize {
        return to_neighbour(cx, ns, way.dev, next_hop, packet);
    }
    fragment::cut(cx, way.dev, packet, way.mtu, |cx, piece| {
        to_neighbour(cx, ns, way.dev, next_hop, piece)
    })
}

/// Sends to a group; whoever listens to it here hears it too.
fn loop_and_send<O: Observer>(
    cx: &mut Cx<'_, O>,
    way: &Way6,
    packet: Packet,
    group_loop: GroupLoop,
) -> Xmit {
    let device = cx.net.dev(way.dev);
    if group_loop.0 && !device.is_loopback() && device.v6.listens(way.dst) {
        let mut copy = cx.net.pool.copy(&packet);
        cx.born(&mut copy, Some(packet.id), Origin::Copy);
        let (ns, devices) = (cx.net.ns_of(way.dev), (DevId::NONE, way.dev));
        let place = (ns, Proto::V6, Hook::Postrouting);
        if let Some(mut copy) = filter::at(cx, place, devices, copy) {
            copy.packet_type = PacketType::Multicast;
            copy.set_network();
            receive::looped(cx, way.dev, copy);
        }
    }
    if ipv6::Packet::new_unchecked(packet.bytes()).hop_limit() == 0 {
        cx.drop(packet, way.dev, Stage::IpOutput, DropReason::TtlExceeded);
        return Xmit::Success;
    }
    if packet.len() <= way.mtu as usize {
        return to_group(cx, way.dev, way.dst, packet);
    }
    fragment::cut(cx, way.dev, packet, way.mtu, |cx, piece| {
        to_group(cx, way.dev, way.dst, piece)
    })
}

/// Hands a packet to the next hop on a device.
#[inline]
pub(crate) fn to_neighbour<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    dev: DevId,
    next_hop: Ipv6Addr,
    packet: Packet,
) -> Xmit {
    transmitted(cx, dev, &packet);
    if cx.net.dev(dev).is_loopback() {
        return framed(cx, dev, MacAddr::ZERO, packet);
    }
    neighbour::output::<V6, O>(cx, ns, dev, next_hop, packet)
}

/// Sends to a group: its hardware address follows from its own (RFC 2464 section 7).
pub(crate) fn to_group<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    group: Ipv6Addr,
    packet: Packet,
) -> Xmit {
    transmitted(cx, dev, &packet);
    let ns = cx.net.ns_of(dev);
    let (packets, octets) = (Counter::Ip6OutMcastPkts, Counter::Ip6OutMcastOctets);
    let mib = &mut cx.net.ns_mut(ns).mib;
    mib.packet(packets, octets, packet.len());
    let mac = if cx.net.dev(dev).is_loopback() {
        MacAddr::ZERO
    } else {
        MacAddr::from_ipv6_multicast(group)
    };
    framed(cx, dev, mac, packet)
}

/// Counts a packet that is handed to the link.
#[inline]
fn transmitted<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) {
    let ns = cx.net.ns_of(dev);
    let mib = &mut cx.net.ns_mut(ns).mib;
    mib.packet(
        Counter::Ip6OutTransmits,
        Counter::Ip6OutOctets,
        packet.len(),
    );
}

/// Sends to a hardware address that needs no resolution.
pub(crate) fn framed<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    dst: MacAddr,
    mut packet: Packet,
) -> Xmit {
    let src = cx.net.dev(dev).mac;
    let ethertype = packet.ethertype;
    let header = ethernet::Header {
        dst,
        src,
        ethertype,
    };
    header.emit(packet.push(ethernet::HEADER_LEN));
    link::transmit(cx, dev, packet)
}

/// Sends what IPv6 itself has to say on a link: neighbour discovery, group management; `known`: to
/// that hardware address. Of what
/// nobody's packet caused no journey tells.
pub(crate) fn background<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    header: &ipv6::Repr,
    payload: &[u8],
    cause: Option<(u32, Origin)>,
    known: Option<MacAddr>,
) {
    let mut packet = make(cx, dev, header, payload);
    match cause {
        Some((cause, origin)) => cx.born(&mut packet, Some(cause), origin),
        None => packet.id = Packet::UNWATCHED,
    }
    packet.dev = dev;
    let ns = cx.net.ns_of(dev);
    for hook in [Hook::Output, Hook::Postrouting] {
        match filter::at(cx, (ns, Proto::V6, hook), (DevId::NONE, dev), packet) {
            Some(passed) => packet = passed,
            None => return,
        }
    }
    if let Some(mac) = known {
        transmitted(cx, dev, &packet);
        framed(cx, dev, mac, packet);
    } else if header.dst.is_multicast() {
        to_group(cx, dev, header.dst, packet);
    } else {
        to_neighbour(cx, ns, dev, header.dst, packet);
    }
}
