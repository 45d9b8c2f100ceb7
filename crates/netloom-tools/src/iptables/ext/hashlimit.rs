//! `hashlimit`: a limit for each of many.

use super::super::extension::{Extension, Given, Opt, Shown, View};
use super::rates::{UNITS, rate};
use super::values::{first, one, said};
use crate::ip::words::{Failure, Outcome};
use netloom_model::Family;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Hashlimit, XtMatch, hashlimit_mode as mode};

pub(super) const HASHLIMIT: Extension = Extension {
    name: "hashlimit",
    options: &[
        ("hashlimit-upto", 1),
        ("hashlimit-above", 1),
        ("hashlimit", 1),
        ("hashlimit-burst", 1),
        ("hashlimit-mode", 1),
        ("hashlimit-name", 1),
        ("hashlimit-srcmask", 1),
        ("hashlimit-dstmask", 1),
        ("hashlimit-htable-size", 1),
        ("hashlimit-htable-max", 1),
        ("hashlimit-htable-expire", 1),
        ("hashlimit-htable-gcinterval", 1),
        ("hashlimit-rate-match", 0),
        ("hashlimit-rate-interval", 1),
    ],
    build: hashlimit,
    show: show_hashlimit,
};

/// How fine time is kept for rates, in a second.
const SCALE: u64 = 1_000_000;
/// The most packets at once.
const MOST_BURST: u64 = 1_000_000;
/// How often tables are swept, in milliseconds.
const GC_INTERVAL: u32 = 1000;
/// When a bucket of bytes is forgotten.
const EXPIRE_BYTES: u32 = 15_000;
/// The same where more can be had at once.
const EXPIRE_BYTES_BURST: u32 = 60_000;
const BURST: u64 = 5;
/// Bytes are counted by so many at once.
const CHUNK: u64 = 16;

/// Parts of a connection in the order in which they are said.
const MODES: [(u8, &str); 4] = [
    (mode::SRCIP, "srcip"),
    (mode::SRCPORT, "srcport"),
    (mode::DSTIP, "dstip"),
    (mode::DSTPORT, "dstport"),
];

fn hashlimit(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let of = "hashlimit";
    let all = ["hashlimit-upto", "hashlimit-above", "hashlimit"];
    given.once(of)?;
    let mut asked = all.iter().filter_map(|name| given.option(name));
    let limit = asked.next();
    if let (Some(limit), Some(other)) = (limit, asked.next()) {
        return Err(given.clash(of, limit.name, other.name));
    }
    let name = given.needed(of, "hashlimit-name")?.word().to_owned();
    let Some(limit) = limit else {
        return Err(given.problem("You have to specify --hashlimit"));
    };
    let Amount {
        rate,
        per,
        bytes,
        expire,
    } = amount(given, limit)?;
    let whole = u64::from(u32::MAX);
    let number = |name: &str, otherwise: u32, most: u64| -> Outcome<u32> {
        let option = given.option(name);
        let found = option.map(|option| given.uint(of, option, most));
        Ok(found.transpose()?.map_or(otherwise, |found| found as u32))
    };
    let bits = bits(given.variant.family);
    let prefix = |name| number(name, bits.into(), bits.into());
    one(XtMatch::Hashlimit(Box::new(Hashlimit {
        name,
        rate,
        per,
        burst: burst(given, rate, bytes)?,
        bytes,
        above: (limit.name == "hashlimit-above") != limit.not,
        mode: modes(given)?,
        source_prefix: prefix("hashlimit-srcmask")? as u8,
        destination_prefix: prefix("hashlimit-dstmask")? as u8,
        size: number("hashlimit-htable-size", 0, whole)?,
        max: number("hashlimit-htable-max", 0, whole)?,
        expire: number("hashlimit-htable-expire", expire, whole)?,
        gc_interval: number("hashlimit-htable-gcinterval", GC_INTERVAL, whole)?,
        rate_match: given.has("hashlimit-rate-match"),
        rate_interval: number("hashlimit-rate-interval", 1, whole)?,
    })))
}

const fn bits(family: Family) -> u8 {
    match family {
        Family::V4 => 32,
        Family::V6 => 128,
    }
}

