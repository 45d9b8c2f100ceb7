//! Parts of a rule that cannot both hold are refused; what a part implies the model knows.

use super::source::{Problem, Read, Span};
use netloom_model::ruleset::expr::{CtKey, MetaKey, Relation};
use netloom_model::ruleset::field::Layer;
pub(super) use netloom_model::ruleset::implied::*;
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::{Expr, Header, TableFamily};

/// The protocol of the connection that a statement asks for: the last of several.
pub(super) fn protocol_of_connection(statement: &Statement) -> Option<u8> {
    let Statement::Match {
        left: Expr::Ct(CtKey::Protocol, _),
        relation: Relation::Eq,
        right,
    } = statement
    else {
        return None;
    };
    let value = match right {
        Expr::Value(value) => value,
        Expr::Set(elements) => elements.last()?.from.first()?,
        _ => return None,
    };
    value.bytes().first().copied()
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
    let (mut by_meta, mut of_frame) = (false, false);
    super::refuse::check_messages(statements, places)?;
    for (statement, at) in statements.iter().zip(places) {
        if let Some(number) = asks_for_protocol(statement) {
            by_meta = matches!(
                statement,
                Statement::Match {
                    left: Expr::Meta(_),
                    ..
                }
            );
            transport = super::refuse::named_by(number).or(transport);
        } else if let Some(number) = protocol_of_connection(statement)
            && !(family == TableFamily::Inet && by_meta)
        {
            transport = super::refuse::named_by(number).or(transport);
        }
        if let Statement::Match {
            left: Expr::Ct(CtKey::L3Proto, _),
            relation: Relation::Eq,
            right: Expr::Value(value),
        } = statement
        {
            let of = match value.bytes().first() {
                Some(10) => Header::Ip6,
                _ => Header::Ip,
            };
            network.get_or_insert(of);
        }
        of_frame |= matches!(
            statement,
            Statement::Match {
                left: Expr::Meta(MetaKey::Protocol),
                relation: Relation::Eq,
                ..
            }
        );
        for header in headers(statement) {
            let arp = family == TableFamily::Arp && header.layer() == Layer::Transport;
            if arp || of_frame && header == Header::Vlan {
                let before = if arp { "arp" } else { "ether" };
                let message = format!(
                    "conflicting protocols specified: {before} vs. {}",
                    header.name()
                );
                return Err(Problem::new(message, *at));
            }
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
