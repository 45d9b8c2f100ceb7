//! What sets and maps answer to rules, for those who follow a packet.

use super::Filter;
use super::compile::{Rule, Within};
use super::facts::Facts;
use super::keep::Update;
use super::mapped::Fetch;
use crate::ipset;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::journey::{LookedIn, Lookup, SetChange};
use netloom_model::ruleset::expr::Relation;
use netloom_model::ruleset::set::{ElementData, MapData};
use netloom_model::ruleset::statement::{Statement, UpdateOp};
use netloom_model::ruleset::xt::{Not, SetMatch, XtMatch, XtTarget};
use netloom_model::ruleset::{DataType, Expr, Set, Value};

/// What a set or map of nft has for a key that a part of a rule asks for.
pub(super) fn of_set(
    filter: &Filter,
    (rule, part): (&Rule, usize),
    within: &Within,
    key: &[u128],
) -> Option<Lookup> {
    let statement = rule.rule.statements.get(part)?;
    let (asked, inverted, map) = match statement {
        Statement::Match { left, relation, .. } => (left, *relation == Relation::Ne, false),
        Statement::VerdictMap { key, .. } => (key, false, true),
        _ => return None,
    };
    let (named, types) = named(filter, within, key, || types(asked))?;
    Some(Lookup {
        part: part as u32,
        inverted,
        change: None,
        of: LookedIn::Nft {
            set: named.map(|set| set.name.clone()),
            map,
            key: told(key, &types),
            types,
            data: Vec::new(),
            element: within.find(filter, key).cloned().map(Box::new),
        },
    })
}

/// What a map has for a key whose value a statement uses.
pub(super) fn of_value(
    filter: &Filter,
    (rule, part): (&Rule, usize),
    fetch: &Fetch,
    key: &[u128],
) -> Option<Lookup> {
    let own = || fetch.types.as_deref().map(<[DataType]>::to_vec);
    let (named, types) = named(filter, &fetch.map, key, own)?;
    let element = fetch.map.find(filter, key);
    let known = match named.and_then(|set| set.data.as_ref()) {
        Some(MapData::Values(types)) => Some(types.clone()),
        _ => None,
    };
    let data = known.unwrap_or_else(|| {
        let statement = rule.rule.statements.get(part);
        let value = element.and_then(|element| element.data.as_ref());
        match (statement, value) {
            (Some(statement), Some(ElementData::Value(parts) | ElementData::Range(parts, _))) => {
                let each = parts.iter();
                each.map(|part| used_as(statement, part)).collect()
            }
            _ => Vec::new(),
        }
    });
    Some(Lookup {
        part: part as u32,
        inverted: false,
        change: None,
        of: LookedIn::Nft {
            set: named.map(|set| set.name.clone()),
            map: true,
            key: told(key, &types),
            types,
            data,
            element: element.cloned().map(Box::new),
        },
    })
}

/// The set that has a name, and the types of its key's parts.
fn named<'f>(
    filter: &'f Filter,
    within: &Within,
    key: &[u128],
    types: impl FnOnce() -> Option<Vec<DataType>>,
) -> Option<(Option<&'f Set>, Vec<DataType>)> {
    let named = match within {
        Within::Named(set) => Some(&filter.sets[set.0].set),
        Within::Own(_) => None,
    };
    let own = named.map(|set| set.key.clone());
    let types = own
        .filter(|types| types.len() == key.len())
        .or_else(types)?;
    Some((named, types))
}

fn told(key: &[u128], types: &[DataType]) -> Vec<Value> {
    let parts = key.iter().zip(types);
    let told = parts.map(|(part, kind)| Value::number(*part, kind.len()));
    told.collect()
}

/// What a part of a value is to the statement that uses it.
fn used_as(statement: &Statement, part: &Value) -> DataType {
    let len = part.bytes().len();
    match (statement, len) {
        (Statement::Nat(_), 2) => DataType::InetService,
        (Statement::Nat(_), 4) => DataType::Ipv4Addr,
        (Statement::Nat(_), 16) => DataType::Ipv6Addr,
        (Statement::Set { what, .. }, _) => {
            let own = what.datatype();
            own.unwrap_or(DataType::Integer(8 * len as u16))
        }
        _ => DataType::Integer(8 * len as u16),
    }
}

