//! Fragments for this host wait for the others and are joined (`ip_defrag`, `ipv6_frag_rcv`; RFC 791
//! section 3.2, RFC 8200 section 4.5; RFC 5722 for what overlaps: the whole packet is given up).
//!
//! What the versions of IP do alike is here; [`Reassembly`] is what each does in its own way.
//!
//! Left out: the check for fragments that come too far apart (`ipfrag_max_dist`), and fragments
//! whose marks of congestion contradict each other (RFC 3168 section 5.3).

mod v4;

pub(crate) use v4::Key as Key4;

use super::fragment::UNIT;
use super::version::IpVersion;
use crate::device::DevId;
use crate::namespace::{Namespace, NsId};
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::timer::Timer;
use core::fmt::Debug;
use core::time::Duration;
use netloom_model::Time;
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_wire::EtherType;
use std::collections::BTreeMap;

/// How a version of IP says what a fragment is, and makes the whole of its fragments.
pub(crate) trait Reassembly: IpVersion {
    /// Which packet a fragment is of.
    type Key: Copy + Debug + Ord;
    /// Where journeys see it.
    const STAGE: Stage;
    /// What counts the fragments, the packets joined, those given up, and of these those that were
    /// late.
    const COUNTERS: [Counter; 4];
    /// The longest packet: what counts of the headers, and the payload.
    const LONGEST: usize;

    /// The packets of a namespace of which parts are missing.
    fn fragments(ns: &mut Namespace) -> &mut Fragments<Self>;
    /// The most that they may count for, and how many seconds they are waited for.
    fn limits(ns: &Namespace) -> (usize, u64);
    /// The timer that looks for those that have waited too long.
    fn timer(ns: NsId) -> Timer;
    /// What a fragment says of itself.
    fn piece(packet: &Packet) -> Piece;
    /// Of the headers that the whole keeps, how many bytes count for its length.
    fn counted(piece: &Piece) -> usize;
    /// Makes the header of the first fragment, which is at the front of `whole`, that of the whole.
    fn finish(whole: &mut [u8], first: &Packet);
    /// Tells the sender that the others did not come in time.
    fn too_late<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, first: &Packet);
}

/// What a fragment, its front the IP header, says of itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// How many bytes of headers the whole keeps.
    pub(crate) kept: usize,
    /// Where the fragment's part of the payload begins.
    pub(crate) payload: usize,
    /// Where it belongs.
    pub(crate) from: usize,
    /// Whether more follow.
    pub(crate) more: bool,
}

/// What a fragment counts for beside its bytes, as for Linux a buffer's own size does.
const OVERHEAD: usize = 768;

/// The fragments of one packet that have come.
#[derive(Clone, Debug)]
struct Queue {
    /// By place, none over another: where it begins in the packet's payload, and the fragment, its
    /// front the IP header.
    pieces: BTreeMap<usize, Part>,
    /// How long the payload is at least; exactly, once the last fragment is here.
    len: usize,
    last_is_here: bool,
    dev: DevId,
    until: Time,
}

/// The packets of a namespace of which parts are missing.
#[derive(Clone, Debug)]
pub(crate) struct Fragments<V: Reassembly> {
    queues: BTreeMap<V::Key, Queue>,
    /// What all of them count for.
    size: usize,
}

impl<V: Reassembly> Default for Fragments<V> {
    fn default() -> Self {
        Fragments {
            queues: BTreeMap::new(),
            size: 0,
        }
    }
}

/// A fragment, and where its part of the payload begins in it.
#[derive(Clone, Debug)]
struct Part {
    packet: Packet,
    payload: usize,
}

impl Part {
    fn len(&self) -> usize {
        self.packet.len() - self.payload
    }

