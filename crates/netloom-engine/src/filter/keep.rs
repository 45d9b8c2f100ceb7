//! What rules keep beside themselves as packets come: elements that they put into sets and maps, what
//! those count, and objects with names (nft(8), SET STATEMENT, STATEFUL OBJECTS).

use super::compile::{Within, within};
use super::facts::Facts;
use super::given;
use super::judge::key_of;
use super::load::{self, Load};
use super::mapped::Maps;
use super::set::Remembered;
use super::table::{Sets, Table};
use super::xt::memory;
use super::{ChainId, Filter, SetId};
use crate::net::Net;
use crate::packet::Packet;
use core::time::Duration;
use netloom_model::ruleset::object::{ObjectBody, ObjectKind};
use netloom_model::ruleset::set::{Element, ElementData, MapData};
use netloom_model::ruleset::statement::{ObjectName, Quota, Statement, UpdateOp};
use netloom_model::ruleset::{DataType, Set, Value};

/// An element that a rule puts into a set, or takes out.
#[derive(Clone, Debug)]
pub(super) struct Update {
    pub(super) op: UpdateOp,
    pub(super) set: SetId,
    /// What a map gets for the key.
    data: Option<Box<[Load]>>,
    /// After how many milliseconds it goes.
    timeout: Option<u64>,
    statements: Vec<Statement>,
}

/// An object with a name that a rule uses.
#[derive(Clone, Debug)]
pub(super) struct Use {
    kind: ObjectKind,
    name: Name,
}

/// What comes of using an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Used {
    /// The rule goes on, or does not.
    Rule(bool),
    /// The packet ends.
    Drops,
}

/// Where an object's name comes from.
#[derive(Clone, Debug)]
enum Name {
    Is(String),
    /// A map has it for a key.
    Of(Box<[Load]>, Within),
}

impl Use {
    /// Whether it asks a set.
    pub(super) fn uses(&self, set: SetId) -> bool {
        matches!(&self.name, Name::Of(_, map) if map.is(set))
    }
}

/// What netloom carries out of a statement that changes a set; none where it is more than that.
pub(super) fn update(table: &Table, statement: &Statement, maps: &mut Maps<'_>) -> Option<Update> {
    let Statement::Update {
        op,
        set,
        data,
        timeout,
        statements,
        ..
    } = statement
    else {
        return None;
    };
    let data = match data {
        Some(data) => Some(load::all(data, maps)?),
        None => None,
    };
    let known = statements.iter().all(is_kept);
    known.then_some(Update {
        op: *op,
        set: table.set(set)?,
        data,
        timeout: *timeout,
        statements: statements.clone(),
    })
}

/// What elements do of the set that a statement changes.
pub(super) fn elements_of<'a>(
    table: &Table,
    sets: &'a Sets,
    statement: &Statement,
) -> impl Iterator<Item = &'a Statement> {
    let set = match statement {
        Statement::Update { set, .. } => table.set(set),
        _ => None,
    };
    set.into_iter().flat_map(|set| &sets[set.0].set.statements)
}

/// What elements of a set do anyway is not said again by the rule that puts them in.
pub(super) fn leave_to_set(table: &Table, sets: &Sets, statement: &mut Statement) {
    if let Statement::Update {
        set, statements, ..
    } = statement
        && let Some(set) = table.set(set)
        && !sets[set.0].set.statements.is_empty()
    {
        statements.clear();
    }
}

/// What netloom carries out of a statement that uses an object.
pub(super) fn object(
    table: &Table,
    statement: &Statement,
    maps: &mut Maps<'_>,
) -> netloom_model::Result<Option<Use>> {
    let Statement::Object { kind, name } = statement else {
        return Ok(None);
    };
    let counts = matches!(
        kind,
        ObjectKind::Counter | ObjectKind::Quota | ObjectKind::Limit
    );
    if !counts && !given::gives(*kind) {
        return Ok(None);
    }
    let name = match name {
        ObjectName::Name(name) => Name::Is(name.clone()),
        ObjectName::Map { key, map } => {
            let map = within(table, map)?;
            match load::all(key, maps) {
                Some(key) => Name::Of(key, map),
                None => return Ok(None),
            }
        }
    };
    Ok(Some(Use { kind: *kind, name }))
}

/// Whether an element can do it.
fn is_kept(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::Counter(_)
            | Statement::Limit(_)
            | Statement::Quota(_)
            | Statement::ConnLimit { .. }
    )
}

/// Does what an element does beside being there; whether the rule goes on.
fn count(
    (element, memories): (&mut Element, &mut Remembered),
    net: &Net,
    facts: &Facts,
    packet: &Packet,
) -> Option<bool> {
    let len = facts.len(packet);
    let key = super::set::numbers(&element.from)?;
    for (part, statement) in element.statements.iter_mut().enumerate() {
        let goes_on = match statement {
            Statement::Counter(counter) => {
                counter.packets += 1;
                counter.bytes += len;
                true
            }
            Statement::Limit(limit) => {
                let own = memories.entry(key[..].into()).or_default();
                memory::limit(own, part, limit, len, net.now)
            }
            Statement::Quota(quota) => spend(quota, len),
            Statement::ConnLimit { count, over } => {
                let own = memories.entry(key[..].into()).or_default();
                let seen = own.counts(part).count(net, facts, 0, packet);
                (seen > *count as usize) == *over
            }
            _ => return None,
        };
        if !goes_on {
            return Some(false);
        }
    }
    Some(true)
}

