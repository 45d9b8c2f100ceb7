//! `icmp` and `icmp6`: types and codes of ICMP messages.

use super::super::extension::{Extension, Given, Shown, View};
use crate::ip::words::Outcome;
use netloom_model::Family;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{IcmpTypes, Not, XtMatch};

pub(super) const ICMP: Extension = Extension {
    name: "icmp",
    options: &[("icmp-type", 1)],
    build: v4,
    show: show_v4,
};

pub(super) const ICMP6: Extension = Extension {
    name: "icmp6",
    options: &[("icmpv6-type", 1)],
    build: v6,
    show: show_v6,
};

/// The type that stands for every type of IPv4.
const ANY: u8 = 255;

/// A name: its type and, where it is of one, its code.
type Named = (&'static str, u8, Option<u8>);

/// The type and code that a name stands for.
pub(in super::super) fn named(word: &str, family: Family) -> Option<(u8, Option<u8>)> {
    let found = names(family).iter().find(|(name, ..)| *name == word);
    found.map(|(_, kind, code)| (*kind, *code))
}

/// The first name of a type and code.
pub(in super::super) fn name(kind: u8, code: Option<u8>, family: Family) -> Option<&'static str> {
    let mut all = names(family).iter();
    all.find(|named| (named.1, named.2) == (kind, code))
        .map(|named| named.0)
}

const fn names(family: Family) -> &'static [Named] {
    match family {
        Family::V4 => V4,
        Family::V6 => V6,
    }
}

const V4: &[Named] = &[
    ("any", ANY, None),
    ("echo-reply", 0, None),
    ("pong", 0, None),
    ("destination-unreachable", 3, None),
    ("network-unreachable", 3, Some(0)),
    ("host-unreachable", 3, Some(1)),
    ("protocol-unreachable", 3, Some(2)),
    ("port-unreachable", 3, Some(3)),
    ("fragmentation-needed", 3, Some(4)),
    ("source-route-failed", 3, Some(5)),
    ("network-unknown", 3, Some(6)),
    ("host-unknown", 3, Some(7)),
    ("network-prohibited", 3, Some(9)),
    ("host-prohibited", 3, Some(10)),
    ("TOS-network-unreachable", 3, Some(11)),
    ("TOS-host-unreachable", 3, Some(12)),
    ("communication-prohibited", 3, Some(13)),
    ("host-precedence-violation", 3, Some(14)),
    ("precedence-cutoff", 3, Some(15)),
    ("source-quench", 4, None),
    ("redirect", 5, None),
    ("network-redirect", 5, Some(0)),
    ("host-redirect", 5, Some(1)),
    ("TOS-network-redirect", 5, Some(2)),
    ("TOS-host-redirect", 5, Some(3)),
    ("echo-request", 8, None),
    ("ping", 8, None),
    ("router-advertisement", 9, None),
    ("router-solicitation", 10, None),
    ("time-exceeded", 11, None),
    ("ttl-exceeded", 11, None),
    ("ttl-zero-during-transit", 11, Some(0)),
    ("ttl-zero-during-reassembly", 11, Some(1)),
    ("parameter-problem", 12, None),
    ("ip-header-bad", 12, Some(0)),
    ("required-option-missing", 12, Some(1)),
    ("timestamp-request", 13, None),
    ("timestamp-reply", 14, None),
    ("address-mask-request", 17, None),
    ("address-mask-reply", 18, None),
];

const V6: &[Named] = &[
    ("destination-unreachable", 1, None),
    ("no-route", 1, Some(0)),
    ("communication-prohibited", 1, Some(1)),
    ("beyond-scope", 1, Some(2)),
    ("address-unreachable", 1, Some(3)),
    ("port-unreachable", 1, Some(4)),
    ("failed-policy", 1, Some(5)),
    ("reject-route", 1, Some(6)),
    ("packet-too-big", 2, None),
    ("time-exceeded", 3, None),
    ("ttl-exceeded", 3, None),
    ("ttl-zero-during-transit", 3, Some(0)),
    ("ttl-zero-during-reassembly", 3, Some(1)),
    ("parameter-problem", 4, None),
    ("bad-header", 4, Some(0)),
    ("unknown-header-type", 4, Some(1)),
    ("unknown-option", 4, Some(2)),
    ("echo-request", 128, None),
    ("ping", 128, None),
    ("echo-reply", 129, None),
    ("pong", 129, None),
    ("router-solicitation", 133, None),
    ("router-advertisement", 134, None),
    ("neighbour-solicitation", 135, None),
    ("neighbor-solicitation", 135, None),
    ("neighbour-advertisement", 136, None),
    ("neighbor-advertisement", 136, None),
    ("redirect", 137, None),
];

/// The names that types of ICMP and their codes have.
pub(crate) mod names {
    use super::{V4, V6};

