//! ARP (RFC 826, RFC 5227, arp(7), ip-sysctl's `arp_*`): who is asked, with which source, and who
//! is answered.

use super::Neighbours;
use super::protocol::Protocol;
use super::proxy;
use super::state::{self, News};
use crate::device::DevId;
use crate::device::Device;
use crate::filter::{self, Proto};
use crate::ip::icmp_error;
use crate::ip::version::V4;
use crate::link;
use crate::namespace::{Namespace, NsId};
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::input::{self, Decision};
use crate::route::{self, Flow};
use crate::sysctl::{Conf, Neigh};
use crate::sysctl::{Global, NeighbourConf};
use crate::timer::Timer;
use core::net::Ipv4Addr;
use core::time::Duration;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::socket::PacketType;
use netloom_model::{LinkFlags, MacAddr, NeighbourState, RouteType, Scope};
use netloom_wire::arp::{self, Operation, Repr};
use netloom_wire::{EtherType, ethernet, ipv4};

/// The greater of a device's own setting and `all`'s.
fn greatest(net: &Net, dev: DevId, key: Conf) -> i32 {
    let device = net.dev(dev);
    device
        .conf
        .get(key)
        .max(net.ns(device.ns).conf_all.get(key))
}

impl Protocol for V4 {
    type Request = Repr;
    const RECEIVE: Stage = Stage::ArpReceive;

    fn table(ns: &Namespace) -> &Neighbours<V4> {
        &ns.neighbours
    }

    fn table_mut(ns: &mut Namespace) -> &mut Neighbours<V4> {
        &mut ns.neighbours
    }

    fn constructed(net: &Net, dev: DevId, addr: Ipv4Addr) -> Option<MacAddr> {
        let kind = route::address_kind(net, net.ns_of(dev), addr);
        (kind == RouteType::Broadcast).then(|| net.dev(dev).description.broadcast)
    }

    fn conf(device: &Device) -> &NeighbourConf {
        &device.neighbour_conf
    }

    fn default_conf(ns: &Namespace) -> &NeighbourConf {
        &ns.neighbour_default
    }

    fn limits(ns: &Namespace) -> (usize, usize) {
        let limit = |key| ns.settings.get(key).max(0) as usize;
        (limit(Global::NeighGcThresh1), limit(Global::NeighGcThresh3))
    }

    fn timer(ns: NsId, entry: u32, stamp: u32) -> Timer {
        Timer::Neighbour { ns, entry, stamp }
    }

    fn proxy_timer(ns: NsId) -> Timer {
        Timer::ProxyArp { ns }
    }

    fn proxied(_: &mut Net, _: DevId, _: Ipv4Addr, _: bool) {}

    fn source_of(packet: &Packet) -> Option<Ipv4Addr> {
        let header = ipv4::Packet::new_header(packet.bytes());
        header.ok().map(|header| header.src())
    }

    fn solicit<O: Observer>(
        cx: &mut Cx<'_, O>,
        dev: DevId,
        target: Ipv4Addr,
        source: Option<Ipv4Addr>,
        known: Option<MacAddr>,
        cause: Option<u32>,
    ) {
        solicit(cx, dev, target, source, known, cause);
    }

    fn unreachable<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
        icmp_error::link_failure(cx, dev, packet);
    }

    fn answer<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, request: &Repr, cause: Option<u32>) {
        answer_with(cx, dev, request, cause);
    }
}

/// Asks for `target`: everybody, or the one at `known` alone (`arp_solicit`).
fn solicit<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    target: Ipv4Addr,
    wanted: Option<Ipv4Addr>,
    known: Option<MacAddr>,
    cause: Option<u32>,
) {
    let ns = cx.net.ns_of(dev);
    let local = |a: &Ipv4Addr| route::address_kind(cx.net, ns, *a) == RouteType::Local;
    let source = match greatest(cx.net, dev, Conf::ArpAnnounce) {
        0 => wanted.filter(local),
        1 => wanted.filter(|a| local(a) && same_prefix(cx.net, dev, *a, target)),
        _ => None,
    };
    let source = source
        .or_else(|| route::source::select(cx.net, ns, dev, target, Scope::LINK))
        .unwrap_or(Ipv4Addr::UNSPECIFIED);
    let ask = Repr {
        operation: Operation::REQUEST,
        sender_mac: cx.net.dev(dev).mac,
        sender_ip: source,
        target_mac: MacAddr::ZERO,
        target_ip: target,
    };
    send(
        cx,
        dev,
        known.unwrap_or(MacAddr::BROADCAST),
        &ask,
        cause,
        Origin::ArpRequest,
    );
}

/// Whether both addresses lie in one prefix of the device.
fn same_prefix(net: &Net, dev: DevId, a: Ipv4Addr, b: Ipv4Addr) -> bool {
    net.dev(dev).addresses.iter().any(|ifa| {
        let prefix = ifa.address.prefix();
        prefix.contains(a.into()) && prefix.contains(b.into())
    })
}

