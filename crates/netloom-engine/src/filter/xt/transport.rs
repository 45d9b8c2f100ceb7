//! `icmp`, `icmp6`, `tcp` and `udp`: what stands in the transport header. Later fragments have none,
//! and match nothing of it; what has one of TCP or UDP that is cut ends.

use super::super::facts::Facts;
use super::super::options;
use super::Says;
use crate::packet::Packet;
use netloom_model::ruleset::xt::{IcmpTypes, Not, Span, Tcp};
use netloom_wire::{tcp, udp};

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

/// The transport header, of so many bytes; what it says of a packet that has none, or one that is cut.
fn header<'a>(facts: &Facts, packet: &'a Packet, len: usize) -> Result<&'a [u8], Says> {
    let bytes = bytes(facts, packet).ok_or(Says::Is(false))?;
    if bytes.len() < len {
        return Err(Says::Drops);
    }
    Ok(bytes)
}

/// Ports of UDP.
pub(super) fn udp(
    sport: Not<Span<u16>>,
    dport: Not<Span<u16>>,
    facts: &Facts,
    packet: &Packet,
) -> Says {
    match header(facts, packet, udp::HEADER_LEN) {
        Ok(_) => Says::Is(between((sport, dport), facts, packet)),
        Err(says) => says,
    }
}

fn between(
    (sport, dport): (Not<Span<u16>>, Not<Span<u16>>),
    facts: &Facts,
    packet: &Packet,
) -> bool {
    let ports = ports(facts, packet);
    ports.is_some_and(|(source, destination)| within(sport, source) && within(dport, destination))
}

/// Ports, flags and an option of TCP.
pub(super) fn tcp(asked: &Tcp, facts: &Facts, packet: &Packet) -> Says {
    let bytes = match header(facts, packet, tcp::HEADER_LEN) {
        Ok(bytes) => bytes,
        Err(says) => return says,
    };
    let flags = asked.flags.is;
    let set = bytes[13] & flags.mask == flags.set;
    if !between((asked.sport, asked.dport), facts, packet) || !asked.flags.matches(set) {
        return Says::Is(false);
    }
    if asked.option.is == 0 {
        return Says::Is(true);
    }
    let Some(header) = options::header(bytes) else {
        return Says::Drops;
    };
    let mut options = options::of_header(header);
    let there = options.any(|(kind, _)| kind == asked.option.is);
    Says::Is(asked.option.matches(there))
}
