//! Expressions: what rules look at, alone, with operations on bits, one behind the other, or through a
//! map (nft(8), EXPRESSIONS).

use super::fold;
use super::hint;
use super::option;
use super::parser::Parser;
use super::source::{Problem, Read, Span};
use netloom_model::ruleset::expr::BitOp;
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::{DataType, Element, Expr, Value};

/// The types of an expression's parts.
pub(super) fn types(expr: &Expr) -> Vec<DataType> {
    match expr {
        Expr::Concat(parts) => parts.iter().flat_map(types).collect(),
        Expr::Bits(_, left, _) => types(left),
        one => match option::named(one) {
            Some(named) => vec![named.datatype],
            None => vec![one.datatype().unwrap_or(DataType::Integer(32))],
        },
    }
}

/// How deep parentheses may be.
const PARENTHESES: usize = 64;

impl Parser<'_> {
    /// One expression, or several with dots between them.
    pub(super) fn expression(&mut self) -> Read<Expr> {
        self.expression_of(&[])
    }

    /// The same; parts behind the first one may be constants where their types are known.
    fn expression_of(&mut self, wanted: &[DataType]) -> Read<Expr> {
        let first = self.masked()?;
        if !self.is(".") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.eat(".") {
            let part = match wanted.get(parts.len()) {
                Some(ty) if !self.at_expression() => self.range(*ty)?,
                _ => self.masked()?,
            };
            parts.push(part);
        }
        Ok(Expr::Concat(parts))
    }

    /// An expression, which a map may turn into values of other types.
    pub(super) fn mapped(&mut self, data: &[DataType]) -> Read<Expr> {
        let from = self.at;
        let key = self.expression_of(data)?;
        let key_at = self.since(from);
        if !self.eat("map") {
            return Ok(key);
        }
        let from = self.at;
        let found = types(&key);
        let map = self.map_of(key, &MapData::Values(data.to_vec()))?;
        if let Expr::Map { map: set, .. } = &map
            && let Expr::SetRef(name) = &**set
            && let Some((wanted, _)) = self.known_set_of_rule(name)
            && !is_comparable(&wanted, &found)
        {
            let message = format!(
                "datatype mismatch, map expects {}, mapping expression has type {}",
                super::datatype::describe_all(&wanted),
                super::datatype::describe_all(&found)
            );
            return Err(Problem {
                with: Some(key_at),
                ..Problem::new(message, self.since(from))
            });
        }
        Ok(map)
    }

    /// What follows `map`.
    pub(super) fn map_of(&mut self, key: Expr, data: &MapData) -> Read<Expr> {
        let map = match self.map_name()? {
            Some(name) => Expr::SetRef(name),
            None => Expr::Set(tidy(self.set(&types(&key), Some(data))?)),
        };
        Ok(Expr::Map {
            key: Box::new(key),
            map: Box::new(map),
        })
    }

    /// `@NAME`.
    pub(super) fn set_name(&mut self) -> Read<Option<String>> {
        if !self.eat("@") {
            return Ok(None);
        }
        self.name().map(|token| Some(token.text))
    }

    /// `@NAME` of a map, which must be there.
    pub(super) fn map_name(&mut self) -> Read<Option<String>> {
        let from = self.at;
        let Some(name) = self.set_name()? else {
            return Ok(None);
        };
        if self.chain.is_some() && self.known_set_of_rule(&name).is_none() {
            let at = self.since(from);
            return Err(hint::absent(self.ruleset, hint::Kind::Map, &name, at));
        }
        Ok(Some(name))
    }

    /// One part, with operations on its bits.
    fn masked(&mut self) -> Read<Expr> {
        self.masked_in(0)
    }

    /// The same, within so many parentheses.
    fn masked_in(&mut self, depth: usize) -> Read<Expr> {
        if depth > PARENTHESES {
            return Err(self.unexpected("("));
        }
        let mut expr = match self.eat("(") {
            true => {
                let inner = self.masked_in(depth + 1)?;
                self.expect(")")?;
                inner
            }
            false => self.primary()?,
        };
        while let Some(op) = self.operation() {
            let ty = match op {
                BitOp::ShiftLeft | BitOp::ShiftRight => DataType::Integer(32),
                _ => types(&expr)
                    .first()
                    .copied()
                    .unwrap_or(DataType::Integer(32)),
            };
            let right = if self.at_expression() {
                self.primary()?
            } else {
                Expr::Value(self.bits(ty)?)
            };
            expr = Expr::Bits(op, Box::new(expr), Box::new(right));
        }
        Ok(fold::fold(expr))
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

    /// A constant, or another expression, that stands where something of these types is wanted.
    pub(super) fn value(&mut self, wanted: &[DataType]) -> Read<Expr> {
        if self.at_expression() || self.is("(") {
            let from = self.at;
            let expr = self.mapped(wanted)?;
            let found = match &expr {
                Expr::Map { .. } => wanted.to_vec(),
                other => types(other),
            };
            let at = self.since(from);
            return match mismatch(wanted, &found) {
                Some(message) => Err(Problem {
                    with: Some(Span {
                        to: at.from,
                        ..self.compared
                    }),
                    ..Problem::new(message, at)
                }),
                None => Ok(expr),
            };
        }
        if wanted.len() > 1 {
            let key = self.key(wanted)?;
            return Ok(Expr::Concat(
                key.from.into_iter().map(Expr::Value).collect(),
            ));
        }
        let ty = wanted.first().copied().unwrap_or(DataType::Integer(32));
        if ty.is_flags() {
            return self.flag_list(ty).map(Expr::Value);
        }
        self.range(ty)
    }
}

