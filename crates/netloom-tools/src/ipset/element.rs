//! The parts of elements: `10.0.0.0/8,tcp:80`.

use super::failed;
use super::number::{number, within};
use super::port::{self, halves, plain};
use crate::ip::protocol_names::PROTOCOL_NAMES;
use crate::ip::words::Outcome;
use crate::iptables::icmp_names;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::Family;
use netloom_model::ipset::{Dimension, Entry, IpSet, Kind, Part};

/// How many bits an address of the set has.
const fn width(family: Family) -> u8 {
    match family {
        Family::V4 => 32,
        Family::V6 => 128,
    }
}

/// The parts of an element in the words of its set's kind.
///
/// # Errors
/// They are not of its kind.
pub(super) fn parse(word: &str, set: &IpSet) -> Outcome<Vec<Part>> {
    let dimensions = set.kind.dimensions();
    let parts: Vec<&str> = match dimensions.len() {
        // Names of sets may have any letters in them.
        1 if set.kind == Kind::ListSet => vec![word],
        _ => word.split(',').collect(),
    };
    check_count(word, parts.len(), set.kind)?;
    let family = set.family.unwrap_or(Family::V4);
    let each = parts.iter().zip(dimensions).enumerate();
    each.map(|(at, (part, dimension))| match dimension {
        Dimension::Ip if at > 0 || set.kind == Kind::BitmapIpMac || family == Family::V6 => {
            one_address(part, family)
        }
        Dimension::Net if family == Family::V6 => network(part),
        Dimension::Ip | Dimension::Net => address(part, family),
        Dimension::Port if set.kind == Kind::BitmapPort => port::of_any(part),
        Dimension::Port => port::of(part, family),
        Dimension::Mac => part.parse().map(Part::Mac).map_err(|_| {
            failed(format!(
                "Syntax error: cannot parse '{part}' as ethernet address"
            ))
        }),
        Dimension::Iface => iface(part),
        Dimension::Mark => number(part).map(Part::Mark),
        Dimension::Set => Ok(Part::Set((*part).to_owned())),
    })
    .collect()
}

fn check_count(word: &str, count: usize, kind: Kind) -> Outcome<()> {
    let wanted = kind.dimensions().len();
    let least = if kind == Kind::BitmapIpMac { 1 } else { wanted };
    let text = match (count, wanted) {
        (count, wanted) if (least..=wanted).contains(&count) => return Ok(()),
        (_, 1) => format!("Elem separator in {word}, but settype {kind} supports none."),
        (1, _) => format!("Second element is missing from {word}."),
        (2, 3) => format!("Third element is missing from {word}."),
        (_, 2) => format!("Two elem separators in {word}, but settype {kind} supports one."),
        _ => format!("Three elem separators in {word}, but settype {kind} supports two."),
    };
    Err(failed(format!("Syntax error: {text}")))
}

/// One address.
///
/// # Errors
/// It is none.
pub(super) fn host(word: &str, family: Family) -> Outcome<IpAddr> {
    let word = plain(word);
    let parsed: Option<IpAddr> = match family {
        Family::V4 if word == "localhost" => Some(Ipv4Addr::LOCALHOST.into()),
        Family::V4 => v4(word).map(IpAddr::V4),
        Family::V6 => word.parse().ok().map(IpAddr::V6),
    };
    parsed.ok_or_else(|| {
        let version = if family == Family::V4 { 4 } else { 6 };
        let text = format!("cannot parse {word}: resolving to IPv{version} address failed");
        failed(format!("Syntax error: {text}"))
    })
}

/// An address of IPv4; the last of fewer numbers than four fills what is left (inet_aton(3)).
fn v4(word: &str) -> Option<Ipv4Addr> {
    let numbers: Vec<u32> = word
        .split('.')
        .map(|n| n.parse().ok())
        .collect::<Option<_>>()?;
    let (last, first) = numbers.split_last()?;
    if first.len() > 3 || first.iter().any(|n| *n > 255) {
        return None;
    }
    let left = 8 * (4 - first.len() as u32);
    if u64::from(*last) >= 1 << left {
        return None;
    }
    let high = first.iter().enumerate().map(|(at, n)| n << (24 - 8 * at));
    Some(Ipv4Addr::from_bits(high.sum::<u32>() | last))
}

/// An address, a network, or addresses from one to another.
pub(super) fn address(word: &str, family: Family) -> Outcome<Part> {
    if let Some((first, last)) = halves(word) {
        return Ok(Part::Addresses(host(first, family)?, host(last, family)?));
    }
    match word.split_once('/') {
        Some((address, len)) => {
            let prefix = within(len, 0, width(family).into())? as u8;
            let address = host(address, family)?;
            Ok(Part::Net { address, prefix })
        }
        None => Ok(Part::host(host(word, family)?)),
    }
}

