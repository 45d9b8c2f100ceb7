//! Filling registers.

use super::{Lower, register};
use crate::nft::number;
use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::expr::{BitOp, CtDirection, FibResult, OsfTtl, SocketKey};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::{DataType, Expr, Field, Value};

/// What stands in a register.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    /// How many bytes.
    pub(super) len: usize,
    /// In which order.
    pub(super) order: Order,
    /// How many bits stand behind what was wanted, which are zero.
    pub(super) shift: u32,
}

/// The bytes that some bits are in: how many bits before them, how many bytes, which of their bits, and
/// how many stand behind these.
pub(super) fn bytes_of(offset: u16, bits: u16) -> (u16, u16, Option<u128>, u32) {
    let first = offset / 8;
    let last = (offset + bits).div_ceil(8);
    let len = last - first;
    let shift = u32::from(8 * last - offset - bits);
    if offset.is_multiple_of(8) && shift == 0 || bits >= 128 {
        return (first, len, None, 0);
    }
    let mask = ((1 << bits) - 1) << shift;
    (first, len, Some(mask), shift)
}

impl Lower<'_, '_> {
    /// Has bytes of a packet in a register.
    pub(super) fn payload(&mut self, slot: usize, layer: Layer, first: u16, len: u16) {
        self.emit("payload", |data| {
            data.be32(1, register(slot));
            data.be32(2, number::layer(layer));
            data.be32(3, first.into());
            data.be32(4, len.into());
        });
    }

    /// A mask, and bits that are flipped behind it.
    pub(super) fn mask(&mut self, slot: usize, mask: &[u8], flip: &[u8]) {
        const VALUE: u16 = 1;
        self.emit("bitwise", |data| {
            data.be32(1, register(slot));
            data.be32(2, register(slot));
            data.be32(3, mask.len() as u32);
            data.be32(6, 0);
            data.nest(4, |to| to.put(VALUE, mask));
            data.nest(5, |to| to.put(VALUE, flip));
        });
    }

    pub(super) fn constant(&mut self, slot: usize, bytes: &[u8]) {
        const VALUE: u16 = 1;
        self.emit("immediate", |data| {
            data.be32(1, register(slot));
            data.nest(2, |to| to.put(VALUE, bytes));
        });
    }

    /// Turns the numbers of the host around, so that they have an order.
    pub(super) fn turn(&mut self, slot: usize, load: &mut Load) {
        const HTON: u32 = 1;
        if load.order != Order::Host {
            return;
        }
        load.order = Order::Packet;
        let len = load.len as u32;
        if len > 1 {
            self.emit("byteorder", |data| {
                data.be32(1, register(slot));
                data.be32(2, register(slot));
                data.be32(3, HTON);
                data.be32(4, len);
                data.be32(5, if len.is_multiple_of(8) { 8 } else { len });
            });
        }
    }

    /// Has bits that are behind others alone in a register.
    pub(super) fn shift(&mut self, slot: usize, load: &mut Load) {
        if load.shift == 0 {
            return;
        }
        let by = load.shift;
        load.shift = 0;
        let len = load.len as u32;
        self.shift_by(slot, len, 2, by);
    }

    fn shift_by(&mut self, slot: usize, len: u32, op: u32, by: u32) {
        const VALUE: u16 = 1;
        self.emit("bitwise", |data| {
            data.be32(1, register(slot));
            data.be32(2, register(slot));
            data.be32(3, len);
            data.be32(6, op);
            data.nest(7, |to| to.put(VALUE, &by.to_le_bytes()));
        });
    }

    /// Has the value of an expression in registers.
    pub(super) fn load(&mut self, expr: &Expr, slot: usize) -> Option<Load> {
        let order = number::order(expr);
        let own = |len: usize| Load {
            len,
            order,
            shift: 0,
        };
        let to = register(slot);
        match expr {
            Expr::Field(field) => Some(self.field(*field, slot)),
            Expr::Raw {
                layer,
                offset,
                bits,
            } => Some(self.bits_of(*layer, *offset, *bits, slot)),
            Expr::Meta(key) => {
                let number = number::meta(*key);
                self.emit("meta", |data| {
                    data.be32(2, number);
                    data.be32(1, to);
                });
                Some(own(key.datatype().len()))
            }
            Expr::Ct(key, direction) => {
                let number = number::ct(*key);
                self.emit("ct", |data| {
                    data.be32(2, number);
                    data.be32(1, to);
                    if let Some(direction) = direction {
                        data.u8(3, (*direction == CtDirection::Reply).into());
                    }
                });
                Some(own(match key.datatype() {
                    DataType::String => 16,
                    ty => ty.len(),
                }))
            }
            Expr::ExtensionHeader { .. }
            | Expr::TcpOption { .. }
            | Expr::IpOption { .. }
            | Expr::SctpChunk { .. } => self.option(expr, slot),
            Expr::Rt(key) => {
                let number = number::rt(*key);
                self.emit("rt", |data| {
                    data.be32(2, number);
                    data.be32(1, to);
                });
                Some(own(key.datatype().len()))
            }
            Expr::Bits(op, left, right) => self.bits(*op, left, right, slot),
            Expr::Map { key, map } => self.mapped(key, map, None, slot),
            Expr::Hash { .. } | Expr::Numgen { .. } => self.generated(expr, slot),
            _ => self.asked(expr, slot).map(own),
        }
    }

