//! What the other side acknowledges, and what that says of what was lost (RFC 9293 section
//! 3.10.7.4, RFC 5681, RFC 6675, without selective acknowledgements RFC 6582).

use super::connection::{Connection, Segment};
use super::ranges::Ranges;
use super::seq::{after, before, distance, earlier, later};
use super::tunables::Tunables;
use core::time::Duration;
use netloom_model::Time;
use netloom_model::counters::Counter;
use netloom_model::socket::TcpState;
use netloom_wire::tcp::Flags;

/// Segments behind a hole that tell that it is lost (`tcp_reordering`).
const DUPLICATES: u32 = 3;

/// How what was lost is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Nothing is known to be lost.
    Open,
    /// Acknowledgements told of a loss.
    Fast,
    /// No acknowledgement came in time.
    Loss,
}

/// What is known of losses.
#[derive(Clone, Debug)]
pub(crate) struct Recovery {
    pub(super) mode: Mode,
    pub(super) sacked: Ranges,
    /// What is not acknowledged before it is lost.
    pub(super) lost_end: u32,
    /// What was lost before it was sent again.
    pub(super) resent_to: u32,
    /// One segment goes whatever the window says: the one that opens a recovery.
    pub(super) forced: bool,
    /// Recovery ends when this is acknowledged.
    recover: u32,
    duplicates: u32,
    /// Timeouts since something was acknowledged, and how often they doubled the next.
    pub(super) retransmits: u32,
    pub(super) doublings: u32,
    /// Since when nothing was acknowledged.
    pub(super) stalled: Option<Time>,
}

impl Recovery {
    pub(super) fn new(iss: u32) -> Recovery {
        Recovery {
            mode: Mode::Open,
            sacked: Ranges::default(),
            lost_end: iss,
            resent_to: iss,
            forced: false,
            recover: iss,
            duplicates: 0,
            retransmits: 0,
            doublings: 0,
            stalled: None,
        }
    }

    pub(super) fn clear(&mut self, una: u32) {
        *self = Recovery {
            retransmits: self.retransmits,
            ..Recovery::new(una)
        };
    }
}

impl Connection {
    /// Takes in the acknowledgement of a segment; `false` if it makes no sense.
    pub(super) fn acknowledge(&mut self, segment: &Segment<'_>, t: &Tunables) -> bool {
        let ack = segment.ack;
        let too_old = before(ack, self.snd_una.wrapping_sub(self.max_window));
        if after(ack, self.snd_nxt) || too_old {
            self.challenge(t); // RFC 5961 section 5.2
            return false;
        }
        if segment.end() == segment.seq && self.state != TcpState::SynSent {
            self.tally.one(Counter::TcpExtTCPPureAcks);
        }
        let news = after(ack, self.snd_una);
        let window_moved = self.update_window(segment, t);
        let twice = self.sack && self.told_twice(segment);
        let mut selective = false;
        if self.sack && !before(ack, self.snd_una) {
            for (left, right) in segment.options.sacks() {
                let within = after(*left, ack) && !after(*right, self.snd_nxt);
                selective |= within && self.recovery.sacked.add(*left, *right);
            }
        }
        if news {
            self.advance(ack, segment, t);
        } else if ack == self.snd_una {
            let flags = segment.has(Flags::SYN) || segment.has(Flags::FIN);
            let duplicate = segment.payload.is_empty() && !flags && !window_moved;
            if self.snd_una != self.snd_nxt && (duplicate || selective) {
                self.recovery.duplicates += 1;
            }
        }
        self.tail_probe_acknowledged(segment, twice);
        self.timers.probes = 0;
        self.look_for_losses();
        true
    }

    /// `tcp_ack_update_window`; whether the window is another now.
    fn update_window(&mut self, segment: &Segment<'_>, t: &Tunables) -> bool {
        let shift = self.scale.map_or(0, |(theirs, _)| theirs);
        let window = u32::from(segment.window) << shift;
        let newer = after(segment.ack, self.snd_una)
            || after(segment.seq, self.snd_wl1)
            || (segment.seq == self.snd_wl1 && window > self.snd_wnd);
        if before(segment.ack, self.snd_una) || !newer {
            return false;
        }
        let moved = window != self.snd_wnd;
        self.snd_wl1 = segment.seq;
        self.snd_wnd = window;
        self.max_window = self.max_window.max(window);
        if window > 0 && self.timers.persist.take().is_some() {
            self.arm_retransmit(t);
        }
        moved
    }

    /// Everything before `ack` has arrived.
    fn advance(&mut self, ack: u32, segment: &Segment<'_>, t: &Tunables) {
        let acked = distance(self.snd_una, ack);
        let end = self.out_seq.wrapping_add(self.out.len() as u32);
        let bytes = distance(self.out_seq, earlier(ack, end));
        self.out.drain(..bytes as usize);
        if self.out.is_empty() && self.out.capacity() > 1 << 16 {
            self.out.shrink_to(0);
        }
        self.out_seq = self.out_seq.wrapping_add(bytes);
        self.snd_una = ack;
        self.tally.delivered(acked, self.mss, ack == self.snd_nxt);
        self.counts.bytes_acked += u64::from(bytes);
        self.measure(ack, segment, t);
        let recovery = &mut self.recovery;
        recovery.sacked.advance(ack);
        recovery.lost_end = later(recovery.lost_end, ack);
        recovery.resent_to = later(recovery.resent_to, ack);
        recovery.duplicates = 0;
        recovery.retransmits = 0;
        recovery.doublings = 0;
        recovery.stalled = None;
        self.soft_error = None;
        let done = !before(ack, recovery.recover);
        match recovery.mode {
            Mode::Fast if done => {
                recovery.mode = Mode::Open;
                self.congestion.window = self.congestion.threshold.unwrap_or(2);
            }
            // RFC 6582: what follows a partial acknowledgement is lost too.
            Mode::Fast if !self.sack => {
                recovery.lost_end = ack.wrapping_add(self.mss);
                recovery.resent_to = ack;
                recovery.forced = true;
            }
            Mode::Loss if done => recovery.mode = Mode::Open,
            Mode::Fast | Mode::Loss | Mode::Open => {}
        }
        if self.recovery.mode != Mode::Fast {
            let (rtt, _) = self.rtt.known();
            if self.window_was_used() {
                self.congestion.acknowledged(acked, self.mss, t.now, rtt);
            }
            self.out_limit = self.out_limit.max(self.send_limit(t));
        }
        self.flight = self.in_flight();
        self.arm_retransmit(t);
    }

