//! Sending from an IPv6 socket: routing, the header, and Linux's errors for what cannot go.

use super::configure::flow;
use crate::ip::output::GroupLoop;
use crate::ip::v6::output::{self, Header6};
use crate::link::Xmit;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::Refused;
use crate::route::upper::Upper;
use crate::route::v6::output::Way6;
use crate::route::v6::{self as route, Flow6};
use crate::socket::ports;
use core::net::Ipv6Addr;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_model::socket::{PacketType, PmtuDiscovery, SocketError, SocketId, SocketKind};
use netloom_model::{Errno, RouteType};
use netloom_wire::icmpv6::{self, Type};
use netloom_wire::{EtherType, IpProtocol, ipv6, udp};

/// The longest payload behind an IPv6 header.
const LONGEST: usize = u16::MAX as usize;

/// Sends `data` from a socket.
pub(crate) fn send<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    (dst, port): (Ipv6Addr, u16),
    data: &[u8],
) -> Result<(), Errno> {
    let socket = cx.net.socket(id)?;
    let kind = socket.kind;
    if kind == SocketKind::Udp6 && port == 0 {
        return Err(Errno::INVAL);
    }
    ports::bind_any(cx.net, id)?;
    let socket = cx.net.socket(id)?;
    let mut flow = flow(socket, dst);
    flow.upper = match (kind, data) {
        (SocketKind::Udp6, _) => Upper::new(IpProtocol::UDP, (socket.v6.local.1, port)),
        (SocketKind::Ping6 | SocketKind::Raw6(58), [kind, code, ..]) => {
            Upper::icmp(IpProtocol::ICMPV6, *kind, *code)
        }
        // What is asked about is sent as the socket of its protocol would send it.
        (SocketKind::Raw6(protocol), _) if socket.client == crate::explain::CLIENT => {
            Upper::of_payload(IpProtocol(protocol), data)
        }
        (SocketKind::Raw6(protocol), _) => Upper::new(IpProtocol(protocol), (0, 0)),
        _ => Upper::default(),
    };
    let own = socket.v6.local.1;
    let stage = match kind {
        SocketKind::Udp6 => Stage::UdpSend,
        SocketKind::Ping6 => Stage::PingSend,
        _ => Stage::RawSend,
    };
    let way = routed(cx, id, stage, &flow)?;
    if matches!(kind, SocketKind::Raw6(_)) && cx.net.socket(id)?.options.header_included {
        return included(cx, id, (&flow, &way), data);
    }
    let (protocol, payload) = match kind {
        SocketKind::Udp6 => (IpProtocol::UDP, datagram(&way, (own, port), data)),
        SocketKind::Ping6 => (IpProtocol::ICMPV6, echo(&way, own, data)?),
        SocketKind::Raw6(protocol) => (IpProtocol(protocol), raw(&way, protocol, data)),
        _ => return Err(Errno::OPNOTSUPP),
    };
    emit(cx, id, stage, (&flow, &way), protocol, &payload)
}

/// Routes a flow; a refusal is told to the observer too.
fn routed<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    stage: Stage,
    flow: &Flow6,
) -> Result<Way6, Errno> {
    let ns = cx.net.socket(id)?.ns;
    route::output::route(cx.net, ns, flow).map_err(|no| {
        if no.errno == Errno::NETUNREACH {
            cx.net.count(ns, Counter::Ip6OutNoRoutes);
        }
        let reason = no.refused.map_or(DropReason::NoSource, Refused::reason);
        see_refused(cx, id, (stage, Stage::Route6Output), (flow, None), reason);
        no.errno
    })
}

/// Tells the observer of what a program sends and is told at once that it cannot go: at which stage, and why.
fn see_refused<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    (sent, refused): (Stage, Stage),
    (flow, way): (&Flow6, Option<&Way6>),
    reason: DropReason,
) {
    let Ok(ns) = cx.net.socket(id).map(|socket| socket.ns) else {
        return;
    };
    if O::ON {
        let mut nothing = cx.net.pool.take(0);
        cx.born(&mut nothing, None, Origin::Probe);
        see_sent(cx, id, &nothing, sent, flow, way);
        cx.drop_in(nothing, ns, refused, reason);
    }
}

/// Tells the observer of a packet that a program sends, and how it was routed.
fn see_sent<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    packet: &Packet,
    stage: Stage,
    flow: &Flow6,
    way: Option<&Way6>,
) {
    let Ok(ns) = cx.net.socket(id).map(|socket| socket.ns) else {
        return;
    };
    cx.see_in(packet, ns, stage, |_| Event::Sent {
        from: way.map(|w| w.source.into()),
        to: Some(flow.dst.into()),
    });
    cx.see_in(packet, ns, Stage::Route6Output, |net| {
        Event::Routed(Box::new(route::trace(net, ns, flow)))
    });
}

fn datagram(way: &Way6, (own, port): (u16, u16), data: &[u8]) -> Vec<u8> {
    let repr = udp::Repr {
        src_port: own,
        dst_port: port,
        payload: &data[..data.len().min(LONGEST)],
    };
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit_v6(&mut bytes, way.source, way.dst);
    bytes
}

