//! `ah`, `dst`, `hbh`, `frag`, `rt`, `mh`, `ipv6header`, `eui64`: what stands between the header of
//! IPv6 and what it carries (RFC 8200, 4; RFC 4302; RFC 6275), and its `esp`.

use super::transport::within;
use crate::filter::facts::Facts;
use crate::packet::Packet;
use core::net::IpAddr;
use netloom_model::ruleset::xt::{Ah6, Frag, Not, Options6, RoutingHeader, Span};
use netloom_wire::ipv6;
use netloom_wire::ipv6::extension::{self, TlvOption};
use netloom_wire::{EtherType, IpProtocol};

/// Headers that are none of an upper layer, as the kernel sees it (`ipv6_ext_hdr`).
mod kind {
    pub(super) const HOP_BY_HOP: u8 = 0;
    pub(super) const ROUTING: u8 = 43;
    pub(super) const FRAGMENT: u8 = 44;
    pub(super) const ESP: u8 = 50;
    pub(super) const AUTH: u8 = 51;
    pub(super) const NONE: u8 = 59;
    pub(super) const OPTIONS: u8 = 60;
    pub(super) const MOBILITY: u8 = 135;
}

/// A header in front of the upper layer.
struct Header<'a> {
    kind: u8,
    /// From its beginning to the end of the packet.
    bytes: &'a [u8],
    /// How long it says it is.
    len: usize,
}

/// Walks the headers of a packet of IPv6 until there is none that leads to another; the upper layer
/// is the last.
fn headers(packet: &Packet) -> impl Iterator<Item = Header<'_>> {
    let network = packet.network();
    let mut next = network
        .get(6)
        .map(|kind| (*kind, network.get(ipv6::HEADER_LEN..).unwrap_or_default()));
    core::iter::from_fn(move || {
        let (kind, bytes) = next.take()?;
        let units = bytes.get(1).map_or(0, |units| usize::from(*units));
        let len = match kind {
            kind::HOP_BY_HOP | kind::ROUTING | kind::OPTIONS => 8 * (units + 1),
            kind::FRAGMENT => extension::FRAGMENT_LEN,
            kind::AUTH => 4 * (units + 2),
            _ => bytes.len(),
        };
        let leads = matches!(
            kind,
            kind::HOP_BY_HOP | kind::ROUTING | kind::OPTIONS | kind::FRAGMENT | kind::AUTH
        );
        // Behind the head of a later fragment there is data.
        let later = kind == kind::FRAGMENT && offset(bytes) != 0;
        if let (true, false, [first, ..], Some(rest)) = (leads, later, bytes, bytes.get(len..)) {
            next = Some((*first, rest));
        }
        Some(Header { kind, bytes, len })
    })
}

/// Where a fragment belongs.
fn offset(header: &[u8]) -> u16 {
    match header {
        [_, _, high, low, ..] => u16::from_be_bytes([*high, *low]) >> 3,
        _ => 0,
    }
}

fn find(packet: &Packet, kind: u8) -> Option<Header<'_>> {
    headers(packet).find(|header| header.kind == kind)
}

