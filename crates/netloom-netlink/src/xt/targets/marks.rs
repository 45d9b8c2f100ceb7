//! `MARK`, `CONNMARK`, `SECMARK`, `CT`, `NOTRACK`, `TPROXY`, `SET`: what goes with a packet, and where
//! it goes.

use super::super::layout::{Addr, Be16, Own, Plain, Text, layout};
use super::super::matches::{SetInfo, of_set, set_info};
use super::super::{Given, Info};
use super::one;
use core::net::IpAddr;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{ConnmarkOp, Ct, Masked, SetTarget, XtTarget, Zone};

layout! {
    /// `xt_mark_target_info`.
    Mark0 { mark: u64 }
    /// `xt_mark_target_info_v1`.
    Mark1 { mark: u64, mode: u8 }
    /// `xt_mark_tginfo2`.
    Mark2 { mark: u32, mask: u32 }
    /// `xt_connmark_tginfo1`.
    Connmark1 { value: u32, ctmask: u32, nfmask: u32, mode: u8 }
    /// `xt_connmark_tginfo2`.
    Connmark2 { value: u32, ctmask: u32, nfmask: u32, direction: u8, shift: u8, mode: u8 }
    /// `xt_secmark_target_info`.
    Secmark0 { mode: u8, id: u32, context: Text<256> }
    /// `xt_secmark_target_info_v1`.
    Secmark1 { mode: u8, context: Text<256>, id: u32 }
    /// `xt_ct_target_info`.
    Ct0 { flags: u16, zone: u16, events: u32, expect_events: u32, helper: Text<16>, own: Own }
    /// `xt_ct_target_info_v1`.
    Ct1 {
        flags: u16,
        zone: u16,
        events: u32,
        expect_events: u32,
        helper: Text<16>,
        timeout: Text<32>,
        own: Own,
    }
    /// `xt_tproxy_target_info`.
    Tproxy0 { mask: u32, value: u32, address: [u8; 4], port: Be16 }
    /// `xt_tproxy_target_info_v1`.
    Tproxy1 { mask: u32, value: u32, address: Addr, port: Be16 }
    /// `xt_set_info_target_v2`.
    Set2 { add: SetInfo, del: SetInfo, flags: u32, timeout: u32 }
    /// `xt_set_info_target_v3`.
    Set3 { add: SetInfo, del: SetInfo, map: SetInfo, flags: u32, timeout: u32 }
}

pub(super) fn read_mark(given: Given<'_>) -> Option<Vec<Statement>> {
    let (value, mask) = match given.revision {
        0 => (given.read::<Mark0>()?.mark as u32, u32::MAX),
        1 => {
            let Mark1 { mark, mode } = given.read()?;
            let mark = mark as u32;
            match mode {
                0 => (mark, u32::MAX),
                1 => (0, !mark),
                2 => (mark, mark),
                _ => return None,
            }
        }
        2 => {
            let Mark2 { mark, mask } = given.read()?;
            (mark, mask)
        }
        _ => return None,
    };
    one(XtTarget::Mark(Masked { value, mask }))
}

pub(super) fn mark(masked: Masked) -> Option<Info> {
    let all = Mark2 {
        mark: masked.value,
        mask: masked.mask,
    };
    Info::some("MARK", 2, all.bytes())
}

/// The ways of marks by their numbers.
const WAYS: [ConnmarkOp; 3] = [ConnmarkOp::Set, ConnmarkOp::Save, ConnmarkOp::Restore];

/// One that shifts marks is not understood.
pub(super) fn read_connmark(given: Given<'_>) -> Option<Vec<Statement>> {
    let all = match given.revision {
        1 => {
            let old: Connmark1 = given.read()?;
            Connmark2 {
                value: old.value,
                ctmask: old.ctmask,
                nfmask: old.nfmask,
                direction: 0,
                shift: 0,
                mode: old.mode,
            }
        }
        2 => given.read()?,
        _ => return None,
    };
    if all.shift != 0 {
        return None;
    }
    one(XtTarget::Connmark {
        op: *WAYS.get(usize::from(all.mode))?,
        ctmask: all.ctmask,
        nfmask: all.nfmask,
        value: all.value,
    })
}

