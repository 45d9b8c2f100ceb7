//! TCP over IPv6 so far: nobody listens, so every segment but a reset is refused by a reset
//! (`tcp_v6_send_reset`).

use crate::device::DevId;
use crate::ip::output::GroupLoop;
use crate::ip::v6::output::{self, Header6};
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::upper::Upper;
use crate::route::v6::{self as route, Flow6};
use crate::socket::tcp::reset_of;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_wire::tcp::{self, Flags};
use netloom_wire::{IpProtocol, ipv6};

/// Receives a segment whose front is its TCP header.
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let Ok(segment) = tcp::Packet::new_checked(packet.bytes()) else {
        return cx.drop(packet, dev, Stage::TcpReceive, DropReason::TcpMalformed);
    };
    let header = ipv6::Packet::new_unchecked(packet.network());
    if !segment.verify_checksum_v6(header.src(), header.dst()) {
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
    let header = ipv6::Packet::new_unchecked(packet.network());
    let (src, dst, tclass) = (header.src(), header.dst(), header.traffic_class());
    if dst.is_multicast() {
        return;
    }
    let segment = tcp::Packet::new_unchecked(packet.bytes());
    let ports = (segment.dst_port(), segment.src_port());
    let mut bytes = reset_of(&segment);
    tcp::Packet::new_unchecked(&mut bytes[..]).fill_checksum_v6(dst, src);
    let bound = crate::ip::v6::is_strict(src) && !cx.net.dev(dev).is_loopback();
    let flow = Flow6 {
        src: dst,
        oif: if bound { dev } else { DevId::NONE },
        upper: Upper::new(IpProtocol::TCP, ports),
        ..Flow6::to(src)
    };
    let Ok(way) = route::output::route(cx.net, ns, &flow, true) else {
        return;
    };
    let fields = Header6 {
        protocol: IpProtocol::TCP,
        hop_limit: output::hop_limit(&cx.net.dev(way.dev).v6),
        tclass: tclass & 0xfc,
        mark: 0,
    };
    let mut out = output::build(cx, &way, &fields, &bytes);
    cx.see(packet, dev, Stage::TcpReceive, |_| Event::Answered {
        with: Origin::TcpReset,
        what: format!("reset to {src}"),
    });
    cx.born(&mut out, Some(packet.id), Origin::TcpReset);
    output::send(cx, ns, &way, out, GroupLoop(false));
}
