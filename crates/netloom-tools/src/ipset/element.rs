//! The parts of elements: `10.0.0.0/8,tcp:80`.

use super::failed;
use crate::ip::protocol_names::PROTOCOL_NAMES;
use crate::ip::words::{Failure, Outcome};
use crate::iptables::icmp_names;
use crate::tcpdump::print::SERVICES;
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
    let each = parts.iter().zip(dimensions);
    each.map(|(part, dimension)| match dimension {
        Dimension::Ip | Dimension::Net => address(part, family),
        Dimension::Port if set.kind == Kind::BitmapPort => port_of_any(part),
        Dimension::Port => port(part, family),
        Dimension::Mac => part.parse().map(Part::Mac).map_err(|_| {
            failed(format!(
                "Syntax error: cannot parse {part} as ethernet address"
            ))
        }),
        Dimension::Iface => Ok(iface(part)),
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

/// A number, decimal, octal or hexadecimal.
pub(super) fn number(word: &str) -> Outcome<u32> {
    let parsed = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => word.parse(),
    };
    parsed.map_err(|_| failed(format!("Syntax error: '{word}' is invalid as number")))
}

/// A number of a span.
pub(super) fn within(word: &str, first: u32, last: u32) -> Outcome<u32> {
    let found = number(word)?;
    if (first..=last).contains(&found) {
        return Ok(found);
    }
    let text = format!("Syntax error: '{word}' is out of range {first}-{last}");
    Err(failed(text))
}

fn host(word: &str, family: Family) -> Outcome<IpAddr> {
    let parsed: Option<IpAddr> = match family {
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
    if let Some((first, last)) = word.split_once('-') {
        return Ok(Part::Addresses(host(first, family)?, host(last, family)?));
    }
    match word.split_once('/') {
        Some((address, len)) => Ok(Part::Net {
            address: host(address, family)?,
            prefix: within(len, 0, width(family).into())? as u8,
        }),
        None => Ok(Part::host(host(word, family)?)),
    }
}

/// The number of a port of a protocol, or of a service.
fn one_port(word: &str, protocol: &str) -> Outcome<u16> {
    let named = SERVICES.iter().find(|(name, ..)| *name == word);
    if let Some((_, port, ..)) = named {
        return Ok(*port);
    }
    let found = within(word, 0, 65535);
    found.map(|port| port as u16).map_err(|failure| {
        let what = format!(
            "Syntax error: '{protocol}' is invalid as number\ncannot parse '{word}' as a {protocol} port"
        );
        Failure::new(format!("{}{what}", failure.text), 1)
    })
}

fn ports(word: &str, protocol: (u8, &str)) -> Outcome<Part> {
    if let Ok(port) = one_port(word, protocol.1) {
        let protocol = protocol.0;
        return Ok(Part::Port { protocol, port });
    }
    match word.split_once('-') {
        Some((first, last)) => {
            let (first, last) = (one_port(first, protocol.1)?, one_port(last, protocol.1)?);
            Ok(Part::Ports {
                protocol: protocol.0,
                first: first.min(last),
                last: first.max(last),
            })
        }
        None => one_port(word, protocol.1).map(|port| Part::Port {
            protocol: protocol.0,
            port,
        }),
    }
}

/// `80`, `ssh`, `tcp:80-82` of a bitmap of ports: the protocol says nothing.
fn port_of_any(word: &str) -> Outcome<Part> {
    let word = word.split_once(':').map_or(word, |(_, port)| port);
    ports(word, (0, "tcp"))
}

/// `80`, `udp:53`, `tcp:80-82`, `icmp:ping`, `icmp:3/1`, `esp:0`.
fn port(word: &str, family: Family) -> Outcome<Part> {
    let Some((name, rest)) = word.split_once(':') else {
        return ports(word, (6, "tcp"));
    };
    let unknown = || failed(format!("Syntax error: cannot parse '{name}' as a protocol"));
    let protocol = match name {
        "icmpv6" => 58,
        _ => PROTOCOL_NAMES.number(name, 255).ok_or_else(unknown)? as u8,
    };
    match (protocol, family) {
        (6 | 17 | 132 | 136, _) => ports(rest, (protocol, name)),
        (1, Family::V4) | (58, Family::V6) => {
            let v6 = protocol == 58;
            let wrong = || {
                failed(format!(
                    "Cannot parse {rest} as an ICMP{} type/code.",
                    if v6 { "v6" } else { "" }
                ))
            };
            let (kind, code) = icmp(v6, rest).ok_or_else(wrong)?;
            let port = u16::from(kind) << 8 | u16::from(code);
            Ok(Part::Port { protocol, port })
        }
        _ if rest == "0" => Ok(Part::Port { protocol, port: 0 }),
        _ => Err(failed(format!(
            "Syntax error: Protocol {name} can be used with pseudo port value 0 only."
        ))),
    }
}

fn icmp(v6: bool, word: &str) -> Option<(u8, u8)> {
    if let Some((kind, code)) = icmp_names::by_name(v6, word) {
        return Some((kind, code.unwrap_or(0)));
    }
    let (kind, code) = word.split_once('/').unwrap_or((word, "0"));
    Some((kind.parse().ok()?, code.parse().ok()?))
}

fn iface(word: &str) -> Part {
    let (name, physdev) = match word.strip_prefix("physdev:") {
        Some(name) => (name, true),
        None => (word, false),
    };
    Part::Iface {
        name: name.to_owned(),
        physdev,
        wildcard: false,
    }
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
            let name = match protocol {
                58 => "icmpv6".to_owned(),
                protocol => PROTOCOL_NAMES.name((*protocol).into(), false),
            };
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
