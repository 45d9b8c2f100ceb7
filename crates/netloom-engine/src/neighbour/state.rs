//! The state machine of a neighbour entry (`neigh_update`, `neigh_timer_handler`).

use super::protocol::Protocol;
use super::{Entry, create};
use crate::device::DevId;
use crate::link;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::sysctl::Neigh;
use core::time::Duration;
use netloom_model::MacAddr;
use netloom_model::NeighbourState as State;
use netloom_model::journey::{Event, Stage};
use netloom_wire::ethernet;

/// What is learned of a neighbour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct News {
    pub(crate) mac: MacAddr,
    /// The state that the news justify.
    pub(crate) state: State,
    /// Whether another address than the known one is believed.
    pub(crate) replace: bool,
    /// Whether a user says so.
    pub(crate) by_user: bool,
}

fn entry<V: Protocol>(net: &mut Net, ns: NsId, place: u32) -> &mut Entry<V> {
    &mut V::table_mut(net.ns_mut(ns)).entries[place]
}

fn seconds<V: Protocol>(net: &Net, dev: DevId, key: Neigh) -> Duration {
    Duration::from_secs(V::conf(net.dev(dev)).get(key).max(0) as u64)
}

fn retransmit<V: Protocol>(net: &Net, dev: DevId) -> Duration {
    let ms = V::conf(net.dev(dev)).get(Neigh::RetransTimeMs).max(10) as u64;
    Duration::from_millis(ms)
}

/// Moves an entry to a state; the timer that was set no longer counts.
pub(super) fn enter<V: Protocol>(
    net: &mut Net,
    ns: NsId,
    place: u32,
    state: State,
    after: Option<Duration>,
) {
    let at = after.map(|after| net.now + after);
    let entry = entry::<V>(net, ns, place);
    entry.state = state;
    entry.stamp = entry.stamp.wrapping_add(1);
    let stamp = entry.stamp;
    if let Some(at) = at {
        net.timers.set(at, V::timer(ns, place, stamp));
    }
}

/// Confirmed now: reachable for a random time around `base_reachable_time`, between half and one
/// and a half of it.
fn enter_reachable<V: Protocol>(net: &mut Net, ns: NsId, place: u32) {
    let dev = entry::<V>(net, ns, place).dev;
    let base = V::conf(net.dev(dev)).get(Neigh::BaseReachableTimeMs).max(1) as u64;
    let reachable = Duration::from_millis(base / 2 + net.random.below(base));
    entry::<V>(net, ns, place).reachable = reachable;
    enter::<V>(net, ns, place, State::Reachable, Some(reachable));
}

/// An entry that is stale is used: it is to be confirmed soon.
pub(super) fn used_while_stale<V: Protocol>(net: &mut Net, ns: NsId, place: u32) {
    let dev = entry::<V>(net, ns, place).dev;
    let delay = seconds::<V>(net, dev, Neigh::DelayFirstProbeTime);
    let now = net.now;
    entry::<V>(net, ns, place).updated = now;
    enter::<V>(net, ns, place, State::Delay, Some(delay));
}

/// Asks for the first time.
pub(super) fn begin<V: Protocol, O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, place: u32) {
    let now = cx.net.now;
    let dev = entry::<V>(cx.net, ns, place).dev;
    let conf = V::conf(cx.net.dev(dev));
    let unicast = conf.get(Neigh::UcastSolicit).max(0) as u32;
    if conf.get(Neigh::McastSolicit) + conf.get(Neigh::AppSolicit) <= 0 {
        enter::<V>(cx.net, ns, place, State::Failed, None);
        return fail::<V, O>(cx, ns, place);
    }
    let e = entry::<V>(cx.net, ns, place);
    e.probes = unicast;
    e.updated = now;
    let after = retransmit::<V>(cx.net, dev);
    enter::<V>(cx.net, ns, place, State::Incomplete, Some(after));
    probe::<V, O>(cx, ns, place);
}

/// Sends one request.
fn probe<V: Protocol, O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, place: u32) {
    let e = entry::<V>(cx.net, ns, place);
    let (dev, addr, mac) = (e.dev, e.addr, e.mac);
    let unicast = e.state == State::Probe;
    let known = (unicast && e.state.is_valid()).then_some(mac);
    let cause = e.queue.front().map(|p| p.id);
    let source = e.queue.front().and_then(V::source_of);
    e.probes += 1;
    let limit = V::conf(cx.net.dev(dev)).get(Neigh::UcastSolicit).max(0) as u32;
    let known = known.filter(|_| entry::<V>(cx.net, ns, place).probes <= limit);
    V::solicit(cx, dev, addr, source, known, cause);
}

