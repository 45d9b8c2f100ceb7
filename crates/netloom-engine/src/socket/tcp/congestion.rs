//! How much may be on the way: slow start and congestion avoidance (RFC 5681), growing as CUBIC
//! does (RFC 9438). Counted in segments, as Linux does.

use core::time::Duration;
use netloom_model::Time;

/// The first window (RFC 6928).
pub(super) const INITIAL: u32 = 10;

/// The window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Congestion {
    /// Segments that may be on the way.
    pub(super) window: u32,
    /// Below it the window doubles each round trip; none yet: without end.
    pub(super) threshold: Option<u32>,
    /// Bytes acknowledged that did not make up a segment yet.
    rest: u32,
    /// Segments acknowledged that did not make up a step yet.
    credit: u32,
    /// The window before the last loss, and when its epoch began.
    max: f64,
    epoch: Option<Time>,
    /// Seconds until the window is back there.
    back_after: f64,
    /// The window that RFC 5681 would have come to.
    friendly: f64,
}

impl Default for Congestion {
    fn default() -> Congestion {
        Congestion {
            window: INITIAL,
            threshold: None,
            rest: 0,
            credit: 0,
            max: 0.0,
            epoch: None,
            back_after: 0.0,
            friendly: 0.0,
        }
    }
}

/// RFC 9438 section 4.1: the steepness, and what is left of the window after a loss.
const C: f64 = 0.4;
const BETA: f64 = 0.7;

impl Congestion {
    /// `bytes` of segments of `mss` were acknowledged while the window was in use.
    pub(super) fn acknowledged(&mut self, bytes: u32, mss: u32, now: Time, rtt: Duration) {
        let mss = mss.max(1);
        let total = self.rest.saturating_add(bytes);
        let mut segments = total / mss;
        self.rest = total % mss;
        if self
            .threshold
            .is_none_or(|threshold| self.window < threshold)
        {
            let room = self.threshold.map_or(segments, |t| t - self.window);
            let taken = segments.min(room);
            self.window = self.window.saturating_add(taken).min(MOST);
            segments -= taken;
        }
        if segments > 0 {
            self.avoid(segments, now, rtt);
        }
    }

    /// Congestion avoidance: one segment more for each `window / (target - window)` acknowledged.
    fn avoid(&mut self, segments: u32, now: Time, rtt: Duration) {
        let window = f64::from(self.window);
        let epoch = *self.epoch.get_or_insert_with(|| {
            self.max = self.max.max(window);
            self.back_after = cube_root((self.max - window) / C);
            self.friendly = window;
            self.credit = 0;
            now
        });
        let t = now.since(epoch).as_secs_f64() + rtt.as_secs_f64() - self.back_after;
        let target = (C * t * t * t + self.max).clamp(window, window * 1.5);
        let alpha = if self.friendly < self.max {
            3.0 * (1.0 - BETA) / (1.0 + BETA)
        } else {
            1.0
        };
        self.friendly += alpha * f64::from(segments) / window;
        let target = target.max(self.friendly);
        let step = if target > window {
            (window / (target - window)).max(1.0) as u32
        } else {
            self.window.saturating_mul(100)
        };
        self.credit += segments;
        if self.credit >= step {
            self.window = self.window.saturating_add(self.credit / step).min(MOST);
            self.credit = 0;
        }
    }

    /// Something was lost.
    pub(super) fn lost(&mut self) {
        let window = f64::from(self.window);
        // RFC 9438 section 4.7: fast convergence.
        self.max = if window < self.max {
            window * (1.0 + BETA) / 2.0
        } else {
            window
        };
        self.epoch = None;
        self.threshold = Some(((window * BETA) as u32).max(2));
    }

    /// Begins again with what a new connection may send, after it was silent for long.
    pub(super) fn idle(&mut self, timeouts: u32) {
        let floor = self.window.min(INITIAL);
        self.threshold = self.threshold.map(|t| t.max(self.window / 4 * 3));
        self.window = (self.window >> timeouts.min(31)).max(floor);
        self.epoch = None;
    }
}

/// Beyond it nothing is gained.
const MOST: u32 = 1 << 20;

/// The cube root of a number that is not negative, by Newton's steps: the same on every machine.
fn cube_root(of: f64) -> f64 {
    if of <= 0.0 {
        return 0.0;
    }
    let mut root = of.max(1.0);
    for _ in 0..64 {
        let next = (2.0 * root + of / (root * root)) / 3.0;
        if (next - root).abs() < 1e-9 {
            break;
        }
        root = next;
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    const MSS: u32 = 1448;
    const RTT: Duration = Duration::from_millis(20);

    #[test]
    fn slow_start_adds_what_was_acknowledged() {
        let mut cc = Congestion::default();
        cc.acknowledged(10 * MSS, MSS, Time::ZERO, RTT);
        assert_eq!(cc.window, 20);
        cc.acknowledged(MSS / 2, MSS, Time::ZERO, RTT);
        cc.acknowledged(MSS / 2, MSS, Time::ZERO, RTT);
        assert_eq!(cc.window, 21);
    }

    #[test]
    fn after_a_loss_the_window_grows_back_as_a_cubic_curve() {
        let mut cc = Congestion {
            window: 100,
            ..Congestion::default()
        };
        cc.lost();
        cc.window = cc.threshold.unwrap();
        assert_eq!(cc.window, 70);
        let (mut now, mut sizes) = (Time::from_secs(1), Vec::new());
        for _ in 0..400 {
            cc.acknowledged(cc.window * MSS, MSS, now, RTT);
            now = now + RTT;
            sizes.push(cc.window);
        }
        let back = sizes.iter().position(|w| *w >= 99).unwrap() as f64 * RTT.as_secs_f64();
        // K = cbrt(30 / 0.4) = 4.2 s; the friendly region can be faster.
        assert!((0.5..5.0).contains(&back), "{back}");
        assert!(sizes.is_sorted());
    }

    #[test]
    fn a_cube_root_is_one() {
        assert!((cube_root(75.0) - 4.217_163).abs() < 1e-5);
        assert!((cube_root(0.001) - 0.1).abs() < 1e-5);
    }
}
