//! The words of `ip`: abbreviations, prefixes, names of tables, protocols and scopes, and the
//! errors about them (rtnetlink(7), /etc/iproute2).

use crate::Context;
use core::net::{IpAddr, Ipv4Addr};
use core::str::FromStr;
use netloom_model::state::Parts;
use netloom_model::{Family, IpNet, Namespace};

/// Why a command ends early: what it says on standard error, and its exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The text, with its newlines.
    pub(crate) text: String,
    /// The exit code.
    pub(crate) code: i32,
}

impl Failure {
    /// A failure that says `text` and a newline.
    pub(crate) fn new(text: impl Into<String>, code: i32) -> Failure {
        let mut text = text.into();
        text.push('\n');
        Failure { text, code }
    }

    /// The word `arg` is wrong, says `why`.
    pub(crate) fn wrong(arg: &str, why: &str) -> Failure {
        Failure::new(format!("Error: argument \"{arg}\" is wrong: {why}"), 255)
    }

    /// The same, where the original's sentence has a newline of its own.
    pub(crate) fn wrong_nl(arg: &str, why: &str) -> Failure {
        Failure::wrong(arg, &format!("{why}\n"))
    }

    /// Neither a keyword, nor may another `key` come.
    pub(crate) fn garbage(key: &str, arg: &str) -> Failure {
        let text = format!("Error: either \"{key}\" is duplicate, or \"{arg}\" is a garbage.");
        Failure::new(text, 255)
    }

    /// The word for `key` is there twice.
    pub(crate) fn duplicate(key: &str, arg: &str) -> Failure {
        let text = format!("Error: duplicate \"{key}\": \"{arg}\" is the second value.");
        Failure::new(text, 255)
    }

    /// A word of the original that is not done here.
    pub(crate) fn unsupported(word: &str) -> Failure {
        Failure::new(format!("Error: \"{word}\" is not supported here."), 255)
    }

    /// Whether a kernel refused it to a user without the capability for it.
    pub(crate) fn is_refused(&self) -> bool {
        self.text.trim_end() == "RTNETLINK answers: Operation not permitted"
    }

    /// There is no such link.
    pub(crate) fn no_device(name: &str) -> Failure {
        Failure::new(format!("Cannot find device \"{name}\""), 1)
    }
}

impl From<netloom_model::Error> for Failure {
    /// What a refused netlink request prints.
    fn from(error: netloom_model::Error) -> Failure {
        match error.message {
            Some(message) if message.ends_with('.') => Failure::new(format!("Error: {message}"), 2),
            Some(message) => Failure::new(format!("Error: {message}."), 2),
            None => Failure::new(format!("RTNETLINK answers: {}", error.errno), 2),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::new(error.to_string(), 1)
    }
}

/// The result of a part of a command.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// The words of a command line, taken one after the other.
#[derive(Debug)]
pub(crate) struct Words<'a> {
    words: &'a [String],
}

impl<'a> Words<'a> {
    /// The words in `words`.
    pub(crate) fn new(words: &'a [String]) -> Words<'a> {
        Words { words }
    }

    /// The next word.
    pub(crate) fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    /// The next word, left where it is.
    pub(crate) fn peek(&self) -> Option<&'a str> {
        self.words.first().map(String::as_str)
    }

    /// The word that must follow.
    pub(crate) fn value(&mut self) -> Outcome<&'a str> {
        let text = "Command line is not complete. Try option \"help\"";
        self.next().ok_or_else(|| Failure::new(text, 255))
    }
}

impl Words<'_> {
    /// The word that must follow, as a number; `why` is what is wrong with any other.
    pub(crate) fn number<T: TryFrom<u64>>(&mut self, why: &str) -> Outcome<T> {
        let word = self.value()?;
        let parsed = number(word).and_then(|n| T::try_from(n).ok());
        parsed.ok_or_else(|| Failure::wrong_nl(word, why))
    }

    /// The same where the original's sentence has no newline of its own.
    pub(crate) fn plain_number<T: TryFrom<u64>>(&mut self, why: &str) -> Outcome<T> {
        let word = self.value()?;
        let parsed = number(word).and_then(|n| T::try_from(n).ok());
        parsed.ok_or_else(|| Failure::wrong(word, why))
    }

    /// `on` or `off`, for `key`.
    pub(crate) fn on_off(&mut self, key: &str) -> Outcome<bool> {
        match self.value()? {
            "on" => Ok(true),
            "off" => Ok(false),
            other => {
                let text = format!(
                    "Error: argument of \"{key}\" must be \"on\" or \"off\", not \"{other}\""
                );
                Err(Failure::new(text, 1))
            }
        }
    }

    /// Everything that is left.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        let rest = self.words.to_vec();
        self.words = &[];
        rest
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// Whether the option `name` is `color`, abbreviated or not, with one of its values or none.
pub(crate) fn is_color(name: &str) -> bool {
    let (name, when) = name.split_once('=').unwrap_or((name, "always"));
    matches(name, "color") && ["always", "auto", "never"].contains(&when)
}

