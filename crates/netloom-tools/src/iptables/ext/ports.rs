//! `tcp` and `udp`: ports and flags, which nft's language says too.

use super::super::extension::{Extension, Given, Shown, View};
use super::super::spec::compare;
use crate::ip::words::{Failure, Outcome};
use crate::tcpdump::print::{SERVICES, Transport, names};
use netloom_model::ruleset::expr::{BitOp, Relation};
use netloom_model::ruleset::xt::{Not, Span, Tcp, TcpFlags, XtMatch};
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
        ("tcp-option", 1),
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

/// Every port.
const ALL_PORTS: Span<u16> = (0, u16::MAX);

fn tcp(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let mut statements = ports(given, 6, ("TCP", "tcp"), (Field::TcpSport, Field::TcpDport))?;
    let mut all = Tcp {
        sport: asked(given, ["source-port", "sport"])?.unwrap_or(Not::is(ALL_PORTS)),
        dport: asked(given, ["destination-port", "dport"])?.unwrap_or(Not::is(ALL_PORTS)),
        flags: Not::is(TcpFlags { mask: 0, set: 0 }),
        option: Not::is(0),
    };
    if all.sport.is.0 > all.sport.is.1 || all.dport.is.0 > all.dport.is.1 {
        return Err(reversed(given));
    }
    let mut seen = false;
    for option in given.options {
        let (mask, set) = match option.name {
            "syn" => SYN,
            "tcp-flags" => (
                flags(given, &option.values[0])?,
                flags(given, &option.values[1])?,
            ),
            "tcp-option" => {
                let word = &option.values[0];
                let bad = || given.problem(&format!("Bad TCP option `{word}'"));
                let is = word.parse().ok().filter(|n| *n > 0).ok_or_else(bad)?;
                let not = option.not;
                all.option = Not { is, not };
                continue;
            }
            _ => continue,
        };
        if seen {
            return Err(given.problem("Only one of `--syn' or `--tcp-flags'  allowed"));
        }
        seen = true;
        all.flags = Not {
            is: TcpFlags { mask, set },
            not: option.not,
        };
        let under = Expr::Bits(
            BitOp::And,
            Box::new(Expr::Field(Field::TcpFlags)),
            Box::new(Expr::Value(mask.into())),
        );
        statements.push(compare(under, option.not, Expr::Value(set.into())));
    }
    if all.option.is != 0 || statements.is_empty() {
        return Ok(vec![Statement::XtMatch(XtMatch::Tcp(all))]);
    }
    Ok(statements)
}

/// The ports of one side, where they are asked for.
fn asked(given: &Given<'_>, names: [&str; 2]) -> Outcome<Option<Not<Span<u16>>>> {
    let mut options = given.options.iter();
    let Some(option) = options.find(|option| names.contains(&option.name)) else {
        return Ok(None);
    };
    let is = span(given, &option.values[0])?;
    let not = option.not;
    Ok(Some(Not { is, not }))
}

fn udp(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let sides = (Field::UdpSport, Field::UdpDport);
    let statements = ports(given, 17, ("UDP", "udp"), sides)?;
    if statements.is_empty() {
        let (sport, dport) = (Not::is(ALL_PORTS), Not::is(ALL_PORTS));
        return Ok(vec![Statement::XtMatch(XtMatch::Udp { sport, dport })]);
    }
    Ok(statements)
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
        let Some(Not { is, not }) = asked(given, names)? else {
            continue;
        };
        let value = match is {
            ALL_PORTS if !not => continue,
            (from, to) if from == to => Expr::Value(from.into()),
            (from, to) => Expr::Range(from.into(), to.into()),
        };
        statements.push(compare(Expr::Field(field), not, value));
    }
    Ok(statements)
}

/// `port` or `from:to`, either of which can be left out.
pub(super) fn span(given: &Given<'_>, word: &str) -> Outcome<(u16, u16)> {
    let port = |word: &str| {
        let named = || SERVICES.iter().find(|(name, ..)| *name == word);
        let number = word.parse().ok();
        let number = number.or_else(|| named().map(|(_, port, ..)| *port));
        number.ok_or_else(|| given.problem(&format!("invalid port/service `{word}' specified")))
    };
    let Some((from, to)) = word.split_once(':') else {
        let one = port(word)?;
        return Ok((one, one));
    };
    let from = if from.is_empty() { 0 } else { port(from)? };
    let to = if to.is_empty() { u16::MAX } else { port(to)? };
    Ok((from, to))
}

fn reversed(given: &Given<'_>) -> Failure {
    given.problem("invalid portrange (min > max)")
}

