//! A segment arrives (RFC 9293 section 3.10.7, with the checks of RFC 5961 and RFC 7323).

use super::connection::{Connection, Segment};
use super::inbound::DELAYED_ACK;
use super::seq::{after, before, distance, earlier};
use super::tunables::Tunables;
use core::time::Duration;
use netloom_model::Errno;
use netloom_model::counters::Counter;
use netloom_model::journey::DropReason;
use netloom_model::socket::TcpState;
use netloom_wire::tcp::Flags;

/// What became of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrived {
    /// The connection has it.
    Taken,
    /// It is of no use; an acknowledgement may tell the sender how things are.
    Dropped(DropReason),
    /// It is refused by a reset.
    Refused,
}

/// Timestamps older than this say nothing (RFC 7323 section 5.5).
const CLOCK_HOLDS: Duration = Duration::from_secs(24 * 24 * 3600);

impl Connection {
    /// Takes in a segment; `orphan`: no program holds the connection.
    pub(crate) fn arrives(&mut self, segment: &Segment<'_>, orphan: bool, t: &Tunables) -> Arrived {
        self.counts.segments_in += 1;
        match self.state {
            TcpState::Closed | TcpState::Listen => return Arrived::Refused,
            TcpState::SynSent => return self.arrives_in_syn_sent(segment, t),
            _ => {}
        }
        if let Some(verdict) = self.check(segment, t) {
            return verdict;
        }
        if !segment.has(Flags::ACK) {
            return Arrived::Dropped(DropReason::TcpNoAck);
        }
        if self.state == TcpState::SynReceived && !self.established_by(segment, t) {
            return Arrived::Refused;
        }
        if !self.acknowledge(segment, t) {
            return Arrived::Dropped(DropReason::TcpAck);
        }
        self.fin_acknowledged(t);
        if self.state == TcpState::Closed {
            return Arrived::Taken;
        }
        // tcp_rcv_state_process: data for which there is nobody any more.
        let data = !segment.payload.is_empty() && after(segment.end(), self.rcv_nxt);
        if orphan && data && matches!(self.state, TcpState::FinWait1 | TcpState::FinWait2) {
            self.tally.one(Counter::TcpExtTCPAbortOnData);
            self.end();
            return Arrived::Refused;
        }
        let receives = matches!(
            self.state,
            TcpState::Established | TcpState::FinWait1 | TcpState::FinWait2
        );
        let carries = !segment.payload.is_empty() || segment.has(Flags::FIN);
        if receives && carries {
            self.take_data(segment, t);
        } else if carries && before(segment.seq, self.rcv_nxt) {
            self.tally.one(Counter::TcpExtDelayedACKLost);
            self.came_twice(segment.seq, earlier(segment.end(), self.rcv_nxt), t);
            self.ack_now = true; // it came again: its acknowledgement was lost
        }
        if !segment.payload.is_empty() {
            self.arm_keepalive(t);
        }
        Arrived::Taken
    }

    /// The checks that every segment of a synchronized connection passes; what becomes of one that
    /// does not.
    fn check(&mut self, segment: &Segment<'_>, t: &Tunables) -> Option<Arrived> {
        let reset = segment.has(Flags::RST);
        if self.is_of_the_past(segment, t) && !reset {
            self.tally.one(Counter::TcpExtPAWSEstab);
            if !self.acknowledge_stray(t) {
                self.tally.one(Counter::TcpExtTCPACKSkippedPAWS);
            }
            return Some(Arrived::Dropped(DropReason::TcpPaws));
        }
        let again = segment.has(Flags::SYN) && !segment.has(Flags::ACK) && segment.seq == self.irs;
        if again && self.state == TcpState::SynReceived && !reset {
            self.resend_syn = true;
            return Some(Arrived::Taken);
        }
        let edge = self.rcv_wup.wrapping_add(self.rcv_wnd);
        let outside = before(segment.end(), self.rcv_wup) || after(segment.seq, edge);
        if outside {
            if segment.has(Flags::SYN) && !reset {
                self.challenge_syn(t);
            } else if !reset {
                self.tally_outside(segment, edge, t);
                if !self.acknowledge_stray(t) {
                    self.tally.one(Counter::TcpExtTCPACKSkippedSeq);
                }
            }
            return Some(Arrived::Dropped(DropReason::TcpSequence));
        }
        if reset {
            // RFC 5961 section 3.2: only the very next number resets.
            if segment.seq == self.rcv_nxt {
                if self.state == TcpState::SynReceived {
                    self.tally.one(Counter::TcpExtEmbryonicRsts);
                }
                self.was_reset();
                return Some(Arrived::Taken);
            }
            self.challenge(t);
            return Some(Arrived::Dropped(DropReason::TcpSequence));
        }
        if segment.has(Flags::SYN) && self.state != TcpState::SynReceived {
            self.challenge_syn(t); // RFC 5961 section 4.2
            return Some(Arrived::Dropped(DropReason::TcpSequence));
        }
        if let Some((value, _)) = segment.options.timestamps
            && self.timestamps
            && !after(segment.seq, self.rcv_wup)
            && !before(value, self.ts_recent)
        {
            self.remember_clock(value, t.now);
        }
        None
    }

    /// Protection against wrapped sequence numbers (RFC 7323 section 5).
    fn is_of_the_past(&self, segment: &Segment<'_>, t: &Tunables) -> bool {
        self.timestamps
            && self.ts_recent != 0
            && t.now.since(self.ts_recent_at) < CLOCK_HOLDS
            && (segment.options.timestamps).is_some_and(|(value, _)| before(value, self.ts_recent))
    }

