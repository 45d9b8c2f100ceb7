//! What a rule for packets asks, and what it does: as much as two rules have to be compared by.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::ruleset::expr::{CtKey, MetaKey, Relation};
use netloom_model::ruleset::set::{Element, ElementData};
use netloom_model::ruleset::statement::{NatKind, Verdict};
use netloom_model::ruleset::xt::{Conntrack, XtMatch, XtTarget};
use netloom_model::ruleset::{Expr, Field, Rule, Set, Statement, Table, Value};

/// Whether a statement asks something of the packet.
fn asks(statement: &Statement) -> bool {
    match statement {
        Statement::XtMatch(XtMatch::Comment(_)) => false,
        Statement::Match { .. }
        | Statement::Limit(_)
        | Statement::Quota(_)
        | Statement::ConnLimit { .. }
        | Statement::XtMatch(_)
        | Statement::Unknown(_) => true,
        _ => false,
    }
}

/// What a rule asks, in its order.
pub(super) fn asked(rule: &Rule) -> impl Iterator<Item = &Statement> {
    rule.statements.iter().filter(|statement| asks(statement))
}

/// Whether what a rule asks depends on the packet alone: asked again, it says the same.
pub(super) fn is_steady(rule: &Rule) -> bool {
    rule.statements.iter().all(|statement| match statement {
        Statement::Limit(_)
        | Statement::Quota(_)
        | Statement::ConnLimit { .. }
        | Statement::Object { .. }
        | Statement::VerdictMap { .. }
        | Statement::Update { .. }
        | Statement::Unknown(_) => false,
        Statement::Match { left, .. } => is_steady_value(left),
        Statement::XtMatch(found) => matches!(
            found,
            XtMatch::Addrtype(_)
                | XtMatch::Comment(_)
                | XtMatch::Conntrack(_)
                | XtMatch::Connmark(_)
                | XtMatch::Icmp(_)
                | XtMatch::Icmp6(_)
                | XtMatch::Iprange { .. }
                | XtMatch::Multiport(_)
                | XtMatch::Physdev(_)
                | XtMatch::Set(_)
        ),
        _ => true,
    })
}

fn is_steady_value(value: &Expr) -> bool {
    match value {
        Expr::Numgen { .. } => false,
        Expr::Meta(key) => !matches!(
            key,
            MetaKey::Random | MetaKey::Cpu | MetaKey::Time | MetaKey::Day | MetaKey::Hour
        ),
        Expr::Bits(_, left, right) => is_steady_value(left) && is_steady_value(right),
        Expr::Concat(parts) => parts.iter().all(is_steady_value),
        Expr::Map { key, .. } => is_steady_value(key),
        _ => true,
    }
}

/// What becomes of a packet that a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It passes the base chain, or leaves this chain, as it is.
    Passes,
    /// It is lost.
    Lost,
    /// It is translated or handed to a program, and no later rule of the chain sees it.
    Taken,
}

/// What becomes of a packet that matches a rule; none where the next rule is asked too.
pub(super) fn ending(rule: &Rule) -> Option<Ending> {
    rule.statements
        .iter()
        .find_map(|statement| match statement {
            Statement::Verdict(Verdict::Accept | Verdict::Return | Verdict::Goto(_)) => {
                Some(Ending::Passes)
            }
            Statement::Verdict(Verdict::Drop)
            | Statement::Reject(_)
            | Statement::XtTarget(XtTarget::Reject(_)) => Some(Ending::Lost),
            Statement::Nat(_)
            | Statement::Queue { .. }
            | Statement::XtTarget(
                XtTarget::Dnat(_)
                | XtTarget::Snat(_)
                | XtTarget::Masquerade(_)
                | XtTarget::Redirect(_)
                | XtTarget::Netmap { .. },
            ) => Some(Ending::Taken),
            _ => None,
        })
}

/// Whether every packet that `later` is for is one that `first` is for.
pub(super) fn covers(first: &Rule, later: &Rule) -> bool {
    asked(first).all(|wide| asked(later).any(|narrow| implies(narrow, wide)))
}

