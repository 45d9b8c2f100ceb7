//! The matches of `ebtables`: what a frame carries, and what goes with it.

use super::super::Variant;
use super::super::ext::icmp;
use super::super::hardware;
use super::super::line::{Given, Line};
use super::{among, llc, names};
use crate::ip::protocol_names::PROTOCOL_NAMES;
use crate::ip::words::Outcome;
use netloom_model::Family;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::statement::{Limit, Log};
use netloom_model::ruleset::xt::{EbArp, EbIp, EbVlan, Masked, Not, Span, XtMatch, XtTarget};

/// The matches of a rule, in the order in which they are named first.
pub(super) fn matches(variant: Variant, line: &Line) -> Outcome<Vec<Statement>> {
    let mut all = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for given in &line.options {
        let Some(kind) = kind(given.name) else {
            continue;
        };
        if done.contains(&kind) {
            continue;
        }
        done.push(kind);
        all.push(match kind {
            "ip" => Statement::XtMatch(XtMatch::EbIp(Box::new(ip(variant, line, Family::V4)?))),
            "ip6" => Statement::XtMatch(XtMatch::EbIp6(Box::new(ip(variant, line, Family::V6)?))),
            "arp" => Statement::XtMatch(XtMatch::EbArp(Box::new(arp(variant, line)?))),
            "vlan" => Statement::XtMatch(XtMatch::EbVlan(vlan(variant, line)?)),
            "mark" => mark(variant, given)?,
            "limit" => limit(variant, line)?,
            "pkttype" => pkttype(variant, given)?,
            "among-src" | "among-dst" => among::read(variant, given)?,
            "stp" => Statement::XtMatch(XtMatch::Stp(llc::stp(variant, line)?)),
            "802_3" => Statement::XtMatch(XtMatch::EbLlc(llc::llc(variant, line)?)),
            "log" => log(variant, line)?,
            _ => nflog(variant, line)?,
        });
    }
    // What watches does so behind what asks.
    all.sort_by_key(|statement| matches!(statement, Statement::XtTarget(_) | Statement::Log(_)));
    Ok(all)
}

/// The match that an option is of.
fn kind(option: &str) -> Option<&'static str> {
    const BEGINNINGS: [&str; 6] = ["ip-", "ip6-", "arp-", "vlan-", "stp-", "802_3-"];
    const KINDS: [&str; 6] = ["ip", "ip6", "arp", "vlan", "stp", "802_3"];
    let begins = BEGINNINGS
        .iter()
        .position(|begin| option.starts_with(begin));
    match option {
        _ if begins.is_some() => begins.map(|at| KINDS[at]),
        "mark" => Some("mark"),
        "limit" | "limit-burst" => Some("limit"),
        "pkttype-type" => Some("pkttype"),
        "among-src" | "among-src-file" => Some("among-src"),
        "among-dst" | "among-dst-file" => Some("among-dst"),
        name if name.starts_with("log") && !name.starts_with("logical") => Some("log"),
        name if name.starts_with("nflog") => Some("nflog"),
        _ => None,
    }
}

fn number(word: &str) -> Option<u64> {
    match word.strip_prefix("0x") {
        Some(hexadecimal) => u64::from_str_radix(hexadecimal, 16).ok(),
        None => word.parse().ok(),
    }
}

fn small<T: TryFrom<u64>>(word: &str) -> Option<T> {
    T::try_from(number(word)?).ok()
}

fn asked<T>(given: &Given, is: T) -> Not<T> {
    Not { is, not: given.not }
}

/// An option read by `how`, if it is there.
fn read<T>(given: Option<&Given>, how: impl FnOnce(&str) -> Outcome<T>) -> Outcome<Option<Not<T>>> {
    let Some(given) = given else {
        return Ok(None);
    };
    Ok(Some(asked(given, how(&given.value)?)))
}

