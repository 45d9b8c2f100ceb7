//! The tables of a namespace by number. The two that every packet asks have places of their own.

use super::table::Table;
use crate::ip::version::IpVersion;
use netloom_model::route::table as id;
use std::collections::BTreeMap;

/// The tables that have been used.
#[derive(Clone)]
pub(crate) struct Tables<V: IpVersion> {
    local: Table<V>,
    main: Table<V>,
    /// Whether `local` and `main` ever had a route: until then Linux has no such table.
    made: (bool, bool),
    others: BTreeMap<u32, Table<V>>,
}

impl<V: IpVersion> Default for Tables<V> {
    fn default() -> Self {
        Tables {
            local: Table::default(),
            main: Table::default(),
            made: (false, false),
            others: BTreeMap::new(),
        }
    }
}

impl<V: IpVersion> Tables<V> {
    /// The main table.
    #[inline]
    pub(crate) fn main(&self) -> &Table<V> {
        &self.main
    }

    #[inline]
    pub(crate) fn get(&self, number: u32) -> Option<&Table<V>> {
        match number {
            id::LOCAL => Some(&self.local),
            id::MAIN => Some(&self.main),
            _ => self.others.get(&number),
        }
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut Table<V>> {
        match number {
            id::LOCAL => Some(&mut self.local),
            id::MAIN => Some(&mut self.main),
            _ => self.others.get_mut(&number),
        }
    }

    /// The table of a number, made if it was not there.
    pub(crate) fn get_or_make(&mut self, number: u32) -> &mut Table<V> {
        match number {
            id::LOCAL => {
                self.made.0 = true;
                &mut self.local
            }
            id::MAIN => {
                self.made.1 = true;
                &mut self.main
            }
            _ => self.others.entry(number).or_default(),
        }
    }

    /// The numbers of the tables that were ever used, by number: one stays when its routes go.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        let used = |number: &u32| match *number {
            id::LOCAL => self.made.0,
            id::MAIN => self.made.1,
            _ => true,
        };
        self.iter().map(|(number, _)| number).filter(used).collect()
    }

    /// Every table with its number, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Table<V>)> {
        let others = |range| {
            self.others
                .range(range)
                .map(|(number, table)| (*number, table))
        };
        others(0..=id::MAIN - 1)
            .chain([(id::MAIN, &self.main), (id::LOCAL, &self.local)])
            .chain(others(id::LOCAL + 1..=u32::MAX))
    }

    /// Every table, to be changed.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Table<V>> {
        [&mut self.local, &mut self.main]
            .into_iter()
            .chain(self.others.values_mut())
    }
}
