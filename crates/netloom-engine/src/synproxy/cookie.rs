//! SYN cookies in the layout of D. J. Bernstein (cr.yp.to/syncookies.html): five bits of a clock, three of
//! the greatest segment, and 24 of a hash of both, of the ends and of what the other side began with.

use core::hash::BuildHasher;
use core::time::Duration;
use foldhash::fast::FixedState;
use netloom_model::Time;

/// What the clock counts.
const TICK: Duration = Duration::from_secs(64);
/// For how many ticks a cookie holds.
const HOLDS: u64 = 2;
/// The greatest segments that a cookie can say.
const SIZES: [u16; 8] = [536, 1220, 1300, 1360, 1440, 1452, 1460, 8940];

const HASH: u32 = 0x00ff_ffff;

/// Who talks to whom, and what is known of the hash alone.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) struct Ends {
    pub(super) secret: u64,
    pub(super) addresses: [[u8; 16]; 2],
    pub(super) ports: [u16; 2],
    /// What the other side's numbers begin with.
    pub(super) begins: u32,
}

fn tick(now: Time) -> u64 {
    now.0 / TICK.as_nanos() as u64
}

fn make(ends: &Ends, tick: u64, size: u32) -> u32 {
    let hash = FixedState::with_seed(ends.secret).hash_one((ends, tick, size));
    (tick as u32) << 27 | size << 24 | hash as u32 & HASH
}

/// The cookie for a SYN that told a greatest segment.
pub(super) fn of(ends: &Ends, mss: u16, now: Time) -> u32 {
    let fits = SIZES.iter().rposition(|size| *size <= mss);
    make(ends, tick(now), fits.unwrap_or(0) as u32)
}

/// The greatest segment that a cookie says; none where it is none, or too old.
pub(super) fn check(ends: &Ends, cookie: u32, now: Time) -> Option<u16> {
    let size = cookie >> 24 & 7;
    let ticks = (0..=HOLDS).filter_map(|back| tick(now).checked_sub(back));
    let known = ticks
        .into_iter()
        .any(|tick| make(ends, tick, size) == cookie);
    known.then_some(SIZES[size as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDS: Ends = Ends {
        secret: 7,
        addresses: [[1; 16], [2; 16]],
        ports: [1000, 80],
        begins: 42,
    };

    fn at(seconds: u64) -> Time {
        Time(seconds * 1_000_000_000)
    }

    #[test]
    fn a_cookie_is_known_again_for_two_minutes_and_tells_the_greatest_segment() {
        let cookie = of(&ENDS, 1459, at(100));
        assert_eq!(check(&ENDS, cookie, at(220)), Some(1452));
        assert_eq!(check(&ENDS, cookie, at(300)), None);
        assert_eq!(check(&ENDS, of(&ENDS, 100, at(0)), at(1)), Some(536));
    }

    #[test]
    fn that_of_somebody_else_is_none() {
        let cookie = of(&ENDS, 1460, at(100));
        let other = Ends { begins: 43, ..ENDS };
        assert_eq!(check(&other, cookie, at(100)), None);
        assert_eq!(check(&ENDS, cookie ^ 1, at(100)), None);
    }
}
