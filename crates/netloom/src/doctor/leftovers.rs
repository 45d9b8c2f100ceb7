//! What is left of worlds that ended without cleaning up, and what netloom made on the running kernel.

use super::{Health, Told};
use crate::start;
use netloom_kernel::{Kernel, owned};

/// Worlds that do not answer.
pub(super) fn worlds() -> Vec<Told> {
    let worlds = match start::living() {
        Ok(worlds) => worlds,
        Err(error) => return vec![Told::new(Health::Ill, error.to_string())],
    };
    let mut told: Vec<Told> = Vec::new();
    for (name, entered) in worlds {
        if let Err(error) = entered {
            let text = format!("the world {name} does not answer: {error}");
            let advice = format!("netloom stop {name}");
            told.push(Told::new(Health::Ill, text).advised(advice));
        }
    }
    if told.is_empty() {
        told.push(Told::new(Health::Well, "no world was left behind"));
    }
    told
}

/// What carries the mark of having been made by netloom, whether somebody needs it still or not.
pub(super) fn made() -> Vec<Told> {
    let told = match owned::find(&mut Kernel::new()) {
        Ok(found) if found.is_empty() => {
            Told::new(Health::Well, "nothing that netloom made is on the kernel")
        }
        Ok(found) => {
            let text = match found.len() {
                1 => "1 thing that netloom made is on the kernel".to_owned(),
                count => format!("{count} things that netloom made are on the kernel"),
            };
            let advice = "netloom clean --dry-run lists them, netloom clean takes them away";
            Told::new(Health::Well, text).advised(advice)
        }
        Err(error) => {
            let text = format!("what netloom made cannot be looked for: {error}");
            Told::new(Health::Lacks, text)
        }
    };
    vec![told]
}