    fn arrives_in_syn_sent(&mut self, segment: &Segment<'_>, t: &Tunables) -> Arrived {
        let acks = segment.has(Flags::ACK);
        if acks && (segment.ack != self.snd_nxt || self.snd_nxt == self.iss) {
            return if segment.has(Flags::RST) {
                Arrived::Dropped(DropReason::TcpAck)
            } else {
                Arrived::Refused
            };
        }
        if segment.has(Flags::RST) {
            if !acks {
                return Arrived::Dropped(DropReason::TcpSequence);
            }
            self.fail(Errno::CONNREFUSED);
            return Arrived::Taken;
        }
        if !segment.has(Flags::SYN) {
            return Arrived::Dropped(DropReason::TcpSequence);
        }
        self.agree(segment, t);
        if acks {
            self.snd_wnd = segment.window.into();
            self.was_synchronized(t);
            self.ack_now = true;
        } else {
            // Both sides called at once (RFC 9293 figure 7).
            self.state = TcpState::SynReceived;
            self.resend_syn = true;
        }
        Arrived::Taken
    }

    /// The acknowledgement of this side's SYN; whether it is one.
    fn established_by(&mut self, segment: &Segment<'_>, t: &Tunables) -> bool {
        if segment.ack != self.snd_nxt || self.snd_nxt == self.iss {
            return false;
        }
        self.snd_wl1 = segment.seq;
        let shift = self.scale.map_or(0, |(theirs, _)| theirs);
        self.snd_wnd = u32::from(segment.window) << shift;
        self.max_window = self.max_window.max(self.snd_wnd);
        self.was_synchronized(t);
        if self.shut_write {
            self.state = TcpState::FinWait1;
        }
        true
    }

    /// Both SYNs have arrived.
    fn was_synchronized(&mut self, t: &Tunables) {
        if let Some((_, at)) = self.timed.take() {
            self.rtt.sample(t.now.since(at));
        }
        if self.state == TcpState::SynSent {
            self.tally.one(Counter::TcpExtTCPDelivered);
        }
        self.state = TcpState::Established;
        self.snd_una = self.snd_nxt;
        self.recovery.clear(self.snd_una);
        self.recovery.retransmits = 0;
        self.resend_syn = false;
        self.timers.retransmit = None;
        self.soft_error = None;
        self.small_end = self.snd_una;
        self.out_limit = self.send_limit(t);
        self.last_received = t.now;
        self.arm_keepalive(t);
    }

    /// Goes on in the way that RFC 9293 figure 5 shows, once the FIN was acknowledged.
    fn fin_acknowledged(&mut self, t: &Tunables) {
        let acked = (self.fin_seq()).is_some_and(|fin| self.snd_una == fin.wrapping_add(1));
        if !acked {
            return;
        }
        match self.state {
            TcpState::FinWait1 => self.state = TcpState::FinWait2,
            TcpState::Closing => self.time_wait(t),
            TcpState::LastAck => self.end(),
            _ => {}
        }
    }

    /// The other side's FIN was taken in.
    pub(super) fn peer_ended(&mut self, t: &Tunables) {
        match self.state {
            TcpState::Established => {
                self.state = TcpState::CloseWait;
                // tcp_fin: the program is likely to end its side soon, and one segment does for both.
                self.interactive = true;
                if distance(self.rcv_wup, self.rcv_nxt) <= self.mss {
                    self.ack_now = false;
                    self.timers.ack.get_or_insert(t.now + DELAYED_ACK);
                }
            }
            TcpState::FinWait1 => {
                self.state = TcpState::Closing;
                self.ack_now = true;
            }
            TcpState::FinWait2 => {
                self.time_wait(t);
                self.ack_now = true;
            }
            _ => {}
        }
    }

    fn time_wait(&mut self, _t: &Tunables) {
        self.state = TcpState::TimeWait;
        self.timers = super::timers::Timers::default();
    }

    /// The other side reset it (`tcp_reset`).
    fn was_reset(&mut self) {
        let why = match self.state {
            TcpState::CloseWait => Errno::PIPE,
            _ => Errno::CONNRESET,
        };
        self.fail(why);
    }

    /// Tells the other side how things are, as RFC 5961 wants where a segment may be forged.
    pub(super) fn challenge(&mut self, t: &Tunables) {
        if self.acknowledge_stray(t) {
            self.tally.one(Counter::TcpExtTCPChallengeACK);
        } else {
            self.tally.one(Counter::TcpExtTCPACKSkippedChallenge);
        }
    }

    /// A SYN in a connection is challenged.
    fn challenge_syn(&mut self, t: &Tunables) {
        if self.state != TcpState::SynReceived {
            self.tally.one(Counter::TcpInErrs);
        }
        self.tally.one(Counter::TcpExtTCPSYNChallenge);
        self.challenge(t);
    }

    /// Counts what lies outside the window: what came again, or beyond what was offered.
    fn tally_outside(&mut self, segment: &Segment<'_>, edge: u32, t: &Tunables) {
        let carries = segment.end() != segment.seq;
        if carries && before(segment.seq, self.rcv_nxt) {
            self.tally.one(Counter::TcpExtDelayedACKLost);
            self.came_twice(segment.seq, earlier(segment.end(), self.rcv_nxt), t);
        } else if after(segment.seq, edge) {
            self.tally.one(Counter::TcpExtBeyondWindow);
        }
    }

    /// Acknowledges what is outside the window, not too often (`tcp_oow_rate_limited`); whether it
    /// does.
    fn acknowledge_stray(&mut self, t: &Tunables) -> bool {
        let soon = |at| t.now.since(at) < t.invalid_rate;
        if self.last_challenge.is_some_and(soon) {
            return false;
        }
        self.last_challenge = Some(t.now);
        self.ack_now = true;
        true
    }
}
