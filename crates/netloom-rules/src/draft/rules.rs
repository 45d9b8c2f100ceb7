//! Rules of a draft: looked for, put in, replaced and taken out.

use super::{Draft, no_chain};
use crate::error::{Error, Result};
use netloom_model::ruleset::{Rule, Statement};
use netloom_tools::iptables::library::{alike, leads};

/// Where a rule goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    Last,
    /// Before the rule of that number, counted from 1.
    Number(usize),
}

impl Draft<'_> {
    /// The place of the first rule that says the same.
    fn find(&mut self, table: &str, chain: &str, rule: &Rule) -> Result<Option<usize>> {
        let mut rules = self.rules(table, chain)?.rules();
        Ok(rules.position(|there| alike(there, rule)))
    }

    /// Whether rules are there that say the same as each of these.
    pub(crate) fn exist(&mut self, table: &str, chain: &str, rules: &[Rule]) -> Result<bool> {
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
            self.check(table, rules)?;
        }
        Ok(all)
    }

    /// Puts rules in, unless they are there.
    pub(crate) fn add_unique(
        &mut self,
        table: &str,
        chain: &str,
        spot: Spot,
        rules: &[Rule],
    ) -> Result<()> {
        match self.exist(table, chain, rules)? {
            true => Ok(()),
            false => self.add(table, chain, spot, rules),
        }
    }

    /// Takes the first rule out that says the same as each of these.
    pub(crate) fn delete(&mut self, table: &str, chain: &str, rules: &[Rule]) -> Result<()> {
        for rule in rules {
            let Some(at) = self.find(table, chain, rule)? else {
                self.check(table, rules)?;
                return Err(Error::NoRule {
                    table: table.to_owned(),
                    chain: chain.to_owned(),
                    rule: self.known(table)?.print(chain, rule, false),
                });
            };
            self.rules(table, chain)?.remove(at);
        }
        Ok(())
    }

    pub(crate) fn delete_if_exists(
        &mut self,
        table: &str,
        chain: &str,
        rules: &[Rule],
    ) -> Result<()> {
        match self.exist(table, chain, rules)? {
            true => self.delete(table, chain, rules),
            false => Ok(()),
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

fn no_number(table: &str, chain: &str, number: usize, rules: usize) -> Error {
    Error::NoSuchNumber {
        table: table.to_owned(),
        chain: chain.to_owned(),
        number,
        rules,
    }
}