/// The types of an expression's parts.
pub(super) fn types(expr: &Expr) -> Option<Vec<DataType>> {
    match expr {
        Expr::Concat(parts) => parts.iter().map(Expr::datatype).collect(),
        one => Some(vec![one.datatype()?]),
    }
}

/// What became of a set of nft that a rule changed; whether it had the key is known.
pub(super) fn of_update(
    filter: &Filter,
    part: usize,
    (update, had): (&Update, bool),
    key: &[u128],
) -> Option<Lookup> {
    let store = &filter.sets[update.set.0];
    let set = &store.set;
    let types = set.key.clone();
    let element = store.find(key).cloned().map(Box::new);
    let change = match (update.op, had, &element) {
        (UpdateOp::Delete, true, _) => Some(SetChange::Removed),
        (UpdateOp::Delete, false, _) => None,
        (_, true, _) => Some(SetChange::Kept),
        (_, false, Some(_)) => Some(SetChange::Added),
        (_, false, None) => Some(SetChange::Full),
    };
    Some(Lookup {
        part: part as u32,
        inverted: false,
        change,
        of: LookedIn::Nft {
            set: Some(set.name.clone()),
            map: set.data.is_some(),
            key: told(key, &types),
            types,
            data: match &set.data {
                Some(MapData::Values(types)) => types.clone(),
                _ => Vec::new(),
            },
            element,
        },
    })
}

/// What the sets of ipset have that a target is about to change, and how.
pub(super) fn of_target(
    net: &Net,
    target: &XtTarget,
    part: usize,
    (facts, packet): (&Facts, &Packet),
) -> Vec<(Lookup, UpdateOp)> {
    let XtTarget::Set(target) = target else {
        return Vec::new();
    };
    let both = [
        (&target.add, UpdateOp::Add),
        (&target.del, UpdateOp::Delete),
    ];
    let found = both.into_iter().filter_map(|(named, verb)| {
        let (name, sources) = named.as_ref()?;
        let lookup = Lookup {
            part: part as u32,
            inverted: false,
            change: None,
            of: ipset::look(net, &asks(name, sources), facts, packet)?,
        };
        Some((lookup, verb))
    });
    found.collect()
}

/// The match that asks a set for a packet.
fn asks(name: &str, sources: &[bool]) -> SetMatch {
    SetMatch {
        set: Not {
            is: name.to_owned(),
            not: false,
        },
        sources: sources.to_vec(),
        packets: None,
        bytes: None,
        return_nomatch: false,
        no_update_counters: true,
        no_update_subcounters: true,
    }
}

/// The same once the target was carried out: whether the set has it now is known by asking again.
pub(super) fn changed(
    net: &Net,
    mut before: Lookup,
    verb: UpdateOp,
    target: &XtTarget,
    (facts, packet): (&Facts, &Packet),
) -> Lookup {
    let had = before.is_found();
    let after = of_target(net, target, before.part as usize, (facts, packet));
    let has = after
        .iter()
        .any(|(lookup, of)| *of == verb && lookup.is_found());
    before.change = match (verb, had, has) {
        (UpdateOp::Delete, true, _) => Some(SetChange::Removed),
        (UpdateOp::Delete, false, _) => None,
        (_, true, _) => Some(SetChange::Kept),
        (_, false, true) => Some(SetChange::Added),
        (_, false, false) => Some(SetChange::Full),
    };
    before
}

/// What a set of ipset has for a packet, where a match asks one.
pub(super) fn of_ipset(
    net: &Net,
    asked: &XtMatch,
    part: usize,
    (facts, packet): (&Facts, &Packet),
) -> Option<Lookup> {
    let XtMatch::Set(asked) = asked else {
        return None;
    };
    Some(Lookup {
        part: part as u32,
        inverted: asked.set.not,
        change: None,
        of: ipset::look(net, asked, facts, packet)?,
    })
}
