//! What a namespace has of tables, chains and their rules.

use super::compile::{Go, Op, Rule};
use super::given;
use super::index::{self, Index};
use super::set::Store;
use super::xt::memory::Memories;
use super::{Asked, ChainId, Entry, Filter, Proto, SetId};
use crate::arena::Arena;
use crate::conntrack::Timeouts;
use netloom_model::Time;
use netloom_model::ruleset::statement::{Counter, Statement};
use netloom_model::ruleset::{
    self, Backend, Base, ChainKind, Flowtable, Hook, Object, Ruleset, TableFamily, TableRef, Wanted,
};
use std::collections::HashMap;
use std::sync::Arc;

pub(super) type Sets = Arena<Store>;

/// A table. What is in it stands in the order in which it was made.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: TableRef,
    pub(super) handle: u64,
    pub(super) dormant: bool,
    pub(super) comment: Option<String>,
    pub(super) chains: Vec<ChainId>,
    by_name: HashMap<String, ChainId>,
    pub(super) sets: Vec<(String, SetId)>,
    pub(super) objects: Vec<Object>,
    pub(super) flowtables: Vec<Flowtable>,
    /// The handle that was given last.
    pub(super) handles: u64,
    /// What limits with names remember.
    pub(super) kept: HashMap<String, Memories>,
    /// The times that connections take part in.
    pub(super) timeouts: HashMap<String, Arc<Timeouts>>,
}

/// A chain.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) table: TableRef,
    pub(super) name: String,
    pub(super) handle: u64,
    pub(super) base: Option<Arc<Base>>,
    pub(super) comment: Option<String>,
    pub(super) rules: Arc<Vec<Arc<Rule>>>,
    /// What each rule remembers.
    pub(super) states: Vec<State>,
    /// Its rules by what they ask for, once a packet came to many.
    index: Option<Arc<Index>>,
    /// How many of its rules have connections be tracked.
    tracking: usize,
    /// What reached its end.
    pub(super) policy: Counter,
}

/// What a rule remembers of the packets that it saw.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) counter: Counter,
    /// What those of its counters count that stand behind the first.
    pub(super) later: Box<[Counter]>,
    /// What its parts remember.
    pub(super) memory: Memories,
}

impl State {
    /// Forgets what was counted.
    pub(super) fn zero(&mut self) {
        self.counter = Counter::default();
        self.later.fill(Counter::default());
    }

    /// What a new rule remembers: what its counter is given.
    pub(super) fn of(rule: &ruleset::Rule) -> State {
        let mut counters = rule
            .statements
            .iter()
            .filter_map(|statement| match statement {
                Statement::Counter(counter) => Some(*counter),
                _ => None,
            });
        State {
            counter: counters.next().unwrap_or_default(),
            later: counters.collect(),
            memory: Memories::default(),
        }
    }
}

impl Table {
    pub(super) fn new(name: TableRef, handle: u64) -> Table {
        Table {
            name,
            handle,
            dormant: false,
            comment: None,
            chains: Vec::new(),
            by_name: HashMap::new(),
            sets: Vec::new(),
            objects: Vec::new(),
            flowtables: Vec::new(),
            handles: 0,
            kept: HashMap::new(),
            timeouts: HashMap::new(),
        }
    }

    /// The next handle.
    pub(super) fn next_handle(&mut self) -> u64 {
        self.handles += 1;
        self.handles
    }

    /// Its chain called `name`.
    pub(super) fn chain(&self, name: &str) -> Option<ChainId> {
        self.by_name.get(name).copied()
    }

    pub(super) fn add_chain(&mut self, name: &str, chain: ChainId) {
        self.chains.push(chain);
        self.by_name.insert(name.to_owned(), chain);
    }

    pub(super) fn remove_chain(&mut self, name: &str) {
        if let Some(chain) = self.by_name.remove(name) {
            self.chains.retain(|other| *other != chain);
        }
    }

    pub(super) fn rename_chain(&mut self, from: &str, to: &str) {
        if let Some(chain) = self.by_name.remove(from) {
            self.by_name.insert(to.to_owned(), chain);
        }
    }

    /// Its set called `name`.
    pub(super) fn set(&self, name: &str) -> Option<SetId> {
        let found = self.sets.iter().find(|(other, _)| other == name);
        found.map(|(_, set)| *set)
    }
}

impl Chain {
    /// Where in it the rule of a handle is.
    pub(super) fn position(&self, handle: u64) -> Option<usize> {
        self.rules
            .iter()
            .position(|rule| rule.rule.handle == handle)
    }

    /// An empty chain of a table.
    pub(super) fn new(table: TableRef, name: String, handle: u64, base: Option<&Base>) -> Chain {
        Chain {
            table,
            name,
            handle,
            base: base.cloned().map(Arc::new),
            comment: None,
            rules: Arc::default(),
            states: Vec::new(),
            index: None,
            tracking: 0,
            policy: base.and_then(|base| base.counter).unwrap_or_default(),
        }
    }

