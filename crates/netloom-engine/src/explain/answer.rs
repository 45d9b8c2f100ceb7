//! Answers of which it is not known whether there are any: what would become of them is told too.
//!
//! Somebody outside would answer to a packet that left the host: an echo reply, the second segment of a
//! TCP handshake, a UDP datagram. It comes in by the device by which the packet left. A program that has a
//! UDP datagram would answer with one, from the address and port to which that was sent.

use super::{CLIENT, OUTSIDE};
use crate::device::DevId;
use crate::journey::Scribe;
use crate::link::Kind;
use crate::net::Cx;
use crate::offload::fill_checksum;
use crate::packet::Packet;
use crate::receive;
use crate::socket::{self, configure};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::journey::{Head, Origin};
use netloom_model::socket::SocketKind;
use netloom_wire::tcp::Flags;
use netloom_wire::{
    EtherType, IpProtocol, MacAddr, ethernet, icmpv4, icmpv6, ipv4, ipv6, tcp, udp,
};

/// Lets an answer come in, if the packet that was asked about left and nobody answered.
pub(super) fn arrive(cx: &mut Cx<'_, Scribe>) {
    let left = cx.watch.left_unanswered();
    let Some((dev, id, frame)) = taken(cx, &left) else {
        return;
    };
    let mut packet = cx.net.pool.take(frame.len());
    packet.bytes_mut().copy_from_slice(&frame);
    cx.born(&mut packet, Some(id), Origin::OutsideAnswer);
    receive::enqueue(cx, dev, packet);
}

/// Lets the program that has the datagram which was asked about answer it.
pub(super) fn send(cx: &mut Cx<'_, Scribe>) {
    let Some((id, ns, head)) = cx.watch.heard_unanswered() else {
        return;
    };
    let Some((from, to, datagram)) = datagram(&head) else {
        return;
    };
    let kind = match from {
        IpAddr::V4(_) => SocketKind::Raw(IpProtocol::UDP.0),
        IpAddr::V6(_) => SocketKind::Raw6(IpProtocol::UDP.0),
    };
    let Ok(socket) = socket::open(cx.net, &ns, kind, CLIENT) else {
        return;
    };
    if configure::bind(cx.net, socket, from, 0).is_ok() {
        cx.watch.answering = Some(id);
        // What is refused at once is part of the journey: the scribe has it.
        let _ = socket::send::send(cx, socket, Some((to, 0)), &datagram);
        cx.watch.answering = None;
    }
    let _ = socket::close(cx, socket);
}

/// The datagram that answers one of which this is the head, and from whom to whom.
fn datagram(head: &Head) -> Option<(IpAddr, IpAddr, Vec<u8>)> {
    let start = if head.ethernet {
        ethernet::HEADER_LEN
    } else {
        0
    };
    let bytes = head.bytes.get(start..)?;
    let version = bytes.first()? >> 4;
    let (src, dst, asked): (IpAddr, IpAddr, &[u8]) = if version == 4 {
        let asked = ipv4::Packet::new_header(bytes).ok()?;
        if asked.protocol() != IpProtocol::UDP || asked.is_fragment() {
            return None;
        }
        let upper = bytes.get(asked.header_len()..)?;
        (asked.dst().into(), asked.src().into(), upper)
    } else {
        let asked = ipv6::Packet::new_header(bytes).ok()?;
        if asked.next_header() != IpProtocol::UDP {
            return None;
        }
        let upper = bytes.get(ipv6::HEADER_LEN..)?;
        (asked.dst().into(), asked.src().into(), upper)
    };
    if src.is_multicast() || dst.is_unspecified() {
        return None;
    }
    Some((src, dst, reply(IpProtocol::UDP, asked, (src, dst))?))
}

/// One of these packets that waits at a device's other end: the device, which one, and the answer.
fn taken(cx: &Cx<'_, Scribe>, ids: &[u32]) -> Option<(DevId, u32, Vec<u8>)> {
    cx.net.devices.iter().find_map(|(index, device)| {
        let Kind::Outside(outside) = &device.kind else {
            return None;
        };
        let left = outside.sent().find(|packet| ids.contains(&packet.id))?;
        let ends = match device.kind.has_ethernet() {
            true => {
                let frame = ethernet::Frame::new_checked(left.bytes()).ok()?;
                (frame.dst(), frame.src())
            }
            false => (OUTSIDE, device.mac),
        };
        Some((DevId(index), left.id, answer(left, ends)?))
    })
}

