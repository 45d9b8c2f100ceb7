//! The rules of a chain that a packet met: as a sentence, one by one, and which of them decided.

use super::command::exec;
use super::{lookup, meaning, owner, packet};
use netloom_model::NsName;
use netloom_model::journey::{
    ChainStep, ChainTrace, ChainVerdict, DropReason, Event, Journey, Stage, Step, Verdict,
};
use netloom_model::ruleset::{Hook, Rule, Ruleset, TableFamily, TableRef};
use netloom_model::state::Parts;
use netloom_tools::{Context, iptables, nft};
use std::collections::BTreeMap;

/// What is asked of the world to look rules up.
const RULESET: Parts = Parts {
    ruleset: true,
    ..Parts::NONE
};

/// Which rules a base chain tried, and what became of the packet.
pub(super) fn sentence(trace: &ChainTrace) -> String {
    let runs = runs(&trace.tried);
    let each = runs
        .iter()
        .map(|run| tried(trace, run, whose(trace, &run[0])));
    let mut parts: Vec<String> = each.collect();
    if parts.is_empty() {
        parts.push("no rules".to_owned());
    }
    format!("{}: {}: {}", name(trace), parts.join(", "), verdict(trace))
}

/// The same without the rules.
pub(super) fn heading(trace: &ChainTrace) -> String {
    format!("{}: {}", name(trace), verdict(trace))
}

/// What becomes of the packet.
fn verdict(trace: &ChainTrace) -> &'static str {
    match trace.verdict {
        ChainVerdict::Accept => "passes",
        ChainVerdict::Drop if trace.policy => "its policy drops it",
        ChainVerdict::Drop => "drops it",
        ChainVerdict::Reject => "rejects it",
        ChainVerdict::Forward => "sends it out of another device",
        ChainVerdict::Answer => "answers it in the place of its server",
        ChainVerdict::Unknown => "says what is not known",
    }
}

/// A line for each rule that was tried: the first part of it that did not match.
pub(super) fn details(trace: &ChainTrace) -> Vec<String> {
    let lines = |step: &ChainStep| {
        let asked = step.lookups.iter();
        let asked = asked.map(|asked| format!("  {}", lookup::sentence(&trace.table, asked)));
        Vec::from_iter([detail(trace, step)].into_iter().chain(asked))
    };
    trace.tried.iter().flat_map(lines).collect()
}

/// The line of a rule that was tried.
fn detail(trace: &ChainTrace, step: &ChainStep) -> String {
    let place = format!("{} {}", step.chain, step.number);
    let Some(rule) = &step.rule else {
        return format!("{place}: handle {} does not match", step.handle);
    };
    let whole = words(&trace.table, rule);
    match failed(trace, step) {
        Some(part) => format!("{place}: {whole}: not {part}"),
        None => format!("{place}: {whole}: matches{}", counted(rule)),
    }
}

/// A rule by its number, and its chain where that is another one than is asked.
pub(super) fn place(trace: &ChainTrace, step: &ChainStep) -> String {
    match step.chain == trace.chain {
        true => format!("rule {}", step.number),
        false => format!("rule {} of {}", step.number, step.chain),
    }
}

/// The first part of a rule that did not match, in words.
pub(super) fn failed(trace: &ChainTrace, step: &ChainStep) -> Option<String> {
    let statement = step
        .rule
        .as_ref()?
        .statements
        .get(step.failed? as usize)?
        .clone();
    let part = Rule {
        statements: vec![statement],
        ..Rule::default()
    };
    Some(words(&trace.table, &part))
}

/// What a rule counts.
fn counted(rule: &Rule) -> String {
    rule.counter().map_or_else(String::new, |counter| {
        let s = if counter.packets == 1 { "" } else { "s" };
        format!(
            " ({} packet{s}, {} bytes by now)",
            counter.packets, counter.bytes
        )
    })
}

/// A base chain with its table.
fn name(trace: &ChainTrace) -> String {
    let TableRef { family, name, .. } = &trace.table;
    format!("{} {name} {}", family.name(), trace.chain)
}

/// Rules of one chain that were tried one after the other, and none matched; or one that did.
pub(super) fn runs(tried: &[ChainStep]) -> Vec<&[ChainStep]> {
    let alike = |a: &ChainStep, b: &ChainStep| {
        a.chain == b.chain && !a.matched() && !b.matched() && a.number + 1 == b.number
    };
    tried.chunk_by(alike).collect()
}

