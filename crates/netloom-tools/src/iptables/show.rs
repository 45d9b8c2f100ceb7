//! Rules in words, as `-S` prints them.

use super::Variant;
use super::ext;
use super::extension::{Extension, Shown, View};
use super::spec::header_of;
use crate::ip::protocol_names::PROTOCOL_NAMES;
use netloom_model::ruleset::expr::{BitOp, MetaKey, Relation};
use netloom_model::ruleset::statement::{Statement, Verdict};
use netloom_model::ruleset::value::IFNAME;
use netloom_model::ruleset::{Expr, Field, Rule, TableFamily, Value};

/// A rule taken apart as iptables sees it.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) source: Option<(String, bool)>,
    pub(super) destination: Option<(String, bool)>,
    pub(super) input: Option<(String, bool)>,
    pub(super) output: Option<(String, bool)>,
    pub(super) protocol: Option<(u8, bool)>,
    /// Later fragments alone, or all but they.
    pub(super) fragments: Option<bool>,
    pub(super) matches: Vec<Shown>,
    pub(super) target: Target,
}

/// What a rule does in the end.
#[derive(Debug, Default)]
pub(super) enum Target {
    #[default]
    None,
    Verdict(Verdict),
    /// Its name, and its words.
    Extension(&'static str, Shown),
    /// It is not one of iptables.
    Unknown,
}

/// Takes a rule apart.
pub(super) fn parts(variant: Variant, rule: &Rule, numeric: bool) -> Parts {
    let mut parts = Parts::default();
    let mut rest = Vec::new();
    let statements = &rule.statements;
    for statement in statements {
        if !matches!(statement, Statement::Counter(_)) && !parts.take(statement) {
            rest.push(statement.clone());
        }
    }
    if parts.protocol.is_none() {
        let implied = rest.iter().find_map(|s| header_of(s)?.protocol());
        parts.protocol = implied.map(|protocol| (protocol, false));
    }
    let mut rest = &rest[..];
    while !rest.is_empty() {
        let view = View {
            variant,
            statements: rest,
            protocol: parts.protocol.map(|(number, _)| number),
            numeric,
        };
        if let Some((_, (count, shown))) = said(ext::MATCHES, &view) {
            parts.matches.push(shown);
            rest = &rest[count..];
        } else if let Statement::Verdict(verdict) = &rest[0] {
            parts.target = Target::Verdict(verdict.clone());
            rest = &rest[1..];
        } else if let Some((extension, (count, shown))) = said(ext::TARGETS, &view) {
            parts.target = Target::Extension(extension.name, shown);
            rest = &rest[count..];
        } else {
            parts.target = Target::Unknown;
            rest = &rest[1..];
        }
    }
    parts
}

/// The first that knows how to say it.
fn said(
    all: &[&'static Extension],
    view: &View<'_>,
) -> Option<(&'static Extension, (usize, Shown))> {
    all.iter()
        .find_map(|known| Some((*known, (known.show)(view)?)))
}

impl Parts {
    /// Takes a statement that is of the rule itself and of none of its matches.
    fn take(&mut self, statement: &Statement) -> bool {
        let Statement::Match {
            left,
            relation: relation @ (Relation::Eq | Relation::Ne),
            right,
        } = statement
        else {
            return false;
        };
        let not = *relation == Relation::Ne;
        match (left, right) {
            (Expr::Meta(MetaKey::L4Proto) | Expr::Field(Field::IpProtocol), Expr::Value(value)) => {
                self.protocol = value.to_number().map(|number| (number as u8, not));
            }
            (Expr::Meta(MetaKey::IifName), Expr::Value(name)) => {
                self.input = Some((device(name), not));
            }
            (Expr::Meta(MetaKey::OifName), Expr::Value(name)) => {
                self.output = Some((device(name), not));
            }
            (Expr::Bits(BitOp::And, field, _), Expr::Value(_))
                if **field == Expr::Field(Field::IpFragOff) =>
            {
                self.fragments = Some(not);
            }
            (left, right) => {
                let Some((is_source, network)) = network(left, right) else {
                    return false;
                };
                if is_source {
                    self.source = Some((network, not));
                } else {
                    self.destination = Some((network, not));
                }
            }
        }
        true
    }
}

/// The name of a device, with `+` for anything behind it.
fn device(value: &Value) -> String {
    let bytes = value.bytes();
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    let name = String::from_utf8_lossy(&bytes[..end]);
    if bytes.len() < IFNAME {
        format!("{name}+")
    } else {
        name.into_owned()
    }
}

/// The network that an address is compared with, and whether it is the source's.
fn network(left: &Expr, right: &Expr) -> Option<(bool, String)> {
    let (field, mask) = match left {
        Expr::Field(field) => (*field, None),
        Expr::Bits(BitOp::And, field, mask) => match (&**field, &**mask) {
            (Expr::Field(field), Expr::Value(mask)) => (*field, Some(mask)),
            _ => return None,
        },
        _ => return None,
    };
    let source = match field {
        Field::IpSaddr | Field::Ip6Saddr => true,
        Field::IpDaddr | Field::Ip6Daddr => false,
        _ => return None,
    };
    let (value, len) = match right {
        Expr::Value(value) => (value, value.bytes().len() * 8),
        Expr::Prefix(value, len) => (value, usize::from(*len)),
        _ => return None,
    };
    let suffix = match mask {
        Some(mask) => address(mask)?,
        None => len.to_string(),
    };
    Some((source, format!("{}/{suffix}", address(value)?)))
}

/// An address in words.
pub(super) fn address(value: &Value) -> Option<String> {
    if let Ok(v4) = <[u8; 4]>::try_from(value.bytes()) {
        return Some(core::net::Ipv4Addr::from(v4).to_string());
    }
    let v6 = <[u8; 16]>::try_from(value.bytes()).ok()?;
    Some(core::net::Ipv6Addr::from(v6).to_string())
}

/// A protocol by its name, or its number.
pub(super) fn protocol(number: u8) -> String {
    match number {
        0 => "all".to_owned(),
        58 => "ipv6-icmp".to_owned(),
        number => PROTOCOL_NAMES.name(u32::from(number), false),
    }
}

/// A text as one word of a command line, in quotation marks where it is more than letters and digits.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\'', "\\'");
    format!("\"{escaped}\"")
}

/// A rule's words behind `-A CHAIN`: those before its target, and the target's.
pub(super) fn words(variant: Variant, rule: &Rule) -> (String, String) {
    match variant.tables {
        TableFamily::Arp => return (super::arp::words(rule), String::new()),
        TableFamily::Bridge => return (format!(" {}", super::eb::words(rule)), String::new()),
        _ => {}
    }
    let parts = parts(variant, rule, true);
    let mut out = String::new();
    let mut option = |letter: char, value: &Option<(String, bool)>| {
        if let Some((value, not)) = value {
            let not = if *not { "! " } else { "" };
            out += &format!(" {not}-{letter} {value}");
        }
    };
    option('s', &parts.source);
    option('d', &parts.destination);
    option('i', &parts.input);
    option('o', &parts.output);
    option(
        'p',
        &parts.protocol.map(|(number, not)| (protocol(number), not)),
    );
    match parts.fragments {
        Some(true) => out += " -f",
        Some(false) => out += " ! -f",
        None => {}
    }
    for shown in &parts.matches {
        out += &format!(" {}", shown.save);
    }
    let target = match &parts.target {
        Target::Verdict(Verdict::Goto(chain)) => format!(" -g {chain}"),
        Target::Verdict(verdict) => match verdict_name(verdict) {
            Some(name) => format!(" -j {name}"),
            None => String::new(),
        },
        Target::Extension(name, shown) if shown.save.is_empty() => format!(" -j {name}"),
        Target::Extension(name, shown) => format!(" -j {name} {}", shown.save),
        Target::None | Target::Unknown => String::new(),
    };
    (out, target)
}

/// A target's name as `-L` prints it.
pub(super) fn target_name(target: &Target) -> &str {
    match target {
        Target::Verdict(verdict) => verdict_name(verdict).unwrap_or_default(),
        Target::Extension("NOTRACK", _) => "CT",
        Target::Extension(name, _) => name,
        Target::None | Target::Unknown => "",
    }
}

/// The name of a verdict as a target.
pub(super) fn verdict_name(verdict: &Verdict) -> Option<&str> {
    match verdict {
        Verdict::Accept => Some("ACCEPT"),
        Verdict::Drop => Some("DROP"),
        Verdict::Return => Some("RETURN"),
        Verdict::Jump(chain) | Verdict::Goto(chain) => Some(chain),
        Verdict::Continue => None,
    }
}
