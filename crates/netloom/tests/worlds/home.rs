//! A place for worlds that is a test's alone.

use std::io::{ErrorKind, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A runtime directory; the worlds that still live in it are stopped at the end.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Home {
        Home(tempfile::tempdir().unwrap())
    }

    /// Where a world called `name` has its things.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.0.path().join("netloom").join(name)
    }

    /// Where a file called `name` may be.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The worlds that have left something here.
    pub(crate) fn left(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.0.path().join("netloom")) else {
            return Vec::new();
        };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !name.starts_with('.')).collect()
    }

    /// `netloom ARGS`, not yet started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_netloom"));
        command
            .args(args)
            .env("XDG_RUNTIME_DIR", self.0.path())
            .env_remove("NETLOOM_WORLD")
            .env_remove("NETLOOM_NETNS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own, so that a terminal's signals can be imitated.
            .process_group(0);
        command
    }

    /// What `netloom ARGS` does.
    pub(crate) fn netloom(&self, args: &[&str]) -> Done {
        Done::of(self.command(args).output().unwrap())
    }

    /// Starts `netloom ARGS -` with `script` on its standard input.
    pub(crate) fn start(&self, args: &[&str], script: &str) -> Child {
        let mut command = self.command(args);
        let mut child = command.arg("-").stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // One that is refused may have ended before it reads a script.
        if let Err(error) = stdin.write_all(script.as_bytes()) {
            assert_eq!(error.kind(), ErrorKind::BrokenPipe, "{error}");
        }
        child
    }

    /// What `netloom run OPTIONS -` does with `script` on its standard input.
    pub(crate) fn run(&self, options: &[&str], script: &str) -> Done {
        let child = self.start(&[&["run"], options].concat(), script);
        Done::of(child.wait_with_output().unwrap())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        for name in self.left() {
            self.netloom(&["stop", &name]);
        }
    }
}

/// What a command printed, and its exit code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    pub(crate) fn of(output: Output) -> Done {
        Done {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Waits until `condition` holds.
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sends `signal` to a process or, if negative, to a group.
pub(crate) fn kill(signal: &str, pid: i64) {
    // The shell's own: some kill(1) takes a group with a small number for a signal.
    let status = Command::new("sh")
        .args([
            "-c",
            r#"kill -s "$1" -- "$2""#,
            "sh",
            signal,
            &pid.to_string(),
        ])
        .status();
    assert!(status.unwrap().success());
}
