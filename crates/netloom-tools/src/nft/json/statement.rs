//! Statements as JSON.

use super::expr::verdict_json;
use super::value::Json;
use crate::nft::constant;
use crate::nft::expr::types;
use crate::nft::print::{Style, flag_words, nat_word, time_word, units, update_word};
use crate::nft::rule::LEVELS;
use crate::nft::steer::address_type;
use crate::nft::xt;
use netloom_model::ruleset::expr::Relation;
use netloom_model::ruleset::statement::{
    Limit, Log, Nat, ObjectName, Quota, Reject, Statement, Synproxy, log_flag,
};
use netloom_model::ruleset::{DataType, Expr, Value};

fn number(number: u64) -> Json {
    Json::Number(u128::from(number))
}

impl Style<'_> {
    /// A statement as what it is listed as: several, where fields are compared as one.
    pub(super) fn statements_json(&self, statement: &Statement) -> Vec<Json> {
        if let Statement::Match {
            left,
            relation,
            right,
        } = statement
            && let Some(parts) = crate::nft::merge::apart(left, right)
        {
            let parts = parts.into_iter();
            return parts
                .map(|(left, right)| self.match_json(left, *relation, right))
                .collect();
        }
        vec![self.statement_json(statement)]
    }

    /// A statement.
    pub(super) fn statement_json(&self, statement: &Statement) -> Json {
        match statement {
            Statement::Match {
                left,
                relation,
                right,
            } => self.match_json(left, *relation, right),
            Statement::Counter(_) if self.stateless => Json::of("counter", Json::Null),
            Statement::Counter(counter) => Json::of(
                "counter",
                Json::object([
                    ("packets", number(counter.packets)),
                    ("bytes", number(counter.bytes)),
                ]),
            ),
            Statement::Limit(limit) => Json::of("limit", limit_json(limit)),
            Statement::Quota(quota) => Json::of("quota", quota_json(quota)),
            Statement::ConnLimit { count, over } => {
                let mut body = Json::of("val", number(u64::from(*count)));
                if *over {
                    body.put("inv", Json::Bool(true));
                }
                Json::of("ct count", body)
            }
            Statement::Object { kind, name } => {
                let body = match name {
                    ObjectName::Name(name) => Json::text(name),
                    ObjectName::Map { key, map } => Json::of("map", self.map_json(key, map, &[])),
                };
                Json::of(kind.name(), body)
            }
            Statement::Verdict(verdict) => verdict_json(verdict),
            Statement::VerdictMap { key, map } => Json::of("vmap", self.map_json(key, map, &[])),
            Statement::Set { what, value } => Json::of(
                "mangle",
                Json::object([
                    ("key", self.expr_json(what)),
                    ("value", self.expr_json_as(value, &types(what))),
                ]),
            ),
            Statement::ResetTcpOption(kind) => {
                let option = crate::nft::option::Kind::Tcp.expr(*kind, None);
                Json::of("reset", self.expr_json(&option))
            }
            Statement::Log(log) => Json::of("log", log_json(log)),
            Statement::Reject(reject) => Json::of("reject", self.reject_json(*reject)),
            Statement::Nat(nat) => self.nat_json(nat),
            Statement::Notrack => Json::of("notrack", Json::Null),
            Statement::Synproxy(proxy) => {
                let mut body = Json::Object(Vec::new());
                put_synproxy(&mut body, proxy);
                Json::of("synproxy", empty_is_null(body))
            }
            Statement::FlowAdd(name) => Json::of(
                "flow",
                Json::object([
                    ("op", Json::text("add")),
                    ("flowtable", Json::text(format!("@{name}"))),
                ]),
            ),
            Statement::XtMatch(found) => xt_json("match", xt::match_name(found)),
            Statement::XtTarget(target) => xt_json("target", xt::target_name(target)),
            Statement::Unknown(words) => Json::text(words),
            other => self.elsewhere_json(other),
        }
    }

    fn elsewhere_json(&self, statement: &Statement) -> Json {
        match statement {
            Statement::Tproxy {
                family,
                address,
                port,
            } => {
                let mut body = Json::Object(Vec::new());
                if let Some(family) = family {
                    body.put("family", Json::text(family.name()));
                }
                let of = family.unwrap_or(self.family);
                self.put_endpoint(&mut body, address_type(of), address.as_ref(), port.as_ref());
                Json::of("tproxy", body)
            }
            Statement::Dup { to, device } => {
                let mut body = Json::Object(Vec::new());
                match (to, device) {
                    (Some(to), device) => {
                        body.put("addr", self.expr_json_as(to, &[address_type(self.family)]));
                        if let Some(device) = device {
                            body.put("dev", self.expr_json_as(device, &[DataType::IfaceIndex]));
                        }
                    }
                    (None, Some(device)) => {
                        body.put("addr", self.expr_json_as(device, &[DataType::IfaceIndex]));
                    }
                    (None, None) => {}
                }
                Json::of("dup", body)
            }
            Statement::Forward { device, to, family } => {
                let device = self.expr_json_as(device, &[DataType::IfaceIndex]);
                let mut body = Json::of("dev", device);
                if let (Some(to), Some(family)) = (to, family) {
                    body.put("family", Json::text(family.name()));
                    body.put("addr", self.expr_json_as(to, &[address_type(*family)]));
                }
                Json::of("fwd", body)
            }
            Statement::Queue {
                number,
                bypass,
                fanout,
            } => {
                let number = self.expr_json_as(number, &[DataType::Integer(16)]);
                let mut body = Json::of("num", number);
                let flags = [(*bypass, "bypass"), (*fanout, "fanout")];
                let flags = flags.into_iter().filter(|(set, _)| *set);
                let flags: Vec<Json> = flags.map(|(_, word)| Json::text(word)).collect();
                if !flags.is_empty() {
                    body.put("flags", Json::one_or_list(flags));
                }
                Json::of("queue", body)
            }
            Statement::Update { data: Some(_), .. } => Json::text(self.statement(statement)),
            Statement::Update {
                op,
                set,
                key,
                timeout,
                statements,
                ..
            } => {
                let mut element = self.expr_json(key);
                if let Some(timeout) = timeout {
                    let mut body = Json::of("val", element);
                    body.put("timeout", number(timeout / 1000));
                    element = Json::of("elem", body);
                }
                if let Some(meter) = self.sets.iter().find(|own| own.meter && own.name == *set) {
                    let bare = Style {
                        stateless: true,
                        ..*self
                    };
                    let mut all = statements.iter().map(|s| bare.statement_json(s));
                    let size = meter.size.unwrap_or(0xffff);
                    return Json::of(
                        "meter",
                        Json::object([
                            ("key", element),
                            ("stmt", all.next().unwrap_or(Json::Object(Vec::new()))),
                            ("size", number(u64::from(size))),
                            ("name", Json::text(set)),
                        ]),
                    );
                }
                let mut body = Json::object([
                    ("op", Json::text(update_word(*op))),
                    ("elem", element),
                    ("set", Json::text(format!("@{set}"))),
                ]);
                if !statements.is_empty() {
                    let bare = Style {
                        stateless: true,
                        ..*self
                    };
                    let all = statements.iter().map(|s| bare.statement_json(s));
                    body.put("stmt", Json::List(all.collect()));
                }
                Json::of("set", body)
            }
            _ => Json::text(self.statement(statement)),
        }
    }

    fn match_json(&self, left: &Expr, relation: Relation, right: &Expr) -> Json {
        let asked = crate::nft::normal::flags_asked(left, relation, right);
        let (left, relation, right) = asked.unwrap_or((left, relation, right));
        let op = match relation {
            Relation::Eq => "==",
            Relation::Ne => "!=",
            Relation::Lt => "<",
            Relation::Gt => ">",
            Relation::Le => "<=",
            Relation::Ge => ">=",
            Relation::Any => "in",
            Relation::None => "!",
        };
        let types = types(left);
        let right = match right {
            Expr::Set(_) | Expr::SetRef(_) => self.set_json(&types, right, &[]),
            right => self.expr_json_as(right, &types),
        };
        Json::of(
            "match",
            Json::object([
                ("op", Json::text(op)),
                ("left", self.expr_json(left)),
                ("right", right),
            ]),
        )
    }

    fn reject_json(&self, reject: Reject) -> Json {
        let (word, ty, code) = match reject {
            Reject::TcpReset => return Json::of("type", Json::text("tcp reset")),
            Reject::Icmp(code) => ("icmp", DataType::IcmpCode, code),
            Reject::Icmpv6(code) => ("icmpv6", DataType::Icmpv6Code, code),
            Reject::Icmpx(code) => ("icmpx", DataType::IcmpxCode, code),
        };
        let code = constant::show(ty, &Value::from(code), self.numeric, self.devices);
        Json::object([("type", Json::text(word)), ("expr", Json::text(code))])
    }

    fn nat_json(&self, nat: &Nat) -> Json {
        let mut body = Json::Object(Vec::new());
        if let Some(family) = nat.family {
            body.put("family", Json::text(family.name()));
        }
        let of = nat.family.unwrap_or(self.family);
        self.put_endpoint(
            &mut body,
            address_type(of),
            nat.address.as_ref(),
            nat.port.as_ref(),
        );
        let flags: Vec<Json> = flag_words(nat.flags).into_iter().map(Json::text).collect();
        if !flags.is_empty() {
            body.put("flags", Json::one_or_list(flags));
        }
        if nat.prefix {
            body.put("type_flags", Json::text("prefix"));
        }
        Json::of(nat_word(nat.kind), empty_is_null(body))
    }

    fn put_endpoint(
        &self,
        body: &mut Json,
        ty: DataType,
        address: Option<&Expr>,
        port: Option<&Expr>,
    ) {
        if let Some(address) = address {
            let types = [ty, DataType::InetService];
            body.put("addr", self.expr_json_as(address, &types));
        }
        if let Some(port) = port {
            body.put("port", self.expr_json_as(port, &[DataType::InetService]));
        }
    }
}

