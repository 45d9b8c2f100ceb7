//! Expressions: what rules look at, and what they compare it with.

use super::constant::{self, is_ordered};
use super::lexer::Kind;
use super::parser::Parser;
use super::source::{Problem, Read};
use netloom_model::ruleset::expr::{BitOp, CtDirection, CtKey, MetaKey};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::set::ElementData;
use netloom_model::ruleset::{DataType, Element, Expr, Field, Header, TableFamily, Value};

/// The types of an expression's parts.
pub(super) fn types(expr: &Expr) -> Vec<DataType> {
    match expr {
        Expr::Concat(parts) => parts.iter().flat_map(types).collect(),
        one => vec![one.datatype().unwrap_or(DataType::Integer(32))],
    }
}

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
];

impl Parser<'_> {
    /// Whether an expression begins here.
    pub(super) fn at_expression(&mut self) -> bool {
        let token = self.peek();
        let word = token.text.as_str();
        token.is("@")
            || token.kind == Kind::Word
                && (Header::by_name(word).is_some()
                    || UNQUALIFIED.contains(&word)
                    || matches!(word, "meta" | "ct"))
    }

    /// One expression, or several with dots between them.
    pub(super) fn expression(&mut self) -> Read<Expr> {
        let first = self.masked()?;
        if !self.is(".") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.eat(".") {
            parts.push(self.masked()?);
        }
        Ok(Expr::Concat(parts))
    }

    /// One part, with an operation on its bits.
    fn masked(&mut self) -> Read<Expr> {
        let mut expr = self.primary()?;
        while let Some(op) = self.operation() {
            let ty = expr.datatype().unwrap_or(DataType::Integer(32));
            let value = self.bits(ty)?;
            expr = Expr::Bits(op, Box::new(expr), Box::new(Expr::Value(value)));
        }
        Ok(expr)
    }

    fn operation(&mut self) -> Option<BitOp> {
        let op = match self.peek().text.as_str() {
            "&" | "and" => BitOp::And,
            "|" | "or" => BitOp::Or,
            "^" | "xor" => BitOp::Xor,
            "<<" | "lshift" => BitOp::ShiftLeft,
            ">>" | "rshift" => BitOp::ShiftRight,
            _ => return None,
        };
        self.at += 1;
        Some(op)
    }

    /// A constant of bits: `(syn | ack)`, `0xff`.
    fn bits(&mut self, ty: DataType) -> Read<Value> {
        let inside = self.eat("(");
        let mut value = self.one(ty)?;
        while inside && (self.eat("|") || self.eat(",")) {
            value = or(&value, &self.one(ty)?);
        }
        if inside {
            self.expect(")")?;
        }
        Ok(value)
    }

    fn primary(&mut self) -> Read<Expr> {
        let from = self.at;
        let token = self.next();
        let word = token.text.as_str();
        if token.is("@") {
            return self.raw();
        }
        if word == "meta" {
            return self.meta();
        }
        if word == "ct" && token.kind == Kind::Word {
            return self.ct();
        }
        if let (Kind::Word, Some(header)) = (token.kind, Header::by_name(word)) {
            return self.field(header);
        }
        if UNQUALIFIED.contains(&word) {
            self.at = from;
            return self.meta();
        }
        if token.kind != Kind::Word || token.name() != "string" {
            self.at = from;
        }
        Err(self.unexpected(""))
    }

    fn field(&mut self, header: Header) -> Read<Expr> {
        let word = self.peek().text.clone();
        let second = self.tokens.get(self.at + 1).map(|t| t.text.clone());
        let both = format!("{word} {}", second.unwrap_or_default());
        let (field, taken) = match (header.field(&word), header.field(&both)) {
            (Some(field), _) => (field, 1),
            (None, Some(field)) => (field, 2),
            _ => return Err(self.unexpected("")),
        };
        self.at += taken;
        Ok(Expr::Field(field))
    }

    fn meta(&mut self) -> Read<Expr> {
        self.eat("meta");
        let from = self.at;
        let word = self.next().text;
        let Some(key) = MetaKey::by_name(&word) else {
            self.at = from;
            return Err(self.unexpected(""));
        };
        if key == MetaKey::NfProto && !matches!(self.family, TableFamily::Inet) {
            let at = self.since(from.saturating_sub(1));
            let message = "meta nfproto is only useful in the inet family";
            return Err(Problem::new(message, at));
        }
        Ok(Expr::Meta(key))
    }

    fn ct(&mut self) -> Read<Expr> {
        let direction = match self.peek().text.as_str() {
            "original" => Some(CtDirection::Original),
            "reply" => Some(CtDirection::Reply),
            _ => None,
        };
        self.at += usize::from(direction.is_some());
        let word = self.peek().text.clone();
        let second = self.tokens.get(self.at + 1).map(|t| t.text.clone());
        let both = format!("{word} {}", second.unwrap_or_default());
        let (key, taken) = match (CtKey::by_name(&word), CtKey::by_name(&both)) {
            (Some(key), _) => (key, 1),
            (None, Some(key)) => (key, 2),
            _ => return Err(self.unexpected("")),
        };
        self.at += taken;
        Ok(Expr::Ct(key, direction))
    }

    /// `@th,16,8`; the ports are listed by their names.
    fn raw(&mut self) -> Read<Expr> {
        let layer = match self.peek().text.as_str() {
            "ll" => Layer::Link,
            "nh" => Layer::Network,
            "th" => Layer::Transport,
            "ih" => Layer::Inner,
            _ => return Err(self.unexpected("")),
        };
        self.at += 1;
        self.expect(",")?;
        let from = self.at;
        let offset = self.number()?;
        self.expect(",")?;
        let bits = self.number()?;
        let at = self.since(from);
        let (Ok(offset), Ok(bits)) = (u16::try_from(offset), u16::try_from(bits)) else {
            return Err(Problem::new("Invalid payload expression", at));
        };
        if bits == 0 || bits > 128 {
            return Err(Problem::new("Invalid payload expression", at));
        }
        Ok(match (layer, offset, bits) {
            (Layer::Transport, 0, 16) => Expr::Field(Field::ThSport),
            (Layer::Transport, 16, 16) => Expr::Field(Field::ThDport),
            _ => Expr::Raw {
                layer,
                offset,
                bits,
            },
        })
    }

    /// One constant.
    fn one(&mut self, ty: DataType) -> Read<Value> {
        let token = self.peek().clone();
        if !matches!(
            token.kind,
            Kind::Word | Kind::Number | Kind::Address | Kind::Quoted
        ) {
            return Err(self.unexpected(""));
        }
        self.at += 1;
        constant::parse(ty, &token, self.devices)
    }

    /// A constant, range or prefix of one part.
    pub(super) fn range(&mut self, ty: DataType) -> Read<Expr> {
        let from = self.at;
        let mut value = self.one(ty)?;
        // A list of flags is one constant.
        while ty.is_flags() && self.eat("|") {
            value = or(&value, &self.one(ty)?);
        }
        if self.eat("/") {
            let bits = value.bytes().len() as u64 * 8;
            let len = self.number()?;
            let at = self.since(from);
            if len > bits || !is_ordered(ty) {
                return Err(Problem::new("Prefix length is invalid", at));
            }
            let number = value.to_number().unwrap_or(0) & prefix_mask(bits, len);
            let value = Value::number(number, value.bytes().len());
            return Ok(if len == bits {
                Expr::Value(value)
            } else {
                Expr::Prefix(value, len as u8)
            });
        }
        if self.eat("-") {
            let to = self.one(ty)?;
            if to <= value {
                let message = "Range has zero or negative size";
                return Err(Problem::new(message, self.since(from)));
            }
            return Ok(Expr::Range(value, to));
        }
        Ok(Expr::Value(value))
    }

    /// `{ ... }`: a set, or a map if `verdicts` are wanted.
    pub(super) fn set(&mut self, types: &[DataType], verdicts: bool) -> Read<Vec<Element>> {
        self.expect("{")?;
        let mut elements = Vec::new();
        loop {
            self.lines();
            if self.is("}") {
                break;
            }
            elements.push(self.element(types, verdicts)?);
            self.lines();
            if !self.eat(",") {
                break;
            }
        }
        if !self.is("}") {
            return Err(self.unexpected("comma or '}'"));
        }
        self.at += 1;
        Ok(elements)
    }

    fn element(&mut self, types: &[DataType], verdicts: bool) -> Read<Element> {
        let from = self.at;
        let mut element = if self.eat("*") {
            Element {
                catch_all: true,
                ..Element::of(Value::default())
            }
        } else {
            self.key(types)?
        };
        let key = self.since(from);
        if self.is("comment") {
            self.at += 1;
            element.comment = Some(self.text()?);
        }
        match (self.eat(":"), verdicts) {
            (true, true) => {
                let Some(verdict) = self.verdict()? else {
                    return Err(self.unexpected(""));
                };
                element.data = Some(ElementData::Verdict(verdict));
            }
            (true, false) => return Err(Problem::new("mapping outside of map context", key)),
            (false, true) => return Err(self.unexpected("colon")),
            (false, false) => {}
        }
        Ok(element)
    }

    /// The key of an element.
    pub(super) fn key(&mut self, types: &[DataType]) -> Read<Element> {
        let (mut from, mut to, mut single) = (Vec::new(), Vec::new(), true);
        for (at, ty) in types.iter().enumerate() {
            if at > 0 {
                self.expect(".")?;
            }
            let part = self.range(*ty)?;
            single &= matches!(part, Expr::Value(_));
            let (low, high) = ends(part);
            from.push(low);
            to.push(high);
        }
        Ok(Element {
            from,
            to: (!single).then_some(to),
            ..Element::of(Value::default())
        })
    }
}

