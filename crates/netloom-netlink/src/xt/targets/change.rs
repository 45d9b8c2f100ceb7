//! `TTL`, `HL`, `DSCP`, `TOS`, `TCPMSS`, `CLASSIFY`, `CHECKSUM`, `ECN`, `TCPOPTSTRIP`, `SYNPROXY`:
//! changes of what stands in a packet.

use super::super::layout::{Plain, layout};
use super::super::{Given, Info};
use super::one;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::statement::Synproxy;
use netloom_model::ruleset::xt::{SetTtl, XtTarget};

layout! {
    /// `ipt_TTL_info`, `ip6t_HL_info`.
    Ttl0 { mode: u8, by: u8 }
    /// `xt_DSCP_info`; the first revision of `TOS` is the same.
    Dscp0 { class: u8 }
    /// `xt_tos_target_info`.
    Tos1 { value: u8, mask: u8 }
    /// `xt_tcpmss_info`.
    Tcpmss0 { mss: u16 }
    /// `xt_classify_target_info`.
    Classify0 { class: u32 }
    /// `xt_CHECKSUM_info`.
    Checksum0 { operation: u8 }
    /// `ipt_ECN_info`.
    Ecn0 { operation: u8, ip: u8, tcp: u8 }
    /// `xt_tcpoptstrip_target_info`.
    Tcpoptstrip0 { kinds: [u32; 8] }
    /// `nf_synproxy_info`.
    Synproxy0 { options: u8, wscale: u8, mss: u16 }
}

fn by(given: Given<'_>) -> Option<SetTtl> {
    let Ttl0 { mode, by } = given.read()?;
    Some(match mode {
        0 => SetTtl::Set(by),
        1 => SetTtl::Inc(by),
        2 => SetTtl::Dec(by),
        _ => return None,
    })
}

pub(super) fn read_ttl(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtTarget::Ttl(by(given)?))
}

pub(super) fn read_hl(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtTarget::Hl(by(given)?))
}

pub(super) fn ttl(name: &str, by: SetTtl) -> Option<Info> {
    let (mode, by) = match by {
        SetTtl::Set(by) => (0, by),
        SetTtl::Inc(by) => (1, by),
        SetTtl::Dec(by) => (2, by),
    };
    Info::some(name, 0, Ttl0 { mode, by }.bytes())
}

pub(super) fn read_dscp(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtTarget::Dscp(given.read::<Dscp0>()?.class))
}

pub(super) fn dscp(class: u8) -> Option<Info> {
    Info::some("DSCP", 0, Dscp0 { class }.bytes())
}

pub(super) fn read_tos(given: Given<'_>) -> Option<Vec<Statement>> {
    let (value, mask) = match given.revision {
        0 => (given.read::<Dscp0>()?.class, u8::MAX),
        1 => {
            let Tos1 { value, mask } = given.read()?;
            (value, mask)
        }
        _ => return None,
    };
    one(XtTarget::Tos { value, mask })
}

pub(super) fn tos(value: u8, mask: u8) -> Option<Info> {
    Info::some("TOS", 1, Tos1 { value, mask }.bytes())
}

/// As the way allows (`XT_TCPMSS_CLAMP_PMTU`).
const CLAMP: u16 = u16::MAX;

pub(super) fn read_tcpmss(given: Given<'_>) -> Option<Vec<Statement>> {
    let Tcpmss0 { mss } = given.read()?;
    one(XtTarget::Tcpmss((mss != CLAMP).then_some(mss)))
}

pub(super) fn tcpmss(mss: Option<u16>) -> Option<Info> {
    let mss = mss.unwrap_or(CLAMP);
    Info::some("TCPMSS", 0, Tcpmss0 { mss }.bytes())
}

pub(super) fn read_classify(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtTarget::Classify(given.read::<Classify0>()?.class))
}

pub(super) fn classify(class: u32) -> Option<Info> {
    Info::some("CLASSIFY", 0, Classify0 { class }.bytes())
}

/// `XT_CHECKSUM_OP_FILL`.
const FILL: u8 = 1;

pub(super) fn read_checksum(given: Given<'_>) -> Option<Vec<Statement>> {
    match given.read::<Checksum0>()?.operation {
        FILL => one(XtTarget::Checksum),
        _ => None,
    }
}

pub(super) fn checksum() -> Option<Info> {
    Info::some("CHECKSUM", 0, Checksum0 { operation: FILL }.bytes())
}

/// Sets both bits of TCP, to nothing (`IPT_ECN_OP_SET_ECE`, `IPT_ECN_OP_SET_CWR`).
const TCP_BITS: u8 = 0x30;

pub(super) fn read_ecn(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Ecn0 = given.read()?;
    match (all.operation, all.tcp) {
        (TCP_BITS, 0) => one(XtTarget::EcnTcpRemove),
        _ => None,
    }
}

pub(super) fn ecn() -> Option<Info> {
    let all = Ecn0 {
        operation: TCP_BITS,
        ..Ecn0::zero()
    };
    Info::some("ECN", 0, all.bytes())
}

pub(super) fn read_tcpoptstrip(given: Given<'_>) -> Option<Vec<Statement>> {
    let Tcpoptstrip0 { kinds } = given.read()?;
    let there = (0..=u8::MAX).filter(|kind| {
        let [word, bit] = [kind / 32, kind % 32].map(usize::from);
        kinds[word] >> bit & 1 != 0
    });
    one(XtTarget::Tcpoptstrip(there.collect()))
}

pub(super) fn tcpoptstrip(kinds: &[u8]) -> Option<Info> {
    let mut all = Tcpoptstrip0::zero();
    for kind in kinds {
        let [word, bit] = [kind / 32, kind % 32].map(usize::from);
        all.kinds[word] |= 1 << bit;
    }
    Info::some("TCPOPTSTRIP", 0, all.bytes())
}

/// What `SYNPROXY` tells (`NF_SYNPROXY_OPT_*`).
const MSS: u8 = 1;
const WSCALE: u8 = 2;
const SACK_PERM: u8 = 4;
const TIMESTAMP: u8 = 8;

pub(super) fn read_synproxy(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Synproxy0 = given.read()?;
    if all.options & !(MSS | WSCALE | SACK_PERM | TIMESTAMP) != 0 {
        return None;
    }
    let is = |bit: u8| all.options & bit != 0;
    one(XtTarget::Synproxy(Synproxy {
        mss: if is(MSS) { all.mss } else { 0 },
        wscale: if is(WSCALE) { all.wscale } else { 0 },
        timestamp: is(TIMESTAMP),
        sack_perm: is(SACK_PERM),
    }))
}

pub(super) fn synproxy(found: &Synproxy) -> Option<Info> {
    let flag = |there: bool, bit: u8| if there { bit } else { 0 };
    let all = Synproxy0 {
        options: flag(found.mss != 0, MSS)
            | flag(found.wscale != 0, WSCALE)
            | flag(found.sack_perm, SACK_PERM)
            | flag(found.timestamp, TIMESTAMP),
        wscale: found.wscale,
        mss: found.mss,
    };
    Info::some("SYNPROXY", 0, all.bytes())
}
