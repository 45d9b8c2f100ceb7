//! A segment becomes a packet and leaves (`__tcp_transmit_skb`): routing says which way, the device
//! how much it takes at once.

use super::connection::{Connection, End};
use super::mib;
use super::settle::tunables;
use super::transmit::Out;
use crate::device::DevId;
use crate::ip::output::{self, GroupLoop};
use crate::ip::v6;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::output::Way;
use crate::route::upper::Upper;
use crate::route::v6::Flow6;
use crate::route::v6::output::Way6;
use crate::route::{self, Flow, Refused};
use crate::socket::Socket;
use core::net::IpAddr;
use netloom_model::Errno;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_model::socket::{PacketType, PmtuDiscovery, SocketId, TcpState};
use netloom_wire::tcp::{self, Flags};
use netloom_wire::{EtherType, IpProtocol, checksum, ipv4, ipv6};

/// Bytes of data in one packet to a device that cuts it itself (`GSO_LEGACY_MAX_SIZE`, headers off).
const LARGE: u32 = 65_535 - 60 - 60;

/// The way of a connection's packets.
#[derive(Clone, Copy, Debug)]
pub(super) enum Path {
    V4(Way),
    V6(Way6),
}

/// What a segment's way is chosen by, beside its ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) ns: NsId,
    pub(super) dev: DevId,
    pub(super) tos: u8,
    pub(super) mark: u32,
    pub(super) ttl: u8,
    pub(super) pmtu: PmtuDiscovery,
    /// The source need not be an address of this host.
    pub(super) any_source: bool,
    /// The ports, this side's first.
    pub(super) ports: (u16, u16),
}

impl Manner {
    pub(super) fn of(socket: &Socket) -> Manner {
        let options = &socket.options;
        Manner {
            ns: socket.ns,
            dev: socket.dev,
            tos: options.tos,
            mark: options.mark,
            ttl: options.ttl,
            pmtu: options.pmtu,
            any_source: options.free_bind,
            ports: (0, 0),
        }
    }

    /// The same between two ports, this side's first.
    pub(super) fn between(self, own: u16, other: u16) -> Manner {
        Manner {
            ports: (own, other),
            ..self
        }
    }

    fn flow(&self, src: core::net::Ipv4Addr, dst: core::net::Ipv4Addr) -> Flow {
        Flow {
            src,
            oif: self.dev,
            tos: self.tos & crate::ip::receive::TOS_MASK,
            mark: self.mark,
            upper: Upper::new(IpProtocol::TCP, self.ports),
            ..Flow::to(dst)
        }
    }

    fn flow6(&self, src: core::net::Ipv6Addr, dst: core::net::Ipv6Addr) -> Flow6 {
        Flow6 {
            src,
            oif: self.dev,
            tclass: self.tos,
            mark: self.mark,
            upper: Upper::new(IpProtocol::TCP, self.ports),
            ..Flow6::to(dst)
        }
    }
}

impl Path {
    /// Looks the way up.
    pub(super) fn find(
        net: &Net,
        manner: &Manner,
        src: IpAddr,
        dst: IpAddr,
    ) -> Result<Path, Errno> {
        match (src, dst) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => {
                let flow = manner.flow(src, dst);
                let way = route::output::route(net, manner.ns, &flow, manner.any_source);
                way.map(Path::V4).map_err(|no| no.errno)
            }
            (IpAddr::V6(src), IpAddr::V6(dst)) => {
                let flow = manner.flow6(src, dst);
                let way = route::v6::output::route(net, manner.ns, &flow);
                way.map(Path::V6).map_err(|no| no.errno)
            }
            _ => Err(Errno::AFNOSUPPORT),
        }
    }

    pub(super) fn source(&self) -> IpAddr {
        match self {
            Path::V4(way) => way.source.into(),
            Path::V6(way) => way.source.into(),
        }
    }

    pub(super) fn dev(&self) -> DevId {
        match self {
            Path::V4(way) => way.dev,
            Path::V6(way) => way.dev,
        }
    }

    pub(super) fn kind(&self) -> netloom_model::RouteType {
        match self {
            Path::V4(way) => way.kind,
            Path::V6(way) => way.kind,
        }
    }

    pub(super) fn mtu(&self) -> u32 {
        match self {
            Path::V4(way) => way.mtu,
            Path::V6(way) => way.mtu,
        }
    }
}