fn empty_is_null(body: Json) -> Json {
    match body {
        Json::Object(fields) if fields.is_empty() => Json::Null,
        body => body,
    }
}

fn xt_json(kind: &str, name: &str) -> Json {
    Json::of(
        "xt",
        Json::object([("type", Json::text(kind)), ("name", Json::text(name))]),
    )
}

fn limit_json(limit: &Limit) -> Json {
    let of = |count: u64| match limit.bytes {
        true => units(count),
        false => (count, "packets"),
    };
    let (rate, rate_unit) = of(limit.rate);
    let (burst, burst_unit) = of(u64::from(limit.burst));
    let mut body = Json::object([
        ("rate", number(rate)),
        ("burst", number(burst)),
        ("per", Json::text(time_word(limit))),
    ]);
    if limit.over {
        body.put("inv", Json::Bool(true));
    }
    if limit.bytes {
        body.put("rate_unit", Json::text(rate_unit));
        body.put("burst_unit", Json::text(burst_unit));
    }
    body
}

fn quota_json(quota: &Quota) -> Json {
    let (value, unit) = units(quota.bytes);
    let mut body = Json::object([("val", number(value)), ("val_unit", Json::text(unit))]);
    if quota.over {
        body.put("inv", Json::Bool(true));
    }
    if quota.used > 0 {
        let (used, unit) = units(quota.used);
        body.put("used", number(used));
        body.put("used_unit", Json::text(unit));
    }
    body
}