/// Whether `word` is `full` or abbreviates it.
pub(crate) fn matches(word: &str, full: &str) -> bool {
    !word.is_empty() && full.starts_with(word)
}

/// Splits a line of a batch into words: quotes hold words together, `#` ends the line.
pub(crate) fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (c, quote) {
            (c, Some(q)) if c == q => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            ('#', None) => break,
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// A number as strtoul(3) reads it with base 0, the whole word.
pub(crate) fn number(word: &str) -> Option<u64> {
    if let Some(hex) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        return u64::from_str_radix(hex, 16).ok();
    }
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if word.len() > 1 && word.starts_with('0') {
        return u64::from_str_radix(&word[1..], 8).ok();
    }
    word.parse().ok()
}

/// A number of 32 bits.
pub(crate) fn u32_of(word: &str) -> Option<u32> {
    number(word).and_then(|n| u32::try_from(n).ok())
}

fn family_name(family: Option<Family>) -> &'static str {
    match family {
        None => "any valid",
        Some(Family::V4) => "inet",
        Some(Family::V6) => "inet6",
    }
}

/// A prefix: `default`, `all`, `any`, an address, short forms (`10/8`), with a length or a mask.
pub(crate) fn prefix(word: &str, family: Option<Family>) -> Outcome<IpNet> {
    parse_prefix(word, family).ok_or_else(|| {
        let name = family_name(family);
        Failure::new(
            format!("Error: {name} prefix is expected rather than \"{word}\"."),
            1,
        )
    })
}

fn parse_prefix(word: &str, family: Option<Family>) -> Option<IpNet> {
    if matches!(word, "default" | "all" | "any") {
        return Some(IpNet::default_of(family.unwrap_or(Family::V4)));
    }
    let (addr, len) = match word.split_once('/') {
        Some((addr, len)) => (addr, Some(len)),
        None => (word, None),
    };
    let addr = parse_address(addr)?;
    if family.is_some_and(|f| f != Family::of(addr)) {
        return None;
    }
    let bits = Family::of(addr).bits();
    let len = match len {
        None => bits,
        Some(len) => match len.parse::<u8>() {
            Ok(len) if len <= bits => len,
            _ => mask_length(len)?,
        },
    };
    Some(IpNet { addr, len })
}

fn mask_length(mask: &str) -> Option<u8> {
    let bits = Ipv4Addr::from_str(mask).ok()?.to_bits();
    let contiguous = bits.leading_ones() + bits.trailing_zeros() >= 32;
    u8::try_from(bits.leading_ones())
        .ok()
        .filter(|_| contiguous)
}

/// An address; IPv4 may be cut short, what is missing is zero (`10.1` is 10.1.0.0).
fn parse_address(word: &str) -> Option<IpAddr> {
    if word.contains(':') {
        return word.parse().ok();
    }
    let mut octets = [0; 4];
    let parts: Vec<&str> = word.split('.').collect();
    if parts.len() > 4 {
        return None;
    }
    for (octet, part) in octets.iter_mut().zip(&parts) {
        if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *octet = part.parse().ok()?;
    }
    Some(IpAddr::V4(Ipv4Addr::from(octets)))
}

/// An address, without a length.
pub(crate) fn address(word: &str, family: Option<Family>) -> Outcome<IpAddr> {
    let found = match word {
        "default" | "all" | "any" => Some(family.unwrap_or(Family::V4).unspecified()),
        _ => parse_address(word),
    };
    found
        .filter(|a| family.is_none_or(|f| f == Family::of(*a)))
        .ok_or_else(|| {
            let name = family_name(family);
            Failure::new(
                format!("Error: {name} address is expected rather than \"{word}\"."),
                1,
            )
        })
}

/// The address and length of a prefix as it is printed: a host without its length.
pub(crate) fn show_prefix(net: IpNet) -> String {
    if net.is_host() {
        net.addr.to_string()
    } else {
        net.to_string()
    }
}

/// Numbers that have names, as /etc/iproute2 lists them.
pub(crate) struct Names(pub(super) &'static [(u32, &'static str)]);

/// The routing tables.
pub(crate) const TABLES: Names = Names(&[
    (255, "local"),
    (254, "main"),
    (253, "default"),
    (0, "unspec"),
]);

/// The origins of routes.
pub(crate) const PROTOCOLS: Names = Names(&[
    (0, "unspec"),
    (1, "redirect"),
    (2, "kernel"),
    (3, "boot"),
    (4, "static"),
    (8, "gated"),
    (9, "ra"),
    (10, "mrt"),
    (11, "zebra"),
    (12, "bird"),
    (13, "dnrouted"),
    (14, "xorp"),
    (15, "ntk"),
    (16, "dhcp"),
    (18, "keepalived"),
    (42, "babel"),
    (99, "openr"),
    (186, "bgp"),
    (187, "isis"),
    (188, "ospf"),
    (189, "rip"),
    (192, "eigrp"),
]);

