//! The targets of ebtables and arptables (ebtables-nft(8), arptables-nft(8)): `mark`, `snat`, `dnat`,
//! `redirect`, `arpreply`, `mangle`.

use super::Did;
use crate::filter::compile::Go;
use crate::filter::facts::Facts;
use crate::link::Kind;
use crate::net::Net;
use crate::packet::Packet;
use core::net::IpAddr;
use netloom_model::MacAddr;
use netloom_model::journey::{DropReason, Origin};
use netloom_model::ruleset::xt::{ArpMangle, EbVerdict, MarkOp, XtTarget};
use netloom_model::socket::PacketType;
use netloom_wire::arp::{self, Operation, Repr};
use netloom_wire::{EtherType, ethernet};

/// Whether a target is one of these.
pub(super) const fn known(target: &XtTarget) -> bool {
    matches!(
        target,
        XtTarget::EbMark { .. }
            | XtTarget::EbSnat { .. }
            | XtTarget::EbDnat { .. }
            | XtTarget::EbRedirect(_)
            | XtTarget::ArpReply { .. }
            | XtTarget::ArpMangle(_)
    )
}

const fn go(then: EbVerdict) -> Did {
    match then {
        EbVerdict::Accept => Did::Go(Go::Accept),
        EbVerdict::Drop => Did::Ends(DropReason::RuleDrop),
        EbVerdict::Continue => Did::On,
        EbVerdict::Return => Did::Go(Go::Return),
    }
}

/// Carries a target out.
pub(super) fn carry_out(
    target: &XtTarget,
    net: &mut Net,
    facts: &Facts,
    packet: &mut Packet,
) -> Did {
    match target {
        XtTarget::EbMark { op, value, then } => {
            packet.mark = match op {
                MarkOp::Set => *value,
                MarkOp::Or => packet.mark | value,
                MarkOp::And => packet.mark & value,
                MarkOp::Xor => packet.mark ^ value,
            };
            go(*then)
        }
        XtTarget::EbSnat { mac, arp, then } => {
            write(packet, 6, *mac);
            // The sender's address inside of ARP changes too.
            if *arp
                && packet.ethertype == EtherType::ARP
                && let Some(bytes) = packet.network_mut().get_mut(8..14)
            {
                bytes.copy_from_slice(&mac.0);
            }
            go(*then)
        }
        XtTarget::EbDnat { mac, then } => {
            write(packet, 0, *mac);
            let own = bridge_of(net, facts) == Some(*mac);
            packet.packet_type = match () {
                () if mac.is_broadcast() => PacketType::Broadcast,
                () if mac.is_multicast() => PacketType::Multicast,
                () if own => PacketType::Host,
                () => PacketType::OtherHost,
            };
            go(*then)
        }
        XtTarget::EbRedirect(then) => {
            if let Some(mac) = bridge_of(net, facts) {
                write(packet, 0, mac);
                packet.packet_type = PacketType::Host;
            }
            go(*then)
        }
        XtTarget::ArpReply { mac, then } => {
            reply(net, facts, packet, *mac);
            go(*then)
        }
        XtTarget::ArpMangle(how) => mangle(how, packet),
        _ => Did::On,
    }
}

/// Writes an address of the Ethernet header.
fn write(packet: &mut Packet, at: usize, mac: MacAddr) {
    if let Some(header) = packet.frame_header_mut() {
        header[at..at + 6].copy_from_slice(&mac.0);
    }
}

/// The address of the bridge by whose port the frame came.
fn bridge_of(net: &Net, facts: &Facts) -> Option<MacAddr> {
    let dev = facts.input.some()?;
    let bridge = match net.dev(dev).kind {
        Kind::Bridge(_) => dev,
        _ => net.dev(dev).master?,
    };
    Some(net.dev(bridge).mac)
}

/// Answers a request for an address, as if from the one who has it (`ebt_arpreply_tg`).
fn reply(net: &mut Net, facts: &Facts, packet: &Packet, mac: MacAddr) {
    let (Some(dev), Ok(message)) = (
        facts.input.some(),
        arp::Packet::new_checked(packet.network()),
    ) else {
        return;
    };
    let asked = message.repr();
    if asked.operation != Operation::REQUEST {
        return;
    }
    let tell = Repr {
        operation: Operation::REPLY,
        sender_mac: mac,
        sender_ip: asked.target_ip,
        target_mac: asked.sender_mac,
        target_ip: asked.sender_ip,
    };
    let mut answer = net.pool.take(ethernet::HEADER_LEN + arp::PACKET_LEN);
    ethernet::Header {
        dst: asked.sender_mac,
        src: mac,
        ethertype: EtherType::ARP,
    }
    .emit(answer.bytes_mut());
    tell.emit(&mut answer.bytes_mut()[ethernet::HEADER_LEN..]);
    answer.ethertype = EtherType::ARP;
    answer.packet_type = PacketType::Outgoing;
    answer.id = packet.id;
    net.copies.keep_frame(dev, answer, Origin::ArpReply);
}

/// `mangle` of arptables (`arpt_mangle`).
fn mangle(how: &ArpMangle, packet: &mut Packet) -> Did {
    if arp::Packet::new_checked(packet.network()).is_err() {
        return Did::Ends(DropReason::RuleDrop);
    }
    let bytes = packet.network_mut();
    for (at, mac) in [(8, how.source_mac), (18, how.target_mac)] {
        if let Some(mac) = mac {
            bytes[at..at + 6].copy_from_slice(&mac.0);
        }
    }
    for (at, ip) in [(14, how.source_ip), (24, how.target_ip)] {
        if let Some(IpAddr::V4(ip)) = ip {
            bytes[at..at + 4].copy_from_slice(&ip.octets());
        }
    }
    go(how.then.unwrap_or(EbVerdict::Accept))
}
