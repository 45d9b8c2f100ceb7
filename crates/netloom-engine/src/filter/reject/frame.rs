//! Refusals where no IP runs: in a bridge and at a device (`nft_reject_bridge`, `nft_reject_netdev`).
//! The answer is made of the frame alone, its addresses exchanged; no route is asked, no rate limits
//! it, and it leaves by the device that the frame came by. Frames to groups get none.

use super::{ICMPX, ICMPX6, reset_of};
use crate::bridge;
use crate::device::DevId;
use crate::filter::facts::{Facts, Proto};
use crate::filter::spoofed::half_sum;
use crate::link;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::{Conf6, Global};
use core::net::Ipv6Addr;
use netloom_model::Family;
use netloom_model::journey::{Event, Origin, Stage};
use netloom_model::ruleset::statement::Reject;
use netloom_model::socket::PacketType;
use netloom_wire::icmpv4::{self, Repr};
use netloom_wire::{EtherType, IpProtocol, ethernet, icmpv6, ipv4, ipv6, tcp};

/// How much of a packet an error quotes at most.
const QUOTED: usize = 536;
const QUOTED6: usize = 1220;

/// An answer from its IP header on.
struct Answer {
    bytes: Vec<u8>,
    ethertype: EtherType,
    origin: Origin,
    what: String,
}

/// Tells the sender of a frame that it was refused.
pub(super) fn tell<O: Observer>(
    cx: &mut Cx<'_, O>,
    facts: &Facts,
    dev: DevId,
    packet: &Packet,
    reject: Reject,
) {
    let Some(header) = packet.frame_header() else {
        return;
    };
    let asked = ethernet::Frame::new_unchecked(header);
    let (src, dst) = (asked.src(), asked.dst());
    if dst.is_multicast() {
        return;
    }
    let made = match facts.version {
        Some(Family::V4) => v4(cx.net, facts, packet, reject),
        Some(Family::V6) => v6(cx.net, facts, packet, reject),
        None => None,
    };
    let Some(answer) = made else {
        return;
    };
    let mut out = cx.net.pool.take(ethernet::HEADER_LEN + answer.bytes.len());
    let header = ethernet::Header {
        dst: src,
        src: dst,
        ethertype: answer.ethertype,
    };
    header.emit(out.bytes_mut());
    out.bytes_mut()[ethernet::HEADER_LEN..].copy_from_slice(&answer.bytes);
    out.ethertype = answer.ethertype;
    out.packet_type = PacketType::Outgoing;
    // Of resets of IPv4 the checksum is only begun.
    out.checksum_partial = answer.origin == Origin::TcpReset && answer.ethertype == EtherType::IPV4;
    let (with, what) = (answer.origin, answer.what);
    cx.see(packet, dev, Stage::Rules, |_| Event::Answered {
        with,
        what,
    });
    cx.born(&mut out, Some(packet.id), with);
    if facts.proto == Proto::Bridge {
        // It goes back in the VLAN that the frame came in.
        out.tag = packet.tag;
        bridge::answer(cx, dev, out);
    } else {
        link::transmit(cx, dev, out);
    }
}

