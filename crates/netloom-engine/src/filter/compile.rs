//! Rules made ready: names are looked up, constants are numbers, and nothing can go wrong any more.

use super::load::{self, Load};
use super::mapped::{Mapped, Maps};
use super::nat;
use super::set::{Index, Refused};
use super::table::{Sets, Table};
use super::xt::{self, change};
use super::{ChainId, SetId};
use super::{act, ct, keep};
use netloom_model::ruleset::expr::Relation;
use netloom_model::ruleset::set::{Element, ElementData};
use netloom_model::ruleset::statement::{Limit, Quota, Reject, Statement, Verdict};
use netloom_model::ruleset::value::IFNAME;
use netloom_model::ruleset::xt::{XtMatch, XtTarget};
use netloom_model::ruleset::{DataType, Expr, Value};
use netloom_model::{Errno, Result, ruleset};

/// A rule, as it is listed and as it is carried out.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// As it is listed; its counters are in its [`State`](super::table::State).
    pub(super) rule: ruleset::Rule,
    /// For each of its statements what is done.
    pub(super) ops: Box<[Op]>,
    /// Whether it has connections be tracked.
    pub(super) tracks: bool,
    /// Whether it may change what later rules ask a packet for.
    pub(super) changes: bool,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// Goes on if so.
    Test(Test),
    /// Goes on if a set has the key, or has it not.
    Lookup {
        key: Box<[Load]>,
        set: Within,
        not: bool,
    },
    /// Counts in the rule's state.
    Count,
    Go(Go),
    /// Does what a map says.
    Map {
        key: Box<[Load]>,
        map: Within,
    },
    /// Sets the mark.
    SetMark(Load),
    /// Asks about the connection, or changes it.
    Ct(ct::Op),
    /// Translates the connection.
    Nat(Box<nat::Op>),
    Reject(Reject),
    /// Goes on if a match of xtables says so.
    Match(Box<XtMatch>),
    /// Counts with another of the rule's counters than the first: which of those.
    CountBeside(usize),
    /// Does what a target of xtables says.
    Target(Box<XtTarget>),
    Limit(Limit),
    Quota(Quota),
    /// Does something to the packet.
    Act(Box<act::Op>),
    /// Goes on while there are not so many connections, or once there are.
    ConnLimit {
        count: u32,
        over: bool,
    },
    /// Says nothing to a packet.
    Nothing,
    /// Puts an element into a set, or takes it out.
    Update(Box<[Load]>, Box<keep::Update>),
    /// Uses an object with a name.
    Object(Box<keep::Use>),
    /// Looks up what maps have, and does something with it.
    Mapped(Box<Mapped>),
    /// Netloom does not know what it says.
    Unknown,
}

/// A comparison: the number under the mask lies between two others, or does not.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) load: Load,
    mask: u128,
    low: u128,
    high: u128,
    not: bool,
}

/// Where a packet goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Go {
    Accept,
    Drop,
    Continue,
    Return,
    Jump(ChainId),
    Goto(ChainId),
}

/// A set that a rule asks.
#[derive(Clone, Debug)]
pub(super) enum Within {
    Own(Box<Index>),
    Named(SetId),
}

impl Rule {
    /// Whether it asks a set.
    pub(super) fn uses(&self, set: SetId) -> bool {
        self.ops.iter().any(|op| match op {
            Op::Lookup { set: within, .. } | Op::Map { map: within, .. } => within.is(set),
            Op::Update(_, update) => update.set == set,
            Op::Object(used) => used.uses(set),
            Op::Mapped(mapped) => mapped.uses(set),
            _ => false,
        })
    }
}

impl Within {
    /// Whether it is that set.
    pub(super) fn is(&self, set: SetId) -> bool {
        matches!(self, Within::Named(named) if *named == set)
    }

    /// What a map has for its keys.
    fn data<'a>(&'a self, sets: &'a Sets) -> Vec<&'a ElementData> {
        match self {
            Within::Own(index) => index.data().collect(),
            Within::Named(set) => sets[set.0].data().collect(),
        }
    }

    /// Where the verdicts of a map lead.
    pub(super) fn verdicts(&self, table: &Table, sets: &Sets) -> Vec<Go> {
        let verdicts = self.data(sets).into_iter().filter_map(|data| match data {
            ElementData::Verdict(verdict) => go(table, verdict).ok(),
            _ => None,
        });
        verdicts.collect()
    }
}

impl Test {
    /// Whether the rule goes on.
    #[inline]
    pub(super) fn passes(&self, number: u128) -> bool {
        let number = number & self.mask;
        (self.low <= number && number <= self.high) != self.not
    }

