//! Tokens taken one after the other, with what the reader knows: devices, tables and variables.

use super::constant::Devices;
use super::lexer::{Kind, Token};
use super::source::{Problem, Read, Source, Span};
use netloom_model::Errno;
use netloom_model::ruleset::{
    ChainRef, Element, ObjectKind, Ruleset, RulesetChange, Set, Statement, TableFamily, TableRef,
};
use std::collections::HashMap;

/// One thing to be done, and where it is asked for.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) change: RulesetChange,
    /// What is marked where the kernel refuses it.
    pub(super) at: Span,
    /// Where its table is named, and what it is about.
    pub(super) table_at: Span,
    pub(super) name_at: Span,
    /// Whether it is a map, of the words for sets and maps.
    pub(super) map: bool,
    /// What is marked where it does so for a reason that has a place of its own.
    pub(super) marks: Vec<(Errno, Span)>,
}

/// What is asked for.
#[derive(Debug)]
pub(super) enum Command {
    Change(Box<Step>),
    List(List),
    /// What is listed is set to nothing behind it.
    Reset(List, Span),
    /// Elements of a set that are looked up.
    Get(Box<Get>),
    /// What is said of an expression or a type.
    Describe(String),
}

/// Elements that are looked up.
#[derive(Debug)]
pub(super) struct Get {
    pub(super) table: TableRef,
    pub(super) set: String,
    pub(super) elements: Vec<Element>,
    /// Where the command stands.
    pub(super) at: Span,
}

/// What is listed.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) what: Listed,
    pub(super) family: Option<TableFamily>,
    /// The table's name, and where it stands.
    pub(super) table: Option<(String, Span)>,
    /// The name of what is in it.
    pub(super) name: Option<(String, Span)>,
}

/// The kinds of listings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    Ruleset,
    Tables,
    Table,
    Chains,
    Chain,
    Sets,
    Set,
    Maps,
    Map,
    /// The objects of a kind.
    Objects(ObjectKind),
    /// One of them.
    Object(ObjectKind),
    Flowtables,
    Flowtable,
    Meters,
    Meter,
    /// What no table of this world has: nothing is listed.
    Nothing,
}

/// Reads what is written in nft's language.
pub(super) struct Parser<'a> {
    pub(super) sources: &'a mut Vec<Source>,
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
    /// The rules as they are.
    pub(super) ruleset: &'a Ruleset,
    pub(super) devices: &'a Devices,
    pub(super) defines: HashMap<String, Vec<Token>>,
    pub(super) problems: Vec<Problem>,
    pub(super) commands: Vec<Command>,
    /// The family of the table whose rule is read.
    pub(super) family: TableFamily,
    /// The chain whose rule is read.
    pub(super) chain: Option<ChainRef>,
    /// The statements of that rule that were read, and what is marked where one contradicts another.
    pub(super) said: Vec<Statement>,
    pub(super) places: Vec<Span>,
    /// Where each of them stands.
    pub(super) whole: Vec<Span>,
    /// The own sets of the rule that is read, and where their keys stand.
    pub(super) meters: Vec<(Set, Span)>,
    /// The statements of the rule that was read last, as they were written.
    pub(super) read: Vec<Statement>,
    /// The token with which the command begins.
    pub(super) command_at: usize,
    /// Where the name of the table stands that was read last.
    pub(super) table_at: Span,
    /// Where the name stands of what is in it.
    pub(super) name_at: Span,
    /// Where the first element stands that is a range, of those that were read last.
    pub(super) range_at: Option<Span>,
    /// Where the expression stands that was compared last.
    pub(super) compared: Span,
    /// How many files are open inside each other.
    pub(super) depth: usize,
    /// Where files to be included are looked for, beside `/etc`.
    pub(super) includes: &'a [String],
}

/// How many files may be open inside each other (`MAX_INCLUDE_DEPTH`).
pub(super) const DEPTH: usize = 16;

