//! Matches and targets of xtables that look at a packet and its devices alone, carried out
//! (iptables-extensions(8)).

pub(super) mod change;
mod fields;
pub(super) mod memory;
mod physdev;
mod transport;

use super::facts::Facts;
use crate::device::DevId;
use crate::net::Net;
use crate::packet::Packet;
use memory::Memory;
use netloom_model::ruleset::xt::{Masked, Not, XtMatch};

/// What a match says of a packet; none where netloom does not know.
pub(super) fn matches(
    found: &XtMatch,
    net: &mut Net,
    (memory, part): (&mut Vec<Memory>, usize),
    facts: &Facts,
    packet: &Packet,
) -> Option<bool> {
    let len = packet.network().len() as u64;
    let group = |asked: &Option<Not<Masked>>, dev: DevId| {
        asked.is_none_or(|asked| {
            let group = dev.some().map(|dev| net.dev(dev).description.group);
            group.is_some_and(|group| asked.matches(group & asked.is.mask == asked.is.value))
        })
    };
    Some(match found {
        XtMatch::Comment(_) => true,
        XtMatch::Icmp(types) => transport::icmp(types, 255, facts, packet),
        XtMatch::Icmp6(types) => types.matches(transport::icmp6(types.is, facts, packet)),
        XtMatch::Tcp(tcp) => transport::tcp(tcp, facts, packet),
        XtMatch::Udp { sport, dport } => transport::udp(*sport, *dport, facts, packet),
        XtMatch::Multiport(asked) => fields::multiport(asked, facts, packet),
        XtMatch::Iprange {
            source,
            destination,
        } => fields::addresses(facts, packet)
            .is_some_and(|found| fields::iprange(*source, *destination, found)),
        XtMatch::Addrtype(asked) => return fields::addrtype(asked, net, facts, packet),
        XtMatch::Length(span) => transport::within(*span, len.min(65535) as u16),
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
        XtMatch::Tcpmss(span) => fields::tcpmss(*span, facts, packet),
        XtMatch::Pkttype(kind) => kind.matches(packet.packet_type as u8 == kind.is),
        XtMatch::Mac(mac) => packet
            .link_header()
            .and_then(|header| header.get(6..12))
            .is_some_and(|source| mac.matches(source == mac.is.0)),
        XtMatch::Mark(mark) => mark.matches(packet.mark & mark.is.mask == mark.is.value),
        XtMatch::Devgroup {
            source,
            destination,
        } => group(source, facts.input) && group(destination, facts.output),
        // Packets are worked on one after the other: there is one processor.
        XtMatch::Cpu(cpu) => cpu.matches(cpu.is == 0),
        XtMatch::Physdev(asked) => physdev::matches(asked, net, packet),
        XtMatch::Statistic(asked) => memory::statistic(memory, part, *asked, &mut net.random),
        XtMatch::Quota { quota, .. } => memory::xt_quota(memory, part, *quota, len),
        XtMatch::Set(asked) => crate::ipset::matches(net, asked, facts, packet),
        _ => return None,
    })
}
