//! The messages that a step of a transaction is.

use super::sets::Known;
use netloom_model::ruleset::{Backend, ChainRef, Element, Place, RulesetChange, Set, TableRef};
use netloom_model::{Errno, Result};
use netloom_netlink::nft::{
    self, chain, element, flowtable, kind, object, rule, set, table, write,
};
use netloom_netlink::{Writer, flag};

/// A step fails where something that it takes along would go (`NLM_F_NONREC`).
const ALONE: u16 = 0x100;

/// What messages are put together with.
pub(super) struct Maker<'a> {
    /// The sets that are named.
    pub(super) known: &'a Known,
    /// The number of the next set in the transaction.
    pub(super) id: u32,
    /// The messages of a step: each with its kind, its flags and its body.
    pub(super) messages: Vec<(u16, u16, Writer)>,
}

/// Whether a table is one of iptables, by its name.
pub(super) fn is_of_xtables(table: &TableRef) -> bool {
    nft::is_of_xtables(table.family, &table.name)
}

const fn make(exclusive: bool) -> u16 {
    match exclusive {
        true => flag::CREATE | flag::EXCLUSIVE,
        false => flag::CREATE,
    }
}

/// The table that a step is about.
pub(super) const fn table_of(change: &RulesetChange) -> Option<&TableRef> {
    match change {
        RulesetChange::Flush(_) | RulesetChange::Unchanged { .. } => None,
        RulesetChange::AddTable { table, .. }
        | RulesetChange::DelTable(table)
        | RulesetChange::FlushChain { table, .. }
        | RulesetChange::AddSet { table, .. }
        | RulesetChange::DelSet { table, .. }
        | RulesetChange::FlushSet { table, .. }
        | RulesetChange::AddElements { table, .. }
        | RulesetChange::DelElements { table, .. }
        | RulesetChange::AddObject { table, .. }
        | RulesetChange::DelObject { table, .. }
        | RulesetChange::ResetObject { table, .. }
        | RulesetChange::AddFlowtable { table, .. }
        | RulesetChange::DelFlowtable { table, .. } => Some(table),
        RulesetChange::AddChain { chain, .. }
        | RulesetChange::SetPolicy { chain, .. }
        | RulesetChange::RenameChain { chain, .. }
        | RulesetChange::DelChain { chain, .. }
        | RulesetChange::AddRule { chain, .. }
        | RulesetChange::ReplaceRule { chain, .. }
        | RulesetChange::DelRule { chain, .. }
        | RulesetChange::Zero { chain, .. } => Some(&chain.table),
    }
}

