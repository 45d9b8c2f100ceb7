//! What is asked about over IPv6: the packets as they are sent and as they arrive.

use super::{SOURCE_PORT, segment};
use crate::device::DevId;
use crate::net::Net;
use crate::route::upper::Upper;
use crate::route::v6::{Flow6, output};
use crate::socket::Socket;
use core::net::Ipv6Addr;
use netloom_model::journey::{ProbeProtocol, ProbeSend};
use netloom_wire::{EtherType, IpProtocol, MacAddr, ethernet, icmpv6, ipv6, udp};

/// An ICMPv6 echo request between `ends`, source and destination.
pub(super) fn echo(probe: &ProbeSend, ends: (Ipv6Addr, Ipv6Addr)) -> Vec<u8> {
    let data = vec![0; usize::from(probe.size)];
    let ident = probe.source_port.unwrap_or(SOURCE_PORT);
    let repr = icmpv6::Repr::echo_request(ident, 1, &data);
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes, ends.0, ends.1);
    bytes
}

/// A TCP SYN from where routing says.
pub(super) fn syn(net: &Net, socket: &Socket, to: Ipv6Addr, probe: &ProbeSend) -> Vec<u8> {
    let flow = Flow6 {
        src: socket.v6.local.0,
        mark: probe.mark,
        upper: Upper::new(
            IpProtocol::TCP,
            (probe.source_port.unwrap_or(SOURCE_PORT), probe.port),
        ),
        ..Flow6::to(to)
    };
    let way = output::route(net, socket.ns, &flow);
    let source = way.map_or(flow.src, |way| way.source);
    segment(probe, (source.into(), to.into()))
}

/// The frame in which a packet arrives at `dev`.
pub(super) fn frame(
    net: &Net,
    dev: DevId,
    (src, dst): (Ipv6Addr, Ipv6Addr),
    probe: &ProbeSend,
) -> Vec<u8> {
    let (protocol, payload) = match probe.protocol {
        ProbeProtocol::Icmp => (IpProtocol::ICMPV6, echo(probe, (src, dst))),
        ProbeProtocol::Tcp => (IpProtocol::TCP, segment(probe, (src.into(), dst.into()))),
        ProbeProtocol::Other(protocol) => (IpProtocol(protocol), vec![0; usize::from(probe.size)]),
        ProbeProtocol::Udp => {
            let data = vec![0; usize::from(probe.size)];
            let repr = udp::Repr {
                src_port: probe.source_port.unwrap_or(SOURCE_PORT),
                dst_port: probe.port,
                payload: &data,
            };
            let mut bytes = vec![0; repr.buffer_len()];
            repr.emit_v6(&mut bytes, src, dst);
            (IpProtocol::UDP, bytes)
        }
    };
    let to = if dst.is_multicast() {
        MacAddr::from_ipv6_multicast(dst)
    } else {
        net.dev(dev).mac
    };
    let header = ethernet::HEADER_LEN + ipv6::HEADER_LEN;
    let mut frame = vec![0; header + payload.len()];
    ethernet::Header {
        dst: to,
        src: MacAddr([0x02, 0, 0, 0, 0, 0x01]),
        ethertype: EtherType::IPV6,
    }
    .emit(&mut frame);
    let repr = ipv6::Repr {
        src,
        dst,
        next_header: protocol,
        hop_limit: probe.ttl.unwrap_or(64),
        traffic_class: probe.tos,
        payload_len: payload.len(),
        ..ipv6::Repr::default()
    };
    repr.emit(&mut frame[ethernet::HEADER_LEN..]);
    frame[header..].copy_from_slice(&payload);
    frame
}
