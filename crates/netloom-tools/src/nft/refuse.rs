//! What nft itself refuses in a rule before the kernel sees it: refusals of packets that no rule of the
//! table has, messages of ICMP that have no such field, and constants where there can be none.

use super::parser::Parser;
use super::source::{Problem, Read, Span};
use netloom_model::ruleset::expr::{CtKey, MetaKey, Relation};
use netloom_model::ruleset::statement::{Reject, Statement};
use netloom_model::ruleset::{Expr, Field, Header, TableFamily};

impl Parser<'_> {
    /// Refuses answers to packets that the rule is not for. `reject` is the word, `code` where the kind
    /// of the answer stands.
    pub(super) fn check_reject(&self, reject: &Reject, word: Span, code: Span) -> Read<()> {
        let against = |message: String, at, with| {
            Err(Problem {
                with: Some(with),
                ..Problem::new(message, at)
            })
        };
        if self.family == TableFamily::Arp {
            return Err(Problem::new("cannot use reject with arp", word));
        }
        let asked = self.said.iter().zip(&self.whole);
        let of_arp = asked.clone().find(|(statement, _)| asks_for_arp(statement));
        if let Some((_, with)) = of_arp {
            let message = "cannot reject this network family".to_owned();
            return against(message, word, *with);
        }
        let wanted = match reject {
            Reject::Icmp(_) => TableFamily::Ip,
            Reject::Icmpv6(_) => TableFamily::Ip6,
            _ => return Ok(()),
        };
        let Some(known) = super::implied::network(self.family, &self.said) else {
            return Ok(());
        };
        if known == wanted {
            return Ok(());
        }
        let mut asked = asked.map(|(statement, at)| (core::slice::from_ref(statement), *at));
        let of_rule = asked.find(|(statement, _)| {
            super::implied::network(TableFamily::Inet, statement) == Some(known)
        });
        let with = of_rule.map_or(word, |(_, at)| at);
        let message = "conflicting protocols specified: ip vs ip6".to_owned();
        against(message, code, with)
    }

    /// Refuses a constant where a security module's label would have to be.
    pub(super) fn check_label(&self, left: &Expr, right: &Expr, at: Span) -> Read<()> {
        let label = matches!(
            left,
            Expr::Meta(MetaKey::Secmark) | Expr::Ct(CtKey::Secmark, _)
        );
        if !label || !matches!(right, Expr::Value(_)) {
            return Ok(());
        }
        Err(Problem {
            with: Some(self.compared),
            ..Problem::new("Cannot be used with right hand side constant value", at)
        })
    }
}

fn asks_for_arp(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::Match {
            left: Expr::Field(Field::EtherType) | Expr::Meta(MetaKey::Protocol),
            relation: Relation::Eq,
            right: Expr::Value(value),
        } if value.to_number() == Some(0x0806)
    )
}

/// The types of messages that have a field, the first of which nft names.
const fn message_types(field: Field) -> &'static [u8] {
    match field {
        Field::IcmpId | Field::IcmpSequence => &[8, 0],
        Field::IcmpGateway => &[5],
        Field::IcmpMtu => &[3],
        Field::Icmpv6Id | Field::Icmpv6Sequence => &[128, 129],
        Field::Icmpv6Mtu => &[2],
        Field::Icmpv6ParameterProblem => &[4],
        Field::Icmpv6MaxDelay => &[130],
        _ => &[],
    }
}

/// Refuses fields that messages of the type which the rule asked for do not have.
pub(super) fn check_messages(statements: &[Statement], places: &[Span]) -> Read<()> {
    let mut known: Option<u8> = None;
    for (statement, at) in statements.iter().zip(places) {
        let (left, right) = match statement {
            Statement::Match {
                left: Expr::Field(field),
                relation,
                right,
            } => (*field, Some((relation, right))),
            Statement::VerdictMap {
                key: Expr::Field(field),
                ..
            } => (*field, None),
            _ => continue,
        };
        if let (Field::IcmpType | Field::Icmpv6Type, Some((Relation::Eq, right))) = (left, right) {
            known = type_of(left, right).or(known);
        }
        let types = message_types(left);
        let Some(first) = types.first() else { continue };
        let have = *known.get_or_insert(*first);
        if !types.contains(&have) {
            let message = format!("incompatible icmp match: rule has {have}, need {first}");
            return Err(Problem::new(message, *at));
        }
    }
    Ok(())
}

/// The type that a rule asks for; of several one that is no echo, if there is one.
fn type_of(field: Field, right: &Expr) -> Option<u8> {
    let number = |value: &netloom_model::ruleset::Value| value.bytes().first().copied();
    match right {
        Expr::Value(value) => number(value),
        Expr::Set(elements) => {
            let mut all = elements.iter().filter_map(|e| number(e.from.first()?));
            let echo = match field {
                Field::IcmpType => [8, 0],
                _ => [128, 129],
            };
            let last = all.clone().next_back();
            all.find(|number| !echo.contains(number)).or(last)
        }
        _ => None,
    }
}

/// Whether what a constant of a connection's port means is known: the protocol is.
pub(super) fn port_is_known(left: &Expr, before: &[Statement]) -> bool {
    let asks_protocol = |statement: &Statement| {
        matches!(
            statement,
            Statement::Match {
                left: Expr::Ct(CtKey::Protocol, _),
                ..
            }
        )
    };
    !matches!(left, Expr::Ct(CtKey::ProtoSrc | CtKey::ProtoDst, _))
        || super::implied::transport_is_known(before)
        || before.iter().any(asks_protocol)
}

/// The header whose protocol number a rule asks for.
pub(super) fn named_by(number: u8) -> Option<Header> {
    let mut all = Header::ALL.iter();
    all.find(|header| header.protocol() == Some(number))
        .copied()
}