pub(super) fn connmark(op: ConnmarkOp, value: u32, ctmask: u32, nfmask: u32) -> Option<Info> {
    let all = Connmark2 {
        value,
        ctmask,
        nfmask,
        direction: 0,
        shift: 0,
        mode: WAYS.iter().position(|way| *way == op)? as u8,
    };
    Info::some("CONNMARK", 2, all.bytes())
}

/// By a context (`SECMARK_MODE_SEL`).
const BY_CONTEXT: u8 = 1;

pub(super) fn read_secmark(given: Given<'_>) -> Option<Vec<Statement>> {
    let (mode, context) = match given.revision {
        0 => {
            let all: Secmark0 = given.read()?;
            (all.mode, all.context)
        }
        1 => {
            let all: Secmark1 = given.read()?;
            (all.mode, all.context)
        }
        _ => return None,
    };
    match mode {
        BY_CONTEXT => one(XtTarget::Secmark(context.text())),
        _ => None,
    }
}

pub(super) fn secmark(context: &str) -> Option<Info> {
    let all = Secmark1 {
        mode: BY_CONTEXT,
        context: Text::of(context)?,
        id: 0,
    };
    Info::some("SECMARK", 1, all.bytes())
}

/// What `CT` says (`XT_CT_*`).
const NOTRACK: u16 = 1;
const ALIAS: u16 = 2;
const ZONE_ORIGINAL: u16 = 4;
const ZONE_REPLY: u16 = 8;
const ZONE_MARK: u16 = 0x10;

pub(super) fn read_ct(given: Given<'_>) -> Option<Vec<Statement>> {
    let all = match given.revision {
        0 => {
            let old: Ct0 = given.read()?;
            Ct1 {
                flags: old.flags,
                zone: old.zone,
                events: old.events,
                expect_events: old.expect_events,
                helper: old.helper,
                timeout: Text::zero(),
                own: Own,
            }
        }
        1 | 2 => given.read()?,
        _ => return None,
    };
    let is = |bit: u16| all.flags & bit != 0;
    let named = |text: String| (!text.is_empty()).then_some(text);
    let zone_direction = match (is(ZONE_ORIGINAL), is(ZONE_REPLY)) {
        (false, false) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (true, true) => return None,
    };
    one(XtTarget::Ct(Box::new(Ct {
        notrack: is(NOTRACK),
        alias: is(ALIAS),
        helper: named(all.helper.text()),
        timeout: named(all.timeout.text()),
        events: u16::try_from(all.events).ok()?,
        expect_events: u16::try_from(all.expect_events).ok()?,
        zone: match all.zone {
            _ if is(ZONE_MARK) => Some(Zone::Mark),
            0 if zone_direction == 0 => None,
            id => Some(Zone::Id(id)),
        },
        zone_direction,
    })))
}

pub(super) fn ct(ct: &Ct) -> Option<Info> {
    let flag = |there: bool, bit: u16| if there { bit } else { 0 };
    let text = |text: &Option<String>| text.as_deref().unwrap_or_default().to_owned();
    let all = Ct1 {
        flags: flag(ct.notrack, NOTRACK)
            | flag(ct.alias, ALIAS)
            | flag(ct.zone_direction == 1, ZONE_ORIGINAL)
            | flag(ct.zone_direction == 2, ZONE_REPLY)
            | flag(ct.zone == Some(Zone::Mark), ZONE_MARK),
        zone: match ct.zone {
            Some(Zone::Id(id)) => id,
            _ => 0,
        },
        events: ct.events.into(),
        expect_events: ct.expect_events.into(),
        helper: Text::of(&text(&ct.helper))?,
        timeout: Text::of(&text(&ct.timeout))?,
        own: Own,
    };
    Info::some("CT", 2, all.bytes())
}

