//! `ipset` 7.17 (ipset(8)): sets of addresses, networks and ports for rules.
//!
//! `line` reads a command line, `options` what sets and elements are made with, `element` the parts
//! of elements, of which `port` and `number` are some; `show` writes sets, `refused` says why something is not done.

mod element;
mod line;
mod number;
mod options;
mod port;
mod refused;
mod show;

use crate::Context;
use crate::ip::words::{Failure, Outcome};
use line::{Command, Line, Output};
use netloom_model::ipset::{IpSet, IpSetChange, Kind, ListPlace, Part};
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, Family, Namespace};
use std::io::Read;

/// What messages begin with.
const NAME: &str = "ipset v7.17";

const USAGE: &str = "\
ipset v7.17

Usage: ipset [options] COMMAND

Commands:
  create SETNAME TYPENAME [OPTIONS]     make a set
  add | del | test SETNAME ENTRY        put an element in, take it out, ask for it
  destroy | flush | list | save [SETNAME]   one set, or all
  rename FROM TO   swap ONE OTHER
  restore          commands as save writes them, from standard input or a file
  help  version    -: commands, one after the other

Options: -exist (what is there, or is not, is no error)  -quiet  -resolve  -sorted
  -output plain|save|xml  -name  -terse  -file FILE

Types: bitmap:ip  bitmap:ip,mac  bitmap:port  hash:ip  hash:mac  hash:ip,mac  hash:net
  hash:net,net  hash:ip,port  hash:net,port  hash:ip,port,ip  hash:ip,port,net
  hash:net,port,net  hash:ip,mark  hash:net,iface  list:set
";

/// The command line itself is wrong.
fn misused(text: impl core::fmt::Display) -> Failure {
    Failure::new(format!("{text}\nTry `ipset help' for more information."), 2)
}

/// What a command is about cannot be.
fn failed(text: impl core::fmt::Display) -> Failure {
    Failure::new(text.to_string(), 1)
}

/// The parts of an element in ipset's words: `10.0.0.1,tcp:80`.
#[must_use]
pub fn words(family: Option<Family>, parts: &[Part]) -> String {
    element::words(family, parts)
}

/// Runs `ipset`.
pub fn ipset(cx: &mut Context<'_>) -> i32 {
    let words = cx.args.clone();
    match line::parse(&words).and_then(|line| command(cx, &line)) {
        Ok(code) => code,
        Err(failure) => tell(cx, &failure, false),
    }
}

/// Says why a command failed; its exit code.
fn tell(cx: &mut Context<'_>, failure: &Failure, quiet: bool) -> i32 {
    let _ = cx.out.flush();
    if !quiet && !failure.text.is_empty() {
        let _ = write!(cx.err, "{NAME}: {}", failure.text);
    }
    failure.code
}

fn command(cx: &mut Context<'_>, line: &Line) -> Outcome<i32> {
    let done = match line.command {
        Command::Help => cx.out.write_all(USAGE.as_bytes()).map_err(Failure::from),
        Command::Version => writeln!(cx.out, "{NAME}, protocol version: 7").map_err(Failure::from),
        Command::List | Command::Save => list(cx, line),
        Command::Restore => match restore(cx, line) {
            Ok(code) => return Ok(code),
            Err(failure) => Err(failure),
        },
        Command::Interactive => interactive(cx),
        Command::Test => return test(cx, line),
        _ => change(cx, line),
    };
    match done {
        Ok(()) => Ok(0),
        Err(failure) => Ok(tell(cx, &failure, line.quiet)),
    }
}

/// The sets of the namespace.
fn sets(cx: &mut Context<'_>) -> Outcome<Vec<IpSet>> {
    let parts = Parts {
        ipsets: true,
        ..Parts::NONE
    };
    let mut state = cx.world.snapshot(Some(&cx.ns), parts)?;
    let ns: Namespace = state.namespaces.remove(&cx.ns).unwrap_or_default();
    Ok(ns.ipsets)
}

fn list(cx: &mut Context<'_>, line: &Line) -> Outcome<()> {
    let mut sets = sets(cx)?;
    if let Some(name) = &line.set {
        sets.retain(|set| set.name == *name);
        if sets.is_empty() {
            return Err(refused::text(line, None, Errno::NOENT));
        }
    }
    let mut output = line.output;
    if line.command == Command::Save && output == Output::Plain {
        output = Output::Save;
    }
    let text = show::all(&sets, output, line);
    match &line.file {
        Some(file) => std::fs::write(file, text).map_err(|_| Failure {
            text: String::new(),
            code: 255,
        }),
        None => Ok(cx.out.write_all(text.as_bytes())?),
    }
}

