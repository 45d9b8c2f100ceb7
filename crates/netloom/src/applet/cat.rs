//! `cat`: files of `/proc` that tell of a network are the world's own, everything else is left to
//! the machine's cat.
//!
//! What the world has of a file goes to the machine's cat as a file in memory, so that options mean
//! what they always do.

use crate::process::WORLD;
use netloom_model::Errno;
use netloom_tools::{Context, procfs};
use rustix::fs::{MemfdFlags, memfd_create};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The exit code of a command that is not there.
const NOT_FOUND: i32 = 127;

/// A word of the command line.
enum Word {
    /// An option, or a file of the machine's.
    Plain(OsString),
    /// What the world has of a file.
    Held(File),
    /// A file of the world's that cannot be read.
    Refused(OsString, Errno),
}

/// Runs `cat`.
pub(super) fn main(cx: &mut Context<'_>) -> i32 {
    // The words as they came: names of files are any bytes.
    let words: Vec<OsString> = env::args_os().collect();
    let given = words.len().saturating_sub(cx.args.len());
    match run(cx, &words[given..]) {
        Ok(code) => code,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let _ = writeln!(cx.err, "cat: command not found");
            NOT_FOUND
        }
        Err(error) => {
            let _ = writeln!(cx.err, "cat: {error}");
            1
        }
    }
}

fn run(cx: &mut Context<'_>, words: &[OsString]) -> io::Result<i32> {
    let mut options = Vec::new();
    let mut files = Vec::new();
    let mut ended = false;
    for word in words {
        if !ended && word == "--" {
            ended = true;
        } else if !ended && word.len() > 1 && word.as_bytes()[0] == b'-' {
            options.push(word.clone());
        } else {
            files.push(of_world(cx, word)?);
        }
    }
    if files.iter().all(|file| matches!(file, Word::Plain(_))) {
        return Err(machine_cat()?.args(words).exec());
    }
    let mut code = 0;
    let mut files = files.into_iter().peekable();
    while files.peek().is_some() {
        // Up to the first file that is not there; what is said of it keeps its place.
        let mut held = Vec::new();
        let mut paths = Vec::new();
        let mut refused = None;
        for file in files.by_ref() {
            match file {
                Word::Plain(path) => paths.push(path),
                Word::Held(file) => {
                    paths.push(format!("/proc/self/fd/{}", file.as_raw_fd()).into());
                    held.push(file);
                }
                Word::Refused(path, errno) => {
                    refused = Some((path, errno));
                    break;
                }
            }
        }
        if !paths.is_empty() {
            let mut command = machine_cat()?;
            command.args(&options).arg("--").args(&paths);
            let status = command.status()?;
            if let Some(signal) = status.signal() {
                return Ok(128 + signal);
            }
            code = code.max(status.code().unwrap_or(1));
        }
        if let Some((path, errno)) = refused {
            cx.err.write_all(b"cat: ")?;
            cx.err.write_all(path.as_bytes())?;
            writeln!(cx.err, ": {errno}")?;
            code = code.max(1);
        }
    }
    Ok(code)
}

/// A file's name, and what the world has under it.
fn of_world(cx: &mut Context<'_>, word: &OsStr) -> io::Result<Word> {
    let plain = Word::Plain(word.to_owned());
    let Some(path) = absolute(word) else {
        return Ok(plain);
    };
    Ok(match procfs::read(cx, &path) {
        None => plain,
        Some(Err(errno)) => Word::Refused(word.to_owned(), errno),
        Some(Ok(text)) => {
            // The machine's cat is to inherit it.
            let mut file = File::from(memfd_create("netloom", MemfdFlags::empty())?);
            file.write_all(text.as_bytes())?;
            Word::Held(file)
        }
    })
}

/// The path from the root, for a name that may be one below `/proc`.
fn absolute(word: &OsStr) -> Option<String> {
    if word.is_empty() || word == "-" {
        return None;
    }
    let path = match word.as_bytes()[0] {
        b'/' => PathBuf::from(word),
        _ => env::current_dir().ok()?.join(word),
    };
    path.to_str()
        .filter(|path| path.contains("proc"))
        .map(str::to_owned)
}

/// The machine's cat: the first of PATH that is not a world's. It is called by its short name, for
/// that stands before what it complains of.
fn machine_cat() -> io::Result<Command> {
    let path = env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    let found = env::split_paths(&path)
        .map(|folder| folder.join("cat"))
        .find(|cat| cat.is_file() && !is_of_world(cat));
    let mut command = Command::new(found.ok_or(io::ErrorKind::NotFound)?);
    command.arg0("cat");
    Ok(command)
}

/// Whether a program is netloom under another name: in this world's folder, or in that of a world
/// around it.
fn is_of_world(program: &Path) -> bool {
    let own = env::var_os(WORLD).map(|socket| Path::new(&socket).with_file_name("bin"));
    if own.as_deref() == program.parent() {
        return true;
    }
    let netloom = env::current_exe().and_then(fs::canonicalize);
    matches!((netloom, fs::canonicalize(program)), (Ok(netloom), Ok(program)) if netloom == program)
}
