//! Objects with names (`NFTA_OBJ_*`).

use super::chain::{counter, put_counter};
use super::userdata::{Left, Pieces};
use super::{FIXED, family_of, number};
use crate::{Attributes, Writer};
use netloom_model::ruleset::object::{ObjectBody, timeout_states};
use netloom_model::ruleset::statement::{Limit, Quota, Synproxy};
use netloom_model::ruleset::{Backend, Object, ObjectKind, TableFamily, TableRef};

const TABLE: u16 = 1;
const NAME: u16 = 2;
const KIND: u16 = 3;
const DATA: u16 = 4;
const HANDLE: u16 = 6;
const USERDATA: u16 = 8;
/// The comment among what nft leaves.
const COMMENT: u8 = 0;

/// The object that a message tells of, and whose it is.
#[must_use]
pub fn decode(body: &[u8]) -> Option<(TableRef, Object)> {
    let attributes = Attributes::behind(body, FIXED);
    let table = TableRef {
        family: family_of(body)?,
        backend: Backend::Nft,
        name: attributes.text(TABLE)?,
    };
    let kind = number::object_of(attributes.be32(KIND)?)?;
    let object = Object {
        name: attributes.text(NAME)?,
        handle: attributes.be64(HANDLE).unwrap_or(0),
        comment: Pieces::new(attributes.get(USERDATA)).text(COMMENT),
        body: read(kind, attributes.inside(DATA))?,
    };
    Some((table, object))
}

fn read(kind: ObjectKind, data: Attributes<'_>) -> Option<ObjectBody> {
    let family = |number: Option<u16>| number::family_of(number? as u8);
    Some(match kind {
        ObjectKind::Counter => ObjectBody::Counter(counter(data)),
        ObjectKind::Quota => ObjectBody::Quota(quota(data)),
        ObjectKind::Limit => ObjectBody::Limit(limit(data)),
        ObjectKind::CtHelper => ObjectBody::CtHelper {
            helper: data.text(1)?,
            l3proto: family(data.be16(2)).unwrap_or(TableFamily::Inet),
            protocol: data.u8(3)?,
        },
        ObjectKind::CtTimeout => {
            let protocol = data.u8(2)?;
            let states = timeout_states(protocol).iter();
            let times = data.inside(3);
            let policy = states.zip(1..).filter_map(|((name, usual), kind)| {
                let time = times.be32(kind)?;
                (time != *usual).then(|| ((*name).to_owned(), time))
            });
            ObjectBody::CtTimeout {
                protocol,
                l3proto: family(data.be16(1)).unwrap_or(TableFamily::Inet),
                policy: policy.collect(),
            }
        }
        ObjectKind::CtExpectation => ObjectBody::CtExpectation {
            l3proto: family(data.be16(1)).unwrap_or(TableFamily::Inet),
            protocol: data.u8(2)?,
            dport: data.be16(3)?,
            timeout: data.u32(4)?,
            size: data.u8(5)?,
        },
        ObjectKind::Synproxy => ObjectBody::Synproxy(synproxy(data)),
        ObjectKind::Secmark => ObjectBody::Secmark(data.text(1)?),
    })
}

/// A limit, of an object or a statement.
pub(super) fn limit(data: Attributes<'_>) -> Limit {
    Limit {
        rate: data.be64(1).unwrap_or(0),
        per: data.be64(2).unwrap_or(0),
        burst: data.be32(3).unwrap_or(0),
        bytes: data.be32(4) == Some(1),
        over: data.be32(5).unwrap_or(0) & 1 != 0,
    }
}

pub(super) fn put_limit(limit: &Limit, to: &mut Writer) {
    to.be64(1, limit.rate);
    to.be64(2, limit.per);
    to.be32(3, limit.burst);
    to.be32(4, limit.bytes.into());
    to.be32(5, limit.over.into());
}

pub(super) fn quota(data: Attributes<'_>) -> Quota {
    Quota {
        bytes: data.be64(1).unwrap_or(0),
        used: data.be64(4).unwrap_or(0),
        over: data.be32(2).unwrap_or(0) & 1 != 0,
    }
}

