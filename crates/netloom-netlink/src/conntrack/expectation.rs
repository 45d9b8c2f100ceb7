//! A connection that is waited for, as the kernel tells of it.

use super::tuple::{self, number};
use super::{attributes, be16, kind};
use crate::Message;
use core::net::IpAddr;
use netloom_model::Family;
use netloom_model::conntrack::{ConnectionEvent, Expectation, ExpectationNotice, Ports, Tuple};

const MASTER: u16 = 1;
const TUPLE: u16 = 2;
const MASK: u16 = 3;
const TIMEOUT: u16 = 4;
const ID: u16 = 5;
const HELPER: u16 = 6;
const ZONE: u16 = 7;
const FLAGS: u16 = 8;
const CLASS: u16 = 9;

/// It may be met more than once (`NF_CT_EXPECT_PERMANENT`).
const PERMANENT: u32 = 1;

/// The expectation of a message's body.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Expectation> {
    let found = attributes(body);
    let tuple = tuple::decode(found.inside(TUPLE))?;
    Some(Expectation {
        id: number(found, ID),
        timeout: number(found, TIMEOUT),
        tuple,
        mask: tuple::decode(found.inside(MASK)).unwrap_or_else(|| nothing(&tuple)),
        master: tuple::decode(found.inside(MASTER))?,
        zone: be16(found, ZONE).unwrap_or(0),
        class: number(found, CLASS),
        helper: found.text(HELPER).unwrap_or_default(),
        permanent: number(found, FLAGS) & PERMANENT != 0,
    })
}

/// A mask of which nothing counts.
fn nothing(tuple: &Tuple) -> Tuple {
    let none: IpAddr = Family::of(tuple.source).unspecified();
    Tuple {
        source: none,
        destination: none,
        protocol: tuple.protocol,
        ports: Ports::None,
    }
}

/// What a message that nobody asked for tells of one.
#[must_use]
pub fn notice(message: &Message<'_>) -> Option<ExpectationNotice> {
    let event = match message.kind {
        kind::EXPECT_NEW => ConnectionEvent::New,
        kind::EXPECT_DELETE => ConnectionEvent::Destroy,
        _ => return None,
    };
    Some(ExpectationNotice {
        event,
        expectation: decode(message.body)?,
    })
}
