//! What is told of a transaction to those who listen (`nf_tables_*_notify`). Sets without a name,
//! which the kernel tells of when they go, and flow tables are not told of.

use super::Filter;
use super::table::Table;
use netloom_model::Time;
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::event::{EventAbout, EventVerb, RulesetEvent};
use netloom_model::ruleset::set::Element;
use netloom_model::ruleset::{Backend, ObjectKind, Set};

/// Rules before a change and after it.
struct Both<'a> {
    before: &'a Filter,
    after: &'a Filter,
    now: Time,
    told: Vec<RulesetEvent>,
}

/// What is told of one change.
pub(super) fn of(
    before: &Filter,
    after: &Filter,
    change: &RulesetChange,
    now: Time,
) -> Vec<RulesetEvent> {
    let mut both = Both {
        before,
        after,
        now,
        told: Vec::new(),
    };
    both.change(change);
    both.told
        .retain(|event| event.table.backend == Backend::Nft);
    both.told
}

/// What happened to something that is there now.
const fn added(exclusive: bool) -> EventVerb {
    if exclusive {
        EventVerb::Create
    } else {
        EventVerb::Add
    }
}

impl Both<'_> {
    fn tell(&mut self, verb: EventVerb, table: &TableRef, about: EventAbout) {
        self.told.push(RulesetEvent {
            verb,
            table: table.clone(),
            about,
        });
    }

    fn change(&mut self, change: &RulesetChange) {
        match change {
            RulesetChange::AddTable {
                table, exclusive, ..
            } => self.table(table, added(*exclusive)),
            RulesetChange::DelTable(table) => self.table_gone(table),
            RulesetChange::Flush(_) => {
                let gone = |table: &&Table| self.after.table(&table.name).is_none();
                let gone = self.before.tables.iter().filter(gone);
                let names: Vec<TableRef> = gone.map(|table| table.name.clone()).collect();
                names.iter().for_each(|name| self.table_gone(name));
            }
            RulesetChange::AddChain {
                chain,
                exclusive,
                base,
                ..
            } => {
                // One that is there and gets another policy is told of with that.
                let known = self.before.chain_id(chain);
                let has_base = known.is_ok_and(|id| self.before.chains[id.0].base.is_some());
                if base.is_some() || !has_base {
                    self.chain(chain, added(*exclusive));
                }
            }
            RulesetChange::SetPolicy { chain, .. } | RulesetChange::Zero { chain, .. } => {
                self.chain(chain, EventVerb::Add);
            }
            RulesetChange::RenameChain { chain, name } => {
                let renamed = ChainRef {
                    table: chain.table.clone(),
                    chain: name.clone(),
                };
                self.chain(&renamed, EventVerb::Add);
            }
            RulesetChange::DelChain { chain, .. } => {
                self.rules_gone(chain);
                self.chain_gone(chain);
            }
            RulesetChange::FlushChain { table, chain } => {
                for name in self.chains(table) {
                    if chain.as_ref().is_none_or(|chain| *chain == name.chain) {
                        self.rules_gone(&name);
                    }
                }
            }
            RulesetChange::AddRule { chain, place, .. } => {
                let verb = match place {
                    Place::First | Place::Before(_) => EventVerb::Insert,
                    Place::Last | Place::After(_) => EventVerb::Add,
                };
                self.rule(chain, verb, *place == Place::Last);
            }
            RulesetChange::ReplaceRule { chain, handle, .. } => {
                self.rule_gone(chain, *handle);
                self.rule_of(chain, EventVerb::Add, *handle, false);
            }
            RulesetChange::DelRule { chain, handle } => self.rule_gone(chain, *handle),
            RulesetChange::AddSet {
                table,
                set,
                exclusive,
            } => {
                // The own set of a rule is told of with it.
                if let Some(told) = set_of(self.after, table, &set.name).filter(|set| !set.meter) {
                    let about = EventAbout::Set(Box::new(told));
                    self.tell(added(*exclusive), table, about);
                }
                self.elements_put(table, &set.name, &set.elements, EventVerb::Add);
            }
            RulesetChange::DelSet { table, set } => {
                if let Some(set) = set_of(self.before, table, set) {
                    self.tell(EventVerb::Delete, table, EventAbout::Set(Box::new(set)));
                }
            }
            RulesetChange::AddElements {
                table,
                set,
                elements,
                exclusive,
            } => self.elements_put(table, set, elements, added(*exclusive)),
            RulesetChange::DelElements { table, set, .. }
            | RulesetChange::FlushSet { table, set } => self.elements_gone(table, set),
            other => self.object(other),
        }
    }

    fn object(&mut self, change: &RulesetChange) {
        match change {
            RulesetChange::AddObject {
                table,
                object,
                exclusive,
            } => {
                let kind = object.body.kind();
                self.one_object(table, (kind, &object.name), added(*exclusive));
            }
            RulesetChange::DelObject { table, kind, name } => {
                self.one_object(table, (*kind, name), EventVerb::Delete);
            }
            _ => {}
        }
    }

    fn one_object(&mut self, table: &TableRef, object: (ObjectKind, &str), verb: EventVerb) {
        let of = match verb {
            EventVerb::Delete => self.before,
            _ => self.after,
        };
        let found = of.table(table).and_then(|t| t.object(object.0, object.1));
        if let Some(found) = found {
            self.tell(verb, table, EventAbout::Object(Box::new(found.clone())));
        }
    }

    /// A table is there, or has other flags.
    fn table(&mut self, name: &TableRef, verb: EventVerb) {
        let Some(table) = self.after.table(name) else {
            return;
        };
        let same = |old: &Table| old.dormant == table.dormant;
        if !self.before.table(name).is_some_and(same) {
            self.tell(verb, name, head(table));
        }
    }

    /// A table is gone with all that was in it.
    fn table_gone(&mut self, name: &TableRef) {
        let Some(table) = self.before.table(name) else {
            return;
        };
        let chains = self.chains(name);
        chains.iter().for_each(|chain| self.rules_gone(chain));
        for (set, _) in &table.sets {
            if let Some(set) = set_of(self.before, name, set) {
                self.tell(EventVerb::Delete, name, EventAbout::Set(Box::new(set)));
            }
        }
        for object in &table.objects {
            let about = EventAbout::Object(Box::new(object.clone()));
            self.tell(EventVerb::Delete, name, about);
        }
        chains.iter().for_each(|chain| self.chain_gone(chain));
        self.tell(EventVerb::Delete, name, head(table));
    }

    /// The chains that a table had.
    fn chains(&self, table: &TableRef) -> Vec<ChainRef> {
        let of = self.before.table(table);
        let chains = of.into_iter().flat_map(|table| &table.chains);
        chains
            .map(|chain| ChainRef {
                table: table.clone(),
                chain: self.before.chains[chain.0].name.clone(),
            })
            .collect()
    }

    fn chain(&mut self, name: &ChainRef, verb: EventVerb) {
        if let Some(about) = chain_of(self.after, name) {
            self.tell(verb, &name.table, about);
        }
    }

    fn chain_gone(&mut self, name: &ChainRef) {
        if let Some(about) = chain_of(self.before, name) {
            self.tell(EventVerb::Delete, &name.table, about);
        }
    }

    /// The rule that was just put into a chain.
    fn rule(&mut self, chain: &ChainRef, verb: EventVerb, last: bool) {
        let Ok(id) = self.after.chain_id(chain) else {
            return;
        };
        let rules = self.after.chains[id.0].rules.iter();
        // It has the greatest handle.
        if let Some(handle) = rules.map(|rule| rule.rule.handle).max() {
            self.rule_of(chain, verb, handle, last);
        }
    }

    fn rule_of(&mut self, name: &ChainRef, verb: EventVerb, handle: u64, last: bool) {
        let Ok(id) = self.after.chain_id(name) else {
            return;
        };
        let chain = &self.after.chains[id.0];
        let Some(at) = chain.position(handle) else {
            return;
        };
        let behind = at.checked_sub(1).map(|at| chain.rules[at].rule.handle);
        let about = EventAbout::Rule {
            chain: name.chain.clone(),
            rule: Box::new(chain.states[at].describe(&chain.rules[at])),
            behind: behind.filter(|_| !last),
        };
        self.tell(verb, &name.table, about);
    }

    fn rule_gone(&mut self, name: &ChainRef, handle: u64) {
        let Ok(id) = self.before.chain_id(name) else {
            return;
        };
        let chain = &self.before.chains[id.0];
        if let Some(at) = chain.position(handle) {
            let about = EventAbout::Rule {
                chain: name.chain.clone(),
                rule: Box::new(chain.states[at].describe(&chain.rules[at])),
                behind: None,
            };
            self.tell(EventVerb::Delete, &name.table, about);
        }
    }

    fn rules_gone(&mut self, name: &ChainRef) {
        let Ok(id) = self.before.chain_id(name) else {
            return;
        };
        let rules = self.before.chains[id.0].rules.iter();
        let handles: Vec<u64> = rules.map(|rule| rule.rule.handle).collect();
        handles
            .into_iter()
            .for_each(|handle| self.rule_gone(name, handle));
    }

    /// The elements of a set before the change and after it.
    fn elements(&self, table: &TableRef, set: &str) -> (Vec<Element>, Vec<Element>) {
        let of = |filter: &Filter| {
            let id = filter.table(table).and_then(|table| table.set(set));
            id.map_or_else(Vec::new, |id| filter.sets[id.0].describe(self.now).elements)
        };
        (of(self.before), of(self.after))
    }

    fn element(&mut self, verb: EventVerb, (table, set): (&TableRef, &str), element: Element) {
        let of = match verb {
            EventVerb::Delete => self.before,
            _ => self.after,
        };
        if let Some(set) = set_of(of, table, set) {
            let about = EventAbout::Element(Box::new(set), Box::new(element));
            self.tell(verb, table, about);
        }
    }

    fn elements_put(&mut self, table: &TableRef, set: &str, said: &[Element], verb: EventVerb) {
        let (before, mut after) = self.elements(table, set);
        after.retain(|element| !before.iter().any(|other| same(element, other)));
        // In the order in which they were said.
        let place = |element: &Element| said.iter().position(|other| other.from == element.from);
        after.sort_by_key(|element| place(element).unwrap_or(usize::MAX));
        for element in after {
            self.element(verb, (table, set), element);
        }
    }

    fn elements_gone(&mut self, table: &TableRef, set: &str) {
        let (mut before, after) = self.elements(table, set);
        before.retain(|element| !after.iter().any(|other| same(element, other)));
        for element in before.into_iter().rev() {
            self.element(EventVerb::Delete, (table, set), element);
        }
    }
}

