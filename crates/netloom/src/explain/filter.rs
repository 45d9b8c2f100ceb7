//! The rules of a chain that a packet met: as a sentence, and which of them decided.

use super::command::exec;
use netloom_model::NsName;
use netloom_model::journey::{ChainStep, ChainTrace, ChainVerdict, Event, Journey, Verdict};
use netloom_model::ruleset::{Rule, TableRef};
use netloom_tools::iptables;

/// Which rules a base chain tried, and what became of the packet.
pub(super) fn sentence(trace: &ChainTrace) -> String {
    let verdict = match trace.verdict {
        ChainVerdict::Accept => "passes",
        ChainVerdict::Drop => "drops it",
        ChainVerdict::Reject => "rejects it",
        ChainVerdict::Unknown => "says what is not known",
    };
    let runs = runs(&trace.tried);
    let mut parts: Vec<String> = runs.iter().map(|run| tried(trace, run)).collect();
    if parts.is_empty() {
        parts.push("no rules".to_owned());
    }
    format!("{}: {}: {verdict}", name(trace), parts.join(", "))
}

/// A base chain with its table.
fn name(trace: &ChainTrace) -> String {
    let TableRef { family, name, .. } = &trace.table;
    format!("{} {name} {}", family.name(), trace.chain)
}

/// Rules of one chain that were tried one after the other, and none matched; or one that did.
fn runs(tried: &[ChainStep]) -> Vec<&[ChainStep]> {
    let alike = |a: &ChainStep, b: &ChainStep| {
        a.chain == b.chain && a.failed.is_some() && b.failed.is_some()
    };
    tried.chunk_by(alike).collect()
}

fn tried(trace: &ChainTrace, run: &[ChainStep]) -> String {
    let (first, last) = (&run[0], &run[run.len() - 1]);
    let within = if first.chain == trace.chain {
        String::new()
    } else {
        format!(" of {}", first.chain)
    };
    match (&first.rule, first.number == last.number) {
        (Some(rule), _) => {
            let words = words(&trace.table, rule);
            format!("rule {}{within} matches ({words})", first.number)
        }
        (None, true) => format!("rule {}{within} does not match", first.number),
        (None, false) => {
            let (from, to) = (first.number, last.number);
            format!("rules {from}-{to}{within} do not match")
        }
    }
}

/// A rule as it is written.
fn words(table: &TableRef, rule: &Rule) -> String {
    iptables::words(table, rule).unwrap_or_else(|| format!("handle {}", rule.handle))
}

/// The base chain that ended a packet.
pub(super) fn decided<'j>(journey: &'j Journey, verdict: &Verdict) -> Option<&'j ChainTrace> {
    let Verdict::Dropped { step: Some(at), .. } = verdict else {
        return None;
    };
    let upto = journey.steps.get(..*at as usize)?;
    let packet = journey.steps.get(*at as usize)?.packet;
    let mut before = upto.iter().rev().filter(|step| step.packet == packet);
    before.find_map(|step| match &step.event {
        Event::Rules(trace) => Some(&**trace),
        _ => None,
    })
}

/// What to look at where rules ended a packet.
pub(super) fn hint(ns: &NsName, journey: &Journey, verdict: &Verdict) -> Option<String> {
    let trace = decided(journey, verdict)?;
    let by = match trace.tried.last() {
        Some(ChainStep {
            chain,
            number,
            rule: Some(rule),
            ..
        }) => format!(
            "rule {number} of chain {chain} in table {} of {ns}: {}",
            trace.table.name,
            words(&trace.table, rule)
        ),
        _ => format!(
            "the policy of chain {} in table {} of {ns}",
            trace.chain, trace.table.name
        ),
    };
    let look = match iptables::program(&trace.table) {
        Some(program) => format!("{program} -t {} -L -nv --line-numbers", trace.table.name),
        None => format!(
            "nft -a list table {} {}",
            trace.table.family.name(),
            trace.table.name
        ),
    };
    Some(format!("{by}: see \"{}\"", exec(ns, &look)))
}
