//! The words of a rule of `arptables`, read into statements.

use super::super::Variant;
use super::super::arguments::{Command, Parsed};
use super::super::hardware;
use super::super::line::{self, Given, Grammar, Known, Line};
use super::super::rules::Spec;
use super::super::spec::{self, compare};
use crate::ip::words::Outcome;
use core::net::IpAddr;
use netloom_model::Family;
use netloom_model::ruleset::expr::{BitOp, MetaKey};
use netloom_model::ruleset::statement::Verdict;
use netloom_model::ruleset::xt::{ArpMangle, EbVerdict, Masked, XtTarget};
use netloom_model::ruleset::{Expr, Field, Statement, Value};

const fn known(letter: Option<char>, names: &'static [&'static str], values: u8) -> Known {
    Known {
        letter,
        names,
        values,
    }
}

const GRAMMAR: Grammar = Grammar {
    options: &[
        known(Some('t'), &["table"], 1),
        known(Some('v'), &["verbose"], 0),
        known(Some('n'), &["numeric"], 0),
        known(Some('x'), &["exact"], 0),
        known(None, &["line-numbers"], 0),
        known(Some('M'), &["modprobe"], 1),
        known(Some('s'), &["source", "source-ip", "src-ip", "src"], 1),
        known(
            Some('d'),
            &["destination", "destination-ip", "dst-ip", "dst"],
            1,
        ),
        known(None, &["source-mac", "src-mac"], 1),
        known(None, &["destination-mac", "dst-mac"], 1),
        known(Some('i'), &["in-interface"], 1),
        known(Some('o'), &["out-interface"], 1),
        known(Some('l'), &["h-length"], 1),
        known(None, &["opcode"], 1),
        known(None, &["h-type"], 1),
        known(None, &["proto-type"], 1),
        // Taken, and not asked for.
        known(Some('p'), &["protocol"], 1),
        known(Some('j'), &["jump"], 1),
        known(None, &["mangle-ip-s"], 1),
        known(None, &["mangle-ip-d"], 1),
        known(None, &["mangle-mac-s"], 1),
        known(None, &["mangle-mac-d"], 1),
        known(None, &["mangle-target"], 1),
        known(None, &["set-class"], 1),
        known(None, &["set-mark"], 1),
        known(None, &["and-mark"], 1),
        known(None, &["or-mark"], 1),
    ],
    commands: "ACDIRLSFZNXPEVh",
    bridge: false,
};

/// Reads a command line.
pub(in super::super) fn parse(variant: Variant, args: &[String]) -> Outcome<Parsed> {
    let line = line::read(variant, &GRAMMAR, args)?;
    let Some(command) = line.command.clone() else {
        return Err(variant.problem("no command specified"));
    };
    let table = line.option("table");
    Ok(Parsed {
        table: table.map_or_else(|| "filter".to_owned(), |given| given.value.clone()),
        verbose: line.has("verbose").into(),
        numeric: line.has("numeric"),
        exact: line.has("exact"),
        line_numbers: line.has("line-numbers"),
        counters: line.counters,
        spec: rule(variant, &line, &command)?,
        also_zero: line.also_zero,
        policy: None,
        command,
    })
}

fn rule(variant: Variant, line: &Line, command: &Command) -> Outcome<Spec> {
    let has_rule = matches!(
        command,
        Command::Append(_)
            | Command::Insert(..)
            | Command::Replace(..)
            | Command::Check(_)
            | Command::Delete(_, None)
    );
    if !has_rule {
        return Ok(Spec::default());
    }
    check_devices(variant, line)?;
    Ok(Spec {
        head: matches(variant, line)?,
        target: target(variant, line)?,
        ..Spec::default()
    })
}

/// What comes in leaves by no device, and what is made here came by none.
fn check_devices(variant: Variant, line: &Line) -> Outcome<()> {
    let chain = line.chain.as_deref().unwrap_or_default();
    let wrong = match chain {
        "INPUT" if line.has("out-interface") => "-o",
        "OUTPUT" if line.has("in-interface") => "-i",
        _ => return Ok(()),
    };
    Err(variant.problem(&format!("Can't use {wrong} with {chain}\n")))
}

