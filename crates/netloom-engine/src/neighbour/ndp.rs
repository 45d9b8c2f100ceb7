//! Neighbour discovery (RFC 4861 section 7, RFC 7527, ip-sysctl's `proxy_ndp`): who is asked, with
//! which source, who is answered, and what is believed.

mod redirect;

pub(crate) use redirect::send_redirect;

use super::protocol::Protocol;
use super::state::{self, News};
use super::{Neighbours, proxy};
use crate::device::{DevId, Device};
use crate::ip::v6::device::Ifa6;
use crate::ip::v6::{ALL_NODES, dad, group, icmp_error, output, solicited_node};
use crate::ip::version::V6;
use crate::namespace::{Namespace, NsId};
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::{Conf6, Global6, NeighbourConf};
use crate::timer::Timer;
use core::net::Ipv6Addr;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_model::route::{protocol, table};
use netloom_model::{LinkFlags, MacAddr, NeighbourState};
use netloom_wire::icmpv6::{self, Repr, Type};
use netloom_wire::ipv6::extension;
use netloom_wire::ndp::{self, HOP_LIMIT, LLADDR_LEN, OVERRIDE, ROUTER, SOLICITED, kind};
use netloom_wire::{EtherType, IpProtocol, ipv6};

/// A solicitation that is answered for another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// Who asked; nobody where it wants to know whether the address is free.
    from: Ipv6Addr,
    target: Ipv6Addr,
    /// Whether everybody was asked.
    everybody: bool,
}

impl Protocol for V6 {
    type Request = Asked;
    const RECEIVE: Stage = Stage::NdpReceive;

    fn table(ns: &Namespace) -> &Neighbours<V6> {
        &ns.v6.neighbours
    }

    fn table_mut(ns: &mut Namespace) -> &mut Neighbours<V6> {
        &mut ns.v6.neighbours
    }

    fn constructed(net: &Net, dev: DevId, _addr: Ipv6Addr) -> Option<MacAddr> {
        let device = net.dev(dev);
        device
            .flags
            .contains(LinkFlags::NOARP)
            .then_some(device.mac)
    }

    fn conf(device: &Device) -> &NeighbourConf {
        &device.v6.neighbour_conf
    }

    fn default_conf(ns: &Namespace) -> &NeighbourConf {
        &ns.v6.neighbour_default
    }

    fn limits(ns: &Namespace) -> (usize, usize) {
        let limit = |key| ns.v6.settings.get(key).max(0) as usize;
        (
            limit(Global6::NeighGcThresh1),
            limit(Global6::NeighGcThresh3),
        )
    }

    fn timer(ns: NsId, entry: u32, stamp: u32) -> Timer {
        Timer::Neighbour6 { ns, entry, stamp }
    }

    fn proxy_timer(ns: NsId) -> Timer {
        Timer::ProxyNdp { ns }
    }

    /// Whoever is asked for an address is asked in its group.
    fn proxied(net: &mut Net, dev: DevId, addr: Ipv6Addr, on: bool) {
        if dev == DevId::NONE {
            return;
        }
        let group = solicited_node(addr);
        if on {
            group::join(net, dev, group);
        } else {
            group::leave(net, dev, group);
        }
    }

    fn source_of(packet: &Packet) -> Option<Ipv6Addr> {
        let header = ipv6::Packet::new_header(packet.bytes());
        header.ok().map(|header| header.src())
    }

    fn solicit<O: Observer>(
        cx: &mut Cx<'_, O>,
        dev: DevId,
        target: Ipv6Addr,
        source: Option<Ipv6Addr>,
        known: Option<MacAddr>,
        cause: Option<u32>,
    ) {
        let inet6 = &cx.net.dev(dev).v6;
        let own = |addr: &Ipv6Addr| inet6.find(*addr).is_some_and(Ifa6::is_usable);
        let source = source.filter(own).or_else(|| inet6.link_local());
        // Without any address nobody could answer.
        if let Some(source) = source {
            solicit(cx, dev, (source, target), known, None, cause);
        }
    }

    fn unreachable<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
        // A route of IPv4 can have a gateway of IPv6.
        if packet.ethertype == EtherType::IPV4 {
            return crate::ip::icmp_error::link_failure(cx, dev, packet);
        }
        icmp_error::link_failure(cx, dev, packet);
    }

    fn answer<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, asked: &Asked, cause: Option<u32>) {
        advertise(cx, dev, asked, false, cause);
    }
}

