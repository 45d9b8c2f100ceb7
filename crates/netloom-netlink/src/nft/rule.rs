//! Rules (`NFTA_RULE_*`).

use super::read::{self, Context};
use super::userdata::{Left, Pieces};
use super::{FIXED, family_of};
use crate::{Attributes, Writer};
use netloom_model::ruleset::{Backend, ChainRef, Counter, Rule, TableRef, implied};

const TABLE: u16 = 1;
const CHAIN: u16 = 2;
const HANDLE: u16 = 3;
const EXPRESSIONS: u16 = 4;
const COMPAT: u16 = 5;
const POSITION: u16 = 6;
const USERDATA: u16 = 7;
const PROTOCOL: u16 = 1;
/// Of an instruction its name and its data.
const NAME: u16 = 1;
const DATA: u16 = 2;
const FLAGS: u16 = 2;
/// Every protocol but that one.
const OTHERS: u32 = 2;

/// What nft and ebtables leave with a rule.
const COMMENT: u8 = 0;
const POLICY: u8 = 1;

/// The chain of the rule that a message tells of.
#[must_use]
pub fn chain(body: &[u8]) -> Option<ChainRef> {
    let attributes = Attributes::behind(body, FIXED);
    let table = TableRef {
        family: family_of(body)?,
        backend: Backend::Nft,
        name: attributes.text(TABLE)?,
    };
    let chain = attributes.text(CHAIN)?;
    Some(ChainRef { table, chain })
}

/// The rule that a message tells of, with what is known of its table.
#[must_use]
pub fn decode(body: &[u8], context: &Context) -> Option<Rule> {
    let attributes = Attributes::behind(body, FIXED);
    let pieces = Pieces::new(attributes.get(USERDATA));
    let family = family_of(body)?;
    Some(Rule {
        handle: attributes.be64(HANDLE).unwrap_or(0),
        statements: read::rule(family, context, attributes.inside(EXPRESSIONS)),
        comment: pieces.text(COMMENT),
        policy: pieces.u32(POLICY).is_some_and(|on| on != 0),
    })
}

/// The number that a rule has, of a message that tells of it.
#[must_use]
pub fn handle(body: &[u8]) -> Option<u64> {
    Attributes::behind(body, FIXED).be64(HANDLE)
}

/// The protocol that xtables' matches of a rule are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compat {
    /// The protocol above IP, or of frames that above Ethernet; 0: any.
    pub protocol: u16,
    /// Every other one.
    pub not: bool,
}

/// The body of a message that names a chain, one of its rules, or the place behind or before one.
#[must_use]
pub fn name(chain: &ChainRef, handle: Option<u64>, position: Option<u64>) -> Writer {
    let mut body = super::body(Some(chain.table.family));
    body.text(TABLE, &chain.table.name);
    body.text(CHAIN, &chain.chain);
    if let Some(handle) = handle {
        body.be64(HANDLE, handle);
    }
    if let Some(position) = position {
        body.be64(POSITION, position);
    }
    body
}

/// The body of a message that names all rules of a table.
#[must_use]
pub fn all_of(table: &TableRef) -> Writer {
    let mut body = super::body(Some(table.family));
    body.text(TABLE, &table.name);
    body
}

/// Adds what a rule says to a message that names its place.
pub fn put(rule: &Rule, expressions: &Writer, compat: Option<Compat>, body: &mut Writer) {
    put_expressions(expressions, compat, body);
    let mut left = Left::default();
    if let Some(comment) = &rule.comment {
        left.text(COMMENT, comment);
    }
    if rule.policy {
        left.u32(POLICY, 1);
    }
    if !left.bytes().is_empty() {
        body.put(USERDATA, left.bytes());
    }
}

/// Adds what a rule does.
fn put_expressions(expressions: &Writer, compat: Option<Compat>, body: &mut Writer) {
    body.nest(EXPRESSIONS, |list| list.append(expressions));
    if let Some(compat) = compat {
        body.nest(COMPAT, |to| put_compat(compat, to));
    }
}

pub(super) fn put_compat(compat: Compat, to: &mut Writer) {
    to.be32(PROTOCOL, compat.protocol.into());
    to.be32(FLAGS, if compat.not { OTHERS } else { 0 });
}

/// The protocol that the matches and targets of xtables in the rule of a message are told of, which the
/// message itself does not tell.
pub(super) fn compat(body: &[u8], told: &Rule) -> Option<Compat> {
    let mut expressions = Attributes::behind(body, FIXED).inside(EXPRESSIONS);
    let of_xtables = |(_, item): (u16, &[u8])| {
        let name = Attributes::new(item).text(NAME);
        matches!(name.as_deref(), Some("match" | "target"))
    };
    if !expressions.any(of_xtables) {
        return None;
    }
    let said = &told.statements;
    super::write::protocol(family_of(body)?, said).or_else(|| {
        // A port says it as well, and is then all that is told.
        let protocol = said.iter().find_map(implied::protocol)?.into();
        let not = false;
        Some(Compat { protocol, not })
    })
}

/// The body of a message that puts a rule in its own place, of one that tells of it: the same with
/// counters that have nothing yet. None if it counts nothing, or has nothing yet.
#[must_use]
pub fn zeroed(body: &[u8], context: &Context) -> Option<Writer> {
    let attributes = Attributes::behind(body, FIXED);
    let mut counted = false;
    let mut expressions = Writer::default();
    for (_, item) in attributes.inside(EXPRESSIONS) {
        let item = Attributes::new(item);
        let (kind, data) = (item.get(NAME)?, item.inside(DATA));
        expressions.nest(super::ITEM, |to| {
            to.put(NAME, kind);
            to.nest(DATA, |to| match kind {
                b"counter\0" => {
                    counted |= super::chain::counter(data) != Counter::default();
                    super::chain::put_counter(Counter::default(), to);
                }
                _ => to.raw(item.get(DATA).unwrap_or_default()),
            });
        });
    }
    let told = decode(body, context)?;
    let chain = chain(body)?;
    let mut zeroed = name(&chain, Some(told.handle), None);
    let compat = compat(body, &told);
    put_expressions(&expressions, compat, &mut zeroed);
    // Whatever programs left with it stays there.
    if let Some(left) = attributes.get(USERDATA) {
        zeroed.put(USERDATA, left);
    }
    counted.then_some(zeroed)
}
