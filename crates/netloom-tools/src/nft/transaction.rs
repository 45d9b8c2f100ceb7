//! What was read is carried out as one transaction; a refusal is told at the step that it is about.

use super::hint;
use super::parser::Step;
use super::source::Problem;
use crate::Context;
use netloom_model::ruleset::change::RulesetChange;
use netloom_model::ruleset::{Ruleset, TableFamily, TableRef};
use netloom_model::{Change, Error};

/// Carries all steps out, or none; the problems of those that are refused.
pub(super) fn carry_out(
    cx: &mut Context<'_>,
    steps: &[Step],
    ruleset: &Ruleset,
) -> Result<(), Vec<Problem>> {
    let changes: Vec<RulesetChange> = steps.iter().map(|s| s.change.clone()).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let Err(error) = apply(cx, changes) else {
        return Ok(());
    };
    check(cx, steps, ruleset)?;
    // No step of it by itself, but all of it: what a chain may hold the kernel looks at in the end.
    let told = steps.iter().take(TOLD);
    Err(told
        .map(|step| hint::refused(step, &error, ruleset))
        .collect())
}

/// How many refused steps are told.
const TOLD: usize = 10;

/// Asks whether all steps would be carried out, without doing so: behind them stands one that is always
/// refused. As the kernel does, the others are asked on without those that are refused.
pub(super) fn check(
    cx: &mut Context<'_>,
    steps: &[Step],
    ruleset: &Ruleset,
) -> Result<(), Vec<Problem>> {
    let mut left: Vec<(&Step, RulesetChange)> =
        steps.iter().map(|s| (s, s.change.clone())).collect();
    let mut problems = Vec::new();
    while problems.len() < TOLD {
        let mut changes: Vec<RulesetChange> = left.iter().map(|(_, c)| c.clone()).collect();
        changes.push(RulesetChange::DelTable(TableRef::new(
            TableFamily::Netdev,
            "",
        )));
        let Err(error) = apply(cx, changes) else {
            break;
        };
        let at = error.step.map_or(left.len(), |step| step as usize);
        if at >= left.len() {
            break;
        }
        let (step, mut change) = left.remove(at);
        problems.push(hint::refused(step, &error, ruleset));
        // A set is made in any case: its elements are steps of their own.
        if let RulesetChange::AddSet { set, .. } = &mut change
            && !set.elements.is_empty()
        {
            set.elements.clear();
            left.insert(at, (step, change));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn apply(cx: &mut Context<'_>, changes: Vec<RulesetChange>) -> Result<(), Error> {
    let ns = cx.ns.clone();
    cx.world
        .apply(vec![Change::Ruleset { ns, changes }])
        .map(drop)
}
