//! Expressions in nft's words, as it lists them.

use super::constant;
use super::expr::types;
use super::option;
use super::print::{Style, show_verdict};
use netloom_model::ruleset::expr::{BitOp, CtDirection, CtKey, OsfTtl, fib};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::set::ElementData;
use netloom_model::ruleset::{DataType, Element, Expr, FibResult, Value};
use std::fmt::Write as _;

impl Style<'_> {
    /// An expression.
    pub(super) fn expr(&self, expr: &Expr) -> String {
        self.expr_as(expr, &[DataType::Integer(32)])
    }

    /// An expression where values of these types are wanted.
    pub(super) fn expr_as(&self, expr: &Expr, wanted: &[DataType]) -> String {
        match expr {
            Expr::Field(field) => format!("{} {}", field.header().name(), field.name()),
            Expr::Raw {
                layer,
                offset,
                bits,
            } => format!("@{},{offset},{bits}", layer_name(*layer)),
            Expr::Meta(key) => match unqualified(key.name()) {
                true => key.name().to_owned(),
                false => format!("meta {}", key.name()),
            },
            Expr::Ct(key, direction) => show_ct(*key, *direction),
            Expr::Rt(key) => format!("rt {}", key.name()),
            Expr::Socket(key) => format!("socket {}", key.name()),
            Expr::SocketCgroup(level) => format!("socket cgroupv2 level {level}"),
            Expr::Osf { ttl, version } => {
                let ttl = match ttl {
                    OsfTtl::Exact => "",
                    OsfTtl::Loose => "ttl loose ",
                    OsfTtl::Skip => "ttl skip ",
                };
                format!("osf {ttl}{}", if *version { "version" } else { "name" })
            }
            Expr::IpSec { out, number, key } => {
                let way = if *out { "out" } else { "in" };
                match number {
                    0 => format!("ipsec {way} {}", key.name()),
                    number => format!("ipsec {way} spnum {number} {}", key.name()),
                }
            }
            Expr::Fib { flags, result } => show_fib(*flags, *result),
            Expr::Numgen {
                random,
                modulus,
                offset,
            } => {
                let way = if *random { "random" } else { "inc" };
                format!("numgen {way} mod {modulus}{}", show_offset(*offset))
            }
            Expr::Hash {
                of,
                modulus,
                seed,
                offset,
            } => {
                let of = match of {
                    Some(of) => format!("jhash {}", self.expr(of)),
                    None => "symhash".to_owned(),
                };
                let seed = seed.map_or_else(String::new, |seed| format!(" seed 0x{seed:x}"));
                format!("{of} mod {modulus}{seed}{}", show_offset(*offset))
            }
            Expr::Concat(parts) => {
                let single = parts.len() == wanted.len();
                let parts = parts.iter().enumerate().map(|(at, part)| {
                    let of = if single { &wanted[at..=at] } else { wanted };
                    self.expr_as(part, of)
                });
                parts.collect::<Vec<String>>().join(" . ")
            }
            Expr::Bits(op, left, right) => self.bits(*op, left, right),
            Expr::SetRef(name) => format!("@{name}"),
            Expr::Set(_) => self.set_of(expr, expr),
            Expr::Map { key, map } => {
                format!("{} map {}", self.expr(key), self.map_of(key, map, wanted))
            }
            Expr::Value(_) | Expr::Range(..) | Expr::Prefix(..) => self.constant(wanted, expr),
            Expr::ExtensionHeader { .. }
            | Expr::TcpOption { .. }
            | Expr::IpOption { .. }
            | Expr::SctpChunk { .. } => show_option(expr),
        }
    }

    fn bits(&self, op: BitOp, left: &Expr, right: &Expr) -> String {
        let sign = sign_of(op);
        let shifts = |op: BitOp| matches!(op, BitOp::ShiftLeft | BitOp::ShiftRight);
        let said = match left {
            // What is done first stands between brackets where shifts come behind it.
            Expr::Bits(inner, ..) if shifts(op) && !shifts(*inner) => {
                format!("({})", self.expr(left))
            }
            left => self.expr(left),
        };
        let ty = types(left)[0];
        let right = match right {
            Expr::Value(value) if ty.is_flags() => self.flag_bits(ty, value),
            Expr::Value(value) if shifts(op) => value.to_number().unwrap_or(0).to_string(),
            Expr::Value(value) if is_raw(left) => {
                format!("0x{:x}", value.to_number().unwrap_or(0))
            }
            Expr::Value(_) => self.constant(&types(left), right),
            right => self.expr(right),
        };
        format!("{said} {sign} {right}")
    }

    /// Flags of a mask: several stand between brackets.
    fn flag_bits(&self, ty: DataType, value: &Value) -> String {
        let words = self.value(ty, value).replace(',', " | ");
        match words.contains('|') {
            true => format!("({words})"),
            false => words,
        }
    }

    fn value(&self, ty: DataType, value: &Value) -> String {
        constant::show(ty, value, self.numeric, self.devices)
    }

    /// A constant of these types.
    pub(super) fn constant(&self, types: &[DataType], expr: &Expr) -> String {
        let ty = types[0];
        match expr {
            Expr::Value(value) => self.value(ty, value),
            Expr::Range(from, to) => self.between(ty, from, to),
            Expr::Prefix(value, len) => format!("{}/{len}", self.value(ty, value)),
            Expr::Concat(parts) => {
                let parts = parts.iter().zip(types);
                let parts: Vec<String> = parts
                    .map(|(part, ty)| self.constant(&[*ty], part))
                    .collect();
                parts.join(" . ")
            }
            other => self.expr_as(other, types),
        }
    }

    fn between(&self, ty: DataType, from: &Value, to: &Value) -> String {
        // The ends of a range have no names.
        let show = |value| constant::show(ty, value, true, self.devices);
        format!("{}-{}", show(from), show(to))
    }

    /// The elements of a set without a name, or the name of one.
    pub(super) fn set_of(&self, key: &Expr, set: &Expr) -> String {
        self.map_of(key, set, &[])
    }

    /// The same for a map whose values are of these types.
    pub(super) fn map_of(&self, key: &Expr, set: &Expr, data: &[DataType]) -> String {
        match set {
            Expr::Set(elements) => {
                let types = types(key);
                let mut elements: Vec<&Element> = elements.iter().collect();
                constant::sort(&types, &mut elements);
                let words: Vec<String> = elements
                    .iter()
                    .map(|e| self.element(&types, e, data))
                    .collect();
                format!("{{ {} }}", words.join(", "))
            }
            other => self.expr(other),
        }
    }

    /// An element of a set or map.
    pub(super) fn element(
        &self,
        types: &[DataType],
        element: &Element,
        data: &[DataType],
    ) -> String {
        let mut words = self.key_of(types, element);
        for statement in &element.statements {
            let _ = write!(words, " {}", self.statement(statement));
        }
        if let Some(timeout) = element.timeout {
            let _ = write!(
                words,
                " timeout {}",
                super::moment::show_milliseconds(timeout)
            );
        }
        if let Some(at) = element.expires
            && !self.stateless
        {
            let left = at.nanos_since(self.now) / 1_000_000;
            let _ = write!(words, " expires {}", super::moment::show_milliseconds(left));
        }
        if let Some(comment) = &element.comment {
            let _ = write!(words, " comment \"{comment}\"");
        }
        if let Some(found) = &element.data {
            let _ = write!(words, " : {}", self.data(found, data));
        }
        words
    }

    pub(super) fn key_of(&self, types: &[DataType], element: &Element) -> String {
        if element.catch_all {
            return "*".to_owned();
        }
        let to = element.to.as_ref().unwrap_or(&element.from);
        let parts = element.from.iter().zip(to).zip(types);
        let parts: Vec<String> = parts
            .map(|((from, to), ty)| self.part(*ty, from, to))
            .collect();
        parts.join(" . ")
    }

    pub(super) fn data(&self, data: &ElementData, types: &[DataType]) -> String {
        let parts = |from: &[Value], to: &[Value]| {
            let parts = from.iter().zip(to).enumerate().map(|(at, (from, to))| {
                let ty = types.get(at).copied().unwrap_or(DataType::Integer(32));
                self.part(ty, from, to)
            });
            parts.collect::<Vec<String>>().join(" . ")
        };
        match data {
            ElementData::Verdict(verdict) => show_verdict(verdict),
            ElementData::Object(name) => format!("\"{name}\""),
            ElementData::Value(values) => parts(values, values),
            ElementData::Range(from, to) => parts(from, to),
        }
    }

    /// One part of a key: a value, a range, or the prefix that a range is.
    fn part(&self, ty: DataType, from: &Value, to: &Value) -> String {
        if from == to {
            return if ty.is_flags() {
                self.value(ty, from).replace(',', " | ")
            } else {
                self.value(ty, from)
            };
        }
        let (Some(low), Some(high)) = (from.to_number(), to.to_number()) else {
            return self.value(ty, from);
        };
        let host = low ^ high;
        let aligned = host & host.wrapping_add(1) == 0 && low & host == 0;
        if constant::has_prefixes(ty) && aligned {
            let len = u32::from(ty.bits()) - (u128::BITS - host.leading_zeros());
            return format!("{}/{len}", self.value(ty, from));
        }
        self.between(ty, from, to)
    }
}

