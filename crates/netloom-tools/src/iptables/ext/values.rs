//! Values of options, read as iptables reads them, and pieces of what is said of them.

use super::super::extension::{Given, Opt, Shown, View};
use crate::ip::words::Outcome;
use core::net::IpAddr;
use netloom_model::Family;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Masked, Not, Span, XtMatch, XtTarget};

/// A number: decimal, `0x` sixteen to the digit, or `0` eight.
pub(super) fn number(word: &str) -> Option<u64> {
    if let Some(hex) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        return u64::from_str_radix(hex, 16).ok();
    }
    match word.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => u64::from_str_radix(octal, 8).ok(),
        _ => word.parse().ok(),
    }
}

/// `! `, where it is the other way round.
pub(super) const fn bang(not: bool) -> &'static str {
    if not { "! " } else { "" }
}

/// `!`, where it is the other way round.
pub(super) const fn mark(not: bool) -> &'static str {
    if not { "!" } else { "" }
}

/// The match that is to be said.
pub(super) fn first<'a>(view: &View<'a>) -> Option<&'a XtMatch> {
    match view.statements.first()? {
        Statement::XtMatch(found) => Some(found),
        _ => None,
    }
}

/// The target that is to be said.
pub(super) fn target<'a>(view: &View<'a>) -> Option<&'a XtTarget> {
    match view.statements.first()? {
        Statement::XtTarget(found) => Some(found),
        _ => None,
    }
}

/// One statement is said, so.
pub(super) fn said(save: impl Into<String>, list: impl Into<String>) -> Option<(usize, Shown)> {
    let shown = Shown {
        save: save.into(),
        list: list.into(),
    };
    Some((1, shown))
}

/// A match as statements.
pub(super) fn one(found: XtMatch) -> Outcome<Vec<Statement>> {
    Ok(vec![Statement::XtMatch(found)])
}

/// A target as statements.
pub(super) fn one_target(found: XtTarget) -> Outcome<Vec<Statement>> {
    Ok(vec![Statement::XtTarget(found)])
}

/// `from:to`, or one number where both are the same.
pub(super) fn span<T: PartialEq + core::fmt::Display>((from, to): &Span<T>) -> String {
    if from == to {
        from.to_string()
    } else {
        format!("{from}:{to}")
    }
}

/// `0x1/0xff`, or the number alone where every bit counts.
pub(super) fn masked(found: Masked) -> String {
    if found.mask == u32::MAX {
        format!("0x{:x}", found.value)
    } else {
        format!("0x{:x}/0x{:x}", found.value, found.mask)
    }
}