/// Whether what answers to `narrow` answers to `wide`.
fn implies(narrow: &Statement, wide: &Statement) -> bool {
    if narrow == wide {
        return true;
    }
    match (narrow, wide) {
        (
            Statement::Match {
                left,
                relation: Relation::Eq,
                right,
            },
            Statement::Match {
                left: wide_left,
                relation: Relation::Eq,
                right: wide_right,
            },
        ) => {
            let same = left == wide_left && within(left, right, wide_right);
            same || is_of(left) == protocol_asked(wide_left, wide_right) && is_of(left).is_some()
        }
        (
            Statement::Match {
                left: Expr::Ct(CtKey::State, None),
                relation: Relation::Any | Relation::Eq,
                right: Expr::Value(bits),
            },
            Statement::Match {
                left: Expr::Ct(CtKey::State, None),
                relation: Relation::Any,
                right: Expr::Value(wide),
            },
        ) => fewer_bits(bits, wide),
        (
            Statement::XtMatch(XtMatch::Conntrack(one)),
            Statement::XtMatch(XtMatch::Conntrack(wide)),
        ) => fewer_states(one, wide),
        _ => false,
    }
}

/// The protocol above IP whose header a field is of.
fn is_of(left: &Expr) -> Option<u8> {
    match left {
        Expr::Field(field) => field.header().protocol(),
        _ => None,
    }
}

/// The protocol above IP that is asked for.
fn protocol_asked(left: &Expr, right: &Expr) -> Option<u8> {
    let asks = matches!(
        left,
        Expr::Meta(MetaKey::L4Proto) | Expr::Field(Field::IpProtocol)
    );
    match right {
        Expr::Value(value) if asks => value.bytes().first().copied(),
        _ => None,
    }
}

fn fewer_bits(bits: &Value, wide: &Value) -> bool {
    match (bits.to_number(), wide.to_number()) {
        (Some(bits), Some(wide)) => bits & !wide == 0,
        _ => false,
    }
}

/// Whether the states of one match are among those of another, which asks nothing else.
fn fewer_states(one: &Conntrack, wide: &Conntrack) -> bool {
    let alone = Conntrack {
        state: wide.state,
        ..Conntrack::default()
    };
    match (&one.state, &wide.state) {
        (Some(one), Some(states)) => {
            *wide == alone && !one.not && !states.not && one.is & !states.is == 0
        }
        _ => false,
    }
}

/// Whether every value of `narrow` is one of `wide`.
fn within(left: &Expr, narrow: &Expr, wide: &Expr) -> bool {
    if narrow == wide {
        return true;
    }
    if let (Expr::Value(narrow), Expr::Value(wide)) = (narrow, wide) {
        // Fewer bytes of a device's name stand for all that begin with them.
        return is_name(left)
            && wide.bytes().len() < narrow.bytes().len()
            && narrow.bytes().starts_with(wide.bytes());
    }
    if let Expr::Set(elements) = narrow {
        return !elements.is_empty() && elements.iter().all(|one| element_within(one, wide));
    }
    let Some((from, to)) = span(narrow) else {
        return false;
    };
    match wide {
        Expr::Set(elements) => elements.iter().any(|element| match &element.from[..] {
            [first] => {
                let last = element.to.as_deref().and_then(<[Value]>::first);
                *first <= from && to <= *last.unwrap_or(first)
            }
            _ => false,
        }),
        _ => span(wide).is_some_and(|(first, last)| first <= from && to <= last),
    }
}

fn element_within(element: &Element, wide: &Expr) -> bool {
    let ([from], None | Some([_])) = (&element.from[..], element.to.as_deref()) else {
        return false;
    };
    let last = element.to.as_deref().and_then(<[Value]>::first);
    let to = last.unwrap_or(from);
    match wide {
        Expr::Set(elements) => elements.contains(element),
        _ => span(wide).is_some_and(|(first, last)| first <= *from && *to <= last),
    }
}

fn is_name(left: &Expr) -> bool {
    matches!(left, Expr::Meta(MetaKey::IifName | MetaKey::OifName))
}

