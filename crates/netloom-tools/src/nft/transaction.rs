//! What was read is carried out as one transaction; a refusal is told at the step that it is about.

use super::parser::Step;
use super::source::Problem;
use crate::Context;
use netloom_model::ruleset::change::RulesetChange;
use netloom_model::ruleset::{TableFamily, TableRef};
use netloom_model::{Change, Errno, Error};

/// Carries all steps out, or none; the problem that the first refused one is.
pub(super) fn carry_out(cx: &mut Context<'_>, steps: &[Step]) -> Result<(), Problem> {
    let Some(last) = steps.last() else {
        return Ok(());
    };
    let changes: Vec<RulesetChange> = steps.iter().map(|s| s.change.clone()).collect();
    let Err(error) = apply(cx, changes.clone()) else {
        return Ok(());
    };
    let at = first_refused(cx, &changes, error.errno);
    let at = steps.get(at).unwrap_or(last).at;
    let message = format!("Could not process rule: {}", error.errno);
    Err(Problem::new(message, at))
}

/// Asks whether all steps would be carried out, without doing so.
pub(super) fn check(cx: &mut Context<'_>, steps: &[Step]) -> Result<(), Problem> {
    let changes: Vec<RulesetChange> = steps.iter().map(|s| s.change.clone()).collect();
    for (at, step) in steps.iter().enumerate() {
        if let Some(errno) = refusal(cx, &changes[..=at]) {
            let message = format!("Could not process rule: {errno}");
            return Err(Problem::new(message, step.at));
        }
    }
    Ok(())
}

fn apply(cx: &mut Context<'_>, changes: Vec<RulesetChange>) -> Result<(), Error> {
    let ns = cx.ns.clone();
    cx.world
        .apply(vec![Change::Ruleset { ns, changes }])
        .map(drop)
}

/// Why steps would be refused. They never happen: behind them stands one that is always refused, once
/// as something that is there, and once as something that is not.
fn refusal(cx: &mut Context<'_>, changes: &[RulesetChange]) -> Option<Errno> {
    let nowhere = TableRef::new(TableFamily::Netdev, "");
    let add = RulesetChange::AddTable {
        table: nowhere.clone(),
        dormant: false,
        comment: None,
        exclusive: true,
    };
    let there = [add.clone(), add];
    let not_there = [RulesetChange::DelTable(nowhere)];
    let mut ask = |end: &[RulesetChange]| apply(cx, [changes, end].concat()).err();
    let (one, other) = (ask(&there)?.errno, ask(&not_there)?.errno);
    (one == other).then_some(one)
}

/// Which step is refused: all before it would be carried out.
fn first_refused(cx: &mut Context<'_>, changes: &[RulesetChange], _: Errno) -> usize {
    let (mut good, mut bad) = (0, changes.len());
    while good + 1 < bad {
        let middle = good + (bad - good) / 2;
        match refusal(cx, &changes[..middle]) {
            None => good = middle,
            Some(_) => bad = middle,
        }
    }
    bad - 1
}
