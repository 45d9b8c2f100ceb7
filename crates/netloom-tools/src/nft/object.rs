//! Objects with names and flow tables: how they are written, and how they are listed (nft(8), STATEFUL
//! OBJECTS and FLOWTABLES).

use super::parser::Parser;
use super::print::{show_limit, show_quota};
use super::source::{Problem, Read};
use crate::ip::protocol_names::PROTOCOL_NAMES;
use netloom_model::ruleset::object::{Flowtable, Object, ObjectBody, timeout_states};
use netloom_model::ruleset::statement::{Counter, Limit, Quota};
use netloom_model::ruleset::{DataType, Hook, ObjectKind, TableFamily};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What is said of an object between its braces.
#[derive(Default)]
struct Words {
    comment: Option<String>,
    counter: Counter,
    quota: Option<Quota>,
    limit: Option<Limit>,
    helper: String,
    protocol: Option<u8>,
    l3proto: Option<TableFamily>,
    policy: BTreeMap<String, u32>,
    dport: u16,
    timeout: u32,
    size: u8,
    proxy: Option<netloom_model::ruleset::statement::Synproxy>,
    label: String,
}

impl Parser<'_> {
    /// The kind of object that is named next; `ct` and its second word are one.
    pub(super) fn object_word(&mut self) -> Option<ObjectKind> {
        let second = self.tokens.get(self.at + 1).map(|t| t.text.clone());
        let (kind, words) = match (self.peek().text.as_str(), second.as_deref()) {
            ("counter", _) => (ObjectKind::Counter, 1),
            ("quota", _) => (ObjectKind::Quota, 1),
            ("limit", _) => (ObjectKind::Limit, 1),
            ("synproxy", _) => (ObjectKind::Synproxy, 1),
            ("secmark", _) => (ObjectKind::Secmark, 1),
            ("ct", Some("helper")) => (ObjectKind::CtHelper, 2),
            ("ct", Some("timeout")) => (ObjectKind::CtTimeout, 2),
            ("ct", Some("expectation")) => (ObjectKind::CtExpectation, 2),
            _ => return None,
        };
        self.at += words;
        Some(kind)
    }

    /// What an object called `name` is: between braces, or behind its name.
    pub(super) fn object_block(&mut self, kind: ObjectKind, name: String) -> Read<Object> {
        let from = self.at;
        let named = self.tokens[self.at.saturating_sub(1)].at;
        let mut words = Words::default();
        if let Err(problem) = self.object_said(kind, &mut words) {
            // What stands between the same braces is no sentence of its own.
            self.at = self.at.max(self.closing(from));
            return Err(problem);
        }
        let said = [
            u32::from(words.protocol.is_some()),
            u32::from(words.dport),
            words.timeout,
            u32::from(words.size),
        ];
        let lacks = said.contains(&0);
        if kind == ObjectKind::CtExpectation && lacks {
            return Err(Problem::new("missing options", named));
        }
        let l3proto = words.l3proto.unwrap_or(self.family);
        let protocol = words.protocol.unwrap_or(6);
        let body = match kind {
            ObjectKind::Counter => ObjectBody::Counter(words.counter),
            ObjectKind::Quota => ObjectBody::Quota(words.quota.unwrap_or(Quota {
                bytes: 0,
                used: 0,
                over: false,
            })),
            ObjectKind::Limit => match words.limit {
                Some(limit) => ObjectBody::Limit(limit),
                None => return Err(self.unexpected("")),
            },
            ObjectKind::CtHelper => ObjectBody::CtHelper {
                helper: words.helper,
                protocol,
                l3proto,
            },
            ObjectKind::CtTimeout => ObjectBody::CtTimeout {
                protocol,
                l3proto,
                policy: words.policy,
            },
            ObjectKind::CtExpectation => ObjectBody::CtExpectation {
                protocol,
                l3proto,
                dport: words.dport,
                timeout: words.timeout,
                size: words.size,
            },
            ObjectKind::Synproxy => match words.proxy {
                Some(proxy) => ObjectBody::Synproxy(proxy),
                None => return Err(self.unexpected("")),
            },
            ObjectKind::Secmark => ObjectBody::Secmark(words.label),
        };
        Ok(Object {
            name,
            handle: 0,
            comment: words.comment,
            body,
        })
    }

    /// What is said of it, between braces or without.
    fn object_said(&mut self, kind: ObjectKind, words: &mut Words) -> Read<()> {
        if self.eat("{") {
            loop {
                self.separators();
                if self.eat("}") {
                    break;
                }
                if self.eat("comment") {
                    words.comment = Some(self.text()?);
                    continue;
                }
                self.object_words(kind, words)?;
                // Words of one kind may follow each other without an end between them.
                if !matches!(
                    kind,
                    ObjectKind::Counter
                        | ObjectKind::Quota
                        | ObjectKind::Limit
                        | ObjectKind::CtHelper
                        | ObjectKind::Synproxy
                ) {
                    self.separator()?;
                }
            }
        } else {
            while !self.at_end() {
                self.object_words(kind, words)?;
            }
        }
        Ok(())
    }

    /// Where the brace is closed that token `from` opens.
    fn closing(&self, from: usize) -> usize {
        let mut open = 0usize;
        for (at, token) in self.tokens.iter().enumerate().skip(from) {
            if token.is("{") {
                open += 1;
            } else if token.is("}") {
                open = open.saturating_sub(1);
            }
            if open == 0 {
                return at;
            }
        }
        from
    }

    fn object_words(&mut self, kind: ObjectKind, words: &mut Words) -> Read<()> {
        match kind {
            ObjectKind::Counter => {
                if self.eat("packets") {
                    words.counter.packets = self.number()?;
                } else if self.eat("bytes") {
                    words.counter.bytes = self.number()?;
                } else {
                    return Err(self.unexpected(""));
                }
            }
            ObjectKind::Quota => words.quota = Some(self.quota_words()?),
            ObjectKind::Limit => words.limit = Some(self.limit_words()?),
            ObjectKind::Synproxy => words.proxy = Some(self.synproxy_words(true)?),
            ObjectKind::Secmark => words.label = self.text()?,
            ObjectKind::CtHelper | ObjectKind::CtTimeout | ObjectKind::CtExpectation => {
                self.ct_words(words)?;
            }
        }
        Ok(())
    }

    fn ct_words(&mut self, words: &mut Words) -> Read<()> {
        let token = self.next();
        match token.text.as_str() {
            "type" => {
                words.helper = self.text()?;
                self.expect("protocol")?;
                words.protocol = Some(self.ct_protocol()?);
            }
            "protocol" => words.protocol = Some(self.ct_protocol()?),
            "l3proto" => {
                words.l3proto = Some(match self.family() {
                    Some(family) => family,
                    None => return Err(self.unexpected("")),
                });
            }
            "dport" => {
                let value = self.one(DataType::InetService)?;
                words.dport = value.to_number().unwrap_or(0) as u16;
            }
            "timeout" => words.timeout = self.duration()? as u32,
            "size" => words.size = self.number()? as u8,
            "policy" => {
                self.expect("=")?;
                self.expect("{")?;
                loop {
                    self.lines();
                    if self.is("}") {
                        break;
                    }
                    let state = self.name()?;
                    let known = timeout_states(words.protocol.unwrap_or(0)).iter();
                    if !known.map(|known| known.0).any(|known| known == state.text) {
                        return Err(Problem::new("invalid state for this protocol", state.at));
                    }
                    self.expect(":")?;
                    let seconds = u64::from(self.number()? as u32);
                    // Linux counts in ticks, 250 a second, of which it takes 32 bits.
                    let seconds = (seconds * 250) as u32 / 250;
                    words.policy.insert(state.text, seconds);
                    self.lines();
                    if !self.eat(",") {
                        break;
                    }
                }
                self.expect("}")?;
            }
            _ => {
                self.at -= 1;
                return Err(self.unexpected(""));
            }
        }
        Ok(())
    }

    /// The protocol of what is given to connections.
    fn ct_protocol(&mut self) -> Read<u8> {
        if self.eat("tcp") {
            return Ok(6);
        }
        match self.eat("udp") {
            true => Ok(17),
            false => Err(self.unexpected("udp or tcp")),
        }
    }

    /// What stands between the braces of a flow table.
    pub(super) fn flowtable_block(&mut self, name: String) -> Read<Flowtable> {
        let mut table = Flowtable {
            name,
            handle: 0,
            priority: 0,
            devices: Vec::new(),
            counter: false,
            offload: false,
        };
        if !self.eat("{") {
            return Ok(table);
        }
        loop {
            self.separators();
            if self.eat("}") {
                return Ok(table);
            }
            let token = self.next();
            match token.text.as_str() {
                "hook" => {
                    self.expect("ingress")?;
                    let from = self.at;
                    self.expect("priority")?;
                    table.priority = self.priority(from, Hook::Ingress, TableFamily::Netdev)?;
                }
                "devices" => {
                    self.expect("=")?;
                    table.devices = self.device_names()?;
                }
                "counter" => table.counter = true,
                "flags" => {
                    self.expect("offload")?;
                    table.offload = true;
                }
                _ => {
                    self.at -= 1;
                    return Err(self.unexpected(""));
                }
            }
            self.separator()?;
        }
    }
}

