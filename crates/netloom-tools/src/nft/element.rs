//! Constants, ranges and prefixes, and the elements of sets and maps (nft(8), SETS and MAPS).

use super::constant::{self, is_ordered};
use super::expr::or;
use super::lexer::Kind;
use super::parser::Parser;
use super::source::{Problem, Read};
use netloom_model::Time;
use netloom_model::ruleset::set::{ElementData, MapData};
use netloom_model::ruleset::{DataType, Element, Expr, Statement, Value};

impl Parser<'_> {
    /// One constant.
    pub(super) fn one(&mut self, ty: DataType) -> Read<Value> {
        let mut token = self.peek().clone();
        if !matches!(
            token.kind,
            Kind::Word | Kind::Number | Kind::Address | Kind::Quoted
        ) {
            return Err(self.unexpected(""));
        }
        self.at += 1;
        // `1:10` is one word of a class of traffic.
        if ty == DataType::ClassId && self.is(":") {
            let minor = self.tokens.get(self.at + 1).cloned();
            if let Some(minor) = minor.filter(|m| matches!(m.kind, Kind::Word | Kind::Number)) {
                token.text = format!("{}:{}", token.text, minor.text);
                token.at = token.at.join(minor.at);
                token.kind = Kind::Word;
                self.at += 2;
            }
        }
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
                let message = match is_ordered(ty) {
                    true => format!("Prefix length {len} is invalid for type of {bits} bits width"),
                    false => "Prefix length is invalid".to_owned(),
                };
                return Err(Problem::new(message, at));
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
            if to < value {
                let message = "Range has zero or negative size";
                return Err(Problem::new(message, self.since(from)));
            }
            return Ok(if to == value {
                Expr::Value(value)
            } else {
                Expr::Range(value, to)
            });
        }
        Ok(Expr::Value(value))
    }

    /// `{ ... }`: a set, or a map with `data`. Sets inside, as variables are, are part of it.
    pub(super) fn set(&mut self, types: &[DataType], data: Option<&MapData>) -> Read<Vec<Element>> {
        self.expect("{")?;
        let mut elements = Vec::new();
        loop {
            self.lines();
            if self.is("}") {
                break;
            }
            if self.is("{") {
                elements.extend(self.set(types, data)?);
            } else {
                elements.push(self.element(types, data)?);
            }
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

    fn element(&mut self, types: &[DataType], data: Option<&MapData>) -> Read<Element> {
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
        if element.to.is_some() {
            self.range_at.get_or_insert(key);
        }
        self.element_words(&mut element)?;
        self.lines();
        match (self.eat(":"), data) {
            (true, Some(data)) => {
                self.lines();
                element.data = Some(self.data(data)?);
            }
            (true, None) => return Err(Problem::new("mapping outside of map context", key)),
            (false, Some(_)) => return Err(self.unexpected("colon")),
            (false, None) => {}
        }
        // What is said of an element may stand behind its data too.
        self.element_words(&mut element)?;
        Ok(element)
    }

    /// What is said of an element: times, a comment, what it counts.
    pub(super) fn element_words(&mut self, element: &mut Element) -> Read<()> {
        loop {
            let word = self.peek().text.clone();
            match word.as_str() {
                "timeout" => {
                    self.at += 1;
                    element.timeout = Some(self.duration()?);
                }
                "expires" => {
                    self.at += 1;
                    // It is told how long it has left.
                    element.expires = Some(Time(self.duration()?.saturating_mul(1_000_000)));
                }
                "comment" => {
                    self.at += 1;
                    element.comment = Some(self.text()?);
                }
                _ => match self.element_statement()? {
                    Some(statement) => element.statements.push(statement),
                    None => return Ok(()),
                },
            }
        }
    }

    /// A statement that an element may have, if there is one.
    pub(super) fn element_statement(&mut self) -> Read<Option<Statement>> {
        let counts = self.second_is("count");
        match self.peek().text.as_str() {
            "counter" => self.counter().map(Some),
            "limit" => self.limit().map(Some),
            "quota" => self.quota().map(Some),
            "ct" if counts => self.ct_count().map(Some),
            _ => Ok(None),
        }
    }

    /// What a map has for a key.
    pub(super) fn data(&mut self, data: &MapData) -> Read<ElementData> {
        match data {
            MapData::Verdicts => match self.verdict()? {
                Some(verdict) => Ok(ElementData::Verdict(verdict)),
                None => Err(self.unexpected("")),
            },
            MapData::Objects(_) => Ok(ElementData::Object(self.text()?)),
            MapData::Values(types) => {
                let key = self.parts(types)?;
                Ok(match key.to {
                    Some(to) => ElementData::Range(key.from, to),
                    None => ElementData::Value(key.from),
                })
            }
        }
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

    /// At most so many parts as there are types.
    fn parts(&mut self, types: &[DataType]) -> Read<Element> {
        let (mut from, mut to, mut single) = (Vec::new(), Vec::new(), true);
        for (at, ty) in types.iter().enumerate() {
            if at > 0 && !self.eat(".") {
                break;
            }
            let part = match ty.is_flags() {
                true => Expr::Value(self.flag_list(*ty)?),
                false => self.range(*ty)?,
            };
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

    /// A time, in milliseconds.
    pub(super) fn duration(&mut self) -> Read<u64> {
        let token = self.peek().clone();
        match super::moment::milliseconds(&token.text) {
            Some(time) if matches!(token.kind, Kind::Word | Kind::Number | Kind::Quoted) => {
                self.at += 1;
                Ok(time)
            }
            _ => Err(self.unexpected("")),
        }
    }
}

/// The first `len` of `bits` bits.
pub(super) fn prefix_mask(bits: u64, len: u64) -> u128 {
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
