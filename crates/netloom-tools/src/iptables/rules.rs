//! The rules that a command's words stand for; what they name is there.

use super::LEGACY;
use super::arguments::Parsed;
use super::draft::Draft;
use crate::ip::words::Outcome;
use netloom_model::ruleset::Rule;
use netloom_model::ruleset::check::leads_to;
use netloom_model::ruleset::statement::{Counter, Statement};

/// A rule as its words say it; addresses can be several, which makes several rules.
#[derive(Debug, Default)]
pub(super) struct Spec {
    pub(super) sources: Vec<Statement>,
    pub(super) destinations: Vec<Statement>,
    /// What comes before the addresses.
    pub(super) head: Vec<Statement>,
    /// What comes behind them.
    pub(super) matches: Vec<Statement>,
    pub(super) target: Vec<Statement>,
}

/// What of a rule comes before its counter, and its target.
pub(super) type Parts = (Vec<Statement>, Vec<Statement>);

impl Spec {
    /// The sets that its rules ask or change.
    pub(super) fn sets(&self) -> impl Iterator<Item = &str> {
        let said = self.matches.iter().chain(&self.target);
        said.flat_map(Statement::ipsets)
    }

    /// The rules that it stands for, each without its counter: what comes before that, and the
    /// target.
    pub(super) fn rules(&self) -> Vec<Parts> {
        fn each(all: &[Statement]) -> Vec<Option<&Statement>> {
            match all.len() {
                0 => vec![None],
                _ => all.iter().map(Some).collect(),
            }
        }
        let mut rules = Vec::new();
        for source in each(&self.sources) {
            for destination in each(&self.destinations) {
                let mut statements = self.head.clone();
                statements.extend(source.cloned());
                statements.extend(destination.cloned());
                statements.extend(self.matches.iter().cloned());
                rules.push((statements, self.target.clone()));
            }
        }
        rules
    }

    /// The same; where it is one rule, nothing of it is copied.
    pub(super) fn into_rules(self) -> Vec<Parts> {
        if self.sources.len() > 1 || self.destinations.len() > 1 {
            return self.rules();
        }
        let mut statements = self.head;
        statements.reserve_exact(3 + self.matches.len() + self.target.len());
        statements.extend(self.sources);
        statements.extend(self.destinations);
        statements.extend(self.matches);
        vec![(statements, self.target)]
    }
}

/// The rules that the words stand for, with their counters.
pub(super) fn plain(parsed: &Parsed) -> Vec<Rule> {
    with_counters(parsed.spec.rules(), parsed.counters)
}

fn with_counters(rules: Vec<Parts>, counters: Option<Counter>) -> Vec<Rule> {
    let rules = rules.into_iter().map(|(mut statements, target)| {
        statements.push(Statement::Counter(counters.unwrap_or_default()));
        statements.extend(target);
        Rule {
            statements,
            ..Rule::default()
        }
    });
    rules.collect()
}

/// The same; the chains are there that they lead to.
pub(super) fn of(draft: &Draft, parsed: &Parsed) -> Outcome<Vec<Rule>> {
    check_sets(draft, &parsed.spec)?;
    let rules = plain(parsed);
    check_chains(draft, &rules)?;
    Ok(rules)
}

/// The same of words that nobody needs any more: one rule is not copied.
pub(super) fn once(draft: &Draft, spec: Spec, counters: Option<Counter>) -> Outcome<Vec<Rule>> {
    check_sets(draft, &spec)?;
    let rules = with_counters(spec.into_rules(), counters);
    check_chains(draft, &rules)?;
    Ok(rules)
}

/// Checks that the sets are there that a rule asks or changes.
fn check_sets(draft: &Draft, spec: &Spec) -> Outcome<()> {
    let mut sets = spec.sets();
    if let Some(missing) = sets.find(|set| !draft.ipsets.iter().any(|name| name == set)) {
        let text = format!("Set {missing} doesn't exist.\n");
        return Err(draft.variant.problem(&text));
    }
    Ok(())
}

/// Checks that the chains are there that rules lead to.
fn check_chains(draft: &Draft, rules: &[Rule]) -> Outcome<()> {
    for chain in rules
        .iter()
        .flat_map(|r| &r.statements)
        .filter_map(leads_to)
    {
        if !draft.has(chain) {
            let variant = draft.variant;
            return Err(variant.problem(&if variant.backend == LEGACY {
                format!("Couldn't load target `{chain}':No such file or directory\n")
            } else {
                format!("Chain '{chain}' does not exist")
            }));
        }
    }
    Ok(())
}