impl Parser<'_> {
    /// The next token; a variable is what it was defined as.
    pub(super) fn peek(&mut self) -> &Token {
        for _ in 0..DEPTH {
            let Some(name) = self.variable() else { break };
            let Some(tokens) = self.defines.get(&name).cloned() else {
                break;
            };
            self.tokens.splice(self.at..self.at + 2, tokens);
        }
        let last = self.tokens.len() - 1;
        &self.tokens[self.at.min(last)]
    }

    fn variable(&self) -> Option<String> {
        let (sign, name) = (self.tokens.get(self.at)?, self.tokens.get(self.at + 1)?);
        (sign.is("$") && name.kind == Kind::Word).then(|| name.text.clone())
    }

    /// Takes the next token.
    pub(super) fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    pub(super) fn is(&mut self, text: &str) -> bool {
        self.peek().is(text)
    }

    /// Whether the token after the next is `text`.
    pub(super) fn second_is(&mut self, text: &str) -> bool {
        self.peek();
        self.tokens.get(self.at + 1).is_some_and(|t| t.is(text))
    }

    /// Takes `text` if it is next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let there = self.is(text);
        self.at += usize::from(there);
        there
    }

    /// Takes `text`, which must be next.
    pub(super) fn expect(&mut self, text: &str) -> Read<Token> {
        if self.is(text) {
            return Ok(self.next());
        }
        let wanted = match text {
            "{" | "}" => format!("'{text}'"),
            text => text.to_owned(),
        };
        Err(self.unexpected(&wanted))
    }

    /// The problem that the next token is: what else was expected, if that is one thing.
    pub(super) fn unexpected(&mut self, expecting: &str) -> Problem {
        self.peek();
        if let Some(name) = self.variable() {
            let message = format!("unknown identifier '{name}'");
            return Problem::new(message, self.tokens[self.at + 1].at);
        }
        let token = self.peek();
        let mut message = format!("syntax error, unexpected {}", token.name());
        if !expecting.is_empty() {
            message += &format!(", expecting {expecting}");
        }
        let mut at = token.at;
        at.to = at.to.max(at.from + 1);
        Problem {
            syntax: true,
            ..Problem::new(message, at)
        }
    }

    /// Takes a name.
    pub(super) fn name(&mut self) -> Read<Token> {
        let token = self.peek();
        match token.kind {
            Kind::Word if !token.is_reserved() => Ok(self.next()),
            _ => Err(self.unexpected("string")),
        }
    }

    /// Takes a text: between quotation marks or one word.
    pub(super) fn text(&mut self) -> Read<String> {
        match self.peek().kind {
            Kind::Quoted | Kind::Word => Ok(self.next().text),
            _ => Err(self.unexpected("")),
        }
    }

    /// Takes a number.
    pub(super) fn number(&mut self) -> Read<u64> {
        let token = self.peek().clone();
        match super::constant::number(&token.text) {
            Some(number) if token.kind == Kind::Number => {
                self.at += 1;
                Ok(number)
            }
            _ => Err(self.unexpected("number")),
        }
    }

    /// A number up to `most`.
    pub(super) fn number_to<T: TryFrom<u64>>(&mut self, most: u64) -> Read<T> {
        let at = self.peek().at;
        let number = self.number()?;
        let fits = T::try_from(number).ok().filter(|_| number <= most);
        let text = || format!("Value {number} exceeds valid range 0-{most}");
        fits.ok_or_else(|| Problem::new(text(), at))
    }

    /// The place of the next token.
    pub(super) fn since_next(&mut self) -> Span {
        self.peek().at
    }

    /// Whether a variable is defined here, or a file read.
    pub(super) fn is_define(&mut self) -> bool {
        let token = self.peek();
        token.kind == Kind::Word
            && matches!(token.text.as_str(), "define" | "redefine" | "undefine")
    }

    /// Takes the end of what stands in a block: there a brace ends nothing.
    pub(super) fn separator(&mut self) -> Read<()> {
        if self.peek().kind == Kind::Newline || self.is(";") {
            return Ok(());
        }
        Err(self.unexpected("newline or semicolon"))
    }

    /// Passes ends of lines.
    pub(super) fn lines(&mut self) {
        while self.peek().kind == Kind::Newline {
            self.at += 1;
        }
    }

    /// Passes ends of statements.
    pub(super) fn separators(&mut self) {
        while self.peek().kind == Kind::Newline || self.is(";") {
            self.at += 1;
        }
    }

    /// Whether a statement ends here.
    pub(super) fn at_end(&mut self) -> bool {
        matches!(self.peek().kind, Kind::Newline | Kind::End) || self.is(";") || self.is("}")
    }

    /// Takes the end of a statement.
    pub(super) fn end(&mut self) -> Read<()> {
        if self.at_end() {
            return Ok(());
        }
        Err(self.unexpected("end of file or newline or semicolon"))
    }

    /// The place of all that was taken since token `from`.
    pub(super) fn since(&self, from: usize) -> Span {
        let last = self.tokens.len() - 1;
        let end = self.at.saturating_sub(1).min(last).max(from.min(last));
        self.tokens[from.min(last)].at.join(self.tokens[end].at)
    }

    /// Goes on behind the line of a block that has a problem: what is no sentence ends with its line,
    /// whatever braces there are.
    pub(super) fn recover_in_block(&mut self, problem: Problem) {
        let syntax = problem.syntax;
        self.recover(problem);
        while syntax && !matches!(self.peek().kind, Kind::Newline | Kind::End) && !self.is(";") {
            self.at += 1;
        }
    }

    /// Goes on behind the statement that has a problem.
    pub(super) fn recover(&mut self, problem: Problem) {
        self.problems.push(problem);
        while !self.at_end() {
            self.at += 1;
        }
    }
}
