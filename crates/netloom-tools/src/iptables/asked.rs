//! What the world is asked and told for these commands.

use crate::Context;
use crate::ip::words::Outcome;
use netloom_model::ruleset::Table;
use netloom_model::ruleset::change::RulesetChange;
use netloom_model::state::Parts;
use netloom_model::{Change, Error};

/// The names of the sets of a namespace.
pub(super) fn ipsets(cx: &mut Context<'_>) -> Outcome<Vec<String>> {
    let parts = Parts {
        ipsets: true,
        ..Parts::NONE
    };
    let state = cx.world.snapshot(Some(&cx.ns), parts)?;
    let sets = state.namespaces.into_values().flat_map(|ns| ns.ipsets);
    Ok(sets.map(|set| set.name).collect())
}

/// All tables of a namespace.
pub(super) fn tables(cx: &mut Context<'_>) -> Outcome<Vec<Table>> {
    let parts = Parts {
        ruleset: true,
        ..Parts::NONE
    };
    let state = cx.world.snapshot(Some(&cx.ns), parts)?;
    let namespaces = state.namespaces.into_values();
    Ok(namespaces.flat_map(|ns| ns.ruleset.tables).collect())
}

/// Carries changes out.
pub(super) fn apply(cx: &mut Context<'_>, changes: Vec<RulesetChange>) -> Result<(), Error> {
    let ns = cx.ns.clone();
    cx.world.apply(vec![Change::Ruleset { ns, changes }])?;
    Ok(())
}
