//! `TEE` and `dup to`: a copy of a packet goes to another neighbour (`nf_dup_ipv4`, `nf_dup_ipv6`). It
//! is sent as if it were made here, and of a copy there is no copy.

use crate::conntrack::Reference;
use crate::device::DevId;
use crate::filter::facts::{Facts, Proto};
use crate::filter::load::{self, Load};
use crate::filter::mapped::Maps;
use crate::ip::output::{self, GroupLoop};
use crate::ip::receive::TOS_MASK;
use crate::ip::v6;
use crate::link;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::v6::Flow6;
use crate::route::{self, Flow};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::journey::Origin;
use netloom_model::ruleset::{Expr, Hook};
use netloom_model::socket::PacketType;
use netloom_wire::{checksum, ipv4, ipv6};

/// To which neighbour, and by which device.
#[derive(Clone, Debug)]
pub(in crate::filter) struct Op {
    gateway: Load,
    device: Device,
}

#[derive(Clone, Debug)]
enum Device {
    Any,
    Named(String),
    Index(Load),
}

impl Op {
    /// What nft says.
    pub(super) fn of(to: Option<&Expr>, device: Option<&Expr>, maps: &mut Maps<'_>) -> Option<Op> {
        let device = match device {
            Some(device) => Device::Index(load::compile(device, maps)?),
            None => Device::Any,
        };
        let gateway = load::compile(to?, maps)?;
        Some(Op { gateway, device })
    }

    /// What xtables says.
    pub(super) fn to(gateway: IpAddr, device: Option<String>) -> Op {
        let number = match gateway {
            IpAddr::V4(gateway) => u128::from(u32::from(gateway)),
            IpAddr::V6(gateway) => u128::from(gateway),
        };
        Op {
            gateway: Load::Constant(number),
            device: device.map_or(Device::Any, Device::Named),
        }
    }

    /// Keeps a copy until the hook is done.
    pub(super) fn keep(&self, net: &mut Net, facts: &Facts, packet: &Packet) {
        if net.copies.sending {
            return;
        }
        let Some(gateway) = self.gateway.value(net, facts, packet) else {
            return;
        };
        let gateway = match facts.proto {
            Proto::V4 => IpAddr::V4(Ipv4Addr::from(gateway as u32)),
            Proto::V6 => IpAddr::V6(Ipv6Addr::from(gateway)),
            _ => return,
        };
        let oif = match &self.device {
            Device::Any => Some(DevId::NONE),
            Device::Named(name) => net.ns(facts.ns).by_name.get(name).copied(),
            Device::Index(load) => load
                .value(net, facts, packet)
                .and_then(|index| net.ns(facts.ns).device(index as u32)),
        };
        let Some(oif) = oif else {
            return;
        };
        let mut copy = net.pool.copy(packet);
        copy.ct = Reference::UNTRACKED;
        let came = matches!(facts.hook, Hook::Prerouting | Hook::Input);
        header(&mut copy, facts.proto, came);
        net.copies.kept.push(Copy {
            packet: copy,
            gateway,
            oif,
        });
    }
}

/// Keeps a copy of a frame for another device, until the hook is done (`nf_dup_netdev`).
pub(super) fn mirror(net: &mut Net, facts: &Facts, packet: &Packet, index: u32) {
    let (Some(dev), Some(header)) = (net.ns(facts.ns).device(index), packet.frame_header()) else {
        return;
    };
    if net.copies.sending {
        return;
    }
    let mut copy = net.pool.copy(packet);
    copy.push(header.len()).copy_from_slice(header);
    copy.packet_type = PacketType::Outgoing;
    net.copies.keep_frame(dev, copy, Origin::Copy);
}

/// What goes to another neighbour as well.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    packet: Packet,
    gateway: IpAddr,
    oif: DevId,
}

/// The copies that wait for a hook to be done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Copies {
    kept: Vec<Copy>,
    /// Whole frames, with the device that each leaves by.
    frames: Vec<(DevId, Packet, Origin)>,
    sending: bool,
}

impl Copies {
    /// Whether there is none.
    #[inline]
    pub(in crate::filter) fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.frames.is_empty()
    }

    /// Keeps a frame until the hook is done.
    pub(super) fn keep_frame(&mut self, dev: DevId, frame: Packet, origin: Origin) {
        self.frames.push((dev, frame, origin));
    }
}

/// A copy is not cut, and of one that came here a hop is taken, so that it does not run for ever.
fn header(copy: &mut Packet, proto: Proto, came: bool) {
    let network = copy.network_mut();
    if proto == Proto::V6 {
        if came && let Some(hops) = network.get_mut(7) {
            *hops = hops.wrapping_sub(1);
        }
        return;
    }
    let Some(header) = network.get_mut(..ipv4::HEADER_LEN) else {
        return;
    };
    let before = [header[6], header[7], header[8], header[9]];
    header[6] |= 0x40;
    if came {
        header[8] = header[8].wrapping_sub(1);
    }
    let sum = u16::from_be_bytes([header[10], header[11]]);
    let sum = checksum::update_bytes(sum, &before, &header[6..10]);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
}

/// Sends the copies that were kept.
pub(in crate::filter) fn send<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId) {
    let kept = core::mem::take(&mut cx.net.copies.kept);
    cx.net.copies.sending = true;
    for Copy {
        packet,
        gateway,
        oif,
    } in kept
    {
        one(cx, ns, packet, (gateway, oif));
    }
    for (dev, mut frame, origin) in core::mem::take(&mut cx.net.copies.frames) {
        let cause = frame.id;
        cx.born(&mut frame, Some(cause), origin);
        link::transmit(cx, dev, frame);
    }
    cx.net.copies.sending = false;
}

fn one<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    mut packet: Packet,
    (gateway, oif): (IpAddr, DevId),
) {
    let cause = packet.id;
    cx.born(&mut packet, Some(cause), Origin::Copy);
    packet.packet_type = PacketType::Outgoing;
    match gateway {
        IpAddr::V4(gateway) => {
            let flow = Flow {
                oif,
                tos: ipv4::Packet::new_unchecked(packet.network()).tos() & TOS_MASK,
                ..Flow::to(gateway)
            };
            if let Ok(way) = route::output::route(cx.net, ns, &flow, false) {
                output::send(cx, ns, &way, packet, GroupLoop(false));
                return;
            }
        }
        IpAddr::V6(gateway) => {
            let header = ipv6::Packet::new_unchecked(packet.network());
            let flow = Flow6 {
                oif,
                tclass: header.traffic_class(),
                ..Flow6::to(gateway)
            };
            if let Ok(way) = route::v6::output::route(cx.net, ns, &flow) {
                v6::output::send(cx, ns, &way, packet, GroupLoop(false));
                return;
            }
        }
    }
    cx.consume(packet);
}
