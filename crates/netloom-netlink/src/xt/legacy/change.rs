//! Changes of a table that is read and written whole, carried out on what was read.

use super::{base, empty, form};
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::statement::{Counter, Statement};
use netloom_model::ruleset::{Backend, Chain, Hook, Policy, Rule, Table, Verdict};
use netloom_model::{Errno, Result};

/// The table that a change is of, if that is one of those here.
#[must_use]
pub fn table_of(change: &RulesetChange) -> Option<&TableRef> {
    let table = match change {
        RulesetChange::AddTable { table, .. }
        | RulesetChange::DelTable(table)
        | RulesetChange::FlushChain { table, .. } => table,
        RulesetChange::AddChain { chain, .. }
        | RulesetChange::SetPolicy { chain, .. }
        | RulesetChange::RenameChain { chain, .. }
        | RulesetChange::DelChain { chain, .. }
        | RulesetChange::AddRule { chain, .. }
        | RulesetChange::ReplaceRule { chain, .. }
        | RulesetChange::DelRule { chain, .. }
        | RulesetChange::Zero { chain, .. } => &chain.table,
        _ => return None,
    };
    (table.backend == Backend::Legacy).then_some(table)
}

fn chain_of<'a>(table: &'a mut Table, chain: &ChainRef) -> Result<&'a mut Chain> {
    let mut chains = table.chains.iter_mut();
    let found = chains.find(|known| known.name == chain.chain);
    found.ok_or_else(|| Errno::NOENT.into())
}

fn place_of(chain: &Chain, handle: u64) -> Result<usize> {
    let found = chain.rules.iter().position(|rule| rule.handle == handle);
    found.ok_or_else(|| Errno::NOENT.into())
}

/// Whether a rule leads to a chain.
fn leads(table: &Table, chain: &str) -> bool {
    let mut rules = table.chains.iter().flat_map(|chain| &chain.rules);
    rules.any(|rule| rule.leads_to() == Some(chain))
}

/// Carries a change out on a table.
///
/// # Errors
/// `ENOENT` if it names what is not there, `EEXIST` if it makes what is there, `EBUSY` if it takes what
/// rules lead to, `EBUSY`, `EOPNOTSUPP` for what these tables have not.
pub fn apply(table: &mut Table, change: &RulesetChange) -> Result<()> {
    match change {
        RulesetChange::AddTable { .. } => Ok(()),
        RulesetChange::DelTable(named) => {
            // It cannot go; nothing is left in it.
            let own = core::mem::take(&mut table.chains);
            *table = empty(named);
            let own = own.into_iter().filter(|chain| chain.base.is_some());
            table.chains = own
                .map(|chain| Chain {
                    rules: Vec::new(),
                    ..chain
                })
                .collect();
            for chain in &mut table.chains {
                if let Some(base) = &mut chain.base {
                    (base.policy, base.counter) = (Policy::Accept, Some(Counter::default()));
                }
            }
            Ok(())
        }
        RulesetChange::AddChain {
            chain,
            base,
            exclusive,
            ..
        } => match (table.chain(&chain.chain), base) {
            // The table's own chains are there in any case.
            (Some(found), Some(_)) if found.base.is_some() => Ok(()),
            (Some(_), _) if *exclusive => Err(Errno::EXIST.into()),
            (Some(_), _) => Ok(()),
            (None, Some(_)) => Err(Errno::OPNOTSUPP.into()),
            (None, None) => {
                table.chains.push(Chain {
                    name: chain.chain.clone(),
                    handle: table.chains.len() as u64 + 1,
                    base: None,
                    comment: None,
                    rules: Vec::new(),
                });
                Ok(())
            }
        },
        RulesetChange::SetPolicy {
            chain,
            policy,
            counter,
        } => {
            let base = chain_of(table, chain)?.base.as_mut();
            let base = base.ok_or(Errno::INVAL)?;
            base.policy = *policy;
            base.counter = counter.or(base.counter);
            Ok(())
        }
        RulesetChange::RenameChain { chain, name } => rename(table, chain, name),
        RulesetChange::DelChain { chain, empty } => {
            let found = chain_of(table, chain)?;
            match found {
                Chain { base: Some(_), .. } => return Err(Errno::INVAL.into()),
                Chain { rules, .. } if *empty && !rules.is_empty() => {
                    return Err(Errno::BUSY.into());
                }
                _ => {}
            }
            if leads(table, &chain.chain) {
                return Err(Errno::BUSY.into());
            }
            table.chains.retain(|known| known.name != chain.chain);
            Ok(())
        }
        RulesetChange::FlushChain { chain, .. } => {
            let all = table.chains.iter_mut();
            let wanted = |known: &&mut Chain| chain.as_ref().is_none_or(|c| known.name == *c);
            let mut wanted = all.filter(wanted).peekable();
            if wanted.peek().is_none() {
                return Err(Errno::NOENT.into());
            }
            wanted.for_each(|chain| chain.rules.clear());
            Ok(())
        }
        change => rules(table, change),
    }
}

