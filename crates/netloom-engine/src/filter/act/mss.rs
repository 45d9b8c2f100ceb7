//! `TCPMSS`: a SYN tells a greatest segment that fits the way (`tcpmss_mangle_packet`), and `rt mtu`.

use super::{Did, tcp_options, write};
use crate::device::DevId;
use crate::filter::facts::{Facts, Proto};
use crate::filter::options::{self, MSS};
use crate::net::Net;
use crate::packet::Packet;
use crate::route::v6::Flow6;
use crate::route::{self, Flow};
use core::net::IpAddr;
use netloom_model::journey::DropReason;
use netloom_wire::checksum;
use netloom_wire::tcp::HEADER_LEN;
use netloom_wire::{ipv4, ipv6};

/// What a host takes that does not say (RFC 9293 section 3.7.1, RFC 8200 section 8.3).
const DEFAULT_V4: u16 = 536;
const DEFAULT_V6: u16 = 1220;

/// A header of TCP has no room for another option.
const FULL: usize = 60;

/// The headers that a segment comes with at least.
fn headers(facts: &Facts) -> u32 {
    let ip = match facts.proto {
        Proto::V6 => ipv6::HEADER_LEN,
        _ => ipv4::HEADER_LEN,
    };
    (ip + HEADER_LEN) as u32
}

/// The greatest segment that fits the way of a packet, there and back.
pub(in crate::filter) fn rt_mtu(net: &Net, facts: &Facts, packet: &Packet) -> Option<u16> {
    let fits = narrowest(net, facts, packet)?.checked_sub(headers(facts));
    let fits = fits.filter(|size| *size > 0);
    Some(
        fits.and_then(|size| u16::try_from(size).ok())
            .unwrap_or(DEFAULT_V4),
    )
}

/// The MTU of the way of a packet, there or back.
fn narrowest(net: &Net, facts: &Facts, packet: &Packet) -> Option<u32> {
    let network = packet.network();
    let (src, dst): (IpAddr, IpAddr) = match facts.proto {
        Proto::V6 => {
            let header = ipv6::Packet::new_header(network).ok()?;
            (header.src().into(), header.dst().into())
        }
        _ => {
            let header = ipv4::Packet::new_header(network).ok()?;
            (header.src().into(), header.dst().into())
        }
    };
    let there = mtu(net, facts, dst, packet.mark);
    let there = there.or_else(|| facts.output.some().map(|dev| net.dev(dev).mtu))?;
    Some(mtu(net, facts, src, 0).map_or(there, |back| back.min(there)))
}

fn mtu(net: &Net, facts: &Facts, to: IpAddr, mark: u32) -> Option<u32> {
    match to {
        IpAddr::V4(to) => {
            let flow = Flow {
                mark,
                ..Flow::to(to)
            };
            let way = route::output::route(net, facts.ns, &flow, true);
            way.ok().map(|way| way.mtu)
        }
        IpAddr::V6(to) => {
            let own = crate::ip::v6::is_strict(to);
            let flow = Flow6 {
                mark,
                oif: if own { facts.input } else { DevId::NONE },
                ..Flow6::to(to)
            };
            let way = route::v6::output::route(net, facts.ns, &flow);
            way.ok().map(|way| way.mtu)
        }
    }
}

/// Has a SYN tell a size, or what fits; it never tells more than before.
pub(super) fn set(size: Option<u16>, net: &Net, facts: &Facts, packet: &mut Packet) -> Did {
    if facts.transport.is_none() {
        return Did::On;
    }
    if !tcp_options::is_segment(facts, packet) {
        return Did::Ends(DropReason::RuleCannot);
    }
    let size = match size {
        Some(size) => Some(size),
        None => narrowest(net, facts, packet)
            .and_then(|mtu| mtu.checked_sub(headers(facts)))
            .filter(|size| *size > 0)
            .map(|size| size.min(u32::from(u16::MAX)) as u16),
    };
    let Some(size) = size else {
        return Did::Ends(DropReason::RuleCannot);
    };
    let at = usize::from(facts.transport.unwrap_or(0));
    let segment = &packet.network()[at..];
    match options::mss(segment) {
        Some(told) => lower(size, told, facts, packet),
        None => tell(size, at, facts, packet),
    }
    Did::On
}

fn lower(size: u16, told: usize, facts: &Facts, packet: &mut Packet) {
    write::transport(facts, packet, |segment| {
        let field = &mut segment[told..told + 2];
        if u16::from_be_bytes([field[0], field[1]]) > size {
            field.copy_from_slice(&size.to_be_bytes());
        }
    });
}

/// Puts the option first among the others: what says nothing takes no more than the default.
fn tell(size: u16, at: usize, facts: &Facts, packet: &mut Packet) {
    let segment = &packet.network()[at..];
    let header = usize::from(segment[12] >> 4) * 4;
    // A SYN with data, or whose header is not all there, stays as it is.
    if segment.len() != header || !(HEADER_LEN..FULL).contains(&header) {
        return;
    }
    let v6 = facts.proto == Proto::V6;
    let size = size.min(if v6 { DEFAULT_V6 } else { DEFAULT_V4 });
    let partial = packet.checksum_partial;
    packet.lengthen(4);
    let network = packet.network_mut();
    let length = network.len() - at;
    let segment = &mut network[at..];
    let before = segment[..header].to_vec();
    let [high, low] = size.to_be_bytes();
    segment.copy_within(HEADER_LEN..header, HEADER_LEN + 4);
    segment[HEADER_LEN..HEADER_LEN + 4].copy_from_slice(&[MSS, 4, high, low]);
    segment[12] += 1 << 4;
    // The pseudo header has the length (RFC 9293 section 3.1).
    let (old, new) = ((length - 4) as u16, length as u16);
    let own = u16::from_be_bytes([segment[16], segment[17]]);
    let sum = if partial {
        !checksum::update_u16(!own, old, new)
    } else {
        let sum = checksum::update_bytes(own, &before, &segment[..header + 4]);
        checksum::update_u16(sum, old, new)
    };
    segment[16..18].copy_from_slice(&sum.to_be_bytes());
    let total = if v6 { 4 } else { 2 };
    let old = u16::from_be_bytes([network[total], network[total + 1]]);
    let new = old.wrapping_add(4);
    network[total..total + 2].copy_from_slice(&new.to_be_bytes());
    if !v6 {
        let sum = u16::from_be_bytes([network[10], network[11]]);
        network[10..12].copy_from_slice(&checksum::update_u16(sum, old, new).to_be_bytes());
    }
}
