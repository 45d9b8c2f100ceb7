//! Commands carried out: each is a few changes to a draft, or a listing.

use super::arguments::{Command, Parsed};
use super::draft::{self, Draft};
use super::library::{self, KnownTable};
use super::tables::Builtin;
use super::{LEGACY, Variant, asked, list, place, rules, usage};
use crate::Context;
use crate::ip::words::{Failure, Outcome};
use netloom_model::Errno;
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange};
use netloom_model::ruleset::{Chain, Policy, Rule, TableFamily};

/// Carries a command out.
pub(super) fn run(cx: &mut Context<'_>, variant: Variant, parsed: &Parsed) -> Outcome<()> {
    match parsed.command {
        Command::Version => {
            writeln!(cx.out, "{}", variant.version())?;
            return Ok(());
        }
        Command::Help => return usage::print(cx, variant),
        _ => {}
    }
    let builtin = variant
        .table(&parsed.table)
        .ok_or_else(|| no_table(variant, &parsed.table))?;
    if append(cx, variant, parsed, builtin)? {
        return Ok(());
    }
    let mut draft = Draft::new(cx, variant, builtin)?;
    if parsed.spec.sets().next().is_some() {
        draft.ipsets = asked::ipsets(cx)?;
    }
    let mut told = String::new();
    match &parsed.command {
        Command::List(chain, number) => {
            tell_legacy(cx, &draft, "")?;
            list(cx, &draft, parsed, (chain.as_deref(), *number))?;
        }
        Command::ListRules(chain, number) => {
            tell_legacy(cx, &draft, "")?;
            list_rules(cx, &draft, parsed, (chain.as_deref(), *number))?;
        }
        _ => perform(&mut draft, parsed, &mut told)?,
    }
    if parsed.also_zero {
        let (Command::List(chain, number) | Command::ListRules(chain, number)) = &parsed.command
        else {
            return Ok(());
        };
        let loud = parsed.verbose > 0;
        zero(&mut draft, (chain.as_deref(), *number), &mut told, loud)?;
    }
    cx.out.write_all(told.as_bytes())?;
    draft.commit(cx)
}

pub(super) fn no_table(variant: Variant, table: &str) -> Failure {
    let (version, name) = (variant.version(), variant.name);
    let perhaps = format!("Perhaps {name} or your kernel needs to be upgraded.");
    let text = if variant.backend == LEGACY {
        let why = "Table does not exist (do you need to insmod?)";
        format!("{version}: can't initialize {name} table `{table}': {why}\n{perhaps}")
    } else {
        format!("{version}: table '{table}' does not exist\n{perhaps}")
    };
    Failure::new(text, 3)
}

/// Appends at once where table and chain are there: nothing that is there needs to be read for it.
/// Whether that was done; where it was not, whoever looks at the table finds out why.
fn append(
    cx: &mut Context<'_>,
    variant: Variant,
    parsed: &Parsed,
    builtin: &'static Builtin,
) -> Outcome<bool> {
    let Command::Append(name) = &parsed.command else {
        return Ok(false);
    };
    let rules = rules::plain(parsed);
    let refused = |rule: &Rule| place::refused(builtin, name, rule) || place::unsayable(rule);
    if rules.iter().any(refused) || parsed.spec.sets().next().is_some() {
        return Ok(false);
    }
    let chain = ChainRef {
        table: draft::table_ref(variant, builtin),
        chain: name.clone(),
    };
    let mut told = String::new();
    let mut changes = Vec::new();
    for rule in rules {
        if parsed.verbose > 0 {
            told += &list::echo(variant, &rule);
        }
        let (chain, place) = (chain.clone(), Place::Last);
        changes.push(RulesetChange::AddRule { chain, place, rule });
    }
    let done = asked::apply(cx, changes).is_ok();
    if done {
        cx.out.write_all(told.as_bytes())?;
    }
    Ok(done)
}

