//! Expressions as JSON.

use super::value::Json;
use crate::nft::constant;
use crate::nft::expr::types;
use crate::nft::option;
use crate::nft::print::Style;
use crate::nft::words::{direction_name, fib_words, layer_name, sign_of};
use netloom_model::ruleset::expr::{BitOp, OsfTtl};
use netloom_model::ruleset::set::ElementData;
use netloom_model::ruleset::statement::Verdict;
use netloom_model::ruleset::{DataType, Element, Expr, FibResult, Value};

/// The words of a key of two: the family, and the rest.
fn in_family(name: &str) -> (Option<&str>, &str) {
    match name.split_once(' ') {
        Some((family, key)) => (Some(family), key),
        None => (None, name),
    }
}

fn key(word: &str, name: &str) -> Json {
    Json::of(word, Json::of("key", Json::text(name)))
}

impl Style<'_> {
    /// An expression.
    pub(super) fn expr_json(&self, expr: &Expr) -> Json {
        self.expr_json_as(expr, &[DataType::Integer(32)])
    }

    /// An expression where values of these types are wanted.
    pub(super) fn expr_json_as(&self, expr: &Expr, wanted: &[DataType]) -> Json {
        match expr {
            Expr::Field(field) => Json::of(
                "payload",
                Json::object([
                    ("protocol", Json::text(field.header().name())),
                    ("field", Json::text(field.name())),
                ]),
            ),
            Expr::Raw {
                layer,
                offset,
                bits,
            } => Json::of(
                "payload",
                Json::object([
                    ("base", Json::text(layer_name(*layer))),
                    ("offset", Json::Number(u128::from(*offset))),
                    ("len", Json::Number(u128::from(*bits))),
                ]),
            ),
            Expr::Meta(of) => key("meta", of.name()),
            Expr::Ct(of, direction) => {
                let (family, name) = in_family(of.name());
                let name = match family {
                    Some(_) => of.name(),
                    None => name,
                };
                let mut body = Json::of("key", Json::text(name));
                if let Some(direction) = direction {
                    body.put("dir", Json::text(direction_name(*direction)));
                }
                Json::of("ct", body)
            }
            Expr::Rt(of) => {
                let (family, name) = in_family(of.name());
                let mut body = Json::of("key", Json::text(name));
                if let Some(family) = family {
                    body.put("family", Json::text(family));
                }
                Json::of("rt", body)
            }
            Expr::Socket(of) => key("socket", of.name()),
            Expr::SocketCgroup(_) => key("socket", "cgroupv2"),
            Expr::Osf { ttl, version } => {
                let name = if *version { "version" } else { "name" };
                let mut body = Json::of("key", Json::text(name));
                match ttl {
                    OsfTtl::Exact => {}
                    OsfTtl::Loose => body.put("ttl", Json::text("loose")),
                    OsfTtl::Skip => body.put("ttl", Json::text("skip")),
                }
                Json::of("osf", body)
            }
            Expr::IpSec {
                out,
                number,
                key: of,
            } => {
                let (family, name) = in_family(of.name());
                let mut body = Json::of("key", Json::text(name));
                if let Some(family) = family {
                    body.put("family", Json::text(family));
                }
                body.put("dir", Json::text(if *out { "out" } else { "in" }));
                body.put("spnum", Json::Number(u128::from(*number)));
                Json::of("ipsec", body)
            }
            Expr::Fib { flags, result } => {
                let result = match result {
                    FibResult::Check => FibResult::Oif,
                    result => *result,
                };
                let flags = fib_words(*flags).into_iter().map(Json::text);
                Json::of(
                    "fib",
                    Json::object([
                        ("result", Json::text(result.name())),
                        ("flags", Json::List(flags.collect())),
                    ]),
                )
            }
            Expr::Numgen {
                random,
                modulus,
                offset,
            } => Json::of(
                "numgen",
                Json::object([
                    ("mode", Json::text(if *random { "random" } else { "inc" })),
                    ("mod", Json::Number(u128::from(*modulus))),
                    ("offset", Json::Number(u128::from(*offset))),
                ]),
            ),
            Expr::Hash { .. } => self.hash_json(expr),
            Expr::Bits(op, left, right) => self.bits_json(*op, left, right),
            Expr::Concat(parts) => {
                let single = parts.len() == wanted.len();
                let parts = parts.iter().enumerate().map(|(at, part)| {
                    let of = if single { &wanted[at..=at] } else { wanted };
                    self.expr_json_as(part, of)
                });
                Json::of("concat", Json::List(parts.collect()))
            }
            Expr::SetRef(name) => Json::text(format!("@{name}")),
            Expr::Set(_) => self.set_json(&[DataType::Integer(32)], expr, &[]),
            Expr::Map { key, map } => Json::of("map", self.map_json(key, map, wanted)),
            Expr::Value(value) => self.value_json(wanted[0], value),
            Expr::Range(from, to) => self.range_json(wanted[0], from, to),
            Expr::Prefix(value, len) => prefix(self.value_json(wanted[0], value), u32::from(*len)),
            Expr::ExtensionHeader { .. }
            | Expr::TcpOption { .. }
            | Expr::IpOption { .. }
            | Expr::SctpChunk { .. } => option_json(expr),
        }
    }

    fn hash_json(&self, expr: &Expr) -> Json {
        let Expr::Hash {
            of,
            modulus,
            seed,
            offset,
        } = expr
        else {
            return Json::Null;
        };
        let mut body = Json::of("mod", Json::Number(u128::from(*modulus)));
        if let Some(seed) = seed {
            body.put("seed", Json::Number(u128::from(*seed)));
        }
        if *offset > 0 {
            body.put("offset", Json::Number(u128::from(*offset)));
        }
        match of {
            Some(of) => {
                body.put("expr", self.expr_json(of));
                Json::of("jhash", body)
            }
            None => Json::of("symhash", body),
        }
    }

    fn bits_json(&self, op: BitOp, left: &Expr, right: &Expr) -> Json {
        let right = match (op, right) {
            (BitOp::ShiftLeft | BitOp::ShiftRight, Expr::Value(value)) => {
                Json::Number(value.to_number().unwrap_or(0))
            }
            (_, Expr::Value(value)) => self.value_json(types(left)[0], value),
            (_, right) => self.expr_json(right),
        };
        Json::of(sign_of(op), Json::List(vec![self.expr_json(left), right]))
    }

    /// `{"key": ..., "data": ...}`.
    pub(super) fn map_json(&self, key: &Expr, map: &Expr, data: &[DataType]) -> Json {
        Json::object([
            ("key", self.expr_json(key)),
            ("data", self.set_json(&types(key), map, data)),
        ])
    }

    /// The elements of a set without a name, or the name of one.
    pub(super) fn set_json(&self, types: &[DataType], set: &Expr, data: &[DataType]) -> Json {
        let Expr::Set(elements) = set else {
            return self.expr_json(set);
        };
        let mut elements: Vec<&Element> = elements.iter().collect();
        constant::sort(types, &mut elements);
        let elements = elements.iter();
        let elements = elements.map(|element| self.element_json(types, element, data));
        Json::of("set", Json::List(elements.collect()))
    }

    /// An element of a set or map.
    pub(super) fn element_json(
        &self,
        types: &[DataType],
        element: &Element,
        data: &[DataType],
    ) -> Json {
        let to = element.to.as_ref().unwrap_or(&element.from);
        let mut value = if element.catch_all {
            Json::text("*")
        } else {
            self.parts_json(types, &element.from, to)
        };
        let mut body = Json::of("val", value.clone());
        let mut more = false;
        if let Some(timeout) = element.timeout {
            body.put("timeout", Json::Number(u128::from(timeout / 1000)));
            more = true;
        }
        if let (Some(at), Some(_)) = (element.expires, element.timeout) {
            let left = at.nanos_since(self.now) / 1_000_000_000;
            body.put("expires", Json::Number(u128::from(left)));
            more = true;
        }
        if let Some(comment) = &element.comment {
            body.put("comment", Json::text(comment));
            more = true;
        }
        for statement in &element.statements {
            if let Json::Object(fields) = self.statement_json(statement) {
                for (name, value) in fields {
                    body.put(&name, value);
                }
                more = true;
            }
        }
        if more {
            value = Json::of("elem", body);
        }
        match &element.data {
            Some(found) => Json::List(vec![value, self.data_json(found, data)]),
            None => value,
        }
    }

    fn data_json(&self, data: &ElementData, types: &[DataType]) -> Json {
        match data {
            ElementData::Verdict(verdict) => verdict_json(verdict),
            ElementData::Object(name) => Json::text(name),
            ElementData::Value(values) => self.parts_json(types, values, values),
            ElementData::Range(from, to) => self.parts_json(types, from, to),
        }
    }

    fn parts_json(&self, types: &[DataType], from: &[Value], to: &[Value]) -> Json {
        let parts = from.iter().zip(to).enumerate().map(|(at, (from, to))| {
            let ty = types.get(at).copied().unwrap_or(DataType::Integer(32));
            self.part_json(ty, from, to)
        });
        let mut parts: Vec<Json> = parts.collect();
        match parts.len() {
            1 => parts.remove(0),
            _ => Json::of("concat", Json::List(parts)),
        }
    }

    fn part_json(&self, ty: DataType, from: &Value, to: &Value) -> Json {
        if from == to {
            // Several flags in one element are an operation.
            return match self.value_json(ty, from) {
                Json::List(flags) => Json::of("|", Json::List(flags)),
                value => value,
            };
        }
        let (Some(low), Some(high)) = (from.to_number(), to.to_number()) else {
            return self.value_json(ty, from);
        };
        let host = low ^ high;
        let aligned = host & host.wrapping_add(1) == 0 && low & host == 0;
        if constant::has_prefixes(ty) && ty != DataType::Mark && aligned {
            let len = u32::from(ty.bits()) - (u128::BITS - host.leading_zeros());
            return prefix(self.value_json(ty, from), len);
        }
        self.range_json(ty, from, to)
    }

    /// The ends of a range have no names.
    fn range_json(&self, ty: DataType, from: &Value, to: &Value) -> Json {
        let bare = Style {
            numeric: true,
            ..*self
        };
        let ends = vec![bare.value_json(ty, from), bare.value_json(ty, to)];
        Json::of("range", Json::List(ends))
    }

    /// A constant: a number where it is one, and the word that it is listed by otherwise.
    pub(super) fn value_json(&self, ty: DataType, value: &Value) -> Json {
        let number = value.to_number().unwrap_or(0);
        match ty {
            DataType::Boolean => return Json::Bool(number != 0),
            DataType::Mark | DataType::Integer(_) => return Json::Number(number),
            DataType::Duration => return Json::Number(number / 1000),
            _ => {}
        }
        let shown = constant::show(ty, value, self.numeric, self.devices);
        if ty.is_flags() {
            let flags = shown.split(',').map(word);
            return Json::one_or_list(flags.collect());
        }
        match ty {
            // Their numbers are words too.
            DataType::Realm | DataType::IfaceIndex => Json::text(shown.trim_matches('"')),
            _ => word(&shown),
        }
    }
}