/// Whether an expression is about bits without a name: those are compared with hexadecimal numbers.
pub(super) fn is_raw(expr: &Expr) -> bool {
    match expr {
        Expr::Raw { .. } => true,
        Expr::Bits(_, left, _) => is_raw(left),
        _ => false,
    }
}

/// The sign of an operation.
pub(super) const fn sign_of(op: BitOp) -> &'static str {
    match op {
        BitOp::And => "&",
        BitOp::Or => "|",
        BitOp::Xor => "^",
        BitOp::ShiftLeft => "<<",
        BitOp::ShiftRight => ">>",
    }
}

/// The name of a layer: `th`.
pub(super) const fn layer_name(layer: Layer) -> &'static str {
    match layer {
        Layer::Link => "ll",
        Layer::Network => "nh",
        Layer::Transport => "th",
        Layer::Inner => "ih",
    }
}

/// Whether a key of `meta` is listed without that word.
fn unqualified(name: &str) -> bool {
    matches!(
        name,
        "iif" | "iifname" | "iifgroup" | "oif" | "oifname" | "oifgroup"
    )
}

/// The words of a direction.
pub(super) const fn direction_name(direction: CtDirection) -> &'static str {
    match direction {
        CtDirection::Original => "original",
        CtDirection::Reply => "reply",
    }
}

