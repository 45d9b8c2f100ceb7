//! Which part of a ruleset is asked for: a change of one rule among very many needs no more than
//! its chain, or nothing.

use super::change::{ChainRef, TableRef};
use super::{Chain, Ruleset, Table};
use serde::{Deserialize, Serialize};

/// Which part of a ruleset is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// That table alone; none: every one.
    pub table: Option<TableRef>,
    /// Of tables that chain alone; none: every one, with sets, objects and flow tables where the
    /// rules are wanted too.
    pub chain: Option<String>,
    /// Chains with their rules.
    pub rules: bool,
}

impl Wanted {
    /// Everything.
    #[must_use]
    pub fn all() -> Wanted {
        Wanted {
            rules: true,
            ..Wanted::default()
        }
    }

    /// One chain with its rules.
    #[must_use]
    pub fn chain(chain: &ChainRef) -> Wanted {
        Wanted {
            table: Some(chain.table.clone()),
            chain: Some(chain.chain.clone()),
            rules: true,
        }
    }

    /// A table with all that is in it.
    #[must_use]
    pub fn table(table: &TableRef) -> Wanted {
        Wanted {
            table: Some(table.clone()),
            chain: None,
            rules: true,
        }
    }

    /// The chains of a table without their rules.
    #[must_use]
    pub fn heads(table: &TableRef) -> Wanted {
        Wanted {
            rules: false,
            ..Wanted::table(table)
        }
    }

    /// Whether something of that table is wanted.
    #[must_use]
    pub fn has_table(&self, table: &TableRef) -> bool {
        self.table.as_ref().is_none_or(|wanted| wanted == table)
    }

    /// Whether something of chains of that name is wanted.
    #[must_use]
    pub fn has_chain(&self, name: &str) -> bool {
        self.chain.as_ref().is_none_or(|wanted| wanted == name)
    }

    /// Whether sets, objects and flow tables are wanted too.
    #[must_use]
    pub const fn beside_chains(&self) -> bool {
        self.rules && self.chain.is_none()
    }

    /// The part of a whole ruleset that is wanted, for who has nothing smaller at hand.
    #[must_use]
    pub fn of(&self, ruleset: Ruleset) -> Ruleset {
        let named = |table: &Table| TableRef {
            family: table.family,
            backend: table.backend,
            name: table.name.clone(),
        };
        let tables = ruleset.tables.into_iter();
        let tables = tables.filter(|table| self.has_table(&named(table)));
        let part = |table: Table| {
            let chains = table.chains.into_iter();
            let chains = chains.filter(|chain| self.has_chain(&chain.name));
            let chains = chains.map(|chain| match self.rules {
                true => chain,
                false => Chain {
                    rules: Vec::new(),
                    ..chain
                },
            });
            let beside = self.beside_chains();
            Table {
                chains: chains.collect(),
                sets: if beside { table.sets } else { Vec::new() },
                objects: if beside { table.objects } else { Vec::new() },
                flowtables: if beside { table.flowtables } else { Vec::new() },
                ..table
            }
        };
        Ruleset {
            tables: tables.map(part).collect(),
            generation: ruleset.generation,
        }
    }
}