/// Tells everybody of an own address (`arp_notify`, RFC 5227 section 3).
pub(crate) fn announce<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, addr: Ipv4Addr) {
    let mac = cx.net.dev(dev).mac;
    let tell = Repr {
        operation: Operation::REQUEST,
        sender_mac: mac,
        sender_ip: addr,
        target_mac: MacAddr::ZERO,
        target_ip: addr,
    };
    send(cx, dev, MacAddr::BROADCAST, &tell, None, Origin::ArpRequest);
}

/// Makes an ARP packet and sends it.
pub(super) fn send<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    dst: MacAddr,
    repr: &Repr,
    cause: Option<u32>,
    origin: Origin,
) {
    let device = cx.net.dev(dev);
    if device.flags.contains(LinkFlags::NOARP) {
        return;
    }
    let src = device.mac;
    let mut packet = cx.net.pool.take(ethernet::HEADER_LEN + arp::PACKET_LEN);
    ethernet::Header {
        dst,
        src,
        ethertype: EtherType::ARP,
    }
    .emit(packet.bytes_mut());
    repr.emit(&mut packet.bytes_mut()[ethernet::HEADER_LEN..]);
    packet.ethertype = EtherType::ARP;
    packet.packet_type = PacketType::Outgoing;
    cx.born(&mut packet, cause, origin);
    cx.see(&packet, dev, Stage::ArpSend, |_| Event::Arp {
        what: if repr.operation == Operation::REQUEST {
            format!("who has {}? tell {}", repr.target_ip, repr.sender_ip)
        } else {
            format!("{} is at {}", repr.sender_ip, repr.sender_mac)
        },
    });
    let place = (cx.net.ns_of(dev), Proto::Arp, Hook::Output);
    if let Some(packet) = filter::frame(cx, place, (DevId::NONE, dev), packet) {
        link::transmit(cx, dev, packet);
    }
}

/// Receives a packet whose front is its ARP header (`arp_rcv`, `arp_process`).
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    if !cx.net.dev(dev).resolves() {
        return cx.drop(packet, dev, Stage::ArpReceive, DropReason::ArpDisabled);
    }
    if packet.packet_type == PacketType::OtherHost {
        return cx.drop(packet, dev, Stage::ArpReceive, DropReason::OtherHost);
    }
    if arp::Packet::new_checked(packet.bytes()).is_err() {
        return cx.drop(packet, dev, Stage::ArpReceive, DropReason::ArpMalformed);
    }
    let place = (cx.net.ns_of(dev), Proto::Arp, Hook::Input);
    let Some(packet) = filter::at(cx, place, (dev, DevId::NONE), packet) else {
        return;
    };
    let message = arp::Packet::new_unchecked(packet.bytes());
    let message = message.repr();
    let known = matches!(message.operation, Operation::REQUEST | Operation::REPLY);
    let target = message.target_ip;
    let outside = target.is_loopback() && !cx.net.either(dev, Conf::RouteLocalnet);
    if !known || target.is_multicast() || outside {
        return cx.drop(packet, dev, Stage::ArpReceive, DropReason::ArpMalformed);
    }
    cx.see(&packet, dev, Stage::ArpReceive, |_| Event::Arp {
        what: if message.operation == Operation::REQUEST {
            format!("asked for {target} by {}", message.sender_ip)
        } else {
            format!(
                "told that {} is at {}",
                message.sender_ip, message.sender_mac
            )
        },
    });
    if message.sender_ip.is_unspecified() {
        return probe(cx, dev, packet, &message);
    }
    let about_itself = message.sender_ip == message.target_ip;
    if about_itself && cx.net.either(dev, Conf::DropGratuitousArp) {
        return cx.drop(packet, dev, Stage::ArpReceive, DropReason::ArpIgnored);
    }
    if message.operation == Operation::REQUEST {
        match request(cx.net, dev, &message) {
            Answer::Own => return own(cx, dev, packet, &message),
            Answer::Proxy => return proxy::answer(cx, dev, packet, &message),
            Answer::No(reason) => {
                return cx.drop(packet, dev, Stage::ArpReceive, reason);
            }
            Answer::NotOurs => {}
        }
    }
    learn(cx, dev, packet, &message);
}

/// What a request gets.
enum Answer {
    /// The target is an own address.
    Own,
    /// The target is answered for.
    Proxy,
    /// The target is an own address, and a setting forbids to say so.
    No(DropReason),
    /// The target is somebody else.
    NotOurs,
}

fn request(net: &Net, dev: DevId, message: &Repr) -> Answer {
    let (sender, target) = (message.sender_ip, message.target_ip);
    let flow = Flow {
        src: sender,
        iif: dev,
        ..Flow::to(target)
    };
    match input::route(net, dev, &flow) {
        Decision::Local if ignored(net, dev, sender, target) => Answer::No(DropReason::ArpIgnored),
        Decision::Local if filtered(net, dev, sender, target) => {
            Answer::No(DropReason::ArpFiltered)
        }
        Decision::Local => Answer::Own,
        Decision::Forward { found, .. } if proxy::answers(net, dev, target, found.dev) => {
            Answer::Proxy
        }
        _ => Answer::NotOurs,
    }
}

