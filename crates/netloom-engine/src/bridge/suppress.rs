//! A bridge answers for its neighbours (bridge(8) `neigh_suppress`, ip-link(8) `proxy_arp`;
//! RFC 9161): who asks for a host whose address the bridge knows gets the answer from the bridge,
//! and ports that suppress are spared the question (`br_do_proxy_suppress_arp`,
//! `br_do_suppress_nd`).

use super::Port;
use super::forward::{bridge, bridge_mut};
use super::vlan;
use crate::device::DevId;
use crate::ip::version::{V4, V6};
use crate::link;
use crate::neighbour;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::receive;
use crate::route::v6::is_local;
use core::net::{Ipv4Addr, Ipv6Addr};
use netloom_model::MacAddr;
use netloom_model::journey::{Event, Origin, Stage};
use netloom_wire::arp::{self, Operation};
use netloom_wire::icmpv6::{self, Type};
use netloom_wire::{EtherType, IpProtocol, ethernet, ipv6, ndp};

/// The flags of an advertisement that answers for another (RFC 4861, section 4.4).
const SOLICITED_OVERRIDE: u32 = 0x6000_0000;
/// The option that tells the target's hardware address.
const TARGET_LLADDR: u8 = 2;

/// Where a frame is: its bridge, the port that it came by (none: from the bridge itself), its VLAN.
type At = (DevId, Option<DevId>, u16);

/// Reads a frame that asks for an address, and answers it if the bridge can; whether ports that
/// suppress are spared it.
pub(super) fn answers<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, from): (DevId, Option<DevId>),
    vid: u16,
    packet: &Packet,
) -> bool {
    let frame = ethernet::Frame::new_unchecked(packet.bytes());
    match frame.ethertype() {
        EtherType::ARP => arp(cx, (master, from, vid), packet),
        EtherType::IPV6 => nd(cx, (master, from, vid), packet),
        _ => false,
    }
}

/// For whom a bridge answers: kept beside its ports, for every frame that carries ARP or IPv6 asks
/// (`br_recalculate_neigh_suppress_enabled`).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answers {
    /// A port is spared the questions.
    suppressing: bool,
    /// A port gets its answers from the bridge.
    proxying: bool,
}

/// The flags of a bridge's ports changed, or a port left.
pub(super) fn follow_flags(net: &mut Net, master: DevId) {
    let ports = bridge(net, master).map_or(&[][..], |own| own.ports());
    let flags = |dev: &DevId| net.dev(*dev).port.as_ref().map(|port| port.flags);
    let mut answers = Answers::default();
    for flags in ports.iter().filter_map(flags) {
        answers.suppressing |= flags.neigh_suppress;
        answers.proxying |= flags.proxy_arp || flags.proxy_arp_wifi;
    }
    if let Some(own) = bridge_mut(net, master) {
        own.answers = answers;
    }
}

fn of(net: &Net, master: DevId) -> Answers {
    bridge(net, master).map_or_else(Answers::default, |own| own.answers)
}

fn port(net: &Net, dev: Option<DevId>) -> Option<&Port> {
    net.dev(dev?).port.as_deref()
}

fn suppresses(port: &Port) -> bool {
    port.flags.neigh_suppress
}

/// The port behind which a station is.
fn behind(net: &Net, (master, _, vid): At, station: MacAddr) -> Option<DevId> {
    let own = bridge(net, master)?;
    own.fdb.get(station, vid).map(|station| station.dev)
}

fn arp<O: Observer>(cx: &mut Cx<'_, O>, at: At, packet: &Packet) -> bool {
    let (master, from, _) = at;
    let answers = of(cx.net, master);
    let suppressing = answers.suppressing;
    if !suppressing && !answers.proxying {
        return false;
    }
    let Ok(message) = arp::Packet::new_checked(&packet.bytes()[ethernet::HEADER_LEN..]) else {
        return false;
    };
    let message = message.repr();
    let (sender, target) = (message.sender_ip, message.target_ip);
    if target.is_loopback() || target.is_multicast() {
        return false;
    }
    let asks = message.operation == Operation::REQUEST;
    if suppressing {
        if port(cx.net, from).is_some_and(suppresses) {
            return false;
        }
        let frame = ethernet::Frame::new_unchecked(packet.bytes());
        if !frame.dst().is_multicast() && asks {
            return false;
        }
        // Who looks whether an address is free, or announces it, is heard by nobody there.
        if sender.octets()[0] == 0 || sender == target {
            return true;
        }
    }
    if !asks {
        return false;
    }
    if suppressing && is_own(cx.net, master, target) {
        return true;
    }
    let ns = cx.net.ns_of(master);
    let Some(mac) = neighbour::lladdr_of::<V4>(cx.net, ns, master, target) else {
        return false;
    };
    let Some(place) = behind(cx.net, at, mac) else {
        return false;
    };
    let asked_by_proxy = port(cx.net, from).is_some_and(|port| port.flags.proxy_arp);
    let there = port(cx.net, Some(place));
    if asked_by_proxy || there.is_some_and(|p| p.flags.proxy_arp_wifi || suppresses(p)) {
        let reply = arp::Repr {
            operation: Operation::REPLY,
            sender_mac: mac,
            sender_ip: target,
            target_mac: message.sender_mac,
            target_ip: sender,
        };
        let mut body = vec![0; arp::PACKET_LEN];
        reply.emit(&mut body);
        let header = ethernet::Header {
            dst: message.sender_mac,
            src: mac,
            ethertype: EtherType::ARP,
        };
        let what = format!("{target} is at {mac}");
        reply_with(cx, at, packet, (header, &body), (Origin::ArpReply, what));
        return true;
    }
    suppressing
}

