//! `length`, `ttl`, `hl`, `dscp`, `tos`, `ecn`, `ah`, `esp`, `ipcomp`: fields of headers.

use super::super::layout::{Plain, layout};
use super::super::{Given, Info, not};
use super::{header6, one};
use netloom_model::Family;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Compare, Ecn, Not, Span, XtMatch};

layout! {
    /// `xt_length_info`.
    Length0 { from: u16, to: u16, not: u8 }
    /// `ipt_ttl_info`, `ip6t_hl_info`.
    Compared0 { mode: u8, with: u8 }
    /// `xt_dscp_info`; the first revision of `tos` is the same.
    Dscp0 { class: u8, not: u8 }
    /// `xt_tos_match_info`.
    Tos1 { mask: u8, value: u8, not: u8 }
    /// `xt_ecn_info`.
    Ecn0 { operation: u8, inverted: u8, ip: u8, tcp: u8 }
    /// `ipt_ah`, `xt_esp`.
    Spi0 { spi: [u32; 2], inverted: u8 }
    /// `xt_ipcomp`.
    Ipcomp0 { spi: [u32; 2], inverted: u8, reserved: u8 }
}

pub(super) fn read_length(given: Given<'_>) -> Option<Vec<Statement>> {
    let Length0 { from, to, not: n } = given.read()?;
    one(XtMatch::Length(not((from, to), n != 0)))
}

pub(super) fn length(span: &Not<Span<u16>>) -> Option<Info> {
    let all = Length0 {
        from: span.is.0,
        to: span.is.1,
        not: span.not.into(),
    };
    Info::some("length", 0, all.bytes())
}

fn compare_of(given: Given<'_>) -> Option<Compare<u8>> {
    let Compared0 { mode, with } = given.read()?;
    Some(match mode {
        0 => Compare::Eq(with),
        1 => Compare::Ne(with),
        2 => Compare::Lt(with),
        3 => Compare::Gt(with),
        _ => return None,
    })
}

pub(super) fn read_ttl(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtMatch::Ttl(compare_of(given)?))
}

pub(super) fn read_hl(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtMatch::Hl(compare_of(given)?))
}

pub(super) fn compared(name: &str, compared: Compare<u8>) -> Option<Info> {
    let (mode, with) = match compared {
        Compare::Eq(with) => (0, with),
        Compare::Ne(with) => (1, with),
        Compare::Lt(with) => (2, with),
        Compare::Gt(with) => (3, with),
    };
    Info::some(name, 0, Compared0 { mode, with }.bytes())
}

pub(super) fn read_dscp(given: Given<'_>) -> Option<Vec<Statement>> {
    let Dscp0 { class, not: n } = given.read()?;
    one(XtMatch::Dscp(not(class, n != 0)))
}

pub(super) fn dscp(class: &Not<u8>) -> Option<Info> {
    let all = Dscp0 {
        class: class.is,
        not: class.not.into(),
    };
    Info::some("dscp", 0, all.bytes())
}

pub(super) fn read_tos(given: Given<'_>) -> Option<Vec<Statement>> {
    let all = match given.revision {
        0 => {
            let old: Dscp0 = given.read()?;
            Tos1 {
                mask: u8::MAX,
                value: old.class,
                not: old.not,
            }
        }
        1 => given.read()?,
        _ => return None,
    };
    let value = not(all.value, all.not != 0);
    one(XtMatch::Tos {
        value,
        mask: all.mask,
    })
}

pub(super) fn tos(value: &Not<u8>, mask: u8) -> Option<Info> {
    let all = Tos1 {
        mask,
        value: value.is,
        not: value.not.into(),
    };
    Info::some("tos", 1, all.bytes())
}

/// What `ecn` asks for (`XT_ECN_OP_MATCH_*`).
const ECN_IP: u8 = 0x01;
const ECN_ECE: u8 = 0x10;
const ECN_CWR: u8 = 0x20;

pub(super) fn read_ecn(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Ecn0 = given.read()?;
    if all.operation & !(ECN_IP | ECN_ECE | ECN_CWR) != 0 {
        return None;
    }
    let there = |bit: u8| all.operation & bit != 0;
    let flag = |bit: u8| there(bit).then_some(all.inverted & bit == 0);
    one(XtMatch::Ecn(Ecn {
        tcp_cwr: flag(ECN_CWR),
        tcp_ece: flag(ECN_ECE),
        ip: there(ECN_IP).then_some(not(all.ip, all.inverted & ECN_IP != 0)),
    }))
}

pub(super) fn ecn(found: &Ecn) -> Option<Info> {
    let mut all = Ecn0::zero();
    let mut note = |bit: u8, is: Option<bool>| {
        if let Some(is) = is {
            all.operation |= bit;
            all.inverted |= if is { 0 } else { bit };
        }
    };
    note(ECN_CWR, found.tcp_cwr);
    note(ECN_ECE, found.tcp_ece);
    note(ECN_IP, found.ip.map(|ip| !ip.not));
    all.ip = found.ip.map_or(0, |ip| ip.is);
    Info::some("ecn", 0, all.bytes())
}

fn spi_of(given: Given<'_>) -> Option<Not<Span<u32>>> {
    let all: Spi0 = given.read()?;
    Some(not(all.spi.into(), all.inverted & 1 != 0))
}

fn spi(name: &str, spi: &Not<Span<u32>>) -> Option<Info> {
    let all = Spi0 {
        spi: spi.is.into(),
        inverted: spi.not.into(),
    };
    Info::some(name, 0, all.bytes())
}

pub(super) fn read_ah(given: Given<'_>) -> Option<Vec<Statement>> {
    match given.ip() {
        Family::V4 => one(XtMatch::Ah(spi_of(given)?)),
        Family::V6 => header6::read_ah(given),
    }
}

pub(super) fn ah(found: &Not<Span<u32>>) -> Option<Info> {
    spi("ah", found)
}

pub(super) fn read_esp(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtMatch::Esp(spi_of(given)?))
}

pub(super) fn esp(found: &Not<Span<u32>>) -> Option<Info> {
    spi("esp", found)
}

pub(super) fn read_ipcomp(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Ipcomp0 = given.read()?;
    one(XtMatch::Ipcomp {
        spi: not(all.spi.into(), all.inverted & 1 != 0),
        reserved: all.reserved != 0,
    })
}

pub(super) fn ipcomp(spi: &Not<Span<u32>>, reserved: bool) -> Option<Info> {
    let all = Ipcomp0 {
        spi: spi.is.into(),
        inverted: spi.not.into(),
        reserved: reserved.into(),
    };
    Info::some("ipcomp", 0, all.bytes())
}
