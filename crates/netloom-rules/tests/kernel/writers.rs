//! Eight who change one chain at a time: threads and processes with the library, and iptables.

use crate::place::{Place, Tool, tables, unlocked};
use libtest_mimic::Failed;
use netloom_kernel::Kernel;
use netloom_rules::{Error, Family, IpTables, Result};
use std::process::{Command, ExitCode};
use std::thread;

/// What a process is told in its environment, so that it is a writer and no test.
const WRITER: &str = "NETLOOM_RULES_WRITER";

/// How many rules each puts in; of these every other one stays.
const RULES: usize = 30;

/// How often each of the library counts one on.
const COUNTS: usize = 30;

/// A rule of a writer.
fn rule(writer: &str, number: usize) -> String {
    format!(
        "-p tcp --dport {} -m comment --comment {writer} -j ACCEPT",
        number + 1
    )
}

fn count(number: usize) -> String {
    format!("-m comment --comment count-{number}")
}

/// Reads the count, and sets it one further, in one transaction.
fn count_on(tables: &mut IpTables<Kernel>) -> Result<()> {
    tables.transaction(|t| {
        let line = t.list_by_id("filter", "counted", 1)?;
        let number = line
            .rsplit('-')
            .next()
            .and_then(|digits| digits.parse().ok());
        let Some(number) = number else {
            let why = line;
            return Err(Error::File { line: None, why });
        };
        let next: usize = number;
        t.replace("filter", "counted", 1, count(next + 1).as_str())
    })
}

/// What a writer with the library does; some without the lock that the library takes for older tables.
fn write(ns: &str, tool: Tool, writer: &str) -> Result<()> {
    let mut tables = match writer {
        "t0" | "p0" => unlocked(ns, tool),
        _ => tables(ns, tool),
    };
    for number in 0..RULES.max(COUNTS) {
        if number < RULES {
            let rule = rule(writer, number);
            match number % 3 {
                0 => tables.append_unique("filter", "FORWARD", rule.as_str())?,
                1 => tables.insert("filter", "FORWARD", 1, rule.as_str())?,
                _ => tables.append("filter", "FORWARD", rule.as_str())?,
            }
            if number % 2 == 1 {
                tables.delete("filter", "FORWARD", rule.as_str())?;
            }
        }
        if number < COUNTS {
            count_on(&mut tables)?;
        }
    }
    Ok(())
}

/// What one with iptables does.
fn write_by_iptables(ns: &str, tool: Tool, writer: &str) -> core::result::Result<(), String> {
    let run = |command: &str, rule: &str| {
        let line = format!("{command} {rule}");
        let mut words = vec!["netns", "exec", ns, tool.name()];
        if tool.legacy {
            words.push("-w");
        }
        words.extend(line.split(' '));
        let done = Command::new("ip").args(&words).output();
        let done = done.map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        done.status.success().then_some(()).ok_or(said)
    };
    for number in 0..RULES {
        let rule = rule(writer, number);
        let command = if number % 3 == 1 {
            "-I FORWARD"
        } else {
            "-A FORWARD"
        };
        run(command, &rule)?;
        if number % 2 == 1 {
            run("-D FORWARD", &rule)?;
        }
    }
    Ok(())
}

/// Where this process is to be a writer: what came of it.
pub(crate) fn as_writer() -> Option<ExitCode> {
    let told = std::env::var(WRITER).ok()?;
    let words: Vec<&str> = told.split(' ').collect();
    let [ns, family, legacy, writer] = words.as_slice() else {
        return Some(ExitCode::FAILURE);
    };
    let family = if *family == "4" {
        Family::V4
    } else {
        Family::V6
    };
    let tool = Tool::new(family, *legacy == "legacy");
    Some(match write(ns, tool, writer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{writer}: {error}");
            ExitCode::FAILURE
        }
    })
}

fn start(ns: &str, tool: Tool, writer: &str) -> std::io::Result<std::process::Child> {
    let family = if tool.family == Family::V4 { "4" } else { "6" };
    let legacy = if tool.legacy { "legacy" } else { "nft" };
    Command::new(std::env::current_exe()?)
        .env(WRITER, format!("{ns} {family} {legacy} {writer}"))
        .spawn()
}

/// Three threads, three processes and two with iptables: every rule that was to stay is there, none
/// that was to go, and nobody's count is lost.
pub(crate) fn nothing_is_lost(tool: Tool) -> core::result::Result<(), Failed> {
    let place = Place::new()?;
    let failed = |error: Error| Failed::from(error.to_string());
    let mut own = place.tables(tool);
    own.new_chain("filter", "counted").map_err(failed)?;
    own.append("filter", "counted", count(0).as_str())
        .map_err(failed)?;
    let ns = place.name.as_str();
    let threads = ["t0", "t1", "t2"];
    let processes = ["p0", "p1", "p2"];
    let programs = ["x0", "x1"];
    let wrong = thread::scope(|scope| {
        let mut children = Vec::new();
        for writer in processes {
            children.push(start(ns, tool, writer));
        }
        let with_threads = threads.map(|writer| {
            scope.spawn(move || write(ns, tool, writer).map_err(|error| error.to_string()))
        });
        let with_programs =
            programs.map(|writer| scope.spawn(move || write_by_iptables(ns, tool, writer)));
        let mut wrong = Vec::new();
        for ended in with_threads.into_iter().chain(with_programs) {
            match ended.join() {
                Ok(Ok(())) => {}
                Ok(Err(error)) => wrong.push(error),
                Err(_) => wrong.push("a thread failed".to_owned()),
            }
        }
        for child in children {
            match child.and_then(|mut child| child.wait()) {
                Ok(code) if code.success() => {}
                ended => wrong.push(format!("a process: {ended:?}")),
            }
        }
        wrong
    });
    if !wrong.is_empty() {
        return Err(wrong.join("\n").into());
    }
    let mut expected = Vec::new();
    for writer in threads.iter().chain(&processes).chain(&programs) {
        for number in (0..RULES).step_by(2) {
            let port = number + 1;
            expected.push(format!(
                "-A FORWARD -p tcp -m tcp --dport {port} -m comment --comment {writer} -j ACCEPT"
            ));
        }
    }
    let mut found = own.list("filter", "FORWARD").map_err(failed)?.split_off(1);
    expected.sort();
    found.sort();
    if found != expected {
        let lost: Vec<_> = expected
            .iter()
            .filter(|rule| !found.contains(rule))
            .collect();
        let more: Vec<_> = found
            .iter()
            .filter(|rule| !expected.contains(rule))
            .collect();
        return Err(format!("lost: {lost:#?}\nnot deleted: {more:#?}").into());
    }
    let counted = own.list_by_id("filter", "counted", 1).map_err(failed)?;
    let all = COUNTS * (threads.len() + processes.len());
    match counted.ends_with(&format!("count-{all}")) {
        true => Ok(()),
        false => Err(format!("{counted}, not {all}").into()),
    }
}
