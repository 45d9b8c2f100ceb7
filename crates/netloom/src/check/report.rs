//! What was found, for people and for programs.

use super::judge::{Judged, Judgement, Outcome};
use super::parse::Assertion;
use serde_json::{Value, json};
use std::fmt::Write;

/// The version of the JSON's form; it grows when a reader must know.
const VERSION: u32 = 1;

/// A line a sentence; below one that does not hold, why.
pub(super) fn table(judged: &[(Assertion, Judged)]) -> String {
    let mut out = String::new();
    for (assertion, judged) in judged {
        let word = match judged.outcome {
            Outcome::Passed => "ok",
            Outcome::Unknown => "unknown",
            Outcome::Failed => "FAILED",
        };
        let _ = writeln!(out, "{word:<8}{:>3}  {}", assertion.line, assertion.text);
        for line in reasons(judged) {
            let _ = writeln!(out, "{:13}{line}", "");
        }
    }
    let _ = writeln!(out, "{}", counts(judged));
    out
}

/// How many sentences hold.
fn counts(judged: &[(Assertion, Judged)]) -> String {
    let of = |outcome| judged.iter().filter(|(_, j)| j.outcome == outcome).count();
    let all = [Outcome::Passed, Outcome::Failed, Outcome::Unknown];
    let told = all.map(|outcome| (of(outcome), outcome.name()));
    let told = told
        .iter()
        .filter(|(count, name)| *count > 0 || *name == "passed");
    let told: Vec<String> = told
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    told.join(", ")
}

/// Why a sentence does not hold: the first packet of which it is not true, and how many others.
pub(super) fn reasons(judged: &Judged) -> Vec<String> {
    let mut wrong = judged
        .packets
        .iter()
        .filter(|packet| packet.outcome == judged.outcome);
    let Some(first) = wrong.next().filter(|_| judged.outcome != Outcome::Passed) else {
        return Vec::new();
    };
    let mut lines = lines(first);
    let others = wrong.count();
    if others > 0 {
        let s = if others == 1 { "" } else { "s" };
        lines.push(format!(
            "and {others} more packet{s} of {}",
            judged.packets.len()
        ));
    }
    lines
}

fn lines(packet: &Judgement) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", packet.says, packet.why)];
    lines.extend(packet.evidence.iter().map(|line| format!("  {line}")));
    lines.extend(packet.fix.iter().map(|line| format!("  fix: {line}")));
    lines
}

/// The same for programs: `docs/check.md` says what there is.
pub(super) fn json(file: &str, judged: &[(Assertion, Judged)]) -> Value {
    let packet = |packet: &Judgement| {
        json!({
            "packet": packet.says,
            "outcome": packet.outcome.name(),
            "why": packet.why,
            "evidence": packet.evidence,
            "fix": packet.fix,
        })
    };
    let all = judged.iter().map(|(assertion, judged)| {
        json!({
            "line": assertion.line,
            "text": assertion.text,
            "outcome": judged.outcome.name(),
            "packets": judged.packets.iter().map(packet).collect::<Vec<_>>(),
        })
    });
    json!({ "version": VERSION, "file": file, "assertions": all.collect::<Vec<_>>() })
}
