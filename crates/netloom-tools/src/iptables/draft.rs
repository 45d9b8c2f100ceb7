//! A table as it will be once all changes are made that were asked for, and those changes.
//!
//! A file of commands is one transaction: what one line says is seen by the next, and the world
//! hears of it at the end. A rule that was put in since has no handle yet; a chain in which such a
//! rule is named by its number is written anew as a whole.

mod commit;

pub(super) use self::commit::refused;

use super::tables::Builtin;
use super::{LEGACY, Variant, asked};
use crate::Context;
use crate::ip::words::{Failure, Outcome};
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::statement::{Counter, Statement};
use netloom_model::ruleset::{Chain, Policy, Rule, Table};
use std::collections::{BTreeSet, HashMap};

/// The handle of a chain that only the draft has.
const NEW: u64 = u64::MAX;

/// What a change was tried for: the step's name as errors tell it, and what it was done to.
type Label = (&'static str, String);

pub(super) struct Draft {
    pub(super) variant: Variant,
    pub(super) builtin: &'static Builtin,
    /// The table; its own chains are in it in any case, with handle 0 where they are not made yet.
    pub(super) table: Table,
    /// Whether the world has it, or will.
    there: bool,
    /// Whether there are tables of the older kind too, which this one does not list.
    pub(super) beside_legacy: bool,
    names: HashMap<String, usize>,
    /// The changes, each with the chain whose rules it changes.
    changes: Vec<(Option<String>, RulesetChange)>,
    /// The lines of a file that they are of.
    lines: Vec<u32>,
    /// The rules put in at the end since the last of these changes, by the place of their chain, their
    /// own and their line: they are not copied, for there may be very many.
    appended: Vec<(usize, usize, u32)>,
    /// What of a file was refused already.
    refused: Vec<(u32, String)>,
    rewritten: BTreeSet<String>,
    label: Label,
    /// The sets that there are, where rules ask for some.
    pub(super) ipsets: Vec<String>,
}

impl Draft {
    /// The draft of a table. Of the older kind whoever opens one that is not there has it made with all
    /// of its chains, whatever comes of the rest.
    pub(super) fn new(
        cx: &mut Context<'_>,
        variant: Variant,
        builtin: &'static Builtin,
    ) -> Outcome<Draft> {
        let mut draft = Draft::read(cx, variant, builtin)?;
        if variant.backend == LEGACY && !draft.there {
            draft.whole();
            draft.commit(cx)?;
            draft = Draft::read(cx, variant, builtin)?;
        }
        Ok(draft)
    }

    fn read(cx: &mut Context<'_>, variant: Variant, builtin: &'static Builtin) -> Outcome<Draft> {
        let named = table_ref(variant, builtin);
        let tables = asked::tables(cx)?;
        let legacy = |table: &Table| table.family == named.family && table.backend == LEGACY;
        let beside_legacy = variant.backend != LEGACY && tables.iter().any(legacy);
        let found = tables.into_iter().find(|table| table.is(&named));
        let there = found.is_some();
        let table = found.unwrap_or_else(|| empty(&named));
        let mut draft = Draft {
            variant,
            builtin,
            table,
            there,
            beside_legacy,
            names: HashMap::new(),
            changes: Vec::new(),
            lines: Vec::new(),
            appended: Vec::new(),
            refused: Vec::new(),
            rewritten: BTreeSet::new(),
            label: ("", String::new()),
            ipsets: Vec::new(),
        };
        draft.add_own_chains();
        Ok(draft)
    }

    /// Makes all of the table's own chains.
    fn whole(&mut self) {
        let names: Vec<String> = self
            .builtin
            .chains(self.variant.backend)
            .map(|(name, _)| name)
            .collect();
        for name in names {
            if let Some(at) = self.names.get(&name).copied() {
                self.ensure(at);
            }
        }
    }

    /// Puts those of the table's own chains in that are not made.
    fn add_own_chains(&mut self) {
        for (name, base) in self.builtin.chains(self.variant.backend) {
            if self.table.chain(&name).is_none() {
                self.table.chains.push(Chain {
                    name,
                    handle: 0,
                    base: Some(base),
                    comment: None,
                    rules: Vec::new(),
                });
            }
        }
        self.index();
    }

    /// Deletes the table, to be made anew once something is put into it.
    pub(super) fn start_anew(&mut self) {
        self.settle();
        let table = table_ref(self.variant, self.builtin);
        if self.there {
            self.change(None, RulesetChange::DelTable(table.clone()));
        }
        self.there = false;
        self.table = empty(&table);
        self.add_own_chains();
    }

    fn index(&mut self) {
        let chains = self.table.chains.iter().enumerate();
        self.names = chains.map(|(at, c)| (c.name.clone(), at)).collect();
    }

    /// Whether it has base chains that iptables does not know.
    pub(super) fn is_incompatible(&self) -> bool {
        let mut chains = self.table.chains.iter();
        self.variant.backend != LEGACY && chains.any(|chain| self.is_foreign(chain))
    }

    /// Whether iptables does not know that base chain.
    pub(super) fn is_foreign(&self, chain: &Chain) -> bool {
        chain.base.is_some() && !self.builtin.has(&chain.name)
    }

    fn no_chain(&self) -> Failure {
        let text = "No chain/target/match by that name.";
        self.variant.refusal(text)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    fn at(&self, name: &str) -> Outcome<usize> {
        self.names.get(name).copied().ok_or_else(|| self.no_chain())
    }

    pub(super) fn chain(&self, name: &str) -> Outcome<&Chain> {
        Ok(&self.table.chains[self.at(name)?])
    }

    fn reference(&self, chain: &str) -> ChainRef {
        ChainRef {
            table: table_ref(self.variant, self.builtin),
            chain: chain.to_owned(),
        }
    }

    /// Makes the table.
    fn ensure_table(&mut self) {
        if self.there {
            return;
        }
        self.settle();
        self.there = true;
        let table = table_ref(self.variant, self.builtin);
        let change = RulesetChange::AddTable {
            table,
            dormant: false,
            comment: None,
            exclusive: false,
        };
        self.change(None, change);
    }

    /// Makes a chain of the table's own, if it is not made yet.
    fn ensure(&mut self, at: usize) {
        self.ensure_table();
        if self.table.chains[at].handle != 0 {
            return;
        }
        self.settle();
        let chain = &mut self.table.chains[at];
        chain.handle = NEW;
        let (name, mut base) = (chain.name.clone(), chain.base.clone());
        // Of nf_tables it counts once its policy is set or its counters are zeroed.
        if let (Some(base), true) = (&mut base, self.variant.backend != LEGACY) {
            base.counter = None;
        }
        let change = RulesetChange::AddChain {
            chain: self.reference(&name),
            base: base.map(Box::new),
            comment: None,
            exclusive: false,
        };
        self.change(None, change);
    }

    fn change(&mut self, chain: Option<String>, change: RulesetChange) {
        self.changes.push((chain, change));
        self.lines.push(self.variant.line.unwrap_or_default());
    }

    fn push(&mut self, chain: &str, change: RulesetChange) {
        self.change(Some(chain.to_owned()), change);
    }

    /// Changes come in their order: what was put in at the end is one, before anything else is done.
    fn settle(&mut self) {
        for (chain, at, line) in core::mem::take(&mut self.appended) {
            let chain = &self.table.chains[chain];
            let (name, rule) = (chain.name.clone(), chain.rules[at].clone());
            let chain = self.reference(&name);
            let place = Place::Last;
            let change = RulesetChange::AddRule { chain, place, rule };
            self.changes.push((Some(name), change));
            self.lines.push(line);
        }
    }

    /// What would be told of a change that the world refuses.
    pub(super) fn label(&mut self, what: &'static str, of: String) {
        self.label = (what, of);
    }

    /// Puts a rule in, at the end or before the rule that is there.
    pub(super) fn add(&mut self, name: &str, place: Option<usize>, rule: Rule) -> Outcome<()> {
        let at = self.at(name)?;
        self.ensure(at);
        let len = self.table.chains[at].rules.len();
        let Some(before) = place.filter(|before| *before < len) else {
            let line = self.variant.line.unwrap_or_default();
            self.appended.push((at, len, line));
            self.table.chains[at].rules.push(rule);
            return Ok(());
        };
        self.settle();
        let rules = &mut self.table.chains[at].rules;
        let handle = rules[before].handle;
        rules.insert(before, rule.clone());
        let place = match before {
            0 => Place::First,
            _ => Place::Before(handle),
        };
        if place == Place::Before(0) {
            self.rewritten.insert(name.to_owned());
        }
        let chain = self.reference(name);
        self.push(name, RulesetChange::AddRule { chain, place, rule });
        Ok(())
    }

    pub(super) fn replace(&mut self, name: &str, number: usize, rule: Rule) -> Outcome<()> {
        let at = self.at(name)?;
        self.settle();
        let old = &mut self.table.chains[at].rules[number];
        let handle = core::mem::replace(old, rule.clone()).handle;
        if handle == 0 {
            self.rewritten.insert(name.to_owned());
        }
        let chain = self.reference(name);
        self.push(
            name,
            RulesetChange::ReplaceRule {
                chain,
                handle,
                rule,
            },
        );
        Ok(())
    }

    pub(super) fn delete(&mut self, name: &str, number: usize) -> Outcome<()> {
        let at = self.at(name)?;
        self.settle();
        let handle = self.table.chains[at].rules.remove(number).handle;
        if handle == 0 {
            self.rewritten.insert(name.to_owned());
        }
        let chain = self.reference(name);
        self.push(name, RulesetChange::DelRule { chain, handle });
        Ok(())
    }

    /// Takes all rules out of a chain.
    pub(super) fn flush(&mut self, name: &str) -> Outcome<()> {
        let at = self.at(name)?;
        self.settle();
        self.table.chains[at].rules.clear();
        if self.table.chains[at].handle != 0 {
            let change = RulesetChange::FlushChain {
                table: table_ref(self.variant, self.builtin),
                chain: Some(name.to_owned()),
            };
            self.push(name, change);
        }
        Ok(())
    }

    /// Zeroes what a chain counted, or one of its rules.
    pub(super) fn zero(&mut self, name: &str, number: Option<usize>) -> Outcome<()> {
        let at = self.at(name)?;
        self.settle();
        let chain = &mut self.table.chains[at];
        let there = chain.handle != 0;
        let mut handle = None;
        for (at, rule) in chain.rules.iter_mut().enumerate() {
            if number.is_none_or(|number| number == at) {
                set_counter(rule, Counter::default());
                handle = number.map(|_| rule.handle);
            }
        }
        if handle == Some(0) {
            self.rewritten.insert(name.to_owned());
        }
        if let (None, Some(base)) = (number, &mut chain.base) {
            base.counter = Some(Counter::default());
        }
        if there {
            let chain = self.reference(name);
            self.push(name, RulesetChange::Zero { chain, handle });
        }
        Ok(())
    }

    pub(super) fn add_chain(&mut self, name: &str) {
        self.ensure_table();
        self.settle();
        self.names.insert(name.to_owned(), self.table.chains.len());
        self.table.chains.push(Chain {
            name: name.to_owned(),
            handle: NEW,
            base: None,
            comment: None,
            rules: Vec::new(),
        });
        let change = RulesetChange::AddChain {
            chain: self.reference(name),
            base: None,
            comment: None,
            exclusive: true,
        };
        self.change(None, change);
    }

    pub(super) fn del_chain(&mut self, name: &str) -> Outcome<()> {
        let at = self.at(name)?;
        self.settle();
        self.table.chains.remove(at);
        self.index();
        let chain = self.reference(name);
        self.change(None, RulesetChange::DelChain { chain, empty: true });
        Ok(())
    }

    pub(super) fn set_policy(
        &mut self,
        name: &str,
        policy: Policy,
        counter: Option<Counter>,
    ) -> Outcome<()> {
        let at = self.at(name)?;
        self.ensure(at);
        self.settle();
        if let Some(base) = &mut self.table.chains[at].base {
            base.policy = policy;
            base.counter = counter.or(base.counter);
        }
        let change = RulesetChange::SetPolicy {
            chain: self.reference(name),
            policy,
            counter,
        };
        self.change(None, change);
        Ok(())
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) -> Outcome<()> {
        let at = self.at(from)?;
        let chain = &self.table.chains[at];
        let own = self.variant.backend == LEGACY && chain.base.is_some();
        if own || chain.handle == 0 {
            return Err(self.no_chain());
        }
        self.settle();
        to.clone_into(&mut self.table.chains[at].name);
        self.index();
        let change = RulesetChange::RenameChain {
            chain: self.reference(from),
            name: to.to_owned(),
        };
        self.change(None, change);
        Ok(())
    }
}

fn set_counter(rule: &mut Rule, to: Counter) {
    for statement in &mut rule.statements {
        if let Statement::Counter(counter) = statement {
            *counter = to;
        }
    }
}

/// A table of iptables by its name.
pub(super) fn table_ref(variant: Variant, builtin: &Builtin) -> TableRef {
    TableRef {
        family: variant.tables,
        backend: variant.backend,
        name: builtin.name.to_owned(),
    }
}

/// A table that is not there.
fn empty(named: &TableRef) -> Table {
    Table {
        family: named.family,
        name: named.name.clone(),
        backend: named.backend,
        handle: 0,
        dormant: false,
        comment: None,
        chains: Vec::new(),
        sets: Vec::new(),
        objects: Vec::new(),
        flowtables: Vec::new(),
    }
}
