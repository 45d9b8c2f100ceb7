//! TCP so far: nobody listens, so every segment but a reset is refused by a reset (RFC 9293
//! section 3.10.7.1, `tcp_v4_send_reset`).

use crate::device::DevId;
use crate::ip::output::{self, GroupLoop, Header};
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::upper::Upper;
use crate::route::{self, Flow};
use crate::sysctl::Global;
use netloom_model::RouteType;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_wire::tcp::{self, Flags};
use netloom_wire::{IpProtocol, ipv4};

/// Receives a segment whose front is its TCP header.
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let Ok(segment) = tcp::Packet::new_checked(packet.bytes()) else {
        return cx.drop(packet, dev, Stage::TcpReceive, DropReason::TcpMalformed);
    };
    let header = ipv4::Packet::new_unchecked(packet.network());
    if !segment.verify_checksum_v4(header.src(), header.dst()) {
        return cx.drop(packet, dev, Stage::TcpReceive, DropReason::TcpMalformed);
    }
    if !segment.flags().contains(Flags::RST) {
        reset(cx, dev, &packet);
    }
    cx.drop(packet, dev, Stage::TcpReceive, DropReason::NoSocket);
}

/// Refuses a segment.
fn reset<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) {
    let ns = cx.net.ns_of(dev);
    let header = ipv4::Packet::new_unchecked(packet.network());
    let (src, dst, tos) = (header.src(), header.dst(), header.tos());
    if route::address_kind(cx.net, ns, dst) != RouteType::Local {
        return;
    }
    let segment = tcp::Packet::new_unchecked(packet.bytes());
    let ports = (segment.dst_port(), segment.src_port());
    let mut bytes = reset_of(&segment);
    tcp::Packet::new_unchecked(&mut bytes[..]).fill_checksum_v4(dst, src);
    let flow = Flow {
        src: dst,
        tos: tos & crate::ip::receive::TOS_MASK,
        upper: Upper::new(IpProtocol::TCP, ports),
        ..Flow::to(src)
    };
    let Ok(way) = route::output::route(cx.net, ns, &flow, true) else {
        return;
    };
    let ttl = cx.net.ns(ns).settings.get(Global::IpDefaultTtl) as u8;
    let fields = Header {
        protocol: IpProtocol::TCP.0,
        ttl,
        tos,
        df: true,
        options: None,
        mark: 0,
    };
    let mut out = output::build(cx, ns, &way, &fields, &bytes);
    cx.see(packet, dev, Stage::TcpReceive, |_| Event::Answered {
        with: Origin::TcpReset,
        what: format!("reset to {src}"),
    });
    cx.born(&mut out, Some(packet.id), Origin::TcpReset);
    output::send(cx, ns, &way, out, GroupLoop(false));
}

/// The reset that refuses a segment, without its checksum.
pub(super) fn reset_of(segment: &tcp::Packet<&[u8]>) -> Vec<u8> {
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
    let mut bytes = vec![0; tcp::HEADER_LEN];
    bytes[0..2].copy_from_slice(&segment.dst_port().to_be_bytes());
    bytes[2..4].copy_from_slice(&segment.src_port().to_be_bytes());
    bytes[4..8].copy_from_slice(&seq.to_be_bytes());
    bytes[8..12].copy_from_slice(&ack.to_be_bytes());
    bytes[12] = 5 << 4;
    bytes[13] = if acked {
        Flags::RST.0
    } else {
        Flags::RST.0 | Flags::ACK.0
    };
    bytes
}
