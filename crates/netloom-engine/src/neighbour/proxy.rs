//! Proxy ARP (RFC 1027, ip-sysctl's `proxy_arp`, `proxy_arp_pvlan`): answering for others.

use super::protocol::Protocol;
use super::state::{self, News};
use crate::device::DevId;
use crate::ip::version::V4;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::{Conf, Neigh};
use core::net::Ipv4Addr;
use core::time::Duration;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_model::socket::PacketType;
use netloom_model::{NeighbourState, Time};
use netloom_wire::arp::Repr;

/// An answer that is held back, so that the true owner comes first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delayed<V: Protocol> {
    at: Time,
    dev: DevId,
    message: V::Request,
    cause: u32,
}

impl<V: Protocol> Delayed<V> {
    /// The device that answers.
    pub(super) fn dev(&self) -> DevId {
        self.dev
    }
}

/// Whether `dev` answers for `target`, which is behind `out`.
pub(super) fn answers(net: &Net, dev: DevId, target: Ipv4Addr, out: DevId) -> bool {
    if out == dev {
        return net.either(dev, Conf::ProxyArpPvlan);
    }
    let proxies = &net.ns(net.ns_of(dev)).neighbours.proxies;
    net.either(dev, Conf::ProxyArp)
        || proxies.contains(&(dev, target))
        || proxies.contains(&(DevId::NONE, target))
}

/// Answers for another, at once or after a random part of `proxy_delay`.
pub(super) fn answer<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet, message: &Repr) {
    let news = News {
        mac: message.sender_mac,
        state: NeighbourState::Stale,
        replace: true,
        by_user: false,
    };
    state::update::<V4, O>(cx, dev, message.sender_ip, news, true);
    cx.see(&packet, dev, Stage::ArpReceive, |_| Event::Answered {
        with: Origin::ArpReply,
        what: format!("{} is behind here (proxy)", message.target_ip),
    });
    hold::<V4, O>(cx, dev, packet, *message);
}

/// Answers a request for another at once, or after a random part of `proxy_delay` where everybody
/// was asked (`pneigh_enqueue`).
pub(super) fn hold<V: Protocol, O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: Packet,
    message: V::Request,
) {
    let conf = V::conf(cx.net.dev(dev));
    let delay = conf.get(Neigh::ProxyDelay).max(0) as u64; // USER_HZ ticks
    let limit = conf.get(Neigh::ProxyQlen).max(0) as usize;
    if packet.packet_type == PacketType::Host || delay == 0 {
        V::answer(cx, dev, &message, Some(packet.id));
        return cx.consume(packet);
    }
    let ns = cx.net.ns_of(dev);
    if V::table(cx.net.ns(ns)).delayed.len() > limit {
        let reason = DropReason::NeighbourQueueFull;
        return cx.drop(packet, dev, V::RECEIVE, reason);
    }
    let wait = Duration::from_millis(cx.net.random.below(delay * 10));
    let at = cx.net.now + wait;
    let delayed = Delayed {
        at,
        dev,
        message,
        cause: packet.id,
    };
    V::table_mut(cx.net.ns_mut(ns)).delayed.push_back(delayed);
    cx.net.timers.set(at, V::proxy_timer(ns));
    cx.consume(packet);
}

/// Gives the answers whose time has come.
pub(crate) fn timer<V: Protocol, O: Observer>(cx: &mut Cx<'_, O>, ns: NsId) {
    let now = cx.net.now;
    let Some(namespace) = cx.net.namespaces.get_mut(ns.0) else {
        return;
    };
    let table = V::table_mut(namespace);
    let all = core::mem::take(&mut table.delayed);
    let (due, later): (Vec<_>, Vec<_>) = all.into_iter().partition(|d| d.at <= now);
    table.delayed = later.into();
    for delayed in due {
        V::answer(cx, delayed.dev, &delayed.message, Some(delayed.cause));
    }
}
