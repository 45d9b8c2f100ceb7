//! `arp`, `ip`, `ip6`, `vlan`, `mark_m`, `pkttype`, `stp` of `ebtables` (`linux/netfilter_bridge`).

use super::super::layout::{Addr, Be16, Flags, Plain, V4, asked, layout, network};
use super::super::{Given, Info, not};
use super::one;
use core::net::IpAddr;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{
    EbArp, EbIp, EbLlc, EbVlan, MacMask, Masked, Network, Not, Span, Stp, StpField, XtMatch,
};
use netloom_model::{Family, MacAddr};

layout! {
    /// `ebt_arp_info`: the sender's addresses, then the target's, each with its mask.
    Arp0 {
        htype: Be16,
        ptype: Be16,
        op: Be16,
        addresses: [V4; 4],
        macs: [[u8; 6]; 4],
        flags: u8,
        inverted: u8,
    }
    /// `ebt_ip_info`; in the room of ports may be types and codes.
    Ip0 {
        addresses: [V4; 2],
        masks: [V4; 2],
        tos: u8,
        protocol: u8,
        flags: u8,
        inverted: u8,
        sport: [u16; 2],
        dport: [u16; 2],
    }
    /// `ebt_ip6_info`.
    Ip60 {
        addresses: [Addr; 2],
        masks: [Addr; 2],
        tos: u8,
        protocol: u8,
        flags: u8,
        inverted: u8,
        sport: [u16; 2],
        dport: [u16; 2],
    }
    /// `ebt_vlan_info`.
    Vlan0 { id: u16, prio: u8, encap: Be16, flags: u8, inverted: u8 }
    /// `ebt_802_3_info`.
    Llc0 { sap: u8, kind: Be16, flags: u8, inverted: u8 }
    /// `ebt_mark_m_info`.
    Mark0 { mark: u64, mask: u64, not: u8, how: u8 }
    /// `ebt_pkttype_info`.
    Pkttype0 { kind: u8, not: u8 }
    /// `ebt_stp_info`: numbers are from one to the other, addresses are under a mask.
    Stp0 {
        kind: u8,
        config: StpConfig,
        flags: u16,
        inverted: u16,
    }
    /// `ebt_stp_config_info`.
    StpConfig {
        flags: u8,
        root_prio: [u16; 2],
        root_addr: [[u8; 6]; 2],
        root_cost: [u32; 2],
        sender_prio: [u16; 2],
        sender_addr: [[u8; 6]; 2],
        port: [u16; 2],
        msg_age: [u16; 2],
        max_age: [u16; 2],
        hello_time: [u16; 2],
        forward_delay: [u16; 2],
    }
}

/// What `arp` asks for (`EBT_ARP_*`).
const ARP_OP: u8 = 1;
const ARP_HTYPE: u8 = 2;
const ARP_PTYPE: u8 = 4;
const ARP_SOURCE_IP: u8 = 8;
const ARP_TARGET_IP: u8 = 0x10;
const ARP_SOURCE_MAC: u8 = 0x20;
const ARP_TARGET_MAC: u8 = 0x40;
const ARP_GRATUITOUS: u8 = 0x80;

pub(super) fn read_arp(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Arp0 = given.read()?;
    let (flags, inverted) = (all.flags, all.inverted);
    let ip = |bit: u8, at: usize| {
        let network = Network {
            address: all.addresses[at].0.into(),
            mask: all.addresses[at + 1].0.into(),
        };
        asked(flags, inverted, bit, network)
    };
    let mac = |bit: u8, at: usize| {
        let found = MacMask {
            address: MacAddr(all.macs[at]),
            mask: MacAddr(all.macs[at + 1]),
        };
        asked(flags, inverted, bit, found)
    };
    one(XtMatch::EbArp(Box::new(EbArp {
        op: asked(flags, inverted, ARP_OP, all.op.0),
        htype: asked(flags, inverted, ARP_HTYPE, all.htype.0),
        ptype: asked(flags, inverted, ARP_PTYPE, all.ptype.0),
        source_ip: ip(ARP_SOURCE_IP, 0),
        target_ip: ip(ARP_TARGET_IP, 2),
        source_mac: mac(ARP_SOURCE_MAC, 0),
        target_mac: mac(ARP_TARGET_MAC, 2),
        gratuitous: asked(flags, inverted, ARP_GRATUITOUS, ()),
    })))
}

/// An address and its mask, of IPv4.
fn v4(network: Network) -> Option<(V4, V4)> {
    match (network.address, network.mask) {
        (IpAddr::V4(address), IpAddr::V4(mask)) => Some((V4(address), V4(mask))),
        _ => None,
    }
}