/// A number that is one of some names, or said as it is.
fn number(word: &str, names: &[(&str, u16)]) -> Option<u16> {
    let named = names
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name));
    named
        .map(|(_, number)| *number)
        .or_else(|| match word.strip_prefix("0x") {
            Some(hexadecimal) => u16::from_str_radix(hexadecimal, 16).ok(),
            None => word.parse().ok(),
        })
}

fn field(field: Field, not: bool, number: u16) -> Statement {
    let value = Value::number(number.into(), usize::from(field.bits()) / 8);
    compare(Expr::Field(field), not, Expr::Value(value))
}

/// What a rule asks, in the order in which it is kept.
fn matches(variant: Variant, line: &Line) -> Outcome<Vec<Statement>> {
    let mut all = Vec::new();
    for (name, key) in [
        ("in-interface", MetaKey::IifName),
        ("out-interface", MetaKey::OifName),
    ] {
        if let Some(given) = line.option(name) {
            all.push(hardware::device(variant, key, &given.value, given.not)?);
        }
    }
    let bad = |what: &str| variant.problem(&format!("Problem with specified {what}"));
    let asked = |name: &str, names: &[(&str, u16)], what: &str| -> Outcome<Option<(u16, bool)>> {
        let Some(given) = line.option(name) else {
            return Ok(None);
        };
        // A mask is taken, and all bits count.
        let word = given.value.split('/').next().unwrap_or_default();
        let found = number(word, names).ok_or_else(|| bad(what))?;
        Ok(Some((found, given.not)))
    };
    // Of hardware it is Ethernet unless it is said otherwise, and of protocols IPv4.
    let (htype, not) = asked("h-type", &[("Ethernet", 1)], "hardware type")?.unwrap_or((1, false));
    all.push(field(Field::ArpHtype, not, htype));
    if let Some((ptype, not)) = asked("proto-type", &[("ipv4", 0x800)], "protocol type")? {
        all.push(field(Field::ArpPtype, not, ptype));
    }
    let (hlen, not) = asked("h-length", &[], "hardware length")?.unwrap_or((6, false));
    if hlen != 6 {
        // As the original spells it.
        let text = "Only harware address length of 6 is supported currently.";
        return Err(variant.problem(text));
    }
    all.push(field(Field::ArpHlen, not, hlen));
    all.push(field(Field::ArpPlen, false, 4));
    let opcodes: Vec<(&str, u16)> = hardware::OPCODES.into_iter().zip(1..).collect();
    if let Some((op, not)) = asked("opcode", &opcodes, "opcode")? {
        all.push(field(Field::ArpOperation, not, op));
    }
    let mac = |name: &str, field: Field, what: &str| -> Outcome<Option<Statement>> {
        let Some(Given { not, value, .. }) = line.option(name) else {
            return Ok(None);
        };
        let asked = hardware::masked(value).ok_or_else(|| bad(what))?;
        Ok(Some(hardware::compare_mac(field, *not, asked)))
    };
    all.extend(mac("source-mac", Field::ArpSaddrEther, "source mac")?);
    all.extend(ip(variant, line.option("source"), Field::ArpSaddrIp)?);
    all.extend(mac(
        "destination-mac",
        Field::ArpDaddrEther,
        "destination mac",
    )?);
    all.extend(ip(variant, line.option("destination"), Field::ArpDaddrIp)?);
    Ok(all)
}

