//! What worlds left behind that ended without cleaning up.

use super::{Health, Told};
use crate::start;

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
