//! Rules for packets, and the sets that rules of xtables ask. A table that differs in what it says is
//! made anew; of a set of xtables no more than its elements where it was made alike.

use super::Both;
use crate::change::Change;
use crate::ipset::{Entry, IpSet, IpSetChange, Kind, Options, Part};
use crate::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use crate::ruleset::object::ObjectBody;
use crate::ruleset::set::Element;
use crate::ruleset::statement::Statement;
use crate::ruleset::{Backend, Counter, Policy, Rule, Set, Table};
use std::collections::BTreeSet;

fn name(table: &Table) -> TableRef {
    TableRef {
        family: table.family,
        backend: table.backend,
        name: table.name.clone(),
    }
}

/// What a statement says, without what it counted.
fn plain(statement: &mut Statement) {
    match statement {
        Statement::Counter(counter) => *counter = Counter::default(),
        Statement::Quota(quota) => quota.used = 0,
        _ => {}
    }
}

fn plain_element(element: &mut Element) {
    element.expires = None;
    element.statements.iter_mut().for_each(plain);
}

/// What a table says: without numbers, without what was counted, and without what rules put into sets.
fn said(table: &Table) -> Table {
    let mut table = table.clone();
    table.handle = 0;
    for chain in &mut table.chains {
        chain.handle = 0;
        if let Some(base) = &mut chain.base {
            base.counter = base.counter.map(|_| Counter::default());
        }
        for rule in &mut chain.rules {
            rule.handle = 0;
            rule.statements.iter_mut().for_each(plain);
        }
    }
    for set in &mut table.sets {
        set.handle = 0;
        if set.flags.dynamic {
            set.elements.clear();
        }
        set.elements.iter_mut().for_each(plain_element);
    }
    for object in &mut table.objects {
        object.handle = 0;
        match &mut object.body {
            ObjectBody::Counter(counter) => *counter = Counter::default(),
            ObjectBody::Quota(quota) => quota.used = 0,
            _ => {}
        }
    }
    for flowtable in &mut table.flowtables {
        flowtable.handle = 0;
    }
    table
}

fn is_in(table: &Table, tables: &[Table]) -> bool {
    tables
        .iter()
        .any(|other| name(other) == name(table) && said(other) == said(table))
}

/// What is to be done to each kind of tables, a transaction each: a kernel has no more for both.
fn ruleset<'t>(
    both: &Both<'_>,
    tables: impl Iterator<Item = &'t Table>,
    steps: impl Fn(&Table) -> Vec<RulesetChange>,
    changes: &mut Vec<Change>,
) {
    let (legacy, nft): (Vec<_>, Vec<_>) =
        tables.partition(|table| table.backend == Backend::Legacy);
    for tables in [nft, legacy] {
        let steps: Vec<_> = tables.into_iter().flat_map(&steps).collect();
        if !steps.is_empty() {
            changes.push(Change::Ruleset {
                ns: both.ns.clone(),
                changes: steps,
            });
        }
    }
}

fn ipset(both: &Both<'_>, change: IpSetChange, changes: &mut Vec<Change>) {
    changes.push(Change::IpSet {
        ns: both.ns.clone(),
        change,
    });
}

/// Takes away the tables that are not to be, or not so, and then the sets that no rule asks any more.
pub(super) fn remove(both: &Both<'_>, changes: &mut Vec<Change>) {
    let old = both.current.ruleset.tables.iter();
    let leaving = leaving(both);
    let gone = old.filter(|table| {
        !is_in(table, &both.desired.ruleset.tables) || asks_one_of(table, &leaving)
    });
    let delete = |table: &Table| vec![RulesetChange::DelTable(name(table))];
    ruleset(both, gone, delete, changes);
    let old = both.current.ipsets.iter();
    let mut gone: Vec<_> = old.filter(|set| leaving.contains(&*set.name)).collect();
    // Lists before those that are in them.
    gone.sort_by_key(|set| set.kind != Kind::ListSet);
    for set in gone {
        ipset(both, IpSetChange::Destroy(Some(set.name.clone())), changes);
    }
}

fn made_alike(one: &IpSet, other: &IpSet) -> bool {
    let options = |set: &IpSet| Options {
        initval: 0,
        hashsize: 0,
        ..set.options.clone()
    };
    (&one.name, one.kind, one.family) == (&other.name, other.kind, other.family)
        && options(one) == options(other)
}

/// The sets of before that go, or are made otherwise: none goes while a rule or a list of sets holds it.
fn leaving<'s>(both: &Both<'s>) -> BTreeSet<&'s str> {
    let stays = |set: &&IpSet| (both.desired.ipsets.iter()).any(|new| made_alike(new, set));
    let old = both.current.ipsets.iter();
    let mut leaving: BTreeSet<&str> = old
        .filter(|set| !stays(set))
        .map(|set| &*set.name)
        .collect();
    let holds = |list: &&IpSet| {
        let parts = list.entries.iter().flat_map(|entry| &entry.parts);
        let mut sets = parts.filter_map(|part| match part {
            Part::Set(name) => Some(&**name),
            _ => None,
        });
        sets.any(|set| leaving.contains(set))
    };
    let lists = both.current.ipsets.iter().filter(holds);
    let lists: Vec<&str> = lists.map(|list| &*list.name).collect();
    leaving.extend(lists);
    leaving
}

