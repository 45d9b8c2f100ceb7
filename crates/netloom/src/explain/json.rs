//! A journey as JSON, for programs: `docs/explain.schema.json` says what there is. Names and texts are
//! those of the text view.

use super::{Fix, filter, hint, lookup, owner, packet, step, text};
use netloom_model::journey::{ChainTrace, Event, Head, Journey, RouteTrace, Step, Verdict};
use netloom_model::ruleset::Rule;
use serde_json::{Map, Value, json};

/// The whole journey, on one line.
pub(super) fn render(journey: &Journey, fix: &Fix) -> Value {
    let packets = journey.packets.iter().map(|p| {
        let mut packet = json!({
            "id": p.id,
            "origin": p.origin,
            "parent": p.parent,
            "what": packet::describe(&p.head),
        });
        packet["head"] = head(&p.head);
        packet
    });
    let mut value = json!({
        "version": journey.version,
        "verdict": verdict(journey, &journey.verdict),
        "back": journey.back.as_ref().map(|back| verdict(journey, back)),
        "packets": packets.collect::<Vec<_>>(),
        "steps": journey.steps.iter().map(one_step).collect::<Vec<_>>(),
        "truncated": journey.truncated,
    });
    if let Fix::Tried(found) = fix {
        value["fix"] = json!(found.as_ref().map(|found| {
            let commands = found.commands.iter();
            commands
                .map(|command| crate::shell::typed(command))
                .collect::<Vec<_>>()
        }));
    }
    value
}

fn verdict(journey: &Journey, verdict: &Verdict) -> Value {
    let (outcome, mut value) = named(verdict);
    value.insert("outcome".to_owned(), outcome);
    if let Verdict::Dropped { reason, .. } = verdict {
        value.insert("text".to_owned(), reason.text().into());
        value.insert("hint".to_owned(), hint::of(journey, verdict).into());
    }
    value.into()
}

fn one_step(step: &Step) -> Value {
    let (event, data) = match &step.event {
        Event::Routed(trace) => ("routed".into(), routed(trace)),
        Event::Rules(trace) => ("rules".into(), rules(trace)),
        Event::Confirmed(connection) => {
            let only = ("connection".to_owned(), json!(connection));
            ("confirmed".into(), Map::from_iter([only]))
        }
        event => named(event),
    };
    let mut value = json!({
        "packet": step.packet,
        "at_ns": step.at.0,
        "ns": step.ns,
        "dev": step.dev,
        "stage": step.stage,
        "function": step.stage.function(),
        "event": event,
        "data": data,
        "text": text::sentence(step),
        "head": step.head.as_ref().map(head),
    });
    if step.read.is_some() {
        value["read"] = step::json(step);
    }
    value
}

/// The variant's name, and what it holds.
fn named(variant: &impl serde::Serialize) -> (Value, Map<String, Value>) {
    match serde_json::to_value(variant) {
        Ok(Value::Object(map)) => match map.into_iter().next() {
            Some((name, Value::Object(fields))) => (name.into(), fields),
            Some((name, value)) => (
                name.into(),
                [("reason".to_owned(), value)].into_iter().collect(),
            ),
            None => (Value::Null, Map::new()),
        },
        Ok(name) => (name, Map::new()),
        Err(_) => (Value::Null, Map::new()),
    }
}

fn routed(trace: &RouteTrace) -> Map<String, Value> {
    let rules = trace
        .rules
        .iter()
        .map(|(rule, outcome)| json!({ "rule": super::rule::rule_text(rule), "outcome": outcome }));
    let route = trace.route.as_ref();
    let value = json!({
        "to": trace.to,
        "from": trace.from,
        "rules": rules.collect::<Vec<_>>(),
        "route": route.map(|route| text::route_text(route, trace.dev.as_deref())),
        "multipath": trace.choice,
        "next_hop": trace.next_hop,
        "dev": trace.dev,
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// A base chain with the rules that were tried, in their own words.
fn rules(trace: &ChainTrace) -> Map<String, Value> {
    let tried = trace.tried.iter().map(|step| {
        let rule = step.rule.as_deref();
        let lookups = step.lookups.iter();
        let lookups = lookups.map(|asked| lookup::json(&trace.table, asked));
        json!({
            "chain": step.chain,
            "number": step.number,
            "handle": step.handle,
            "rule": rule.map(|rule| filter::words(&trace.table, rule)),
            "owner": rule.and_then(|rule| owner::of_rule(&trace.table, &step.chain, rule)),
            "counter": rule.and_then(Rule::counter),
            "matched": step.matched(),
            "failed": filter::failed(trace, step),
            "lookups": lookups.collect::<Vec<_>>(),
        })
    });
    let value = json!({
        "table": trace.table.name,
        "family": trace.table.family.name(),
        "chain": trace.chain,
        "hook": trace.hook.name(),
        "tried": tried.collect::<Vec<_>>(),
        "verdict": trace.verdict,
        "policy": trace.policy,
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn head(head: &Head) -> Value {
    let hex: String = head
        .bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let link_type = if head.ethernet { "ethernet" } else { "ip" };
    json!({ "link_type": link_type, "len": head.len, "bytes": hex })
}