/// Rules of one chain in words, with whose they are.
pub(super) fn tried(trace: &ChainTrace, run: &[ChainStep], owner: Option<&str>) -> String {
    let (first, last) = (&run[0], &run[run.len() - 1]);
    let mut within = String::new();
    if first.chain != trace.chain {
        within = format!(" of {}", first.chain);
    }
    if let Some(owner) = owner {
        within.push_str(&format!(" ({owner}'s)"));
    }
    match &first.rule {
        Some(rule) if first.matched() => {
            let words = words(&trace.table, rule);
            format!("rule {}{within} matches ({words})", first.number)
        }
        _ if first.number == last.number => format!("rule {}{within} does not match", first.number),
        _ => {
            let (from, to) = (first.number, last.number);
            format!("rules {from}-{to}{within} do not match")
        }
    }
}

/// Who made a rule: of one that did not match, who made its chain.
pub(super) fn whose(trace: &ChainTrace, step: &ChainStep) -> Option<&'static str> {
    match &step.rule {
        Some(rule) if step.matched() => owner::of_rule(&trace.table, &step.chain, rule),
        _ => owner::of_chain(&trace.table, &step.chain),
    }
}

/// A rule as it is written.
pub(crate) fn words(table: &TableRef, rule: &Rule) -> String {
    iptables::words(table, rule).unwrap_or_else(|| nft::words(table, rule))
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
    let table = &trace.table;
    let by = match trace.deciding() {
        Some(step) => {
            let rule = step.rule.as_deref()?;
            let owner = owner::of_rule(table, &step.chain, rule);
            let owner = owner.map_or_else(String::new, |owner| format!(", {owner}'s"));
            format!(
                "rule {} of chain {} in table {} of {ns} (handle {}{owner}): {}{}",
                step.number,
                step.chain,
                table.name,
                step.handle,
                words(table, rule),
                counted(rule),
            )
        }
        None => format!(
            "the policy of chain {} in table {} of {ns}",
            trace.chain, table.name
        ),
    };
    let lift = lifting(journey, verdict, trace);
    let look = match iptables::program(table) {
        Some(program) if table.family == TableFamily::Bridge => {
            format!("{program} -t {} -L --Ln --Lc", table.name)
        }
        Some(program) => format!("{program} -t {} -L -nv --line-numbers", table.name),
        None => format!("nft -a list table {} {}", table.family.name(), table.name),
    };
    let meaning = meaning::of(trace).map_or_else(String::new, |text| format!("; {text}"));
    let see = format!("{by}: see \"{}\"{lift}{meaning}", exec(ns, &look));
    Some(match bridged(journey, trace) {
        Some(setting) => {
            let spare = exec(
                ns,
                &format!("sysctl -w net.bridge.bridge-nf-call-{setting}=0"),
            );
            format!(
                "{see}; a bridge asks rules of IP since br_netfilter is loaded: \"{spare}\" spares its \
                 frames all of them"
            )
        }
        None => see,
    })
}

/// How a ban is lifted that fail2ban keeps: what is changed by hand comes back with its next start.
fn lifting(journey: &Journey, verdict: &Verdict, trace: &ChainTrace) -> String {
    let step = trace.deciding();
    let owner = step.and_then(|step| {
        let rule = step.rule.as_deref()?;
        owner::of_rule(&trace.table, &step.chain, rule)
    });
    let Verdict::Dropped { step: Some(at), .. } = verdict else {
        return String::new();
    };
    let upto = journey.steps.get(..=*at as usize).unwrap_or_default();
    let packet = upto.last().map(|step| step.packet);
    let own = upto.iter().rev();
    let own = own.filter(|step| Some(step.packet) == packet);
    let mut heads = own.filter_map(|step| step.head.as_ref());
    match (owner, heads.find_map(packet::flow)) {
        (Some("fail2ban"), Some(flow)) => {
            let unban = format!("fail2ban-client unban {}", flow.source);
            format!("; \"{unban}\" lifts the ban for good")
        }
        _ => String::new(),
    }
}

/// The setting by which a bridge asked these rules, if it was one that did.
fn bridged(journey: &Journey, trace: &ChainTrace) -> Option<&'static str> {
    let setting = match trace.table.family {
        TableFamily::Ip => "iptables",
        TableFamily::Ip6 => "ip6tables",
        TableFamily::Arp if trace.hook == Hook::Forward => "arptables",
        _ => return None,
    };
    let of = |step: &Step| matches!(&step.event, Event::Rules(found) if **found == *trace);
    let at = journey.steps.iter().position(of)?;
    let packet = journey.steps[at].packet;
    let before = journey.steps[..at].iter().rev();
    let mut before = before.filter(|step| step.packet == packet);
    let at_rules =
        |step: &&Step| matches!(step.stage, Stage::Rules | Stage::Conntrack | Stage::Confirm);
    let step = before.find(|step| !at_rules(step))?;
    let in_bridge = matches!(
        step.stage,
        Stage::BridgeReceive | Stage::BridgeForward | Stage::BridgeFlood | Stage::BridgeVlanOut
    );
    in_bridge.then_some(setting)
}

