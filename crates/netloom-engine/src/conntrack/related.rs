//! ICMP in connections: errors are about the packet that they quote, and related to its connection;
//! questions and answers are connections of their own (RFC 792, RFC 4443, RFC 4861).

use super::connection::{Reference, Standing, Zone};
use super::tuple::Tuple;
use crate::filter::{Facts, Proto, layers};
use crate::namespace::NsId;
use crate::net::Net;
use crate::packet::Packet;
use crate::sysctl::Ct;
use netloom_model::ruleset::Hook;
use netloom_wire::{IpProtocol, checksum, ipv4, ipv6};

/// What a message of ICMP is.
pub(super) enum Icmp {
    /// An error: how it stands to the connection of what it quotes.
    Error(Reference),
    /// What hosts of a link say to each other, which nobody tracks.
    Untracked,
    /// A question or an answer.
    Question,
}

/// The length of the header before what an error quotes.
const QUOTED: usize = 8;

/// Reads a message.
pub(super) fn read(
    net: &Net,
    ns: NsId,
    (v6, transport): (bool, usize),
    zone: Zone,
    packet: &Packet,
) -> Icmp {
    let Some(message) = packet.network().get(transport..) else {
        return Icmp::Error(Reference::NONE);
    };
    let Some(kind) = message.first().filter(|_| message.len() >= QUOTED) else {
        return Icmp::Error(Reference::NONE);
    };
    let is_error = match v6 {
        false => matches!(kind, 3 | 4 | 5 | 11 | 12),
        true => *kind < 128,
    };
    if v6 && matches!(kind, 130..=136 | 143) {
        return Icmp::Untracked;
    }
    if !is_error {
        return Icmp::Question;
    }
    let told = destination(v6, packet.network());
    let found = quoted(net, ns, (v6, told), zone, &message[QUOTED..]);
    Icmp::Error(found.unwrap_or(Reference::NONE))
}

/// Who is told, in the form of a tuple.
fn destination(v6: bool, network: &[u8]) -> [u8; 16] {
    if v6 {
        return ipv6::Packet::new_unchecked(network).dst().octets();
    }
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&ipv4::Packet::new_unchecked(network).dst().octets());
    bytes
}

/// How an error stands to the connection of the packet that it quotes.
fn quoted(
    net: &Net,
    ns: NsId,
    (v6, told): (bool, [u8; 16]),
    zone: Zone,
    inner: &[u8],
) -> Option<Reference> {
    let proto = if v6 { Proto::V6 } else { Proto::V4 };
    let (protocol, transport) = layers(proto, inner);
    let tuple = Tuple::of(v6, inner, protocol?, usize::from(transport?))?;
    // The packet went the other way, so the other direction is the one by which it is found.
    let answer = tuple.invert()?;
    let conntrack = net.ns(ns).conntrack.as_ref()?;
    let (place, direction) = super::track::find(conntrack, &answer, zone)?;
    let connection = conntrack.table.get(place)?;
    // Nobody else is told of it than whose packet it was.
    if connection.tuple(direction).dst != told {
        return None;
    }
    let at = (ns, place);
    Some(Reference::to(at, connection, Standing::Related, direction))
}

/// Whether the checksum of what a packet carries is right, where it is to be looked at: of packets that
/// come from outside.
pub(super) fn is_intact(net: &Net, facts: &Facts, packet: &Packet) -> bool {
    let (Some(protocol), Some(transport)) = (facts.protocol, facts.transport) else {
        return true;
    };
    // The ICMP of one version over the other belongs to nothing.
    let foreign = match facts.is_v6() {
        false => super::tuple::ICMPV6,
        true => super::tuple::ICMP,
    };
    if protocol == foreign {
        return false;
    }
    let upper = packet.network().get(usize::from(transport)..);
    if protocol == super::tuple::UDP_LITE && !upper.is_some_and(covers) {
        return false;
    }
    !is_looked_at(net, facts) || udp_lite_sums_up(facts, packet) && sums_up(facts, packet)
}

/// Whether checksums are looked at here.
fn is_looked_at(net: &Net, facts: &Facts) -> bool {
    facts.hook == Hook::Prerouting && net.ns(facts.ns).conntrack_conf.on(Ct::Checksum)
}

