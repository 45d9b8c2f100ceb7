//! `sleep` by the world's clock, with sleep(1)'s words: `sleep NUMBER[smhd]...`.

use netloom_model::Errno;
use netloom_tools::Context;
use std::time::Duration;

/// Waits for the sum of its arguments.
pub(super) fn main(cx: &mut Context<'_>) -> i32 {
    if cx.args.is_empty() {
        let _ = writeln!(cx.err, "sleep: missing operand");
        return 1;
    }
    let mut total = Duration::ZERO;
    for word in &cx.args {
        let Some(time) = interval(word) else {
            let _ = writeln!(
                cx.err,
                "sleep: invalid time interval \u{2018}{word}\u{2019}"
            );
            return 1;
        };
        total = total.saturating_add(time);
    }
    let slept = (cx.world.now()).and_then(|now| cx.world.sleep_until(now + total));
    match slept {
        Ok(()) => 0,
        Err(error) if error.errno == Errno::INTR => 130,
        Err(error) => {
            let _ = writeln!(cx.err, "sleep: {error}");
            1
        }
    }
}

/// What `5`, `0.5`, `1.5m` or `inf` stands for.
pub(super) fn interval(word: &str) -> Option<Duration> {
    let (number, unit) = match word.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) => (number, word.chars().next_back()?),
        None => (word, 's'),
    };
    let factor = match unit {
        'm' => 60.0,
        'h' => 3600.0,
        'd' => 86400.0,
        _ => 1.0,
    };
    let seconds = number.parse::<f64>().ok()? * factor;
    if seconds.is_nan() || seconds.is_sign_negative() {
        return None;
    }
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_has_a_number_and_a_unit() {
        assert_eq!(interval("300"), Some(Duration::from_secs(300)));
        assert_eq!(interval("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(interval("1.5m"), Some(Duration::from_secs(90)));
        assert_eq!(interval("2h"), Some(Duration::from_secs(7200)));
        assert_eq!(interval("infinity"), Some(Duration::MAX));
        for word in ["", "s", "-1", "1x", "x", "nan"] {
            assert_eq!(interval(word), None, "{word}");
        }
    }
}
