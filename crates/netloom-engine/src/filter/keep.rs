//! What rules keep beside themselves as packets come: elements that they put into sets, what those
//! count, and objects with names (nft(8), SET STATEMENT, STATEFUL OBJECTS).

use super::facts::Facts;
use super::set::{Remembered, Store};
use super::table::{Sets, Table};
use super::xt::memory;
use super::{ChainId, Filter, SetId};
use crate::packet::Packet;
use core::time::Duration;
use netloom_model::Time;
use netloom_model::ruleset::object::{ObjectBody, ObjectKind};
use netloom_model::ruleset::set::Element;
use netloom_model::ruleset::statement::{ObjectName, Quota, Statement, UpdateOp};
use netloom_model::ruleset::{Set, Value};

/// An element that a rule puts into a set, or takes out.
#[derive(Clone, Debug)]
pub(super) struct Update {
    pub(super) op: UpdateOp,
    pub(super) set: SetId,
    /// After how many milliseconds it goes.
    timeout: Option<u64>,
    statements: Vec<Statement>,
}

/// An object with a name that a rule uses.
#[derive(Clone, Debug)]
pub(super) struct Use {
    kind: ObjectKind,
    name: String,
}

/// What netloom carries out of a statement that changes a set; none where it is more than that.
pub(super) fn update(table: &Table, statement: &Statement) -> Option<Update> {
    let Statement::Update {
        op,
        set,
        data: None,
        timeout,
        statements,
        ..
    } = statement
    else {
        return None;
    };
    let known = statements.iter().all(is_kept);
    known.then_some(Update {
        op: *op,
        set: table.set(set)?,
        timeout: *timeout,
        statements: statements.clone(),
    })
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
pub(super) fn object(statement: &Statement) -> Option<Use> {
    let Statement::Object {
        kind: kind @ (ObjectKind::Counter | ObjectKind::Quota | ObjectKind::Limit),
        name: ObjectName::Name(name),
    } = statement
    else {
        return None;
    };
    Some(Use {
        kind: *kind,
        name: name.clone(),
    })
}

/// Whether an element can do it.
fn is_kept(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::Counter(_) | Statement::Limit(_) | Statement::Quota(_)
    )
}

/// Does what an element does beside being there; whether the rule goes on.
fn count(
    statements: &mut [Statement],
    (key, memories): (&[u128], &mut Remembered),
    len: u64,
    now: Time,
) -> Option<bool> {
    for (part, statement) in statements.iter_mut().enumerate() {
        let goes_on = match statement {
            Statement::Counter(counter) => {
                counter.packets += 1;
                counter.bytes += len;
                true
            }
            Statement::Limit(limit) => {
                let own = memories.entry(key.into()).or_default();
                memory::limit(own, part, limit, len, now)
            }
            Statement::Quota(quota) => spend(quota, len),
            _ => return None,
        };
        if !goes_on {
            return Some(false);
        }
    }
    Some(true)
}

/// Takes bytes of a quota, of which no more than all are told.
fn spend(quota: &mut Quota, len: u64) -> bool {
    quota.used = quota.used.saturating_add(len).min(quota.bytes);
    (quota.used >= quota.bytes) == quota.over
}

impl Store {
    /// Has the element of a key count a packet; whether the rule goes on. None: it does what netloom
    /// does not know.
    pub(super) fn met(&mut self, key: &[u128], len: u64, now: Time) -> Option<bool> {
        let (element, memories) = self.kept(key)?;
        count(&mut element.statements, (key, memories), len, now)
    }

    /// An element as a rule puts it in.
    fn made(set: &Set, key: &[u128], update: &Update) -> Element {
        let values = key.iter().zip(&set.key);
        Element {
            from: values
                .map(|(part, kind)| Value::number(*part, kind.len()))
                .collect(),
            to: None,
            catch_all: false,
            data: None,
            timeout: update.timeout,
            expires: None,
            statements: update.statements.clone(),
            comment: None,
        }
    }
}

impl Filter {
    /// Puts an element into a set or takes it out; whether the rule goes on.
    pub(super) fn update(
        &mut self,
        update: &Update,
        key: &[u128],
        (facts, packet): (&Facts, &Packet),
        now: Time,
    ) -> Option<bool> {
        let store = &mut self.sets[update.set.0];
        if update.op == UpdateOp::Delete {
            let element = Store::made(&store.set, key, update);
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
                let element = Store::made(&store.set, key, update);
                // A set that is full ends the rule (`nft_dynset_eval`).
                if !store.insert(element, now).is_ok_and(|room| room) {
                    return Some(false);
                }
                let expires = store.find(key).and_then(|element| element.expires);
                self.next_expiry = expires.map_or(self.next_expiry, |at| at.min(self.next_expiry));
            }
        }
        self.sets[update.set.0].met(key, facts.len(packet), now)
    }

    /// Uses an object of a chain's table; whether the rule goes on.
    pub(super) fn use_object(
        &mut self,
        chain: ChainId,
        used: &Use,
        len: u64,
        now: Time,
    ) -> Option<bool> {
        let name = &self.chains[chain.0].table;
        let table = self.tables.iter_mut().find(|table| table.name == *name)?;
        let mut objects = table.objects.iter_mut();
        let object = objects.find(|o| o.body.kind() == used.kind && o.name == used.name)?;
        Some(match &mut object.body {
            ObjectBody::Counter(counter) => {
                counter.packets += 1;
                counter.bytes += len;
                true
            }
            ObjectBody::Quota(quota) => spend(quota, len),
            ObjectBody::Limit(limit) => {
                let limit = *limit;
                let kept = table.kept.entry(used.name.clone()).or_default();
                memory::limit(kept, 0, &limit, len, now)
            }
            _ => return None,
        })
    }
}
