//! Questions that people ask of their hosts: each file of `tests/questions` builds one, on the running
//! kernel with the real tools, and asks who reaches whom. What `netloom explain --live` says, what
//! it says of a snapshot, and what a packet that is sent finds must agree; where it is lost, the fix
//! that is told must let the next one through. `prelude.bash` says how.
//!
//! A question's record is the file `NAME.out` beside it, written anew with `NETLOOM_BLESS=1`. It needs
//! root.
//!
//! A question with a line `# needs: SETTING` at its head, which bridges of the running kernel lack, is asked of the
//! distribution's kernel (`vm`).
//!
//! Hosts on which real programs are installed are asked by their snapshots: see [`recorded`].

mod recorded;
mod vm;
#[path = "../linux/world.rs"]
mod world;

use libtest_mimic::{Arguments, Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/questions");
const ENTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/linux/kernel/enter.sh");
const TOOLS: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = rustix::process::getuid().is_root();
    let bless = std::env::var_os("NETLOOM_BLESS").is_some_and(|value| value == "1");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/questions");
    let entries = fs::read_dir(&folder).expect("the folder tests/questions can be read");
    let mut scripts: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sh"))
        .collect();
    scripts.sort();
    let trial = |path: PathBuf| {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Trial::test(format!("kernel::{name}"), move || judge(&path, bless)).with_ignored_flag(!root)
    };
    let lacks = |path: &PathBuf| vm::needs(path).is_some_and(|need| !vm::has(&need));
    let (elsewhere, here): (Vec<_>, Vec<_>) = scripts.into_iter().partition(lacks);
    let mut trials: Vec<Trial> = here.into_iter().map(trial).collect();
    let hold = move |path: &Path, said| held(path, said, bless);
    trials.push(vm::trial(elsewhere, root, command, hold));
    trials.extend(recorded::trials(bless));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Asks the questions of a script, and holds what is said to its record.
fn judge(path: &Path, bless: bool) -> Result<(), Failed> {
    let command = command(&path.to_string_lossy());
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    held(path, world::run(&command, TOOLS)?, bless)
}

/// What asks the questions of a file, in fresh namespaces.
fn command(script: &str) -> Vec<String> {
    let prelude = format!("BASH_ENV={HERE}/prelude.bash");
    let netloom = concat!("NETLOOM=", env!("CARGO_BIN_EXE_netloom"));
    let path = format!("PATH={TOOLS}");
    let fresh = [
        "unshare",
        "--uts",
        "--net",
        "--mount",
        "--pid",
        "--fork",
        "--mount-proc",
        "--kill-child",
    ];
    let mut command = vec!["env", &path, &prelude, netloom];
    command.extend(fresh);
    command.extend(["bash", ENTER, script]);
    command.into_iter().map(str::to_owned).collect()
}

/// Holds what was said to the record.
fn held(path: &Path, said: String, bless: bool) -> Result<(), Failed> {
    if said.contains("DISAGREES") {
        return Err(said.into());
    }
    let record = path.with_extension("out");
    if bless {
        return Ok(fs::write(record, said)?);
    }
    let recorded = fs::read_to_string(&record).map_err(|e| format!("{}: {e}", record.display()))?;
    match recorded == said {
        true => Ok(()),
        false => Err(format!("recorded:\n{recorded}\nsaid now:\n{said}").into()),
    }
}