/// Does to a draft what a command asks for that nobody needs any more: a rule that is appended is not
/// copied, for there may be very many.
pub(super) fn perform_once(
    draft: &mut Draft,
    mut parsed: Parsed,
    told: &mut String,
) -> Outcome<()> {
    if !matches!(parsed.command, Command::Append(_)) {
        return perform(draft, &parsed, told);
    }
    let spec = core::mem::take(&mut parsed.spec);
    let rules = rules::once(draft, spec, parsed.counters)?;
    let Command::Append(chain) = &parsed.command else {
        return Ok(());
    };
    add(draft, &parsed, (chain, None), rules, told)
}

/// Does to a draft what a command asks for; what `-v` tells goes to `told`.
pub(super) fn perform(draft: &mut Draft, parsed: &Parsed, told: &mut String) -> Outcome<()> {
    let loud = parsed.verbose > 0;
    match &parsed.command {
        Command::Append(chain) => add(
            draft,
            parsed,
            (chain, None),
            rules::of(draft, parsed)?,
            told,
        ),
        Command::Insert(chain, number) => {
            let rules = rules::of(draft, parsed)?;
            let at = *number as usize - 1;
            if at > draft.chain(chain)?.rules.len() {
                return Err(draft.variant.refusal("Index of insertion too big."));
            }
            add(draft, parsed, (chain, Some(at)), rules, told)
        }
        Command::Replace(chain, number) => replace(draft, parsed, (chain, *number), told),
        Command::Delete(chain, Some(number)) => {
            let at = *number as usize - 1;
            let found = draft.chain(chain)?;
            if found.handle == 0 {
                let text = "No chain/target/match by that name.";
                return Err(draft.variant.refusal(text));
            }
            if at >= found.rules.len() {
                return Err(draft.variant.refusal("Index of deletion too big."));
            }
            draft.delete(chain, at)
        }
        Command::Delete(chain, None) | Command::Check(chain) => {
            let delete = matches!(parsed.command, Command::Delete(..));
            for rule in rules::of(draft, parsed)? {
                let at = alike(draft, chain, &rule)?;
                if loud {
                    *told += &list::echo(draft.variant, &rule);
                }
                if delete {
                    draft.delete(chain, at)?;
                }
            }
            Ok(())
        }
        Command::Flush(chain) => flush(draft, chain.as_deref(), loud, told),
        Command::Zero(chain, number) => {
            // Of one rule nothing is said.
            let loud = loud && number.is_none();
            zero(draft, (chain.as_deref(), *number), told, loud)
        }
        Command::New(chain) => new_chain(draft, chain),
        Command::DeleteChain(chain) => delete_chains(draft, chain.as_deref(), loud, told),
        Command::Policy(chain, policy) => set_policy(draft, parsed, chain, policy),
        Command::Rename(from, to) => {
            draft.chain(from)?;
            if draft.has(to) {
                return Err(draft.variant.refusal("File exists."));
            }
            draft.label("CHAIN_RENAME", format!("chain {from}"));
            draft.rename(from, to)
        }
        _ => Ok(()),
    }
}

fn add(
    draft: &mut Draft,
    parsed: &Parsed,
    (chain, at): (&str, Option<usize>),
    rules: Vec<Rule>,
    told: &mut String,
) -> Outcome<()> {
    draft.chain(chain)?;
    let what = if at.is_some() {
        "RULE_INSERT"
    } else {
        "RULE_APPEND"
    };
    for rule in rules {
        if parsed.verbose > 0 {
            *told += &list::echo(draft.variant, &rule);
        }
        let of = ["rule in chain ", chain].concat();
        let unsayable = place::unsayable(&rule) && draft.variant.backend != LEGACY;
        if unsayable || place::refused(draft.builtin, chain, &rule) {
            draft.refuse(&(what, of), Errno::INVAL)?;
            continue;
        }
        draft.label(what, of);
        draft.add(chain, at, rule)?;
    }
    Ok(())
}