fn is_own(net: &Net, master: DevId, target: Ipv4Addr) -> bool {
    let addresses = &net.dev(master).addresses;
    addresses.iter().any(|ifa| ifa.local() == target)
}

/// Whether an address is of the bridge's host (`br_is_local_ip6`): one that means something beyond
/// its link may be of any device.
fn is_own_v6(net: &Net, master: DevId, target: Ipv6Addr) -> bool {
    let at = if target.is_unicast_link_local() {
        master
    } else {
        DevId::NONE
    };
    is_local(net, net.ns_of(master), target, at)
}

/// The solicitation or advertisement in a frame: addresses of its header, type, flags, target.
fn message(packet: &Packet) -> Option<(Ipv6Addr, Ipv6Addr, Type, u32, Ipv6Addr)> {
    let header = ipv6::Packet::new_checked(&packet.bytes()[ethernet::HEADER_LEN..]).ok()?;
    if header.next_header() != IpProtocol::ICMPV6 {
        return None;
    }
    let message = icmpv6::Packet::new_checked(header.payload()).ok()?;
    let kind = message.msg_type();
    let known = matches!(
        kind,
        Type::NEIGHBOUR_SOLICITATION | Type::NEIGHBOUR_ADVERTISEMENT
    );
    let target = message.target().filter(|_| known)?;
    let rest = message.rest_of_header();
    Some((header.src(), header.dst(), kind, rest, target))
}

fn nd<O: Observer>(cx: &mut Cx<'_, O>, at: At, packet: &Packet) -> bool {
    let (master, from, _) = at;
    if !of(cx.net, master).suppressing || port(cx.net, from).is_some_and(suppresses) {
        return false;
    }
    let Some((src, dst, kind, rest, target)) = message(packet) else {
        return false;
    };
    let frame = ethernet::Frame::new_unchecked(packet.bytes());
    if kind == Type::NEIGHBOUR_ADVERTISEMENT {
        return rest & 0x4000_0000 == 0;
    }
    if !frame.dst().is_multicast() {
        return false;
    }
    let ns = cx.net.ns_of(master);
    if src.is_unspecified() || src == dst || is_own_v6(cx.net, master, target) {
        return true;
    }
    let Some(mac) = neighbour::lladdr_of::<V6>(cx.net, ns, master, target) else {
        return false;
    };
    let Some(place) = behind(cx.net, at, mac) else {
        return false;
    };
    if port(cx.net, Some(place)).is_some_and(suppresses) {
        let asker = frame.src();
        let mut body = target.octets().to_vec();
        let mut option = [0; 8];
        ndp::put_lladdr(&mut option, TARGET_LLADDR, mac);
        body.extend(option);
        let message = icmpv6::Repr {
            msg_type: Type::NEIGHBOUR_ADVERTISEMENT,
            code: 0,
            rest: SOLICITED_OVERRIDE,
            body: &body,
        };
        let repr = ipv6::Repr {
            src: target,
            dst: src,
            next_header: IpProtocol::ICMPV6,
            hop_limit: 255,
            payload_len: message.buffer_len(),
            ..ipv6::Repr::default()
        };
        let mut bytes = vec![0; ipv6::HEADER_LEN + message.buffer_len()];
        repr.emit(&mut bytes);
        message.emit(&mut bytes[ipv6::HEADER_LEN..], target, src);
        let header = ethernet::Header {
            dst: asker,
            src: mac,
            ethertype: EtherType::IPV6,
        };
        let what = format!("{target} is at {mac}");
        let origin = Origin::NeighbourAdvertisement;
        reply_with(cx, at, packet, (header, &bytes), (origin, what));
    }
    true
}

/// Sends the answer to whoever asked: by the port of the question, or to the bridge's own host.
fn reply_with<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, from, vid): At,
    question: &Packet,
    (header, body): (ethernet::Header, &[u8]),
    (origin, what): (Origin, String),
) {
    let dev = from.unwrap_or(master);
    cx.see(question, dev, Stage::BridgeSuppress, |_| Event::Answered {
        with: origin,
        what: format!("{what}, says the bridge"),
    });
    let mut packet = cx.net.pool.take(ethernet::HEADER_LEN + body.len());
    header.emit(packet.bytes_mut());
    packet.bytes_mut()[ethernet::HEADER_LEN..].copy_from_slice(body);
    packet.ethertype = header.ethertype;
    packet.local = true;
    packet.dev = dev;
    cx.born(&mut packet, Some(question.id), origin);
    match from {
        Some(port) => {
            if vid != 0 {
                vlan::egress(cx, port, vid, &mut packet);
            }
            link::transmit(cx, port, packet);
        }
        None => receive::enqueue(cx, master, packet),
    }
}
