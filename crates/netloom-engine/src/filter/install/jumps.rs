//! Whether chains lead back to themselves, or nest too deep (`nft_chain_validate`).

use crate::filter::table::Table;
use crate::filter::{ChainId, Filter};
use netloom_model::ruleset::change::RulesetChange;
use netloom_model::ruleset::set::{Element, ElementData};
use netloom_model::ruleset::statement::{Statement, Verdict};
use netloom_model::ruleset::{Backend, check};
use netloom_model::{Errno, Result, Time};

impl Filter {
    /// Checks the jumps of the tables whose chains the changes may have lead elsewhere.
    pub(super) fn check_jumps(&self, changes: &[RulesetChange]) -> Result<()> {
        let tables = self.tables.iter();
        for table in tables.filter(|table| leads_anew(table, changes)) {
            let leads = |chain: ChainId| self.chains[chain.0].leads(table, &self.sets);
            // Chains that no packet comes to may lead back to themselves.
            let base = |chain: &ChainId| self.chains[chain.0].base.is_some();
            let checked = check::jumps(table.chains.iter().copied().filter(base), &leads);
            // nf_tables finds a loop by its depth, x_tables by itself.
            checked.map_err(|error| match (error.errno, table.name.backend) {
                (Errno::LOOP, Backend::Nft) => Errno::MLINK.into(),
                _ => error,
            })?;
        }
        Ok(())
    }
}

/// Whether changes may have chains of a table lead to others than before.
fn leads_anew(table: &Table, changes: &[RulesetChange]) -> bool {
    let maps = |element: &Element| matches!(element.data, Some(ElementData::Verdict(_)));
    changes.iter().any(|change| match change {
        RulesetChange::AddRule { chain, rule, .. }
        | RulesetChange::ReplaceRule { chain, rule, .. } => {
            let mut statements = rule.statements.iter();
            chain.table == table.name && statements.any(leads)
        }
        RulesetChange::AddElements {
            table: of,
            elements,
            ..
        } => *of == table.name && elements.iter().any(maps),
        RulesetChange::AddSet { table: of, set, .. } => {
            *of == table.name && set.elements.iter().any(maps)
        }
        _ => false,
    })
}

/// Whether a statement may lead to a chain.
const fn leads(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::Verdict(Verdict::Jump(_) | Verdict::Goto(_)) | Statement::VerdictMap { .. }
    )
}

/// Which step has chains lead back to themselves, or nests them too deep.
pub(super) fn first_that_leads_back(
    mut filter: Filter,
    changes: &[RulesetChange],
    now: Time,
) -> usize {
    let wrong = changes.iter().position(|change| {
        filter.change(change, now).is_err() || filter.check_jumps(changes).is_err()
    });
    wrong.unwrap_or(changes.len())
}