/// The same, of which the first is no more than the last.
pub(super) fn ordered(given: &Given<'_>, word: &str) -> Outcome<(u16, u16)> {
    let (from, to) = span(given, word)?;
    if from > to {
        return Err(reversed(given));
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

/// A port in a listing: by its name where it has one.
pub(super) fn port_name(view: &View<'_>, transport: Transport, port: u16) -> String {
    let name = names::service(transport, port).filter(|_| !view.numeric);
    name.map_or_else(|| port.to_string(), str::to_owned)
}

/// Ports of a side in words: `--sport 1:2` and `spts:1:2`.
pub(super) fn said(
    view: &View<'_>,
    transport: Transport,
    side: &str,
    ports: Not<Span<u16>>,
) -> (String, String) {
    let (bang, loud) = if ports.not { ("! ", "!") } else { ("", "") };
    let (from, to) = ports.is;
    let which = &side[..1];
    let name = |port| port_name(view, transport, port);
    if from == to {
        let list = format!("{which}pt:{loud}{}", name(from));
        return (format!("{bang}--{side} {from}"), list);
    }
    let list = format!("{which}pts:{loud}{}:{}", name(from), name(to));
    (format!("{bang}--{side} {from}:{to}"), list)
}

fn flags_said(view: &View<'_>, flags: Not<TcpFlags>) -> (String, String) {
    let (bang, loud) = if flags.not { ("! ", "!") } else { ("", "") };
    let TcpFlags { mask, set } = flags.is;
    let (mask_names, set_names) = (flag_names(mask), flag_names(set));
    let list = if view.numeric {
        format!("flags:{loud}0x{mask:02X}/0x{set:02X}")
    } else {
        format!("flags:{loud}{mask_names}/{set_names}")
    };
    (format!("{bang}--tcp-flags {mask_names} {set_names}"), list)
}

/// What one statement about a header says.
fn one(view: &View<'_>, statement: &Statement, header: Header) -> Option<(String, String)> {
    let Statement::Match {
        left,
        relation,
        right,
    } = statement
    else {
        return None;
    };
    let not = *relation == Relation::Ne;
    if let (Expr::Bits(BitOp::And, left, mask), Expr::Value(set)) = (left, right)
        && **left == Expr::Field(Field::TcpFlags)
        && let Expr::Value(mask) = &**mask
    {
        let (mask, set) = (mask.to_number()? as u8, set.to_number()? as u8);
        let is = TcpFlags { mask, set };
        return Some(flags_said(view, Not { is, not }));
    }
    // As nft says that none of some flags is set, or any.
    if let (Expr::Field(Field::TcpFlags), Expr::Value(mask)) = (left, right)
        && let Relation::None | Relation::Any = relation
    {
        let (mask, set) = (mask.to_number()? as u8, 0);
        let is = TcpFlags { mask, set };
        let not = *relation == Relation::Any;
        return Some(flags_said(view, Not { is, not }));
    }
    let Expr::Field(field) = left else {
        return None;
    };
    if field.header() != header || !matches!(field.name(), "sport" | "dport") {
        return None;
    }
    let port = |value: &Value| Some(value.to_number()? as u16);
    let is = match right {
        Expr::Value(value) => (port(value)?, port(value)?),
        Expr::Range(from, to) => (port(from)?, port(to)?),
        _ => return None,
    };
    let ports = Not { is, not };
    Some(said(view, transport(header), field.name(), ports))
}

fn transport(header: Header) -> Transport {
    if header == Header::Udp {
        Transport::Udp
    } else {
        Transport::Tcp
    }
}

/// What of a match that has no native form is said.
fn whole(view: &View<'_>, statement: &Statement, name: &str) -> Option<Vec<(String, String)>> {
    let (sport, dport, rest, transport) = match statement {
        Statement::XtMatch(XtMatch::Tcp(tcp)) if name == "tcp" => {
            (tcp.sport, tcp.dport, Some(tcp), Transport::Tcp)
        }
        Statement::XtMatch(XtMatch::Udp { sport, dport }) if name == "udp" => {
            (*sport, *dport, None, Transport::Udp)
        }
        _ => return None,
    };
    let mut out = Vec::new();
    for (side, ports) in [("sport", sport), ("dport", dport)] {
        if ports.is != ALL_PORTS || ports.not {
            out.push(said(view, transport, side, ports));
        }
    }
    let Some(tcp) = rest else {
        return Some(out);
    };
    if tcp.option.is != 0 {
        let Not { is, not } = tcp.option;
        let (bang, loud) = if not { ("! ", "!") } else { ("", "") };
        let save = format!("{bang}--tcp-option {is}");
        out.push((save, format!("option={loud}{is}")));
    }
    if tcp.flags.is.mask != 0 || tcp.flags.not {
        out.push(flags_said(view, tcp.flags));
    }
    Some(out)
}

fn show(view: &View<'_>, name: &str, header: Header) -> Option<(usize, Shown)> {
    let (count, said) = match whole(view, view.statements.first()?, name) {
        Some(said) => (1, said),
        None => {
            let mut said: Vec<(String, String)> = Vec::new();
            for statement in view.statements {
                let Some(words) = one(view, statement, header) else {
                    break;
                };
                said.push(words);
            }
            (said.len(), said)
        }
    };
    if count == 0 {
        return None;
    }
    // iptables has the kernel asked for flags first, and tells them last.
    let mut said = said;
    said.sort_by_key(|(save, _)| save.contains("--tcp-flags "));
    let mut shown = Shown {
        save: format!("-m {name}"),
        list: name.to_owned(),
    };
    for (save, list) in &said {
        shown.save += &format!(" {save}");
        shown.list += &format!(" {list}");
    }
    Some((count, shown))
}