/// A limit, and when its buckets are forgotten unless somebody says it.
struct Amount {
    rate: u64,
    per: u64,
    bytes: bool,
    expire: u32,
}

fn bad(given: &Given<'_>, option: &Opt) -> Failure {
    let (name, word) = (option.name, option.word());
    given.problem(&format!(
        "hashlimit: Bad value for \"--{name}\" option: \"{word}\""
    ))
}

fn amount(given: &Given<'_>, option: &Opt) -> Outcome<Amount> {
    let word = option.word();
    if let Some(of_second) = word.rsplit_once('/').and_then(|(bytes, unit)| {
        let second = !unit.is_empty() && "second".starts_with(unit);
        second.then_some(bytes).filter(|bytes| bytes.ends_with('b'))
    }) {
        let bytes = in_bytes(of_second).ok_or_else(|| bad(given, option))?;
        return Ok(Amount {
            rate: kept(bytes),
            per: 1,
            bytes: true,
            expire: match given.has("hashlimit-burst") {
                true => EXPIRE_BYTES_BURST,
                false => EXPIRE_BYTES,
            },
        });
    }
    // A `b` alone says nothing.
    let (rate, per) = rate(word.trim_end_matches('b')).ok_or_else(|| bad(given, option))?;
    let period = SCALE * per / rate;
    if period == 0 {
        return Err(given.problem(&format!("Rate too fast \"{word}\"")));
    }
    // Of a window the unit does not count: it is as long as it is said to be.
    let (rate, unit) = match given.has("hashlimit-rate-match") {
        true => (rate, 1),
        false => told(period),
    };
    Ok(Amount {
        rate,
        per: unit,
        bytes: false,
        expire: per as u32 * 1000,
    })
}

/// `number[k|m]b`.
fn in_bytes(word: &str) -> Option<u64> {
    let word = word.strip_suffix('b')?;
    let (digits, factor) = match word.strip_suffix(['k', 'm']) {
        Some(digits) if word.ends_with('k') => (digits, 1024),
        Some(digits) => (digits, 1024 * 1024),
        None => (word, 1),
    };
    let bytes = digits.parse::<u64>().ok()?.checked_mul(factor)?;
    (bytes <= u64::from(u32::MAX)).then_some(bytes)
}

/// The bytes of a second as the kernel keeps them.
const fn kept(bytes: u64) -> u64 {
    let cost = u32::MAX as u64 / (bytes / CHUNK + 1);
    (u32::MAX as u64 / cost - 1) * CHUNK
}

/// How often in which time: the greatest unit that says it well.
fn told(period: u64) -> (u64, u64) {
    let mut found = UNITS[3].0;
    for (unit, ..) in UNITS.iter().rev().skip(1) {
        let all = SCALE * unit;
        if period > all || all / period < all % period {
            break;
        }
        found = *unit;
    }
    (SCALE * found / period, found)
}

fn burst(given: &Given<'_>, rate: u64, bytes: bool) -> Outcome<u64> {
    let option = given.option("hashlimit-burst");
    if !bytes {
        let Some(option) = option else {
            return Ok(BURST);
        };
        let found = option.word().parse().ok();
        let found = found.filter(|found| (1..=MOST_BURST).contains(found));
        return found.ok_or_else(|| {
            let text = format!(
                "bad value for option \"--hashlimit-burst\", or out of range (1-{MOST_BURST})."
            );
            given.problem(&text)
        });
    }
    let Some(option) = option else {
        return Ok(0);
    };
    let burst = in_bytes(option.word()).ok_or_else(|| bad(given, option))?;
    if burst < rate {
        return Err(given.problem(&format!("burst cannot be smaller than {rate}b")));
    }
    Ok(burst.div_ceil(rate.max(1)))
}

fn modes(given: &Given<'_>) -> Outcome<u8> {
    let Some(option) = given.option("hashlimit-mode") else {
        return Ok(0);
    };
    let mut bits = 0;
    for word in option.word().split(',') {
        let found = MODES.iter().find(|(_, name)| *name == word);
        bits |= found.ok_or_else(|| bad(given, option))?.0;
    }
    Ok(bits)
}

