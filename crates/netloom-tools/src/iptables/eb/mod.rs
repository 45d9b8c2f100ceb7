//! `ebtables` of iptables 1.8.9 (ebtables-nft(8)): rules about the frames of bridges.
//!
//! A chain that somebody made has a policy here, which nf_tables has not: it is the chain's last rule.
//! The original of this version has neither the table `broute` nor `string` nor `--atomic-file` and its
//! kin; `--Lx` and `--Lmac2` are taken and change nothing.

mod among;
mod counters;
mod inside;
mod llc;
mod names;
mod show;
mod target;
mod words;

pub(super) use counters::change;
pub(super) use show::words;
pub(super) use words::parse;

use super::arguments::{Command, Parsed};
use super::draft::{self, Draft};
use super::tables::Builtin;
use super::{Variant, command, line, place, rules};
use crate::Context;
use crate::ip::words::Outcome;
use netloom_model::Errno;
use netloom_model::ruleset::statement::{Counter, Statement, Verdict};
use netloom_model::ruleset::{Chain, Hook, Policy, Rule, priority};

/// The tables of `ebtables`, in the order in which they are saved.
pub(super) const TABLES: [Builtin; 2] = [
    Builtin {
        name: "filter",
        priority: priority::BRIDGE_FILTER,
        hooks: &[Hook::Input, Hook::Forward, Hook::Output],
        bridge: true,
    },
    Builtin {
        name: "nat",
        priority: priority::BRIDGE_DSTNAT,
        hooks: &[Hook::Prerouting, Hook::Output, Hook::Postrouting],
        bridge: true,
    },
];

/// Runs `ebtables`.
pub(super) fn run(cx: &mut Context<'_>, variant: Variant, args: &[String]) -> Outcome<()> {
    let mut line = line::read(variant, &words::GRAMMAR, args)?;
    let anew = line.has("init-table");
    match (&line.command, anew) {
        (Some(Command::Version), _) => {
            writeln!(cx.out, "{}", variant.version().replace(" v", " "))?;
            return Ok(());
        }
        (Some(Command::Help), false) => return help(cx, variant),
        (None, false) if line.options.is_empty() => return help(cx, variant),
        (None, true) => line.command = Some(Command::Flush(None)),
        _ => {}
    }
    let parsed = words::parsed(variant, &line)?;
    let builtin = variant.table(&parsed.table);
    let builtin = builtin.ok_or_else(|| command::no_table(variant, &parsed.table))?;
    let mut draft = Draft::new(cx, variant, builtin)?;
    if anew {
        draft.start_anew();
    }
    match &parsed.command {
        Command::List(chain, _) => list(cx, &draft, &parsed, &line, chain.as_deref())?,
        // As the original: each by its number, though those behind have moved up.
        Command::Delete(chain, Some(first)) => {
            for number in *first..=line.last.unwrap_or(*first) {
                delete(&mut draft, chain, number)?;
            }
        }
        _ => perform(&mut draft, &parsed)?,
    }
    draft.commit(cx)
}

fn help(cx: &mut Context<'_>, variant: Variant) -> Outcome<()> {
    let version = variant.version().replace(" v", " ");
    writeln!(
        cx.out,
        "{version}\n\
         Usage:\n\
         ebtables [-t TABLE] -A|-I|-D CHAIN [NUMBER] RULE   a rule more or less\n\
         ebtables [-t TABLE] -L|-F|-Z [CHAIN]                lists, empties, zeroes\n\
         ebtables [-t TABLE] -N|-X CHAIN [-P POLICY]         makes a chain, deletes it\n\
         ebtables [-t TABLE] -P CHAIN POLICY                 what its end says\n\
         ebtables [-t TABLE] -E CHAIN NAME                   renames it\n\
         A rule: -p, -s, -d, -i, -o, --logical-in, --logical-out, --ip-..., --ip6-..., --arp-...,\n\
         --vlan-..., --stp-..., --802_3-..., --among-src[-file], --among-dst[-file], --mark, --limit, --pkttype-type, --log, --nflog, -j TARGET\n\
         With -L: --Ln (numbers), --Lc (counters)"
    )?;
    Ok(())
}