/// An address and nothing more.
fn one_address(word: &str, family: Family) -> Outcome<Part> {
    if word.contains('/') || halves(word).is_some() {
        let text = format!("Syntax error: plain IP address must be supplied: {word}");
        return Err(failed(text));
    }
    Ok(Part::host(host(word, family)?))
}

/// An address or a network of IPv6.
fn network(word: &str) -> Outcome<Part> {
    if halves(word).is_some() {
        let text = format!("Syntax error: IP address or IP/cidr must be specified: {word}");
        return Err(failed(text));
    }
    address(word, Family::V6)
}

/// The parts of an element that is asked for: one element. Sets of addresses alone take the first of
/// several, the others refuse them.
///
/// # Errors
/// They stand for several.
pub(super) fn asked(parts: &[Part], set: &IpSet) -> Outcome<Vec<Part>> {
    let several = |what: &str| {
        let (kind, family) = (set.kind, set.family);
        let family = match (family, kind) {
            (Some(Family::V6), _) => "inet6",
            (None, Kind::BitmapPort) => "unspec",
            _ => "inet",
        };
        failed(format!(
            "{what} range is not allowed in command test with set type {kind} and family {family}"
        ))
    };
    let each = parts.iter().zip(set.kind.dimensions()).enumerate();
    each.map(|(at, (part, dimension))| match part {
        Part::Addresses(first, _) if at > 0 || set.kind == Kind::HashIp => Ok(Part::host(*first)),
        Part::Addresses(..) => Err(several("FROM-TO IP")),
        Part::Net { address, prefix } if *dimension == Dimension::Ip => {
            let full = *prefix == width(Family::of(*address));
            match full || set.kind == Kind::HashIp {
                true => Ok(Part::host(*address)),
                false => Err(several("IP/CIDR")),
            }
        }
        Part::Ports { .. } => Err(several("FROM-TO port")),
        part => Ok(part.clone()),
    })
    .collect()
}

fn iface(word: &str) -> Outcome<Part> {
    let (name, physdev) = match word.strip_prefix("physdev:") {
        Some(name) => (name, true),
        None => (word, false),
    };
    let name = plain(name);
    if name.len() > 15 {
        return Err(failed(format!(
            "Syntax error: interface name '{name}' is longer than 15 characters"
        )));
    }
    Ok(Part::Iface {
        name: name.to_owned(),
        physdev,
        wildcard: false,
    })
}

/// The parts of an element that is asked for in words: which port of a bridge is not said.
pub(super) fn words_asked(set: &IpSet, parts: &[Part]) -> String {
    let plainly = parts.iter().map(|part| match part {
        Part::Iface { name, .. } => Part::Iface {
            name: name.clone(),
            physdev: false,
            wildcard: false,
        },
        part => part.clone(),
    });
    words(set.family, &plainly.collect::<Vec<Part>>())
}

/// An element in words.
pub(super) fn show(entry: &Entry, set: &IpSet) -> String {
    words(set.family, &entry.parts)
}

/// The parts of an element in words.
pub(super) fn words(family: Option<Family>, parts: &[Part]) -> String {
    let parts = parts.iter().map(|part| part_text(part, family));
    parts.collect::<Vec<String>>().join(",")
}

fn part_text(part: &Part, family: Option<Family>) -> String {
    let full = width(family.unwrap_or(Family::V4));
    match part {
        Part::Net { address, prefix } if *prefix == full => address.to_string(),
        Part::Net { address, prefix } => format!("{address}/{prefix}"),
        Part::Addresses(first, last) => format!("{first}-{last}"),
        Part::Port { protocol: 0, port } => port.to_string(),
        Part::Port { protocol, port } => {
            let name = PROTOCOL_NAMES.name((*protocol).into(), false);
            let v6 = *protocol == 58;
            let shown = match protocol {
                1 | 58 => {
                    let (kind, code) = ((port >> 8) as u8, *port as u8);
                    let named = icmp_names::of(v6, kind, code);
                    named.map_or_else(|| format!("{kind}/{code}"), str::to_owned)
                }
                _ => port.to_string(),
            };
            format!("{name}:{shown}")
        }
        Part::Ports {
            protocol,
            first,
            last,
        } => format!("{protocol}:{first}-{last}"),
        Part::Mac(mac) => mac.to_string(),
        Part::Iface { name, physdev, .. } => {
            let physdev = if *physdev { "physdev:" } else { "" };
            format!("{physdev}{name}")
        }
        Part::Mark(mark) => format!("{mark:#010x}"),
        Part::Set(name) => name.clone(),
    }
}