    /// What of the number it looks at.
    pub(super) const fn mask(&self) -> u128 {
        self.mask
    }

    /// Bits that every number has which passes: under which mask, and their value. None, if none has.
    pub(super) const fn fixed(&self) -> Option<(u128, u128)> {
        let differs = (self.low ^ self.high).leading_zeros();
        let shared = match u128::MAX.checked_shl(128 - differs) {
            Some(shared) => shared,
            None => 0,
        };
        let mask = self.mask & shared;
        if self.not || mask == 0 {
            return None;
        }
        Some((mask, self.low & mask))
    }
}

impl From<Refused> for netloom_model::Error {
    fn from(refused: Refused) -> netloom_model::Error {
        match refused {
            Refused::Exists | Refused::Overlaps => Errno::EXIST,
            Refused::Malformed => Errno::INVAL,
        }
        .into()
    }
}

/// Makes a rule of `table` ready.
///
/// # Errors
/// `ENOENT` for a chain or set that is not there.
pub(super) fn compile(table: &Table, sets: &Sets, mut rule: ruleset::Rule) -> Result<Rule> {
    let mut tracks = rule.statements.iter().any(ct::tracks);
    for statement in &mut rule.statements {
        tracks |= keep::elements_of(table, sets, statement).any(ct::tracks);
        keep::leave_to_set(table, sets, statement);
    }
    let ops: Result<Box<[Op]>> = rule
        .statements
        .iter()
        .map(|statement| op(table, sets, statement))
        .collect();
    let mut ops = ops?;
    let counts = ops.iter_mut().filter(|op| matches!(op, Op::Count));
    for (number, later) in counts.skip(1).enumerate() {
        *later = Op::CountBeside(number);
    }
    Ok(Rule {
        changes: ops.iter().any(Op::changes_packet),
        ops,
        tracks,
        rule,
    })
}

fn op(table: &Table, sets: &Sets, statement: &Statement) -> Result<Op> {
    let mut maps = Maps::of(table, sets);
    let op = plain((table, sets), statement, &mut maps)?;
    maps.before(op)
}

/// What a statement does once what it asks maps for was looked up.
fn plain((table, sets): (&Table, &Sets), statement: &Statement, maps: &mut Maps<'_>) -> Result<Op> {
    Ok(match statement {
        Statement::Match {
            left,
            relation,
            right,
        } => comparison(table, (left, *relation, right), maps)?,
        Statement::Counter(_) => Op::Count,
        Statement::Verdict(verdict) => Op::Go(go(table, verdict)?),
        Statement::VerdictMap { key, map } => {
            let map = within(table, map)?;
            check_verdicts(table, sets, &map)?;
            match load::all(key, maps) {
                Some(key) => Op::Map { key, map },
                None => Op::Unknown,
            }
        }
        Statement::Reject(reject) | Statement::XtTarget(XtTarget::Reject(reject)) => {
            Op::Reject(*reject)
        }
        Statement::Set {
            what: Expr::Meta(ruleset::MetaKey::Mark),
            value,
        } => load::compile(value, maps).map_or(Op::Unknown, Op::SetMark),
        Statement::XtMatch(XtMatch::Comment(_)) => Op::Nothing,
        Statement::Limit(limit) => Op::Limit(*limit),
        Statement::Quota(quota) => Op::Quota(*quota),
        Statement::ConnLimit { count, over } => Op::ConnLimit {
            count: *count,
            over: *over,
        },
        Statement::XtMatch(XtMatch::Socket { .. }) => match act::compile(statement, maps) {
            Some(op) => Op::Act(Box::new(op)),
            None => Op::Unknown,
        },
        Statement::XtTarget(target) if change::known(target) => {
            Op::Target(Box::new(target.clone()))
        }
        other => match (ct::compile(other, maps), other) {
            (Some(op), _) => Op::Ct(op),
            (None, Statement::XtMatch(found)) => {
                xt::check(found)?;
                Op::Match(Box::new(found.clone()))
            }
            (None, Statement::Update { key, .. }) => {
                match (load::all(key, maps), keep::update(table, statement, maps)) {
                    (Some(key), Some(update)) => Op::Update(key, Box::new(update)),
                    _ => Op::Unknown,
                }
            }
            (None, Statement::Object { .. }) => keep::object(table, statement, maps)?
                .map_or(Op::Unknown, |used| Op::Object(Box::new(used))),
            (None, _) => match act::compile(statement, maps) {
                Some(op) => Op::Act(Box::new(op)),
                None => {
                    nat::compile(statement, maps).map_or(Op::Unknown, |op| Op::Nat(Box::new(op)))
                }
            },
        },
    })
}