pub(super) fn arp(found: &EbArp) -> Option<Info> {
    let (mut all, mut flags) = (Arp0::zero(), Flags::default());
    let mut number = |bit: u8, asked| Be16(flags.of(bit.into(), asked).unwrap_or(0));
    all.op = number(ARP_OP, found.op);
    all.htype = number(ARP_HTYPE, found.htype);
    all.ptype = number(ARP_PTYPE, found.ptype);
    for (bit, side, at) in [
        (ARP_SOURCE_IP, found.source_ip, 0),
        (ARP_TARGET_IP, found.target_ip, 2),
    ] {
        if let Some(network) = flags.of(bit.into(), side) {
            (all.addresses[at], all.addresses[at + 1]) = v4(network)?;
        }
    }
    for (bit, side, at) in [
        (ARP_SOURCE_MAC, found.source_mac, 0),
        (ARP_TARGET_MAC, found.target_mac, 2),
    ] {
        if let Some(mac) = flags.of(bit.into(), side) {
            (all.macs[at], all.macs[at + 1]) = (mac.address.0, mac.mask.0);
        }
    }
    flags.of(ARP_GRATUITOUS.into(), found.gratuitous);
    (all.flags, all.inverted) = (flags.asked as u8, flags.inverted as u8);
    Info::some("arp", 0, all.bytes())
}

/// What `ip` and `ip6` ask for (`EBT_IP_*`, `EBT_IP6_*`).
const IP_SOURCE: u8 = 1;
const IP_DESTINATION: u8 = 2;
const IP_TOS: u8 = 4;
const IP_PROTOCOL: u8 = 8;
const IP_SPORT: u8 = 0x10;
const IP_DPORT: u8 = 0x20;
const IP_ICMP: u8 = 0x40;
const IP_IGMP: u8 = 0x80;

/// What both have behind their addresses.
struct Upper {
    tos: u8,
    protocol: u8,
    flags: u8,
    inverted: u8,
    sport: [u16; 2],
    dport: [u16; 2],
}

fn ip_of(networks: [Network; 2], upper: &Upper) -> Option<EbIp> {
    let (flags, inverted) = (upper.flags, upper.inverted);
    let others = [IP_SPORT | IP_DPORT, IP_ICMP, IP_IGMP].map(|bits| flags & bits != 0);
    // They share their room.
    if others.into_iter().filter(|there| *there).count() > 1 {
        return None;
    }
    let small = |room: [u16; 2]| Span::from(room[0].to_le_bytes());
    let [source, destination] = networks;
    let icmp = (small(upper.sport), small(upper.dport));
    Some(EbIp {
        source: asked(flags, inverted, IP_SOURCE, source),
        destination: asked(flags, inverted, IP_DESTINATION, destination),
        tos: asked(flags, inverted, IP_TOS, upper.tos),
        protocol: asked(flags, inverted, IP_PROTOCOL, upper.protocol),
        sport: asked(flags, inverted, IP_SPORT, upper.sport.into()),
        dport: asked(flags, inverted, IP_DPORT, upper.dport.into()),
        icmp: asked(flags, inverted, IP_ICMP, icmp),
        igmp: asked(flags, inverted, IP_IGMP, small(upper.sport)),
    })
}

fn upper(found: &EbIp) -> (Upper, [Option<Network>; 2]) {
    let mut flags = Flags::default();
    let networks = [
        flags.of(IP_SOURCE.into(), found.source),
        flags.of(IP_DESTINATION.into(), found.destination),
    ];
    let tos = flags.of(IP_TOS.into(), found.tos).unwrap_or(0);
    let protocol = flags.of(IP_PROTOCOL.into(), found.protocol).unwrap_or(0);
    let mut ports = |bit: u8, ports| flags.of(bit.into(), ports).map_or([0; 2], <[u16; 2]>::from);
    let (mut sport, mut dport) = (ports(IP_SPORT, found.sport), ports(IP_DPORT, found.dport));
    let small = |span: Span<u8>| [u16::from_le_bytes(span.into()), 0];
    if let Some((types, codes)) = flags.of(IP_ICMP.into(), found.icmp) {
        (sport, dport) = (small(types), small(codes));
    }
    if let Some(types) = flags.of(IP_IGMP.into(), found.igmp) {
        sport = small(types);
    }
    let upper = Upper {
        tos,
        protocol,
        flags: flags.asked as u8,
        inverted: flags.inverted as u8,
        sport,
        dport,
    };
    (upper, networks)
}

