//! `fwd to`: a frame that a device received, or is to send, leaves by another device, as it is or to a
//! neighbour there (`nft_fwd_netdev`).

use super::Did;
use crate::device::DevId;
use crate::filter::facts::Facts;
use crate::filter::load::{self, Load};
use crate::filter::mapped::Maps;
use crate::ip::version::{V4, V6};
use crate::link;
use crate::namespace::NsId;
use crate::neighbour;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::Family;
use netloom_model::journey::{DropReason, Stage};
use netloom_model::ruleset::{Expr, TableFamily};
use netloom_model::socket::PacketType;
use netloom_wire::{checksum, ethernet};

/// How often what is sent by rules may meet rules that send it on (`NF_RECURSION_LIMIT`).
const DEPTH: u8 = 3;

/// By which device, and to which neighbour.
#[derive(Clone, Debug)]
pub(in crate::filter) struct Op {
    device: Load,
    to: Option<(Load, Family)>,
}

/// Where a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::filter) struct Way {
    device: DevId,
    neighbour: Option<IpAddr>,
}

impl Op {
    pub(super) fn of(
        device: &Expr,
        to: Option<&Expr>,
        family: Option<TableFamily>,
        maps: &mut Maps<'_>,
    ) -> Option<Op> {
        let family = match family {
            Some(TableFamily::Ip6) => Family::V6,
            _ => Family::V4,
        };
        let to = match to {
            Some(to) => Some((load::compile(to, maps)?, family)),
            None => None,
        };
        let device = load::compile(device, maps)?;
        Some(Op { device, to })
    }

    /// To a neighbour go packets of its family alone, and each takes a hop of its own.
    pub(super) fn carry_out(&self, net: &mut Net, facts: &Facts, packet: &mut Packet) -> Did {
        let Some(index) = self.device.value(net, facts, packet) else {
            return Did::No;
        };
        let mut neighbour = None;
        if let Some((to, family)) = &self.to {
            if facts.version != Some(*family) {
                return Did::No;
            }
            let Some(number) = to.value(net, facts, packet) else {
                return Did::No;
            };
            if !takes_hop(packet, *family) {
                return Did::Ends(DropReason::TtlExceeded);
            }
            neighbour = Some(match family {
                Family::V4 => IpAddr::V4(Ipv4Addr::from(number as u32)),
                Family::V6 => IpAddr::V6(Ipv6Addr::from(number)),
            });
        }
        match net.ns(facts.ns).device(index as u32) {
            Some(device) => Did::Leaves(Way { device, neighbour }),
            None => Did::Ends(DropReason::RuleDrop),
        }
    }
}

/// Whether a packet has a hop left, which is taken from it.
fn takes_hop(packet: &mut Packet, family: Family) -> bool {
    let network = packet.network_mut();
    let at = match family {
        Family::V4 => 8,
        Family::V6 => 7,
    };
    let Some(hops) = network.get(at).copied().filter(|hops| *hops > 1) else {
        return false;
    };
    network[at] = hops - 1;
    if family == Family::V4
        && let Some(header) = network.get_mut(..12)
    {
        let sum = u16::from_be_bytes([header[10], header[11]]);
        let sum = checksum::update_bytes(sum, &[hops, header[9]], &[hops - 1, header[9]]);
        header[10..].copy_from_slice(&sum.to_be_bytes());
    }
    true
}

/// Sends a frame, its network header at the front, where a rule said.
pub(in crate::filter) fn send<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    way: Way,
    mut packet: Packet,
) {
    if cx.net.forwarded >= DEPTH {
        return cx.drop(packet, way.device, Stage::Rules, DropReason::ForwardLoop);
    }
    cx.net.forwarded += 1;
    packet.packet_type = PacketType::Outgoing;
    match way.neighbour {
        None => {
            packet.push(ethernet::HEADER_LEN);
            link::transmit(cx, way.device, packet);
        }
        Some(IpAddr::V4(next_hop)) => {
            neighbour::output::<V4, O>(cx, ns, way.device, next_hop, packet);
        }
        Some(IpAddr::V6(next_hop)) => {
            neighbour::output::<V6, O>(cx, ns, way.device, next_hop, packet);
        }
    }
    cx.net.forwarded -= 1;
}
