//! netloom as a script's world.

use crate::script::Script;
use crate::{record, world};
use libtest_mimic::Failed;

/// Runs the script in netloom and holds what it prints to the record. A script with a known
/// difference must still differ, so that the note goes when the difference does.
pub(crate) fn judge(script: &Script) -> Result<(), Failed> {
    let path = script.path.to_string_lossy();
    let printed = world::run(&[
        env!("CARGO_BIN_EXE_netloom"),
        "run",
        "--virtual-time",
        &path,
    ])?;
    let verdict = record::judge(script, &printed, false);
    match (script.known_difference(), verdict) {
        (None, verdict) => verdict,
        (Some(_), Err(_)) => Ok(()),
        (Some(_), Ok(())) => Err("prints what Linux does: take out the line `# differs:`".into()),
    }
}
