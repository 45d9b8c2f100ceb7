//! Comparisons with fields that lie side by side in a header: nft compares them as one, and so lists
//! them in the order of the header, where the kernel has them. Two that ask for something else (`!=`)
//! are one question for it: whether not both are so.
//!
//! Found by trying, nft 1.0.6. What stands between two of them does not keep them apart, unless two
//! comparisons stood before it.

use super::implied;
use netloom_model::ruleset::expr::{MetaKey, Relation};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::{Expr, Field, Header, TableFamily, Value};

/// The most bits that are compared as one.
const MOST: u16 = 128;
/// The bits of a register: what fills some is not put together with more.
const REGISTER: u16 = 32;

/// The number of the link layer.
const LINK: u8 = 0;
/// The type of a device of Ethernet.
const ARPHRD_ETHER: u128 = 1;

/// Where the bits of a comparison lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    layer: u8,
    offset: u16,
    bits: u16,
}

/// Comparisons that are one.
struct Run {
    /// The statements, in the order of the header.
    of: Vec<usize>,
    /// The statement in whose place they stand.
    at: usize,
    place: Place,
}

/// Puts together what is compared as one. Behind a comparison with a field of Ethernet the type that a
/// protocol of the network needs is such a field too, though it is not listed.
pub(super) fn merge(family: TableFamily, mut statements: Vec<Statement>) -> Vec<Statement> {
    let Some((at, kind)) = implied::ethertype(family, &statements) else {
        return merged(family, statements);
    };
    statements.insert(at, kind.clone());
    let mut whole = merged(family, statements);
    whole.retain(|statement| *statement != kind);
    whole
}

fn merged(family: TableFamily, statements: Vec<Statement>) -> Vec<Statement> {
    let runs: Vec<Run> = groups(&statements)
        .into_iter()
        .flat_map(|group| runs(&statements, group))
        .filter(|run| run.of.len() > 1)
        .collect();
    if runs.is_empty() {
        return statements;
    }
    let mut whole = Vec::new();
    for at in 0..statements.len() {
        match runs.iter().find(|run| run.of.contains(&at)) {
            None => whole.push(statements[at].clone()),
            Some(run) if run.at == at => whole.extend(together(&statements, &run.of)),
            // It stands behind now; that the packet is of its protocol is asked for here.
            Some(run) if run.at > at => {
                let needed = implied::needed(family, &whole, &statements[at]);
                let between = &statements[at..run.at];
                whole.extend(needed.or_else(|| ethernet(family, between, run.place)));
            }
            Some(_) => {}
        }
    }
    whole
}

/// That a packet has a header of Ethernet, where something is done before what that holds is compared.
fn ethernet(family: TableFamily, between: &[Statement], place: Place) -> Option<Statement> {
    let compares = |statement: &Statement| {
        matches!(
            statement,
            Statement::Match { .. } | Statement::VerdictMap { .. }
        )
    };
    let asks = family != TableFamily::Bridge && place.layer == LINK;
    let ethernet = Value::number(ARPHRD_ETHER, 2);
    (asks && !between.iter().all(compares))
        .then(|| Statement::equal(Expr::Meta(MetaKey::IifType), Expr::Value(ethernet)))
}

/// The comparisons among which some may be one.
fn groups(statements: &[Statement]) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    let mut open = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        if place(statement).is_some() {
            open.push(at);
        } else if !matches!(statement, Statement::Match { .. }) && open.len() > 1 {
            all.push(core::mem::take(&mut open));
        }
    }
    all.push(open);
    all
}

/// Parts a group into those that are one.
fn runs(statements: &[Statement], mut group: Vec<usize>) -> Vec<Run> {
    let of = |at: usize| place(&statements[at]);
    group.sort_by_key(|at| of(*at));
    let mut runs: Vec<Run> = Vec::new();
    for at in group {
        let Some(place) = of(at) else { continue };
        let last = runs.last_mut().filter(|run| {
            relation(&statements[run.at]) == relation(&statements[at]) && joins(run.place, place)
        });
        match last {
            Some(run) => {
                run.of.push(at);
                run.place.bits += place.bits;
                if names_protocol(&statements[at]) {
                    run.at = at;
                }
            }
            None => runs.push(Run {
                of: vec![at],
                at,
                place,
            }),
        }
    }
    runs
}

