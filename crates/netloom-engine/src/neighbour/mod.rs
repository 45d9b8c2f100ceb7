//! Neighbours: from protocol addresses on a link to hardware addresses (arp(7), ip-neighbour(8),
//! the state machine of RFC 4861 section 7.3.2 that Linux uses for ARP too).
//!
//! [`output`] is what every packet passes; `state` moves entries from state to state; `arp` asks
//! and answers; `configure` is what users do to the table.

pub(crate) mod arp;
pub(crate) mod configure;
pub(crate) mod ndp;
pub(crate) mod protocol;
pub(crate) mod proxy;
pub(crate) mod restore;
pub(crate) mod state;

use crate::arena::Arena;
use crate::device::DevId;
use crate::link::{self, Xmit};
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::Neigh;
use core::time::Duration;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::{LinkFlags, MacAddr, NeighbourState, Time};
use netloom_wire::ethernet;
use protocol::Protocol;
pub(crate) use restore::address_of;
use std::collections::{BTreeSet, HashMap, VecDeque};

/// The neighbours of a namespace.
#[derive(Clone)]
pub(crate) struct Neighbours<V: Protocol> {
    places: HashMap<(DevId, V::Addr), u32, foldhash::fast::FixedState>,
    entries: Arena<Entry<V>>,
    /// Addresses that this host answers for, on one device or on all ([`DevId::NONE`]).
    proxies: BTreeSet<(DevId, V::Addr)>,
    /// Answers held back for `proxy_delay`.
    delayed: VecDeque<proxy::Delayed<V>>,
    collected: Time,
}

impl<V: Protocol> Default for Neighbours<V> {
    fn default() -> Self {
        Neighbours {
            places: HashMap::default(),
            entries: Arena::default(),
            proxies: BTreeSet::new(),
            delayed: VecDeque::new(),
            collected: Time::default(),
        }
    }
}

/// What is known of one neighbour.
#[derive(Clone, Debug)]
struct Entry<V: Protocol> {
    dev: DevId,
    addr: V::Addr,
    state: NeighbourState,
    mac: MacAddr,
    /// Packets that wait for the address.
    queue: VecDeque<Packet>,
    queued_bytes: usize,
    probes: u32,
    /// Tells the timer that counts from those set earlier.
    stamp: u32,
    used: Time,
    /// When it was last known to be reached; never, for an entry that was only heard of.
    confirmed: Option<Time>,
    updated: Time,
    /// How long a confirmation holds, drawn anew for each.
    reachable: Duration,
    extern_learn: bool,
    router: bool,
    protocol: u8,
    /// It is known to answer nobody: a snapshot told that it failed.
    silent: bool,
}

impl<V: Protocol> Entry<V> {
    fn new(dev: DevId, addr: V::Addr, now: Time) -> Self {
        Entry {
            dev,
            addr,
            state: NeighbourState::None,
            mac: MacAddr::ZERO,
            queue: VecDeque::new(),
            queued_bytes: 0,
            probes: 0,
            stamp: 0,
            used: now,
            confirmed: None,
            updated: now,
            reachable: Duration::from_secs(30),
            extern_learn: false,
            router: false,
            protocol: 0,
            silent: false,
        }
    }
}

/// What a queued packet counts for beside its bytes.
const OVERHEAD: usize = 256;

/// Sends a packet, its front the IP header, to a neighbour: at once if its hardware address is
/// known, else it waits while the neighbour is asked for (`neigh_output`).
#[inline]
pub(crate) fn output<V: Protocol, O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    dev: DevId,
    next_hop: V::Addr,
    packet: Packet,
) -> Xmit {
    let now = cx.net.now;
    let table = V::table(cx.net.ns(ns));
    let place = table.places.get(&(dev, next_hop)).copied();
    if let Some(place) = place {
        let entry = &mut V::table_mut(cx.net.ns_mut(ns)).entries[place];
        let (state, mac) = (entry.state, entry.mac);
        if entry.used != now {
            entry.used = now;
        }
        if state.is_valid() {
            tell_resolved::<V, O>(cx, &packet, dev, next_hop, (mac, state));
            if state == NeighbourState::Stale {
                state::used_while_stale::<V>(cx.net, ns, place);
            }
            return resolved(cx, dev, mac, packet);
        }
    }
    unresolved::<V, O>(cx, ns, dev, next_hop, place, packet)
}

