//! What was seen on one side, in an order that does not hang on timing, and how two sides differ.

use core::time::Duration;
use std::fmt::Write;

/// Everything that was seen of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Transcript {
    pub(crate) entries: Vec<Entry>,
}

/// What was seen of one step.
#[derive(Clone, Debug, Eq)]
pub(crate) struct Entry {
    /// The step.
    pub(crate) about: String,
    pub(crate) lines: Vec<String>,
    /// When the last thing happened, counted from the step's beginning.
    pub(crate) quiet_after: Duration,
    /// Whether chance decides what is seen.
    by_chance: bool,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.about == other.about && self.lines == other.lines
    }
}

impl Entry {
    pub(crate) fn new(about: &str, lines: Vec<String>) -> Entry {
        Entry {
            about: about.to_owned(),
            lines,
            quiet_after: Duration::ZERO,
            by_chance: false,
        }
    }
}

impl Transcript {
    /// One line about one step.
    pub(crate) fn note(&mut self, about: &str, line: String) {
        self.entries.push(Entry::new(about, vec![line]));
    }

    /// Leaves open what another play of the same case with other chances shows otherwise.
    pub(crate) fn doubt(&mut self, other: &Transcript) {
        for entry in &mut self.entries {
            entry.by_chance |= !other.entries.contains(entry);
        }
        // What is seen with those chances alone.
        for (at, entry) in other.entries.iter().enumerate() {
            if !self.entries.iter().any(|mine| mine.about == entry.about) {
                let mut entry = entry.clone();
                entry.by_chance = true;
                self.entries.insert(at.min(self.entries.len()), entry);
            }
        }
    }

    /// As lines, to be kept beside a case and compared.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in &self.entries {
            lines.push(entry.about.clone());
            lines.extend(entry.lines.iter().map(|line| format!("    {line}")));
        }
        lines
    }
}

/// How two sides differ, step by step; empty where they do not.
pub(crate) fn difference(engine: &Transcript, kernel: &Transcript) -> String {
    let mut out = String::new();
    let mut tell = |about: &str, engine: &[String], kernel: &[String]| {
        if engine != kernel {
            let _ = writeln!(out, "{about}");
            only(&mut out, "engine", engine, kernel);
            only(&mut out, "kernel", kernel, engine);
        }
    };
    let mut rest = &kernel.entries[..];
    for entry in &engine.entries {
        let open = entry.by_chance;
        // What the kernel alone has to say of steps before this one.
        match rest.iter().position(|other| other.about == entry.about) {
            Some(at) => {
                for other in &rest[..at] {
                    tell(&other.about, &[], &other.lines);
                }
                if !open {
                    tell(&entry.about, &entry.lines, &rest[at].lines);
                }
                rest = &rest[at + 1..];
            }
            None if open => {}
            None => tell(&entry.about, &entry.lines, &[]),
        }
    }
    for other in rest {
        tell(&other.about, &[], &other.lines);
    }
    out
}

/// What differs first, without names and numbers, so that the same difference is known again in a
/// smaller case; from what [`difference`] told.
pub(crate) fn kind(told: &str) -> Option<String> {
    let mut lines = told.lines();
    let about = lines.next()?.split(' ').next()?;
    let detail: Vec<&str> = lines
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let side = detail.first().copied().unwrap_or_default();
    // Whose addresses and devices these are does not matter.
    let plain = |word: &&str| !word.contains(|c: char| c.is_ascii_digit() || c == ':');
    let detail: Vec<&str> = detail.into_iter().filter(plain).collect();
    Some(format!("{about} {side} {}", detail.join(" ")))
}

/// The lines that only one side has.
fn only(out: &mut String, who: &str, mine: &[String], other: &[String]) {
    let mut rest = other.to_vec();
    for line in mine {
        if let Some(at) = rest.iter().position(|l| l == line) {
            rest.remove(at);
        } else {
            let _ = writeln!(out, "    {who}: {line}");
        }
    }
}
