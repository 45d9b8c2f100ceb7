//! Checks that another part of a rule implies: nft leaves them out where it lists the rule, and
//! refuses parts that cannot both hold.

use super::source::{Problem, Read, Span};
use netloom_model::ruleset::expr::{MetaKey, Relation};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::statement::Statement;
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
        Statement::VerdictMap { key, .. } => of(key, &mut found),
        Statement::Set { what, value } => {
            of(what, &mut found);
            of(value, &mut found);
        }
        _ => {}
    }
    found
}

/// The protocol above IP that a packet must have for a statement's fields.
pub(super) fn protocol(statement: &Statement) -> Option<u8> {
    headers(statement).iter().find_map(|h| h.protocol())
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
        if implied(family, &statements[at], &later) {
            statements.remove(at);
        } else {
            at += 1;
        }
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
        for header in headers(statement) {
            let known = match header.layer() {
                Layer::Network => &mut network,
                Layer::Transport if header.protocol().is_some() => &mut transport,
                _ => continue,
            };
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
