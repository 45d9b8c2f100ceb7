//! An entry: the head that every rule has, matches, and a target.

use super::super::layout::{Addr, Plain, V4, layout};
use super::super::{Info, matches, targets};
use super::arp::ArpHead;
use super::head::Head;
use netloom_model::ruleset::statement::Counter;
use netloom_model::ruleset::{Statement, TableFamily};

layout! {
    /// `ipt_entry`.
    Head4 {
        addresses: [V4; 2],
        masks: [V4; 2],
        devices: [[u8; 16]; 2],
        device_masks: [[u8; 16]; 2],
        protocol: u16,
        flags: u8,
        inverted: u8,
        cache: u32,
        tail: Tail,
    }
    /// `ip6t_entry`.
    Head6 {
        addresses: [Addr; 2],
        masks: [Addr; 2],
        devices: [[u8; 16]; 2],
        device_masks: [[u8; 16]; 2],
        protocol: u16,
        tos: u8,
        flags: u8,
        inverted: u8,
        cache: u32,
        tail: Tail,
    }
}

/// What every head ends with: where the target and the next entry are, and what was counted.
#[derive(Default)]
pub(in crate::xt) struct Tail {
    pub(in crate::xt) target: u16,
    pub(in crate::xt) next: u16,
    pub(in crate::xt) counter: Counter,
}

/// Not a structure of its own: its fields stand in that of the head.
impl Plain for Tail {
    const ALIGN: usize = 8;

    fn zero() -> Self {
        Tail::default()
    }

    fn take(bytes: &[u8], at: &mut usize) -> Option<Self> {
        let (target, next) = (u16::take(bytes, at)?, u16::take(bytes, at)?);
        u32::take(bytes, at)?;
        let counter = Counter {
            packets: u64::take(bytes, at)?,
            bytes: u64::take(bytes, at)?,
        };
        Some(Tail {
            target,
            next,
            counter,
        })
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.target.put(out);
        self.next.put(out);
        0u32.put(out);
        0u64.put(out);
        0u64.put(out);
    }
}

/// What an entry does.
pub(super) enum Target {
    /// A verdict, or where the entry is that comes next.
    Standard(i32),
    /// Nothing: it has the name of a chain, or ends the table.
    Name(String),
    /// A target of its own.
    Own(Vec<Statement>),
}

/// An entry as it was read.
pub(super) struct Entry {
    /// What is asked.
    pub(super) statements: Vec<Statement>,
    pub(super) counter: Counter,
    /// Its target is another chain that this one is left for.
    pub(super) goto: bool,
    pub(super) target: Target,
    /// How many bytes it is.
    pub(super) len: usize,
}

/// The head of a match or target (`xt_entry_match`): its length, its name, its revision.
const PART: usize = 32;

/// A match or target: its name, its revision and its structure.
fn part(bytes: &[u8]) -> Option<(String, u8, &[u8])> {
    let len = usize::from(crate::u16_at(bytes, 0)?);
    let info = bytes.get(PART..len)?;
    let name = crate::attribute::text(&bytes[2..PART - 1]);
    Some((name, bytes[PART - 1], info))
}

/// The bytes of a match or target.
pub(super) fn of_part(info: &Info) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(PART + info.bytes.len());
    let len = (PART + info.bytes.len()).next_multiple_of(8);
    out.extend(u16::try_from(len).ok()?.to_le_bytes());
    out.extend(info.name.as_bytes());
    if out.len() >= PART - 1 {
        return None;
    }
    out.resize(PART - 1, 0);
    out.push(info.revision);
    out.extend(&info.bytes);
    out.resize(len, 0);
    Some(out)
}

/// The name of a target that is a verdict.
const STANDARD: &str = "";
/// The name of one that has a name in it.
pub(super) const ERROR: &str = "ERROR";

/// Reads the entry that bytes begin with.
pub(super) fn read(family: TableFamily, bytes: &[u8]) -> Option<Entry> {
    let mut at = 0;
    let (head, tail, goto) = match family {
        TableFamily::Ip => {
            let head = Head4::take(bytes, &mut at)?;
            (Head::of4(&head), head.tail, head.flags & 2 != 0)
        }
        TableFamily::Ip6 => {
            let head = Head6::take(bytes, &mut at)?;
            (Head::of6(&head), head.tail, head.flags & 4 != 0)
        }
        _ => {
            let head = ArpHead::take(bytes, &mut at)?;
            (head.head(), head.tail, false)
        }
    };
    let len = usize::from(tail.next);
    let whole = bytes.get(..len)?;
    let mut found = Vec::new();
    while at < usize::from(tail.target) {
        let (name, revision, info) = part(whole.get(at..)?)?;
        found.extend(matches::decode(family, &name, revision, info));
        at += PART + info.len();
    }
    let (name, revision, info) = part(whole.get(usize::from(tail.target)..)?)?;
    let target = match name.as_str() {
        STANDARD => Target::Standard(i32::read(info)?),
        ERROR => Target::Name(crate::attribute::text(info)),
        name => Target::Own(targets::decode(family, name, revision, info)),
    };
    Some(Entry {
        statements: head.statements(family, found),
        counter: tail.counter,
        goto,
        target,
        // None has no length, so that reading ends.
        len: (len > 0).then_some(len)?,
    })
}

/// An entry without its target; the offsets in it are filled in.
pub(super) fn write(
    family: TableFamily,
    statements: &[Statement],
    goto: bool,
    target: &[u8],
) -> Option<Vec<u8>> {
    let mut head = Head::default();
    let (mut parts, mut rest) = (Vec::new(), statements);
    while let Some(first) = rest.first() {
        if head.take(family, first)? {
            rest = &rest[1..];
            continue;
        }
        let (info, count) = matches::first(rest, family)?;
        parts.extend(of_part(&info)?);
        head.implied(&rest[..count])?;
        rest = &rest[count..];
    }
    let len = head.len(family) + parts.len();
    let tail = Tail {
        target: u16::try_from(len).ok()?,
        next: u16::try_from(len + target.len()).ok()?,
        counter: Counter::default(),
    };
    let mut out = head.bytes(family, goto, tail)?;
    out.extend(parts);
    out.extend(target);
    Some(out)
}

/// A target that is a verdict.
pub(super) fn standard(verdict: i32) -> Option<Vec<u8>> {
    let mut bytes = verdict.to_le_bytes().to_vec();
    bytes.resize(8, 0);
    of_part(&Info::new(STANDARD, 0, bytes))
}

/// A target that has a name in it.
pub(super) fn name(name: &str) -> Option<Vec<u8>> {
    let mut bytes = name.as_bytes().to_vec();
    bytes.resize(32, 0);
    (name.len() < 30).then_some(())?;
    of_part(&Info::new(ERROR, 0, bytes))
}
