//! Records: what Linux printed, and whether a run printed the same.

use crate::normalise::normalise;
use crate::script::Script;
use libtest_mimic::Failed;
use std::fs;

/// Holds what a run printed to the script's record, or makes it the record.
pub(crate) fn judge(script: &Script, printed: &str, bless: bool) -> Result<(), Failed> {
    let path = script.record();
    let seen = normalise(printed, &script.text);
    if bless {
        return Ok(fs::write(path, seen)?);
    }
    let record =
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if record == seen {
        return Ok(());
    }
    let name = &script.name;
    Err(format!(
        "{name}: - the record, + this run\n{}",
        difference(&record, &seen)
    )
    .into())
}

/// The lines of both texts, those of one alone marked: by the longest common subsequence.
fn difference(record: &str, seen: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (record.lines().collect(), seen.lines().collect());
    // common[i][j]: how many lines old[i..] and new[j..] share in order.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut text) = (0, 0, String::new());
    while i < old.len() || j < new.len() {
        let (mark, line) = if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            (' ', old[i - 1])
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            i += 1;
            ('-', old[i - 1])
        } else {
            j += 1;
            ('+', new[j - 1])
        };
        text.push_str(&format!("{mark}{line}\n"));
    }
    text
}
