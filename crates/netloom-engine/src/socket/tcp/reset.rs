//! Segments that no connection sends: resets that refuse (RFC 9293 section 3.10.7.1), and the
//! acknowledgement of a connection that is over.

use super::options::Options;
use super::output::{Manner, Path, depart, half_checksum, ip};
use super::settle::tunables;
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route;
use crate::sysctl::Global;
use core::net::IpAddr;
use netloom_model::RouteType;
use netloom_model::counters::Counter;
use netloom_model::journey::{Event, Origin, Stage};
use netloom_model::socket::PmtuDiscovery;
use netloom_wire::tcp::{self, Flags};
use netloom_wire::{ipv4, ipv6};

/// Refuses a segment that `dev` received from `src` for `dst`.
pub(super) fn refuse<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: &Packet,
    src: IpAddr,
    dst: IpAddr,
) {
    let ns = cx.net.ns_of(dev);
    let network = packet.network();
    let (own, tos, strict) = match (src, dst) {
        (IpAddr::V4(_), IpAddr::V4(dst)) => {
            let own = route::address_kind(cx.net, ns, dst) == RouteType::Local;
            let tos = ipv4::Packet::new_unchecked(network).tos() & 0xfc;
            (own, tos, false)
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            let class = ipv6::Packet::new_unchecked(network).traffic_class() & 0xfc;
            let strict = crate::ip::v6::is_strict(src) && !cx.net.dev(dev).is_loopback();
            (!dst.is_multicast(), class, strict)
        }
        _ => return,
    };
    if !own {
        return;
    }
    let reflects = cx.net.ns(ns).settings.on(Global::FwmarkReflect);
    let manner = Manner {
        ns,
        dev: if strict { dev } else { DevId::NONE },
        tos,
        mark: if reflects { packet.mark } else { 0 },
        ttl: 0,
        // The kernel's own socket, by which it goes, forbids fragments whatever a route says.
        pmtu: PmtuDiscovery::Do,
        any_source: true,
        ports: (0, 0),
    };
    let segment = tcp::Packet::new_unchecked(packet.bytes());
    let manner = manner.between(segment.dst_port(), segment.src_port());
    let reset = reset_of(&segment);
    let Ok(path) = Path::find(cx.net, &manner, dst, src) else {
        return;
    };
    let (mut out, at) = ip(cx.net, &manner, &path, reset.buffer_len(), 0);
    reset.emit(&mut out.bytes_mut()[at..]);
    checksum_alone(&mut out, at, &path);
    cx.see(packet, dev, Stage::TcpReceive, |_| Event::Answered {
        with: Origin::TcpReset,
        what: format!("reset to {src}"),
    });
    cx.born(&mut out, Some(packet.id), Origin::TcpReset);
    cx.net.count(ns, Counter::TcpOutSegs);
    cx.net.count(ns, Counter::TcpOutRsts);
    match &path {
        Path::V4(way) => {
            crate::ip::output::send(cx, ns, way, out, crate::ip::output::GroupLoop(false));
        }
        Path::V6(way) => {
            crate::ip::v6::output::send(cx, ns, way, out, crate::ip::output::GroupLoop(false));
        }
    }
}

/// Sums a segment up that no connection sends: over IPv4 at once, over IPv6 the device does
/// (`ip_send_unicast_reply`, `tcp_v6_send_response`). An error that quotes it shows which.
fn checksum_alone(out: &mut Packet, at: usize, path: &Path) {
    let bytes = &mut out.bytes_mut()[at..];
    match path {
        Path::V4(way) => tcp::Packet::new_unchecked(bytes).fill_checksum_v4(way.source, way.dst),
        Path::V6(_) => {
            half_checksum(bytes, path);
            out.checksum_partial = true;
        }
    }
}

/// The reset that refuses a segment.
fn reset_of(segment: &tcp::Packet<&[u8]>) -> tcp::Repr<'static> {
    let flags = segment.flags();
    let length = segment.payload().len() as u32
        + u32::from(flags.contains(Flags::SYN))
        + u32::from(flags.contains(Flags::FIN));
    let acked = flags.contains(Flags::ACK);
    let (seq, ack) = if acked {
        (segment.ack(), 0)
    } else {
        (0, segment.seq().wrapping_add(length))
    };
    tcp::Repr {
        src_port: segment.dst_port(),
        dst_port: segment.src_port(),
        seq,
        ack,
        flags: if acked {
            Flags::RST
        } else {
            Flags::RST | Flags::ACK
        },
        window: 0,
        urgent: 0,
        options: &[],
        payload: &[],
    }
}

/// Acknowledges once more what a connection in TIME-WAIT has received.
pub(super) fn acknowledge_again<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, slot: u32, cause: u32) {
    let t = tunables(cx.net, ns);
    let Some(waiting) = cx.net.ns(ns).sockets.tcp.waiting.get(slot).copied() else {
        return;
    };
    let options = Options {
        timestamps: (waiting.clocks)
            .map(|(recent, offset)| (t.clock().wrapping_add(offset), recent)),
        ..Options::default()
    };
    let block = options.write();
    let repr = tcp::Repr {
        src_port: waiting.local.1,
        dst_port: waiting.remote.1,
        seq: waiting.snd_nxt,
        ack: waiting.rcv_nxt,
        flags: Flags::ACK,
        window: waiting.window,
        urgent: 0,
        options: block.bytes(),
        payload: &[],
    };
    let manner = Manner {
        ns,
        dev: waiting.dev,
        tos: waiting.tos,
        mark: waiting.mark,
        ttl: 0,
        pmtu: PmtuDiscovery::Do,
        any_source: true,
        ports: (waiting.local.1, waiting.remote.1),
    };
    let Ok(path) = Path::find(cx.net, &manner, waiting.local.0, waiting.remote.0) else {
        return;
    };
    let (mut out, at) = ip(cx.net, &manner, &path, repr.buffer_len(), 0);
    repr.emit(&mut out.bytes_mut()[at..]);
    checksum_alone(&mut out, at, &path);
    cx.net.count(ns, Counter::TcpOutSegs);
    depart(cx, &manner, &path, out, Some(cause));
}

/// The MTU of the way back to somebody who calls.
pub(super) fn mtu_back(net: &Net, ns: NsId, listener: u32, local: IpAddr, remote: IpAddr) -> u32 {
    let Some(socket) = net.sockets.0.get(listener) else {
        return 1500;
    };
    let manner = Manner {
        ns,
        ..Manner::of(socket)
    };
    Path::find(net, &manner, local, remote).map_or(1500, |path| path.mtu())
}