pub(super) fn read_ip(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Ip0 = given.read()?;
    let network = |at: usize| Network {
        address: all.addresses[at].0.into(),
        mask: all.masks[at].0.into(),
    };
    let upper = Upper {
        tos: all.tos,
        protocol: all.protocol,
        flags: all.flags,
        inverted: all.inverted,
        sport: all.sport,
        dport: all.dport,
    };
    let found = ip_of([network(0), network(1)], &upper)?;
    one(XtMatch::EbIp(Box::new(found)))
}

pub(super) fn ip(found: &EbIp) -> Option<Info> {
    let (upper, networks) = upper(found);
    let mut all = Ip0 {
        tos: upper.tos,
        protocol: upper.protocol,
        flags: upper.flags,
        inverted: upper.inverted,
        sport: upper.sport,
        dport: upper.dport,
        ..Ip0::zero()
    };
    for (at, network) in networks.into_iter().enumerate() {
        if let Some(network) = network {
            (all.addresses[at], all.masks[at]) = v4(network)?;
        }
    }
    Info::some("ip", 0, all.bytes())
}

pub(super) fn read_ip6(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Ip60 = given.read()?;
    let side = |at: usize| network(Family::V6, all.addresses[at], all.masks[at]);
    let upper = Upper {
        tos: all.tos,
        protocol: all.protocol,
        flags: all.flags,
        inverted: all.inverted,
        sport: all.sport,
        dport: all.dport,
    };
    let found = ip_of([side(0), side(1)], &upper)?;
    one(XtMatch::EbIp6(Box::new(found)))
}

pub(super) fn ip6(found: &EbIp) -> Option<Info> {
    let (upper, networks) = upper(found);
    let mut all = Ip60 {
        tos: upper.tos,
        protocol: upper.protocol,
        flags: upper.flags,
        inverted: upper.inverted,
        sport: upper.sport,
        dport: upper.dport,
        ..Ip60::zero()
    };
    for (at, network) in networks.into_iter().enumerate() {
        if let Some(Network { address, mask }) = network {
            (all.addresses[at], all.masks[at]) = (Addr::of(address), Addr::of(mask));
        }
    }
    Info::some("ip6", 0, all.bytes())
}

/// What `vlan` asks for (`EBT_VLAN_*`).
const VLAN_ID: u8 = 1;
const VLAN_PRIO: u8 = 2;
const VLAN_ENCAP: u8 = 4;

pub(super) fn read_vlan(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Vlan0 = given.read()?;
    let (flags, inverted) = (all.flags, all.inverted);
    one(XtMatch::EbVlan(EbVlan {
        id: asked(flags, inverted, VLAN_ID, all.id),
        prio: asked(flags, inverted, VLAN_PRIO, all.prio),
        encap: asked(flags, inverted, VLAN_ENCAP, all.encap.0),
    }))
}

pub(super) fn vlan(found: &EbVlan) -> Option<Info> {
    let mut flags = Flags::default();
    let all = Vlan0 {
        id: flags.of(VLAN_ID.into(), found.id).unwrap_or(0),
        prio: flags.of(VLAN_PRIO.into(), found.prio).unwrap_or(0),
        encap: Be16(flags.of(VLAN_ENCAP.into(), found.encap).unwrap_or(0)),
        flags: flags.asked as u8,
        inverted: flags.inverted as u8,
    };
    Info::some("vlan", 0, all.bytes())
}

/// What is asked of a frame of IEEE 802.3 (`EBT_802_3_*`).
const LLC_SAP: u8 = 1;
const LLC_TYPE: u8 = 2;

pub(super) fn read_llc(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Llc0 = given.read()?;
    let (flags, inverted) = (all.flags, all.inverted);
    one(XtMatch::EbLlc(EbLlc {
        sap: asked(flags, inverted, LLC_SAP, all.sap),
        kind: asked(flags, inverted, LLC_TYPE, all.kind.0),
    }))
}

pub(super) fn llc(found: &EbLlc) -> Option<Info> {
    let mut flags = Flags::default();
    let all = Llc0 {
        sap: flags.of(LLC_SAP.into(), found.sap).unwrap_or(0),
        kind: Be16(flags.of(LLC_TYPE.into(), found.kind).unwrap_or(0)),
        flags: flags.asked as u8,
        inverted: flags.inverted as u8,
    };
    Info::some("802_3", 0, all.bytes())
}

/// How `mark_m` compares (`EBT_MARK_*`): all bits of the mask, or any.
const MARK_ALL: u8 = 1;
const MARK_ANY: u8 = 2;

