//! `policy`: how a packet is or will be encrypted.

use super::super::layout::{Addr, Flags, Plain, asked, layout, network};
use super::super::{Given, Info};
use super::one;
use netloom_model::Family;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Network, Not, Policy, PolicyElement, XtMatch};

layout! {
    /// `xt_policy_elem`: source and destination of a tunnel, each with its mask.
    Element {
        addresses: [Addr; 4],
        spi: u32,
        reqid: u32,
        protocol: u8,
        mode: u8,
        flags: u8,
        inverted: u8,
    }
    /// `xt_policy_info`.
    Policy0 { elements: [Element; 4], flags: u16, count: u16 }
}

/// What is asked for (`xt_policy_flags`).
const IN: u16 = 1;
const OUT: u16 = 2;
const NONE: u16 = 4;
const STRICT: u16 = 8;

/// What of an element is asked for (`xt_policy_spec`).
const SOURCE: u8 = 1;
const DESTINATION: u8 = 2;
const PROTOCOL: u8 = 4;
const MODE: u8 = 8;
const SPI: u8 = 0x10;
const REQID: u8 = 0x20;

fn element(found: &Element, family: Family) -> PolicyElement {
    let (flags, inverted) = (found.flags, found.inverted);
    let [source, source_mask, destination, destination_mask] = found.addresses;
    PolicyElement {
        reqid: asked(flags, inverted, REQID, found.reqid),
        spi: asked(flags, inverted, SPI, found.spi),
        protocol: asked(flags, inverted, PROTOCOL, found.protocol),
        mode: asked(flags, inverted, MODE, found.mode),
        tunnel_source: asked(
            flags,
            inverted,
            SOURCE,
            network(family, source, source_mask),
        ),
        tunnel_destination: asked(
            flags,
            inverted,
            DESTINATION,
            network(family, destination, destination_mask),
        ),
    }
}

pub(super) fn read(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Policy0 = given.read()?;
    let elements = all.elements.get(..usize::from(all.count))?;
    one(XtMatch::Policy(Policy {
        out: match all.flags & (IN | OUT) {
            IN => false,
            OUT => true,
            _ => return None,
        },
        none: all.flags & NONE != 0,
        strict: all.flags & STRICT != 0,
        elements: elements.iter().map(|e| element(e, given.ip())).collect(),
    }))
}

fn of_element(found: &PolicyElement) -> Element {
    let (mut all, mut flags) = (Element::zero(), Flags::default());
    all.reqid = flags.of(REQID.into(), found.reqid).unwrap_or(0);
    all.spi = flags.of(SPI.into(), found.spi).unwrap_or(0);
    all.protocol = flags.of(PROTOCOL.into(), found.protocol).unwrap_or(0);
    all.mode = flags.of(MODE.into(), found.mode).unwrap_or(0);
    let ends: [(u8, Option<Not<Network>>, usize); 2] = [
        (SOURCE, found.tunnel_source, 0),
        (DESTINATION, found.tunnel_destination, 2),
    ];
    for (bit, end, at) in ends {
        if let Some(Network { address, mask }) = flags.of(bit.into(), end) {
            all.addresses[at] = Addr::of(address);
            all.addresses[at + 1] = Addr::of_mask(mask);
        }
    }
    (all.flags, all.inverted) = (flags.asked as u8, flags.inverted as u8);
    all
}

pub(super) fn write(found: &Policy) -> Option<Info> {
    let mut all = Policy0::zero();
    for (at, element) in found.elements.iter().enumerate() {
        *all.elements.get_mut(at)? = of_element(element);
    }
    let flag = |there: bool, bit: u16| if there { bit } else { 0 };
    all.flags = if found.out { OUT } else { IN };
    all.flags |= flag(found.none, NONE) | flag(found.strict, STRICT);
    all.count = found.elements.len() as u16;
    Info::some("policy", 0, all.bytes())
}