/// Does to a draft what a command asks for.
pub(super) fn perform(draft: &mut Draft, parsed: &Parsed) -> Outcome<()> {
    match &parsed.command {
        Command::Append(chain) => {
            let at = own_rules(draft.chain(chain)?);
            add(draft, parsed, (chain, at), "RULE_APPEND")
        }
        Command::Insert(chain, number) => {
            let at = *number as usize - 1;
            if at > own_rules(draft.chain(chain)?) {
                return Err(draft.variant.refusal("Index of insertion too big"));
            }
            add(draft, parsed, (chain, at), "RULE_INSERT")
        }
        Command::Delete(chain, Some(number)) => delete(draft, chain, *number),
        Command::Delete(chain, None) => {
            for rule in rules::of(draft, parsed)? {
                let at = command::alike(draft, chain, &rule)?;
                draft.delete(chain, at)?;
            }
            Ok(())
        }
        Command::Flush(chain) => flush(draft, parsed, chain.as_deref()),
        Command::Check(chain) => {
            let rules = rules::of(draft, parsed)?;
            let found = |rule: &Rule| command::alike(draft, chain, rule).is_ok();
            if draft.has(chain) && rules.iter().all(found) {
                return Ok(());
            }
            let text = "Bad rule (does a matching rule exist in that chain?)";
            Err(draft.variant.refusal(text))
        }
        Command::New(chain) => {
            if draft.has(chain) {
                return Err(draft.variant.refusal("Chain already exists"));
            }
            draft.label("CHAIN_ADD", format!("chain {chain}"));
            draft.add_chain(chain);
            let said = parsed.policy.as_deref().unwrap_or("ACCEPT");
            set_policy(draft, chain, said)
        }
        Command::DeleteChain(Some(chain)) => del_chain(draft, chain),
        Command::DeleteChain(None) => {
            let chains = draft.table.chains.iter();
            let made = chains.filter(|chain| chain.base.is_none());
            let names: Vec<String> = made.map(|chain| chain.name.clone()).collect();
            names.iter().try_for_each(|name| del_chain(draft, name))
        }
        Command::Policy(chain, policy) => {
            draft.chain(chain)?;
            set_policy(draft, chain, policy)
        }
        _ => command::perform(draft, parsed, &mut String::new()),
    }
}

/// Empties a chain, or all; what their ends say stays.
fn flush(draft: &mut Draft, parsed: &Parsed, chain: Option<&str>) -> Outcome<()> {
    let flushed = |made: &&Chain| chain.is_none_or(|name| made.name == name);
    let made = draft.table.chains.iter().filter(flushed);
    let made = made.filter(|made| made.base.is_none());
    let ends: Vec<_> = made.map(|made| (made.name.clone(), policy(made))).collect();
    command::perform(draft, parsed, &mut String::new())?;
    ends.iter()
        .filter(|(_, end)| *end != "RETURN")
        .try_for_each(|(name, end)| set_policy(draft, name, end))
}

/// Deletes a rule by its number.
fn delete(draft: &mut Draft, chain: &str, number: u32) -> Outcome<()> {
    let at = number as usize - 1;
    if at >= own_rules(draft.chain(chain)?) {
        return Err(draft.variant.refusal("Index of deletion too big"));
    }
    draft.delete(chain, at)
}

/// How many rules of a chain are not its policy.
fn own_rules(chain: &Chain) -> usize {
    chain.rules.iter().filter(|rule| !rule.policy).count()
}

fn add(
    draft: &mut Draft,
    parsed: &Parsed,
    (chain, at): (&str, usize),
    what: &'static str,
) -> Outcome<()> {
    for rule in rules::of(draft, parsed)? {
        let of = format!("rule in chain {chain}");
        if place::refused_frame(draft.builtin, chain, &rule) {
            return Err(draft::refused(draft.variant, &(what, of), Errno::INVAL));
        }
        draft.label(what, of);
        draft.add(chain, Some(at), rule)?;
    }
    Ok(())
}

