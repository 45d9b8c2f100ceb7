//! What is sent next (RFC 9293 sections 3.7.4, 3.8.6 and 3.10, RFC 896).

use super::acknowledge::Mode;
use super::connection::Connection;
use super::options::{Block, Options};
use super::seq::{after, before, distance, earlier, later};
use super::tunables::Tunables;
use netloom_model::socket::TcpState;
use netloom_wire::tcp::Flags;

/// A segment that is to be sent: its data is that of the send queue from `offset` on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Out {
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: Flags,
    pub(crate) window: u16,
    pub(crate) options: Block,
    pub(crate) offset: usize,
    pub(crate) len: usize,
    /// Longer data is cut into segments of this many bytes on its way.
    pub(crate) mss: u32,
}

impl Connection {
    /// Whether anything could be to be sent: saves looking for a route.
    pub(super) fn has_something(&self) -> bool {
        let end = self.out_seq.wrapping_add(self.out.len() as u32);
        let unsent =
            before(self.snd_nxt, end) || (self.fin_seq()).is_some_and(|fin| self.snd_nxt == fin);
        self.ack_now
            || self.probe_now
            || self.reset_now
            || self.resend_syn
            || self.tail_probe.due
            || (self.is_synchronized()
                && (unsent || before(self.recovery.resent_to, self.recovery.lost_end)))
    }

    /// The next segment, if one may go now; `most`: bytes of data that the device takes at once.
    pub(super) fn next_segment(&mut self, most: u32, t: &Tunables) -> Option<Out> {
        if core::mem::take(&mut self.reset_now) {
            let flags = Flags::RST | Flags::ACK;
            return Some(self.bare(self.snd_nxt, flags, 0, t));
        }
        if core::mem::take(&mut self.resend_syn) {
            return Some(self.syn(t));
        }
        if self.is_synchronized() && self.state != TcpState::TimeWait {
            self.restart_after_idle(t);
            if let Some(probe) = self.tail_probe(t) {
                return Some(probe);
            }
            if let Some((seq, len)) = self.lost_segment(most) {
                return Some(self.again(seq, len, t));
            }
            if let Some(len) = self.new_data(most, t) {
                return Some(self.fresh(len, t));
            }
        }
        if core::mem::take(&mut self.probe_now) {
            let seq = self.snd_una.wrapping_sub(1);
            return Some(self.plain(seq, t));
        }
        if self.ack_now && self.state != TcpState::SynSent && self.state != TcpState::Closed {
            return Some(self.plain(self.snd_nxt, t));
        }
        None
    }

    /// An acknowledgement without data.
    fn plain(&mut self, seq: u32, t: &Tunables) -> Out {
        let window = self.offered();
        self.bare(seq, Flags::ACK, window, t)
    }

    /// The window field: the window is chosen, its shift applied.
    fn offered(&mut self) -> u16 {
        let shift = self.scale.map_or(0, |(_, own)| own);
        (self.select_window() >> shift).min(65_535) as u16
    }

    fn bare(&mut self, seq: u32, flags: Flags, window: u16, t: &Tunables) -> Out {
        self.segment(seq, flags, window, (0, 0), t)
    }

    /// A segment; all that it acknowledges is acknowledged with it.
    fn segment(
        &mut self,
        seq: u32,
        flags: Flags,
        window: u16,
        (offset, len): (usize, usize),
        t: &Tunables,
    ) -> Out {
        self.counts.segments_out += (len as u64).div_ceil(u64::from(self.mss)).max(1);
        self.counts.bytes_sent += len as u64;
        self.ack_now = false;
        self.timers.ack = None;
        if self.reset_now {
            self.reset_now = false;
        }
        let options = Options {
            timestamps: self.timestamps.then(|| self.clocks(t)),
            ..Options::default()
        };
        Out {
            seq,
            ack: self.rcv_nxt,
            flags,
            window,
            options: self.with_blocks(options).write(),
            offset,
            len,
            mss: self.mss,
        }
    }

