//! A host of the running kernel, built by the real tools, is read, made again by the kernel's backend where
//! nothing is, and read again: both say the same. The hosts are the scripts of `hosts/`; hosts drawn at
//! random go the same way in `drawn::rebuilt` of the tests `random` and `rulesets`.
//!
//! Each happens in namespaces of its own, of processes and mounts too, which go with it. For root alone.

mod again;
mod equal;

use libtest_mimic::{Arguments, Failed, Trial};
use netloom_kernel::host::{self, Which};
use netloom_model::State;
use nix::sched::{CloneFlags, unshare};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Says, to this program once it is apart, which host to build.
const HOST: &str = "NETLOOM_REBUILT_HOST";

fn main() -> ExitCode {
    if let Some(script) = std::env::var_os(HOST) {
        return match rebuild(Path::new(&script)) {
            Ok(told) if told.is_empty() => ExitCode::SUCCESS,
            Ok(told) | Err(told) => {
                print!("{told}");
                ExitCode::FAILURE
            }
        };
    }
    let arguments = Arguments::from_args();
    let usable = nix::unistd::geteuid().is_root();
    let trial = |script: PathBuf| {
        let name = script.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("hosts::{}", name.replace('-', "_"));
        Trial::test(name, move || apart(&script)).with_ignored_flag(!usable)
    };
    let trials = scripts().into_iter().map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The hosts.
fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rebuilt/hosts");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    all.sort();
    all
}

/// Runs this program where it sees nothing of the machine.
fn apart(script: &Path) -> Result<(), Failed> {
    let own = std::env::current_exe()?;
    let mut command = Command::new("unshare");
    command.args(["-n", "-m", "-p", "-f", "--kill-child", "--mount-proc"]);
    let done = command.arg(own).env(HOST, script).output()?;
    if done.status.success() {
        return Ok(());
    }
    let out = String::from_utf8_lossy(&done.stdout);
    let err = String::from_utf8_lossy(&done.stderr);
    Err(format!("{}\n{out}{err}", script.display()).into())
}

/// The host at this moment, as `netloom snapshot` reads it.
fn snapshot() -> Result<State, String> {
    let read = host::snapshot(&Which::All).map_err(|error| error.to_string())?;
    Ok(read.state)
}

/// Builds a host, reads it, makes it again in empty namespaces; how that differs.
fn rebuild(script: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| error.to_string();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "tmpfs", "/run"])
        .status();
    mounted.map_err(failed)?;
    std::fs::create_dir("/run/netns").map_err(failed)?;
    let built = Command::new("sh").arg("-e").arg(script).output();
    let built = built.map_err(failed)?;
    if !built.status.success() {
        return Err(String::from_utf8_lossy(&built.stderr).into_owned());
    }
    let wanted = again::rest(snapshot)?;
    if let Some(path) = std::env::var_os("NETLOOM_REBUILT_TELL") {
        let text = serde_json::to_string_pretty(&wanted).unwrap_or_default();
        let _ = std::fs::write(path, text);
    }
    again::clear();
    unshare(CloneFlags::CLONE_NEWNET).map_err(|error| error.to_string())?;
    again::make(&wanted)?;
    again::differs(&wanted, snapshot)
}
