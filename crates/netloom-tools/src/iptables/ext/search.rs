//! `string` and `u32`: what stands somewhere in a packet.

use super::super::extension::{Extension, Given, Opt, Shown, View};
use super::values::{bang, first, mark, number, one, said};
use crate::ip::words::{Failure, Outcome};
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Not, StringSearch, U32Op, U32Test, XtMatch};

pub(super) const STRING: Extension = Extension {
    name: "string",
    options: &[
        ("algo", 1),
        ("string", 1),
        ("hex-string", 1),
        ("from", 1),
        ("to", 1),
        ("icase", 0),
    ],
    build: string,
    show: show_string,
};

/// The longest that is searched for.
const LONGEST: usize = 128;

fn string(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let of = "string";
    given.once(of)?;
    let (plain, hex) = (given.option("string"), given.option("hex-string"));
    if plain.is_some() && hex.is_some() {
        return Err(given.clash(of, "string", "hex-string"));
    }
    let place = |name: &str, otherwise: u16| -> Outcome<u16> {
        let option = given.option(name);
        let found = option.map(|o| given.uint(of, o, u64::from(u16::MAX)));
        Ok(found.transpose()?.map_or(otherwise, |found| found as u16))
    };
    let (from, to) = (place("from", 0)?, place("to", u16::MAX)?);
    let algorithm = given.needed(of, "algo")?.word().to_owned();
    let (is, not) = match (plain, hex) {
        (Some(plain), _) => (plain.word().as_bytes().to_vec(), plain.not),
        (_, Some(hex)) => (bytes(given, hex)?, hex.not),
        _ => {
            let text = "STRING match: You must specify `--string' or `--hex-string'";
            return Err(given.problem(text));
        }
    };
    if is.len() > LONGEST {
        let said = given
            .options
            .iter()
            .find(|option| option.name.ends_with("string"));
        let text = said.map_or("", Opt::word);
        return Err(given.problem(&format!("STRING too long \"{text}\"")));
    }
    one(XtMatch::String(StringSearch {
        algorithm,
        from,
        to,
        ignore_case: given.has("icase"),
        hex: is_binary(&is),
        pattern: Not { is, not },
    }))
}

/// Text with bytes between `|`, each of two digits.
fn bytes(given: &Given<'_>, option: &Opt) -> Outcome<Vec<u8>> {
    let text = option.word().as_bytes();
    let (mut out, mut at, mut hex) = (Vec::new(), 0, false);
    while let Some(byte) = text.get(at).copied() {
        let rest = &text[at + 1..];
        match byte {
            b'|' => {
                hex = !hex;
                let blanks = rest.iter().take_while(|byte| hex && **byte == b' ');
                at += 1 + blanks.count();
            }
            b'\\' if hex => return Err(given.problem("Cannot include literals in hex data")),
            b'\\' => {
                let literal = rest.first();
                let end = || given.problem("Bad literal placement at end of string");
                out.push(*literal.ok_or_else(end)?);
                at += 2;
            }
            _ if hex => {
                if rest.is_empty() {
                    return Err(given.problem("Odd number of hex digits"));
                }
                if rest.len() < 2 {
                    return Err(given.problem("Invalid hex block"));
                }
                let digit = |byte: u8| {
                    let bad = || given.problem(&format!("Invalid hex char '{}'", char::from(byte)));
                    char::from(byte).to_digit(16).ok_or_else(bad)
                };
                out.push((digit(byte)? * 16 + digit(rest[0])?) as u8);
                at += if rest[1] == b' ' { 3 } else { 2 };
            }
            plain => {
                out.push(plain);
                at += 1;
            }
        }
    }
    Ok(out)
}

/// Whether bytes are written as numbers.
fn is_binary(bytes: &[u8]) -> bool {
    let printed = |byte: &u8| (b' '..=b'~').contains(byte);
    !bytes.iter().all(printed) || bytes.last() == Some(&b'\\')
}

fn show_string(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::String(found) = first(view)? else {
        return None;
    };
    let pattern = &found.pattern.is;
    let (option, words) = if is_binary(pattern) {
        let digits: String = pattern.iter().map(|byte| format!("{byte:02x}")).collect();
        ("hex-string", format!("\"|{digits}|\""))
    } else {
        let text = String::from_utf8_lossy(pattern);
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        ("string", format!("\"{escaped}\""))
    };
    let (not, algorithm) = (found.pattern.not, &found.algorithm);
    let mut save = format!(
        "-m string {}--{option} {words} --algo {algorithm}",
        bang(not)
    );
    let mut list = format!("STRING match {} {words} ALGO name {algorithm}", mark(not));
    if found.from != 0 {
        save += &format!(" --from {}", found.from);
        list += &format!(" FROM {}", found.from);
    }
    if found.to != u16::MAX {
        save += &format!(" --to {}", found.to);
        list += &format!(" TO {}", found.to);
    }
    if found.ignore_case {
        save += " --icase";
        list += " ICASE";
    }
    said(save, list)
}

pub(super) const U32: Extension = Extension {
    name: "u32",
    options: &[("u32", 1)],
    build: |given| {
        let option = given.needed("u32", "u32")?;
        let (is, not) = (tests(given, option.word())?, option.not);
        one(XtMatch::U32 {
            tests: Not { is, not },
        })
    },
    show: show_u32,
};