/// Sends a neighbour solicitation; `known`: to that hardware address alone.
fn solicit<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    (src, target): (Ipv6Addr, Ipv6Addr),
    known: Option<MacAddr>,
    nonce: Option<u64>,
    cause: Option<u32>,
) {
    let mut body = target.octets().to_vec();
    let mut option = [0; LLADDR_LEN];
    if !src.is_unspecified() {
        ndp::put_lladdr(&mut option, kind::SOURCE_LLADDR, cx.net.dev(dev).mac);
        body.extend(option);
    }
    if let Some(nonce) = nonce {
        option = nonce.to_be_bytes();
        option[..2].copy_from_slice(&[kind::NONCE, 1]);
        body.extend(option);
    }
    let dst = if known.is_some() {
        target
    } else {
        solicited_node(target)
    };
    let repr = Repr {
        msg_type: Type::NEIGHBOUR_SOLICITATION,
        code: 0,
        rest: 0,
        body: &body,
    };
    send(
        cx,
        dev,
        (src, dst),
        &repr,
        known,
        (cause, Origin::NeighbourSolicitation),
    );
}

/// Sends a message of neighbour discovery.
fn send<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    (src, dst): (Ipv6Addr, Ipv6Addr),
    repr: &Repr<'_>,
    known: Option<MacAddr>,
    (cause, origin): (Option<u32>, Origin),
) {
    if cx.net.dev(dev).flags.contains(LinkFlags::NOARP) {
        return;
    }
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes, src, dst);
    let header = ipv6::Repr {
        src,
        dst,
        next_header: IpProtocol::ICMPV6,
        hop_limit: HOP_LIMIT,
        traffic_class: cx.net.dev(dev).v6.conf.get(Conf6::NdiscTclass) as u8,
        payload_len: bytes.len(),
        ..ipv6::Repr::default()
    };
    let cause = cause.map(|cause| (cause, origin));
    output::background(cx, dev, &header, &bytes, cause, known);
}

/// Asks whether an address is free (RFC 4862 section 5.4.2).
pub(crate) fn ask_whether_free<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    target: Ipv6Addr,
    nonce: Option<u64>,
) {
    solicit(cx, dev, (Ipv6Addr::UNSPECIFIED, target), None, nonce, None);
}

/// Tells the link of an own address (`ndisc_notify`).
pub(crate) fn advertise_unasked<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, target: Ipv6Addr) {
    let asked = Asked {
        from: Ipv6Addr::UNSPECIFIED,
        target,
        everybody: true,
    };
    advertise(cx, dev, &asked, true, None);
}

/// Sends a neighbour advertisement. `own`: the address is of this host, not answered for another.
fn advertise<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    asked: &Asked,
    own: bool,
    cause: Option<u32>,
) {
    let inet6 = &cx.net.dev(dev).v6;
    let usable = inet6.find(asked.target).is_some_and(Ifa6::is_usable);
    let src = if usable {
        asked.target
    } else {
        let ns = cx.net.ns_of(dev);
        let to = if asked.from.is_unspecified() {
            ALL_NODES
        } else {
            asked.from
        };
        let chosen = crate::ip::v6::source::select(cx.net, ns, dev, to);
        let Some(src) = chosen else { return };
        src
    };
    let to_all = asked.from.is_unspecified();
    let forwards = inet6.conf.on(Conf6::Forwarding);
    // For another it does not say that that one is a router.
    let rest = if forwards && own { ROUTER } else { 0 }
        | if to_all { 0 } else { SOLICITED }
        | if own && (to_all || asked.everybody) {
            OVERRIDE
        } else {
            0
        };
    let mut body = asked.target.octets().to_vec();
    // Whoever asked one alone knows the address.
    if to_all || asked.everybody || cx.net.either6(dev, Conf6::ForceTllao) {
        let mut option = [0; LLADDR_LEN];
        ndp::put_lladdr(&mut option, kind::TARGET_LLADDR, cx.net.dev(dev).mac);
        body.extend(option);
    }
    let dst = if to_all { ALL_NODES } else { asked.from };
    let repr = Repr {
        msg_type: Type::NEIGHBOUR_ADVERTISEMENT,
        code: 0,
        rest,
        body: &body,
    };
    send(
        cx,
        dev,
        (src, dst),
        &repr,
        None,
        (cause, Origin::NeighbourAdvertisement),
    );
}

