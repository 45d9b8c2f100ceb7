//! ICMPv6 errors about packets that were not delivered (`icmp6_send`, RFC 4443 section 2.4): when
//! they are sent, from which address, and how often.

use super::output::{self, Header6};
use super::source;
use crate::device::DevId;
use crate::ip::output::GroupLoop;
use crate::ip::version::V6;
use crate::namespace::NsId;
use crate::neighbour::{self, ndp};
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::upper::Upper;
use crate::route::v6::output::Way6;
use crate::route::v6::{self as route, Flow6};
use crate::sysctl::{Global, Global6};
use core::net::Ipv6Addr;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_model::socket::PacketType;
use netloom_wire::icmpv6::{self, Repr, Type, code};
use netloom_wire::ipv6::extension;
use netloom_wire::{IpProtocol, ipv6};

/// An error is at most this long, header included (RFC 4443 section 3).
const LONGEST: usize = ipv6::MIN_MTU;

/// Whether an error may go a way now.
fn allowed(net: &mut Net, ns: NsId, kind: Type, way: &Way6) -> bool {
    // `icmp.ratemask`: path MTU discovery is never held up.
    if kind == Type::PACKET_TOO_BIG || !kind.is_error() || net.dev(way.dev).is_loopback() {
        return true;
    }
    let now = net.now;
    let namespace = net.ns_mut(ns);
    let per_second = namespace.settings.get(Global::IcmpMsgsPerSec).max(1) as u64;
    let burst = namespace.settings.get(Global::IcmpMsgsBurst).max(0) as u64;
    let between = namespace.v6.settings.get(Global6::Ratelimit).max(0) as u64 * 1_000_000;
    // Wider prefixes get more.
    let between = between >> ((128 - u32::from(way.found.prefix_len)) >> 5);
    let cost = 1_000_000_000 / per_second;
    let limit = &mut namespace.v6.icmp_limit;
    let allowed = limit.take(now, (cost, burst), way.dst.into(), between);
    if !allowed {
        namespace.mib.count(Counter::Icmp6OutRateLimitHost);
    }
    allowed
}

/// What a packet is about that an error would be about: nothing of it is told where it is an error
/// itself, or its header is not there.
fn may_be_told(packet: &Packet, kind: Type, told: u8) -> bool {
    let Ok(header) = ipv6::Packet::new_header(packet.network()) else {
        return false;
    };
    let group = header.dst().is_multicast()
        || matches!(
            packet.packet_type,
            PacketType::Broadcast | PacketType::Multicast
        );
    // About groups only what their path is too narrow for, and options that ask for it.
    let for_groups =
        kind == Type::PACKET_TOO_BIG || (kind == Type::PARAMETER_PROBLEM && told == code::OPTION);
    let src = header.src();
    if (group && !for_groups) || src.is_unspecified() || src.is_multicast() {
        return false;
    }
    let mut in_fragment = false;
    let mut upper = None;
    for next in extension::walk(header.next_header(), header.payload()) {
        let fragment = Some(next.bytes).filter(|_| next.kind == IpProtocol::FRAGMENT);
        let fragment = fragment.and_then(extension::Fragment::new);
        in_fragment |= fragment.is_some_and(|f| f.offset() != 0 || f.more());
        upper = Some(next);
    }
    // What a fragment does not hold cannot be said of it.
    let error = |kind: Option<&u8>| kind.map_or(!in_fragment, |kind| Type(*kind).is_error());
    upper.is_some_and(|u| u.kind != IpProtocol::ICMPV6 || !error(u.bytes.first()))
}

