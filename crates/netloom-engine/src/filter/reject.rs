//! Refusals: the sender of a packet is told (`nf_reject_ipv4`, `nf_reject_ipv6`; nft(8), REJECT
//! STATEMENT). Not about later fragments, broken checksums, resets, nor what no error may answer.

mod frame;

use super::facts::{Facts, Proto};
use crate::conntrack;
use crate::device::DevId;
use crate::ip::output::{self, GroupLoop};
use crate::ip::{icmp_error, v6};
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::upper::Upper;
use crate::route::{self, Flow};
use crate::sysctl::Global;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::journey::{Event, Origin, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::ruleset::statement::Reject;
use netloom_model::socket::PacketType;
use netloom_model::{Family, RouteType};
use netloom_wire::icmpv4::Repr;
use netloom_wire::tcp::{self, Flags};
use netloom_wire::{IpProtocol, checksum, icmpv6, ipv4, ipv6};

/// The codes that `icmpx` stands for, in either version.
const ICMPX: [u8; 4] = [0, 3, 1, 13];
const ICMPX6: [u8; 4] = [0, 4, 3, 1];

/// Tells the sender of a packet that it was refused.
pub(super) fn tell<O: Observer>(
    cx: &mut Cx<'_, O>,
    facts: &Facts,
    packet: &Packet,
    reject: Reject,
) {
    let Some(dev) = facts.input.some().or(facts.output.some()) else {
        return;
    };
    let facts = &facts.behind_authentication(packet);
    if facts.transport.is_none() && is_later_fragment(facts, packet) {
        return;
    }
    let sums_up = match reject {
        Reject::TcpReset => conntrack::sums_up(facts, packet),
        _ => sums_up_plainly(facts, packet),
    };
    if !sums_up {
        return;
    }
    match (facts.proto, reject) {
        (Proto::Bridge | Proto::Netdev, _) => frame::tell(cx, facts, dev, packet, reject),
        (Proto::V4 | Proto::V6, Reject::TcpReset) => reset(cx, facts, dev, packet),
        (Proto::V4, Reject::Icmp(code)) => unreachable_v4(cx, dev, packet, code),
        (Proto::V4, Reject::Icmpx(code)) => {
            unreachable_v4(cx, dev, packet, ICMPX[usize::from(code & 3)]);
        }
        (Proto::V6, Reject::Icmpv6(code)) => unreachable_v6(cx, facts, packet, code),
        (Proto::V6, Reject::Icmpx(code)) => {
            unreachable_v6(cx, facts, packet, ICMPX6[usize::from(code & 3)]);
        }
        _ => {}
    }
}

/// Whether the checksum of a packet is right as far as it is looked at: one over all of its bytes, unless
/// the protocol is known to have another or none (`nf_reject_verify_csum`).
fn sums_up_plainly(facts: &Facts, packet: &Packet) -> bool {
    // UDP is not among them, but may have none.
    const OTHERWISE: [u8; 6] = [33, 47, 50, 51, 132, 136];
    let v6 = facts.is_v6();
    let (Some(protocol), Some(transport)) = (facts.protocol, facts.transport) else {
        return !v6;
    };
    let network = packet.network();
    let upper = network.get(usize::from(transport)..).unwrap_or_default();
    // Where headers of IPv6 end nothing, nobody is told.
    if v6 && (upper.is_empty() || protocol == IpProtocol::NO_NEXT_HEADER.0) {
        return packet.checksum_partial;
    }
    if OTHERWISE.contains(&protocol) {
        return true;
    }
    let own = match v6 {
        false => IpProtocol::ICMP.0,
        true => IpProtocol::ICMPV6.0,
    };
    if packet.checksum_partial || matches!(protocol, 6 | 17) || protocol == own {
        return conntrack::sums_up(facts, packet);
    }
    match facts.version {
        Some(Family::V4) => checksum::verify(upper),
        Some(Family::V6) => {
            let header = ipv6::Packet::new_unchecked(network);
            let (src, dst, protocol) = (header.src(), header.dst(), IpProtocol(protocol));
            let pseudo = checksum::pseudo_v6(src, dst, protocol, upper.len());
            checksum::combine(&[pseudo, checksum::sum(upper)]) == 0xffff
        }
        None => true,
    }
}

fn is_later_fragment(facts: &Facts, packet: &Packet) -> bool {
    match facts.version {
        Some(Family::V4) => {
            ipv4::Packet::new_header(packet.network()).is_ok_and(|h| h.frag_offset() != 0)
        }
        _ => facts.protocol.is_some(),
    }
}

fn unreachable_v4<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet, code: u8) {
    icmp_error::send(cx, dev, packet, |original| Repr::DestUnreachable {
        code,
        mtu: 0,
        original,
    });
}