impl Opt {
    /// Its first value.
    pub(super) fn word(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    /// What was asked for, or the opposite.
    pub(super) const fn of<T: Copy>(&self, is: T) -> Not<T> {
        Not { is, not: self.not }
    }
}

impl Given<'_> {
    /// Whether an option is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.option(name).is_some()
    }

    /// An option that has to be there.
    pub(super) fn needed(&self, of: &str, name: &str) -> Outcome<&Opt> {
        self.option(name)
            .ok_or_else(|| self.problem(&format!("{of}: option \"--{name}\" must be specified\n")))
    }

    /// No option is there twice.
    pub(super) fn once(&self, of: &str) -> Outcome<()> {
        let mut all = self.options.iter().enumerate();
        let twice = all.find(|(at, one)| self.options[..*at].iter().any(|o| o.name == one.name));
        match twice {
            Some((_, option)) => {
                let name = option.name;
                let text = format!("{of}: option \"--{name}\" can only be used once.\n");
                Err(self.problem(&text))
            }
            None => Ok(()),
        }
    }

    /// Two options exclude each other.
    pub(super) fn clash(&self, of: &str, one: &str, other: &str) -> crate::ip::words::Failure {
        let text =
            format!("{of}: option \"--{one}\" cannot be used together with \"--{other}\".\n");
        self.problem(&text)
    }

    fn bad(&self, of: &str, opt: &Opt, max: u64) -> crate::ip::words::Failure {
        self.out_of(of, opt, (0, max))
    }

    fn out_of(&self, of: &str, opt: &Opt, (min, max): (u64, u64)) -> crate::ip::words::Failure {
        let name = opt.name;
        let why = format!("bad value for option \"--{name}\", or out of range ({min}-{max})");
        self.problem(&format!("{of}: {why}.\n"))
    }

    /// A number of a span.
    pub(super) fn uint_from(&self, of: &str, opt: &Opt, span: (u64, u64)) -> Outcome<u64> {
        let found = number(opt.word()).filter(|found| (span.0..=span.1).contains(found));
        found.ok_or_else(|| self.out_of(of, opt, span))
    }

    /// A number up to `max`.
    pub(super) fn uint(&self, of: &str, opt: &Opt, max: u64) -> Outcome<u64> {
        let found = number(opt.word()).filter(|found| *found <= max);
        found.ok_or_else(|| self.bad(of, opt, max))
    }

    /// A byte.
    pub(super) fn byte(&self, of: &str, opt: &Opt) -> Outcome<u8> {
        Ok(self.uint(of, opt, 255)? as u8)
    }

    /// `from:to`, either of which can be left out, or one number.
    pub(super) fn span(&self, of: &str, opt: &Opt, max: u64) -> Outcome<Span<u64>> {
        let (from, to) = match opt.word().split_once(':') {
            Some((from, to)) => (from, to),
            None => (opt.word(), opt.word()),
        };
        let read = |word: &str, empty: u64| {
            if word.is_empty() {
                return Some(empty);
            }
            number(word).filter(|found| *found <= max)
        };
        match (read(from, 0), read(to, max)) {
            (Some(from), Some(to)) => Ok((from, to)),
            (first, _) => {
                let (name, near) = (opt.name, if first.is_none() { from } else { to });
                let why = format!("bad value for option \"--{name}\" near \"{near}\"");
                Err(self.problem(&format!("{of}: {why}, or out of range (0-{max}).\n")))
            }
        }
    }

    /// `from:to` of 16 bits.
    pub(super) fn span16(&self, of: &str, opt: &Opt) -> Outcome<Span<u16>> {
        let (from, to) = self.span(of, opt, u64::from(u16::MAX))?;
        Ok((from as u16, to as u16))
    }

    /// `from:to` of 32 bits.
    pub(super) fn span32(&self, of: &str, opt: &Opt) -> Outcome<Span<u32>> {
        let (from, to) = self.span(of, opt, u64::from(u32::MAX))?;
        Ok((from as u32, to as u32))
    }

    /// `number[/mask]`.
    pub(super) fn masked(&self, of: &str, opt: &Opt) -> Outcome<Masked> {
        let (value, mask) = match opt.word().split_once('/') {
            Some((value, mask)) => (number(value), number(mask)),
            None => (number(opt.word()), Some(u64::from(u32::MAX))),
        };
        let small = |found: Option<u64>| found.and_then(|found| u32::try_from(found).ok());
        match (small(value), small(mask)) {
            (Some(value), Some(mask)) => Ok(Masked { value, mask }),
            (value, _) => {
                let (name, word) = (opt.name, opt.word());
                let wrong = match value {
                    None => word.split('/').next().unwrap_or_default(),
                    Some(_) => word.split_once('/').map_or("", |(_, mask)| mask),
                };
                let begins = wrong.starts_with(|c: char| c.is_ascii_digit());
                let what = match begins && number(wrong).is_none() {
                    true => format!("trailing garbage after value for option \"--{name}\"."),
                    false => {
                        format!("bad integer value for option \"--{name}\", or out of range.")
                    }
                };
                Err(self.problem(&format!("{of}: {what}\n")))
            }
        }
    }

    /// An address of the rule's family.
    pub(super) fn address(&self, word: &str) -> Option<IpAddr> {
        let found: IpAddr = word.parse().ok()?;
        (found.is_ipv4() == (self.variant.family == Family::V4)).then_some(found)
    }
}
