//! `conntrack`, `state`, `connmark`, `connbytes`, `connlabel`, `connlimit`, `helper`, `cluster`:
//! connections.

use super::super::layout::{Addr, Be16, Flags, Own, Plain, Text, asked, layout, network};
use super::super::{Given, Info, ip_family, not};
use super::one;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::Family;
use netloom_model::ruleset::xt::{
    Connbytes, Connlimit, Conntrack, Masked, Network, Not, Span, XtMatch, ct_state,
};
use netloom_model::ruleset::{Statement, TableFamily};

layout! {
    /// `xt_conntrack_mtinfo1`: source and destination of the original direction, then of the replies,
    /// each with its mask.
    Conntrack1 {
        addresses: [Addr; 8],
        expires: [u32; 2],
        protocol: u16,
        ports: [Be16; 4],
        flags: u16,
        inverted: u16,
        states: u8,
        status: u8,
    }
    /// `xt_conntrack_mtinfo2`.
    Conntrack2 {
        addresses: [Addr; 8],
        expires: [u32; 2],
        protocol: u16,
        ports: [Be16; 4],
        flags: u16,
        inverted: u16,
        states: u16,
        status: u16,
    }
    /// `xt_conntrack_mtinfo3`.
    Conntrack3 {
        addresses: [Addr; 8],
        expires: [u32; 2],
        protocol: u16,
        ports: [u16; 4],
        flags: u16,
        inverted: u16,
        states: u16,
        status: u16,
        last_ports: [u16; 4],
    }
    /// `xt_state_info`.
    State0 { states: u32 }
    /// `xt_connmark_mtinfo1`.
    Connmark1 { mark: u32, mask: u32, not: u8 }
    /// `xt_connbytes_info`.
    Connbytes0 { from: u64, to: u64, what: u8, direction: u8 }
    /// `xt_connlabel_mtinfo`.
    Connlabel0 { bit: u16, options: u16 }
    /// `xt_connlimit_info`.
    Connlimit1 { mask: Addr, limit: u32, flags: u32, own: Own }
    /// `xt_helper_info`.
    Helper0 { not: u32, name: Text<30> }
    /// `xt_cluster_match_info`.
    Cluster0 { total: u32, nodes: u32, seed: u32, flags: u32 }
}

/// What `conntrack` asks for (`XT_CONNTRACK_*`).
const STATE: u16 = 1;
const PROTOCOL: u16 = 1 << 1;
/// The first of four addresses.
const ADDRESS: u16 = 1 << 2;
const STATUS: u16 = 1 << 6;
const EXPIRES: u16 = 1 << 7;
/// The first of four ports.
const PORT: u16 = 1 << 8;
const DIRECTION: u16 = 1 << 12;
/// It was written as `state`.
const ALIAS: u16 = 1 << 13;

/// States as the kernel numbers them beside the first four, and in the model.
const STATES: [(u16, u16); 3] = [
    (0x40, ct_state::SNAT),
    (0x80, ct_state::DNAT),
    (0x100, ct_state::UNTRACKED),
];
/// The states that both number alike.
const ALIKE: u16 = ct_state::INVALID | ct_state::ESTABLISHED | ct_state::RELATED | ct_state::NEW;

fn states_of(kernel: u16) -> Option<u16> {
    let known = STATES.iter().fold(ALIKE, |all, (bit, _)| all | bit);
    let others = STATES.iter().filter(|(bit, _)| kernel & bit != 0);
    (kernel & !known == 0).then(|| others.fold(kernel & ALIKE, |all, (_, bit)| all | bit))
}

fn kernel_states(states: u16) -> u16 {
    let others = STATES.iter().filter(|(_, bit)| states & bit != 0);
    others.fold(states & ALIKE, |all, (bit, _)| all | bit)
}

/// The newest revision, of any.
fn newest(given: Given<'_>) -> Option<Conntrack3> {
    let hosts = |ports: [Be16; 4]| ports.map(|port| port.0);
    Some(match given.revision {
        1 => {
            let old: Conntrack1 = given.read()?;
            Conntrack3 {
                addresses: old.addresses,
                expires: old.expires,
                protocol: old.protocol,
                ports: hosts(old.ports),
                flags: old.flags,
                inverted: old.inverted,
                states: old.states.into(),
                status: old.status.into(),
                last_ports: hosts(old.ports),
            }
        }
        2 => {
            let old: Conntrack2 = given.read()?;
            Conntrack3 {
                addresses: old.addresses,
                expires: old.expires,
                protocol: old.protocol,
                ports: hosts(old.ports),
                flags: old.flags,
                inverted: old.inverted,
                states: old.states,
                status: old.status,
                last_ports: hosts(old.ports),
            }
        }
        3 => given.read()?,
        _ => return None,
    })
}