/// Receives a solicitation, an advertisement or a redirect whose front is its ICMP header.
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let message = icmpv6::Packet::new_unchecked(packet.bytes());
    let header = ipv6::Packet::new_unchecked(packet.network());
    let kind = message.msg_type();
    let skip = if kind == Type::REDIRECT { 32 } else { 16 };
    let options = message.payload().get(skip..);
    let formed = options.is_some_and(ndp::well_formed);
    let target = message.target().filter(|target| !target.is_multicast());
    let sound = header.hop_limit() == HOP_LIMIT && message.code() == 0 && formed;
    let (true, Some(target), false) = (sound, target, cx.net.dev(dev).is_loopback()) else {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpMalformed);
    };
    match kind {
        Type::NEIGHBOUR_SOLICITATION => solicitation(cx, dev, packet, target),
        Type::NEIGHBOUR_ADVERTISEMENT => advertisement(cx, dev, packet, target),
        _ => redirect::receive(cx, dev, packet, target),
    }
}

/// The options behind a solicitation's or an advertisement's target.
fn options(packet: &Packet) -> &[u8] {
    packet
        .bytes()
        .get(icmpv6::HEADER_LEN + 16..)
        .unwrap_or_default()
}

/// `ndisc_recv_ns`.
fn solicitation<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, target: Ipv6Addr) {
    let header = ipv6::Packet::new_unchecked(packet.network());
    let (src, dst) = (header.src(), header.dst());
    let probes = src.is_unspecified();
    let lladdr = ndp::lladdr(options(&packet), kind::SOURCE_LLADDR);
    if probes && (dst != solicited_node(dst) || lladdr.is_some()) {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpMalformed);
    }
    cx.see(&packet, dev, Stage::NdpReceive, |_| Event::Arp {
        what: format!("asked for {target} by {src}"),
    });
    let asked = Asked {
        from: src,
        target,
        everybody: dst.is_multicast(),
    };
    let own = cx.net.dev(dev).v6.find(target).cloned();
    let Some(ifa) = own else {
        if !is_proxied(cx.net, dev, target) {
            let reason = DropReason::NdpNotOurs;
            return cx.drop(packet, dev, Stage::NdpReceive, reason);
        }
        learn(cx, dev, src, lladdr, !asked.everybody);
        return proxy::hold::<V6, O>(cx, dev, packet, asked);
    };
    let flags = &ifa.address.flags;
    if flags.tentative {
        let nonce = ndp::find(options(&packet), kind::NONCE);
        let looped = nonce.is_some_and(|n| n.len() == 8 && n[2..] == ifa.nonce.to_be_bytes()[2..]);
        if probes && !looped {
            // Two ask for the same address at once: neither may have it.
            dad::failed(cx, dev, target);
            return cx.consume(packet);
        }
        if probes || !flags.optimistic {
            let reason = DropReason::NdpTentative;
            return cx.drop(packet, dev, Stage::NdpReceive, reason);
        }
    }
    if flags.dad_failed {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpTentative);
    }
    learn(cx, dev, src, lladdr, !asked.everybody);
    cx.see(&packet, dev, Stage::NdpReceive, |_| Event::Answered {
        with: Origin::NeighbourAdvertisement,
        what: format!("{target} is here"),
    });
    advertise(cx, dev, &asked, true, Some(packet.id));
    cx.consume(packet);
}

/// What a solicitation or a router says of its sender is taken in.
fn learn<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    from: Ipv6Addr,
    lladdr: Option<MacAddr>,
    create: bool,
) {
    let Some(mac) = lladdr.filter(|_| !from.is_unspecified()) else {
        return;
    };
    let news = News {
        mac,
        state: NeighbourState::Stale,
        replace: true,
        by_user: false,
    };
    let _ = create;
    state::update::<V6, O>(cx, dev, from, news, true);
}

