//! Values of a rule's selectors, as they are written for `add` and for `show` alike.

use crate::ip::protocol_names::{ALIASES, PROTOCOL_NAMES};
use crate::ip::words::{Failure, Outcome, PROTOCOLS, dsfield, u32_of};

pub(super) fn tos(word: &str) -> Outcome<u8> {
    dsfield(word).ok_or_else(|| Failure::wrong_nl(word, "TOS value is invalid"))
}

pub(super) fn fwmark(word: &str) -> Outcome<(u32, Option<u32>)> {
    let (value, mask) = match word.split_once('/') {
        Some((value, mask)) => (value, Some(mask)),
        None => (word, None),
    };
    let parse = |word: &str, what: &str| {
        u32_of(word).ok_or_else(|| Failure::wrong_nl(word, &format!("{what} value is invalid")))
    };
    let value = parse(value, "fwmark")?;
    let mask = mask.map(|mask| parse(mask, "fwmask")).transpose()?;
    Ok((value, mask))
}

pub(super) fn protocol(word: &str) -> Outcome<u8> {
    let wrong = || Failure::wrong_nl(word, "\"protocol\" value is invalid");
    let number = PROTOCOLS.number(word, 255).ok_or_else(wrong)?;
    u8::try_from(number).map_err(|_| wrong())
}

/// A protocol above IP, by one of its names or its decimal number.
pub(in crate::ip) fn ipproto(word: &str) -> Outcome<u8> {
    let named = || {
        let names = [PROTOCOL_NAMES, ALIASES];
        names.iter().find_map(|names| names.number(word, 255))
    };
    let number = if word.starts_with(|c: char| c.is_ascii_digit()) {
        word.parse().ok()
    } else {
        named().and_then(|number| u8::try_from(number).ok())
    };
    number.ok_or_else(|| Failure::wrong_nl(word, "Invalid \"ipproto\" value"))
}

/// What sscanf(3) reads as a number: the digits in front, and what follows them.
fn leading(word: &str) -> Option<(u64, &str)> {
    let end = word.find(|c: char| !c.is_ascii_digit());
    let (digits, rest) = word.split_at(end.unwrap_or(word.len()));
    digits.parse().ok().map(|number| (number, rest))
}

/// One number or two, `FROM-TO`.
fn range(word: &str) -> Option<(u64, Option<u64>)> {
    let (from, rest) = leading(word)?;
    let to = rest.strip_prefix('-').and_then(leading);
    Some((from, to.map(|(to, _)| to)))
}

/// A port or a range of ports; what is too large loses its upper bits, as in the original.
pub(super) fn ports(word: &str) -> Outcome<(u16, u16)> {
    let wrong = || Failure::wrong_nl(word, "invalid port range");
    let (from, to) = range(word).ok_or_else(wrong)?;
    Ok((from as u16, to.unwrap_or(from) as u16))
}

/// A range of users.
pub(super) fn users(word: &str) -> Outcome<(u32, u32)> {
    let wrong = || Failure::wrong_nl(word, "invalid UID range");
    match range(word) {
        Some((from, Some(to))) => Ok((from as u32, to as u32)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_far_as_they_are_numbers() {
        assert_eq!(ports("80").unwrap(), (80, 80));
        assert_eq!(ports("80-90x").unwrap(), (80, 90));
        assert_eq!(ports("1-").unwrap(), (1, 1));
        assert_eq!(ports("70000-x").unwrap(), (4464, 4464));
        assert_eq!(users("5-7").unwrap(), (5, 7));
        let refused = users("5").unwrap_err().text;
        assert_eq!(
            refused,
            "Error: argument \"5\" is wrong: invalid UID range\n\n"
        );
    }

    #[test]
    fn protocols_have_names_and_decimal_numbers() {
        assert_eq!(ipproto("ospf").unwrap(), 89);
        assert_eq!(ipproto("TCP").unwrap(), 6);
        assert_eq!(ipproto("47").unwrap(), 47);
        assert!(ipproto("0x11").is_err());
        assert!(ipproto("256").is_err());
        assert!(ipproto("Tcp").is_err());
    }
}
