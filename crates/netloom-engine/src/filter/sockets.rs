//! The socket that a packet is for (`nf_tproxy_get_sock_v4`, `nf_sk_lookup_slow_v4` and their kin for
//! IPv6): `TPROXY`, `-m socket`, nft's `tproxy` and `socket`.

use super::facts::{Facts, Proto};
use super::xt::{addresses, ports};
use crate::device::DevId;
use crate::net::Net;
use crate::packet::Packet;
use crate::socket::{self, Socket};
use core::net::IpAddr;
use netloom_model::ruleset::expr::SocketKey;
use netloom_model::socket::SocketId;
use netloom_wire::IpProtocol;

/// An address and a port.
pub(super) type End = (IpAddr, u16);

/// The ends of a packet of TCP or UDP: where it comes from, where it goes.
pub(super) fn ends(facts: &Facts, packet: &Packet) -> Option<(End, End)> {
    let (src, dst) = addresses(facts, packet)?;
    let (sport, dport) = ports(facts, packet)?;
    Some(((src, sport), (dst, dport)))
}

/// The socket of a connection between two ends; of UDP the one that has this partner.
pub(super) fn connected(net: &Net, facts: &Facts, from: End, to: End) -> Option<SocketId> {
    match protocol(facts)? {
        IpProtocol::TCP => socket::tcp::connected(net, facts.ns, to, from),
        _ => {
            let found = datagrams(net, facts, from, to)?;
            net.socket(found).ok()?.has_partner().then_some(found)
        }
    }
}

/// The socket that listens at an end.
pub(super) fn listening(net: &Net, facts: &Facts, from: End, to: End) -> Option<SocketId> {
    match protocol(facts)? {
        IpProtocol::TCP => socket::tcp::listening(net, facts.ns, facts.input, to, from),
        _ => datagrams(net, facts, from, to),
    }
}

fn protocol(facts: &Facts) -> Option<IpProtocol> {
    let protocol = IpProtocol(facts.protocol?);
    let known = matches!(protocol, IpProtocol::TCP | IpProtocol::UDP);
    let version = matches!(facts.proto, Proto::V4 | Proto::V6);
    (known && version).then_some(protocol)
}

fn datagrams(net: &Net, facts: &Facts, from: End, to: End) -> Option<SocketId> {
    let dev = facts.input.some().unwrap_or(DevId::NONE);
    if dev == DevId::NONE {
        return None;
    }
    let found = match (from, to) {
        ((IpAddr::V4(src), sport), (IpAddr::V4(dst), dport)) => {
            socket::udp::matching(net, dev, (src, sport), (dst, dport), false)
        }
        ((IpAddr::V6(src), sport), (IpAddr::V6(dst), dport)) => {
            socket::v6::udp::matching(net, dev, (src, sport), (dst, dport))
        }
        _ => return None,
    };
    found.first().copied().map(SocketId)
}

/// The socket that a packet is for.
fn of<'n>(net: &'n Net, facts: &Facts, packet: &Packet) -> Option<&'n Socket> {
    let (from, to) = ends(facts, packet)?;
    let found = packet
        .socket
        .or_else(|| connected(net, facts, from, to))
        .or_else(|| listening(net, facts, from, to))?;
    net.socket(found).ok()
}

/// What a packet's socket is like.
pub(super) fn load(net: &Net, key: SocketKey, facts: &Facts, packet: &Packet) -> Option<u128> {
    let socket = of(net, facts, packet)?;
    Some(match key {
        SocketKey::Transparent => u128::from(socket.options.transparent),
        SocketKey::Mark => u128::from(socket.options.mark),
        SocketKey::Wildcard => u128::from(socket.is_wildcard()),
        // All programs are in the first control group.
        SocketKey::CgroupV2 => return None,
    })
}

/// What `-m socket` asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) transparent: bool,
    pub(super) nowildcard: bool,
    pub(super) restore_skmark: bool,
}

/// Whether a packet is for a socket that is not just bound to any address.
pub(super) fn matches(asked: Asked, net: &Net, facts: &Facts, packet: &mut Packet) -> bool {
    let Some(socket) = of(net, facts, packet) else {
        return false;
    };
    let wildcard = !asked.nowildcard && socket.is_wildcard();
    let fits = !wildcard && (!asked.transparent || socket.options.transparent);
    if fits && asked.restore_skmark {
        packet.mark = socket.options.mark;
    }
    fits
}
