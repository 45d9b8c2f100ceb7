//! The matches of ebtables that have no native form (ebtables-nft(8)): `ip`, `ip6`, `arp`, `vlan`,
//! `mark_m`.

use super::super::facts::Facts;
use super::transport::within;
use crate::packet::Packet;
use core::net::IpAddr;
use netloom_model::ruleset::xt::{EbArp, EbIp, EbVlan, MacMask, Masked, Network, Not};
use netloom_wire::arp;

/// Whether what is asked for is so; what is not asked for is.
fn asks<T: Copy>(asked: Option<Not<T>>, found: impl FnOnce(T) -> bool) -> bool {
    asked.is_none_or(|asked| asked.matches(found(asked.is)))
}

fn of_network(network: Network, bytes: &[u8]) -> bool {
    let octets = |address: IpAddr| match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let (address, mask) = (octets(network.address), octets(network.mask));
    bytes.len() == address.len()
        && bytes
            .iter()
            .zip(address.iter().zip(&mask))
            .all(|(byte, (address, mask))| byte & mask == address & mask)
}

fn of_mac(asked: MacMask, bytes: &[u8]) -> bool {
    let pairs = asked.address.0.into_iter().zip(asked.mask.0);
    bytes.len() == 6
        && bytes
            .iter()
            .zip(pairs)
            .all(|(byte, (a, m))| byte & m == a & m)
}

/// `ip` and `ip6` (`ebt_ip_mt`, `ebt_ip6_mt`).
pub(super) fn ip(asked: &EbIp, v6: bool, facts: &Facts, packet: &Packet) -> bool {
    let network = packet.network();
    let (at, len, least) = if v6 { (8, 16, 40) } else { (12, 4, 20) };
    if network.len() < least {
        return false;
    }
    let (source, destination) = (&network[at..at + len], &network[at + len..at + 2 * len]);
    let tos = if v6 {
        network[0] << 4 | network[1] >> 4
    } else {
        network[1]
    };
    if !asks(asked.tos, |tos_asked| tos == tos_asked)
        || !asks(asked.source, |network| of_network(network, source))
        || !asks(asked.destination, |network| {
            of_network(network, destination)
        })
    {
        return false;
    }
    let Some(protocol) = facts.protocol else {
        return asked.protocol.is_none();
    };
    if !asks(asked.protocol, |asked| asked == protocol) {
        return false;
    }
    upper(asked, facts, packet)
}

/// What follows the IP header.
fn upper(asked: &EbIp, facts: &Facts, packet: &Packet) -> bool {
    if (asked.sport, asked.dport, asked.icmp, asked.igmp) == (None, None, None, None) {
        return true;
    }
    let at = facts.transport.map(usize::from);
    let Some(bytes) = at.and_then(|at| packet.network().get(at..at + 4)) else {
        return false;
    };
    let port = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
    let inside = |(from, to): (u8, u8), byte: u8| from <= byte && byte <= to;
    asked.sport.is_none_or(|asked| within(asked, port(0)))
        && asked.dport.is_none_or(|asked| within(asked, port(2)))
        && asks(asked.icmp, |(types, codes)| {
            inside(types, bytes[0]) && inside(codes, bytes[1])
        })
        && asks(asked.igmp, |types| inside(types, bytes[0]))
}

/// `arp` (`ebt_arp_mt`).
pub(super) fn arp(asked: &EbArp, packet: &Packet) -> bool {
    let Ok(message) = arp::Packet::new_checked(packet.network()) else {
        return false;
    };
    let message = message.repr();
    let network = packet.network();
    let word = |at: usize| u16::from_be_bytes([network[at], network[at + 1]]);
    asks(asked.op, |op| word(6) == op)
        && asks(asked.htype, |htype| word(0) == htype)
        && asks(asked.ptype, |ptype| word(2) == ptype)
        && asks(asked.source_ip, |asked| {
            of_network(asked, &message.sender_ip.octets())
        })
        && asks(asked.target_ip, |asked| {
            of_network(asked, &message.target_ip.octets())
        })
        && asks(asked.source_mac, |asked| {
            of_mac(asked, &message.sender_mac.0)
        })
        && asks(asked.target_mac, |asked| {
            of_mac(asked, &message.target_mac.0)
        })
        && asks(asked.gratuitous, |()| {
            message.sender_ip == message.target_ip
        })
}

/// `vlan` (`ebt_vlan_mt`).
pub(super) fn vlan(asked: &EbVlan, packet: &Packet) -> bool {
    let tag = packet.tag;
    tag.is_present()
        && asks(asked.id, |id| tag.id() == id)
        && asks(asked.prio, |prio| (tag.tci() >> 13) as u8 == prio)
        && asks(asked.encap, |encap| packet.ethertype.0 == encap)
}

/// `mark_m` (`ebt_mark_mt`).
pub(super) fn mark(asked: Not<Masked>, any: bool, packet: &Packet) -> bool {
    let found = packet.mark & asked.is.mask;
    asked.matches(if any {
        found != 0
    } else {
        found == asked.is.value
    })
}
