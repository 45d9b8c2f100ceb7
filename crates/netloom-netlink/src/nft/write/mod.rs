//! Instructions that carry a rule out, of what it says: the way back from `read`. What other parts of
//! the rule imply is asked first, as nft does it.
//!
//! `load` fills registers, `compare` asks, `change` writes, `act` and `steer` do the rest; `needs` has
//! what is asked first.

mod act;
mod change;
mod compare;
mod load;
mod needs;
mod own_set;
mod steer;

use super::rule::Compat;
use super::set::Known;
use super::{ITEM, rule};
use crate::Writer;
use netloom_model::ruleset::expr::{MetaKey, Relation};
use netloom_model::ruleset::statement::{Statement, Verdict};
use netloom_model::ruleset::xt::{XtMatch, XtTarget};
use netloom_model::ruleset::{ChainRef, Expr, Field, Rule, TableFamily, TableRef, implied};
use own_set::OwnSet;

/// What rules are written with.
pub struct Table<'a> {
    /// Whose they are.
    pub table: &'a TableRef,
    /// Whether it is one that iptables makes.
    pub xtables: bool,
    /// Its set of a name.
    pub set: &'a dyn Fn(&str) -> Option<&'a Known>,
}

/// A rule as it is sent.
#[derive(Debug, Default)]
pub struct Written {
    /// What makes the sets that stand in it, before it is made itself: each with the kind of its message.
    pub before: Vec<(u16, Writer)>,
    /// Its instructions.
    expressions: Writer,
    compat: Option<Compat>,
}

impl Written {
    /// The body of the message that makes the rule at a place.
    #[must_use]
    pub fn body(
        &self,
        chain: &ChainRef,
        rule: &Rule,
        handle: Option<u64>,
        position: Option<u64>,
    ) -> Writer {
        let mut body = rule::name(chain, handle, position);
        rule::put(rule, &self.expressions, self.compat, &mut body);
        body
    }
}

/// The number of a register that begins with a slot of four bytes.
const fn register(slot: usize) -> u32 {
    match slot % 4 {
        0 => 1 + (slot / 4) as u32,
        _ => 8 + slot as u32,
    }
}

/// The register of verdicts.
const VERDICT: u32 = 0;

/// A rule while it is written.
struct Lower<'a, 't> {
    of: &'a Table<'t>,
    out: Writer,
    sets: Vec<OwnSet>,
    /// What was asked and done so far.
    said: Vec<Statement>,
    /// The number of the next set without a name.
    id: u32,
}

/// Writes what a rule says; `id` is the number of the first set without a name, and then of the next.
/// None where some of it has no form here.
#[must_use]
pub fn rule(of: &Table<'_>, rule: &Rule, id: &mut u32) -> Option<Written> {
    let mut lower = Lower {
        of,
        out: Writer::default(),
        sets: Vec::new(),
        said: Vec::new(),
        id: *id,
    };
    let twice = lower.said_twice(&rule.statements);
    for (at, statement) in rule.statements.iter().enumerate() {
        for needed in lower.needed(statement) {
            lower.statement(&needed)?;
            lower.said.push(needed);
        }
        lower.statement(statement)?;
        if twice.contains(&at) {
            lower.statement(statement)?;
        }
        lower.said.push(statement.clone());
    }
    *id = lower.id;
    let before = lower.sets.iter().flat_map(|set| set.messages(of.table));
    Some(Written {
        before: before.collect(),
        compat: compat(of.table.family, &lower.said),
        expressions: lower.out,
    })
}

/// A statement of an element of a set.
pub(super) fn stateful(statement: &Statement, to: &mut Writer) {
    if let Some((name, data)) = act::plain(statement) {
        put(name, &data, to);
    }
}

/// An instruction: its name and its data.
fn put(name: &str, data: &Writer, to: &mut Writer) {
    const NAME: u16 = 1;
    const DATA: u16 = 2;
    to.text(NAME, name);
    to.nest(DATA, |to| to.append(data));
}

/// A verdict.
pub(super) fn verdict(verdict: &Verdict, to: &mut Writer) {
    const WHOLE: u16 = 2;
    const CODE: u16 = 1;
    const CHAIN: u16 = 2;
    let (code, chain) = match verdict {
        Verdict::Drop => (0, None),
        Verdict::Accept => (1, None),
        Verdict::Continue => (-1, None),
        Verdict::Jump(chain) => (-3, Some(chain)),
        Verdict::Goto(chain) => (-4, Some(chain)),
        Verdict::Return => (-5, None),
    };
    to.nest(WHOLE, |to| {
        to.be32(CODE, i32::cast_unsigned(code));
        if let Some(chain) = chain {
            to.text(CHAIN, chain);
        }
    });
}