/// Where a rule says what netloom does not evaluate, nobody knows what becomes of the packet.
pub(super) fn admit(journey: &mut Journey) {
    let unknown = |journey: &Journey, verdict: &Verdict| {
        let Verdict::Dropped { ns, reason, .. } = verdict else {
            return None;
        };
        if *reason != DropReason::RuleUnknown {
            return None;
        }
        let trace = decided(journey, verdict)?;
        let step = trace.tried.last()?;
        let rule = step.rule.as_deref()?;
        let why = format!(
            "rule {} of chain {} in table {} of {ns} says what netloom does not evaluate: {}",
            step.number,
            step.chain,
            trace.table.name,
            words(&trace.table, rule)
        );
        Some(Verdict::Unknown { why })
    };
    if let Some(verdict) = unknown(journey, &journey.verdict) {
        journey.verdict = verdict;
    }
    if let Some(back) = &journey.back
        && let Some(verdict) = unknown(journey, back)
    {
        journey.back = Some(verdict);
    }
}

/// Looks up the rules that did not match: a journey tells their numbers alone.
///
/// # Errors
/// If the world cannot be asked.
pub(super) fn complete(cx: &mut Context<'_>, journey: &mut Journey) -> Result<(), String> {
    let mut known: BTreeMap<NsName, Ruleset> = BTreeMap::new();
    for step in &mut journey.steps {
        let Event::Rules(trace) = &mut step.event else {
            continue;
        };
        if !known.contains_key(&step.ns) {
            let state = cx.world.snapshot(Some(&step.ns), RULESET);
            let mut state = state.map_err(|e| e.to_string())?;
            let ns = state.namespaces.remove(&step.ns).unwrap_or_default();
            known.insert(step.ns.clone(), ns.ruleset);
        }
        let Some(table) = known[&step.ns].table(&trace.table) else {
            continue;
        };
        for tried in trace.tried.iter_mut().filter(|tried| tried.rule.is_none()) {
            let chain = table.chains.iter().find(|c| c.name == tried.chain);
            let rule = chain.and_then(|c| c.rules.get(tried.number as usize - 1));
            let rule = rule.filter(|rule| rule.handle == tried.handle);
            tried.rule = rule.cloned().map(Box::new);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::Time;
    use netloom_model::journey::JOURNEY_VERSION;
    use netloom_model::ruleset::statement::Statement;
    use netloom_model::ruleset::xt::XtMatch;

    fn step(stage: Stage, event: Event) -> Step {
        Step {
            packet: 0,
            at: Time(0),
            ns: NsName::new("r"),
            dev: None,
            stage,
            event,
            head: None,
            read: None,
        }
    }

    #[test]
    fn what_no_rule_can_say_is_unknown_and_named() {
        let rule = Rule {
            statements: vec![Statement::XtMatch(XtMatch::Comment("who knows".to_owned()))],
            ..Rule::default()
        };
        let trace = ChainTrace {
            table: TableRef::new(TableFamily::Ip, "filter"),
            chain: "FORWARD".to_owned(),
            hook: Hook::Forward,
            tried: vec![ChainStep {
                chain: "FORWARD".to_owned(),
                number: 3,
                handle: 9,
                failed: None,
                rule: Some(Box::new(rule)),
                lookups: Vec::new(),
            }],
            verdict: ChainVerdict::Unknown,
            policy: false,
        };
        let reason = DropReason::RuleUnknown;
        let mut journey = Journey {
            version: JOURNEY_VERSION,
            packets: Vec::new(),
            steps: vec![
                step(Stage::Rules, Event::Rules(Box::new(trace))),
                step(Stage::Rules, Event::Dropped(reason)),
            ],
            verdict: Verdict::Dropped {
                step: Some(1),
                ns: NsName::new("r"),
                dev: None,
                reason,
            },
            back: None,
            truncated: false,
        };
        admit(&mut journey);
        let why = "rule 3 of chain FORWARD in table filter of r says what netloom does not \
                   evaluate: -m comment --comment \"who knows\"";
        let why = why.to_owned();
        assert_eq!(journey.verdict, Verdict::Unknown { why });
    }
}
