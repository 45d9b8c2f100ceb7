//! Comparisons, and what sets and maps are asked for.

use super::load::{Load, bytes};
use super::{Lower, VERDICT, register};
use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::expr::Relation;
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::statement::{ObjectName, Statement, UpdateOp};
use netloom_model::ruleset::value::IFNAME;
use netloom_model::ruleset::{DataType, Expr, Field, ObjectKind, Value};

const VALUE: u16 = 1;
const EQ: u32 = 0;
const NE: u32 = 1;
const LE: u32 = 3;
const GE: u32 = 5;

/// Where registers are used by one statement alone.
const FIRST: usize = 0;

impl Lower<'_, '_> {
    pub(super) fn compare(&mut self, left: &Expr, relation: Relation, right: &Expr) -> Option<()> {
        match right {
            Expr::Set(_) | Expr::SetRef(_) => self.among(left, relation, right),
            Expr::Value(value) => self.with_value(left, relation, value),
            Expr::Prefix(value, len) => self.with_prefix(left, relation, value, *len),
            Expr::Range(low, high) => self.with_range(left, relation, low, high),
            Expr::Concat(parts) => self.together(left, relation, parts),
            _ => None,
        }
    }

    fn cmp(&mut self, slot: usize, op: u32, bytes: &[u8]) {
        self.emit("cmp", |data| {
            data.be32(1, register(slot));
            data.be32(2, op);
            data.nest(3, |to| to.put(VALUE, bytes));
        });
    }

    /// A constant as it is compared with what was loaded.
    fn compared(left: &Expr, load: &Load, value: &Value) -> Vec<u8> {
        let text = matches!(left.datatype(), Some(DataType::IfName | DataType::String));
        if text {
            return value.bytes().to_vec();
        }
        let number = value.to_number().unwrap_or(0);
        let shifted = match load.shift {
            0 if value.bytes().len() == load.len => value.clone(),
            shift => Value::number(number.checked_shl(shift).unwrap_or(0), load.len),
        };
        bytes(&shifted, load.order)
    }

    fn with_value(&mut self, left: &Expr, relation: Relation, value: &Value) -> Option<()> {
        let mut load = self.load(left, FIRST)?;
        let op = match relation {
            Relation::Eq => EQ,
            Relation::Ne => NE,
            Relation::Lt => 2,
            Relation::Le => LE,
            Relation::Gt => 4,
            Relation::Ge => GE,
            Relation::Any | Relation::None => {
                let bits = Self::compared(left, &load, value);
                let nothing = vec![0; bits.len()];
                self.mask(FIRST, &bits, &nothing);
                let op = if relation == Relation::Any { NE } else { EQ };
                self.cmp(FIRST, op, &nothing);
                return Some(());
            }
        };
        if op > NE {
            self.turn(FIRST, &mut load);
        }
        let mut bytes = Self::compared(left, &load, value);
        // iptables compares a name with its zero alone.
        if self.of.xtables && bytes.len() == IFNAME && left.datatype() == Some(DataType::IfName) {
            let end = bytes.iter().position(|byte| *byte == 0);
            bytes.truncate(end.map_or(IFNAME, |end| end + 1));
        }
        self.cmp(FIRST, op, &bytes);
        Some(())
    }

    /// The first bits of a value.
    fn with_prefix(
        &mut self,
        left: &Expr,
        relation: Relation,
        value: &Value,
        len: u8,
    ) -> Option<()> {
        let op = if relation == Relation::Ne { NE } else { EQ };
        if let (Expr::Field(field), true, true) = (left, len.is_multiple_of(8), len > 0)
            && field.offset().is_multiple_of(8)
        {
            let len = u16::from(len / 8);
            let first = field.offset() / 8;
            self.payload(FIRST, field.header().layer(), first, len);
            self.cmp(FIRST, op, value.bytes().get(..usize::from(len))?);
            return Some(());
        }
        let load = self.load(left, FIRST)?;
        if len.is_multiple_of(8) && len > 0 && load.order == Order::Packet && load.shift == 0 {
            // Whole bytes are compared alone, as nft does.
            self.cmp(FIRST, op, value.bytes().get(..usize::from(len / 8))?);
            return Some(());
        }
        let bits = 8 * value.bytes().len() as u32;
        let all = u128::MAX.checked_shr(128 - bits)?;
        let mask = all ^ all.checked_shr(len.into()).unwrap_or(0);
        let mask = bytes(&Value::number(mask, load.len), load.order);
        self.mask(FIRST, &mask, &vec![0; mask.len()]);
        self.cmp(FIRST, op, &bytes(value, load.order));
        Some(())
    }

    fn with_range(
        &mut self,
        left: &Expr,
        relation: Relation,
        low: &Value,
        high: &Value,
    ) -> Option<()> {
        let mut load = self.load(left, FIRST)?;
        self.turn(FIRST, &mut load);
        let low = Self::compared(left, &load, low);
        let high = Self::compared(left, &load, high);
        if relation == Relation::Ne || self.of.xtables {
            let op = if relation == Relation::Ne { NE } else { EQ };
            self.emit("range", |data| {
                data.be32(1, register(FIRST));
                data.be32(2, op);
                data.nest(3, |to| to.put(VALUE, &low));
                data.nest(4, |to| to.put(VALUE, &high));
            });
            return Some(());
        }
        self.cmp(FIRST, GE, &low);
        self.cmp(FIRST, LE, &high);
        Some(())
    }

