//! A chain as a transaction will leave it, and the changes that make it so.

use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange};
use netloom_model::ruleset::statement::{Statement, Verdict};
use netloom_model::ruleset::{Base, Rule};

/// What has become of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The world has it, by its handle.
    Kept,
    /// It goes in the place of the one whose handle it has.
    Replaced,
    /// It is to be put in.
    New,
    /// A change puts it in that stands already: it has no handle by which another could name it.
    Settled,
}

#[derive(Clone, Debug)]
struct Entry {
    rule: Rule,
    state: State,
}

/// What a chain is beside its rules.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// Where packets come into it.
    pub(crate) base: Option<Base>,
    /// Whether the world has it, or will; those of the table itself are made when they are needed.
    pub(crate) made: bool,
}

/// A chain.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChainDraft {
    /// None: it is not there.
    pub(crate) head: Option<Head>,
    /// The name by which the world has it; none: it is made here.
    pub(crate) origin: Option<String>,
    /// Whether its rules are known; if not, those that are put in at its end alone.
    read: bool,
    entries: Vec<Entry>,
    /// The handles of rules that go.
    gone: Vec<u64>,
    /// Whether all of its rules are to be written anew: one was to be named that has no handle.
    rewrite: bool,
}

impl ChainDraft {
    /// A chain that is there, whose rules are not known.
    pub(crate) fn unread(origin: &str, base: Option<Base>) -> ChainDraft {
        ChainDraft {
            head: Some(Head { base, made: true }),
            origin: Some(origin.to_owned()),
            ..ChainDraft::default()
        }
    }

    /// A chain without rules that the world does not have.
    pub(crate) fn empty(base: Option<Base>, made: bool) -> ChainDraft {
        ChainDraft {
            head: Some(Head { base, made }),
            read: true,
            ..ChainDraft::default()
        }
    }

    /// A chain that is not there.
    pub(crate) fn absent() -> ChainDraft {
        ChainDraft {
            read: true,
            ..ChainDraft::default()
        }
    }

    /// Whether its rules are known.
    pub(crate) const fn is_read(&self) -> bool {
        self.read
    }

    /// Its rules become known; what was put in stays behind them.
    pub(crate) fn fill(&mut self, rules: Vec<Rule>) {
        let state = State::Kept;
        let behind = core::mem::take(&mut self.entries);
        let kept = rules.into_iter().map(|rule| Entry { rule, state });
        self.entries = kept.chain(behind).collect();
        self.read = true;
    }

    /// The rules, as far as they are known.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.entries.iter().map(|entry| &entry.rule)
    }

    /// How many rules are known.
    pub(crate) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Puts a rule before that of a place, or behind all.
    pub(crate) fn insert(&mut self, at: Option<usize>, rule: Rule) {
        let at = at.unwrap_or(self.entries.len()).min(self.entries.len());
        let state = State::New;
        self.entries.insert(at, Entry { rule, state });
    }

    /// Takes a rule out.
    pub(crate) fn remove(&mut self, at: usize) {
        let entry = self.entries.remove(at);
        match entry.state {
            State::Kept | State::Replaced => self.gone.push(entry.rule.handle),
            State::New => {}
            State::Settled => self.rewrite = true,
        }
    }

    /// Puts a rule in the place of another.
    pub(crate) fn replace(&mut self, at: usize, rule: Rule) {
        let entry = &mut self.entries[at];
        let handle = entry.rule.handle;
        entry.rule = Rule { handle, ..rule };
        match entry.state {
            State::Kept => entry.state = State::Replaced,
            State::Settled => self.rewrite = true,
            State::Replaced | State::New => {}
        }
    }

    /// Takes every rule out; the change that does so is the caller's.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.gone.clear();
        self.rewrite = false;
        self.read = true;
    }

    /// A chain has another name from now on.
    pub(crate) fn follow(&mut self, from: &str, to: &str) {
        for entry in &mut self.entries {
            follow(&mut entry.rule, from, to);
        }
    }

    /// The changes that make its rules what they are to be, from what they were at the last call.
    pub(crate) fn settle(&mut self, chain: &ChainRef, changes: &mut Vec<RulesetChange>) {
        if self.rewrite || self.needs_rewriting() {
            return self.write_anew(chain, changes);
        }
        let add = |place, rule: &Rule| RulesetChange::AddRule {
            chain: chain.clone(),
            place,
            rule: rule.clone(),
        };
        // Each goes before the next one that has a handle, whatever becomes of that afterwards.
        let mut place = Place::Last;
        let mut added = Vec::new();
        for entry in self.entries.iter().rev() {
            match entry.state {
                State::Kept | State::Replaced => place = Place::Before(entry.rule.handle),
                State::New => added.push(add(place, &entry.rule)),
                State::Settled => {}
            }
        }
        changes.extend(added.into_iter().rev());
        for entry in &mut self.entries {
            if entry.state == State::Replaced {
                changes.push(RulesetChange::ReplaceRule {
                    chain: chain.clone(),
                    handle: entry.rule.handle,
                    rule: Rule {
                        handle: 0,
                        ..entry.rule.clone()
                    },
                });
            }
            if entry.state != State::Kept {
                entry.state = State::Settled;
            }
        }
        let gone = self.gone.drain(..);
        changes.extend(gone.map(|handle| RulesetChange::DelRule {
            chain: chain.clone(),
            handle,
        }));
    }

    /// Whether a new rule goes before one that has no handle.
    fn needs_rewriting(&self) -> bool {
        let mut settled = false;
        self.entries.iter().rev().any(|entry| {
            match entry.state {
                State::Settled => settled = true,
                State::Kept | State::Replaced => settled = false,
                State::New => {}
            }
            settled && entry.state == State::New
        })
    }

    fn write_anew(&mut self, chain: &ChainRef, changes: &mut Vec<RulesetChange>) {
        changes.push(RulesetChange::FlushChain {
            table: chain.table.clone(),
            chain: Some(chain.chain.clone()),
        });
        for entry in &mut self.entries {
            entry.rule.handle = 0;
            entry.state = State::Settled;
            changes.push(RulesetChange::AddRule {
                chain: chain.clone(),
                place: Place::Last,
                rule: entry.rule.clone(),
            });
        }
        self.gone.clear();
        self.rewrite = false;
    }
}

