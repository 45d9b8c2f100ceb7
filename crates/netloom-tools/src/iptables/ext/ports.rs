//! `tcp` and `udp`: ports and flags, which nft's language says too.

use super::super::extension::{Extension, Given, Shown, View};
use super::super::spec::compare;
use crate::ip::words::Outcome;
use crate::tcpdump::print::SERVICES;
use netloom_model::ruleset::expr::{BitOp, Relation};
use netloom_model::ruleset::{Expr, Field, Header, Statement, Value};

pub(super) const TCP: Extension = Extension {
    name: "tcp",
    options: &[
        ("source-port", 1),
        ("sport", 1),
        ("destination-port", 1),
        ("dport", 1),
        ("tcp-flags", 2),
        ("syn", 0),
    ],
    build: tcp,
    show: |view| show(view, "tcp", Header::Tcp),
};

pub(super) const UDP: Extension = Extension {
    name: "udp",
    options: &[
        ("source-port", 1),
        ("sport", 1),
        ("destination-port", 1),
        ("dport", 1),
    ],
    build: udp,
    show: |view| show(view, "udp", Header::Udp),
};

/// The flags, in the order in which they are printed.
const FLAGS: [(u8, &str); 6] = [
    (0x01, "FIN"),
    (0x02, "SYN"),
    (0x04, "RST"),
    (0x08, "PSH"),
    (0x10, "ACK"),
    (0x20, "URG"),
];
const ALL: u8 = 0x3f;
/// What `--syn` looks at, and what it wants.
const SYN: (u8, u8) = (0x17, 0x02);

fn tcp(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let mut statements = ports(given, 6, ("TCP", "tcp"), (Field::TcpSport, Field::TcpDport))?;
    for option in given.options {
        let (mask, set) = match option.name {
            "syn" => SYN,
            "tcp-flags" => (
                flags(given, &option.values[0])?,
                flags(given, &option.values[1])?,
            ),
            _ => continue,
        };
        let under = Expr::Bits(
            BitOp::And,
            Box::new(Expr::Field(Field::TcpFlags)),
            Box::new(Expr::Value(mask.into())),
        );
        statements.push(compare(under, option.not, Expr::Value(set.into())));
    }
    Ok(statements)
}

fn udp(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    ports(
        given,
        17,
        ("UDP", "udp"),
        (Field::UdpSport, Field::UdpDport),
    )
}

fn ports(
    given: &Given<'_>,
    protocol: u8,
    (loud, name): (&str, &str),
    (sport, dport): (Field, Field),
) -> Outcome<Vec<Statement>> {
    if given.protocol != Some((protocol, false)) {
        return Err(given.problem(&format!("{loud} match requires '-p {name}'")));
    }
    let mut statements = Vec::new();
    for (names, field) in [
        (["source-port", "sport"], sport),
        (["destination-port", "dport"], dport),
    ] {
        let found = given
            .options
            .iter()
            .find(|option| names.contains(&option.name));
        if let Some(option) = found {
            let value = match span(given, &option.values[0])? {
                (0, u16::MAX) if !option.not => continue,
                (from, to) if from == to => Expr::Value(from.into()),
                (from, to) => Expr::Range(from.into(), to.into()),
            };
            statements.push(compare(Expr::Field(field), option.not, value));
        }
    }
    Ok(statements)
}

/// `port` or `from:to`, either of which can be left out.
pub(super) fn span(given: &Given<'_>, word: &str) -> Outcome<(u16, u16)> {
    let port = |word: &str| {
        let named = SERVICES.iter().find(|(name, ..)| *name == word);
        let number = word.parse().ok().or(named.map(|(_, port, ..)| *port));
        number.ok_or_else(|| given.problem(&format!("invalid port/service `{word}' specified")))
    };
    let Some((from, to)) = word.split_once(':') else {
        let one = port(word)?;
        return Ok((one, one));
    };
    let from = if from.is_empty() { 0 } else { port(from)? };
    let to = if to.is_empty() { u16::MAX } else { port(to)? };
    if from > to {
        return Err(given.problem("invalid portrange (min > max)"));
    }
    Ok((from, to))
}

fn flags(given: &Given<'_>, words: &str) -> Outcome<u8> {
    let mut bits = 0;
    for word in words.split(',') {
        bits |= match word.to_uppercase().as_str() {
            "ALL" => ALL,
            "NONE" => 0,
            loud => {
                let found = FLAGS.iter().find(|(_, name)| *name == loud);
                let unknown = || given.problem(&format!("Unknown TCP flag `{word}'"));
                found.ok_or_else(unknown)?.0
            }
        };
    }
    Ok(bits)
}

fn flag_names(bits: u8) -> String {
    if bits == 0 {
        return "NONE".to_owned();
    }
    let set = FLAGS.iter().filter(|(bit, _)| bits & bit != 0);
    set.map(|(_, name)| *name).collect::<Vec<_>>().join(",")
}

/// What one statement about a header says.
fn one(statement: &Statement, header: Header) -> Option<(String, String)> {
    let Statement::Match {
        left,
        relation,
        right,
    } = statement
    else {
        return None;
    };
    let not = *relation == Relation::Ne;
    let (bang, loud) = if not { ("! ", "!") } else { ("", "") };
    if let (Expr::Bits(BitOp::And, left, mask), Expr::Value(set)) = (left, right)
        && **left == Expr::Field(Field::TcpFlags)
        && let Expr::Value(mask) = &**mask
    {
        let (mask, set) = (mask.to_number()? as u8, set.to_number()? as u8);
        let save = format!("{bang}--tcp-flags {} {}", flag_names(mask), flag_names(set));
        return Some((save, format!("flags:{loud}0x{mask:02X}/0x{set:02X}")));
    }
    let Expr::Field(field) = left else {
        return None;
    };
    if field.header() != header || !matches!(field.name(), "sport" | "dport") {
        return None;
    }
    let port = |value: &Value| value.to_number();
    let (from, to) = match right {
        Expr::Value(value) => (port(value)?, port(value)?),
        Expr::Range(from, to) => (port(from)?, port(to)?),
        _ => return None,
    };
    let which = if field.name() == "sport" { 's' } else { 'd' };
    Some(if from == to {
        (
            format!("{bang}--{} {from}", field.name()),
            format!("{which}pt:{loud}{from}"),
        )
    } else {
        (
            format!("{bang}--{} {from}:{to}", field.name()),
            format!("{which}pts:{loud}{from}:{to}"),
        )
    })
}

fn show(view: &View<'_>, name: &str, header: Header) -> Option<(usize, Shown)> {
    let said: Vec<_> = view
        .statements
        .iter()
        .map_while(|statement| one(statement, header))
        .collect();
    if said.is_empty() {
        return None;
    }
    let mut shown = Shown {
        save: format!("-m {name}"),
        list: name.to_owned(),
    };
    for (save, list) in &said {
        shown.save += &format!(" {save}");
        shown.list += &format!(" {list}");
    }
    Some((said.len(), shown))
}
