//! What a draft asks of the world, and how it is carried out.

use super::Draft;
use crate::error::{Error, Result};
use crate::whose::Whose;
use netloom_model::ruleset::change::{ChainRef, RulesetChange};
use netloom_model::ruleset::{Ruleset, Wanted};
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, World};
use netloom_tools::iptables::library::KnownTable;

/// What stands for a clash on the way out of a transaction, which is begun anew then.
const CLASH: Error = Error::Busy {
    waited: std::time::Duration::ZERO,
};

/// The most steps of which one that is refused is told by its words.
const TOLD: usize = 1000;

impl Draft<'_> {
    pub(super) fn read(&mut self, wanted: Wanted) -> Result<Ruleset> {
        let told = self.world.ruleset(&self.whose.ns, wanted);
        let told = told.map_err(|error| self.failed(&error))?;
        if *self.generation.get_or_insert(told.generation) != told.generation {
            self.clash = true;
            return Err(CLASH);
        }
        Ok(told)
    }

    pub(super) fn ipsets(&mut self) -> Result<&[String]> {
        if self.ipsets.is_none() {
            let parts = Parts {
                ipsets: true,
                ..Parts::NONE
            };
            let state = self.world.snapshot(Some(&self.whose.ns), parts);
            let state = state.map_err(|error| self.failed(&error))?;
            let sets = state.namespaces.into_values().flat_map(|ns| ns.ipsets);
            self.ipsets = Some(sets.map(|set| set.name).collect());
        }
        Ok(self.ipsets.as_deref().unwrap_or_default())
    }

    /// What an error of the world means where nothing more is known of it.
    fn failed(&mut self, error: &netloom_model::Error) -> Error {
        self.clash |= is_clash(error.errno);
        of_world(error)
    }

    /// Carries everything out, if the work on it came to an end; and whether others were in between.
    pub(crate) fn end<T>(self, done: Result<T>) -> (Result<T>, bool) {
        match done {
            Ok(made) if !self.clash => {
                let (committed, clash) = self.commit();
                (committed.map(|()| made), clash)
            }
            done => (done, self.clash),
        }
    }

    /// Whole or not at all.
    fn commit(mut self) -> (Result<()>, bool) {
        self.settle();
        let changes = core::mem::take(&mut self.changes);
        let (done, clash) = apply(self.world, self.whose, self.generation, changes);
        (done, clash || self.clash)
    }
}

/// Carries changes out that rest on what was read of a generation; and whether others were in
/// between.
pub(crate) fn apply(
    world: &mut dyn World,
    whose: &Whose,
    generation: Option<u32>,
    mut changes: Vec<RulesetChange>,
) -> (Result<()>, bool) {
    if changes.is_empty() {
        return (Ok(()), false);
    }
    if let Some(generation) = generation {
        changes.insert(0, RulesetChange::Unchanged { generation });
    }
    // What is refused is told of: it is kept where that costs little.
    let kept = match changes.len() <= TOLD {
        true => changes.clone(),
        false => Vec::new(),
    };
    let ns = whose.ns.clone();
    match world.apply(vec![Change::Ruleset { ns, changes }]) {
        Ok(()) => (Ok(()), false),
        Err(error) => (Err(refused(whose, &kept, &error)), is_clash(error.errno)),
    }
}

/// Whether others were in between.
pub(crate) const fn is_clash(errno: Errno) -> bool {
    matches!(errno, Errno::RESTART | Errno::AGAIN | Errno::INTR)
}

/// What an error means where nothing more is known of it.
pub(crate) fn of_world(error: &netloom_model::Error) -> Error {
    match error.errno {
        Errno::PERM | Errno::ACCES => Error::Permission,
        errno if is_clash(errno) => CLASH,
        _ => Error::World(error.clone()),
    }
}

/// What it means that the world refused one of these changes.
pub(crate) fn refused(
    whose: &Whose,
    changes: &[RulesetChange],
    error: &netloom_model::Error,
) -> Error {
    let step = error.step.and_then(|step| changes.get(step as usize));
    let step = step.or(match changes {
        [only] | [RulesetChange::Unchanged { .. }, only] => Some(only),
        _ => None,
    });
    match (error.errno, step) {
        (Errno::PERM | Errno::ACCES, _) => Error::Permission,
        (errno, _) if is_clash(errno) => CLASH,
        (Errno::BUSY | Errno::MLINK, Some(RulesetChange::DelChain { chain, .. })) => Error::InUse {
            table: chain.table.name.clone(),
            chain: chain.chain.clone(),
        },
        (Errno::EXIST, Some(RulesetChange::AddChain { chain, .. })) => {
            super::exists(&chain.table.name, &chain.chain)
        }
        (Errno::EXIST, Some(RulesetChange::RenameChain { chain, name })) => {
            super::exists(&chain.table.name, name)
        }
        (errno, step) => Error::Refused {
            what: step.map_or_else(|| "a transaction".to_owned(), |step| told(whose, step)),
            errno,
            said: error.message.clone(),
        },
    }
}

/// A change in words of iptables.
fn told(whose: &Whose, change: &RulesetChange) -> String {
    let of = |chain: &ChainRef, what: &str| {
        let (table, chain) = (&chain.table.name, &chain.chain);
        format!("-t {table} {what} {chain}")
    };
    match change {
        RulesetChange::AddRule { chain, rule, .. }
        | RulesetChange::ReplaceRule { chain, rule, .. } => {
            match KnownTable::new(&whose.table(&chain.table.name)) {
                Some(known) => {
                    let rule = known.print(&chain.chain, rule, false);
                    format!("-t {} {rule}", chain.table.name)
                }
                None => of(chain, "-A"),
            }
        }
        RulesetChange::DelRule { chain, .. } => of(chain, "-D"),
        RulesetChange::AddChain { chain, .. } => of(chain, "-N"),
        RulesetChange::DelChain { chain, .. } => of(chain, "-X"),
        RulesetChange::RenameChain { chain, name } => {
            format!("{} {name}", of(chain, "-E"))
        }
        RulesetChange::SetPolicy { chain, policy, .. } => {
            format!("{} {}", of(chain, "-P"), policy.name().to_uppercase())
        }
        RulesetChange::FlushChain { table, chain } => {
            format!(
                "-t {} -F {}",
                table.name,
                chain.as_deref().unwrap_or_default()
            )
        }
        RulesetChange::AddTable { table, .. } | RulesetChange::DelTable(table) => {
            format!("table {}", table.name)
        }
        _ => "a transaction".to_owned(),
    }
}