/// Tells the observer who the neighbour is, as the table has it before it is used.
#[inline(always)]
fn tell_resolved<V: Protocol, O: Observer>(
    cx: &mut Cx<'_, O>,
    packet: &Packet,
    dev: DevId,
    next_hop: V::Addr,
    (lladdr, state): (MacAddr, NeighbourState),
) {
    cx.see(packet, dev, Stage::Neighbour, |_| Event::Resolved {
        address: next_hop.into(),
        lladdr,
        state,
    });
}

/// Puts the Ethernet header on and sends.
#[inline(always)]
fn resolved<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, dst: MacAddr, mut packet: Packet) -> Xmit {
    let src = cx.net.dev(dev).mac;
    let ethertype = packet.ethertype;
    ethernet::Header {
        dst,
        src,
        ethertype,
    }
    .emit(packet.push(ethernet::HEADER_LEN));
    link::transmit(cx, dev, packet)
}

/// No entry, or one without an address: the packet waits, the neighbour is asked for.
#[cold]
fn unresolved<V: Protocol, O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    dev: DevId,
    next_hop: V::Addr,
    place: Option<u32>,
    packet: Packet,
) -> Xmit {
    if cx.net.dev(dev).flags.contains(LinkFlags::NOARP) {
        // Nobody is asked on such a device; the frame goes to the device's own address.
        let own = cx.net.dev(dev).mac;
        tell_resolved::<V, O>(cx, &packet, dev, next_hop, (own, NeighbourState::Noarp));
        return resolved(cx, dev, own, packet);
    }
    let Some(place) = place.or_else(|| create::<V>(cx.net, ns, dev, next_hop)) else {
        cx.drop(
            packet,
            dev,
            Stage::Neighbour,
            DropReason::NeighbourTableFull,
        );
        return Xmit::Success;
    };
    let entry = &V::table(cx.net.ns(ns)).entries[place];
    if entry.state == NeighbourState::Noarp {
        let known = (entry.mac, entry.state);
        tell_resolved::<V, O>(cx, &packet, dev, next_hop, known);
        return resolved(cx, dev, known.0, packet);
    }
    let asking = entry.state == NeighbourState::Incomplete;
    enqueue::<V, O>(cx, ns, place, packet);
    if !asking {
        state::begin::<V, O>(cx, ns, place);
    }
    Xmit::Success
}

/// Whether a neighbour's hardware address is known; if it is not, the neighbour is asked for.
pub(crate) fn known_or_asked<V: Protocol, O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    dev: DevId,
    addr: V::Addr,
) -> bool {
    let place = V::table(cx.net.ns(ns)).find(dev, addr);
    let Some(place) = place.or_else(|| create::<V>(cx.net, ns, dev, addr)) else {
        return false;
    };
    let state = V::table(cx.net.ns(ns)).entries[place].state;
    if !state.is_valid() && state != NeighbourState::Incomplete {
        state::begin::<V, O>(cx, ns, place);
    }
    state.is_valid()
}

/// A neighbour's hardware address, if it is known.
pub(crate) fn lladdr_of<V: Protocol>(
    net: &Net,
    ns: NsId,
    dev: DevId,
    addr: V::Addr,
) -> Option<MacAddr> {
    let table = V::table(net.ns(ns));
    let entry = &table.entries[table.find(dev, addr)?];
    entry.state.is_valid().then_some(entry.mac)
}

/// Whether a neighbour is not known to be silent: its address is known, or nobody asked yet.
pub(crate) fn is_good<V: Protocol>(net: &Net, ns: NsId, dev: DevId, addr: V::Addr) -> bool {
    let table = V::table(net.ns(ns));
    let place = table.find(dev, addr);
    place.is_none_or(|place| table.entries[place].state.is_valid())
}

/// Whether a neighbour was asked and did not answer.
pub(crate) fn has_failed<V: Protocol>(net: &Net, ns: NsId, dev: DevId, addr: V::Addr) -> bool {
    let table = V::table(net.ns(ns));
    let place = table.find(dev, addr);
    place.is_some_and(|place| table.entries[place].state == NeighbourState::Failed)
}