/// A timer of an entry is due.
pub(crate) fn timer<V: Protocol, O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    place: u32,
    stamp: u32,
) {
    let now = cx.net.now;
    let Some(namespace) = cx.net.namespaces.get(ns.0) else {
        return;
    };
    let Some(e) = V::table(namespace)
        .entries
        .get(place)
        .filter(|e| e.stamp == stamp)
    else {
        return;
    };
    let (dev, state, used, confirmed, probes) = (e.dev, e.state, e.used, e.confirmed, e.probes);
    let delay = seconds::<V>(cx.net, dev, Neigh::DelayFirstProbeTime);
    match state {
        State::Reachable if now.since(used) <= delay => {
            enter::<V>(cx.net, ns, place, State::Delay, Some(delay));
        }
        State::Reachable => {
            entry::<V>(cx.net, ns, place).updated = now;
            enter::<V>(cx.net, ns, place, State::Stale, None);
            super::configure::tell::<V>(cx.net, ns, place, false);
        }
        State::Delay if confirmed.is_some_and(|at| now.since(at) <= delay) => {
            enter_reachable::<V>(cx.net, ns, place);
            super::configure::tell::<V>(cx.net, ns, place, false);
        }
        State::Delay => {
            entry::<V>(cx.net, ns, place).probes = 0;
            let after = retransmit::<V>(cx.net, dev);
            enter::<V>(cx.net, ns, place, State::Probe, Some(after));
            super::configure::tell::<V>(cx.net, ns, place, false);
            probe::<V, O>(cx, ns, place);
        }
        State::Incomplete | State::Probe => {
            if probes >= most_probes::<V>(cx.net, dev, state) {
                if super::restore::assume::<V, O>(cx, ns, place) {
                    return;
                }
                entry::<V>(cx.net, ns, place).updated = now;
                enter::<V>(cx.net, ns, place, State::Failed, None);
                super::configure::tell::<V>(cx.net, ns, place, false);
                return fail::<V, O>(cx, ns, place);
            }
            let after = retransmit::<V>(cx.net, dev);
            enter::<V>(cx.net, ns, place, state, Some(after));
            probe::<V, O>(cx, ns, place);
        }
        _ => {}
    }
}

fn most_probes<V: Protocol>(net: &Net, dev: DevId, state: State) -> u32 {
    let conf = V::conf(net.dev(dev));
    let group = if state == State::Probe {
        Neigh::McastResolicit
    } else {
        Neigh::McastSolicit
    };
    let most = [Neigh::UcastSolicit, Neigh::AppSolicit, group].map(|k| conf.get(k).max(0) as u32);
    most.iter().sum()
}

/// Nobody answered: whatever waits is told.
fn fail<V: Protocol, O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, place: u32) {
    let e = entry::<V>(cx.net, ns, place);
    let dev = e.dev;
    e.queued_bytes = 0;
    for packet in core::mem::take(&mut e.queue) {
        V::unreachable(cx, dev, packet);
    }
}

/// Takes news of a neighbour in; makes its entry if `create_it` and there is none.
pub(crate) fn update<V: Protocol, O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    addr: V::Addr,
    news: News,
    create_it: bool,
) {
    let ns = cx.net.ns_of(dev);
    let found = V::table(cx.net.ns(ns)).find(dev, addr);
    let made = || {
        if create_it {
            create::<V>(cx.net, ns, dev, addr)
        } else {
            None
        }
    };
    let Some(place) = found.or_else(made) else {
        return;
    };
    let now = cx.net.now;
    let e = entry::<V>(cx.net, ns, place);
    let old = e.state;
    let by_hand = matches!(old, State::Permanent | State::Noarp);
    let known = old.is_valid();
    if !news.by_user && (by_hand || (known && e.mac != news.mac && !news.replace)) {
        return;
    }
    let same = known && e.mac == news.mac;
    let state = if same && news.state == State::Stale && !news.by_user {
        old
    } else {
        news.state
    };
    e.mac = news.mac;
    if matches!(
        news.state,
        State::Reachable | State::Permanent | State::Noarp
    ) {
        e.confirmed = Some(now);
    }
    if !same || state != old {
        e.updated = now;
    }
    match state {
        State::Reachable => enter_reachable::<V>(cx.net, ns, place),
        _ if state == old => {}
        State::Delay => {
            let delay = seconds::<V>(cx.net, dev, Neigh::DelayFirstProbeTime);
            enter::<V>(cx.net, ns, place, state, Some(delay));
        }
        State::Probe => {
            entry::<V>(cx.net, ns, place).probes = 0;
            let after = retransmit::<V>(cx.net, dev);
            enter::<V>(cx.net, ns, place, state, Some(after));
        }
        state => enter::<V>(cx.net, ns, place, state, None),
    }
    if !same || state != old {
        super::configure::tell::<V>(cx.net, ns, place, false);
    }
    if !known && state.is_valid() {
        release::<V, O>(cx, ns, place);
    }
}

/// Sends what waited.
fn release<V: Protocol, O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, place: u32) {
    let e = entry::<V>(cx.net, ns, place);
    let (dev, dst) = (e.dev, e.mac);
    e.queued_bytes = 0;
    let src = cx.net.dev(dev).mac;
    for mut packet in core::mem::take(&mut entry::<V>(cx.net, ns, place).queue) {
        cx.see(&packet, dev, Stage::Neighbour, |_| Event::Released {
            lladdr: dst,
        });
        let ethertype = packet.ethertype;
        ethernet::Header {
            dst,
            src,
            ethertype,
        }
        .emit(packet.push(ethernet::HEADER_LEN));
        link::transmit(cx, dev, packet);
    }
}
