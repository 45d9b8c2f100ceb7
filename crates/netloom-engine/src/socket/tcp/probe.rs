//! Tail loss probes (RFC 8985 section 7): when the last that was sent is not acknowledged soon, it is
//! sent once more, so that selective acknowledgements tell of a loss before the timeout would. And
//! what tells that something came twice (DSACK, RFC 2883).
//!
//! Left out: that such news undoes what was done about a loss.

use super::acknowledge::Mode;
use super::connection::{Connection, Segment};
use super::seq::{after, before, distance, earlier, later};
use super::transmit::Out;
use super::tunables::Tunables;
use core::time::Duration;
use netloom_model::counters::Counter;

/// What a single segment's acknowledgement may be held back, and what two take (`TCP_RTO_MIN`,
/// `TCP_TIMEOUT_MIN`).
const ALONE: Duration = Duration::from_millis(200);
const TOGETHER: Duration = Duration::from_millis(2);

/// What is known of the probe under way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TailProbe {
    /// One is to be sent now.
    pub(super) due: bool,
    /// Where the data ended when it was sent, and whether it was sent before.
    sent: Option<(u32, bool)>,
    /// Where the last segment of new data began.
    pub(super) last: u32,
    /// What came twice, to be told with the next acknowledgement.
    pub(super) twice: Option<(u32, u32)>,
}

impl Connection {
    /// Runs the timer of the probe, if one may be wanted (`tcp_schedule_loss_probe`).
    pub(super) fn arm_tail_probe(&mut self, t: &Tunables) {
        self.timers.tail_probe = None;
        let calm = self.recovery.mode == Mode::Open && self.recovery.sacked.is_empty();
        let wanted = t.tail_probes && self.sack && calm && self.is_synchronized();
        let Some(timeout) = self.timers.retransmit.filter(|_| wanted) else {
            return;
        };
        if self.tail_probe.sent.is_some() || self.snd_una == self.snd_nxt {
            return;
        }
        let (rtt, _) = self.rtt.known();
        let more = if self.tally.alone() { ALONE } else { TOGETHER };
        self.timers.tail_probe = Some((t.now + 2 * rtt + more).min(timeout));
    }

    /// The probe itself: new data if there is some, else the last segment once more.
    pub(super) fn tail_probe(&mut self, t: &Tunables) -> Option<Out> {
        if !core::mem::take(&mut self.tail_probe.due) || self.snd_una == self.snd_nxt {
            return None;
        }
        let end = self.out_seq.wrapping_add(self.out.len() as u32);
        let edge = self.snd_una.wrapping_add(self.snd_wnd);
        let room = distance(self.snd_nxt, earlier(end, later(edge, self.snd_nxt)));
        let new = room.min(self.mss);
        let out = if new > 0 && before(self.snd_nxt, end) {
            self.fresh(new, t)
        } else {
            let from = later(self.tail_probe.last, self.snd_una);
            self.repeat(from, distance(from, self.snd_nxt), t)
        };
        self.tail_probe.sent = Some((self.snd_nxt, new == 0));
        self.tally.one(Counter::TcpExtTCPLossProbes);
        self.arm_retransmit(t);
        Some(out)
    }

    /// What an acknowledgement says about the probe (`tcp_process_tlp_ack`).
    pub(super) fn tail_probe_acknowledged(&mut self, segment: &Segment<'_>, twice: bool) {
        let Some((end, again)) = self.tail_probe.sent else {
            return;
        };
        if before(segment.ack, end) {
            return;
        }
        if !again || twice {
            self.tail_probe.sent = None;
        } else if after(segment.ack, end) {
            // The probe filled a hole of which nothing else told.
            self.tail_probe.sent = None;
            self.congestion.lost();
            self.congestion.window = self.congestion.threshold.unwrap_or(2);
            self.tally.one(Counter::TcpExtTCPLossProbeRecovery);
        } else if segment.payload.is_empty() && segment.ack == self.snd_una {
            self.tail_probe.sent = None;
        }
    }

    /// Data came that had come already: the next acknowledgement tells of it.
    pub(super) fn came_twice(&mut self, from: u32, to: u32, t: &Tunables) {
        if self.sack && t.tells_twice && from != to {
            self.tally.one(Counter::TcpExtTCPDSACKOldSent);
            self.tail_probe.twice = Some((from, to));
        }
    }

    /// Whether an acknowledgement tells of something that came twice (RFC 2883 section 4).
    pub(super) fn told_twice(&mut self, segment: &Segment<'_>) -> bool {
        let Some((left, right)) = segment.options.sacks().first().copied() else {
            return false;
        };
        let inside = |(from, to): &(u32, u32)| !before(left, *from) && !after(right, *to);
        if before(left, segment.ack) {
            self.tally.one(Counter::TcpExtTCPDSACKRecv);
        } else if segment.options.sacks().get(1).is_some_and(inside) {
            self.tally.one(Counter::TcpExtTCPDSACKOfoRecv);
        } else {
            return false;
        }
        let segments = distance(left, right).div_ceil(self.mss.max(1));
        self.tally
            .add(Counter::TcpExtTCPDSACKRecvSegs, segments.max(1));
        true
    }
}
