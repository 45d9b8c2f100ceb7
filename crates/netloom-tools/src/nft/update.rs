//! Statements that put elements into sets, or take them out (nft(8), SET STATEMENT and METERS).

use super::hint;
use super::parser::Parser;
use super::source::{Problem, Read};
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::statement::{Statement, UpdateOp};

impl Parser<'_> {
    /// `add|update|delete @SET { KEY [timeout T] [STATEMENTS] [: DATA] }`.
    pub(super) fn update(&mut self) -> Read<Statement> {
        let op = update_op(&self.next().text);
        let from = self.at;
        self.expect("@")?;
        let token = self.name()?;
        let Some((types, data)) = self.known_set_of_rule(&token.text) else {
            let at = self.since(from);
            return Err(hint::absent(self.ruleset, hint::Kind::Set, &token.text, at));
        };
        self.expect("{")?;
        let key_from = self.at;
        let key = self.expression()?;
        let key_at = self.since(key_from);
        let found = super::expr::types(&key);
        let (timeout, statements) = self.update_words()?;
        if !super::expr::is_comparable(&types, &found) {
            let message = format!(
                "datatype mismatch: expected {}, expression has type {}",
                super::datatype::describe_all(&types),
                super::datatype::describe_all(&found)
            );
            self.expect("}")?;
            return Err(Problem {
                with: Some(self.since(from - 1)),
                ..Problem::new(message, key_at)
            });
        }
        let data = match (self.eat(":"), data) {
            (true, Some(MapData::Values(types))) => Some(self.value(&types)?),
            (true, _) => return Err(self.unexpected("")),
            (false, _) => None,
        };
        self.expect("}")?;
        Ok(Statement::Update {
            op,
            set: token.text,
            key,
            data,
            timeout,
            statements,
        })
    }

    /// `set add|update|delete KEY [timeout T] @SET`, as it was written once.
    pub(super) fn update_as_it_was(&mut self) -> Read<Statement> {
        self.at += 1;
        let word = self.peek().text.clone();
        if !matches!(word.as_str(), "add" | "update" | "delete") {
            return Err(self.unexpected(""));
        }
        self.at += 1;
        let key = self.expression()?;
        let (timeout, statements) = self.update_words()?;
        self.expect("@")?;
        Ok(Statement::Update {
            op: update_op(&word),
            set: self.name()?.text,
            key,
            data: None,
            timeout,
            statements,
        })
    }

    fn update_words(&mut self) -> Read<(Option<u64>, Vec<Statement>)> {
        let mut timeout = None;
        if self.eat("timeout") {
            timeout = Some(self.duration()?);
        }
        let mut statements = Vec::new();
        while let Some(statement) = self.element_statement()? {
            statements.push(statement);
        }
        Ok((timeout, statements))
    }

    /// `meter NAME [size N] { KEY [timeout T] STATEMENTS }`, behind as many words: a set that goes with
    /// its rule.
    pub(super) fn meter(&mut self, words: usize) -> Read<Statement> {
        self.at += words;
        let name = self.name()?.text;
        let size = match self.eat("size") {
            true => self.number()?.min(u64::from(u32::MAX)) as u32,
            false => 0xffff,
        };
        self.expect("{")?;
        let from = self.at;
        let key = self.expression()?;
        let mut timeout = None;
        if self.eat("timeout") {
            timeout = Some(self.duration()?);
        }
        let at = self.since(from);
        let mut statements = Vec::new();
        while let Some(statement) = self.element_statement()? {
            statements.push(statement);
        }
        if statements.is_empty() {
            return Err(self.unexpected(""));
        }
        self.expect("}")?;
        let mut set = super::set::empty(name.clone());
        set.key = super::expr::types(&key);
        set.meter = true;
        set.size = Some(size);
        set.flags.dynamic = true;
        set.flags.timeout = timeout.is_some();
        self.meters.push((set, at));
        Ok(Statement::Update {
            op: match timeout {
                Some(_) => UpdateOp::Update,
                None => UpdateOp::Add,
            },
            set: name,
            key,
            data: None,
            timeout,
            statements,
        })
    }
}

fn update_op(word: &str) -> UpdateOp {
    match word {
        "update" => UpdateOp::Update,
        "delete" => UpdateOp::Delete,
        _ => UpdateOp::Add,
    }
}
