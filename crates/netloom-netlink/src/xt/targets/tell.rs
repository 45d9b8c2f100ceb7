//! `LOG`, `NFLOG`, `TRACE`, `REJECT`, `NFQUEUE`, `TEE`, `AUDIT`: a packet told of, refused, or handed on.

use super::super::layout::{Addr, Own, Plain, Text, layout};
use super::super::{Given, Info, ip_family};
use super::one;
use core::net::IpAddr;
use netloom_model::Family;
use netloom_model::ruleset::expr::MetaKey;
use netloom_model::ruleset::statement::{Log, Reject};
use netloom_model::ruleset::xt::{Span, XtTarget};
use netloom_model::ruleset::{Expr, Statement, TableFamily, Value};

layout! {
    /// `xt_log_info`.
    Log0 { level: u8, flags: u8, prefix: Text<30> }
    /// `xt_nflog_info`, `ebt_nflog_info`.
    Nflog0 { len: u32, group: u16, threshold: u16, flags: u16, unused: u16, prefix: Text<64> }
    /// `ipt_reject_info`, `ip6t_reject_info`.
    Reject0 { with: u32 }
    /// `xt_NFQ_info`.
    Nfqueue0 { first: u16 }
    /// `xt_NFQ_info_v1`.
    Nfqueue1 { first: u16, count: u16 }
    /// `xt_NFQ_info_v3`; before it there was one flag.
    Nfqueue3 { first: u16, count: u16, flags: u16 }
    /// `xt_tee_tginfo`.
    Tee1 { gateway: Addr, device: Text<16>, own: Own }
    /// `xt_audit_info`.
    Audit0 { kind: u8 }
}

pub(super) fn read_log(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Log0 = given.read()?;
    one(XtTarget::Log {
        level: all.level,
        prefix: all.prefix.text(),
        flags: all.flags,
    })
}

pub(super) fn log(level: u8, prefix: &str, flags: u8) -> Option<Info> {
    let prefix = Text::of(prefix)?;
    let all = Log0 {
        level,
        flags,
        prefix,
    };
    Info::some("LOG", 0, all.bytes())
}

/// The length that is said counts (`XT_NFLOG_F_COPY_LEN`).
const COPY_LEN: u16 = 1;

/// It has a form in nft's language.
pub(super) fn read_nflog(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Nflog0 = given.read()?;
    let prefix = all.prefix.text();
    let counts = all.len != 0 && (all.flags & COPY_LEN != 0 || given.family == TableFamily::Bridge);
    Some(vec![Statement::Log(Log {
        prefix: (!prefix.is_empty()).then_some(prefix),
        group: Some(all.group),
        snaplen: counts.then_some(all.len),
        queue_threshold: (all.threshold != 0).then_some(all.threshold),
        ..Log::default()
    })])
}

/// The target that a log for a group is.
pub(super) fn nflog(log: &Log, family: TableFamily) -> Option<Info> {
    if log.level.is_some() || log.flags != 0 {
        return None;
    }
    let bridge = family == TableFamily::Bridge;
    let all = Nflog0 {
        len: log.snaplen.unwrap_or(0),
        group: log.group?,
        threshold: log.queue_threshold.unwrap_or(0),
        flags: if log.snaplen.is_some() && !bridge {
            COPY_LEN
        } else {
            0
        },
        unused: 0,
        prefix: Text::of(log.prefix.as_deref().unwrap_or_default())?,
    };
    Info::some(if bridge { "nflog" } else { "NFLOG" }, 0, all.bytes())
}

/// It has a form in nft's language.
pub(super) fn read_trace(_: Given<'_>) -> Option<Vec<Statement>> {
    Some(vec![Statement::Set {
        what: Expr::Meta(MetaKey::NfTrace),
        value: Expr::Value(Value::from(1u8)),
    }])
}

/// The target that has a packet followed.
pub(super) fn trace() -> Option<Info> {
    Info::some("TRACE", 0, Vec::new())
}

/// What the sender is told, by number; that of no answer is not there any more.
const REFUSALS: [(u32, Reject); 8] = [
    (0, Reject::Icmp(0)),
    (1, Reject::Icmp(1)),
    (2, Reject::Icmp(2)),
    (3, Reject::Icmp(3)),
    (5, Reject::Icmp(9)),
    (6, Reject::Icmp(10)),
    (7, Reject::TcpReset),
    (8, Reject::Icmp(13)),
];
const REFUSALS6: [(u32, Reject); 8] = [
    (0, Reject::Icmpv6(0)),
    (1, Reject::Icmpv6(1)),
    (2, Reject::Icmpv6(2)),
    (3, Reject::Icmpv6(3)),
    (4, Reject::Icmpv6(4)),
    (6, Reject::TcpReset),
    (7, Reject::Icmpv6(5)),
    (8, Reject::Icmpv6(6)),
];

const fn refusals(family: Family) -> &'static [(u32, Reject)] {
    match family {
        Family::V4 => &REFUSALS,
        Family::V6 => &REFUSALS6,
    }
}

pub(super) fn read_reject(given: Given<'_>) -> Option<Vec<Statement>> {
    let Reject0 { with } = given.read()?;
    let mut all = refusals(given.ip()).iter();
    one(XtTarget::Reject(all.find(|(number, _)| *number == with)?.1))
}

pub(super) fn reject(reject: Reject, family: TableFamily) -> Option<Info> {
    let mut all = refusals(ip_family(family)).iter();
    let (with, _) = *all.find(|(_, known)| *known == reject)?;
    Info::some("REJECT", 0, Reject0 { with }.bytes())
}

const BYPASS: u16 = 1;
const FANOUT: u16 = 2;

pub(super) fn read_nfqueue(given: Given<'_>) -> Option<Vec<Statement>> {
    let all = match given.revision {
        0 => Nfqueue3 {
            first: given.read::<Nfqueue0>()?.first,
            count: 1,
            flags: 0,
        },
        1 => {
            let Nfqueue1 { first, count } = given.read()?;
            Nfqueue3 {
                first,
                count,
                flags: 0,
            }
        }
        2 | 3 => given.read()?,
        _ => return None,
    };
    let last = all.first.checked_add(all.count.checked_sub(1)?)?;
    one(XtTarget::Nfqueue {
        queues: (all.first, last),
        bypass: all.flags & BYPASS != 0,
        fanout: all.flags & FANOUT != 0,
    })
}

pub(super) fn nfqueue((first, last): Span<u16>, bypass: bool, fanout: bool) -> Option<Info> {
    let flag = |there: bool, bit: u16| if there { bit } else { 0 };
    let all = Nfqueue3 {
        first,
        count: last.checked_sub(first)?.checked_add(1)?,
        flags: flag(bypass, BYPASS) | flag(fanout, FANOUT),
    };
    Info::some("NFQUEUE", 3, all.bytes())
}

pub(super) fn read_tee(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Tee1 = given.read()?;
    let device = all.device.text();
    one(XtTarget::Tee {
        gateway: all.gateway.ip(given.ip()),
        device: (!device.is_empty()).then_some(device),
    })
}

pub(super) fn tee(gateway: IpAddr, device: Option<&str>) -> Option<Info> {
    let all = Tee1 {
        gateway: Addr::of(gateway),
        device: Text::of(device.unwrap_or_default())?,
        own: Own,
    };
    Info::some("TEE", 1, all.bytes())
}

pub(super) fn read_audit(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtTarget::Audit(given.read::<Audit0>()?.kind))
}

pub(super) fn audit(kind: u8) -> Option<Info> {
    Info::some("AUDIT", 0, Audit0 { kind }.bytes())
}
