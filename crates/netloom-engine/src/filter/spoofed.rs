//! Segments of TCP that this host sends in the name of another: resets that rules send, and what proxies say.

use super::facts::Facts;
use crate::device::DevId;
use crate::ip::output::{self, GroupLoop};
use crate::ip::v6;
use crate::namespace::NsId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::upper::Upper;
use crate::route::{self, Flow};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::{Family, RouteType};
use netloom_wire::tcp;
use netloom_wire::{IpProtocol, checksum, ipv4, ipv6};

/// Longest header of a segment.
const HEADER: usize = 60;

/// Who says it to whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) from: IpAddr,
    pub(crate) to: IpAddr,
    pub(crate) ports: (u16, u16),
}

impl Named {
    /// As a segment has it.
    pub(crate) fn of(facts: &Facts, packet: &Packet) -> Option<Named> {
        let network = packet.network();
        let upper = network.get(usize::from(facts.transport?)..)?;
        let segment = tcp::Packet::new_checked(upper).ok()?;
        let (from, to) = match facts.version? {
            Family::V4 => {
                let header = ipv4::Packet::new_unchecked(network);
                (header.src().into(), header.dst().into())
            }
            Family::V6 => {
                let header = ipv6::Packet::new_unchecked(network);
                (header.src().into(), header.dst().into())
            }
        };
        let ports = (segment.src_port(), segment.dst_port());
        Some(Named { from, to, ports })
    }

    /// The other way round.
    pub(crate) fn turned(&self) -> Named {
        Named {
            from: self.to,
            to: self.from,
            ports: (self.ports.1, self.ports.0),
        }
    }
}

/// A segment that is ready to be sent.
pub(crate) struct Spoofed {
    pub(crate) packet: Packet,
    way: Way,
}

enum Way {
    V4(route::output::Way),
    V6(route::v6::output::Way6),
}

impl Spoofed {
    /// Makes one of what came by a device; none where there is no way for it.
    pub(crate) fn build<O: Observer>(
        cx: &mut Cx<'_, O>,
        (ns, dev): (NsId, DevId),
        ends: &Named,
        mark: u32,
        segment: &tcp::Repr<'_>,
    ) -> Option<Spoofed> {
        let mut bytes = [0; HEADER];
        let bytes = &mut bytes[..segment.header_len()];
        segment.emit(bytes);
        match (ends.from, ends.to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => v4(cx, ns, (from, to), (ends.ports, mark), bytes),
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                v6(cx, (ns, dev), (from, to), (ends.ports, mark), bytes)
            }
            _ => None,
        }
    }

    pub(crate) fn send<O: Observer>(self, cx: &mut Cx<'_, O>, ns: NsId) {
        match self.way {
            Way::V4(way) => drop(output::send(cx, ns, &way, self.packet, GroupLoop(false))),
            Way::V6(way) => drop(v6::output::send(
                cx,
                ns,
                &way,
                self.packet,
                GroupLoop(false),
            )),
        }
    }
}

fn v4<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    (from, to): (Ipv4Addr, Ipv4Addr),
    (ports, mark): ((u16, u16), u32),
    segment: &mut [u8],
) -> Option<Spoofed> {
    let kind = route::address_kind(cx.net, ns, from);
    if matches!(kind, RouteType::Broadcast | RouteType::Multicast) {
        return None;
    }
    let flow = Flow {
        src: if kind == RouteType::Local || kind == RouteType::Unicast {
            from
        } else {
            Ipv4Addr::UNSPECIFIED
        },
        mark,
        upper: Upper::new(IpProtocol::TCP, ports),
        ..Flow::to(to)
    };
    let mut way = route::output::route(cx.net, ns, &flow, true).ok()?;
    way.source = from;
    half_sum(segment, from, to);
    let fields = output::Header {
        protocol: IpProtocol::TCP.0,
        ttl: way.ttl(cx.net, ns),
        tos: 0,
        df: true,
        options: None,
        mark,
    };
    let mut packet = output::build(cx, ns, &way, &fields, segment);
    packet.checksum_partial = true;
    let way = Way::V4(way);
    Some(Spoofed { packet, way })
}

/// Begins the checksum of a segment, as Linux leaves it to the device.
pub(super) fn half_sum(segment: &mut [u8], src: Ipv4Addr, dst: Ipv4Addr) {
    let pseudo = checksum::pseudo_v4(src, dst, IpProtocol::TCP, segment.len());
    tcp::Packet::new_unchecked(segment).set_checksum(pseudo);
}

fn v6<O: Observer>(
    cx: &mut Cx<'_, O>,
    (ns, dev): (NsId, DevId),
    (from, to): (Ipv6Addr, Ipv6Addr),
    (ports, mark): ((u16, u16), u32),
    segment: &mut [u8],
) -> Option<Spoofed> {
    let unicast = |address: Ipv6Addr| !address.is_multicast() && !address.is_unspecified();
    if !unicast(to) || !unicast(from) {
        return None;
    }
    let bound = v6::is_strict(to) && !cx.net.dev(dev).is_loopback();
    let flow = route::v6::Flow6 {
        src: from,
        oif: if bound { dev } else { DevId::NONE },
        mark,
        upper: Upper::new(IpProtocol::TCP, ports),
        ..route::v6::Flow6::to(to)
    };
    let way = route::v6::output::route(cx.net, ns, &flow).ok()?;
    tcp::Packet::new_unchecked(&mut *segment).fill_checksum_v6(from, to);
    let fields = v6::output::Header6 {
        protocol: IpProtocol::TCP,
        hop_limit: v6::output::hop_limit(cx.net, &way),
        tclass: 0,
        mark,
    };
    let packet = v6::output::build(cx, &way, &fields, segment);
    let way = Way::V6(way);
    Some(Spoofed { packet, way })
}
