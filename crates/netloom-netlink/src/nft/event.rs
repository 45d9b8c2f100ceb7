//! What is told of rules that change (`NFNLGRP_NFTABLES`): a message for each step of a transaction, and
//! the generation that it made behind them.
//!
//! Left out: flow tables, and sets without a name, which stand in the rules that use them.

use super::read::Context;
use super::set::Known;
use super::{
    FIXED, chain, element, family_of, generation, is_of_xtables, kind, object, rule, set, table,
};
use crate::{Attributes, Message};
use netloom_model::ruleset::event::{EventAbout, EventVerb, RulesetEvent, RulesetEvents};
use netloom_model::ruleset::{Backend, Object, TableRef};
use std::collections::HashMap;

/// The group of those who listen (`NFNLGRP_NFTABLES`).
pub const GROUP: u32 = 7;

/// Flags of what is new (`NLM_F_EXCL`, `NLM_F_APPEND`).
const EXCLUSIVE: u16 = 0x200;
const APPENDED: u16 = 0x800;

/// How much is in a table, and in a chain.
const TABLE_USE: u16 = 3;
const CHAIN_USE: u16 = 6;
/// The rule that one is behind.
const POSITION: u16 = 6;
/// The table and the name of the set that elements are of.
const TABLE: u16 = 1;
const SET: u16 = 2;

/// Listens to one transaction after the other.
#[derive(Debug, Default)]
pub struct Listener {
    /// The sets of each table: what elements and rules say only these tell.
    tables: HashMap<TableRef, Context>,
    /// The objects that came meanwhile, each by its kind and its name.
    objects: HashMap<(TableRef, (u32, String)), Object>,
    /// What was told of the transaction so far.
    events: Vec<RulesetEvent>,
    /// Elements of a set of ranges, which are told of in pieces.
    ranges: Option<(TableRef, String, EventVerb, Vec<Vec<u8>>)>,
}

/// A table that a message names.
fn table_of(body: &[u8]) -> Option<TableRef> {
    let name = Attributes::behind(body, FIXED).text(TABLE)?;
    let family = family_of(body)?;
    Some(TableRef {
        backend: Backend::Nft,
        ..TableRef::new(family, name)
    })
}

impl Listener {
    /// One who knows of these sets.
    #[must_use]
    pub fn new(sets: Vec<Known>) -> Listener {
        let mut listener = Listener::default();
        sets.into_iter().for_each(|known| listener.know(known));
        listener
    }

    /// Some of what was told was lost: it begins anew with the sets that there are now.
    pub fn lost(&mut self, sets: Vec<Known>) {
        *self = Listener::new(sets);
    }

    fn know(&mut self, known: Known) {
        let table = known.table.clone();
        let begun = || Context {
            xtables: is_of_xtables(table.family, &table.name),
            ..Context::default()
        };
        let own = self.tables.entry(table.clone()).or_insert_with(begun);
        own.sets.insert(known.set.name.clone(), known);
    }

    /// Hears a message: what the transaction did, once all of it is told.
    pub fn hear(&mut self, message: &Message<'_>) -> Option<RulesetEvents> {
        let body = message.body;
        if message.kind == kind::GENERATION {
            self.end_ranges();
            return Some(RulesetEvents {
                events: core::mem::take(&mut self.events),
                generation: generation(body)?,
            });
        }
        let own = message.kind.checked_sub(kind::TABLE)?;
        let (subject, gone) = match message.kind {
            kind::TABLE | kind::CHAIN | kind::RULE | kind::SET | kind::ELEMENTS | kind::OBJECT => {
                (own, false)
            }
            _ => (own.checked_sub(kind::DELETE)?, true),
        };
        let verb = match gone {
            true => EventVerb::Delete,
            false if message.flags & EXCLUSIVE != 0 => EventVerb::Create,
            false => EventVerb::Add,
        };
        let subject = kind::TABLE + subject;
        if subject == kind::ELEMENTS {
            self.elements(body, verb);
            return None;
        }
        self.end_ranges();
        let (table, about, verb) = match subject {
            kind::TABLE => {
                let (table, about) = of_table(body)?;
                if gone {
                    self.tables.remove(&table);
                }
                (table, about, verb)
            }
            kind::CHAIN => {
                let (table, about) = of_chain(body)?;
                (table, about, verb)
            }
            kind::RULE => {
                let (table, about) = self.of_rule(body)?;
                let verb = match (gone, message.flags & APPENDED) {
                    (true, _) => EventVerb::Delete,
                    (false, 0) => EventVerb::Insert,
                    (false, _) => EventVerb::Add,
                };
                (table, about, verb)
            }
            kind::SET => {
                let (table, about) = self.of_set(body, gone)?;
                (table, about, verb)
            }
            kind::OBJECT => {
                let (table, about) = self.of_object(body, gone)?;
                (table, about, verb)
            }
            _ => return None,
        };
        self.events.push(RulesetEvent { verb, table, about });
        None
    }