/// What is listed of an object, a line each.
pub(super) fn lines(object: &Object, stateless: bool) -> Vec<String> {
    let protocol = |number: &u8| PROTOCOL_NAMES.name(u32::from(*number), false);
    let l3 = |family: &TableFamily| format!("l3proto {}", family.name());
    match &object.body {
        ObjectBody::Counter(_) if stateless => Vec::new(),
        ObjectBody::Counter(counter) => {
            vec![format!(
                "packets {} bytes {}",
                counter.packets, counter.bytes
            )]
        }
        ObjectBody::Quota(quota) => vec![show_quota(quota, stateless)],
        ObjectBody::Limit(limit) => vec![show_limit(limit)],
        ObjectBody::CtHelper {
            helper,
            protocol: number,
            l3proto,
        } => vec![
            format!("type \"{helper}\" protocol {}", protocol(number)),
            l3(l3proto),
        ],
        ObjectBody::CtTimeout {
            protocol: number,
            l3proto,
            policy,
        } => {
            let mut text = String::new();
            for (state, seconds) in policy_in_order(*number, policy) {
                let sign = if text.is_empty() { "" } else { ", " };
                let _ = write!(text, "{sign}{state} : {seconds}");
            }
            vec![
                format!("protocol {}", protocol(number)),
                l3(l3proto),
                format!("policy = {{ {text} }}"),
            ]
        }
        ObjectBody::CtExpectation {
            protocol: number,
            l3proto,
            dport,
            timeout,
            size,
        } => vec![
            format!("protocol {}", protocol(number)),
            format!("dport {dport}"),
            format!(
                "timeout {}",
                super::moment::show_milliseconds(u64::from(*timeout))
            ),
            format!("size {size}"),
            l3(l3proto),
        ],
        ObjectBody::Synproxy(proxy) => {
            let mut found = Vec::new();
            if proxy.mss > 0 {
                found.push(format!("mss {}", proxy.mss));
            }
            if proxy.wscale > 0 || proxy.mss > 0 {
                found.push(format!("wscale {}", proxy.wscale));
            }
            let flags = match (proxy.timestamp, proxy.sack_perm) {
                (true, true) => "timestamp sack-perm",
                (true, false) => "timestamp",
                (false, true) => "sack-perm",
                (false, false) => "",
            };
            if !flags.is_empty() {
                found.push(flags.to_owned());
            }
            found
        }
        ObjectBody::Secmark(label) => vec![format!("\"{label}\"")],
    }
}

/// The times of a policy in the order of the states; those that are as ever are not listed.
pub(super) fn policy_in_order(
    protocol: u8,
    policy: &BTreeMap<String, u32>,
) -> Vec<(&'static str, u32)> {
    let said = |state: &(&'static str, u32)| {
        let seconds = policy.get(state.0).copied();
        Some((state.0, seconds.filter(|seconds| *seconds != state.1)?))
    };
    timeout_states(protocol).iter().filter_map(said).collect()
}