/// The first and the last value that a constant stands for.
fn span(constant: &Expr) -> Option<(Value, Value)> {
    match constant {
        Expr::Value(value) => Some((value.clone(), value.clone())),
        Expr::Range(from, to) => Some((from.clone(), to.clone())),
        Expr::Prefix(value, len) => {
            let bits = value.bytes().len() * 8;
            let host = bits.checked_sub(usize::from(*len))?;
            let number = value.to_number()?;
            let ones = u128::MAX.checked_shr(128 - host as u32).unwrap_or(0);
            let last = Value::number(number | ones, value.bytes().len());
            Some((Value::number(number & !ones, value.bytes().len()), last))
        }
        _ => None,
    }
}

/// What a packet is like; what is `None` may be anything.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Packet<'p> {
    pub(super) source: Option<IpAddr>,
    pub(super) destination: Option<IpAddr>,
    pub(super) protocol: Option<u8>,
    pub(super) destination_port: Option<u16>,
    pub(super) input: Option<&'p str>,
    pub(super) output: Option<&'p str>,
}

/// Whether a rule may be for a packet like this: false where something that it asks is known not to
/// be so.
pub(super) fn may_match(rule: &Rule, packet: &Packet<'_>) -> bool {
    asked(rule).all(|statement| answer(statement, packet) != Some(false))
}

/// Whether a rule is for a packet like this, whatever else the packet is.
pub(super) fn surely_matches(rule: &Rule, packet: &Packet<'_>) -> bool {
    asked(rule).all(|statement| answer(statement, packet) == Some(true))
}

/// What a packet answers to what a rule asks; none where that is not known here.
fn answer(statement: &Statement, packet: &Packet<'_>) -> Option<bool> {
    match statement {
        Statement::Match {
            left,
            relation: relation @ (Relation::Eq | Relation::Ne),
            right,
        } => {
            let found = in_constant(left, &packet.value(left)?, right)?;
            Some(found == (*relation == Relation::Eq))
        }
        _ => None,
    }
}

/// Whether a value is one of a constant's; none where that is not known here.
fn in_constant(left: &Expr, value: &Value, constant: &Expr) -> Option<bool> {
    match constant {
        Expr::Value(_) | Expr::Range(..) | Expr::Prefix(..) | Expr::Set(_) => {
            Some(within(left, &Expr::Value(value.clone()), constant))
        }
        _ => None,
    }
}

impl Packet<'_> {
    /// What a rule sees of it.
    fn value(&self, left: &Expr) -> Option<Value> {
        let v4 = |address: Option<IpAddr>| address.filter(IpAddr::is_ipv4).map(Value::from);
        let v6 = |address: Option<IpAddr>| address.filter(IpAddr::is_ipv6).map(Value::from);
        match left {
            Expr::Field(Field::IpSaddr) => v4(self.source),
            Expr::Field(Field::IpDaddr) => v4(self.destination),
            Expr::Field(Field::Ip6Saddr) => v6(self.source),
            Expr::Field(Field::Ip6Daddr) => v6(self.destination),
            Expr::Field(Field::IpProtocol) | Expr::Meta(MetaKey::L4Proto) => {
                self.protocol.map(Value::from)
            }
            Expr::Field(Field::TcpDport | Field::UdpDport | Field::ThDport) => {
                self.destination_port.map(Value::from)
            }
            Expr::Meta(MetaKey::IifName) => self.input.map(Value::ifname),
            Expr::Meta(MetaKey::OifName) => self.output.map(Value::ifname),
            _ => None,
        }
    }
}

/// Whether a rule may translate the source.
pub(super) fn translates_source(rule: &Rule) -> bool {
    rule.statements.iter().any(|statement| match statement {
        Statement::Nat(nat) => matches!(nat.kind, NatKind::Snat | NatKind::Masquerade),
        Statement::XtTarget(target) => {
            matches!(target, XtTarget::Snat(_) | XtTarget::Masquerade(_))
        }
        _ => false,
    })
}

