//! `mark`, `snat`, `dnat`, `redirect`, `arpreply`, `log` of `ebtables`, and `mangle` of `arptables`.

use super::super::layout::{Plain, Text, V4, layout};
use super::super::{Given, Info};
use super::one;
use core::net::IpAddr;
use netloom_model::MacAddr;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{ArpMangle, EbVerdict, MarkOp, XtTarget};

layout! {
    /// `ebt_mark_t_info`.
    Mark0 { value: u64, target: i32 }
    /// `ebt_nat_info`, `ebt_arpreply_info`.
    Mac0 { mac: [u8; 6], target: i32 }
    /// `ebt_redirect_info`.
    Redirect0 { target: i32 }
    /// `ebt_log_info`.
    Log0 { level: u8, prefix: Text<30>, flags: u32 }
    /// `arpt_mangle`: of hardware addresses six bytes count.
    Mangle0 {
        source_mac: [u8; 16],
        target_mac: [u8; 16],
        source_ip: V4,
        target_ip: V4,
        flags: u8,
        then: i32,
    }
}

/// What of a target says what becomes of the frame (`EBT_VERDICT_BITS`).
const VERDICT: i32 = 0xf;

/// The verdicts by the numbers that they have below, from -1 on.
const VERDICTS: [EbVerdict; 4] = [
    EbVerdict::Accept,
    EbVerdict::Drop,
    EbVerdict::Continue,
    EbVerdict::Return,
];

fn verdict(number: i32) -> Option<EbVerdict> {
    let at = usize::try_from(-1 - number).ok()?;
    VERDICTS.get(at).copied()
}

/// The verdict of a target whose other bits say something else.
fn low_verdict(target: i32) -> Option<EbVerdict> {
    verdict(target | !VERDICT)
}

fn number(then: EbVerdict) -> i32 {
    let at = VERDICTS.iter().position(|verdict| *verdict == then);
    -1 - at.unwrap_or(0) as i32
}

/// What is done to a mark, in the bits above the verdict (`MARK_*_VALUE`).
const OPS: [(i32, MarkOp); 4] = [
    (!0xf, MarkOp::Set),
    (!0x1f, MarkOp::Or),
    (!0x2f, MarkOp::And),
    (!0x3f, MarkOp::Xor),
];

pub(super) fn read_mark(given: Given<'_>) -> Option<Vec<Statement>> {
    let Mark0 { value, target } = given.read()?;
    let mut all = OPS.iter();
    let (_, op) = all.find(|(bits, _)| *bits == target & !VERDICT)?;
    one(XtTarget::EbMark {
        op: *op,
        value: u32::try_from(value).ok()?,
        then: low_verdict(target)?,
    })
}

pub(super) fn mark(op: MarkOp, value: u32, then: EbVerdict) -> Option<Info> {
    let (bits, _) = OPS.iter().find(|(_, known)| *known == op)?;
    let all = Mark0 {
        value: value.into(),
        target: bits | number(then) & VERDICT,
    };
    Info::some("mark", 0, all.bytes())
}

/// Of `snat`: ARP stays as it is (`NAT_ARP_BIT`).
const NO_ARP: i32 = 0x10;

pub(super) fn read_snat(given: Given<'_>) -> Option<Vec<Statement>> {
    let Mac0 { mac, target } = given.read()?;
    one(XtTarget::EbSnat {
        mac: MacAddr(mac),
        arp: target & NO_ARP == 0,
        then: low_verdict(target)?,
    })
}

fn with_mac(name: &str, mac: MacAddr, target: i32) -> Option<Info> {
    Info::some(name, 0, Mac0 { mac: mac.0, target }.bytes())
}

pub(super) fn snat(mac: MacAddr, arp: bool, then: EbVerdict) -> Option<Info> {
    let bits = if arp { !NO_ARP } else { !0 };
    with_mac("snat", mac, number(then) & bits)
}

pub(super) fn read_dnat(given: Given<'_>) -> Option<Vec<Statement>> {
    let Mac0 { mac, target } = given.read()?;
    one(XtTarget::EbDnat {
        mac: MacAddr(mac),
        then: verdict(target)?,
    })
}

pub(super) fn dnat(mac: MacAddr, then: EbVerdict) -> Option<Info> {
    with_mac("dnat", mac, number(then))
}

