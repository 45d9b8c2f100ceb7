//! Matches and targets of xtables that look at a packet, its devices and what this host has, carried
//! out (iptables-extensions(8)).

pub(super) mod change;
mod check;
pub(super) mod connlimit;
pub(super) mod extension;
mod fields;
mod frame;
mod hashlimit;
mod llc;
pub(super) mod memory;
mod owner;
mod physdev;
mod ports;
mod recent;
mod remembered;
pub(super) mod reverse;
mod string;
pub(super) mod time;
mod transport;
mod u32;

pub(super) use check::check;
pub(super) use fields::addresses;
pub(super) use owner::sender;
pub(crate) use remembered::Remembered;
pub(super) use transport::ports;

use super::facts::Facts;
use super::generate;
use crate::conntrack;
use crate::device::DevId;
use crate::net::Net;
use crate::packet::Packet;
use core::net::IpAddr;
use memory::Memories;
use netloom_model::ruleset::xt::{Masked, Not, Recent, XtMatch};
use recent::Seen;

/// What a match says of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// It matches, or it does not.
    Is(bool),
    /// The packet ends: it has not what is looked at (`hotdrop`).
    Drops,
    /// Netloom does not know.
    Unknown,
}

impl From<Option<bool>> for Says {
    /// What cannot be told ends the packet.
    fn from(is: Option<bool>) -> Says {
        is.map_or(Says::Drops, Says::Is)
    }
}

/// What a match says of a packet.
pub(super) fn matches(
    found: &XtMatch,
    net: &mut Net,
    (memory, part): (&mut Memories, usize),
    facts: &Facts,
    packet: &Packet,
) -> Says {
    Says::Is(match found {
        XtMatch::Addrtype(asked) => fields::addrtype(asked, net, facts, packet),
        XtMatch::Rpfilter {
            loose,
            validmark,
            accept_local,
            invert,
        } => {
            let asked = reverse::Asked {
                loose: *loose,
                validmark: *validmark,
                accept_local: *accept_local,
            };
            reverse::rpfilter(asked, net, facts, packet) != *invert
        }
        XtMatch::Owner(asked) => owner::owner(asked, net, facts, packet),
        XtMatch::Cgroup(asked) => owner::cgroup(asked, net, facts, packet),
        XtMatch::Physdev(asked) => physdev::matches(asked, net, packet),
        XtMatch::Set(asked) => crate::ipset::matches(net, asked, facts, packet),
        XtMatch::Devgroup {
            source,
            destination,
        } => group(source, net, facts.input) && group(destination, net, facts.output),
        // Packets are worked on one after the other: there is one processor.
        XtMatch::Cpu(cpu) => cpu.matches(cpu.is == 0),
        // Routes have no realms: what is routed is of realm 0.
        XtMatch::Realm(realm) => realm.matches(realm.is.value == 0),
        // Nothing is encrypted.
        XtMatch::Policy(policy) => policy.none,
        XtMatch::Time(asked) => time::time(asked, (net.wall_clock() / 1_000_000_000) as i64),
        XtMatch::Statistic(asked) => memory::statistic(memory, part, *asked, &mut net.random),
        XtMatch::Quota { quota, .. } => {
            memory::xt_quota(memory, part, *quota, packet.network().len() as u64)
        }
        XtMatch::Recent(asked) => return recent(asked, net, facts, packet),
        XtMatch::Hashlimit(asked) => {
            let now = net.now;
            let remembered = &mut net.ns_mut(facts.ns).remembered;
            return remembered.hashlimit(asked, facts, packet, now).into();
        }
        XtMatch::Connlimit(asked) => {
            let counts = memory.counts(part);
            return connlimit::connlimit(asked, counts, net, facts, packet).into();
        }
        XtMatch::Cluster { .. } => cluster(found, net, facts, packet),
        // The loopback has no hardware addresses.
        XtMatch::Mac(mac) => {
            let has = |dev| !net.dev(dev).is_loopback();
            let header = packet
                .link_header()
                .filter(|_| facts.input.some().is_some_and(has));
            let source = header.and_then(|header| header.get(6..12));
            source.is_some_and(|source| mac.matches(source == mac.is.0))
        }
        other => return of_packet(other, facts, packet),
    })
}

