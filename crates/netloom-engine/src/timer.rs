//! Timers: what is to happen when. The engine reads no clock; its driver asks when the next timer
//! is due and comes back then.

use crate::bridge::StpTimer;
use crate::device::DevId;
use crate::namespace::NsId;
use core::cmp::Reverse;
use netloom_model::Time;
use std::collections::BinaryHeap;

/// What is to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// A neighbour entry's state machine; `stamp` tells a stale timer from the one that counts.
    Neighbour { ns: NsId, entry: u32, stamp: u32 },
    /// A bridge looks for entries that are too old.
    FdbGc { dev: DevId },
    /// A timer of a bridge's spanning tree.
    Stp { dev: DevId, timer: StpTimer },
    /// A proxied ARP request that was held back is answered.
    ProxyArp { ns: NsId },
    /// Fragments that have waited too long for the others.
    Fragments { ns: NsId },
    /// The same of IPv6.
    Fragments6 { ns: NsId },
    /// Addresses whose lifetime ends.
    Addresses { ns: NsId },
    /// An IPv6 neighbour's state machine.
    Neighbour6 { ns: NsId, entry: u32, stamp: u32 },
    /// A proxied neighbour solicitation that was held back is answered.
    ProxyNdp { ns: NsId },
    /// Whether an IPv6 address is free.
    Dad { dev: DevId, id: u32 },
    /// The link is told which groups of IPv6 are listened to.
    Mld { dev: DevId },
    /// What a bridge knows of groups ends, or it asks for them.
    Multicast { dev: DevId },
    /// The link is told which groups of IPv4 are listened to.
    Igmp { dev: DevId },
    /// This router tells hosts of itself; `stamp` tells a stale timer from the one that counts.
    RouterAdvertisement { dev: DevId, stamp: u32 },
    /// Routers are asked for.
    RouterSolicitation { dev: DevId },
    /// IPv6 routes whose lifetime ends.
    Routes6 { ns: NsId },
    /// A TCP connection's next; `stamp` tells it from others that had the socket's place.
    Tcp { socket: u32, stamp: u32 },
    /// Tracked connections that expire.
    Connections { ns: NsId },
    /// TCP connections in TIME-WAIT that end.
    TcpTimeWait { ns: NsId },
}

impl Timer {
    /// Whether nothing but what it is about can change by it: no route, no address, no rule.
    pub(crate) const fn concerns_only_itself(&self) -> bool {
        matches!(
            self,
            Timer::Fragments { .. }
                | Timer::Fragments6 { .. }
                | Timer::Tcp { .. }
                | Timer::TcpTimeWait { .. }
                | Timer::Connections { .. }
                | Timer::FdbGc { .. }
        )
    }
}

/// Timers, the earliest first; among equals the one set first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(Time, u64, Timer)>>,
    set: u64,
}

impl Timers {
    pub(crate) fn set(&mut self, at: Time, timer: Timer) {
        self.set += 1;
        self.heap.push(Reverse((at, self.set, timer)));
    }

    /// When the earliest is due.
    pub(crate) fn next(&self) -> Option<Time> {
        self.heap.peek().map(|Reverse((at, _, _))| *at)
    }

    /// Takes the earliest if it is due by `now`.
    pub(crate) fn due(&mut self, now: Time) -> Option<(Time, Timer)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, timer))| (at, timer))
    }
}
