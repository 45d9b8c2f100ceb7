//! A transaction under way: what was read of the world, as it is to be, and the changes so far.
//!
//! No more is read than is asked for: a chain without its rules to know that it is there, and its
//! rules where they decide. Everything read is of one generation of the ruleset, and the transaction
//! happens only while that lasts; otherwise all of it begins anew.

mod chain;
mod world;

pub(crate) use chain::ChainDraft;
pub(crate) use world::{apply, is_clash, of_world};

use crate::error::{Error, Result};
use netloom_model::ruleset::change::{ChainRef, RulesetChange, TableRef};
use netloom_model::ruleset::{Backend, Chain, Policy, Rule, Statement, TableFamily, Wanted};
use netloom_model::{Family, NsName, World};
use netloom_tools::iptables::library::{KnownTable, leads};
use std::collections::BTreeMap;

/// Whose rules they are.
#[derive(Clone, Debug)]
pub(crate) struct Whose {
    pub(crate) ns: NsName,
    pub(crate) family: TableFamily,
    pub(crate) backend: Backend,
}

impl Whose {
    pub(crate) fn table(&self, name: &str) -> TableRef {
        TableRef {
            family: self.family,
            backend: self.backend,
            name: name.to_owned(),
        }
    }

    pub(crate) fn chain(&self, table: &str, name: &str) -> ChainRef {
        ChainRef {
            table: self.table(table),
            chain: name.to_owned(),
        }
    }

    pub(crate) fn family(&self) -> Family {
        match self.family {
            TableFamily::Ip6 => Family::V6,
            _ => Family::V4,
        }
    }

    pub(crate) fn is_legacy(&self) -> bool {
        self.backend == Backend::Legacy
    }

    /// The table, if iptables has one of that name.
    pub(crate) fn known(&self, table: &str) -> Result<KnownTable> {
        KnownTable::new(&self.table(table)).ok_or_else(|| Error::NoTable {
            table: table.to_owned(),
        })
    }
}

#[derive(Debug, Default)]
struct TableDraft {
    /// Whether the world has it, or will.
    there: bool,
    /// Whether every chain is known.
    all: bool,
    chains: BTreeMap<String, ChainDraft>,
    /// The names that chains got.
    renamed: Vec<(String, String)>,
}

/// A transaction under way.
pub(crate) struct Draft<'w> {
    world: &'w mut dyn World,
    whose: &'w Whose,
    generation: Option<u32>,
    tables: BTreeMap<String, TableDraft>,
    changes: Vec<RulesetChange>,
    /// The sets that there are, once somebody asked.
    ipsets: Option<Vec<String>>,
    /// Whether others changed the rules since they were read.
    pub(crate) clash: bool,
}

/// Where a rule goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    Last,
    /// Before the rule of that number, counted from 1.
    Number(usize),
}