/// What a match says that looks at a packet alone.
fn of_packet(found: &XtMatch, facts: &Facts, packet: &Packet) -> Says {
    let network = packet.network();
    Says::Is(match found {
        XtMatch::Comment(_) => true,
        XtMatch::Icmp(types) => transport::icmp(types, 255, facts, packet),
        XtMatch::Icmp6(types) => types.matches(transport::icmp6(types.is, facts, packet)),
        XtMatch::Tcp(tcp) => return transport::tcp(tcp, facts, packet),
        XtMatch::Udp { sport, dport } => return transport::udp(*sport, *dport, facts, packet),
        XtMatch::Sctp(asked) => return ports::sctp(asked, facts, packet),
        XtMatch::Dccp(asked) => return ports::dccp(asked, facts, packet),
        XtMatch::Multiport(asked) => return fields::multiport(asked, facts, packet),
        XtMatch::Iprange {
            source,
            destination,
        } => addresses(facts, packet)
            .is_some_and(|found| fields::iprange(*source, *destination, found)),
        XtMatch::Length(span) => transport::within(*span, network.len().min(65535) as u16),
        XtMatch::Ttl(with) | XtMatch::Hl(with) => {
            fields::compared(*with, fields::ttl(facts, packet))
        }
        XtMatch::Dscp(class) => {
            fields::tos(facts, packet).is_some_and(|tos| class.matches(tos >> 2 == class.is))
        }
        XtMatch::Tos { value, mask } => {
            fields::tos(facts, packet).is_some_and(|tos| value.matches(tos & mask == value.is))
        }
        XtMatch::Ecn(asked) => fields::ecn(asked, facts, packet),
        XtMatch::Tcpmss(span) => return fields::tcpmss(*span, facts, packet).into(),
        XtMatch::Pkttype(kind) => kind.matches(fields::packet_type(packet) == kind.is),
        XtMatch::Eui64 => extension::eui64(packet),
        XtMatch::Mark(mark) => mark.matches(packet.mark & mark.is.mask == mark.is.value),
        XtMatch::String(asked) => string::string(asked, packet),
        XtMatch::U32 { tests } => tests.matches(u32::u32(&tests.is, network)),
        XtMatch::Esp(spis) => extension::spi(*spis, 0, facts, packet),
        XtMatch::Ah(spis) => extension::spi(*spis, 4, facts, packet),
        XtMatch::Ah6(asked) => extension::ah(asked, packet),
        XtMatch::Ipcomp { spi, reserved } => transport::ipcomp(*spi, *reserved, facts, packet),
        XtMatch::Dst(asked) => extension::options(asked, false, packet),
        XtMatch::Hbh(asked) => extension::options(asked, true, packet),
        XtMatch::Frag(asked) => extension::frag(asked, packet),
        XtMatch::Rt(asked) => extension::rt(asked, packet),
        XtMatch::Mh(types) => extension::mh(*types, packet),
        XtMatch::Ipv6header { headers, soft } => extension::ipv6header(*headers, *soft, packet),
        XtMatch::EbIp(asked) => frame::ip(asked, false, facts, packet),
        XtMatch::EbIp6(asked) => frame::ip(asked, true, facts, packet),
        XtMatch::EbArp(asked) => frame::arp(asked, packet),
        XtMatch::EbVlan(asked) => frame::vlan(asked, packet),
        XtMatch::Stp(asked) => llc::stp(asked, network),
        XtMatch::EbLlc(asked) => llc::llc(*asked, network),
        XtMatch::EbMark { mark, any } => frame::mark(*mark, *any, packet),
        _ => return Says::Unknown,
    })
}

/// Whether a device is of a group.
fn group(asked: &Option<Not<Masked>>, net: &Net, dev: DevId) -> bool {
    asked.is_none_or(|asked| {
        let group = dev.some().map(|dev| net.dev(dev).description.group);
        group.is_some_and(|group| asked.matches(group & asked.is.mask == asked.is.value))
    })
}

fn recent(asked: &Recent, net: &mut Net, facts: &Facts, packet: &Packet) -> Says {
    let bits = |address| match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    let (Some((source, destination)), Some(ttl)) =
        (addresses(facts, packet), fields::ttl(facts, packet))
    else {
        return Says::Drops;
    };
    let address = match asked.destination {
        true => destination,
        false => source,
    };
    // On its way out it is compared as it came.
    let passes = facts.output.some().is_some() && sender(net, facts, packet).is_none();
    let seen = Seen {
        address: bits(address) & bits(asked.mask),
        v6: facts.is_v6(),
        ttl: ttl.wrapping_add(u8::from(passes)),
        now: net.now,
    };
    let remembered = &mut net.ns_mut(facts.ns).remembered;
    Says::Is(remembered.recent(asked, seen))
}

/// Whether the source of the packet's connection is this node's share.
fn cluster(found: &XtMatch, net: &Net, facts: &Facts, packet: &Packet) -> bool {
    let XtMatch::Cluster { nodes, total, seed } = found else {
        return false;
    };
    let Some(connection) = conntrack::of_packet(net, facts.ns, packet) else {
        return false;
    };
    let hash = match connection.tuples[0].source() {
        IpAddr::V4(source) => generate::jenkins(&source.octets(), *seed),
        IpAddr::V6(source) => generate::jenkins(&source.octets(), *seed),
    };
    let node = generate::scale(hash, *total);
    nodes.matches(nodes.is >> node & 1 != 0)
}
