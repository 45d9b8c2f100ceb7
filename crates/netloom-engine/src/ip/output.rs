//! A packet made here leaves (`ip_local_out`, `ip_output`, `ip_mc_output`).

use super::options::Prepared;
use super::{fragment, receive};
use crate::device::DevId;
use crate::filter::{self, Proto, Turned};
use crate::ip::version::{V4, V6};
use crate::link::Xmit;
use crate::namespace::NsId;
use crate::neighbour;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::output::Way;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::RouteType;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::socket::PacketType;
use netloom_wire::{EtherType, IpProtocol, MacAddr, ethernet, ipv4};

/// What a packet made here says in its IP header beside what its way says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header<'a> {
    pub(crate) protocol: u8,
    pub(crate) ttl: u8,
    pub(crate) tos: u8,
    pub(crate) df: bool,
    /// Its options, and the destination behind the stops of a source route.
    pub(crate) options: Option<(&'a Prepared, Ipv4Addr)>,
    pub(crate) mark: u32,
}

/// Whether a member of the group on the sending host hears it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GroupLoop(pub(crate) bool);

/// The next identification of a namespace.
fn next_ident<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId) -> u16 {
    let random = (cx.net.random.next() >> 48) as u16;
    let namespace = cx.net.ns_mut(ns);
    let step = (random & 7) + 1; // as ip_idents_reserve: not guessable by counting
    namespace.ident = if namespace.ident == 0 {
        random
    } else {
        namespace.ident.wrapping_add(step)
    };
    namespace.ident
}

/// Builds a packet with an IP header, its front there.
pub(crate) fn build<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    way: &Way,
    header: &Header<'_>,
    payload: &[u8],
) -> Packet {
    let ident = next_ident(cx, ns);
    cx.net.count(ns, Counter::IpOutRequests);
    if header.protocol == IpProtocol::ICMP.0 {
        cx.net.count_icmp_out(ns, payload);
    }
    let repr = ipv4::Repr {
        src: way.source,
        dst: way.dst,
        protocol: IpProtocol(header.protocol),
        ttl: header.ttl,
        tos: header.tos,
        ident: if header.df { 0 } else { ident },
        df: header.df,
        options: header
            .options
            .map_or(&[][..], |(options, _)| &options.bytes),
        payload_len: payload.len(),
        ..ipv4::Repr::default()
    };
    let header_len = repr.header_len();
    let mut packet = cx.net.pool.take(header_len + payload.len());
    repr.emit(packet.bytes_mut());
    packet.bytes_mut()[header_len..].copy_from_slice(payload);
    if let Some((options, last)) = header.options {
        let mut header = ipv4::Packet::new_unchecked(packet.bytes_mut());
        options.leave(header.options_mut(), way.source, last, cx.net.now);
        header.fill_checksum();
    }
    packet.ethertype = EtherType::IPV4;
    packet.packet_type = PacketType::Outgoing;
    packet.mark = header.mark;
    packet.local = true;
    packet.set_network();
    packet
}

/// Sends to a group what IP itself has to say on a link. Of what nobody's packet caused no journey
/// tells.
pub(crate) fn background<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    header: &ipv4::Repr<'_>,
    payload: &[u8],
) {
    let header_len = header.header_len();
    let mut packet = cx.net.pool.take(header_len + payload.len());
    header.emit(packet.bytes_mut());
    packet.bytes_mut()[header_len..].copy_from_slice(payload);
    packet.ethertype = EtherType::IPV4;
    packet.packet_type = PacketType::Outgoing;
    packet.local = true;
    packet.set_network();
    packet.id = Packet::UNWATCHED;
    packet.dev = dev;
    cx.net.count_at(dev, Counter::IpOutRequests);
    let ns = cx.net.ns_of(dev);
    for hook in [Hook::Output, Hook::Postrouting] {
        match filter::at(cx, (ns, Proto::V4, hook), (DevId::NONE, dev), packet) {
            Some(passed) => packet = passed,
            None => return,
        }
    }
    let mac = MacAddr::from_ipv4_multicast(header.dst);
    to_all(cx, dev, RouteType::Multicast, mac, packet);
}

/// Sends a packet whose front is its IP header on its way.
pub(crate) fn send<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    way: &Way,
    packet: Packet,
    group_loop: GroupLoop,
) -> Xmit {
    let devices = (DevId::NONE, way.dev);
    let Some(packet) = filter::at(cx, (ns, Proto::V4, Hook::Output), devices, packet) else {
        return Xmit::Refused;
    };
    let other = cx.net.turned.take().and_then(Turned::v4);
    let way = other.as_ref().unwrap_or(way);
    let own = way.kind == RouteType::Broadcast || is_heard(cx.net, way, group_loop);
    if own {
        loop_back(cx, ns, way, &packet);
    }
    let devices = (DevId::NONE, way.dev);
    let Some(packet) = filter::at(cx, (ns, Proto::V4, Hook::Postrouting), devices, packet) else {
        return Xmit::Refused;
    };
    let sent = leave(cx, ns, way, packet);
    if sent == Xmit::Drop {
        cx.net.count(ns, Counter::IpOutDiscards);
    }
    sent
}

