//! Fields of headers are written, and the checksums that cover them (`nft_payload_set`, RFC 1624).

use crate::filter::facts::Facts;
use crate::filter::load::Load;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::Family;
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::{Expr, Header};
use netloom_wire::checksum;

/// Where the checksum stands in the header of IPv4.
const V4_CHECKSUM: usize = 10;

/// What is written where.
#[derive(Clone, Debug)]
pub(in crate::filter) struct Op {
    layer: Layer,
    /// The header that must be there.
    header: Option<Header>,
    /// Bits from the layer's beginning, and how many.
    offset: usize,
    bits: usize,
    value: Load,
}

impl Op {
    /// What an expression names; none where it cannot be written to.
    pub(super) fn of(what: &Expr, value: Load) -> Option<Op> {
        match what {
            Expr::Field(field) => Some(Op {
                layer: field.header().layer(),
                header: Some(field.header()),
                offset: usize::from(field.offset()),
                bits: usize::from(field.bits()),
                value,
            }),
            Expr::Raw {
                layer,
                offset,
                bits,
            } => Some(Op {
                layer: *layer,
                header: None,
                offset: usize::from(*offset),
                bits: usize::from(*bits),
                value,
            }),
            _ => None,
        }
        .filter(|op| matches!(op.layer, Layer::Network | Layer::Transport) && op.bits <= 128)
    }

    /// Writes; none where the packet has no such field.
    pub(super) fn carry_out(
        &self,
        net: &mut Net,
        facts: &Facts,
        packet: &mut Packet,
    ) -> Option<()> {
        if let Some(header) = self.header
            && !crate::filter::load::has(facts, packet, header)
        {
            return None;
        }
        let value = self.value.value(net, facts, packet)?;
        match self.layer {
            Layer::Transport => {
                let at = usize::from(facts.transport?);
                let end = at + (self.offset + self.bits).div_ceil(8);
                packet.network().get(at..end)?;
                transport(facts, packet, |header| {
                    put(header, (self.offset, self.bits), value);
                });
            }
            _ => self.network(value, facts, packet)?,
        }
        Some(())
    }

    /// Writes to the header of IP.
    fn network(&self, value: u128, facts: &Facts, packet: &mut Packet) -> Option<()> {
        let partial = packet.checksum_partial;
        let version = facts.version;
        let network = packet.network_mut();
        let end = (self.offset + self.bits).div_ceil(8);
        let Some(version) = version else {
            // ARP has no checksum.
            network.get(..end)?;
            put(network, (self.offset, self.bits), value);
            return Some(());
        };
        let v6 = version == Family::V6;
        let len = if v6 { 40 } else { 20 };
        let len = len.max(end);
        let before = network.get(..len)?.to_vec();
        put(network, (self.offset, self.bits), value);
        if !v6 && self.offset / 8 != V4_CHECKSUM {
            let even = len & !1;
            let sum = word(network, V4_CHECKSUM);
            let sum = checksum::update_bytes(sum, &before[..even], &network[..even]);
            network[V4_CHECKSUM..V4_CHECKSUM + 2].copy_from_slice(&sum.to_be_bytes());
        }
        let addresses = if v6 { 8..40 } else { 12..20 };
        let new = network[addresses.clone()].to_vec();
        if before[addresses.clone()] != new[..] {
            pseudo(facts, network, partial, (&before[addresses], &new));
        }
        Some(())
    }
}

/// Brings the checksum above IP up to date, which covers the addresses.
pub(super) fn pseudo(facts: &Facts, network: &mut [u8], partial: bool, (old, new): (&[u8], &[u8])) {
    let (Some(at), Some(protocol)) = (facts.transport, facts.protocol) else {
        return;
    };
    let covers = matches!(protocol, 6 | 17 | 33 | 58 | 136);
    let Some(sum_at) = sum_at(protocol).filter(|_| covers) else {
        return;
    };
    let at = usize::from(at) + sum_at;
    let Some(field) = network.get_mut(at..at + 2) else {
        return;
    };
    let own = u16::from_be_bytes([field[0], field[1]]);
    if protocol == 17 && own == 0 && !partial {
        return;
    }
    let sum = if partial {
        !checksum::update_bytes(!own, old, new)
    } else {
        checksum::update_bytes(own, old, new)
    };
    field.copy_from_slice(&sum.to_be_bytes());
}

/// Where the checksum stands in the header of a protocol that has one.
fn sum_at(protocol: u8) -> Option<usize> {
    Some(match protocol {
        6 => 16,
        17 | 33 | 136 => 6,
        1 | 2 | 58 => 2,
        _ => return None,
    })
}

/// Changes a transport header, and its checksum with it.
pub(super) fn transport(facts: &Facts, packet: &mut Packet, change: impl FnOnce(&mut [u8])) {
    let (Some(at), Some(protocol)) = (facts.transport, facts.protocol) else {
        return;
    };
    let partial = packet.checksum_partial;
    let Some(upper) = packet.network_mut().get_mut(usize::from(at)..) else {
        return;
    };
    // No header is longer, and a checksum covers words of two bytes.
    let len = upper.len().min(64) & !1;
    let before = upper[..len].to_vec();
    change(upper);
    let Some(sum_at) = sum_at(protocol).filter(|at| at + 2 <= len) else {
        return;
    };
    let own = word(&before, sum_at);
    if partial || word(upper, sum_at) != own || (protocol == 17 && own == 0) {
        return;
    }
    let sum = checksum::update_bytes(own, &before, &upper[..len]);
    let sum = if sum == 0 && protocol == 17 {
        0xffff
    } else {
        sum
    };
    upper[sum_at..sum_at + 2].copy_from_slice(&sum.to_be_bytes());
}

fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// Writes a number into `bits` bits from `offset` on; whoever calls knows that they are there.
pub(super) fn put(bytes: &mut [u8], (offset, bits): (usize, usize), value: u128) {
    for bit in 0..bits {
        let at = offset + bits - 1 - bit;
        let Some(byte) = bytes.get_mut(at / 8) else {
            return;
        };
        let mask = 0x80 >> (at % 8);
        if value >> bit & 1 == 1 {
            *byte |= mask;
        } else {
            *byte &= !mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_between_others() {
        let mut bytes = [0xff; 4];
        put(&mut bytes, (12, 6), 0);
        assert_eq!(bytes, [0xff, 0xf0, 0x3f, 0xff]);
        put(&mut bytes, (8, 16), 0x1234);
        assert_eq!(bytes, [0xff, 0x12, 0x34, 0xff]);
    }
}
