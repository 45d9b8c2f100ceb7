//! Numbers as strtoll(3) and its kin read them: decimal, octal or hexadecimal, with a sign.

use super::failed;
use crate::ip::words::Outcome;

/// The largest number that a counter can be said to have.
pub(super) const MOST: u64 = u64::MAX - 1;

/// A number of any size; none where it is none.
fn read(word: &str) -> Option<i128> {
    let (digits, negative) = match word.strip_prefix('-') {
        Some(digits) => (digits, true),
        None => (word.strip_prefix('+').unwrap_or(word), false),
    };
    let hex = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"));
    let (digits, radix) = match (hex, digits.strip_prefix('0')) {
        (Some(hex), _) => (hex, 16),
        (None, Some(octal)) if !octal.is_empty() => (octal, 8),
        (None, _) => (digits, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let found = i128::from_str_radix(digits, radix).unwrap_or(i128::MAX);
    Some(if negative { -found } else { found })
}

/// A number of a span.
///
/// # Errors
/// It is none, or lies outside.
pub(super) fn within(word: &str, first: u64, last: u64) -> Outcome<u64> {
    let found =
        read(word).ok_or_else(|| failed(format!("Syntax error: '{word}' is invalid as number")))?;
    match u64::try_from(found) {
        Ok(found) if (first..=last).contains(&found) => Ok(found),
        _ => Err(failed(format!(
            "Syntax error: '{word}' is out of range {first}-{last}"
        ))),
    }
}

/// A number of 32 bits.
pub(super) fn number(word: &str) -> Outcome<u32> {
    within(word, 0, u32::MAX.into()).map(|found| found as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_told_apart_from_one_out_of_range() {
        let text = |word| within(word, 0, 10).unwrap_err().text;
        assert!(text("x").contains("'x' is invalid as number"));
        assert!(text("0x").contains("is invalid as number"));
        for far in ["-1", "11", "99999999999999999999999999999999999999999999"] {
            assert!(text(far).contains("is out of range 0-10"), "{far}");
        }
        assert_eq!(within("0xa", 0, 10).ok(), Some(10));
        assert_eq!(within("010", 0, 10).ok(), Some(8));
    }
}
