//! The targets of `ebtables`: verdicts, chains, and what changes a frame.

use super::super::Variant;
use super::super::hardware;
use super::super::line::Line;
use crate::ip::words::Outcome;
use netloom_model::MacAddr;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::statement::Verdict;
use netloom_model::ruleset::xt::{EbVerdict, MarkOp, XtTarget};

/// Reads a target; none is `CONTINUE`.
pub(super) fn read(variant: Variant, line: &Line) -> Outcome<Vec<Statement>> {
    let Some(given) = line.option("jump") else {
        return Ok(Vec::new());
    };
    let target = match given.value.as_str() {
        "CONTINUE" => return Ok(Vec::new()),
        "mark" => mark(variant, line)?,
        "snat" => XtTarget::EbSnat {
            mac: mac(variant, line, "to-source", "--to-source")?,
            arp: line.has("snat-arp"),
            then: then(variant, line, "snat-target", EbVerdict::Accept)?,
        },
        "dnat" => XtTarget::EbDnat {
            mac: mac(variant, line, "to-destination", "--to-destination")?,
            then: then(variant, line, "dnat-target", EbVerdict::Accept)?,
        },
        "redirect" => {
            XtTarget::EbRedirect(then(variant, line, "redirect-target", EbVerdict::Accept)?)
        }
        "arpreply" => XtTarget::ArpReply {
            mac: match line.option("arpreply-mac") {
                Some(_) => mac(variant, line, "arpreply-mac", "--arpreply-mac")?,
                None => MacAddr::ZERO,
            },
            then: then(variant, line, "arpreply-target", EbVerdict::Drop)?,
        },
        name => {
            let verdict = super::super::spec::verdict(name);
            let verdict = verdict.unwrap_or_else(|| Verdict::Jump(name.to_owned()));
            return Ok(vec![Statement::Verdict(verdict)]);
        }
    };
    Ok(vec![Statement::XtTarget(target)])
}

fn mac(variant: Variant, line: &Line, name: &str, option: &str) -> Outcome<MacAddr> {
    let Some(given) = line.option(name) else {
        let text = match name {
            "to-source" | "to-destination" => "proper arguments",
            _ => option,
        };
        return Err(variant.problem(&format!("You must specify {text}")));
    };
    let bad = || variant.problem(&format!("Problem with specified {option} mac"));
    hardware::mac(&given.value).ok_or_else(bad)
}

/// What becomes of a frame behind the target.
fn then(variant: Variant, line: &Line, name: &str, usual: EbVerdict) -> Outcome<EbVerdict> {
    let Some(given) = line.option(name) else {
        return Ok(usual);
    };
    let found = VERDICTS.iter().find(|(word, _)| *word == given.value);
    let bad = || variant.problem(&format!("Illegal --{name} target"));
    Ok(found.ok_or_else(bad)?.1)
}

const VERDICTS: [(&str, EbVerdict); 4] = [
    ("ACCEPT", EbVerdict::Accept),
    ("DROP", EbVerdict::Drop),
    ("CONTINUE", EbVerdict::Continue),
    ("RETURN", EbVerdict::Return),
];

fn mark(variant: Variant, line: &Line) -> Outcome<XtTarget> {
    let ops = [
        ("mark-set", MarkOp::Set),
        ("mark-or", MarkOp::Or),
        ("mark-and", MarkOp::And),
        ("mark-xor", MarkOp::Xor),
    ];
    let found = ops
        .iter()
        .find_map(|(name, op)| Some((line.option(name)?, *op)));
    let Some((given, op)) = found else {
        return Err(variant.problem("You must specify some option"));
    };
    let of_mark = |name: &str| ops.iter().any(|(op, _)| *op == name);
    let mut all = line.options.iter().filter(|given| of_mark(given.name));
    if let Some(second) = all.nth(1) {
        let text = "cannot be used together with specific --mark option";
        return Err(variant.problem(&format!("--{} {text}", second.name)));
    }
    let word = given.value.as_str();
    let value = match word.strip_prefix("0x") {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
        None => word.parse().ok(),
    };
    let bad = || variant.problem(&format!("Bad MARK value '{word}'"));
    Ok(XtTarget::EbMark {
        op,
        value: value.ok_or_else(bad)?,
        then: then(variant, line, "mark-target", EbVerdict::Accept)?,
    })
}

/// A target in words: its name, and what follows.
pub(super) fn show(target: &XtTarget) -> Option<(&'static str, String)> {
    let verdict = |then: &EbVerdict| {
        let found = VERDICTS.iter().find(|(_, known)| known == then);
        found.map_or("", |(word, _)| word)
    };
    Some(match target {
        XtTarget::EbMark { op, value, then } => {
            let op = match op {
                MarkOp::Set => "set",
                MarkOp::Or => "or",
                MarkOp::And => "and",
                MarkOp::Xor => "xor",
            };
            let then = verdict(then);
            (
                "mark",
                format!("--mark-{op} 0x{value:x} --mark-target {then}"),
            )
        }
        XtTarget::EbSnat { mac, arp, then } => {
            let arp = if *arp { " --snat-arp" } else { "" };
            let then = verdict(then);
            ("snat", format!("--to-src {mac}{arp} --snat-target {then}"))
        }
        XtTarget::EbDnat { mac, then } => {
            let then = verdict(then);
            ("dnat", format!("--to-dst {mac} --dnat-target {then}"))
        }
        XtTarget::EbRedirect(EbVerdict::Accept) => ("redirect", String::new()),
        XtTarget::EbRedirect(then) => ("redirect", format!("--redirect-target {}", verdict(then))),
        XtTarget::ArpReply { mac, then } => {
            let then = match then {
                EbVerdict::Drop => String::new(),
                then => format!(" --arpreply-target {}", verdict(then)),
            };
            ("arpreply", format!("--arpreply-mac {mac}{then}"))
        }
        _ => return None,
    })
}
