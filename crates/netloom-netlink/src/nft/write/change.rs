//! What rules write: to packets, to what goes with them, to their connections.

use super::load::{bytes, bytes_of, option_of};
use super::{Lower, register};
use crate::nft::number;
use netloom_model::ruleset::expr::{CtDirection, CtKey};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::{DataType, Expr, Field, Header, Value};

/// Where registers are used by one statement alone.
const FIRST: usize = 0;

/// The checksum of a header: its first byte; and whether addresses are in those of what follows.
const fn checksum(header: Header) -> Option<u16> {
    match header {
        Header::Ip => Some(10),
        Header::Tcp => Some(16),
        Header::Udp => Some(6),
        Header::Icmp | Header::Icmpv6 | Header::Igmp => Some(2),
        _ => None,
    }
}

impl Lower<'_, '_> {
    /// Has a constant or something else in registers, where values of these types are wanted.
    pub(super) fn value(&mut self, value: &Expr, types: &[DataType], slot: usize) -> Option<usize> {
        let order = DataType::order;
        match value {
            Expr::Value(value) => {
                let order = order(types.first().copied().unwrap_or(DataType::Integer(32)));
                let bytes = bytes(value, order);
                self.constant(slot, &bytes);
                Some(bytes.len())
            }
            Expr::Concat(parts) if parts.iter().all(|part| matches!(part, Expr::Value(_))) => {
                let mut all = Vec::new();
                for (part, ty) in parts.iter().zip(types) {
                    let Expr::Value(value) = part else {
                        return None;
                    };
                    all.extend(bytes(value, order(*ty)));
                    all.resize(all.len().next_multiple_of(4), 0);
                }
                self.constant(slot, &all);
                Some(all.len())
            }
            Expr::Map { key, map } => {
                let data = MapData::Values(types.to_vec());
                Some(self.mapped(key, map, Some(data), slot)?.len)
            }
            Expr::Concat(parts) => {
                let constant = |(part, ty): (&Expr, &DataType)| match part {
                    Expr::Value(value) => Expr::Value(Value::new(bytes(value, order(*ty)))),
                    part => part.clone(),
                };
                let parts = parts.iter().zip(types).map(constant).collect();
                self.key(&Expr::Concat(parts), slot, None)
            }
            other => {
                let mut load = self.load(other, slot)?;
                self.shift(slot, &mut load);
                Some(load.len)
            }
        }
    }

    pub(super) fn change(&mut self, what: &Expr, value: &Expr) -> Option<()> {
        match what {
            Expr::Meta(key) => {
                self.value_of(what, value)?;
                let number = number::meta(*key);
                self.emit("meta", |data| {
                    data.be32(2, number);
                    data.be32(3, register(FIRST));
                });
                Some(())
            }
            Expr::Ct(key, direction) => {
                self.value_of(what, value)?;
                let number = number::ct(*key);
                self.emit("ct", |data| {
                    data.be32(2, number);
                    data.be32(4, register(FIRST));
                    if let Some(direction) = direction {
                        data.u8(3, (*direction == CtDirection::Reply).into());
                    }
                });
                Some(())
            }
            Expr::Field(field) => {
                let place = (field.header().layer(), field.offset(), field.bits());
                self.change_bits(place, Some(*field), value, &[field.datatype()])
            }
            Expr::Raw {
                layer,
                offset,
                bits,
            } => self.change_bits(
                (*layer, *offset, *bits),
                None,
                value,
                &[DataType::Integer(*bits)],
            ),
            _ => self.change_option(what, value),
        }
    }

    fn value_of(&mut self, what: &Expr, value: &Expr) -> Option<usize> {
        let ty = what.datatype()?;
        if let Expr::Value(constant) = value {
            // Numbers that only say how long they are are the host's here.
            let bytes = bytes(constant, number::order(what));
            let bytes = match what {
                Expr::Ct(CtKey::Helper, _) => constant.bytes().to_vec(),
                _ => bytes,
            };
            self.constant(FIRST, &bytes);
            return Some(bytes.len());
        }
        self.value(value, &[ty], FIRST)
    }

    fn change_bits(
        &mut self,
        (layer, offset, bits): (Layer, u16, u16),
        field: Option<Field>,
        value: &Expr,
        types: &[DataType],
    ) -> Option<()> {
        let sum = field.and_then(|field| checksum(field.header()));
        let (mut first, mut len, mask, shift) = bytes_of(offset, bits);
        // Checksums go by two bytes.
        let (before, behind) = match sum {
            Some(_) => (first % 2, (first + len) % 2),
            None => (0, 0),
        };
        if mask.is_none() && before == 0 && behind == 0 {
            self.value(value, types, FIRST)?;
        } else {
            let Expr::Value(value) = value else {
                return None;
            };
            (first, len) = (first - before, len + before + behind);
            let own = mask.unwrap_or(u128::MAX >> (128 - bits)) << (8 * behind);
            let flip = value.to_number()? << (shift + 8 * u32::from(behind));
            let all = u128::MAX >> (128 - 8 * u32::from(len));
            let len = usize::from(len);
            self.payload(FIRST, layer, first, len as u16);
            let mask = Value::number(all & !own, len);
            self.mask(FIRST, mask.bytes(), Value::number(flip, len).bytes());
        }
        let pseudo = matches!(
            field,
            Some(Field::IpSaddr | Field::IpDaddr | Field::Ip6Saddr | Field::Ip6Daddr)
        );
        self.emit("payload", |data| {
            data.be32(5, register(FIRST));
            data.be32(2, number::layer(layer));
            data.be32(3, first.into());
            data.be32(4, len.into());
            data.be32(6, sum.is_some().into());
            data.be32(7, sum.unwrap_or(0).into());
            if pseudo {
                data.be32(8, 1);
            }
        });
        Some(())
    }

    /// Options of TCP, and headers of IPv6's extensions.
    fn change_option(&mut self, what: &Expr, value: &Expr) -> Option<()> {
        let (op, kind, field) = option_of(what)?;
        let (offset, bits) = field?;
        let (first, len, mask, _) = bytes_of(offset, bits);
        if mask.is_some() {
            return None;
        }
        self.value(value, &[DataType::Integer(bits)], FIRST)?;
        self.emit("exthdr", |data| {
            data.be32(7, register(FIRST));
            data.u8(2, kind);
            data.be32(3, first.into());
            data.be32(4, len.into());
            data.be32(6, op);
        });
        Some(())
    }
}
