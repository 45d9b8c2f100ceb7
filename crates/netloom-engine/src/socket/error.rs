//! ICMP errors find the sockets whose packets they are about (`icmp_socket_deliver`, ip(7)
//! `IP_RECVERR`).

use super::{Socket, tcp};
use crate::device::DevId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use core::net::Ipv4Addr;
use netloom_model::Errno;
use netloom_model::socket::{SocketError, SocketKind};
use netloom_wire::icmpv4::{self, Type};
use netloom_wire::{IpProtocol, ipv4};

/// The error that a program is told, and whether it ends a connection.
fn meaning(kind: Type, code: u8) -> (Errno, bool) {
    match (kind, code) {
        (Type::DEST_UNREACHABLE, 0 | 6 | 11) => (Errno::NETUNREACH, false),
        (Type::DEST_UNREACHABLE, 2) => (Errno(92), true),
        (Type::DEST_UNREACHABLE, 3) => (Errno::CONNREFUSED, true),
        (Type::DEST_UNREACHABLE, 4) => (Errno::MSGSIZE, false),
        (Type::DEST_UNREACHABLE, 5) => (Errno::OPNOTSUPP, false),
        (Type::DEST_UNREACHABLE, 8) => (Errno(64), true),
        (Type::DEST_UNREACHABLE, 9) => (Errno::NETUNREACH, true),
        (Type::PARAMETER_PROBLEM, _) => (Errno::PROTO, true),
        (Type::REDIRECT, _) => (Errno(121), false), // EREMOTEIO
        _ => (Errno::HOSTUNREACH, false),
    }
}

/// What an error is about.
struct About {
    protocol: IpProtocol,
    src: Ipv4Addr,
    dst: Ipv4Addr,
    /// Source and destination port, or the echo identifier twice.
    ports: (u16, u16),
}

/// Tells the sockets concerned of an error whose front is its ICMP header; how many there were.
pub(crate) fn deliver<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) -> usize {
    let message = icmpv4::Packet::new_unchecked(packet.bytes());
    let (kind, code) = (message.msg_type(), message.code());
    let Ok(inner) = ipv4::Packet::new_header(message.payload()) else {
        return 0;
    };
    let header_len = inner.header_len();
    let (src, dst, protocol) = (inner.src(), inner.dst(), inner.protocol());
    let payload = message
        .payload()
        .get(header_len..)
        .unwrap_or_default()
        .to_vec();
    let word = |at: usize| {
        payload
            .get(at..at + 2)
            .map_or(0, |b| u16::from_be_bytes([b[0], b[1]]))
    };
    let echo = protocol == IpProtocol::ICMP;
    let ports = if echo {
        (word(4), word(4))
    } else {
        (word(0), word(2))
    };
    let about = About {
        protocol,
        src,
        dst,
        ports,
    };
    let (errno, hard) = meaning(kind, code);
    let redirect = kind == Type::REDIRECT;
    let narrow = (kind, code) == (Type::DEST_UNREACHABLE, 4);
    let info = match kind {
        _ if narrow => message.mtu().into(),
        _ if redirect => message.gateway().to_bits(),
        _ => 0,
    };
    let header = ipv4::Packet::new_unchecked(packet.network());
    let seq = u32::from(word(4)) << 16 | u32::from(word(6));
    let error = SocketError {
        at: cx.net.now,
        errno,
        local: false,
        icmp: (kind.0, code),
        info,
        offender: Some(header.src().into()),
        to: Some((dst.into(), if echo { 0 } else { ports.1 })),
        data: if protocol == IpProtocol::UDP {
            payload[8.min(payload.len())..].to_vec()
        } else {
            payload
        },
    };
    // What came by the loopback is for ping sockets as if by the device that has the address, for
    // others it is not.
    let devices = (dev, packet.received_by(dev));
    let sockets = &cx.net.ns(cx.net.ns_of(dev)).sockets;
    let all = [&sockets.udp, &sockets.udp6, &sockets.ping, &sockets.raw];
    let ids: Vec<u32> = all.into_iter().flatten().copied().collect();
    let mut told = 0;
    if protocol == IpProtocol::TCP {
        let told_tcp = tcp::Told {
            ns: cx.net.ns_of(dev),
            local: (src.into(), ports.0),
            remote: (dst.into(), ports.1),
            seq,
            errno,
            path: narrow || redirect,
        };
        told += usize::from(tcp::icmp_error(cx, &told_tcp));
    }
    for id in ids {
        let socket = &mut cx.net.sockets.0[id];
        if concerned(socket, &about, devices) {
            told += 1;
            // A redirect is for routing: of sockets, those that ping hear of it.
            let asks = socket.kind == SocketKind::Ping && socket.options.receive_errors;
            if redirect && !asks {
                continue;
            }
            let partner = hard || socket.remote.is_some();
            if socket.kind.is_v6() {
                tell(socket, &error.clone().mapped_to_v6(), partner);
            } else {
                tell(socket, &error, partner);
            }
        }
    }
    told
}

/// The path that an error told of is known now: the connection whose segment was too long for it
/// sends shorter ones.
pub(crate) fn narrowed<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) {
    let message = icmpv4::Packet::new_unchecked(packet.bytes());
    let Ok(inner) = ipv4::Packet::new_header(message.payload()) else {
        return;
    };
    if inner.protocol() != IpProtocol::TCP {
        return;
    }
    let (local, remote) = (inner.src().into(), inner.dst().into());
    let behind = message.payload().get(inner.header_len()..);
    let ns = cx.net.ns_of(dev);
    if let Some(told) = tcp::Told::narrow(ns, local, remote, behind.unwrap_or_default()) {
        tcp::path_narrowed(cx, &told);
    }
}

fn concerned(socket: &Socket, about: &About, (dev, owner): (DevId, DevId)) -> bool {
    let by = if socket.kind == SocketKind::Ping {
        owner
    } else {
        dev
    };
    if socket.dev != DevId::NONE && socket.dev != by {
        return false;
    }
    let mine = (socket.local.0.is_unspecified() || socket.local.0 == about.src)
        && socket.remote.is_none_or(|(remote, _)| remote == about.dst);
    mine && match socket.kind {
        SocketKind::Udp6 if !socket.hears_v4() => false,
        SocketKind::Udp | SocketKind::Udp6 => {
            about.protocol == IpProtocol::UDP && socket.local.1 == about.ports.0
        }
        SocketKind::Ping => about.protocol == IpProtocol::ICMP && socket.local.1 == about.ports.0,
        SocketKind::Raw(protocol) => about.protocol.0 == protocol,
        _ => false,
    }
}

/// Tells a socket of an error.
fn tell(socket: &mut Socket, error: &SocketError, hard: bool) {
    if socket.options.receive_errors {
        socket.queue_error(error.clone());
        return;
    }
    // Without an error queue only a partner's errors are told.
    if hard && socket.remote.is_some() {
        socket.pending = Some(error.errno);
    }
}
