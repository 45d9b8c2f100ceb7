//! Checks that another part of a rule implies: nft leaves them out where it lists the rule, and
//! refuses parts that cannot both hold.

use super::source::{Problem, Read, Span};
use netloom_model::ruleset::expr::{MetaKey, Relation};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::statement::{ObjectName, Reject, Statement};
use netloom_model::ruleset::{Expr, Field, Header, TableFamily};

/// The headers that a statement looks into.
fn headers(statement: &Statement) -> Vec<Header> {
    fn of(expr: &Expr, found: &mut Vec<Header>) {
        match expr {
            Expr::Field(field) => found.push(field.header()),
            Expr::Bits(_, left, right) => {
                of(left, found);
                of(right, found);
            }
            Expr::Concat(parts) => parts.iter().for_each(|part| of(part, found)),
            Expr::Map { key, .. } => of(key, found),
            _ => {}
        }
    }
    let mut found = Vec::new();
    match statement {
        Statement::Match { left, right, .. } => {
            of(left, &mut found);
            of(right, &mut found);
        }
        Statement::VerdictMap { key, .. }
        | Statement::Object {
            name: ObjectName::Map { key, .. },
            ..
        } => of(key, &mut found),
        Statement::Set { what, value } => {
            of(what, &mut found);
            of(value, &mut found);
        }
        Statement::Nat(nat) => {
            let parts = nat.address.iter().chain(&nat.port);
            parts.for_each(|part| of(part, &mut found));
        }
        Statement::Tproxy { address, port, .. } => {
            let parts = address.iter().chain(port);
            parts.for_each(|part| of(part, &mut found));
        }
        Statement::Update { key, data, .. } => {
            of(key, &mut found);
            data.iter().for_each(|data| of(data, &mut found));
        }
        Statement::Dup { to: Some(to), .. } => of(to, &mut found),
        _ => {}
    }
    found
}

/// The protocol above IP that a packet must have for a statement's fields.
pub(super) fn protocol(statement: &Statement) -> Option<u8> {
    headers(statement).iter().find_map(|h| h.protocol())
}

/// The protocol above IP that a statement asks for.
pub(super) fn asks_for_protocol(statement: &Statement) -> Option<u8> {
    let (left, value) = asks(statement)?;
    matches!(
        left,
        Expr::Meta(MetaKey::L4Proto) | Expr::Field(Field::IpProtocol | Field::Ip6Nexthdr)
    )
    .then_some(value as u8)
}

/// Whether an expression looks into a header above IP.
pub(super) fn has_transport(expr: &Expr) -> bool {
    match expr {
        Expr::Field(field) => field.header().layer() == Layer::Transport,
        Expr::Concat(parts) => parts.iter().any(has_transport),
        Expr::Map { key, .. } => has_transport(key),
        _ => false,
    }
}

/// Whether the statements say which protocol above IP a packet has.
pub(super) fn transport_is_known(statements: &[Statement]) -> bool {
    let names = |expr: &Expr| {
        matches!(
            expr,
            Expr::Meta(MetaKey::L4Proto) | Expr::Field(Field::IpProtocol | Field::Ip6Nexthdr)
        )
    };
    statements.iter().any(|statement| {
        headers(statement)
            .iter()
            .any(|header| header.layer() == Layer::Transport)
            || matches!(statement, Statement::Match { left, .. } if names(left))
    })
}

/// The family of the network that the statements ask for, in a table of several.
pub(super) fn network(family: TableFamily, statements: &[Statement]) -> Option<TableFamily> {
    if matches!(family, TableFamily::Ip | TableFamily::Ip6) {
        return Some(family);
    }
    statements.iter().find_map(|statement| {
        let of = headers(statement);
        if of.contains(&Header::Ip) {
            return Some(TableFamily::Ip);
        }
        if of.contains(&Header::Ip6) {
            return Some(TableFamily::Ip6);
        }
        match asks(statement)? {
            (Expr::Meta(MetaKey::NfProto), 2) => Some(TableFamily::Ip),
            (Expr::Meta(MetaKey::NfProto), 10) => Some(TableFamily::Ip6),
            (Expr::Meta(MetaKey::Protocol) | Expr::Field(Field::EtherType), 0x0800) => {
                Some(TableFamily::Ip)
            }
            (Expr::Meta(MetaKey::Protocol) | Expr::Field(Field::EtherType), 0x86dd) => {
                Some(TableFamily::Ip6)
            }
            _ => None,
        }
    })
}

