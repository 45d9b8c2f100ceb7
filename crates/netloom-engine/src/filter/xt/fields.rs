//! What stands in a packet's headers: addresses, ports, lengths, classes.

use super::super::facts::{Facts, Proto};
use super::super::options;
use super::Says;
use super::reverse;
use super::transport::{bytes, ports, within};
use crate::net::Net;
use crate::packet::Packet;
use crate::route;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::ruleset::xt::{Addrtype, Compare, Ecn, Multiport, Not, PortsOf, Span};
use netloom_model::socket::PacketType;
use netloom_wire::ipv4;

/// For whom a packet is; what this host sends is not yet taken for that.
pub(super) fn packet_type(packet: &Packet) -> u8 {
    match packet.packet_type {
        PacketType::Outgoing => PacketType::Host as u8,
        other => other as u8,
    }
}

/// Source and destination of an IP packet.
pub(in crate::filter) fn addresses(facts: &Facts, packet: &Packet) -> Option<(IpAddr, IpAddr)> {
    let network = packet.network();
    if facts.proto == Proto::V6 {
        let at = |from: usize| -> Option<IpAddr> {
            let octets: [u8; 16] = network.get(from..from + 16)?.try_into().ok()?;
            Some(Ipv6Addr::from(octets).into())
        };
        return Some((at(8)?, at(24)?));
    }
    let at = |from: usize| -> Option<IpAddr> {
        let octets: [u8; 4] = network.get(from..from + 4)?.try_into().ok()?;
        Some(Ipv4Addr::from(octets).into())
    };
    Some((at(12)?, at(16)?))
}

/// The type of service, or the traffic class.
pub(super) fn tos(facts: &Facts, packet: &Packet) -> Option<u8> {
    let network = packet.network();
    match facts.proto {
        Proto::V6 => Some(network.first()? << 4 | network.get(1)? >> 4),
        _ => network.get(1).copied(),
    }
}

/// The time to live, or the hop limit.
pub(super) fn ttl(facts: &Facts, packet: &Packet) -> Option<u8> {
    let at = if facts.proto == Proto::V6 { 7 } else { 8 };
    packet.network().get(at).copied()
}

pub(super) fn compared(with: Compare<u8>, number: Option<u8>) -> bool {
    number.is_some_and(|number| with.holds(number))
}

pub(super) fn iprange(
    source: Option<Not<Span<IpAddr>>>,
    destination: Option<Not<Span<IpAddr>>>,
    found: (IpAddr, IpAddr),
) -> bool {
    source.is_none_or(|span| within(span, found.0))
        && destination.is_none_or(|span| within(span, found.1))
}

pub(super) fn multiport(asked: &Multiport, facts: &Facts, packet: &Packet) -> Says {
    let Some((source, destination)) = ports(facts, packet) else {
        return match facts.transport {
            Some(_) => Says::Drops,
            None => Says::Is(false),
        };
    };
    let mut spans = asked.ports.is.iter();
    let there = spans.any(|(from, to)| {
        let in_it = |port: u16| *from <= port && port <= *to;
        match asked.which {
            PortsOf::Source => in_it(source),
            PortsOf::Destination => in_it(destination),
            PortsOf::Either => in_it(source) || in_it(destination),
        }
    });
    Says::Is(asked.ports.matches(there))
}

/// What routing takes addresses for.
pub(super) fn addrtype(asked: &Addrtype, net: &Net, facts: &Facts, packet: &Packet) -> bool {
    let Some((source, destination)) = addresses(facts, packet) else {
        return false;
    };
    let dev = match (asked.limit_iface_in, asked.limit_iface_out) {
        (true, _) => facts.input,
        (_, true) => facts.output,
        _ => crate::device::DevId::NONE,
    };
    let is = |address: IpAddr, types: Not<u16>| {
        types.matches(match address {
            IpAddr::V4(address) => {
                let kind = route::address_kind_at(net, facts.ns, address, dev);
                types.is & 1 << reverse::number(kind) != 0
            }
            IpAddr::V6(address) => reverse::address_type6(types.is, net, facts, (address, dev)),
        })
    };
    asked.source.is_none_or(|types| is(source, types))
        && asked.destination.is_none_or(|types| is(destination, types))
}

/// The greatest segment that a TCP segment tells; none where its header is cut, or is none: nobody looks
/// whether a fragment has one.
pub(super) fn tcpmss(asked: Not<Span<u16>>, facts: &Facts, packet: &Packet) -> Option<bool> {
    let network = packet.network();
    let later = || match facts.is_v6() {
        false => ipv4::Packet::new_unchecked(network).header_len(),
        true => 0,
    };
    let at = facts.transport.map_or_else(later, usize::from);
    let header = options::header(network.get(at..)?)?;
    Some(match options::mss(header) {
        Some(at) => within(asked, u16::from_be_bytes([header[at], header[at + 1]])),
        None => asked.not,
    })
}

pub(super) fn ecn(asked: &Ecn, facts: &Facts, packet: &Packet) -> bool {
    const ECE: u8 = 0x40;
    const CWR: u8 = 0x80;
    let ip = tos(facts, packet).map(|tos| tos & 3);
    if asked
        .ip
        .is_some_and(|asked| !ip.is_some_and(|ip| asked.matches(ip == asked.is)))
    {
        return false;
    }
    let flags = bytes(facts, packet).and_then(|segment| segment.get(13).copied());
    let set = |wanted: Option<bool>, bit: u8| {
        wanted.is_none_or(|wanted| flags.is_some_and(|flags| (flags & bit != 0) == wanted))
    };
    set(asked.tcp_ece, ECE) && set(asked.tcp_cwr, CWR)
}
