//! Marks by which whoever made tables, chains, rules, sets and objects finds them again: a piece among
//! those that programs leave with them (`NFTA_*_USERDATA`). Programs pass over pieces that they do not
//! know, so nft and iptables list what has a mark as anything else.
//!
//! Left out: elements, which go with their set, and flow tables, with which nothing can be left.

use super::userdata::{Left, Pieces};
use super::{FIXED, family_of, kind, object, rule};
use crate::{Attributes, Writer, u16_at};
use netloom_model::ruleset::{Backend, ObjectKind, TableRef};

/// The piece: a number that nobody else has for any of them.
const PIECE: u8 = 110;

/// What the kernel keeps of all pieces (`NFT_USERDATA_MAXLEN`).
const ROOM: usize = 256;

/// What has a mark, or could have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The table itself.
    Table,
    /// A chain of it.
    Chain(String),
    /// A rule: its chain and its number.
    Rule(String, u64),
    /// A set or a map.
    Set(String),
    /// An object with a name.
    Object(ObjectKind, String),
}

/// Something in a table, and its mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The table.
    pub table: TableRef,
    /// What of it.
    pub what: What,
    /// Its mark.
    pub mark: Option<String>,
}

/// The attribute in which programs leave something, by the kind of message.
const fn userdata(of: u16) -> Option<u16> {
    match of {
        kind::TABLE => Some(6),
        kind::CHAIN => Some(12),
        kind::RULE => Some(7),
        kind::SET => Some(13),
        kind::OBJECT => Some(8),
        _ => None,
    }
}

/// What a message of a kind tells of; none where it cannot have a mark: sets without a name are their
/// rules'.
#[must_use]
pub fn decode(of: u16, body: &[u8]) -> Option<Marked> {
    const FIRST: u16 = 1;
    const ANONYMOUS: u32 = 1;
    let attributes = Attributes::behind(body, FIXED);
    let pieces = Pieces::new(attributes.get(userdata(of)?));
    let what = match of {
        kind::TABLE => What::Table,
        kind::CHAIN => What::Chain(attributes.text(3)?),
        kind::RULE => What::Rule(attributes.text(2)?, rule::handle(body)?),
        kind::SET if attributes.be32(3).unwrap_or(0) & ANONYMOUS == 0 => {
            What::Set(attributes.text(2)?)
        }
        kind::OBJECT => {
            let (_, object) = object::decode(body)?;
            What::Object(object.body.kind(), object.name)
        }
        _ => return None,
    };
    Some(Marked {
        table: TableRef {
            family: family_of(body)?,
            backend: Backend::Nft,
            name: attributes.text(FIRST)?,
        },
        what,
        mark: pieces.text(PIECE),
    })
}

/// The body of a message that makes something, with a mark; as it was where there is no room for one.
#[must_use]
pub fn put(of: u16, body: Writer, mark: &str) -> Writer {
    let Some(wanted) = userdata(of) else {
        return body;
    };
    let attributes = Attributes::behind(body.bytes(), FIXED);
    let there = attributes.get(wanted).unwrap_or_default();
    let mut left = Left::default();
    left.text(PIECE, mark);
    let all = [there, left.bytes()].concat();
    if all.len() > ROOM {
        return body;
    }
    let (fixed, mut rest) = body.bytes().split_at(FIXED);
    let mut marked = Writer::new(fixed);
    while let (Some(len), Some(kind)) = (u16_at(rest, 0), u16_at(rest, 2)) {
        let len = usize::from(len).next_multiple_of(4).clamp(4, rest.len());
        if kind != wanted {
            marked.raw(&rest[..len]);
        }
        rest = &rest[len..];
    }
    marked.put(wanted, &all);
    marked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nft::{chain, table};
    use netloom_model::ruleset::{ChainRef, TableFamily};

    fn of(name: &str) -> TableRef {
        TableRef {
            family: TableFamily::Inet,
            backend: Backend::Nft,
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_mark_stands_behind_what_others_left() {
        let made = table::make(&of("t"), true, Some("hello"));
        let marked = put(kind::TABLE, made, "netloom: lab");
        let told = table::decode(marked.bytes()).unwrap();
        assert_eq!(
            (told.comment.as_deref(), told.dormant),
            (Some("hello"), true)
        );
        let found = decode(kind::TABLE, marked.bytes()).unwrap();
        assert_eq!(found.mark.as_deref(), Some("netloom: lab"));
        assert_eq!((found.table, found.what), (of("t"), What::Table));
    }

    #[test]
    fn what_nobody_marked_is_told_without() {
        let (table, chain) = (of("t"), "c".to_owned());
        let made = chain::make(&ChainRef { table, chain }, None, None);
        let found = decode(kind::CHAIN, made.bytes()).unwrap();
        assert_eq!(
            (found.what, found.mark),
            (What::Chain("c".to_owned()), None)
        );
        let marked = put(kind::CHAIN, made, "m");
        assert_eq!(
            decode(kind::CHAIN, marked.bytes()).unwrap().mark.as_deref(),
            Some("m")
        );
    }

    #[test]
    fn a_mark_without_room_is_left_out() {
        let made = table::make(&of("t"), false, Some(&"x".repeat(200)));
        let same = put(kind::TABLE, made.clone(), &"y".repeat(60));
        assert_eq!(same.bytes(), made.bytes());
    }
}
