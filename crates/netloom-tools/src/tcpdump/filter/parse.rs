//! The grammar of filter expressions.
//!
//! `and` and `or` have one precedence and bind to the left, `not` binds tighter; a primitive
//! without qualifiers takes those of the one before it.

use netloom_wire::{IpProtocol, MacAddr};

use super::lexer::{Token, tokens};
use super::primitive;
use super::qualifier::{
    Kind, Protocol, Qualifiers, family, looks_like_address, proto, protocol_alone, protocol_number,
    unsupported, unsupported_word, wrong,
};
use super::{Arithmetic, Comparison, Direction, Expr, Family, FilterError, field};

pub(super) type Parsed<T> = Result<T, FilterError>;

pub(super) fn parse(expression: &str) -> Parsed<Expr> {
    let tokens = tokens(expression)?;
    if tokens.is_empty() {
        return Ok(Expr::Always);
    }
    let mut parser = Parser {
        tokens,
        at: 0,
        last: None,
        depth: 0,
    };
    let expr = parser.expression()?;
    if parser.at < parser.tokens.len() {
        Err(FilterError::syntax())
    } else {
        Ok(expr)
    }
}

/// How deep parentheses may nest.
const MAX_DEPTH: usize = 100;

/// Reads tokens from left to right.
pub(super) struct Parser {
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
    last: Option<Qualifiers>,
    depth: usize,
}

impl Parser {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn word(&self) -> Option<&str> {
        match self.peek()? {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn take_word(&mut self, wanted: &str) -> bool {
        let found = self.word() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    pub(super) fn take_sign(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(sign)) if *sign == wanted);
        self.at += usize::from(found);
        found
    }

    /// A value: a word, escaped or not.
    pub(super) fn value(&mut self) -> Parsed<String> {
        let value = match self.peek() {
            Some(Token::Word(word) | Token::Escaped(word)) => word.clone(),
            _ => return Err(FilterError::syntax()),
        };
        self.at += 1;
        Ok(value)
    }

    /// Runs one level deeper, but not too deep for the stack.
    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(FilterError::new("expression is nested too deeply"));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn expression(&mut self) -> Parsed<Expr> {
        let mut left = self.term()?;
        loop {
            let and = self.take_word("and") || self.take_sign("&&");
            if !and && !self.take_word("or") && !self.take_sign("||") {
                return Ok(left);
            }
            let right = Box::new(self.term()?);
            left = if and {
                Expr::And(Box::new(left), right)
            } else {
                Expr::Or(Box::new(left), right)
            };
        }
    }

    fn term(&mut self) -> Parsed<Expr> {
        let mut negated = false;
        while self.take_word("not") || self.take_sign("!") {
            negated = !negated;
        }
        let term = self.plain_term()?;
        Ok(if negated {
            Expr::Not(Box::new(term))
        } else {
            term
        })
    }

    fn plain_term(&mut self) -> Parsed<Expr> {
        let start = self.at;
        if let Some(relation) = self.relation()? {
            return Ok(relation);
        }
        self.at = start;
        if self.take_sign("(") {
            let inner = self.nested(Self::expression)?;
            return if self.take_sign(")") {
                Ok(inner)
            } else {
                Err(FilterError::syntax())
            };
        }
        self.primitive()
    }

    fn primitive(&mut self) -> Parsed<Expr> {
        if let Some(expr) = self.special()? {
            self.last = None;
            return Ok(expr);
        }
        let start = self.at;
        let protocol = self.protocol();
        if let Some(expr) = self.broadcast_or_multicast(protocol) {
            return expr;
        }
        let direction = self.direction();
        let kind = self.kind();
        if self.at == start {
            // A bare value takes the qualifiers before it.
            let Some(last) = self.last else {
                let value = self.value()?;
                let qualifiers = Qualifiers {
                    protocol: Protocol::None,
                    direction: None,
                    kind: Kind::Host,
                };
                if !looks_like_address(&value) {
                    return Err(unsupported(&value));
                }
                return self.apply(qualifiers, &value);
            };
            let value = self.value()?;
            if unsupported_word(&value) {
                return Err(unsupported(&value));
            }
            return self.apply(last, &value);
        }
        if direction.is_none() && kind.is_none() {
            self.last = None;
            return Ok(protocol_alone(protocol));
        }
        let kind = kind.unwrap_or(Kind::Host);
        let qualifiers = Qualifiers {
            protocol,
            direction,
            kind,
        };
        let value = self.value()?;
        self.last = Some(qualifiers);
        self.apply(qualifiers, &value)
    }

