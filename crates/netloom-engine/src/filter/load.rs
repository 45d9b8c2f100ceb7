//! What rules look at, as numbers: each is at most 16 bytes long, a device's name with its zeros too.

use super::ct;
use super::facts::{Facts, Proto};
use crate::device::{DevId, Device};
use crate::link::Kind;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::ruleset::expr::{BitOp, CtDirection, CtKey, MetaKey, RtKey};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::{Expr, Field, Header, Value};
use netloom_model::socket::PacketType;

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Load {
    Constant(u128),
    /// Bits of the packet.
    Bits(Bits),
    Meta(MetaKey),
    /// What its connection is like.
    Ct(CtKey, Option<CtDirection>),
    /// The greatest segment of TCP that fits its way.
    RtMtu,
    Operation(BitOp, Box<Load>, Box<Load>),
}

/// A field of a header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bits {
    layer: Layer,
    /// From the layer's beginning.
    offset: u16,
    bits: u16,
    /// The header that must be there.
    header: Option<Header>,
}

/// What an expression's value comes from; none where netloom does not know it.
pub(super) fn compile(expr: &Expr) -> Option<Load> {
    Some(match expr {
        Expr::Value(value) => Load::Constant(value.to_number()?),
        Expr::Field(field) => Load::Bits(Bits::of(*field)),
        Expr::Raw {
            layer,
            offset,
            bits,
        } if *bits <= 128 => Load::Bits(Bits {
            layer: *layer,
            offset: *offset,
            bits: *bits,
            header: None,
        }),
        Expr::Meta(key) if known(*key) => Load::Meta(*key),
        Expr::Ct(key, direction) if ct::is_known(*key) => Load::Ct(*key, *direction),
        Expr::Rt(RtKey::Mtu) => Load::RtMtu,
        Expr::Bits(op, left, right) => {
            Load::Operation(*op, Box::new(compile(left)?), Box::new(compile(right)?))
        }
        _ => return None,
    })
}

const fn known(key: MetaKey) -> bool {
    matches!(
        key,
        MetaKey::Length
            | MetaKey::NfProto
            | MetaKey::L4Proto
            | MetaKey::Protocol
            | MetaKey::Mark
            | MetaKey::Priority
            | MetaKey::Iif
            | MetaKey::IifName
            | MetaKey::IifGroup
            | MetaKey::Oif
            | MetaKey::OifName
            | MetaKey::OifGroup
            | MetaKey::PktType
            | MetaKey::IbrName
            | MetaKey::ObrName
    )
}

impl Load {
    /// The number for a packet; none where it has none: then no rule that asks for it matches.
    pub(super) fn value(&self, net: &Net, facts: &Facts, packet: &Packet) -> Option<u128> {
        match self {
            Load::Constant(number) => Some(*number),
            Load::Bits(bits) => bits.value(facts, packet),
            Load::Meta(key) => meta(*key, net, facts, packet),
            Load::Ct(key, direction) => ct::load(net, (*key, *direction), facts, packet),
            Load::RtMtu => super::act::rt_mtu(net, facts, packet).map(u128::from),
            Load::Operation(op, left, right) => {
                let left = left.value(net, facts, packet)?;
                let right = right.value(net, facts, packet)?;
                Some(match op {
                    BitOp::And => left & right,
                    BitOp::Or => left | right,
                    BitOp::Xor => left ^ right,
                    BitOp::ShiftLeft => left.checked_shl(right as u32).unwrap_or(0),
                    BitOp::ShiftRight => left.checked_shr(right as u32).unwrap_or(0),
                })
            }
        }
    }
}

impl Bits {
    fn of(field: Field) -> Bits {
        Bits {
            layer: field.header().layer(),
            offset: field.offset(),
            bits: field.bits(),
            header: Some(field.header()),
        }
    }

    /// Where it is: from which layer's beginning on, from which bit to which.
    pub(super) const fn span(&self) -> (Layer, u16, u16) {
        (self.layer, self.offset, self.offset + self.bits)
    }

    fn value(&self, facts: &Facts, packet: &Packet) -> Option<u128> {
        if !self.header.is_none_or(|header| has(facts, packet, header)) {
            return None;
        }
        let network = packet.network();
        let link;
        let bytes = match self.layer {
            Layer::Link => {
                let (header, len) = facts.link(packet)?;
                link = header;
                &link[..len]
            }
            Layer::Network => network,
            Layer::Transport => network.get(usize::from(facts.transport?)..)?,
            Layer::Inner => inner(facts, network)?,
        };
        number(bytes, usize::from(self.offset), usize::from(self.bits))
    }
}