fn ip(variant: Variant, line: &Line, family: Family) -> Outcome<EbIp> {
    let option = |name: &str| {
        let prefix = if family == Family::V4 { "ip-" } else { "ip6-" };
        line.option(&format!("{prefix}{name}"))
    };
    let network = |name: &str| {
        read(option(name), |word| {
            hardware::network(variant, family, word)
        })
    };
    let tos = read(option("tos").or_else(|| option("tclass")), |word| {
        let bad = |_| variant.problem("Problem with specified IP tos");
        u8::from_str_radix(word.trim_start_matches("0x"), 16).map_err(bad)
    });
    let protocol = read(option("protocol"), |word| {
        let found = small::<u8>(word).or_else(|| {
            let name = match word.to_lowercase().as_str() {
                "icmpv6" | "ipv6-icmp" => return Some(58),
                name => name.to_owned(),
            };
            u8::try_from(PROTOCOL_NAMES.number(&name, 255)?).ok()
        });
        let bad = || variant.problem(&format!("unknown protocol \"{word}\" specified"));
        found.ok_or_else(bad)
    });
    let ports = |name: &str| read(option(name), |word| ports(variant, word));
    let icmp = read(option("icmp-type"), |word| {
        icmp_types(word, family)
            .ok_or_else(|| variant.problem(&format!("Unknown ICMP type `{word}'")))
    });
    let igmp = read(option("igmp-type"), |word| {
        let named = names::IGMP.iter().find(|(name, _)| *name == word);
        let found = named.map(|(_, number)| (*number, *number));
        let found = found.or_else(|| span(word));
        found.ok_or_else(|| variant.problem("unknown IGMP type"))
    });
    Ok(EbIp {
        source: network("source")?,
        destination: network("destination")?,
        tos: tos?,
        protocol: protocol?,
        sport: ports("source-port")?,
        dport: ports("destination-port")?,
        icmp: icmp?,
        igmp: igmp?,
    })
}

fn ports(variant: Variant, word: &str) -> Outcome<Span<u16>> {
    let (from, to) = word.split_once(':').unwrap_or((word, word));
    let port = |word: &str, empty: u16| match word {
        "" => Ok(empty),
        word => small(word)
            .ok_or_else(|| variant.problem(&format!("invalid port/service `{word}' specified"))),
    };
    let (from, to) = (port(from, 0)?, port(to, u16::MAX)?);
    if from > to {
        return Err(variant.problem("invalid portrange (min > max)"));
    }
    Ok((from, to))
}

/// `8`, `3:5`.
fn span(word: &str) -> Option<Span<u8>> {
    let (from, to) = word.split_once(':').unwrap_or((word, word));
    Some((small(from)?, small(to)?))
}

/// A name, or `types[/codes]`.
fn icmp_types(word: &str, family: Family) -> Option<(Span<u8>, Span<u8>)> {
    if let Some((kind, code)) = icmp::named(word, family) {
        let codes = code.map_or((0, 255), |code| (code, code));
        return Some(((kind, kind), codes));
    }
    match word.split_once('/') {
        Some((types, codes)) => Some((span(types)?, span(codes)?)),
        None => Some((span(word)?, (0, 255))),
    }
}

fn arp(variant: Variant, line: &Line) -> Outcome<EbArp> {
    let numbered = |name: &str, names: &dyn Fn(&str) -> Option<u16>, what: &str| {
        read(line.option(name), |word| {
            let bad = || variant.problem(&format!("Problem with specified ARP {what}"));
            names(word).or_else(|| small(word)).ok_or_else(bad)
        })
    };
    let opcode = |word: &str| {
        let at = hardware::OPCODES
            .iter()
            .position(|name| word.eq_ignore_ascii_case(name));
        at.map(|at| at as u16 + 1)
    };
    let ethernet = |word: &str| word.eq_ignore_ascii_case("Ethernet").then_some(1);
    let network = |name: &str| {
        read(line.option(name), |word| {
            hardware::network(variant, Family::V4, word)
        })
    };
    let mac = |name: &str| {
        read(line.option(name), |word| {
            let bad = || variant.problem("Problem with ARP MAC address argument");
            hardware::masked(word).ok_or_else(bad)
        })
    };
    Ok(EbArp {
        op: numbered("arp-opcode", &opcode, "opcode")?,
        htype: numbered("arp-htype", &ethernet, "hardware type")?,
        ptype: numbered("arp-ptype", &names::ethertype, "protocol type")?,
        source_ip: network("arp-ip-src")?,
        target_ip: network("arp-ip-dst")?,
        source_mac: mac("arp-mac-src")?,
        target_mac: mac("arp-mac-dst")?,
        gratuitous: line.option("arp-gratuitous").map(|given| asked(given, ())),
    })
}

fn vlan(variant: Variant, line: &Line) -> Outcome<EbVlan> {
    let ranged = |name: &str, most: u16| {
        read(line.option(name), |word| {
            let bad = || variant.problem(&format!("Invalid --{name} range ('{word}')"));
            let found = small::<u16>(word).filter(|found| *found <= most);
            found.ok_or_else(bad)
        })
    };
    let prio = ranged("vlan-prio", 7)?;
    let encap = read(line.option("vlan-encap"), |word| {
        let bad = || variant.problem(&format!("Unknown --vlan-encap value ('{word}')"));
        names::ethertype(word).ok_or_else(bad)
    });
    Ok(EbVlan {
        id: ranged("vlan-id", 4094)?,
        prio: prio.map(|prio| Not {
            is: prio.is as u8,
            not: prio.not,
        }),
        encap: encap?,
    })
}

