//! Times: how long (`1d2h`), when (`"2022-07-01 11:00:00"`), on which day and at which hour.

use netloom_model::calendar::{DAY, date, days};
use netloom_model::ruleset::{DataType, Value};

/// The units of a time, in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// The milliseconds of a time: `1h30m`; a number alone is seconds.
pub(super) fn milliseconds(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.parse::<u64>() {
        return seconds.checked_mul(1000);
    }
    let (mut rest, mut total) = (text, 0u64);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let unit = UNITS.iter().find(|(name, _)| *name == &rest[..end])?;
        total = total.checked_add(number.checked_mul(unit.1)?)?;
        rest = &rest[end..];
    }
    Some(total)
}

/// A time as it is listed.
pub(super) fn show_milliseconds(mut time: u64) -> String {
    if time == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (name, unit) in UNITS {
        if time >= unit {
            text += &format!("{}{name}", time / unit);
            time %= unit;
        }
    }
    text
}

/// Seconds since midnight: `17:00`, `17:00:30`.
fn seconds_of_day(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let hour: u64 = parts.next()?.parse().ok()?;
    let minute: u64 = parts.next()?.parse().ok()?;
    let second: u64 = parts.next().map_or(Some(0), |text| text.parse().ok())?;
    let whole = parts.next().is_none() && hour < 24 && minute < 60 && second < 60;
    whole.then_some(hour * 3600 + minute * 60 + second)
}

/// The value that a word stands for.
pub(super) fn parse(ty: DataType, text: &str) -> Option<Value> {
    let number = match ty {
        DataType::Duration => milliseconds(text)?,
        DataType::Hour => seconds_of_day(text).or_else(|| text.parse().ok())?,
        DataType::Day => {
            let named = ty.symbols().iter();
            let mut named = named.filter(|(name, _)| name.eq_ignore_ascii_case(text));
            match named.next() {
                Some((_, number)) => u64::from(*number),
                None => text.parse().ok().filter(|day| *day < 7)?,
            }
        }
        DataType::Time => {
            let seconds = match text.parse::<i64>() {
                Ok(seconds) => seconds,
                Err(_) => seconds_of_date(text)?,
            };
            u64::try_from(seconds).ok()?.checked_mul(1_000_000_000)?
        }
        _ => return None,
    };
    Some(Value::number(u128::from(number), ty.len()))
}

fn seconds_of_date(text: &str) -> Option<i64> {
    let (day, hour) = text.split_once(' ').unwrap_or((text, "00:00"));
    let mut parts = day.splitn(3, '-');
    let mut part = || -> Option<i64> { parts.next()?.parse().ok() };
    let (year, month, day) = (part()?, part()?, part()?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(0..=9999).contains(&year) {
        return None;
    }
    let seconds = i64::try_from(seconds_of_day(hour)?).ok()?;
    Some(days(year, month, day) * DAY + seconds)
}

/// A value as it is listed; none if it is no time.
pub(super) fn show(ty: DataType, number: u64) -> Option<String> {
    Some(match ty {
        DataType::Duration => show_milliseconds(number),
        DataType::Hour => match (number / 3600, number / 60 % 60, number % 60) {
            (hour, minute, 0) => format!("\"{hour:02}:{minute:02}\""),
            (hour, minute, second) => format!("\"{hour:02}:{minute:02}:{second:02}\""),
        },
        DataType::Day => format!("\"{}\"", ty.symbol(number as u32)?),
        DataType::Time => {
            let seconds = (number / 1_000_000_000) as i64;
            let (year, month, day) = date(seconds.div_euclid(DAY));
            let rest = seconds.rem_euclid(DAY);
            let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
            format!("\"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}\"")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_listed_in_their_units() {
        assert_eq!(milliseconds("1d2h"), Some(93_600_000));
        assert_eq!(milliseconds("30"), Some(30_000));
        assert_eq!(milliseconds("5x"), None);
        assert_eq!(show_milliseconds(93_600_000), "1d2h");
        assert_eq!(show_milliseconds(5_005), "5s5ms");
    }

    #[test]
    fn a_date_is_read_as_it_is_listed() {
        for text in [
            "2022-07-01 11:00:00",
            "1970-01-01 00:00:00",
            "2024-02-29 23:59:59",
        ] {
            let value = parse(DataType::Time, text).and_then(|v| v.to_number());
            let number = value.expect("a date") as u64;
            assert_eq!(show(DataType::Time, number), Some(format!("\"{text}\"")));
        }
    }
}
