//! ICMPv6 messages received (RFC 4443, RFC 4861): echo is answered, errors are handed to the sockets
//! they concern, neighbour and router discovery to their own.

use super::output::{self, Header6};
use super::{group, router};
use crate::device::DevId;
use crate::neighbour::ndp;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::Refused;
use crate::route::upper::Upper;
use crate::route::v6::{self as route, Flow6};
use crate::socket;
use crate::sysctl::Global6;
use core::net::Ipv6Addr;
use core::time::Duration;
use netloom_model::counters::{Counter, Messages};
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_wire::icmpv6::{self, Type};
use netloom_wire::ipv6::extension;
use netloom_wire::{IpProtocol, ipv6};

/// Receives a message whose front is its ICMP header. `raw`: a raw socket has a copy.
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, raw: bool) {
    cx.net.count_at(dev, Counter::Icmp6InMsgs);
    let Ok(message) = icmpv6::Packet::new_checked(packet.bytes()) else {
        return cx.drop(packet, dev, Stage::Icmp6Receive, DropReason::IcmpMalformed);
    };
    let header = ipv6::Packet::new_unchecked(packet.network());
    if !message.verify_checksum(header.src(), header.dst()) {
        return cx.drop(packet, dev, Stage::Icmp6Receive, DropReason::IcmpChecksum);
    }
    let (kind, dst) = (message.msg_type(), header.dst());
    let to_group = dst.is_multicast();
    cx.see(&packet, dev, Stage::Icmp6Receive, |_| Event::Accepted);
    let ns = cx.net.ns_of(dev);
    cx.net.ns_mut(ns).mib.message(Messages::Icmp6In, kind.0);
    let settings = &cx.net.ns(ns).v6.settings;
    match kind {
        Type::ECHO_REQUEST
            if settings.on(Global6::EchoIgnoreAll)
                || (to_group && settings.on(Global6::EchoIgnoreMulticast))
                || (settings.on(Global6::EchoIgnoreAnycast)
                    && route::is_anycast(cx.net, ns, dst)) =>
        {
            cx.drop(packet, dev, Stage::Icmp6Echo, DropReason::IcmpIgnored);
        }
        Type::ECHO_REQUEST => answer(cx, dev, packet),
        Type::ECHO_REPLY => socket::v6::ping::receive(cx, dev, packet, raw),
        Type::PACKET_TOO_BIG
        | Type::DEST_UNREACHABLE
        | Type::TIME_EXCEEDED
        | Type::PARAMETER_PROBLEM => error(cx, dev, packet),
        Type::NEIGHBOUR_SOLICITATION | Type::NEIGHBOUR_ADVERTISEMENT | Type::REDIRECT => {
            ndp::receive(cx, dev, packet);
        }
        Type::ROUTER_SOLICITATION | Type::ROUTER_ADVERTISEMENT => router::receive(cx, dev, packet),
        Type::MLD_QUERY => group::queried(cx, dev, packet),
        Type::MLD_REPORT => group::heard(cx, dev, packet),
        _ => cx.consume(packet),
    }
}

