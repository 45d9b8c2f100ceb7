//! `SNAT`, `DNAT`, `MASQUERADE`, `REDIRECT`, `NETMAP`, `SNPT`, `DNPT`: translations of addresses.
//!
//! There are three structures: that of IPv4 alone, which counts ranges and has one; that of both
//! families; and the same with the port that others keep their distance from.

use super::super::layout::{Addr, Be16, Plain, V4, layout};
use super::super::{Given, Info, ip_family};
use super::one;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::ruleset::statement::NatFlags;
use netloom_model::ruleset::xt::{NatRange, XtTarget};
use netloom_model::ruleset::{Statement, TableFamily};
use netloom_model::{Family, IpNet};

layout! {
    /// `nf_nat_ipv4_multi_range_compat`.
    Ipv4 { ranges: u32, flags: u32, addresses: [V4; 2], ports: [Be16; 2] }
    /// `nf_nat_range`.
    Both { flags: u32, addresses: [Addr; 2], ports: [Be16; 2] }
    /// `nf_nat_range2`.
    Based { flags: u32, addresses: [Addr; 2], ports: [Be16; 2], base: Be16 }
    /// `ip6t_npt_tginfo`.
    Npt0 { from: Addr, to: Addr, from_len: u8, to_len: u8, adjustment: u16 }
}

/// What of a range counts (`NF_NAT_RANGE_*`).
const ADDRESSES: u32 = 1;
const PORTS: u32 = 2;
const RANDOM: u32 = 4;
const PERSISTENT: u32 = 8;
const FULLY_RANDOM: u32 = 0x10;
const BASE: u32 = 0x20;
const KNOWN: u32 = ADDRESSES | PORTS | RANDOM | PERSISTENT | FULLY_RANDOM | BASE;

fn range(family: Family, all: &Based) -> Option<NatRange> {
    if all.flags & !KNOWN != 0 {
        return None;
    }
    let is = |bit: u32| all.flags & bit != 0;
    let [from, to] = all.addresses.map(|address| address.ip(family));
    let [first, last] = all.ports.map(|port| port.0);
    Some(NatRange {
        addresses: is(ADDRESSES).then_some((from, to)),
        ports: is(PORTS).then_some((first, last)),
        base_port: is(BASE).then_some(all.base.0),
        flags: NatFlags {
            random: is(RANDOM),
            fully_random: is(FULLY_RANDOM),
            persistent: is(PERSISTENT),
        },
    })
}

/// The greatest structure, with what a range says in it.
fn structure(range: &NatRange) -> Based {
    let flag = |there: bool, bit: u32| if there { bit } else { 0 };
    let mut all = Based {
        flags: flag(range.addresses.is_some(), ADDRESSES)
            | flag(range.ports.is_some(), PORTS)
            | flag(range.base_port.is_some(), BASE)
            | flag(range.flags.random, RANDOM)
            | flag(range.flags.fully_random, FULLY_RANDOM)
            | flag(range.flags.persistent, PERSISTENT),
        ..Based::zero()
    };
    if let Some((from, to)) = range.addresses {
        all.addresses = [Addr::of(from), Addr::of(to)];
    }
    if let Some((from, to)) = range.ports {
        all.ports = [Be16(from), Be16(to)];
    }
    all.base = Be16(range.base_port.unwrap_or(0));
    all
}

fn of_ipv4(given: Given<'_>) -> Option<Based> {
    let all: Ipv4 = given.read()?;
    let [from, to] = all.addresses.map(|address| Addr::of(address.0.into()));
    (all.ranges == 1).then_some(Based {
        flags: all.flags,
        addresses: [from, to],
        ports: all.ports,
        base: Be16(0),
    })
}

fn of_both(given: Given<'_>) -> Option<Based> {
    let all: Both = given.read()?;
    Some(Based {
        flags: all.flags,
        addresses: all.addresses,
        ports: all.ports,
        base: Be16(0),
    })
}

/// The structure of `SNAT` and `DNAT`, which goes by the revision.
fn by_revision(given: Given<'_>) -> Option<NatRange> {
    let all = match given.revision {
        0 => of_ipv4(given)?,
        1 => of_both(given)?,
        2 => given.read()?,
        _ => return None,
    };
    range(given.ip(), &all)
}

