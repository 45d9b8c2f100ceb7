//! Explaining: the packet goes through the real pipeline, on a copy of the world, with a scribe
//! that writes every step down.

mod answer;
mod v6;

use crate::apply;
use crate::device::DevId;
use crate::engine::{self, Engine, v4};
use crate::journey::Scribe;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::offload::fill_checksum;
use crate::receive;
use crate::route::upper::Upper;
use crate::socket::{self, configure, tcp as sockets};
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;
use netloom_model::journey::{Explain, Journey, Origin, Probe, ProbeProtocol, ProbeSend};
use netloom_model::socket::{PmtuDiscovery, SocketId, SocketKind, SocketOption};
use netloom_model::{Errno, Family, LinkRef, Result, Time};
use netloom_wire::tcp::{self, Flags};
use netloom_wire::{EtherType, IpProtocol, MacAddr, ethernet, icmpv4, ipv4, udp};

/// The client of the sockets that probes are sent from.
pub(crate) const CLIENT: u64 = u64::MAX;

/// How long a journey is followed: longer than a neighbour takes to be given up.
const LONGEST: Duration = Duration::from_secs(10);

/// Who sends what arrives from outside: an address that no device here gets by chance.
const OUTSIDE: MacAddr = MacAddr([0x02, b'n', b'e', b't', b'l', b'm']);

/// What a probe's port is, where it was left open.
const SOURCE_PORT: u16 = 40_000;

/// Answers a question on a copy of `engine`.
pub(crate) fn explain(engine: &Engine, explain: &Explain) -> Result<Journey> {
    let mut copy = engine.clone();
    // What was under way is not what is asked about.
    copy.net_mut().backlog.clear();
    copy.apply(&explain.what_if)?;
    let ns = apply::ns(copy.net(), &explain.ns)?;
    let outside = !matches!(explain.probe, Probe::Send(_));
    let mut scribe = Scribe::new(explain.max_steps, outside).with_states(explain.states);
    let end = copy.net().now + LONGEST;
    let mut cx = Cx {
        net: copy.net_mut(),
        watch: &mut scribe,
    };
    match &explain.probe {
        Probe::Send(packet) => send(&mut cx, ns, packet)?,
        Probe::Receive { dev, frame } => {
            let dev = apply::device(cx.net, ns, &LinkRef::from(dev.as_str()))?;
            arrive(&mut cx, dev, frame);
        }
        Probe::ReceiveIp { dev, packet } => {
            let dev = apply::device(cx.net, ns, &LinkRef::from(dev.as_str()))?;
            let frame = frame_for(cx.net, dev, packet)?;
            arrive(&mut cx, dev, &frame);
        }
    }
    follow(&mut cx, end);
    answer::arrive(&mut cx);
    answer::send(&mut cx);
    follow(&mut cx, end);
    Ok(scribe.finish())
}

/// Moves on what is under way, until nothing of it waits any more.
fn follow(cx: &mut Cx<'_, Scribe>, end: Time) {
    receive::drain(cx);
    while let Some(next) = cx.net.timers.next().filter(|at| *at <= end) {
        if cx.watch.is_full() || !waiting(cx) {
            break;
        }
        engine::advance(cx, next);
    }
}

/// Whether a packet of the journey still waits for something: a neighbour, a held-back answer.
fn waiting(cx: &Cx<'_, Scribe>) -> bool {
    cx.net
        .namespaces
        .iter()
        .any(|(_, ns)| ns.neighbours.anything_waits() || ns.v6.neighbours.anything_waits())
}

fn arrive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, frame: &[u8]) {
    let mut packet = cx.net.pool.take(frame.len());
    packet.bytes_mut().copy_from_slice(frame);
    cx.born(&mut packet, None, Origin::Probe);
    receive::enqueue(cx, dev, packet);
}

