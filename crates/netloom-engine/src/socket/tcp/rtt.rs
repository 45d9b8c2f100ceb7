//! How long a round trip takes, and when to send again (RFC 6298, with Linux's least of 200 ms and
//! first of a second).

use core::time::Duration;

/// The least that is added to the smoothed time (`tcp_rto_min_us`).
pub(super) const MIN_RTO: Duration = Duration::from_millis(200);
/// The most, however often it was doubled (`tcp_rto_max_ms`).
pub(super) const MAX_RTO: Duration = Duration::from_secs(120);
/// Before there is a sample (`TCP_TIMEOUT_INIT`).
pub(super) const FIRST_RTO: Duration = Duration::from_secs(1);

/// The estimator.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rtt {
    smoothed: Option<Duration>,
    variation: Duration,
}

impl Rtt {
    /// Takes a sample in.
    pub(super) fn sample(&mut self, rtt: Duration) {
        match self.smoothed {
            None => {
                self.smoothed = Some(rtt);
                self.variation = rtt / 2;
            }
            Some(smoothed) => {
                self.variation = (self.variation * 3 + smoothed.abs_diff(rtt)) / 4;
                self.smoothed = Some((smoothed * 7 + rtt) / 8);
            }
        }
    }

    /// The smoothed time and its variation.
    pub(super) fn known(&self) -> (Duration, Duration) {
        (self.smoothed.unwrap_or_default(), self.variation)
    }

    /// When to send again, after `doublings` tries without an answer.
    pub(super) fn timeout(&self, doublings: u32) -> Duration {
        let first = match self.smoothed {
            None => FIRST_RTO,
            Some(smoothed) => smoothed + (self.variation * 4).max(MIN_RTO),
        };
        first.saturating_mul(1 << doublings.min(16)).min(MAX_RTO)
    }
}

/// How long `tries` retransmissions take in all, if the first comes after the least timeout
/// (`tcp_model_timeout`): that is how `tcp_retries2` is meant.
pub(super) fn all_tries(tries: u32) -> Duration {
    let mut total = Duration::ZERO;
    let mut next = MIN_RTO;
    for _ in 0..=tries.min(64) {
        total += next;
        next = (next * 2).min(MAX_RTO);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timeout_is_200_ms_more_than_a_steady_round_trip() {
        let mut rtt = Rtt::default();
        assert_eq!(rtt.timeout(0), FIRST_RTO);
        for _ in 0..100 {
            rtt.sample(Duration::from_millis(10));
        }
        let timeout = rtt.timeout(0).as_millis();
        assert!((209..=211).contains(&timeout), "{timeout}");
        assert_eq!(rtt.timeout(40), MAX_RTO);
    }

    #[test]
    fn fifteen_tries_are_the_924_seconds_of_the_manual() {
        assert_eq!(all_tries(15).as_millis(), 924_600);
    }
}