impl Maker<'_> {
    fn put(&mut self, kind: u16, flags: u16, body: Writer) {
        self.messages.push((kind, flags, body));
    }

    /// Puts the messages of a step together; those that need to know what is there `zero` and `apply`
    /// make.
    pub(super) fn step(&mut self, change: &RulesetChange) -> Result<()> {
        const DELETE: u16 = kind::DELETE;
        if table_of(change).is_some_and(|table| table.backend == Backend::Legacy) {
            return Err(Errno::OPNOTSUPP.into());
        }
        match change {
            RulesetChange::AddTable {
                table,
                dormant,
                comment,
                exclusive,
            } => {
                let body = table::make(table, *dormant, comment.as_deref());
                self.put(kind::TABLE, make(*exclusive), body);
            }
            RulesetChange::DelTable(table) => {
                self.put(kind::TABLE + DELETE, 0, table::name(table));
            }
            RulesetChange::Flush(family) => {
                self.put(kind::TABLE + DELETE, 0, nft::body(*family));
            }
            RulesetChange::AddChain {
                chain,
                base,
                comment,
                exclusive,
            } => {
                let body = chain::make(chain, base.as_deref(), comment.as_deref());
                self.put(kind::CHAIN, make(*exclusive), body);
            }
            RulesetChange::SetPolicy {
                chain,
                policy,
                counter,
            } => {
                let body = chain::set_policy(chain, *policy, *counter);
                self.put(kind::CHAIN, 0, body);
            }
            RulesetChange::DelChain { chain, empty } => {
                let flags = if *empty { ALONE } else { 0 };
                self.put(kind::CHAIN + DELETE, flags, chain::name(chain));
            }
            RulesetChange::FlushChain { table, chain } => {
                let body = match chain {
                    Some(chain) => {
                        let (table, chain) = (table.clone(), chain.clone());
                        rule::name(&ChainRef { table, chain }, None, None)
                    }
                    None => rule::all_of(table),
                };
                self.put(kind::RULE + DELETE, 0, body);
            }
            RulesetChange::AddRule { chain, place, rule } => self.add_rule(chain, *place, rule)?,
            RulesetChange::ReplaceRule {
                chain,
                handle,
                rule,
            } => self.rule(chain, rule, flag::REPLACE, Some(*handle), None)?,
            RulesetChange::DelRule { chain, handle } => {
                let body = rule::name(chain, Some(*handle), None);
                self.put(kind::RULE + DELETE, 0, body);
            }
            RulesetChange::Unchanged { .. }
            | RulesetChange::RenameChain { .. }
            | RulesetChange::Zero { .. }
            | RulesetChange::ResetObject { .. } => {}
            _ => self.holding(change)?,
        }
        Ok(())
    }

    fn add_rule(
        &mut self,
        chain: &ChainRef,
        place: Place,
        rule: &netloom_model::ruleset::Rule,
    ) -> Result<()> {
        let (flags, position) = match place {
            Place::Last => (flag::APPEND, None),
            Place::First => (0, None),
            Place::After(handle) => (flag::APPEND, Some(handle)),
            Place::Before(handle) => (0, Some(handle)),
        };
        self.rule(chain, rule, flag::CREATE | flags, None, position)
    }

    fn rule(
        &mut self,
        chain: &ChainRef,
        rule: &netloom_model::ruleset::Rule,
        flags: u16,
        handle: Option<u64>,
        position: Option<u64>,
    ) -> Result<()> {
        let known = self.known;
        let find = |name: &str| known.get(&(chain.table.clone(), name.to_owned()));
        let of = write::Table {
            table: &chain.table,
            xtables: is_of_xtables(&chain.table),
            set: &find,
        };
        let mut id = self.id;
        let written = write::rule(&of, rule, &mut id);
        self.id = id;
        let written = written.ok_or(Errno::OPNOTSUPP)?;
        let body = written.body(chain, rule, handle, position);
        for (kind, body) in written.before {
            self.put(kind, flag::CREATE, body);
        }
        self.put(kind::RULE, flags, body);
        Ok(())
    }

    /// Steps about sets, objects and flow tables.
    fn holding(&mut self, change: &RulesetChange) -> Result<()> {
        const DELETE: u16 = kind::DELETE;
        match change {
            RulesetChange::AddSet {
                table,
                set,
                exclusive,
            } => self.add_set(table, set, *exclusive),
            RulesetChange::DelSet { table, set } => {
                self.put(kind::SET + DELETE, 0, set::name(table, set));
            }
            RulesetChange::FlushSet { table, set } => {
                self.put(kind::ELEMENTS + DELETE, 0, element::ask(table, set));
            }
            RulesetChange::AddElements {
                table,
                set,
                elements,
                exclusive,
            } => self.elements((table, set), elements, kind::ELEMENTS, make(*exclusive))?,
            RulesetChange::DelElements {
                table,
                set,
                elements,
            } => {
                let keys = |element: &Element| Element {
                    from: element.from.clone(),
                    to: element.to.clone(),
                    catch_all: element.catch_all,
                    ..Element::of(netloom_model::ruleset::Value::default())
                };
                let keys: Vec<Element> = elements.iter().map(keys).collect();
                self.elements((table, set), &keys, kind::ELEMENTS + DELETE, 0)?;
            }
            RulesetChange::AddObject {
                table,
                object,
                exclusive,
            } => {
                let body = object::make(table, object);
                self.put(kind::OBJECT, make(*exclusive), body);
            }
            RulesetChange::DelObject { table, kind, name } => {
                let body = object::name(table, *kind, name);
                self.put(kind::OBJECT + DELETE, 0, body);
            }
            RulesetChange::AddFlowtable {
                table,
                flowtable,
                exclusive,
            } => {
                let body = flowtable::make(table, flowtable);
                self.put(kind::FLOWTABLE, make(*exclusive), body);
            }
            RulesetChange::DelFlowtable { table, name } => {
                let body = flowtable::name(table, name);
                self.put(kind::FLOWTABLE + DELETE, 0, body);
            }
            _ => return Err(Errno::OPNOTSUPP.into()),
        }
        Ok(())
    }

    fn add_set(&mut self, table: &TableRef, new: &Set, exclusive: bool) {
        let (key, data) = set::layouts(new);
        let of = set::Make {
            table,
            id: self.id,
            anonymous: false,
            key: &key,
            data: &data,
            ranges: set::has_ranges(new),
        };
        self.id += 1;
        self.put(kind::SET, make(exclusive), set::make(new, &of));
        for body in element::make(new, &of, &new.elements) {
            self.put(kind::ELEMENTS, flag::CREATE, body);
        }
    }

    fn elements(
        &mut self,
        (table, name): (&TableRef, &str),
        elements: &[Element],
        kind: u16,
        flags: u16,
    ) -> Result<()> {
        let key = (table.clone(), name.to_owned());
        let known = self.known.get(&key).ok_or(Errno::NOENT)?;
        let of = set::Make {
            table,
            id: 0,
            anonymous: false,
            key: &known.key,
            data: &known.data,
            ranges: known.ranges,
        };
        for body in element::make(&known.set, &of, elements) {
            self.put(kind, flags, body);
        }
        Ok(())
    }
}
