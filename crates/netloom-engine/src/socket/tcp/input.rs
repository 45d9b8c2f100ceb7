//! A segment arrives from IP and finds its connection, the remains of one, or a listener
//! (`tcp_v4_rcv`, `tcp_v6_rcv`).

use super::arrive::Arrived;
use super::connection::{End, Segment};
use super::options::Options;
use super::settle::{settle, tunables};
use super::table::Place;
use super::{Owner, Tcp, listen, mib, reset, time_wait};
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::socket::restore;
use core::net::IpAddr;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::socket::{PacketType, SocketId, TcpState};
use netloom_wire::tcp::{self, Flags};
use netloom_wire::{ipv4, ipv6};

/// Receives a segment over IPv4, its TCP header at the front.
pub(crate) fn receive_v4<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    count(cx, dev, &packet);
    let Ok(segment) = tcp::Packet::new_checked(packet.bytes()) else {
        return cx.drop(packet, dev, Stage::TcpReceive, DropReason::TcpMalformed);
    };
    let header = ipv4::Packet::new_unchecked(packet.network());
    let (src, dst) = (header.src(), header.dst());
    if !packet.checksum_partial && !segment.verify_checksum_v4(src, dst) {
        return cx.drop(packet, dev, Stage::TcpReceive, DropReason::TcpMalformed);
    }
    receive(cx, dev, packet, src.into(), dst.into());
}

/// Receives a segment over IPv6, its TCP header at the front.
pub(crate) fn receive_v6<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    count(cx, dev, &packet);
    let Ok(segment) = tcp::Packet::new_checked(packet.bytes()) else {
        return cx.drop(packet, dev, Stage::TcpReceive, DropReason::TcpMalformed);
    };
    let header = ipv6::Packet::new_unchecked(packet.network());
    let (src, dst) = (header.src(), header.dst());
    if !packet.checksum_partial && !segment.verify_checksum_v6(src, dst) {
        return cx.drop(packet, dev, Stage::TcpReceive, DropReason::TcpMalformed);
    }
    receive(cx, dev, packet, src.into(), dst.into());
}

/// Counts a segment to this host.
fn count<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) {
    if packet.packet_type == PacketType::Host {
        cx.net.count_at(dev, Counter::TcpInSegs);
    }
}

/// The socket of a connection.
pub(crate) fn connected(net: &Net, ns: NsId, local: End, remote: End) -> Option<SocketId> {
    match net.ns(ns).sockets.tcp.find(local, remote)? {
        Place::Socket(id) => Some(SocketId(id)),
        Place::TimeWait(_) => None,
    }
}

/// The socket that listens at an address.
pub(crate) fn listening(
    net: &Net,
    ns: NsId,
    dev: DevId,
    local: End,
    remote: End,
) -> Option<SocketId> {
    listen::find(net, ns, dev, local, remote).map(SocketId)
}

/// Where a segment belongs, and what it is.
struct Arrival<'a> {
    ns: NsId,
    dev: DevId,
    local: End,
    remote: End,
    segment: Segment<'a>,
}

/// What becomes of the packet.
enum End_ {
    Delivered(String),
    Dropped(DropReason),
    /// A reset refuses it, for this reason.
    Refused(DropReason),
}

fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, src: IpAddr, dst: IpAddr) {
    if packet.packet_type != PacketType::Host {
        return cx.drop(packet, dev, Stage::TcpReceive, DropReason::NotForUs);
    }
    let view = tcp::Packet::new_unchecked(packet.bytes());
    let by = packet.received_by(dev);
    let arrival = Arrival {
        ns: cx.net.ns_of(dev),
        dev: by,
        local: (dst, view.dst_port()),
        remote: (src, view.src_port()),
        segment: Segment {
            seq: view.seq(),
            ack: view.ack(),
            flags: view.flags(),
            window: view.window(),
            options: Options::read(view.options()),
            payload: tcp_payload(&packet),
        },
    };
    let end = dispatch(cx, &arrival, &packet);
    match end {
        End_::Delivered(to) => {
            cx.see(&packet, dev, Stage::TcpReceive, |_| Event::Delivered { to });
            cx.consume(packet);
        }
        End_::Dropped(reason) => cx.drop(packet, dev, Stage::TcpReceive, reason),
        End_::Refused(reason) => {
            let flags = tcp::Packet::new_unchecked(packet.bytes()).flags();
            if !flags.contains(Flags::RST) {
                reset::refuse(cx, dev, &packet, src, dst);
            }
            cx.drop(packet, dev, Stage::TcpReceive, reason);
        }
    }
}

fn tcp_payload(packet: &Packet) -> &[u8] {
    let bytes = packet.bytes();
    let header_len = usize::from(bytes[12] >> 4) * 4;
    bytes.get(header_len..).unwrap_or_default()
}

/// Finds the place of a segment and hands it over.
fn dispatch<O: Observer>(cx: &mut Cx<'_, O>, arrival: &Arrival<'_>, packet: &Packet) -> End_ {
    let table = &cx.net.ns(arrival.ns).sockets.tcp;
    match table.find(arrival.local, arrival.remote) {
        Some(Place::Socket(id)) if hears(cx.net, id, arrival.dev) => {
            connection(cx, id, arrival, packet)
        }
        Some(Place::TimeWait(slot)) => {
            match time_wait::arrives(cx.net, arrival.ns, slot, &arrival.segment) {
                time_wait::Verdict::Nothing => End_::Delivered("a connection in TIME-WAIT".into()),
                time_wait::Verdict::Acknowledge => {
                    reset::acknowledge_again(cx, arrival.ns, slot, packet.id);
                    End_::Dropped(DropReason::TcpSequence)
                }
                time_wait::Verdict::Reopen => {
                    let found = listen::find(
                        cx.net,
                        arrival.ns,
                        arrival.dev,
                        arrival.local,
                        arrival.remote,
                    );
                    if found.is_some() {
                        time_wait::kill(cx.net, arrival.ns, slot);
                    }
                    nobody_yet(cx, arrival, packet)
                }
            }
        }
        _ => nobody_yet(cx, arrival, packet),
    }
}