/// Takes bytes of a quota, of which no more than all are told; whoever takes the last of them is
/// still within.
fn spend(quota: &mut Quota, len: u64) -> bool {
    let used = quota.used.saturating_add(len);
    quota.used = used.min(quota.bytes);
    (used > quota.bytes) == quota.over
}

/// The values of parts of these types.
fn values(parts: impl Iterator<Item = u128>, types: &[DataType]) -> Vec<Value> {
    let values = parts.zip(types);
    values
        .map(|(part, kind)| Value::number(part, kind.len()))
        .collect()
}

/// An element as a rule puts it in.
fn made(set: &Set, key: &[u128], data: Option<ElementData>, update: &Update) -> Element {
    Element {
        from: values(key.iter().copied(), &set.key),
        to: None,
        catch_all: false,
        data,
        timeout: update.timeout,
        expires: None,
        statements: update.statements.clone(),
        comment: None,
    }
}

impl Filter {
    /// Has the element of a key count a packet; whether the rule goes on. None: it does what netloom
    /// does not know, or there is none.
    pub(super) fn met(
        &mut self,
        set: SetId,
        key: &[u128],
        net: &Net,
        facts: &Facts,
        packet: &Packet,
    ) -> Option<bool> {
        let store = &mut self.sets[set.0];
        if !store.counts() {
            return Some(true);
        }
        let (element, memories) = store.kept(key)?;
        count((element, memories), net, facts, packet)
    }

    /// Puts an element into a set or takes it out; whether the rule goes on.
    pub(super) fn update(
        &mut self,
        update: &Update,
        key: &[u128],
        net: &mut Net,
        (facts, packet): (&Facts, &Packet),
    ) -> Option<bool> {
        let now = net.now;
        let store = &mut self.sets[update.set.0];
        if update.op == UpdateOp::Delete {
            let element = made(&store.set, key, None, update);
            store.remove(&element);
            return Some(true);
        }
        let lasts = update.timeout.or(store.set.timeout);
        match (store.own_mut(key), lasts.map(Duration::from_millis)) {
            (Some(element), Some(lasts)) if update.op == UpdateOp::Update => {
                element.expires = Some(now + lasts);
            }
            (Some(_), _) => {}
            (None, _) => {
                let data = match (&update.data, &store.set.data) {
                    (Some(data), Some(MapData::Values(types))) => {
                        // What a packet lacks ends the rule.
                        let Some(data) = key_of(net, data, facts, packet) else {
                            return Some(false);
                        };
                        let parts = values(data.iter().copied(), types);
                        Some(ElementData::Value(parts))
                    }
                    _ => None,
                };
                let element = made(&store.set, key, data, update);
                // A set that is full ends the rule (`nft_dynset_eval`).
                if !store.insert(element, now).is_ok_and(|room| room) {
                    return Some(false);
                }
                let expires = store.find(key).and_then(|element| element.expires);
                self.next_expiry = expires.map_or(self.next_expiry, |at| at.min(self.next_expiry));
            }
        }
        self.met(update.set, key, net, facts, packet)
    }

    /// Whether the set that is to be changed has an element for a key.
    pub(super) fn has(&self, update: &Update, key: &[u128]) -> bool {
        self.sets[update.set.0].find(key).is_some()
    }

    /// Uses an object of a chain's table; none where netloom does not know what it does.
    pub(super) fn use_object(
        &mut self,
        chain: ChainId,
        used: &Use,
        net: &mut Net,
        (facts, packet): (&Facts, &Packet),
    ) -> Option<Used> {
        let name = match &used.name {
            Name::Is(name) => name.clone(),
            Name::Of(key, map) => {
                // A key that the map has nothing for ends the rule (`nft_objref_map_eval`).
                let Some(key) = key_of(net, key, facts, packet) else {
                    return Some(Used::Rule(false));
                };
                let Some(element) = map.find(self, &key) else {
                    return Some(Used::Rule(false));
                };
                let Some(ElementData::Object(name)) = &element.data else {
                    return None;
                };
                let name = name.clone();
                if let Within::Named(set) = map {
                    self.met(*set, &key, net, facts, packet);
                }
                name
            }
        };
        let len = facts.len(packet);
        let table = &self.chains[chain.0].table;
        let table = self.tables.iter_mut().find(|other| other.name == *table)?;
        let mut objects = table.objects.iter_mut();
        let object = objects.find(|o| o.body.kind() == used.kind && o.name == name)?;
        Some(Used::Rule(match &mut object.body {
            ObjectBody::Counter(counter) => {
                counter.packets += 1;
                counter.bytes += len;
                true
            }
            ObjectBody::Quota(quota) => spend(quota, len),
            ObjectBody::Limit(limit) => {
                let limit = *limit;
                let kept = table.kept.entry(name).or_default();
                memory::limit(kept, 0, &limit, len, net.now)
            }
            body => {
                let timeouts = table.timeouts.get(&name);
                return given::give(body, timeouts, net, (facts, packet));
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_overrun_by_who_takes_more_than_is_left() {
        let mut quota = Quota {
            bytes: 100,
            used: 40,
            over: false,
        };
        assert!(spend(&mut quota, 59));
        assert!(spend(&mut quota, 1), "the last byte is part of it");
        assert!(!spend(&mut quota, 1));
        assert_eq!(quota.used, 100, "no more than all is told");
    }
}