/// What is said of values of a type that stand where others are wanted.
fn mismatch(wanted: &[DataType], found: &[DataType]) -> Option<String> {
    let ([wanted], [found]) = (wanted, found) else {
        return None;
    };
    if is_like(*wanted, *found) {
        return None;
    }
    let (wanted, found) = (
        super::datatype::describe(*wanted),
        super::datatype::describe(*found),
    );
    Some(format!(
        "datatype mismatch: expected {wanted}, expression has type {found}"
    ))
}

/// Whether values of one type can stand for those of another: numbers without a meaning do.
fn is_like(one: DataType, other: DataType) -> bool {
    let number = |ty| {
        matches!(
            ty,
            DataType::Integer(_) | DataType::Mark | DataType::ClassId
        )
    };
    one == other || number(one) && number(other)
}

/// Whether keys of a set can be compared with what has these types.
pub(super) fn is_comparable(key: &[DataType], types: &[DataType]) -> bool {
    // A number without a meaning is compared with any key that is a number.
    let alike = |(one, other): (&DataType, &DataType)| {
        let integer = |ty: &DataType| matches!(ty, DataType::Integer(_));
        let address = |ty: &DataType| {
            matches!(
                ty,
                DataType::Ipv4Addr | DataType::Ipv6Addr | DataType::EtherAddr
            )
        };
        is_like(*one, *other) || integer(one) && !address(other) || integer(other) && !address(one)
    };
    key.len() == types.len() && key.iter().zip(types).all(alike)
}

/// The bits of both.
pub(super) fn or(one: &Value, other: &Value) -> Value {
    let number = one.to_number().unwrap_or(0) | other.to_number().unwrap_or(0);
    Value::number(number, one.bytes().len())
}

/// Puts a set without a name into the order in which it is listed: what overlaps or touches is one
/// range where there are ranges at all, and what is there twice stands once.
pub(super) fn tidy(mut elements: Vec<Element>) -> Vec<Element> {
    // Ranges of several parts stay as they were written.
    if elements.iter().any(|e| e.to.is_some() && e.from.len() > 1) {
        return elements;
    }
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