/// Has a rule lead to a chain by its new name.
pub(crate) fn follow(rule: &mut Rule, from: &str, to: &str) {
    for statement in &mut rule.statements {
        if let Statement::Verdict(Verdict::Jump(chain) | Verdict::Goto(chain)) = statement
            && chain == from
        {
            to.clone_into(chain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::ruleset::{TableFamily, TableRef};

    fn rule(name: &str) -> Rule {
        Rule {
            comment: Some(name.to_owned()),
            ..Rule::default()
        }
    }

    /// A chain of the rules 1, 2 and 3.
    fn chain() -> ChainDraft {
        let mut chain = ChainDraft::unread("c", None);
        let rules = (1..=3).map(|handle| Rule { handle, ..rule("") });
        chain.fill(rules.collect());
        chain
    }

    fn settle(chain: &mut ChainDraft) -> Vec<String> {
        let table = TableRef::new(TableFamily::Ip, "t");
        let reference = ChainRef {
            table,
            chain: "c".to_owned(),
        };
        let mut changes = Vec::new();
        chain.settle(&reference, &mut changes);
        let told = changes.into_iter().map(|change| match change {
            RulesetChange::AddRule { place, rule, .. } => {
                format!("{} {place:?}", rule.comment.unwrap_or_default())
            }
            RulesetChange::ReplaceRule { handle, .. } => format!("replace {handle}"),
            RulesetChange::DelRule { handle, .. } => format!("delete {handle}"),
            _ => "flush".to_owned(),
        });
        told.collect()
    }

    #[test]
    fn new_rules_go_before_the_next_one_that_is_there() {
        let mut chain = chain();
        chain.insert(Some(1), rule("a"));
        chain.insert(Some(2), rule("b"));
        chain.insert(None, rule("z"));
        assert_eq!(settle(&mut chain), ["a Before(2)", "b Before(2)", "z Last"]);
        assert!(settle(&mut chain).is_empty());
    }

    #[test]
    fn a_rule_that_was_only_meant_to_be_is_never_put_in() {
        let mut chain = chain();
        chain.insert(Some(0), rule("a"));
        chain.remove(0);
        chain.remove(1);
        assert_eq!(settle(&mut chain), ["delete 2"]);
    }

    #[test]
    fn what_goes_or_is_replaced_is_a_place_until_then() {
        let mut chain = chain();
        chain.replace(0, rule("r"));
        chain.insert(Some(0), rule("a"));
        chain.remove(3);
        assert_eq!(settle(&mut chain), ["a Before(1)", "replace 1", "delete 3"]);
    }

    #[test]
    fn a_chain_is_written_anew_only_where_a_rule_has_no_handle_to_name_it_by() {
        let mut chain = chain();
        chain.insert(None, rule("y"));
        assert_eq!(settle(&mut chain), ["y Last"]);
        chain.insert(Some(0), rule("a"));
        assert_eq!(settle(&mut chain), ["a Before(1)"]);
        chain.insert(Some(4), rule("x"));
        let told = settle(&mut chain);
        let expected = [
            "flush", "a Last", " Last", " Last", " Last", "x Last", "y Last",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn rules_put_in_before_the_others_were_read_stay_behind_them() {
        let mut chain = ChainDraft::unread("c", None);
        chain.insert(None, rule("y"));
        chain.fill(vec![Rule {
            handle: 7,
            ..rule("")
        }]);
        assert_eq!(chain.len(), 2);
        chain.remove(0);
        assert_eq!(settle(&mut chain), ["y Last", "delete 7"]);
    }
}
