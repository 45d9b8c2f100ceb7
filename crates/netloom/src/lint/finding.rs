//! What was found, and how it is told.

use crate::shell;
use serde::Serialize;
use std::fmt::Write;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// It works, but is not what it looks like.
    Note,
    /// Some packets are lost, or will be.
    Warning,
    /// What it is there for cannot work.
    Error,
}

impl Severity {
    const fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A trap that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// The trap's name.
    pub(crate) trap: &'static str,
    /// The namespace; empty for the first.
    pub(crate) namespace: String,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// What is wrong, as a sentence.
    pub(crate) text: String,
    /// What shows it, as the familiar commands print it.
    pub(crate) evidence: Vec<String>,
    /// Commands that mend it.
    pub(crate) fix: Vec<String>,
}

impl Finding {
    /// A finding without evidence; whose trap and namespace it is follows from where it was found.
    pub(crate) fn new(severity: Severity, text: impl Into<String>) -> Finding {
        Finding {
            trap: "",
            namespace: String::new(),
            severity,
            text: text.into(),
            evidence: Vec::new(),
            fix: Vec::new(),
        }
    }

    /// With a line that shows it.
    pub(crate) fn seen(mut self, line: impl Into<String>) -> Finding {
        self.evidence.push(line.into());
        self
    }

    /// With a command that mends it.
    pub(crate) fn mended_by(mut self, command: impl Into<String>) -> Finding {
        self.fix.push(shell::typed(&command.into()));
        self
    }
}

/// Findings for people to read.
pub(crate) fn text(found: &[Finding]) -> String {
    if found.is_empty() {
        return "nothing was found\n".to_owned();
    }
    let mut text = String::new();
    for one in found {
        let place = match one.namespace.as_str() {
            "" => String::new(),
            name => format!(" in {name}"),
        };
        let _ = writeln!(
            text,
            "{}: {}{place}: {}",
            one.severity.name(),
            one.trap,
            one.text
        );
        for line in &one.evidence {
            let _ = writeln!(text, "    {line}");
        }
        for command in &one.fix {
            let _ = writeln!(text, "  fix: {command}");
        }
    }
    text
}

/// Findings for programs to read.
pub(crate) fn json(found: &[Finding]) -> String {
    let text = serde_json::to_string_pretty(found).unwrap_or_default();
    text + "\n"
}