    /// Fields side by side, of which one is not so.
    fn together(&mut self, left: &Expr, relation: Relation, right: &[Expr]) -> Option<()> {
        let Expr::Concat(left) = left else {
            return None;
        };
        let field = |expr: &Expr| match expr {
            Expr::Field(field) => Some(*field),
            _ => None,
        };
        let fields: Option<Vec<Field>> = left.iter().map(field).collect();
        let fields = fields?;
        let mut bytes = Vec::new();
        for part in right {
            let Expr::Value(value) = part else {
                return None;
            };
            bytes.extend(value.bytes());
        }
        let first = fields.first()?;
        let layer = first.header().layer();
        self.payload(FIRST, layer, first.offset() / 8, bytes.len() as u16);
        let op = if relation == Relation::Ne { NE } else { EQ };
        self.cmp(FIRST, op, &bytes);
        Some(())
    }

    /// Whether a set has it.
    fn among(&mut self, left: &Expr, relation: Relation, set: &Expr) -> Option<()> {
        const NOT: u32 = 1;
        let set = self.named(left, set, None)?;
        self.key(left, FIRST, Some(set.ordered))?;
        self.emit("lookup", |data| {
            data.text(1, &set.name);
            data.be32(2, register(FIRST));
            if let Some(id) = set.id {
                data.be32(4, id);
            }
            if relation == Relation::Ne {
                data.be32(5, NOT);
            }
        });
        Some(())
    }

    pub(super) fn verdict_map(&mut self, key: &Expr, map: &Expr) -> Option<()> {
        let set = self.named(key, map, Some(MapData::Verdicts))?;
        self.key(key, FIRST, Some(set.ordered))?;
        self.emit("lookup", |data| {
            data.text(1, &set.name);
            data.be32(2, register(FIRST));
            data.be32(3, VERDICT);
            if let Some(id) = set.id {
                data.be32(4, id);
            }
        });
        Some(())
    }

    /// Has what a map has for a key in registers; of one without a name the types are told.
    pub(super) fn mapped(
        &mut self,
        key: &Expr,
        map: &Expr,
        data: Option<MapData>,
        slot: usize,
    ) -> Option<Load> {
        let set = self.named(key, map, data.or(Some(MapData::Values(Vec::new()))))?;
        self.key(key, slot, Some(set.ordered))?;
        self.emit("lookup", |data| {
            data.text(1, &set.name);
            data.be32(2, register(slot));
            data.be32(3, register(slot));
            if let Some(id) = set.id {
                data.be32(4, id);
            }
        });
        let order = match set.data.types[..] {
            [DataType::Integer(_)] if set.data.host => Order::Host,
            [ty] => ty.order(),
            _ => Order::Packet,
        };
        Some(Load {
            len: set.data.len(),
            order,
            shift: 0,
        })
    }

    pub(super) fn object(&mut self, kind: ObjectKind, name: &ObjectName) -> Option<()> {
        match name {
            ObjectName::Name(name) => self.emit("objref", |data| {
                data.be32(1, crate::nft::number::object(kind));
                data.text(2, name);
            }),
            ObjectName::Map { key, map } => {
                let set = self.named(key, map, Some(MapData::Objects(kind)))?;
                self.key(key, FIRST, Some(set.ordered))?;
                self.emit("objref", |data| {
                    data.be32(3, register(FIRST));
                    data.text(4, &set.name);
                    if let Some(id) = set.id {
                        data.be32(5, id);
                    }
                });
            }
        }
        Some(())
    }

    /// Puts an element into a set, or takes it out.
    pub(super) fn update(&mut self, statement: &Statement) -> Option<()> {
        const WITH_STATEMENTS: u32 = 2;
        let Statement::Update {
            op,
            set,
            key,
            data: value,
            timeout,
            statements,
        } = statement
        else {
            return None;
        };
        let known = (self.of.set)(set)?;
        let ordered = known.key.ordered;
        let slots = self.key(key, FIRST, Some(ordered))?.div_ceil(4);
        if let Some(value) = value {
            self.value(value, &known.data.types, slots)?;
        }
        let op = match op {
            UpdateOp::Add => 0,
            UpdateOp::Update => 1,
            UpdateOp::Delete => 2,
        };
        self.emit("dynset", |data| {
            data.text(1, set);
            data.be32(3, op);
            data.be32(4, register(FIRST));
            if value.is_some() {
                data.be32(5, register(slots));
            }
            if let Some(timeout) = timeout {
                data.be64(6, *timeout);
            }
            match &statements[..] {
                [] => {}
                [one] => data.nest(7, |to| super::stateful(one, to)),
                several => {
                    data.be32(9, WITH_STATEMENTS);
                    data.nest(10, |list| {
                        for one in several {
                            list.nest(crate::nft::ITEM, |to| super::stateful(one, to));
                        }
                    });
                }
            }
        });
        Some(())
    }
}
