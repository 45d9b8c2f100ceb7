//! What sets and elements are made with.

use super::element;
use super::line::{Command, Line};
use super::number::{self, within};
use super::{failed, misused};
use crate::ip::words::{Failure, Outcome};
use netloom_model::Family;
use netloom_model::ipset::{
    Dimension, Entry, IpSet, Kind, ListPlace, Method, Options, Part, Range,
};
use netloom_model::ruleset::Counter;

/// Names that kinds had before ipset 6.
const OLD: &[(&str, Kind)] = &[
    ("ipmap", Kind::BitmapIp),
    ("macipmap", Kind::BitmapIpMac),
    ("portmap", Kind::BitmapPort),
    ("iphash", Kind::HashIp),
    ("nethash", Kind::HashNet),
    ("ipporthash", Kind::HashIpPort),
    ("ipportiphash", Kind::HashIpPortIp),
    ("ipportnethash", Kind::HashIpPortNet),
    ("setlist", Kind::ListSet),
];

/// The longest that an element can last, in seconds.
const LONGEST: u32 = i32::MAX as u32 / 1000;

/// The words behind an element or a kind, one after the other.
struct Words<'a>(std::slice::Iter<'a, String>);

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a str> {
        self.0.next().map(String::as_str)
    }

    fn value(&mut self, option: &str) -> Outcome<&'a str> {
        let missing = || misused(format!("Missing mandatory argument of option `{option}'"));
        self.next().ok_or_else(missing)
    }

    fn number(&mut self, option: &str, last: u32) -> Outcome<u32> {
        within(self.value(option)?, 0, last.into()).map(|found| found as u32)
    }
}

fn unknown(word: &str) -> Failure {
    misused(format!("Unknown argument: `{word}'"))
}

/// The set that `create` asks for; options of old that say nothing any more are put to those ignored.
///
/// # Errors
/// There is no such kind, or it has no such option.
pub(super) fn create(line: &Line, ignored: &mut Vec<String>) -> Outcome<IpSet> {
    let name = line.words.first().map_or("", String::as_str);
    let old = OLD
        .iter()
        .find(|(old, _)| *old == name)
        .map(|(_, kind)| *kind);
    let kind = Kind::by_name(name)
        .or(old)
        .ok_or_else(|| failed(format!("Syntax error: typename '{name}' is unknown")))?;
    let mut options = Options::default();
    let mut family = Family::V4;
    // The family says what a netmask may be, wherever it stands.
    for pair in line.words.windows(2) {
        if let ("family", "inet6") = (pair[0].as_str(), pair[1].as_str()) {
            family = Family::V6;
        }
    }
    let hash = kind.method() == Method::Hash;
    let mut ends = [None, None];
    let mut words = Words(line.words.get(1..).unwrap_or_default().iter());
    while let Some(word) = words.next() {
        // Words of old had dashes before them.
        match word.strip_prefix("--").unwrap_or(word) {
            "timeout" => options.timeout = Some(words.number(word, LONGEST)?),
            "counters" => options.counters = true,
            "comment" => options.comment = true,
            "skbinfo" => options.skbinfo = true,
            "forceadd" if hash => options.forceadd = true,
            "family" if kind.has_family() => match words.value(word)? {
                "inet" | "inet6" => {}
                other => {
                    let text = format!("Syntax error: unknown inet family {other}");
                    return Err(failed(text));
                }
            },
            "-4" if kind.has_family() => family = Family::V4,
            "-6" if kind.has_family() => family = Family::V6,
            "hashsize" if hash => options.hashsize = words.number(word, u32::MAX)?,
            "maxelem" if hash => options.maxelem = words.number(word, u32::MAX)?,
            "bucketsize" if hash => options.bucketsize = words.number(word, 255)? as u8,
            "initval" if hash => options.initval = words.number(word, u32::MAX)?,
            old @ ("probes" | "resize" | "gc") => {
                let value = words.value(word)?;
                ignored.push(format!("Option '--{old} {value}' is ignored."));
            }
            "netmask" if kind.takes_mask() || kind == Kind::BitmapIp => {
                options.netmask = Some(netmask(words.value(word)?, family)?);
            }
            "bitmask" if kind.takes_mask() => {
                options.bitmask = Some(bitmask(words.value(word)?, family)?);
            }
            "markmask" if kind.has(Dimension::Mark) => {
                options.markmask = Some(words.number(word, u32::MAX)?);
            }
            "range" | "network" if kind.method() == Method::Bitmap => {
                options.range = Some(range(words.value(word)?, kind)?);
            }
            "from" if kind.method() == Method::Bitmap => ends[0] = Some(words.value(word)?),
            "to" if kind.method() == Method::Bitmap => ends[1] = Some(words.value(word)?),
            "size" if kind == Kind::ListSet => options.size = words.number(word, u32::MAX)?,
            _ => return Err(unknown(word)),
        }
        if options.netmask.is_some() && options.bitmask.is_some() {
            let text = "bitmask and netmask are mutually exclusive, provide only one";
            return Err(failed(format!("Syntax error: {text}")));
        }
    }
    if kind.method() == Method::Bitmap && options.range.is_none() {
        options.range = Some(match ends {
            [Some(first), Some(last)] => range(&format!("{first}-{last}"), kind)?,
            [Some(_), None] => return Err(misused("Mandatory option `to' is missing")),
            [None, _] => return Err(misused("Mandatory option `range' is missing")),
        });
    }
    if kind == Kind::HashIpMark {
        options.markmask.get_or_insert(u32::MAX);
    }
    Ok(IpSet {
        name: line.set.clone().unwrap_or_default(),
        kind,
        family: kind.has_family().then_some(family),
        options,
        references: 0,
        entries: Vec::new(),
    })
}

