//! Flow tables (`NFTA_FLOWTABLE_*`).

use super::{FIXED, family_of};
use crate::{Attributes, Writer};
use netloom_model::ruleset::{Backend, Flowtable, TableRef};

const TABLE: u16 = 1;
const NAME: u16 = 2;
const HOOK: u16 = 3;
const HANDLE: u16 = 5;
const FLAGS: u16 = 7;
const NUMBER: u16 = 1;
const PRIORITY: u16 = 2;
const DEVICES: u16 = 3;
const OFFLOAD: u32 = 1;
const COUNTER: u32 = 2;
/// `ingress`, where all of them are.
const INGRESS: u32 = 0;

/// The flow table that a message tells of, and whose it is.
#[must_use]
pub fn decode(body: &[u8]) -> Option<(TableRef, Flowtable)> {
    let attributes = Attributes::behind(body, FIXED);
    let table = TableRef {
        family: family_of(body)?,
        backend: Backend::Nft,
        name: attributes.text(TABLE)?,
    };
    let hook = attributes.inside(HOOK);
    let flags = attributes.be32(FLAGS).unwrap_or(0);
    let flowtable = Flowtable {
        name: attributes.text(NAME)?,
        handle: attributes.be64(HANDLE).unwrap_or(0),
        priority: hook.be32(PRIORITY).unwrap_or(0).cast_signed(),
        devices: super::chain::device_names(hook.inside(DEVICES)),
        counter: flags & COUNTER != 0,
        offload: flags & OFFLOAD != 0,
    };
    Some((table, flowtable))
}

/// The body of a message that makes a flow table, or gives it more devices.
#[must_use]
pub fn make(table: &TableRef, flowtable: &Flowtable) -> Writer {
    let mut body = name(table, &flowtable.name);
    body.nest(HOOK, |hook| {
        hook.be32(NUMBER, INGRESS);
        hook.be32(PRIORITY, flowtable.priority.cast_unsigned());
        if !flowtable.devices.is_empty() {
            hook.nest(DEVICES, |list| {
                for device in &flowtable.devices {
                    list.text(1, device);
                }
            });
        }
    });
    let counter = if flowtable.counter { COUNTER } else { 0 };
    let offload = if flowtable.offload { OFFLOAD } else { 0 };
    body.be32(FLAGS, counter | offload);
    body
}

/// The body of a message that names a flow table.
#[must_use]
pub fn name(table: &TableRef, name: &str) -> Writer {
    let mut body = super::body(Some(table.family));
    body.text(TABLE, &table.name);
    body.text(NAME, name);
    body
}