/// Sends what a connection has to say. `cause`: the packet that brought it about.
pub(super) fn flush<O: Observer>(cx: &mut Cx<'_, O>, id: u32, cause: Option<u32>) {
    let Some(socket) = cx.net.sockets.0.get(id) else {
        return;
    };
    let Some(connection) = socket.tcp.as_ref().and_then(|tcp| tcp.connection()) else {
        return;
    };
    if !connection.has_something() {
        return;
    }
    let (local, remote) = (connection.local, connection.remote);
    let manner = Manner::of(socket).between(local.1, remote.1);
    let t = tunables(cx.net, manner.ns);
    let path = Path::find(cx.net, &manner, local.0, remote.0);
    let most = path.as_ref().map_or(0, |path| {
        if cx.net.dev(path.dev()).takes_large() {
            LARGE
        } else {
            0
        }
    });
    if let (Ok(path), Some(connection)) = (&path, cx.net.connection_mut(id))
        && connection.path_mtu != path.mtu()
    {
        connection.use_mtu(path.mtu());
    }
    loop {
        let Some(connection) = cx.net.connection_mut(id) else {
            return;
        };
        let resent = connection.counts.retransmitted;
        let Some(out) = connection.next_segment(most, &t) else {
            return;
        };
        let again = connection.counts.retransmitted > resent;
        mib::sent(&mut cx.net.ns_mut(manner.ns).mib, &out, again);
        match &path {
            Ok(path) => {
                let packet = build(cx.net, id, &manner, path, (local, remote), &out);
                depart(cx, &manner, path, packet, cause);
            }
            Err(errno) => {
                if let Some(connection) = cx.net.connection_mut(id) {
                    connection.soft_error = Some(*errno);
                }
                if O::ON {
                    let packet = cx.net.pool.take(0);
                    lost(cx, &manner, (local, remote), packet, cause);
                }
            }
        }
    }
}

/// Tells an observer of a segment for which there is no way.
fn lost<O: Observer>(
    cx: &mut Cx<'_, O>,
    manner: &Manner,
    (local, remote): (End, End),
    mut packet: Packet,
    cause: Option<u32>,
) {
    let origin = if cause.is_some() {
        Origin::TcpReply
    } else {
        Origin::Probe
    };
    cx.born(&mut packet, cause, origin);
    cx.see_in(&packet, manner.ns, Stage::TcpSend, |_| Event::Sent {
        from: None,
        to: Some(remote.0),
    });
    let (stage, reason) = match (local.0, remote.0) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let flow = manner.flow(src, dst);
            let no = route::output::route(cx.net, manner.ns, &flow, manner.any_source);
            let why = no
                .err()
                .and_then(|no| no.refused)
                .map_or(DropReason::NoRoute, Refused::reason);
            cx.see_in(&packet, manner.ns, Stage::RouteOutput, |net| {
                Event::Routed(Box::new(route::trace(net, manner.ns, &flow)))
            });
            (Stage::RouteOutput, why)
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            let flow = manner.flow6(src, dst);
            let no = route::v6::output::route(cx.net, manner.ns, &flow);
            let why = no
                .err()
                .and_then(|no| no.refused)
                .map_or(DropReason::NoSource, Refused::reason);
            cx.see_in(&packet, manner.ns, Stage::Route6Output, |net| {
                Event::Routed(Box::new(route::v6::trace(net, manner.ns, &flow)))
            });
            (Stage::Route6Output, why)
        }
        _ => (Stage::RouteOutput, DropReason::NoRoute),
    };
    cx.drop_in(packet, manner.ns, stage, reason);
}

