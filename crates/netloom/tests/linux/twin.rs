//! The twin of a script's world: what a world tells of itself when its script is over, loaded into
//! another engine, is told by that one just the same.
//!
//! The test's own program is among the commands of the world under another name ([`NAME`]): it asks
//! the world, loads what it is told, and asks again.

use crate::client::Client;
use netloom_engine::Engine;
use netloom_model::state::Parts;
use netloom_model::{Reply, Request, State, World};
use std::path::Path;

/// The command that compares a world with its twin.
pub(crate) const NAME: &str = "netloom-twin";

/// How many differences are told.
const MOST: usize = 12;

/// Whether this program was called to compare a world with its twin; then what differs.
pub(crate) fn called() -> Option<String> {
    let mut words = std::env::args_os();
    let name = words.next()?;
    let called = Path::new(&name).file_name()? == NAME;
    called.then(|| compare().unwrap_or_else(|why| why))
}

fn compare() -> Result<String, String> {
    let socket = std::env::var_os("NETLOOM_WORLD").ok_or("NETLOOM_WORLD is not set")?;
    let mut world = Client::connect(Path::new(&socket)).map_err(|e| e.to_string())?;
    let (ns, parts) = (None, Parts::ALL);
    let told = world.call(Request::Snapshot { ns, parts });
    let Reply::State(told) = told.map_err(|e| e.to_string())? else {
        return Err("the world answers something else".to_owned());
    };
    let (twin, missing) = Engine::twin(&told);
    let again = twin.snapshot(None, Parts::ALL).map_err(|e| e.to_string())?;
    let mut all: Vec<String> = missing
        .iter()
        .map(|m| format!("{}: {}", m.part, m.why))
        .collect();
    if again != told {
        all.extend(differences(&told, &again));
    }
    Ok(all.join("\n"))
}

/// Where two states differ, each in a line.
fn differences(one: &State, other: &State) -> Vec<String> {
    let mut all = Vec::new();
    for name in one.namespaces.keys().chain(other.namespaces.keys()) {
        let of = |state: &State| format!("{:#?}", state.namespaces.get(name));
        let (one, other) = (of(one), of(other));
        let (one, other): (Vec<_>, Vec<_>) = (one.lines().collect(), other.lines().collect());
        if one.len() != other.len() {
            all.push(format!("{name}: {} lines -> {}", one.len(), other.len()));
        }
        let lines = one.iter().zip(&other).filter(|(one, other)| one != other);
        all.extend(lines.map(|(one, other)| format!("{name}: {} -> {}", one.trim(), other.trim())));
    }
    all.truncate(MOST);
    all
}
