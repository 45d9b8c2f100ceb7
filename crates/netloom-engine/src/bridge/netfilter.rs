//! Where frames in a bridge meet rules: those of family bridge, and where `br_netfilter` is loaded
//! those of IP and ARP too (`br_netfilter_hooks`).
//!
//! Left out: PPPoE, and the devices of VLANs above a bridge.

mod conntrack;
mod translated;

pub(super) use translated::resolved;

use super::forward::{bridge, forbidden};
use crate::device::DevId;
use crate::filter::{self, Proto};
use crate::link;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::Call;
use netloom_model::journey::{DropReason, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::socket::PacketType;
use netloom_wire::{EtherType, arp, ethernet, ipv4, ipv6};

/// Where among the chains of a bridge `br_netfilter` is asked (`NF_BR_PRI_BRNF`): it was there before
/// those of its own priority, and so comes behind them. Where frames leave it comes last.
const UP_TO_IP: filter::Among = (i32::MIN, 0);
const BEHIND_IP: filter::Among = (1, i32::MAX);

/// A port received a frame that the bridge takes.
#[inline]
pub(super) fn received<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, dev): (DevId, DevId),
    packet: Packet,
) -> Option<Packet> {
    let ns = cx.net.ns_of(dev);
    if cx.net.ns(ns).filter.is_none() {
        return Some(packet);
    }
    let (place, devices) = ((ns, Proto::Bridge, Hook::Prerouting), (dev, DevId::NONE));
    let tracks = filter::tracks(cx.net, ns, Proto::Bridge);
    if !cx.net.br_netfilter && !tracks {
        return filter::frame(cx, place, devices, packet);
    }
    let packet = if tracks {
        let before = (i32::MIN, conntrack::TRACK - 1);
        let packet = filter::frame_among(cx, place, devices, before, packet)?;
        let packet = conntrack::ready(cx, ns, dev, packet)?;
        filter::frame_among(cx, place, devices, (conntrack::TRACK, UP_TO_IP.1), packet)?
    } else {
        filter::frame_among(cx, place, devices, UP_TO_IP, packet)?
    };
    let packet = match called(cx.net, ns, master, &packet) {
        Some(proto) => prerouting(cx, (ns, proto), (master, dev), packet)?,
        None => packet,
    };
    filter::frame_among(cx, place, devices, BEHIND_IP, packet)
}

/// The bridge itself, or the port's own stack, is to receive a frame.
#[inline]
pub(super) fn passed_up<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: Packet,
) -> Option<Packet> {
    let ns = cx.net.ns_of(dev);
    filter::frame(
        cx,
        (ns, Proto::Bridge, Hook::Input),
        (dev, DevId::NONE),
        packet,
    )
}

/// The spanning tree says something by a port: its frames meet the rules of OUTPUT alone
/// (`br_send_bpdu`).
#[inline]
pub(super) fn speaks<O: Observer>(
    cx: &mut Cx<'_, O>,
    port: DevId,
    packet: Packet,
) -> Option<Packet> {
    let ns = cx.net.ns_of(port);
    filter::frame(
        cx,
        (ns, Proto::Bridge, Hook::Output),
        (DevId::NONE, port),
        packet,
    )
}

/// A frame leaves by a port: one that came by another, or one that was made here.
#[inline]
pub(super) fn leaves<O: Observer>(
    cx: &mut Cx<'_, O>,
    (from, to): (Option<DevId>, DevId),
    packet: Packet,
) {
    let ns = cx.net.ns_of(to);
    if cx.net.ns(ns).filter.is_none() {
        link::transmit(cx, to, packet);
        return;
    }
    through_rules(cx, ns, (from, to), packet);
}

/// What answers a frame that a port received leaves by the port again, as if the bridge had made it
/// (`br_forward`).
pub(crate) fn answer<O: Observer>(cx: &mut Cx<'_, O>, port: DevId, packet: Packet) {
    if let Some(reason) = forbidden(cx.net, None, false, port, (0, packet.longest())) {
        return cx.drop(packet, port, Stage::BridgeForward, reason);
    }
    leaves(cx, (None, port), packet);
}

