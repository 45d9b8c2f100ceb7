//! Sending from a socket: routing, the IP header, and Linux's errors for what cannot go.

use super::{Socket, packet};
use crate::device::DevId;
use crate::ip::output::{self, GroupLoop, Header};
use crate::link::Xmit;
use crate::namespace::NsId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::route::output::Way;
use crate::route::upper::Upper;
use crate::route::{self, Flow, Refused};
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_model::socket::{PmtuDiscovery, SocketError, SocketId, SocketKind};
use netloom_model::{Errno, RouteType, Scope};
use netloom_wire::{IpProtocol, icmpv4, ipv4, udp};

/// Sends `data` from a socket: to `to`, or to its partner.
pub(crate) fn send<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    to: Option<(IpAddr, u16)>,
    data: &[u8],
) -> Result<usize, Errno> {
    let socket = cx.net.socket_mut(id)?;
    if let Some(errno) = socket.pending.take() {
        return Err(errno);
    }
    if let SocketKind::Packet(_) = socket.kind {
        return packet::send(cx, id, data);
    }
    if socket.kind == SocketKind::Tun {
        return super::tun::send(cx, id, data);
    }
    let (dst, port) = match destination(socket, to)? {
        (IpAddr::V6(dst), port) => {
            super::v6::send::send(cx, id, (dst, port), data)?;
            return Ok(data.len());
        }
        (IpAddr::V4(dst), port) => (dst, port),
    };
    match socket.kind {
        SocketKind::Raw(protocol) => raw(cx, id, dst, protocol, data)?,
        SocketKind::Ping => ping(cx, id, dst, data)?,
        _ => datagram(cx, id, (dst, port), data)?,
    }
    Ok(data.len())
}

/// Where it is sent: as told, or to the partner.
fn destination(socket: &Socket, to: Option<(IpAddr, u16)>) -> Result<(IpAddr, u16), Errno> {
    let (address, port) = match to {
        Some(to) => to,
        None => socket.peer_address().map_err(|_| Errno::DESTADDRREQ)?,
    };
    Ok((socket.partner(address)?, port))
}

/// The device and the source that a socket wants for a destination: to a group those of
/// `IP_MULTICAST_IF`, where it is not bound to others.
pub(super) fn leaves(socket: &Socket, dst: Ipv4Addr) -> (DevId, Ipv4Addr) {
    let (dev, src) = (socket.dev, socket.local.0);
    if !dst.is_multicast() {
        return (dev, src);
    }
    let options = &socket.options;
    let src = match src.is_unspecified() {
        true => options.multicast_source,
        false => src,
    };
    (dev.some().unwrap_or(options.multicast_dev), src)
}

/// The flow of what a socket sends.
fn flow(socket: &Socket, dst: Ipv4Addr) -> Flow {
    let options = &socket.options;
    let first_stop = options.ip_options.as_ref().and_then(|o| o.first_stop);
    let (oif, src) = leaves(socket, dst);
    Flow {
        dst: first_stop.unwrap_or(dst),
        src,
        iif: DevId::NONE,
        oif,
        tos: options.tos & crate::ip::receive::TOS_MASK,
        mark: options.mark,
        upper: Upper::default(),
        uid: 0,
        scope: if options.dont_route {
            Scope::LINK
        } else {
            Scope::UNIVERSE
        },
        spread: None,
    }
}

/// Routes a flow; a refusal is told to the observer too.
fn routed<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    stage: Stage,
    flow: &Flow,
    any_source: bool,
) -> Result<Way, Errno> {
    route::output::route(cx.net, ns, flow, any_source).map_err(|no| {
        // A raw socket's are not counted.
        if no.errno == Errno::NETUNREACH && stage != Stage::RawSend {
            cx.net.count(ns, Counter::IpOutNoRoutes);
        }
        let reason = no.refused.map_or(DropReason::NoRoute, Refused::reason);
        see_refused(cx, ns, (stage, Stage::RouteOutput), (flow, None), reason);
        no.errno
    })
}

/// Tells the observer of what a program sends and is told at once that it cannot go: at which stage, and why.
fn see_refused<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    (sent, refused): (Stage, Stage),
    (flow, way): (&Flow, Option<&Way>),
    reason: DropReason,
) {
    if O::ON {
        let mut nothing = cx.net.pool.take(0);
        cx.born(&mut nothing, None, Origin::Probe);
        see_sent(cx, &nothing, ns, sent, flow, way);
        cx.drop_in(nothing, ns, refused, reason);
    }
}