/// That of the others, which goes by the family.
fn by_family(given: Given<'_>) -> Option<Based> {
    match (given.ip(), given.revision) {
        (Family::V4, 0) => of_ipv4(given),
        (Family::V6, 0) => of_both(given),
        _ => None,
    }
}

pub(super) fn read_snat(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtTarget::Snat(by_revision(given)?))
}

pub(super) fn read_dnat(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtTarget::Dnat(by_revision(given)?))
}

pub(super) fn read_masquerade(given: Given<'_>) -> Option<Vec<Statement>> {
    let found = range(given.ip(), &by_family(given)?)?;
    one(XtTarget::Masquerade(found))
}

pub(super) fn read_redirect(given: Given<'_>) -> Option<Vec<Statement>> {
    let found = range(given.ip(), &by_family(given)?)?;
    one(XtTarget::Redirect(found))
}

fn ipv4(all: &Based) -> Vec<u8> {
    let v4 = |address: Addr| match address.ip(Family::V4) {
        IpAddr::V4(address) => V4(address),
        IpAddr::V6(_) => V4(Ipv4Addr::UNSPECIFIED),
    };
    Ipv4 {
        ranges: 1,
        flags: all.flags,
        addresses: all.addresses.map(v4),
        ports: all.ports,
    }
    .bytes()
}

fn both(all: &Based) -> Vec<u8> {
    Both {
        flags: all.flags,
        addresses: all.addresses,
        ports: all.ports,
    }
    .bytes()
}

pub(super) fn snat(range: &NatRange, family: TableFamily) -> Option<Info> {
    let all = structure(range);
    match ip_family(family) {
        _ if range.base_port.is_some() => Info::some("SNAT", 2, all.bytes()),
        Family::V4 => Info::some("SNAT", 0, ipv4(&all)),
        Family::V6 => Info::some("SNAT", 1, both(&all)),
    }
}

pub(super) fn dnat(range: &NatRange) -> Option<Info> {
    Info::some("DNAT", 2, structure(range).bytes())
}

/// `MASQUERADE` and `REDIRECT`.
pub(super) fn alone(name: &str, range: &NatRange, family: TableFamily) -> Option<Info> {
    let all = structure(range);
    let bytes = match ip_family(family) {
        Family::V4 => ipv4(&all),
        Family::V6 => both(&all),
    };
    range.base_port.is_none().then(|| Info::new(name, 0, bytes))
}

pub(super) fn read_netmap(given: Given<'_>) -> Option<Vec<Statement>> {
    let all = by_family(given)?;
    let [first, last] = all.addresses.map(|address| address.ip(given.ip()));
    one(XtTarget::Netmap { first, last })
}

pub(super) fn netmap(first: IpAddr, last: IpAddr) -> Option<Info> {
    let all = structure(&NatRange {
        addresses: Some((first, last)),
        ..NatRange::default()
    });
    let bytes = if first.is_ipv4() {
        ipv4(&all)
    } else {
        both(&all)
    };
    Info::some("NETMAP", 0, bytes)
}

fn prefixes(given: Given<'_>, destination: bool) -> Option<Vec<Statement>> {
    let all: Npt0 = given.read()?;
    let net =
        |address: Addr, len: u8| (len <= 128).then(|| IpNet::new(address.ip(Family::V6), len));
    one(XtTarget::Npt {
        destination,
        from: net(all.from, all.from_len)?,
        to: net(all.to, all.to_len)?,
    })
}

pub(super) fn read_snpt(given: Given<'_>) -> Option<Vec<Statement>> {
    prefixes(given, false)
}

pub(super) fn read_dnpt(given: Given<'_>) -> Option<Vec<Statement>> {
    prefixes(given, true)
}

/// The kernel reckons the adjustment.
pub(super) fn npt(destination: bool, from: &IpNet, to: &IpNet) -> Option<Info> {
    let all = Npt0 {
        from: Addr::of(from.addr),
        to: Addr::of(to.addr),
        from_len: from.len,
        to_len: to.len,
        adjustment: 0,
    };
    let name = if destination { "DNPT" } else { "SNPT" };
    Info::some(name, 0, all.bytes())
}
