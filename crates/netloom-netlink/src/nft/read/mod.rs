//! What a rule says, of the kernel's instructions: each is followed through the registers, and what is
//! compared or done with them is a statement. What isn't understood is one too, by its own words.
//!
//! `load` fills registers, `compare` and `lookup` ask, `act` and `steer` do; `field` knows which field
//! of a header some bytes are.

mod act;
mod compare;
mod field;
mod load;
mod lookup;
mod steer;
mod xt;

use super::set::Known;
use crate::Attributes;
use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::statement::{Statement, Verdict};
use netloom_model::ruleset::value::IFNAME;
use netloom_model::ruleset::{DataType, Expr, TableFamily, Value, implied};
use std::collections::HashMap;
use std::fmt::Write as _;

/// What is known of a table before its rules are read.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Whether it is one that iptables makes.
    pub xtables: bool,
    /// Its sets by their names, those without a name too.
    pub sets: HashMap<String, Known>,
}

/// The registers, in units of four bytes.
const SLOTS: usize = 20;

/// What stands in registers.
#[derive(Clone, Debug)]
enum Held {
    /// These bytes.
    Constant(Vec<u8>),
    /// What a packet says.
    Loaded(Loaded),
}

impl Held {
    fn len(&self) -> usize {
        match self {
            Held::Constant(bytes) => bytes.len(),
            Held::Loaded(loaded) => loaded.len,
        }
    }
}

/// Something with a value for each packet, in registers.
#[derive(Clone, Debug)]
struct Loaded {
    expr: Expr,
    /// How its bytes stand.
    order: Order,
    /// How many there are.
    len: usize,
    /// What it was before bits of it were changed, which of them stayed, and which were flipped then.
    changed: Option<(Box<Expr>, u128, u128)>,
}

/// A rule while it is read.
struct Reader<'a> {
    family: TableFamily,
    context: &'a Context,
    slots: [Option<Held>; SLOTS],
    statements: Vec<Statement>,
    /// The register of which the last statement asked whether it is no less than something.
    low: Option<u32>,
}

/// The statements of a rule.
pub(super) fn rule(
    family: TableFamily,
    context: &Context,
    expressions: Attributes<'_>,
) -> Vec<Statement> {
    let mut reader = Reader::new(family, context);
    for (_, item) in expressions {
        reader.expression(item);
    }
    let mut statements = reader.statements;
    implied::leave_out(family, &mut statements);
    statements
}

/// The statements of an element of a set.
pub(super) fn stateful(family: TableFamily, items: &[&[u8]]) -> Vec<Statement> {
    let context = Context::default();
    let mut reader = Reader::new(family, &context);
    for item in items {
        reader.expression(item);
    }
    reader.statements
}

/// A verdict among what a register may hold.
pub(super) fn verdict(data: Attributes<'_>) -> Option<Verdict> {
    const VERDICT: u16 = 2;
    verdict_of(data.inside(VERDICT))
}

/// A verdict (`NFTA_VERDICT_*`).
pub(super) fn verdict_of(verdict: Attributes<'_>) -> Option<Verdict> {
    const CODE: u16 = 1;
    const CHAIN: u16 = 2;
    let chain = || verdict.text(CHAIN);
    Some(match verdict.be32(CODE)?.cast_signed() {
        0 => Verdict::Drop,
        1 => Verdict::Accept,
        -1 => Verdict::Continue,
        -3 => Verdict::Jump(chain()?),
        -4 => Verdict::Goto(chain()?),
        -5 => Verdict::Return,
        _ => return None,
    })
}

/// Where a register begins.
fn slot(register: u32) -> Option<usize> {
    match register {
        1..=4 => Some(4 * (register as usize - 1)),
        8..=23 => Some(register as usize - 8),
        _ => None,
    }
}

/// The number of bytes as they stand, the greatest first.
fn number(bytes: &[u8], order: Order) -> Option<u128> {
    let value = match order {
        Order::Host => Value::new(bytes.iter().rev().copied().collect::<Vec<u8>>()),
        _ => Value::new(bytes),
    };
    value.to_number()
}

