//! Rules in nft's words, as it lists them.

use super::constant::{self, Devices};
use super::expr::types;
use super::rule::{LEVELS, TIMES, UNITS};
use super::steer::address_type;
use super::words::is_raw;
use netloom_model::Time;
use netloom_model::ruleset::expr::{BitOp, Relation};
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::statement::{
    Limit, Log, Nat, NatFlags, NatKind, ObjectName, Quota, Reject, Statement, Synproxy, UpdateOp,
    Verdict, log_flag,
};
use netloom_model::ruleset::{DataType, Expr, ObjectKind, Rule, Set, TableFamily, Value};
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
    /// The sets of the table.
    pub(super) sets: &'a [Set],
    /// The moment at which it is listed.
    pub(super) now: Time,
}

impl Style<'_> {
    /// A rule in one line.
    pub(super) fn rule(&self, rule: &Rule) -> String {
        let statements = rule.statements.iter().enumerate();
        let words = statements.map(|(at, statement)| match statement {
            Statement::XtMatch(_) | Statement::XtTarget(_) => {
                super::xt::show(self.family, &rule.statements, at)
            }
            Statement::Match {
                left,
                relation,
                right,
            } => {
                let asked = super::normal::flags_asked(left, *relation, right);
                let (left, relation, right) = asked.unwrap_or((left, *relation, right));
                self.comparison(left, relation, right)
            }
            statement => self.statement(statement),
        });
        // What is translated to nothing leaves its blank.
        let words: Vec<String> = words.collect();
        let mut line = words.join(" ");
        if let Some(comment) = &rule.comment {
            let _ = write!(line, " comment \"{comment}\"");
        }
        if self.handles {
            let _ = write!(line, " # handle {}", rule.handle);
        }
        line
    }

    pub(super) fn statement(&self, statement: &Statement) -> String {
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
            Statement::Limit(limit) => format!("limit {}", show_limit(limit)),
            Statement::Quota(quota) => format!("quota {}", show_quota(quota, self.stateless)),
            Statement::ConnLimit { count, over } => {
                format!("ct count {}{count}", if *over { "over " } else { "" })
            }
            Statement::Object { kind, name } => self.object(*kind, name),
            Statement::Verdict(verdict) => show_verdict(verdict),
            Statement::VerdictMap { key, map } => {
                format!("{} vmap {}", self.expr(key), self.set_of(key, map))
            }
            Statement::Set { what, value } => {
                format!(
                    "{} set {}",
                    self.expr(what),
                    self.expr_as(value, &types(what))
                )
            }
            Statement::ResetTcpOption(kind) => {
                let option = super::option::Kind::Tcp.expr(*kind, None);
                format!("reset {}", self.expr(&option))
            }
            Statement::Log(log) => show_log(log),
            Statement::Reject(reject) => self.reject(*reject),
            Statement::Nat(nat) => self.nat(nat),
            Statement::Notrack => "notrack".to_owned(),
            Statement::Synproxy(proxy) => format!("synproxy{}", show_synproxy(proxy)),
            Statement::FlowAdd(name) => format!("flow add @{name}"),
            Statement::Unknown(words) => words.clone(),
            Statement::XtMatch(_) | Statement::XtTarget(_) => {
                super::xt::show(self.family, core::slice::from_ref(statement), 0)
            }
            other => self.elsewhere(other),
        }
    }

    /// Statements that lead a packet elsewhere, or keep something of it.
    fn elsewhere(&self, statement: &Statement) -> String {
        match statement {
            Statement::Tproxy {
                family,
                address,
                port,
            } => {
                let mut words = "tproxy".to_owned();
                if let Some(family) = family {
                    let _ = write!(words, " {}", family.name());
                }
                words += " to";
                let of = family.unwrap_or(self.family);
                words += &self.endpoint((of, true), address.as_ref(), port.as_ref());
                words
            }
            Statement::Dup { to, device } => self.dup(to.as_ref(), device.as_ref()),
            Statement::Forward { device, to, family } => {
                let device = self.expr_as(device, &[DataType::IfaceIndex]);
                match (to, family) {
                    (Some(to), Some(family)) => {
                        let to = self.expr_as(to, &[address_type(*family)]);
                        format!("fwd {} to {to} device {device}", family.name())
                    }
                    _ => format!("fwd to {device}"),
                }
            }
            Statement::Queue {
                number,
                bypass,
                fanout,
            } => {
                let flags: Vec<&str> = [(*bypass, "bypass"), (*fanout, "fanout")]
                    .into_iter()
                    .filter_map(|(set, name)| set.then_some(name))
                    .collect();
                let flags = match &flags[..] {
                    [] => String::new(),
                    flags => format!(" flags {}", flags.join(",")),
                };
                let number = self.expr_as(number, &[DataType::Integer(16)]);
                format!("queue{flags} to {number}")
            }
            Statement::Update {
                op,
                set,
                key,
                data,
                timeout,
                statements,
            } => {
                let mut words = format!("{} @{set} {{ {}", update_word(*op), self.expr(key));
                if let Some(timeout) = timeout {
                    let _ = write!(
                        words,
                        " timeout {}",
                        super::moment::show_milliseconds(*timeout)
                    );
                }
                // What a new element begins with is not counted yet.
                let bare = Style {
                    stateless: true,
                    ..*self
                };
                for statement in statements {
                    let _ = write!(words, " {}", bare.statement(statement));
                }
                if let Some(data) = data {
                    let types = self.data_types(set);
                    let _ = write!(words, " : {}", self.expr_as(data, &types));
                }
                words + " }"
            }
            _ => "# unknown".to_owned(),
        }
    }

    /// The types of what a map has.
    pub(super) fn data_types(&self, map: &str) -> Vec<DataType> {
        let map = self.sets.iter().find(|set| set.name == map);
        match map.map(|map| &map.data) {
            Some(Some(MapData::Values(types))) => types.clone(),
            _ => vec![DataType::Integer(32)],
        }
    }

    fn dup(&self, to: Option<&Expr>, device: Option<&Expr>) -> String {
        let device = device.map(|device| self.expr_as(device, &[DataType::IfaceIndex]));
        match (to, device) {
            (Some(to), device) => {
                let to = self.expr_as(to, &[address_type(self.family)]);
                let device = device.map_or_else(String::new, |device| format!(" device {device}"));
                format!("dup to {to}{device}")
            }
            (None, device) => format!("dup to {}", device.unwrap_or_default()),
        }
    }

    fn object(&self, kind: ObjectKind, name: &ObjectName) -> String {
        let words = match kind {
            ObjectKind::CtHelper | ObjectKind::CtTimeout | ObjectKind::CtExpectation => {
                format!("{} set", kind.name())
            }
            ObjectKind::Secmark => "meta secmark set".to_owned(),
            kind => format!("{} name", kind.name()),
        };
        match name {
            ObjectName::Name(name) => format!("{words} \"{name}\""),
            ObjectName::Map { key, map } => {
                format!("{words} {} map {}", self.expr(key), self.set_of(key, map))
            }
        }
    }

    fn nat(&self, nat: &Nat) -> String {
        let mut words = nat_word(nat.kind).to_owned();
        let family = nat.family.unwrap_or(self.family);
        if let Some(family) = nat.family {
            let _ = write!(words, " {}", family.name());
        }
        if nat.prefix {
            words += " prefix";
        }
        if nat.address.is_some() || nat.port.is_some() {
            words += " to";
            words += &self.endpoint((family, false), nat.address.as_ref(), nat.port.as_ref());
        }
        let flags = flag_words(nat.flags);
        if !flags.is_empty() {
            let _ = write!(words, " {}", flags.join(","));
        }
        words
    }

    /// ` ADDRESS:PORT`.
    fn endpoint(
        &self,
        (family, proxy): (TableFamily, bool),
        address: Option<&Expr>,
        port: Option<&Expr>,
    ) -> String {
        let types = [address_type(family), DataType::InetService];
        let brackets = family == TableFamily::Ip6 && (port.is_some() || proxy);
        let mut words = " ".to_owned();
        match address {
            Some(address @ Expr::Value(_)) if brackets => {
                let _ = write!(words, "[{}]", self.expr_as(address, &types));
            }
            Some(Expr::Range(from, to)) if brackets => {
                let show = |value: &Value| self.constant(&types, &Expr::Value(value.clone()));
                let _ = write!(words, "[{}]-[{}]", show(from), show(to));
            }
            Some(address) => words += &self.expr_as(address, &types),
            None => {}
        }
        if let Some(port) = port {
            let _ = write!(words, ":{}", self.expr_as(port, &[DataType::InetService]));
        }
        words
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
        if let Some(parts) = super::merge::apart(left, right) {
            let parts = parts.into_iter();
            let words = parts.map(|(left, right)| self.comparison(left, relation, right));
            return words.collect::<Vec<String>>().join(" ");
        }
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
            let (value, bits) = (self.constant(&types, right), self.constant(&types, mask));
            let one = matches!(&**mask, Expr::Value(mask) if mask.to_number().is_some_and(u128::is_power_of_two));
            return match (one, relation) {
                (true, Relation::Ne) => format!("{} & {bits} != {value}", self.expr(of)),
                (true, _) => format!("{} & {bits} == {value}", self.expr(of)),
                (false, Relation::Ne) => format!("{} != {value} / {bits}", self.expr(of)),
                (false, _) => format!("{} {value} / {bits}", self.expr(of)),
            };
        }
        let right = match right {
            Expr::Set(_) | Expr::SetRef(_) => self.set_of(left, right),
            Expr::Value(value) if is_raw(left) => {
                format!("0x{:x}", value.to_number().unwrap_or(0))
            }
            right => self.constant(&types, right),
        };
        format!("{} {sign}{right}", self.expr(left))
    }
}