fn replace(
    draft: &mut Draft,
    parsed: &Parsed,
    (chain, number): (&str, u32),
    told: &mut String,
) -> Outcome<()> {
    let mut rules = rules::of(draft, parsed)?;
    let at = number as usize - 1;
    let found = draft.chain(chain)?;
    if at >= found.rules.len() {
        let made = draft.variant.backend == LEGACY || found.handle != 0;
        return Err(draft.variant.refusal(if made {
            "Index of replacement too big."
        } else {
            "No chain/target/match by that name."
        }));
    }
    if rules.len() != 1 {
        let text = "Replacement rule does not specify a unique address";
        return Err(draft.variant.problem(text));
    }
    let rule = rules.remove(0);
    if parsed.verbose > 0 {
        *told += &list::echo(draft.variant, &rule);
    }
    draft.label("RULE_REPLACE", format!("rule in chain {chain}"));
    draft.replace(chain, at, rule)
}

/// Where the first rule is that says the same, whatever it counted.
pub(super) fn alike(draft: &Draft, chain: &str, wanted: &Rule) -> Outcome<usize> {
    let mut rules = draft.chain(chain)?.rules.iter();
    let text = "Bad rule (does a matching rule exist in that chain?).";
    rules
        .position(|rule| library::alike(rule, wanted))
        .ok_or_else(|| draft.variant.refusal(text))
}

/// Its own chains in the order of their hooks, then the others by name; or the one asked for.
pub(super) fn chains<'a>(draft: &'a Draft, name: Option<&str>) -> Outcome<Vec<&'a Chain>> {
    if let Some(name) = name {
        let variant = draft.variant;
        if !draft.has(name) && variant.backend != LEGACY {
            let table = draft.builtin.name;
            let text = format!(
                "{}: chain `{name}' in table `{table}' is incompatible, use 'nft' tool.",
                variant.version()
            );
            return Err(Failure::new(text, 1));
        }
        return Ok(vec![draft.chain(name)?]);
    }
    let chains = draft.table.chains.iter();
    let mut chains: Vec<&Chain> = chains.filter(|chain| !draft.is_foreign(chain)).collect();
    chains.sort_by_key(|chain| match &chain.base {
        Some(base) => (0, Some(base.hook), ""),
        None => (1, None, chain.name.as_str()),
    });
    Ok(chains)
}

/// Tells that there are tables of the older kind, which this one does not list.
pub(super) fn tell_legacy(cx: &mut Context<'_>, draft: &Draft, see: &str) -> Outcome<()> {
    if draft.beside_legacy {
        let name = if draft.variant.family == netloom_model::Family::V4 {
            "iptables-legacy"
        } else {
            "ip6tables-legacy"
        };
        writeln!(
            cx.err,
            "# Warning: {name} tables present, use {name}{see} to see them"
        )?;
    }
    Ok(())
}

/// What is said before a table with chains that iptables does not know.
pub(super) fn warning(draft: &Draft) -> String {
    if !draft.is_incompatible() {
        return String::new();
    }
    let table = draft.builtin.name;
    format!("# Table `{table}' contains incompatible base-chains, use 'nft' tool to list them.\n")
}

fn list(
    cx: &mut Context<'_>,
    draft: &Draft,
    parsed: &Parsed,
    (name, number): (Option<&str>, Option<u32>),
) -> Outcome<()> {
    let mut text = Vec::new();
    for (at, chain) in chains(draft, name)?.into_iter().enumerate() {
        if at > 0 {
            text.push(b'\n');
        }
        let of = (draft.variant, parsed);
        list::chain(&mut text, of, (&draft.table, chain), number)?;
    }
    if name.is_none() {
        write!(cx.out, "{}", warning(draft))?;
    }
    cx.out.write_all(&text)?;
    Ok(())
}

fn list_rules(
    cx: &mut Context<'_>,
    draft: &Draft,
    parsed: &Parsed,
    (name, number): (Option<&str>, Option<u32>),
) -> Outcome<()> {
    let chains = chains(draft, name)?;
    let arp = draft.variant.tables == TableFamily::Arp;
    let (known, counters) = (KnownTable::of(draft), parsed.verbose > 0 && !arp);
    let mut text = if name.is_none() {
        warning(draft)
    } else {
        String::new()
    };
    if number.is_none() {
        for chain in &chains {
            text += &known.print_head(chain, counters);
            text.push('\n');
        }
    }
    for chain in chains {
        for (at, rule) in (1..).zip(&chain.rules) {
            if number.is_none_or(|number| number == at) {
                text += &known.print(&chain.name, rule, counters);
                text.push('\n');
            }
        }
    }
    cx.out.write_all(text.as_bytes())?;
    Ok(())
}