    fn of_rule(&self, body: &[u8]) -> Option<(TableRef, EventAbout)> {
        let of = rule::chain(body)?;
        let without_sets = Context {
            xtables: is_of_xtables(of.table.family, &of.table.name),
            ..Context::default()
        };
        let context = self.tables.get(&of.table).unwrap_or(&without_sets);
        let about = EventAbout::Rule {
            chain: of.chain,
            rule: Box::new(rule::decode(body, context)?),
            behind: Attributes::behind(body, FIXED).be64(POSITION),
        };
        Some((of.table, about))
    }

    fn of_set(&mut self, body: &[u8], gone: bool) -> Option<(TableRef, EventAbout)> {
        let known = set::decode(body)?;
        let (table, told) = (known.table.clone(), known.set.clone());
        let anonymous = match gone {
            true => {
                let own = self.tables.get_mut(&table);
                let gone = own.and_then(|own| own.sets.remove(&told.name));
                gone.is_some_and(|known| known.anonymous)
            }
            false => {
                let anonymous = known.anonymous;
                self.know(known);
                anonymous
            }
        };
        (!anonymous).then(|| (table, EventAbout::Set(Box::new(told))))
    }

    /// Of what is gone little more is told than its name.
    fn of_object(&mut self, body: &[u8], gone: bool) -> Option<(TableRef, EventAbout)> {
        let key = (table_of(body)?, object::named(body)?);
        let object = match gone {
            true => self
                .objects
                .remove(&key)
                .or_else(|| Some(object::decode(body)?.1))?,
            false => object::decode(body)?.1,
        };
        if !gone {
            self.objects.insert(key.clone(), object.clone());
        }
        Some((key.0, EventAbout::Object(Box::new(object))))
    }

    fn elements(&mut self, body: &[u8], verb: EventVerb) {
        let attributes = Attributes::behind(body, FIXED);
        let (Some(table), Some(name)) = (table_of(body), attributes.text(SET)) else {
            return;
        };
        if let Some((of, set, before, bodies)) = &mut self.ranges
            && (&*of, &*set, *before) == (&table, &name, verb)
        {
            bodies.push(body.to_vec());
            return;
        }
        self.end_ranges();
        let own = self.tables.get_mut(&table);
        let Some(known) = own.and_then(|own| own.sets.get_mut(&name)) else {
            return;
        };
        if known.anonymous {
            // They are of the rule that comes behind them.
            let elements = element::decode(known, &[body.to_vec()]);
            known.set.elements.extend(elements);
            return;
        }
        let bodies = vec![body.to_vec()];
        match known.set.flags.interval && known.set.key.len() == 1 {
            true => self.ranges = Some((table, name, verb, bodies)),
            false => self.tell_elements(&(table, name), verb, &bodies),
        }
    }

    fn end_ranges(&mut self) {
        if let Some((table, name, verb, bodies)) = self.ranges.take() {
            self.tell_elements(&(table, name), verb, &bodies);
        }
    }

    fn tell_elements(&mut self, of: &(TableRef, String), verb: EventVerb, bodies: &[Vec<u8>]) {
        let own = self.tables.get(&of.0);
        let Some(known) = own.and_then(|own| own.sets.get(&of.1)) else {
            return;
        };
        for element in element::decode(known, bodies) {
            let set = Box::new(known.set.clone());
            self.events.push(RulesetEvent {
                verb,
                table: of.0.clone(),
                about: EventAbout::Element(set, Box::new(element)),
            });
        }
    }
}

fn of_table(body: &[u8]) -> Option<(TableRef, EventAbout)> {
    let found = table::decode(body)?;
    let used = Attributes::behind(body, FIXED).be32(TABLE_USE);
    let about = EventAbout::Table {
        dormant: found.dormant,
        handle: found.handle,
        used: used.unwrap_or(0) as usize,
    };
    Some((table_of(body)?, about))
}

fn of_chain(body: &[u8]) -> Option<(TableRef, EventAbout)> {
    let (table, chain) = chain::decode(body)?;
    let used = Attributes::behind(body, FIXED).be32(CHAIN_USE);
    let about = EventAbout::Chain {
        chain: Box::new(chain),
        used: used.unwrap_or(0) as usize,
    };
    Some((table, about))
}