pub(super) fn put_quota(quota: &Quota, to: &mut Writer) {
    to.be64(1, quota.bytes);
    to.be32(2, quota.over.into());
    to.be64(4, quota.used);
}

/// What a proxy for SYNs tells (`NF_SYNPROXY_OPT_*`).
mod synproxy_flag {
    pub(super) const MSS: u32 = 1;
    pub(super) const WSCALE: u32 = 2;
    pub(super) const SACK: u32 = 4;
    pub(super) const TIMESTAMP: u32 = 8;
}

pub(super) fn synproxy(data: Attributes<'_>) -> Synproxy {
    let flags = data.be32(3).unwrap_or(0);
    Synproxy {
        mss: data.be16(1).unwrap_or(0),
        wscale: data.u8(2).unwrap_or(0),
        timestamp: flags & synproxy_flag::TIMESTAMP != 0,
        sack_perm: flags & synproxy_flag::SACK != 0,
    }
}

pub(super) fn put_synproxy(proxy: &Synproxy, to: &mut Writer) {
    to.be16(1, proxy.mss);
    to.u8(2, proxy.wscale);
    let rows = [
        (proxy.mss != 0, synproxy_flag::MSS),
        (proxy.wscale != 0, synproxy_flag::WSCALE),
        (proxy.sack_perm, synproxy_flag::SACK),
        (proxy.timestamp, synproxy_flag::TIMESTAMP),
    ];
    let set = rows.iter().filter(|row| row.0).map(|row| row.1);
    to.be32(3, set.sum());
}

/// The kind, by its number, and the name of the object that a message tells of.
pub(super) fn named(body: &[u8]) -> Option<(u32, String)> {
    let attributes = Attributes::behind(body, FIXED);
    Some((attributes.be32(KIND)?, attributes.text(NAME)?))
}

/// The body of a message that names an object.
#[must_use]
pub fn name(table: &TableRef, kind: ObjectKind, name: &str) -> Writer {
    let mut body = super::body(Some(table.family));
    body.text(TABLE, &table.name);
    body.text(NAME, name);
    body.be32(KIND, number::object(kind));
    body
}

/// The body of a message that makes an object.
#[must_use]
pub fn make(table: &TableRef, object: &Object) -> Writer {
    let mut body = name(table, object.body.kind(), &object.name);
    body.nest(DATA, |data| write(&object.body, data));
    if let Some(comment) = &object.comment {
        let mut left = Left::default();
        left.text(COMMENT, comment);
        body.put(USERDATA, left.bytes());
    }
    body
}

fn write(object: &ObjectBody, data: &mut Writer) {
    let family = |of: TableFamily| u16::from(number::family(of));
    match object {
        ObjectBody::Counter(counted) => put_counter(*counted, data),
        ObjectBody::Quota(quota) => put_quota(quota, data),
        ObjectBody::Limit(limit) => put_limit(limit, data),
        ObjectBody::CtHelper {
            helper,
            protocol,
            l3proto,
        } => {
            data.text(1, helper);
            data.be16(2, family(*l3proto));
            data.u8(3, *protocol);
        }
        ObjectBody::CtTimeout {
            protocol,
            l3proto,
            policy,
        } => {
            data.be16(1, family(*l3proto));
            data.u8(2, *protocol);
            data.nest(3, |times| {
                for ((name, usual), kind) in timeout_states(*protocol).iter().zip(1..) {
                    times.be32(kind, policy.get(*name).copied().unwrap_or(*usual));
                }
            });
        }
        ObjectBody::CtExpectation {
            protocol,
            l3proto,
            dport,
            timeout,
            size,
        } => {
            data.be16(1, family(*l3proto));
            data.u8(2, *protocol);
            data.be16(3, *dport);
            data.u32(4, *timeout);
            data.u8(5, *size);
        }
        ObjectBody::Synproxy(proxy) => put_synproxy(proxy, data),
        ObjectBody::Secmark(label) => data.text(1, label),
    }
}
