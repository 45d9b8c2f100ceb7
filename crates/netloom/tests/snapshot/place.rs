//! Where the tests' commands run: fresh namespaces of the running kernel, or a world.

use flate2::read::GzDecoder;
use libtest_mimic::Failed;
use netloom_model::Snapshot;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Fresh namespaces of the running kernel, which leave nothing behind.
const FRESH: [&str; 7] = [
    "unshare",
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--mount-proc",
    "--kill-child",
];

/// What goes before every script there: names and files of containers are its own.
const ALONE: &str = "set -e
mount --make-rprivate /
mount -t tmpfs none /run
mount -t tmpfs none /var/lib
mkdir /run/netns
";

/// Whether namespaces can be made here.
pub(crate) fn is_root() -> bool {
    let made = Command::new(FRESH[0])
        .args(&FRESH[1..])
        .arg("true")
        .output();
    made.is_ok_and(|made| made.status.success())
}

/// What a script left: its folder, and what it printed.
pub(crate) struct Left {
    folder: TempDir,
    output: Output,
}

/// Runs lines of bash in fresh namespaces of the running kernel.
pub(crate) fn on_kernel(lines: &str) -> Result<Left, Failed> {
    let mut command = Command::new(FRESH[0]);
    command
        .args(&FRESH[1..])
        .args(["bash", "-c"])
        .arg(ALONE.to_owned() + lines);
    run(command)
}

/// Runs lines of bash in a world.
pub(crate) fn in_world(lines: &str) -> Result<Left, Failed> {
    let script = tempfile::NamedTempFile::new()?;
    fs::write(script.path(), lines)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_netloom"));
    command
        .args(["run", "--virtual-time", "--seed", "1"])
        .arg(script.path());
    run(command)
}

fn run(mut command: Command) -> Result<Left, Failed> {
    let folder = tempfile::tempdir()?;
    let output = command
        .current_dir(folder.path())
        .env("NETLOOM", env!("CARGO_BIN_EXE_netloom"))
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("LC_ALL", "C")
        .env_remove("NETLOOM_WORLD")
        .env_remove("NETLOOM_NETNS")
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {said}", output.status).into());
    }
    Ok(Left { folder, output })
}

/// A file without its compression.
pub(crate) fn unpacked(bytes: Vec<u8>) -> Result<Vec<u8>, Failed> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut json = Vec::new();
    GzDecoder::new(&*bytes).read_to_end(&mut json)?;
    Ok(json)
}

impl Left {
    /// A snapshot that was written there.
    pub(crate) fn snapshot(&self, file: &str) -> Result<Snapshot, Failed> {
        Ok(serde_json::from_slice(&self.json(file)?)?)
    }

    /// The text of a snapshot, without its compression.
    pub(crate) fn json(&self, file: &str) -> Result<Vec<u8>, Failed> {
        unpacked(fs::read(self.path().join(file))?)
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What was said on standard output.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// What was said on standard error.
    pub(crate) fn complained(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }
}
