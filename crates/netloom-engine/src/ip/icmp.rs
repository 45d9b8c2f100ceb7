//! ICMP messages received (RFC 792, RFC 1122 section 3.2.2, icmp(7)): echo and timestamp are
//! answered, errors are handed to the sockets they concern, redirects are believed if allowed.

use super::output::{self, Header};
use super::{icmp_error, with_options};
use crate::device::DevId;
use crate::ip::version::V4;
use crate::neighbour;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::upper::Upper;
use crate::route::{self, Flow, Refused};
use crate::socket;
use crate::sysctl::{Conf, Global};
use core::net::Ipv4Addr;
use core::time::Duration;
use netloom_model::RouteType;
use netloom_model::counters::{Counter, Messages};
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_wire::icmpv4::{self, Type, code};
use netloom_wire::{IpProtocol, ipv4};

pub(crate) use super::icmp_error::RateLimit;

/// Receives a message whose front is its ICMP header. `raw`: a raw socket has a copy.
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, raw: bool) {
    cx.net.count_at(dev, Counter::IcmpInMsgs);
    let Ok(message) = icmpv4::Packet::new_checked(packet.bytes()) else {
        return cx.drop(packet, dev, Stage::IcmpReceive, DropReason::IcmpMalformed);
    };
    if !message.verify_checksum() {
        return cx.drop(packet, dev, Stage::IcmpReceive, DropReason::IcmpChecksum);
    }
    let kind = message.msg_type();
    cx.see(&packet, dev, Stage::IcmpReceive, |_| Event::Accepted);
    let ns = cx.net.ns_of(dev);
    cx.net.ns_mut(ns).mib.message(Messages::IcmpIn, kind.0);
    let ns = cx.net.ns(ns);
    let header = ipv4::Packet::new_unchecked(packet.network());
    let to_group = header.dst().is_multicast()
        || route::address_kind(cx.net, cx.net.ns_of(dev), header.dst()) == RouteType::Broadcast;
    let asks = matches!(kind, Type::ECHO_REQUEST | Type::TIMESTAMP_REQUEST);
    // Of what is sent to everybody, only what asks counts (RFC 1122 section 3.2.2).
    let ignored = !asks || ns.settings.on(Global::IcmpEchoIgnoreBroadcasts);
    if to_group && ignored {
        return cx.drop(packet, dev, Stage::IcmpReceive, DropReason::IcmpIgnored);
    }
    match kind {
        Type::ECHO_REQUEST if ns.settings.on(Global::IcmpEchoIgnoreAll) => {
            cx.drop(packet, dev, Stage::IcmpEcho, DropReason::IcmpIgnored);
        }
        // Without the time that it asks with it is not answered.
        Type::TIMESTAMP_REQUEST if message.payload().len() < 4 => {
            cx.drop(packet, dev, Stage::IcmpEcho, DropReason::IcmpMalformed);
        }
        Type::ECHO_REQUEST | Type::TIMESTAMP_REQUEST => answer(cx, dev, packet),
        Type::ECHO_REPLY => socket::ping::receive(cx, dev, packet, raw),
        Type::DEST_UNREACHABLE
        | Type::TIME_EXCEEDED
        | Type::PARAMETER_PROBLEM
        | Type::SOURCE_QUENCH => error(cx, dev, packet),
        Type::REDIRECT => redirect(cx, dev, packet),
        _ => cx.consume(packet),
    }
}

/// Answers an echo or timestamp request: `icmp_reply`.
fn answer<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let ns = cx.net.ns_of(dev);
    let header = ipv4::Packet::new_unchecked(packet.network());
    let (src, dst, tos) = (header.src(), header.dst(), header.tos());
    let to_all = dst.is_multicast() || route::address_kind(cx.net, ns, dst) == RouteType::Broadcast;
    let mark = if cx.net.ns(ns).settings.on(Global::FwmarkReflect) {
        packet.mark
    } else {
        0
    };
    let options = match with_options::answer(cx.net, ns, &packet) {
        Ok(options) => options,
        Err(reason) => return cx.drop(packet, dev, Stage::IcmpEcho, reason),
    };
    let first_stop = options.as_ref().and_then(|o| o.first_stop);
    let flow = Flow {
        dst: first_stop.unwrap_or(src),
        src: if to_all { Ipv4Addr::UNSPECIFIED } else { dst },
        tos: tos & super::receive::TOS_MASK,
        mark,
        upper: Upper::new(IpProtocol::ICMP, (0, 0)),
        ..Flow::to(src)
    };
    let mut reply = packet.bytes().to_vec();
    let now_ms = (cx.net.now.0 / 1_000_000) as u32;
    if icmpv4::Packet::new_unchecked(&reply[..]).msg_type() == Type::TIMESTAMP_REQUEST {
        // Whatever was asked: the time of that, and twice the own.
        reply.resize(8 + 12, 0);
    }
    {
        let mut message = icmpv4::Packet::new_unchecked(&mut reply[..]);
        if message.msg_type() == Type::ECHO_REQUEST {
            message.set_msg_type(Type::ECHO_REPLY);
        } else {
            message.set_msg_type(Type::TIMESTAMP_REPLY);
            let times = message.payload_mut();
            for at in [4, 8] {
                if let Some(time) = times.get_mut(at..at + 4) {
                    time.copy_from_slice(&now_ms.to_be_bytes());
                }
            }
        }
        message.fill_checksum();
    }
    cx.see(&packet, dev, Stage::IcmpEcho, |_| Event::Answered {
        with: Origin::IcmpReply,
        what: format!("echo reply to {src}"),
    });
    let way = match route::output::route(cx.net, ns, &flow, false) {
        Ok(way) => way,
        Err(no) => {
            let mut lost = cx.net.pool.take(0);
            cx.born(&mut lost, Some(packet.id), Origin::IcmpReply);
            cx.see_in(&lost, ns, Stage::RouteOutput, |net| {
                Event::Routed(Box::new(route::trace(net, ns, &flow)))
            });
            cx.consume(packet);
            let reason = no.refused.map_or(DropReason::NoRoute, Refused::reason);
            return cx.drop_in(lost, ns, Stage::RouteOutput, reason);
        }
    };
    let fields = Header {
        protocol: IpProtocol::ICMP.0,
        ttl: way.ttl(cx.net, ns),
        tos,
        df: false,
        options: options.as_ref().map(|options| (options, src)),
        mark,
    };
    let mut out = output::build(cx, ns, &way, &fields, &reply);
    cx.born(&mut out, Some(packet.id), Origin::IcmpReply);
    cx.see_in(&out, ns, Stage::RouteOutput, |net| {
        Event::Routed(Box::new(route::trace(net, ns, &flow)))
    });
    cx.consume(packet);
    icmp_error::transmit(cx, ns, &way, out);
}