impl<'w> Draft<'w> {
    pub(crate) fn new(world: &'w mut dyn World, whose: &'w Whose) -> Draft<'w> {
        Draft {
            world,
            whose,
            generation: None,
            tables: BTreeMap::new(),
            changes: Vec::new(),
            ipsets: None,
            clash: false,
        }
    }

    pub(crate) const fn whose(&self) -> &'w Whose {
        self.whose
    }

    fn table(&mut self, table: &str) -> &mut TableDraft {
        self.tables.entry(table.to_owned()).or_default()
    }

    /// Takes note of a chain that the world told of.
    fn take(&mut self, table: &str, chain: Chain, rules: bool) {
        let draft = self.table(table);
        let name = chain.name.clone();
        let found = draft
            .chains
            .entry(name)
            .or_insert_with(|| ChainDraft::unread(&chain.name, chain.base));
        if rules && !found.is_read() {
            let mut rules = chain.rules;
            for (from, to) in &draft.renamed {
                rules.iter_mut().for_each(|r| chain::follow(r, from, to));
            }
            found.fill(rules);
        }
    }

    /// A chain; with its rules, where they are wanted.
    fn load(&mut self, table: &str, name: &str, rules: bool) -> Result<&mut ChainDraft> {
        let known = self.whose.known(table)?;
        let draft = self.table(table);
        let all = draft.all;
        let seen = draft.chains.get(name);
        let missing = match seen {
            Some(chain) => rules && !chain.is_read(),
            None => !all,
        };
        let origin = seen.map_or_else(|| Some(name.to_owned()), |chain| chain.origin.clone());
        if missing && let Some(origin) = origin {
            let wanted = Wanted {
                rules,
                ..Wanted::chain(&self.whose.chain(table, &origin))
            };
            for found in self.read(wanted)?.tables {
                self.table(table).there = true;
                for mut chain in found.chains {
                    name.clone_into(&mut chain.name);
                    self.take(table, chain, rules);
                    let draft = self.table(table).chains.get_mut(name);
                    draft
                        .into_iter()
                        .for_each(|c| c.origin = Some(origin.clone()));
                }
            }
        }
        let chains = &mut self.table(table).chains;
        Ok(chains.entry(name.to_owned()).or_insert_with(|| {
            let mut own = known.own_chains();
            match own.find(|(own, _)| own == name) {
                Some((_, base)) => ChainDraft::empty(Some(base), false),
                None => ChainDraft::absent(),
            }
        }))
    }

    pub(crate) fn has(&mut self, table: &str, chain: &str) -> Result<bool> {
        Ok(self.load(table, chain, false)?.head.is_some())
    }

    /// A chain that is there.
    fn chain(&mut self, table: &str, name: &str, rules: bool) -> Result<&mut ChainDraft> {
        let found = self.load(table, name, rules)?;
        match found.head {
            Some(_) => Ok(found),
            None => Err(no_chain(table, name)),
        }
    }

    /// A chain that is there, with its rules.
    pub(crate) fn rules(&mut self, table: &str, chain: &str) -> Result<&mut ChainDraft> {
        self.chain(table, chain, true)
    }

    /// What a chain is beside its rules, as the model tells it.
    pub(crate) fn head(&mut self, table: &str, name: &str) -> Result<Chain> {
        let found = self.chain(table, name, false)?;
        Ok(Chain {
            name: name.to_owned(),
            handle: 0,
            base: found.head.as_ref().and_then(|head| head.base.clone()),
            comment: None,
            rules: Vec::new(),
        })
    }

    /// The names of the chains: the table's own in the order of their hooks, then the others.
    pub(crate) fn chains(&mut self, table: &str) -> Result<Vec<String>> {
        let known = self.whose.known(table)?;
        if !self.table(table).all {
            let wanted = Wanted::heads(&self.whose.table(table));
            for found in self.read(wanted)?.tables {
                self.table(table).there = true;
                for chain in found.chains {
                    self.take(table, chain, false);
                }
            }
            self.table(table).all = true;
        }
        for (own, _) in known.own_chains() {
            self.load(table, &own, false)?;
        }
        let chains = self.table(table).chains.iter();
        let there = chains.filter_map(|(name, chain)| Some((name, chain.head.as_ref()?)));
        // Base chains that are none of its own iptables does not tell.
        let told = there.filter(|(name, head)| head.base.is_none() || known.owns(name));
        let mut told: Vec<_> = told
            .map(|(name, head)| {
                let hook = head.base.as_ref().map(|base| base.hook);
                (hook.is_none(), hook, name.clone())
            })
            .collect();
        told.sort();
        Ok(told.into_iter().map(|(_, _, name)| name).collect())
    }

    fn ensure_table(&mut self, table: &str) -> Result<()> {
        if self.table(table).there {
            return Ok(());
        }
        self.table(table).there = true;
        self.changes.push(RulesetChange::AddTable {
            table: self.whose.table(table),
            dormant: false,
            comment: None,
            exclusive: false,
        });
        if self.whose.backend == Backend::Legacy {
            // Of the older kind, a table is made with all of its chains.
            for (own, _) in self.whose.known(table)?.own_chains() {
                self.ensure(table, &own)?;
            }
        }
        Ok(())
    }

    /// Makes a chain of the table's own, if it is not made yet.
    fn ensure(&mut self, table: &str, name: &str) -> Result<()> {
        self.chain(table, name, false)?;
        self.ensure_table(table)?;
        let legacy = self.whose.backend == Backend::Legacy;
        let found = self.chain(table, name, false)?;
        let Some(head) = found.head.as_mut().filter(|head| !head.made) else {
            return Ok(());
        };
        head.made = true;
        let mut base = head.base.clone();
        // Of nf_tables it counts once its policy is set.
        if let (Some(base), false) = (&mut base, legacy) {
            base.counter = None;
        }
        self.changes.push(RulesetChange::AddChain {
            chain: self.whose.chain(table, name),
            base: base.map(Box::new),
            comment: None,
            exclusive: false,
        });
        Ok(())
    }

    /// Writes down the changes so far, in their order, before one that is more than rules of a chain.
    fn settle(&mut self) {
        for (table, draft) in &mut self.tables {
            for (name, chain) in &mut draft.chains {
                chain.settle(&self.whose.chain(table, name), &mut self.changes);
            }
        }
    }

    /// Checks what rules need to be there: the chains that they lead to, and the sets that they ask.
    pub(crate) fn check(&mut self, table: &str, rules: &[Rule]) -> Result<()> {
        for to in rules.iter().flat_map(leads) {
            if !self.has(table, to)? {
                return Err(no_chain(table, to));
            }
        }
        let statements = rules.iter().flat_map(|rule| &rule.statements);
        for set in statements.flat_map(Statement::ipsets) {
            if !self.ipsets()?.iter().any(|name| name == set) {
                let set = set.to_owned();
                return Err(Error::NoSet { set });
            }
        }
        Ok(())
    }

    /// Puts rules into a chain, one after the other at the same place, as iptables does.
    pub(crate) fn add(
        &mut self,
        table: &str,
        chain: &str,
        spot: Spot,
        rules: &[Rule],
    ) -> Result<()> {
        let at = match spot {
            Spot::Last => {
                self.chain(table, chain, false)?;
                None
            }
            Spot::Number(number) => {
                let len = self.rules(table, chain)?.len();
                if number == 0 || number > len + 1 {
                    return Err(no_number(table, chain, number, len));
                }
                Some(number - 1)
            }
        };
        self.check(table, rules)?;
        self.may_be_there(table, chain, rules)?;
        self.ensure(table, chain)?;
        let found = self.chain(table, chain, false)?;
        rules.iter().for_each(|rule| found.insert(at, rule.clone()));
        Ok(())
    }

    pub(crate) fn replace(
        &mut self,
        table: &str,
        chain: &str,
        number: usize,
        rule: &Rule,
    ) -> Result<()> {
        let at = self.numbered(table, chain, number)?;
        self.check(table, core::slice::from_ref(rule))?;
        self.may_be_there(table, chain, core::slice::from_ref(rule))?;
        self.rules(table, chain)?.replace(at, rule.clone());
        Ok(())
    }

    pub(crate) fn delete_number(&mut self, table: &str, chain: &str, number: usize) -> Result<()> {
        let at = self.numbered(table, chain, number)?;
        self.rules(table, chain)?.remove(at);
        Ok(())
    }

    /// The place of a rule by its number.
    pub(crate) fn numbered(&mut self, table: &str, chain: &str, number: usize) -> Result<usize> {
        let len = self.rules(table, chain)?.len();
        if number == 0 || number > len {
            return Err(no_number(table, chain, number, len));
        }
        Ok(number - 1)
    }

    pub(crate) fn flush(&mut self, table: &str, chain: &str) -> Result<()> {
        let found = self.chain(table, chain, false)?;
        let made = found.head.as_ref().is_some_and(|head| head.made);
        found.clear();
        if made {
            self.changes.push(RulesetChange::FlushChain {
                table: self.whose.table(table),
                chain: Some(chain.to_owned()),
            });
        }
        Ok(())
    }

    pub(crate) fn new_chain(&mut self, table: &str, name: &str) -> Result<()> {
        self.check_name(table, name)?;
        if self.has(table, name)? {
            return Err(exists(table, name));
        }
        self.ensure_table(table)?;
        self.changes.push(RulesetChange::AddChain {
            chain: self.whose.chain(table, name),
            base: None,
            comment: None,
            exclusive: true,
        });
        let chains = &mut self.table(table).chains;
        chains.insert(name.to_owned(), ChainDraft::empty(None, true));
        Ok(())
    }

    pub(crate) fn delete_chain(&mut self, table: &str, name: &str) -> Result<()> {
        self.made_chain(table, name)?;
        self.settle();
        self.changes.push(RulesetChange::DelChain {
            chain: self.whose.chain(table, name),
            empty: true,
        });
        let chains = &mut self.table(table).chains;
        chains.insert(name.to_owned(), ChainDraft::absent());
        Ok(())
    }

    pub(crate) fn rename_chain(&mut self, table: &str, from: &str, to: &str) -> Result<()> {
        let legacy = self.whose.backend == Backend::Legacy;
        let own = self.whose.known(table)?.owns(from);
        self.made_chain(table, from)?;
        if legacy && own {
            return Err(no_chain(table, from));
        }
        self.check_name(table, to)?;
        if self.has(table, to)? {
            return Err(exists(table, to));
        }
        self.settle();
        self.changes.push(RulesetChange::RenameChain {
            chain: self.whose.chain(table, from),
            name: to.to_owned(),
        });
        let draft = self.table(table);
        let moved = draft.chains.insert(from.to_owned(), ChainDraft::absent());
        draft
            .chains
            .insert(to.to_owned(), moved.unwrap_or_default());
        for chain in draft.chains.values_mut() {
            chain.follow(from, to);
        }
        draft.renamed.push((from.to_owned(), to.to_owned()));
        Ok(())
    }

    pub(crate) fn set_policy(&mut self, table: &str, name: &str, policy: Policy) -> Result<()> {
        let found = self.load(table, name, false)?;
        if found.head.as_ref().is_none_or(|head| head.base.is_none()) {
            let (table, chain) = (table.to_owned(), name.to_owned());
            return Err(Error::NotBuiltIn { table, chain });
        }
        self.ensure(table, name)?;
        let found = self.chain(table, name, false)?;
        // A policy that is set begins to count anew.
        let counter = Some(netloom_model::ruleset::Counter::default());
        if let Some(base) = found.head.as_mut().and_then(|head| head.base.as_mut()) {
            base.policy = policy;
            base.counter = counter;
        }
        self.changes.push(RulesetChange::SetPolicy {
            chain: self.whose.chain(table, name),
            policy,
            counter,
        });
        Ok(())
    }

    /// A chain that the world has, or will.
    fn made_chain(&mut self, table: &str, name: &str) -> Result<()> {
        let found = self.chain(table, name, false)?;
        match &found.head {
            Some(head) if head.made => Ok(()),
            _ => Err(no_chain(table, name)),
        }
    }

    /// Whether somebody made that chain, or something has been put into it.
    pub(crate) fn is_made(&mut self, table: &str, name: &str) -> Result<bool> {
        Ok(self.made_chain(table, name).is_ok())
    }

    fn check_name(&self, table: &str, name: &str) -> Result<()> {
        let checked = self.whose.known(table)?.check_name(name);
        checked.map_err(|why| Error::Syntax {
            words: vec![name.to_owned()],
            at: 0,
            why,
        })
    }

    /// Checks that the kernel takes rules in that chain.
    fn may_be_there(&self, table: &str, chain: &str, rules: &[Rule]) -> Result<()> {
        let known = self.whose.known(table)?;
        let refused = rules.iter().find(|rule| known.refuses(chain, rule));
        refused.map_or(Ok(()), |rule| {
            Err(Error::Refused {
                what: format!("-t {table} {}", known.print(chain, rule, false)),
                errno: netloom_model::Errno::INVAL,
                said: None,
            })
        })
    }
}

fn no_chain(table: &str, chain: &str) -> Error {
    let (table, chain) = (table.to_owned(), chain.to_owned());
    Error::NoChain { table, chain }
}

fn exists(table: &str, chain: &str) -> Error {
    let (table, chain) = (table.to_owned(), chain.to_owned());
    Error::Exists { table, chain }
}

fn no_number(table: &str, chain: &str, number: usize, rules: usize) -> Error {
    Error::NoSuchNumber {
        table: table.to_owned(),
        chain: chain.to_owned(),
        number,
        rules,
    }
}
