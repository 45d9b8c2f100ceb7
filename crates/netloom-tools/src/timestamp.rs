//! Moments, in seconds since 1970, as commands write them. The time zone is UTC.

use netloom_model::calendar::{self, DAY};

// 1970 began on a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The day's number since 1970, and its year, month and day.
fn date_of(seconds: u64) -> (u64, (i64, i64, i64)) {
    let day = seconds / DAY.unsigned_abs();
    (day, calendar::date(day.cast_signed()))
}

/// `2023-11-14`
pub(crate) fn date(seconds: u64) -> String {
    let (_, (year, month, day)) = date_of(seconds);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `22:13:20`
pub(crate) fn time_of_day(seconds: u64) -> String {
    let (hour, minute) = (seconds / 3600 % 24, seconds / 60 % 60);
    format!("{hour:02}:{minute:02}:{:02}", seconds % 60)
}

/// As ctime(3) writes it: `Tue Nov 14 22:13:20 2023`.
pub(crate) fn ctime(seconds: u64) -> String {
    let (days, (year, month, day)) = date_of(seconds);
    let weekday = WEEKDAYS[(days % 7) as usize];
    let month = MONTHS[(month as usize + 11) % 12];
    let time = time_of_day(seconds);
    format!("{weekday} {month} {day:2} {time} {year}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_its_date_and_its_time_of_day() {
        let at = 1_700_000_000;
        assert_eq!(date(at), "2023-11-14");
        assert_eq!(time_of_day(at), "22:13:20");
        assert_eq!(ctime(at), "Tue Nov 14 22:13:20 2023");
        assert_eq!(ctime(0), "Thu Jan  1 00:00:00 1970");
    }
}
