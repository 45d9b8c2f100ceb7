//! What sets and maps answered to rules: a line each.

use super::filter::place;
use netloom_model::journey::{ChainStep, ChainTrace, LookedIn, Lookup, SetChange};
use netloom_model::ruleset::TableRef;
use netloom_model::ruleset::set::ElementData;
use netloom_tools::{ipset, nft};
use serde_json::{Value, json};

/// How many answers of rules that did not match are told where not everything is.
const MOST: usize = 4;

/// What is worth knowing without asking for more: of rules that matched the answers that their words do
/// not tell, and for which keys sets with names had nothing.
pub(super) struct Telling<'t> {
    table: &'t TableRef,
    /// Answers to rules that did not match.
    missed: usize,
}

impl<'t> Telling<'t> {
    pub(super) fn new(trace: &'t ChainTrace) -> Telling<'t> {
        Telling {
            table: &trace.table,
            missed: 0,
        }
    }

    /// The answers to one rule.
    pub(super) fn of(&mut self, step: &ChainStep) -> Vec<String> {
        let mut lines = Vec::new();
        for lookup in step.lookups.iter().filter(|l| says_more(l, step)) {
            self.missed += usize::from(!step.matched());
            if step.matched() || self.missed <= MOST {
                lines.push(sentence(self.table, lookup));
            }
        }
        lines
    }

    /// How many were left out.
    pub(super) fn rest(&self) -> Option<String> {
        let left = self.missed.checked_sub(MOST).filter(|left| *left > 0)?;
        let s = if left == 1 { "" } else { "s" };
        Some(format!(
            "and {left} more answer{s} to rules that do not match (--detail)"
        ))
    }
}

/// The answers to all rules of a chain, each with the rule.
pub(super) fn told(trace: &ChainTrace) -> Vec<String> {
    let mut telling = Telling::new(trace);
    let mut lines = Vec::new();
    for step in &trace.tried {
        let place = place(trace, step);
        let answers = telling.of(step).into_iter();
        lines.extend(answers.map(|answer| format!("{place}: {answer}")));
    }
    lines.extend(telling.rest());
    lines
}

/// Whether an answer says more than that its rule matched, or did not.
fn says_more(lookup: &Lookup, step: &ChainStep) -> bool {
    if lookup.name().is_some() {
        return true;
    }
    match &lookup.of {
        LookedIn::Nft {
            map,
            element: Some(element),
            ..
        } => step.matched() && (*map || element.to.is_some()),
        _ => false,
    }
}

/// An answer in words.
pub(super) fn sentence(table: &TableRef, lookup: &Lookup) -> String {
    let words = Words::of(table, lookup);
    let asked = match (&lookup.of, lookup.name()) {
        (LookedIn::Ipset { set, .. }, _) => format!("ipset {set}"),
        (LookedIn::Nft { map: false, .. }, Some(name)) => format!("set {name}"),
        (LookedIn::Nft { .. }, Some(name)) => format!("map {name}"),
        (LookedIn::Nft { map: false, .. }, None) => "its set".to_owned(),
        (LookedIn::Nft { .. }, None) => "its map".to_owned(),
    };
    let key = &words.key;
    let change = match lookup.change {
        Some(SetChange::Added) => Some(format!("{asked} gets {key}")),
        Some(SetChange::Kept) => Some(format!("{asked} has {key} already")),
        Some(SetChange::Removed) => Some(format!("{asked} loses {key}")),
        Some(SetChange::Full) => Some(format!("{asked} has no room for {key}")),
        None => None,
    };
    if let Some(mut said) = change {
        if let Some(value) = &words.value {
            said.push_str(&format!(": {value}"));
        }
        return said;
    }
    let Some(element) = &words.element else {
        return format!("{asked} has no {}", words.key);
    };
    let mut said = format!("{asked} has {}", words.key);
    if let Some(member) = words.member {
        said.push_str(&format!(", in ipset {member}"));
    }
    if *element != words.key {
        said.push_str(&format!(", by {element}"));
    }
    if words.says_no {
        said.push_str(", which is to say no (nomatch)");
    }
    if let Some(value) = &words.value {
        said.push_str(&format!(": {value}"));
    }
    said
}

/// An answer for programs.
pub(super) fn json(table: &TableRef, lookup: &Lookup) -> Value {
    let words = Words::of(table, lookup);
    let kind = match &lookup.of {
        LookedIn::Ipset { .. } => "ipset",
        LookedIn::Nft { map: true, .. } => "map",
        LookedIn::Nft { map: false, .. } => "set",
    };
    json!({
        "kind": kind,
        "name": lookup.name(),
        "member": words.member,
        "part": lookup.part,
        "inverted": lookup.inverted,
        "change": lookup.change.map(SetChange::name),
        "key": words.key,
        "element": words.element,
        "value": words.value,
        "text": sentence(table, lookup),
    })
}

/// The parts of an answer in words.
struct Words<'l> {
    key: String,
    /// The key of the element.
    element: Option<String>,
    /// What a map has for it.
    value: Option<String>,
    member: Option<&'l str>,
    /// The element stands for what is not in the set.
    says_no: bool,
}

impl Words<'_> {
    fn of<'l>(table: &TableRef, lookup: &'l Lookup) -> Words<'l> {
        match &lookup.of {
            LookedIn::Nft {
                types,
                key,
                element,
                data: kinds,
                ..
            } => {
                let element = element.as_deref();
                let data = element.and_then(|element| element.data.as_ref());
                Words {
                    key: nft::key_words(types, key),
                    element: element.map(|element| nft::element_words(table, types, element)),
                    value: data.map(|data: &ElementData| nft::data_words(table, kinds, data)),
                    member: None,
                    says_no: false,
                }
            }
            LookedIn::Ipset {
                member,
                family,
                key,
                element,
                ..
            } => Words {
                key: ipset::words(*family, key),
                element: element.as_ref().map(|e| ipset::words(*family, &e.parts)),
                value: None,
                member: member.as_deref(),
                says_no: element.as_ref().is_some_and(|element| element.nomatch),
            },
        }
    }
}
