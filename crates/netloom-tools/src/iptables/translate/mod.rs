//! `iptables-translate` 1.8.9 (xtables-translate(8)): commands of iptables in words of nft.
//!
//! `matches` and `targets` have the words, `restore` carries whole files over.

mod matches;
mod native;
pub(super) mod restore;
mod targets;

use super::arguments::{self, Command, Parsed};
use super::{Variant, asked, finish};
use crate::Context;
use crate::ip::words::{Failure, Outcome};
use crate::nft;
use netloom_model::Family;
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::xt::XtMatch;

/// Runs `iptables-translate`.
pub(super) fn run(cx: &mut Context<'_>, variant: Variant) -> i32 {
    let args = cx.args.clone();
    let done = arguments::parse(variant, &args).and_then(|parsed| translate(cx, variant, &parsed));
    finish(cx, variant, done)
}

fn translate(cx: &mut Context<'_>, variant: Variant, parsed: &Parsed) -> Outcome<()> {
    check_sets(cx, variant, parsed)?;
    let family = variant.tables.name();
    let table = &parsed.table;
    let line = match &parsed.command {
        Command::Version => variant.version(),
        Command::Append(chain) => return rules(cx, variant, parsed, ("add", chain)),
        Command::Insert(chain, _) => return rules(cx, variant, parsed, ("insert", chain)),
        Command::New(chain) => format!("nft add chain {family} {table} {chain}"),
        Command::DeleteChain(Some(chain)) => format!("nft delete chain {family} {table} {chain}"),
        Command::Flush(None) => format!("nft flush table {family} {table}"),
        Command::Flush(Some(chain)) => format!("nft flush chain {family} {table} {chain}"),
        Command::List(..) => format!("nft list table {family} {table}"),
        _ => {
            write!(cx.out, "Translation not implemented\nnft ")?;
            return Err(Failure {
                text: String::new(),
                code: 1,
            });
        }
    };
    writeln!(cx.out, "{line}")?;
    Ok(())
}

/// The sets are there that the rules ask.
fn check_sets(cx: &mut Context<'_>, variant: Variant, parsed: &Parsed) -> Outcome<()> {
    let mut asked = parsed.spec.sets().peekable();
    if asked.peek().is_none() {
        return Ok(());
    }
    let known = asked::ipsets(cx)?;
    match asked.find(|set| !known.iter().any(|name| name == set)) {
        Some(missing) => Err(variant.problem(&format!("Set {missing} doesn't exist.\n"))),
        None => Ok(()),
    }
}

/// The rules of a command; what has no translation is told in its own words, as a comment.
fn rules(
    cx: &mut Context<'_>,
    variant: Variant,
    parsed: &Parsed,
    (verb, chain): (&str, &str),
) -> Outcome<()> {
    let family = variant.tables.name();
    match each(variant, parsed) {
        Some(rules) => {
            for rule in rules {
                let table = &parsed.table;
                writeln!(cx.out, "nft '{verb} rule {family} {table} {chain} {rule}'")?;
            }
        }
        None => writeln!(cx.out, "nft # {}", own_words(&cx.args))?,
    }
    Ok(())
}

/// Words that have no translation, as the original tells them: a `!` is lost.
fn own_words<S: AsRef<str>>(words: &[S]) -> String {
    let words = words.iter().map(AsRef::as_ref);
    words
        .map(|word| {
            if word == "!" {
                " ".to_owned()
            } else {
                format!("{word} ")
            }
        })
        .collect()
}

/// The words of each rule that a command stands for; none where a part has no translation.
fn each(variant: Variant, parsed: &Parsed) -> Option<Vec<String>> {
    let rules = parsed.spec.rules().into_iter();
    rules
        .map(|(matches, target)| words(variant.family, &matches, &target))
        .collect()
}

/// A rule's words.
fn words(family: Family, said: &[Statement], target: &[Statement]) -> Option<String> {
    let mut parts = Vec::new();
    let mut comment = None;
    for (at, statement) in said.iter().enumerate() {
        if let Statement::XtMatch(XtMatch::Comment(text)) = statement {
            comment = Some(text);
            continue;
        }
        parts.push(matches::words(family, statement, said, at)?);
    }
    parts.push("counter".to_owned());
    for statement in target {
        parts.push(match statement {
            Statement::Verdict(verdict) => nft::show_verdict(verdict),
            other => targets::words(family, other)?,
        });
    }
    if let Some(comment) = comment {
        parts.push(format!("comment \"{comment}\""));
    }
    parts.retain(|part| !part.is_empty());
    Some(parts.join(" "))
}

/// A match or target at its place in a rule.
pub(super) fn part(family: Family, said: &[Statement], at: usize) -> Option<String> {
    match said.get(at)? {
        found @ Statement::XtMatch(_) => matches::words(family, found, said, at),
        target => targets::words(family, target),
    }
}

/// From one to the other, or one.
fn span<T: PartialEq + core::fmt::Display>((first, last): (T, T)) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first}-{last}")
    }
}
