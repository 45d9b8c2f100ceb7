//! Tables: added, changed, deleted, flushed.

use crate::filter::Filter;
use crate::filter::table::{Table, has_family};
use netloom_model::ruleset::change::TableRef;
use netloom_model::ruleset::{Backend, TableFamily};
use netloom_model::{Errno, Result};

impl Filter {
    pub(super) fn add_table(
        &mut self,
        name: &TableRef,
        dormant: bool,
        comment: Option<&str>,
        exclusive: bool,
    ) -> Result<()> {
        if !has_family(name.backend, name.family) {
            return Err(Errno::AFNOSUPPORT.into());
        }
        if let Ok(at) = self.table_at(name) {
            if exclusive {
                return Err(Errno::EXIST.into());
            }
            self.tables[at].dormant = dormant;
            return Ok(());
        }
        self.next_table += 1;
        let mut table = Table::new(name.clone(), self.next_table);
        table.dormant = dormant;
        table.comment = comment.map(str::to_owned);
        self.tables.push(table);
        Ok(())
    }

    pub(super) fn del_table(&mut self, table: &TableRef) -> Result<()> {
        let at = self.table_at(table)?;
        let table = self.tables.remove(at);
        for chain in table.chains {
            self.chains.remove(chain.0);
        }
        for (_, set) in table.sets {
            self.sets.remove(set.0);
        }
        Ok(())
    }

    pub(super) fn flush(&mut self, family: Option<TableFamily>) -> Result<()> {
        let gone = |table: &&Table| {
            table.name.backend == Backend::Nft && family.is_none_or(|f| f == table.name.family)
        };
        let names: Vec<TableRef> = self
            .tables
            .iter()
            .filter(gone)
            .map(|t| t.name.clone())
            .collect();
        names.iter().try_for_each(|name| self.del_table(name))
    }
}
