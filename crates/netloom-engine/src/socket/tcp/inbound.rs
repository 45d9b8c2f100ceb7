//! What arrives: bytes in order wait to be read, others wait for those before them; and the window
//! that is offered (RFC 9293 sections 3.8.6.2.2 and 3.10.7.4, `tcp_select_window`).

use super::connection::{Connection, Segment};
use super::options::{Options, SACKS};
use super::seq::{after, before, distance, earlier, later};
use super::tunables::Tunables;
use core::time::Duration;
use netloom_model::counters::Counter;
use netloom_wire::tcp::Flags;
use std::collections::VecDeque;

/// What a piece out of order costs beside its bytes (`skb->truesize`, about).
const OVERHEAD: usize = 256;

/// Acknowledgements that are sent at once when data begins to come (`TCP_MAX_QUICKACKS`).
const QUICK_ACKS: u8 = 16;

/// How long an acknowledgement is held back (`TCP_ATO_MIN`).
pub(super) const DELAYED_ACK: Duration = Duration::from_millis(40);

/// The receive queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inbound {
    ready: VecDeque<u8>,
    /// Disjoint pieces in order, behind what has arrived.
    later: Vec<(u32, Vec<u8>)>,
    later_cost: usize,
    /// Where the FIN stands, if it came before its time.
    fin: Option<u32>,
    /// The other side sends no more.
    pub(super) ended: bool,
    /// What was acknowledged selectively, the latest first.
    blocks: Vec<(u32, u32)>,
    /// Bytes that may be held.
    limit: usize,
    /// The greatest window that is offered.
    window_limit: usize,
    /// Bytes read since the window last grew.
    read: usize,
}

impl Inbound {
    pub(super) fn readable(&self) -> usize {
        self.ready.len()
    }

    pub(super) fn held(&self) -> usize {
        self.ready.len() + self.later_cost
    }

    pub(super) fn forget_out_of_order(&mut self) {
        self.later.clear();
        self.later_cost = 0;
        self.blocks.clear();
    }

    /// Puts a piece among those that wait.
    fn keep(&mut self, mut seq: u32, mut data: &[u8]) {
        let room = self.limit.saturating_sub(self.held());
        if data.len() + OVERHEAD > room {
            return;
        }
        let mut at = self.later.partition_point(|(start, _)| before(*start, seq));
        if let Some((start, piece)) = at.checked_sub(1).and_then(|i| self.later.get(i)) {
            let known = distance(seq, start.wrapping_add(piece.len() as u32)) as usize;
            data = data.get(known..).unwrap_or_default();
            seq = seq.wrapping_add(known as u32);
        }
        while !data.is_empty() {
            let next = self
                .later
                .get(at)
                .map(|(start, piece)| (*start, piece.len()));
            let free = next.map_or(data.len(), |(start, _)| {
                (distance(seq, start) as usize).min(data.len())
            });
            if free > 0 {
                self.later.insert(at, (seq, data[..free].to_vec()));
                self.later_cost += free + OVERHEAD;
                at += 1;
            }
            let known = next.map_or(0, |(_, len)| len);
            let skip = (free + known).min(data.len());
            data = &data[skip..];
            seq = seq.wrapping_add(skip as u32);
            at += 1;
            if next.is_none() {
                break;
            }
        }
    }

    /// Notes a block that arrived out of order, joined with what it touches.
    fn note(&mut self, mut from: u32, mut to: u32) {
        self.blocks.retain(|(start, end)| {
            let apart = after(*start, to) || before(*end, from);
            if !apart {
                from = earlier(from, *start);
                to = later(to, *end);
            }
            apart
        });
        self.blocks.insert(0, (from, to));
        self.blocks.truncate(SACKS);
    }

    /// Moves what is in order now to what can be read; the next sequence number.
    fn advance(&mut self, mut next: u32) -> u32 {
        let mut done = 0;
        for (start, piece) in &self.later {
            if after(*start, next) {
                break;
            }
            let known = distance(*start, next) as usize;
            let new = piece.get(known..).unwrap_or_default();
            self.ready.extend(new);
            next = next.wrapping_add(new.len() as u32);
            self.later_cost -= piece.len() + OVERHEAD;
            done += 1;
        }
        self.later.drain(..done);
        self.blocks.retain(|(_, end)| after(*end, next));
        next
    }
}

impl Connection {
    /// Chooses the first window: as many segments of `mss` as 64 KiB hold.
    pub(super) fn open_window(&mut self, mss: u32, t: &Tunables) {
        let space = match self.wishes.receive_buffer {
            Some(bytes) => bytes as usize / 2,
            None => t.rmem.1,
        };
        self.inbound.limit = space.max(mss as usize);
        let space = (space as u32).min(65_535);
        self.rcv_wnd = if space > mss {
            space - space % mss
        } else {
            space
        };
        self.inbound.window_limit = self.rcv_wnd as usize;
    }

    /// The window to be offered now; the right edge never moves back.
    pub(super) fn select_window(&mut self) -> u32 {
        let current = distance(self.rcv_nxt, self.rcv_wup.wrapping_add(self.rcv_wnd));
        let wanted = self.free_window();
        let shift = self.scale.map_or(0, |(_, own)| own);
        let window = if wanted < current { current } else { wanted };
        if wanted == 0 && current > 0 {
            self.tally.one(Counter::TcpExtTCPWantZeroWindowAdv);
        }
        let closed = self.rcv_wnd == 0;
        self.rcv_wnd = window.next_multiple_of(1 << shift).min(65_535 << shift);
        self.rcv_wup = self.rcv_nxt;
        match (closed, self.rcv_wnd) {
            (false, 0) => self.tally.one(Counter::TcpExtTCPToZeroWindowAdv),
            (true, 1..) => self.tally.one(Counter::TcpExtTCPFromZeroWindowAdv),
            _ => {}
        }
        self.rcv_wnd
    }

