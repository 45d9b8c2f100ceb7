//! Commands and shells inside a world: `run`, `shell` and `attach`.

use crate::applet;
use crate::client::Client;
use crate::process::{NETNS, WORLD};
use crate::start::{self, Failure, Kind};
use crate::supervise;
use crate::worlds::{Home, Place};
use netloom_model::NsName;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::process::Command;

/// netloom itself failed.
pub const FAILED: i32 = 125;
/// The command was found but cannot be run.
const CANNOT_RUN: i32 = 126;
/// The command was not found.
const NOT_FOUND: i32 = 127;

/// A world that is lived in: its own process's, or another's.
enum Dwelling {
    /// With the namespace in which commands begin.
    Here(Home, NsName),
    /// The running kernel: the home holds the commands alone.
    Kernel(Home),
    /// The connection is how the world knows of this process and what descends from it.
    Apart(Place, Client),
}

impl Dwelling {
    fn start(name: Option<&str>, kind: &Kind) -> Result<Dwelling, Failure> {
        match name {
            None if kind.kernel => start::start_on_kernel(kind).map(Dwelling::Kernel),
            None => {
                let (home, begins) = start::start_here(kind)?;
                Ok(Dwelling::Here(home, begins))
            }
            Some(name) => {
                let place = start::start_apart(name, kind)?;
                let client = start::connect(&place).map_err(|e| e.to_string())?;
                Ok(Dwelling::Apart(place, client))
            }
        }
    }

    fn place(&self) -> Place {
        match self {
            Dwelling::Here(home, _) | Dwelling::Kernel(home) => home.place(),
            Dwelling::Apart(place, _) => place.clone(),
        }
    }

    /// Runs `command` in it, and ends the world if it is this process's own.
    fn run(self, command: Command) -> Result<i32, Failure> {
        let program = command.get_program().to_owned();
        let place = self.place();
        let world = match self {
            Dwelling::Kernel(_) => applet::KERNEL.into(),
            Dwelling::Here(..) | Dwelling::Apart(..) => place.socket().into_os_string(),
        };
        let begins = match &self {
            Dwelling::Here(_, begins) => begins.clone(),
            Dwelling::Apart(_, client) => client.welcome().begins.clone(),
            Dwelling::Kernel(_) => NsName::first(),
        };
        let code = supervise::run(inside(&place, &world, &begins, command));
        if let Dwelling::Here(home, _) | Dwelling::Kernel(home) = self {
            start::end_here(home);
        }
        code.or_else(|error| {
            eprintln!("netloom: cannot run {}: {error}", program.display());
            Ok(match error.kind() {
                io::ErrorKind::NotFound => NOT_FOUND,
                _ => CANNOT_RUN,
            })
        })
    }
}

/// `command` with the environment of a world, whose commands are at `place`.
fn inside(place: &Place, world: &OsStr, begins: &NsName, mut command: Command) -> Command {
    let mut path = place.bin().into_os_string();
    if let Some(old) = std::env::var_os("PATH") {
        path.push(":");
        path.push(old);
    }
    command
        .env("PATH", path)
        .env(WORLD, world)
        .env(NETNS, begins.as_str());
    command
}

/// `netloom run`: the exit code of the script.
///
/// # Errors
/// If there is no script or no world.
pub fn run(
    name: Option<&str>,
    kind: &Kind,
    script: Option<PathBuf>,
    args: &[OsString],
) -> Result<i32, Failure> {
    let script = script.unwrap_or_else(|| "-".into());
    let from_stdin = script == Path::new("-");
    if from_stdin && io::stdin().is_terminal() {
        return Err(
            "no script: name one, or - and type it (\"netloom shell\" is more \
                    comfortable)"
                .to_owned(),
        );
    }
    let cannot = |e: io::Error| format!("cannot read the script {}: {e}", script.display());
    // All that can fail about the script comes before a world is made for it.
    let text = if from_stdin {
        Some(read_whole(io::stdin()))
    } else {
        let file = File::open(&script).map_err(cannot)?;
        // A pipe can be read once only.
        let is_file = file.metadata().map_err(cannot)?.is_file();
        (!is_file).then(|| read_whole(file))
    };
    let text = text.transpose().map_err(cannot)?;
    let dwelling = Dwelling::start(name, kind)?;
    let path = match text {
        Some(text) => {
            let path = dwelling.place().script();
            fs::write(&path, text).map_err(cannot)?;
            path
        }
        None => script.clone(),
    };
    let mut words = interpreter(&path).map_err(cannot)?.into_iter();
    let mut command = Command::new(words.next().unwrap_or_else(|| "bash".into()));
    command.args(words).arg(&path).args(args);
    dwelling.run(command)
}