fn v4(net: &Net, facts: &Facts, packet: &Packet, reject: Reject) -> Option<Answer> {
    let header = ipv4::Packet::new_header(packet.network()).ok()?;
    let (src, dst) = (header.src(), header.dst());
    let ttl = net.ns(facts.ns).settings.get(Global::IpDefaultTtl) as u8;
    let of = |protocol: IpProtocol, payload: &[u8]| {
        let repr = ipv4::Repr {
            src: dst,
            dst: src,
            protocol,
            ttl,
            df: true,
            payload_len: payload.len(),
            ..ipv4::Repr::default()
        };
        let mut bytes = vec![0; repr.header_len() + payload.len()];
        repr.emit(&mut bytes);
        bytes[repr.header_len()..].copy_from_slice(payload);
        bytes
    };
    let code = match reject {
        Reject::TcpReset => {
            let mut segment = reset(facts, packet)?;
            half_sum(&mut segment, dst, src);
            return Some(Answer::reset(
                EtherType::IPV4,
                of(IpProtocol::TCP, &segment),
                src,
            ));
        }
        Reject::Icmp(code) => code,
        Reject::Icmpx(code) => ICMPX[usize::from(code & 3)],
        Reject::Icmpv6(_) => return None,
    };
    let upper = packet.network().get(usize::from(facts.transport?)..)?;
    let unreachable = icmpv4::Type::DEST_UNREACHABLE;
    if header.protocol() == IpProtocol::ICMP && upper.first() == Some(&unreachable.0) {
        return None;
    }
    let whole = packet.network();
    let len = usize::from(header.total_len()).min(whole.len()).min(QUOTED);
    let repr = Repr::DestUnreachable {
        code,
        mtu: 0,
        original: &whole[..len],
    };
    let mut message = vec![0; repr.buffer_len()];
    repr.emit(&mut message);
    let name = icmpv4::description(unreachable, code).unwrap_or("ICMP error");
    Some(Answer {
        bytes: of(IpProtocol::ICMP, &message),
        ethertype: EtherType::IPV4,
        origin: Origin::IcmpError,
        what: format!("{name} to {src}"),
    })
}

fn v6(net: &Net, facts: &Facts, packet: &Packet, reject: Reject) -> Option<Answer> {
    let header = ipv6::Packet::new_header(packet.network()).ok()?;
    let (src, dst) = (header.src(), header.dst());
    let hop_limit = net.ns(facts.ns).v6.conf_all.get(Conf6::HopLimit) as u8;
    let of = |protocol: IpProtocol, payload: &[u8]| {
        let repr = ipv6::Repr {
            src: dst,
            dst: src,
            next_header: protocol,
            hop_limit,
            traffic_class: 0,
            flow_label: 0,
            payload_len: payload.len(),
        };
        let mut bytes = vec![0; ipv6::HEADER_LEN + payload.len()];
        repr.emit(&mut bytes);
        bytes[ipv6::HEADER_LEN..].copy_from_slice(payload);
        bytes
    };
    let code = match reject {
        Reject::TcpReset => {
            let unicast = |address: Ipv6Addr| !address.is_multicast() && !address.is_unspecified();
            if !unicast(src) || !unicast(dst) {
                return None;
            }
            let mut segment = reset(facts, packet)?;
            tcp::Packet::new_unchecked(&mut segment[..]).fill_checksum_v6(dst, src);
            return Some(Answer::reset(
                EtherType::IPV6,
                of(IpProtocol::TCP, &segment),
                src,
            ));
        }
        Reject::Icmpv6(code) => code,
        Reject::Icmpx(code) => ICMPX6[usize::from(code & 3)],
        Reject::Icmp(_) => return None,
    };
    let upper = packet.network().get(usize::from(facts.transport?)..)?;
    let unreachable = icmpv6::Type::DEST_UNREACHABLE;
    if facts.protocol == Some(IpProtocol::ICMPV6.0) && upper.first() == Some(&unreachable.0) {
        return None;
    }
    let whole = packet.network();
    let repr = icmpv6::Repr {
        msg_type: unreachable,
        code,
        rest: 0,
        body: &whole[..whole.len().min(QUOTED6)],
    };
    let mut message = vec![0; repr.buffer_len()];
    repr.emit(&mut message, dst, src);
    let name = icmpv6::description(unreachable, code).unwrap_or("ICMPv6 error");
    Some(Answer {
        bytes: of(IpProtocol::ICMPV6, &message),
        ethertype: EtherType::IPV6,
        origin: Origin::IcmpError,
        what: format!("{name} to {src}"),
    })
}

/// The reset that answers a packet, its checksum not yet filled in.
fn reset(facts: &Facts, packet: &Packet) -> Option<[u8; tcp::HEADER_LEN]> {
    let mut segment = [0; tcp::HEADER_LEN];
    reset_of(facts, packet)?.emit(&mut segment);
    Some(segment)
}

impl Answer {
    fn reset(ethertype: EtherType, bytes: Vec<u8>, to: impl core::fmt::Display) -> Answer {
        Answer {
            bytes,
            ethertype,
            origin: Origin::TcpReset,
            what: format!("reset to {to}"),
        }
    }
}
