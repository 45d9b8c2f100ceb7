//! Changes of sets by which a packet passes: what ended it goes out of a set, or into one that lets it
//! pass. Where the set keeps a network, in ipset this one address can be excepted; of nft's it cannot.

use super::Candidate;
use crate::explain::command::exec;
use crate::explain::owner;
use netloom_model::ipset::{Entry, IpSetChange, Part};
use netloom_model::journey::{ChainStep, ChainTrace, LookedIn, Lookup};
use netloom_model::ruleset::change::RulesetChange;
use netloom_model::ruleset::set::{Element, ElementData};
use netloom_model::ruleset::statement::Verdict;
use netloom_model::ruleset::{DataType, TableRef, Value};
use netloom_model::{Change, Family, NsName};
use netloom_tools::{ipset, nft};

/// Sets that are asked for what would let a packet pass, at most.
const MOST: usize = 8;

/// Changes of the sets that had the packet end, and of those that could have let it pass.
pub(super) fn passing(ns: &NsName, trace: &ChainTrace) -> Vec<Candidate> {
    let at = At { ns, trace };
    let blamed = at.leading_there();
    let blamed = blamed.into_iter().flat_map(|step| at.of_step(step));
    // A rule that this answer kept from matching.
    let kept = |step: &&ChainStep| {
        let last = step.lookups.last();
        !step.matched() && last.map(|lookup| lookup.part) == step.failed
    };
    let others = trace.tried.iter().filter(kept);
    let others = others.flat_map(|step| at.of_step(step)).take(MOST);
    blamed.chain(others).collect()
}

/// A base chain that ended a packet.
struct At<'a> {
    ns: &'a NsName,
    trace: &'a ChainTrace,
}

impl<'a> At<'a> {
    /// The rule that decided, and those that led to its chain.
    fn leading_there(&self) -> Vec<&'a ChainStep> {
        let mut found = Vec::from_iter(self.trace.deciding());
        let Some(mut chain) = found.first().map(|step| &step.chain) else {
            return found;
        };
        for step in self.trace.tried.iter().rev() {
            let leads = |step: &ChainStep| {
                let by_map = step.lookups.iter().filter_map(verdict_chain);
                let own = step.rule.as_ref().and_then(|rule| rule.leads_to());
                own.into_iter().chain(by_map).any(|to| to == chain)
            };
            if *chain == self.trace.chain {
                break;
            }
            if step.matched() && leads(step) {
                found.push(step);
                chain = &step.chain;
            }
        }
        found
    }

    /// What would have the sets of a rule answer otherwise.
    fn of_step(&self, step: &ChainStep) -> Vec<Candidate> {
        let table = &self.trace.table;
        let program = owner::of_chain(table, &step.chain);
        if program.is_some_and(owner::keeps_sets) {
            return Vec::new();
        }
        // What a rule puts into a set is no answer of that.
        let asked = step.lookups.iter().filter(|l| l.change.is_none());
        asked.filter_map(|lookup| self.otherwise(lookup)).collect()
    }

    /// What would have a set answer otherwise, if it has a name and one element does that. A set of
    /// ports alone is not asked: what goes in or out there does so for everybody.
    fn otherwise(&self, lookup: &Lookup) -> Option<Candidate> {
        match &lookup.of {
            LookedIn::Nft {
                set: Some(set),
                map,
                types,
                key,
                element,
                ..
            } if types.iter().any(|kind| is_address(*kind)) => match element {
                None if *map => None,
                Some(element) if *map && !drops(element) => None,
                None => Some(self.add(set, types, key)),
                Some(element) => self.delete(set, types, element),
            },
            LookedIn::Nft { .. } => None,
            LookedIn::Ipset {
                set,
                member,
                family,
                key,
                element,
            } => {
                let address = |part: &Part| matches!(part, Part::Net { .. } | Part::Mac(_));
                if owner::of_ipset(set).is_some_and(owner::keeps_sets) || !key.iter().any(address) {
                    return None;
                }
                let set = member.as_ref().unwrap_or(set);
                self.ipset(set, *family, key, element.as_deref())
            }
        }
    }

    fn add(&self, set: &str, types: &[DataType], key: &[Value]) -> Candidate {
        let element = Element {
            from: key.to_vec(),
            ..Element::of(Value::default())
        };
        let words = nft::key_words(types, key);
        let add = RulesetChange::AddElements {
            table: self.trace.table.clone(),
            set: set.to_owned(),
            elements: vec![element],
            exclusive: false,
        };
        self.nft(add, "add", set, &words)
    }

    /// An element for one key goes; of a network or range more would go with it.
    fn delete(&self, set: &str, types: &[DataType], element: &Element) -> Option<Candidate> {
        let one = element.to.as_ref().is_none_or(|to| *to == element.from);
        if !one || element.catch_all {
            return None;
        }
        let words = nft::key_words(types, &element.from);
        let delete = RulesetChange::DelElements {
            table: self.trace.table.clone(),
            set: set.to_owned(),
            elements: vec![element.clone()],
        };
        Some(self.nft(delete, "delete", set, &words))
    }

    fn nft(&self, change: RulesetChange, verb: &str, set: &str, words: &str) -> Candidate {
        let TableRef { family, name, .. } = &self.trace.table;
        let family = family.name();
        let command = format!("nft {verb} element {family} {name} {set} {{ {words} }}");
        Candidate {
            change: Change::Ruleset {
                ns: self.ns.clone(),
                changes: vec![change],
            },
            command: exec(self.ns, &command),
        }
    }

    fn ipset(
        &self,
        set: &str,
        family: Option<Family>,
        key: &[Part],
        element: Option<&Entry>,
    ) -> Option<Candidate> {
        let mut entry = Entry::new(key.to_vec());
        let named = set.to_owned();
        let (verb, words, change) = match element {
            // It is there to say no: without it the network says yes.
            None => (
                "add",
                ipset::words(family, key),
                IpSetChange::Add {
                    set: named,
                    entry: Box::new(entry),
                    exist: false,
                },
            ),
            Some(own) if own.nomatch || own.parts == key => (
                "del",
                ipset::words(family, &own.parts),
                IpSetChange::Del {
                    set: named,
                    entry: Box::new(Entry::new(own.parts.clone())),
                    exist: false,
                },
            ),
            Some(own) => {
                let net = |part: &Part| matches!(part, Part::Net { .. });
                if !own.parts.iter().any(net) {
                    return None;
                }
                entry.nomatch = true;
                (
                    "add",
                    format!("{} nomatch", ipset::words(family, key)),
                    IpSetChange::Add {
                        set: named,
                        entry: Box::new(entry),
                        exist: false,
                    },
                )
            }
        };
        Some(Candidate {
            change: Change::IpSet {
                ns: self.ns.clone(),
                change,
            },
            command: exec(self.ns, &format!("ipset {verb} {set} {words}")),
        })
    }
}

/// Whether it says who a packet is from, or for whom.
fn is_address(kind: DataType) -> bool {
    matches!(
        kind,
        DataType::Ipv4Addr | DataType::Ipv6Addr | DataType::EtherAddr
    )
}

/// Whether an element of a map has packets end.
fn drops(element: &Element) -> bool {
    matches!(&element.data, Some(ElementData::Verdict(Verdict::Drop)))
}

/// The chain that a map's answer leads to.
fn verdict_chain(lookup: &Lookup) -> Option<&str> {
    let LookedIn::Nft { element, .. } = &lookup.of else {
        return None;
    };
    match element.as_ref()?.data.as_ref()? {
        ElementData::Verdict(verdict) => verdict.leads_to(),
        _ => None,
    }
}