/// A number if it is one, and the word without its quotation marks otherwise.
fn word(shown: &str) -> Json {
    if let Ok(number) = shown.parse::<u128>() {
        return Json::Number(number);
    }
    if let Some(hex) = shown.strip_prefix("0x")
        && let Ok(number) = u128::from_str_radix(hex, 16)
    {
        return Json::Number(number);
    }
    Json::text(shown.trim_matches('"'))
}

fn prefix(address: Json, len: u32) -> Json {
    Json::of(
        "prefix",
        Json::object([("addr", address), ("len", Json::Number(u128::from(len)))]),
    )
}

/// A verdict.
pub(super) fn verdict_json(verdict: &Verdict) -> Json {
    let to = |word: &str, chain: &str| Json::of(word, Json::of("target", Json::text(chain)));
    match verdict {
        Verdict::Accept => Json::of("accept", Json::Null),
        Verdict::Drop => Json::of("drop", Json::Null),
        Verdict::Continue => Json::of("continue", Json::Null),
        Verdict::Return => Json::of("return", Json::Null),
        Verdict::Jump(chain) => to("jump", chain),
        Verdict::Goto(chain) => to("goto", chain),
    }
}

fn option_json(expr: &Expr) -> Json {
    let Some(named) = option::named(expr) else {
        return Json::Null;
    };
    let mut body = match named.name {
        Some(name) => Json::of("name", Json::text(name)),
        None => Json::object([
            ("base", Json::Number(u128::from(named.number))),
            ("offset", Json::Number(0)),
            ("len", Json::Number(8)),
        ]),
    };
    if let Some((_, Some(field))) = named.field {
        body.put("field", Json::text(field));
    }
    Json::of(named.kind.words(), body)
}
