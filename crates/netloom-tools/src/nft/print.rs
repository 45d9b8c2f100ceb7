//! Rules in nft's words, as it lists them.

use super::constant::{self, Devices};
use super::expr::types;
use super::rule::{LEVELS, TIMES, UNITS};
use netloom_model::ruleset::expr::{BitOp, CtDirection, CtKey, Relation};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::set::ElementData;
use netloom_model::ruleset::statement::{Limit, Log, Reject, Statement, Verdict, log_flag};
use netloom_model::ruleset::{DataType, Element, Expr, Rule, TableFamily, Value};
use std::fmt::Write as _;

/// How things are listed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style<'a> {
    /// With numbers in the place of names (`-n`).
    pub(super) numeric: bool,
    /// With handles (`-a`).
    pub(super) handles: bool,
    /// Without what was counted (`-s`).
    pub(super) stateless: bool,
    pub(super) devices: &'a Devices,
    pub(super) family: TableFamily,
}

impl Style<'_> {
    /// A rule in one line.
    pub(super) fn rule(&self, rule: &Rule) -> String {
        let words: Vec<String> = rule.statements.iter().map(|s| self.statement(s)).collect();
        let mut line = words.join(" ");
        if let Some(comment) = &rule.comment {
            let _ = write!(line, " comment \"{comment}\"");
        }
        if self.handles {
            let _ = write!(line, " # handle {}", rule.handle);
        }
        line
    }

    fn statement(&self, statement: &Statement) -> String {
        match statement {
            Statement::Match {
                left,
                relation,
                right,
            } => self.comparison(left, *relation, right),
            Statement::Counter(_) if self.stateless => "counter".to_owned(),
            Statement::Counter(counter) => {
                format!(
                    "counter packets {} bytes {}",
                    counter.packets, counter.bytes
                )
            }
            Statement::Limit(limit) => show_limit(limit),
            Statement::Verdict(verdict) => show_verdict(verdict),
            Statement::VerdictMap { key, map } => {
                format!("{} vmap {}", self.expr(key), self.set_of(key, map))
            }
            Statement::Set { what, value } => {
                let value = match value {
                    Expr::Value(_) => self.constant(&types(what), value),
                    value => self.expr(value),
                };
                format!("{} set {value}", self.expr(what))
            }
            Statement::Log(log) => show_log(log),
            Statement::Reject(reject) => self.reject(*reject),
            Statement::Notrack => "notrack".to_owned(),
            Statement::Unknown(words) => words.clone(),
            // What xtables alone has is listed as a comment by nft, too.
            Statement::XtMatch(_) | Statement::XtTarget(_) => "# xt".to_owned(),
            _ => "# unknown".to_owned(),
        }
    }

    fn reject(&self, reject: Reject) -> String {
        let symbol = |ty: DataType, code: u8| {
            constant::show(ty, &Value::from(code), self.numeric, self.devices)
        };
        match (reject, self.family) {
            (Reject::Icmp(3), TableFamily::Ip)
            | (Reject::Icmpv6(4), TableFamily::Ip6)
            | (Reject::Icmpx(1), _) => "reject".to_owned(),
            (Reject::Icmp(code), _) => {
                format!("reject with icmp {}", symbol(DataType::IcmpCode, code))
            }
            (Reject::Icmpv6(code), _) => {
                format!("reject with icmpv6 {}", symbol(DataType::Icmpv6Code, code))
            }
            (Reject::Icmpx(code), _) => {
                format!("reject with icmpx {}", symbol(DataType::IcmpxCode, code))
            }
            (Reject::TcpReset, _) => "reject with tcp reset".to_owned(),
        }
    }

    fn comparison(&self, left: &Expr, relation: Relation, right: &Expr) -> String {
        let types = types(left);
        let flags = types[0].is_flags() && types.len() == 1;
        let sign = match relation {
            Relation::Eq if flags && matches!(right, Expr::Value(_)) => "== ",
            Relation::Eq if matches!(left, Expr::Bits(..)) => "== ",
            Relation::Eq | Relation::Any => "",
            Relation::Ne => "!= ",
            Relation::Lt => "< ",
            Relation::Gt => "> ",
            Relation::Le => "<= ",
            Relation::Ge => ">= ",
            Relation::None => "! ",
        };
        if let (true, Expr::Bits(BitOp::And, of, mask)) = (flags, left)
            && matches!(relation, Relation::Eq | Relation::Ne)
        {
            let sign = if relation == Relation::Ne { "!= " } else { "" };
            return format!(
                "{} {sign}{} / {}",
                self.expr(of),
                self.constant(&types, right),
                self.constant(&types, mask)
            );
        }
        let right = match right {
            Expr::Set(_) | Expr::SetRef(_) => self.set_of(left, right),
            right => self.constant(&types, right),
        };
        format!("{} {sign}{right}", self.expr(left))
    }

    /// An expression.
    pub(super) fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Field(field) => format!("{} {}", field.header().name(), field.name()),
            Expr::Raw {
                layer,
                offset,
                bits,
            } => {
                let layer = match layer {
                    Layer::Link => "ll",
                    Layer::Network => "nh",
                    Layer::Transport => "th",
                    Layer::Inner => "ih",
                };
                format!("@{layer},{offset},{bits}")
            }
            Expr::Meta(key) => match unqualified(key.name()) {
                true => key.name().to_owned(),
                false => format!("meta {}", key.name()),
            },
            Expr::Ct(key, direction) => show_ct(*key, *direction),
            Expr::Concat(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.expr(part)).collect();
                parts.join(" . ")
            }
            Expr::Bits(op, left, right) => {
                let sign = match op {
                    BitOp::And => "&",
                    BitOp::Or => "|",
                    BitOp::Xor => "^",
                    BitOp::ShiftLeft => "<<",
                    BitOp::ShiftRight => ">>",
                };
                let right = match &**right {
                    Expr::Value(_) => self.constant(&types(left), right),
                    right => self.expr(right),
                };
                format!("{} {sign} {right}", self.expr(left))
            }
            Expr::SetRef(name) => format!("@{name}"),
            Expr::Value(_) | Expr::Range(..) | Expr::Prefix(..) => {
                self.constant(&[DataType::Integer(32)], expr)
            }
            _ => "# unknown".to_owned(),
        }
    }

    fn value(&self, ty: DataType, value: &Value) -> String {
        constant::show(ty, value, self.numeric, self.devices)
    }

    /// A constant of these types.
    fn constant(&self, types: &[DataType], expr: &Expr) -> String {
        let ty = types[0];
        match expr {
            Expr::Value(value) => self.value(ty, value),
            Expr::Range(from, to) => format!("{}-{}", self.value(ty, from), self.value(ty, to)),
            Expr::Prefix(value, len) => format!("{}/{len}", self.value(ty, value)),
            Expr::Concat(parts) => {
                let parts = parts.iter().zip(types);
                let parts: Vec<String> = parts
                    .map(|(part, ty)| self.constant(&[*ty], part))
                    .collect();
                parts.join(" . ")
            }
            other => self.expr(other),
        }
    }

    fn set_of(&self, key: &Expr, set: &Expr) -> String {
        match set {
            Expr::Set(elements) => {
                let types = types(key);
                let words: Vec<String> = elements.iter().map(|e| self.element(&types, e)).collect();
                format!("{{ {} }}", words.join(", "))
            }
            other => self.expr(other),
        }
    }

    /// An element of a set or map.
    pub(super) fn element(&self, types: &[DataType], element: &Element) -> String {
        let mut words = if element.catch_all {
            "*".to_owned()
        } else {
            let to = element.to.as_ref().unwrap_or(&element.from);
            let parts = element.from.iter().zip(to).zip(types);
            let parts: Vec<String> = parts
                .map(|((from, to), ty)| self.part(*ty, from, to))
                .collect();
            parts.join(" . ")
        };
        if let Some(comment) = &element.comment {
            let _ = write!(words, " comment \"{comment}\"");
        }
        if let Some(ElementData::Verdict(verdict)) = &element.data {
            let _ = write!(words, " : {}", show_verdict(verdict));
        }
        words
    }

    /// One part of a key: a value, a range, or the prefix that a range is.
    fn part(&self, ty: DataType, from: &Value, to: &Value) -> String {
        let (Some(low), Some(high)) = (from.to_number(), to.to_number()) else {
            return self.value(ty, from);
        };
        if low == high {
            return self.value(ty, from);
        }
        let host = low ^ high;
        let aligned = host & host.wrapping_add(1) == 0 && low & host == 0;
        if constant::has_prefixes(ty) && aligned {
            let len = u32::from(ty.bits()) - (u128::BITS - host.leading_zeros());
            return format!("{}/{len}", self.value(ty, from));
        }
        format!("{}-{}", self.value(ty, from), self.value(ty, to))
    }
}