/// How many tests there can be, and steps and values in each.
const MOST: usize = 10;

/// Words of `u32`, and how far they are read.
struct Reader<'a> {
    given: &'a Given<'a>,
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn problem(&self, what: &str) -> Failure {
        self.given.problem(&format!("u32: {what}"))
    }

    fn wrong(&self, what: &str) -> Failure {
        self.problem(&format!("at char {}: {what}", self.at))
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The same character once more.
    fn twice(&mut self, byte: u8) -> Outcome<()> {
        self.at += 1;
        if self.peek() != Some(byte) {
            let what = format!("a second '{}' was expected", char::from(byte));
            return Err(self.wrong(&what));
        }
        self.at += 1;
        Ok(())
    }

    fn number(&mut self) -> Outcome<u32> {
        let begin = self.at;
        self.skip_blanks();
        let rest = &self.text[self.at..];
        let hex = matches!(rest, [b'0', b'x' | b'X', digit, ..] if digit.is_ascii_hexdigit());
        let digits = |byte: &&u8| match hex {
            true => byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X'),
            false => byte.is_ascii_digit(),
        };
        let len = rest.iter().take_while(digits).count();
        let word = core::str::from_utf8(&rest[..len]).unwrap_or_default();
        let found = number(word).and_then(|found| u32::try_from(found).ok());
        let Some(found) = found else {
            self.at = begin;
            return Err(self.wrong("not a number or out of range"));
        };
        self.at += len;
        Ok(found)
    }

    /// A place up to its `=`: where it begins, and steps.
    fn location(&mut self) -> Outcome<Vec<(U32Op, u32)>> {
        let mut location = Vec::new();
        loop {
            self.skip_blanks();
            let op = match self.peek() {
                None => {
                    return Err(self.problem("abrupt end of input after location specifier"));
                }
                Some(b'=') if location.is_empty() => {
                    return Err(self.wrong("location spec missing"));
                }
                Some(b'=') => {
                    self.at += 1;
                    return Ok(location);
                }
                Some(_) if location.is_empty() => U32Op::At,
                Some(b'<') => {
                    self.twice(b'<')?;
                    U32Op::ShiftLeft
                }
                Some(b'>') => {
                    self.twice(b'>')?;
                    U32Op::ShiftRight
                }
                Some(b'&') => {
                    self.at += 1;
                    U32Op::And
                }
                Some(b'@') => {
                    self.at += 1;
                    U32Op::At
                }
                Some(_) => return Err(self.wrong("operator expected")),
            };
            location.push((op, self.number()?));
            if location.len() > MOST {
                return Err(self.wrong("too many operators"));
            }
        }
    }

    /// The numbers that may be there; whether another test follows.
    fn ranges(&mut self) -> Outcome<(Vec<(u32, u32)>, bool)> {
        let mut ranges = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None if ranges.is_empty() => {
                    return Err(self.problem("test ended with no value specified"));
                }
                None => return Ok((ranges, false)),
                Some(b'&') => {
                    self.twice(b'&')?;
                    if ranges.is_empty() {
                        self.at -= 1;
                        return Err(self.wrong("value spec missing"));
                    }
                    return Ok((ranges, true));
                }
                Some(b',') if !ranges.is_empty() => self.at += 1,
                Some(_) if !ranges.is_empty() => {
                    return Err(self.wrong("expected \",\" or \"&&\""));
                }
                Some(_) => {}
            }
            let from = self.number()?;
            self.skip_blanks();
            let mut to = from;
            if self.peek() == Some(b':') {
                self.at += 1;
                to = self.number()?;
            }
            ranges.push((from, to));
            if ranges.len() > MOST {
                return Err(self.wrong("too many \",\"s"));
            }
        }
    }
}

fn tests(given: &Given<'_>, word: &str) -> Outcome<Vec<U32Test>> {
    let mut reader = Reader {
        given,
        text: word.as_bytes(),
        at: 0,
    };
    let mut tests = Vec::new();
    loop {
        let location = reader.location()?;
        let (ranges, more) = reader.ranges()?;
        tests.push(U32Test { location, ranges });
        if tests.len() > MOST {
            return Err(reader.wrong("too many \"&&\"s"));
        }
        if !more {
            return Ok(tests);
        }
    }
}

fn show_u32(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::U32 { tests } = first(view)? else {
        return None;
    };
    let said_test = |test: &U32Test| {
        let mut out = String::new();
        for (step, (op, number)) in test.location.iter().enumerate() {
            out += match op {
                _ if step == 0 => "",
                U32Op::At => "@",
                U32Op::And => "&",
                U32Op::ShiftLeft => "<<",
                U32Op::ShiftRight => ">>",
            };
            out += &format!("{number:#x}");
        }
        let ranges = test.ranges.iter().map(|(from, to)| match from == to {
            true => format!("{from:#x}"),
            false => format!("{from:#x}:{to:#x}"),
        });
        format!("{out}={}", ranges.collect::<Vec<_>>().join(","))
    };
    let words = tests.is.iter().map(said_test);
    let (words, not) = (words.collect::<Vec<_>>().join("&&"), bang(tests.not));
    said(
        format!("-m u32 {not}--u32 \"{words}\""),
        format!("u32 {not}\"{words}\""),
    )
}
