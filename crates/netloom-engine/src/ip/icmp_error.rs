//! ICMP errors about packets that were not delivered (`__icmp_send`, RFC 1122 section 3.2.2,
//! RFC 1812 section 4.3): when they are sent, from which address, and how often.

use super::output::{self, GroupLoop, Header};
use super::with_options;
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::output::Way;
use crate::route::upper::Upper;
use crate::route::{self, Flow};
use crate::sysctl::Global;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_model::socket::PacketType;
use netloom_model::{RouteType, Scope, Time};
use netloom_wire::icmpv4::{Repr, code};
use netloom_wire::{IpProtocol, ipv4};
use std::collections::HashMap;

/// An ICMP error is at most this long, IP header included (RFC 1812 section 4.3.2.3).
const LONGEST: usize = 576;

/// Tokens that a silent peer saves up (`XRLIM_BURST_FACTOR`).
const PEER_BURST: u64 = 6;

/// What a peer that was not heard of has saved up: what it would have in a minute
/// (`inet_getpeer`).
const NEW_PEER: u64 = 60_000_000_000;

/// Peers whose tokens are remembered; beyond, the oldest knowledge goes.
const PEERS: usize = 4096;

/// How many ICMP errors may be sent: by the host as a whole, and to each peer.
#[derive(Clone, Debug, Default)]
pub(crate) struct RateLimit {
    host: Bucket,
    peers: HashMap<IpAddr, Bucket, foldhash::fast::FixedState>,
}

/// A token bucket in nanoseconds of credit.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    credit: u64,
    at: Option<Time>,
}

impl Bucket {
    /// Takes `cost` of credit; a fresh bucket is full.
    fn take(&mut self, now: Time, cost: u64, full: u64) -> bool {
        let gained = self.at.map_or(full, |at| now.since(at).as_nanos() as u64);
        self.credit = self.credit.saturating_add(gained).min(full);
        self.at = Some(now);
        let allowed = self.credit >= cost;
        if allowed {
            self.credit -= cost;
        }
        allowed
    }
}

/// What a packet without a route costs its sender, and how much of that is saved up
/// (`ip_rt_error_cost`, `ip_rt_error_burst`).
const NO_ROUTE_COST: u64 = 1_000_000_000;
const NO_ROUTE_BURST: u64 = 5;

impl RateLimit {
    /// What is left to a peer.
    fn peer(&mut self, now: Time, peer: IpAddr) -> &mut Bucket {
        if self.peers.len() >= PEERS && !self.peers.contains_key(&peer) {
            self.peers
                .retain(|_, b| b.at.is_some_and(|at| now.since(at).as_secs() < 60));
            if self.peers.len() >= PEERS {
                self.peers.clear();
            }
        }
        self.peers.entry(peer).or_insert(Bucket {
            credit: NEW_PEER,
            at: Some(now),
        })
    }

    /// Takes the credit for a message to `peer`: `host` is what it costs the host as a whole and how
    /// many it may save up for, `between` the nanoseconds between two messages to one peer.
    pub(crate) fn take(
        &mut self,
        now: Time,
        (cost, burst): (u64, u64),
        peer: IpAddr,
        between: u64,
    ) -> bool {
        self.host_may(now, cost, burst) && self.peer_may(now, peer, between)
    }

    /// Whether the host as a whole may send one more.
    fn host_may(&mut self, now: Time, cost: u64, burst: u64) -> bool {
        self.host.take(now, cost, cost * burst)
    }

    /// Whether one more may go to `peer`.
    fn peer_may(&mut self, now: Time, peer: IpAddr, between: u64) -> bool {
        let peer = self.peer(now, peer);
        peer.take(now, between, between * PEER_BURST)
    }
}

/// Whether the sender of a packet that has no route is told so: this alone costs a token, whatever
/// the message costs then (`ip_error`).
pub(crate) fn may_tell_no_route(net: &mut Net, ns: NsId, sender: Ipv4Addr) -> bool {
    let now = net.now;
    let peer = net.ns_mut(ns).icmp_limit.peer(now, sender.into());
    peer.take(now, NO_ROUTE_COST, NO_ROUTE_BURST * NO_ROUTE_COST)
}

/// Whether an error of this type may go to `peer` now.
fn allowed(net: &mut Net, ns: NsId, kind: u8, code: u8, peer: Ipv4Addr) -> bool {
    let now = net.now;
    let namespace = net.ns_mut(ns);
    let settings = &namespace.settings;
    let mask = settings.get(Global::IcmpRatemask);
    // Path MTU discovery is never held up.
    if (kind == 3 && code == code::FRAGMENTATION_NEEDED) || kind > 31 || mask >> kind & 1 == 0 {
        return true;
    }
    let per_second = settings.get(Global::IcmpMsgsPerSec).max(1) as u64;
    let burst = settings.get(Global::IcmpMsgsBurst).max(0) as u64;
    let peer_cost = settings.get(Global::IcmpRatelimit) as u64 * 1_000_000;
    let cost = 1_000_000_000 / per_second;
    let limit = &mut namespace.icmp_limit;
    let counter = if !limit.host_may(now, cost, burst) {
        Counter::IcmpOutRateLimitGlobal
    } else if !limit.peer_may(now, peer.into(), peer_cost) {
        Counter::IcmpOutRateLimitHost
    } else {
        return true;
    };
    namespace.mib.count(counter);
    false
}