    /// Puts a rule in.
    pub(super) fn insert(&mut self, at: usize, rule: Rule) {
        // An index knows its rules by their numbers, and not those that follow.
        if at != self.rules.len() {
            self.index = None;
        }
        self.tracking += usize::from(rule.tracks);
        self.states.insert(at, State::of(&rule.rule));
        Arc::make_mut(&mut self.rules).insert(at, Arc::new(rule));
    }

    /// Takes a rule out.
    pub(super) fn remove(&mut self, at: usize) {
        self.index = None;
        let rule = Arc::make_mut(&mut self.rules).remove(at);
        self.tracking -= usize::from(rule.tracks);
        self.states.remove(at);
    }

    /// Takes all rules out.
    pub(super) fn clear(&mut self) {
        self.index = None;
        self.tracking = 0;
        self.rules = Arc::default();
        self.states.clear();
    }

    /// A rule, to be listed otherwise: what it does stays.
    pub(super) fn listed(&mut self, at: usize) -> &mut Rule {
        Arc::make_mut(&mut Arc::make_mut(&mut self.rules)[at])
    }

    /// The index of its rules, where there are enough of them.
    pub(super) fn index(&mut self) -> Option<Arc<Index>> {
        index::of_chain(&mut self.index, &self.rules)
    }

    /// The chains that its rules lead to.
    pub(super) fn leads(&self, table: &Table, sets: &Sets) -> Vec<ChainId> {
        let mut found = Vec::new();
        let mut take = |go| match go {
            Go::Jump(chain) | Go::Goto(chain) => found.push(chain),
            _ => {}
        };
        for op in self.rules.iter().flat_map(|rule| &rule.ops) {
            let op = match op {
                Op::Mapped(mapped) => &mapped.op,
                op => op,
            };
            match op {
                Op::Go(go) => take(*go),
                Op::Map { map, .. } => map.verdicts(table, sets).into_iter().for_each(&mut take),
                _ => {}
            }
        }
        found
    }

    fn describe(&self) -> ruleset::Chain {
        let rules = self.rules.iter().zip(&self.states);
        ruleset::Chain {
            rules: rules.map(|(rule, state)| state.describe(rule)).collect(),
            ..self.head()
        }
    }

    /// The chain without its rules.
    pub(super) fn head(&self) -> ruleset::Chain {
        let base = self.base.as_deref().map(|base| Base {
            counter: base.counter.map(|_| self.policy),
            ..base.clone()
        });
        ruleset::Chain {
            name: self.name.clone(),
            handle: self.handle,
            base,
            comment: self.comment.clone(),
            rules: Vec::new(),
        }
    }
}

impl State {
    /// The rule as the model tells it, with what it remembers.
    pub(super) fn describe(&self, rule: &Rule) -> ruleset::Rule {
        let mut told = rule.rule.clone();
        let mut counts = core::iter::once(&self.counter).chain(&self.later);
        for (part, statement) in told.statements.iter_mut().enumerate() {
            match statement {
                Statement::Counter(counter) => {
                    *counter = counts.next().copied().unwrap_or_default();
                }
                // No more than all of it is told.
                Statement::Quota(quota) => {
                    let used = self.memory.counted(part).unwrap_or(quota.used);
                    quota.used = used.min(quota.bytes);
                }
                _ => {}
            }
        }
        told
    }
}

/// The rules of a namespace as the model tells them.
pub(crate) fn describe(filter: &Filter, now: Time) -> Ruleset {
    part(
        filter,
        &Wanted {
            rules: true,
            ..Wanted::default()
        },
        now,
    )
}

/// The part of them that is wanted.
pub(crate) fn part(filter: &Filter, wanted: &Wanted, now: Time) -> Ruleset {
    let tables = filter.tables.iter();
    let tables = tables.filter(|table| wanted.has_table(&table.name));
    Ruleset {
        tables: tables.map(|t| of_table(filter, t, wanted, now)).collect(),
        generation: filter.generation,
    }
}

fn of_table(filter: &Filter, table: &Table, wanted: &Wanted, now: Time) -> ruleset::Table {
    let chains = table.chains.iter().map(|chain| &filter.chains[chain.0]);
    let chains = chains.filter(|chain| wanted.has_chain(&chain.name));
    let mut told = ruleset::Table {
        family: table.name.family,
        name: table.name.name.clone(),
        backend: table.name.backend,
        handle: table.handle,
        dormant: table.dormant,
        comment: table.comment.clone(),
        chains: match wanted.rules {
            true => chains.map(Chain::describe).collect(),
            false => chains.map(Chain::head).collect(),
        },
        sets: Vec::new(),
        objects: Vec::new(),
        flowtables: Vec::new(),
    };
    if wanted.beside_chains() {
        let sets = table.sets.iter();
        told.sets = sets
            .map(|(_, set)| filter.sets[set.0].describe(now))
            .collect();
        told.objects = table.objects.clone();
        told.flowtables = table.flowtables.clone();
    }
    told
}

