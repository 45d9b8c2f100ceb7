//! Fragments for this host wait for the others and are joined (`ip_defrag`, RFC 791 section 3.2,
//! RFC 5722 for what overlaps: the whole packet is given up).
//!
//! Left out: the check for fragments that come too far apart (`ipfrag_max_dist`).

use super::fragment::UNIT;
use super::icmp_error;
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::Global;
use crate::timer::Timer;
use core::net::Ipv4Addr;
use core::time::Duration;
use netloom_model::Time;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_wire::IpProtocol;
use netloom_wire::icmpv4::{Repr, code};
use netloom_wire::ipv4;
use std::collections::BTreeMap;

/// What a fragment counts for beside its bytes, as for Linux a buffer's own size does.
const OVERHEAD: usize = 768;

/// Which packet a fragment is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    src: Ipv4Addr,
    dst: Ipv4Addr,
    protocol: IpProtocol,
    ident: u16,
}

/// The fragments of one packet that have come.
#[derive(Clone, Debug)]
struct Queue {
    /// By place, none over another: where it begins in the packet's payload, and the fragment, its
    /// front the IP header.
    pieces: BTreeMap<usize, Packet>,
    /// How long the payload is at least; exactly, once the last fragment is here.
    len: usize,
    last_is_here: bool,
    dev: DevId,
    until: Time,
}

/// The packets of a namespace of which parts are missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fragments {
    queues: BTreeMap<Key, Queue>,
    /// What all of them count for.
    size: usize,
}

fn cost(piece: &Packet) -> usize {
    piece.len() + OVERHEAD
}

fn payload_len(piece: &Packet) -> usize {
    piece.len() - ipv4::Packet::new_unchecked(piece.bytes()).header_len()
}

/// What a fragment did.
enum Outcome {
    Waits,
    /// All parts are here.
    Whole,
    /// It alone is not wanted.
    Refused(DropReason, Packet),
    /// The packet that it is of is given up.
    GivenUp(DropReason, Packet),
}

/// Takes a fragment, its front the IP header: the whole packet, if this was the last part.
pub(super) fn take<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) -> Option<Packet> {
    let ns = cx.net.ns_of(dev);
    let header = ipv4::Packet::new_unchecked(packet.bytes());
    let key = Key {
        src: header.src(),
        dst: header.dst(),
        protocol: header.protocol(),
        ident: header.ident(),
    };
    let most = cx.net.ns(ns).settings.get(Global::IpfragHighThresh).max(0) as usize;
    let new = !cx.net.ns(ns).fragments.queues.contains_key(&key);
    // No memory at all is no fragment at all, not one (ip-sysctl, ipfrag_high_thresh).
    if new && (most == 0 || cx.net.ns(ns).fragments.size > most) {
        cx.drop(packet, dev, Stage::Reassembly, DropReason::ReassemblyFull);
        return None;
    }
    if new {
        begin(cx.net, ns, key, dev);
    }
    cx.see(&packet, dev, Stage::Reassembly, |_| Event::WaitsForRest);
    match cx.net.ns_mut(ns).fragments.add(key, packet) {
        Outcome::Waits => None,
        Outcome::Whole => join(cx, ns, key, dev),
        Outcome::Refused(reason, packet) => {
            cx.drop(packet, dev, Stage::Reassembly, reason);
            None
        }
        Outcome::GivenUp(reason, packet) => {
            cx.drop(packet, dev, Stage::Reassembly, reason);
            give_up(cx, ns, key, reason);
            None
        }
    }
}

fn begin(net: &mut Net, ns: NsId, key: Key, dev: DevId) {
    let seconds = net.ns(ns).settings.get(Global::IpfragTime).max(0) as u64;
    let until = net.now + Duration::from_secs(seconds);
    net.timers.set(until, Timer::Fragments { ns });
    let queue = Queue {
        pieces: BTreeMap::new(),
        len: 0,
        last_is_here: false,
        dev,
        until,
    };
    net.ns_mut(ns).fragments.queues.insert(key, queue);
}

impl Fragments {
    /// Puts a fragment in its place.
    fn add(&mut self, key: Key, mut packet: Packet) -> Outcome {
        let Some(queue) = self.queues.get_mut(&key) else {
            return Outcome::Refused(DropReason::ReassemblyIncomplete, packet);
        };
        let header = ipv4::Packet::new_unchecked(packet.bytes());
        let (from, more) = (usize::from(header.frag_offset()), header.mf());
        let header_len = header.header_len();
        if more {
            // Only the last may end between units.
            let whole = payload_len(&packet) / UNIT * UNIT;
            packet.truncate(header_len + whole);
        }
        let to = from + payload_len(&packet);
        let beyond = queue.last_is_here && to > queue.len;
        let contradicts = !more && (to < queue.len || (queue.last_is_here && to != queue.len));
        if from == to || beyond || contradicts || to > ipv4::MAX_LEN - header_len {
            return Outcome::GivenUp(DropReason::FragmentMalformed, packet);
        }
        match queue.room(from, to) {
            Room::Free => {}
            Room::Taken => return Outcome::Refused(DropReason::FragmentRepeated, packet),
            Room::Overlaps => return Outcome::GivenUp(DropReason::FragmentOverlap, packet),
        }
        queue.len = queue.len.max(to);
        queue.last_is_here |= !more;
        self.size += cost(&packet);
        queue.pieces.insert(from, packet);
        if queue.is_whole() {
            Outcome::Whole
        } else {
            Outcome::Waits
        }
    }