fn through_rules<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    (from, to): (Option<DevId>, DevId),
    packet: Packet,
) {
    let (hook, input) = match from {
        Some(from) => (Hook::Forward, from),
        None => (Hook::Output, DevId::NONE),
    };
    let (place, devices) = ((ns, Proto::Bridge, hook), (input, to));
    let asked = match from {
        Some(from) if cx.net.br_netfilter => {
            let asked = filter::frame_among(cx, place, devices, UP_TO_IP, packet);
            let asked = asked.and_then(|packet| forwarded(cx, ns, (from, to), packet));
            asked.and_then(|packet| filter::frame_among(cx, place, devices, BEHIND_IP, packet))
        }
        _ => filter::frame(cx, place, devices, packet),
    };
    let leaving = (ns, Proto::Bridge, Hook::Postrouting);
    let asked = asked.and_then(|packet| filter::frame(cx, leaving, (DevId::NONE, to), packet));
    if let Some(packet) = asked.and_then(|packet| postrouting(cx, ns, to, packet)) {
        send(cx, to, packet);
    }
}

/// The protocol of a frame whose packet may meet rules of IP: of one with a tag only where that is
/// asked for (`is_vlan_ip`).
fn ip_of(net: &Net, ns: NsId, packet: &Packet) -> Option<Proto> {
    if packet.tag.is_present() && !net.ns(ns).bridge_conf.on(Call::VlanTagged) {
        return None;
    }
    match packet.ethertype {
        EtherType::IPV4 => Some(Proto::V4),
        EtherType::IPV6 => Some(Proto::V6),
        EtherType::ARP => Some(Proto::Arp),
        _ => None,
    }
}

/// The protocol of IP whose hooks a frame of a bridge is to pass.
fn called(net: &Net, ns: NsId, master: DevId, packet: &Packet) -> Option<Proto> {
    let proto = ip_of(net, ns, packet).filter(|_| net.br_netfilter)?;
    calls(net, ns, master, proto)
        .then_some(proto)
        .filter(|proto| *proto != Proto::Arp)
}

/// Whether a bridge or its namespace says that frames of a protocol are to pass its hooks.
fn calls(net: &Net, ns: NsId, master: DevId, proto: Proto) -> bool {
    let conf = &net.ns(ns).bridge_conf;
    let Some(settings) = bridge(net, master).map(|bridge| &bridge.settings) else {
        return false;
    };
    match proto {
        Proto::V4 => conf.on(Call::Iptables) || settings.nf_call_iptables,
        Proto::V6 => conf.on(Call::Ip6tables) || settings.nf_call_ip6tables,
        _ => conf.on(Call::Arptables) || settings.nf_call_arptables,
    }
}

/// The length by which a frame is measured before it leaves: what meets rules of IP is measured
/// behind them, and cut.
#[inline]
pub(super) fn measured(packet: &Packet) -> usize {
    let meets_ip = packet.port_in != DevId::NONE && packet.ethertype == EtherType::IPV4;
    if meets_ip || packet.frag_max != 0 {
        return 0;
    }
    packet.longest()
}

/// What was the port's to another host is the bridge's while it is asked about.
struct Other(bool);

impl Other {
    fn hide(packet: &mut Packet) -> Other {
        let other = packet.packet_type == PacketType::OtherHost;
        if other {
            packet.packet_type = PacketType::Host;
        }
        Other(other)
    }

    fn restore(&self, packet: &mut Packet) {
        if self.0 {
            packet.packet_type = PacketType::OtherHost;
        }
    }
}

/// Asks the rules of IP about a frame's packet; its Ethernet header stays what it is, even where its
/// fragments are joined.
fn ask<O: Observer>(
    cx: &mut Cx<'_, O>,
    place: (NsId, Proto, Hook),
    devices: (DevId, DevId),
    mut packet: Packet,
) -> Option<Packet> {
    let mut header = [0; ethernet::HEADER_LEN];
    header.copy_from_slice(packet.bytes().get(..ethernet::HEADER_LEN)?);
    let other = Other::hide(&mut packet);
    packet.pull(ethernet::HEADER_LEN);
    let mut packet = filter::at(cx, place, devices, packet)?;
    packet.set_network();
    packet.push(ethernet::HEADER_LEN).copy_from_slice(&header);
    other.restore(&mut packet);
    Some(packet)
}