    /// What others know of a packet.
    fn asked(&mut self, expr: &Expr, slot: usize) -> Option<usize> {
        let to = register(slot);
        Some(match expr {
            Expr::Socket(key) => {
                let number = number::socket(*key);
                self.emit("socket", |data| {
                    data.be32(1, number);
                    data.be32(2, to);
                });
                key.datatype().len()
            }
            Expr::SocketCgroup(level) => {
                self.emit("socket", |data| {
                    data.be32(1, number::socket(SocketKey::CgroupV2));
                    data.be32(2, to);
                    data.be32(3, *level);
                });
                DataType::CgroupV2.len()
            }
            Expr::Osf { ttl, version } => {
                let ttl = match ttl {
                    OsfTtl::Exact => 0,
                    OsfTtl::Loose => 1,
                    OsfTtl::Skip => 2,
                };
                self.emit("osf", |data| {
                    data.be32(1, to);
                    data.u8(2, ttl);
                    // No flags at all is none that it knows.
                    if *version {
                        data.be32(3, 1);
                    }
                });
                16
            }
            Expr::IpSec {
                out,
                number: nth,
                key,
            } => {
                let number = number::xfrm(*key);
                self.emit("xfrm", |data| {
                    data.be32(2, number);
                    data.u8(3, (*out).into());
                    data.be32(4, (*nth).into());
                    data.be32(1, to);
                });
                key.datatype().len()
            }
            Expr::Fib { flags, result } => {
                const PRESENT: u32 = 32;
                let there = if *result == FibResult::Check {
                    PRESENT
                } else {
                    0
                };
                let number = number::fib(*result);
                self.emit("fib", |data| {
                    data.be32(1, to);
                    data.be32(2, number);
                    data.be32(3, u32::from(*flags) | there);
                });
                match result {
                    FibResult::Check => 4,
                    result => result.datatype().len(),
                }
            }
            _ => return None,
        })
    }

    fn generated(&mut self, expr: &Expr, slot: usize) -> Option<Load> {
        let to = register(slot);
        match expr {
            Expr::Numgen {
                random,
                modulus,
                offset,
            } => self.emit("numgen", |data| {
                data.be32(1, to);
                data.be32(2, *modulus);
                data.be32(3, (*random).into());
                data.be32(4, *offset);
            }),
            Expr::Hash {
                of,
                modulus,
                seed,
                offset,
            } => {
                let from = match of {
                    Some(of) => Some(self.key(of, slot, None)?),
                    None => None,
                };
                self.emit("hash", |data| {
                    if let Some(len) = from {
                        data.be32(1, to);
                        data.be32(3, len as u32);
                    }
                    data.be32(2, to);
                    data.be32(4, *modulus);
                    if let Some(seed) = seed {
                        data.be32(5, *seed);
                    }
                    if *offset != 0 {
                        data.be32(6, *offset);
                    }
                    data.be32(7, of.is_none().into());
                });
            }
            _ => return None,
        }
        Some(Load {
            len: 4,
            order: Order::Host,
            shift: 0,
        })
    }

    fn field(&mut self, field: Field, slot: usize) -> Load {
        self.bits_of(field.header().layer(), field.offset(), field.bits(), slot)
    }

    fn bits_of(&mut self, layer: Layer, offset: u16, bits: u16, slot: usize) -> Load {
        let (first, len, mask, shift) = bytes_of(offset, bits);
        self.payload(slot, layer, first, len);
        let len = usize::from(len);
        if let Some(mask) = mask {
            self.mask(slot, Value::number(mask, len).bytes(), &vec![0; len]);
        }
        Load {
            len,
            order: Order::Packet,
            shift,
        }
    }