/// `ndisc_recv_na`.
fn advertisement<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, target: Ipv6Addr) {
    let message = icmpv6::Packet::new_unchecked(packet.bytes());
    let rest = message.rest_of_header();
    let header = ipv6::Packet::new_unchecked(packet.network());
    let (solicited, group) = (rest & SOLICITED != 0, header.dst().is_multicast());
    if solicited && group {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpMalformed);
    }
    if !solicited && cx.net.either6(dev, Conf6::DropUnsolicitedNa) {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::IcmpIgnored);
    }
    cx.see(&packet, dev, Stage::NdpReceive, |_| Event::Arp {
        what: format!("told where {target} is"),
    });
    if let Some(ifa) = cx.net.dev(dev).v6.find(target) {
        if ifa.address.flags.tentative {
            dad::failed(cx, dev, target);
        }
        return cx.consume(packet);
    }
    let lladdr = ndp::lladdr(options(&packet), kind::TARGET_LLADDR);
    let ns = cx.net.ns_of(dev);
    let table = &cx.net.ns(ns).v6.neighbours;
    let known = table.find(dev, target).map(|place| &table.entries[place]);
    let (state, mac) = match known {
        Some(entry) if entry.state != NeighbourState::Failed => (entry.state, entry.mac),
        _ => return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpNotOurs),
    };
    // Without an address it says of one that is known that it is still there.
    let Some(told) = lladdr.or(state.is_valid().then_some(mac)) else {
        return cx.drop(packet, dev, Stage::NdpReceive, DropReason::NdpNotOurs);
    };
    let replaces = rest & OVERRIDE != 0;
    let conflict = state.is_valid() && told != mac && !replaces;
    let news = News {
        mac: if conflict { mac } else { told },
        state: if solicited && !conflict {
            NeighbourState::Reachable
        } else {
            NeighbourState::Stale
        },
        replace: replaces,
        by_user: false,
    };
    if !conflict || state == NeighbourState::Reachable {
        state::update::<V6, O>(cx, dev, target, news, false);
    }
    set_router(cx.net, dev, target, rest & ROUTER != 0);
    cx.consume(packet);
}

/// A neighbour is a router, or no longer one: then it is no default router either.
fn set_router(net: &mut Net, dev: DevId, addr: Ipv6Addr, router: bool) {
    let ns = net.ns_of(dev);
    let table = &mut net.ns_mut(ns).v6.neighbours;
    let Some(place) = table.find(dev, addr) else {
        return;
    };
    let was = core::mem::replace(&mut table.entries[place].router, router);
    if was
        && !router
        && let Some(table) = net.ns_mut(ns).v6.routing.tables.get_mut(table::MAIN)
    {
        table.retain_not(|e| {
            e.protocol == protocol::RA && e.hops().any(|h| h.gateway == Some(addr) && h.dev == dev)
        });
    }
}

/// A host asked for routers.
pub(crate) fn learn_host<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    host: Ipv6Addr,
    options: &[u8],
) {
    let lladdr = ndp::lladdr(options, kind::SOURCE_LLADDR);
    learn(cx, dev, host, lladdr, true);
}

/// A router advertised itself.
pub(crate) fn learn_router<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    router: Ipv6Addr,
    options: &[u8],
) {
    let lladdr = ndp::lladdr(options, kind::SOURCE_LLADDR);
    learn(cx, dev, router, lladdr, true);
    set_router(cx.net, dev, router, true);
}

/// Whether this host answers for `target` on `dev` (`proxy_ndp`, `ip -6 neigh add proxy`).
pub(crate) fn is_proxied(net: &Net, dev: DevId, target: Ipv6Addr) -> bool {
    let device = net.dev(dev);
    let proxies = &net.ns(device.ns).v6.neighbours.proxies;
    device.v6.conf.on(Conf6::Forwarding)
        && net.either6(dev, Conf6::ProxyNdp)
        && (proxies.contains(&(dev, target)) || proxies.contains(&(DevId::NONE, target)))
}

/// Whether a packet, its front the IP header, is a message of neighbour discovery.
pub(crate) fn is_neighbour_message(packet: &Packet) -> bool {
    let header = ipv6::Packet::new_unchecked(packet.bytes());
    let upper = extension::walk(header.next_header(), header.payload()).last();
    upper.is_some_and(|u| {
        let kind = u.bytes.first().map(|t| Type(*t));
        u.kind == IpProtocol::ICMPV6
            && matches!(
                kind,
                Some(
                    Type::ROUTER_SOLICITATION
                        | Type::ROUTER_ADVERTISEMENT
                        | Type::NEIGHBOUR_SOLICITATION
                        | Type::NEIGHBOUR_ADVERTISEMENT
                        | Type::REDIRECT
                )
            )
    })
}