fn unreachable_v6<O: Observer>(cx: &mut Cx<'_, O>, facts: &Facts, packet: &Packet, code: u8) {
    // What was made here came by no device: it is told of as if it were by the loopback.
    let dev = match facts.hook {
        Hook::Output => cx.net.ns(facts.ns).loopback,
        _ => facts.input.some().unwrap_or(facts.output),
    };
    let kind = icmpv6::Type::DEST_UNREACHABLE;
    v6::icmp_error::send(cx, dev, packet, kind, code, 0);
}

/// Ends the connection in the name of its other end (`nf_send_reset`).
fn reset<O: Observer>(cx: &mut Cx<'_, O>, facts: &Facts, dev: DevId, packet: &Packet) {
    let Some(answer) = reset_of(facts, packet) else {
        return;
    };
    match facts.proto {
        Proto::V4 => reset_v4(cx, facts, dev, packet, &answer),
        Proto::V6 => reset_v6(cx, facts, dev, packet, &answer),
        _ => {}
    }
}

/// The reset that answers a packet, where it holds a segment that one may answer.
fn reset_of(facts: &Facts, packet: &Packet) -> Option<tcp::Repr<'static>> {
    let upper = packet.network().get(usize::from(facts.transport?)..)?;
    let segment = tcp::Packet::new_checked(upper).ok()?;
    let answerable = facts.protocol == Some(IpProtocol::TCP.0);
    (answerable && !segment.flags().contains(Flags::RST)).then(|| answer_to(&segment))
}

/// The reset that answers a segment (RFC 9293 section 3.10.7.1).
pub(super) fn answer_to(segment: &tcp::Packet<&[u8]>) -> tcp::Repr<'static> {
    let flags = segment.flags();
    let length = segment.payload().len() as u32
        + u32::from(flags.contains(Flags::SYN))
        + u32::from(flags.contains(Flags::FIN));
    let (seq, ack, flags) = if flags.contains(Flags::ACK) {
        (segment.ack(), 0, Flags::RST)
    } else {
        let ack = segment.seq().wrapping_add(length);
        (0, ack, Flags::RST | Flags::ACK)
    };
    tcp::Repr {
        src_port: segment.dst_port(),
        dst_port: segment.src_port(),
        seq,
        ack,
        flags,
        window: 0,
        urgent: 0,
        options: &[],
        payload: &[],
    }
}

