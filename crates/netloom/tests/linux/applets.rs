//! netloom's own commands on the running kernel: a script's world is that of the real tools, and what
//! netloom can do there stands before them.

use crate::on_kernel::ON_KERNEL;
use crate::script::Script;
use crate::{kernel, record, world};
use libtest_mimic::Failed;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

/// What is not asked of the kernel yet, by the words of the commands that need it.
const LEFT: [(&str, &str); 1] = [(
    "netns identify",
    "a namespace has a name in its mount namespace alone",
)];

/// Scripts that show something else, and what of.
const SHOWN: [(&str, &str); 1] = [(
    "nft-elements",
    "ranges that touch: nft itself joins them, by what the set has already",
)];

/// Why a script is not held to its record here.
pub(crate) fn left(script: &Script) -> Option<&'static str> {
    let said = |(word, _): &&(&str, &str)| script.text.contains(word);
    let shown = |(name, _): &&(&str, &str)| script.name == *name;
    let found = LEFT.iter().find(said).or_else(|| SHOWN.iter().find(shown));
    found.map(|(_, why)| *why)
}

/// Makes links to netloom in a folder, one for each command that it has there.
pub(crate) fn links(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for name in ON_KERNEL {
        symlink(env!("CARGO_BIN_EXE_netloom"), folder.join(name))?;
    }
    Ok(())
}

/// Runs the script with netloom's commands on the kernel, and holds what it prints to the record.
pub(crate) fn judge(script: &Script) -> Result<(), Failed> {
    let tools = tempfile::tempdir()?;
    links(tools.path())?;
    let tools = format!("TOOLS={}", tools.path().display());
    let path = script.path.to_string_lossy();
    let words = kernel::command(kernel::FOLDER, &path);
    let mut command = vec!["env", "NETLOOM_WORLD=kernel", &tools];
    command.extend(words.iter().map(String::as_str));
    record::judge(script, &world::run(&command, kernel::PATH)?, false)
}
