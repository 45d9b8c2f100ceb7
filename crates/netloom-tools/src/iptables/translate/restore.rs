//! `iptables-restore-translate`: what `iptables-save` wrote, in words of nft.

use super::super::restore::words;
use super::super::save::moment;
use super::super::tables::Builtin;
use super::super::{Variant, arguments, finish};
use super::{each, own_words};
use crate::Context;
use crate::ip::words::{Failure, Outcome};
use core::fmt::Write;
use netloom_model::Family;
use netloom_model::ruleset::Policy;

/// Runs it.
pub(in crate::iptables) fn run(cx: &mut Context<'_>, variant: Variant) -> i32 {
    let done = carry_over(cx, variant);
    finish(cx, variant, done)
}

fn carry_over(cx: &mut Context<'_>, variant: Variant) -> Outcome<()> {
    let mut args = cx.args.iter();
    let mut file = None;
    while let Some(word) = args.next() {
        match word.as_str() {
            "-f" | "--file" => file = args.next().cloned(),
            "-V" | "--version" => {
                writeln!(cx.out, "{}", variant.version())?;
                return Ok(());
            }
            _ => {
                let text = format!("Usage: {} [-V] [-f FILE]", variant.name);
                return Err(Failure::new(text, 1));
            }
        }
    }
    let Some(path) = file else {
        let usage = format!(
            "ERROR: missing file name\nUsage: {} [-V] [-f FILE]",
            variant.name
        );
        return Err(Failure::new(usage, 1));
    };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let why = crate::ip::os_error(&error);
        Failure::new(format!("Can't open {path}: {why}"), 1)
    })?;
    let moment = moment(cx)?;
    let name = variant.name;
    writeln!(cx.out, "# Translated by {name} v1.8.9 on {moment}")?;
    let mut table = None;
    for (at, line) in (1..).zip(text.lines()) {
        let variant = Variant {
            line: Some(at),
            ..variant
        };
        let said = one(variant, &mut table, line)?;
        cx.out.write_all(said.as_bytes())?;
    }
    writeln!(cx.out, "# Completed on {moment}")?;
    Ok(())
}

/// What a line becomes.
fn one(variant: Variant, table: &mut Option<&'static Builtin>, line: &str) -> Outcome<String> {
    let family = variant.tables.name();
    let mut out = String::new();
    if line.is_empty() || line.starts_with('#') {
        return Ok(out);
    }
    if line == "COMMIT" {
        *table = None;
        return Ok(out);
    }
    if let Some(name) = line.strip_prefix('*') {
        let name = name.trim();
        let wrong =
            || variant.problem(&format!("line {} table name '{name}' invalid", at(variant)));
        *table = Some(variant.table(name).ok_or_else(wrong)?);
        let _ = writeln!(out, "add table {family} {name}");
        return Ok(out);
    }
    let Some(builtin) = *table else {
        let text = format!("{}: line {} failed", variant.name, at(variant));
        return Err(Failure::new(text, 1));
    };
    if let Some(chain) = line.strip_prefix(':') {
        return Ok(declared(variant, builtin, chain));
    }
    let rule = match line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, rule)) => rule,
        None => line,
    };
    let words = words(rule);
    // Where words are wrong, the original calls itself so.
    let name = match variant.family {
        Family::V4 => "iptables-translate-restore",
        Family::V6 => "ip6tables-translate-restore",
    };
    let parsed = arguments::parse(variant.called(name), &words)?;
    let arguments::Command::Append(chain) = &parsed.command else {
        let _ = writeln!(out, "# -t {} {}", builtin.name, own_words(&words));
        return Ok(out);
    };
    match each(variant, &parsed) {
        Some(rules) => {
            for rule in rules {
                let _ = writeln!(out, "add rule {family} {} {chain} {rule}", builtin.name);
            }
        }
        None => {
            let _ = writeln!(out, "# -t {} {}", builtin.name, own_words(&words));
        }
    }
    Ok(out)
}

fn at(variant: Variant) -> u32 {
    variant.line.unwrap_or_default()
}

/// A chain; one of the table's own with its hook and policy.
fn declared(variant: Variant, builtin: &'static Builtin, line: &str) -> String {
    let mut words = line.split_whitespace();
    let (name, policy) = (words.next().unwrap_or(""), words.next().unwrap_or("-"));
    let head = format!(
        "add chain {} {} {name}",
        variant.tables.name(),
        builtin.name
    );
    let base = builtin.chains(variant.backend).find(|(own, _)| own == name);
    let Some((_, base)) = base else {
        return head + "\n";
    };
    // What a translation says of this one is not where it is asked.
    let priority = match builtin.name {
        "security" => 0,
        _ => base.priority,
    };
    let policy = match policy {
        "DROP" => Policy::Drop,
        _ => Policy::Accept,
    };
    format!(
        "{head} {{ type {} hook {} priority {}; policy {}; }}\n",
        base.kind.name(),
        base.hook.name(),
        priority,
        policy.name()
    )
}
