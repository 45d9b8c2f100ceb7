//! A journey in few words, for those who ask many questions: how it ended, what decided, which way it went.

use super::packet::{self, Flow};
use super::{filter, hint, text};
use netloom_model::NsName;
use netloom_model::journey::{Event, Journey, Origin, Step, Verdict};

/// How it ended, as the end of a sentence.
pub(crate) fn verdict(verdict: &Verdict) -> String {
    let whole = text::verdict(verdict, "it");
    whole.trim_start_matches("=> ").to_owned()
}

/// The packet that was asked about and its copies, step by step.
fn own(journey: &Journey) -> impl DoubleEndedIterator<Item = &Step> {
    let mut ids = vec![0];
    for packet in &journey.packets {
        let copied = packet.origin == Origin::Copy;
        if copied && packet.parent.is_some_and(|parent| ids.contains(&parent)) {
            ids.push(packet.id);
        }
    }
    let steps = journey.steps.iter();
    steps.filter(move |step| ids.contains(&step.packet))
}

/// What the packet looked like when it was last seen.
pub(crate) fn ends_as(journey: &Journey) -> Option<Flow> {
    own(journey)
        .rev()
        .find_map(|step| packet::flow(step.head.as_ref()?))
}

/// The devices that it came to, in order.
pub(crate) fn devices(journey: &Journey) -> Vec<(&NsName, &str)> {
    let mut all: Vec<(&NsName, &str)> = Vec::new();
    for step in own(journey) {
        let Some(dev) = step.dev.as_deref() else {
            continue;
        };
        let place = (&step.ns, dev);
        if all.last() != Some(&place) {
            all.push(place);
        }
        if let Event::Crossed { ns, dev } | Event::Carried { ns, dev, .. } = &step.event {
            all.push((ns, dev));
        }
    }
    all.dedup();
    all
}

/// The way that it went, device by device.
pub(crate) fn way(journey: &Journey) -> String {
    let named = |(ns, dev): &(&NsName, &str)| match ns.is_first() {
        true => (*dev).to_owned(),
        false => format!("{ns}/{dev}"),
    };
    let all: Vec<String> = devices(journey).iter().map(named).collect();
    all.join(", ")
}

/// What stopped it, or its answer: where, and what to look at.
pub(crate) fn stopped_by(journey: &Journey) -> Vec<String> {
    let mut lines = Vec::new();
    for ended in [Some(&journey.verdict), journey.back.as_ref()] {
        let Some(ended @ Verdict::Dropped { step, .. }) = ended else {
            continue;
        };
        let at = step.and_then(|at| journey.steps.get(at as usize));
        let place = at.map_or_else(String::new, |at| format!("{}: ", text::place(at)));
        let hint = hint::of(journey, ended);
        lines.extend(hint.map(|hint| format!("{place}{hint}")));
    }
    lines
}

/// What let it through: every chain that it passed where rules of filters were asked, with the rule that accepted it.
pub(crate) fn let_through_by(journey: &Journey) -> Vec<String> {
    let chains = own(journey).filter_map(|step| match &step.event {
        Event::Rules(trace) if trace.table.name != "nat" => Some((step, trace)),
        _ => None,
    });
    let said =
        chains.map(|(step, trace)| format!("{}: {}", text::place(step), filter::sentence(trace)));
    let mut lines: Vec<String> = said.collect();
    lines.dedup();
    if lines.is_empty() {
        lines.push(format!(
            "no rules are asked on its way over {}",
            way(journey)
        ));
    }
    lines
}