/// The protocol that matches and targets of xtables are told of, where there are some.
pub(super) fn compat(family: TableFamily, said: &[Statement]) -> Option<Compat> {
    let of_xtables = |s: &Statement| matches!(s, Statement::XtMatch(_) | Statement::XtTarget(_));
    match said.iter().any(of_xtables) {
        true => protocol(family, said),
        false => None,
    }
}

/// The protocol that a rule asks for.
pub(super) fn protocol(family: TableFamily, said: &[Statement]) -> Option<Compat> {
    said.iter().find_map(|statement| {
        if let Some(protocol) = implied::asks_for_protocol(statement) {
            let (protocol, not) = (protocol.into(), false);
            return Some(Compat { protocol, not });
        }
        let Statement::Match {
            left,
            relation,
            right: Expr::Value(value),
        } = statement
        else {
            return None;
        };
        let not = match relation {
            Relation::Eq => false,
            Relation::Ne => true,
            _ => return None,
        };
        let number = value.to_number()? as u16;
        let protocol = match (left, family) {
            (Expr::Meta(MetaKey::L4Proto), _) => number,
            // Of frames it is what follows Ethernet, as it stands in the frame.
            (
                Expr::Field(Field::EtherType) | Expr::Meta(MetaKey::Protocol),
                TableFamily::Bridge,
            ) => number.swap_bytes(),
            _ => return None,
        };
        Some(Compat { protocol, not })
    })
}

impl Lower<'_, '_> {
    /// Adds an instruction.
    fn emit(&mut self, name: &str, write: impl FnOnce(&mut Writer)) {
        let mut data = Writer::default();
        write(&mut data);
        self.out.nest(ITEM, |to| put(name, &data, to));
    }

    /// The statements that would be left out where the rule is read, but stand in it: they are asked twice,
    /// of which the last is left out then.
    fn said_twice(&mut self, statements: &[Statement]) -> Vec<usize> {
        if self.of.xtables {
            return Vec::new();
        }
        let mut places = Vec::new();
        for (at, statement) in statements.iter().enumerate() {
            for needed in self.needed(statement) {
                places.push(None);
                self.said.push(needed);
            }
            places.push(Some(at));
            self.said.push(statement.clone());
        }
        let out = implied::left_out(self.family(), &self.said);
        self.said.clear();
        let of_rule = out.into_iter().filter_map(|place| places[place]);
        of_rule.collect()
    }

    fn family(&self) -> TableFamily {
        self.of.table.family
    }

    fn statement(&mut self, statement: &Statement) -> Option<()> {
        if let Some((name, data)) = act::plain(statement) {
            self.emit(name, |to| to.append(&data));
            return Some(());
        }
        match statement {
            Statement::Match {
                left,
                relation,
                right,
            } => self.compare(left, *relation, right),
            Statement::Verdict(verdict) => {
                self.emit("immediate", |data| {
                    data.be32(1, VERDICT);
                    data.nest(2, |to| self::verdict(verdict, to));
                });
                Some(())
            }
            Statement::VerdictMap { key, map } => self.verdict_map(key, map),
            Statement::Object { kind, name } => self.object(*kind, name),
            Statement::Set { what, value } => self.change(what, value),
            Statement::Nat(nat) => self.nat(nat),
            Statement::Tproxy {
                family,
                address,
                port,
            } => self.tproxy(*family, address.as_ref(), port.as_ref()),
            Statement::Dup { to, device } => self.dup(to.as_ref(), device.as_ref()),
            Statement::Forward { device, to, family } => self.forward(device, to.as_ref(), *family),
            Statement::Queue {
                number,
                bypass,
                fanout,
            } => self.queue(number, *bypass, *fanout),
            Statement::Update { .. } => self.update(statement),
            Statement::XtMatch(found) => self.xt_match(found),
            Statement::XtTarget(target) => self.xt_target(target),
            _ => None,
        }
    }

    fn xt_match(&mut self, found: &XtMatch) -> Option<()> {
        let info = crate::xt::matches::encode(found, self.family())?;
        self.xt("match", &info);
        Some(())
    }

    fn xt_target(&mut self, target: &XtTarget) -> Option<()> {
        let info = crate::xt::targets::encode(target, self.family())?;
        self.xt("target", &info);
        Some(())
    }

    fn xt(&mut self, what: &str, info: &crate::xt::Info) {
        self.emit(what, |data| {
            data.text(1, &info.name);
            data.be32(2, info.revision.into());
            data.put(3, &info.bytes);
        });
    }
}
