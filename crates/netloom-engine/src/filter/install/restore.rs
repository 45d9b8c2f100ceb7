//! Rules as a snapshot tells them: with their handles, counters and generation. A rule that cannot be
//! made stands there as one that says what netloom does not know, so that a packet which comes to it
//! is not taken to pass.

use crate::conntrack;
use crate::filter::table::Chain;
use crate::filter::{ChainId, Filter, SetId};
use crate::namespace::NsId;
use crate::net::Net;
use netloom_model::ruleset::change::{ChainRef, Place, TableRef};
use netloom_model::ruleset::set::Element;
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::{self, Object, Rule, Ruleset, Set, Table};
use netloom_model::{Result, Time};

/// Gives a namespace its rules: what could not be made, each with why.
pub(crate) fn restore(net: &mut Net, ns: NsId, told: &Ruleset) -> Vec<String> {
    if *told == Ruleset::default() {
        return Vec::new();
    }
    let now = net.now;
    let mut filter = Box::<Filter>::default();
    let mut lost = Vec::new();
    for table in &told.tables {
        filter.restore_table(table, now, &mut lost);
    }
    filter.generation = told.generation;
    filter.expire_elements(now);
    filter.hang();
    let tracks = filter.tracking.contains(&true);
    let rules = filter.chains.iter();
    let rules = rules.flat_map(|(_, chain)| chain.rules.iter());
    net.ns_mut(ns).remembered.follow(rules.map(|rule| &**rule));
    net.ns_mut(ns).filter = Some(filter);
    if tracks {
        conntrack::begin(net, ns);
    }
    lost
}

/// What is told of a set that can be made before the chains that its elements name.
fn without_elements(set: &Set) -> Set {
    Set {
        elements: Vec::new(),
        // Room for what is there already, whatever else.
        auto_merge: false,
        ..set.clone()
    }
}

impl Filter {
    fn restore_table(&mut self, told: &Table, now: Time, lost: &mut Vec<String>) {
        let name = TableRef {
            family: told.family,
            backend: told.backend,
            name: told.name.clone(),
        };
        let mut note = |what: String, made: Result<()>| match made {
            Ok(()) => true,
            Err(error) => {
                let family = told.family.name();
                lost.push(format!("table {family} {}: {what}: {error}", told.name));
                false
            }
        };
        let made = self.add_table(&name, told.dormant, told.comment.as_deref(), true);
        if !note("the table".to_owned(), made) {
            return;
        }
        for set in &told.sets {
            let made = self.add_set(&name, &without_elements(set), true, now);
            note(format!("set {}", set.name), made);
        }
        for object in &told.objects {
            let made = self.add_object(&name, object, true);
            note(format!("object {}", object.name), made);
        }
        for flowtable in &told.flowtables {
            let made = self.add_flowtable(&name, flowtable, true);
            note(format!("flowtable {}", flowtable.name), made);
        }
        for chain in &told.chains {
            let at = chain_ref(&name, &chain.name);
            note(
                format!("chain {}", chain.name),
                self.restore_chain(&at, chain),
            );
        }
        for set in &told.sets {
            for element in &set.elements {
                let made = self.restore_element(&name, &set.name, element, now);
                note(format!("an element of set {}", set.name), made);
            }
        }
        for chain in &told.chains {
            let at = chain_ref(&name, &chain.name);
            for rule in &chain.rules {
                let made = self.restore_rule(&at, rule);
                let what = format!("rule {} of chain {}", rule.handle, chain.name);
                if !note(what, made) {
                    let unknown = Rule {
                        statements: vec![Statement::Unknown("what could not be loaded".to_owned())],
                        ..rule.clone()
                    };
                    note("in its place".to_owned(), self.restore_rule(&at, &unknown));
                }
            }
        }
        self.settle(&name, told);
    }

    /// A chain without its rules; where packets come into it is not asked, for they do.
    fn restore_chain(&mut self, at: &ChainRef, told: &ruleset::Chain) -> Result<()> {
        let table = self.table_at(&at.table)?;
        let base = told.base.as_ref();
        let mut chain = Chain::new(at.table.clone(), told.name.clone(), told.handle, base);
        chain.comment.clone_from(&told.comment);
        let chain = self.chains.insert(chain);
        self.tables[table].add_chain(&told.name, ChainId(chain));
        Ok(())
    }

    /// An element: of when it goes it is told at which moment, not how long that is.
    fn restore_element(
        &mut self,
        table: &TableRef,
        set: &str,
        element: &Element,
        now: Time,
    ) -> Result<()> {
        let left = |at: Time| Time(at.nanos_since(now));
        let element = Element {
            expires: element.expires.map(left),
            ..element.clone()
        };
        self.add_elements(table, set, &[element], true, now)
    }

    fn restore_rule(&mut self, chain: &ChainRef, rule: &Rule) -> Result<()> {
        self.add_rule(chain, Place::Last, rule)?;
        let chain = self.chain_mut(chain)?;
        let last = chain.rules.len().saturating_sub(1);
        chain.listed(last).rule = rule.clone();
        Ok(())
    }

    /// Gives what is in a table the numbers that were told, and itself.
    fn settle(&mut self, name: &TableRef, told: &Table) {
        let Ok(at) = self.table_at(name) else { return };
        let table = &mut self.tables[at];
        table.handle = told.handle;
        let mut most = 0;
        for object in &mut table.objects {
            let known = |o: &&Object| o.name == object.name && o.body.kind() == object.body.kind();
            if let Some(told) = told.objects.iter().find(known) {
                most = most.max(told.handle);
                *object = told.clone();
            }
        }
        for flowtable in &mut table.flowtables {
            if let Some(told) = told.flowtables.iter().find(|f| f.name == flowtable.name) {
                most = most.max(told.handle);
                *flowtable = told.clone();
            }
        }
        for (set, SetId(id)) in &table.sets {
            if let Some(told) = told.sets.iter().find(|told| told.name == *set) {
                most = most.max(told.handle);
                self.sets[*id].set = Set {
                    elements: Vec::new(),
                    ..told.clone()
                };
            }
        }
        for id in &table.chains {
            let chain = &mut self.chains[id.0];
            if let Some(told) = told.chains.iter().find(|told| told.name == chain.name) {
                chain.handle = told.handle;
                let rules = told.rules.iter().map(|rule| rule.handle);
                most = rules.chain([most, told.handle]).max().unwrap_or(most);
            }
        }
        table.handles = most;
        self.next_table = self.next_table.max(told.handle);
    }
}

fn chain_ref(table: &TableRef, chain: &str) -> ChainRef {
    ChainRef {
        table: table.clone(),
        chain: chain.to_owned(),
    }
}