impl Filter {
    /// The table that `name` names.
    pub(super) fn table(&self, name: &TableRef) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == *name)
    }

    /// Puts every base chain at its hook. Of those of one priority the last one made is asked first
    /// (`nf_hook_entries_grow`).
    pub(super) fn hang(&mut self) {
        self.hooks = Default::default();
        self.nat = Default::default();
        for table in self.tables.iter().filter(|table| !table.dormant) {
            for id in &table.chains {
                let Some(base) = &self.chains[id.0].base else {
                    continue;
                };
                // What devices receive and send they hang at, whatever the family of the table.
                let protos = match base.hook {
                    Hook::Ingress | Hook::Egress => &[Proto::Netdev],
                    _ => Proto::of(table.name.family),
                };
                for proto in protos {
                    // Chains of translation are asked for the first packet alone.
                    let all = match base.kind {
                        ChainKind::Nat => &mut self.nat,
                        _ => &mut self.hooks,
                    };
                    let entries = &mut all[*proto as usize][base.hook as usize];
                    let at = entries.partition_point(|entry| entry.priority < base.priority);
                    let entry = Entry {
                        priority: base.priority,
                        asked: Asked::Chain(*id, Arc::clone(base)),
                    };
                    entries.insert(at, entry);
                }
            }
        }
        // Where bridges track, IP does too.
        let bridged = self.tracks(Proto::Bridge);
        self.tracking[Proto::Bridge as usize] = bridged;
        for proto in [Proto::V4, Proto::V6] {
            self.tracking[proto as usize] = bridged || self.tracks(proto);
        }
        for proto in [Proto::V4, Proto::V6, Proto::Bridge] {
            if self.tracking[proto as usize] {
                self.hang_tracking(proto);
            }
        }
    }

    /// Whether something has connections of a protocol be tracked.
    fn tracks(&self, proto: Proto) -> bool {
        let of = |table: &&Table| Proto::of(table.name.family).contains(&proto);
        let gives = |table: &Table| table.objects.iter().any(|o| given::gives(o.body.kind()));
        if self.tables.iter().filter(of).any(gives) {
            return true;
        }
        let chains = self
            .tables
            .iter()
            .filter(of)
            .flat_map(|table| &table.chains);
        let mut chains = chains.map(|id| &self.chains[id.0]);
        // A chain of nat alone asks for nothing: its rules do.
        chains.any(|chain| chain.tracking > 0)
    }

    /// Puts tracking at the hooks of a protocol: before the rules, and behind them all.
    fn hang_tracking(&mut self, proto: Proto) {
        let places = [
            (Hook::Prerouting, TRACK, Asked::Track),
            (Hook::Output, TRACK, Asked::Track),
            (Hook::Input, i32::MAX, Asked::Confirm),
            (Hook::Postrouting, i32::MAX, Asked::Confirm),
        ];
        for (hook, priority, asked) in places {
            // What a bridge itself sends IP has tracked.
            if proto == Proto::Bridge && hook == Hook::Output {
                continue;
            }
            let entries = &mut self.hooks[proto as usize][hook as usize];
            let at = entries.partition_point(|entry| entry.priority < priority);
            let at = if priority == i32::MAX {
                entries.len()
            } else {
                at
            };
            entries.insert(at, Entry { priority, asked });
        }
        if self.nat[proto as usize].iter().all(Vec::is_empty) {
            return;
        }
        let places = [
            (Hook::Prerouting, DNAT),
            (Hook::Output, DNAT),
            (Hook::Input, SNAT),
            (Hook::Postrouting, SNAT),
        ];
        for (hook, priority) in places {
            let entries = &mut self.hooks[proto as usize][hook as usize];
            let at = entries.partition_point(|entry| entry.priority < priority);
            let asked = Asked::Translate;
            entries.insert(at, Entry { priority, asked });
        }
    }
}

/// Where in the order of chains connections are looked up (`NF_IP_PRI_CONNTRACK`).
pub(crate) const TRACK: i32 = -200;

/// Where packets are translated (`NF_IP_PRI_NAT_DST`, `NF_IP_PRI_NAT_SRC`).
const DNAT: i32 = -100;
const SNAT: i32 = 100;

/// The families that a backend has.
pub(super) fn has_family(backend: Backend, family: TableFamily) -> bool {
    backend == Backend::Nft || !matches!(family, TableFamily::Inet | TableFamily::Netdev)
}