pub(super) fn read_arpreply(given: Given<'_>) -> Option<Vec<Statement>> {
    let Mac0 { mac, target } = given.read()?;
    one(XtTarget::ArpReply {
        mac: MacAddr(mac),
        then: verdict(target)?,
    })
}

pub(super) fn arpreply(mac: MacAddr, then: EbVerdict) -> Option<Info> {
    with_mac("arpreply", mac, number(then))
}

pub(super) fn read_redirect(given: Given<'_>) -> Option<Vec<Statement>> {
    let Redirect0 { target } = given.read()?;
    one(XtTarget::EbRedirect(verdict(target)?))
}

pub(super) fn redirect(then: EbVerdict) -> Option<Info> {
    let target = number(then);
    Info::some("redirect", 0, Redirect0 { target }.bytes())
}

/// What a line tells of a frame: the kernel's bits (`EBT_LOG_*`), and the model's.
const LOG_FLAGS: [(u32, u8); 3] = [(1, 1), (2, 2), (8, 4)];

pub(super) fn read_log(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Log0 = given.read()?;
    let known = LOG_FLAGS.iter().fold(0, |known, (bit, _)| known | bit);
    if all.flags & !known != 0 {
        return None;
    }
    let flags = LOG_FLAGS.iter().filter(|(bit, _)| all.flags & bit != 0);
    one(XtTarget::Log {
        level: all.level,
        prefix: all.prefix.text(),
        flags: flags.map(|(_, bit)| bit).sum(),
    })
}

pub(super) fn log(level: u8, prefix: &str, flags: u8) -> Option<Info> {
    let bits = LOG_FLAGS.iter().filter(|(_, bit)| flags & bit != 0);
    let all = Log0 {
        level,
        prefix: Text::of(prefix)?,
        flags: bits.map(|(bit, _)| bit).sum(),
    };
    Info::some("log", 0, all.bytes())
}

/// What `mangle` changes (`ARPT_MANGLE_*`).
const SOURCE_MAC: u8 = 1;
const TARGET_MAC: u8 = 2;
const SOURCE_IP: u8 = 4;
const TARGET_IP: u8 = 8;
/// What becomes of the packet (`NF_DROP`, `NF_ACCEPT`, `XT_CONTINUE`).
const DROP: i32 = 0;
const ACCEPT: i32 = 1;
const CONTINUE: i32 = -1;

pub(super) fn read_mangle(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Mangle0 = given.read()?;
    let is = |bit: u8| all.flags & bit != 0;
    let mac =
        |bit: u8, [a, b, c, d, e, f, ..]: [u8; 16]| is(bit).then_some(MacAddr([a, b, c, d, e, f]));
    let ip = |bit: u8, address: V4| is(bit).then_some(IpAddr::V4(address.0));
    one(XtTarget::ArpMangle(ArpMangle {
        source_ip: ip(SOURCE_IP, all.source_ip),
        source_mac: mac(SOURCE_MAC, all.source_mac),
        target_ip: ip(TARGET_IP, all.target_ip),
        target_mac: mac(TARGET_MAC, all.target_mac),
        then: match all.then {
            ACCEPT => None,
            DROP => Some(EbVerdict::Drop),
            CONTINUE => Some(EbVerdict::Continue),
            _ => return None,
        },
    }))
}

pub(super) fn mangle(mangle: &ArpMangle) -> Option<Info> {
    let mut all = Mangle0::zero();
    for (bit, ip, room) in [
        (SOURCE_IP, mangle.source_ip, &mut all.source_ip),
        (TARGET_IP, mangle.target_ip, &mut all.target_ip),
    ] {
        match ip {
            Some(IpAddr::V4(address)) => *room = V4(address),
            Some(IpAddr::V6(_)) => return None,
            None => continue,
        }
        all.flags |= bit;
    }
    for (bit, mac, room) in [
        (SOURCE_MAC, mangle.source_mac, &mut all.source_mac),
        (TARGET_MAC, mangle.target_mac, &mut all.target_mac),
    ] {
        if let Some(mac) = mac {
            room[..6].copy_from_slice(&mac.0);
            all.flags |= bit;
        }
    }
    all.then = match mangle.then {
        None | Some(EbVerdict::Accept) => ACCEPT,
        Some(EbVerdict::Drop) => DROP,
        Some(EbVerdict::Continue) => CONTINUE,
        Some(EbVerdict::Return) => return None,
    };
    Info::some("mangle", 0, all.bytes())
}