/// Tells an observer why a connection could not even begin.
pub(super) fn no_way<O: Observer>(
    cx: &mut Cx<'_, O>,
    manner: &Manner,
    source: IpAddr,
    remote: End,
) {
    if O::ON {
        let packet = cx.net.pool.take(0);
        lost(cx, manner, ((source, 0), remote), packet, None);
    }
}

/// What every link takes (RFC 791).
const MIN_MTU: usize = 68;

/// The packet of a segment, its data copied from the send queue.
fn build(
    net: &mut Net,
    id: u32,
    manner: &Manner,
    path: &Path,
    (local, remote): (End, End),
    out: &Out,
) -> Packet {
    let head = header(local.1, remote.1, out);
    let options = out.options.bytes().len().next_multiple_of(4);
    let tcp_len = tcp::HEADER_LEN + options + out.len;
    let ident = identification(net, id, out);
    // The answer to a SYN has no number, and so must not be cut, unless it is longer than any link takes.
    let answers = out.flags.contains(Flags::SYN | Flags::ACK);
    let whole = answers && ipv4::HEADER_LEN + tcp_len <= MIN_MTU;
    let manner = &Manner {
        pmtu: if whole {
            PmtuDiscovery::Do
        } else {
            manner.pmtu
        },
        ..*manner
    };
    let (mut packet, at) = ip(net, manner, path, tcp_len, ident);
    packet.sender = Some(SocketId(id));
    let bytes = &mut packet.bytes_mut()[at..];
    head.emit(bytes);
    if let Some(connection) = net.tcp(id).and_then(|tcp| tcp.connection()) {
        copy_data(connection, out, &mut bytes[tcp::HEADER_LEN + options..]);
    }
    half_checksum(bytes, path);
    packet.checksum_partial = true;
    if out.len > out.mss as usize {
        packet.gso = out.mss as u16;
        packet.gso_headers = (at + tcp::HEADER_LEN + options) as u16;
    }
    packet
}

fn header<'a>(from: u16, to: u16, out: &'a Out) -> tcp::Repr<'a> {
    tcp::Repr {
        src_port: from,
        dst_port: to,
        seq: out.seq,
        ack: out.ack,
        flags: out.flags,
        window: out.window,
        urgent: 0,
        options: out.options.bytes(),
        payload: &[],
    }
}

fn copy_data(connection: &Connection, out: &Out, to: &mut [u8]) {
    let (front, back) = connection.out.as_slices();
    let from_front = front.get(out.offset..).unwrap_or_default();
    let n = from_front.len().min(out.len);
    to[..n].copy_from_slice(&from_front[..n]);
    let skip = out.offset.saturating_sub(front.len());
    let rest = back.get(skip..skip + out.len - n).unwrap_or_default();
    to[n..n + rest.len()].copy_from_slice(rest);
}

/// The identification: a connection counts its packets; the answer to a SYN has none.
fn identification(net: &mut Net, id: u32, out: &Out) -> u16 {
    let Some(tcp) = net.tcp_mut(id) else {
        return 0;
    };
    if out.flags.contains(Flags::SYN | Flags::ACK) {
        return 0;
    }
    let ident = tcp.ident;
    let packets = out.len.div_ceil(out.mss.max(1) as usize).max(1);
    tcp.ident = ident.wrapping_add(packets as u16);
    ident
}