/// Whether one follows the other, and both can be compared as one.
const fn joins(one: Place, other: Place) -> bool {
    one.layer == other.layer
        && one.offset + one.bits == other.offset
        && !one.bits.is_multiple_of(REGISTER)
        && !other.bits.is_multiple_of(REGISTER)
        && one.bits + other.bits <= MOST
}

/// The relation of a comparison that can be put together with others.
fn relation(statement: &Statement) -> Option<Relation> {
    match statement {
        Statement::Match {
            relation: Relation::Ne,
            ..
        } => Some(Relation::Ne),
        // Flags that are compared together with more are all compared.
        Statement::Match {
            relation: Relation::Eq | Relation::Any,
            ..
        } => Some(Relation::Eq),
        _ => None,
    }
}

/// Where the whole bytes lie that a statement compares with a constant.
fn place(statement: &Statement) -> Option<Place> {
    let Statement::Match {
        left,
        relation: Relation::Eq | Relation::Ne | Relation::Any | Relation::None,
        right: Expr::Value(_),
    } = statement
    else {
        return None;
    };
    let (layer, offset, bits) = match left {
        Expr::Field(field) => (field.header().layer(), field.offset(), field.bits()),
        Expr::Raw {
            layer,
            offset,
            bits,
        } => (*layer, *offset, *bits),
        _ => return None,
    };
    let layer = match layer {
        Layer::Link => LINK,
        Layer::Network => 1,
        Layer::Transport => 2,
        Layer::Inner => 3,
    };
    (offset % 8 == 0 && bits % 8 == 0).then_some(Place {
        layer,
        offset,
        bits,
    })
}

/// Whether it asks which protocol follows.
fn names_protocol(statement: &Statement) -> bool {
    let Statement::Match {
        left: Expr::Field(field),
        ..
    } = statement
    else {
        return false;
    };
    matches!(
        field,
        Field::EtherType
            | Field::VlanType
            | Field::IpProtocol
            | Field::Ip6Nexthdr
            | Field::CompNexthdr
            | Field::GreProtocol
    )
}

/// What comparisons are together.
fn together(statements: &[Statement], of: &[usize]) -> Vec<Statement> {
    let parts: Vec<(&Expr, Relation, &Value)> = of
        .iter()
        .filter_map(|at| match &statements[*at] {
            Statement::Match {
                left,
                relation,
                right: Expr::Value(value),
            } => Some((left, *relation, value)),
            _ => None,
        })
        .collect();
    let compare = |left, relation, right| Statement::Match {
        left,
        relation,
        right,
    };
    let nameless = |expr: &Expr| matches!(expr, Expr::Field(field) if field.header() == Header::Th);
    let relation = parts[0].1;
    if parts.iter().all(|(left, ..)| nameless(left)) {
        // Ports of no protocol in particular are bits.
        let bytes: Vec<u8> = parts
            .iter()
            .flat_map(|part| part.2.bytes().to_vec())
            .collect();
        let bits = Expr::Raw {
            layer: Layer::Transport,
            offset: 0,
            bits: 8 * bytes.len() as u16,
        };
        return vec![compare(bits, relation, Expr::Value(Value::new(bytes)))];
    }
    if relation == Relation::Ne {
        let left = parts.iter().map(|part| part.0.clone()).collect();
        let right = parts.iter().map(|part| Expr::Value(part.2.clone()));
        let right = Expr::Concat(right.collect());
        return vec![compare(Expr::Concat(left), relation, right)];
    }
    let all = parts.into_iter();
    all.map(|(left, relation, value)| {
        let relation = match relation {
            Relation::Any => Relation::Eq,
            relation => relation,
        };
        compare(left.clone(), relation, Expr::Value(value.clone()))
    })
    .collect()
}

/// The comparisons that are listed for one with several fields at a time.
pub(super) fn apart<'a>(left: &'a Expr, right: &'a Expr) -> Option<Vec<(&'a Expr, &'a Expr)>> {
    match (left, right) {
        (Expr::Concat(left), Expr::Concat(right)) => Some(left.iter().zip(right).collect()),
        _ => None,
    }
}