/// Whether a key of `meta` is listed without that word.
fn unqualified(name: &str) -> bool {
    matches!(
        name,
        "iif" | "iifname" | "iiftype" | "iifgroup" | "oif" | "oifname" | "oiftype" | "oifgroup"
    )
}

fn show_ct(key: CtKey, direction: Option<CtDirection>) -> String {
    let direction = match direction {
        Some(CtDirection::Original) => "original ",
        Some(CtDirection::Reply) => "reply ",
        None => "",
    };
    format!("ct {direction}{}", key.name())
}

/// A verdict.
pub(super) fn show_verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accept => "accept".to_owned(),
        Verdict::Drop => "drop".to_owned(),
        Verdict::Continue => "continue".to_owned(),
        Verdict::Return => "return".to_owned(),
        Verdict::Jump(chain) => format!("jump {chain}"),
        Verdict::Goto(chain) => format!("goto {chain}"),
    }
}

/// So many bytes in the greatest unit that fits.
fn in_units(bytes: u64) -> String {
    let unit = UNITS.iter().find(|(_, size)| bytes.is_multiple_of(*size));
    let (name, size) = unit.copied().unwrap_or(("bytes", 1));
    format!("{} {name}", bytes / size)
}

fn show_limit(limit: &Limit) -> String {
    let over = if limit.over { "over " } else { "" };
    let time = TIMES.iter().find(|(_, seconds)| *seconds == limit.per);
    let time = time.map_or("second", |(name, _)| name);
    let (rate, burst) = match (limit.bytes, limit.burst) {
        (true, 0) => (in_units(limit.rate), String::new()),
        (true, burst) => (
            in_units(limit.rate),
            format!(" burst {}", in_units(u64::from(burst))),
        ),
        (false, 0 | 5) => (limit.rate.to_string(), String::new()),
        (false, burst) => (limit.rate.to_string(), format!(" burst {burst} packets")),
    };
    format!("limit rate {over}{rate}/{time}{burst}")
}