/// Remembers that the checksum of UDP over IPv6 was looked at, if it was.
pub(super) fn keep_sum(net: &Net, facts: &Facts, packet: &mut Packet) {
    let done = packet.local || packet.checksum_partial;
    let udp = facts.is_v6() && facts.protocol == Some(super::tuple::UDP);
    if udp && !done && is_looked_at(net, facts) {
        packet.summed = packet.outside_sum();
    }
}

/// Whether the header of UDP-Lite covers itself and no more than there is, and has the checksum that
/// it must have (RFC 3828 section 3.1).
fn covers(upper: &[u8]) -> bool {
    let &[_, _, _, _, high, low, sum_high, sum_low, ..] = upper else {
        return false;
    };
    let coverage = usize::from(u16::from_be_bytes([high, low]));
    (coverage == 0 || (8..=upper.len()).contains(&coverage)) && (sum_high, sum_low) != (0, 0)
}

/// Whether the checksum of UDP-Lite is right as Linux looks at it: as if it were that of UDP. That of a
/// packet in which it is right is not.
fn udp_lite_sums_up(facts: &Facts, packet: &Packet) -> bool {
    let Some(transport) = facts.transport.map(usize::from) else {
        return true;
    };
    let done = packet.local || packet.checksum_partial;
    if facts.protocol != Some(super::tuple::UDP_LITE) || done {
        return true;
    }
    let network = packet.network();
    let upper = network.get(transport..).unwrap_or_default();
    let coverage = match upper.get(4..6) {
        Some(&[0, 0]) | None => upper.len(),
        Some(bytes) => usize::from(u16::from_be_bytes([bytes[0], bytes[1]])),
    };
    let udp = IpProtocol(super::tuple::UDP);
    let pseudo = if facts.is_v6() {
        let header = ipv6::Packet::new_unchecked(network);
        checksum::pseudo_v6(header.src(), header.dst(), udp, upper.len())
    } else {
        let header = ipv4::Packet::new_unchecked(network);
        checksum::pseudo_v4(header.src(), header.dst(), udp, upper.len())
    };
    let covered = upper.get(..coverage).unwrap_or(upper);
    checksum::combine(&[pseudo, checksum::sum(covered)]) == 0xffff
}

/// Whether the checksum of what a packet carries is right; of what was made here it is.
pub(crate) fn sums_up(facts: &Facts, packet: &Packet) -> bool {
    // That of SCTP a program writes itself, on this host too.
    let known = packet.local && facts.protocol != Some(super::tuple::SCTP);
    if known || packet.checksum_partial {
        return true;
    }
    let (Some(protocol), Some(transport)) = (facts.protocol, facts.transport) else {
        return true;
    };
    let network = packet.network();
    let Some(upper) = network.get(usize::from(transport)..) else {
        return true;
    };
    match (facts.is_v6(), protocol) {
        (_, super::tuple::SCTP) => super::sctp::is_intact(upper),
        (false, super::tuple::ICMP) => checksum::verify(upper),
        (false, super::tuple::TCP | super::tuple::UDP) => {
            v4_sums_up(network, usize::from(transport), protocol)
        }
        (true, super::tuple::ICMPV6 | super::tuple::TCP | super::tuple::UDP) => {
            let header = ipv6::Packet::new_unchecked(network);
            let (src, dst) = (header.src(), header.dst());
            let pseudo = checksum::pseudo_v6(src, dst, IpProtocol(protocol), upper.len());
            checksum::combine(&[pseudo, checksum::sum(upper)]) == 0xffff
        }
        _ => true,
    }
}

/// Whether the checksum of TCP or UDP over IPv4 is right, where there is one.
#[inline]
pub(super) fn v4_sums_up(network: &[u8], transport: usize, protocol: u8) -> bool {
    let (Some(upper), true) = (network.get(transport..), network.len() >= ipv4::HEADER_LEN) else {
        return true;
    };
    if protocol == super::tuple::UDP && upper.get(6..8) == Some(&[0, 0]) {
        return true;
    }
    let header = ipv4::Packet::new_unchecked(network);
    let (src, dst) = (header.src(), header.dst());
    let pseudo = checksum::pseudo_v4(src, dst, IpProtocol(protocol), upper.len());
    checksum::combine(&[pseudo, checksum::sum(upper)]) == 0xffff
}