/// What was before `CT`.
pub(super) fn read_notrack(_: Given<'_>) -> Option<Vec<Statement>> {
    one(XtTarget::Ct(Box::new(Ct {
        notrack: true,
        alias: true,
        ..Ct::default()
    })))
}

pub(super) fn read_tproxy(given: Given<'_>) -> Option<Vec<Statement>> {
    let all = match given.revision {
        0 => {
            let old: Tproxy0 = given.read()?;
            Tproxy1 {
                mask: old.mask,
                value: old.value,
                address: Addr::of(IpAddr::V4(old.address.into())),
                port: old.port,
            }
        }
        1 => given.read()?,
        _ => return None,
    };
    one(XtTarget::Tproxy {
        port: all.port.0,
        address: all.address.ip(given.ip()),
        mark: Masked {
            value: all.value,
            mask: all.mask,
        },
    })
}

pub(super) fn tproxy(port: u16, address: IpAddr, mark: Masked) -> Option<Info> {
    let all = Tproxy1 {
        mask: mark.mask,
        value: mark.value,
        address: Addr::of(address),
        port: Be16(port),
    };
    Info::some("TPROXY", 1, all.bytes())
}

/// The number of no set (`IPSET_INVALID_ID`).
const NO_SET: u16 = u16::MAX;
/// No time is said.
const NO_TIMEOUT: u32 = u32::MAX;
/// What `SET` says (`IPSET_FLAG_*`).
const EXIST: u32 = 1;
const MAP_MARK: u32 = 1 << 8;
const MAP_PRIO: u32 = 1 << 9;
const MAP_QUEUE: u32 = 1 << 10;

fn no_set() -> SetInfo {
    SetInfo {
        index: NO_SET,
        ..SetInfo::zero()
    }
}

pub(super) fn read_set(given: Given<'_>) -> Option<Vec<Statement>> {
    let all = match given.revision {
        1 => {
            let [add, del] = given.read()?;
            Set3 {
                add,
                del,
                map: no_set(),
                flags: 0,
                timeout: NO_TIMEOUT,
            }
        }
        2 => {
            let old: Set2 = given.read()?;
            Set3 {
                add: old.add,
                del: old.del,
                map: no_set(),
                flags: old.flags,
                timeout: old.timeout,
            }
        }
        3 => given.read()?,
        _ => return None,
    };
    let set = |set: &SetInfo| match set.index {
        NO_SET => Some(None),
        _ => of_set(set).map(Some),
    };
    let is = |bit: u32| all.flags & bit != 0;
    one(XtTarget::Set(SetTarget {
        add: set(&all.add)?,
        del: set(&all.del)?,
        map: set(&all.map)?,
        exist: is(EXIST),
        timeout: (all.timeout != NO_TIMEOUT).then_some(all.timeout),
        map_mark: is(MAP_MARK),
        map_prio: is(MAP_PRIO),
        map_queue: is(MAP_QUEUE),
    }))
}

pub(super) fn set(found: &SetTarget) -> Option<Info> {
    let set = |named: &Option<(String, Vec<bool>)>| match named {
        None => Some(no_set()),
        Some((name, sources)) => set_info(name, sources),
    };
    let flag = |there: bool, bit: u32| if there { bit } else { 0 };
    let all = Set3 {
        add: set(&found.add)?,
        del: set(&found.del)?,
        map: set(&found.map)?,
        flags: flag(found.exist, EXIST)
            | flag(found.map_mark, MAP_MARK)
            | flag(found.map_prio, MAP_PRIO)
            | flag(found.map_queue, MAP_QUEUE),
        timeout: found.timeout.unwrap_or(NO_TIMEOUT),
    };
    Info::some("SET", 3, all.bytes())
}
