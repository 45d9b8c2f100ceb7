//! A set as the kernel lists it: what it was made with, and its elements, in one message or several.

use super::{FIXED, address, be16, be32, both, command, element, flags};
use crate::{Attributes, family_of};
use core::net::IpAddr;
use netloom_model::ipset::{Dimension, Entry, IpSet, Kind, Method, Options, Range};

const INITVAL: u16 = 17;
const HASHSIZE: u16 = 18;
const MAXELEM: u16 = 19;
const NETMASK: u16 = 20;
const BUCKETSIZE: u16 = 21;
const SIZE: u16 = 23;
const REFERENCES: u16 = 25;

/// What a message tells of sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A set begins, with its first elements.
    Set(Box<IpSet>),
    /// More elements of the set before: its name and the attributes that are yet to be read.
    More(String, Vec<u8>),
}

/// What a message's body tells; none where it is of a kind of set that is not known here.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Piece> {
    let found = Attributes::behind(body, FIXED);
    let name = found.text(command::NAME)?;
    let elements = found.get(command::ELEMENTS).unwrap_or_default();
    let Some(data) = found.get(command::DATA) else {
        return Some(Piece::More(name, elements.to_vec()));
    };
    let kind = Kind::by_name(&found.text(command::TYPE)?)?;
    let data = Attributes::new(data);
    let family = found.u8(command::FAMILY).and_then(family_of);
    let options = options(kind, data);
    Some(Piece::Set(Box::new(IpSet {
        name,
        kind,
        family: family.filter(|_| kind.has_family()),
        entries: entries(kind, &options, elements),
        options,
        references: be32(data, REFERENCES).unwrap_or(0),
    })))
}

/// The sets that pieces are, one after the other.
#[must_use]
pub fn joined(pieces: Vec<Piece>) -> Vec<IpSet> {
    let mut all: Vec<IpSet> = Vec::new();
    for piece in pieces {
        match (piece, all.last_mut()) {
            (Piece::Set(set), _) => all.push(*set),
            (Piece::More(name, bytes), Some(set)) if set.name == name => {
                let more = entries(set.kind, &set.options, &bytes);
                set.entries.extend(more);
            }
            (Piece::More(..), _) => {}
        }
    }
    all
}

/// The kind of the set that a message's body is about.
#[must_use]
pub fn named(body: &[u8]) -> Option<Kind> {
    let found = Attributes::behind(body, FIXED);
    Kind::by_name(&found.text(command::TYPE)?)
}

/// The newest revision of a kind of set that a kernel has.
#[must_use]
pub fn newest(body: &[u8]) -> Option<u8> {
    Attributes::behind(body, FIXED).u8(command::REVISION)
}

fn entries(kind: Kind, options: &Options, bytes: &[u8]) -> Vec<Entry> {
    let each = Attributes::new(bytes).filter(|(found, _)| *found == command::DATA);
    let read = |(_, value)| element::decode(kind, options, Attributes::new(value));
    each.filter_map(read).collect()
}

fn options(kind: Kind, data: Attributes<'_>) -> Options {
    let plain = Options::default();
    let with = |flag: u32| be32(data, both::FLAGS).unwrap_or(0) & flag != 0;
    let hash = kind.method() == Method::Hash;
    let number = |kind: u16, or: u32| be32(data, kind).unwrap_or(or);
    Options {
        range: range(kind, data),
        hashsize: number(HASHSIZE, plain.hashsize),
        maxelem: number(MAXELEM, plain.maxelem),
        bucketsize: data.u8(BUCKETSIZE).unwrap_or(plain.bucketsize),
        initval: number(INITVAL, plain.initval),
        netmask: data.u8(NETMASK),
        bitmask: address(data, both::BITMASK).filter(|_| hash),
        markmask: be32(data, both::MARKMASK).filter(|_| kind.has(Dimension::Mark)),
        size: number(SIZE, plain.size),
        timeout: be32(data, both::TIMEOUT),
        counters: with(flags::COUNTERS),
        comment: with(flags::COMMENT),
        skbinfo: with(flags::SKBINFO),
        forceadd: with(flags::FORCEADD),
    }
}

fn range(kind: Kind, data: Attributes<'_>) -> Option<Range> {
    if kind.method() != Method::Bitmap {
        return None;
    }
    if kind == Kind::BitmapPort {
        let (first, last) = (be16(data, both::PORT)?, be16(data, both::PORT_TO)?);
        return Some(Range::Ports(first, last));
    }
    match (address(data, both::IP)?, address(data, both::IP_TO)?) {
        (IpAddr::V4(first), IpAddr::V4(last)) => Some(Range::Addresses(first, last)),
        _ => None,
    }
}

/// Writes what a set is made with; what is as it is by itself is not said.
pub(super) fn encode(body: &mut crate::Writer, set: &IpSet) {
    use super::{put_address, put_be16, put_be32};
    let (options, plain) = (&set.options, Options::default());
    let numbers = [
        (HASHSIZE, options.hashsize, plain.hashsize),
        (MAXELEM, options.maxelem, plain.maxelem),
        (INITVAL, options.initval, plain.initval),
        (SIZE, options.size, plain.size),
    ];
    for (kind, value, usual) in numbers {
        if value != usual {
            put_be32(body, kind, value);
        }
    }
    if options.bucketsize != plain.bucketsize {
        body.u8(BUCKETSIZE, options.bucketsize);
    }
    match options.range {
        Some(Range::Addresses(first, last)) => {
            put_address(body, both::IP, first.into());
            put_address(body, both::IP_TO, last.into());
        }
        Some(Range::Ports(first, last)) => {
            put_be16(body, both::PORT, first);
            put_be16(body, both::PORT_TO, last);
        }
        None => {}
    }
    body.u8s([(NETMASK, options.netmask)]);
    if let Some(mask) = options.bitmask {
        put_address(body, both::BITMASK, mask);
    }
    if let Some(mask) = options.markmask {
        put_be32(body, both::MARKMASK, mask);
    }
    if let Some(timeout) = options.timeout {
        put_be32(body, both::TIMEOUT, timeout);
    }
    let given = [
        (options.counters, flags::COUNTERS),
        (options.comment, flags::COMMENT),
        (options.skbinfo, flags::SKBINFO),
        (options.forceadd, flags::FORCEADD),
    ];
    let set = given.into_iter().filter(|(given, _)| *given);
    let set = set.fold(0, |all, (_, flag)| all | flag);
    if set != 0 {
        put_be32(body, both::FLAGS, set);
    }
}