/// The one value that a statement asks for.
fn asks(statement: &Statement) -> Option<(&Expr, u128)> {
    match statement {
        Statement::Match {
            left,
            relation: Relation::Eq,
            right: Expr::Value(value),
        } => Some((left, value.to_number()?)),
        _ => None,
    }
}

/// Leaves out what a later statement says too.
pub(super) fn leave_out(family: TableFamily, statements: &mut Vec<Statement>) {
    let mut at = 0;
    while at < statements.len() {
        let later: Vec<Header> = statements[at + 1..].iter().flat_map(headers).collect();
        if implied(family, &statements[at], &later) || told(&statements[at], &statements[at + 1..])
        {
            statements.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Whether a later statement can be meant for such packets alone: an answer of one ICMP, or a field that
/// messages of one type have.
fn told(statement: &Statement, later: &[Statement]) -> bool {
    let Some((left, value)) = asks(statement) else {
        return false;
    };
    let looks = |wanted: Field| {
        later.iter().any(|statement| {
            matches!(statement, Statement::Match { left: Expr::Field(field), .. } if *field == wanted)
        })
    };
    let answers = |wanted: fn(&Reject) -> bool| {
        later
            .iter()
            .any(|statement| matches!(statement, Statement::Reject(reject) if wanted(reject)))
    };
    match (left, value) {
        (Expr::Meta(MetaKey::NfProto), 2) => answers(|r| matches!(r, Reject::Icmp(_))),
        (Expr::Meta(MetaKey::NfProto), 10) => answers(|r| matches!(r, Reject::Icmpv6(_))),
        (Expr::Field(Field::Icmpv6Type), 2) => looks(Field::Icmpv6Mtu),
        (Expr::Field(Field::IcmpType), 3) => looks(Field::IcmpMtu),
        (Expr::Field(Field::IcmpType), 5) => looks(Field::IcmpGateway),
        _ => false,
    }
}

fn implied(family: TableFamily, statement: &Statement, later: &[Header]) -> bool {
    let Some((left, value)) = asks(statement) else {
        return false;
    };
    let carried = || {
        later
            .iter()
            .any(|header| header.protocol().map(u128::from) == Some(value))
    };
    let network = |v4: u128, v6: u128| match value {
        value if value == v4 => later.contains(&Header::Ip),
        value if value == v6 => later.contains(&Header::Ip6),
        0x0806 => later.contains(&Header::Arp),
        _ => false,
    };
    match left {
        Expr::Meta(MetaKey::L4Proto) => carried(),
        Expr::Field(Field::IpProtocol) => family == TableFamily::Ip && carried(),
        Expr::Field(Field::Ip6Nexthdr) => family == TableFamily::Ip6 && carried(),
        Expr::Meta(MetaKey::NfProto) => network(2, 10),
        Expr::Field(Field::EtherType) => family == TableFamily::Bridge && network(0x0800, 0x86dd),
        Expr::Meta(MetaKey::Protocol) => family != TableFamily::Inet && network(0x0800, 0x86dd),
        _ => false,
    }
}

/// Refuses statements that no packet can fulfil together.
pub(super) fn check(family: TableFamily, statements: &[Statement], places: &[Span]) -> Read<()> {
    let mut network = match family {
        TableFamily::Ip => Some(Header::Ip),
        TableFamily::Ip6 => Some(Header::Ip6),
        TableFamily::Arp => Some(Header::Arp),
        _ => None,
    };
    let mut transport: Option<Header> = None;
    for (statement, at) in statements.iter().zip(places) {
        if let Some(number) = asks_for_protocol(statement) {
            let mut all = Header::ALL.iter();
            let named = all.find(|header| header.protocol() == Some(number));
            transport = transport.or(named.copied());
        }
        for header in headers(statement) {
            let known = match header.layer() {
                Layer::Network => &mut network,
                Layer::Transport if header.protocol().is_some() => &mut transport,
                _ => continue,
            };
            if header == Header::Arp && family == TableFamily::Inet {
                let message = "conflicting protocols specified: inet vs. arp";
                return Err(Problem::new(message, *at));
            }
            let before = *known.get_or_insert(header);
            if before != header {
                let message = format!(
                    "conflicting protocols specified: {} vs. {}",
                    before.name(),
                    header.name()
                );
                return Err(Problem::new(message, *at));
            }
        }
    }
    Ok(())
}
