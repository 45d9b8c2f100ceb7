//! `ah`, `dst`, `hbh`, `frag`, `rt`, `mh`, `ipv6header`, `eui64`: what stands behind the header of IPv6.

use super::super::layout::{Addr, Flags, Plain, asked, layout};
use super::super::{Given, Info, not};
use super::one;
use netloom_model::Family;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Ah6, Frag, Not, Options6, RoutingHeader, Span, XtMatch};

layout! {
    /// `ip6t_ah`.
    Ah0 { spi: [u32; 2], length: u32, reserved: u8, inverted: u8 }
    /// `ip6t_opts`: an option is its type and, below it, its length.
    Options0 { length: u32, flags: u8, inverted: u8, options: [u16; 16], count: u8 }
    /// `ip6t_frag`.
    Frag0 { id: [u32; 2], length: u32, flags: u8, inverted: u8 }
    /// `ip6t_rt`.
    Rt0 {
        rt_type: u32,
        segments: [u32; 2],
        length: u32,
        flags: u8,
        inverted: u8,
        addresses: [Addr; 16],
        count: u8,
    }
    /// `ip6t_mh`.
    Mh0 { types: [u8; 2], inverted: u8 }
    /// `ip6t_ipv6header_info`.
    Ipv6header0 { headers: u8, inverted: u8, soft: u8 }
    /// `eui64` has a number that nobody looks at.
    Eui64 { unused: u32 }
}

/// Where nothing is asked for everything will do.
const ALL: Span<u32> = (0, u32::MAX);

/// Those are asked for that are not all.
fn span(found: [u32; 2], inverted: bool) -> Option<Not<Span<u32>>> {
    let span = not(found.into(), inverted);
    (span.is != ALL || inverted).then_some(span)
}

pub(super) fn read_ah(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Ah0 = given.read()?;
    let length = not(all.length, all.inverted & 2 != 0);
    one(XtMatch::Ah6(Ah6 {
        spi: span(all.spi, all.inverted & 1 != 0),
        length: (length.is != 0 || length.not).then_some(length),
        reserved: all.reserved != 0,
    }))
}

pub(super) fn ah(found: &Ah6) -> Option<Info> {
    let mut flags = Flags::default();
    let spi = flags.of(1, found.spi).unwrap_or(ALL);
    let all = Ah0 {
        spi: spi.into(),
        length: flags.of(2, found.length).unwrap_or(0),
        reserved: found.reserved.into(),
        inverted: flags.inverted as u8,
    };
    Info::some("ah", 0, all.bytes())
}

/// What `dst` and `hbh` ask for (`IP6T_OPTS_*`).
const OPTS_LENGTH: u8 = 1;
const OPTS_OPTIONS: u8 = 2;
/// Of an option whose length does not count.
const ANY_LENGTH: u8 = 0xff;

fn options_of(given: Given<'_>) -> Option<Options6> {
    let all: Options0 = given.read()?;
    if all.flags & !(OPTS_LENGTH | OPTS_OPTIONS) != 0 {
        return None;
    }
    let options = match all.flags & OPTS_OPTIONS {
        0 => &[],
        _ => all.options.get(..usize::from(all.count))?,
    };
    let option = |option: &u16| {
        let [kind, length] = option.to_be_bytes();
        (kind, (length != ANY_LENGTH).then_some(length))
    };
    Some(Options6 {
        length: asked(all.flags, all.inverted, OPTS_LENGTH, all.length),
        options: options.iter().map(option).collect(),
    })
}

pub(super) fn read_dst(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtMatch::Dst(options_of(given)?))
}

pub(super) fn read_hbh(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtMatch::Hbh(options_of(given)?))
}

pub(super) fn options(name: &str, found: &Options6) -> Option<Info> {
    let (mut all, mut flags) = (Options0::zero(), Flags::default());
    all.length = flags.of(OPTS_LENGTH.into(), found.length).unwrap_or(0);
    flags.set(OPTS_OPTIONS.into(), !found.options.is_empty());
    for (at, (kind, length)) in found.options.iter().enumerate() {
        let option = [*kind, length.unwrap_or(ANY_LENGTH)];
        *all.options.get_mut(at)? = u16::from_be_bytes(option);
    }
    all.count = found.options.len() as u8;
    (all.flags, all.inverted) = (flags.asked as u8, flags.inverted as u8);
    Info::some(name, 0, all.bytes())
}

/// What `frag` asks for (`IP6T_FRAG_*`).
const FRAG_ID: u8 = 1;
const FRAG_LENGTH: u8 = 2;
const FRAG_RESERVED: u8 = 4;
const FRAG_FIRST: u8 = 8;
const FRAG_MORE: u8 = 0x10;
const FRAG_LAST: u8 = 0x20;