    /// This side's clock, and the other's given back.
    fn clocks(&self, t: &Tunables) -> (u32, u32) {
        (t.clock().wrapping_add(self.clock_offset), self.ts_recent)
    }

    /// The SYN, or the SYN that answers one.
    fn syn(&mut self, t: &Tunables) -> Out {
        let answers = self.state == TcpState::SynReceived;
        let again = self.snd_nxt != self.iss;
        self.snd_nxt = self.iss.wrapping_add(1);
        if again {
            self.counts.retransmitted += 1;
        } else {
            self.timed = Some((self.snd_nxt, t.now));
        }
        self.last_sent = t.now;
        self.timers.retransmit = Some(t.now + self.timeout());
        let options = Options {
            mss: Some(self.own_mss().min(65_535) as u16),
            window_scale: if answers {
                self.scale.map(|(_, own)| own)
            } else {
                t.window_scaling.then_some(t.own_scale)
            },
            sack_permitted: self.sack,
            timestamps: self.timestamps.then(|| self.clocks(t)),
            ..Options::default()
        };
        let window = self.rcv_wnd.min(65_535) as u16;
        let flags = if answers {
            Flags::SYN | Flags::ACK
        } else {
            Flags::SYN
        };
        let mut out = self.bare(self.iss, flags, window, t);
        out.options = options.write();
        if !answers {
            out.ack = 0;
        }
        if again {
            self.tally_again(&out, true);
        }
        out
    }

    /// After a silence the window is as at the beginning (RFC 5681 section 4.1).
    fn restart_after_idle(&mut self, t: &Tunables) {
        let idle = t.now.since(self.last_sent);
        let timeout = self.rtt.timeout(0);
        if t.restart_after_idle
            && self.snd_una == self.snd_nxt
            && idle > timeout
            && !self.out.is_empty()
        {
            let timeouts = idle.as_nanos() / timeout.as_nanos().max(1);
            self.congestion
                .idle(u32::try_from(timeouts).unwrap_or(u32::MAX));
            self.last_sent = t.now;
        }
    }

    fn congestion_room(&self) -> u32 {
        let window = self.congestion.window.saturating_mul(self.mss);
        window.saturating_sub(self.pipe())
    }

    /// What was lost and may be sent again now: from where, and how much.
    fn lost_segment(&mut self, most: u32) -> Option<(u32, u32)> {
        let recovery = &self.recovery;
        let end = earlier(recovery.lost_end, self.snd_nxt);
        let from = later(recovery.resent_to, self.snd_una);
        let (seq, hole_end) = recovery.sacked.hole(from, end)?;
        let room = self.congestion_room();
        if room < self.mss && !recovery.forced {
            return None;
        }
        let room = room.max(self.mss) / self.mss * self.mss;
        let most = (most / self.mss * self.mss).max(self.mss);
        Some((seq, distance(seq, hole_end).min(room).min(most)))
    }

    /// Sends again what was lost.
    fn again(&mut self, seq: u32, len: u32, t: &Tunables) -> Out {
        let first = core::mem::take(&mut self.recovery.forced);
        self.recovery.resent_to = seq.wrapping_add(len);
        let out = self.repeat(seq, len, t);
        self.tally_again(&out, first);
        out
    }

    /// The segment of what was sent before.
    pub(super) fn repeat(&mut self, seq: u32, len: u32, t: &Tunables) -> Out {
        let end = self.out_seq.wrapping_add(self.out.len() as u32);
        let data = distance(seq, earlier(seq.wrapping_add(len), end));
        let with_fin = self.shut_write && seq.wrapping_add(len) == end.wrapping_add(1);
        let offset = distance(self.out_seq, seq) as usize;
        self.counts.retransmitted += 1;
        self.timed = None;
        self.last_sent = t.now;
        let mut flags = Flags::ACK;
        if seq.wrapping_add(data) == end && data > 0 {
            flags = flags | Flags::PSH;
        }
        if with_fin {
            flags = flags | Flags::FIN;
        }
        self.arm_retransmit(t);
        let window = self.offered();
        self.segment(seq, flags, window, (offset, data as usize), t)
    }

