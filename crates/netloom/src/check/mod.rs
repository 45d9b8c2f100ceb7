//! `netloom check`: sentences about who reaches whom, held to a world.
//!
//! A file has a sentence a line (`parse`), which is about one packet or several (`packets`); each goes its
//! way by `explain`'s own question (`judge`), and what became of it is told as a table, as JSON or as JUnit's
//! XML (`report`, `junit`).

mod judge;
mod junit;
mod packets;
mod parse;
mod report;
mod words;

use crate::explain::Endpoints;
use crate::hosts::{Hosts, Names};
use crate::snapshot;
use judge::{Judged, Outcome};
use netloom_model::NsName;
use netloom_tools::Context;
use parse::Assertion;

const USAGE: &str = "\
Usage: netloom check [OPTIONS] FILE

Holds the sentences of FILE (-: standard input) to the world, one a line:

  web reaches db tcp 5432
  guest must not reach 10.0.0.0/8
  web reaches 8.8.8.8 udp 53, as 192.0.2.7, leaving by eth0

  --live            this machine as it is now, not a world
  --snapshot FILE   the host of a snapshot; several: hosts of one network
  --json            told as JSON
  --junit FILE      written as XML too, for systems that run tests

Exit code: 0 all hold, 1 some do not, 2 usage, 3 some are unknown and all others hold
";

/// The exit codes.
mod code {
    pub(super) const PASSED: i32 = 0;
    pub(super) const FAILED: i32 = 1;
    pub(super) const USAGE: i32 = 2;
    pub(super) const UNKNOWN: i32 = 3;
}

/// What is asked for on the command line.
#[derive(Default)]
struct Options {
    file: Option<String>,
    json: bool,
    junit: Option<String>,
    snapshots: Vec<String>,
    live: bool,
}

/// Runs `netloom check` with the words that follow it.
pub fn main(cx: &mut Context<'_>) -> i32 {
    if cx.args.iter().any(|word| word == "--help" || word == "-h") {
        let _ = write!(cx.out, "{USAGE}");
        return code::PASSED;
    }
    run(cx).unwrap_or_else(|text| {
        let _ = writeln!(cx.err, "{text}");
        code::USAGE
    })
}

fn options(args: &[String]) -> Result<Options, String> {
    let complaint = |text: String| format!("netloom check: {text}\nTry \"netloom check --help\".");
    let mut options = Options::default();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let (key, inline) = match word.split_once('=') {
            Some((key, value)) if key.starts_with("--") => (key, Some(value.to_owned())),
            _ => (word.as_str(), None),
        };
        match key {
            "--json" => options.json = true,
            "--live" => options.live = true,
            "--junit" | "--snapshot" => {
                let file = inline.or_else(|| words.next().cloned());
                let none = || complaint(format!("{key} needs a file"));
                let file = file.ok_or_else(none)?;
                match key {
                    "--junit" => options.junit = Some(file),
                    _ => options.snapshots.push(file),
                }
            }
            _ if key.starts_with("--") => {
                return Err(complaint(format!("\"{key}\" is no option")));
            }
            _ if options.file.is_some() => {
                return Err(complaint(format!("\"{word}\": one file is enough")));
            }
            _ => options.file = Some(word.clone()),
        }
    }
    if options.file.is_none() {
        return Err(complaint("which file?".to_owned()));
    }
    Ok(options)
}

fn run(cx: &mut Context<'_>) -> Result<i32, String> {
    let options = options(&cx.args)?;
    let plain = |why: String| format!("netloom check: {why}");
    if !options.live && options.snapshots.is_empty() {
        let names = Names::of(snapshot::began_as().map_err(plain)?);
        let known = Endpoints::of(cx.world, names, NsName::first());
        return held_to(cx, &options, &known.map_err(plain)?);
    }
    let mut hosts = Hosts::open(&options.snapshots, options.live).map_err(plain)?;
    let (names, here) = (hosts.names(), hosts.first().clone());
    let known = Endpoints::of(&mut hosts, names, here).map_err(plain)?;
    held_to(&mut hosts.within(cx), &options, &known)
}

/// Holds the sentences of the file to a world.
fn held_to(cx: &mut Context<'_>, options: &Options, known: &Endpoints) -> Result<i32, String> {
    let file = options.file.clone().unwrap_or_default();
    let text = read(cx, &file).map_err(|error| format!("netloom check: {file}: {error}"))?;
    let plain = |why: String| format!("netloom check: {why}");
    let assertions = parse::file(&text, known).map_err(|all| {
        let told = all.iter().map(|wrong| {
            let parse::Wrong { line, column, why } = wrong;
            format!("{file}:{line}:{column}: {why}")
        });
        told.collect::<Vec<_>>().join("\n")
    })?;
    let mut judged = Vec::new();
    for assertion in assertions {
        let outcome = judge::assertion(cx, &assertion);
        let outcome = outcome.map_err(|why| format!("{file}:{}:1: {why}", assertion.line))?;
        judged.push((assertion, outcome));
    }
    if let Some(path) = &options.junit {
        let written = std::fs::write(path, junit::document(&file, &judged));
        written.map_err(|error| plain(format!("{path}: {error}")))?;
    }
    let told = match options.json {
        true => format!("{}\n", report::json(&file, &judged)),
        false => crate::shell::shown(&report::table(&judged)).into_owned(),
    };
    let written = cx.out.write_all(told.as_bytes());
    written.map_err(|error| plain(error.to_string()))?;
    Ok(exit_code(&judged))
}

fn read(cx: &mut Context<'_>, file: &str) -> std::io::Result<String> {
    if file != "-" {
        return std::fs::read_to_string(file);
    }
    let mut text = String::new();
    cx.stdin.read_to_string(&mut text).map(|_| text)
}

fn exit_code(judged: &[(Assertion, Judged)]) -> i32 {
    let worst = judged.iter().map(|(_, judged)| judged.outcome).max();
    match worst {
        None | Some(Outcome::Passed) => code::PASSED,
        Some(Outcome::Unknown) => code::UNKNOWN,
        Some(Outcome::Failed) => code::FAILED,
    }
}
