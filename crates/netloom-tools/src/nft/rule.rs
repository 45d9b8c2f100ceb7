//! Rules: their statements one after the other (nft(8), STATEMENTS).

use super::expr::{self, tidy};
use super::lexer::Kind;
use super::parser::Parser;
use super::source::{Problem, Read, Span};
use netloom_model::ruleset::expr::{BitOp, MetaKey, Relation};
use netloom_model::ruleset::statement::{
    Counter, Limit, Log, Reject, Statement, Verdict, log_flag,
};
use netloom_model::ruleset::{DataType, Expr, Rule, TableFamily, Value};

/// The levels of the log (syslog(3)).
pub(super) const LEVELS: [&str; 9] = [
    "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", "audit",
];

/// The seconds of a limit's times.
pub(super) const TIMES: [(&str, u64); 5] = [
    ("second", 1),
    ("minute", 60),
    ("hour", 3600),
    ("day", 86_400),
    ("week", 604_800),
];

/// The units of bytes.
pub(super) const UNITS: [(&str, u64); 3] = [("mbytes", 1 << 20), ("kbytes", 1 << 10), ("bytes", 1)];

impl Parser<'_> {
    /// A rule, to the end of the statement.
    pub(super) fn rule(&mut self) -> Read<Rule> {
        let mut rule = Rule::default();
        let mut places: Vec<Span> = Vec::new();
        let mut terminal: Option<Span> = None;
        if self.at_end() {
            return Err(self.unexpected(""));
        }
        while !self.at_end() {
            if self.eat("comment") {
                rule.comment = Some(self.text()?);
                self.end()?;
                break;
            }
            let from = self.at;
            let statement = self.statement()?;
            let at = self.since(from);
            if let Some(with) = terminal {
                let message = "Statement after terminal statement has no effect";
                return Err(Problem {
                    with: Some(with),
                    ..Problem::new(message, at)
                });
            }
            if is_terminal(&statement) {
                terminal = Some(at);
            }
            if statement == Statement::Reject(Reject::TcpReset) && self.family == TableFamily::Inet
            {
                self.needs_tcp(&mut rule.statements, &mut places, at);
            }
            rule.statements.push(statement);
            places.push(self.compared);
        }
        super::implied::check(self.family, &rule.statements, &places)?;
        super::implied::leave_out(self.family, &mut rule.statements);
        Ok(rule)
    }

    /// A reset is sent for TCP alone: a rule that does not say so is given the check.
    fn needs_tcp(&self, statements: &mut Vec<Statement>, places: &mut Vec<Span>, at: Span) {
        let protocol = Expr::Meta(MetaKey::L4Proto);
        let check = Statement::equal(protocol, Expr::Value(Value::from(6u8)));
        let tcp = |s: &Statement| *s == check || super::implied::protocol(s) == Some(6);
        if !statements.iter().any(tcp) {
            statements.push(check);
            places.push(at);
        }
    }

    fn statement(&mut self) -> Read<Statement> {
        if let Some(verdict) = self.verdict()? {
            return Ok(Statement::Verdict(verdict));
        }
        match self.peek().text.as_str() {
            "counter" => self.counter(),
            "limit" => self.limit(),
            "log" => self.log(),
            "reject" => self.reject(),
            "notrack" => {
                self.at += 1;
                Ok(Statement::Notrack)
            }
            _ => self.comparison(),
        }
    }

    /// A verdict, if there is one.
    pub(super) fn verdict(&mut self) -> Read<Option<Verdict>> {
        let token = self.peek();
        let verdict = match token.text.as_str() {
            _ if token.kind != Kind::Word => return Ok(None),
            "accept" => Verdict::Accept,
            "drop" => Verdict::Drop,
            "continue" => Verdict::Continue,
            "return" => Verdict::Return,
            "jump" => {
                self.at += 1;
                return Ok(Some(Verdict::Jump(self.name()?.text)));
            }
            "goto" => {
                self.at += 1;
                return Ok(Some(Verdict::Goto(self.name()?.text)));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(verdict))
    }

    fn counter(&mut self) -> Read<Statement> {
        self.at += 1;
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

    /// `limit rate [over] N/TIME [burst N packets]`.
    fn limit(&mut self) -> Read<Statement> {
        self.at += 1;
        self.expect("rate")?;
        let over = self.eat("over");
        self.eat("until");
        let rate = self.number()?;
        let word = match self.eat("/") {
            true => format!("/{}", self.next().text),
            false => self.next().text,
        };
        let (unit, time) = word.split_once('/').unwrap_or((&word, ""));
        let unit = UNITS.iter().find(|(name, _)| *name == unit);
        let Some((_, per)) = TIMES.iter().find(|(name, _)| *name == time) else {
            self.at -= 1;
            return Err(self.unexpected(""));
        };
        let mut burst = if unit.is_some() { 0 } else { 5 };
        if self.eat("burst") {
            let from = self.at;
            let count = self.number()?;
            let word = self.next().text;
            let scale = UNITS.iter().find(|(name, _)| *name == word);
            if scale.is_none() && word != "packets" {
                self.at -= 1;
                return Err(self.unexpected(""));
            }
            burst = count.saturating_mul(scale.map_or(1, |(_, scale)| *scale));
            if burst > u64::from(u32::MAX) {
                return Err(Problem::new("limit burst is too large", self.since(from)));
            }
        }
        Ok(Statement::Limit(Limit {
            rate: rate.saturating_mul(unit.map_or(1, |(_, scale)| *scale)),
            per: *per,
            burst: burst as u32,
            bytes: unit.is_some(),
            over,
        }))
    }

    fn log(&mut self) -> Read<Statement> {
        let from = self.at;
        self.at += 1;
        let place = self.since(from);
        let mut log = Log::default();
        loop {
            let word = self.peek().text.clone();
            match word.as_str() {
                "prefix" => {
                    self.at += 1;
                    log.prefix = Some(self.text()?);
                }
                "level" => {
                    self.at += 1;
                    let word = self.text()?;
                    let level = LEVELS.iter().position(|name| *name == word);
                    let Some(level) = level else {
                        self.at -= 1;
                        return Err(Problem::new("invalid log level", self.next().at));
                    };
                    log.level = Some(level as u8);
                }
                "group" => {
                    self.at += 1;
                    log.group = Some(self.number()? as u16);
                }
                "snaplen" => {
                    self.at += 1;
                    log.snaplen = Some(self.number()? as u32);
                }
                "queue-threshold" => {
                    self.at += 1;
                    log.queue_threshold = Some(self.number()? as u16);
                }
                "flags" => {
                    self.at += 1;
                    log.flags |= self.log_flags()?;
                }
                _ => break,
            }
        }
        if log.level.is_some() && log.group.is_some() {
            let message = "level and group are mutually exclusive";
            return Err(Problem::new(message, place));
        }
        Ok(Statement::Log(log))
    }

    fn log_flags(&mut self) -> Read<u8> {
        let word = self.next().text;
        Ok(match word.as_str() {
            "all" => 0x2f,
            "skuid" => log_flag::SKUID,
            "ether" => log_flag::ETHER,
            "ip" => {
                self.expect("options")?;
                log_flag::IP_OPTIONS
            }
            "tcp" => {
                let mut flags = 0;
                loop {
                    flags |= match self.next().text.as_str() {
                        "sequence" => log_flag::TCP_SEQUENCE,
                        "options" => log_flag::TCP_OPTIONS,
                        _ => {
                            self.at -= 1;
                            return Err(self.unexpected(""));
                        }
                    };
                    if !self.eat(",") {
                        return Ok(flags);
                    }
                }
            }
            _ => {
                self.at -= 1;
                return Err(self.unexpected(""));
            }
        })
    }

    /// `reject [with ...]`; without more it is the unreachable port of the family.
    fn reject(&mut self) -> Read<Statement> {
        self.at += 1;
        if !self.eat("with") {
            return Ok(Statement::Reject(match self.family {
                TableFamily::Ip => Reject::Icmp(3),
                TableFamily::Ip6 => Reject::Icmpv6(4),
                _ => Reject::Icmpx(1),
            }));
        }
        let word = self.next().text;
        let (ty, make): (_, fn(u8) -> Reject) = match word.as_str() {
            "tcp" => {
                self.expect("reset")?;
                return Ok(Statement::Reject(Reject::TcpReset));
            }
            "icmp" => (DataType::IcmpCode, Reject::Icmp),
            "icmpv6" => (DataType::Icmpv6Code, Reject::Icmpv6),
            "icmpx" => (DataType::IcmpxCode, Reject::Icmpx),
            _ => {
                self.at -= 1;
                return Err(self.unexpected(""));
            }
        };
        if !self.eat("type") {
            self.eat("code");
        }
        match self.range(ty)? {
            Expr::Value(code) => Ok(Statement::Reject(make(code.bytes()[0]))),
            _ => Err(self.unexpected("")),
        }
    }

    /// A comparison, a map of verdicts, or something that is set.
    fn comparison(&mut self) -> Read<Statement> {
        let from = self.at;
        let left = self.expression()?;
        self.compared = self.since(from);
        if self.eat("vmap") {
            let map = match self.set_name()? {
                Some(name) => Expr::SetRef(name),
                None => Expr::Set(tidy(self.set(&expr::types(&left), true)?)),
            };
            return Ok(Statement::VerdictMap { key: left, map });
        }
        if self.eat("set") {
            let value = self.value(&left)?;
            return Ok(Statement::Set { what: left, value });
        }
        let relation = self.relation();
        self.right(left, relation)
    }

    /// What something is set to.
    fn value(&mut self, what: &Expr) -> Read<Expr> {
        if self.at_expression() {
            return self.expression();
        }
        let ty = what.datatype().unwrap_or(DataType::Integer(32));
        self.range(ty)
    }

    /// The sign of a comparison; none: it is left out.
    fn relation(&mut self) -> Option<Relation> {
        let token = self.peek();
        let relation = match token.text.as_str() {
            _ if token.kind == Kind::Quoted => return None,
            "==" | "eq" => Relation::Eq,
            "!=" | "ne" => Relation::Ne,
            "<" | "lt" => Relation::Lt,
            ">" | "gt" => Relation::Gt,
            "<=" | "le" => Relation::Le,
            ">=" | "ge" => Relation::Ge,
            "!" => Relation::None,
            _ => return None,
        };
        self.at += 1;
        Some(relation)
    }

    fn set_name(&mut self) -> Read<Option<String>> {
        if !self.eat("@") {
            return Ok(None);
        }
        self.name().map(|token| Some(token.text))
    }

    /// What stands on the right of a comparison.
    fn right(&mut self, left: Expr, relation: Option<Relation>) -> Read<Statement> {
        let types = expr::types(&left);
        let plain = relation.unwrap_or(Relation::Eq);
        let compare = |left, relation, right| {
            Ok(Statement::Match {
                left,
                relation,
                right,
            })
        };
        if self.is("{") {
            let set = Expr::Set(tidy(self.set(&types, false)?));
            return compare(left, plain, set);
        }
        if let Some(name) = self.set_name()? {
            return compare(left, plain, Expr::SetRef(name));
        }
        if let (true, [ty]) = (types.iter().all(|ty| ty.is_flags()), &types[..]) {
            return self.flags(left, relation, *ty);
        }
        if types.len() > 1 {
            let element = self.key(&types)?;
            let right = match element.to {
                Some(_) => Expr::Set(vec![element]),
                None => Expr::Concat(element.from.into_iter().map(Expr::Value).collect()),
            };
            return compare(left, plain, right);
        }
        let right = self.range(types[0])?;
        compare(left, plain, right)
    }

    /// Flags: `syn,ack` asks for any of them, `syn / syn,ack` for these among those.
    fn flags(&mut self, left: Expr, relation: Option<Relation>, ty: DataType) -> Read<Statement> {
        let value = self.flag_list(ty)?;
        let masked = matches!(left, Expr::Bits(BitOp::And, ..));
        if self.eat("/") {
            let mask = self.flag_list(ty)?;
            let left = Expr::Bits(BitOp::And, Box::new(left), Box::new(Expr::Value(mask)));
            return Ok(Statement::Match {
                left,
                relation: relation.unwrap_or(Relation::Eq),
                right: Expr::Value(value),
            });
        }
        let zero = value.to_number() == Some(0);
        // Bits compared with nothing ask for any or none of them.
        let (left, relation, value) = match (left, relation) {
            (Expr::Bits(BitOp::And, of, mask), Some(relation @ (Relation::Eq | Relation::Ne)))
                if zero =>
            {
                let relation = match relation {
                    Relation::Eq => Relation::None,
                    _ => Relation::Any,
                };
                match *mask {
                    Expr::Value(mask) => (*of, relation, mask),
                    mask => (mask, relation, value),
                }
            }
            (left, None) if masked => (left, Relation::Eq, value),
            (left, relation) => (left, relation.unwrap_or(Relation::Any), value),
        };
        Ok(Statement::Match {
            left,
            relation,
            right: Expr::Value(value),
        })
    }

    fn flag_list(&mut self, ty: DataType) -> Read<Value> {
        let inside = self.eat("(");
        let mut value = Value::default();
        loop {
            let Expr::Value(next) = self.flag(ty)? else {
                return Err(self.unexpected(""));
            };
            value = match value.bytes() {
                [] => next,
                _ => expr::or(&value, &next),
            };
            if !self.eat(",") && !self.eat("|") {
                break;
            }
        }
        if inside {
            self.expect(")")?;
        }
        Ok(value)
    }

    fn flag(&mut self, ty: DataType) -> Read<Expr> {
        let token = self.peek().clone();
        if !matches!(token.kind, Kind::Word | Kind::Number) {
            return Err(self.unexpected(""));
        }
        self.at += 1;
        super::constant::parse(ty, &token, self.devices).map(Expr::Value)
    }
}

/// Whether nothing can follow a statement.
fn is_terminal(statement: &Statement) -> bool {
    match statement {
        Statement::Verdict(verdict) => *verdict != Verdict::Continue,
        Statement::Reject(_) => true,
        _ => false,
    }
}