/// The constant that some bytes are, where they are compared with an expression or it is set to them.
fn constant(of: &Expr, order: Order, bytes: &[u8]) -> Value {
    let mut bytes = bytes.to_vec();
    if order == Order::Host {
        bytes.reverse();
    }
    match of.datatype() {
        // With the zero behind it it is a whole name.
        Some(DataType::IfName | DataType::String)
            if bytes.len() < IFNAME && bytes.last() == Some(&0) =>
        {
            bytes.resize(IFNAME, 0);
        }
        // It is a number of 32 bits where routing is asked.
        Some(DataType::Boolean) => bytes = vec![bytes.iter().any(|byte| *byte != 0).into()],
        _ => {}
    }
    Value::new(bytes)
}

impl<'a> Reader<'a> {
    fn new(family: TableFamily, context: &'a Context) -> Reader<'a> {
        Reader {
            family,
            context,
            slots: [const { None }; SLOTS],
            statements: Vec::new(),
            low: None,
        }
    }

    /// Follows one instruction.
    fn expression(&mut self, item: &[u8]) {
        const NAME: u16 = 1;
        const DATA: u16 = 2;
        let attributes = Attributes::new(item);
        let name = attributes.text(NAME).unwrap_or_default();
        let data = attributes.inside(DATA);
        let low = self.low.take();
        if self.instruction(&name, data, low).is_none() {
            let bytes = attributes.get(DATA).unwrap_or_default();
            self.statements
                .push(Statement::Unknown(words(&name, bytes)));
        }
    }

    fn instruction(&mut self, name: &str, data: Attributes<'_>, low: Option<u32>) -> Option<()> {
        match name {
            "payload" => self.payload(data),
            "meta" => self.meta(data),
            "ct" => self.ct(data),
            "exthdr" => self.exthdr(data),
            "rt" => self.rt(data),
            "socket" => self.socket(data),
            "osf" => self.osf(data),
            "xfrm" => self.xfrm(data),
            "fib" => self.fib(data),
            "numgen" => self.numgen(data),
            "hash" => self.hash(data),
            "immediate" => self.immediate(data),
            "bitwise" => self.bitwise(data),
            "byteorder" => self.byteorder(data),
            "cmp" => self.compare(data, low),
            "range" => self.range(data),
            "lookup" => self.lookup(data),
            "dynset" => self.dynset(data),
            "objref" => self.objref(data),
            "nat" => self.nat(data),
            "masq" => self.masquerade(data),
            "redir" => self.redirect(data),
            "queue" => self.queue(data),
            "dup" => self.dup(data),
            "fwd" => self.forward(data),
            "tproxy" => self.tproxy(data),
            "match" => self.xt_match(data),
            "target" => self.xt_target(data),
            _ => self.act(name, data),
        }
    }

    fn say(&mut self, statement: Statement) -> Option<()> {
        self.statements.push(statement);
        Some(())
    }

    /// Puts something into a register.
    fn hold(&mut self, register: u32, held: Held) -> Option<()> {
        let at = slot(register)?;
        let end = (at + held.len().div_ceil(4)).min(SLOTS);
        for slot in self.slots.get_mut(at..end)? {
            *slot = None;
        }
        *self.slots.get_mut(at)? = Some(held);
        Some(())
    }

    fn load(&mut self, register: u32, expr: Expr, len: usize) -> Option<()> {
        let order = super::number::order(&expr);
        let loaded = Loaded {
            expr,
            order,
            len,
            changed: None,
        };
        self.hold(register, Held::Loaded(loaded))
    }

    fn held(&self, register: u32) -> Option<&Held> {
        self.slots.get(slot(register)?)?.as_ref()
    }

    fn loaded(&self, register: u32) -> Option<&Loaded> {
        match self.held(register)? {
            Held::Loaded(loaded) => Some(loaded),
            Held::Constant(_) => None,
        }
    }

    /// What stands in registers, where something is set to it or led by it.
    fn value(&self, register: u32, of: &Expr) -> Option<Expr> {
        Some(match self.held(register)? {
            Held::Constant(bytes) => Expr::Value(constant(of, super::number::order(of), bytes)),
            Held::Loaded(loaded) => self.named(&loaded.expr),
        })
    }

    /// The same of a constant in the order of packets.
    fn plain(&self, register: u32) -> Option<Expr> {
        Some(match self.held(register)? {
            Held::Constant(bytes) => Expr::Value(Value::new(bytes.clone())),
            Held::Loaded(loaded) => self.named(&loaded.expr),
        })
    }

    /// What stands one behind the other in registers of so many bytes.
    fn parts(&self, register: u32, len: usize) -> Option<Vec<Expr>> {
        let at = slot(register)?;
        let mut parts = Vec::new();
        let mut taken = 0;
        while taken < len {
            let held = self.slots.get(at + taken / 4)?.as_ref()?;
            parts.push(match held {
                Held::Loaded(loaded) => self.named(&loaded.expr),
                Held::Constant(bytes) => Expr::Value(Value::new(bytes.clone())),
            });
            taken += held.len().next_multiple_of(4).max(4);
        }
        Some(parts)
    }

    /// The same as one expression.
    fn key(&self, register: u32, len: usize) -> Option<Expr> {
        let mut parts = self.parts(register, len)?;
        Some(match parts.len() {
            1 => parts.remove(0),
            _ => Expr::Concat(parts),
        })
    }
}

/// The words of an instruction that isn't understood.
fn words(name: &str, bytes: &[u8]) -> String {
    let mut words = name.to_owned();
    if !bytes.is_empty() {
        words.push(' ');
    }
    for byte in bytes {
        let _ = write!(words, "{byte:02x}");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Writer;

    /// The instructions that are followed.
    const NAMES: [&str; 32] = [
        "payload",
        "meta",
        "ct",
        "exthdr",
        "rt",
        "socket",
        "osf",
        "xfrm",
        "fib",
        "numgen",
        "hash",
        "immediate",
        "bitwise",
        "byteorder",
        "cmp",
        "range",
        "lookup",
        "dynset",
        "objref",
        "nat",
        "masq",
        "redir",
        "queue",
        "dup",
        "fwd",
        "tproxy",
        "match",
        "target",
        "limit",
        "log",
        "reject",
        "counter",
    ];

    /// Numbers drawn by a linear congruence.
    struct Drawn(u64);

    impl Drawn {
        fn below(&mut self, most: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (self.0 >> 33) % most
        }
    }

    /// An instruction with attributes that may be anything: small numbers are drawn more often.
    fn instruction(drawn: &mut Drawn, to: &mut Writer) {
        to.nest(crate::nft::ITEM, |item| {
            item.text(1, NAMES[drawn.below(NAMES.len() as u64) as usize]);
            item.nest(2, |data| {
                for kind in 1..9 {
                    match drawn.below(5) {
                        0 => {}
                        1 => data.be32(kind, drawn.below(u64::from(u32::MAX)) as u32),
                        2 => data.nest(kind, |to| {
                            let bytes = vec![drawn.below(256) as u8; drawn.below(40) as usize];
                            to.put(1, &bytes);
                        }),
                        _ => data.be32(kind, drawn.below(24) as u32),
                    }
                }
            });
        });
    }

    #[test]
    fn any_instructions_are_followed_or_unknown() {
        let context = Context::default();
        for seed in 0..4_000 {
            let mut drawn = Drawn(seed);
            let mut list = Writer::default();
            for _ in 0..1 + drawn.below(8) {
                instruction(&mut drawn, &mut list);
            }
            let family = TableFamily::ALL[drawn.below(6) as usize];
            let _ = rule(family, &context, Attributes::new(list.bytes()));
        }
    }

    #[test]
    fn what_is_not_understood_is_kept_by_its_words() {
        let mut list = Writer::default();
        list.nest(crate::nft::ITEM, |item| {
            item.text(1, "inner");
            item.nest(2, |data| data.u8(1, 7));
        });
        let context = Context::default();
        let said = rule(TableFamily::Inet, &context, Attributes::new(list.bytes()));
        let words = "inner 0500010007000000".to_owned();
        assert_eq!(said, [Statement::Unknown(words)]);
    }
}