fn read_whole(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    from.read_to_end(&mut text).map(|_| text)
}

/// What runs the script at `path`: the words of its first line as execve(2) splits them (`#!`, a
/// program, at most one argument), else bash.
fn interpreter(path: &Path) -> io::Result<Vec<OsString>> {
    let mut line = Vec::new();
    let mut start = BufReader::new(File::open(path)?).take(4096);
    start.read_until(b'\n', &mut line)?;
    let Some(line) = line.strip_prefix(b"#!") else {
        return Ok(vec!["bash".into()]);
    };
    let line = line.trim_ascii();
    let end = (line.iter().position(u8::is_ascii_whitespace)).unwrap_or(line.len());
    let (program, argument) = line.split_at(end);
    let words = [program, argument.trim_ascii()];
    let words = words.iter().filter(|word| !word.is_empty());
    Ok(words
        .map(|word| OsString::from_vec(word.to_vec()))
        .collect())
}

/// `netloom shell`: the exit code of the shell.
///
/// # Errors
/// If there is no world.
pub fn shell(name: Option<&str>, kind: &Kind) -> Result<i32, Failure> {
    let dwelling = Dwelling::start(name, kind)?;
    let command = interactive(&dwelling.place());
    dwelling.run(command)
}

/// `netloom attach`: the exit code of the command or shell.
///
/// # Errors
/// If there is no such world.
pub fn attach(name: &str, command: &[OsString]) -> Result<i32, Failure> {
    let (client, place) = start::find(name)?;
    let command = match command.split_first() {
        None => interactive(&place),
        Some((program, args)) => {
            let mut command = Command::new(resolve(&place, program));
            command.args(args);
            command
        }
    };
    Dwelling::Apart(place, client).run(command)
}

/// A command is looked for among the world's own first, as its PATH will have it.
fn resolve(place: &Place, program: &OsStr) -> OsString {
    let own = place.bin().join(program);
    if program.as_bytes().contains(&b'/') || !own.exists() {
        return program.to_owned();
    }
    own.into_os_string()
}

/// An interactive shell whose prompt names the namespace: bash, or `$SHELL` where there is none.
fn interactive(place: &Place) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let bash = std::env::split_paths(&path).any(|dir| dir.join("bash").exists());
    if bash {
        let mut command = Command::new("bash");
        command.arg("--rcfile").arg(place.shell_start()).arg("-i");
        command
    } else {
        let shell = std::env::var_os("SHELL").unwrap_or_else(|| "sh".into());
        let mut command = Command::new(shell);
        command.env("PS1", "[netloom ${NETLOOM_NETNS}] $ ");
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpreter_of(text: &str) -> String {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("netloom-script-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, text).unwrap();
        let words = interpreter(&path).unwrap();
        fs::remove_file(&path).unwrap();
        words.join(OsStr::new("|")).into_string().unwrap()
    }

    #[test]
    fn the_first_line_names_the_interpreter_as_execve_reads_it() {
        assert_eq!(interpreter_of("#!/bin/sh\n"), "/bin/sh");
        assert_eq!(interpreter_of("#! /bin/bash -e \nls"), "/bin/bash|-e");
        assert_eq!(
            interpreter_of("#!/usr/bin/env -S a b\n"),
            "/usr/bin/env|-S a b"
        );
    }

    #[test]
    fn without_one_it_is_bash() {
        assert_eq!(interpreter_of(""), "bash");
        assert_eq!(interpreter_of("ip link\n#!/bin/sh\n"), "bash");
    }
}
