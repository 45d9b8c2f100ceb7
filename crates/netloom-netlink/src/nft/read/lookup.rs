//! What sets, maps and objects are asked for (`NFTA_LOOKUP_*`, `NFTA_DYNSET_*`, `NFTA_OBJREF_*`).

use super::{Held, Loaded, Reader};
use crate::Attributes;
use crate::nft::ITEM;
use crate::nft::number as numbers;
use crate::nft::set::{Known, Layout};
use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::expr::Relation;
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::statement::{ObjectName, Statement, UpdateOp};
use netloom_model::ruleset::{DataType, Expr, Value};

impl<'a> Reader<'a> {
    fn set(&self, name: &str) -> Option<&'a Known> {
        self.context.sets.get(name)
    }

    /// A set where it is used: with its name, or whole.
    fn used(&self, name: &str) -> Expr {
        match self.set(name).filter(|set| set.anonymous) {
            Some(set) => Expr::Set(set.set.elements.clone()),
            None => Expr::SetRef(name.to_owned()),
        }
    }

    /// The key of a set that stands in registers.
    fn key_of(&self, register: u32, name: &str) -> Option<Expr> {
        let len = self.set(name).map_or(4, |set| set.key.len());
        self.key(register, len)
    }

    pub(super) fn lookup(&mut self, data: Attributes<'_>) -> Option<()> {
        const NOT: u32 = 1;
        let name = data.text(1)?;
        let key = self.key_of(data.be32(2)?, &name)?;
        let map = self.used(&name);
        match data.be32(3) {
            None => {
                let relation = match data.be32(5).unwrap_or(0) & NOT {
                    0 => Relation::Eq,
                    _ => Relation::Ne,
                };
                self.say(Statement::Match {
                    left: key,
                    relation,
                    right: map,
                })
            }
            Some(0) => self.say(Statement::VerdictMap { key, map }),
            Some(register) => {
                let layout = &self.set(&name)?.data;
                let len = layout.len() * if self.set(&name)?.ranges { 2 } else { 1 };
                let order = match layout.types[..] {
                    [DataType::Integer(_)] if layout.host => Order::Host,
                    [DataType::Integer(_)] => Order::Packet,
                    [ty] => ty.order(),
                    _ => Order::Packet,
                };
                let expr = Expr::Map {
                    key: Box::new(key),
                    map: Box::new(map),
                };
                let loaded = Loaded {
                    expr,
                    order,
                    len,
                    changed: None,
                };
                self.hold(register, Held::Loaded(loaded))
            }
        }
    }

    /// What rules do to sets.
    pub(super) fn dynset(&mut self, data: Attributes<'_>) -> Option<()> {
        let set = data.text(1)?;
        let op = match data.be32(3)? {
            0 => UpdateOp::Add,
            1 => UpdateOp::Update,
            2 => UpdateOp::Delete,
            _ => return None,
        };
        let key = self.key_of(data.be32(4)?, &set)?;
        let value = match data.be32(5) {
            None => None,
            Some(register) => Some(self.data_of(register, &set)?),
        };
        let one = data.get(7);
        let list = data.inside(10).filter(|(kind, _)| *kind == ITEM);
        let items: Vec<&[u8]> = one.into_iter().chain(list.map(|(_, item)| item)).collect();
        let own = super::stateful(self.family, &items);
        // What every element of the set does the rule need not say.
        let usual = self.set(&set).is_some_and(|set| set.set.statements == own);
        self.say(Statement::Update {
            op,
            key,
            data: value,
            timeout: data.be64(6).filter(|time| *time != 0),
            statements: if usual { Vec::new() } else { own },
            set,
        })
    }

    /// What a map gets for a key.
    fn data_of(&self, register: u32, set: &str) -> Option<Expr> {
        let layout = self.set(set).map(|set| &set.data);
        match self.held(register)? {
            Held::Constant(bytes) if layout.is_none_or(|layout| bytes.len() >= layout.len()) => {
                let mut values = layout?.values(bytes);
                Some(match values.len() {
                    1 => Expr::Value(values.remove(0)),
                    _ => Expr::Concat(values.into_iter().map(Expr::Value).collect()),
                })
            }
            _ => {
                let key = self.key(register, layout.map_or(4, Layout::len))?;
                let (Expr::Concat(mut parts), Some(layout)) = (key.clone(), layout) else {
                    return Some(key);
                };
                // Constants among them stand as those of their types do.
                for (part, ty) in parts.iter_mut().zip(&layout.types) {
                    if let (Expr::Value(value), Order::Host) = (&*part, ty.order()) {
                        let turned: Vec<u8> = value.bytes().iter().rev().copied().collect();
                        *part = Expr::Value(Value::new(turned));
                    }
                }
                Some(Expr::Concat(parts))
            }
        }
    }

    /// Objects with names.
    pub(super) fn objref(&mut self, data: Attributes<'_>) -> Option<()> {
        if let Some(name) = data.text(2) {
            return self.say(Statement::Object {
                kind: numbers::object_of(data.be32(1)?)?,
                name: ObjectName::Name(name),
            });
        }
        let name = data.text(4)?;
        let key = self.key_of(data.be32(3)?, &name)?;
        let Some(MapData::Objects(kind)) = self.set(&name)?.set.data else {
            return None;
        };
        let map = self.used(&name);
        self.say(Statement::Object {
            kind,
            name: ObjectName::Map { key, map },
        })
    }
}
