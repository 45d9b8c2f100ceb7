//! Rules: added at their place, and removed.

use crate::filter::{Filter, compile};
use netloom_model::ruleset::change::{ChainRef, Place};
use netloom_model::ruleset::statement::{ObjectName, Statement};
use netloom_model::ruleset::{self, Expr, check};
use netloom_model::{Errno, Result};

impl Filter {
    pub(super) fn rule_at(&self, chain: &ChainRef, handle: u64) -> Result<usize> {
        let chain = &self.chains[self.chain_id(chain)?.0];
        chain.position(handle).ok_or_else(|| Errno::NOENT.into())
    }

    pub(super) fn add_rule(
        &mut self,
        name: &ChainRef,
        place: Place,
        rule: &ruleset::Rule,
    ) -> Result<()> {
        let at = self.table_at(&name.table)?;
        let id = self.chain_id(name)?;
        let chain = &self.chains[id.0];
        let found = |handle| chain.position(handle).ok_or(Errno::NOENT);
        let position = match place {
            Place::Last => chain.rules.len(),
            Place::First => 0,
            Place::After(handle) => found(handle)? + 1,
            Place::Before(handle) => found(handle)?,
        };
        // Its sets without a name are there before it, each with a handle of its own.
        self.tables[at].handles += rule.statements.iter().map(own_sets).sum::<u64>();
        self.limit_updated(&name.table, rule);
        let handle = self.tables[at].next_handle();
        let rule = ruleset::Rule {
            handle,
            ..rule.clone()
        };
        let mut refused = rule.statements.iter();
        if let Some(errno) = refused.find_map(|s| check::refusal(s, name.table.family)) {
            return Err(errno.into());
        }
        let table = &self.tables[at];
        if !rule.statements.iter().all(|s| table.has_what_it_uses(s)) {
            return Err(Errno::NOENT.into());
        }
        if self.takes_meter(&name.table, &rule) {
            return Err(Errno::BUSY.into());
        }
        let base = self.chains[id.0].base.as_deref();
        if !rule
            .statements
            .iter()
            .all(|s| check::fits(s, name.table.family, base))
        {
            return Err(Errno::OPNOTSUPP.into());
        }
        let rule = compile::compile(table, &self.sets, rule)?;
        self.chains[id.0].insert(position, rule);
        Ok(())
    }

    pub(super) fn remove_rule(&mut self, chain: &ChainRef, at: usize) -> Result<()> {
        self.chain_mut(chain)?.remove(at);
        Ok(())
    }
}

/// How many sets without a name a statement asks.
fn own_sets(statement: &Statement) -> u64 {
    let own = |set: &Expr| u64::from(matches!(set, Expr::Set(_)));
    let of = |expr: &Expr| match expr {
        Expr::Map { map, .. } => own(map),
        expr => own(expr),
    };
    let both =
        |one: &Option<Expr>, other: &Option<Expr>| -> u64 { one.iter().chain(other).map(of).sum() };
    match statement {
        Statement::Match { right, .. } => of(right),
        Statement::VerdictMap { map, .. }
        | Statement::Object {
            name: ObjectName::Map { map, .. },
            ..
        } => own(map),
        Statement::Set { value, .. } => of(value),
        Statement::Nat(nat) => both(&nat.address, &nat.port),
        Statement::Tproxy { address, port, .. } => both(address, port),
        Statement::Dup { to, device } => both(to, device),
        Statement::Queue { number, .. } => of(number),
        _ => 0,
    }
}
