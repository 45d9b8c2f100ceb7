//! What sets and maps answer to rules, for those who follow a packet.

use super::Filter;
use super::compile::{Rule, Within};
use super::facts::Facts;
use crate::ipset;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::journey::{LookedIn, Lookup};
use netloom_model::ruleset::expr::Relation;
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::xt::XtMatch;
use netloom_model::ruleset::{DataType, Expr, Value};

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
    let named = match within {
        Within::Named(set) => Some(&filter.sets[set.0].set),
        Within::Own(_) => None,
    };
    let own = named.map(|set| set.key.clone());
    let types = own
        .filter(|types| types.len() == key.len())
        .or_else(|| types(asked))?;
    let parts = key.iter().zip(&types);
    let key_told = parts.map(|(part, kind)| Value::number(*part, kind.len()));
    Some(Lookup {
        part: part as u32,
        inverted,
        of: LookedIn::Nft {
            set: named.map(|set| set.name.clone()),
            map,
            key: key_told.collect(),
            types,
            element: within.find(filter, key).cloned().map(Box::new),
        },
    })
}

/// The types of an expression's parts.
fn types(expr: &Expr) -> Option<Vec<DataType>> {
    match expr {
        Expr::Concat(parts) => parts.iter().map(Expr::datatype).collect(),
        one => Some(vec![one.datatype()?]),
    }
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
        of: ipset::look(net, asked, facts, packet)?,
    })
}
