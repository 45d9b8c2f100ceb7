//! `mark`, `tcp`, `udp`: what has a form in nft's language, in which `iptables-nft` keeps it, and the
//! model with it.
//!
//! Of `tcp` that is ports and flags; where an option is asked for too, or nothing at all, it is a match
//! of its own.

use super::super::layout::{Plain, layout};
use super::super::{Given, Info, compare, not, under};
use super::one;
use netloom_model::ruleset::expr::{BitOp, MetaKey, Relation};
use netloom_model::ruleset::xt::{Masked, Not, Span, Tcp, TcpFlags, XtMatch};
use netloom_model::ruleset::{Expr, Field, Statement, Value};

layout! {
    /// `xt_mark_info`, of the first revision.
    Mark0 { mark: u64, mask: u64, not: u8 }
    /// `xt_mark_mtinfo1`.
    Mark1 { mark: u32, mask: u32, not: u8 }
    /// `xt_tcp`.
    Tcp0 { sport: [u16; 2], dport: [u16; 2], option: u8, mask: u8, set: u8, inverted: u8 }
    /// `xt_udp`.
    Udp0 { sport: [u16; 2], dport: [u16; 2], inverted: u8 }
}

/// What is inverted, of both (`XT_TCP_INV_*`).
const SPORT: u8 = 1;
const DPORT: u8 = 2;
const FLAGS: u8 = 4;
const OPTION: u8 = 8;

/// Every port.
const ALL_PORTS: Span<u16> = (0, u16::MAX);

/// A packet's mark under a mask.
pub(in crate::xt) fn mark_statement(found: Not<Masked>) -> Statement {
    let Masked { value, mask } = found.is;
    let meta = Expr::Meta(MetaKey::Mark);
    let left = match mask {
        u32::MAX => meta,
        mask => under(meta, mask),
    };
    compare(left, found.not, Expr::Value(value.into()))
}

pub(super) fn read_mark(given: Given<'_>) -> Option<Vec<Statement>> {
    let found = match given.revision {
        0 => {
            let old: Mark0 = given.read()?;
            let (value, mask) = (old.mark as u32, old.mask as u32);
            not(Masked { value, mask }, old.not != 0)
        }
        1 => {
            let Mark1 { mark, mask, not: n } = given.read()?;
            not(Masked { value: mark, mask }, n != 0)
        }
        _ => return None,
    };
    Some(vec![mark_statement(found)])
}

pub(super) fn mark(found: &Not<Masked>) -> Option<Info> {
    let all = Mark1 {
        mark: found.is.value,
        mask: found.is.mask,
        not: found.not.into(),
    };
    Info::some("mark", 1, all.bytes())
}

/// The statement that compares a port; none where every port will do.
fn port(field: Field, ports: Not<Span<u16>>) -> Option<Statement> {
    let value = match ports.is {
        ALL_PORTS if !ports.not => return None,
        (from, to) if from == to => Expr::Value(from.into()),
        (from, to) => Expr::Range(from.into(), to.into()),
    };
    Some(compare(Expr::Field(field), ports.not, value))
}

pub(super) fn read_tcp(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Tcp0 = given.read()?;
    let inverted = |bit: u8| all.inverted & bit != 0;
    let [sport, dport] = [(all.sport, SPORT), (all.dport, DPORT)]
        .map(|([from, to], bit)| not((from, to), inverted(bit)));
    let (mask, set) = (all.mask, all.set);
    let flags = not(TcpFlags { mask, set }, inverted(FLAGS));
    let mut statements = Vec::new();
    statements.extend(port(Field::TcpSport, sport));
    statements.extend(port(Field::TcpDport, dport));
    if mask != 0 || set != 0 || flags.not {
        let left = under(Expr::Field(Field::TcpFlags), mask);
        statements.push(compare(left, flags.not, Expr::Value(set.into())));
    }
    if all.option == 0 && !statements.is_empty() {
        return Some(statements);
    }
    let option = not(all.option, inverted(OPTION));
    one(XtMatch::Tcp(Tcp {
        sport,
        dport,
        flags,
        option,
    }))
}

pub(super) fn tcp(found: &Tcp) -> Option<Info> {
    let bit = |there: bool, bit: u8| if there { bit } else { 0 };
    let all = Tcp0 {
        sport: found.sport.is.into(),
        dport: found.dport.is.into(),
        option: found.option.is,
        mask: found.flags.is.mask,
        set: found.flags.is.set,
        inverted: bit(found.sport.not, SPORT)
            | bit(found.dport.not, DPORT)
            | bit(found.flags.not, FLAGS)
            | bit(found.option.not, OPTION),
    };
    Info::some("tcp", 0, all.bytes())
}