/// Whether what a rule asks says that the packet is of this host's own: no other host sends from 127/8
/// or `::1`.
pub(super) fn is_of_localhost(rule: &Rule) -> bool {
    asked(rule).any(|statement| match statement {
        Statement::Match {
            left: Expr::Field(Field::IpSaddr | Field::Ip6Saddr),
            relation: Relation::Eq,
            right: Expr::Value(value) | Expr::Prefix(value, _),
        } => address(value).is_some_and(|source| source.is_loopback()),
        _ => false,
    })
}

/// Whether a rule translates to addresses or ports.
pub(super) fn translates(rule: &Rule) -> bool {
    translates_source(rule) || !destinations(rule, None).is_empty()
}

/// The addresses to which a rule may translate destinations: constants, and what the maps of its table
/// have; of ranges the first; `REDIRECT` has none.
pub(super) fn destinations(rule: &Rule, table: Option<&Table>) -> Vec<IpAddr> {
    let spans = targets(rule, table).into_iter();
    spans.map(|(first, _)| first).collect()
}

/// Addresses from one to another.
pub(super) type Span = (IpAddr, IpAddr);

/// The same, as spans.
pub(super) fn targets(rule: &Rule, table: Option<&Table>) -> Vec<Span> {
    let mut all = Vec::new();
    for statement in &rule.statements {
        match statement {
            Statement::XtTarget(XtTarget::Dnat(range)) => all.extend(range.addresses),
            Statement::Nat(nat) if nat.kind == NatKind::Dnat => {
                addresses(nat.address.as_ref(), table, &mut all);
            }
            _ => {}
        }
    }
    all
}

/// The networks to which `NETMAP` translates, sources or destinations.
pub(super) fn mapped(rule: &Rule) -> impl Iterator<Item = Span> {
    let statements = rule.statements.iter();
    statements.filter_map(|statement| match statement {
        Statement::XtTarget(XtTarget::Netmap { first, last }) => Some((*first, *last)),
        _ => None,
    })
}

/// Whether a rule may translate destinations to what is not looked into here.
pub(super) fn is_opaque(rule: &Rule, table: &Table) -> bool {
    rule.statements.iter().any(|statement| match statement {
        Statement::Unknown(_) | Statement::XtTarget(XtTarget::Opaque(_)) => true,
        Statement::Nat(nat) if nat.kind == NatKind::Dnat => match &nat.address {
            None | Some(Expr::Value(_) | Expr::Range(..) | Expr::Prefix(..)) => false,
            Some(Expr::Map { map, .. }) => match &**map {
                Expr::Set(_) => false,
                Expr::SetRef(name) => table.set(name).is_none(),
                _ => true,
            },
            Some(_) => true,
        },
        _ => false,
    })
}

fn addresses(target: Option<&Expr>, table: Option<&Table>, all: &mut Vec<Span>) {
    let set = |name: &String| table.and_then(|table| table.set(name));
    match target {
        Some(Expr::Map { map, .. }) => match &**map {
            Expr::Set(elements) => all.extend(elements.iter().filter_map(data_addresses)),
            Expr::SetRef(name) => {
                let elements = set(name).into_iter().flat_map(|set: &Set| &set.elements);
                all.extend(elements.filter_map(data_addresses));
            }
            _ => {}
        },
        Some(constant) => all.extend(span(constant).and_then(|(from, to)| between(&from, &to))),
        None => {}
    }
}

fn data_addresses(element: &Element) -> Option<Span> {
    match element.data.as_ref()? {
        ElementData::Value(parts) => between(parts.first()?, parts.first()?),
        ElementData::Range(from, to) => between(from.first()?, to.first()?),
        _ => None,
    }
}

fn between(from: &Value, to: &Value) -> Option<Span> {
    Some((address(from)?, address(to)?))
}

fn address(value: &Value) -> Option<IpAddr> {
    let bytes = value.bytes();
    let v4 = |bytes: [u8; 4]| IpAddr::V4(Ipv4Addr::from(bytes));
    let v6 = |bytes: [u8; 16]| IpAddr::V6(Ipv6Addr::from(bytes));
    let short = <[u8; 4]>::try_from(bytes).map(v4);
    short.or_else(|_| <[u8; 16]>::try_from(bytes).map(v6)).ok()
}