/// `512kb/s`: with the greatest unit that loses nothing.
fn bytes_said(rate: u64) -> String {
    let cost = |bytes: u64| u64::from(u32::MAX) / (bytes / CHUNK + 1);
    for (name, unit) in [("m", 1024 * 1024), ("k", 1024)] {
        if rate >= unit && cost(rate & !(unit - 1)) == cost(rate) {
            return format!("{}{name}b/s", rate / unit);
        }
    }
    format!("{rate}b/s")
}

fn burst_said(bytes: u64) -> String {
    for (name, unit) in [("m", 1024 * 1024), ("k", 1024)] {
        if bytes >= unit {
            return format!("{}{name}b", bytes / unit);
        }
    }
    format!("{bytes}b")
}

/// The rate in words.
fn rate_said(found: &Hashlimit, (rate, per): (u64, u64)) -> String {
    if found.bytes {
        return bytes_said(found.rate);
    }
    let unit = UNITS.iter().find(|(unit, ..)| *unit == per);
    format!("{rate}/{}", unit.map_or("sec", |(_, short, _)| short))
}

fn show_hashlimit(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Hashlimit(found) = first(view)? else {
        return None;
    };
    let (word, sign) = match found.above {
        true => ("above", "above"),
        false => ("upto", "up to"),
    };
    let window = found.rate_match && !found.bytes;
    let listed = match window {
        true => told(SCALE * u64::from(found.rate_interval) / found.rate.max(1)),
        false => (found.rate, found.per),
    };
    let mut save = format!(
        "-m hashlimit --hashlimit-{word} {}",
        rate_said(found, (found.rate, found.per))
    );
    let mut list = format!("limit: {sign} {}", rate_said(found, listed));
    let burst = match (found.bytes, found.burst) {
        (true, 0) => None,
        (true, times) => Some(burst_said(times * found.rate)),
        (false, burst) => Some(burst.to_string()),
    };
    let mut say = |option: &str, title: &str, value: String| {
        save += &format!(" --hashlimit-{option} {value}");
        if !title.is_empty() {
            list += &format!(" {title} {value}");
        }
    };
    if let Some(burst) = burst {
        say("burst", "burst", burst);
    }
    let modes = MODES.iter().filter(|(bit, _)| found.mode & bit != 0);
    let modes: Vec<&str> = modes.map(|(_, name)| *name).collect();
    if !modes.is_empty() {
        say("mode", "", modes.join(","));
        list += &format!(" mode {}", modes.join("-"));
    }
    finish(view, found, listed.1, (save, list))
}

/// The rest: what tables are like.
fn finish(
    view: &View<'_>,
    found: &Hashlimit,
    listed: u64,
    (mut save, mut list): (String, String),
) -> Option<(usize, Shown)> {
    save += &format!(
        " --hashlimit-name {}",
        super::super::show::quoted(&found.name)
    );
    let bits = u32::from(bits(view.variant.family));
    // When a bucket is forgotten unless somebody says it hangs on the unit that is printed.
    let expire = |unit: u64| match found.bytes {
        true if found.burst != 0 => EXPIRE_BYTES_BURST,
        true => EXPIRE_BYTES,
        false => unit as u32 * 1000,
    };
    for (name, value, usual, listed) in [
        ("htable-size", found.size, 0, 0),
        ("htable-max", found.max, 0, 0),
        (
            "htable-gcinterval",
            found.gc_interval,
            GC_INTERVAL,
            GC_INTERVAL,
        ),
        (
            "htable-expire",
            found.expire,
            expire(found.per),
            expire(listed),
        ),
        ("srcmask", found.source_prefix.into(), bits, bits),
        ("dstmask", found.destination_prefix.into(), bits, bits),
    ] {
        if value != usual {
            save += &format!(" --hashlimit-{name} {value}");
        }
        if value != listed {
            list += &format!(" {name} {value}");
        }
    }
    if found.rate_match {
        save += " --hashlimit-rate-match";
        list += " rate-match";
        if found.rate_interval != 1 {
            save += &format!(" --hashlimit-rate-interval {}", found.rate_interval);
            list += &format!(" rate-interval {}", found.rate_interval);
        }
    }
    said(save, list)
}
