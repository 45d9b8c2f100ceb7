//! What rules of a namespace remember under a name, which others of them share: as long as one of them
//! is there.

use super::hashlimit;
use super::recent::{self, Seen};
use crate::filter::compile::{Op, Rule};
use crate::filter::facts::Facts;
use crate::filter::generate::Generators;
use crate::packet::Packet;
use netloom_model::Time;
use netloom_model::ruleset::xt::{Hashlimit, Recent, XtMatch};
use std::collections::{BTreeMap, BTreeSet};

/// What rules of a namespace remember.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remembered {
    /// Lists of addresses by name.
    recent: BTreeMap<String, recent::List>,
    /// Tables of buckets by name, for IPv6 or not.
    hashlimit: BTreeMap<(String, bool), hashlimit::Table>,
    /// Numbers one after the other.
    pub(in crate::filter) generators: Generators,
}

impl Remembered {
    /// Makes what rules ask for that is not there, and forgets what none asks for any more.
    pub(in crate::filter) fn follow<'a>(&mut self, rules: impl Iterator<Item = &'a Rule>) {
        let (mut lists, mut tables) = (BTreeSet::new(), BTreeSet::new());
        for op in rules.flat_map(|rule| &rule.ops) {
            let Op::Match(found) = op else {
                continue;
            };
            match &**found {
                XtMatch::Recent(asked) => {
                    lists.insert(asked.name.as_str());
                    let list = self.recent.entry(asked.name.clone()).or_default();
                    list.reserve(asked.hit_count);
                }
                XtMatch::Hashlimit(asked) => {
                    tables.insert(asked.name.as_str());
                }
                _ => {}
            }
        }
        self.recent.retain(|name, _| lists.contains(name.as_str()));
        self.hashlimit
            .retain(|(name, _), _| tables.contains(name.as_str()));
        self.generators.forget();
    }

    pub(super) fn recent(&mut self, asked: &Recent, seen: Seen) -> bool {
        match self.recent.get_mut(&asked.name) {
            Some(list) => list.ask(asked, seen),
            None => asked.action.matches(false),
        }
    }

    /// Whether a packet is under a limit, or above it; none if it cannot be told.
    pub(super) fn hashlimit(
        &mut self,
        asked: &Hashlimit,
        facts: &Facts,
        packet: &Packet,
        now: Time,
    ) -> Option<bool> {
        let name = (asked.name.clone(), facts.is_v6());
        let table = self.hashlimit.entry(name);
        let table = table.or_insert_with(|| hashlimit::Table::new(asked, now));
        table.ask(asked.above, facts, packet, now)
    }
}