    /// The window that the queue has room for (`__tcp_select_window`).
    pub(super) fn free_window(&self) -> u32 {
        let inbound = &self.inbound;
        let free = inbound.limit.saturating_sub(inbound.held());
        // A small window is none: the silly window of RFC 9293 section 3.8.6.2.2.
        let mss = self.mss as usize;
        if free < inbound.limit / 2 && (free < inbound.limit / 16 || free < mss) {
            return 0;
        }
        let window = free.min(inbound.window_limit);
        let most = if self.scale.is_some() {
            window
        } else {
            window.min(65_535)
        };
        most as u32
    }

    /// The options with the selective acknowledgements to be sent, what came twice first.
    pub(super) fn with_blocks(&mut self, options: Options) -> Options {
        let twice = self.tail_probe.twice.take();
        if !self.sack {
            return options;
        }
        let options = options.with_sacks(twice.as_slice());
        options.with_sacks(&self.inbound.blocks)
    }

    /// Takes in the data and the FIN of a segment that is acceptable.
    pub(super) fn take_data(&mut self, segment: &Segment<'_>, t: &Tunables) {
        let edge = self.rcv_wup.wrapping_add(self.rcv_wnd);
        let known = distance(segment.seq, self.rcv_nxt) as usize;
        let data = segment.payload.get(known..).unwrap_or_default();
        let seq = later(segment.seq, self.rcv_nxt);
        let fits = (distance(seq, edge) as usize).min(data.len());
        let (whole, data) = (fits == data.len(), &data[..fits]);
        if segment.has(Flags::FIN) && whole {
            self.inbound.fin = Some(segment.seq.wrapping_add(segment.payload.len() as u32));
        }
        let news = !data.is_empty() || self.inbound.fin == Some(self.rcv_nxt);
        if !segment.payload.is_empty() && data.is_empty() {
            self.ack_now = true; // all of it is known, or beyond the window
            if !after(segment.end(), self.rcv_nxt) {
                self.tally.one(Counter::TcpExtDelayedACKLost);
                self.came_twice(segment.seq, segment.end(), t);
            }
        }
        if seq == self.rcv_nxt {
            if !data.is_empty() {
                self.arrived_in_order(data, t);
            }
        } else if !data.is_empty() {
            self.tally.one(Counter::TcpExtTCPOFOQueue);
            self.inbound.keep(seq, data);
            self.inbound.note(seq, seq.wrapping_add(data.len() as u32));
            self.ack_now = true;
        }
        if news && !self.inbound.ended && self.inbound.fin == Some(self.rcv_nxt) {
            self.rcv_nxt = self.rcv_nxt.wrapping_add(1);
            self.inbound.ended = true;
            self.inbound.forget_out_of_order();
            self.peer_ended(t);
        }
    }

    fn arrived_in_order(&mut self, data: &[u8], t: &Tunables) {
        let before = self.rcv_nxt;
        self.inbound.ready.extend(data);
        let next = self.rcv_nxt.wrapping_add(data.len() as u32);
        let filled = !self.inbound.later.is_empty();
        self.rcv_nxt = self.inbound.advance(next);
        self.counts.bytes_received += u64::from(distance(before, self.rcv_nxt));
        if self.counts.bytes_received == u64::from(distance(before, self.rcv_nxt)) {
            self.quick_acks = QUICK_ACKS;
        }
        self.last_received = t.now;
        // RFC 9293 section 3.8.6.3: at the latest with the second full segment, and at once where
        // something is missing.
        let waiting = distance(self.rcv_wup, self.rcv_nxt);
        if filled || waiting > self.mss || (self.quick_acks > 0 && !self.interactive) {
            self.quick_acks = self.quick_acks.saturating_sub(1);
            self.ack_now = true;
        } else if self.timers.ack.is_none() {
            self.timers.ack = Some(t.now + DELAYED_ACK);
        }
    }

    /// Reads at most `most` bytes.
    pub(super) fn read(&mut self, most: usize, t: &Tunables) -> Vec<u8> {
        let ready = &mut self.inbound.ready;
        let len = ready.len().min(most);
        let (front, back) = ready.as_slices();
        let mut data = Vec::with_capacity(len);
        data.extend_from_slice(&front[..len.min(front.len())]);
        data.extend_from_slice(&back[..len - data.len()]);
        ready.drain(..len);
        if ready.is_empty() && ready.capacity() > 1 << 16 {
            ready.shrink_to(0);
        }
        self.inbound.read += len;
        self.grow_window(t);
        // tcp_cleanup_rbuf: a window that at least doubled is told.
        let current = distance(self.rcv_nxt, self.rcv_wup.wrapping_add(self.rcv_wnd));
        let free = self.free_window();
        if self.is_synchronized()
            && !self.inbound.ended
            && free > 0
            && free >= current.saturating_mul(2)
        {
            self.ack_now = true;
        }
        data
    }

    /// A program that reads as fast as data comes gets a greater window (`tcp_rcv_space_adjust`).
    fn grow_window(&mut self, t: &Tunables) {
        let fixed = self.wishes.receive_buffer.is_some() || !t.moderate || t.pressure;
        if fixed || self.inbound.read < self.inbound.window_limit {
            return;
        }
        self.inbound.read = 0;
        let most = t.rmem.2.max(self.inbound.limit);
        self.inbound.limit = (self.inbound.limit * 2).min(most);
        self.inbound.window_limit = (self.inbound.window_limit * 2).min(most);
    }
}
