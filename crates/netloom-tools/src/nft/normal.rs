//! Rules as nft lists them: what a part of a rule means is written in one way, whatever way it was
//! written in. The model keeps that form.

use super::constant::has_prefixes;
use super::element::prefix_mask;
use super::expr::types;
use super::implied;
use netloom_model::ruleset::expr::{BitOp, Relation};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::{DataType, Element, Expr, Field, TableFamily, Value};

/// The statements of a rule as they are listed.
pub(super) fn normal(family: TableFamily, mut statements: Vec<Statement>) -> Vec<Statement> {
    for statement in &mut statements {
        if let Statement::Match {
            left,
            relation,
            right,
        } = statement
        {
            transfer(left, right);
            prefix(left, *relation, right);
        }
    }
    let mut statements = add_needed(statements);
    name_ports(&mut statements);
    join(&mut statements);
    implied::leave_out(family, &mut statements);
    statements
}

/// The element of a set of one, which is listed without the set.
pub(super) fn lone_element(types: &[DataType], elements: &[Element]) -> Option<Expr> {
    let ([element], [ty]) = (elements, types) else {
        return None;
    };
    if element.catch_all || element.comment.is_some() {
        return None;
    }
    let from = element.from[0].clone();
    Some(match element.to.as_ref().map(|to| to[0].clone()) {
        None => Expr::Value(from),
        Some(to) => match prefix_of(&from, &to) {
            Some(len) if has_prefixes(*ty) => Expr::Prefix(from, len),
            _ => Expr::Range(from, to),
        },
    })
}

/// The length of the prefix that a range is.
fn prefix_of(from: &Value, to: &Value) -> Option<u8> {
    let (low, high) = (from.to_number()?, to.to_number()?);
    let host = low ^ high;
    let aligned = host & host.wrapping_add(1) == 0 && low & host == 0;
    let bits = 8 * from.bytes().len() as u32;
    let len = bits.checked_sub(u128::BITS - host.leading_zeros())?;
    aligned.then_some(len as u8)
}

/// Bits that are flipped before a comparison are flipped in what it is compared with.
fn transfer(left: &mut Expr, right: &mut Expr) {
    while let (Expr::Bits(BitOp::Xor, of, flip), Expr::Value(value)) = (&*left, &*right)
        && let Expr::Value(flip) = &**flip
    {
        let number = value.to_number().unwrap_or(0) ^ flip.to_number().unwrap_or(0);
        let value = Value::number(number, value.bytes().len());
        let of = (**of).clone();
        *left = of;
        *right = Expr::Value(value);
    }
}

/// An address under the mask of a prefix is a prefix.
fn prefix(left: &mut Expr, relation: Relation, right: &mut Expr) {
    if !matches!(relation, Relation::Eq | Relation::Ne) {
        return;
    }
    let (Expr::Bits(BitOp::And, of, mask), Expr::Value(value)) = (&*left, &*right) else {
        return;
    };
    let Expr::Value(mask) = &**mask else { return };
    let ty = types(of)[0];
    let bits = u64::from(ty.bits());
    let number = mask.to_number().unwrap_or(0);
    let Some(len) = (1..bits).find(|len| prefix_mask(bits, *len) == number) else {
        return;
    };
    let address = matches!(ty, DataType::Ipv4Addr | DataType::Ipv6Addr);
    if address {
        let value = value.clone();
        let of = (**of).clone();
        *left = of;
        *right = Expr::Prefix(value, len as u8);
    }
}

/// Some fields of ICMP are there in messages of some types alone: a rule that does not say which is
/// given the check.
fn add_needed(statements: Vec<Statement>) -> Vec<Statement> {
    let mut whole: Vec<Statement> = Vec::new();
    for statement in statements {
        let of = |wanted: &[Field]| {
            matches!(&statement, Statement::Match { left: Expr::Field(field), .. }
                | Statement::VerdictMap { key: Expr::Field(field), .. } if wanted.contains(field))
        };
        let needed = if of(&[Field::IcmpId, Field::IcmpSequence]) {
            Some((Field::IcmpType, [0u8, 8]))
        } else if of(&[Field::Icmpv6Id, Field::Icmpv6Sequence]) {
            Some((Field::Icmpv6Type, [128, 129]))
        } else {
            None
        };
        if let Some((field, kinds)) = needed {
            let said = whole.iter().any(|other| {
                matches!(other, Statement::Match { left: Expr::Field(of), .. } if *of == field)
            });
            if !said {
                let kinds = kinds.map(|kind| Element::of(Value::from(kind)));
                whole.push(Statement::equal(
                    Expr::Field(field),
                    Expr::Set(kinds.to_vec()),
                ));
            }
        }
        whole.push(statement);
    }
    whole
}

/// Ports of any protocol are those of the one that the rule asked for before.
fn name_ports(statements: &mut [Statement]) {
    let mut protocol = None;
    for statement in statements {
        if let Some(number) = implied::asks_for_protocol(statement) {
            protocol = Some(number);
        }
        let (Some(6 | 17), Statement::Match { left, .. }) = (protocol, &mut *statement) else {
            continue;
        };
        let named = match (protocol, &*left) {
            (Some(6), Expr::Field(Field::ThSport)) => Field::TcpSport,
            (Some(6), Expr::Field(Field::ThDport)) => Field::TcpDport,
            (Some(17), Expr::Field(Field::ThSport)) => Field::UdpSport,
            (Some(17), Expr::Field(Field::ThDport)) => Field::UdpDport,
            _ => continue,
        };
        *left = Expr::Field(named);
    }
}

/// Comparisons of fields that lie side by side are one for the kernel: they are listed in the order of
/// the header.
fn join(statements: &mut Vec<Statement>) {
    let mut at = 0;
    while at + 1 < statements.len() {
        let Some(next) = next_comparison(statements, at + 1) else {
            return;
        };
        if let (Some(one), Some(other)) = (side(&statements[at]), side(&statements[next]))
            && other.0 == one.0
            && other.1 + other.2 == one.1
            && (one.2 + other.2) <= 32
        {
            let first = statements.remove(at);
            statements.insert(next, first);
            at += 1;
            continue;
        }
        at += 1;
    }
}

fn next_comparison(statements: &[Statement], from: usize) -> Option<usize> {
    let found = statements.get(from..)?.iter();
    found
        .clone()
        .position(|s| matches!(s, Statement::Match { .. }))
        .map(|at| from + at)
}

/// Where the whole bytes are that a statement compares with a constant.
fn side(statement: &Statement) -> Option<(Layer, u16, u16)> {
    let Statement::Match {
        left: Expr::Field(field),
        relation: Relation::Eq,
        right: Expr::Value(_),
    } = statement
    else {
        return None;
    };
    let place = (field.header().layer(), field.offset(), field.bits());
    (place.1 % 8 == 0 && place.2 % 8 == 0).then_some(place)
}