fn flush(draft: &mut Draft, name: Option<&str>, loud: bool, told: &mut String) -> Outcome<()> {
    let names: Vec<String> = match name {
        Some(name) => vec![draft.chain(name)?.name.clone()],
        None => made(draft, |_| true),
    };
    for name in names {
        if loud {
            *told += &format!("Flushing chain `{name}'\n");
        }
        draft.label("RULE_FLUSH", String::new());
        draft.flush(&name)?;
    }
    Ok(())
}

/// The names of the chains that are made, in the order in which they were.
fn made(draft: &Draft, which: impl Fn(&Chain) -> bool) -> Vec<String> {
    let chains = draft.table.chains.iter();
    let found = chains.filter(|chain| chain.handle != 0 && which(chain));
    found.map(|chain| chain.name.clone()).collect()
}

fn zero(
    draft: &mut Draft,
    (name, number): (Option<&str>, Option<u32>),
    told: &mut String,
    loud: bool,
) -> Outcome<()> {
    let names: Vec<String> = match name {
        Some(name) => vec![draft.chain(name)?.name.clone()],
        None => {
            let mut all = made(draft, |_| true);
            all.sort_by_key(|name| draft.chain(name).is_ok_and(|chain| chain.base.is_none()));
            all
        }
    };
    let at = number.map(|number| number as usize - 1);
    for name in names {
        if at.is_some_and(|at| draft.chain(&name).is_ok_and(|c| at >= c.rules.len())) {
            return Err(draft.variant.refusal("Index of zero too big."));
        }
        if loud {
            *told += &format!("Zeroing chain `{name}'\n");
        }
        draft.zero(&name, at)?;
    }
    Ok(())
}

/// Checks the name of a new chain.
pub(super) fn check_name(variant: Variant, name: &str) -> Outcome<()> {
    if let Some(first @ ('-' | '!')) = name.chars().next() {
        let text = format!("chain name not allowed to start with `{first}'");
        return Err(variant.problem(&text));
    }
    if super::extension::find_target(name).is_some() || super::spec::verdict(name).is_some() {
        let text = "chain name may not clash with target name";
        return Err(variant.problem(text));
    }
    if name.contains(char::is_whitespace) {
        return Err(variant.problem(&format!("Invalid chain name `{name}'")));
    }
    Ok(())
}

fn new_chain(draft: &mut Draft, name: &str) -> Outcome<()> {
    check_name(draft.variant, name)?;
    if draft.has(name) {
        return Err(draft.variant.refusal("Chain already exists."));
    }
    draft.label("CHAIN_ADD", format!("chain {name}"));
    draft.add_chain(name);
    Ok(())
}

fn delete_chains(
    draft: &mut Draft,
    name: Option<&str>,
    loud: bool,
    told: &mut String,
) -> Outcome<()> {
    let names: Vec<String> = match name {
        Some(name) => vec![draft.chain(name)?.name.clone()],
        None => made(draft, |chain| chain.base.is_none()),
    };
    let first = names.first().cloned().unwrap_or_default();
    draft.label("CHAIN_DEL", format!("chain {first}"));
    for name in names {
        if loud {
            *told += &format!("Deleting chain `{name}'\n");
        }
        draft.del_chain(&name)?;
    }
    Ok(())
}

fn set_policy(draft: &mut Draft, parsed: &Parsed, name: &str, policy: &str) -> Outcome<()> {
    let variant = draft.variant;
    let policy = match policy {
        "ACCEPT" => Policy::Accept,
        "DROP" => Policy::Drop,
        _ => return Err(variant.refusal("Bad policy name. Run `dmesg' for more information.")),
    };
    if draft.chain(name).map_or(true, |chain| chain.base.is_none()) {
        return Err(variant.refusal("Bad built-in chain name."));
    }
    draft.label("CHAIN_UPDATE", format!("chain {name}"));
    // A policy that is set begins to count anew.
    let counter = parsed.counters.unwrap_or_default();
    draft.set_policy(name, policy, Some(counter))
}