/// Whether a connection takes what comes by `dev`.
fn hears(net: &Net, id: u32, dev: DevId) -> bool {
    let bound = net.sockets.0[id].dev;
    bound == DevId::NONE || bound == dev
}

/// A segment of no connection: for a listener, or refused.
fn nobody_yet<O: Observer>(cx: &mut Cx<'_, O>, arrival: &Arrival<'_>, packet: &Packet) -> End_ {
    let Arrival {
        ns,
        dev,
        local,
        remote,
        segment,
    } = arrival;
    let given = packet.socket.map(|socket| socket.0);
    let given = given.filter(|id| listen::listens(cx.net, *id));
    let listener = given.or_else(|| listen::find(cx.net, *ns, *dev, *local, *remote));
    let Some(listener) = listener else {
        if restore::is_told(cx.net, *ns, *local, *remote) {
            return End_::Delivered("a connection of which only its ends were told".into());
        }
        return End_::Refused(DropReason::NoSocket);
    };
    if segment.has(Flags::RST) {
        return End_::Dropped(DropReason::TcpNoConnection);
    }
    if segment.has(Flags::ACK) {
        return End_::Refused(DropReason::TcpNoConnection);
    }
    if !segment.has(Flags::SYN) || segment.has(Flags::FIN) {
        return End_::Dropped(DropReason::TcpNoConnection);
    }
    let mtu = reset::mtu_back(cx.net, *ns, listener, local.0, remote.0);
    let to = format_listener::<O>(cx.net, listener);
    match listen::called(
        cx,
        listener,
        (*dev, *local, *remote),
        segment,
        (mtu, packet.id),
    ) {
        Ok(()) => End_::Delivered(to),
        Err(reason) => End_::Dropped(reason),
    }
}

/// Who listens, in words; only where somebody reads them.
fn format_listener<O: Observer>(net: &Net, id: u32) -> String {
    match net.tcp(id) {
        Some(tcp) if O::ON => {
            let (address, port) = tcp.local;
            match address {
                address if address.is_unspecified() => {
                    format!("the program that listens at TCP port {port}")
                }
                IpAddr::V4(address) => format!("the program that listens at TCP {address}:{port}"),
                IpAddr::V6(address) => {
                    format!("the program that listens at TCP [{address}]:{port}")
                }
            }
        }
        _ => String::new(),
    }
}

/// A segment of a connection.
fn connection<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: u32,
    arrival: &Arrival<'_>,
    packet: &Packet,
) -> End_ {
    let segment = &arrival.segment;
    let t = tunables(cx.net, arrival.ns);
    let Some(tcp) = cx.net.tcp(id) else {
        return End_::Dropped(DropReason::TcpNoConnection);
    };
    let owner = tcp.owner;
    let half_open = tcp
        .connection()
        .is_some_and(|c| c.state == TcpState::SynReceived);
    if let (Owner::Listener(listener), true) = (owner, half_open) {
        let full =
            (cx.net.tcp(listener).and_then(Tcp::listener)).is_some_and(listen::Listener::is_full);
        let opens = segment.has(Flags::ACK) && !segment.has(Flags::RST) && !segment.has(Flags::SYN);
        if full && opens {
            return full_queue(cx, id, arrival, packet);
        }
    }
    if cx.net.sockets.1.memory > super::settle::MOST_MEMORY && !segment.payload.is_empty() {
        return End_::Dropped(DropReason::SocketBufferFull);
    }
    let Some(connection) = cx.net.connection_mut(id) else {
        return End_::Dropped(DropReason::TcpNoConnection);
    };
    let before = connection.state;
    let arrived = connection.arrives(segment, owner == Owner::Nobody, &t);
    let became = mib::became(before, connection);
    let made = half_open && connection.is_synchronized();
    if let Some(counter) = became {
        cx.net.count(arrival.ns, counter);
    }
    if let (true, Owner::Listener(listener)) = (made, owner)
        && let Some(listener) = cx.net.tcp_mut(listener).and_then(Tcp::listener_mut)
    {
        listener.complete(id);
    }
    let to = if O::ON {
        words(cx.net, id)
    } else {
        String::new()
    };
    settle(cx, id, Some(packet.id));
    match arrived {
        Arrived::Taken => End_::Delivered(to),
        Arrived::Dropped(reason) => End_::Dropped(reason),
        Arrived::Refused => End_::Refused(DropReason::TcpNoConnection),
    }
}

/// A connection is made and nobody has room for it (`tcp_abort_on_overflow`).
fn full_queue<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: u32,
    arrival: &Arrival<'_>,
    packet: &Packet,
) -> End_ {
    let aborts = cx
        .net
        .ns(arrival.ns)
        .settings
        .on(crate::sysctl::Global::TcpAbortOnOverflow);
    if aborts && let Some(connection) = cx.net.connection_mut(id) {
        connection.end();
        settle(cx, id, Some(packet.id));
        return End_::Refused(DropReason::AcceptQueueFull);
    }
    End_::Dropped(DropReason::AcceptQueueFull)
}

/// A connection in words.
fn words(net: &Net, id: u32) -> String {
    let Some(connection) = net.tcp(id).and_then(Tcp::connection) else {
        return "a TCP connection".to_owned();
    };
    let (address, port) = connection.remote;
    format!("the TCP connection to {address} port {port}")
}
