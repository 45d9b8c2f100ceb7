//! Commands and blocks: what is added, deleted and listed (nft(8), RULESET, TABLES, CHAINS, RULES).

use super::chain::ChainWords;
use super::lexer::{Kind, Token};
use super::parser::{Command, List, Listed, Parser, Step};
use super::source::{Problem, Read, Span};
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::{Policy, TableFamily};

/// The words that a command begins with.
const VERBS: &[&str] = &[
    "add", "create", "insert", "replace", "delete", "list", "flush", "rename", "reset",
];

impl Parser<'_> {
    /// Reads all there is. Problems are kept, and the reading goes on behind them.
    pub(super) fn all(&mut self) {
        loop {
            self.separators();
            if self.peek().kind == Kind::End || self.problems.len() >= 10 {
                return;
            }
            let done = self.command().and_then(|()| self.end());
            if let Err(problem) = done {
                self.recover(problem);
            }
            // A brace that closes nothing, unless what it closes was refused.
            if self.is("}") {
                if self.problems.is_empty() {
                    let problem = self.unexpected("");
                    self.problems.push(problem);
                }
                self.at += 1;
            }
        }
    }

    fn command(&mut self) -> Read<()> {
        let word = self.peek().text.clone();
        match word.as_str() {
            "include" => return self.include(),
            "define" | "redefine" | "undefine" => return self.define(),
            _ => {}
        }
        let verb = VERBS.iter().find(|verb| **verb == word).copied();
        self.at += usize::from(verb.is_some());
        match verb.unwrap_or("add") {
            "list" => self.list(),
            "reset" => {
                self.next();
                self.commands.push(Command::List(List {
                    what: Listed::Nothing,
                    family: None,
                    table: None,
                    name: None,
                }));
                Ok(())
            }
            "flush" => self.flush(),
            "delete" => self.delete(),
            "rename" => self.rename(),
            verb => self.add(verb),
        }
    }

    pub(super) fn push(&mut self, change: RulesetChange, at: Span) {
        self.commands.push(Command::Change(Box::new(Step {
            change,
            at,
            echo: None,
        })));
    }

    /// The family, if it is named.
    pub(super) fn family(&mut self) -> Option<TableFamily> {
        let word = self.peek().text.clone();
        let family = TableFamily::ALL.into_iter().find(|f| f.name() == word);
        self.at += usize::from(family.is_some());
        family
    }

    /// `[FAMILY] TABLE`.
    pub(super) fn table(&mut self) -> Read<(TableRef, Token)> {
        self.family = self.family().unwrap_or(TableFamily::Ip);
        let name = self.name()?;
        Ok((TableRef::new(self.family, name.text.as_str()), name))
    }

    /// `[FAMILY] TABLE CHAIN`.
    pub(super) fn chain(&mut self) -> Read<(ChainRef, Token)> {
        let (table, _) = self.table()?;
        let name = self.name()?;
        let chain = ChainRef {
            table,
            chain: name.text.clone(),
        };
        Ok((chain, name))
    }

    fn add(&mut self, verb: &str) -> Read<()> {
        let exclusive = verb == "create";
        let from = self.at.saturating_sub(1);
        match self.peek().text.as_str() {
            "table" => {
                self.at += 1;
                self.add_table(exclusive)
            }
            "chain" => {
                self.at += 1;
                self.add_chain(exclusive, from)
            }
            word @ ("set" | "map") => {
                let map = word == "map";
                self.at += 1;
                let (table, _) = self.table()?;
                let name = self.name()?;
                self.add_set(table, &name, map, exclusive)
            }
            "element" => {
                self.at += 1;
                self.elements(exclusive, false)
            }
            "rule" => {
                self.at += 1;
                self.add_rule(verb)
            }
            _ => self.add_rule(verb),
        }
    }

    fn add_table(&mut self, exclusive: bool) -> Read<()> {
        let (table, name) = self.table()?;
        let at = self.commands.len();
        let (mut dormant, mut comment) = (false, None);
        if self.eat("{") {
            self.block(|parser| match parser.peek().text.as_str() {
                "flags" => {
                    parser.at += 1;
                    parser.expect("dormant")?;
                    dormant = true;
                    Ok(())
                }
                "comment" => {
                    parser.at += 1;
                    comment = Some(parser.text()?);
                    Ok(())
                }
                "chain" => {
                    parser.at += 1;
                    let name = parser.name()?;
                    let chain = ChainRef {
                        table: table.clone(),
                        chain: name.text.clone(),
                    };
                    parser.chain_block(&chain, &name, false, name.at)
                }
                word @ ("set" | "map") => {
                    let map = word == "map";
                    parser.at += 1;
                    let name = parser.name()?;
                    parser.add_set(table.clone(), &name, map, false)
                }
                _ => Err(parser.unexpected("")),
            })?;
        }
        // The chains come before the rules that lead to them, and the table before all.
        let inner = self.commands.split_off(at);
        self.push(
            RulesetChange::AddTable {
                table,
                dormant,
                comment,
                exclusive,
            },
            name.at,
        );
        let (chains, rest): (Vec<_>, Vec<_>) = inner.into_iter().partition(is_chain);
        let (rules, sets): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_rule);
        self.commands.extend(chains);
        self.commands.extend(sets);
        self.commands.extend(rules);
        Ok(())
    }

    /// What stands between braces, the first of which was taken.
    fn block(&mut self, mut one: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        loop {
            self.separators();
            if self.eat("}") {
                return Ok(());
            }
            if self.peek().kind == Kind::End {
                return Err(self.unexpected(""));
            }
            let word = self.peek().text.clone();
            let done = match word.as_str() {
                "include" => self.include(),
                "define" | "redefine" | "undefine" => self.define(),
                _ => one(self).and_then(|()| self.end()),
            };
            if let Err(problem) = done {
                self.recover(problem);
            }
        }
    }

    fn add_chain(&mut self, exclusive: bool, from: usize) -> Read<()> {
        let (chain, name) = self.chain()?;
        let at = self.commands.len();
        self.chain_block(&chain, &name, exclusive, name.at)?;
        // A base chain that cannot be is wrong as a whole.
        // The end of the line belongs to it.
        let mut whole = self.since(from);
        whole.to += 1;
        if let Some(Command::Change(step)) = self.commands.get_mut(at)
            && let RulesetChange::AddChain { base: Some(_), .. } = step.change
        {
            step.at = whole;
        }
        Ok(())
    }

    /// A chain with what is in it.
    fn chain_block(
        &mut self,
        chain: &ChainRef,
        name: &Token,
        exclusive: bool,
        at: Span,
    ) -> Read<()> {
        let mut words = ChainWords::default();
        let first = self.commands.len();
        if self.eat("{") {
            self.block(|parser| {
                if parser.chain_word(&mut words)? {
                    return Ok(());
                }
                parser.push_rule(chain, name, Place::Last, None)
            })?;
        }
        let rules = self.commands.split_off(first);
        let policy = words.policy;
        let has_base = words.base.is_some();
        let base = words.base.map(|mut base| {
            base.policy = policy.unwrap_or_default();
            Box::new(base)
        });
        self.push(
            RulesetChange::AddChain {
                chain: chain.clone(),
                base,
                comment: words.comment,
                exclusive,
            },
            at,
        );
        if let (false, Some(policy)) = (has_base, policy) {
            self.push_policy(chain, policy, at);
        }
        self.commands.extend(rules);
        Ok(())
    }

    fn push_policy(&mut self, chain: &ChainRef, policy: Policy, at: Span) {
        let change = RulesetChange::SetPolicy {
            chain: chain.clone(),
            policy,
            counter: None,
        };
        self.push(change, at);
    }

    fn push_rule(
        &mut self,
        chain: &ChainRef,
        name: &Token,
        place: Place,
        echo: Option<&'static str>,
    ) -> Read<()> {
        let rule = self.rule()?;
        // A chain that a verdict leads to is what is most often missing.
        let missing = self.missing_target(chain, &rule).unwrap_or(name.at);
        let change = RulesetChange::AddRule {
            chain: chain.clone(),
            place,
            rule,
        };
        self.commands.push(Command::Change(Box::new(Step {
            change,
            at: missing,
            echo,
        })));
        Ok(())
    }

    /// Where the rule that was just read names a chain, if its own chain is there.
    fn missing_target(
        &self,
        chain: &ChainRef,
        rule: &netloom_model::ruleset::Rule,
    ) -> Option<Span> {
        let table = self.ruleset.table(&chain.table)?;
        table.chain(&chain.chain)?;
        let leads = rule.statements.iter();
        let target = leads
            .filter_map(netloom_model::ruleset::check::leads_to)
            .next()?;
        let tokens = self.tokens[..self.at].iter().rev();
        let named = tokens.take(64).find(|token| token.text == target)?;
        Some(named.at)
    }

    fn add_rule(&mut self, verb: &str) -> Read<()> {
        let (chain, name) = self.chain()?;
        let from = self.at;
        let mut place = match verb {
            "insert" => Place::First,
            _ => Place::Last,
        };
        if verb == "replace" {
            self.expect("handle")?;
            let handle = self.number()?;
            let at = self.tokens[self.at - 1].at;
            let rule = self.rule()?;
            let change = RulesetChange::ReplaceRule {
                chain,
                handle,
                rule,
            };
            self.push(change, at);
            return Ok(());
        }
        let beside = |handle| match verb {
            "insert" => Place::Before(handle),
            _ => Place::After(handle),
        };
        let mut at = None;
        if self.eat("position") || self.eat("handle") {
            place = beside(self.number()?);
            at = Some(self.since(from));
        } else if self.eat("index") {
            let index = self.number()?;
            let span = self.since(from);
            let table = self.ruleset.table(&chain.table);
            let rules = table.and_then(|t| t.chain(&chain.chain)).map(|c| &c.rules);
            let rule = rules.and_then(|rules| rules.get(index as usize));
            place = beside(rule.map_or(u64::MAX, |rule| rule.handle));
            at = Some(span);
        }
        let echo = if verb == "insert" { "insert" } else { "add" };
        self.push_rule(&chain, &name, place, Some(echo))?;
        if let (Some(at), Some(Command::Change(step))) = (at, self.commands.last_mut()) {
            step.at = at;
        }
        Ok(())
    }

    fn add_set(&mut self, table: TableRef, name: &Token, map: bool, exclusive: bool) -> Read<()> {
        let set = self.set_block(name.text.clone(), map)?;
        let change = RulesetChange::AddSet {
            table,
            set: Box::new(set),
            exclusive,
        };
        self.push(change, name.at);
        Ok(())
    }

    /// `add|create|delete element TABLE SET { ... }`.
    pub(super) fn elements(&mut self, exclusive: bool, delete: bool) -> Read<()> {
        let (table, _) = self.table()?;
        let name = self.name()?;
        let known = self.known_set(&table, &name.text);
        let Some((key, verdicts)) = known else {
            let message = "Could not process rule: No such file or directory";
            return Err(Problem::new(message, name.at));
        };
        let from = self.at + 1;
        let elements = self.set(&key, verdicts && !delete)?;
        let at = self.tokens[from.min(self.at)].at;
        let set = name.text;
        let change = if delete {
            RulesetChange::DelElements {
                table,
                set,
                elements,
            }
        } else {
            RulesetChange::AddElements {
                table,
                set,
                elements,
                exclusive,
            }
        };
        self.push(change, at);
        Ok(())
    }

    /// The types of the keys of a set that is there or was just added, and whether it has verdicts.
    pub(super) fn known_set(
        &self,
        table: &TableRef,
        name: &str,
    ) -> Option<(Vec<netloom_model::ruleset::DataType>, bool)> {
        let added = self
            .commands
            .iter()
            .rev()
            .find_map(|command| match command {
                Command::Change(step) => match &step.change {
                    RulesetChange::AddSet { table: of, set, .. }
                        if of == table && set.name == name =>
                    {
                        Some(&**set)
                    }
                    _ => None,
                },
                Command::List(_) => None,
            });
        let set = added.or_else(|| self.ruleset.table(table)?.set(name))?;
        Some((set.key.clone(), set.data.is_some()))
    }
}

fn is_chain(command: &Command) -> bool {
    let Command::Change(step) = command else {
        return false;
    };
    matches!(step.change, RulesetChange::AddChain { .. })
}

fn is_rule(command: &Command) -> bool {
    let Command::Change(step) = command else {
        return false;
    };
    matches!(step.change, RulesetChange::AddRule { .. })
}
