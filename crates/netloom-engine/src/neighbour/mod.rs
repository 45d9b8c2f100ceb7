//! Neighbours: from protocol addresses on a link to hardware addresses (arp(7), ip-neighbour(8),
//! the state machine of RFC 4861 section 7.3.2 that Linux uses for ARP too).
//!
//! [`output`] is what every packet passes; `state` moves entries from state to state; `arp` asks
//! and answers; `configure` is what users do to the table.

pub(crate) mod arp;
pub(crate) mod configure;
pub(crate) mod proxy;
pub(crate) mod state;

use crate::arena::Arena;
use crate::device::DevId;
use crate::link::{self, Xmit};
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::{Global, Neigh};
use core::net::Ipv4Addr;
use core::time::Duration;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::{LinkFlags, MacAddr, NeighbourState, Time};
use netloom_wire::ethernet;
use std::collections::{BTreeSet, HashMap, VecDeque};

/// The neighbours of a namespace.
#[derive(Clone, Default)]
pub(crate) struct Neighbours {
    places: HashMap<(DevId, Ipv4Addr), u32, foldhash::fast::FixedState>,
    entries: Arena<Entry>,
    /// Addresses that this host answers for, on one device or on all ([`DevId::NONE`]).
    proxies: BTreeSet<(DevId, Ipv4Addr)>,
    /// Answers held back for `proxy_delay`.
    delayed: VecDeque<proxy::Delayed>,
    collected: Time,
}

/// What is known of one neighbour.
#[derive(Clone, Debug)]
struct Entry {
    dev: DevId,
    addr: Ipv4Addr,
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
}

impl Entry {
    fn new(dev: DevId, addr: Ipv4Addr, now: Time) -> Entry {
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
        }
    }
}

/// What a queued packet counts for beside its bytes.
const OVERHEAD: usize = 256;

/// Sends a packet, its front the IP header, to a neighbour: at once if its hardware address is
/// known, else it waits while the neighbour is asked for (`neigh_output`).
#[inline]
pub(crate) fn output<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    dev: DevId,
    next_hop: Ipv4Addr,
    packet: Packet,
) -> Xmit {
    let now = cx.net.now;
    let place = cx
        .net
        .ns(ns)
        .neighbours
        .places
        .get(&(dev, next_hop))
        .copied();
    if let Some(place) = place {
        let entry = &mut cx.net.namespaces[ns.0].neighbours.entries[place];
        let (state, mac) = (entry.state, entry.mac);
        if entry.used != now {
            entry.used = now;
        }
        if state.is_valid() {
            if state == NeighbourState::Stale {
                state::used_while_stale(cx.net, ns, place);
            }
            return resolved(cx, dev, next_hop, (mac, state), packet);
        }
    }
    unresolved(cx, ns, dev, next_hop, place, packet)
}

/// Puts the Ethernet header on and sends.
#[inline]
fn resolved<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    next_hop: Ipv4Addr,
    (dst, state): (MacAddr, NeighbourState),
    mut packet: Packet,
) -> Xmit {
    cx.see(&packet, dev, Stage::Neighbour, |_| Event::Resolved {
        address: next_hop.into(),
        lladdr: dst,
        state,
    });
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
fn unresolved<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    dev: DevId,
    next_hop: Ipv4Addr,
    place: Option<u32>,
    packet: Packet,
) -> Xmit {
    if cx.net.dev(dev).flags.contains(LinkFlags::NOARP) {
        // Nobody is asked on such a device; the frame goes to the device's own address.
        let own = cx.net.dev(dev).mac;
        return resolved(cx, dev, next_hop, (own, NeighbourState::Noarp), packet);
    }
    let Some(place) = place.or_else(|| create(cx.net, ns, dev, next_hop)) else {
        cx.drop(
            packet,
            dev,
            Stage::Neighbour,
            DropReason::NeighbourTableFull,
        );
        return Xmit::Success;
    };
    let asking = cx.net.ns(ns).neighbours.entries[place].state == NeighbourState::Incomplete;
    enqueue(cx, ns, place, packet);
    if !asking {
        state::begin(cx, ns, place);
    }
    Xmit::Success
}

/// Whether a neighbour's hardware address is known; if it is not, the neighbour is asked for.
pub(crate) fn known_or_asked<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    dev: DevId,
    addr: Ipv4Addr,
) -> bool {
    let place = cx.net.ns(ns).neighbours.find(dev, addr);
    let Some(place) = place.or_else(|| create(cx.net, ns, dev, addr)) else {
        return false;
    };
    let state = cx.net.ns(ns).neighbours.entries[place].state;
    if !state.is_valid() && state != NeighbourState::Incomplete {
        state::begin(cx, ns, place);
    }
    state.is_valid()
}

/// Puts a packet into an entry's queue; the oldest makes room (`__neigh_event_send`).
fn enqueue<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, place: u32, packet: Packet) {
    let entry = &cx.net.ns(ns).neighbours.entries[place];
    let (dev, addr) = (entry.dev, entry.addr);
    let limit = cx
        .net
        .dev(dev)
        .neighbour_conf
        .get(Neigh::UnresQlenBytes)
        .max(0) as usize;
    let cost = packet.len() + OVERHEAD;
    loop {
        let entry = &mut cx.net.namespaces[ns.0].neighbours.entries[place];
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
    let queued = cx.net.ns(ns).neighbours.entries[place].queue.len() as u32 + 1;
    cx.see(&packet, dev, Stage::Neighbour, |_| Event::Waits {
        address: addr.into(),
        queued,
    });
    let entry = &mut cx.net.namespaces[ns.0].neighbours.entries[place];
    entry.queued_bytes += cost;
    entry.queue.push_back(packet);
}

/// Makes an entry; none if the table is full and nothing in it can go.
fn create(net: &mut Net, ns: NsId, dev: DevId, addr: Ipv4Addr) -> Option<u32> {
    let now = net.now;
    let settings = &net.ns(ns).settings;
    let most = settings.get(Global::NeighGcThresh3).max(0) as usize;
    let enough = settings.get(Global::NeighGcThresh1).max(0) as usize;
    let stale_after =
        Duration::from_secs(net.ns(ns).neighbour_default.get(Neigh::GcStaleTime).max(0) as u64);
    let table = &mut net.ns_mut(ns).neighbours;
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
    let place = table.entries.insert(Entry::new(dev, addr, now));
    table.places.insert((dev, addr), place);
    Some(place)
}

impl Neighbours {
    /// Forgets every entry for which `gone` holds, with what waits in it.
    fn forget(&mut self, gone: impl Fn(&Entry) -> bool) -> Vec<Packet> {
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
    fn find(&self, dev: DevId, addr: Ipv4Addr) -> Option<u32> {
        self.places.get(&(dev, addr)).copied()
    }
}

impl Neighbours {
    /// Whether a packet waits for an answer, or an answer for its time.
    pub(crate) fn anything_waits(&self) -> bool {
        !self.delayed.is_empty() || self.entries.iter().any(|(_, e)| !e.queue.is_empty())
    }
}
