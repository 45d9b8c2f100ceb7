//! Chains of rules into entries.

use super::entry::{ERROR, name, of_part, standard, write};
use super::read::Owner;
use super::{ACCEPT, COUNTER, DROP, RETURN, form, named};
use crate::xt::layout::Plain;
use crate::xt::targets;
use netloom_model::ruleset::statement::{Counter, Verdict};
use netloom_model::ruleset::{Chain, Policy, Rule, Statement, Table, TableFamily};
use std::collections::HashMap;

/// A table as it is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What replaces the table (`ipt_replace`), but for two numbers.
    pub bytes: Vec<u8>,
    /// Where the number of the entries goes that there were before.
    pub number: usize,
    /// Where the address goes at which their counters are wanted.
    pub address: usize,
    /// For each entry what it has counted, and what it is.
    pub counters: Vec<(Counter, Owner)>,
}

/// What is put together.
struct Writer {
    family: TableFamily,
    entries: Vec<u8>,
    counters: Vec<(Counter, Owner)>,
    /// Where chains begin.
    starts: HashMap<String, u32>,
    /// Verdicts that are places of chains: where they are written.
    jumps: Vec<(usize, String)>,
}

/// Where in a target its verdict is.
const VERDICT: usize = 32;

impl Writer {
    fn entry(&mut self, bytes: &[u8], counter: Counter, owner: Owner) {
        self.entries.extend(bytes);
        self.counters.push((counter, owner));
    }

    fn plain(&mut self, target: &[u8], counter: Counter, owner: Owner) -> Option<()> {
        let bytes = write(self.family, &[], false, target)?;
        self.entry(&bytes, counter, owner);
        Some(())
    }

    fn rule(&mut self, rule: &Rule) -> Option<()> {
        let at = rule
            .statements
            .iter()
            .position(|s| matches!(s, Statement::Counter(_)));
        let at = at.unwrap_or(rule.statements.len());
        let asks = &rule.statements[..at];
        let behind = rule.statements.get(at + 1..).unwrap_or_default();
        // Where it has none to mark the place, what it does is the last.
        let (asks, does) = match (behind, asks) {
            ([], [asks @ .., last]) if acts(last) => (asks, Some(last)),
            ([], _) => (asks, None),
            ([only], _) => (asks, Some(only)),
            _ => return None,
        };
        let counter = rule.counter().unwrap_or_default();
        let mut goto = false;
        let mut chain = None;
        let target = match does {
            None => {
                // It goes on behind itself, which is as far as it is long.
                let target = standard(0)?;
                let len = write(self.family, asks, false, &target)?.len();
                standard(i32::try_from(self.entries.len() + len).ok()?)?
            }
            Some(Statement::Verdict(verdict)) => standard(match verdict {
                Verdict::Accept => ACCEPT,
                Verdict::Drop => DROP,
                Verdict::Return => RETURN,
                Verdict::Jump(to) | Verdict::Goto(to) => {
                    goto = matches!(verdict, Verdict::Goto(_));
                    chain = Some(to.clone());
                    0
                }
                Verdict::Continue => return None,
            })?,
            Some(own) => of_part(&targets::of(own, self.family)?)?,
        };
        let bytes = write(self.family, asks, goto, &target)?;
        if let Some(chain) = chain {
            let place = self.entries.len() + bytes.len() - target.len() + VERDICT;
            self.jumps.push((place, chain));
        }
        self.entry(&bytes, counter, Owner::Rule(rule.handle));
        Some(())
    }

    fn chain(&mut self, chain: &Chain) -> Option<()> {
        if chain.base.is_none() {
            self.plain(&name(&chain.name)?, Counter::default(), Owner::Nothing)?;
        }
        self.starts
            .insert(chain.name.clone(), self.entries.len() as u32);
        for rule in &chain.rules {
            self.rule(rule)?;
        }
        match &chain.base {
            Some(base) => {
                let verdict = match base.policy {
                    Policy::Accept => ACCEPT,
                    Policy::Drop => DROP,
                };
                let counter = base.counter.unwrap_or_default();
                let owner = Owner::Policy(chain.name.clone());
                self.plain(&standard(verdict)?, counter, owner)
            }
            None => self.plain(&standard(RETURN)?, Counter::default(), Owner::Nothing),
        }
    }
}

/// Whether a statement is what a rule does, not what it asks.
fn acts(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::Verdict(_)
            | Statement::XtTarget(_)
            | Statement::Log(_)
            | Statement::Set { .. }
            | Statement::Unknown(_)
    )
}

/// The binary form of a table; none where one of its rules has none.
#[must_use]
pub fn encode(table: &Table) -> Option<Written> {
    let form = form(table.family)?;
    let mut writer = Writer {
        family: table.family,
        entries: Vec::new(),
        counters: Vec::new(),
        starts: HashMap::new(),
        jumps: Vec::new(),
    };
    let mut hooks = 0u32;
    let mut places = vec![(0u32, 0u32); form.hooks.len()];
    for (number, hook) in form.hooks.iter().enumerate() {
        let own = |chain: &&Chain| chain.base.as_ref().is_some_and(|base| base.hook == *hook);
        if let Some(chain) = table.chains.iter().find(own) {
            hooks |= 1 << number;
            places[number].0 = writer.entries.len() as u32;
            writer.chain(chain)?;
            let policy = write(table.family, &[], false, &standard(ACCEPT)?)?.len();
            places[number].1 = (writer.entries.len() - policy) as u32;
        }
    }
    for chain in table.chains.iter().filter(|chain| chain.base.is_none()) {
        writer.chain(chain)?;
    }
    writer.plain(&name(ERROR)?, Counter::default(), Owner::Nothing)?;
    for (place, chain) in core::mem::take(&mut writer.jumps) {
        let start = writer.starts.get(&chain)?.to_le_bytes();
        writer.entries[place..place + 4].copy_from_slice(&start);
    }
    let mut bytes = named(&table.name)?;
    hooks.put(&mut bytes);
    (writer.counters.len() as u32).put(&mut bytes);
    (writer.entries.len() as u32).put(&mut bytes);
    places.iter().for_each(|(begin, _)| begin.put(&mut bytes));
    places.iter().for_each(|(_, end)| end.put(&mut bytes));
    let number = bytes.len();
    0u32.put(&mut bytes);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let address = bytes.len();
    bytes.resize(address + size_of::<u64>(), 0);
    bytes.extend(writer.entries);
    debug_assert_eq!(COUNTER, 16, "both numbers of a counter");
    Some(Written {
        bytes,
        number,
        address,
        counters: writer.counters,
    })
}
