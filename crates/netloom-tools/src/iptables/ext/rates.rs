//! `limit`, `statistic`, `quota`, `connlimit`, `connbytes`, `hashlimit`: not too much, too often or by
//! chance.

use super::super::extension::{Extension, Given, Shown, View};
use super::values::{bang, first, one, said, span};
use crate::ip::words::Outcome;
use netloom_model::Family;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::statement::Limit;
use netloom_model::ruleset::xt::{Connbytes, Connlimit, Not, Statistic, XtMatch};

pub(super) const LIMIT: Extension = Extension {
    name: "limit",
    options: &[("limit", 1), ("limit-burst", 1)],
    build: limit,
    show: show_limit,
};

/// Units of time: in seconds, as it is written in short.
pub(super) const UNITS: [(u64, &str, &str); 4] = [
    (1, "sec", "second"),
    (60, "min", "minute"),
    (3600, "hour", "hour"),
    (86400, "day", "day"),
];

/// `number[/unit]`: how many in how many seconds.
pub(super) fn rate(word: &str) -> Option<(u64, u64)> {
    let (count, unit) = match word.split_once('/') {
        Some((count, unit)) if !unit.is_empty() => (count, unit.to_lowercase()),
        Some(_) => return None,
        None => (word, "second".to_owned()),
    };
    let (per, ..) = UNITS.iter().find(|(_, _, long)| long.starts_with(&unit))?;
    let count = count.parse().ok().filter(|count| *count > 0)?;
    Some((count, *per))
}

/// How fine time is kept for rates, in a second.
const SCALE: u64 = 10_000;

fn limit(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let word = given.option("limit").map_or("3/hour", |o| o.word());
    let Some((rate, per)) = rate(word) else {
        return Err(given.problem(&format!("bad rate \"{word}\"'")));
    };
    if rate / per > SCALE {
        return Err(given.problem(&format!("Rate too fast \"{word}\"")));
    }
    let burst = match given.option("limit-burst") {
        Some(option) => given.uint("limit", option, 10000)? as u32,
        None => 5,
    };
    Ok(vec![Statement::Limit(Limit {
        rate,
        per,
        burst,
        bytes: false,
        over: false,
    })])
}

fn show_limit(view: &View<'_>) -> Option<(usize, Shown)> {
    let Statement::Limit(limit) = view.statements.first()? else {
        return None;
    };
    let (_, unit, _) = UNITS.iter().find(|(per, ..)| *per == limit.per)?;
    let Limit { rate, burst, .. } = limit;
    let mut save = format!("-m limit --limit {rate}/{unit}");
    if *burst != 5 {
        save += &format!(" --limit-burst {burst}");
    }
    said(save, format!("limit: avg {rate}/{unit} burst {burst}"))
}

pub(super) const STATISTIC: Extension = Extension {
    name: "statistic",
    options: &[("mode", 1), ("probability", 1), ("every", 1), ("packet", 1)],
    build: statistic,
    show: show_statistic,
};

/// What stands for certainty.
const CERTAIN: f64 = 2_147_483_648.0;

fn statistic(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    match given.option("mode").map_or("random", |o| o.word()) {
        "random" => {
            let Some(option) = given.option("probability") else {
                let text = "--probability must be specified when using random mode";
                return Err(given.problem(text));
            };
            let chance: Option<f64> = option.word().parse().ok();
            let Some(chance) = chance.filter(|chance| (0.0..=1.0).contains(chance)) else {
                let text =
                    "statistic: bad value for option \"--probability\", or out of range (0-1).\n";
                return Err(given.problem(text));
            };
            let number = (chance * CERTAIN)
                .round()
                .min(f64::from(u32::MAX >> 1) + 1.0);
            one(XtMatch::Statistic(Statistic::Random(
                option.of(number as u32),
            )))
        }
        "nth" => {
            let Some(option) = given.option("every") else {
                let text = "--every must be specified when using nth mode";
                return Err(given.problem(text));
            };
            let every = given.uint_from("statistic", option, (1, u64::from(u32::MAX)))? as u32;
            let Some(first) = given.option("packet") else {
                let text = "statistic: option \"--every\" also requires \"--packet\".\n";
                return Err(given.problem(text));
            };
            let packet = given.uint("statistic", first, u64::from(u32::MAX))? as u32;
            if packet >= every {
                let text = "the --packet p must be 0 <= p <= n-1";
                return Err(given.problem(text));
            }
            let every = option.of(every);
            one(XtMatch::Statistic(Statistic::Nth { every, packet }))
        }
        mode => Err(given.problem(&format!("Bad mode \"{mode}\""))),
    }
}