/// Tells the sender of a packet what became of it. The packet's front, or its network header, is
/// its IP header; `dev` received it.
pub(crate) fn send<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: &Packet,
    message: impl for<'a> FnOnce(&'a [u8]) -> Repr<'a>,
) {
    if cx.net.icmp_sends[0] {
        return;
    }
    let ns = cx.net.ns_of(dev);
    let Ok(header) = ipv4::Packet::new_header(packet.network()) else {
        return;
    };
    let (src, dst) = (header.src(), header.dst());
    // Never about a group, a fragment but the first, or another error.
    let group = dst.is_multicast()
        || matches!(
            packet.packet_type,
            PacketType::Broadcast | PacketType::Multicast
        )
        || route::address_kind(cx.net, ns, dst) == RouteType::Broadcast;
    let about_error = super::receive::icmp_type(&header).is_some_and(counts_as_error);
    // Who has no address is this host, which hears of it by its loopback.
    if group || header.frag_offset() != 0 || about_error {
        return;
    }
    // What was on its way out had no address here, whatever its destination looks like.
    let leaving = packet.packet_type == PacketType::Outgoing;
    let looped = packet.local && cx.net.dev(dev).is_loopback();
    let own = (looped || !leaving) && route::address_kind(cx.net, ns, dst) == RouteType::Local;
    let inbound = cx
        .net
        .ns(ns)
        .settings
        .on(Global::IcmpErrorsUseInboundIfaddr);
    let source = if own {
        dst
    } else if inbound && !leaving {
        let by = packet.received_by(dev);
        route::source::select(cx.net, ns, by, src, Scope::LINK).unwrap_or(Ipv4Addr::UNSPECIFIED)
    } else {
        Ipv4Addr::UNSPECIFIED
    };
    let Ok(options) = with_options::answer(cx.net, ns, packet) else {
        return;
    };
    let first_stop = options.as_ref().and_then(|o| o.first_stop);
    let more = options.as_ref().map_or(0, |o| o.bytes.len());
    let room = LONGEST - ipv4::HEADER_LEN - 8 - more;
    let original = &packet.network()[..packet.network().len().min(room)];
    let repr = message(original);
    let (kind, code) = repr.type_and_code();
    let error = kind.is_error();
    let tos = if error {
        (header.tos() & 0x1e) | 0xc0
    } else {
        header.tos()
    };
    let flow = Flow {
        src: source,
        tos: tos & super::receive::TOS_MASK,
        upper: Upper::icmp(IpProtocol::ICMP, kind.0, code),
        ..Flow::to(first_stop.unwrap_or(src))
    };
    let Ok(way) = route::output::route(cx.net, ns, &flow, false) else {
        return;
    };
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes);
    let loopback = cx.net.dev(way.dev).is_loopback();
    if !loopback && !allowed(cx.net, ns, kind.0, code, src) {
        cx.net.ns_mut(ns).drops.count(DropReason::IcmpRateLimited);
        return;
    }
    let fields = Header {
        protocol: IpProtocol::ICMP.0,
        ttl: way.ttl(cx.net, ns),
        tos,
        df: false,
        options: options.as_ref().map(|options| (options, src)),
        mark: 0,
    };
    let mut out = output::build(cx, ns, &way, &fields, &bytes);
    cx.see(packet, dev, Stage::IcmpSend, |_| Event::Answered {
        with: Origin::IcmpError,
        what: describe(kind, code, src),
    });
    out.ct = packet.ct.of_answer();
    cx.born(&mut out, Some(packet.id), Origin::IcmpError);
    transmit(cx, ns, &way, out);
}

/// Whether no error is sent about a message: those that ask and answer are known, all else may be an
/// error (RFC 1122 section 3.2.2).
fn counts_as_error(kind: netloom_wire::icmpv4::Type) -> bool {
    !matches!(kind.0, 0 | 8 | 13..=18)
}

/// Sends a message of ICMP.
pub(super) fn transmit<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, way: &Way, out: Packet) {
    cx.net.icmp_sends[0] = true;
    output::send(cx, ns, way, out, GroupLoop(false));
    cx.net.icmp_sends[0] = false;
}

/// An error in words.
fn describe(kind: netloom_wire::icmpv4::Type, code: u8, to: Ipv4Addr) -> String {
    let name = netloom_wire::icmpv4::description(kind, code).unwrap_or("ICMP error");
    format!("{name} to {to}")
}

/// Tells a sender on the link of a better gateway: `ip_rt_send_redirect`.
pub(crate) fn redirect<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: &Packet,
    gateway: Ipv4Addr,
) {
    send(cx, dev, packet, |original| Repr::Redirect {
        code: code::REDIRECT_HOST,
        gateway,
        original,
    });
}

/// The next hop of a packet does not answer: local senders get `EHOSTUNREACH`, others an ICMP host
/// unreachable (`ipv4_link_failure`). The packet's front is its IP header.
pub(crate) fn link_failure<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    packet.set_network();
    send(cx, dev, &packet, |original| Repr::DestUnreachable {
        code: code::HOST_UNREACHABLE,
        mtu: 0,
        original,
    });
    cx.drop(packet, dev, Stage::Neighbour, DropReason::NeighbourFailed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_without_a_route_is_told_twice_at_once_then_once_in_two_seconds() {
        let mut limit = RateLimit::default();
        let peer = Ipv4Addr::new(10, 0, 0, 1);
        let mut told = |at: u64| {
            let now = Time(at * 1_000_000_000);
            let bucket = limit.peer(now, peer.into());
            bucket.take(now, NO_ROUTE_COST, NO_ROUTE_BURST * NO_ROUTE_COST)
                && bucket.take(now, NO_ROUTE_COST, PEER_BURST * NO_ROUTE_COST)
        };
        assert_eq!([told(1), told(1), told(1)], [true, true, false]);
        assert_eq!([told(2), told(3), told(4)], [false, false, false]);
        assert!(told(6));
    }
}