pub(super) fn read_conntrack(given: Given<'_>) -> Option<Vec<Statement>> {
    let all = newest(given)?;
    let (flags, inverted) = (all.flags, all.inverted);
    let states = states_of(all.states)?;
    if flags & ALIAS != 0 {
        return one(XtMatch::State(not(states, inverted & STATE != 0)));
    }
    let side = |at: usize| {
        let (address, mask) = (all.addresses[2 * at], all.addresses[2 * at + 1]);
        let found = network(given.ip(), address, mask);
        asked(flags, inverted, ADDRESS << at, found)
    };
    let port = |at: usize| {
        let span = (all.ports[at], all.last_ports[at]);
        asked(flags, inverted, PORT << at, span)
    };
    let [from, to] = all.expires;
    let direction = u8::from(inverted & DIRECTION != 0);
    one(XtMatch::Conntrack(Box::new(Conntrack {
        state: asked(flags, inverted, STATE, states),
        protocol: asked(flags, inverted, PROTOCOL, u8::try_from(all.protocol).ok()?),
        original_source: side(0),
        original_destination: side(1),
        reply_source: side(2),
        reply_destination: side(3),
        original_source_port: port(0),
        original_destination_port: port(1),
        reply_source_port: port(2),
        reply_destination_port: port(3),
        status: asked(flags, inverted, STATUS, all.status),
        expire: asked(flags, inverted, EXPIRES, (from, to)),
        direction: (flags & DIRECTION != 0).then_some(direction),
    })))
}

pub(super) fn conntrack(found: &Conntrack) -> Option<Info> {
    let (mut all, mut flags) = (Conntrack3::zero(), Flags::default());
    all.states = kernel_states(flags.of(STATE, found.state).unwrap_or(0));
    all.protocol = flags.of(PROTOCOL, found.protocol).unwrap_or(0).into();
    let sides: [Option<Not<Network>>; 4] = [
        found.original_source,
        found.original_destination,
        found.reply_source,
        found.reply_destination,
    ];
    for (at, side) in sides.into_iter().enumerate() {
        if let Some(network) = flags.of(ADDRESS << at, side) {
            all.addresses[2 * at] = Addr::of(network.address);
            all.addresses[2 * at + 1] = Addr::of_mask(network.mask);
        }
    }
    let ports: [Option<Not<Span<u16>>>; 4] = [
        found.original_source_port,
        found.original_destination_port,
        found.reply_source_port,
        found.reply_destination_port,
    ];
    for (at, port) in ports.into_iter().enumerate() {
        if let Some((from, to)) = flags.of(PORT << at, port) {
            (all.ports[at], all.last_ports[at]) = (from, to);
        }
    }
    all.status = flags.of(STATUS, found.status).unwrap_or(0);
    let (from, to) = flags.of(EXPIRES, found.expire).unwrap_or((0, 0));
    all.expires = [from, to];
    let direction = found.direction.map(|direction| not((), direction == 1));
    flags.of(DIRECTION, direction);
    (all.flags, all.inverted) = (flags.asked, flags.inverted);
    Info::some("conntrack", 3, all.bytes())
}

/// As iptables writes it: a `conntrack` that says it was written so.
pub(super) fn state(states: &Not<u16>) -> Option<Info> {
    let all = Conntrack3 {
        states: kernel_states(states.is),
        flags: STATE | ALIAS,
        inverted: if states.not { STATE } else { 0 },
        ..Conntrack3::zero()
    };
    Info::some("conntrack", 3, all.bytes())
}

/// What `state` calls connections that are not tracked.
const OLD_UNTRACKED: u32 = 0x40;

pub(super) fn read_state(given: Given<'_>) -> Option<Vec<Statement>> {
    let State0 { states } = given.read()?;
    let alike = u32::from(ALIKE);
    if given.revision != 0 || states & !(alike | OLD_UNTRACKED) != 0 {
        return None;
    }
    let mut found = (states & alike) as u16;
    if states & OLD_UNTRACKED != 0 {
        found |= ct_state::UNTRACKED;
    }
    one(XtMatch::State(Not::is(found)))
}

pub(super) fn read_connmark(given: Given<'_>) -> Option<Vec<Statement>> {
    if given.revision != 1 {
        return None;
    }
    let all: Connmark1 = given.read()?;
    let (value, mask) = (all.mark, all.mask);
    one(XtMatch::Connmark(not(Masked { value, mask }, all.not != 0)))
}

