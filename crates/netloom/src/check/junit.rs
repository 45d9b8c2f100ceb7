//! What was found as the XML that JUnit's ant task began to write and systems that run tests read: a case a
//! sentence. What is unknown is an error there, for it was not tested.

use super::judge::{Judged, Outcome};
use super::parse::Assertion;
use super::report;
use std::fmt::Write;

/// The whole document.
pub(super) fn document(file: &str, judged: &[(Assertion, Judged)]) -> String {
    let of = |outcome| judged.iter().filter(|(_, j)| j.outcome == outcome).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\"",
        judged.len(),
        of(Outcome::Failed),
        of(Outcome::Unknown)
    );
    let name = escaped(file);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites {counts}>");
    let _ = writeln!(out, "  <testsuite name=\"{name}\" {counts}>");
    for (assertion, judged) in judged {
        let case = format!(
            "    <testcase classname=\"{name}\" name=\"{}\" file=\"{name}\" line=\"{}\"",
            escaped(&assertion.text),
            assertion.line
        );
        let element = match judged.outcome {
            Outcome::Passed => {
                let _ = writeln!(out, "{case}/>");
                continue;
            }
            Outcome::Failed => "failure",
            Outcome::Unknown => "error",
        };
        let reasons = report::reasons(judged);
        let message = escaped(reasons.first().map_or("", String::as_str));
        let _ = writeln!(out, "{case}>");
        let text = escaped(&reasons.join("\n"));
        let _ = writeln!(
            out,
            "      <{element} message=\"{message}\">{text}</{element}>"
        );
        let _ = writeln!(out, "    </testcase>");
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// Text where XML's own characters mean nothing; what XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_cannot_end_its_quotes() {
        assert_eq!(
            escaped("a < \"b\" & \u{1}c\u{fffe}"),
            "a &lt; &quot;b&quot; &amp; c"
        );
    }
}