/// Why no packet is in a frame that says so (`br_validate_ipv4`, `br_validate_ipv6`); what is behind
/// it is cut off.
fn validate(packet: &mut Packet, proto: Proto) -> Result<(), DropReason> {
    let bytes = &packet.bytes()[ethernet::HEADER_LEN..];
    let len = if proto == Proto::V4 {
        let header = ipv4::Packet::new_checked(bytes).map_err(|_| DropReason::IpMalformed)?;
        if !header.verify_checksum() {
            return Err(DropReason::IpChecksum);
        }
        usize::from(header.total_len())
    } else {
        let header = ipv6::Packet::new_checked(bytes).map_err(|_| DropReason::IpMalformed)?;
        ipv6::HEADER_LEN + usize::from(header.payload_len())
    };
    packet.truncate(ethernet::HEADER_LEN + len);
    Ok(())
}

/// `br_nf_pre_routing`: the packet came by the bridge, as IP sees it. Where its destination was
/// changed, it goes another way.
#[cold]
fn prerouting<O: Observer>(
    cx: &mut Cx<'_, O>,
    (ns, proto): (NsId, Proto),
    (master, dev): (DevId, DevId),
    mut packet: Packet,
) -> Option<Packet> {
    if let Err(reason) = validate(&mut packet, proto) {
        cx.drop(packet, dev, Stage::Rules, reason);
        return None;
    }
    packet.port_in = dev;
    let before = translated::destination(&packet, proto);
    let place = (ns, proto, Hook::Prerouting);
    let packet = ask(cx, place, (master, DevId::NONE), packet)?;
    if translated::destination(&packet, proto) == before {
        return Some(packet);
    }
    translated::turn(cx, (ns, proto), (master, dev), packet)
}

/// `br_nf_forward`: the packet goes from the bridge to the bridge, as IP sees it; ARP sees the ports.
fn forwarded<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    (from, to): (DevId, DevId),
    mut packet: Packet,
) -> Option<Packet> {
    let proto = ip_of(cx.net, ns, &packet).filter(|_| cx.net.br_netfilter);
    let master = cx.net.dev(to).master.unwrap_or(to);
    match proto {
        Some(Proto::Arp) if calls(cx.net, ns, master, Proto::Arp) => {
            let message = arp::Packet::new_checked(&packet.bytes()[ethernet::HEADER_LEN..]);
            if message.is_err() {
                return Some(packet);
            }
            filter::frame(cx, (ns, Proto::Arp, Hook::Forward), (from, to), packet)
        }
        Some(proto @ (Proto::V4 | Proto::V6)) if packet.port_in != DevId::NONE => {
            packet.port_out = to;
            ask(cx, (ns, proto, Hook::Forward), (master, master), packet)
        }
        _ => Some(packet),
    }
}

/// `br_nf_post_routing`: the packet leaves by the bridge, as IP sees it.
fn postrouting<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    to: DevId,
    packet: Packet,
) -> Option<Packet> {
    if packet.port_in == DevId::NONE || packet.port_out == DevId::NONE {
        return Some(packet);
    }
    let master = cx.net.dev(to).master.unwrap_or(to);
    match ip_of(cx.net, ns, &packet) {
        Some(proto @ (Proto::V4 | Proto::V6)) => {
            let place = (ns, proto, Hook::Postrouting);
            ask(cx, place, (DevId::NONE, master), packet)
        }
        _ => Some(packet),
    }
}

/// A frame goes out of its port: what was joined is cut again (`br_nf_dev_queue_xmit`,
/// `nf_ct_bridge_refrag`).
fn send<O: Observer>(cx: &mut Cx<'_, O>, to: DevId, packet: Packet) {
    let is_ip = matches!(packet.ethertype, EtherType::IPV4 | EtherType::IPV6);
    let mtu = match packet.frag_max {
        longest if longest != 0 && packet.port_in == DevId::NONE => u32::from(longest),
        _ => cx.net.dev(to).mtu,
    };
    let came_whole = packet.port_in == DevId::NONE && packet.frag_max == 0;
    if !is_ip || came_whole || packet.longest() <= mtu as usize + ethernet::HEADER_LEN {
        link::transmit(cx, to, packet);
        return;
    }
    conntrack::cut(cx, to, mtu, packet);
}