/// `[value][/mask]`: without a value any bit of the mask will do.
fn mark(variant: Variant, given: &Given) -> Outcome<Statement> {
    let word = given.value.as_str();
    let bad = || variant.problem(&format!("Bad mark value '{word}'"));
    let (value, mask) = word.split_once('/').unwrap_or((word, "0xffffffff"));
    let any = value.is_empty();
    let value = if any { Some(0) } else { small(value) };
    let mask = small(mask).ok_or_else(bad)?;
    let value = value.ok_or_else(bad)?;
    Ok(Statement::XtMatch(XtMatch::EbMark {
        mark: asked(given, Masked { value, mask }),
        any,
    }))
}

fn limit(variant: Variant, line: &Line) -> Outcome<Statement> {
    let word = line
        .option("limit")
        .map_or("3/hour", |given| given.value.as_str());
    let bad = || variant.problem(&format!("bad rate `{word}'"));
    let (rate, unit) = word.split_once('/').ok_or_else(bad)?;
    let units = [
        ("second", 1),
        ("minute", 60),
        ("hour", 3600),
        ("day", 86_400),
    ];
    let unit = units
        .iter()
        .find(|(name, _)| !unit.is_empty() && name.starts_with(unit));
    let burst = line.option("limit-burst").map(|given| {
        let word = &given.value;
        small(word).ok_or_else(|| variant.problem(&format!("bad --limit-burst `{word}'")))
    });
    Ok(Statement::Limit(Limit {
        rate: number(rate).filter(|rate| *rate > 0).ok_or_else(bad)?,
        per: unit.ok_or_else(bad)?.1,
        burst: burst.transpose()?.unwrap_or(5),
        bytes: false,
        over: false,
    }))
}

fn pkttype(variant: Variant, given: &Given) -> Outcome<Statement> {
    let word = given.value.as_str();
    let named = names::PACKET_TYPES
        .iter()
        .position(|name| word.eq_ignore_ascii_case(name));
    let found = named.map(|at| at as u8).or_else(|| small(word));
    let bad = || variant.problem(&format!("Could not parse class '{word}'"));
    Ok(Statement::XtMatch(XtMatch::Pkttype(asked(
        given,
        found.ok_or_else(bad)?,
    ))))
}

/// The longest that a log's line can begin with.
const LONGEST_PREFIX: usize = 29;

fn log(variant: Variant, line: &Line) -> Outcome<Statement> {
    let level = line.option("log-level").map(|given| {
        let word = given.value.to_lowercase();
        let named = names::LEVELS.iter().position(|name| *name == word);
        let bad = || variant.problem("Problem with the log-level");
        named
            .map(|at| at as u8)
            .or_else(|| small(&word).filter(|level: &u8| *level < 8))
            .ok_or_else(bad)
    });
    let prefix = line.option("log-prefix");
    if prefix.is_some_and(|given| given.value.len() > LONGEST_PREFIX) {
        return Err(variant.problem("Prefix too long"));
    }
    let flags = [("log-ip", 1), ("log-arp", 2), ("log-ip6", 4)];
    let flags = flags
        .iter()
        .filter(|(name, _)| line.has(name))
        .map(|(_, bit)| *bit);
    Ok(Statement::XtTarget(XtTarget::Log {
        level: level.transpose()?.unwrap_or(5),
        prefix: line
            .option("log-prefix")
            .map_or_else(String::new, |given| given.value.clone()),
        flags: flags.sum(),
    }))
}

fn nflog(variant: Variant, line: &Line) -> Outcome<Statement> {
    let number = |name: &str| {
        let given = line.option(name);
        given
            .map(|given| {
                let bad = || variant.problem(&format!("bad --{name}"));
                number(&given.value).ok_or_else(bad)
            })
            .transpose()
    };
    Ok(Statement::Log(Log {
        prefix: line.option("nflog-prefix").map(|given| given.value.clone()),
        group: Some(number("nflog-group")?.unwrap_or(1) as u16),
        snaplen: number("nflog-range")?.map(|range| range as u32),
        queue_threshold: number("nflog-threshold")?.map(|threshold| threshold as u16),
        ..Log::default()
    }))
}
