//! Chains of a draft: made, emptied, renamed and deleted.

use super::{ChainDraft, Draft, exists, no_chain};
use crate::error::{Error, Result};
use netloom_model::ruleset::change::RulesetChange;
use netloom_model::ruleset::{Backend, Counter, Policy};

impl Draft<'_> {
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
    pub(super) fn ensure(&mut self, table: &str, name: &str) -> Result<()> {
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
    pub(super) fn settle(&mut self) {
        for (table, draft) in &mut self.tables {
            for (name, chain) in &mut draft.chains {
                chain.settle(&self.whose.chain(table, name), &mut self.changes);
            }
        }
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
        let counter = Some(Counter::default());
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

    /// Empties a chain, or makes one without rules.
    pub(crate) fn clear_chain(&mut self, table: &str, chain: &str) -> Result<()> {
        match self.has(table, chain)? {
            true => self.flush(table, chain),
            false => self.new_chain(table, chain),
        }
    }

    pub(crate) fn clear_and_delete_chain(&mut self, table: &str, chain: &str) -> Result<()> {
        if !self.has(table, chain)? {
            return Ok(());
        }
        self.flush(table, chain)?;
        self.delete_chain(table, chain)
    }

    pub(crate) fn clear_all(&mut self, table: &str) -> Result<()> {
        for chain in self.chains(table)? {
            self.flush(table, &chain)?;
        }
        Ok(())
    }

    /// Deletes the chains that somebody made.
    pub(crate) fn delete_all(&mut self, table: &str) -> Result<()> {
        let known = self.known(table)?;
        for chain in self.chains(table)? {
            if !known.owns(&chain) && self.made_chain(table, &chain).is_ok() {
                self.delete_chain(table, &chain)?;
            }
        }
        Ok(())
    }

    fn check_name(&self, table: &str, name: &str) -> Result<()> {
        let checked = self.whose.known(table)?.check_name(name);
        checked.map_err(|why| Error::Syntax {
            words: vec![name.to_owned()],
            at: 0,
            why,
        })
    }
}
