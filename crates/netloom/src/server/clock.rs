//! The clock of a world: the machine's own, or one that is moved by hand.

use netloom_model::Time;
use std::time::Instant;

/// Where the time comes from.
#[derive(Debug)]
pub(super) enum Clock {
    /// The machine's monotonic clock, which began then, at that moment of the world.
    Real(Instant, Time),
    /// Stands still until it is moved.
    Virtual(Time),
}

impl Clock {
    /// A clock that stands at a moment.
    pub(super) fn new(virtual_time: bool, begins: Time) -> Clock {
        if virtual_time {
            Clock::Virtual(begins)
        } else {
            Clock::Real(Instant::now(), begins)
        }
    }

    /// The time.
    pub(super) fn now(&self) -> Time {
        match self {
            Clock::Real(start, begins) => *begins + start.elapsed(),
            Clock::Virtual(now) => *now,
        }
    }

    /// Moves a virtual clock on, never back.
    pub(super) fn jump(&mut self, to: Time) {
        if let Clock::Virtual(now) = self {
            *now = to.max(*now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_clock_moves_by_hand_alone_and_never_back() {
        let mut clock = Clock::new(true, Time::ZERO);
        assert_eq!(clock.now(), Time::ZERO);
        clock.jump(Time::from_secs(300));
        clock.jump(Time::from_secs(200));
        assert_eq!(clock.now(), Time::from_secs(300));
    }

    #[test]
    fn a_real_clock_runs_by_itself() {
        let mut clock = Clock::new(false, Time::from_secs(100));
        assert!(clock.now() >= Time::from_secs(100));
        clock.jump(Time::from_secs(300));
        assert!(clock.now() < Time::from_secs(300));
    }
}