/// A chain goes with its policy, if it has no rule beside.
fn del_chain(draft: &mut Draft, chain: &str) -> Outcome<()> {
    let found = draft.chain(chain)?;
    let led_to = draft
        .table
        .chains
        .iter()
        .flat_map(|c| &c.rules)
        .any(|rule| {
            let mut chains = rule.statements.iter();
            chains.any(|s| netloom_model::ruleset::check::leads_to(s) == Some(chain))
        });
    let of = format!("chain {chain}");
    let (made, rules) = (found.base.is_none(), own_rules(found));
    if led_to || made && rules > 0 {
        return Err(draft::refused(
            draft.variant,
            &("CHAIN_DEL", of),
            Errno::BUSY,
        ));
    }
    draft.label("CHAIN_DEL", of);
    if made {
        draft.flush(chain)?;
    }
    draft.del_chain(chain)
}

/// Sets what a chain's end says.
fn set_policy(draft: &mut Draft, chain: &str, said: &str) -> Outcome<()> {
    let variant = draft.variant;
    let verdict = match said {
        "ACCEPT" => Some(Verdict::Accept),
        "DROP" => Some(Verdict::Drop),
        "RETURN" => None,
        "CONTINUE" => return Err(variant.problem(&format!("Wrong policy '{said}'"))),
        _ => return Err(variant.problem(&format!("Unknown policy '{said}'"))),
    };
    draft.label("CHAIN_UPDATE", format!("chain {chain}"));
    if draft.chain(chain)?.base.is_some() {
        let policy = match verdict {
            Some(Verdict::Accept) => Policy::Accept,
            Some(_) => Policy::Drop,
            None => {
                let text = "Policy RETURN only allowed for user defined chains";
                return Err(variant.problem(text));
            }
        };
        return draft.set_policy(chain, policy, None);
    }
    while let Some(at) = draft
        .chain(chain)?
        .rules
        .iter()
        .position(|rule| rule.policy)
    {
        draft.delete(chain, at)?;
    }
    let Some(verdict) = verdict else {
        return Ok(());
    };
    let rule = Rule {
        statements: vec![
            Statement::Counter(Counter::default()),
            Statement::Verdict(verdict),
        ],
        policy: true,
        ..Rule::default()
    };
    draft.add(chain, None, rule)
}

/// What a chain's end says.
pub(super) fn policy(chain: &Chain) -> &'static str {
    if let Some(base) = &chain.base {
        return match base.policy {
            Policy::Accept => "ACCEPT",
            Policy::Drop => "DROP",
        };
    }
    let last = chain.rules.iter().find(|rule| rule.policy);
    let verdict = last.and_then(|rule| rule.statements.last());
    match verdict {
        Some(Statement::Verdict(Verdict::Accept)) => "ACCEPT",
        Some(Statement::Verdict(Verdict::Drop)) => "DROP",
        _ => "RETURN",
    }
}

/// Makes a chain as a file declares it.
pub(super) fn declare(draft: &mut Draft, name: &str, policy: &str) -> Outcome<()> {
    if !draft.has(name) {
        draft.label("CHAIN_ADD", format!("chain {name}"));
        draft.add_chain(name);
    }
    set_policy(draft, name, policy)
}

fn list(
    cx: &mut Context<'_>,
    draft: &Draft,
    parsed: &Parsed,
    line: &line::Line,
    name: Option<&str>,
) -> Outcome<()> {
    let mut text = format!("Bridge table: {}\n", draft.builtin.name);
    for chain in command::chains(draft, name)? {
        let count = own_rules(chain);
        // As the original: of what somebody made it tells no policy.
        let policy = if chain.base.is_some() {
            policy(chain)
        } else {
            "RETURN"
        };
        text += &format!(
            "\nBridge chain: {}, entries: {count}, policy: {policy}\n",
            chain.name
        );
        for (number, rule) in (1..).zip(chain.rules.iter().filter(|rule| !rule.policy)) {
            if parsed.line_numbers {
                text += &format!("{number} ");
            }
            text += &words(rule);
            if line.has("Lc") {
                let Counter { packets, bytes } = rule.counter().unwrap_or_default();
                text += &format!(" , pcnt = {packets} -- bcnt = {bytes}");
            }
            text.push('\n');
        }
    }
    cx.out.write_all(text.as_bytes())?;
    Ok(())
}