/// The changes of rules.
fn rules(table: &mut Table, change: &RulesetChange) -> Result<()> {
    match change {
        RulesetChange::AddRule { chain, place, rule } => {
            known_target(table, rule)?;
            let chain = chain_of(table, chain)?;
            let at = match place {
                Place::Last => chain.rules.len(),
                Place::First => 0,
                Place::After(handle) => place_of(chain, *handle)? + 1,
                Place::Before(handle) => place_of(chain, *handle)?,
            };
            chain.rules.insert(at, rule.clone());
            Ok(())
        }
        RulesetChange::ReplaceRule {
            chain,
            handle,
            rule,
        } => {
            known_target(table, rule)?;
            let chain = chain_of(table, chain)?;
            let at = place_of(chain, *handle)?;
            chain.rules[at] = rule.clone();
            Ok(())
        }
        RulesetChange::DelRule { chain, handle } => {
            let chain = chain_of(table, chain)?;
            let at = place_of(chain, *handle)?;
            chain.rules.remove(at);
            Ok(())
        }
        RulesetChange::Zero { chain, handle } => {
            let chain = chain_of(table, chain)?;
            match handle {
                Some(handle) => {
                    let at = place_of(chain, *handle)?;
                    zero(&mut chain.rules[at]);
                }
                None => {
                    chain.rules.iter_mut().for_each(zero);
                    if let Some(base) = &mut chain.base {
                        base.counter = Some(Counter::default());
                    }
                }
            }
            Ok(())
        }
        _ => Err(Errno::OPNOTSUPP.into()),
    }
}

fn known_target(table: &Table, rule: &Rule) -> Result<()> {
    match rule.leads_to() {
        Some(chain) if table.chain(chain).is_none() => Err(Errno::NOENT.into()),
        _ => Ok(()),
    }
}

fn zero(rule: &mut Rule) {
    for statement in &mut rule.statements {
        if let Statement::Counter(counter) = statement {
            *counter = Counter::default();
        }
    }
}

fn rename(table: &mut Table, chain: &ChainRef, name: &str) -> Result<()> {
    if table.chain(name).is_some() {
        return Err(Errno::EXIST.into());
    }
    let found = chain_of(table, chain)?;
    if found.base.is_some() {
        return Err(Errno::INVAL.into());
    }
    name.clone_into(&mut found.name);
    let rules = table.chains.iter_mut().flat_map(|chain| &mut chain.rules);
    for statement in rules.flat_map(|rule| &mut rule.statements) {
        if let Statement::Verdict(Verdict::Jump(to) | Verdict::Goto(to)) = statement
            && *to == chain.chain
        {
            name.clone_into(to);
        }
    }
    Ok(())
}

/// A table as the kernel makes it when somebody first looks at it.
#[must_use]
pub fn fresh(named: &TableRef, hooks: &[Hook]) -> Option<Table> {
    form(named.family)?;
    let mut table = empty(named);
    table.chains = (1..)
        .zip(hooks)
        .map(|(handle, hook)| Chain {
            name: hook.name().to_uppercase(),
            handle,
            base: Some(base(&named.name, *hook, Policy::Accept, Counter::default())),
            comment: None,
            rules: Vec::new(),
        })
        .collect();
    Some(table)
}
