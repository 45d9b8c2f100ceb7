//! ICMPv6 errors find the sockets whose packets they are about (`icmpv6_err_convert`, ipv6(7)
//! `IPV6_RECVERR`).

use crate::device::DevId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::socket::{Socket, tcp};
use core::net::Ipv6Addr;
use netloom_model::Errno;
use netloom_model::socket::{SocketError, SocketKind};
use netloom_wire::icmpv6::{self, Type};
use netloom_wire::ipv6::extension;
use netloom_wire::{IpProtocol, ipv6};

/// The error that a program is told, and whether it ends a connection.
fn meaning(kind: Type, code: u8) -> (Errno, bool) {
    match (kind, code) {
        (Type::DEST_UNREACHABLE, 0) => (Errno::NETUNREACH, false),
        (Type::DEST_UNREACHABLE, 1 | 5 | 6) => (Errno::ACCES, true),
        (Type::DEST_UNREACHABLE, 4) => (Errno::CONNREFUSED, true),
        (Type::PACKET_TOO_BIG, _) => (Errno::MSGSIZE, false),
        (Type::PARAMETER_PROBLEM, _) => (Errno::PROTO, true),
        _ => (Errno::HOSTUNREACH, false),
    }
}

/// What an error is about.
struct About {
    protocol: IpProtocol,
    src: Ipv6Addr,
    dst: Ipv6Addr,
    /// Source and destination port, or the echo identifier twice.
    ports: (u16, u16),
}

/// Tells the sockets concerned of an error whose front is its ICMP header; how many there were.
pub(crate) fn deliver<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) -> usize {
    let message = icmpv6::Packet::new_unchecked(packet.bytes());
    let (kind, code) = (message.msg_type(), message.code());
    let Ok(inner) = ipv6::Packet::new_header(message.payload()) else {
        return 0;
    };
    let behind = message
        .payload()
        .get(ipv6::HEADER_LEN..)
        .unwrap_or_default();
    let Some(upper) = extension::walk(inner.next_header(), behind).last() else {
        return 0;
    };
    let payload = upper.bytes.to_vec();
    let word = |at: usize| {
        let bytes = payload.get(at..at + 2);
        bytes.map_or(0, |b| u16::from_be_bytes([b[0], b[1]]))
    };
    let echo = upper.kind == IpProtocol::ICMPV6;
    let about = About {
        protocol: upper.kind,
        src: inner.src(),
        dst: inner.dst(),
        ports: if echo {
            (word(4), word(4))
        } else {
            (word(0), word(2))
        },
    };
    let (errno, hard) = meaning(kind, code);
    let header = ipv6::Packet::new_unchecked(packet.network());
    let seq = u32::from(word(4)) << 16 | u32::from(word(6));
    let error = SocketError {
        at: cx.net.now,
        errno,
        local: false,
        icmp: (kind.0, code),
        info: message.rest_of_header(),
        offender: Some(header.src().into()),
        to: Some((about.dst.into(), if echo { 0 } else { about.ports.1 })),
        data: if about.protocol == IpProtocol::UDP {
            payload[8.min(payload.len())..].to_vec()
        } else {
            payload
        },
    };
    let by = packet.received_by(dev);
    let sockets = &cx.net.ns(cx.net.ns_of(dev)).sockets;
    let all = [&sockets.udp6, &sockets.ping6, &sockets.raw6];
    let ids: Vec<u32> = all.into_iter().flatten().copied().collect();
    let mut told = 0;
    if about.protocol == IpProtocol::TCP {
        let of_tcp = tcp::Told {
            ns: cx.net.ns_of(dev),
            local: (about.src.into(), about.ports.0),
            remote: (about.dst.into(), about.ports.1),
            seq,
            errno,
            path: kind == Type::PACKET_TOO_BIG,
        };
        told += usize::from(tcp::icmp_error(cx, &of_tcp));
    }
    for id in ids {
        let socket = &mut cx.net.sockets.0[id];
        let here = socket.dev == DevId::NONE || socket.dev == by;
        if here && concerned(socket, &about) {
            told += 1;
            let partner = socket.v6.remote.is_some();
            socket.tell_error(&error, partner && (hard || kind != Type::PACKET_TOO_BIG));
        }
    }
    told
}

/// The path that an error told of is known now: the connection whose segment was too long for it
/// sends shorter ones.
pub(crate) fn narrowed<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) {
    let message = icmpv6::Packet::new_unchecked(packet.bytes());
    let Ok(inner) = ipv6::Packet::new_header(message.payload()) else {
        return;
    };
    let behind = message.payload().get(ipv6::HEADER_LEN..);
    let behind = behind.unwrap_or_default();
    let upper = extension::walk(inner.next_header(), behind).last();
    let Some(upper) = upper.filter(|upper| upper.kind == IpProtocol::TCP) else {
        return;
    };
    let (local, remote) = (inner.src().into(), inner.dst().into());
    let ns = cx.net.ns_of(dev);
    if let Some(told) = tcp::Told::narrow(ns, local, remote, upper.bytes) {
        tcp::path_narrowed(cx, &told);
    }
}

fn concerned(socket: &Socket, about: &About) -> bool {
    let (local, port) = socket.v6.local;
    let mine = (local.is_unspecified() || local == about.src)
        && socket
            .v6
            .remote
            .is_none_or(|(remote, _)| remote == about.dst);
    mine && match socket.kind {
        SocketKind::Udp6 => about.protocol == IpProtocol::UDP && port == about.ports.0,
        SocketKind::Ping6 => about.protocol == IpProtocol::ICMPV6 && port == about.ports.0,
        SocketKind::Raw6(protocol) => about.protocol.0 == protocol,
        _ => false,
    }
}
