//! Commands and blocks: what is added, deleted and listed (nft(8), RULESET, TABLES, CHAINS, RULES).

use super::chain::ChainWords;
use super::hint;
use super::lexer::{Kind, Token};
use super::parser::{Command, Parser, Step};
use super::source::{Read, Span};
use netloom_model::Errno;
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::{DataType, ObjectKind, Policy, Set, TableFamily};

/// The words that a command begins with.
const VERBS: &[&str] = &[
    "add", "create", "insert", "replace", "delete", "list", "flush", "rename", "reset", "get",
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
            "export" | "import" => return self.export(),
            "describe" => {
                self.at += 1;
                return self.describe();
            }
            _ => {}
        }
        self.command_at = self.at;
        let verb = VERBS.iter().find(|verb| **verb == word).copied();
        self.at += usize::from(verb.is_some());
        match verb.unwrap_or("add") {
            "list" => self.list(),
            "reset" => self.reset(),
            "get" => self.get(self.at - 1),
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
            table_at: self.table_at,
            name_at: self.name_at,
            map: self.command_word(1) == "map",
            marks: Vec::new(),
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
        self.table_at = name.at;
        // What is in the table is named next, if something is.
        self.name_at = self.since_next();
        Ok((TableRef::new(self.family, name.text.as_str()), name))
    }

    /// A word of the command that is read, by its number.
    pub(super) fn command_word(&self, number: usize) -> &str {
        let token = self.tokens.get(self.command_at + number);
        token.map_or("", |token| token.text.as_str())
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
            "flowtable" => {
                self.at += 1;
                let (table, _) = self.table()?;
                let name = self.name()?;
                self.add_flowtable(table, &name, exclusive)
            }
            "rule" => {
                self.at += 1;
                self.add_rule(verb)
            }
            _ if matches!(verb, "insert" | "replace") => Err(self.unexpected("rule")),
            _ => match self.object_word() {
                Some(kind) => {
                    let (table, _) = self.table()?;
                    let name = self.name()?;
                    self.add_object(table, kind, &name, exclusive)
                }
                None => self.add_rule(verb),
            },
        }
    }

    fn add_object(
        &mut self,
        table: TableRef,
        kind: ObjectKind,
        name: &Token,
        exclusive: bool,
    ) -> Read<()> {
        let object = self.object_block(kind, name.text.clone())?;
        let change = RulesetChange::AddObject {
            table,
            object,
            exclusive,
        };
        // One that is there already is told by its name, all else by the whole; the end of the line
        // belongs to it, where nft's grammar has it.
        let mut whole = self.since(self.command_at);
        let unended = [
            ObjectKind::Counter,
            ObjectKind::Quota,
            ObjectKind::Limit,
            ObjectKind::Synproxy,
        ];
        whole.to += usize::from(!unended.contains(&kind));
        self.push(change, whole);
        if let Some(Command::Change(step)) = self.commands.last_mut() {
            step.marks.push((Errno::EXIST, name.at));
        }
        Ok(())
    }

    fn add_flowtable(&mut self, table: TableRef, name: &Token, exclusive: bool) -> Read<()> {
        let flowtable = self.flowtable_block(name.text.clone())?;
        let change = RulesetChange::AddFlowtable {
            table,
            flowtable,
            exclusive,
        };
        self.push(change, name.at);
        Ok(())
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
                "flowtable" => {
                    parser.at += 1;
                    let name = parser.name()?;
                    parser.add_flowtable(table.clone(), &name, false)
                }
                _ => match parser.object_word() {
                    Some(kind) => {
                        let name = parser.name()?;
                        parser.add_object(table.clone(), kind, &name, false)
                    }
                    None => Err(parser.unexpected("")),
                },
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
        let mut inner = inner;
        inner.sort_by_key(order);
        self.commands.extend(inner);
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
                _ => one(self).and_then(|()| self.separator()),
            };
            if let Err(problem) = done {
                self.recover_in_block(problem);
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
                parser.push_rule(chain, name, Place::Last)
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
        let Some((key, data)) = self.known_set(&table, &name.text) else {
            return Err(match self.knows_table(&table) {
                true => hint::absent(self.ruleset, hint::Kind::Set, &name.text, name.at),
                false => hint::no_table(self.ruleset, &table.name, self.table_at, true),
            });
        };
        let from = self.at + 1;
        let data = data.filter(|_| !delete);
        self.range_at = None;
        let elements = self.set(&key, data.as_ref())?;
        if elements.is_empty() {
            return Ok(());
        }
        let flags = self.set_that_is(&table, &name.text).map(|set| set.flags);
        self.check_ranges(&flags.unwrap_or_default())?;
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
        // The own set of a rule is busy with that.
        let mut whole = self.since(self.command_at);
        whole.to += 1;
        if let Some(Command::Change(step)) = self.commands.last_mut() {
            step.marks.push((Errno::BUSY, whole));
        }
        Ok(())
    }

    fn knows_table(&self, table: &TableRef) -> bool {
        let added = self.commands.iter().any(|command| {
            matches!(command, Command::Change(step)
                if matches!(&step.change, RulesetChange::AddTable { table: of, .. } if of == table))
        });
        added || self.ruleset.table(table).is_some()
    }

    /// The types of the keys of a set that is there or was just added, and what it has for them.
    pub(super) fn known_set(
        &self,
        table: &TableRef,
        name: &str,
    ) -> Option<(Vec<DataType>, Option<MapData>)> {
        let set = self.set_that_is(table, name)?;
        Some((set.key.clone(), set.data.clone()))
    }

    /// A set that is there or was just added.
    fn set_that_is(&self, table: &TableRef, name: &str) -> Option<&Set> {
        let added = self.commands.iter().rev().find_map(|command| {
            let Command::Change(step) = command else {
                return None;
            };
            match &step.change {
                RulesetChange::AddSet { table: of, set, .. } if of == table && set.name == name => {
                    Some(&**set)
                }
                _ => None,
            }
        });
        added.or_else(|| self.ruleset.table(table)?.set(name))
    }

    /// The same for a set of the table whose rule is read.
    pub(super) fn known_set_of_rule(&self, name: &str) -> Option<(Vec<DataType>, Option<MapData>)> {
        let chain = self.chain.as_ref()?;
        self.known_set(&chain.table, name)
    }
}

/// When a step of a table's block is carried out: chains first, for verdicts and rules lead to them.
fn order(command: &Command) -> u8 {
    let Command::Change(step) = command else {
        return 5;
    };
    match step.change {
        RulesetChange::AddTable { .. } => 0,
        RulesetChange::AddChain { .. } | RulesetChange::SetPolicy { .. } => 1,
        RulesetChange::AddObject { .. } => 2,
        RulesetChange::AddSet { .. } => 3,
        RulesetChange::AddFlowtable { .. } => 4,
        _ => 5,
    }
}
