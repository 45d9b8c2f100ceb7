//! `time`: when a packet comes.

use super::super::extension::{Extension, Given, Opt, Shown, View};
use super::values::{first, one, said};
use crate::ip::words::Outcome;
use crate::timestamp::{date, time_of_day};
use netloom_model::calendar;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Time, XtMatch};

pub(super) const TIME: Extension = Extension {
    name: "time",
    options: &[
        ("timestart", 1),
        ("timestop", 1),
        ("datestart", 1),
        ("datestop", 1),
        ("weekdays", 1),
        ("monthdays", 1),
        ("contiguous", 0),
        ("kerneltz", 0),
        ("localtz", 0),
        ("utc", 0),
    ],
    build: time,
    show: show_time,
};

const DAY: u32 = calendar::DAY as u32;
/// The last moment that can be said.
const LAST: u32 = i32::MAX as u32;
const ALL_WEEKDAYS: u8 = 0xfe;
const ALL_MONTHDAYS: u32 = 0xffff_fffe;
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn time(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    for other in ["kerneltz", "localtz"] {
        if given.has("utc") && given.has(other) {
            return Err(given.clash("time", "utc", other));
        }
    }
    let hour = |name: &str, otherwise: u32| {
        let option = given.option(name);
        option.map_or(Ok(otherwise), |option| hour(given, option.word()))
    };
    let moment = |name: &str, otherwise: u32| {
        let option = given.option(name);
        option.map_or(Ok(otherwise), |option| read_date(given, option.word()))
    };
    let found = Time {
        dates: (moment("datestart", 0)?, moment("datestop", LAST)?),
        hours: (hour("timestart", 0)?, hour("timestop", DAY - 1)?),
        monthdays: match given.option("monthdays") {
            Some(option) => monthdays(given, option)?,
            None => ALL_MONTHDAYS,
        },
        weekdays: match given.option("weekdays") {
            Some(option) => weekdays(given, option)?,
            None => ALL_WEEKDAYS,
        },
        kernel_zone: given.has("kerneltz") || given.has("localtz"),
        contiguous: given.has("contiguous"),
    };
    if found.contiguous && found.hours.0 < found.hours.1 {
        let text = "time: --contiguous only makes sense when stoptime is smaller than starttime";
        return Err(given.problem(text));
    }
    one(XtMatch::Time(found))
}

/// `hh:mm[:ss]` in seconds.
fn hour(given: &Given<'_>, word: &str) -> Outcome<u32> {
    let bad = |word: &str| {
        let text = format!(
            "invalid time \"{word}\" specified, should be hh:mm[:ss] format and within the boundaries"
        );
        given.problem(&text)
    };
    let mut parts = word
        .splitn(3, ':')
        .map(|part| (part, part.parse::<u32>().ok()));
    let (hour, minute, second) = (parts.next(), parts.next(), parts.next());
    let Some((_, Some(hour @ 0..24))) = hour else {
        return Err(bad(word));
    };
    let read = |part: Option<(&str, Option<u32>)>| match part {
        Some((_, Some(found @ 0..60))) => Ok(found),
        Some((part, _)) => Err(bad(part)),
        None => Ok(0),
    };
    let minute = minute
        .ok_or_else(|| bad(word))
        .and_then(|m| read(Some(m)))?;
    Ok(3600 * hour + 60 * minute + read(second)?)
}

/// `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]` in seconds since 1970, of Greenwich.
fn read_date(given: &Given<'_>, word: &str) -> Outcome<u32> {
    let bad = || {
        let text =
            format!("Invalid date \"{word}\" specified. Should be YYYY[-MM[-DD[Thh[:mm[:ss]]]]]");
        given.problem(&text)
    };
    let (day, clock) = word.split_once('T').unwrap_or((word, ""));
    let numbers = |text: &str, separator: char| -> Option<Vec<i64>> {
        let parts = text.split(separator).filter(|_| !text.is_empty());
        parts.map(|part| part.parse().ok()).collect()
    };
    let (Some(day), Some(clock)) = (numbers(day, '-'), numbers(clock, ':')) else {
        return Err(bad());
    };
    let part = |of: &[i64], at: usize, otherwise: i64| of.get(at).copied().unwrap_or(otherwise);
    let (year, month, of_month) = (part(&day, 0, 0), part(&day, 1, 1), part(&day, 2, 1));
    let (h, m, s) = (part(&clock, 0, 0), part(&clock, 1, 0), part(&clock, 2, 0));
    let fits = (1970..=2038).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&of_month)
        && (0..24).contains(&h)
        && (0..60).contains(&m)
        && (0..60).contains(&s)
        && day.len() <= 3
        && clock.len() <= 3;
    let seconds = calendar::days(year, month, of_month) * calendar::DAY + 3600 * h + 60 * m + s;
    let seconds = u32::try_from(seconds).ok().filter(|_| fits);
    seconds.ok_or_else(bad)
}

