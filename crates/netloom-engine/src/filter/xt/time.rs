//! `time`: when a packet comes (iptables-extensions(8)). The kernel's time zone is that of Greenwich.

use netloom_model::calendar::{DAY, date};
use netloom_model::ruleset::xt::Time;

/// Every day of the month.
const ALL_DAYS: u32 = 0xffff_fffe;

/// Whether a moment, in seconds since 1970, is asked for.
pub(super) fn time(asked: &Time, now: i64) -> bool {
    let (from, to) = asked.dates;
    if now < i64::from(from) || now > i64::from(to) {
        return false;
    }
    let mut day = now;
    let second = now.rem_euclid(DAY);
    let (from, to) = (i64::from(asked.hours.0), i64::from(asked.hours.1));
    if from < to {
        if second < from || second > to {
            return false;
        }
    } else {
        if second < from && second > to {
            return false;
        }
        // What is after midnight belongs to the day before.
        if asked.contiguous && second <= to {
            day -= DAY;
        }
    }
    if asked.weekdays & 1 << weekday(day) == 0 {
        return false;
    }
    asked.monthdays == ALL_DAYS || asked.monthdays & 1 << date(day.div_euclid(DAY)).2 != 0
}

/// The day of the week: Monday = 1, Sunday = 7.
fn weekday(now: i64) -> i64 {
    // The first of January 1970 was a Thursday.
    (now.div_euclid(DAY) + 3).rem_euclid(7) + 1
}

/// The day of the week as nft counts it: Sunday = 0.
pub(in crate::filter) fn day_of_week(now: i64) -> i64 {
    weekday(now) % 7
}

/// Seconds since midnight.
pub(in crate::filter) fn second_of_day(now: i64) -> i64 {
    now.rem_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wednesday, the first of January 2025, 00:30.
    const NOW: i64 = 1_735_689_600 + 1800;

    const ALWAYS: Time = Time {
        dates: (0, i32::MAX as u32),
        hours: (0, 86_399),
        monthdays: ALL_DAYS,
        weekdays: 0xfe,
        kernel_zone: false,
        contiguous: false,
    };

    #[test]
    fn days_have_their_numbers() {
        assert_eq!((weekday(NOW), weekday(0)), (3, 4));
    }

    #[test]
    fn what_crosses_midnight_is_of_the_day_before_where_that_is_asked() {
        let night = Time {
            hours: (23 * 3600, 3600),
            weekdays: 1 << 2,
            ..ALWAYS
        };
        assert!(!time(&night, NOW));
        let contiguous = true;
        assert!(time(
            &Time {
                contiguous,
                ..night
            },
            NOW
        ));
    }

    #[test]
    fn dates_hours_and_days_of_the_month_all_count() {
        assert!(time(&ALWAYS, NOW));
        let dates = (0, NOW as u32 - 1);
        assert!(!time(&Time { dates, ..ALWAYS }, NOW));
        let hours = (3600, 7200);
        assert!(!time(&Time { hours, ..ALWAYS }, NOW));
        let monthdays = 1 << 2;
        assert!(!time(
            &Time {
                monthdays,
                ..ALWAYS
            },
            NOW
        ));
    }
}
