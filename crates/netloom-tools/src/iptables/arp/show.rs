//! Rules of `arptables` in words, as `-S`, `-L` and `arptables-save` print them.

use super::super::Variant;
use super::super::arguments::{Command, Parsed};
use super::super::hardware;
use super::super::list;
use crate::ip::words::Outcome;
use netloom_model::ruleset::expr::{BitOp, MetaKey, Relation};
use netloom_model::ruleset::statement::Verdict;
use netloom_model::ruleset::xt::{ArpMangle, EbVerdict, Masked, XtTarget};
use netloom_model::ruleset::{Chain, Expr, Field, Rule, Statement, Table, Value};
use std::io::Write;

/// How a rule is said.
#[derive(Clone, Copy)]
struct Style {
    numeric: bool,
    verbose: bool,
}

/// A rule as `-S` and `arptables-save` print it, behind its chain.
pub(in super::super) fn words(rule: &Rule) -> String {
    let style = Style {
        numeric: true,
        verbose: false,
    };
    format!(" {}", said(rule, style))
}

/// Prints a chain with its rules.
pub(in super::super) fn list(
    out: &mut dyn Write,
    (_, parsed): (Variant, &Parsed),
    (table, chain): (&Table, &Chain),
) -> Outcome<()> {
    let only = match &parsed.command {
        Command::List(_, only) => *only,
        _ => None,
    };
    if only.is_none() {
        list::title(out, parsed, table, chain)?;
    }
    let style = Style {
        numeric: parsed.numeric,
        verbose: parsed.verbose > 0,
    };
    for (number, rule) in (1..).zip(&chain.rules) {
        if only.is_some_and(|only| only != number) {
            continue;
        }
        if parsed.line_numbers {
            write!(out, "{number} ")?;
        }
        write!(out, "{}", said(rule, style))?;
        if style.verbose {
            let counter = rule.counter().unwrap_or_default();
            let (packets, bytes) = (counter.packets, counter.bytes);
            write!(out, " , pcnt={packets} -- bcnt={bytes} ")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// What a rule asks, part by part.
#[derive(Default)]
struct Asked {
    input: Option<String>,
    output: Option<String>,
    source: Option<String>,
    source_mac: Option<String>,
    destination: Option<String>,
    destination_mac: Option<String>,
    rest: Vec<String>,
}

fn said(rule: &Rule, style: Style) -> String {
    let mut parts = Vec::new();
    let mut asked = Asked::default();
    let mut behind = None;
    for statement in &rule.statements {
        match statement {
            Statement::Match {
                left,
                relation,
                right,
            } => ask(&mut asked, (left, *relation, right), style),
            Statement::Verdict(verdict) => parts.extend(jump(verdict)),
            Statement::XtTarget(target) => {
                let (name, words) = self::target(target);
                parts.push(format!("-j {name}"));
                behind = Some(words);
            }
            _ => {}
        }
    }
    let any = |option: &str, found: Option<String>| {
        let all = if style.numeric { "*" } else { "any" };
        found.or_else(|| style.verbose.then(|| format!("{option} {all}")))
    };
    parts.extend(any("-i", asked.input));
    parts.extend(any("-o", asked.output));
    parts.extend(asked.source);
    parts.extend(asked.source_mac);
    parts.extend(asked.destination);
    parts.extend(asked.destination_mac);
    parts.extend(asked.rest);
    parts.extend(behind.filter(|words| !words.is_empty()));
    parts.join(" ")
}

fn jump(verdict: &Verdict) -> Option<String> {
    Some(match verdict {
        Verdict::Accept => "-j ACCEPT".to_owned(),
        Verdict::Drop => "-j DROP".to_owned(),
        Verdict::Return => "-j RETURN".to_owned(),
        Verdict::Jump(chain) | Verdict::Goto(chain) => format!("-j {chain}"),
        Verdict::Continue => return None,
    })
}

fn ask(asked: &mut Asked, (left, relation, right): (&Expr, Relation, &Expr), style: Style) {
    let bang = if relation == Relation::Ne { "! " } else { "" };
    if let (Expr::Meta(key), Expr::Value(name)) = (left, right) {
        let (option, place) = match key {
            MetaKey::IifName => ("-i", &mut asked.input),
            MetaKey::OifName => ("-o", &mut asked.output),
            _ => return,
        };
        *place = Some(format!("{bang}{option} {}", hardware::show_device(name)));
        return;
    }
    let (Expr::Field(field), mask) = (match left {
        Expr::Bits(BitOp::And, field, mask) => (&**field, Some(&**mask)),
        field => (field, None),
    }) else {
        return;
    };
    let (option, place) = match field {
        Field::ArpSaddrIp => ("-s", &mut asked.source),
        Field::ArpDaddrIp => ("-d", &mut asked.destination),
        Field::ArpSaddrEther => ("--src-mac", &mut asked.source_mac),
        Field::ArpDaddrEther => ("--dst-mac", &mut asked.destination_mac),
        field => {
            let number = match right {
                Expr::Value(value) => value.to_number().unwrap_or(0) as u16,
                _ => return,
            };
            asked.rest.extend(number_said(*field, bang, number, style));
            return;
        }
    };
    let words = match field {
        Field::ArpSaddrIp | Field::ArpDaddrIp => network(right, mask),
        _ => hardware::compared_mac(left, right).map(|(_, asked)| hardware::show_mac(asked)),
    };
    *place = words.map(|words| format!("{bang}{option} {words}"));
}

/// A network as it is compared with.
fn network(right: &Expr, mask: Option<&Expr>) -> Option<String> {
    let address = |value: &Value| -> Option<core::net::Ipv4Addr> {
        let octets: [u8; 4] = value.bytes().try_into().ok()?;
        Some(octets.into())
    };
    Some(match (right, mask) {
        (Expr::Value(value), None) => address(value)?.to_string(),
        (Expr::Value(value), Some(Expr::Value(mask))) => {
            format!("{}/{}", address(value)?, address(mask)?)
        }
        (Expr::Prefix(value, len), _) => format!("{}/{len}", address(value)?),
        _ => return None,
    })
}

/// A field of numbers; those that every rule asks for are not said.
fn number_said(field: Field, bang: &str, number: u16, style: Style) -> Option<String> {
    Some(match field {
        Field::ArpOperation => {
            let named = hardware::OPCODES.get(usize::from(number).wrapping_sub(1));
            match named {
                Some(name) if !style.numeric => format!("{bang}--opcode {name}"),
                _ => format!("{bang}--opcode {number}"),
            }
        }
        Field::ArpHtype if number != 1 || !bang.is_empty() => {
            if number == 1 && !style.numeric {
                format!("{bang}--h-type Ethernet")
            } else {
                format!("{bang}--h-type {number}")
            }
        }
        Field::ArpHlen if number != 6 || !bang.is_empty() => format!("{bang}--h-length {number}"),
        Field::ArpPtype if number == 0x800 && !style.numeric => {
            format!("{bang}--proto-type IPv4")
        }
        Field::ArpPtype => format!("{bang}--proto-type 0x{number:x}"),
        _ => return None,
    })
}

fn target(target: &XtTarget) -> (&'static str, String) {
    match target {
        XtTarget::ArpMangle(how) => ("mangle", mangle(how)),
        XtTarget::Classify(class) => {
            let (major, minor) = (class >> 16, class & 0xffff);
            ("CLASSIFY", format!("--set-class {major:x}:{minor:x}"))
        }
        XtTarget::Mark(to) if *to == Masked { value: 0, mask: 0 } => {
            ("MARK", format!("--and-mark {:x}", u32::MAX))
        }
        XtTarget::Mark(to) if to.mask == 0 => ("MARK", format!("--set-mark {:x}", to.value)),
        XtTarget::Mark(to) if to.value == 0 => ("MARK", format!("--and-mark {:x}", !to.mask)),
        XtTarget::Mark(to) => ("MARK", format!("--or-mark {:x}", to.value)),
        _ => ("", String::new()),
    }
}

fn mangle(how: &ArpMangle) -> String {
    let mut words = Vec::new();
    words.extend(how.source_ip.map(|ip| format!("--mangle-ip-s {ip}")));
    words.extend(how.source_mac.map(|mac| format!("--mangle-mac-s {mac}")));
    words.extend(how.target_ip.map(|ip| format!("--mangle-ip-d {ip}")));
    words.extend(how.target_mac.map(|mac| format!("--mangle-mac-d {mac}")));
    words.extend(match how.then {
        Some(EbVerdict::Drop) => Some("--mangle-target DROP".to_owned()),
        Some(EbVerdict::Continue) => Some("--mangle-target CONTINUE".to_owned()),
        _ => None,
    });
    words.join(" ")
}