/// icmp(7), "ping sockets": only echo requests, whose identifier is the socket's port.
fn echo(way: &Way6, ident: u16, data: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut bytes = data.to_vec();
    let mut message = icmpv6::Packet::new_checked(&mut bytes[..]).map_err(|_| Errno::INVAL)?;
    if message.msg_type() != Type::ECHO_REQUEST || message.code() != 0 {
        return Err(Errno::INVAL);
    }
    message.set_echo_ident(ident);
    message.fill_checksum(way.source, way.dst);
    Ok(bytes)
}

/// Of ICMPv6 the kernel fills in the checksum, which is over the addresses too (RFC 3542 section
/// 3.1).
fn raw(way: &Way6, protocol: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = data.to_vec();
    if protocol == IpProtocol::ICMPV6.0
        && let Ok(mut message) = icmpv6::Packet::new_checked(&mut bytes[..])
    {
        message.fill_checksum(way.source, way.dst);
    }
    bytes
}

/// Sends a packet whose header the program wrote (ipv6(7), `IPV6_HDRINCL`): nothing of it is filled in.
fn included<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    (flow, way): (&Flow6, &Way6),
    data: &[u8],
) -> Result<(), Errno> {
    let socket = cx.net.socket(id)?;
    let (ns, mark) = (socket.ns, socket.options.mark);
    let group_loop = GroupLoop(socket.options.multicast_loop);
    let mtu = cx.net.dev(way.dev).mtu;
    if data.len() > mtu as usize {
        return too_long(cx, id, way.dst, mtu);
    }
    if ipv6::Packet::new_checked(data).is_err() {
        return Err(Errno::INVAL);
    }
    cx.net.count(ns, Counter::Ip6OutRequests);
    let mut packet = cx.net.pool.take(data.len());
    packet.bytes_mut().copy_from_slice(data);
    packet.ethertype = EtherType::IPV6;
    packet.packet_type = PacketType::Outgoing;
    packet.local = true;
    packet.mark = mark;
    packet.sender = Some(id);
    packet.set_network();
    cx.born(&mut packet, None, Origin::Probe);
    see_sent(cx, id, &packet, Stage::RawSend, flow, Some(way));
    match output::send(cx, ns, way, packet, group_loop) {
        Xmit::Refused => Err(Errno::PERM),
        Xmit::Drop if cx.net.socket(id)?.options.receive_errors => Err(Errno::NOBUFS),
        _ => Ok(()),
    }
}

/// Sends a payload with a header on its way.
fn emit<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    stage: Stage,
    (flow, way): (&Flow6, &Way6),
    protocol: IpProtocol,
    payload: &[u8],
) -> Result<(), Errno> {
    let socket = cx.net.socket(id)?;
    let (ns, options) = (socket.ns, socket.options.clone());
    let way = &match options.pmtu {
        // What is known of the path does not count (`ip6_sk_use_pmtu`).
        PmtuDiscovery::Probe => Way6 {
            mtu: cx.net.dev(way.dev).mtu,
            ..*way
        },
        _ => *way,
    };
    let len = ipv6::HEADER_LEN + payload.len();
    let probing = matches!(options.pmtu, PmtuDiscovery::Do | PmtuDiscovery::Probe);
    let long = len > way.mtu as usize && way.kind != RouteType::Local;
    if payload.len() > LONGEST || (long && probing) {
        let reason = DropReason::FragmentationNeeded;
        see_refused(cx, id, (stage, stage), (flow, Some(way)), reason);
        return too_long(cx, id, way.dst, way.mtu);
    }
    let hop_limit = match (way.kind, options.ttl) {
        (RouteType::Multicast, _) => options.multicast_ttl,
        (_, 0) => output::hop_limit(cx.net, way),
        (_, hops) => hops,
    };
    let fields = Header6 {
        protocol,
        hop_limit,
        tclass: options.tos,
        mark: options.mark,
    };
    let mut packet = output::build(cx, way, &fields, payload);
    packet.sender = Some(id);
    cx.born(&mut packet, None, Origin::Probe);
    see_sent(cx, id, &packet, stage, flow, Some(way));
    let group_loop = GroupLoop(options.multicast_loop);
    let sent = output::send(cx, ns, way, packet, group_loop);
    if sent == Xmit::Refused {
        return Err(Errno::PERM);
    }
    let lost = sent == Xmit::Drop;
    if stage == Stage::UdpSend {
        let counter = if lost {
            Counter::Udp6SndbufErrors
        } else {
            Counter::Udp6OutDatagrams
        };
        cx.net.count(ns, counter);
    }
    // A device that drops what it is given is told to raw sockets, to ping sockets never, and to
    // others if they ask for errors (ipv6(7), `IPV6_RECVERR`).
    let told = match cx.net.socket(id)?.kind {
        SocketKind::Raw6(_) => true,
        SocketKind::Ping6 => false,
        _ => options.receive_errors,
    };
    if lost && told {
        return Err(Errno::NOBUFS);
    }
    Ok(())
}

/// `EMSGSIZE`, with the MTU in the error queue.
fn too_long<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    dst: Ipv6Addr,
    mtu: u32,
) -> Result<(), Errno> {
    let error = SocketError {
        at: cx.net.now,
        errno: Errno::MSGSIZE,
        local: true,
        icmp: (0, 0),
        info: mtu,
        offender: None,
        to: Some((dst.into(), 0)),
        data: Vec::new(),
    };
    let socket = cx.net.socket_mut(id)?;
    if socket.options.receive_errors {
        socket.queue_error(error);
    }
    Err(Errno::MSGSIZE)
}
