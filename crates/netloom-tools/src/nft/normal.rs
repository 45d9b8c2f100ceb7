//! Rules as nft lists them: what a part of a rule means is written in one way, whatever way it was
//! written in. The model keeps that form.

use super::constant::has_prefixes;
use super::element::prefix_mask;
use super::expr::types;
use super::implied;
use super::merge::merge;
use netloom_model::ruleset::expr::{BitOp, Relation};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::{DataType, Element, Expr, Field, Header, TableFamily, Value};

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
    name_fields(family, &mut statements);
    let mut statements = merge(family, statements);
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

/// What is asked of flags where those under a mask are compared with nothing, as iptables does: none
/// of them is set, or any. So it is listed.
pub(super) fn flags_asked<'a>(
    left: &'a Expr,
    relation: Relation,
    right: &Expr,
) -> Option<(&'a Expr, Relation, &'a Expr)> {
    let (Expr::Bits(BitOp::And, of, mask), Expr::Value(value)) = (left, right) else {
        return None;
    };
    let relation = match relation {
        Relation::Eq => Relation::None,
        Relation::Ne => Relation::Any,
        _ => return None,
    };
    let flags = matches!(types(of)[..], [ty] if ty.is_flags());
    let asked = matches!(&**mask, Expr::Value(mask) if mask.to_number() != Some(0));
    (flags && asked && value.to_number() == Some(0)).then_some((&**of, relation, &**mask))
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
    let tagged = statements.iter().any(|statement| {
        let of = implied::headers(statement);
        of.contains(&Header::Vlan) && !is_tag_type(statement)
    });
    for statement in statements {
        if let Statement::Match {
            left: Expr::Field(Field::VlanType),
            ..
        } = &statement
            && !tagged
            && !whole.iter().any(asks_for_tag)
        {
            let tagged = Expr::Value(Value::number(0x8100, 2));
            whole.push(Statement::equal(Expr::Field(Field::EtherType), tagged));
        }
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
                matches!(other, Statement::Match { left: Expr::Field(of), relation: Relation::Eq, .. }
                    if *of == field)
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

fn is_tag_type(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::Match {
            left: Expr::Field(Field::VlanType),
            ..
        }
    )
}

/// Whether a statement asks for a tag, or for what an Ethernet header announces.
fn asks_for_tag(statement: &Statement) -> bool {
    let of = implied::headers(statement);
    of.contains(&Header::Vlan)
        || matches!(
            statement,
            Statement::Match {
                left: Expr::Field(Field::EtherType),
                ..
            }
        )
}

/// Bits that are a field of the protocol that the rule asked for before have its name.
fn name_fields(family: TableFamily, statements: &mut [Statement]) {
    let network = match family {
        TableFamily::Ip => Some(Header::Ip),
        TableFamily::Ip6 => Some(Header::Ip6),
        _ => None,
    };
    let mut protocol = None;
    for statement in statements {
        protocol = implied::asks_for_protocol(statement)
            .or_else(|| implied::protocol_of_connection(statement))
            .or_else(|| implied::protocol(statement))
            .or(protocol);
        let (Statement::Match { left, .. } | Statement::VerdictMap { key: left, .. }) = statement
        else {
            continue;
        };
        let place = match &*left {
            Expr::Field(field) if field.header() == Header::Th => {
                (Layer::Transport, field.offset(), field.bits())
            }
            Expr::Raw {
                layer,
                offset,
                bits,
            } => (*layer, *offset, *bits),
            _ => continue,
        };
        let named = Field::ALL.iter().find(|field| {
            let of = field.header();
            let known = match of.layer() {
                Layer::Network => network == Some(of),
                Layer::Transport => protocol.is_some() && of.protocol() == protocol,
                Layer::Link | Layer::Inner => false,
            };
            known && (of.layer(), field.offset(), field.bits()) == place
        });
        if let Some(field) = named {
            *left = Expr::Field(*field);
        }
    }
}
