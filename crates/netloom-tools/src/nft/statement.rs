//! Statements by their first word (nft(8), STATEMENTS); what begins with none of them compares.

use super::lexer::Kind;
use super::parser::Parser;
use super::rule::{TIMES, UNITS};
use super::source::{Problem, Read};
use netloom_model::ruleset::expr::{CtKey, MetaKey};
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::statement::{
    Counter, Limit, ObjectName, Quota, Reject, Statement, Synproxy,
};
use netloom_model::ruleset::{DataType, Expr, ObjectKind, TableFamily};

/// A statement by its first word, which is next.
type Reader = fn(&mut Parser<'_>) -> Read<Statement>;

/// The statements that are told by their first word.
const READERS: &[(&str, Reader)] = &[
    ("counter", |parser| parser.counter()),
    ("limit", |parser| parser.limit()),
    ("quota", |parser| parser.quota()),
    ("log", |parser| parser.log()),
    ("reject", |parser| parser.reject()),
    ("notrack", |parser| parser.notrack()),
    ("snat", |parser| parser.nat()),
    ("dnat", |parser| parser.nat()),
    ("masquerade", |parser| parser.nat()),
    ("redirect", |parser| parser.nat()),
    ("tproxy", |parser| parser.tproxy()),
    ("synproxy", |parser| parser.synproxy()),
    ("queue", |parser| parser.queue()),
    ("dup", |parser| parser.dup()),
    ("fwd", |parser| parser.forward()),
    ("add", |parser| parser.update()),
    ("update", |parser| parser.update()),
    ("delete", |parser| parser.update()),
    ("set", |parser| parser.update_as_it_was()),
    ("flow", |parser| parser.flow()),
    ("meter", |parser| parser.meter(1)),
    ("reset", |parser| parser.reset_option()),
];

impl Parser<'_> {
    pub(super) fn statement(&mut self) -> Read<Statement> {
        if let Some(verdict) = self.verdict()? {
            return Ok(Statement::Verdict(verdict));
        }
        let token = self.peek();
        let word = token.text.clone();
        if token.kind == Kind::Word {
            if let Some((_, read)) = READERS.iter().find(|(name, _)| *name == word) {
                return read(self);
            }
            if word == "ct" {
                if self.second_is("count") {
                    return self.ct_count();
                }
                if let Some(kind) = self.ct_object() {
                    return self.object(kind);
                }
            }
        }
        self.comparison()
    }

    pub(super) fn counter(&mut self) -> Read<Statement> {
        self.at += 1;
        if self.eat("name") {
            return self.object(ObjectKind::Counter);
        }
        let mut counter = Counter::default();
        loop {
            if self.eat("packets") {
                counter.packets = self.number()?;
            } else if self.eat("bytes") {
                counter.bytes = self.number()?;
            } else {
                return Ok(Statement::Counter(counter));
            }
        }
    }

    /// The object that is named next, or the one that a map has.
    fn object(&mut self, kind: ObjectKind) -> Read<Statement> {
        let name = match self.at_expression() {
            true => {
                let key = self.expression()?;
                self.expect("map")?;
                match self.map_of(key, &MapData::Objects(kind))? {
                    Expr::Map { key, map } => ObjectName::Map {
                        key: *key,
                        map: *map,
                    },
                    _ => return Err(self.unexpected("")),
                }
            }
            false => ObjectName::Name(self.text()?),
        };
        Ok(Statement::Object { kind, name })
    }

    /// `ct helper set`, `ct timeout set`, `ct expectation set`, which are taken.
    fn ct_object(&mut self) -> Option<ObjectKind> {
        let word = self.tokens.get(self.at + 1)?.text.as_str();
        let kind = match word {
            "helper" => ObjectKind::CtHelper,
            "timeout" => ObjectKind::CtTimeout,
            "expectation" => ObjectKind::CtExpectation,
            _ => return None,
        };
        if !self.tokens.get(self.at + 2)?.is("set") {
            return None;
        }
        self.at += 3;
        Some(kind)
    }

    /// `limit rate [over] N/TIME [burst N packets]`.
    pub(super) fn limit(&mut self) -> Read<Statement> {
        self.at += 1;
        if self.eat("name") {
            return self.object(ObjectKind::Limit);
        }
        let from = self.at - 1;
        let limit = self.limit_words()?;
        if limit.rate == 0 {
            let message = "Could not process rule: Invalid argument";
            return Err(Problem::new(message, self.since(from)));
        }
        Ok(Statement::Limit(limit))
    }

    pub(super) fn limit_words(&mut self) -> Read<Limit> {
        self.expect("rate")?;
        let over = self.eat("over");
        let rate = self.number()?;
        if self.at_end() {
            return Err(self.unexpected("/ or string or bytes"));
        }
        let word = match self.eat("/") {
            true => format!("/{}", self.next().text),
            false => self.next().text,
        };
        let (unit, time) = match word.split_once('/') {
            Some((unit, time)) => (unit.to_owned(), time.to_owned()),
            None => {
                self.expect("/")?;
                (word, self.next().text)
            }
        };
        let unit = UNITS.iter().find(|(name, _)| *name == unit);
        let Some((_, per)) = TIMES.iter().find(|(name, _)| *name == time) else {
            self.at -= 1;
            return Err(self.unexpected(""));
        };
        let mut burst = if unit.is_some() { 0 } else { 5 };
        let from = self.at;
        if self.eat("burst") {
            let count = self.number()?;
            let word = self.next().text;
            let scale = UNITS.iter().find(|(name, _)| *name == word);
            if scale.is_none() && word != "packets" {
                self.at -= 1;
                return Err(self.unexpected(""));
            }
            burst = count.saturating_mul(scale.map_or(1, |(_, scale)| *scale));
            let at = self.since(from);
            if burst == 0 && unit.is_none() {
                return Err(Problem::new("packet limit burst must be > 0", at));
            }
            if burst > u64::from(u32::MAX) {
                return Err(Problem::new("limit burst is too large", at));
            }
        }
        Ok(Limit {
            rate: rate.saturating_mul(unit.map_or(1, |(_, scale)| *scale)),
            per: *per,
            burst: burst as u32,
            bytes: unit.is_some(),
            over,
        })
    }

    /// `quota [over|until] N UNIT [used N UNIT]`.
    pub(super) fn quota(&mut self) -> Read<Statement> {
        self.at += 1;
        if self.eat("name") {
            return self.object(ObjectKind::Quota);
        }
        self.quota_words().map(Statement::Quota)
    }

    pub(super) fn quota_words(&mut self) -> Read<Quota> {
        let over = self.eat("over");
        self.eat("until");
        let bytes = self.bytes()?;
        let used = if self.eat("used") { self.bytes()? } else { 0 };
        Ok(Quota { bytes, used, over })
    }

    /// A number of bytes with its unit.
    fn bytes(&mut self) -> Read<u64> {
        let number = self.number()?;
        let word = self.peek().text.clone();
        let Some((_, scale)) = UNITS.iter().find(|(name, _)| *name == word) else {
            return Err(self.unexpected(""));
        };
        self.at += 1;
        Ok(number.saturating_mul(*scale))
    }

    /// `ct count [over] N`.
    pub(super) fn ct_count(&mut self) -> Read<Statement> {
        self.at += 2;
        let over = self.eat("over");
        let count = self.number()? as u32;
        Ok(Statement::ConnLimit { count, over })
    }

    fn notrack(&mut self) -> Read<Statement> {
        self.at += 1;
        Ok(Statement::Notrack)
    }

    /// `reject [with ...]`; without more it is the unreachable port of the family.
    fn reject(&mut self) -> Read<Statement> {
        let reject = self.since_next();
        self.at += 1;
        if !self.eat("with") {
            self.check_reject(&Reject::Icmpx(1), reject, reject)?;
            let of = super::implied::network(self.family, &self.said);
            return Ok(Statement::Reject(match of {
                Some(TableFamily::Ip) => Reject::Icmp(3),
                Some(TableFamily::Ip6) => Reject::Icmpv6(4),
                _ => Reject::Icmpx(1),
            }));
        }
        let word = self.next().text;
        let from = self.at;
        let (ty, make): (_, fn(u8) -> Reject) = match word.as_str() {
            "tcp" => {
                self.expect("reset")?;
                return self.tcp_reset(reject);
            }
            "icmp" => (DataType::IcmpCode, Reject::Icmp),
            "icmpv6" => (DataType::Icmpv6Code, Reject::Icmpv6),
            "icmpx" => (DataType::IcmpxCode, Reject::Icmpx),
            _ => {
                self.at -= 1;
                return Err(self.unexpected("icmp or icmpv6 or tcp or icmpx"));
            }
        };
        if !self.eat("type") {
            self.eat("code");
        }
        let from = self.at.max(from);
        let Expr::Value(code) = self.range(ty)? else {
            return Err(self.unexpected(""));
        };
        if ty == DataType::IcmpxCode && matches!(self.family, TableFamily::Ip | TableFamily::Ip6) {
            return Err(Problem {
                with: Some(reject),
                ..Problem::new(
                    "abstracted ICMP unreachable not supported",
                    self.since(from),
                )
            });
        }
        let answer = make(code.bytes()[0]);
        self.check_reject(&answer, reject, self.since(from))?;
        Ok(Statement::Reject(answer))
    }

    fn tcp_reset(&mut self, at: super::source::Span) -> Read<Statement> {
        let other = self.said.iter().zip(&self.places).find(|(statement, _)| {
            super::implied::protocol(statement).is_some_and(|number| number != 6)
        });
        if let Some((_, with)) = other {
            let message = "you cannot use tcp reset with this protocol";
            return Err(Problem {
                with: Some(*with),
                ..Problem::new(message, at)
            });
        }
        Ok(Statement::Reject(Reject::TcpReset))
    }

    /// `synproxy [name X] [mss N wscale N] [timestamp] [sack-perm]`.
    fn synproxy(&mut self) -> Read<Statement> {
        self.at += 1;
        if self.eat("name") {
            return self.object(ObjectKind::Synproxy);
        }
        self.synproxy_words(false).map(Statement::Synproxy)
    }

    pub(super) fn synproxy_words(&mut self, block: bool) -> Read<Synproxy> {
        let mut proxy = Synproxy {
            mss: 0,
            wscale: 0,
            timestamp: false,
            sack_perm: false,
        };
        loop {
            if block {
                self.separators();
            }
            let word = self.peek().text.clone();
            match word.as_str() {
                "mss" => {
                    self.at += 1;
                    proxy.mss = self.number_to(65535)?;
                }
                "wscale" => {
                    self.at += 1;
                    proxy.wscale = self.number_to(14)?;
                }
                "timestamp" => {
                    self.at += 1;
                    proxy.timestamp = true;
                }
                "sack-perm" => {
                    self.at += 1;
                    proxy.sack_perm = true;
                }
                _ => return Ok(proxy),
            }
        }
    }

    /// `flow add @TABLE`; what it was once is a meter.
    fn flow(&mut self) -> Read<Statement> {
        if self.second_is("table") {
            return self.meter(2);
        }
        self.at += 1;
        if !self.eat("offload") {
            self.expect("add")?;
        }
        self.expect("@")?;
        Ok(Statement::FlowAdd(self.name()?.text))
    }

    /// `reset tcp option NAME`.
    fn reset_option(&mut self) -> Read<Statement> {
        self.at += 1;
        self.expect("tcp")?;
        self.at -= 1;
        match self.primary()? {
            Expr::TcpOption { kind, field: None } => Ok(Statement::ResetTcpOption(kind)),
            _ => Err(self.unexpected("")),
        }
    }

    /// What something is set to.
    pub(super) fn set_to(&mut self, what: Expr) -> Read<Statement> {
        if what == Expr::Meta(MetaKey::Secmark) && self.peek().kind == Kind::Quoted {
            return self.object(ObjectKind::Secmark);
        }
        let wanted = match &what {
            Expr::Ct(CtKey::Label, _) => vec![DataType::CtLabel],
            what => super::expr::types(what),
        };
        let from = self.at;
        let value = self.value(&wanted)?;
        if matches!(value, Expr::Value(_)) {
            match what {
                Expr::Ct(CtKey::Secmark, _) => {
                    let message = "ct secmark must not be set to constant value";
                    let mut at = self.since(from);
                    at.from = self.compared.from;
                    return Err(Problem::new(message, at));
                }
                Expr::Meta(MetaKey::Secmark) => {
                    let message = "Could not process rule: No such file or directory";
                    return Err(Problem::new(message, self.since(from)));
                }
                _ => {}
            }
        }
        Ok(Statement::Set { what, value })
    }
}