pub(super) fn read_udp(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Udp0 = given.read()?;
    let [sport, dport] = [(all.sport, SPORT), (all.dport, DPORT)]
        .map(|([from, to], bit)| not((from, to), all.inverted & bit != 0));
    let mut statements = Vec::new();
    statements.extend(port(Field::UdpSport, sport));
    statements.extend(port(Field::UdpDport, dport));
    match statements.is_empty() {
        true => one(XtMatch::Udp { sport, dport }),
        false => Some(statements),
    }
}

pub(super) fn udp(sport: &Not<Span<u16>>, dport: &Not<Span<u16>>) -> Option<Info> {
    let bit = |there: bool, bit: u8| if there { bit } else { 0 };
    let all = Udp0 {
        sport: sport.is.into(),
        dport: dport.is.into(),
        inverted: bit(sport.not, SPORT) | bit(dport.not, DPORT),
    };
    Info::some("udp", 0, all.bytes())
}

fn number(value: &Value) -> Option<u32> {
    u32::try_from(value.to_number()?).ok()
}

/// The mark under a mask that a statement compares.
fn marked(statement: &Statement) -> Option<Not<Masked>> {
    let Statement::Match {
        left,
        relation: relation @ (Relation::Eq | Relation::Ne),
        right: Expr::Value(value),
    } = statement
    else {
        return None;
    };
    let mask = match left {
        Expr::Meta(MetaKey::Mark) => u32::MAX,
        Expr::Bits(BitOp::And, left, mask) => match (&**left, &**mask) {
            (Expr::Meta(MetaKey::Mark), Expr::Value(mask)) => number(mask)?,
            _ => return None,
        },
        _ => return None,
    };
    let value = number(value)?;
    Some(not(Masked { value, mask }, *relation == Relation::Ne))
}

/// What of `tcp` or `udp` a statement compares.
enum Asked {
    Sport(Not<Span<u16>>),
    Dport(Not<Span<u16>>),
    Flags(Not<TcpFlags>),
}

/// What of `tcp` (or else `udp`) a statement compares.
fn asked(statement: &Statement, of_tcp: bool) -> Option<Asked> {
    let Statement::Match {
        left,
        relation: relation @ (Relation::Eq | Relation::Ne),
        right,
    } = statement
    else {
        return None;
    };
    let inverted = *relation == Relation::Ne;
    if let Expr::Bits(BitOp::And, field, mask) = left {
        let (Expr::Field(Field::TcpFlags), Expr::Value(mask), Expr::Value(set), true) =
            (&**field, &**mask, right, of_tcp)
        else {
            return None;
        };
        let [mask, set] = [mask, set].map(|value| u8::try_from(number(value)?).ok());
        let (mask, set) = (mask?, set?);
        return Some(Asked::Flags(not(TcpFlags { mask, set }, inverted)));
    }
    let port = |value: &Value| u16::try_from(number(value)?).ok();
    let span = match right {
        Expr::Value(value) => (port(value)?, port(value)?),
        Expr::Range(from, to) => (port(from)?, port(to)?),
        _ => return None,
    };
    let ports = not(span, inverted);
    match (left, of_tcp) {
        (Expr::Field(Field::TcpSport), true) | (Expr::Field(Field::UdpSport), false) => {
            Some(Asked::Sport(ports))
        }
        (Expr::Field(Field::TcpDport), true) | (Expr::Field(Field::UdpDport), false) => {
            Some(Asked::Dport(ports))
        }
        _ => None,
    }
}

/// The match of xtables that the first of some statements are, where there is one, and how many they
/// are: the way back from what reading it gives.
pub(in crate::xt) fn first(statements: &[Statement]) -> Option<(Info, usize)> {
    if let Some(found) = marked(statements.first()?) {
        return mark(&found).map(|info| (info, 1));
    }
    let of_tcp = asked(statements.first()?, true).is_some();
    let (mut sport, mut dport, mut flags) = (None, None, None);
    let mut count = 0;
    for found in statements.iter().map_while(|s| asked(s, of_tcp)) {
        // What is asked for a second time is of a match of its own.
        let taken = match found {
            Asked::Sport(ports) => sport.replace(ports).is_some(),
            Asked::Dport(ports) => dport.replace(ports).is_some(),
            Asked::Flags(found) => flags.replace(found).is_some(),
        };
        if taken {
            return first(&statements[..count]);
        }
        count += 1;
    }
    let all = Not::is(ALL_PORTS);
    let (sport, dport) = (sport.unwrap_or(all), dport.unwrap_or(all));
    let info = match (count, of_tcp) {
        (0, _) => return None,
        (_, false) => udp(&sport, &dport),
        (_, true) => tcp(&Tcp {
            sport,
            dport,
            flags: flags.unwrap_or(Not::is(TcpFlags { mask: 0, set: 0 })),
            option: Not::is(0),
        }),
    };
    Some((info?, count))
}