/// Whether a packet has a header.
pub(super) fn has(facts: &Facts, packet: &Packet, header: Header) -> bool {
    let over = |ethertype: netloom_wire::EtherType, proto: Proto| match facts.proto {
        Proto::Bridge | Proto::Netdev => packet.ethertype == ethertype,
        own => own == proto,
    };
    match header {
        Header::Ip => over(netloom_wire::EtherType::IPV4, Proto::V4),
        Header::Ip6 => over(netloom_wire::EtherType::IPV6, Proto::V6),
        Header::Arp => over(netloom_wire::EtherType::ARP, Proto::Arp),
        Header::Vlan => packet.tag.is_present() || packet.ethertype.is_vlan(),
        _ => header
            .protocol()
            .is_none_or(|number| facts.protocol == Some(number)),
    }
}

/// What follows the transport header.
fn inner<'a>(facts: &Facts, network: &'a [u8]) -> Option<&'a [u8]> {
    let transport = network.get(usize::from(facts.transport?)..)?;
    let len = match facts.protocol? {
        6 => usize::from(transport.get(12)? >> 4) * 4,
        17 | 136 => 8,
        _ => return None,
    };
    transport.get(len..)
}

/// The number in `bits` bits from `offset` on.
fn number(bytes: &[u8], offset: usize, bits: usize) -> Option<u128> {
    let (first, end) = (offset / 8, (offset + bits).div_ceil(8));
    let whole = bytes.get(first..end)?;
    let shift = end * 8 - offset - bits;
    // Of 128 bits that begin in the middle of a byte the first ones would be lost: no field has them.
    let number = whole
        .iter()
        .fold(0u128, |n, byte| n << 8 | u128::from(*byte))
        >> shift;
    Some(match bits {
        128.. => number,
        bits => number & ((1 << bits) - 1),
    })
}

fn meta(key: MetaKey, net: &Net, facts: &Facts, packet: &Packet) -> Option<u128> {
    let device = |dev: DevId| dev.some().map(|dev| net.dev(dev));
    let name = |dev| device(dev).map(|d: &Device| Value::ifname(&d.name).to_number().unwrap_or(0));
    match key {
        MetaKey::Length => Some(u128::from(facts.len(packet))),
        MetaKey::NfProto => match facts.proto {
            Proto::V4 => Some(2),
            Proto::V6 => Some(10),
            _ => None,
        },
        MetaKey::L4Proto => facts.protocol.map(u128::from),
        MetaKey::Protocol => Some(u128::from(packet.ethertype.0)),
        MetaKey::Mark => Some(u128::from(packet.mark)),
        MetaKey::Priority => Some(u128::from(packet.priority)),
        // Where there is no device its number is 0 and its name empty.
        MetaKey::Iif => Some(device(facts.input).map_or(0, |d| u128::from(d.index))),
        MetaKey::Oif => Some(device(facts.output).map_or(0, |d| u128::from(d.index))),
        MetaKey::IifName => Some(name(facts.input).unwrap_or(0)),
        MetaKey::OifName => Some(name(facts.output).unwrap_or(0)),
        MetaKey::IifGroup => device(facts.input).map(|d| u128::from(d.description.group)),
        MetaKey::OifGroup => device(facts.output).map(|d| u128::from(d.description.group)),
        // What is made here is for nobody in particular yet.
        MetaKey::PktType if packet.packet_type == PacketType::Outgoing => Some(0),
        MetaKey::PktType => Some(packet.packet_type as u128),
        MetaKey::IbrName => name(master(net, facts.input)),
        MetaKey::ObrName => name(master(net, facts.output)),
        _ => None,
    }
}

/// The bridge that a device is a port of, or that it is.
fn master(net: &Net, dev: DevId) -> DevId {
    let Some(device) = dev.some().map(|dev| net.dev(dev)) else {
        return DevId::NONE;
    };
    device.master.unwrap_or(match device.kind {
        Kind::Bridge(_) => dev,
        _ => DevId::NONE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_within_a_byte_is_read_alone() {
        assert_eq!(number(&[0x45, 0xb8], 0, 4), Some(4));
        assert_eq!(number(&[0x45, 0xb8], 4, 4), Some(5));
        assert_eq!(number(&[0x45, 0xb8], 8, 6), Some(0x2e));
        assert_eq!(number(&[0x45, 0xb8], 4, 20), None);
    }

    #[test]
    fn the_longest_field_is_an_address_of_ipv6() {
        let bytes = [0xff; 16];
        assert_eq!(number(&bytes, 0, 128), Some(u128::MAX));
    }
}
