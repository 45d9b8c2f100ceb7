//! The metrics of a route (`RTAX_*`): their words and how they are printed.

use crate::ip::print::{Record, Value};
use crate::ip::words::{Failure, Outcome, Words, u32_of};
use netloom_model::route::RouteMetrics;

/// Takes the metric that `word` names from `words`; whether it names one.
pub(super) fn parse(
    metrics: &mut RouteMetrics,
    word: &str,
    words: &mut Words<'_>,
) -> Outcome<bool> {
    let slot = match word {
        "mtu" => &mut metrics.mtu,
        "advmss" => &mut metrics.advmss,
        "hoplimit" => &mut metrics.hoplimit,
        "window" => &mut metrics.window,
        "rtt" => &mut metrics.rtt,
        "initcwnd" => &mut metrics.initcwnd,
        "initrwnd" => &mut metrics.initrwnd,
        "quickack" => &mut metrics.quickack,
        "rttvar" | "reordering" | "cwnd" | "ssthresh" | "rto_min" | "features" | "congctl"
        | "fastopen_no_cookie" => return Err(Failure::unsupported(word)),
        _ => return Ok(false),
    };
    let mut value = words.value()?;
    if value == "lock" && word == "mtu" {
        metrics.mtu_lock = true;
        value = words.value()?;
    }
    let number = if word == "rtt" {
        time(value)
    } else {
        u32_of(value)
    };
    let wrong = format!("\"{word}\" value is invalid");
    let number = number.ok_or_else(|| Failure::wrong_nl(value, &wrong))?;
    if word == "quickack" && number > 1 {
        return Err(Failure::wrong_nl(
            value,
            "\"quickack\" value should be 0 or 1",
        ));
    }
    *slot = number;
    Ok(true)
}

/// A time in milliseconds; a bare number is in the kernel's eighths of one.
fn time(word: &str) -> Option<u32> {
    let unit = word.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (digits, unit) = word.split_at(unit.unwrap_or(word.len()));
    let value: f64 = digits.parse().ok()?;
    let scale = match unit {
        "s" | "sec" | "secs" => 1000.0,
        "ms" | "msec" | "msecs" => 1.0,
        "" => 0.125,
        _ => return None,
    };
    let ms = value * scale;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was checked"
    )]
    (ms <= f64::from(u32::MAX)).then_some(ms as u32)
}

/// Prints the metrics that are set, in the order of their numbers.
pub(super) fn show(record: &mut Record, m: &RouteMetrics) {
    let mut members = Vec::new();
    let lock = if m.mtu_lock { "lock " } else { "" };
    let named = [
        ("mtu", m.mtu),
        ("window", m.window),
        ("rtt", m.rtt),
        ("advmss", m.advmss),
        ("hoplimit", m.hoplimit),
        ("initcwnd", m.initcwnd),
        ("initrwnd", m.initrwnd),
        ("quickack", m.quickack),
    ];
    for (name, value) in named.into_iter().filter(|(_, value)| *value != 0) {
        match name {
            "mtu" => record.text(format_args!("mtu {lock}{value} ")),
            "rtt" if value >= 1000 => {
                record.text(format_args!("rtt {}s ", f64::from(value) / 1000.0));
            }
            "rtt" => record.text(format_args!("rtt {value}ms ")),
            _ => record.text(format_args!("{name} {value} ")),
        }
        members.push((name.to_owned(), Value::from(value)));
    }
    if !members.is_empty() {
        record.json("metrics", Value::List(vec![Value::Object(members)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(time("100ms"), Some(100));
        assert_eq!(time("2s"), Some(2000));
        assert_eq!(time("80"), Some(10));
        assert_eq!(time("x"), None);
    }

    #[test]
    fn metrics_are_printed_in_the_order_of_their_numbers() {
        let mut record = Record::default();
        let metrics = RouteMetrics {
            mtu: 1400,
            mtu_lock: true,
            rtt: 2000,
            window: 30,
            ..RouteMetrics::default()
        };
        show(&mut record, &metrics);
        assert_eq!(record.text, "mtu lock 1400 window 30 rtt 2s ");
    }
}
