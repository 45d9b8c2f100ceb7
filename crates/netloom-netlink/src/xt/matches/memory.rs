//! `limit`, `quota`, `statistic`, `recent`, `set`: what was kept before the packet came.

use super::super::layout::{Addr, Own, Plain, Text, layout};
use super::super::{Given, Info, not, sets};
use super::one;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::statement::Limit;
use netloom_model::ruleset::xt::{
    Compare, Not, Recent, RecentAction, SetMatch, Statistic, XtMatch,
};

layout! {
    /// `xt_rateinfo`; behind the first two fields is what the kernel keeps.
    Limit0 { period: u32, burst: u32, previous: u64, credit: [u32; 3], own: Own }
    /// `xt_quota_info`.
    Quota0 { flags: u32, unused: u32, quota: u64, own: Own }
    /// `xt_statistic_info`: by chance the first number is the probability.
    Statistic0 { mode: u16, flags: u16, numbers: [u32; 3], own: Own }
    /// `xt_recent_mtinfo`.
    Recent0 { seconds: u32, hits: u32, flags: u8, not: u8, name: Text<200>, side: u8 }
    /// `xt_recent_mtinfo_v1`.
    Recent1 { seconds: u32, hits: u32, flags: u8, not: u8, name: Text<200>, side: u8, mask: Addr }
    /// `xt_set_info`.
    SetInfo { index: u16, parts: u8, flags: u8 }
    /// `ip_set_counter_match0`.
    Counter3 { op: u8, value: u64 }
    /// `ip_set_counter_match`.
    Counter4 { value: u64, op: u8 }
    /// `xt_set_info_match_v3`.
    Set3 { set: SetInfo, packets: Counter3, bytes: Counter3, flags: u32 }
    /// `xt_set_info_match_v4`.
    Set4 { set: SetInfo, packets: Counter4, bytes: Counter4, flags: u32 }
}

/// How fine time is kept for `limit`, in a second.
const SCALE: u64 = 10_000;
/// A second, a minute, an hour, a day.
const UNITS: [u64; 4] = [1, 60, 3600, 86_400];

/// How often in which time something is that happens once in so many parts of a second: the greatest
/// unit that says it well.
pub(in crate::xt) fn often(period: u64, scale: u64) -> Option<(u64, u64)> {
    let mut found = UNITS[3];
    for unit in UNITS.into_iter().rev().skip(1) {
        let all = scale * unit;
        if period > all || all.checked_div(period)? < all % period {
            break;
        }
        found = unit;
    }
    Some(((scale * found).checked_div(period)?, found))
}

pub(super) fn read_limit(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Limit0 = given.read()?;
    let (rate, per) = often(all.period.into(), SCALE)?;
    Some(vec![Statement::Limit(Limit {
        rate,
        per,
        burst: all.burst,
        bytes: false,
        over: false,
    })])
}

/// The match of xtables that a limit is.
pub(in crate::xt) fn limit(found: &Limit) -> Option<Info> {
    if found.bytes || found.over {
        return None;
    }
    let all = Limit0 {
        period: u32::try_from((SCALE * found.per).checked_div(found.rate)?).ok()?,
        burst: found.burst,
        ..Limit0::zero()
    };
    Info::some("limit", 0, all.bytes())
}

pub(super) fn read_quota(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Quota0 = given.read()?;
    one(XtMatch::Quota {
        quota: not(all.quota, all.flags & 1 != 0),
        left: all.quota,
    })
}

pub(super) fn quota(quota: &Not<u64>) -> Option<Info> {
    let all = Quota0 {
        flags: quota.not.into(),
        quota: quota.is,
        ..Quota0::zero()
    };
    Info::some("quota", 0, all.bytes())
}

/// `nth` keeps how many there are besides the one that matches.
pub(super) fn read_statistic(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Statistic0 = given.read()?;
    let inverted = all.flags & 1 != 0;
    let [first, packet, _] = all.numbers;
    one(XtMatch::Statistic(match all.mode {
        0 => Statistic::Random(not(first, inverted)),
        1 => Statistic::Nth {
            every: not(first.checked_add(1)?, inverted),
            packet,
        },
        _ => return None,
    }))
}

pub(super) fn statistic(found: &Statistic) -> Option<Info> {
    let (mode, asked, packet) = match *found {
        Statistic::Random(chance) => (0, chance, 0),
        Statistic::Nth { every, packet } => (1, not(every.is.checked_sub(1)?, every.not), packet),
    };
    let all = Statistic0 {
        mode,
        flags: asked.not.into(),
        // The last is where the count begins.
        numbers: [asked.is, packet, asked.is.saturating_sub(packet)],
        own: Own,
    };
    Info::some("statistic", 0, all.bytes())
}

/// What `recent` does (`XT_RECENT_*`).
const ACTIONS: [(u8, RecentAction); 4] = [
    (1, RecentAction::Check),
    (2, RecentAction::Set),
    (4, RecentAction::Update),
    (8, RecentAction::Remove),
];
const TTL: u8 = 0x10;
const REAP: u8 = 0x20;