/// Puts a packet into an entry's queue; the oldest makes room (`__neigh_event_send`).
fn enqueue<V: Protocol, O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, place: u32, packet: Packet) {
    let entry = &V::table(cx.net.ns(ns)).entries[place];
    let (dev, addr) = (entry.dev, entry.addr);
    let conf = V::conf(cx.net.dev(dev));
    let limit = conf.get(Neigh::UnresQlenBytes).max(0) as usize;
    let cost = packet.len() + OVERHEAD;
    loop {
        let entry = &mut V::table_mut(cx.net.ns_mut(ns)).entries[place];
        if entry.queued_bytes + cost <= limit {
            break;
        }
        let Some(oldest) = entry.queue.pop_front() else {
            break;
        };
        entry.queued_bytes -= oldest.len() + OVERHEAD;
        cx.drop(
            oldest,
            dev,
            Stage::Neighbour,
            DropReason::NeighbourQueueFull,
        );
    }
    let queued = V::table(cx.net.ns(ns)).entries[place].queue.len() as u32 + 1;
    cx.see(&packet, dev, Stage::Neighbour, |_| Event::Waits {
        address: addr.into(),
        queued,
    });
    let entry = &mut V::table_mut(cx.net.ns_mut(ns)).entries[place];
    entry.queued_bytes += cost;
    entry.queue.push_back(packet);
}

/// Makes an entry; none if the table is full and nothing in it can go.
fn create<V: Protocol>(net: &mut Net, ns: NsId, dev: DevId, addr: V::Addr) -> Option<u32> {
    let now = net.now;
    let (enough, most) = V::limits(net.ns(ns));
    let stale_after = V::default_conf(net.ns(ns)).get(Neigh::GcStaleTime).max(0);
    let stale_after = Duration::from_secs(stale_after as u64);
    let constructed = V::constructed(net, dev, addr);
    let table = V::table_mut(net.ns_mut(ns));
    let count = table.entries.len();
    if count >= enough && now.since(table.collected) >= Duration::from_secs(30) {
        table.collected = now;
        table.forget(|e| {
            matches!(e.state, NeighbourState::Stale | NeighbourState::Failed)
                && now.since(e.used) > stale_after
        });
    }
    if table.entries.len() >= most {
        // Forced: whatever is neither set by hand nor in use.
        table.forget(|e| {
            e.queue.is_empty()
                && !matches!(e.state, NeighbourState::Permanent | NeighbourState::Noarp)
                && now.since(e.updated) > Duration::from_secs(5)
        });
    }
    if table.entries.len() >= most {
        return None;
    }
    let mut entry = Entry::new(dev, addr, now);
    if let Some(mac) = constructed {
        (entry.mac, entry.state) = (mac, NeighbourState::Noarp);
    }
    let place = table.entries.insert(entry);
    table.places.insert((dev, addr), place);
    Some(place)
}

impl<V: Protocol> Neighbours<V> {
    /// Forgets every entry for which `gone` holds, with what waits in it.
    fn forget(&mut self, gone: impl Fn(&Entry<V>) -> bool) -> Vec<Packet> {
        let out: Vec<u32> = self
            .entries
            .iter()
            .filter(|(_, e)| gone(e))
            .map(|(place, _)| place)
            .collect();
        let mut waiting = Vec::new();
        for place in out {
            if let Some(entry) = self.entries.remove(place) {
                self.places.remove(&(entry.dev, entry.addr));
                waiting.extend(entry.queue);
            }
        }
        waiting
    }

    /// The entry for an address on a device.
    fn find(&self, dev: DevId, addr: V::Addr) -> Option<u32> {
        self.places.get(&(dev, addr)).copied()
    }
}

impl<V: Protocol> Neighbours<V> {
    /// Whether a packet waits for an answer, or an answer for its time.
    pub(crate) fn anything_waits(&self) -> bool {
        !self.delayed.is_empty() || self.entries.iter().any(|(_, e)| !e.queue.is_empty())
    }
}
