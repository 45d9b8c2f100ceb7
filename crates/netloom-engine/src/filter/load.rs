//! What rules look at, as numbers: each is at most 16 bytes long, a device's name with its zeros too.

use super::facts::{Facts, Proto};
use super::generate::{self, Token};
use super::mapped::Maps;
use super::xt::reverse::Fib;
use super::{ct, meta, options, way, xt};
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::ruleset::expr::{
    BitOp, CtDirection, CtKey, FibResult, MetaKey, RtKey, SocketKey, fib,
};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::{Expr, Field, Header};
use netloom_wire::EtherType;

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Load {
    Constant(u128),
    /// Bits of the packet.
    Bits(Bits),
    Meta(MetaKey),
    /// What its connection is like.
    Ct(CtKey, Option<CtDirection>),
    /// Bits of an option or of a header of IPv6's extensions, or whether there is one.
    Option(Kind, u8, Option<(u16, u16)>),
    /// What routing said.
    Rt(RtKey),
    /// The socket that it is for.
    Socket(SocketKey),
    /// What routing would say.
    Fib(Fib, FibResult),
    /// One number after the other.
    Numbers(Token, u32, u32),
    /// A number by chance.
    Chance(u32, u32),
    /// The hash of what is loaded, each part of so many bytes, or of the flow.
    Hash(Box<[(Load, usize)]>, HashTo),
    Operation(BitOp, Box<Load>, Box<Load>),
    /// What was looked up in a map.
    Register(u8),
}

/// What has options, or is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Extension,
    Tcp,
    Ip,
    Sctp,
}

/// What becomes of a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HashTo {
    /// Of the flow, the same both ways.
    symmetric: bool,
    seed: u32,
    modulus: u32,
    offset: u32,
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

impl Load {
    /// How long the header is that legacy's rules want whole before they look into it, and of which
    /// protocol.
    pub(super) fn header_len(&self) -> Option<(u8, usize)> {
        let Load::Bits(bits) = self else { return None };
        let len = match bits.header? {
            Header::Tcp => 20,
            Header::Udp | Header::Icmp | Header::Icmpv6 => 8,
            _ => return None,
        };
        Some((bits.header?.protocol()?, len))
    }
}

/// What an expression's value comes from; none where netloom does not know it.
pub(super) fn compile(expr: &Expr, maps: &mut Maps<'_>) -> Option<Load> {
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
        Expr::Meta(key) if meta::is_known(*key) => Load::Meta(*key),
        Expr::Ct(key, direction) if ct::is_known(*key) => Load::Ct(*key, *direction),
        Expr::ExtensionHeader { header, field } => Load::Option(Kind::Extension, *header, *field),
        Expr::TcpOption { kind, field } => Load::Option(Kind::Tcp, *kind, *field),
        Expr::IpOption { kind, field } => Load::Option(Kind::Ip, *kind, *field),
        Expr::SctpChunk { kind, field } => Load::Option(Kind::Sctp, *kind, *field),
        Expr::Rt(key) => Load::Rt(*key),
        Expr::Socket(key) if *key != SocketKey::CgroupV2 => Load::Socket(*key),
        Expr::Fib { flags, result } => Load::Fib(
            Fib {
                destination: flags & fib::DADDR != 0,
                mark: flags & fib::MARK != 0,
                iif: flags & fib::IIF != 0,
                oif: flags & fib::OIF != 0,
            },
            *result,
        ),
        Expr::Numgen {
            random,
            modulus,
            offset,
        } => match random {
            true => Load::Chance(*modulus, *offset),
            false => Load::Numbers(Token::new(), *modulus, *offset),
        },
        Expr::Hash {
            of,
            modulus,
            seed,
            offset,
        } => Load::Hash(
            parts(of.as_deref(), maps)?,
            HashTo {
                symmetric: of.is_none(),
                // Linux draws it where a rule does not say it.
                seed: seed.unwrap_or(0),
                modulus: *modulus,
                offset: *offset,
            },
        ),
        Expr::Bits(op, left, right) => Load::Operation(
            *op,
            Box::new(compile(left, maps)?),
            Box::new(compile(right, maps)?),
        ),
        Expr::Map { key, map } => Load::Register(maps.take(key, map)?.first),
        _ => return None,
    })
}