    /// Options and headers behind others, or whether they are there.
    fn option(&mut self, expr: &Expr, slot: usize) -> Option<Load> {
        const PRESENT: u32 = 1;
        let (op, kind, field) = option_of(expr)?;
        let (first, len, mask, shift) = match field {
            Some((offset, bits)) => bytes_of(offset, bits),
            None => (0, 1, None, 0),
        };
        let to = register(slot);
        self.emit("exthdr", |data| {
            data.be32(1, to);
            data.u8(2, kind);
            data.be32(3, first.into());
            data.be32(4, len.into());
            data.be32(6, op);
            data.be32(5, if field.is_none() { PRESENT } else { 0 });
        });
        let len = usize::from(len);
        if let Some(mask) = mask {
            self.mask(slot, Value::number(mask, len).bytes(), &vec![0; len]);
        }
        Some(Load {
            len,
            order: Order::Packet,
            shift,
        })
    }

    /// Operations on bits: those with constants that follow one another are one.
    fn bits(&mut self, op: BitOp, left: &Expr, right: &Expr, slot: usize) -> Option<Load> {
        let Expr::Value(by) = right else { return None };
        if let BitOp::ShiftLeft | BitOp::ShiftRight = op {
            let mut load = self.load(left, slot)?;
            self.shift(slot, &mut load);
            let by = u32::try_from(by.to_number()?).ok()?;
            let number = if op == BitOp::ShiftLeft { 1 } else { 2 };
            self.shift_by(slot, load.len as u32, number, by);
            return Some(load);
        }
        let mut steps = vec![(op, by.to_number()?)];
        let mut inner = left;
        while let Expr::Bits(op, left, right) = inner
            && !matches!(op, BitOp::ShiftLeft | BitOp::ShiftRight)
            && let Expr::Value(by) = &**right
        {
            steps.push((*op, by.to_number()?));
            inner = left;
        }
        let load = self.load(inner, slot)?;
        let all = u128::MAX.checked_shr(128 - 8 * load.len as u32)?;
        let (mut mask, mut flip) = (all, 0);
        for (op, by) in steps.into_iter().rev() {
            let by = by << load.shift;
            (mask, flip) = match op {
                BitOp::And => (mask & by, flip & by),
                BitOp::Or => (mask & !by & all, (flip & !by) | by),
                _ => (mask, flip ^ by),
            };
        }
        let mask = bytes(&Value::number(mask, load.len), load.order);
        let flip = bytes(&Value::number(flip, load.len), load.order);
        self.mask(slot, &mask, &flip);
        Some(load)
    }

    /// Has a key in registers, its parts one behind the other; how many bytes. `ordered` says which
    /// numbers of the host are turned around.
    pub(super) fn key(&mut self, key: &Expr, slot: usize, ordered: Option<bool>) -> Option<usize> {
        let parts = match key {
            Expr::Concat(parts) => &parts[..],
            one => core::slice::from_ref(one),
        };
        let mut at = slot;
        let mut len = 0;
        for part in parts {
            let own = match part {
                Expr::Value(value) => {
                    self.constant(at, value.bytes());
                    value.bytes().len()
                }
                part => {
                    let mut load = self.load(part, at)?;
                    self.shift(at, &mut load);
                    if ordered == Some(true) {
                        self.turn(at, &mut load);
                    }
                    load.len
                }
            };
            at += own.div_ceil(4);
            len = if parts.len() > 1 {
                4 * (at - slot)
            } else {
                own
            };
        }
        Some(len)
    }
}

/// The kind of an option, its number, and its field: where it begins and how long it is.
type OptionOf = (u32, u8, Option<(u16, u16)>);

/// What option an expression is about.
pub(super) const fn option_of(expr: &Expr) -> Option<OptionOf> {
    match expr {
        Expr::ExtensionHeader { header, field } => Some((0, *header, *field)),
        Expr::TcpOption { kind, field } => Some((1, *kind, *field)),
        Expr::IpOption { kind, field } => Some((2, *kind, *field)),
        Expr::SctpChunk { kind, field } => Some((3, *kind, *field)),
        _ => None,
    }
}

/// The bytes of a constant as they stand in a register.
pub(super) fn bytes(value: &Value, order: Order) -> Vec<u8> {
    let mut bytes = value.bytes().to_vec();
    if order == Order::Host {
        bytes.reverse();
    }
    bytes
}