fn show_log(log: &Log) -> String {
    let mut words = "log".to_owned();
    if let Some(prefix) = &log.prefix {
        let _ = write!(words, " prefix \"{prefix}\"");
    }
    if let Some(group) = log.group {
        let _ = write!(words, " group {group}");
    }
    if let Some(snaplen) = log.snaplen {
        let _ = write!(words, " snaplen {snaplen}");
    }
    if let Some(threshold) = log.queue_threshold {
        let _ = write!(words, " queue-threshold {threshold}");
    }
    if let Some(level) = log.level.filter(|level| *level != 4) {
        let _ = write!(words, " level {}", LEVELS[usize::from(level.min(8))]);
    }
    if log.flags == 0x2f {
        return words + " flags all";
    }
    let has = |bit: u8| log.flags & bit != 0;
    match (has(log_flag::TCP_SEQUENCE), has(log_flag::TCP_OPTIONS)) {
        (true, true) => words += " flags tcp sequence,options",
        (true, false) => words += " flags tcp sequence",
        (false, true) => words += " flags tcp options",
        (false, false) => {}
    }
    for (bit, flag) in [
        (log_flag::IP_OPTIONS, "ip options"),
        (log_flag::SKUID, "skuid"),
        (log_flag::ETHER, "ether"),
    ] {
        if has(bit) {
            let _ = write!(words, " flags {flag}");
        }
    }
    words
}