fn log_json(log: &Log) -> Json {
    let mut body = Json::Object(Vec::new());
    if let Some(prefix) = &log.prefix {
        body.put("prefix", Json::text(prefix));
    }
    if let Some(group) = log.group {
        body.put("group", number(u64::from(group)));
    }
    if let Some(snaplen) = log.snaplen {
        body.put("snaplen", number(u64::from(snaplen)));
    }
    if let Some(threshold) = log.queue_threshold {
        body.put("queue-threshold", number(u64::from(threshold)));
    }
    if let Some(level) = log.level.filter(|level| *level != 4) {
        body.put("level", Json::text(LEVELS[usize::from(level.min(8))]));
    }
    let words = [
        (log_flag::TCP_SEQUENCE, "tcp sequence"),
        (log_flag::TCP_OPTIONS, "tcp options"),
        (log_flag::IP_OPTIONS, "ip options"),
        (log_flag::SKUID, "skuid"),
        (log_flag::ETHER, "ether"),
    ];
    let said = words.into_iter().filter(|(bit, _)| log.flags & bit != 0);
    let flags: Vec<Json> = said.map(|(_, word)| Json::text(word)).collect();
    match (log.flags, flags.is_empty()) {
        (0x2f, _) => body.put("flags", Json::text("all")),
        (_, false) => body.put("flags", Json::one_or_list(flags)),
        _ => {}
    }
    empty_is_null(body)
}

/// What a proxy for SYNs tells.
pub(super) fn put_synproxy(body: &mut Json, proxy: &Synproxy) {
    if proxy.mss > 0 {
        body.put("mss", number(u64::from(proxy.mss)));
    }
    if proxy.wscale > 0 {
        body.put("wscale", number(u64::from(proxy.wscale)));
    }
    let flags = [
        (proxy.timestamp, "timestamp"),
        (proxy.sack_perm, "sack-perm"),
    ];
    let flags = flags.into_iter().filter(|(set, _)| *set);
    let flags: Vec<Json> = flags.map(|(_, word)| Json::text(word)).collect();
    if !flags.is_empty() {
        body.put("flags", Json::List(flags));
    }
}
