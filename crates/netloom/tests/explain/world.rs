//! A fresh world in which lines of a shell run, the same each time.

use std::io::Write;
use std::process::{Command, Stdio};

/// Runs lines by bash in a fresh world: what they print, and their exit code.
pub(crate) fn run(lines: &str) -> (String, i32) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_netloom"))
        .args(["run", "--virtual-time", "--seed", "1", "-"])
        .current_dir(folder.path())
        .env("XDG_RUNTIME_DIR", folder.path())
        .env_remove("NETLOOM_WORLD")
        .env_remove("NETLOOM_NETNS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(lines.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        String::from_utf8_lossy(&said).into_owned(),
        output.status.code().unwrap(),
    )
}
