//! A transaction under way: what was read of the world, as it is to be, and the changes so far.
//!
//! No more is read than is asked for: a chain without its rules to know that it is there, and its
//! rules where they decide. Everything read is of one generation of the ruleset, and the transaction
//! happens only while that lasts; otherwise all of it begins anew.

mod chain;
mod chains;
mod rules;
mod tell;
mod world;

pub(crate) use chain::ChainDraft;
pub(crate) use rules::Spot;
pub(crate) use world::{apply, is_clash, of_world};

use crate::error::{Error, Result};
use crate::whose::Whose;
use netloom_model::World;
use netloom_model::ruleset::change::RulesetChange;
use netloom_model::ruleset::{Chain, Wanted};
use netloom_tools::iptables::library::KnownTable;
use std::collections::BTreeMap;

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
pub struct Draft<'w> {
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

    fn known(&self, table: &str) -> Result<KnownTable> {
        self.whose.known(table)
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
}

fn no_chain(table: &str, chain: &str) -> Error {
    let (table, chain) = (table.to_owned(), chain.to_owned());
    Error::NoChain { table, chain }
}

fn exists(table: &str, chain: &str) -> Error {
    let (table, chain) = (table.to_owned(), chain.to_owned());
    Error::Exists { table, chain }
}
