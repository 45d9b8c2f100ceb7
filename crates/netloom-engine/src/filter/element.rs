//! Named sets and maps and what is in them: put in, taken out, and gone after their time.

use super::set::Store;
use super::{ChainId, Filter, SetId};
use netloom_model::ruleset;
use netloom_model::ruleset::change::TableRef;
use netloom_model::ruleset::set::{Element, ElementData};
use netloom_model::ruleset::statement::Statement;
use netloom_model::{Errno, Result, Time};

impl Filter {
    fn set_id(&self, table: &TableRef, set: &str) -> Result<SetId> {
        let table = self.table(table).ok_or(Errno::NOENT)?;
        table.set(set).ok_or_else(|| Errno::NOENT.into())
    }

    pub(super) fn set_mut(&mut self, table: &TableRef, set: &str) -> Result<&mut Store> {
        let id = self.set_id(table, set)?;
        Ok(&mut self.sets[id.0])
    }

    pub(super) fn add_set(
        &mut self,
        table: &TableRef,
        set: &ruleset::Set,
        exclusive: bool,
        now: Time,
    ) -> Result<()> {
        let at = self.table_at(table)?;
        if let Some(there) = self.tables[at].set(&set.name) {
            if set.meter {
                let errno = match self.sets[there.0].set.meter {
                    true => Errno::OPNOTSUPP,
                    false => Errno::EXIST,
                };
                return Err(errno.into());
            }
            let same = self.sets[there.0].set.key == set.key;
            return match (exclusive, same) {
                (false, true) => self.add_elements(table, &set.name, &set.elements, false, now),
                _ => Err(Errno::EXIST.into()),
            };
        }
        let mut set = set.clone();
        set.handle = self.tables[at].next_handle();
        let name = set.name.clone();
        let elements = core::mem::take(&mut set.elements);
        let id = self.sets.insert(Store::new(set)?);
        self.tables[at].sets.push((name.clone(), SetId(id)));
        self.add_elements(table, &name, &elements, false, now)
    }

    pub(super) fn del_set(&mut self, table: &TableRef, set: &str) -> Result<()> {
        let at = self.table_at(table)?;
        let id = self.set_id(table, set)?;
        let used = |chain: &ChainId| self.chains[chain.0].rules.iter().any(|rule| rule.uses(id));
        let updates = |statement: &Statement| matches!(statement, Statement::Update { set: to, .. } if to == set);
        if self.tables[at].chains.iter().any(used) || self.some_statement(&self.tables[at], updates)
        {
            return Err(Errno::BUSY.into());
        }
        self.tables[at].sets.retain(|(_, other)| *other != id);
        self.sets.remove(id.0);
        Ok(())
    }

    /// Whether a rule puts elements into the own set of another.
    pub(super) fn takes_meter(&self, table: &TableRef, rule: &ruleset::Rule) -> bool {
        let Some(of) = self.table(table) else {
            return false;
        };
        rule.statements.iter().any(|statement| {
            let Statement::Update { set, .. } = statement else {
                return false;
            };
            let own = of.set(set).is_some_and(|id| self.sets[id.0].set.meter);
            let updates =
                |other: &Statement| matches!(other, Statement::Update { set: to, .. } if to == set);
            own && self.some_statement(of, updates)
        })
    }

    /// Takes out the own sets of rules that are gone.
    pub(super) fn drop_meters(&mut self) {
        let mut gone = Vec::new();
        for (at, table) in self.tables.iter().enumerate() {
            for (name, id) in &table.sets {
                let updates = |other: &Statement| matches!(other, Statement::Update { set, .. } if set == name);
                if self.sets[id.0].set.meter && !self.some_statement(table, updates) {
                    gone.push((at, *id));
                }
            }
        }
        for (at, id) in gone {
            self.tables[at].sets.retain(|(_, other)| *other != id);
            self.sets.remove(id.0);
        }
    }

    pub(super) fn add_elements(
        &mut self,
        table: &TableRef,
        set: &str,
        elements: &[Element],
        exclusive: bool,
        now: Time,
    ) -> Result<()> {
        self.check_data(table, elements)?;
        let set = self.set_mut(table, set)?;
        for element in elements {
            match set.insert(element.clone(), now) {
                Ok(true) => {}
                Ok(false) => return Err(Errno::NFILE.into()),
                Err(super::set::Refused::Exists) if !exclusive => {}
                Err(refused) => return Err(refused.into()),
            }
        }
        Ok(())
    }
}

impl Filter {
    /// Whether the chains and objects are there that elements name.
    fn check_data(&self, table: &TableRef, elements: &[Element]) -> Result<()> {
        let table = self.table(table).ok_or(Errno::NOENT)?;
        let there = |data: &ElementData| match data {
            ElementData::Verdict(verdict) => verdict
                .leads_to()
                .is_none_or(|chain| table.chain(chain).is_some()),
            ElementData::Object(name) => table.objects.iter().any(|o| o.name == *name),
            _ => true,
        };
        if elements.iter().filter_map(|e| e.data.as_ref()).all(there) {
            return Ok(());
        }
        Err(Errno::NOENT.into())
    }

    /// A set that rules put elements into has an end (`nft_dynset_init`).
    pub(super) fn limit_updated(&mut self, table: &TableRef, rule: &ruleset::Rule) {
        for statement in &rule.statements {
            if let Statement::Update { set, .. } = statement
                && let Ok(set) = self.set_mut(table, set)
            {
                set.set.size.get_or_insert(0xffff);
                set.lives = true;
            }
        }
    }

    /// Takes out the elements of sets whose time is over.
    #[inline]
    pub(super) fn expire(&mut self, now: Time) {
        if self.next_expiry <= now {
            self.expire_elements(now);
        }
    }

    #[cold]
    pub(super) fn expire_elements(&mut self, now: Time) {
        let sets = self.tables.iter().flat_map(|table| &table.sets);
        let next = sets.filter_map(|(_, set)| self.sets[set.0].expire(now));
        self.next_expiry = next.min().unwrap_or(Time::NEVER);
    }
}