fn show_statistic(view: &View<'_>) -> Option<(usize, Shown)> {
    match first(view)? {
        XtMatch::Statistic(Statistic::Random(Not { is, not })) => {
            let chance = format!("{:.11}", f64::from(*is) / CERTAIN);
            let not = bang(*not);
            said(
                format!("-m statistic --mode random {not}--probability {chance}"),
                format!("statistic mode random {not}probability {chance}"),
            )
        }
        XtMatch::Statistic(Statistic::Nth { every, packet }) => {
            let (not, n) = (bang(every.not), every.is);
            let mut list = format!("statistic mode nth {not}every {n}");
            if *packet != 0 {
                list += &format!(" packet {packet}");
            }
            said(
                format!("-m statistic --mode nth {not}--every {n} --packet {packet}"),
                list,
            )
        }
        _ => None,
    }
}

pub(super) const QUOTA: Extension = Extension {
    name: "quota",
    options: &[("quota", 1)],
    build: |given| {
        let option = given.needed("quota", "quota")?;
        let bytes = given.uint("quota", option, u64::MAX)?;
        let quota = option.of(bytes);
        one(XtMatch::Quota { quota, left: bytes })
    },
    show: |view| match first(view)? {
        XtMatch::Quota {
            quota: Not { is, not },
            ..
        } => said(
            format!("-m quota {}--quota {is}", bang(*not)),
            format!("quota: {is} bytes"),
        ),
        _ => None,
    },
};

pub(super) const CONNLIMIT: Extension = Extension {
    name: "connlimit",
    options: &[
        ("connlimit-upto", 1),
        ("connlimit-above", 1),
        ("connlimit-mask", 1),
        ("connlimit-saddr", 0),
        ("connlimit-daddr", 0),
    ],
    build: connlimit,
    show: show_connlimit,
};

fn connlimit(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let of = "connlimit";
    let most = u64::from(u32::MAX);
    let above = given.option("connlimit-above");
    let upto = given.option("connlimit-upto");
    let Some(option) = above.or(upto) else {
        return Err(
            given.problem("You must specify \"--connlimit-above\" or \"--connlimit-upto\".")
        );
    };
    let bits = if given.variant.family == Family::V4 {
        32
    } else {
        128
    };
    let prefix = match given.option("connlimit-mask") {
        Some(option) => given.uint(of, option, bits)?,
        None => bits,
    };
    one(XtMatch::Connlimit(Connlimit {
        limit: given.uint(of, option, most)? as u32,
        upto: above.is_some() == option.not,
        prefix: prefix as u8,
        destination: given.has("connlimit-daddr"),
    }))
}

fn show_connlimit(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Connlimit(found) = first(view)? else {
        return None;
    };
    let (word, sign) = if found.upto {
        ("upto", "<=")
    } else {
        ("above", ">")
    };
    let side = if found.destination { "dst" } else { "src" };
    let Connlimit { limit, prefix, .. } = found;
    said(
        format!(
            "-m connlimit --connlimit-{word} {limit} --connlimit-mask {prefix} --connlimit-{}addr",
            &side[..1]
        ),
        format!("#conn {side}/{prefix} {sign} {limit}"),
    )
}

pub(super) const CONNBYTES: Extension = Extension {
    name: "connbytes",
    options: &[
        ("connbytes", 1),
        ("connbytes-dir", 1),
        ("connbytes-mode", 1),
    ],
    build: connbytes,
    show: show_connbytes,
};

const DIRECTIONS: [&str; 3] = ["original", "reply", "both"];
const MODES: [&str; 3] = ["packets", "bytes", "avgpkt"];

fn connbytes(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let of = "connbytes";
    let option = given.needed(of, "connbytes")?;
    let word = |name: &str, all: &[&str]| -> Outcome<u8> {
        let word = given.needed(of, name)?.word();
        let at = all.iter().position(|known| *known == word);
        let bad = || given.problem(&format!("Unknown --{name} `{word}'"));
        Ok(at.ok_or_else(bad)? as u8)
    };
    let (from, to) = given.span(of, option, u64::MAX)?;
    let single = !option.word().contains(':');
    let to = if single { u64::MAX } else { to };
    one(XtMatch::Connbytes(Connbytes {
        amount: option.of((from, to)),
        direction: word("connbytes-dir", &DIRECTIONS)?,
        mode: word("connbytes-mode", &MODES)?,
    }))
}

fn show_connbytes(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Connbytes(found) = first(view)? else {
        return None;
    };
    let (from, to) = found.amount.is;
    let amount = if to == u64::MAX {
        from.to_string()
    } else {
        span(&(from, to))
    };
    let direction = DIRECTIONS.get(usize::from(found.direction))?;
    let mode = MODES.get(usize::from(found.mode))?;
    let not = bang(found.amount.not);
    said(
        format!(
            "-m connbytes {not}--connbytes {amount} --connbytes-mode {mode} --connbytes-dir {direction}"
        ),
        format!("{not}connbytes {amount} connbytes mode {mode} connbytes direction {direction}"),
    )
}