/// Which bits of addresses count.
fn bitmask(word: &str, family: Family) -> Outcome<std::net::IpAddr> {
    let read = element::host(word, family);
    read.map_err(|failure| {
        let name = if family == Family::V4 {
            "inet"
        } else {
            "inet6"
        };
        let text = format!("Syntax error: bitmask is not valid for family = {name}");
        Failure::new(format!("{}{text}", failure.text), 1)
    })
}

fn netmask(word: &str, family: Family) -> Outcome<u8> {
    let most = if family == Family::V4 { 32 } else { 128 };
    let found = within(word, 1, most).map_err(|failure| {
        let text = format!("Syntax error: netmask is out of the inclusive range of 1-{most}");
        Failure::new(format!("{}{text}", failure.text), 1)
    })?;
    Ok(found as u8)
}

/// What a bitmap can have.
fn range(word: &str, kind: Kind) -> Outcome<Range> {
    let wrong = || failed(format!("Syntax error: cannot parse {word}"));
    if kind == Kind::BitmapPort {
        let of_bitmap = IpSet {
            name: String::new(),
            kind,
            family: None,
            options: Options::default(),
            references: 0,
            entries: Vec::new(),
        };
        return match element::parse(word, &of_bitmap)?.first() {
            Some(Part::Ports { first, last, .. }) => Ok(Range::Ports(*first, *last)),
            Some(Part::Port { .. }) => Err(misused("Mandatory option `to' is missing")),
            _ => Err(wrong()),
        };
    }
    match element::address(word, Family::V4)? {
        Part::Net { prefix: 32, .. } if !word.contains('/') => {
            let text = format!("Syntax error: IP/cidr or IP-IP range must be specified: {word}");
            Err(failed(text))
        }
        Part::Addresses(first, last) => match (first.min(last), first.max(last)) {
            (std::net::IpAddr::V4(first), std::net::IpAddr::V4(last)) => {
                Ok(Range::Addresses(first, last))
            }
            _ => Err(wrong()),
        },
        Part::Net {
            address: std::net::IpAddr::V4(address),
            prefix,
        } => {
            let hosts = u32::MAX.checked_shr(prefix.into()).unwrap_or(0);
            let first = address.to_bits() & !hosts;
            Ok(Range::Addresses(
                std::net::Ipv4Addr::from_bits(first),
                std::net::Ipv4Addr::from_bits(first | hosts),
            ))
        }
        _ => Err(wrong()),
    }
}