/// Where a verdict leads.
pub(super) fn go(table: &Table, verdict: &Verdict) -> Result<Go> {
    let chain = |name: &str| table.chain(name).ok_or(Errno::NOENT);
    Ok(match verdict {
        Verdict::Accept => Go::Accept,
        Verdict::Drop => Go::Drop,
        Verdict::Continue => Go::Continue,
        Verdict::Return => Go::Return,
        Verdict::Jump(name) => Go::Jump(chain(name)?),
        Verdict::Goto(name) => Go::Goto(chain(name)?),
    })
}

/// Checks that the chains are there to which a map's elements lead.
fn check_verdicts(table: &Table, sets: &Sets, map: &Within) -> Result<()> {
    for data in map.data(sets) {
        if let ElementData::Verdict(verdict) = data {
            go(table, verdict)?;
        }
    }
    Ok(())
}

/// The set that an expression names or lists.
pub(super) fn within(table: &Table, set: &Expr) -> Result<Within> {
    match set {
        Expr::Set(elements) => Ok(Within::Own(Box::new(Index::of(elements)?))),
        Expr::SetRef(name) => Ok(Within::Named(table.set(name).ok_or(Errno::NOENT)?)),
        _ => Err(Errno::INVAL.into()),
    }
}

fn comparison(
    table: &Table,
    (left, relation, right): (&Expr, Relation, &Expr),
    maps: &mut Maps<'_>,
) -> Result<Op> {
    let not = relation == Relation::Ne;
    if let Expr::Set(_) | Expr::SetRef(_) = right {
        let set = within(table, right)?;
        return Ok(match load::all(left, maps) {
            Some(key) => Op::Lookup { key, set, not },
            None => Op::Unknown,
        });
    }
    if let (Expr::Concat(_), Expr::Concat(parts)) = (left, right) {
        let parts = parts.iter().map(|part| match part {
            Expr::Value(value) => Ok(value.clone()),
            _ => Err(Errno::INVAL),
        });
        let from = parts.collect::<core::result::Result<_, _>>()?;
        let element = Element {
            from,
            ..Element::of(Value::default())
        };
        let set = Within::Own(Box::new(Index::of(&[element])?));
        return Ok(match load::all(left, maps) {
            Some(key) => Op::Lookup { key, set, not },
            None => Op::Unknown,
        });
    }
    let Some(load) = load::compile(left, maps) else {
        return Ok(Op::Unknown);
    };
    let test = test(load, left.datatype(), relation, right);
    Ok(test.map_or(Op::Unknown, Op::Test))
}

/// A comparison with a constant; none where it is with something else.
fn test(load: Load, datatype: Option<DataType>, relation: Relation, right: &Expr) -> Option<Test> {
    let mut mask = u128::MAX;
    let (low, high) = match right {
        // The beginning of a name: `eth*`.
        Expr::Value(value)
            if datatype == Some(DataType::IfName) && value.bytes().len() < IFNAME =>
        {
            let shift = 8 * (IFNAME - value.bytes().len());
            mask = u128::MAX.checked_shl(shift as u32).unwrap_or(0);
            let name = value.to_number()?.checked_shl(shift as u32).unwrap_or(0);
            (name, name)
        }
        Expr::Value(value) => (value.to_number()?, value.to_number()?),
        Expr::Range(from, to) => (from.to_number()?, to.to_number()?),
        Expr::Prefix(value, len) => {
            let bits = 8 * value.bytes().len() as u32;
            let host = bits.checked_sub(u32::from(*len))?;
            mask = u128::MAX.checked_shl(host).unwrap_or(0);
            let network = value.to_number()? & mask;
            (network, network)
        }
        _ => return None,
    };
    let number = low;
    let test = |mask, low, high, not| {
        Some(Test {
            load,
            mask,
            low,
            high,
            not,
        })
    };
    match relation {
        Relation::Eq => test(mask, low, high, false),
        Relation::Ne => test(mask, low, high, true),
        Relation::Any => test(number, 0, 0, true),
        Relation::None => test(number, 0, 0, false),
        Relation::Le => test(mask, 0, high, false),
        Relation::Gt => test(mask, 0, high, true),
        Relation::Ge => test(mask, low, u128::MAX, false),
        Relation::Lt => test(mask, low, u128::MAX, true),
    }
}
