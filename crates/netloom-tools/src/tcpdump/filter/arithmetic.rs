//! Comparisons of arithmetic: `ip[8] < 5`, `tcp[tcpflags] & tcp-syn != 0`.

use super::lexer::Token;
use super::parse::{Parsed, Parser};
use super::{Arithmetic, Comparison, Expr, FilterError, Layer, Operator, field, primitive};

impl Parser {
    /// A comparison, or none if the tokens from here are not one.
    pub(super) fn relation(&mut self) -> Parsed<Option<Expr>> {
        let Some(left) = self.arithmetic(0)? else {
            return Ok(None);
        };
        let Some(Token::Sign(sign)) = self.peek() else {
            return Ok(None);
        };
        let comparison = match *sign {
            "=" | "==" => Comparison::Equal,
            "!=" => Comparison::NotEqual,
            ">" => Comparison::Greater,
            "<" => Comparison::Less,
            ">=" => Comparison::GreaterOrEqual,
            "<=" => Comparison::LessOrEqual,
            _ => return Ok(None),
        };
        self.at += 1;
        let right = self.arithmetic(0)?.ok_or_else(FilterError::syntax)?;
        Ok(Some(Expr::Compare(left, comparison, right)))
    }

    /// Arithmetic of operators that bind at least as tightly as `least`; none if the tokens from
    /// here are not arithmetic.
    fn arithmetic(&mut self, least: u8) -> Parsed<Option<Arithmetic>> {
        let Some(mut left) = self.nested(Self::operand)? else {
            return Ok(None);
        };
        while let Some((operator, binding)) = self.operator()
            && binding >= least
        {
            self.at += 1;
            let Some(right) = self.nested(|parser| parser.arithmetic(binding + 1))? else {
                return Ok(None);
            };
            left = Arithmetic::Operation(Box::new(left), operator, Box::new(right));
        }
        Ok(Some(left))
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        let Some(Token::Sign(sign)) = self.peek() else {
            return None;
        };
        Some(match *sign {
            "|" => (Operator::Or, 0),
            "^" => (Operator::Xor, 0),
            "&" => (Operator::And, 1),
            "<<" => (Operator::ShiftLeft, 2),
            ">>" => (Operator::ShiftRight, 2),
            "+" => (Operator::Add, 3),
            "-" => (Operator::Subtract, 3),
            "*" => (Operator::Multiply, 4),
            "/" => (Operator::Divide, 4),
            "%" => (Operator::Modulo, 4),
            _ => return None,
        })
    }

    fn operand(&mut self) -> Parsed<Option<Arithmetic>> {
        if self.take_sign("-") {
            let inner = self.nested(Self::operand)?;
            return Ok(inner.map(|inner| Arithmetic::Negated(Box::new(inner))));
        }
        if self.take_sign("(") {
            let inner = self.arithmetic(0)?;
            return Ok(inner.filter(|_| self.take_sign(")")));
        }
        let Some(word) = self.word() else {
            return Ok(None);
        };
        let known = match word {
            "len" | "length" => Some(Arithmetic::Length),
            _ => field::number(word)
                .or_else(|| field::named(word))
                .map(Arithmetic::Number),
        };
        if known.is_some() {
            self.at += 1;
            return Ok(known);
        }
        let layer = layer(word);
        if self.tokens.get(self.at + 1) != Some(&Token::Sign("[")) {
            return Ok(None);
        }
        self.at += 2;
        layer.map(|layer| self.accessor(layer)).transpose()
    }

    /// The rest of `layer[offset:size]`.
    fn accessor(&mut self, layer: Layer) -> Parsed<Arithmetic> {
        let offset = self.arithmetic(0)?.ok_or_else(FilterError::syntax)?;
        let mut size = 1;
        if self.take_sign(":") {
            size = match field::number(&self.value()?) {
                Some(size @ (1 | 2 | 4)) => size as usize,
                Some(_) => return Err(FilterError::new("data size must be 1, 2, or 4")),
                None => return Err(FilterError::syntax()),
            };
        }
        if !self.take_sign("]") {
            return Err(FilterError::syntax());
        }
        Ok(Arithmetic::Field {
            layer,
            offset: Box::new(offset),
            size,
        })
    }
}

fn layer(word: &str) -> Option<Layer> {
    Some(match word {
        "ether" | "link" => Layer::Ether,
        "arp" => Layer::Arp,
        "rarp" => Layer::Rarp,
        "ip" => Layer::Ipv4,
        "ip6" => Layer::Ipv6,
        "icmp6" => Layer::Icmp6,
        "icmp" | "igmp" | "tcp" | "udp" | "sctp" => Layer::Transport(primitive::ip_protocol(word)?),
        _ => return None,
    })
}
