//! What a rule can look at, by its first word (nft(8), PRIMARY EXPRESSIONS and PAYLOAD EXPRESSIONS).

mod ct;
mod hash;
mod header;
mod known;

use super::lexer::Kind;
use super::parser::Parser;
use super::source::{Problem, Read};
use netloom_model::ruleset::{Expr, Header};

/// The keys of `meta` that may stand without that word.
const UNQUALIFIED: &[&str] = &[
    "mark",
    "iif",
    "iifname",
    "iiftype",
    "iifgroup",
    "oif",
    "oifname",
    "oiftype",
    "oifgroup",
    "skuid",
    "skgid",
    "pkttype",
    "nftrace",
    "rtclassid",
    "cpu",
    "ibrname",
    "obrname",
    "random",
    "time",
    "day",
    "hour",
    "cgroup",
];

/// An expression by its first word, which is next.
type Reader = fn(&mut Parser<'_>) -> Read<Expr>;

/// The expressions that do not begin with a header's name.
const READERS: &[(&str, Reader)] = &[
    ("meta", |parser| parser.meta()),
    ("ct", |parser| parser.ct()),
    ("rt", |parser| parser.rt()),
    ("socket", |parser| parser.socket()),
    ("fib", |parser| parser.fib()),
    ("osf", |parser| parser.osf()),
    ("ipsec", |parser| parser.ipsec()),
    ("numgen", |parser| parser.numgen()),
    ("jhash", |parser| parser.jhash()),
    ("symhash", |parser| parser.symhash()),
    ("exthdr", |parser| parser.has_extension()),
    ("hbh", |parser| parser.extension()),
    ("rt0", |parser| parser.extension()),
    ("rt2", |parser| parser.extension()),
    ("srh", |parser| parser.extension()),
    ("frag", |parser| parser.extension()),
    ("dst", |parser| parser.extension()),
    ("mh", |parser| parser.extension()),
];

impl Parser<'_> {
    /// Whether an expression begins here.
    pub(super) fn at_expression(&mut self) -> bool {
        let token = self.peek();
        let word = token.text.clone();
        if token.is("@") {
            let layer = self.tokens.get(self.at + 1).map(|t| t.text.as_str());
            let comma = self.tokens.get(self.at + 2).is_some_and(|t| t.is(","));
            return comma && matches!(layer, Some("ll" | "nh" | "th" | "ih"));
        }
        if token.kind != Kind::Word {
            return false;
        }
        if UNQUALIFIED.contains(&word.as_str()) {
            return true;
        }
        // A protocol's name is a constant too (`ip protocol tcp`): a field must follow.
        let header = Header::by_name(&word);
        let reader = READERS.iter().any(|(name, _)| *name == word);
        let second = self.tokens.get(self.at + 1);
        (header.is_some() || reader)
            && second.is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Number))
    }

    /// One expression without operations.
    pub(super) fn primary(&mut self) -> Read<Expr> {
        let from = self.at;
        let token = self.peek().clone();
        let word = token.text.as_str();
        if token.is("@") {
            self.at += 1;
            return self.raw();
        }
        if token.kind == Kind::Word {
            if let Some((_, read)) = READERS.iter().find(|(name, _)| *name == word) {
                return read(self);
            }
            if let Some(header) = Header::by_name(word) {
                self.at += 1;
                return self.field(header);
            }
            if UNQUALIFIED.contains(&word) {
                return self.meta_key();
            }
            if token.name() == "string" {
                self.at += 1;
                // A word that means nothing is a constant that nothing is compared with.
                if !self.at_end() {
                    return Err(Problem::new("No symbol type information", self.since(from)));
                }
            }
        }
        Err(self.unexpected(""))
    }

    fn second_text(&self) -> String {
        let token = self.tokens.get(self.at + 1);
        token.map_or_else(String::new, |t| t.text.clone())
    }
}
