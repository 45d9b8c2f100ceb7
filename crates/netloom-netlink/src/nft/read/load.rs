//! Instructions that fill registers.

use super::{Held, Loaded, Reader, number};
use crate::Attributes;
use crate::nft::number as numbers;
use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::expr::{BitOp, CtDirection, FibResult, OsfTtl, SocketKey};
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::value::IFNAME;
use netloom_model::ruleset::{DataType, Expr, Value};

impl Reader<'_> {
    /// Bytes of a packet (`NFTA_PAYLOAD_*`), read or written.
    pub(super) fn payload(&mut self, data: Attributes<'_>) -> Option<()> {
        let layer = numbers::layer_of(data.be32(2)?)?;
        let offset = u16::try_from(data.be32(3)?.checked_mul(8)?).ok()?;
        let len = data.be32(4)?;
        let bits = u16::try_from(len.checked_mul(8)?).ok()?;
        if len == 0 || len > 64 || offset.checked_add(bits).is_none() {
            return None;
        }
        let place = Expr::Raw {
            layer,
            offset,
            bits,
        };
        match data.be32(1) {
            Some(register) => self.load(register, place, len as usize),
            None => self.write_payload(data.be32(5)?, &place),
        }
    }

    fn write_payload(&mut self, register: u32, place: &Expr) -> Option<()> {
        // Some bits of it were changed.
        if let Held::Loaded(loaded) = self.held(register)?
            && let Some((of, mask, flip)) = &loaded.changed
            && **of == *place
            && let Expr::Raw {
                layer,
                offset,
                bits,
            } = *place
            && bits <= 128
        {
            let all = u128::MAX >> (128 - u32::from(bits));
            let (mask, flip) = (*mask, *flip);
            let (field, shift) = self.field_of_bits(layer, offset, bits, all & !mask)?;
            let len = field.datatype().len();
            let value = Value::number((flip & !mask & all) >> shift, len);
            return self.say(Statement::Set {
                what: Expr::Field(field),
                value: Expr::Value(value),
            });
        }
        let what = self.named(place);
        let value = self.value(register, &what)?;
        self.say(Statement::Set { what, value })
    }

    /// What goes with a packet (`NFTA_META_*`).
    pub(super) fn meta(&mut self, data: Attributes<'_>) -> Option<()> {
        let key = numbers::meta_of(data.be32(2)?)?;
        let what = Expr::Meta(key);
        match data.be32(1) {
            Some(register) => self.load(register, what, key.datatype().len()),
            None => {
                let value = self.value(data.be32(3)?, &what)?;
                self.say(Statement::Set { what, value })
            }
        }
    }

    /// A connection (`NFTA_CT_*`).
    pub(super) fn ct(&mut self, data: Attributes<'_>) -> Option<()> {
        let direction = match data.u8(3) {
            Some(0) => Some(CtDirection::Original),
            Some(1) => Some(CtDirection::Reply),
            _ => None,
        };
        let key = numbers::ct_of(data.be32(2)?, self.family)?;
        let what = Expr::Ct(key, direction);
        match data.be32(1) {
            Some(register) => {
                let len = match key.datatype() {
                    DataType::String => IFNAME,
                    ty => ty.len().max(1),
                };
                self.load(register, what, len)
            }
            None => {
                let value = self.value(data.be32(4)?, &what)?;
                self.say(Statement::Set { what, value })
            }
        }
    }

    /// Headers of IPv6's extensions, options and chunks (`NFTA_EXTHDR_*`).
    pub(super) fn exthdr(&mut self, data: Attributes<'_>) -> Option<()> {
        const PRESENT: u32 = 1;
        const TCP: u32 = 1;
        let number = data.u8(2)?;
        let offset = data.be32(3).unwrap_or(0);
        let len = data.be32(4).unwrap_or(1).clamp(1, 16);
        let there = data.be32(5).unwrap_or(0) & PRESENT != 0;
        let bits = u16::try_from(8 * len).ok()?;
        let field = match there {
            true => None,
            false => Some((u16::try_from(offset.checked_mul(8)?).ok()?, bits)),
        };
        let kind = data.be32(6).unwrap_or(0);
        let expr = match kind {
            0 => Expr::ExtensionHeader {
                header: number,
                field,
            },
            TCP => Expr::TcpOption {
                kind: number,
                field,
            },
            2 => Expr::IpOption {
                kind: number,
                field,
            },
            3 => Expr::SctpChunk {
                kind: number,
                field,
            },
            _ => return None,
        };
        if let Some(register) = data.be32(1) {
            let len = if there { 1 } else { len as usize };
            return self.load(register, expr, len);
        }
        match data.be32(7) {
            Some(register) => {
                let value = self.value(register, &expr)?;
                self.say(Statement::Set { what: expr, value })
            }
            None if kind == TCP => self.say(Statement::ResetTcpOption(number)),
            None => None,
        }
    }

    /// What routing said (`NFTA_RT_*`).
    pub(super) fn rt(&mut self, data: Attributes<'_>) -> Option<()> {
        let key = numbers::rt_of(data.be32(2)?)?;
        self.load(data.be32(1)?, Expr::Rt(key), key.datatype().len())
    }

    /// The socket that a packet is for (`NFTA_SOCKET_*`).
    pub(super) fn socket(&mut self, data: Attributes<'_>) -> Option<()> {
        let key = numbers::socket_of(data.be32(1)?)?;
        let expr = match key {
            SocketKey::CgroupV2 => Expr::SocketCgroup(data.be32(3).unwrap_or(0)),
            key => Expr::Socket(key),
        };
        self.load(data.be32(2)?, expr, key.datatype().len())
    }

    /// The system that sent a SYN (`NFTA_OSF_*`).
    pub(super) fn osf(&mut self, data: Attributes<'_>) -> Option<()> {
        let ttl = match data.u8(2).unwrap_or(0) {
            0 => OsfTtl::Exact,
            1 => OsfTtl::Loose,
            _ => OsfTtl::Skip,
        };
        let version = data.be32(3).unwrap_or(0) & 1 != 0;
        self.load(data.be32(1)?, Expr::Osf { ttl, version }, 16)
    }

    /// Encryption (`NFTA_XFRM_*`).
    pub(super) fn xfrm(&mut self, data: Attributes<'_>) -> Option<()> {
        let key = numbers::xfrm_of(data.be32(2)?)?;
        let expr = Expr::IpSec {
            out: data.u8(3) == Some(1),
            number: data.be32(4).unwrap_or(0) as u8,
            key,
        };
        self.load(data.be32(1)?, expr, key.datatype().len())
    }

    /// What routing would say (`NFTA_FIB_*`).
    pub(super) fn fib(&mut self, data: Attributes<'_>) -> Option<()> {
        const PRESENT: u32 = 32;
        let flags = data.be32(3)?;
        let result = match flags & PRESENT {
            0 => numbers::fib_of(data.be32(2)?)?,
            _ => FibResult::Check,
        };
        let expr = Expr::Fib {
            flags: (flags & !PRESENT) as u8,
            result,
        };
        self.load(data.be32(1)?, expr, result.datatype().len())
    }

    /// Numbers that are counted or drawn (`NFTA_NG_*`).
    pub(super) fn numgen(&mut self, data: Attributes<'_>) -> Option<()> {
        let expr = Expr::Numgen {
            random: data.be32(3)? == 1,
            modulus: data.be32(2)?,
            offset: data.be32(4).unwrap_or(0),
        };
        self.load(data.be32(1)?, expr, 4)
    }

    /// Hashes (`NFTA_HASH_*`).
    pub(super) fn hash(&mut self, data: Attributes<'_>) -> Option<()> {
        const SYMMETRIC: u32 = 1;
        let of = match data.be32(7).unwrap_or(0) {
            SYMMETRIC => None,
            _ => Some(Box::new(
                self.key(data.be32(1)?, data.be32(3)?.min(64) as usize)?,
            )),
        };
        let expr = Expr::Hash {
            of,
            modulus: data.be32(4)?,
            seed: data.be32(5),
            offset: data.be32(6).unwrap_or(0),
        };
        self.load(data.be32(2)?, expr, 4)
    }

    /// A constant or a verdict (`NFTA_IMMEDIATE_*`).
    pub(super) fn immediate(&mut self, data: Attributes<'_>) -> Option<()> {
        const VERDICT: u32 = 0;
        const VALUE: u16 = 1;
        let value = data.inside(2);
        match data.be32(1)? {
            VERDICT => {
                let verdict = super::verdict(value)?;
                self.say(Statement::Verdict(verdict))
            }
            register => {
                let bytes = value.get(VALUE)?.to_vec();
                self.hold(register, Held::Constant(bytes))
            }
        }
    }

    /// Operations on bits (`NFTA_BITWISE_*`).
    pub(super) fn bitwise(&mut self, data: Attributes<'_>) -> Option<()> {
        const VALUE: u16 = 1;
        let (from, to) = (data.be32(1)?, data.be32(2)?);
        let loaded = self.loaded(from)?.clone();
        let len = data.be32(3)?.min(64) as usize;
        let of = Box::new(loaded.expr.clone());
        let op = data.be32(6).unwrap_or(0);
        let (expr, changed) = match op {
            0 => {
                let bytes = |kind| number(data.inside(kind).get(VALUE)?, loaded.order);
                let (mask, flip) = (bytes(4)?, bytes(5)?);
                let expr = with_bits(*of.clone(), mask, flip, len);
                (expr, Some((of, mask, flip)))
            }
            1 | 2 => {
                let by = crate::u32_at(data.inside(7).get(VALUE)?, 0)?;
                let op = if op == 1 {
                    BitOp::ShiftLeft
                } else {
                    BitOp::ShiftRight
                };
                let by = Box::new(Expr::Value(Value::from(by)));
                (Expr::Bits(op, of, by), None)
            }
            3..=5 => {
                let op = [BitOp::And, BitOp::Or, BitOp::Xor][op as usize - 3];
                let other = self.value(data.be32(8)?, &loaded.expr)?;
                (Expr::Bits(op, of, Box::new(other)), None)
            }
            _ => return None,
        };
        let loaded = Loaded {
            expr,
            changed,
            ..loaded
        };
        self.hold(to, Held::Loaded(loaded))
    }

    /// Bytes turned around (`NFTA_BYTEORDER_*`).
    pub(super) fn byteorder(&mut self, data: Attributes<'_>) -> Option<()> {
        let (from, to) = (data.be32(1)?, data.be32(2)?);
        let held = match self.held(from)?.clone() {
            Held::Loaded(loaded) => Held::Loaded(Loaded {
                order: match loaded.order {
                    Order::Host => Order::Packet,
                    Order::Packet => Order::Host,
                    Order::Text => Order::Text,
                },
                ..loaded
            }),
            Held::Constant(mut bytes) => {
                bytes.reverse();
                Held::Constant(bytes)
            }
        };
        self.hold(to, held)
    }
}

/// A mask and the bits that are flipped behind it, as nft lists them: bits that are masked away and then
/// set are an `|`.
fn with_bits(of: Expr, mask: u128, flip: u128, len: usize) -> Expr {
    let all = match len {
        0 => 0,
        1..16 => (1 << (8 * len)) - 1,
        _ => u128::MAX,
    };
    let set = (mask & flip) ^ flip;
    let (mask, flip) = (mask | set, flip & mask);
    let mut expr = of;
    for (op, bits, idle) in [
        (BitOp::And, mask, all),
        (BitOp::Xor, flip, 0),
        (BitOp::Or, set, 0),
    ] {
        if bits != idle {
            let bits = Expr::Value(Value::number(bits, len));
            expr = Expr::Bits(op, Box::new(expr), Box::new(bits));
        }
    }
    expr
}