/// Tells how much is in tables and chains once all is done.
pub(super) fn settle(events: &mut [RulesetEvent], filter: &Filter) {
    for event in events {
        let table = event.table.clone();
        match &mut event.about {
            EventAbout::Table { used, .. } => {
                *used = filter.table(&table).map_or(*used, in_table);
            }
            EventAbout::Chain { chain, used } => {
                let chain = ChainRef {
                    table,
                    chain: chain.name.clone(),
                };
                let id = filter.chain_id(&chain);
                *used = id.map_or(*used, |id| filter.chains[id.0].rules.len());
            }
            _ => {}
        }
    }
}

/// How much is in a table.
fn in_table(table: &Table) -> usize {
    table.chains.len() + table.sets.len() + table.objects.len() + table.flowtables.len()
}

/// Whether two elements have the same keys.
fn same(one: &Element, other: &Element) -> bool {
    (&one.from, &one.to, one.catch_all) == (&other.from, &other.to, other.catch_all)
}

/// A table as it is told.
fn head(table: &Table) -> EventAbout {
    EventAbout::Table {
        dormant: table.dormant,
        handle: table.handle,
        used: in_table(table),
    }
}

fn chain_of(filter: &Filter, name: &ChainRef) -> Option<EventAbout> {
    let id = filter.chain_id(name).ok()?;
    let chain = &filter.chains[id.0];
    Some(EventAbout::Chain {
        chain: Box::new(chain.head()),
        used: chain.rules.len(),
    })
}

/// A set without its elements.
fn set_of(filter: &Filter, table: &TableRef, set: &str) -> Option<Set> {
    let id = filter.table(table)?.set(set)?;
    Some(filter.sets[id.0].set.clone())
}
