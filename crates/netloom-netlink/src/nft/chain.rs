//! Chains (`NFTA_CHAIN_*`, `NFTA_HOOK_*`).

use super::userdata::{Left, Pieces};
use super::{FIXED, family_of, number};
use crate::{Attributes, Writer};
use netloom_model::ruleset::{
    Backend, Base, Chain, ChainRef, Counter, Policy, TableFamily, TableRef,
};

const TABLE: u16 = 1;
const HANDLE: u16 = 2;
const NAME: u16 = 3;
const HOOK: u16 = 4;
const POLICY: u16 = 5;
const KIND: u16 = 7;
const COUNTERS: u16 = 8;
const USERDATA: u16 = 12;
/// The comment among what nft leaves.
const COMMENT: u8 = 0;

const NUMBER: u16 = 1;
const PRIORITY: u16 = 2;
const DEVICE: u16 = 3;
const DEVICES: u16 = 4;

const BYTES: u16 = 1;
const PACKETS: u16 = 2;

/// The chain that a message tells of, without its rules, and whose it is.
#[must_use]
pub fn decode(body: &[u8]) -> Option<(TableRef, Chain)> {
    let family = family_of(body)?;
    let attributes = Attributes::behind(body, FIXED);
    let table = TableRef {
        family,
        backend: Backend::Nft,
        name: attributes.text(TABLE)?,
    };
    let base = match attributes.get(HOOK) {
        Some(_) => Some(base(family, attributes)?),
        None => None,
    };
    let chain = Chain {
        name: attributes.text(NAME)?,
        handle: attributes.be64(HANDLE).unwrap_or(0),
        base,
        comment: Pieces::new(attributes.get(USERDATA)).text(COMMENT),
        rules: Vec::new(),
    };
    Some((table, chain))
}

fn base(family: TableFamily, attributes: Attributes<'_>) -> Option<Base> {
    let hook = attributes.inside(HOOK);
    let mut devices: Vec<String> = hook.text(DEVICE).into_iter().collect();
    if devices.is_empty() {
        devices = device_names(hook.inside(DEVICES));
    }
    Some(Base {
        kind: number::chain_kind_of(&attributes.text(KIND)?)?,
        hook: number::hook_of(family, hook.be32(NUMBER)?)?,
        priority: hook.be32(PRIORITY)?.cast_signed(),
        policy: match attributes.be32(POLICY) {
            Some(0) => Policy::Drop,
            _ => Policy::Accept,
        },
        devices,
        counter: attributes
            .get(COUNTERS)
            .map(|_| counter(attributes.inside(COUNTERS))),
    })
}

/// The names in a list of devices.
pub(super) fn device_names(list: Attributes<'_>) -> Vec<String> {
    list.map(|(_, name)| crate::attribute::text(name)).collect()
}

/// What was counted.
pub(super) fn counter(attributes: Attributes<'_>) -> Counter {
    Counter {
        packets: attributes.be64(PACKETS).unwrap_or(0),
        bytes: attributes.be64(BYTES).unwrap_or(0),
    }
}

pub(super) fn put_counter(counter: Counter, to: &mut Writer) {
    to.be64(BYTES, counter.bytes);
    to.be64(PACKETS, counter.packets);
}

/// The body of a message that names a chain.
#[must_use]
pub fn name(chain: &ChainRef) -> Writer {
    let mut body = super::body(Some(chain.table.family));
    body.text(TABLE, &chain.table.name);
    body.text(NAME, &chain.chain);
    body
}

/// The body of a message that names a chain by its number.
#[must_use]
pub fn rename(table: &TableRef, handle: u64, name: &str) -> Writer {
    let mut body = super::body(Some(table.family));
    body.text(TABLE, &table.name);
    body.be64(HANDLE, handle);
    body.text(NAME, name);
    body
}

/// The body of a message that makes a chain.
#[must_use]
pub fn make(chain: &ChainRef, base: Option<&Base>, comment: Option<&str>) -> Writer {
    let mut body = name(chain);
    if let Some(base) = base {
        put_base(chain.table.family, base, &mut body);
    }
    if let Some(comment) = comment {
        let mut left = Left::default();
        left.text(COMMENT, comment);
        body.put(USERDATA, left.bytes());
    }
    body
}

fn put_base(family: TableFamily, base: &Base, body: &mut Writer) {
    body.nest(HOOK, |hook| {
        hook.be32(NUMBER, number::hook(family, base.hook));
        hook.be32(PRIORITY, base.priority.cast_unsigned());
        put_devices(&base.devices, hook);
    });
    body.be32(POLICY, policy(base.policy));
    body.text(KIND, base.kind.name());
    if let Some(counted) = base.counter {
        body.nest(COUNTERS, |counters| put_counter(counted, counters));
    }
}

/// One device, or a list of several.
fn put_devices(devices: &[String], hook: &mut Writer) {
    match devices {
        [] => {}
        [one] => hook.text(DEVICE, one),
        several => hook.nest(DEVICES, |list| {
            for device in several {
                list.text(NUMBER, device);
            }
        }),
    }
}

const fn policy(policy: Policy) -> u32 {
    match policy {
        Policy::Drop => 0,
        Policy::Accept => 1,
    }
}

/// The body of a message that sets what becomes of packets at the end of a chain, and what it counted.
#[must_use]
pub fn set_policy(chain: &ChainRef, to: Policy, counter: Option<Counter>) -> Writer {
    let mut body = name(chain);
    body.be32(POLICY, policy(to));
    if let Some(counted) = counter {
        body.nest(COUNTERS, |counters| put_counter(counted, counters));
    }
    body
}

/// The body of a message that sets what a chain counted.
#[must_use]
pub fn set_counter(chain: &ChainRef, counted: Counter) -> Writer {
    let mut body = name(chain);
    body.nest(COUNTERS, |counters| put_counter(counted, counters));
    body
}
