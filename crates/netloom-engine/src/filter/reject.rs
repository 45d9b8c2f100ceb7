//! Refusals: the sender of a packet is told (`nf_reject_ipv4`, `nf_reject_ipv6`; nft(8), REJECT
//! STATEMENT). Not about later fragments, broken checksums, resets, nor what no error may answer.

mod frame;

use super::facts::{Facts, Proto};
use super::spoofed::{Named, Spoofed};
use crate::conntrack;
use crate::device::DevId;
use crate::ip::{icmp_error, v6};
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::Global;
use core::net::IpAddr;
use netloom_model::Family;
use netloom_model::journey::{Event, Origin, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::ruleset::statement::Reject;
use netloom_model::socket::PacketType;
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
    let (Some(answer), Some(ends)) = (reset_of(facts, packet), Named::of(facts, packet)) else {
        return;
    };
    let grouped = matches!(
        packet.packet_type,
        PacketType::Broadcast | PacketType::Multicast
    );
    if grouped && facts.proto == Proto::V4 {
        return;
    }
    let (ends, mark) = (ends.turned(), reflected(cx, facts, packet));
    let Some(mut out) = Spoofed::build(cx, (facts.ns, dev), &ends, mark, &answer) else {
        return;
    };
    announce(cx, dev, packet, &mut out.packet, ends.to);
    conntrack::close(cx.net, facts.ns, packet);
    out.send(cx, facts.ns);
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