/// The set that a line is about.
fn set_of(cx: &mut Context<'_>, line: &Line) -> Outcome<IpSet> {
    let name = line.set.as_deref().unwrap_or_default();
    let found = sets(cx)?.into_iter().find(|set| set.name == name);
    found.ok_or_else(|| refused::text(line, None, Errno::NOENT))
}

/// What a line that puts an element into a set, or takes it out, changes.
fn of_element(line: &Line, there: &IpSet) -> Outcome<IpSetChange> {
    let entry = Box::new(options::entry(line, there)?);
    let (set, exist) = (there.name.clone(), line.exist);
    Ok(match line.command {
        Command::Add => IpSetChange::Add { set, entry, exist },
        _ => IpSetChange::Del { set, entry, exist },
    })
}

fn apply(
    cx: &mut Context<'_>,
    line: &Line,
    kind: Option<Kind>,
    change: IpSetChange,
) -> Outcome<()> {
    let ns = cx.ns.clone();
    let applied = cx.world.apply(vec![Change::IpSet { ns, change }]);
    applied.map_err(|error| refused::text(line, kind, error.errno))
}

/// Carries out a command that changes sets.
fn change(cx: &mut Context<'_>, line: &Line) -> Outcome<()> {
    let set = line.set.clone();
    let named = || set.clone().unwrap_or_default();
    let exist = line.exist;
    match line.command {
        Command::Create => {
            let mut ignored = Vec::new();
            let set = options::create(line, &mut ignored);
            if !ignored.is_empty() && !line.quiet {
                let all = ignored.join(" Please upgrade your syntax.\n");
                writeln!(cx.err, "Warning: {all} Please upgrade your syntax.")?;
            }
            let set = Box::new(set?);
            let kind = set.kind;
            apply(cx, line, Some(kind), IpSetChange::Create { set, exist })
        }
        Command::Add | Command::Del => {
            let there = set_of(cx, line)?;
            let change = of_element(line, &there)?;
            apply(cx, line, Some(there.kind), change)
        }
        Command::Destroy => apply(cx, line, None, IpSetChange::Destroy(set)),
        Command::Flush => apply(cx, line, None, IpSetChange::Flush(set)),
        Command::Rename | Command::Swap => {
            let other = line.words.first().cloned().unwrap_or_default();
            let change = if line.command == Command::Rename {
                IpSetChange::Rename(named(), other)
            } else {
                IpSetChange::Swap(named(), other)
            };
            apply(cx, line, None, change)
        }
        _ => Ok(()),
    }
}

/// Says whether an element is in a set; the exit code says it too.
fn test(cx: &mut Context<'_>, line: &Line) -> Outcome<i32> {
    let asked = set_of(cx, line).and_then(|there| {
        let kind = there.kind;
        let mut entry = Box::new(options::entry(line, &there)?);
        let one = element::asked(&entry.parts, &there)?;
        if kind != Kind::HashIp {
            entry.parts.clone_from(&one);
        }
        let beside = match &entry.place {
            // The original says so in either case.
            Some(ListPlace::Before(other) | ListPlace::After(other)) => format!(" after {other}"),
            None => String::new(),
        };
        let beside = element::words_asked(&there, &entry.parts) + &beside;
        entry.parts = one;
        let (ns, set) = (cx.ns.clone(), there.name);
        let change = IpSetChange::Test { set, entry };
        match cx.world.apply(vec![Change::IpSet { ns, change }]) {
            Ok(()) => Ok((true, beside)),
            Err(error)
                if error.errno == netloom_model::ipset::refusal::EXIST
                    || refused::cannot_be(kind, error.errno) =>
            {
                Ok((false, beside))
            }
            Err(error) => Err(refused::text(line, Some(kind), error.errno)),
        }
    });
    let (found, element) = match asked {
        Ok(answer) => answer,
        Err(failure) => return Ok(tell(cx, &failure, line.quiet)),
    };
    let set = line.set.as_deref().unwrap_or_default();
    if !line.quiet {
        let (warning, not) = if found {
            ("Warning: ", "")
        } else {
            ("", "NOT ")
        };
        writeln!(cx.err, "{warning}{element} is {not}in set {set}.")?;
    }
    Ok(i32::from(!found))
}

