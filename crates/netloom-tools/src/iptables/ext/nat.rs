//! `SNAT`, `DNAT`, `MASQUERADE`, `REDIRECT`, `NETMAP`, `SNPT`, `DNPT`: translations of addresses.

use super::super::extension::{Extension, Given, Shown, View};
use super::super::spec;
use super::values::{number, one_target, said, target};
use crate::ip::words::Outcome;
use core::net::IpAddr;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::statement::NatFlags;
use netloom_model::ruleset::xt::{NatRange, Span, XtTarget};

pub(super) const SNAT: Extension = Extension {
    name: "SNAT",
    options: &[
        ("to-source", 1),
        ("random", 0),
        ("random-fully", 0),
        ("persistent", 0),
    ],
    build: |given| one_target(XtTarget::Snat(addresses(given, "SNAT", "to-source")?)),
    show: |view| match target(view)? {
        XtTarget::Snat(range) => show(range, "--to-source ", "to:"),
        _ => None,
    },
};

pub(super) const DNAT: Extension = Extension {
    name: "DNAT",
    options: &[
        ("to-destination", 1),
        ("random", 0),
        ("random-fully", 0),
        ("persistent", 0),
    ],
    build: |given| one_target(XtTarget::Dnat(addresses(given, "DNAT", "to-destination")?)),
    show: |view| match target(view)? {
        XtTarget::Dnat(range) => show(range, "--to-destination ", "to:"),
        _ => None,
    },
};

pub(super) const MASQUERADE: Extension = Extension {
    name: "MASQUERADE",
    options: &[("to-ports", 1), ("random", 0), ("random-fully", 0)],
    build: |given| one_target(XtTarget::Masquerade(ports_alone(given)?)),
    show: |view| match target(view)? {
        XtTarget::Masquerade(range) => show(range, "--to-ports ", "masq ports: "),
        _ => None,
    },
};

pub(super) const REDIRECT: Extension = Extension {
    name: "REDIRECT",
    options: &[("to-ports", 1), ("random", 0)],
    build: |given| one_target(XtTarget::Redirect(ports_alone(given)?)),
    show: |view| match target(view)? {
        XtTarget::Redirect(range) => show(range, "--to-ports ", "redir ports "),
        _ => None,
    },
};

pub(super) const NETMAP: Extension = Extension {
    name: "NETMAP",
    options: &[("to", 1)],
    build: netmap,
    show: show_netmap,
};

fn flags(given: &Given<'_>) -> NatFlags {
    NatFlags {
        random: given.has("random"),
        fully_random: given.has("random-fully"),
        persistent: given.has("persistent"),
    }
}

/// Checks that the rule's protocol has ports.
fn with_ports(given: &Given<'_>) -> Outcome<()> {
    if matches!(given.protocol, Some((6 | 17 | 33 | 132 | 136, false))) {
        return Ok(());
    }
    Err(given.problem("Need TCP, UDP, SCTP or DCCP with port specification"))
}

/// `port[-port[/base]]`.
fn ports(given: &Given<'_>, word: &str) -> Outcome<(Span<u16>, Option<u16>)> {
    with_ports(given)?;
    let (span, base) = match word.split_once('/') {
        Some((span, base)) => (span, Some(base)),
        None => (word, None),
    };
    let port = |word: &str| {
        let found = number(word).and_then(|found| u16::try_from(found).ok());
        found.ok_or_else(|| given.problem(&format!("Port `{word}' not valid")))
    };
    let (from, to) = match span.split_once('-') {
        Some((from, to)) => (port(from)?, port(to)?),
        None => (port(span)?, port(span)?),
    };
    if from > to {
        let last = span.split_once('-').map_or(span, |(_, last)| last);
        return Err(given.problem(&format!("Port range `{last}' funky")));
    }
    Ok(((from, to), base.map(port).transpose()?))
}

fn ports_alone(given: &Given<'_>) -> Outcome<NatRange> {
    let mut range = NatRange {
        flags: flags(given),
        ..NatRange::default()
    };
    if let Some(option) = given.option("to-ports") {
        range.ports = Some(ports(given, option.word())?.0);
    }
    Ok(range)
}

/// `[address[-address]][:ports]`; of IPv6 with ports in brackets.
fn addresses(given: &Given<'_>, of: &str, name: &str) -> Outcome<NatRange> {
    let word = given.needed(of, name)?.word();
    let mut range = NatRange {
        flags: flags(given),
        ..NatRange::default()
    };
    let (addresses, behind) = match word.strip_prefix('[').and_then(|w| w.split_once(']')) {
        Some((addresses, behind)) => (addresses, behind.strip_prefix(':')),
        None if given.variant.family == netloom_model::Family::V6 => (word, None),
        None => match word.split_once(':') {
            Some((addresses, behind)) => (addresses, Some(behind)),
            None => (word, None),
        },
    };
    if let Some(behind) = behind {
        let (ports, base) = ports(given, behind)?;
        (range.ports, range.base_port) = (Some(ports), base);
    }
    if !addresses.is_empty() {
        let (from, to) = addresses.split_once('-').unwrap_or((addresses, addresses));
        let read = |word: &str| {
            let bad = || given.problem(&format!("Bad IP address \"{word}\"\n"));
            given.address(word).ok_or_else(bad)
        };
        range.addresses = Some((read(from)?, read(to)?));
    }
    Ok(range)
}

fn show(range: &NatRange, option: &str, title: &str) -> Option<(usize, Shown)> {
    let mut words = String::new();
    let brackets = matches!(range.addresses, Some((IpAddr::V6(_), _))) && range.ports.is_some();
    if let Some((from, to)) = range.addresses {
        let span = if from == to {
            from.to_string()
        } else {
            format!("{from}-{to}")
        };
        words += &if brackets { format!("[{span}]") } else { span };
    }
    if let Some((from, to)) = range.ports {
        if option != "--to-ports " {
            words += ":";
        }
        words += &if from == to {
            from.to_string()
        } else {
            format!("{from}-{to}")
        };
        if let Some(base) = range.base_port {
            words += &format!("/{base}");
        }
    }
    let (mut save, mut list) = if words.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("{option}{words}"), format!("{title}{words}"))
    };
    for (there, word) in [
        (range.flags.random, "random"),
        (range.flags.fully_random, "random-fully"),
        (range.flags.persistent, "persistent"),
    ] {
        if there {
            save += &format!(" --{word}");
            list += &format!(" {word}");
        }
    }
    said(save.trim_start(), list.trim_start())
}

fn netmap(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let word = given.needed("NETMAP", "to")?.word();
    let Some((address, mask)) = spec::address(given.variant.family, word) else {
        return Err(given.problem(&format!("Bad IP address \"{word}\"\n")));
    };
    let (first, last) = match address {
        IpAddr::V4(v4) => {
            let mask = mask as u32;
            let first = v4.to_bits() & mask;
            (IpAddr::V4(first.into()), IpAddr::V4((first | !mask).into()))
        }
        IpAddr::V6(v6) => {
            let first = v6.to_bits() & mask;
            (IpAddr::V6(first.into()), IpAddr::V6((first | !mask).into()))
        }
    };
    one_target(XtTarget::Netmap { first, last })
}

fn show_netmap(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtTarget::Netmap { first, last } = target(view)? else {
        return None;
    };
    let len = match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => (first.to_bits() ^ last.to_bits()).leading_zeros(),
        (IpAddr::V6(first), IpAddr::V6(last)) => (first.to_bits() ^ last.to_bits()).leading_zeros(),
        _ => return None,
    };
    said(format!("--to {first}/{len}"), format!("to:{first}/{len}"))
}
