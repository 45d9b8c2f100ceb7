//! What rules changed of a packet made here may have it go another way (`ip_route_me_harder`,
//! `ip6_route_me_harder`): asked again behind each chain of type `route` at OUTPUT, and where it was
//! translated there.

use super::facts::{Facts, Proto};
use crate::device::DevId;
use crate::ip::receive::TOS_MASK;
use crate::ip::v6::is_strict;
use crate::net::Net;
use crate::packet::Packet;
use crate::route::output::{NoWay, Way};
use crate::route::upper::Upper;
use crate::route::v6::Flow6;
use crate::route::v6::output::Way6;
use crate::route::{self, Flow, Refused};
use core::net::Ipv4Addr;
use netloom_model::RouteType;
use netloom_model::journey::DropReason;
use netloom_model::ruleset::Hook;
use netloom_wire::{ipv4, ipv6};

/// The way that a packet goes instead.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turned {
    V4(Way),
    V6(Way6),
}

impl Turned {
    /// That of an IPv4 packet.
    pub(crate) const fn v4(self) -> Option<Way> {
        match self {
            Turned::V4(way) => Some(way),
            Turned::V6(_) => None,
        }
    }

    /// That of an IPv6 packet.
    pub(crate) const fn v6(self) -> Option<Way6> {
        match self {
            Turned::V6(way) => Some(way),
            Turned::V4(_) => None,
        }
    }
}

/// What the way of a packet hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    src: [u8; 16],
    dst: [u8; 16],
    /// Type of service; of IPv6 the class, the flow label and the hop limit.
    class: u64,
    mark: u32,
}

impl Asked {
    /// What that of a packet hangs on at OUTPUT; nothing is asked elsewhere.
    pub(super) fn at(facts: &Facts, packet: &Packet) -> Option<Asked> {
        if facts.hook != Hook::Output {
            return None;
        }
        let network = packet.network();
        let mut asked = Asked {
            src: [0; 16],
            dst: [0; 16],
            class: 0,
            mark: packet.mark,
        };
        match facts.proto {
            Proto::V4 => {
                asked.src[..4].copy_from_slice(network.get(12..16)?);
                asked.dst[..4].copy_from_slice(network.get(16..20)?);
                asked.class = u64::from(*network.get(1)?);
            }
            Proto::V6 => {
                asked.src.copy_from_slice(network.get(8..24)?);
                asked.dst.copy_from_slice(network.get(24..40)?);
                let hops = u64::from(*network.get(7)?);
                let word = network.get(..4)?.iter();
                asked.class = word.fold(hops, |all, byte| all << 8 | u64::from(*byte));
            }
            _ => return None,
        }
        Some(asked)
    }

    /// Whether it goes elsewhere now.
    pub(super) fn changed(before: Option<Asked>, facts: &Facts, packet: &Packet) -> bool {
        before.is_some() && before != Asked::at(facts, packet)
    }

    /// Whether its destination is another now.
    pub(super) fn has_other_goal(before: Option<Asked>, facts: &Facts, packet: &Packet) -> bool {
        let now = Asked::at(facts, packet);
        before.map(|before| before.dst) != now.map(|now| now.dst)
    }
}

/// The way of a packet that rules changed.
///
/// # Errors
/// There is none.
pub(super) fn again(net: &Net, facts: &Facts, packet: &Packet) -> Result<Turned, DropReason> {
    let refused = |no_way: NoWay| no_way.refused.map_or(DropReason::NoRoute, Refused::reason);
    match facts.proto {
        Proto::V6 => {
            let flow = flow6(packet, facts);
            let way = route::v6::output::route(net, facts.ns, &flow);
            way.map(Turned::V6).map_err(refused)
        }
        _ => {
            let flow = flow4(net, packet, facts);
            let way = route::output::route(net, facts.ns, &flow, true);
            way.map(Turned::V4).map_err(refused)
        }
    }
}

fn flow4(net: &Net, packet: &Packet, facts: &Facts) -> Flow {
    let header = ipv4::Packet::new_unchecked(packet.network());
    let src = header.src();
    let kind = route::address_kind(net, facts.ns, src);
    let kept = matches!(kind, RouteType::Local | RouteType::Unicast);
    Flow {
        src: if kept { src } else { Ipv4Addr::UNSPECIFIED },
        tos: header.tos() & TOS_MASK,
        mark: packet.mark,
        upper: Upper::of_v4(&header),
        ..Flow::to(header.dst())
    }
}

fn flow6(packet: &Packet, facts: &Facts) -> Flow6 {
    let header = ipv6::Packet::new_unchecked(packet.network());
    Flow6 {
        src: header.src(),
        oif: if is_strict(header.dst()) {
            facts.output
        } else {
            DevId::NONE
        },
        tclass: header.traffic_class(),
        mark: packet.mark,
        upper: Upper::of_v6(&header),
        ..Flow6::to(header.dst())
    }
}
