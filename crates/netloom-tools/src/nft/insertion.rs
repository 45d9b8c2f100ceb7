//! Rules put into chains: where, and what is marked where the kernel refuses one (nft(8), RULES).

use super::lexer::Token;
use super::parser::{Command, Parser, Step};
use super::source::{Read, Span};
use netloom_model::Errno;
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange};
use netloom_model::ruleset::statement::ObjectName;
use netloom_model::ruleset::{Expr, MetaKey, Rule, Statement, check};

impl Parser<'_> {
    pub(super) fn push_rule(&mut self, chain: &ChainRef, name: &Token, place: Place) -> Read<()> {
        self.chain = Some(chain.clone());
        let rule = self.rule()?;
        let marks = self.marks(&rule);
        self.push_meters(chain);
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
            table_at: self.table_at,
            name_at: name.at,
            map: false,
            marks,
        })));
        Ok(())
    }

    /// The own sets of the rule that was just read are there before it.
    pub(super) fn push_meters(&mut self, chain: &ChainRef) {
        for (set, at) in core::mem::take(&mut self.meters) {
            let change = RulesetChange::AddSet {
                table: chain.table.clone(),
                set: Box::new(set),
                exclusive: false,
            };
            self.push(change, at);
            if let Some(Command::Change(step)) = self.commands.last_mut() {
                step.marks.push((Errno::OPNOTSUPP, at));
                step.marks.push((Errno::EXIST, at));
            }
        }
    }

    /// What is marked where the kernel has no such thing: what cannot be set, or the whole rule, whose end
    /// of line belongs to it.
    fn marks(&self, rule: &Rule) -> Vec<(Errno, Span)> {
        let unset = |statement: &Statement| {
            matches!(statement, Statement::Set { what: Expr::Meta(key), .. } if !key.is_writable())
                || matches!(
                    statement,
                    Statement::Match {
                        left: Expr::Meta(MetaKey::NfTrace),
                        ..
                    }
                )
        };
        // What is compared or set is marked, not with what.
        let named = |at: usize| {
            let (whole, compared) = (self.whole.get(at)?, self.places.get(at)?);
            let asks = matches!(self.read.get(at), Some(Statement::Match { .. }));
            Some(
                match asks && (compared.source, compared.from) == (whole.source, whole.from) {
                    true => *compared,
                    false => *whole,
                },
            )
        };
        let mut marks = Vec::new();
        for (at, statement) in self.read.iter().enumerate() {
            let errno = check::refusal(statement, self.family);
            if let (Some(errno), Some(at)) = (errno, named(at)) {
                marks.push((errno, at));
            }
            if matches!(statement, Statement::Update { .. }) {
                marks.extend(self.whole.get(at).map(|at| (Errno::BUSY, *at)));
            }
        }
        let at = match rule.statements.iter().position(unset) {
            Some(at) => match self.read.get(at) {
                Some(Statement::Match { .. }) => named(at),
                _ => self.whole.get(at).copied(),
            },
            None => {
                let mut whole = self.since(self.command_at);
                whole.to += 1;
                Some(whole)
            }
        };
        marks.extend(at.map(|at| (Errno::OPNOTSUPP, at)));
        marks
    }

    /// Where the rule that was just read names a chain, if its own chain is there.
    fn missing_target(&self, chain: &ChainRef, rule: &Rule) -> Option<Span> {
        let table = self.ruleset.table(&chain.table)?;
        table.chain(&chain.chain)?;
        let named = |name: &str| {
            let tokens = self.tokens[..self.at].iter().rev();
            let mut near = tokens.take(64);
            near.find(|token| token.text == name).map(|token| token.at)
        };
        for (at, statement) in rule.statements.iter().enumerate() {
            match statement {
                Statement::Object {
                    kind,
                    name: ObjectName::Name(name),
                } => {
                    let mut all = table.objects.iter();
                    if !all.any(|o| o.body.kind() == *kind && o.name == *name) {
                        return named(name);
                    }
                }
                Statement::FlowAdd(name) if !table.flowtables.iter().any(|f| f.name == *name) => {
                    return self.whole.get(at).copied();
                }
                _ => {}
            }
        }
        let mut leads = rule.statements.iter();
        let target = leads.find_map(check::leads_to)?;
        named(target)
    }

    pub(super) fn add_rule(&mut self, verb: &str) -> Read<()> {
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
            self.chain = Some(chain.clone());
            let rule = self.rule()?;
            self.push_meters(&chain);
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
        self.push_rule(&chain, &name, place)?;
        if let (Some(at), Some(Command::Change(step))) = (at, self.commands.last_mut()) {
            step.at = at;
        }
        Ok(())
    }
}
