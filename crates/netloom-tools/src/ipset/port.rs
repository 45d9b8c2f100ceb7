//! Ports of elements: `80`, `udp:53`, `tcp:80-82`, `icmp:echo-request`, `[ftp-data]`.

use super::failed;
use super::number::within;
use crate::ip::protocol_names::PROTOCOL_NAMES;
use crate::ip::words::{Failure, Outcome};
use crate::iptables::icmp_names;
use crate::tcpdump::print::SERVICES;
use netloom_model::Family;
use netloom_model::ipset::Part;

/// The number of a port of a protocol, or of a service.
fn one_port(word: &str, protocol: &str) -> Outcome<u16> {
    let word = plain(word);
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
    match halves(word) {
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
pub(super) fn of_any(word: &str) -> Outcome<Part> {
    let word = word.split_once(':').map_or(word, |(_, port)| port);
    ports(word, (0, "tcp"))
}

/// `80`, `udp:53`, `tcp:80-82`, `icmp:ping`, `icmp:3/1`, `esp:0`.
pub(super) fn of(word: &str, family: Family) -> Outcome<Part> {
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
        (1, _) => Err(of_family_alone("ICMP", "inet")),
        (58, _) => Err(of_family_alone("ICMPv6", "inet6")),
        _ if rest == "0" => Ok(Part::Port { protocol, port: 0 }),
        _ => Err(failed(format!(
            "Syntax error: Protocol {name} can be used with pseudo port value 0 only."
        ))),
    }
}

/// The original loses sight of the set then, and says so too.
fn of_family_alone(protocol: &str, family: &str) -> Failure {
    failed(format!(
        "Syntax error: Protocol {protocol} can be used with family {family} only\nInvalid add command: missing setname"
    ))
}

/// What brackets keep together: `[ftp-data]`.
pub(super) fn plain(word: &str) -> &str {
    let inner = word
        .strip_prefix('[')
        .and_then(|word| word.strip_suffix(']'));
    inner.unwrap_or(word)
}

/// Both ends of a range, whose dash is in no brackets.
pub(super) fn halves(word: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    let dash = word.char_indices().find(|(at, c)| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        *c == '-' && depth == 0 && *at > 0
    });
    let (at, _) = dash?;
    Some((&word[..at], &word[at + 1..]))
}

fn icmp(v6: bool, word: &str) -> Option<(u8, u8)> {
    if let Some((kind, code)) = icmp_names::by_name(v6, word) {
        return Some((kind, code.unwrap_or(0)));
    }
    let (kind, code) = word.split_once('/')?;
    Some((kind.parse().ok()?, code.parse().ok()?))
}
