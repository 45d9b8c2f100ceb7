//! `time`: when a packet comes (iptables-extensions(8)). The kernel's time zone is that of Greenwich.

use netloom_model::ruleset::xt::Time;

const DAY: i64 = 86_400;

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
    asked.monthdays == ALL_DAYS || asked.monthdays & 1 << civil(day).2 != 0
}

/// The day of the week: Monday = 1, Sunday = 7.
fn weekday(now: i64) -> i64 {
    // The first of January 1970 was a Thursday.
    (now.div_euclid(DAY) + 3).rem_euclid(7) + 1
}

/// Year, month and day (after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn civil(now: i64) -> (i64, i64, i64) {
    let days = now.div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year + era * 400 + i64::from(month <= 2), month, day)
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
        assert_eq!((weekday(NOW), civil(NOW)), (3, (2025, 1, 1)));
        assert_eq!((weekday(0), civil(0)), (4, (1970, 1, 1)));
        assert_eq!(civil(1_709_164_800), (2024, 2, 29));
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