/// The element that `add`, `del` or `test` is about.
///
/// # Errors
/// The set has no such elements.
pub(super) fn entry(line: &Line, set: &IpSet) -> Outcome<Entry> {
    let word = line.words.first().map_or("", String::as_str);
    let mut entry = Entry::new(element::parse(word, set)?);
    let adds = line.command == Command::Add;
    let dels = line.command == Command::Del;
    let mut words = Words(line.words.get(1..).unwrap_or_default().iter());
    while let Some(word) = words.next() {
        match word {
            "timeout" if adds => entry.timeout = Some(words.number(word, LONGEST)?),
            "packets" if adds => {
                let packets = within(words.value(word)?, 0, number::MOST)?;
                entry.counter.get_or_insert_default().packets = packets;
            }
            "bytes" if adds => {
                let bytes = within(words.value(word)?, 0, number::MOST)?;
                let counter: &mut Counter = entry.counter.get_or_insert_default();
                counter.bytes = bytes;
            }
            "comment" if adds => entry.comment = Some(comment(words.value(word)?)?),
            "skbmark" if adds => entry.skb.mark = Some(skb_mark(words.value(word)?)?),
            "skbprio" if adds => entry.skb.prio = Some(skb_prio(words.value(word)?)?),
            "skbqueue" if adds => entry.skb.queue = Some(words.number(word, 65535)? as u16),
            "nomatch" if set.kind.has_nomatch() && !dels => entry.nomatch = true,
            "wildcard" if set.kind == Kind::HashNetIface && adds => {
                if let Some(Part::Iface { wildcard, .. }) = entry.parts.last_mut() {
                    *wildcard = true;
                }
            }
            "before" if set.kind == Kind::ListSet => {
                entry.place = Some(ListPlace::Before(words.value(word)?.to_owned()));
            }
            "after" if set.kind == Kind::ListSet => {
                entry.place = Some(ListPlace::After(words.value(word)?.to_owned()));
            }
            _ => return Err(unknown(word)),
        }
    }
    Ok(entry)
}

fn comment(word: &str) -> Outcome<String> {
    if word.contains('"') {
        return Err(failed(
            "Syntax error: \" character is not permitted in comments",
        ));
    }
    if word.len() > 255 {
        return Err(failed(
            "Syntax error: Comment is longer than the maximum allowed 255 characters",
        ));
    }
    Ok(word.to_owned())
}

/// `MARK/MASK` or `MARK`, hexadecimal.
fn skb_mark(word: &str) -> Outcome<(u32, u32)> {
    let wrong = || {
        failed(
            "Syntax error: Invalid skbmark format, it should be:  MARK/MASK or MARK (see manpage)",
        )
    };
    let hex = |word: &str| {
        let digits = word.strip_prefix("0x").ok_or_else(wrong)?;
        u32::from_str_radix(digits, 16).map_err(|_| wrong())
    };
    match word.split_once('/') {
        Some((mark, mask)) => Ok((hex(mark)?, hex(mask)?)),
        None => Ok((hex(word)?, u32::MAX)),
    }
}

/// `MAJOR:MINOR`, hexadecimal.
fn skb_prio(word: &str) -> Outcome<(u16, u16)> {
    let read = || {
        let (major, minor) = word.split_once(':')?;
        let hex = |word: &str| u16::from_str_radix(word, 16).ok();
        Some((hex(major)?, hex(minor)?))
    };
    let text = "Syntax error: Invalid skbprio format, it should be:MAJOR:MINOR (see manpage)";
    read().ok_or_else(|| failed(text))
}