/// Answers an echo request: `icmpv6_echo_reply`.
fn answer<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let ns = cx.net.ns_of(dev);
    let header = ipv6::Packet::new_unchecked(packet.network());
    let (src, dst, tclass) = (header.src(), header.dst(), header.traffic_class());
    let own = !dst.is_multicast() && route::is_local(cx.net, ns, dst, DevId::NONE);
    let reflect = cx.net.ns(ns).v6.settings.on(Global6::FwmarkReflect);
    let mark = if reflect { packet.mark } else { 0 };
    let bound = super::is_strict(src) && !cx.net.dev(dev).is_loopback();
    let flow = Flow6 {
        src: if own { dst } else { Ipv6Addr::UNSPECIFIED },
        // By the device where it came from, if that leads there as well as any other.
        oif: if bound { dev } else { packet.received_by(dev) },
        strict: bound,
        // The class of the request is the answer's, but its way does not depend on it.
        tclass: 0,
        mark,
        upper: Upper::icmp(IpProtocol::ICMPV6, Type::ECHO_REPLY.0, 0),
        ..Flow6::to(src)
    };
    cx.see(&packet, dev, Stage::Icmp6Echo, |_| Event::Answered {
        with: Origin::IcmpReply,
        what: format!("echo reply to {src}"),
    });
    let way = match route::output::route(cx.net, ns, &flow) {
        Ok(way) => way,
        Err(no) => {
            let mut lost = cx.net.pool.take(0);
            cx.born(&mut lost, Some(packet.id), Origin::IcmpReply);
            cx.see_in(&lost, ns, Stage::Route6Output, |net| {
                Event::Routed(Box::new(route::trace(net, ns, &flow)))
            });
            cx.consume(packet);
            let reason = no.refused.map_or(DropReason::NoRoute, Refused::reason);
            return cx.drop_in(lost, ns, Stage::Route6Output, reason);
        }
    };
    let mut reply = packet.bytes().to_vec();
    let mut message = icmpv6::Packet::new_unchecked(&mut reply[..]);
    message.set_msg_type(Type::ECHO_REPLY);
    message.fill_checksum(way.source, way.dst);
    let fields = Header6 {
        protocol: IpProtocol::ICMPV6,
        hop_limit: output::hop_limit(cx.net, &way),
        tclass,
        mark,
    };
    let mut out = output::build(cx, &way, &fields, &reply);
    cx.born(&mut out, Some(packet.id), Origin::IcmpReply);
    cx.see_in(&out, ns, Stage::Route6Output, |net| {
        Event::Routed(Box::new(route::trace(net, ns, &flow)))
    });
    cx.consume(packet);
    super::icmp_error::transmit(cx, ns, &way, out);
}

/// Remembers how long packets to a destination may be (RFC 8201 section 4); less than every link
/// takes is not believed.
fn too_big(net: &mut Net, dev: DevId, message: &icmpv6::Packet<&[u8]>) {
    let mtu = message.rest_of_header();
    let Ok(inner) = ipv6::Packet::new_header(message.payload()) else {
        return;
    };
    let (ns, to) = (net.ns_of(dev), inner.dst());
    let bound = super::is_strict(to) && !net.dev(dev).is_loopback();
    let flow = Flow6 {
        src: inner.src(),
        oif: if bound { dev } else { DevId::NONE },
        ..Flow6::to(to)
    };
    let Ok(way) = route::output::route(net, ns, &flow) else {
        return;
    };
    if mtu < ipv6::MIN_MTU as u32 || mtu >= way.mtu {
        return;
    }
    let now = net.now;
    let inet6 = &mut net.ns_mut(ns).v6;
    let holds = Duration::from_secs(inet6.settings.get(Global6::MtuExpires).max(0) as u64);
    let exceptions = &mut inet6.routing.exceptions;
    exceptions.learn_path(to, (mtu, way.mtu, 0), now, holds);
}

/// Hands an error to the sockets whose packet it is about: `icmpv6_notify`.
fn error<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let message = icmpv6::Packet::new_unchecked(packet.bytes());
    let kind = message.msg_type();
    let Ok(inner) = ipv6::Packet::new_header(message.payload()) else {
        return cx.drop(packet, dev, Stage::Icmp6Error, DropReason::IcmpMalformed);
    };
    // Echoes are answered without a socket; of everything else one must know.
    let behind = &message.payload()[ipv6::HEADER_LEN..];
    let upper = extension::walk(inner.next_header(), behind).last();
    let echo = upper.is_some_and(|upper| upper.kind == IpProtocol::ICMPV6);
    let told = socket::v6::error::deliver(cx, dev, &packet);
    if kind == Type::PACKET_TOO_BIG && (echo || told > 0) {
        let message = icmpv6::Packet::new_unchecked(packet.bytes());
        too_big(cx.net, dev, &message);
        socket::v6::error::narrowed(cx, dev, &packet);
    }
    cx.see(&packet, dev, Stage::Icmp6Error, |_| Event::Delivered {
        to: if told == 0 {
            "no socket".to_owned()
        } else {
            format!("{told} socket(s)")
        },
    });
    cx.consume(packet);
}