/// A program in `ns` sends the packet.
fn send<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, probe: &ProbeSend) -> Result<()> {
    if !fits(probe) {
        return Err(Errno::MSGSIZE.into());
    }
    let name = cx.net.ns(ns).name.clone();
    let kind = match (probe.protocol, probe.to) {
        (ProbeProtocol::Icmp, IpAddr::V4(_)) => SocketKind::Ping,
        (ProbeProtocol::Udp, IpAddr::V4(_)) => SocketKind::Udp,
        (ProbeProtocol::Tcp, IpAddr::V4(_)) if probe.size == 0 => SocketKind::Tcp,
        (ProbeProtocol::Tcp, IpAddr::V6(_)) if probe.size == 0 => SocketKind::Tcp6,
        (ProbeProtocol::Tcp, IpAddr::V4(_)) => SocketKind::Raw(IpProtocol::TCP.0),
        (ProbeProtocol::Icmp, IpAddr::V6(_)) => SocketKind::Ping6,
        (ProbeProtocol::Udp, IpAddr::V6(_)) => SocketKind::Udp6,
        (ProbeProtocol::Tcp, IpAddr::V6(_)) => SocketKind::Raw6(IpProtocol::TCP.0),
        (ProbeProtocol::Other(protocol), IpAddr::V4(_)) => SocketKind::Raw(protocol),
        (ProbeProtocol::Other(protocol), IpAddr::V6(_)) => SocketKind::Raw6(protocol),
    };
    let id = socket::open(cx.net, &name, kind, CLIENT)?;
    let pmtu = if probe.dont_fragment {
        PmtuDiscovery::Do
    } else {
        PmtuDiscovery::Want
    };
    let options = [
        SocketOption::Ttl(probe.ttl.unwrap_or(0)),
        SocketOption::Tos(probe.tos),
        SocketOption::Mark(probe.mark),
        SocketOption::Broadcast(true),
        SocketOption::PmtuDiscovery(pmtu),
    ];
    let device = probe.device.clone().map(SocketOption::BindToDevice);
    for option in options.iter().chain(&device) {
        configure::set(cx.net, id, option)?;
    }
    let usual = kind.is_tcp() && probe.source_port.is_none();
    if !usual && (probe.from.is_some() || probe.source_port.is_some()) {
        let anywhere = Family::of(probe.to).unspecified();
        let from = probe.from.unwrap_or(anywhere);
        configure::bind(cx.net, id, from, probe.source_port.unwrap_or(0))?;
    }
    if kind.is_tcp() {
        if usual {
            // The usual one, unless a program has it.
            let from = probe.from.unwrap_or(Family::of(probe.to).unspecified());
            let _ = configure::bind(cx.net, id, from, SOURCE_PORT);
        }
        // What is refused at once is part of the journey: the scribe has it.
        let _ = sockets::calls::connect(cx, id, probe.to, probe.port);
        return Ok(());
    }
    let data = match probe.protocol {
        // The checksum is filled in when it is sent.
        ProbeProtocol::Icmp if probe.to.is_ipv6() => {
            v6::echo(probe, (Ipv6Addr::UNSPECIFIED, Ipv6Addr::UNSPECIFIED))
        }
        ProbeProtocol::Icmp => echo(probe),
        ProbeProtocol::Udp | ProbeProtocol::Other(_) => vec![0; usize::from(probe.size)],
        ProbeProtocol::Tcp => syn(cx.net, id, probe)?,
    };
    let port = if probe.protocol == ProbeProtocol::Icmp {
        0
    } else {
        probe.port
    };
    // What is refused at once is part of the journey: the scribe has it.
    match socket::send::send(cx, id, Some((probe.to, port)), &data) {
        Err(errno @ Errno::AFNOSUPPORT) => Err(errno.into()),
        _ => Ok(()),
    }
}

/// Whether there is a packet that is so long.
fn fits(probe: &ProbeSend) -> bool {
    let upper = match probe.protocol {
        ProbeProtocol::Icmp => icmpv4::HEADER_LEN,
        ProbeProtocol::Udp => udp::HEADER_LEN,
        ProbeProtocol::Tcp => tcp::HEADER_LEN,
        ProbeProtocol::Other(_) => 0,
    };
    let most = match probe.to {
        IpAddr::V4(_) => ipv4::MAX_LEN - ipv4::HEADER_LEN,
        // The length of a packet of IPv6 is that of what is behind its header.
        IpAddr::V6(_) => usize::from(u16::MAX),
    };
    upper + usize::from(probe.size) <= most
}

