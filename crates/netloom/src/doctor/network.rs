//! What bites in the network of this machine: the traps of `netloom lint`, on the running kernel.

use super::{Health, Told};
use crate::lint::{self, Severity};
use netloom_kernel::Kernel;
use netloom_model::{NsName, World};

/// The traps of the namespace that netloom was started in.
pub(super) fn traps() -> Vec<Told> {
    let mut kernel = Kernel::new();
    let state = match kernel.snapshot(Some(&NsName::first()), lint::WANTED) {
        Ok(state) => state,
        Err(error) => return vec![Told::new(Health::Lacks, format!("not looked at: {error}"))],
    };
    let found = lint::findings(&state, &[], &[]);
    if found.is_empty() {
        return vec![Told::new(
            Health::Well,
            "no trap was found in this namespace",
        )];
    }
    let told = found.into_iter().map(|one| {
        let health = match one.severity {
            Severity::Note => Health::Well,
            Severity::Warning => Health::Lacks,
            Severity::Error => Health::Ill,
        };
        let told = Told::new(health, format!("{}: {}", one.trap, one.text));
        match one.fix.first() {
            Some(command) => told.advised(command.clone()),
            None => told,
        }
    });
    told.collect()
}
