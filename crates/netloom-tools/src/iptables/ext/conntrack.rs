//! `conntrack` and `state`: what a packet's connection is like.

use super::super::extension::{Extension, Given, Shown, View};
use super::super::spec::address;
use super::values::{bang, first, one, said, span};
use crate::ip::words::Outcome;
use core::net::IpAddr;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Conntrack, Network, Not, Span, XtMatch, ct_state};

pub(super) const CONNTRACK: Extension = Extension {
    name: "conntrack",
    options: &[
        ("ctstate", 1),
        ("ctproto", 1),
        ("ctorigsrc", 1),
        ("ctorigdst", 1),
        ("ctreplsrc", 1),
        ("ctrepldst", 1),
        ("ctorigsrcport", 1),
        ("ctorigdstport", 1),
        ("ctreplsrcport", 1),
        ("ctrepldstport", 1),
        ("ctstatus", 1),
        ("ctexpire", 1),
        ("ctdir", 1),
    ],
    build: conntrack,
    show: show_conntrack,
};

pub(super) const STATE: Extension = Extension {
    name: "state",
    options: &[("state", 1)],
    build: state,
    show: show_state,
};

/// The states in the order in which they are printed.
const STATES: [(u16, &str); 7] = [
    (ct_state::INVALID, "INVALID"),
    (ct_state::NEW, "NEW"),
    (ct_state::RELATED, "RELATED"),
    (ct_state::ESTABLISHED, "ESTABLISHED"),
    (ct_state::UNTRACKED, "UNTRACKED"),
    (ct_state::SNAT, "SNAT"),
    (ct_state::DNAT, "DNAT"),
];

fn states(given: &Given<'_>, words: &str, bad: &str) -> Outcome<u16> {
    let mut bits = 0;
    for word in words.split(',') {
        let found = STATES
            .iter()
            .find(|(_, name)| name.eq_ignore_ascii_case(word));
        let (bit, _) = found.ok_or_else(|| given.problem(&format!("{bad} \"{word}\"")))?;
        bits |= bit;
    }
    Ok(bits)
}

fn names(bits: u16) -> String {
    let set = STATES.iter().filter(|(bit, _)| bits & bit != 0);
    set.map(|(_, name)| *name).collect::<Vec<_>>().join(",")
}

/// What can have happened to a connection.
const STATUSES: [(u16, &str); 5] = [
    (0, "NONE"),
    (1, "EXPECTED"),
    (2, "SEEN_REPLY"),
    (4, "ASSURED"),
    (8, "CONFIRMED"),
];

const DIRECTIONS: [&str; 2] = ["ORIGINAL", "REPLY"];

fn conntrack(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let network = |name: &str| network(given, name);
    let ports = |name: &str| -> Outcome<Option<Not<Span<u16>>>> {
        let option = given.option(name);
        let found = option.map(|option| Ok(option.of(given.span16("conntrack", option)?)));
        found.transpose()
    };
    let mut found = Conntrack {
        original_source: network("ctorigsrc")?,
        original_destination: network("ctorigdst")?,
        reply_source: network("ctreplsrc")?,
        reply_destination: network("ctrepldst")?,
        original_source_port: ports("ctorigsrcport")?,
        original_destination_port: ports("ctorigdstport")?,
        reply_source_port: ports("ctreplsrcport")?,
        reply_destination_port: ports("ctrepldstport")?,
        ..Conntrack::default()
    };
    if let Some(option) = given.option("ctstate") {
        let bits = states(given, option.word(), "Bad ctstate")?;
        found.state = Some(option.of(bits));
    }
    if let Some(option) = given.option("ctproto") {
        let number = crate::ip::protocol_names::PROTOCOL_NAMES.number(option.word(), 255);
        let number = number.and_then(|number| u8::try_from(number).ok());
        let bad = || given.problem(&format!("unknown protocol \"{}\" specified", option.word()));
        found.protocol = Some(option.of(number.ok_or_else(bad)?));
    }
    if let Some(option) = given.option("ctstatus") {
        let mut bits = 0;
        for word in option.word().split(',') {
            let known = STATUSES
                .iter()
                .find(|(_, name)| name.eq_ignore_ascii_case(word));
            let bad = || given.problem(&format!("Bad ctstatus \"{word}\""));
            bits |= known.ok_or_else(bad)?.0;
        }
        found.status = Some(option.of(bits));
    }
    if let Some(option) = given.option("ctexpire") {
        found.expire = Some(option.of(given.span32("conntrack", option)?));
    }
    if let Some(option) = given.option("ctdir") {
        let word = option.word();
        let at = DIRECTIONS
            .iter()
            .position(|name| name.eq_ignore_ascii_case(word));
        let bad = || {
            given.problem(&format!(
                "conntrack: Bad value for \"--ctdir\" option: \"{word}\""
            ))
        };
        found.direction = Some(at.ok_or_else(bad)? as u8);
    }
    if found == Conntrack::default() {
        return Err(given.problem("conntrack: At least one option is required"));
    }
    one(XtMatch::Conntrack(Box::new(found)))
}