    /// The type and the code of a name.
    pub(crate) fn by_name(v6: bool, name: &str) -> Option<(u8, Option<u8>)> {
        let named = if v6 { V6 } else { V4 };
        let found = named.iter().find(|(own, ..)| *own == name);
        found.map(|(_, icmp_type, code)| (*icmp_type, *code))
    }

    /// The name of a type, whatever its code.
    pub(crate) fn of_type(v6: bool, icmp_type: u8) -> Option<&'static str> {
        let named = if v6 { V6 } else { V4 };
        let mut whole = named
            .iter()
            .filter(|(_, t, code)| *t == icmp_type && code.is_none());
        whole.next().map(|(name, ..)| *name)
    }

    /// The name of a type and code; that of a type stands for its code 0 too.
    pub(crate) fn of(v6: bool, icmp_type: u8, code: u8) -> Option<&'static str> {
        let named = if v6 { V6 } else { V4 };
        let is = |wanted| {
            named
                .iter()
                .find(move |(_, t, c)| (*t, *c) == (icmp_type, wanted))
        };
        let whole = is(None).filter(|_| code == 0);
        is(Some(code)).or(whole).map(|(name, ..)| *name)
    }
}

fn types(given: &Given<'_>, option: &str, named: &[Named]) -> Outcome<Not<IcmpTypes>> {
    let Some(option) = given.option(option) else {
        let any = IcmpTypes {
            icmp_type: ANY,
            codes: (0, 255),
        };
        return Ok(Not::is(any));
    };
    let word = option.values[0].as_str();
    let found = named
        .iter()
        .filter(|(name, ..)| name.starts_with(&word.to_lowercase()));
    let exact = named
        .iter()
        .find(|(name, ..)| name.eq_ignore_ascii_case(word));
    let one = exact.or_else(|| match found.clone().count() {
        1 => found.clone().next(),
        _ => None,
    });
    let (icmp_type, code) = match one {
        Some((_, icmp_type, code)) => (*icmp_type, *code),
        None => numbers(word).ok_or_else(|| {
            let family = if given.variant.family == Family::V4 {
                ""
            } else {
                "v6"
            };
            given.problem(&format!("Unknown ICMP{family} type `{word}'"))
        })?,
    };
    let codes = code.map_or((0, 255), |code| (code, code));
    Ok(Not {
        is: IcmpTypes { icmp_type, codes },
        not: option.not,
    })
}

/// `type` or `type/code`.
fn numbers(word: &str) -> Option<(u8, Option<u8>)> {
    match word.split_once('/') {
        Some((icmp_type, code)) => Some((icmp_type.parse().ok()?, Some(code.parse().ok()?))),
        None => Some((word.parse().ok()?, None)),
    }
}

fn v4(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let types = types(given, "icmp-type", V4)?;
    Ok(vec![Statement::XtMatch(XtMatch::Icmp(types))])
}

fn v6(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let types = types(given, "icmpv6-type", V6)?;
    Ok(vec![Statement::XtMatch(XtMatch::Icmp6(types))])
}

fn show_v4(view: &View<'_>) -> Option<(usize, Shown)> {
    let Statement::XtMatch(XtMatch::Icmp(types)) = view.statements.first()? else {
        return None;
    };
    Some((1, shown(view, *types, ("icmp", "icmp-type", "icmp"), V4)))
}

fn show_v6(view: &View<'_>) -> Option<(usize, Shown)> {
    let Statement::XtMatch(XtMatch::Icmp6(types)) = view.statements.first()? else {
        return None;
    };
    let words = ("icmp6", "icmpv6-type", "ipv6-icmp");
    Some((1, shown(view, *types, words, V6)))
}

fn shown(
    view: &View<'_>,
    types: Not<IcmpTypes>,
    (name, option, spoken): (&str, &str, &str),
    named: &[Named],
) -> Shown {
    let not = if types.not { "! " } else { "" };
    let IcmpTypes { icmp_type, codes } = types.is;
    let one_code = (codes.0 == codes.1).then_some(codes.0);
    let number = match one_code {
        Some(code) => format!("{icmp_type}/{code}"),
        None if icmp_type == ANY && view.variant.family == Family::V4 => "any".to_owned(),
        None => icmp_type.to_string(),
    };
    let known = named
        .iter()
        .find(|(_, t, code)| (*t, *code) == (icmp_type, one_code));
    let bang = if types.not { "!" } else { "" };
    let list = match (known, view.numeric) {
        (Some((word, ..)), false) => format!("{spoken} {bang}{word}"),
        _ => {
            let code = one_code.map_or_else(String::new, |code| format!(" code {code}"));
            let spoken = if name == "icmp" { "icmp" } else { "ipv6-icmp" };
            if types.not {
                format!("{spoken} !type {icmp_type}{code}")
            } else {
                format!("{spoken}type {icmp_type}{code}")
            }
        }
    };
    Shown {
        save: format!("-m {name} {not}--{option} {number}"),
        list,
    }
}