    fn remove(&mut self, key: Key) -> Option<Queue> {
        let queue = self.queues.remove(&key)?;
        self.size -= queue.pieces.values().map(cost).sum::<usize>();
        Some(queue)
    }
}

/// Whether a part of the payload has come already.
enum Room {
    Free,
    Taken,
    Overlaps,
}

impl Queue {
    fn room(&self, from: usize, to: usize) -> Room {
        // Neighbouring fragments are one run; whatever lies within a run is a repetition.
        let mut run = 0..0;
        for (start, piece) in &self.pieces {
            let end = start + payload_len(piece);
            run = if run.end == *start && run.end > 0 {
                run.start..end
            } else {
                *start..end
            };
            if from >= run.start && to <= run.end {
                return Room::Taken;
            }
        }
        let clashes =
            |(start, piece): (&usize, &Packet)| *start < to && from < start + payload_len(piece);
        if self.pieces.iter().any(clashes) {
            Room::Overlaps
        } else {
            Room::Free
        }
    }

    fn is_whole(&self) -> bool {
        let here: usize = self.pieces.values().map(payload_len).sum();
        self.last_is_here && here == self.len
    }
}

/// Joins the fragments behind the first one's header.
fn join<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, key: Key, dev: DevId) -> Option<Packet> {
    let queue = cx.net.ns_mut(ns).fragments.remove(key)?;
    let first = queue.pieces.get(&0)?;
    let header_len = ipv4::Packet::new_unchecked(first.bytes()).header_len();
    let total = header_len + queue.len;
    if total > ipv4::MAX_LEN {
        cx.net
            .dev_mut(dev)
            .drops
            .count(DropReason::FragmentMalformed);
        return None;
    }
    let mut whole = cx.net.pool.take(total);
    whole.bytes_mut()[..header_len].copy_from_slice(&first.bytes()[..header_len]);
    for (from, piece) in &queue.pieces {
        let payload = &piece.bytes()[piece.len() - payload_len(piece)..];
        let at = header_len + from;
        whole.bytes_mut()[at..at + payload.len()].copy_from_slice(payload);
    }
    let mut header = ipv4::Packet::new_unchecked(whole.bytes_mut());
    header.set_total_len(total as u16);
    header.set_fragment(false, false, 0);
    header.fill_checksum();
    whole.follow(first);
    whole.id = first.id;
    whole.set_network();
    let pieces = queue.pieces.len() as u32;
    cx.see(&whole, dev, Stage::Reassembly, |_| Event::Joined { pieces });
    for piece in queue.pieces.into_values() {
        cx.consume(piece);
    }
    Some(whole)
}

/// Forgets a packet of which parts are missing; each part that came is counted.
fn give_up<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, key: Key, reason: DropReason) {
    let Some(queue) = cx.net.ns_mut(ns).fragments.remove(key) else {
        return;
    };
    for piece in queue.pieces.into_values() {
        if cx.net.devices.get(queue.dev.0).is_some() {
            cx.drop(piece, queue.dev, Stage::Reassembly, reason);
        } else {
            cx.drop_in(piece, ns, Stage::Reassembly, reason);
        }
    }
}

/// Gives up what has waited too long; the sender is told if the first part came (`ip_expire`, RFC
/// 792 "Time Exceeded").
pub(crate) fn expire<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId) {
    let now = cx.net.now;
    let Some(namespace) = cx.net.namespaces.get(ns.0) else {
        return;
    };
    let queues = namespace.fragments.queues.iter();
    let late: Vec<Key> = queues
        .filter(|(_, queue)| queue.until <= now)
        .map(|(key, _)| *key)
        .collect();
    for key in late {
        let queue = cx.net.ns_mut(ns).fragments.queues.get_mut(&key);
        let first = queue.and_then(|q| Some((q.dev, q.pieces.get(&0)?.clone())));
        if let Some((dev, first)) = first.filter(|(dev, _)| cx.net.devices.get(dev.0).is_some()) {
            icmp_error::send(cx, dev, &first, |original| Repr::TimeExceeded {
                code: code::REASSEMBLY_EXCEEDED,
                original,
            });
        }
        give_up(cx, ns, key, DropReason::ReassemblyIncomplete);
    }
}