/// An ICMP echo request.
fn echo(probe: &ProbeSend) -> Vec<u8> {
    let data = vec![0; usize::from(probe.size)];
    let ident = probe.source_port.unwrap_or(SOURCE_PORT);
    let repr = icmpv4::Repr::EchoRequest(icmpv4::Echo {
        ident,
        seq: 1,
        data: &data,
    });
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes);
    bytes
}

/// A TCP SYN from where routing says.
fn syn(net: &Net, id: SocketId, probe: &ProbeSend) -> Result<Vec<u8>> {
    let socket = net.socket(id)?;
    if let IpAddr::V6(to) = probe.to {
        return Ok(v6::syn(net, socket, to, probe));
    }
    let flow = crate::route::Flow {
        src: socket.local.0,
        mark: probe.mark,
        upper: Upper::new(
            IpProtocol::TCP,
            (probe.source_port.unwrap_or(SOURCE_PORT), probe.port),
        ),
        ..crate::route::Flow::to(v4(probe.to)?)
    };
    let source =
        crate::route::output::route(net, socket.ns, &flow, true).map_or(flow.src, |way| way.source);
    Ok(segment(probe, (source.into(), probe.to)))
}

/// A TCP SYN between two addresses.
fn segment(probe: &ProbeSend, ends: (IpAddr, IpAddr)) -> Vec<u8> {
    let mut bytes = vec![0; tcp::HEADER_LEN + usize::from(probe.size)];
    bytes[0..2].copy_from_slice(&probe.source_port.unwrap_or(SOURCE_PORT).to_be_bytes());
    bytes[2..4].copy_from_slice(&probe.port.to_be_bytes());
    bytes[12] = 5 << 4;
    bytes[13] = Flags::SYN.0;
    bytes[14..16].copy_from_slice(&64240u16.to_be_bytes());
    fill_checksum(IpProtocol::TCP, &mut bytes, ends);
    bytes
}

/// The frame in which a packet arrives at `dev`: from somebody, to the device (or its group).
fn frame_for(net: &Net, dev: DevId, probe: &ProbeSend) -> Result<Vec<u8>> {
    if let (IpAddr::V6(to), Some(IpAddr::V6(from))) = (probe.to, probe.from) {
        return Ok(v6::frame(net, dev, (from, to), probe));
    }
    let (src, dst) = (v4(probe.from.ok_or(Errno::INVAL)?)?, v4(probe.to)?);
    let payload = match probe.protocol {
        ProbeProtocol::Icmp => echo(probe),
        ProbeProtocol::Tcp => segment(probe, (src.into(), dst.into())),
        ProbeProtocol::Other(_) => vec![0; usize::from(probe.size)],
        ProbeProtocol::Udp => {
            let data = vec![0; usize::from(probe.size)];
            let src_port = probe.source_port.unwrap_or(SOURCE_PORT);
            let repr = udp::Repr {
                src_port,
                dst_port: probe.port,
                payload: &data,
            };
            let mut bytes = vec![0; repr.buffer_len()];
            repr.emit_v4(&mut bytes, src, dst);
            bytes
        }
    };
    let repr = ipv4::Repr {
        src,
        dst,
        protocol: IpProtocol(match probe.protocol {
            ProbeProtocol::Icmp => IpProtocol::ICMP.0,
            ProbeProtocol::Udp => IpProtocol::UDP.0,
            ProbeProtocol::Tcp => IpProtocol::TCP.0,
            ProbeProtocol::Other(protocol) => protocol,
        }),
        ttl: probe.ttl.unwrap_or(64),
        tos: probe.tos,
        df: true,
        payload_len: payload.len(),
        ..ipv4::Repr::default()
    };
    let to = if dst.is_broadcast() {
        MacAddr::BROADCAST
    } else if dst.is_multicast() {
        MacAddr::from_ipv4_multicast(dst)
    } else {
        net.dev(dev).mac
    };
    let header = ethernet::HEADER_LEN + ipv4::HEADER_LEN;
    let mut frame = vec![0; header + payload.len()];
    let from = OUTSIDE;
    ethernet::Header {
        dst: to,
        src: from,
        ethertype: EtherType::IPV4,
    }
    .emit(&mut frame);
    repr.emit(&mut frame[ethernet::HEADER_LEN..]);
    frame[header..].copy_from_slice(&payload);
    Ok(frame)
}