fn asks_one_of(table: &Table, sets: &BTreeSet<&str>) -> bool {
    let rules = table.chains.iter().flat_map(|chain| &chain.rules);
    let mut asked = rules
        .flat_map(|rule| &rule.statements)
        .flat_map(Statement::ipsets);
    !sets.is_empty() && asked.any(|set| sets.contains(set))
}

fn said_entry(entry: &Entry) -> Entry {
    Entry {
        timeout: entry.timeout.map(|left| u32::from(left != 0)),
        counter: None,
        ..entry.clone()
    }
}

pub(super) fn add(both: &Both<'_>, changes: &mut Vec<Change>) {
    sets(both, changes);
    let tables = both.desired.ruleset.tables.iter();
    let leaving = leaving(both);
    let new = tables.filter(|table| {
        !is_in(table, &both.current.ruleset.tables) || asks_one_of(table, &leaving)
    });
    ruleset(both, new, whole, changes);
}

fn sets(both: &Both<'_>, changes: &mut Vec<Change>) {
    let leaving = leaving(both);
    let stayed = |old: &&IpSet| !leaving.contains(&*old.name);
    let before = |set: &IpSet| {
        let mut old = both.current.ipsets.iter().filter(stayed);
        old.find(|old| made_alike(old, set))
    };
    let new = both
        .desired
        .ipsets
        .iter()
        .filter(|set| before(set).is_none());
    for set in new {
        let empty = IpSet {
            entries: Vec::new(),
            ..set.clone()
        };
        let set = Box::new(empty);
        ipset(both, IpSetChange::Create { set, exist: false }, changes);
    }
    for set in &both.desired.ipsets {
        let old = before(set).map_or(&[][..], |old| &old.entries);
        let same =
            |one: &Entry, all: &[Entry]| all.iter().any(|o| said_entry(o) == said_entry(one));
        for entry in old.iter().filter(|entry| !same(entry, &set.entries)) {
            let change = IpSetChange::Del {
                set: set.name.clone(),
                entry: Box::new(entry.clone()),
                exist: true,
            };
            ipset(both, change, changes);
        }
        for entry in set.entries.iter().filter(|entry| !same(entry, old)) {
            let change = IpSetChange::Add {
                set: set.name.clone(),
                entry: Box::new(entry.clone()),
                exist: true,
            };
            ipset(both, change, changes);
        }
    }
}

/// All that makes a table: what rules and elements name is there before them.
fn whole(table: &Table) -> Vec<RulesetChange> {
    let own = name(table);
    let mut steps = vec![RulesetChange::AddTable {
        table: own.clone(),
        dormant: table.dormant,
        comment: table.comment.clone(),
        exclusive: false,
    }];
    steps.extend(table.sets.iter().map(|set| RulesetChange::AddSet {
        table: own.clone(),
        set: Box::new(Set {
            elements: Vec::new(),
            ..set.clone()
        }),
        exclusive: false,
    }));
    steps.extend(table.objects.iter().map(|object| RulesetChange::AddObject {
        table: own.clone(),
        object: object.clone(),
        exclusive: false,
    }));
    steps.extend(
        table
            .flowtables
            .iter()
            .map(|one| RulesetChange::AddFlowtable {
                table: own.clone(),
                flowtable: one.clone(),
                exclusive: false,
            }),
    );
    let at = |chain: &str| ChainRef {
        table: own.clone(),
        chain: chain.to_owned(),
    };
    steps.extend(table.chains.iter().map(|chain| RulesetChange::AddChain {
        chain: at(&chain.name),
        base: chain.base.clone().map(Box::new),
        comment: chain.comment.clone(),
        exclusive: false,
    }));
    // The chains of a table of iptables-legacy are there with it, and take all.
    let legacy = table.backend == Backend::Legacy;
    steps.extend(table.chains.iter().filter_map(|chain| {
        let base = chain.base.as_ref().filter(|_| legacy)?;
        let policy = (base.policy != Policy::Accept).then_some(base.policy)?;
        Some(RulesetChange::SetPolicy {
            chain: at(&chain.name),
            policy,
            counter: None,
        })
    }));
    let filled = table.sets.iter().filter(|set| !set.elements.is_empty());
    steps.extend(filled.map(|set| RulesetChange::AddElements {
        table: own.clone(),
        set: set.name.clone(),
        // When they go is told as a moment; they begin anew.
        elements: set.elements.iter().map(anew).collect(),
        exclusive: false,
    }));
    for chain in &table.chains {
        steps.extend(chain.rules.iter().map(|rule| RulesetChange::AddRule {
            chain: at(&chain.name),
            place: Place::Last,
            rule: Rule {
                handle: 0,
                ..rule.clone()
            },
        }));
    }
    steps
}

fn anew(element: &Element) -> Element {
    Element {
        expires: None,
        ..element.clone()
    }
}