pub(super) fn read_recent(given: Given<'_>) -> Option<Vec<Statement>> {
    let all = match given.revision {
        0 => {
            let old: Recent0 = given.read()?;
            Recent1 {
                seconds: old.seconds,
                hits: old.hits,
                flags: old.flags,
                not: old.not,
                name: old.name,
                side: old.side,
                mask: Addr::ALL,
            }
        }
        1 => given.read()?,
        _ => return None,
    };
    let action = all.flags & !(TTL | REAP);
    let (_, action) = ACTIONS.iter().find(|(bit, _)| *bit == action)?;
    one(XtMatch::Recent(Recent {
        name: all.name.text(),
        action: not(*action, all.not != 0),
        seconds: (all.seconds != 0).then_some(all.seconds),
        reap: all.flags & REAP != 0,
        hit_count: (all.hits != 0).then_some(all.hits),
        ttl: all.flags & TTL != 0,
        destination: all.side != 0,
        mask: all.mask.ip(given.ip()),
    }))
}

/// The name that a list has unless another is said; the original writes that over this one.
const USUAL: &[u8] = b"DEFAULT";

pub(super) fn recent(found: &Recent) -> Option<Info> {
    let mut name: Text<200> = Text::of(&found.name)?;
    for (at, byte) in USUAL.iter().enumerate().skip(found.name.len() + 1) {
        name.0[at] = *byte;
    }
    let action = ACTIONS
        .iter()
        .find(|(_, action)| *action == found.action.is);
    let flag = |there: bool, bit: u8| if there { bit } else { 0 };
    let all = Recent1 {
        seconds: found.seconds.unwrap_or(0),
        hits: found.hit_count.unwrap_or(0),
        flags: action?.0 | flag(found.ttl, TTL) | flag(found.reap, REAP),
        not: found.action.not.into(),
        name,
        side: found.destination.into(),
        mask: Addr::of_mask(found.mask),
    };
    Info::some("recent", 1, all.bytes())
}

/// That a set has no such element is asked (`IPSET_INV_MATCH`); the bits above are those of parts.
const INVERTED: u8 = 1;
/// What else `set` says (`IPSET_FLAG_*`).
const KEEP_COUNTERS: u32 = 1 << 3;
const KEEP_SUBCOUNTERS: u32 = 1 << 4;
const RETURN_NOMATCH: u32 = 1 << 7;
/// The same in what every revision begins with.
const OLD_RETURN_NOMATCH: u8 = 1 << 7;

/// A set, and which parts mean the source.
pub(in crate::xt) fn of_set(set: &SetInfo) -> Option<(String, Vec<bool>)> {
    if set.parts > 6 {
        return None;
    }
    let sources = (1..=set.parts).map(|part| set.flags >> part & 1 != 0);
    Some((sets::name_of(set.index), sources.collect()))
}

/// The same, back.
pub(in crate::xt) fn set_info(name: &str, sources: &[bool]) -> Option<SetInfo> {
    let index = sets::index_of(name)?;
    let parts = u8::try_from(sources.len())
        .ok()
        .filter(|parts| *parts <= 6)?;
    let bits = sources
        .iter()
        .zip(1..)
        .map(|(source, at)| u8::from(*source) << at);
    let flags = bits.sum();
    Some(SetInfo {
        index,
        parts,
        flags,
    })
}

fn counted(counter: &Counter4) -> Option<Option<Compare<u64>>> {
    let value = counter.value;
    Some(match counter.op {
        0 => None,
        1 => Some(Compare::Eq(value)),
        2 => Some(Compare::Ne(value)),
        3 => Some(Compare::Lt(value)),
        4 => Some(Compare::Gt(value)),
        _ => return None,
    })
}

fn counter(asked: Option<Compare<u64>>) -> Counter4 {
    let (op, value) = match asked {
        None => (0, 0),
        Some(Compare::Eq(value)) => (1, value),
        Some(Compare::Ne(value)) => (2, value),
        Some(Compare::Lt(value)) => (3, value),
        Some(Compare::Gt(value)) => (4, value),
    };
    Counter4 { value, op }
}

pub(super) fn read_set(given: Given<'_>) -> Option<Vec<Statement>> {
    let all = match given.revision {
        1 | 2 => Set4 {
            set: given.read()?,
            ..Set4::zero()
        },
        3 => {
            let old: Set3 = given.read()?;
            let newer = |Counter3 { op, value }| Counter4 { value, op };
            Set4 {
                set: old.set,
                packets: newer(old.packets),
                bytes: newer(old.bytes),
                flags: old.flags,
            }
        }
        4 => given.read()?,
        _ => return None,
    };
    let (name, sources) = of_set(&all.set)?;
    let is = |bit: u32| all.flags & bit != 0;
    one(XtMatch::Set(SetMatch {
        set: not(name, all.set.flags & INVERTED != 0),
        sources,
        packets: counted(&all.packets)?,
        bytes: counted(&all.bytes)?,
        return_nomatch: is(RETURN_NOMATCH) || all.set.flags & OLD_RETURN_NOMATCH != 0,
        no_update_counters: is(KEEP_COUNTERS),
        no_update_subcounters: is(KEEP_SUBCOUNTERS),
    }))
}

pub(super) fn set(found: &SetMatch) -> Option<Info> {
    let mut set = set_info(&found.set.is, &found.sources)?;
    set.flags |= if found.set.not { INVERTED } else { 0 };
    let flag = |there: bool, bit: u32| if there { bit } else { 0 };
    let all = Set4 {
        set,
        packets: counter(found.packets),
        bytes: counter(found.bytes),
        flags: flag(found.return_nomatch, RETURN_NOMATCH)
            | flag(found.no_update_counters, KEEP_COUNTERS)
            | flag(found.no_update_subcounters, KEEP_SUBCOUNTERS),
    };
    Info::some("set", 4, all.bytes())
}