fn show_ct(key: CtKey, direction: Option<CtDirection>) -> String {
    match direction {
        Some(direction) => format!("ct {} {}", direction_name(direction), key.name()),
        None => format!("ct {}", key.name()),
    }
}

/// The words of what `fib` is asked with.
pub(super) fn fib_words(flags: u8) -> Vec<&'static str> {
    let words = [
        (fib::SADDR, "saddr"),
        (fib::DADDR, "daddr"),
        (fib::MARK, "mark"),
        (fib::IIF, "iif"),
        (fib::OIF, "oif"),
    ];
    let said = words.into_iter().filter(|(bit, _)| flags & bit != 0);
    said.map(|(_, word)| word).collect()
}

fn show_fib(flags: u8, result: FibResult) -> String {
    let result = match result {
        FibResult::Check => FibResult::Oif,
        result => result,
    };
    format!("fib {} {}", fib_words(flags).join(" . "), result.name())
}

fn show_offset(offset: u32) -> String {
    match offset {
        0 => String::new(),
        offset => format!(" offset {offset}"),
    }
}

fn show_option(expr: &Expr) -> String {
    let Some(named) = option::named(expr) else {
        return String::new();
    };
    let words = named.kind.words();
    let number = named.number.to_string();
    let name = named.name.unwrap_or(&number);
    match (named.kind, named.field) {
        (_, None) => format!("{words} {name}"),
        (option::Kind::Extension, Some((_, Some(field)))) => format!("{name} {field}"),
        (_, Some((_, Some(field)))) => format!("{words} {name} {field}"),
        (_, Some(((offset, bits), None))) => format!("{words} @{number},{offset},{bits}"),
    }
}