/// Hands an error to the sockets whose packet it is about: `icmp_unreach`, `icmp_socket_deliver`.
fn error<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let message = icmpv4::Packet::new_unchecked(packet.bytes());
    // Of what was behind the header it is about there are eight bytes at least (RFC 792).
    let whole = ipv4::Packet::new_header(message.payload())
        .is_ok_and(|inner| message.payload().len() >= inner.header_len() + 8);
    if !whole {
        return cx.drop(packet, dev, Stage::IcmpError, DropReason::IcmpMalformed);
    }
    let told = socket::error::deliver(cx, dev, &packet);
    let narrow = (Type::DEST_UNREACHABLE, code::FRAGMENTATION_NEEDED);
    if told > 0 && (message.msg_type(), message.code()) == narrow {
        path_is_narrow(cx.net, dev, &packet);
        socket::error::narrowed(cx, dev, &packet);
    }
    cx.see(&packet, dev, Stage::IcmpError, |_| Event::Delivered {
        to: if told == 0 {
            "no socket".to_owned()
        } else {
            format!("{told} socket(s)")
        },
    });
    cx.consume(packet);
}

/// A router could not pass on a packet of a socket here: what its next link takes is remembered
/// (`ipv4_sk_update_pmtu`, RFC 1191 section 3).
fn path_is_narrow(net: &mut Net, dev: DevId, packet: &Packet) {
    let message = icmpv4::Packet::new_unchecked(packet.bytes());
    let Ok(inner) = ipv4::Packet::new_header(message.payload()) else {
        return;
    };
    let (to, mtu, ns) = (inner.dst(), u32::from(message.mtu()), net.ns_of(dev));
    let settings = &net.ns(ns).settings;
    if !matches!(settings.get(Global::IpNoPmtuDisc), 0 | 3) {
        return;
    }
    let least = settings.get(Global::MinPmtu).max(0) as u32;
    let holds = Duration::from_secs(settings.get(Global::MtuExpires).max(0) as u64);
    let flow = Flow {
        src: inner.src(),
        ..Flow::to(to)
    };
    let Ok(way) = route::output::route(net, ns, &flow, true) else {
        return;
    };
    let now = net.now;
    let known = &mut net.ns_mut(ns).routing.exceptions;
    known.learn_path(to, (mtu, way.mtu, least), now, holds);
}

/// Whether the packet that an error is about is an echo reply.
fn is_echo_reply(inner: &[u8]) -> bool {
    ipv4::Packet::new_header(inner).is_ok_and(|header| {
        let kind = inner.get(header.header_len()).copied().map(Type);
        header.protocol() == IpProtocol::ICMP && kind == Some(Type::ECHO_REPLY)
    })
}

/// Believes a redirect about a packet of this host, if it is allowed and comes from the gateway in use: `__ip_do_redirect`.
fn redirect<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let message = icmpv4::Packet::new_unchecked(packet.bytes());
    let Ok(inner) = ipv4::Packet::new_header(message.payload()) else {
        return cx.drop(packet, dev, Stage::IcmpError, DropReason::IcmpMalformed);
    };
    let (to, gateway) = (inner.dst(), message.gateway());
    let from = ipv4::Packet::new_unchecked(packet.network()).src();
    let device = cx.net.dev(dev);
    let ns = device.ns;
    let namespace = cx.net.ns(ns);
    let (own, all) = (&device.conf, &namespace.conf_all);
    let accept = if own.on(Conf::Forwarding) {
        own.on(Conf::AcceptRedirects) && all.on(Conf::AcceptRedirects)
    } else {
        own.on(Conf::AcceptRedirects) || all.on(Conf::AcceptRedirects)
    };
    let in_use = route::lookup(cx.net, ns, &Flow::to(to))
        .is_ok_and(|found| found.gateway == Some(from) && found.dev == dev);
    let on_link = device
        .addresses
        .iter()
        .any(|ifa| ifa.address.prefix().contains(gateway.into()));
    let kind = route::address_kind(cx.net, ns, gateway);
    // Routing hears of it by whoever sent the packet, or as the answer of this host to an echo.
    let concerns = socket::error::deliver(cx, dev, &packet) > 0 || is_echo_reply(message.payload());
    if concerns && accept && in_use && on_link && kind == RouteType::Unicast && gateway != from {
        // A gateway that is not known yet is asked for first, and believed the next time.
        if neighbour::known_or_asked::<V4, O>(cx, ns, dev, gateway) {
            cx.net
                .ns_mut(ns)
                .routing
                .exceptions
                .learn_gateway(to, gateway);
        }
    }
    cx.see(&packet, dev, Stage::IcmpError, |_| Event::Delivered {
        to: "routing".to_owned(),
    });
    cx.consume(packet);
}