/// A packet with room for `tcp_len` bytes behind its IP header, and where that ends.
pub(super) fn ip(
    net: &mut Net,
    manner: &Manner,
    path: &Path,
    tcp_len: usize,
    ident: u16,
) -> (Packet, usize) {
    let requests = match path {
        Path::V4(_) => Counter::IpOutRequests,
        Path::V6(_) => Counter::Ip6OutRequests,
    };
    net.count(manner.ns, requests);
    let (mut packet, at) = match path {
        Path::V4(way) => {
            let default = way.ttl(net, manner.ns);
            let repr = ipv4::Repr {
                src: way.source,
                dst: way.dst,
                protocol: IpProtocol::TCP,
                ttl: if manner.ttl == 0 { default } else { manner.ttl },
                tos: manner.tos,
                ident,
                df: match manner.pmtu {
                    PmtuDiscovery::Dont => false,
                    PmtuDiscovery::Want => !way.may_cut,
                    PmtuDiscovery::Do | PmtuDiscovery::Probe => true,
                },
                payload_len: tcp_len,
                ..ipv4::Repr::default()
            };
            let mut packet = net.pool.take(ipv4::HEADER_LEN + tcp_len);
            repr.emit(packet.bytes_mut());
            packet.ethertype = EtherType::IPV4;
            (packet, ipv4::HEADER_LEN)
        }
        Path::V6(way) => {
            let hops = v6::output::hop_limit(net, way);
            let repr = ipv6::Repr {
                src: way.source,
                dst: way.dst,
                next_header: IpProtocol::TCP,
                hop_limit: if manner.ttl == 0 { hops } else { manner.ttl },
                traffic_class: manner.tos,
                flow_label: 0,
                payload_len: tcp_len,
            };
            let mut packet = net.pool.take(ipv6::HEADER_LEN + tcp_len);
            repr.emit(packet.bytes_mut());
            packet.ethertype = EtherType::IPV6;
            (packet, ipv6::HEADER_LEN)
        }
    };
    packet.packet_type = PacketType::Outgoing;
    packet.mark = manner.mark;
    packet.local = true;
    packet.set_network();
    (packet, at)
}

/// Writes the sum over the pseudo header where the checksum belongs: the rest is left to the device,
/// as it is on Linux where devices offload it.
pub(super) fn half_checksum(segment: &mut [u8], path: &Path) {
    let len = segment.len();
    let sum = match path {
        Path::V4(way) => checksum::pseudo_v4(way.source, way.dst, IpProtocol::TCP, len),
        Path::V6(way) => checksum::pseudo_v6(way.source, way.dst, IpProtocol::TCP, len),
    };
    tcp::Packet::new_unchecked(segment).set_checksum(sum);
}

/// Sends a packet its way; the observer is told.
pub(super) fn depart<O: Observer>(
    cx: &mut Cx<'_, O>,
    manner: &Manner,
    path: &Path,
    mut packet: Packet,
    cause: Option<u32>,
) {
    let origin = if cause.is_some() {
        Origin::TcpReply
    } else {
        Origin::Probe
    };
    cx.born(&mut packet, cause, origin);
    let ns = manner.ns;
    match path {
        Path::V4(way) => {
            see_sent(cx, &packet, ns, (way.source.into(), way.dst.into()));
            let flow = manner.flow(way.source, way.dst);
            cx.see_in(&packet, ns, Stage::RouteOutput, |net| {
                Event::Routed(Box::new(route::trace(net, ns, &flow)))
            });
            output::send(cx, ns, way, packet, GroupLoop(false));
        }
        Path::V6(way) => {
            see_sent(cx, &packet, ns, (way.source.into(), way.dst.into()));
            let flow = manner.flow6(way.source, way.dst);
            cx.see_in(&packet, ns, Stage::Route6Output, |net| {
                Event::Routed(Box::new(route::v6::trace(net, ns, &flow)))
            });
            v6::output::send(cx, ns, way, packet, GroupLoop(false));
        }
    }
}

fn see_sent<O: Observer>(
    cx: &mut Cx<'_, O>,
    packet: &Packet,
    ns: NsId,
    (from, to): (IpAddr, IpAddr),
) {
    cx.see_in(packet, ns, Stage::TcpSend, |_| Event::Sent {
        from: Some(from),
        to: Some(to),
    });
}

impl Connection {
    /// Whether it is still being made.
    pub(super) const fn is_being_made(&self) -> bool {
        matches!(self.state, TcpState::SynSent | TcpState::SynReceived)
    }
}
