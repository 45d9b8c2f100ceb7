//! `icmp`, `icmp6`, `tcp` and `udp`: what stands in the transport header. Later fragments have none,
//! and match nothing of it.

use super::super::facts::Facts;
use super::super::options;
use crate::packet::Packet;
use netloom_model::ruleset::xt::{IcmpTypes, Not, Span, Tcp};

/// A packet's bytes from its transport header on.
pub(super) fn bytes<'a>(facts: &Facts, packet: &'a Packet) -> Option<&'a [u8]> {
    packet.network().get(usize::from(facts.transport?)..)
}

/// Source and destination port.
pub(in crate::filter) fn ports(facts: &Facts, packet: &Packet) -> Option<(u16, u16)> {
    let bytes = bytes(facts, packet)?;
    let port = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    Some((port(0)?, port(2)?))
}

/// The index of IP compression (RFC 3173), and whether its flags are 0.
pub(super) fn ipcomp(
    asked: Not<Span<u32>>,
    reserved: bool,
    facts: &Facts,
    packet: &Packet,
) -> bool {
    let Some([_, flags, high, low, ..]) = bytes(facts, packet) else {
        return false;
    };
    let index = u32::from(u16::from_be_bytes([*high, *low]));
    within(asked, index) && (!reserved || *flags == 0)
}

/// Whether a number is in a span, or is not.
pub(super) fn within<T: Copy + PartialOrd>(span: Not<Span<T>>, number: T) -> bool {
    let (from, to) = span.is;
    span.matches(from <= number && number <= to)
}

fn types(types: IcmpTypes, facts: &Facts, packet: &Packet) -> Option<bool> {
    let [icmp_type, code, ..] = *bytes(facts, packet)? else {
        return None;
    };
    let (from, to) = types.codes;
    Some(types.icmp_type == icmp_type && from <= code && code <= to)
}

/// Types of ICMP; `any` stands for each.
pub(super) fn icmp(asked: &Not<IcmpTypes>, any: u8, facts: &Facts, packet: &Packet) -> bool {
    let found = types(asked.is, facts, packet);
    found.is_some_and(|found| asked.matches(found || asked.is.icmp_type == any))
}

/// Types of ICMPv6.
pub(super) fn icmp6(asked: IcmpTypes, facts: &Facts, packet: &Packet) -> bool {
    types(asked, facts, packet) == Some(true)
}

/// Ports of UDP.
pub(super) fn udp(
    sport: Not<Span<u16>>,
    dport: Not<Span<u16>>,
    facts: &Facts,
    packet: &Packet,
) -> bool {
    let ports = ports(facts, packet);
    ports.is_some_and(|(source, destination)| within(sport, source) && within(dport, destination))
}

/// Ports, flags and an option of TCP.
pub(super) fn tcp(asked: &Tcp, facts: &Facts, packet: &Packet) -> bool {
    let Some(bytes) = bytes(facts, packet).filter(|bytes| bytes.len() >= 20) else {
        return false;
    };
    let flags = asked.flags.is;
    let set = bytes[13] & flags.mask == flags.set;
    let there = |wanted| {
        let mut options = options::header(bytes)
            .into_iter()
            .flat_map(options::of_header);
        options.any(|(kind, _)| kind == wanted)
    };
    udp(asked.sport, asked.dport, facts, packet)
        && asked.flags.matches(set)
        && (asked.option.is == 0 || asked.option.matches(there(asked.option.is)))
}
