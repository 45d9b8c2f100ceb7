//! netloom as a script's world.

use crate::script::Script;
use crate::{record, twin, world};
use libtest_mimic::Failed;
use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// The programs beside netloom's that a script may use. PATH holds no others: a command that
/// netloom lacks is not found, and never the real one, which could change this machine's network.
const PLAIN: [&str; 19] = [
    "bash", "cat", "cksum", "cut", "false", "grep", "head", "od", "rm", "sed", "seq", "sh",
    "sleep", "sort", "tail", "timeout", "tr", "true", "wc",
];

/// Runs the script in netloom and holds what it prints to the record. A script with a known
/// difference must still differ, so that the note goes when the difference does.
pub(crate) fn judge(script: &Script) -> Result<(), Failed> {
    let programs = tempfile::tempdir()?;
    for name in PLAIN {
        let folders = ["/usr/bin", "/bin"].map(Path::new);
        let found = folders
            .map(|folder| folder.join(name))
            .into_iter()
            .find(|path| path.exists());
        let found = found.ok_or_else(|| format!("{name} is neither in /usr/bin nor in /bin"))?;
        symlink(found, programs.path().join(name))?;
    }
    symlink(env::current_exe()?, programs.path().join(twin::NAME))?;
    let (path, differs) = ["whole", "differs"]
        .map(|name| programs.path().join(name))
        .into();
    fs::write(&path, whole(script, &differs))?;
    let path = path.to_string_lossy();
    let mut command = vec![env!("CARGO_BIN_EXE_netloom"), "run", "--virtual-time"];
    if !script.is_ipv6() {
        command.push("--disable-ipv6");
    }
    command.push(&path);
    let printed = world::run(&command, programs.path())?;
    let differs = fs::read_to_string(differs).unwrap_or_else(|error| error.to_string());
    if !differs.is_empty() {
        return Err(format!("its twin differs:\n{differs}").into());
    }
    match (
        script.known_difference(),
        record::judge(script, &printed, false),
    ) {
        (None, verdict) => verdict,
        (Some(_), Err(_)) => Ok(()),
        (Some(_), Ok(())) => Err("prints what Linux does: take out the line `# differs:`".into()),
    }
}

/// The script, and behind it the question whether its world has a twin.
fn whole(script: &Script, differs: &Path) -> String {
    let (path, differs) = (script.path.display(), differs.display());
    let name = twin::NAME;
    format!("bash '{path}'\ncode=$?\n{name} >'{differs}' 2>&1\nexit $code\n")
}