fn weekdays(given: &Given<'_>, option: &Opt) -> Outcome<u8> {
    let mut bits = 0u8;
    for word in option.word().split(',').filter(|word| !word.is_empty()) {
        let by_name = |day: &&str| word.as_bytes().get(..2) == day.as_bytes().get(..2);
        let found = match word.parse::<u8>() {
            Ok(day) => Some(day),
            Err(_) => WEEKDAYS.iter().position(by_name).map(|at| at as u8 + 1),
        };
        let bad = || given.problem(&format!("{word} is not a valid day specifier"));
        bits |= match found.ok_or_else(bad)? {
            day @ 1..=7 => 1 << day,
            _ => 0,
        };
    }
    Ok(if option.not {
        bits ^ ALL_WEEKDAYS
    } else {
        bits
    })
}

fn monthdays(given: &Given<'_>, option: &Opt) -> Outcome<u32> {
    let mut bits = 0u32;
    for word in option.word().split(',').filter(|word| !word.is_empty()) {
        let bad = || given.problem(&format!("{word} is not a valid day for --monthdays"));
        let day: u32 = word.parse().map_err(|_| bad())?;
        if !(1..=31).contains(&day) {
            return Err(bad());
        }
        bits |= 1 << day;
    }
    Ok(if option.not {
        bits ^ ALL_MONTHDAYS
    } else {
        bits
    })
}

fn moment(seconds: u32, between: char) -> String {
    let seconds = u64::from(seconds);
    let (date, time) = (date(seconds), time_of_day(seconds));
    format!("{date}{between}{time}")
}

/// `1st,2nd`, as iptables counts: 11st, 12nd, 13rd.
fn ordinal(day: u32) -> String {
    let end = match day % 10 {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };
    format!("{day}{end}")
}

fn show_time(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Time(found) = first(view)? else {
        return None;
    };
    let (mut save, mut list) = (String::from("-m time"), String::from("TIME"));
    if found.hours != (0, DAY - 1) {
        let (from, to) = (u64::from(found.hours.0), u64::from(found.hours.1));
        let (from, to) = (time_of_day(from), time_of_day(to));
        save += &format!(" --timestart {from} --timestop {to}");
        list += &format!(" from {from} to {to}");
    }
    let months = (1..=31).filter(|day| found.monthdays & 1 << day != 0);
    let weeks = (1..=7).filter(|day| found.weekdays & 1 << day != 0);
    let weeks: Vec<&str> = weeks
        .filter_map(|day: usize| WEEKDAYS.get(day - 1).copied())
        .collect();
    let weeks = weeks.join(",");
    if found.monthdays != ALL_MONTHDAYS {
        let days: Vec<String> = months.clone().map(|day: u32| day.to_string()).collect();
        save += &format!(" --monthdays {}", days.join(","));
    }
    if found.weekdays != ALL_WEEKDAYS {
        save += &format!(" --weekdays {weeks}");
        list += &format!(" on {weeks}");
    }
    if found.monthdays != ALL_MONTHDAYS {
        let days: Vec<String> = months.map(ordinal).collect();
        list += &format!(" on {}", days.join(","));
    }
    let (from, to) = found.dates;
    if from != 0 {
        save += &format!(" --datestart {}", moment(from, 'T'));
        list += &format!(" starting from {}", moment(from, ' '));
    }
    if to != 0 {
        save += &format!(" --datestop {}", moment(to, 'T'));
    }
    if to != LAST {
        list += &format!(" until date {}", moment(to, ' '));
    }
    if found.kernel_zone {
        save += " --kerneltz";
    } else {
        list += " UTC";
    }
    if found.contiguous {
        save += " --contiguous";
        list += " contiguous";
    }
    said(save, list)
}
