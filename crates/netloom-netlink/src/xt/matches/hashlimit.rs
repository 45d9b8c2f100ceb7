//! `hashlimit`: a limit for each of many.
//!
//! A rate of packets is kept as the parts of a second between two of them, one of bytes as what of all
//! there can be a chunk costs.

use super::super::layout::{Own, Plain, Text, layout};
use super::super::{Given, Info};
use super::memory::often;
use super::one;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Hashlimit, XtMatch};

layout! {
    /// `xt_hashlimit_mtinfo1`.
    Hashlimit1 {
        name: Text<16>,
        mode: u32,
        average: u32,
        burst: u32,
        table: Table,
        source: u8,
        destination: u8,
        own: Own,
    }
    /// What a table is like, of every revision.
    Table { size: u32, max: u32, gc_interval: u32, expire: u32 }
    /// What the later revisions have between their name and the pointer.
    Config2 { average: u64, burst: u64, mode: u32, table: Table, source: u8, destination: u8 }
    /// The same of the last one.
    Config3 {
        average: u64,
        burst: u64,
        mode: u32,
        table: Table,
        interval: u32,
        source: u8,
        destination: u8,
    }
    /// `xt_hashlimit_mtinfo2`.
    Hashlimit2 { name: Text<255>, config: Config2, own: Own }
    /// `xt_hashlimit_mtinfo3`.
    Hashlimit3 { name: Text<255>, config: Config3, own: Own }
}

/// What the mode says beside what is told apart (`XT_HASHLIMIT_*`).
const INVERT: u32 = 1 << 4;
const BYTES: u32 = 1 << 5;
const RATE_MATCH: u32 = 1 << 6;
const PARTS: u32 = 0xf;

/// How fine time is kept, in a second; of the first revision a hundredth of that.
const SCALE: u64 = 1_000_000;
const OLD_SCALE: u64 = 10_000;
/// Bytes are counted by so many at once.
const CHUNK: u64 = 16;
/// What there is of bytes in all.
const ALL: u64 = u32::MAX as u64;

/// The newest revision, of any.
fn newest(given: Given<'_>) -> Option<(String, Config3)> {
    Some(match given.revision {
        1 => {
            let old: Hashlimit1 = given.read()?;
            let average: u64 = old.average.into();
            let finer = match old.mode & BYTES {
                0 => SCALE / OLD_SCALE,
                _ => 1,
            };
            let config = Config3 {
                average: average * finer,
                burst: old.burst.into(),
                mode: old.mode,
                table: old.table,
                interval: 0,
                source: old.source,
                destination: old.destination,
            };
            (old.name.text(), config)
        }
        2 => {
            let Hashlimit2 { name, config, .. } = given.read()?;
            let config = Config3 {
                average: config.average,
                burst: config.burst,
                mode: config.mode,
                table: config.table,
                interval: 0,
                source: config.source,
                destination: config.destination,
            };
            (name.text(), config)
        }
        3 => {
            let Hashlimit3 { name, config, .. } = given.read()?;
            (name.text(), config)
        }
        _ => return None,
    })
}

pub(super) fn read(given: Given<'_>) -> Option<Vec<Statement>> {
    let (name, config) = newest(given)?;
    let Config3 { average, mode, .. } = config;
    if mode & !(INVERT | BYTES | RATE_MATCH | PARTS) != 0 {
        return None;
    }
    let (bytes, rate_match) = (mode & BYTES != 0, mode & RATE_MATCH != 0);
    let (rate, per) = match (bytes, rate_match) {
        (true, _) => (ALL.checked_div(average)?.checked_sub(1)? * CHUNK, 1),
        // Of a window the unit does not count.
        (false, true) => (SCALE.checked_div(average)?, 1),
        (false, false) => often(average, SCALE)?,
    };
    let table = config.table;
    one(XtMatch::Hashlimit(Box::new(Hashlimit {
        name,
        rate,
        per,
        burst: config.burst,
        bytes,
        above: mode & INVERT != 0,
        mode: (mode & PARTS) as u8,
        source_prefix: config.source,
        destination_prefix: config.destination,
        size: table.size,
        max: table.max,
        expire: table.expire,
        gc_interval: table.gc_interval,
        rate_match,
        rate_interval: if rate_match { config.interval } else { 1 },
    })))
}

pub(super) fn write(found: &Hashlimit) -> Option<Info> {
    let average = match found.bytes {
        true => ALL / (found.rate / CHUNK + 1),
        false => (SCALE * found.per).checked_div(found.rate)?,
    };
    let flag = |there: bool, bit: u32| if there { bit } else { 0 };
    let all = Hashlimit3 {
        name: Text::of(&found.name)?,
        config: Config3 {
            average,
            burst: found.burst,
            mode: u32::from(found.mode)
                | flag(found.above, INVERT)
                | flag(found.bytes, BYTES)
                | flag(found.rate_match, RATE_MATCH),
            table: Table {
                size: found.size,
                max: found.max,
                gc_interval: found.gc_interval,
                expire: found.expire,
            },
            interval: if found.rate_match {
                found.rate_interval
            } else {
                0
            },
            source: found.source_prefix,
            destination: found.destination_prefix,
        },
        own: Own,
    };
    Info::some("hashlimit", 3, all.bytes())
}
