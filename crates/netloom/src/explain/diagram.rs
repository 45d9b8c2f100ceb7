//! A journey as a diagram: Mermaid's sequence diagram, Graphviz' digraph.

use super::text;
use netloom_model::journey::{Event, Journey, Step};
use std::fmt::Write;

/// The steps that a diagram shows.
fn shown(journey: &Journey) -> impl Iterator<Item = &Step> {
    journey.steps.iter().filter(|step| {
        matches!(
            step.event,
            Event::Crossed { .. }
                | Event::Carried { .. }
                | Event::Flooded { .. }
                | Event::Routed(_)
                | Event::Waits { .. }
                | Event::Arp { .. }
                | Event::Ttl { .. }
                | Event::Answered { .. }
                | Event::Delivered { .. }
                | Event::Assumed { .. }
                | Event::LeftHost { .. }
                | Event::Left
                | Event::Dropped(_)
        )
    })
}

/// An identifier that both languages take.
fn id(place: &str) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("p_{}", place.chars().map(clean).collect::<String>())
}

/// The other end of a crossing.
fn target(step: &Step) -> Option<String> {
    let (Event::Crossed { ns, dev } | Event::Carried { ns, dev, .. }) = &step.event else {
        return None;
    };
    let first = ns.is_first();
    Some(if first {
        dev.clone()
    } else {
        format!("{}/{dev}", ns.as_str())
    })
}

fn places(journey: &Journey) -> Vec<String> {
    let mut places = Vec::new();
    for step in shown(journey) {
        for place in [Some(text::place(step)), target(step)]
            .into_iter()
            .flatten()
        {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    places
}

/// <https://mermaid.js.org/syntax/sequenceDiagram.html>
pub(super) fn mermaid(journey: &Journey) -> String {
    let mut out = String::from("sequenceDiagram\n");
    for place in places(journey) {
        let _ = writeln!(out, "    participant {} as {place}", id(&place));
    }
    for step in shown(journey) {
        let here = id(&text::place(step));
        let said = text::sentence(step).replace([';', '#'], ",");
        match target(step) {
            Some(there) => {
                let _ = writeln!(out, "    {here}->>{}: #35;{}", id(&there), step.packet);
            }
            None => {
                let _ = writeln!(out, "    Note over {here}: {said}");
            }
        }
    }
    out
}

/// <https://graphviz.org/doc/info/lang.html>
pub(super) fn dot(journey: &Journey) -> String {
    let mut out = String::from("digraph journey {\n    rankdir=LR;\n    node [shape=box];\n");
    for place in places(journey) {
        let said: Vec<String> = shown(journey)
            .filter(|s| text::place(s) == place && target(s).is_none())
            .map(|s| format!("{}\\l", text::sentence(s).replace('"', "'")))
            .collect();
        let _ = writeln!(
            out,
            "    {} [label=\"{place}\\n{}\"];",
            id(&place),
            said.concat()
        );
    }
    for (number, step) in shown(journey).enumerate() {
        if let Some(there) = target(step) {
            let (here, there) = (id(&text::place(step)), id(&there));
            let _ = writeln!(out, "    {here} -> {there} [label=\"{}\"];", number + 1);
        }
    }
    out.push_str("}\n");
    out
}
