//! Dates of the Gregorian calendar, reckoned back before it began, as days since 1970.
//!
//! Years begin in March here, so that the day of a leap year is their last, and 400 of them are an
//! era of 146,097 days (after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").

/// The seconds of a day.
pub const DAY: i64 = 86_400;

/// The days of 400 years.
const ERA: i64 = 146_097;

/// The days from the first of March of the year 0 to the first of January 1970.
const EPOCH: i64 = 719_468;

/// Days since the first of January 1970 of a year, a month (from 1) and its day (from 1).
///
/// ```
/// use netloom_model::calendar::days;
/// assert_eq!(days(1970, 1, 1), 0);
/// assert_eq!(days(2000, 2, 29), 11_016);
/// ```
#[must_use]
pub const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH
}

/// Year, month (from 1) and day (from 1) of a day since the first of January 1970.
#[must_use]
pub const fn date(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let (month, january) = match march {
        0..10 => (march + 3, 0),
        _ => (march - 9, 1),
    };
    (year + era * 400 + january, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leap_years_have_their_day() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_513), (2026, 3, 1));
        assert_eq!(date(-1), (1969, 12, 31));
    }

    #[test]
    fn each_day_is_found_again() {
        for day in (-1_000_000..1_000_000).step_by(37) {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
        }
    }
}
