//! Rules in nft's words, as it lists them.

mod amount;
mod log;
mod steer;

pub(super) use amount::{show_limit, show_quota, time_word, units};
pub(super) use steer::{flag_words, nat_word};

use super::constant::{self, Devices};
use super::expr::types;
use super::words::is_raw;
use log::show_log;
use netloom_model::Time;
use netloom_model::ruleset::expr::{BitOp, Relation};
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::statement::{ObjectName, Statement, Synproxy, UpdateOp, Verdict};
use netloom_model::ruleset::{DataType, Expr, Field, ObjectKind, Rule, Set, TableFamily, Value};
use std::fmt::Write as _;

/// How things are listed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style<'a> {
    /// With numbers in the place of names (`-n`).
    pub(super) numeric: bool,
    /// With handles (`-a`).
    pub(super) handles: bool,
    /// Without what was counted (`-s`).
    pub(super) stateless: bool,
    pub(super) devices: &'a Devices,
    pub(super) family: TableFamily,
    /// The sets of the table.
    pub(super) sets: &'a [Set],
    /// The moment at which it is listed.
    pub(super) now: Time,
}

impl Style<'_> {
    /// A rule in one line.
    pub(super) fn rule(&self, rule: &Rule) -> String {
        let all = rule.statements.iter().enumerate();
        let statements = all.filter(|(at, _)| !super::implied::is_hidden(&rule.statements, *at));
        let words = statements.map(|(at, statement)| match statement {
            Statement::XtMatch(_) | Statement::XtTarget(_) => {
                super::xt::show(self.family, &rule.statements, at)
            }
            Statement::Match {
                left,
                relation,
                right,
            } => {
                let asked = super::normal::flags_asked(left, *relation, right);
                let (left, relation, right) = asked.unwrap_or((left, *relation, right));
                self.comparison(left, relation, right)
            }
            statement => self.statement(statement),
        });
        // What is translated to nothing leaves its blank.
        let words: Vec<String> = words.collect();
        let mut line = words.join(" ");
        if let Some(comment) = &rule.comment {
            let _ = write!(line, " comment \"{comment}\"");
        }
        if self.handles {
            let _ = write!(line, " # handle {}", rule.handle);
        }
        line
    }

    pub(super) fn statement(&self, statement: &Statement) -> String {
        match statement {
            Statement::Match {
                left,
                relation,
                right,
            } => self.comparison(left, *relation, right),
            Statement::Counter(_) if self.stateless => "counter".to_owned(),
            Statement::Counter(counter) => {
                format!(
                    "counter packets {} bytes {}",
                    counter.packets, counter.bytes
                )
            }
            Statement::Limit(limit) => format!("limit {}", show_limit(limit)),
            Statement::Quota(quota) => format!("quota {}", show_quota(quota, self.stateless)),
            Statement::ConnLimit { count, over } => {
                format!("ct count {}{count}", if *over { "over " } else { "" })
            }
            Statement::Object { kind, name } => self.object(*kind, name),
            Statement::Verdict(verdict) => show_verdict(verdict),
            Statement::VerdictMap { key, map } => {
                format!("{} vmap {}", self.expr(key), self.set_of(key, map))
            }
            Statement::Set { what, value } => {
                format!(
                    "{} set {}",
                    self.expr(what),
                    self.expr_as(value, &types(what))
                )
            }
            Statement::ResetTcpOption(kind) => {
                let option = super::option::Kind::Tcp.expr(*kind, None);
                format!("reset {}", self.expr(&option))
            }
            Statement::Log(log) => show_log(log),
            Statement::Reject(reject) => self.reject(*reject),
            Statement::Nat(nat) => self.nat(nat),
            Statement::Notrack => "notrack".to_owned(),
            Statement::Synproxy(proxy) => format!("synproxy{}", show_synproxy(proxy)),
            Statement::FlowAdd(name) => format!("flow add @{name}"),
            Statement::Unknown(words) => words.clone(),
            Statement::XtMatch(_) | Statement::XtTarget(_) => {
                super::xt::show(self.family, core::slice::from_ref(statement), 0)
            }
            other => self.elsewhere(other),
        }
    }

    /// The types of what a map has.
    pub(super) fn data_types(&self, map: &str) -> Vec<DataType> {
        let map = self.sets.iter().find(|set| set.name == map);
        match map.map(|map| &map.data) {
            Some(Some(MapData::Values(types))) => types.clone(),
            _ => vec![DataType::Integer(32)],
        }
    }

    fn object(&self, kind: ObjectKind, name: &ObjectName) -> String {
        let words = match kind {
            ObjectKind::CtHelper | ObjectKind::CtTimeout | ObjectKind::CtExpectation => {
                format!("{} set", kind.name())
            }
            ObjectKind::Secmark => "meta secmark set".to_owned(),
            kind => format!("{} name", kind.name()),
        };
        match name {
            ObjectName::Name(name) => format!("{words} \"{name}\""),
            ObjectName::Map { key, map } => {
                format!("{words} {} map {}", self.expr(key), self.set_of(key, map))
            }
        }
    }

    fn comparison(&self, left: &Expr, relation: Relation, right: &Expr) -> String {
        if let Some(parts) = super::merge::apart(left, right) {
            let parts = parts.into_iter();
            let words = parts.map(|(left, right)| self.comparison(left, relation, right));
            return words.collect::<Vec<String>>().join(" ");
        }
        let types = types(left);
        let flags = types[0].is_flags() && types.len() == 1;
        let sign = match relation {
            Relation::Eq if flags && matches!(right, Expr::Value(_)) => "== ",
            Relation::Eq if matches!(left, Expr::Bits(..)) => "== ",
            Relation::Eq | Relation::Any => "",
            Relation::Ne => "!= ",
            Relation::Lt => "< ",
            Relation::Gt => "> ",
            Relation::Le => "<= ",
            Relation::Ge => ">= ",
            Relation::None => "! ",
        };
        if let (true, Expr::Bits(BitOp::And, of, mask)) = (flags, left)
            && matches!(relation, Relation::Eq | Relation::Ne)
            && !matches!(right, Expr::Set(_) | Expr::SetRef(_))
        {
            let (value, bits) = (self.constant(&types, right), self.constant(&types, mask));
            let one = matches!(&**mask, Expr::Value(mask) if mask.to_number().is_some_and(u128::is_power_of_two));
            return match (one, relation) {
                (true, Relation::Ne) => format!("{} & {bits} != {value}", self.expr(of)),
                (true, _) => format!("{} & {bits} == {value}", self.expr(of)),
                (false, Relation::Ne) => format!("{} != {value} / {bits}", self.expr(of)),
                (false, _) => format!("{} {value} / {bits}", self.expr(of)),
            };
        }
        let right = match right {
            Expr::Set(_) | Expr::SetRef(_) => self.set_of(left, right),
            Expr::Value(value) if is_raw(left) => {
                format!("0x{:x}", value.to_number().unwrap_or(0))
            }
            Expr::Value(value)
                if flags
                    && matches!(relation, Relation::Eq | Relation::Ne)
                    && value.to_number().is_some_and(|bits| bits.count_ones() > 1) =>
            {
                return self.all_flags(left, relation, (types[0], value));
            }
            Expr::Value(value) if *left == Expr::Field(Field::CompFlags) => {
                format!("0x{:x}", value.to_number().unwrap_or(0))
            }
            right => self.constant(&types, right),
        };
        format!("{} {sign}{right}", self.expr(left))
    }
}