    /// How many bytes of new data may go now; a FIN alone is none.
    fn new_data(&mut self, most: u32, t: &Tunables) -> Option<u32> {
        let end = self.out_seq.wrapping_add(self.out.len() as u32);
        let unsent = distance(self.snd_nxt, end);
        if unsent == 0 {
            let fin_is_next = self.fin_seq() == Some(self.snd_nxt);
            return fin_is_next.then_some(0);
        }
        if self.recovery.mode == Mode::Fast
            && before(self.recovery.resent_to, self.recovery.lost_end)
        {
            return None; // what was lost goes first
        }
        let window = distance(self.snd_nxt, self.snd_una.wrapping_add(self.snd_wnd));
        let congestion = self.congestion_room();
        let mss = self.mss;
        let room = window.min(congestion);
        let most = (most / mss * mss).max(mss);
        let len = unsent.min(room).min(most);
        let forced = core::mem::take(&mut self.window_is_why);
        if len == 0 {
            if window == 0 && self.snd_una == self.snd_nxt {
                self.arm_persist(t);
            }
            return None;
        }
        if len >= mss {
            return Some(if len == unsent { len } else { len - len % mss });
        }
        let last = len == unsent;
        if last && self.may_send_small() {
            return Some(len);
        }
        if !last && window <= congestion {
            // RFC 9293 section 3.8.6.2.1: half of the greatest window is enough.
            if forced || len >= self.max_window / 2 {
                return Some(len);
            }
            if self.snd_una == self.snd_nxt {
                self.arm_persist(t);
            }
        }
        None
    }

    /// Whether a segment that is not full may go (`tcp_nagle_test`).
    fn may_send_small(&self) -> bool {
        if self.shut_write {
            return true;
        }
        if self.wishes.cork {
            return false;
        }
        let small_on_its_way =
            after(self.small_end, self.snd_una) && !after(self.small_end, self.snd_nxt);
        self.wishes.nodelay || !small_on_its_way
    }

    /// Sends new data.
    pub(super) fn fresh(&mut self, len: u32, t: &Tunables) -> Out {
        let seq = self.snd_nxt;
        let end = self.out_seq.wrapping_add(self.out.len() as u32);
        let next = seq.wrapping_add(len);
        let mut flags = Flags::ACK;
        if len > 0 && next == end {
            flags = flags | Flags::PSH;
        }
        let fin = u32::from(self.shut_write && next == end);
        if fin > 0 {
            flags = flags | Flags::FIN;
        }
        if !len.is_multiple_of(self.mss) {
            self.small_end = next;
        }
        self.snd_nxt = next.wrapping_add(fin);
        if self.recovery.mode == Mode::Open {
            self.recovery.lost_end = self.snd_una;
            self.recovery.resent_to = self.snd_una;
        }
        self.flight = self.flight.max(self.in_flight());
        self.timed = self.timed.or(Some((self.snd_nxt, t.now)));
        // An answer soon after a question: the two share segments from now on.
        if len > 0
            && t.now.since(self.last_received) < super::inbound::DELAYED_ACK
            && self.counts.bytes_received > 0
        {
            self.interactive = true;
        }
        self.last_sent = t.now;
        if self.timers.retransmit.is_none() {
            self.arm_retransmit(t);
        }
        self.timers.persist = None;
        let offset = distance(self.out_seq, seq) as usize;
        let window = self.offered();
        let out = self.segment(seq, flags, window, (offset, len as usize), t);
        self.tally.sent(&out);
        let behind = (len.max(1) - 1) % self.mss.max(1);
        self.tail_probe.last = seq.wrapping_add(len.max(1) - 1 - behind);
        self.arm_tail_probe(t);
        out
    }
}
