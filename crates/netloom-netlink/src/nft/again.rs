//! What makes again what was told: of a message that tells of a table, or of something in it, the one that
//! makes just that, whatever it is and whoever left something with it. Numbers are the kernel's to give,
//! and are new.
//!
//! Left out: chains without a name of their own, which only their rule can make.

use super::{FIXED, ITEM, family_of, kind, read, rule};
use crate::attribute::pieces;
use crate::{Attributes, Writer};
use netloom_model::ruleset::{Backend, TableRef};

/// The attributes that say how things are, and not what they are: numbers, and how often it is used.
const fn told(of: u16) -> &'static [u16] {
    match of {
        kind::TABLE => &[3, 4, 5, 7],
        kind::CHAIN => &[2, 6, 9, 10, 11],
        kind::RULE => &[3, 5, 6, 8, 9],
        kind::SET => &[10, 14, 16, 19, 20],
        kind::OBJECT => &[5, 6, 7],
        kind::FLOWTABLE => &[4, 5, 6],
        _ => &[],
    }
}

/// The table that a message tells of, or that has what it tells of.
#[must_use]
pub fn table(body: &[u8]) -> Option<TableRef> {
    const NAME: u16 = 1;
    Some(TableRef {
        family: family_of(body)?,
        backend: Backend::Nft,
        name: Attributes::behind(body, FIXED).text(NAME)?,
    })
}

/// The name of the set that a message tells of.
#[must_use]
pub fn set(body: &[u8]) -> Option<String> {
    Attributes::behind(body, FIXED).text(2)
}

/// The body of a message that makes again what a message of a kind tells of; a set has the number `id` in
/// the transaction.
#[must_use]
pub fn body(of: u16, body: &[u8], id: u32, context: &read::Context) -> Option<Writer> {
    const SET_ID: u16 = 10;
    const CHAIN_FLAGS: u16 = 10;
    const WITHOUT_NAME: u32 = 4;
    const EXPRESSIONS: u16 = 4;
    const COMPAT: u16 = 5;
    let attributes = Attributes::behind(body, FIXED);
    if of == kind::CHAIN && attributes.be32(CHAIN_FLAGS).unwrap_or(0) & WITHOUT_NAME != 0 {
        return None;
    }
    let mut made = Writer::new(body.get(..FIXED)?);
    for (kind, whole) in pieces(body.get(FIXED..)?) {
        if told(of).contains(&kind) {
            continue;
        }
        match (of, kind) {
            (kind::RULE, EXPRESSIONS) => {
                let list = attributes.inside(EXPRESSIONS);
                made.nest(EXPRESSIONS, |to| {
                    list.for_each(|(_, one)| expression(one, to));
                });
            }
            _ => made.raw(whole),
        }
    }
    if of == kind::SET {
        made.be32(SET_ID, id);
    }
    if of == kind::RULE {
        let rule = rule::decode(body, context)?;
        if let Some(compat) = rule::compat(body, &rule) {
            made.nest(COMPAT, |to| rule::put_compat(compat, to));
        }
    }
    Some(made)
}

/// An instruction as it is said. What writes a header tells flags that only what reads one may say.
fn expression(told: &[u8], to: &mut Writer) {
    const DATA: u16 = 2;
    const SOURCE: u16 = 7;
    const FLAGS: u16 = 5;
    let own = Attributes::new(told);
    let writes = own.text(1).as_deref() == Some("exthdr") && own.inside(DATA).get(SOURCE).is_some();
    to.nest(ITEM, |to| {
        for (kind, whole) in pieces(told) {
            match kind {
                DATA if writes => to.nest(DATA, |to| {
                    let data = pieces(own.get(DATA).unwrap_or_default());
                    let said = data.filter(|(kind, _)| *kind != FLAGS);
                    said.for_each(|(_, whole)| to.raw(whole));
                }),
                _ => to.raw(whole),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nft::{chain, mark, table};
    use netloom_model::ruleset::{ChainRef, TableFamily};

    #[test]
    fn what_was_told_is_made_with_all_but_its_numbers() {
        let own = TableRef {
            family: TableFamily::Inet,
            backend: Backend::Nft,
            name: "t".to_owned(),
        };
        let made = table::make(&own, false, Some("hello"));
        let made = mark::put(kind::TABLE, made, "mark");
        let mut told = made.clone();
        told.be64(4, 7);
        told.be32(3, 2);
        let context = read::Context::default();
        let again = body(kind::TABLE, told.bytes(), 0, &context).unwrap();
        assert_eq!(again.bytes(), made.bytes());
        assert_eq!(table(told.bytes()), Some(own));
    }

    #[test]
    fn a_chain_without_a_name_is_not_made() {
        let table = TableRef {
            family: TableFamily::Ip,
            backend: Backend::Nft,
            name: "t".to_owned(),
        };
        let chain = "__chain1".to_owned();
        let mut told = chain::name(&ChainRef { table, chain });
        told.be32(10, 4);
        let context = read::Context::default();
        assert!(body(kind::CHAIN, told.bytes(), 0, &context).is_none());
    }
}
