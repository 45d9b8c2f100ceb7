//! Questions about hosts that were written down: each folder of `tests/hosts` has the snapshots of a host
//! on which the real programs are (Docker, ufw, ...), and what became of each packet that was really
//! sent there, written by `record.sh`. What `netloom explain --snapshot` says must be what is recorded,
//! and must agree with Linux; no root is needed, and no network.
//!
//! A question is a few lines:
//!
//! - `? FROM KIND TO [PORT]`: what `record.sh` sent;
//! - `$ explain ...`: the same for netloom, which is asked of the snapshots;
//! - `linux: reached` or `lost`;
//! - what netloom says: the verdicts, and the fix, which was tried in the engine before it is told;
//! - `linux, after that: BEFORE, then AFTER`: what became of the packet before and after the fix was
//!   carried out there, behind those of the questions before it.
//!
//! Lines that begin with `#` are for the reader. Beside it, `traps` is what `netloom lint` finds in the
//! snapshots, and `sentences`, where it is, what `netloom check` finds to hold. `NETLOOM_BLESS=1` writes what netloom says anew; what Linux says is `record.sh`'s.

use libtest_mimic::{Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A trial for each host.
pub(crate) fn trials(bless: bool) -> Vec<Trial> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/hosts");
    let entries = fs::read_dir(all).expect("the folder tests/hosts can be read");
    let mut hosts: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.join("questions").exists())
        .collect();
    hosts.sort();
    let mut trials = Vec::new();
    for host in hosts {
        let name = host.file_name().unwrap_or_default().to_string_lossy();
        let (questions, traps) = (format!("recorded::{name}"), format!("traps::{name}"));
        let again = host.clone();
        let sentences = host.join("sentences");
        if sentences.exists() {
            let (held, host) = (format!("sentences::{name}"), host.clone());
            trials.push(Trial::test(held, move || check(&host, &sentences)));
        }
        trials.push(Trial::test(questions, move || judge(&host, bless)));
        trials.push(Trial::test(traps, move || lint(&again, bless)));
    }
    trials
}

/// Holds sentences to the snapshots of a host.
fn check(host: &Path, sentences: &Path) -> Result<(), Failed> {
    let words = format!("check {}", sentences.display());
    match ask(&snapshots(host)?, &words)? {
        (_, 0) => Ok(()),
        (said, _) => Err(said.into()),
    }
}

/// Looks for traps in the snapshots of a host.
fn lint(host: &Path, bless: bool) -> Result<(), Failed> {
    let mut said = String::new();
    for snapshot in snapshots(host)? {
        said.push_str(&ask(&[snapshot], "lint")?.0);
    }
    let record = host.join("traps");
    if bless {
        return Ok(fs::write(record, said)?);
    }
    let recorded = fs::read_to_string(record)?;
    match recorded == said {
        true => Ok(()),
        false => Err(format!("recorded:\n{recorded}\nfound now:\n{said}").into()),
    }
}

/// Asks all questions of a host.
fn judge(host: &Path, bless: bool) -> Result<(), Failed> {
    let record = host.join("questions");
    let text = fs::read_to_string(&record)?;
    let snapshots = snapshots(host)?;
    let (mut said, mut wrong) = (String::new(), Vec::new());
    for part in parts(&text) {
        match Question::read(part) {
            None => said.push_str(part),
            Some(question) => {
                let (answer, code) = ask(&snapshots, question.words)?;
                let agrees = match code {
                    0 => question.reached,
                    1 => !question.reached,
                    // It meets what netloom does not know, which says nothing.
                    3 => true,
                    // It left the host, or its answer did.
                    4 => question.reached || answer.contains("=> the packet left "),
                    _ => false,
                };
                if !agrees {
                    wrong.push(format!("{}\nexit code {code}\n{answer}", question.head));
                }
                said.push_str(&question.head);
                said.push_str(&told(&answer));
                said.push_str(&question.after);
            }
        }
    }
    if !wrong.is_empty() {
        return Err(format!("Linux says otherwise:\n{}", wrong.join("\n")).into());
    }
    if bless {
        return Ok(fs::write(record, said)?);
    }
    match said == text {
        true => Ok(()),
        false => Err(format!("recorded:\n{text}\nsaid now:\n{said}").into()),
    }
}

fn snapshots(host: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut found = Vec::new();
    for entry in fs::read_dir(host)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "gz") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The text cut before each question and each comment.
fn parts(text: &str) -> Vec<&str> {
    let mut cuts: Vec<usize> = text
        .match_indices('\n')
        .map(|(at, _)| at + 1)
        .filter(|&at| text[at..].starts_with(['?', '#']))
        .collect();
    cuts.insert(0, 0);
    cuts.push(text.len());
    cuts.windows(2)
        .map(|ends| &text[ends[0]..ends[1]])
        .collect()
}

/// What is recorded of a question.
struct Question<'a> {
    /// The lines before what netloom says.
    head: String,
    words: &'a str,
    reached: bool,
    /// The lines behind it.
    after: String,
}

impl<'a> Question<'a> {
    fn read(part: &'a str) -> Option<Question<'a>> {
        let line = |start: &str| part.lines().find(|line| line.starts_with(start));
        let (asked, linux) = (line("? ")?, line("linux: ")?);
        let words = line("$ ")?;
        let after = line("linux, after that: ").map(|line| format!("{line}\n"));
        Some(Question {
            head: format!("{asked}\n{words}\n{linux}\n"),
            words: &words[2..],
            reached: linux == "linux: reached",
            after: after.unwrap_or_default(),
        })
    }
}

/// What netloom says of the snapshots, and its exit code.
fn ask(snapshots: &[PathBuf], words: &str) -> Result<(String, i32), Failed> {
    let mut words = words.split_whitespace();
    let mut command = Command::new(env!("CARGO_BIN_EXE_netloom"));
    command.args(words.next());
    for snapshot in snapshots {
        command.arg("--snapshot").arg(snapshot);
    }
    let output = command.args(words).env_remove("NETLOOM_WORLD").output()?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    Ok((said, output.status.code().unwrap_or(-1)))
}

/// The lines of an answer that are recorded: the verdicts, and the fix.
fn told(answer: &str) -> String {
    let mut fix = false;
    let mut told = String::new();
    for line in answer.lines() {
        fix |= line.starts_with("fix:");
        if fix || line.starts_with("=>") || line.starts_with("netloom") {
            told.push_str(line);
            told.push('\n');
        }
    }
    told
}