/// The bits of both.
pub(super) fn or(one: &Value, other: &Value) -> Value {
    let number = one.to_number().unwrap_or(0) | other.to_number().unwrap_or(0);
    Value::number(number, one.bytes().len())
}

/// The first `len` of `bits` bits.
fn prefix_mask(bits: u64, len: u64) -> u128 {
    let all = u128::MAX
        .checked_shr(128 - bits.min(128) as u32)
        .unwrap_or(0);
    all ^ all.checked_shr(len as u32).unwrap_or(0)
}

/// The least and the greatest value that an expression stands for.
fn ends(part: Expr) -> (Value, Value) {
    match part {
        Expr::Range(from, to) => (from, to),
        Expr::Prefix(value, len) => {
            let bytes = value.bytes().len();
            let bits = bytes as u64 * 8;
            let all = u128::MAX.checked_shr(128 - bits as u32).unwrap_or(0);
            let host = all & !prefix_mask(bits, u64::from(len));
            let to = Value::number(value.to_number().unwrap_or(0) | host, bytes);
            (value, to)
        }
        Expr::Value(value) => (value.clone(), value),
        _ => (Value::default(), Value::default()),
    }
}

/// Puts a set without a name into the order in which it is listed: what overlaps or touches is one
/// range where there are ranges at all, and what is there twice stands once.
pub(super) fn tidy(mut elements: Vec<Element>) -> Vec<Element> {
    elements.sort_by(|a, b| (a.catch_all, &a.from).cmp(&(b.catch_all, &b.from)));
    let plain = |e: &Element| e.from.len() == 1 && e.data.is_none() && !e.catch_all;
    let ranges = elements.iter().any(|e| e.to.is_some());
    let mut tidied: Vec<Element> = Vec::new();
    for element in elements {
        if let Some(last) = tidied.last_mut()
            && plain(last)
            && plain(&element)
        {
            let end = last.to.as_ref().unwrap_or(&last.from)[0].clone();
            let far = element.to.as_ref().unwrap_or(&element.from)[0].clone();
            let next = element.from[0].to_number().unwrap_or(0);
            let touches = next <= end.to_number().unwrap_or(0).saturating_add(1);
            if element.from == last.from && element.to == last.to {
                continue;
            }
            if ranges && touches {
                last.to = Some(vec![end.max(far)]);
                continue;
            }
        }
        tidied.push(element);
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_are_one() {
        let port = |n: u16| Value::from(n);
        let set = [Element::of(port(91)), Element::range(port(80), port(90))];
        assert_eq!(tidy(set.to_vec()), [Element::range(port(80), port(91))]);
        let apart = [Element::of(port(1)), Element::of(port(2))];
        assert_eq!(tidy(apart.to_vec()), apart);
    }
}