/// The answer to a packet, between two hardware addresses.
fn answer(packet: &Packet, (from, to): (MacAddr, MacAddr)) -> Option<Vec<u8>> {
    if from.is_multicast() {
        return None;
    }
    let bytes = packet.bytes().get(ethernet::HEADER_LEN..)?;
    let payload = match packet.ethertype {
        EtherType::IPV4 => answer_v4(bytes)?,
        EtherType::IPV6 => answer_v6(bytes)?,
        _ => return None,
    };
    let mut frame = vec![0; ethernet::HEADER_LEN];
    let header = ethernet::Header {
        dst: to,
        src: from,
        ethertype: packet.ethertype,
    };
    header.emit(&mut frame);
    frame.extend(payload);
    Some(frame)
}

fn answer_v4(bytes: &[u8]) -> Option<Vec<u8>> {
    let asked = ipv4::Packet::new_checked(bytes).ok()?;
    let (src, dst): (Ipv4Addr, Ipv4Addr) = (asked.dst(), asked.src());
    if asked.is_fragment() || src.is_multicast() || src.is_broadcast() {
        return None;
    }
    let ends = (src.into(), dst.into());
    let payload = reply(asked.protocol(), asked.payload(), ends)?;
    let repr = ipv4::Repr {
        src,
        dst,
        protocol: asked.protocol(),
        ttl: 64,
        df: true,
        payload_len: payload.len(),
        ..ipv4::Repr::default()
    };
    let mut whole = vec![0; ipv4::HEADER_LEN];
    repr.emit(&mut whole);
    whole.extend(payload);
    Some(whole)
}

fn answer_v6(bytes: &[u8]) -> Option<Vec<u8>> {
    let asked = ipv6::Packet::new_checked(bytes).ok()?;
    let (src, dst): (Ipv6Addr, Ipv6Addr) = (asked.dst(), asked.src());
    if src.is_multicast() {
        return None;
    }
    let ends = (src.into(), dst.into());
    let payload = reply(asked.next_header(), asked.payload(), ends)?;
    let repr = ipv6::Repr {
        src,
        dst,
        next_header: asked.next_header(),
        hop_limit: 64,
        payload_len: payload.len(),
        ..ipv6::Repr::default()
    };
    let mut whole = vec![0; ipv6::HEADER_LEN];
    repr.emit(&mut whole);
    whole.extend(payload);
    Some(whole)
}

/// What answers a message, from whom to whom.
fn reply(protocol: IpProtocol, asked: &[u8], ends: (IpAddr, IpAddr)) -> Option<Vec<u8>> {
    let mut message = upper(protocol, asked)?;
    fill_checksum(protocol, &mut message, ends);
    Some(message)
}

/// The same without the checksum that addresses are part of.
fn upper(protocol: IpProtocol, asked: &[u8]) -> Option<Vec<u8>> {
    match protocol {
        IpProtocol::ICMP => {
            let asked = icmpv4::Packet::new_checked(asked).ok()?;
            let icmpv4::Repr::EchoRequest(echo) = icmpv4::Repr::parse(&asked) else {
                return None;
            };
            let reply = icmpv4::Repr::EchoReply(echo);
            let mut bytes = vec![0; reply.buffer_len()];
            reply.emit(&mut bytes);
            Some(bytes)
        }
        IpProtocol::ICMPV6 => {
            let message = icmpv6::Packet::new_checked(asked).ok()?;
            if message.msg_type() != icmpv6::Type::ECHO_REQUEST {
                return None;
            }
            let mut bytes = asked.to_vec();
            icmpv6::Packet::new_unchecked(&mut bytes[..]).set_msg_type(icmpv6::Type::ECHO_REPLY);
            Some(bytes)
        }
        IpProtocol::UDP => {
            let asked = udp::Packet::new_header(asked).ok()?;
            let repr = udp::Repr {
                src_port: asked.dst_port(),
                dst_port: asked.src_port(),
                payload: &[],
            };
            let mut bytes = vec![0; repr.buffer_len()];
            repr.emit(&mut bytes);
            Some(bytes)
        }
        IpProtocol::TCP => {
            let asked = tcp::Packet::new_checked(asked).ok()?;
            let begins = asked.flags().contains(Flags::SYN) && !asked.flags().contains(Flags::ACK);
            if !begins || !asked.payload().is_empty() {
                return None;
            }
            let repr = tcp::Repr {
                src_port: asked.dst_port(),
                dst_port: asked.src_port(),
                seq: 0,
                ack: asked.seq().wrapping_add(1),
                flags: Flags(Flags::SYN.0 | Flags::ACK.0),
                window: 64240,
                urgent: 0,
                options: &[],
                payload: &[],
            };
            let mut bytes = vec![0; repr.buffer_len()];
            repr.emit(&mut bytes);
            Some(bytes)
        }
        _ => None,
    }
}