impl Style<'_> {
    /// Several flags that something is, or is not: of TCP they are listed as a number.
    fn all_flags(
        &self,
        left: &Expr,
        relation: Relation,
        (ty, value): (DataType, &Value),
    ) -> String {
        let words = match ty {
            DataType::TcpFlag => format!("0x{:x}", value.to_number().unwrap_or(0)),
            ty => constant::show(ty, value, self.numeric, self.devices).replace(',', " | "),
        };
        let sign = match (relation, ty) {
            (Relation::Ne, _) => "!= ",
            (_, DataType::TcpFlag) => "== ",
            _ => "",
        };
        format!("{} {sign}{words}", self.expr(left))
    }
}

/// A verdict.
pub(crate) fn show_verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accept => "accept".to_owned(),
        Verdict::Drop => "drop".to_owned(),
        Verdict::Continue => "continue".to_owned(),
        Verdict::Return => "return".to_owned(),
        Verdict::Jump(chain) => format!("jump {chain}"),
        Verdict::Goto(chain) => format!("goto {chain}"),
    }
}

/// The word of what is done with an element.
pub(super) const fn update_word(op: UpdateOp) -> &'static str {
    match op {
        UpdateOp::Add => "add",
        UpdateOp::Update => "update",
        UpdateOp::Delete => "delete",
    }
}

fn show_synproxy(proxy: &Synproxy) -> String {
    let mut words = String::new();
    if proxy.mss > 0 || proxy.wscale > 0 {
        let _ = write!(words, " mss {} wscale {}", proxy.mss, proxy.wscale);
    }
    if proxy.timestamp {
        words += " timestamp";
    }
    if proxy.sack_perm {
        words += " sack-perm";
    }
    words
}
