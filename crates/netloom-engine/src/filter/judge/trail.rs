//! Which rules were tried and what they found, for who asks; nobody does of most packets.

use crate::filter::compile::Rule;
use crate::filter::{ChainId, Filter};
use netloom_model::journey::{ChainStep, Lookup};

/// Writes down which rules were tried; nobody does where nobody asks.
pub(in crate::filter) trait Trail {
    /// Whether every rule is to be tried, those too that a chain's index passes over.
    const ALL: bool;

    /// A rule was tried: which of a chain, and which of its parts did not match.
    fn step(&mut self, filter: &Filter, at: (ChainId, usize), rule: &Rule, failed: Option<usize>);

    /// The rule that is tried asked a set or map.
    #[inline(always)]
    fn looked(&mut self, _: impl FnOnce() -> Option<Lookup>) {}

    /// No rule decided: the policy of a chain does, and counts the packet or not.
    fn policy(&mut self, chain: ChainId, counts: bool);
}

/// Nobody asks.
pub(in crate::filter) struct Unwritten;

impl Trail for Unwritten {
    const ALL: bool = false;

    #[inline(always)]
    fn step(&mut self, _: &Filter, _: (ChainId, usize), _: &Rule, _: Option<usize>) {}

    #[inline(always)]
    fn policy(&mut self, _: ChainId, _: bool) {}
}

/// Writes all steps down.
#[derive(Default)]
pub(in crate::filter) struct Written {
    pub(in crate::filter) tried: Vec<ChainStep>,
    pub(in crate::filter) policy: bool,
    /// What sets and maps answered that the rule asked which is tried.
    looked: Vec<Lookup>,
}

impl Trail for Written {
    const ALL: bool = true;

    fn step(
        &mut self,
        filter: &Filter,
        (chain, at): (ChainId, usize),
        rule: &Rule,
        failed: Option<usize>,
    ) {
        let told = &filter.chains[chain.0];
        let said = || Box::new(told.states[at].describe(rule));
        self.tried.push(ChainStep {
            chain: told.name.clone(),
            number: at as u32 + 1,
            handle: rule.rule.handle,
            failed: failed.map(|part| part as u32),
            rule: failed.is_none().then(said),
            lookups: core::mem::take(&mut self.looked),
        });
    }

    fn looked(&mut self, lookup: impl FnOnce() -> Option<Lookup>) {
        self.looked.extend(lookup());
    }

    fn policy(&mut self, _: ChainId, _: bool) {
        self.policy = true;
    }
}