/// A verdict.
pub(crate) fn show_verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accept => "accept".to_owned(),
        Verdict::Drop => "drop".to_owned(),
        Verdict::Continue => "continue".to_owned(),
        Verdict::Return => "return".to_owned(),
        Verdict::Jump(chain) => format!("jump {chain}"),
        Verdict::Goto(chain) => format!("goto {chain}"),
    }
}

/// The word of a kind of translation.
pub(super) const fn nat_word(kind: NatKind) -> &'static str {
    match kind {
        NatKind::Snat => "snat",
        NatKind::Dnat => "dnat",
        NatKind::Masquerade => "masquerade",
        NatKind::Redirect => "redirect",
    }
}

/// The words of how a translation chooses.
pub(super) fn flag_words(flags: NatFlags) -> Vec<&'static str> {
    let words = [
        (flags.random, "random"),
        (flags.fully_random, "fully-random"),
        (flags.persistent, "persistent"),
    ];
    words
        .into_iter()
        .filter_map(|(set, word)| set.then_some(word))
        .collect()
}

/// The word of what is done with an element.
pub(super) const fn update_word(op: UpdateOp) -> &'static str {
    match op {
        UpdateOp::Add => "add",
        UpdateOp::Update => "update",
        UpdateOp::Delete => "delete",
    }
}