    /// Whether the congestion window is what held data back (`tcp_is_cwnd_limited`).
    fn window_was_used(&self) -> bool {
        let window = self.congestion.window;
        let slow = self.congestion.threshold.is_none_or(|t| window < t);
        let flown = self.flight.div_ceil(self.mss.max(1));
        if slow {
            window < 2 * flown
        } else {
            flown + 1 >= window
        }
    }

    /// Takes a sample of the round-trip time: of a segment sent once, or by the timestamp that
    /// came back (RFC 6298 section 3, RFC 7323 section 4).
    fn measure(&mut self, ack: u32, segment: &Segment<'_>, t: &Tunables) {
        match self.timed {
            Some((seq, at)) if !before(ack, seq) => {
                self.timed = None;
                self.rtt.sample(t.now.since(at));
            }
            Some(_) => {}
            None => {
                let echo = segment.options.timestamps.map_or(0, |(_, echo)| echo);
                if self.timestamps && echo != 0 {
                    let now = t.clock().wrapping_add(self.clock_offset);
                    let millis = now.wrapping_sub(echo);
                    if millis < 1 << 24 {
                        self.rtt
                            .sample(Duration::from_millis(u64::from(millis).max(1)));
                    }
                }
            }
        }
    }

    /// Whether acknowledgements tell of a loss.
    fn look_for_losses(&mut self) {
        if self.snd_una == self.snd_nxt {
            return;
        }
        let mss = self.mss;
        let recovery = &mut self.recovery;
        let holes = recovery.sacked.lost_below((DUPLICATES - 1) * mss + 1);
        let lost = holes.filter(|end| after(*end, self.snd_una));
        match recovery.mode {
            Mode::Open => {
                let told = recovery.duplicates >= DUPLICATES;
                let known = after(self.snd_una, recovery.recover) || recovery.recover == self.iss;
                if lost.is_none() && !(told && (known || !recovery.sacked.is_empty())) {
                    return;
                }
                let first = self.snd_una.wrapping_add(mss);
                self.tally.one(match self.sack {
                    true => Counter::TcpExtTCPSackRecovery,
                    false => Counter::TcpExtTCPRenoRecovery,
                });
                recovery.mode = Mode::Fast;
                recovery.recover = self.snd_nxt;
                recovery.resent_to = self.snd_una;
                recovery.lost_end = earlier(lost.map_or(first, |l| later(l, first)), self.snd_nxt);
                recovery.forced = true;
                self.congestion.lost();
                self.congestion.window = self.congestion.threshold.unwrap_or(2);
                self.timed = None;
            }
            Mode::Fast => {
                if let Some(lost) = lost {
                    recovery.lost_end = later(recovery.lost_end, lost);
                }
            }
            Mode::Loss => {}
        }
    }

    /// Nothing was acknowledged in time: all that is not acknowledged counts as lost.
    pub(super) fn begin_loss(&mut self) {
        if self.recovery.mode != Mode::Loss {
            self.congestion.lost();
        }
        self.congestion.window = 1;
        self.timed = None;
        let (una, nxt) = (self.snd_una, self.snd_nxt);
        let recovery = &mut self.recovery;
        recovery.mode = Mode::Loss;
        recovery.recover = nxt;
        recovery.lost_end = nxt;
        recovery.resent_to = una;
        recovery.duplicates = 0;
        recovery.forced = true;
    }

    /// The path takes less: what is on the way is sent again in shorter segments
    /// (`tcp_simple_retransmit`).
    pub(super) fn path_narrowed(&mut self, mtu: u32) {
        if mtu >= self.path_mtu {
            return;
        }
        self.use_mtu(mtu.max(self.headers() + self.option_space() + 36));
        if self.is_synchronized() && self.snd_una != self.snd_nxt {
            let window = self.congestion.window;
            self.begin_loss();
            self.congestion.window = window;
        }
    }

    /// Bytes that are believed to be on the way (RFC 6675, `pipe`).
    pub(super) fn pipe(&self) -> u32 {
        let recovery = &self.recovery;
        let open = |from, to| distance(from, to).saturating_sub(recovery.sacked.bytes(from, to));
        let lost_end = earlier(later(recovery.lost_end, self.snd_una), self.snd_nxt);
        let resent = earlier(recovery.resent_to, lost_end);
        let pipe = open(self.snd_una, resent) + open(lost_end, self.snd_nxt);
        if recovery.mode == Mode::Fast && !self.sack {
            return pipe.saturating_sub(recovery.duplicates * self.mss);
        }
        pipe
    }
}
