//! What happens when nothing arrives: retransmission, probes of a closed window, delayed
//! acknowledgements, keepalive, and the end of half-closed connections (RFC 9293 sections 3.8.1,
//! 3.8.4 and 3.8.6, RFC 6298).

use super::connection::Connection;
use super::seq::before;
use super::tunables::Tunables;
use core::time::Duration;
use netloom_model::counters::Counter;
use netloom_model::socket::TcpState;
use netloom_model::{Errno, Time};

/// When each is due.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timers {
    pub(super) retransmit: Option<Time>,
    pub(super) tail_probe: Option<Time>,
    pub(super) persist: Option<Time>,
    pub(super) ack: Option<Time>,
    pub(super) keepalive: Option<Time>,
    /// The end of FIN-WAIT-2 without a program, of TIME-WAIT.
    pub(super) end: Option<Time>,
    /// Probes of a closed window, or of keepalive, without an answer.
    pub(super) probes: u32,
}

impl Timers {
    /// The earliest.
    pub(super) fn next(&self) -> Option<Time> {
        let all = [
            self.retransmit,
            self.tail_probe,
            self.persist,
            self.ack,
            self.keepalive,
            self.end,
        ];
        all.into_iter().flatten().min()
    }

    /// The one that ss(8) shows, by its name there.
    pub(super) fn shown(&self) -> Option<(&'static str, Time)> {
        let named = [
            ("on", self.tail_probe),
            ("on", self.retransmit),
            ("persist", self.persist),
            ("timewait", self.end),
            ("keepalive", self.keepalive),
        ];
        named.into_iter().find_map(|(name, at)| Some((name, at?)))
    }
}

impl Connection {
    /// When the next timer is due.
    pub(crate) fn next_deadline(&self) -> Option<Time> {
        self.timers.next()
    }

    /// Does what is due; `orphan`: no program holds it.
    pub(crate) fn expire(&mut self, orphan: bool, t: &Tunables) {
        let due = |at: Option<Time>| at.is_some_and(|at| at <= t.now);
        if due(self.timers.end) {
            return self.end();
        }
        if due(self.timers.ack) {
            self.timers.ack = None;
            self.ack_now = true;
            self.interactive = false;
            self.tally.one(Counter::TcpExtDelayedACKs);
        }
        if due(self.timers.tail_probe) {
            self.timers.tail_probe = None;
            self.tail_probe.due = true;
            // The timeout counts from the probe on.
            self.timers.retransmit = None;
        }
        if due(self.timers.retransmit) {
            self.timers.retransmit = None;
            self.retransmission_due(orphan, t);
        }
        if due(self.timers.persist) {
            self.timers.persist = None;
            self.probe_window(orphan, t);
        }
        if due(self.timers.keepalive) {
            self.timers.keepalive = None;
            self.keep_alive(t);
        }
    }

    /// The timeout as it is now.
    pub(super) fn timeout(&self) -> Duration {
        self.rtt.timeout(self.recovery.doublings)
    }

    /// Runs the retransmission timer as long as something is not acknowledged.
    pub(super) fn arm_retransmit(&mut self, t: &Tunables) {
        self.timers.retransmit = (self.snd_una != self.snd_nxt).then(|| t.now + self.timeout());
        self.arm_tail_probe(t);
    }

    fn retransmission_due(&mut self, orphan: bool, t: &Tunables) {
        if matches!(self.state, TcpState::SynSent | TcpState::SynReceived) {
            return self.syn_unanswered(t);
        }
        if self.snd_una == self.snd_nxt {
            return;
        }
        let since = *self.recovery.stalled.get_or_insert(self.last_sent);
        let patience = match self.wishes.user_timeout {
            Duration::ZERO => t.patience(orphan),
            given => given,
        };
        if t.now.since(since) >= patience {
            return self.gave_up();
        }
        self.tally_timeout();
        self.begin_loss();
        self.recovery.retransmits += 1;
        self.recovery.doublings += 1;
    }

    /// Nobody has answered for too long (`tcp_write_err`).
    fn gave_up(&mut self) {
        self.tally.one(Counter::TcpExtTCPAbortOnTimeout);
        let why = self.soft_error.unwrap_or(Errno::TIMEDOUT);
        self.fail(why);
    }

