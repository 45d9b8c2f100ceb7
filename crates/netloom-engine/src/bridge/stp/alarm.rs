//! The timers of the spanning tree (802.1D-1998 8.5.5.8, 8.5.6).
//!
//! One is started anew with every BPDU, which must not leave an entry among the engine's timers
//! each time: an alarm has one of them under way, and when that comes too early, it asks for the
//! next.

use core::time::Duration;
use netloom_model::Time;

/// Which timer of a bridge: its own, or one of the port with that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StpTimer {
    /// The root sends its configurations.
    Hello,
    /// The root is told of a topology change again.
    Notification,
    /// A topology change is over.
    TopologyChange,
    /// What a port heard of the root is too old.
    MessageAge(u16),
    /// A port goes on to its next state.
    ForwardDelay(u16),
    /// A port may send a configuration again.
    Hold(u16),
}

/// A timer, running or not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Alarm {
    due: Option<Time>,
    /// When the engine's timers will call, if they were asked to.
    asked: Option<Time>,
}

impl Alarm {
    pub(super) fn start(&mut self, at: Time) {
        self.due = Some(at);
    }

    pub(super) fn stop(&mut self) {
        self.due = None;
    }

    pub(super) fn is_running(&self) -> bool {
        self.due.is_some()
    }

    /// How long it still runs, in centiseconds.
    pub(super) fn left(&self, now: Time) -> u32 {
        let left = self.due.map_or(Duration::ZERO, |due| due.since(now));
        u32::try_from(left.as_millis() / 10).unwrap_or(u32::MAX)
    }

    /// The engine's timers call: whether it has come to its end.
    pub(super) fn expires(&mut self, now: Time) -> bool {
        self.asked = self.asked.filter(|at| *at > now);
        let expires = self.due.is_some_and(|at| at <= now);
        if expires {
            self.due = None;
        }
        expires
    }

    /// When the engine's timers are to call, if they have not been asked to.
    pub(super) fn ask(&mut self) -> Option<Time> {
        let due = self.due?;
        if self.asked.is_some_and(|at| at <= due) {
            return None;
        }
        self.asked = Some(due);
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_that_is_put_off_again_and_again_asks_once() {
        let mut alarm = Alarm::default();
        alarm.start(Time(10));
        assert_eq!(alarm.ask(), Some(Time(10)));
        for at in 11..20 {
            alarm.start(Time(at));
            assert_eq!(alarm.ask(), None);
        }
        assert!(!alarm.expires(Time(10)));
        assert_eq!(alarm.ask(), Some(Time(19)));
        assert!(alarm.expires(Time(19)));
        assert!(!alarm.is_running() && alarm.ask().is_none());
    }

    #[test]
    fn an_alarm_that_was_stopped_does_not_expire_and_one_that_is_due_earlier_does() {
        let mut alarm = Alarm::default();
        alarm.start(Time(10));
        alarm.ask();
        alarm.stop();
        assert!(!alarm.expires(Time(10)));
        alarm.start(Time(20));
        alarm.ask();
        alarm.start(Time(15));
        assert_eq!(alarm.ask(), Some(Time(15)));
        assert!(alarm.expires(Time(15)));
        assert!(!alarm.expires(Time(20)));
    }
}