fn four(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn is(asked: Option<Not<u32>>, number: usize) -> bool {
    asked.is_none_or(|asked| asked.matches(asked.is as usize == number))
}

/// An authentication header of IPv6.
pub(super) fn ah(asked: &Ah6, packet: &Packet) -> bool {
    let Some(header) = find(packet, kind::AUTH) else {
        return false;
    };
    let Some(spi) = four(header.bytes, 4) else {
        return false;
    };
    let reserved = header.bytes.get(2..4) == Some(&[0, 0]);
    asked.spi.is_none_or(|spis| within(spis, spi))
        && is(asked.length, header.len)
        && (!asked.reserved || reserved)
}

/// SPIs of IPv6's ESP, or of `esp` and `ah` of IPv4.
pub(super) fn spi(asked: Not<Span<u32>>, at: usize, facts: &Facts, packet: &Packet) -> bool {
    let bytes = super::transport::bytes(facts, packet);
    let spi = bytes.and_then(|bytes| four(bytes, at));
    spi.is_some_and(|spi| within(asked, spi))
}

/// Options for each host on the way, or for the destination.
pub(super) fn options(asked: &Options6, hop_by_hop: bool, packet: &Packet) -> bool {
    let kind = match hop_by_hop {
        true => kind::HOP_BY_HOP,
        false => kind::OPTIONS,
    };
    let Some(header) = find(packet, kind) else {
        return false;
    };
    let Some(bytes) = header.bytes.get(..header.len) else {
        return false;
    };
    if !is(asked.length, header.len) {
        return false;
    }
    let mut found = extension::all_options(bytes);
    asked.options.iter().all(|(kind, len)| {
        let Some(Ok(option)) = found.next() else {
            return false;
        };
        option.kind == *kind && len.is_none_or(|len| said_len(&option) == len)
    })
}

/// The length that an option says it has: that of its data.
fn said_len(option: &TlvOption<'_>) -> u8 {
    option.data.len() as u8
}

/// A fragment header.
pub(super) fn frag(asked: &Frag, packet: &Packet) -> bool {
    let Some(header) = find(packet, kind::FRAGMENT) else {
        return false;
    };
    let [_, reserved, high, low, ..] = *header.bytes else {
        return false;
    };
    let Some(id) = four(header.bytes, 4) else {
        return false;
    };
    let more = low & 1 != 0;
    asked.id.is_none_or(|ids| within(ids, id))
        && is(asked.length, header.len)
        && (!asked.reserved || reserved == 0 && low & 6 == 0)
        && (!asked.first || u16::from_be_bytes([high, low]) >> 3 == 0)
        && (!asked.more || more)
        && (!asked.last || !more)
}

/// A routing header.
pub(super) fn rt(asked: &RoutingHeader, packet: &Packet) -> bool {
    let Some(header) = find(packet, kind::ROUTING) else {
        return false;
    };
    let [_, _, rt_type, left, ..] = *header.bytes else {
        return false;
    };
    let left = u32::from(left);
    if !is(asked.rt_type, rt_type.into())
        || !asked.segments_left.is_none_or(|lefts| within(lefts, left))
        || !is(asked.length, header.len)
        || asked.reserved && four(header.bytes, 4) != Some(0)
    {
        return false;
    }
    if asked.addresses.is_empty() {
        return true;
    }
    let route = header.bytes.get(8..header.len).unwrap_or_default();
    leads(asked, route)
}

/// Whether a route goes by the addresses asked for: by them alone, or in their order.
fn leads(asked: &RoutingHeader, route: &[u8]) -> bool {
    let same = |found: &[u8], wanted: &IpAddr| match wanted {
        IpAddr::V6(wanted) => wanted.octets() == *found,
        IpAddr::V4(_) => false,
    };
    let mut hops = route.chunks_exact(16);
    if asked.not_strict {
        let mut wanted = asked.addresses.iter();
        return wanted.all(|wanted| hops.any(|hop| same(hop, wanted)));
    }
    hops.len() == asked.addresses.len()
        && hops
            .zip(&asked.addresses)
            .all(|(hop, wanted)| same(hop, wanted))
}

/// A mobility header.
pub(super) fn mh(asked: Not<Span<u8>>, packet: &Packet) -> bool {
    let header = find(packet, kind::MOBILITY);
    let mobility = header.and_then(|header| header.bytes.get(2).copied());
    mobility.is_some_and(|mobility| within(asked, mobility))
}

/// Which headers there are: those asked for and no others, or at least they.
pub(super) fn ipv6header(asked: Not<u8>, soft: bool, packet: &Packet) -> bool {
    let mut found = 0u8;
    for header in headers(packet) {
        found |= match header.kind {
            kind::HOP_BY_HOP => 0x80,
            kind::OPTIONS => 0x40,
            kind::ROUTING => 0x20,
            kind::FRAGMENT => 0x10,
            kind::AUTH => 0x08,
            kind::ESP => 0x04,
            kind::NONE => 0x02,
            _ => 0x01,
        };
    }
    // What a later fragment has is an upper layer too.
    if found & 0x07 == 0 {
        found |= 0x01;
    }
    if soft {
        let other = if asked.not { asked.is } else { 0 };
        return (found ^ asked.is ^ other) & asked.is == 0;
    }
    asked.matches(found == asked.is)
}

/// Whether the source's interface identifier is made of the Ethernet address that sent it.
pub(super) fn eui64(packet: &Packet) -> bool {
    let network = packet.network();
    let Some(header) = packet.link_header() else {
        return false;
    };
    let (Some(mac), Some(id)) = (header.get(6..12), network.get(16..24)) else {
        return false;
    };
    let made = [
        mac[0] ^ 2,
        mac[1],
        mac[2],
        0xff,
        0xfe,
        mac[3],
        mac[4],
        mac[5],
    ];
    packet.ethertype == EtherType::IPV6 && id == made
}

/// Whether a packet has a header of IPv6, and its bytes.
pub(in crate::filter) fn bytes_of(packet: &Packet, header: u8) -> Option<&[u8]> {
    let found = find(packet, header)?;
    let end = match IpProtocol(header) {
        IpProtocol(kind::MOBILITY) => found.bytes.len(),
        _ => found.len,
    };
    found.bytes.get(..end.min(found.bytes.len()))
}
