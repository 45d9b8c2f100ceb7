//! Comparisons that iptables-nft makes of its options, in words.

use super::matches::not_equal;
use crate::nft;
use netloom_model::Family;
use netloom_model::ruleset::expr::{BitOp, MetaKey, Relation};
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::{DataType, Expr, Field, Rule, TableFamily, TableRef, Value};

/// The bits of the mark that are compared, where it is the mark.
pub(super) fn mark_of(left: &Expr) -> Option<u32> {
    match left {
        Expr::Meta(MetaKey::Mark) => Some(u32::MAX),
        Expr::Bits(BitOp::And, of, mask) => match (&**of, &**mask) {
            (Expr::Meta(MetaKey::Mark), Expr::Value(mask)) => u32::try_from(mask.to_number()?).ok(),
            _ => None,
        },
        _ => None,
    }
}

/// What `-f` compares: where in the packet a fragment stood.
pub(super) fn fragments() -> Expr {
    let offset = Box::new(Expr::Field(Field::IpFragOff));
    Expr::Bits(BitOp::And, offset, Box::new(Expr::Value(0x1fff_u16.into())))
}

/// The flags of TCP under a mask, which are always written with it.
fn tcp_flags(statement: &Statement) -> Option<String> {
    let Statement::Match {
        left: Expr::Bits(BitOp::And, of, mask),
        relation,
        right: Expr::Value(value),
    } = statement
    else {
        return None;
    };
    let (Expr::Field(Field::TcpFlags), Expr::Value(mask)) = (&**of, &**mask) else {
        return None;
    };
    let names = |value: &Value| {
        let bits = value.to_number().unwrap_or(0);
        let all = DataType::TcpFlag.symbols().iter();
        let names = all.filter(|(_, bit)| bits & u128::from(*bit) != 0);
        let names: Vec<&str> = names.map(|(name, _)| *name).collect();
        match &names[..] {
            [] => "0x0".to_owned(),
            names => names.join(","),
        }
    };
    let not = not_equal(*relation == Relation::Ne);
    Some(format!("tcp flags {not}{} / {}", names(value), names(mask)))
}

/// What nft can say itself.
pub(super) fn of_native(family: Family, statement: &Statement) -> String {
    if let Some(words) = tcp_flags(statement) {
        return words;
    }
    let tables = match family {
        Family::V4 => TableFamily::Ip,
        Family::V6 => TableFamily::Ip6,
    };
    let rule = Rule {
        statements: vec![statement.clone()],
        ..Rule::default()
    };
    nft::words(&TableRef::new(tables, "filter"), &rule)
}