/// Tells the observer of a packet that a program sends, and how it was routed.
fn see_sent<O: Observer>(
    cx: &mut Cx<'_, O>,
    packet: &crate::packet::Packet,
    ns: NsId,
    stage: Stage,
    flow: &Flow,
    way: Option<&Way>,
) {
    cx.see_in(packet, ns, stage, |_| Event::Sent {
        from: way.map(|w| w.source.into()),
        to: Some(flow.dst.into()),
    });
    cx.see_in(packet, ns, Stage::RouteOutput, |net| {
        Event::Routed(Box::new(route::trace(net, ns, flow)))
    });
}

/// Sends a payload with an IP header on its way.
fn emit<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    stage: Stage,
    (flow, way, dst): (&Flow, &Way, Ipv4Addr),
    protocol: u8,
    payload: &[u8],
) -> Result<(), Errno> {
    let socket = cx.net.socket(id)?;
    let ns = socket.ns;
    if way.kind == RouteType::Broadcast && !socket.options.broadcast {
        return Err(Errno::ACCES);
    }
    let options = socket.options.clone();
    let way = &match options.pmtu {
        // What is known of the path does not count (`ip_sk_use_pmtu`).
        PmtuDiscovery::Probe => Way {
            mtu: cx.net.dev(way.dev).mtu,
            ..*way
        },
        _ => *way,
    };
    let more = options.ip_options.as_ref().map_or(0, |o| o.bytes.len());
    let len = ipv4::HEADER_LEN + more + payload.len();
    if len > ipv4::MAX_LEN {
        return too_long(cx, id, way);
    }
    let probing = matches!(options.pmtu, PmtuDiscovery::Do | PmtuDiscovery::Probe);
    if len > way.mtu as usize && probing {
        let reason = DropReason::FragmentationNeeded;
        see_refused(cx, ns, (stage, stage), (flow, Some(way)), reason);
        return too_long(cx, id, way);
    }
    let ttl = match (way.kind, options.ttl) {
        (RouteType::Multicast, _) => options.multicast_ttl,
        (_, 0) => way.ttl(cx.net, ns),
        (_, ttl) => ttl,
    };
    let df = match options.pmtu {
        PmtuDiscovery::Dont => false,
        PmtuDiscovery::Want => !way.may_cut && len <= way.mtu as usize,
        PmtuDiscovery::Do | PmtuDiscovery::Probe => true,
    };
    let fields = Header {
        protocol,
        ttl,
        tos: options.tos,
        df,
        options: options.ip_options.as_deref().map(|o| (o, dst)),
        mark: options.mark,
    };
    let mut packet = output::build(cx, ns, way, &fields, payload);
    packet.sender = Some(id);
    cx.born(&mut packet, None, Origin::Probe);
    see_sent(cx, &packet, ns, stage, flow, Some(way));
    let sent = output::send(cx, ns, way, packet, GroupLoop(options.multicast_loop));
    if stage == Stage::UdpSend {
        match sent {
            Xmit::Success => cx.net.count(ns, Counter::UdpOutDatagrams),
            Xmit::Drop => cx.net.count(ns, Counter::UdpSndbufErrors),
            Xmit::Refused => {}
        }
    }
    told(cx, id, sent)
}

/// A device that drops what it is given is told to ping sockets, and to those that ask for errors
/// (ip(7), `IP_RECVERR`).
fn told<O: Observer>(cx: &Cx<'_, O>, id: SocketId, sent: Xmit) -> Result<(), Errno> {
    let socket = cx.net.socket(id)?;
    let asks = socket.options.receive_errors || socket.kind == SocketKind::Ping;
    match sent {
        Xmit::Drop if asks => Err(Errno::NOBUFS),
        Xmit::Refused => Err(Errno::PERM),
        _ => Ok(()),
    }
}

/// `EMSGSIZE`, with the MTU in the error queue.
fn too_long<O: Observer>(cx: &mut Cx<'_, O>, id: SocketId, way: &Way) -> Result<(), Errno> {
    let now = cx.net.now;
    let (dst, mtu) = (way.dst, way.mtu);
    let socket = cx.net.socket_mut(id)?;
    if socket.options.receive_errors {
        socket.queue_error(SocketError {
            at: now,
            errno: Errno::MSGSIZE,
            local: true,
            icmp: (0, 0),
            info: mtu,
            offender: None,
            to: Some((dst.into(), 0)),
            data: Vec::new(),
        });
    }
    Err(Errno::MSGSIZE)
}