pub(super) fn read_frag(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Frag0 = given.read()?;
    let is = |bit: u8| all.flags & bit != 0;
    one(XtMatch::Frag(Frag {
        id: asked(all.flags, all.inverted, FRAG_ID, all.id.into()),
        length: asked(all.flags, all.inverted, FRAG_LENGTH, all.length),
        reserved: is(FRAG_RESERVED),
        first: is(FRAG_FIRST),
        more: is(FRAG_MORE),
        last: is(FRAG_LAST),
    }))
}

pub(super) fn frag(found: &Frag) -> Option<Info> {
    let mut flags = Flags::default();
    let id = flags.of(FRAG_ID.into(), found.id).unwrap_or(ALL);
    let length = flags.of(FRAG_LENGTH.into(), found.length).unwrap_or(0);
    flags.set(FRAG_RESERVED.into(), found.reserved);
    flags.set(FRAG_FIRST.into(), found.first);
    flags.set(FRAG_MORE.into(), found.more);
    flags.set(FRAG_LAST.into(), found.last);
    let all = Frag0 {
        id: id.into(),
        length,
        flags: flags.asked as u8,
        inverted: flags.inverted as u8,
    };
    Info::some("frag", 0, all.bytes())
}

/// What `rt` asks for (`IP6T_RT_*`).
const RT_TYPE: u8 = 1;
const RT_SEGMENTS: u8 = 2;
const RT_LENGTH: u8 = 4;
const RT_RESERVED: u8 = 8;
const RT_ADDRESSES: u8 = 0x10;
const RT_NOT_STRICT: u8 = 0x20;

pub(super) fn read_rt(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Rt0 = given.read()?;
    let addresses = match all.flags & RT_ADDRESSES {
        0 => &[],
        _ => all.addresses.get(..usize::from(all.count))?,
    };
    let (flags, inverted) = (all.flags, all.inverted);
    one(XtMatch::Rt(RoutingHeader {
        rt_type: asked(flags, inverted, RT_TYPE, all.rt_type),
        segments_left: asked(flags, inverted, RT_SEGMENTS, all.segments.into()),
        length: asked(flags, inverted, RT_LENGTH, all.length),
        reserved: flags & RT_RESERVED != 0,
        addresses: addresses.iter().map(|a| a.ip(Family::V6)).collect(),
        not_strict: flags & RT_NOT_STRICT != 0,
    }))
}

pub(super) fn rt(found: &RoutingHeader) -> Option<Info> {
    let (mut all, mut flags) = (Rt0::zero(), Flags::default());
    all.rt_type = flags.of(RT_TYPE.into(), found.rt_type).unwrap_or(0);
    let segments = flags.of(RT_SEGMENTS.into(), found.segments_left);
    all.segments = segments.unwrap_or(ALL).into();
    all.length = flags.of(RT_LENGTH.into(), found.length).unwrap_or(0);
    flags.set(RT_RESERVED.into(), found.reserved);
    flags.set(RT_ADDRESSES.into(), !found.addresses.is_empty());
    flags.set(RT_NOT_STRICT.into(), found.not_strict);
    for (at, address) in found.addresses.iter().enumerate() {
        *all.addresses.get_mut(at)? = Addr::of(*address);
    }
    all.count = found.addresses.len() as u8;
    (all.flags, all.inverted) = (flags.asked as u8, flags.inverted as u8);
    Info::some("rt", 0, all.bytes())
}

pub(super) fn read_mh(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Mh0 = given.read()?;
    one(XtMatch::Mh(not(all.types.into(), all.inverted & 1 != 0)))
}

pub(super) fn mh(types: &Not<Span<u8>>) -> Option<Info> {
    let all = Mh0 {
        types: types.is.into(),
        inverted: types.not.into(),
    };
    Info::some("mh", 0, all.bytes())
}

/// What of a flag says that it is set.
const SET: u8 = 0xff;

pub(super) fn read_ipv6header(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Ipv6header0 = given.read()?;
    one(XtMatch::Ipv6header {
        headers: not(all.headers, all.inverted != 0),
        soft: all.soft != 0,
    })
}

pub(super) fn ipv6header(headers: &Not<u8>, soft: bool) -> Option<Info> {
    let all = Ipv6header0 {
        headers: headers.is,
        inverted: if headers.not { SET } else { 0 },
        soft: if soft { SET } else { 0 },
    };
    Info::some("ipv6header", 0, all.bytes())
}

pub(super) fn read_eui64(_: Given<'_>) -> Option<Vec<Statement>> {
    one(XtMatch::Eui64)
}

pub(super) fn eui64() -> Option<Info> {
    Info::some("eui64", 0, Eui64 { unused: 0 }.bytes())
}
