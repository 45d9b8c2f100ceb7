//! Tables (`NFTA_TABLE_*`).

use super::userdata::{Left, Pieces};
use super::{FIXED, family_of};
use crate::{Attributes, Writer};
use netloom_model::ruleset::{Backend, Table, TableRef};

const NAME: u16 = 1;
const FLAGS: u16 = 2;
const HANDLE: u16 = 4;
const USERDATA: u16 = 6;
const DORMANT: u32 = 1;
/// The comment among what nft leaves.
const COMMENT: u8 = 0;

/// The table that a message tells of, with nothing in it yet.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Table> {
    let attributes = Attributes::behind(body, FIXED);
    Some(Table {
        family: family_of(body)?,
        name: attributes.text(NAME)?,
        backend: Backend::Nft,
        handle: attributes.be64(HANDLE).unwrap_or(0),
        dormant: attributes.be32(FLAGS).unwrap_or(0) & DORMANT != 0,
        comment: Pieces::new(attributes.get(USERDATA)).text(COMMENT),
        chains: Vec::new(),
        sets: Vec::new(),
        objects: Vec::new(),
        flowtables: Vec::new(),
    })
}

/// The body of a message that makes a table.
#[must_use]
pub fn make(table: &TableRef, dormant: bool, comment: Option<&str>) -> Writer {
    let mut body = name(table);
    body.be32(FLAGS, if dormant { DORMANT } else { 0 });
    if let Some(comment) = comment {
        let mut left = Left::default();
        left.text(COMMENT, comment);
        body.put(USERDATA, left.bytes());
    }
    body
}

/// The body of a message that names a table.
#[must_use]
pub fn name(table: &TableRef) -> Writer {
    let mut body = super::body(Some(table.family));
    body.text(NAME, &table.name);
    body
}