/// raw(7).
fn raw<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    dst: Ipv4Addr,
    protocol: u8,
    data: &[u8],
) -> Result<(), Errno> {
    let socket = cx.net.socket(id)?;
    let (ns, included) = (socket.ns, socket.options.header_included);
    // What is asked about is sent as the socket of its protocol would send it.
    let asked = socket.client == crate::explain::CLIENT;
    let mut flow = flow(socket, dst);
    flow.upper = match (IpProtocol(protocol), data) {
        (IpProtocol::ICMP, [kind, code, ..]) if !included => {
            Upper::icmp(IpProtocol::ICMP, *kind, *code)
        }
        (protocol, _) if asked => Upper::of_payload(protocol, data),
        (protocol, _) => Upper::new(protocol, (0, 0)),
    };
    let free = included || socket.options.free_bind;
    let way = routed(cx, ns, Stage::RawSend, &flow, free)?;
    if !included {
        return emit(cx, id, Stage::RawSend, (&flow, &way, dst), protocol, data);
    }
    if data.len() > way.mtu as usize {
        return Err(Errno::MSGSIZE);
    }
    let mark = cx.net.socket(id)?.options.mark;
    let mut packet = cx.net.pool.take(data.len());
    packet.bytes_mut().copy_from_slice(data);
    if ipv4::Packet::new_header(packet.bytes()).is_err() {
        return Err(Errno::INVAL);
    }
    {
        let mut header = ipv4::Packet::new_unchecked(packet.bytes_mut());
        header.set_total_len(data.len() as u16);
        if header.src().is_unspecified() {
            header.set_src(way.source);
        }
        header.fill_checksum();
    }
    packet.ethertype = netloom_wire::EtherType::IPV4;
    packet.packet_type = netloom_model::socket::PacketType::Outgoing;
    packet.mark = mark;
    packet.sender = Some(id);
    packet.local = true;
    packet.set_network();
    cx.born(&mut packet, None, Origin::Probe);
    see_sent(cx, &packet, ns, Stage::RawSend, &flow, Some(&way));
    let sent = output::send(cx, ns, &way, packet, GroupLoop(true));
    told(cx, id, sent)
}

/// icmp(7), "ping sockets": only echo requests, whose identifier is the socket's port.
fn ping<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    dst: Ipv4Addr,
    data: &[u8],
) -> Result<(), Errno> {
    let mut message = data.to_vec();
    let request = icmpv4::Packet::new_checked(&data).map_err(|_| Errno::INVAL)?;
    if request.msg_type() != icmpv4::Type::ECHO_REQUEST || request.code() != 0 {
        return Err(Errno::INVAL);
    }
    super::ports::bind_any(cx.net, id)?;
    let socket = cx.net.socket(id)?;
    let (ns, ident) = (socket.ns, socket.local.1);
    let mut flow = flow(socket, dst);
    flow.upper = Upper::icmp(IpProtocol::ICMP, icmpv4::Type::ECHO_REQUEST.0, 0);
    let way = routed(cx, ns, Stage::PingSend, &flow, socket_is_free(cx, id))?;
    let mut request = icmpv4::Packet::new_unchecked(&mut message[..]);
    request.set_echo_ident(ident);
    request.fill_checksum();
    emit(
        cx,
        id,
        Stage::PingSend,
        (&flow, &way, dst),
        IpProtocol::ICMP.0,
        &message,
    )
}

/// udp(7).
fn datagram<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    (dst, port): (Ipv4Addr, u16),
    data: &[u8],
) -> Result<(), Errno> {
    if port == 0 {
        return Err(Errno::INVAL);
    }
    if data.len() > ipv4::MAX_LEN - ipv4::HEADER_LEN - udp::HEADER_LEN {
        return Err(Errno::MSGSIZE);
    }
    super::ports::bind_any(cx.net, id)?;
    let socket = cx.net.socket(id)?;
    let (ns, source_port) = (socket.ns, socket.local.1);
    let mut flow = flow(socket, dst);
    flow.upper = Upper::new(IpProtocol::UDP, (source_port, port));
    let way = routed(cx, ns, Stage::UdpSend, &flow, socket_is_free(cx, id))?;
    let repr = udp::Repr {
        src_port: source_port,
        dst_port: port,
        payload: data,
    };
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit_v4(&mut bytes, way.source, way.dst);
    emit(
        cx,
        id,
        Stage::UdpSend,
        (&flow, &way, dst),
        IpProtocol::UDP.0,
        &bytes,
    )
}

fn socket_is_free<O: Observer>(cx: &Cx<'_, O>, id: SocketId) -> bool {
    cx.net.socket(id).is_ok_and(|s| s.options.free_bind)
}