    fn cost(&self) -> usize {
        self.packet.len() + OVERHEAD
    }
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

/// Takes a fragment of the packet `key`, its front the IP header: the whole packet, if this was the
/// last part.
pub(crate) fn take<V: Reassembly, O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    key: V::Key,
    packet: Packet,
) -> Option<Packet> {
    let ns = cx.net.ns_of(dev);
    let [asked, _, failed, _] = V::COUNTERS;
    cx.net.count(ns, asked);
    let (most, seconds) = V::limits(cx.net.ns(ns));
    let waiting = V::fragments(cx.net.ns_mut(ns));
    let new = !waiting.queues.contains_key(&key);
    // No memory at all is no fragment at all, not one (ip-sysctl, ipfrag_high_thresh).
    if new && (most == 0 || waiting.size > most) {
        cx.net.count(ns, failed);
        cx.drop(packet, dev, V::STAGE, DropReason::ReassemblyFull);
        return None;
    }
    if new {
        begin::<V>(cx.net, ns, key, dev, seconds);
    }
    cx.see(&packet, dev, V::STAGE, |_| Event::WaitsForRest);
    match V::fragments(cx.net.ns_mut(ns)).add(key, packet) {
        Outcome::Waits => None,
        Outcome::Whole => join::<V, O>(cx, ns, key, dev),
        Outcome::Refused(reason, packet) => {
            cx.drop(packet, dev, V::STAGE, reason);
            None
        }
        Outcome::GivenUp(reason, packet) => {
            cx.net.count(ns, failed);
            let overlap = reason == DropReason::FragmentOverlap;
            if overlap && packet.ethertype == EtherType::IPV4 {
                cx.net.count(ns, Counter::IpExtReasmOverlaps);
            }
            cx.drop(packet, dev, V::STAGE, reason);
            give_up::<V, O>(cx, ns, key, reason);
            None
        }
    }
}

fn begin<V: Reassembly>(net: &mut Net, ns: NsId, key: V::Key, dev: DevId, seconds: u64) {
    let until = net.now + Duration::from_secs(seconds);
    net.timers.set(until, V::timer(ns));
    let queue = Queue {
        pieces: BTreeMap::new(),
        len: 0,
        last_is_here: false,
        dev,
        until,
    };
    V::fragments(net.ns_mut(ns)).queues.insert(key, queue);
}

impl<V: Reassembly> Fragments<V> {
    /// Puts a fragment in its place.
    fn add(&mut self, key: V::Key, mut packet: Packet) -> Outcome {
        let Some(queue) = self.queues.get_mut(&key) else {
            return Outcome::Refused(DropReason::ReassemblyIncomplete, packet);
        };
        let piece = V::piece(&packet);
        let Piece {
            payload,
            from,
            more,
            ..
        } = piece;
        if more {
            // Only the last may end between units.
            let whole = (packet.len() - payload) / UNIT * UNIT;
            packet.truncate(payload + whole);
        }
        let to = from + packet.len() - payload;
        let beyond = queue.last_is_here && to > queue.len;
        let contradicts = !more && (to < queue.len || (queue.last_is_here && to != queue.len));
        let too_long = to + V::counted(&piece) > V::LONGEST;
        if from == to || beyond || contradicts || too_long {
            return Outcome::GivenUp(DropReason::FragmentMalformed, packet);
        }
        match queue.room(from, to) {
            Room::Free => {}
            Room::Taken => return Outcome::Refused(DropReason::FragmentRepeated, packet),
            Room::Overlaps => return Outcome::GivenUp(DropReason::FragmentOverlap, packet),
        }
        queue.len = queue.len.max(to);
        queue.last_is_here |= !more;
        let part = Part { packet, payload };
        self.size += part.cost();
        queue.pieces.insert(from, part);
        if queue.is_whole() {
            Outcome::Whole
        } else {
            Outcome::Waits
        }
    }

    fn remove(&mut self, key: V::Key) -> Option<Queue> {
        let queue = self.queues.remove(&key)?;
        self.size -= queue.pieces.values().map(Part::cost).sum::<usize>();
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
            let end = start + piece.len();
            run = if run.end == *start && run.end > 0 {
                run.start..end
            } else {
                *start..end
            };
            if from >= run.start && to <= run.end {
                return Room::Taken;
            }
        }
        let clashes = |(start, piece): (&usize, &Part)| *start < to && from < start + piece.len();
        if self.pieces.iter().any(clashes) {
            Room::Overlaps
        } else {
            Room::Free
        }
    }

    fn is_whole(&self) -> bool {
        let here: usize = self.pieces.values().map(Part::len).sum();
        self.last_is_here && here == self.len
    }
}

