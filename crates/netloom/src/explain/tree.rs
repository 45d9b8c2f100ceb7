//! The rules of a base chain that led to others, as a tree: a line for each rule that matched and for
//! those in between that did not, the deeper the more jumps away; what sets answered stands below.

use super::filter::{runs, tried, whose};
use super::lookup;
use netloom_model::journey::{ChainStep, ChainTrace};

/// Whether other chains were asked too: then what was tried is no sentence any more.
pub(super) fn is_one(trace: &ChainTrace) -> bool {
    trace.tried.iter().any(|step| step.chain != trace.chain)
}

/// The lines of a base chain and those that it led to.
pub(super) fn lines(trace: &ChainTrace) -> Vec<String> {
    let mut lines = Vec::new();
    let mut told = lookup::Telling::new(trace);
    // The chains that wait for the one that is asked.
    let mut way: Vec<&str> = vec![&trace.chain];
    let mut owner = None;
    for run in runs(&trace.tried) {
        let chain = run[0].chain.as_str();
        match way.iter().position(|name| *name == chain) {
            Some(at) => way.truncate(at + 1),
            None => way.push(chain),
        }
        let indent = "  ".repeat(way.len() - 1);
        // Whose rules they are is said once, until others follow.
        let now = whose(trace, &run[0]);
        let named = now.filter(|_| now != owner);
        owner = now;
        lines.push(format!("{indent}{}", tried(trace, run, named)));
        let answers = run.iter().flat_map(|step: &ChainStep| told.of(step));
        lines.extend(answers.map(|answer| format!("{indent}  {answer}")));
    }
    lines.extend(told.rest());
    lines
}