pub(super) fn read_mark(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Mark0 = given.read()?;
    let [value, mask] = [all.mark, all.mask].map(|number| u32::try_from(number).ok());
    let (value, mask) = (value?, mask?);
    one(XtMatch::EbMark {
        mark: not(Masked { value, mask }, all.not != 0),
        any: match all.how {
            MARK_ALL => false,
            MARK_ANY => true,
            _ => return None,
        },
    })
}

pub(super) fn mark(mark: &Not<Masked>, any: bool) -> Option<Info> {
    let all = Mark0 {
        mark: mark.is.value.into(),
        mask: mark.is.mask.into(),
        not: mark.not.into(),
        how: if any { MARK_ANY } else { MARK_ALL },
    };
    Info::some("mark_m", 0, all.bytes())
}

pub(super) fn read_pkttype(given: Given<'_>) -> Option<Vec<Statement>> {
    let Pkttype0 { kind, not: n } = given.read()?;
    one(XtMatch::Pkttype(not(kind, n != 0)))
}

pub(super) fn pkttype(kind: &Not<u8>) -> Option<Info> {
    let all = Pkttype0 {
        kind: kind.is,
        not: kind.not.into(),
    };
    Info::some("pkttype", 0, all.bytes())
}

/// An address and its mask as numbers.
fn masked([address, mask]: [[u8; 6]; 2]) -> Span<u64> {
    let number = |six: [u8; 6]| {
        six.iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    };
    (number(address), number(mask))
}

/// The same, back.
fn of_masked((address, mask): Span<u64>) -> Option<[[u8; 6]; 2]> {
    let six = |number: u64| match number.to_be_bytes() {
        [0, 0, six @ ..] => Some(six),
        _ => None,
    };
    Some([six(address)?, six(mask)?])
}

/// The fields of a BPDU in the order of their bits (`EBT_STP_*`).
const FIELDS: [StpField; 12] = [
    StpField::Type,
    StpField::Flags,
    StpField::RootPrio,
    StpField::RootAddr,
    StpField::RootCost,
    StpField::SenderPrio,
    StpField::SenderAddr,
    StpField::Port,
    StpField::MsgAge,
    StpField::MaxAge,
    StpField::HelloTime,
    StpField::ForwardDelay,
];

pub(super) fn read_stp(given: Given<'_>) -> Option<Vec<Statement>> {
    let Stp0 {
        kind,
        config: c,
        flags,
        inverted,
    } = given.read()?;
    let one_of = |number: u8| (u64::from(number), u64::from(number));
    let pair = |[from, to]: [u16; 2]| (u64::from(from), u64::from(to));
    let cost = (c.root_cost[0].into(), c.root_cost[1].into());
    let all = [
        one_of(kind),
        one_of(c.flags),
        pair(c.root_prio),
        masked(c.root_addr),
        cost,
        pair(c.sender_prio),
        masked(c.sender_addr),
        pair(c.port),
        pair(c.msg_age),
        pair(c.max_age),
        pair(c.hello_time),
        pair(c.forward_delay),
    ];
    let mut fields = Vec::new();
    for (number, (field, span)) in FIELDS.into_iter().zip(all).enumerate() {
        let bit = 1u16 << number;
        if flags & bit != 0 {
            fields.push((field, not(span, inverted & bit != 0)));
        }
    }
    one(XtMatch::Stp(Stp { fields }))
}

pub(super) fn stp(found: &Stp) -> Option<Info> {
    let mut all = Stp0::zero();
    for (field, Not { is, not }) in &found.fields {
        let number = FIELDS.iter().position(|known| known == field)?;
        let bit = 1u16 << number;
        all.flags |= bit;
        all.inverted |= if *not { bit } else { 0 };
        let byte = || u8::try_from(is.0).ok();
        let pair = || Some([u16::try_from(is.0).ok()?, u16::try_from(is.1).ok()?]);
        let c = &mut all.config;
        match field {
            StpField::Type => all.kind = byte()?,
            StpField::Flags => c.flags = byte()?,
            StpField::RootPrio => c.root_prio = pair()?,
            StpField::RootAddr => c.root_addr = of_masked(*is)?,
            StpField::RootCost => {
                c.root_cost = [u32::try_from(is.0).ok()?, u32::try_from(is.1).ok()?];
            }
            StpField::SenderPrio => c.sender_prio = pair()?,
            StpField::SenderAddr => c.sender_addr = of_masked(*is)?,
            StpField::Port => c.port = pair()?,
            StpField::MsgAge => c.msg_age = pair()?,
            StpField::MaxAge => c.max_age = pair()?,
            StpField::HelloTime => c.hello_time = pair()?,
            StpField::ForwardDelay => c.forward_delay = pair()?,
        }
    }
    Info::some("stp", 0, all.bytes())
}