    /// A SYN, or the answer to one, was not answered in time.
    fn syn_unanswered(&mut self, t: &Tunables) {
        let linear = if self.state == TcpState::SynSent {
            t.syn_linear
        } else {
            0
        };
        let most = match (self.state, self.wishes.syn_retries) {
            (TcpState::SynSent, Some(tries)) => u32::from(tries),
            (TcpState::SynSent, None) => t.syn_retries,
            _ => t.synack_retries,
        };
        if self.recovery.retransmits >= most + linear {
            return self.gave_up();
        }
        if self.state == TcpState::SynSent {
            self.tally_timeout();
        }
        self.recovery.retransmits += 1;
        // The first tries come a second apart (tcp_syn_linear_timeouts).
        if self.recovery.retransmits > linear {
            self.recovery.doublings += 1;
        }
        self.timed = None;
        self.resend_syn = true;
    }

    /// Runs the timer of a window that is closed.
    pub(super) fn arm_persist(&mut self, t: &Tunables) {
        if self.timers.persist.is_none() && self.timers.retransmit.is_none() {
            let wait = self.rtt.timeout(self.timers.probes);
            self.timers.persist = Some(t.now + wait);
        }
    }

    /// The other side's window is closed: whether it still is (RFC 9293 section 3.8.6.1).
    fn probe_window(&mut self, orphan: bool, t: &Tunables) {
        let tries = if orphan { t.orphan_retries } else { t.retries };
        if self.timers.probes >= tries {
            return self.gave_up();
        }
        self.timers.probes += 1;
        if self.snd_wnd == 0 || !before(self.snd_nxt, self.snd_una.wrapping_add(self.snd_wnd)) {
            self.probe_now = true;
            self.tally.one(Counter::TcpExtTCPWinProbe);
        } else {
            self.window_is_why = true; // as much as the window takes goes now
        }
        self.arm_persist(t);
    }

    /// Seconds of silence, seconds between probes, and their number.
    fn keepalive_times(&self, t: &Tunables) -> (u32, u32, u32) {
        let own = self.wishes.keepalive_times;
        let or = |own: u32, set: u32| if own == 0 { set } else { own };
        (
            or(own.0, t.keepalive.0),
            or(own.1, t.keepalive.1),
            or(own.2, t.keepalive.2),
        )
    }

    /// Runs the keepalive timer from now, if it is wanted.
    pub(super) fn arm_keepalive(&mut self, t: &Tunables) {
        let wanted = self.wishes.keepalive && self.is_synchronized();
        let idle = Duration::from_secs(self.keepalive_times(t).0.into());
        self.timers.keepalive = wanted.then(|| t.now + idle);
    }

    fn keep_alive(&mut self, t: &Tunables) {
        if !self.wishes.keepalive || !self.is_synchronized() {
            return;
        }
        let (idle, interval, count) = self.keepalive_times(t);
        let idle = Duration::from_secs(idle.into());
        let silent = t.now.since(self.last_received);
        if self.snd_una != self.snd_nxt || !self.out.is_empty() {
            self.timers.keepalive = Some(t.now + idle); // what is on the way asks as well
            return;
        }
        if silent < idle {
            self.timers.keepalive = Some(self.last_received + idle);
            return;
        }
        if self.timers.probes >= count {
            self.tally.one(Counter::TcpExtTCPAbortOnTimeout);
            self.abort();
            self.error = Some(Errno::TIMEDOUT);
            return;
        }
        self.timers.probes += 1;
        self.probe_now = true;
        self.tally.one(Counter::TcpExtTCPKeepAlive);
        self.timers.keepalive = Some(t.now + Duration::from_secs(interval.into()));
    }
}

impl Connection {
    /// A connection that no program holds waits so long for the other side's FIN.
    pub(super) fn leave_after(&mut self, t: &Tunables) {
        let end = t.now + t.fin_timeout;
        self.timers.end.get_or_insert(end);
        if !self.tally.waits {
            self.tally.waits = true;
            self.tally.one(Counter::TcpExtTW);
        }
    }
}