/// Whether `arp_ignore` forbids the answer.
fn ignored(net: &Net, dev: DevId, sender: Ipv4Addr, target: Ipv4Addr) -> bool {
    let device = net.dev(dev);
    let on_device = |scope: Scope, of_sender: bool| {
        device.addresses.iter().any(|ifa| {
            ifa.local() == target
                && ifa.address.scope <= scope
                && (!of_sender || ifa.address.prefix().contains(sender.into()))
        })
    };
    match greatest(net, dev, Conf::ArpIgnore) {
        1 => !on_device(Scope::HOST, false),
        2 => !on_device(Scope::HOST, true),
        3 => {
            let mut all = net.ns(device.ns).devices.values().map(|d| net.dev(*d));
            !all.any(|d| {
                d.addresses
                    .iter()
                    .any(|a| a.local() == target && a.address.scope <= Scope::LINK)
            })
        }
        8 => true,
        _ => false,
    }
}

/// Whether `arp_filter` forbids the answer: the way back to the sender leads elsewhere.
fn filtered(net: &Net, dev: DevId, sender: Ipv4Addr, target: Ipv4Addr) -> bool {
    if !net.either(dev, Conf::ArpFilter) {
        return false;
    }
    let flow = Flow {
        src: target,
        ..Flow::to(sender)
    };
    route::output::route(net, net.ns_of(dev), &flow, true).map_or(true, |way| way.dev != dev)
}

/// Somebody asks whether an address is free (RFC 5227): it is not, if it is ours.
fn probe<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, message: &Repr) {
    let ns = cx.net.ns_of(dev);
    let target = message.target_ip;
    let ours = message.operation == Operation::REQUEST
        && route::address_kind(cx.net, ns, target) == RouteType::Local
        && !ignored(cx.net, dev, message.sender_ip, target);
    if !ours {
        return cx.drop(packet, dev, Stage::ArpReceive, DropReason::ArpNotOurs);
    }
    reply(cx, dev, &packet, message);
    cx.consume(packet);
}

/// An own address is asked for: the asker is learned, then told.
fn own<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, message: &Repr) {
    let news = News {
        mac: message.sender_mac,
        state: NeighbourState::Stale,
        replace: true,
        by_user: false,
    };
    state::update::<V4, O>(cx, dev, message.sender_ip, news, true);
    reply(cx, dev, &packet, message);
    cx.consume(packet);
}

/// Answers a request.
fn reply<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet, message: &Repr) {
    cx.see(packet, dev, Stage::ArpReceive, |_| Event::Answered {
        with: Origin::ArpReply,
        what: format!("{} is here", message.target_ip),
    });
    answer_with(cx, dev, message, Some(packet.id));
}

/// Says that the target of a request is at `dev`.
fn answer_with<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, message: &Repr, cause: Option<u32>) {
    let tell = Repr {
        operation: Operation::REPLY,
        sender_mac: cx.net.dev(dev).mac,
        sender_ip: message.target_ip,
        target_mac: message.sender_mac,
        target_ip: message.sender_ip,
    };
    send(cx, dev, message.sender_mac, &tell, cause, Origin::ArpReply);
}

/// What a packet says of its sender is taken in, if the sender is known, or gratuitous ARP is
/// accepted.
fn learn<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, message: &Repr) {
    let reply = message.operation == Operation::REPLY;
    let ns = cx.net.ns_of(dev);
    let unicast = route::address_kind(cx.net, ns, message.sender_ip) == RouteType::Unicast;
    // A gratuitous reply names its sender's hardware address as the target's too.
    let gratuitous = unicast
        && message.sender_ip == message.target_ip
        && (!reply || message.sender_mac == message.target_mac);
    let accept = match greatest(cx.net, dev, Conf::ArpAccept) {
        0 => false,
        2 => same_prefix(cx.net, dev, message.sender_ip, message.sender_ip),
        _ => true,
    };
    let lock = cx.net.dev(dev).neighbour_conf.get(Neigh::Locktime).max(0) as u64;
    let table = &cx.net.ns(ns).neighbours;
    let old = table
        .find(dev, message.sender_ip)
        .map(|place| &table.entries[place]);
    let replace = old.is_none_or(|entry| {
        // USER_HZ ticks: another answer right after the first is not believed.
        cx.net.now.since(entry.updated) > Duration::from_millis(lock * 10)
    }) || gratuitous;
    let known = old.is_some();
    let confirmed = reply && packet.packet_type == PacketType::Host;
    let news = News {
        mac: message.sender_mac,
        state: if confirmed {
            NeighbourState::Reachable
        } else {
            NeighbourState::Stale
        },
        replace,
        by_user: false,
    };
    if !known && !(accept && unicast && (gratuitous || reply)) {
        return cx.drop(packet, dev, Stage::ArpReceive, DropReason::ArpNotOurs);
    }
    state::update::<V4, O>(cx, dev, message.sender_ip, news, true);
    cx.consume(packet);
}