/// The statement that compares an address of IPv4.
fn ip(variant: Variant, given: Option<&Given>, field: Field) -> Outcome<Option<Statement>> {
    let Some(Given { not, value, .. }) = given else {
        return Ok(None);
    };
    let network = hardware::network(variant, Family::V4, value)?;
    let (IpAddr::V4(address), IpAddr::V4(mask)) = (network.address, network.mask) else {
        return Ok(None);
    };
    let (address, mask, len) = (
        address.to_bits(),
        mask.to_bits(),
        mask.to_bits().leading_ones(),
    );
    let value = |bits: u32| Value::from(bits);
    let contiguous = mask.count_ones() == len;
    Ok(match len {
        0 if mask == 0 && !not => None,
        32 => Some(compare(
            Expr::Field(field),
            *not,
            Expr::Value(value(address)),
        )),
        len if contiguous => {
            let prefix = Expr::Prefix(value(address), len as u8);
            Some(compare(Expr::Field(field), *not, prefix))
        }
        _ => {
            let mask = Box::new(Expr::Value(value(mask)));
            let under = Expr::Bits(BitOp::And, Box::new(Expr::Field(field)), mask);
            Some(compare(under, *not, Expr::Value(value(address))))
        }
    })
}

fn target(variant: Variant, line: &Line) -> Outcome<Vec<Statement>> {
    let Some(given) = line.option("jump") else {
        return Ok(Vec::new());
    };
    let name = given.value.as_str();
    if let Some(verdict) = spec::verdict(name) {
        return Ok(vec![Statement::Verdict(verdict)]);
    }
    let target = match name {
        "mangle" => XtTarget::ArpMangle(mangle(variant, line)?),
        "CLASSIFY" => XtTarget::Classify(class(variant, line)?),
        "MARK" => XtTarget::Mark(mark(variant, line)?),
        chain => return Ok(vec![Statement::Verdict(Verdict::Jump(chain.to_owned()))]),
    };
    Ok(vec![Statement::XtTarget(target)])
}

fn mangle(variant: Variant, line: &Line) -> Outcome<ArpMangle> {
    let address = |name: &str| -> Outcome<Option<IpAddr>> {
        let Some(given) = line.option(name) else {
            return Ok(None);
        };
        let found = hardware::network(variant, Family::V4, &given.value)?;
        Ok(Some(found.address))
    };
    let mac = |name: &str, what: &str| {
        let given = line.option(name);
        let found = given.map(|given| hardware::mac(&given.value));
        match found {
            Some(None) => Err(variant.problem(&format!("invalid {what} MAC"))),
            found => Ok(found.flatten()),
        }
    };
    let then = match line
        .option("mangle-target")
        .map(|given| given.value.as_str())
    {
        None | Some("ACCEPT") => None,
        Some("DROP") => Some(EbVerdict::Drop),
        Some("CONTINUE") => Some(EbVerdict::Continue),
        Some(_) => return Err(variant.problem("bad target for --mangle-target")),
    };
    Ok(ArpMangle {
        source_ip: address("mangle-ip-s")?,
        source_mac: mac("mangle-mac-s", "source")?,
        target_ip: address("mangle-ip-d")?,
        target_mac: mac("mangle-mac-d", "target")?,
        then,
    })
}

fn class(variant: Variant, line: &Line) -> Outcome<u32> {
    let Some(given) = line.option("set-class") else {
        let text = "CLASSIFY: option \"--set-class\" must be specified\n";
        return Err(variant.problem(text));
    };
    let word = given.value.as_str();
    let class = word.split_once(':').and_then(|(major, minor)| {
        let part = |word| u32::from_str_radix(word, 16).ok().filter(|n| *n <= 0xffff);
        Some(part(major)? << 16 | part(minor)?)
    });
    class.ok_or_else(|| variant.problem(&format!("Bad class value \"{word}\"")))
}

fn mark(variant: Variant, line: &Line) -> Outcome<Masked> {
    let given = line
        .options
        .iter()
        .find(|given| given.name.ends_with("-mark"));
    let Some(given) = given else {
        // Nothing is changed.
        return Ok(Masked { value: 0, mask: 0 });
    };
    let word = given.value.split('/').next().unwrap_or_default();
    let value = u32::from_str_radix(word.strip_prefix("0x").unwrap_or(word), 16).ok();
    let value = value.ok_or_else(|| variant.problem(&format!("Bad mark value `{word}'")))?;
    Ok(match given.name {
        // The original lets bits stand that are set already.
        "set-mark" => Masked { value, mask: 0 },
        "and-mark" => Masked {
            value: 0,
            mask: !value,
        },
        _ => Masked { value, mask: value },
    })
}
