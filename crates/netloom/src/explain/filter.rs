//! The rules of a chain that a packet met, as a sentence.

use netloom_model::journey::{ChainStep, ChainTrace, ChainVerdict};

/// Which rules a base chain tried, and what became of the packet.
pub(super) fn sentence(trace: &ChainTrace) -> String {
    let verdict = match trace.verdict {
        ChainVerdict::Accept => "passes",
        ChainVerdict::Drop => "drops it",
        ChainVerdict::Reject => "rejects it",
        ChainVerdict::Unknown => "says what is not known",
    };
    let table = &trace.table;
    let name = format!("{} {} {}", table.family.name(), table.name, trace.chain);
    let mut parts: Vec<String> = runs(&trace.tried)
        .iter()
        .map(|run| tried(trace, run))
        .collect();
    if parts.is_empty() {
        parts.push("no rules".to_owned());
    }
    format!("{name}: {}: {verdict}", parts.join(", "))
}

/// Rules of one chain that were tried one after the other, and all matched or all did not.
fn runs(tried: &[ChainStep]) -> Vec<&[ChainStep]> {
    let alike = |a: &ChainStep, b: &ChainStep| {
        a.chain == b.chain && a.failed.is_some() && b.failed.is_some()
    };
    tried.chunk_by(alike).collect()
}

fn tried(trace: &ChainTrace, run: &[ChainStep]) -> String {
    let (first, last) = (&run[0], &run[run.len() - 1]);
    let within = match first.chain == trace.chain {
        true => String::new(),
        false => format!(" of {}", first.chain),
    };
    match (first.failed, first.number == last.number) {
        (None, _) => format!("rule {}{within} matches", first.number),
        (Some(_), true) => format!("rule {}{within} does not match", first.number),
        (Some(_), false) => {
            format!(
                "rules {}-{}{within} do not match",
                first.number, last.number
            )
        }
    }
}