/// Tells the sender of a packet what became of it. The packet's network header is its IP header;
/// `dev` received it.
pub(crate) fn send<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: &Packet,
    kind: Type,
    code: u8,
    rest: u32,
) {
    if cx.net.icmp_sends[1] || !may_be_told(packet, kind, code) {
        return;
    }
    let ns = cx.net.ns_of(dev);
    let header = ipv6::Packet::new_unchecked(packet.network());
    let (src, dst) = (header.src(), header.dst());
    let mut devices = cx.net.ns(ns).devices.values();
    let own = route::is_local(cx.net, ns, dst, DevId::NONE)
        || devices.any(|d| cx.net.dev(*d).v6.anycast.contains(&dst));
    let bound = super::is_strict(src) && !cx.net.dev(dev).is_loopback();
    let flow = Flow6 {
        src: if own { dst } else { Ipv6Addr::UNSPECIFIED },
        oif: if bound { dev } else { DevId::NONE },
        upper: Upper::icmp(IpProtocol::ICMPV6, kind.0, code),
        ..Flow6::to(src)
    };
    let Ok(mut way) = route::output::route(cx.net, ns, &flow) else {
        return;
    };
    let received = packet.packet_type != PacketType::Outgoing;
    if !own && received && way.found.prefsrc.is_none() {
        // An address of where the packet came from, wherever the error goes (RFC 4443 section 2.2).
        let by = packet.received_by(dev);
        way.source = source::select(cx.net, ns, by, src).unwrap_or(way.source);
    }
    if !allowed(cx.net, ns, kind, &way) {
        let drops = &mut cx.net.ns_mut(ns).drops;
        return drops.count(DropReason::IcmpRateLimited);
    }
    let room = LONGEST - ipv6::HEADER_LEN - icmpv6::HEADER_LEN;
    let original = packet.network();
    let repr = Repr {
        msg_type: kind,
        code,
        rest,
        body: &original[..original.len().min(room)],
    };
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes, way.source, way.dst);
    let fields = Header6 {
        protocol: IpProtocol::ICMPV6,
        hop_limit: output::hop_limit(cx.net, &way),
        tclass: 0,
        mark: 0,
    };
    let mut out = output::build(cx, &way, &fields, &bytes);
    cx.see(packet, dev, Stage::Icmp6Send, |_| Event::Answered {
        with: Origin::IcmpError,
        what: format!(
            "{} to {src}",
            icmpv6::description(kind, code).unwrap_or("ICMPv6 error")
        ),
    });
    out.ct = packet.ct.of_answer();
    cx.born(&mut out, Some(packet.id), Origin::IcmpError);
    transmit(cx, ns, &way, out);
}

/// Sends a message of ICMPv6.
pub(super) fn transmit<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, way: &Way6, out: Packet) {
    cx.net.icmp_sends[1] = true;
    output::send(cx, ns, way, out, GroupLoop(false));
    cx.net.icmp_sends[1] = false;
}

/// Tells a sender on the link of a better first hop (`ndisc_send_redirect`, RFC 4861 section 8.2).
pub(crate) fn redirect<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: &Packet,
    target: Ipv6Addr,
) {
    let header = ipv6::Packet::new_unchecked(packet.network());
    let (to, dst) = (header.src(), header.dst());
    // A router is told of by its link-local address alone.
    if target != dst && !target.is_unicast_link_local() {
        return;
    }
    let ns = cx.net.ns_of(dev);
    let Some(source) = cx.net.dev(dev).v6.link_local() else {
        return;
    };
    let on_link = Flow6 {
        oif: dev,
        ..Flow6::to(to)
    };
    let near = route::lookup(cx.net, ns, &on_link)
        .is_ok_and(|found| found.gateway.is_none() && found.dev == dev);
    let now = cx.net.now;
    let between = 1_000_000_000; // one a second to each
    let limit = &mut cx.net.ns_mut(ns).v6.icmp_limit;
    if !near || !limit.take(now, (0, 1), to.into(), between) {
        return;
    }
    let known = neighbour::lladdr_of::<V6>(cx.net, ns, dev, target);
    ndp::send_redirect(cx, dev, packet, (source, to), (target, dst), known);
}

/// The next hop of a packet does not answer: its sender is told (`ndisc_error_report`).
pub(crate) fn link_failure<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    packet.set_network();
    packet.packet_type = PacketType::Host;
    let (kind, code) = (Type::DEST_UNREACHABLE, code::ADDRESS_UNREACHABLE);
    send(cx, dev, &packet, kind, code, 0);
    cx.drop(packet, dev, Stage::Neighbour, DropReason::NeighbourFailed);
}