pub(super) fn connmark(mark: &Not<Masked>) -> Option<Info> {
    let all = Connmark1 {
        mark: mark.is.value,
        mask: mark.is.mask,
        not: mark.not.into(),
    };
    Info::some("connmark", 1, all.bytes())
}

/// What is not so is written with the ends changed over.
pub(super) fn read_connbytes(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Connbytes0 = given.read()?;
    let amount = match all.from > all.to {
        true => not((all.to, all.from), true),
        false => Not::is((all.from, all.to)),
    };
    one(XtMatch::Connbytes(Connbytes {
        amount,
        direction: all.direction,
        mode: all.what,
    }))
}

pub(super) fn connbytes(found: &Connbytes) -> Option<Info> {
    let (from, to) = found.amount.is;
    let (from, to) = if found.amount.not {
        (to, from)
    } else {
        (from, to)
    };
    let all = Connbytes0 {
        from,
        to,
        what: found.mode,
        direction: found.direction,
    };
    Info::some("connbytes", 0, all.bytes())
}

const LABEL_INVERT: u16 = 1;
const LABEL_SET: u16 = 2;

pub(super) fn read_connlabel(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Connlabel0 = given.read()?;
    one(XtMatch::Connlabel {
        label: not(all.bit, all.options & LABEL_INVERT != 0),
        set: all.options & LABEL_SET != 0,
    })
}

pub(super) fn connlabel(label: &Not<u16>, set: bool) -> Option<Info> {
    let mut options = if label.not { LABEL_INVERT } else { 0 };
    options |= if set { LABEL_SET } else { 0 };
    let bit = label.is;
    Info::some("connlabel", 0, Connlabel0 { bit, options }.bytes())
}

const LIMIT_INVERT: u32 = 1;
const LIMIT_DESTINATION: u32 = 2;

pub(super) fn read_connlimit(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Connlimit1 = given.read()?;
    let ones = |bits: u128, len: u32| {
        let prefix = bits.leading_ones().min(len);
        (bits.count_ones() == prefix).then_some(prefix as u8)
    };
    let prefix = match all.mask.ip(given.ip()) {
        IpAddr::V4(mask) => ones(u128::from(mask.to_bits()) << 96, 32),
        IpAddr::V6(mask) => ones(mask.to_bits(), 128),
    };
    // Of the first revision there is nothing but whether it is inverted.
    let flags = match given.revision {
        0 => all.flags & LIMIT_INVERT,
        _ => all.flags,
    };
    one(XtMatch::Connlimit(Connlimit {
        limit: all.limit,
        upto: flags & LIMIT_INVERT != 0,
        prefix: prefix?,
        destination: flags & LIMIT_DESTINATION != 0,
    }))
}

pub(super) fn connlimit(found: &Connlimit, family: TableFamily) -> Option<Info> {
    let host = |bits: u32| bits.saturating_sub(found.prefix.into());
    let mask = match ip_family(family) {
        Family::V4 => {
            let bits = u32::MAX.checked_shl(host(32)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(bits))
        }
        Family::V6 => {
            let bits = u128::MAX.checked_shl(host(128)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(bits))
        }
    };
    let mut flags = if found.upto { LIMIT_INVERT } else { 0 };
    if found.destination {
        flags |= LIMIT_DESTINATION;
    }
    let all = Connlimit1 {
        mask: Addr::of_mask(mask),
        limit: found.limit,
        flags,
        own: Own,
    };
    Info::some("connlimit", 1, all.bytes())
}

pub(super) fn read_helper(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Helper0 = given.read()?;
    one(XtMatch::Helper(not(all.name.text(), all.not != 0)))
}

pub(super) fn helper(name: &Not<String>) -> Option<Info> {
    let all = Helper0 {
        not: name.not.into(),
        name: Text::of(&name.is)?,
    };
    Info::some("helper", 0, all.bytes())
}

pub(super) fn read_cluster(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Cluster0 = given.read()?;
    one(XtMatch::Cluster {
        nodes: not(all.nodes, all.flags & 1 != 0),
        total: all.total,
        seed: all.seed,
    })
}

pub(super) fn cluster(nodes: &Not<u32>, total: u32, seed: u32) -> Option<Info> {
    let all = Cluster0 {
        total,
        nodes: nodes.is,
        seed,
        flags: nodes.not.into(),
    };
    Info::some("cluster", 0, all.bytes())
}