/// A network with a mask of any form.
fn network(given: &Given<'_>, name: &str) -> Outcome<Option<Not<Network>>> {
    let Some(option) = given.option(name) else {
        return Ok(None);
    };
    let Some((address, mask)) = address(given.variant.family, option.word()) else {
        let host = option.word();
        return Err(given.problem(&format!("host/network `{host}' not found")));
    };
    // The address is kept whole, and said so; a mask that is no prefix is not kept.
    let whole = u128::MAX >> (128 - u32::from(given.variant.family.bits()));
    let host = whole ^ mask;
    let mask = if host & host.wrapping_add(1) == 0 {
        mask
    } else {
        whole
    };
    let is = match address {
        IpAddr::V4(v4) => Network {
            address: IpAddr::V4(v4),
            mask: IpAddr::V4((mask as u32).into()),
        },
        IpAddr::V6(v6) => Network {
            address: IpAddr::V6(v6),
            mask: IpAddr::V6(mask.into()),
        },
    };
    Ok(Some(option.of(is)))
}

/// A network in words: a host without its mask, else with its length or its mask.
fn network_said(network: Network) -> String {
    let Network { address, mask } = network;
    let (ones, zeros, bits) = match mask {
        IpAddr::V4(mask) => (
            mask.to_bits().count_ones(),
            mask.to_bits().trailing_zeros(),
            32,
        ),
        IpAddr::V6(mask) => (
            mask.to_bits().count_ones(),
            mask.to_bits().trailing_zeros(),
            128,
        ),
    };
    match (ones == bits, ones + zeros.min(bits) == bits) {
        (true, _) => address.to_string(),
        (_, true) => format!("{address}/{ones}"),
        _ => format!("{address}/{mask}"),
    }
}

fn show_conntrack(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Conntrack(found) = first(view)? else {
        return None;
    };
    let mut words: Vec<(bool, String)> = Vec::new();
    if let Some(Not { is, not }) = found.state {
        words.push((not, format!("ctstate {}", names(is))));
    }
    if let Some(Not { is, not }) = found.protocol {
        words.push((not, format!("ctproto {is}")));
    }
    for (name, side) in [
        ("ctorigsrc", found.original_source),
        ("ctorigdst", found.original_destination),
        ("ctreplsrc", found.reply_source),
        ("ctrepldst", found.reply_destination),
    ] {
        if let Some(Not { is, not }) = side {
            words.push((not, format!("{name} {}", network_said(is))));
        }
    }
    for (name, side) in [
        ("ctorigsrcport", found.original_source_port),
        ("ctorigdstport", found.original_destination_port),
        ("ctreplsrcport", found.reply_source_port),
        ("ctrepldstport", found.reply_destination_port),
    ] {
        if let Some(Not { is, not }) = side {
            words.push((not, format!("{name} {}", span(&is))));
        }
    }
    if let Some(Not { is, not }) = found.status {
        let set = STATUSES
            .iter()
            .filter(|(bit, _)| (is == 0 && *bit == 0) || is & bit != 0);
        let names: Vec<&str> = set.map(|(_, name)| *name).collect();
        words.push((not, format!("ctstatus {}", names.join(","))));
    }
    if let Some(Not { is, not }) = found.expire {
        words.push((not, format!("ctexpire {}", span(&is))));
    }
    if let Some(direction) = found.direction {
        let name = DIRECTIONS.get(usize::from(direction))?;
        words.push((false, format!("ctdir {name}")));
    }
    let save: Vec<String> = words
        .iter()
        .map(|(not, word)| format!("{}--{word}", bang(*not)))
        .collect();
    let list: Vec<String> = words
        .iter()
        .map(|(not, word)| format!("{}{word}", bang(*not)))
        .collect();
    said(format!("-m conntrack {}", save.join(" ")), list.join(" "))
}

fn state(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let Some(option) = given.option("state") else {
        return Err(given.problem("state: option \"--state\" must be specified\n"));
    };
    let bits = states(given, &option.values[0], "Bad state")?;
    let not = option.not;
    Ok(vec![Statement::XtMatch(XtMatch::State(Not {
        is: bits,
        not,
    }))])
}

fn show_state(view: &View<'_>) -> Option<(usize, Shown)> {
    let Statement::XtMatch(XtMatch::State(state)) = view.statements.first()? else {
        return None;
    };
    let not = if state.not { "! " } else { "" };
    let shown = Shown {
        save: format!("-m state {not}--state {}", names(state.is)),
        list: format!("{not}state {}", names(state.is)),
    };
    Some((1, shown))
}
