//! Rules: their statements one after the other, comparisons, verdicts and the log (nft(8), STATEMENTS).

use super::datatype::describe_all;
use super::expr::{self, tidy};
use super::hint;
use super::lexer::Kind;
use super::parser::Parser;
use super::source::{Problem, Read, Span};
use netloom_model::ruleset::expr::{BitOp, MetaKey, Relation};
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::statement::{Log, Reject, Statement, Verdict, log_flag};
use netloom_model::ruleset::{DataType, Expr, Rule, TableFamily, Value};

/// The levels of the log (syslog(3)).
pub(super) const LEVELS: [&str; 9] = [
    "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", "audit",
];

/// What is told to the audit daemon, and not to the kernel's log.
const AUDIT: u8 = 8;
/// As long as what a line of the log begins with cannot be (`NF_LOG_PREFIXLEN`).
const PREFIX: usize = 128;

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
        let mut comment = None;
        let mut terminal: Option<Span> = None;
        self.said.clear();
        self.places.clear();
        self.whole.clear();
        self.meters.clear();
        if self.at_end() || self.is("comment") {
            return Err(self.unexpected(""));
        }
        while !self.at_end() {
            let token = self.peek();
            if matches!(token.kind, Kind::Sign | Kind::Number) && !token.is("@") && !token.is("(") {
                return Err(self.unexpected("end of file or newline or semicolon"));
            }
            if self.eat("comment") {
                comment = Some(self.text()?);
                self.end()?;
                break;
            }
            let from = self.at;
            self.compared = self.peek().at;
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
                self.needs_tcp(at);
            }
            self.said.push(statement);
            self.places.push(self.compared);
            self.whole.push(at);
        }
        super::implied::check(self.family, &self.said, &self.places)?;
        let statements = core::mem::take(&mut self.said);
        self.read.clone_from(&statements);
        Ok(Rule {
            statements: super::normal::normal(self.family, statements),
            comment,
            ..Rule::default()
        })
    }

    /// A reset is sent for TCP alone: a rule that does not say so is given the check.
    fn needs_tcp(&mut self, at: Span) {
        let protocol = Expr::Meta(MetaKey::L4Proto);
        let check = Statement::equal(protocol, Expr::Value(Value::from(6u8)));
        let tcp = |s: &Statement| {
            *s == check
                || super::implied::protocol(s) == Some(6)
                || super::implied::asks_for_protocol(s) == Some(6)
        };
        if !self.said.iter().any(tcp) {
            self.said.push(check);
            self.places.push(at);
            self.whole.push(at);
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
                return Ok(Some(Verdict::Jump(self.target()?)));
            }
            "goto" => {
                self.at += 1;
                return Ok(Some(Verdict::Goto(self.target()?)));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(verdict))
    }

    /// The chain that a verdict leads to.
    fn target(&mut self) -> Read<String> {
        match self.peek().kind {
            Kind::Word => self.name().map(|token| token.text),
            _ => Err(self.unexpected("'{'")),
        }
    }

    pub(super) fn log(&mut self) -> Read<Statement> {
        let from = self.at;
        self.at += 1;
        let place = self.since(from);
        let mut log = Log::default();
        loop {
            let word = self.peek().text.clone();
            match word.as_str() {
                "prefix" => {
                    self.at += 1;
                    if self.peek().kind == Kind::Number {
                        let words = "string or quoted string or string with a trailing asterisk";
                        return Err(self.unexpected(words));
                    }
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
                    log.group = Some(self.number_to(65535)?);
                }
                "snaplen" => {
                    self.at += 1;
                    log.snaplen = Some(self.number_to(u32::MAX.into())?);
                }
                "queue-threshold" => {
                    self.at += 1;
                    log.queue_threshold = Some(self.number_to(65535)?);
                }
                "flags" => {
                    self.at += 1;
                    log.flags |= self.log_flags()?;
                }
                _ => break,
            }
        }
        if log.level == Some(AUDIT)
            && log
                != (Log {
                    level: Some(AUDIT),
                    ..Log::default()
                })
        {
            let message = "log level audit doesn't support any further options";
            return Err(Problem::new(message, place));
        }
        if log.level.is_some() && log.group.is_some() {
            let message = "level and group are mutually exclusive";
            return Err(Problem::new(message, place));
        }
        if log.prefix.as_ref().is_some_and(|text| text.len() >= PREFIX) {
            let message = "Could not process rule: Numerical result out of range";
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

    /// A comparison, a map of verdicts, or something that is set.
    pub(super) fn comparison(&mut self) -> Read<Statement> {
        let from = self.at;
        let left = self.expression()?;
        self.compared = self.since(from);
        if self.eat("vmap") {
            let map = match self.map_name()? {
                Some(name) => {
                    let known = self.known_set_of_rule(&name);
                    if let Some((_, Some(MapData::Values(types)))) = known {
                        let message = format!(
                            "datatype mismatch: expected netfilter verdict, expression has type {}",
                            describe_all(&types)
                        );
                        return Err(Problem::new(message, self.since(from)));
                    }
                    Expr::SetRef(name)
                }
                None => Expr::Set(tidy(
                    self.set(&expr::types(&left), Some(&MapData::Verdicts))?,
                )),
            };
            return Ok(Statement::VerdictMap { key: left, map });
        }
        if self.is("set") && is_writable(&left) {
            self.at += 1;
            return self.set_to(left);
        }
        let relation = self.relation();
        self.right(left, relation)
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
            let from = self.at;
            let elements = self.set(&types, None)?;
            if !matches!(plain, Relation::Eq | Relation::Ne) {
                let message = "Relational expression (set) is undefined";
                return Err(Problem::new(message, self.since(from)));
            }
            let flags = types[0].is_flags() && relation.is_none();
            return match super::normal::lone_element(&types, &elements) {
                Some(value) if flags => compare(left, Relation::Any, value),
                Some(value) => compare(left, plain, value),
                None => compare(left, plain, Expr::Set(tidy(elements))),
            };
        }
        if self.is("@") && !self.at_expression() {
            let from = self.at;
            let name = self.set_name()?.unwrap_or_default();
            let at = self.since(from);
            let Some((key, _)) = self.known_set_of_rule(&name) else {
                return Err(hint::absent(self.ruleset, hint::Kind::Set, &name, at));
            };
            if !expr::is_comparable(&key, &types) {
                let message = format!(
                    "datatype mismatch, expected {}, expression has type {}",
                    describe_all(&types),
                    describe_all(&key)
                );
                return Err(Problem {
                    with: Some(self.compared),
                    ..Problem::new(message, at)
                });
            }
            return compare(left, plain, Expr::SetRef(name));
        }
        if let (true, [ty]) = (types.iter().all(|ty| ty.is_flags()), &types[..]) {
            return self.flags(left, relation, *ty);
        }
        let from = self.at;
        if types.len() > 1 {
            self.key(&types)?;
            let message = "Use concatenations with sets and maps, not singleton values";
            return Err(Problem {
                with: Some(self.since(from)),
                ..Problem::new(message, self.compared)
            });
        }
        if !super::refuse::port_is_known(&left, &self.said) && !self.at_expression() {
            let message = "Can't parse symbolic invalid expressions";
            return Err(Problem::new(message, self.next().at));
        }
        let right = self.range(types[0])?;
        self.check_label(&left, &right, self.since(from))?;
        if self.is(",") {
            let message = format!(
                "Basetype of type {} is not bitmask",
                super::datatype::describe(types[0])
            );
            return Err(Problem::new(message, self.since(from)));
        }
        compare(left, plain, right)
    }

    /// Flags: `syn,ack` asks for any of them, `syn / syn,ack` for these among those.
    fn flags(&mut self, left: Expr, relation: Option<Relation>, ty: DataType) -> Read<Statement> {
        let value = self.flag_list(ty)?;
        // Under a mask of all flags they are compared as they are.
        let (left, relation) = match left {
            Expr::Bits(BitOp::And, of, mask) if is_all(ty, &mask) => {
                (*of, Some(relation.unwrap_or(Relation::Eq)))
            }
            left => (left, relation),
        };
        let masked = matches!(left, Expr::Bits(BitOp::And, ..));
        if self.eat("/") {
            let mask = self.flag_list(ty)?;
            if relation.is_some_and(|of| !matches!(of, Relation::Eq | Relation::Ne)) {
                let mut at = self.since(self.at - 1);
                at.from = self.compared.from;
                return Err(Problem::new("either == or != is allowed", at));
            }
            let mask = Expr::Value(mask);
            let left = match is_all(ty, &mask) {
                true => left,
                false => Expr::Bits(BitOp::And, Box::new(left), Box::new(mask)),
            };
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

    /// Flags with commas or `|` between them; a set of one is the same.
    pub(super) fn flag_list(&mut self, ty: DataType) -> Read<Value> {
        let inside = self.eat("(");
        let mut value = Value::default();
        loop {
            let next = self.one(ty)?;
            value = match value.bytes() {
                [] => next,
                _ => expr::or(&value, &next),
            };
            if inside && self.is(",") {
                return Err(self.unexpected("')'"));
            }
            if !self.eat(",") && !self.eat("|") {
                break;
            }
        }
        if inside {
            self.expect(")")?;
        }
        Ok(value)
    }
}

/// Whether a mask leaves all bits of a type as they are.
fn is_all(ty: DataType, mask: &Expr) -> bool {
    let all = u128::MAX
        .checked_shr(128 - u32::from(ty.bits()))
        .unwrap_or(0);
    ty == DataType::TcpFlag && matches!(mask, Expr::Value(mask) if mask.to_number() == Some(all))
}

/// Whether a rule can set it: `set` follows. (`socket mark set` is no sentence.)
const fn is_writable(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Meta(_)
            | Expr::Ct(..)
            | Expr::Field(_)
            | Expr::Raw { .. }
            | Expr::TcpOption { .. }
            | Expr::ExtensionHeader { .. }
            | Expr::IpOption { .. }
    )
}

/// Whether nothing can follow a statement.
fn is_terminal(statement: &Statement) -> bool {
    match statement {
        Statement::Verdict(verdict) => *verdict != Verdict::Continue,
        Statement::Reject(_) | Statement::Nat(_) | Statement::Queue { .. } => true,
        _ => false,
    }
}
