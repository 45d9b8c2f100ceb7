//! Comparisons (`NFTA_CMP_*`, `NFTA_RANGE_*`).

use super::{Held, Loaded, Reader, constant, number};
use crate::Attributes;
use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::expr::{BitOp, Relation};
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::{DataType, Expr, Field, Value};

const VALUE: u16 = 1;

const RELATIONS: [Relation; 6] = [
    Relation::Eq,
    Relation::Ne,
    Relation::Lt,
    Relation::Le,
    Relation::Gt,
    Relation::Ge,
];

impl Reader<'_> {
    pub(super) fn compare(&mut self, data: Attributes<'_>, low: Option<u32>) -> Option<()> {
        let register = data.be32(1)?;
        let relation = *RELATIONS.get(data.be32(2)? as usize)?;
        let bytes = data.inside(3).get(VALUE)?;
        let Held::Loaded(loaded) = self.held(register)?.clone() else {
            return None;
        };
        if let Expr::Raw {
            layer,
            offset,
            bits,
        } = loaded.expr
            && usize::from(bits) == 8 * bytes.len()
            && matches!(relation, Relation::Eq | Relation::Ne)
            && self.field_at(layer, offset, bits).is_none()
        {
            if let Some(field) = self.address_beginning_at(layer, offset, bits) {
                return self.begins(Expr::Field(field), relation, bytes);
            }
            if let Some(fields) = self.fields_in(layer, offset, bits) {
                return self.several(&fields, relation, bytes);
            }
        }
        let address = loaded.expr.datatype().filter(|ty| is_address(*ty));
        if address.is_some_and(|ty| bytes.len() < ty.len())
            && matches!(relation, Relation::Eq | Relation::Ne)
            && !matches!(loaded.expr, Expr::Raw { .. } | Expr::Bits(..))
        {
            return self.begins(loaded.expr, relation, bytes);
        }
        let (left, value) = self.sides(&loaded, bytes)?;
        if relation == Relation::Le && low == Some(register) && self.ends_range(&left, &value) {
            return Some(());
        }
        if relation == Relation::Ge {
            self.low = Some(register);
        }
        let compared = self.written(left, relation, value);
        self.say(compared)
    }

    /// Both sides of a comparison.
    fn sides(&self, loaded: &Loaded, bytes: &[u8]) -> Option<(Expr, Value)> {
        let (left, shift) = self.resolved(&loaded.expr);
        let whole = match (&left, &loaded.expr) {
            (Expr::Bits(..), _) | (_, Expr::Raw { .. }) => None,
            (named, Expr::Bits(..)) => named.datatype().map(DataType::len),
            _ => None,
        };
        let value = match whole {
            Some(len) => Value::number(number(bytes, Order::Packet)? >> shift, len),
            None => constant(&left, loaded.order, bytes),
        };
        Some((left, value))
    }

    /// A comparison as it is listed: flags and prefixes have forms of their own.
    fn written(&self, left: Expr, relation: Relation, value: Value) -> Statement {
        let plain = |left, relation, right| Statement::Match {
            left,
            relation,
            right,
        };
        let exact = matches!(relation, Relation::Eq | Relation::Ne);
        let Expr::Bits(BitOp::And, of, mask) = &left else {
            return plain(left, relation, Expr::Value(value));
        };
        let (Expr::Value(mask), Some(ty), true) = (&**mask, of.datatype(), exact) else {
            return plain(left, relation, Expr::Value(value));
        };
        let number = mask.to_number().unwrap_or(0);
        if ty.is_flags() && !self.context.xtables && value.to_number() == Some(0) && number != 0 {
            let relation = match relation {
                Relation::Eq => Relation::None,
                _ => Relation::Any,
            };
            return plain((**of).clone(), relation, Expr::Value(mask.clone()));
        }
        if is_address(ty)
            && let Some(len) = prefix(number, u32::from(ty.bits()))
        {
            return plain((**of).clone(), relation, Expr::Prefix(value, len));
        }
        plain(left, relation, Expr::Value(value))
    }

    /// The first bytes of an address alone.
    fn begins(&mut self, left: Expr, relation: Relation, bytes: &[u8]) -> Option<()> {
        let len = (8 * bytes.len()) as u8;
        let mut whole = bytes.to_vec();
        whole.resize(left.datatype()?.len(), 0);
        self.say(Statement::Match {
            left,
            relation,
            right: Expr::Prefix(Value::new(whole), len),
        })
    }

    /// Several fields at once. That one of them is not so is one question.
    fn several(&mut self, fields: &[Field], relation: Relation, bytes: &[u8]) -> Option<()> {
        let mut rest = bytes;
        let mut sides = Vec::new();
        for field in fields {
            let (own, behind) = rest.split_at_checked(usize::from(field.bits() / 8))?;
            rest = behind;
            sides.push((Expr::Field(*field), Expr::Value(Value::new(own))));
        }
        if relation == Relation::Ne {
            let (left, right) = sides.into_iter().unzip();
            return self.say(Statement::Match {
                left: Expr::Concat(left),
                relation,
                right: Expr::Concat(right),
            });
        }
        for (left, right) in sides {
            self.say(Statement::equal(left, right))?;
        }
        Some(())
    }

    /// Whether that something is no greater ends the range that the last statement began.
    fn ends_range(&mut self, left: &Expr, last: &Value) -> bool {
        let Some(Statement::Match {
            left: of,
            relation,
            right,
        }) = self.statements.last_mut()
        else {
            return false;
        };
        let Expr::Value(first) = right else {
            return false;
        };
        if *relation != Relation::Ge || of != left {
            return false;
        }
        *right = Expr::Range(first.clone(), last.clone());
        *relation = Relation::Eq;
        true
    }

    pub(super) fn range(&mut self, data: Attributes<'_>) -> Option<()> {
        let relation = *RELATIONS[..2].get(data.be32(2)? as usize)?;
        let loaded = self.loaded(data.be32(1)?)?.clone();
        let (left, first) = self.sides(&loaded, data.inside(3).get(VALUE)?)?;
        let (_, last) = self.sides(&loaded, data.inside(4).get(VALUE)?)?;
        self.say(Statement::Match {
            left,
            relation,
            right: Expr::Range(first, last),
        })
    }
}

const fn is_address(ty: DataType) -> bool {
    matches!(ty, DataType::Ipv4Addr | DataType::Ipv6Addr)
}

/// The length of the prefix whose mask some bits are.
fn prefix(mask: u128, bits: u32) -> Option<u8> {
    let host = bits.checked_sub(mask.count_ones())?;
    let whole = mask != 0 && mask.trailing_zeros() == host && host > 0;
    whole.then_some((bits - host) as u8)
}
