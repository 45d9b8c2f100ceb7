//! `icmp`, `icmp6`, `multiport`, `tcpmss`: what stands behind the header of IP.

use super::super::layout::{Plain, layout};
use super::super::{Given, Info, not};
use super::one;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{IcmpTypes, Multiport, Not, PortsOf, Span, XtMatch};

layout! {
    /// `ipt_icmp`, `ip6t_icmp`.
    Icmp0 { icmp_type: u8, codes: [u8; 2], not: u8 }
    /// `xt_multiport`.
    Multiport0 { which: u8, count: u8, ports: [u16; 15] }
    /// `xt_multiport_v1`: a port may be the first of a range, whose last comes next.
    Multiport1 { which: u8, count: u8, ports: [u16; 15], ranges: [u8; 15], not: u8 }
    /// `xt_tcpmss_match_info`.
    Tcpmss0 { from: u16, to: u16, not: u8 }
}

fn types(given: Given<'_>) -> Option<Not<IcmpTypes>> {
    let all: Icmp0 = given.read()?;
    let types = IcmpTypes {
        icmp_type: all.icmp_type,
        codes: all.codes.into(),
    };
    Some(not(types, all.not & 1 != 0))
}

pub(super) fn read_icmp(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtMatch::Icmp(types(given)?))
}

pub(super) fn read_icmp6(given: Given<'_>) -> Option<Vec<Statement>> {
    one(XtMatch::Icmp6(types(given)?))
}

pub(super) fn icmp(name: &str, types: &Not<IcmpTypes>) -> Option<Info> {
    let all = Icmp0 {
        icmp_type: types.is.icmp_type,
        codes: types.is.codes.into(),
        not: types.not.into(),
    };
    Info::some(name, 0, all.bytes())
}

const WHICH: [PortsOf; 3] = [PortsOf::Source, PortsOf::Destination, PortsOf::Either];

pub(super) fn read_multiport(given: Given<'_>) -> Option<Vec<Statement>> {
    let all = match given.revision {
        0 => {
            let old: Multiport0 = given.read()?;
            Multiport1 {
                which: old.which,
                count: old.count,
                ports: old.ports,
                ranges: [0; 15],
                not: 0,
            }
        }
        1 => given.read()?,
        _ => return None,
    };
    let places = all.ports.get(..usize::from(all.count))?;
    let (mut ports, mut at) = (Vec::new(), 0);
    while let Some(from) = places.get(at) {
        let range = all.ranges.get(at).is_some_and(|range| *range != 0);
        at += usize::from(range);
        ports.push((*from, *places.get(at)?));
        at += 1;
    }
    one(XtMatch::Multiport(Multiport {
        which: *WHICH.get(usize::from(all.which))?,
        ports: not(ports, all.not != 0),
    }))
}

pub(super) fn multiport(found: &Multiport) -> Option<Info> {
    let mut all = Multiport1::zero();
    all.which = WHICH.iter().position(|which| *which == found.which)? as u8;
    let mut at = 0;
    for (from, to) in &found.ports.is {
        *all.ports.get_mut(at)? = *from;
        if from != to {
            all.ranges[at] = 1;
            at += 1;
            *all.ports.get_mut(at)? = *to;
        }
        at += 1;
    }
    (all.count, all.not) = (at as u8, found.ports.not.into());
    Info::some("multiport", 1, all.bytes())
}

pub(super) fn read_tcpmss(given: Given<'_>) -> Option<Vec<Statement>> {
    let Tcpmss0 { from, to, not: n } = given.read()?;
    one(XtMatch::Tcpmss(not((from, to), n != 0)))
}

pub(super) fn tcpmss(span: &Not<Span<u16>>) -> Option<Info> {
    let all = Tcpmss0 {
        from: span.is.0,
        to: span.is.1,
        not: span.not.into(),
    };
    Info::some("tcpmss", 0, all.bytes())
}