    /// Primitives of one word, and those whose value is a number.
    fn special(&mut self) -> Parsed<Option<Expr>> {
        let Some(word) = self.word() else {
            return Ok(None);
        };
        let expr = match word {
            "broadcast" => Expr::Mac {
                direction: Direction::Dst,
                address: MacAddr::BROADCAST,
            },
            "multicast" => Expr::MacMulticast,
            "igmp" => protocol_number(Family::Ipv4, IpProtocol::IGMP),
            "icmp" => protocol_number(Family::Ipv4, IpProtocol::ICMP),
            "icmp6" => protocol_number(Family::Ipv6, IpProtocol::ICMPV6),
            "esp" => protocol_number(Family::Any, IpProtocol::ESP),
            "ah" => protocol_number(Family::Any, IpProtocol::AH),
            "pim" => protocol_number(Family::Any, IpProtocol::PIM),
            "vrrp" => protocol_number(Family::Ipv4, IpProtocol::VRRP),
            "stp" => Expr::Llc(netloom_wire::llc::SAP_STP),
            "vlan" => {
                self.at += 1;
                let id = self.word().and_then(field::number);
                self.at += usize::from(id.is_some());
                let id = match id {
                    Some(id) if id > 4095 => {
                        return Err(FilterError::new(format!(
                            "VLAN tag {id} greater than maximum 4095"
                        )));
                    }
                    id => id.map(|id| id as u16),
                };
                return Ok(Some(Expr::Vlan(id)));
            }
            "less" | "greater" => {
                let less = word == "less";
                self.at += 1;
                let number = field::number(&self.value()?).ok_or_else(FilterError::syntax)?;
                let comparison = if less {
                    Comparison::LessOrEqual
                } else {
                    Comparison::GreaterOrEqual
                };
                let number = Arithmetic::Number(number);
                return Ok(Some(Expr::Compare(Arithmetic::Length, comparison, number)));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(expr))
    }

    fn protocol(&mut self) -> Protocol {
        let protocol = match self.word() {
            Some("ether" | "link") => Protocol::Ether,
            Some("ip") => Protocol::Ip(Family::Ipv4),
            Some("ip6") => Protocol::Ip(Family::Ipv6),
            Some("arp") => Protocol::Ip(Family::Arp),
            Some("rarp") => Protocol::Ip(Family::Rarp),
            Some("tcp") => Protocol::Transport(IpProtocol::TCP.0),
            Some("udp") => Protocol::Transport(IpProtocol::UDP.0),
            Some("sctp") => Protocol::Transport(IpProtocol::SCTP.0),
            _ => return Protocol::None,
        };
        self.at += 1;
        protocol
    }

    fn broadcast_or_multicast(&mut self, protocol: Protocol) -> Option<Parsed<Expr>> {
        let expr = match (protocol, self.word()?) {
            (Protocol::Ether, "broadcast") => Expr::Mac {
                direction: Direction::Dst,
                address: MacAddr::BROADCAST,
            },
            (Protocol::Ether, "multicast") => Expr::MacMulticast,
            (Protocol::Ip(Family::Ipv4), "broadcast") => Expr::Ipv4Broadcast,
            (Protocol::Ip(Family::Ipv4), "multicast") => Expr::Ipv4Multicast,
            (Protocol::Ip(Family::Ipv6), "multicast") => Expr::Ipv6Multicast,
            (_, "broadcast" | "multicast") => return Some(Err(FilterError::syntax())),
            _ => return None,
        };
        self.at += 1;
        self.last = None;
        Some(Ok(expr))
    }

    fn direction(&mut self) -> Option<Direction> {
        let first = match self.word()? {
            "src" => Direction::Src,
            "dst" => Direction::Dst,
            _ => return None,
        };
        self.at += 1;
        let other = if first == Direction::Src {
            "dst"
        } else {
            "src"
        };
        let start = self.at;
        let joined = if self.take_word("or") || self.take_sign("||") {
            Direction::Either
        } else if self.take_word("and") || self.take_sign("&&") {
            Direction::Both
        } else {
            return Some(first);
        };
        if self.take_word(other) {
            return Some(joined);
        }
        self.at = start;
        Some(first)
    }

    fn kind(&mut self) -> Option<Kind> {
        let kind = match self.word()? {
            "host" => Kind::Host,
            "net" => Kind::Net,
            "port" => Kind::Port,
            "portrange" => Kind::PortRange,
            "proto" => Kind::Proto,
            _ => return None,
        };
        self.at += 1;
        Some(kind)
    }

    fn apply(&mut self, qualifiers: Qualifiers, value: &str) -> Parsed<Expr> {
        let direction = qualifiers.direction.unwrap_or(Direction::Either);
        match (qualifiers.kind, qualifiers.protocol) {
            (Kind::Host, Protocol::Ether) => {
                let address = value
                    .parse()
                    .map_err(|_| FilterError::new("illegal link layer address"))?;
                Ok(Expr::Mac { direction, address })
            }
            (Kind::Host, Protocol::Transport(_)) => Err(wrong(qualifiers.protocol, "host")),
            (Kind::Host, protocol) => {
                // A hardware address needs no qualifier to be known as one.
                if let (Protocol::None, Ok(address)) = (protocol, value.parse::<MacAddr>()) {
                    return Ok(Expr::Mac { direction, address });
                }
                let hosts = primitive::host(value)?;
                if self.take_sign("/") {
                    self.at -= 1;
                    return self.network(protocol, direction, value);
                }
                primitive::nets(family(protocol), direction, &hosts, "host")
            }
            (Kind::Net, Protocol::Ether | Protocol::Transport(_)) => {
                Err(wrong(qualifiers.protocol, "net"))
            }
            (Kind::Net, protocol) => self.network(protocol, direction, value),
            (Kind::Port | Kind::PortRange, protocol) => {
                let transport = match protocol {
                    Protocol::None => None,
                    Protocol::Transport(number) => Some(number),
                    _ => return Err(FilterError::new("illegal qualifier of 'port'")),
                };
                let (low, high, transport) = primitive::port_range(value, transport)?;
                if qualifiers.kind == Kind::Port && value.contains('-') && low != high {
                    return Err(FilterError::new(format!("unknown port '{value}'")));
                }
                Ok(Expr::Port {
                    transport,
                    direction,
                    low,
                    high,
                })
            }
            (Kind::Proto, protocol) => proto(protocol, value),
        }
    }

    fn network(&mut self, protocol: Protocol, direction: Direction, value: &str) -> Parsed<Expr> {
        let length = if self.take_sign("/") {
            Some(self.value()?)
        } else {
            None
        };
        let netmask = if length.is_none() && self.take_word("mask") {
            Some(self.value()?)
        } else {
            None
        };
        let net = primitive::net(value, length.as_deref(), netmask.as_deref())?;
        primitive::nets(family(protocol), direction, &[net], "net")
    }
}
