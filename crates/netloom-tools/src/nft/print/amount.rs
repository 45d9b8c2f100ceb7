//! Amounts in nft's words: limits and quotas.

use crate::nft::rule::{TIMES, UNITS};
use netloom_model::ruleset::statement::{Limit, Quota};
use std::fmt::Write as _;

/// So many bytes in the greatest unit that fits.
pub(in crate::nft) fn units(bytes: u64) -> (u64, &'static str) {
    let unit = UNITS
        .iter()
        .find(|(_, size)| bytes > 0 && bytes.is_multiple_of(*size));
    let (name, size) = unit.copied().unwrap_or(("bytes", 1));
    (bytes / size, name)
}

fn in_units(bytes: u64) -> String {
    let (number, name) = units(bytes);
    format!("{number} {name}")
}

/// The word of a limit's time.
pub(in crate::nft) fn time_word(limit: &Limit) -> &'static str {
    let time = TIMES.iter().find(|(_, seconds)| *seconds == limit.per);
    time.map_or("second", |(name, _)| name)
}

/// A limit, without that word.
pub(in crate::nft) fn show_limit(limit: &Limit) -> String {
    let over = if limit.over { "over " } else { "" };
    let time = time_word(limit);
    let (rate, burst) = match (limit.bytes, limit.burst) {
        (true, 0) => (in_units(limit.rate), String::new()),
        (true, burst) => (
            in_units(limit.rate),
            format!(" burst {}", in_units(u64::from(burst))),
        ),
        (false, 0 | 5) => (limit.rate.to_string(), String::new()),
        (false, burst) => (limit.rate.to_string(), format!(" burst {burst} packets")),
    };
    format!("rate {over}{rate}/{time}{burst}")
}

/// A quota, without that word.
pub(in crate::nft) fn show_quota(quota: &Quota, stateless: bool) -> String {
    let over = if quota.over { "over " } else { "" };
    let mut words = format!("{over}{}", in_units(quota.bytes));
    if quota.used > 0 && !stateless {
        let _ = write!(words, " used {}", in_units(quota.used));
    }
    words
}