/// So many bytes in the greatest unit that fits.
pub(super) fn units(bytes: u64) -> (u64, &'static str) {
    let unit = UNITS
        .iter()
        .find(|(_, size)| bytes > 0 && bytes.is_multiple_of(*size));
    let (name, size) = unit.copied().unwrap_or(("bytes", 1));
    (bytes / size, name)
}

fn in_units(bytes: u64) -> String {
    let (number, name) = units(bytes);
    format!("{number} {name}")
}

/// The word of a limit's time.
pub(super) fn time_word(limit: &Limit) -> &'static str {
    let time = TIMES.iter().find(|(_, seconds)| *seconds == limit.per);
    time.map_or("second", |(name, _)| name)
}

/// A limit, without that word.
pub(super) fn show_limit(limit: &Limit) -> String {
    let over = if limit.over { "over " } else { "" };
    let time = time_word(limit);
    let (rate, burst) = match (limit.bytes, limit.burst) {
        (true, 0) => (in_units(limit.rate), String::new()),
        (true, burst) => (
            in_units(limit.rate),
            format!(" burst {}", in_units(u64::from(burst))),
        ),
        (false, 0 | 5) => (limit.rate.to_string(), String::new()),
        (false, burst) => (limit.rate.to_string(), format!(" burst {burst} packets")),
    };
    format!("rate {over}{rate}/{time}{burst}")
}

/// A quota, without that word.
pub(super) fn show_quota(quota: &Quota, stateless: bool) -> String {
    let over = if quota.over { "over " } else { "" };
    let mut words = format!("{over}{}", in_units(quota.bytes));
    if quota.used > 0 && !stateless {
        let _ = write!(words, " used {}", in_units(quota.used));
    }
    words
}

fn show_synproxy(proxy: &Synproxy) -> String {
    let mut words = String::new();
    if proxy.mss > 0 || proxy.wscale > 0 {
        let _ = write!(words, " mss {} wscale {}", proxy.mss, proxy.wscale);
    }
    if proxy.timestamp {
        words += " timestamp";
    }
    if proxy.sack_perm {
        words += " sack-perm";
    }
    words
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
