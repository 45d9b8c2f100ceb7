//! Redirects (RFC 4861 section 8): telling of a better first hop, and believing it.

use super::{learn, send};
use crate::device::DevId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::v6 as route;
use crate::sysctl::Conf6;
use core::net::Ipv6Addr;
use netloom_model::MacAddr;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_wire::icmpv6::{self, Repr, Type};
use netloom_wire::ipv6;
use netloom_wire::ndp::{self, LLADDR_LEN, kind};

/// Sends a redirect: what goes to `dst` is better sent to `target`.
pub(crate) fn send_redirect<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: &Packet,
    (src, to): (Ipv6Addr, Ipv6Addr),
    (target, dst): (Ipv6Addr, Ipv6Addr),
    lladdr: Option<MacAddr>,
) {
    let mut body = target.octets().to_vec();
    body.extend(dst.octets());
    if let Some(mac) = lladdr {
        let mut option = [0; LLADDR_LEN];
        ndp::put_lladdr(&mut option, kind::TARGET_LLADDR, mac);
        body.extend(option);
    }
    // As much of the packet as fits, in units of eight bytes with the option's own head.
    let room = ipv6::MIN_MTU - ipv6::HEADER_LEN - icmpv6::HEADER_LEN - body.len() - 8;
    let original = packet.network();
    let len = original.len().min(room) & !7;
    body.extend([kind::REDIRECTED, (len / 8 + 1) as u8, 0, 0, 0, 0, 0, 0]);
    body.extend(&original[..len]);
    let repr = Repr {
        msg_type: Type::REDIRECT,
        code: 0,
        rest: 0,
        body: &body,
    };
    cx.see(packet, dev, Stage::Icmp6Send, |_| Event::Answered {
        with: Origin::IcmpError,
        what: format!("redirect to {to}: {dst} is better reached by {target}"),
    });
    let cause = (Some(packet.id), Origin::IcmpError);
    send(cx, dev, (src, to), &repr, None, cause);
}

/// Believes a redirect, if it is allowed and comes from the router in use (`rt6_do_redirect`).
pub(super) fn receive<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: Packet,
    target: Ipv6Addr,
) {
    let from = ipv6::Packet::new_unchecked(packet.network()).src();
    let message = packet.bytes();
    let dst = message
        .get(24..40)
        .and_then(|b| <[u8; 16]>::try_from(b).ok());
    let dst = Ipv6Addr::from(dst.unwrap_or_default());
    let all = message.get(40..).unwrap_or_default();
    let lladdr = ndp::lladdr(all, kind::TARGET_LLADDR);
    let inet6 = &cx.net.dev(dev).v6;
    let sound = from.is_unicast_link_local()
        && (target == dst || target.is_unicast_link_local())
        && !dst.is_multicast();
    if !sound {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpMalformed);
    }
    let accept = inet6.conf.on(Conf6::AcceptRedirects) && !inet6.conf.on(Conf6::Forwarding);
    let ns = cx.net.ns_of(dev);
    let flow = route::Flow6 {
        oif: dev,
        ..route::Flow6::to(dst)
    };
    let in_use = route::lookup(cx.net, ns, &flow).is_ok_and(|f| f.gateway == Some(from));
    if !accept || !in_use {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::IcmpIgnored);
    }
    learn(cx, dev, target, lladdr, true);
    let exceptions = &mut cx.net.ns_mut(ns).v6.routing.exceptions;
    exceptions.learn_gateway(dst, target);
    cx.see(&packet, dev, Stage::NdpReceive, |_| Event::Delivered {
        to: "routing".to_owned(),
    });
    cx.consume(packet);
}