fn reset_v4<O: Observer>(
    cx: &mut Cx<'_, O>,
    facts: &Facts,
    dev: DevId,
    packet: &Packet,
    answer: &tcp::Repr<'_>,
) {
    let header = ipv4::Packet::new_unchecked(packet.network());
    let (src, dst) = (header.src(), header.dst());
    let grouped = matches!(
        packet.packet_type,
        PacketType::Broadcast | PacketType::Multicast
    );
    let kind = route::address_kind(cx.net, facts.ns, dst);
    if grouped || matches!(kind, RouteType::Broadcast | RouteType::Multicast) {
        return;
    }
    let upper = Upper::new(IpProtocol::TCP, (answer.src_port, answer.dst_port));
    let flow = Flow {
        src: if kind == RouteType::Local || kind == RouteType::Unicast {
            dst
        } else {
            Ipv4Addr::UNSPECIFIED
        },
        mark: reflected(cx, facts, packet),
        upper,
        ..Flow::to(src)
    };
    let Ok(mut way) = route::output::route(cx.net, facts.ns, &flow, true) else {
        return;
    };
    way.source = dst;
    let mut bytes = [0; tcp::HEADER_LEN];
    answer.emit(&mut bytes);
    half_sum(&mut bytes, dst, src);
    let fields = output::Header {
        protocol: IpProtocol::TCP.0,
        ttl: way.ttl(cx.net, facts.ns),
        tos: 0,
        df: true,
        options: None,
        mark: flow.mark,
    };
    let mut out = output::build(cx, facts.ns, &way, &fields, &bytes);
    out.checksum_partial = true;
    announce(cx, dev, packet, &mut out, src.into());
    conntrack::close(cx.net, facts.ns, packet);
    output::send(cx, facts.ns, &way, out, GroupLoop(false));
}

fn reset_v6<O: Observer>(
    cx: &mut Cx<'_, O>,
    facts: &Facts,
    dev: DevId,
    packet: &Packet,
    answer: &tcp::Repr<'_>,
) {
    let header = ipv6::Packet::new_unchecked(packet.network());
    let (src, dst) = (header.src(), header.dst());
    let unicast = |address: Ipv6Addr| !address.is_multicast() && !address.is_unspecified();
    if !unicast(src) || !unicast(dst) {
        return;
    }
    let bound = v6::is_strict(src) && !cx.net.dev(dev).is_loopback();
    let flow = route::v6::Flow6 {
        src: dst,
        oif: if bound { dev } else { DevId::NONE },
        mark: reflected(cx, facts, packet),
        upper: Upper::new(IpProtocol::TCP, (answer.src_port, answer.dst_port)),
        ..route::v6::Flow6::to(src)
    };
    let Ok(way) = route::v6::output::route(cx.net, facts.ns, &flow) else {
        return;
    };
    let mut bytes = [0; tcp::HEADER_LEN];
    answer.emit(&mut bytes);
    tcp::Packet::new_unchecked(&mut bytes[..]).fill_checksum_v6(dst, src);
    let fields = v6::output::Header6 {
        protocol: IpProtocol::TCP,
        hop_limit: v6::output::hop_limit(cx.net, &way),
        tclass: 0,
        mark: flow.mark,
    };
    let mut out = v6::output::build(cx, &way, &fields, &bytes);
    announce(cx, dev, packet, &mut out, src.into());
    conntrack::close(cx.net, facts.ns, packet);
    v6::output::send(cx, facts.ns, &way, out, GroupLoop(false));
}

/// Begins the checksum of a segment, as Linux leaves it to the device.
fn half_sum(segment: &mut [u8], src: Ipv4Addr, dst: Ipv4Addr) {
    let pseudo = checksum::pseudo_v4(src, dst, IpProtocol::TCP, segment.len());
    tcp::Packet::new_unchecked(segment).set_checksum(pseudo);
}

/// The mark of what answers a packet (`fwmark_reflect`).
fn reflected<O: Observer>(cx: &Cx<'_, O>, facts: &Facts, packet: &Packet) -> u32 {
    let namespace = cx.net.ns(facts.ns);
    let on = match facts.proto {
        Proto::V6 => namespace
            .v6
            .settings
            .on(crate::sysctl::Global6::FwmarkReflect),
        _ => namespace.settings.on(Global::FwmarkReflect),
    };
    if on { packet.mark } else { 0 }
}

/// Tells whoever watches that a reset is sent because of a packet, of whose connection it is.
fn announce<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: &Packet,
    out: &mut Packet,
    to: IpAddr,
) {
    cx.see(packet, dev, Stage::Rules, |_| Event::Answered {
        with: Origin::TcpReset,
        what: format!("reset to {to}"),
    });
    out.ct = packet.ct.of_answer();
    cx.born(out, Some(packet.id), Origin::TcpReset);
}