/// The scopes.
pub(crate) const SCOPES: Names = Names(&[
    (0, "global"),
    (255, "nowhere"),
    (254, "host"),
    (253, "link"),
    (200, "site"),
]);

/// The types of routes.
pub(crate) const TYPES: Names = Names(&[
    (1, "unicast"),
    (2, "local"),
    (3, "broadcast"),
    (4, "anycast"),
    (5, "multicast"),
    (6, "blackhole"),
    (7, "unreachable"),
    (8, "prohibit"),
    (9, "throw"),
]);

/// The types of service.
const DSFIELDS: Names = Names(&[
    (0x00, "default"),
    (0x28, "AF11"),
    (0x30, "AF12"),
    (0x38, "AF13"),
    (0x48, "AF21"),
    (0x50, "AF22"),
    (0x58, "AF23"),
    (0x68, "AF31"),
    (0x70, "AF32"),
    (0x78, "AF33"),
    (0x88, "AF41"),
    (0x90, "AF42"),
    (0x98, "AF43"),
    (0x20, "CS1"),
    (0x40, "CS2"),
    (0x60, "CS3"),
    (0x80, "CS4"),
    (0xa0, "CS5"),
    (0xc0, "CS6"),
    (0xe0, "CS7"),
    (0xb8, "EF"),
]);

impl Names {
    /// The number that `word` names or is, up to `most`.
    pub(crate) fn number(&self, word: &str, most: u32) -> Option<u32> {
        let named = self.0.iter().find(|(_, name)| *name == word);
        named
            .map(|(number, _)| *number)
            .or_else(|| u32_of(word))
            .filter(|n| *n <= most)
    }

    /// Whether `number` has a name.
    pub(crate) fn has(&self, number: u32) -> bool {
        self.0.iter().any(|(n, _)| *n == number)
    }

    /// The name of `number`, or the number where it has none or names are not wanted.
    pub(crate) fn name(&self, number: u32, numeric: bool) -> String {
        let named = self.0.iter().find(|(n, _)| *n == number && !numeric);
        named.map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned())
    }
}

/// A type of service: a name, or a number in hexadecimal.
pub(crate) fn dsfield(word: &str) -> Option<u8> {
    if let Some((number, _)) = DSFIELDS.0.iter().find(|(_, name)| *name == word) {
        return u8::try_from(*number).ok();
    }
    let hex = word.strip_prefix("0x").unwrap_or(word);
    u8::from_str_radix(hex, 16).ok()
}

/// How a type of service is printed.
pub(crate) fn show_dsfield(tos: u8, numeric: bool) -> String {
    let named = DSFIELDS
        .0
        .iter()
        .find(|(n, _)| *n == u32::from(tos) && !numeric);
    named.map_or_else(|| format!("{tos:#04x}"), |(_, name)| (*name).to_owned())
}

/// The namespace that the command is about, as far as `parts` wants it.
pub(crate) fn namespace(cx: &mut Context<'_>, parts: Parts) -> Outcome<Namespace> {
    let mut state = cx.world.snapshot(Some(&cx.ns), parts)?;
    Ok(state.namespaces.remove(&cx.ns).unwrap_or_default())
}

/// The index of the link called `name`.
pub(crate) fn device(ns: &Namespace, name: &str) -> Outcome<u32> {
    let link = ns.link(&name.into());
    link.map(|l| l.index)
        .ok_or_else(|| Failure::no_device(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(word: &str, family: Option<Family>) -> String {
        prefix(word, family).map_or_else(|f| f.text, |net| net.to_string())
    }

    #[test]
    fn prefixes_may_be_cut_short() {
        assert_eq!(show("10/8", None), "10.0.0.0/8");
        assert_eq!(show("10.1/17", None), "10.1.0.0/17");
        assert_eq!(show("default", None), "0.0.0.0/0");
        assert_eq!(show("10.9.0.0/255.255.0.0", None), "10.9.0.0/16");
        assert_eq!(show("fe80::1", None), "fe80::1/128");
    }

    #[test]
    fn what_is_no_prefix_is_refused_in_the_words_of_ip() {
        assert_eq!(
            show("foo", None),
            "Error: any valid prefix is expected rather than \"foo\".\n"
        );
        assert_eq!(
            show("9.9.9.0/33", Some(Family::V4)),
            "Error: inet prefix is expected rather than \"9.9.9.0/33\".\n"
        );
        assert_eq!(
            show("10.0.0.0/8", Some(Family::V6)),
            "Error: inet6 prefix is expected rather than \"10.0.0.0/8\".\n"
        );
    }

    #[test]
    fn types_of_service_are_hexadecimal() {
        assert_eq!(dsfield("0x10"), Some(0x10));
        assert_eq!(dsfield("8"), Some(8));
        assert_eq!(dsfield("CS1"), Some(0x20));
        assert_eq!(show_dsfield(0x10, false), "0x10");
        assert_eq!(show_dsfield(8, false), "0x08");
    }
}
