//! `addrtype`, `iprange`, `mac`: addresses.

use super::super::layout::{Addr, Flags, Plain, asked, layout};
use super::super::{Given, Info, not};
use super::one;
use core::net::IpAddr;
use netloom_model::MacAddr;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Addrtype, Not, Span, XtMatch};

layout! {
    /// `xt_addrtype_info`.
    Addrtype0 { source: u16, destination: u16, not_source: u32, not_destination: u32 }
    /// `xt_addrtype_info_v1`.
    Addrtype1 { source: u16, destination: u16, flags: u32 }
    /// `xt_iprange_mtinfo`.
    Iprange1 { source: [Addr; 2], destination: [Addr; 2], flags: u8 }
    /// `xt_mac_info`.
    Mac0 { address: [u8; 6], not: u32 }
}

/// Flags of `addrtype` (`XT_ADDRTYPE_*`).
const NOT_SOURCE: u32 = 1;
const NOT_DESTINATION: u32 = 2;
const LIMIT_IN: u32 = 4;
const LIMIT_OUT: u32 = 8;

pub(super) fn read_addrtype(given: Given<'_>) -> Option<Vec<Statement>> {
    let all = match given.revision {
        0 => {
            let old: Addrtype0 = given.read()?;
            let bit = |there: u32, bit| if there == 0 { 0 } else { bit };
            Addrtype1 {
                source: old.source,
                destination: old.destination,
                flags: bit(old.not_source, NOT_SOURCE) | bit(old.not_destination, NOT_DESTINATION),
            }
        }
        1 => given.read()?,
        _ => return None,
    };
    let side = |types: u16, bit: u32| (types != 0).then_some(not(types, all.flags & bit != 0));
    one(XtMatch::Addrtype(Addrtype {
        source: side(all.source, NOT_SOURCE),
        destination: side(all.destination, NOT_DESTINATION),
        limit_iface_in: all.flags & LIMIT_IN != 0,
        limit_iface_out: all.flags & LIMIT_OUT != 0,
    }))
}

pub(super) fn addrtype(found: &Addrtype) -> Option<Info> {
    let mut flags = 0;
    let mut side = |side: Option<Not<u16>>, bit: u32| {
        if side.is_some_and(|side| side.not) {
            flags |= bit;
        }
        side.map_or(0, |side| side.is)
    };
    let (source, destination) = (
        side(found.source, NOT_SOURCE),
        side(found.destination, NOT_DESTINATION),
    );
    for (there, bit) in [
        (found.limit_iface_in, LIMIT_IN),
        (found.limit_iface_out, LIMIT_OUT),
    ] {
        flags |= if there { bit } else { 0 };
    }
    let all = Addrtype1 {
        source,
        destination,
        flags,
    };
    Info::some("addrtype", 1, all.bytes())
}

/// Flags of `iprange` (`IPRANGE_*`): those of inversion are four bits above.
const SOURCE: u8 = 1;
const DESTINATION: u8 = 2;
const INVERSION: u32 = 4;

pub(super) fn read_iprange(given: Given<'_>) -> Option<Vec<Statement>> {
    if given.revision != 1 {
        return None;
    }
    let all: Iprange1 = given.read()?;
    let side = |[from, to]: [Addr; 2], bit: u8| {
        let span = (from.ip(given.ip()), to.ip(given.ip()));
        asked(all.flags, all.flags >> INVERSION, bit, span)
    };
    one(XtMatch::Iprange {
        source: side(all.source, SOURCE),
        destination: side(all.destination, DESTINATION),
    })
}

pub(super) fn iprange(
    source: Option<Not<Span<IpAddr>>>,
    destination: Option<Not<Span<IpAddr>>>,
) -> Option<Info> {
    let mut flags = Flags::default();
    let mut side = |side: Option<Not<Span<IpAddr>>>, bit: u8| match flags.of(bit.into(), side) {
        Some((from, to)) => [Addr::of(from), Addr::of(to)],
        None => Plain::zero(),
    };
    let (source, destination) = (side(source, SOURCE), side(destination, DESTINATION));
    let all = Iprange1 {
        source,
        destination,
        flags: (flags.asked | flags.inverted << INVERSION) as u8,
    };
    Info::some("iprange", 1, all.bytes())
}

pub(super) fn read_mac(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Mac0 = given.read()?;
    one(XtMatch::Mac(not(MacAddr(all.address), all.not != 0)))
}

pub(super) fn mac(mac: &Not<MacAddr>) -> Option<Info> {
    let all = Mac0 {
        address: mac.is.0,
        not: mac.not.into(),
    };
    Info::some("mac", 0, all.bytes())
}