/// What the parts of an expression's value come from.
pub(super) fn all(expr: &Expr, maps: &mut Maps<'_>) -> Option<Box<[Load]>> {
    match expr {
        Expr::Concat(parts) => parts.iter().map(|part| compile(part, maps)).collect(),
        Expr::Map { key, map } => {
            let place = maps.take(key, map)?;
            let parts = (0..place.parts).map(|part| Some(Load::Register(place.part(part)?.0)));
            parts.collect()
        }
        one => Some(Box::new([compile(one, maps)?])),
    }
}

/// What a hash is made of, each part with its length in bytes.
fn parts(of: Option<&Expr>, maps: &mut Maps<'_>) -> Option<Box<[(Load, usize)]>> {
    let mut part = |expr: &Expr| Some((compile(expr, maps)?, expr.datatype()?.len()));
    match of {
        None => Some(Box::default()),
        Some(Expr::Concat(parts)) => parts.iter().map(part).collect(),
        Some(one) => Some(Box::new([part(one)?])),
    }
}

impl Load {
    /// The number for a packet; none where it has none: then no rule that asks for it matches.
    pub(super) fn value(&self, net: &mut Net, facts: &Facts, packet: &Packet) -> Option<u128> {
        match self {
            Load::Constant(number) => Some(*number),
            Load::Register(at) => net.registers.get(usize::from(*at)).copied(),
            Load::Bits(bits) => bits.value(facts, packet),
            Load::Meta(key) => meta::load(*key, net, facts, packet),
            Load::Ct(key, direction) => ct::load(net, (*key, *direction), facts, packet),
            Load::Option(kind, number, field) => option(*kind, *number, *field, facts, packet),
            Load::Socket(key) => super::sockets::load(net, *key, facts, packet),
            Load::Rt(key) => way::said(*key, net, facts, packet),
            Load::Fib(asked, result) => Some(way::fib(*asked, *result, net, facts, packet)),
            Load::Numbers(token, modulus, offset) => {
                let number = generate::next(net, facts, token, *modulus);
                Some(number.wrapping_add(*offset).into())
            }
            Load::Chance(modulus, offset) => {
                Some(generate::chance(net, *modulus).wrapping_add(*offset).into())
            }
            Load::Hash(parts, to) => hash(parts, *to, net, facts, packet),
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
        (
            self.layer,
            self.offset,
            self.offset.saturating_add(self.bits),
        )
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
    match header {
        Header::Ip => facts.is_v4(),
        Header::Ip6 => facts.is_v6(),
        Header::Arp => match facts.proto {
            Proto::Bridge | Proto::Netdev => packet.ethertype == EtherType::ARP,
            proto => proto == Proto::Arp,
        },
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

/// Bits of an option, or of an extension header; without a field whether it is there.
fn option(
    kind: Kind,
    wanted: u8,
    field: Option<(u16, u16)>,
    facts: &Facts,
    packet: &Packet,
) -> Option<u128> {
    let found = match kind {
        Kind::Extension => facts
            .is_v6()
            .then(|| xt::extension::bytes_of(packet, wanted))?,
        Kind::Tcp if facts.protocol == Some(6) => {
            let segment = packet.network().get(usize::from(facts.transport?)..)?;
            options::of_tcp(segment, wanted)
        }
        Kind::Ip if facts.is_v4() => options::of_ipv4(packet.network(), wanted),
        Kind::Sctp if facts.protocol == Some(132) => {
            let segment = packet.network().get(usize::from(facts.transport?)..)?;
            options::of_sctp(segment, wanted)
        }
        _ => return None,
    };
    match field {
        None => Some(u128::from(found.is_some())),
        Some((offset, bits)) => number(found?, offset.into(), bits.into()),
    }
}

/// The hash of parts, each filled up to words as the kernel's registers are.
fn hash(
    parts: &[(Load, usize)],
    to: HashTo,
    net: &mut Net,
    facts: &Facts,
    packet: &Packet,
) -> Option<u128> {
    let hash = if to.symmetric {
        generate::symmetric(facts, packet)
    } else {
        let mut bytes = Vec::new();
        for (load, len) in parts {
            let number = load.value(net, facts, packet)?.to_be_bytes();
            bytes.extend_from_slice(&number[number.len().saturating_sub(*len)..]);
            // The last one is as long as it is.
            if parts.len() > 1 {
                bytes.resize(bytes.len().next_multiple_of(4), 0);
            }
        }
        generate::jenkins(&bytes, to.seed)
    };
    let number = generate::scale(hash, to.modulus);
    Some(number.wrapping_add(to.offset).into())
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