/// Carries out what `save` wrote, to the first line that fails.
fn restore(cx: &mut Context<'_>, line: &Line) -> Outcome<i32> {
    let mut text = String::new();
    match &line.file {
        Some(file) => {
            text = std::fs::read_to_string(file).map_err(|_| Failure {
                text: String::new(),
                code: 255,
            })?;
        }
        None => {
            cx.stdin.read_to_string(&mut text)?;
        }
    }
    // Elements of one set are put in or taken out together, once something else follows.
    let mut waiting: Vec<Waiting> = Vec::new();
    let mut there = None;
    for (at, words) in text.lines().enumerate() {
        let words = line::split(words);
        let skipped = words
            .first()
            .is_none_or(|w| w.starts_with('#') || w == "COMMIT");
        if skipped {
            continue;
        }
        if words[0] == "quit" {
            return Ok(0);
        }
        let mut parsed = line::parse(&words)?;
        parsed.exist |= line.exist;
        if let Command::Help | Command::Version | Command::Restore = parsed.command {
            let name = &words[0];
            return Err(misused(format!(
                "Command `{name}' is invalid in restore mode."
            )));
        }
        if parsed.command == Command::Interactive {
            return interactive(cx).map(|()| 0);
        }
        let alike = |Waiting { line: before, .. }: &Waiting| {
            (before.command, &before.set) == (parsed.command, &parsed.set)
        };
        let more = waiting.last().is_some_and(alike);
        if matches!(parsed.command, Command::Add | Command::Del) {
            let wrong = |failure| in_line(at, failure);
            let set = match there.take_if(|_| more) {
                Some(set) => set,
                None => set_of(cx, &parsed).map_err(wrong)?,
            };
            let change = of_element(&parsed, &set).map_err(wrong)?;
            if !more {
                commit(cx, &mut waiting)?;
            }
            waiting.push(Waiting {
                at,
                line: parsed,
                kind: set.kind,
                change,
            });
            there = Some(set);
            continue;
        }
        commit(cx, &mut waiting)?;
        match parsed.command {
            Command::List | Command::Save => {
                list(cx, &parsed).map_err(|failure| in_line(at, failure))?;
            }
            Command::Test => return test(cx, &parsed),
            _ => change(cx, &parsed).map_err(|failure| in_line(at, failure))?,
        }
    }
    commit(cx, &mut waiting)?;
    Ok(0)
}

/// A line of a file that is to be carried out with others.
struct Waiting {
    at: usize,
    line: Line,
    kind: Kind,
    change: IpSetChange,
}

/// Carries out what waits.
fn commit(cx: &mut Context<'_>, waiting: &mut Vec<Waiting>) -> Outcome<()> {
    for one in waiting.drain(..) {
        let done = apply(cx, &one.line, Some(one.kind), one.change);
        done.map_err(|failure| in_line(one.at, failure))?;
    }
    Ok(())
}

/// What failed in a line of a file, unless the line itself is wrong.
fn in_line(at: usize, failure: Failure) -> Failure {
    if failure.code == 2 {
        return failure;
    }
    Failure {
        text: format!("Error in line {}: {}", at + 1, failure.text),
        ..failure
    }
}

/// Carries out commands as they are typed; those that fail end nothing.
fn interactive(cx: &mut Context<'_>) -> Outcome<()> {
    loop {
        write!(cx.out, "ipset> ")?;
        cx.out.flush()?;
        let Some(typed) = typed_line(cx.stdin)? else {
            return Ok(());
        };
        let words = line::split(&typed);
        match words.first().map(String::as_str) {
            None => continue,
            Some("quit") => return Ok(()),
            Some(_) => {}
        }
        let done = line::parse(&words).and_then(|line| match line.command {
            Command::Interactive | Command::Restore => Err(misused(format!(
                "{} command is not supported in interactive mode",
                words[0]
            ))),
            _ => command(cx, &line),
        });
        if let Err(failure) = done {
            tell(cx, &failure, false);
        }
    }
}

/// The next line of the input, byte by byte, for what follows may be another program's.
fn typed_line(input: &mut dyn Read) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut byte = [0];
    while input.read(&mut byte)? == 1 && byte != *b"\n" {
        line.extend(byte);
    }
    let ended = line.is_empty() && byte != *b"\n";
    Ok((!ended).then(|| String::from_utf8_lossy(&line).into_owned()))
}