fn leave<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, way: &Way, mut packet: Packet) -> Xmit {
    packet.dev = way.dev;
    packet.iif = way.iif;
    cx.see(&packet, way.dev, Stage::IpOutput, |_| Event::Accepted);
    match way.kind {
        RouteType::Broadcast => to_group(cx, way, MacAddr::BROADCAST, packet),
        RouteType::Multicast => {
            let ttl = ipv4::Packet::new_unchecked(packet.bytes()).ttl();
            if ttl == 0 {
                cx.drop(packet, way.dev, Stage::IpOutput, DropReason::TtlExceeded);
                return Xmit::Success;
            }
            to_group(cx, way, MacAddr::from_ipv4_multicast(way.dst), packet)
        }
        RouteType::Local => {
            if packet.longest() > way.mtu as usize {
                return in_pieces(cx, (ns, way.dev), way.mtu, way.dst.into(), packet);
            }
            to_neighbour(cx, ns, way.dev, way.dst.into(), packet)
        }
        _ => {
            let next_hop = way.next_hop();
            if packet.longest() > way.mtu as usize {
                return in_pieces(cx, (ns, way.dev), way.mtu, next_hop, packet);
            }
            to_neighbour(cx, ns, way.dev, next_hop, packet)
        }
    }
}

/// Sends a packet to everybody of a group, in pieces if it is too long for the link.
fn to_group<O: Observer>(cx: &mut Cx<'_, O>, way: &Way, dst: MacAddr, packet: Packet) -> Xmit {
    if packet.longest() > way.mtu as usize {
        return fragment::cut(cx, way.dev, packet, way.mtu, |cx, piece| {
            to_all(cx, way.dev, way.kind, dst, piece)
        });
    }
    to_all(cx, way.dev, way.kind, dst, packet)
}

/// Sends to everybody of a group what its link takes.
fn to_all<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    kind: RouteType,
    dst: MacAddr,
    packet: Packet,
) -> Xmit {
    let ns = cx.net.ns_of(dev);
    let mib = &mut cx.net.ns_mut(ns).mib;
    let (packets, octets) = match kind {
        RouteType::Broadcast => (Counter::IpExtOutBcastPkts, Counter::IpExtOutBcastOctets),
        _ => (Counter::IpExtOutMcastPkts, Counter::IpExtOutMcastOctets),
    };
    mib.packet(packets, octets, packet.len());
    mib.packet(
        Counter::IpOutTransmits,
        Counter::IpExtOutOctets,
        packet.len(),
    );
    group(cx, dev, dst, packet)
}

/// Hands a packet to the next hop in pieces that the link takes.
#[cold]
pub(crate) fn in_pieces<O: Observer>(
    cx: &mut Cx<'_, O>,
    (ns, dev): (NsId, DevId),
    mtu: u32,
    next_hop: IpAddr,
    packet: Packet,
) -> Xmit {
    fragment::cut(cx, dev, packet, mtu, |cx, piece| {
        to_neighbour(cx, ns, dev, next_hop, piece)
    })
}

/// Hands a packet to the next hop on a device: `ip_finish_output2`.
#[inline]
pub(crate) fn to_neighbour<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    dev: DevId,
    next_hop: IpAddr,
    packet: Packet,
) -> Xmit {
    let mib = &mut cx.net.ns_mut(ns).mib;
    mib.packet(
        Counter::IpOutTransmits,
        Counter::IpExtOutOctets,
        packet.len(),
    );
    if cx.net.dev(dev).is_loopback() {
        return group(cx, dev, MacAddr::ZERO, packet);
    }
    match next_hop {
        IpAddr::V4(next_hop) => neighbour::output::<V4, O>(cx, ns, dev, next_hop, packet),
        IpAddr::V6(next_hop) => neighbour::output::<V6, O>(cx, ns, dev, next_hop, packet),
    }
}

/// Sends to a hardware address that needs no resolution.
fn group<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, dst: MacAddr, mut packet: Packet) -> Xmit {
    let src = cx.net.dev(dev).mac;
    ethernet::Header {
        dst,
        src,
        ethertype: packet.ethertype,
    }
    .emit(packet.push(ethernet::HEADER_LEN));
    crate::link::transmit(cx, dev, packet)
}

/// Whether this host hears what it sends to a group.
fn is_heard(net: &Net, way: &Way, group_loop: GroupLoop) -> bool {
    way.kind == RouteType::Multicast && group_loop.0 && net.dev(way.dev).groups.contains(way.dst)
}

/// The sending host hears its own broadcast, or what it sends to a group: a copy that leaves by itself.
fn loop_back<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, way: &Way, packet: &Packet) {
    let mut copy = cx.net.pool.copy(packet);
    cx.born(&mut copy, Some(packet.id), Origin::Copy);
    let devices = (DevId::NONE, way.dev);
    let place = (ns, Proto::V4, Hook::Postrouting);
    let Some(mut copy) = filter::at(cx, place, devices, copy) else {
        return;
    };
    (copy.dev, copy.iif) = (way.dev, way.iif);
    copy.packet_type = match way.kind {
        RouteType::Broadcast => PacketType::Broadcast,
        _ => PacketType::Multicast,
    };
    copy.set_network();
    receive::looped(cx, way.dev, copy);
}
