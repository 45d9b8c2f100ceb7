//! Many changes as one: what packets meet is what was there before, or all of it.

use crate::draft::{Draft, Spot};
use crate::error::{Error, Result};
use crate::spec::RuleSpec;
use crate::stat::Stat;
use netloom_model::ruleset::{Policy, Rule};
use netloom_tools::iptables::library::{KnownTable, alike};

/// A transaction under way ([`IpTables::transaction`](crate::IpTables::transaction)). Each call sees
/// what those before it did; the kernel hears of all of them at the end, at once.
///
/// The calls are those of [`IpTables`](crate::IpTables), each of which is a transaction of one call.
pub struct Transaction<'w> {
    pub(crate) draft: Draft<'w>,
}

impl Transaction<'_> {
    fn known(&self, table: &str) -> Result<KnownTable> {
        self.draft.whose().known(table)
    }

    /// The rules that `rule` stands for.
    fn specified(&self, table: &str, chain: &str, rule: impl RuleSpec) -> Result<Vec<Rule>> {
        rule.rules(self.known(table)?, chain)
    }

    /// The place of the first rule that says the same as `rule`.
    fn find(&mut self, table: &str, chain: &str, rule: &Rule) -> Result<Option<usize>> {
        let mut rules = self.draft.rules(table, chain)?.rules();
        Ok(rules.position(|there| alike(there, rule)))
    }

    /// See [`IpTables::exists`](crate::IpTables::exists).
    ///
    /// # Errors
    /// As there.
    pub fn exists(&mut self, table: &str, chain: &str, rule: impl RuleSpec) -> Result<bool> {
        let rules = self.specified(table, chain, rule)?;
        self.all_exist(table, chain, &rules)
    }

    pub(crate) fn all_exist(&mut self, table: &str, chain: &str, rules: &[Rule]) -> Result<bool> {
        let mut all = true;
        for rule in rules {
            all &= match self.find(table, chain, rule) {
                Ok(found) => found.is_some(),
                // The chain that it would be in, not one that it leads to.
                Err(Error::NoChain { .. }) => false,
                Err(error) => return Err(error),
            };
        }
        if !all {
            self.draft.check(table, rules)?;
        }
        Ok(all)
    }

    /// See [`IpTables::insert`](crate::IpTables::insert).
    ///
    /// # Errors
    /// As there.
    pub fn insert(
        &mut self,
        table: &str,
        chain: &str,
        number: usize,
        rule: impl RuleSpec,
    ) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        self.draft.add(table, chain, Spot::Number(number), &rules)
    }

    pub(crate) fn insert_all(
        &mut self,
        table: &str,
        chain: &str,
        number: usize,
        rules: &[Rule],
    ) -> Result<()> {
        self.draft.add(table, chain, Spot::Number(number), rules)
    }

    pub(crate) fn append_all(&mut self, table: &str, chain: &str, rules: &[Rule]) -> Result<()> {
        self.draft.add(table, chain, Spot::Last, rules)
    }

    /// See [`IpTables::insert_unique`](crate::IpTables::insert_unique).
    ///
    /// # Errors
    /// As there.
    pub fn insert_unique(
        &mut self,
        table: &str,
        chain: &str,
        number: usize,
        rule: impl RuleSpec,
    ) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        match self.all_exist(table, chain, &rules)? {
            true => Ok(()),
            false => self.draft.add(table, chain, Spot::Number(number), &rules),
        }
    }

    /// See [`IpTables::append`](crate::IpTables::append).
    ///
    /// # Errors
    /// As there.
    pub fn append(&mut self, table: &str, chain: &str, rule: impl RuleSpec) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        self.draft.add(table, chain, Spot::Last, &rules)
    }

    /// See [`IpTables::append_unique`](crate::IpTables::append_unique).
    ///
    /// # Errors
    /// As there.
    pub fn append_unique(&mut self, table: &str, chain: &str, rule: impl RuleSpec) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        match self.all_exist(table, chain, &rules)? {
            true => Ok(()),
            false => self.draft.add(table, chain, Spot::Last, &rules),
        }
    }

    /// See [`IpTables::replace`](crate::IpTables::replace).
    ///
    /// # Errors
    /// As there.
    pub fn replace(
        &mut self,
        table: &str,
        chain: &str,
        number: usize,
        rule: impl RuleSpec,
    ) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        match rules.as_slice() {
            [rule] => self.draft.replace(table, chain, number, rule),
            _ => Err(Error::Syntax {
                words: Vec::new(),
                at: 0,
                why: "several addresses make several rules, of which one alone can be replaced"
                    .to_owned(),
            }),
        }
    }

    /// See [`IpTables::delete`](crate::IpTables::delete).
    ///
    /// # Errors
    /// As there.
    pub fn delete(&mut self, table: &str, chain: &str, rule: impl RuleSpec) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        for rule in &rules {
            let Some(at) = self.find(table, chain, rule)? else {
                self.draft.check(table, &rules)?;
                return Err(Error::NoRule {
                    table: table.to_owned(),
                    chain: chain.to_owned(),
                    rule: self.known(table)?.print(chain, rule, false),
                });
            };
            self.draft.rules(table, chain)?.remove(at);
        }
        Ok(())
    }

    /// See [`IpTables::delete_if_exists`](crate::IpTables::delete_if_exists).
    ///
    /// # Errors
    /// As there.
    pub fn delete_if_exists(
        &mut self,
        table: &str,
        chain: &str,
        rule: impl RuleSpec,
    ) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        if !self.all_exist(table, chain, &rules)? {
            return Ok(());
        }
        for rule in &rules {
            if let Some(at) = self.find(table, chain, rule)? {
                self.draft.rules(table, chain)?.remove(at);
            }
        }
        Ok(())
    }

    /// See [`IpTables::delete_by_id`](crate::IpTables::delete_by_id).
    ///
    /// # Errors
    /// As there.
    pub fn delete_by_id(&mut self, table: &str, chain: &str, number: usize) -> Result<()> {
        self.draft.delete_number(table, chain, number)
    }

    /// See [`IpTables::list`](crate::IpTables::list).
    ///
    /// # Errors
    /// As there.
    pub fn list(&mut self, table: &str, chain: &str) -> Result<Vec<String>> {
        self.listed(table, chain, false)
    }

    /// See [`IpTables::list_with_counters`](crate::IpTables::list_with_counters).
    ///
    /// # Errors
    /// As there.
    pub fn list_with_counters(&mut self, table: &str, chain: &str) -> Result<Vec<String>> {
        self.listed(table, chain, true)
    }

    fn listed(&mut self, table: &str, chain: &str, counters: bool) -> Result<Vec<String>> {
        let known = self.known(table)?;
        // Read with its rules at once.
        self.draft.rules(table, chain)?;
        let mut lines = vec![known.print_head(&self.draft.head(table, chain)?, counters)];
        let rules = self.draft.rules(table, chain)?.rules();
        lines.extend(rules.map(|rule| known.print(chain, rule, counters)));
        Ok(lines)
    }

    /// See [`IpTables::list_by_id`](crate::IpTables::list_by_id).
    ///
    /// # Errors
    /// As there.
    pub fn list_by_id(&mut self, table: &str, chain: &str, number: usize) -> Result<String> {
        let known = self.known(table)?;
        let at = self.draft.numbered(table, chain, number)?;
        let found = self.draft.rules(table, chain)?.rules().nth(at);
        Ok(found.map_or_else(String::new, |rule| known.print(chain, rule, false)))
    }

    /// See [`IpTables::list_chains`](crate::IpTables::list_chains).
    ///
    /// # Errors
    /// As there.
    pub fn list_chains(&mut self, table: &str) -> Result<Vec<String>> {
        self.draft.chains(table)
    }

    /// See [`IpTables::chain_exists`](crate::IpTables::chain_exists).
    ///
    /// # Errors
    /// As there.
    pub fn chain_exists(&mut self, table: &str, chain: &str) -> Result<bool> {
        self.draft.has(table, chain)
    }

    /// See [`IpTables::stats`](crate::IpTables::stats).
    ///
    /// # Errors
    /// As there.
    pub fn stats(&mut self, table: &str, chain: &str) -> Result<Vec<[String; 10]>> {
        let known = self.known(table)?;
        let rules = self.draft.rules(table, chain)?.rules();
        Ok(rules
            .map(|rule| crate::stat::columns(known.row(rule)))
            .collect())
    }

    /// See [`IpTables::structured_stats`](crate::IpTables::structured_stats).
    ///
    /// # Errors
    /// As there.
    pub fn structured_stats(&mut self, table: &str, chain: &str) -> Result<Vec<Stat>> {
        let rows = self.stats(table, chain)?;
        rows.iter().map(Stat::parse).collect()
    }

    /// See [`IpTables::new_chain`](crate::IpTables::new_chain).
    ///
    /// # Errors
    /// As there.
    pub fn new_chain(&mut self, table: &str, chain: &str) -> Result<()> {
        self.draft.new_chain(table, chain)
    }

    /// See [`IpTables::clear_chain`](crate::IpTables::clear_chain).
    ///
    /// # Errors
    /// As there.
    pub fn clear_chain(&mut self, table: &str, chain: &str) -> Result<()> {
        match self.draft.has(table, chain)? {
            true => self.draft.flush(table, chain),
            false => self.draft.new_chain(table, chain),
        }
    }

    /// See [`IpTables::rename_chain`](crate::IpTables::rename_chain).
    ///
    /// # Errors
    /// As there.
    pub fn rename_chain(&mut self, table: &str, from: &str, to: &str) -> Result<()> {
        self.draft.rename_chain(table, from, to)
    }

    /// See [`IpTables::delete_chain`](crate::IpTables::delete_chain).
    ///
    /// # Errors
    /// As there.
    pub fn delete_chain(&mut self, table: &str, chain: &str) -> Result<()> {
        self.draft.delete_chain(table, chain)
    }

    /// See [`IpTables::clear_and_delete_chain`](crate::IpTables::clear_and_delete_chain).
    ///
    /// # Errors
    /// As there.
    pub fn clear_and_delete_chain(&mut self, table: &str, chain: &str) -> Result<()> {
        if !self.draft.has(table, chain)? {
            return Ok(());
        }
        self.draft.flush(table, chain)?;
        self.draft.delete_chain(table, chain)
    }

    /// See [`IpTables::clear_all`](crate::IpTables::clear_all).
    ///
    /// # Errors
    /// As there.
    pub fn clear_all(&mut self) -> Result<()> {
        for chain in self.draft.chains("filter")? {
            self.draft.flush("filter", &chain)?;
        }
        Ok(())
    }

    /// See [`IpTables::delete_all`](crate::IpTables::delete_all).
    ///
    /// # Errors
    /// As there.
    pub fn delete_all(&mut self) -> Result<()> {
        let known = self.known("filter")?;
        for chain in self.draft.chains("filter")? {
            if !known.owns(&chain) && self.draft.is_made("filter", &chain)? {
                self.draft.delete_chain("filter", &chain)?;
            }
        }
        Ok(())
    }

    /// See [`IpTables::change_policy`](crate::IpTables::change_policy).
    ///
    /// # Errors
    /// As there.
    pub fn change_policy(&mut self, table: &str, chain: &str, policy: Policy) -> Result<()> {
        self.draft.set_policy(table, chain, policy)
    }
}