/// Joins the fragments behind the first one's header.
fn join<V: Reassembly, O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    key: V::Key,
    dev: DevId,
) -> Option<Packet> {
    let [_, joined, failed, _] = V::COUNTERS;
    let queue = V::fragments(cx.net.ns_mut(ns)).remove(key)?;
    let first = &queue.pieces.get(&0)?.packet;
    let piece = V::piece(first);
    if V::counted(&piece) + queue.len > V::LONGEST {
        let drops = &mut cx.net.dev_mut(dev).drops;
        drops.count(DropReason::FragmentMalformed);
        cx.net.count(ns, failed);
        return None;
    }
    let mut whole = cx.net.pool.take(piece.kept + queue.len);
    whole.bytes_mut()[..piece.kept].copy_from_slice(&first.bytes()[..piece.kept]);
    for (from, part) in &queue.pieces {
        let payload = &part.packet.bytes()[part.payload..];
        let at = piece.kept + from;
        whole.bytes_mut()[at..at + payload.len()].copy_from_slice(payload);
    }
    V::finish(whole.bytes_mut(), first);
    whole.follow(first);
    whole.id = first.id;
    whole.set_network();
    // Rules may ask whose frame it was: the first one's.
    if let (Some(own), Some(of_first)) = (whole.frame_header_mut(), first.frame_header()) {
        own.copy_from_slice(of_first);
    }
    let lengths = queue.pieces.values().map(|part| part.packet.len());
    whole.frag_max = lengths.max().unwrap_or(0) as u16;
    cx.net.count(ns, joined);
    let pieces = queue.pieces.len() as u32;
    cx.see(&whole, dev, V::STAGE, |_| Event::Joined { pieces });
    for part in queue.pieces.into_values() {
        cx.consume(part.packet);
    }
    Some(whole)
}

/// Forgets a packet of which parts are missing; each part that came is counted.
fn give_up<V: Reassembly, O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    key: V::Key,
    reason: DropReason,
) {
    let Some(queue) = V::fragments(cx.net.ns_mut(ns)).remove(key) else {
        return;
    };
    for part in queue.pieces.into_values() {
        if cx.net.devices.get(queue.dev.0).is_some() {
            cx.drop(part.packet, queue.dev, V::STAGE, reason);
        } else {
            cx.drop_in(part.packet, ns, V::STAGE, reason);
        }
    }
}

/// Gives up what has waited too long; the sender is told if the first part came (`ip_expire`,
/// `ip6frag_expire_frag_queue`; "Time Exceeded" of RFC 792 and RFC 4443).
pub(crate) fn expire<V: Reassembly, O: Observer>(cx: &mut Cx<'_, O>, ns: NsId) {
    let now = cx.net.now;
    let Some(namespace) = cx.net.namespaces.get_mut(ns.0) else {
        return;
    };
    let queues = V::fragments(namespace).queues.iter();
    let late: Vec<V::Key> = queues
        .filter(|(_, queue)| queue.until <= now)
        .map(|(key, _)| *key)
        .collect();
    for key in late {
        let queue = V::fragments(cx.net.ns_mut(ns)).queues.get(&key);
        let first = queue.and_then(|q| Some((q.dev, q.pieces.get(&0)?.packet.clone())));
        if let Some((dev, first)) = first.filter(|(dev, _)| cx.net.devices.get(dev.0).is_some()) {
            V::too_late(cx, dev, &first);
        }
        let [_, _, failed, late] = V::COUNTERS;
        cx.net.count(ns, failed);
        cx.net.count(ns, late);
        give_up::<V, O>(cx, ns, key, DropReason::ReassemblyIncomplete);
    }
}
