//! Matches and targets of xtables as the kernel keeps them (`linux/netfilter/x_tables.h`): a name, a
//! revision and a structure, which stand in the rules of `ip_tables` and its kin, and in those of
//! nf_tables that `iptables-nft` writes (`xt match`).
//!
//! Names and revisions are written as iptables 1.8.9 does; others that there were are read. What is not
//! known is kept by its bytes ([`opaque`]), and written as it was.
//!
//! Sets are known to the kernel by numbers: see [`sets`].

mod layout;
pub mod legacy;
pub mod matches;
pub mod sets;
pub mod targets;

#[cfg(test)]
mod tests;

use netloom_model::ruleset::TableFamily;
use netloom_model::ruleset::expr::Relation;
use netloom_model::ruleset::xt::{Not, Opaque};
use netloom_model::ruleset::{Expr, Statement};
use netloom_model::{Family, ruleset};

/// A match or target in its binary form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Its name.
    pub name: String,
    /// Which of the structures that it ever had.
    pub revision: u8,
    /// The structure, filled up to a multiple of eight bytes.
    pub bytes: Vec<u8>,
}

impl Info {
    fn new(name: &str, revision: u8, bytes: Vec<u8>) -> Info {
        Info {
            name: name.to_owned(),
            revision,
            bytes,
        }
    }

    /// The same, of something that can be written.
    fn some(name: &str, revision: u8, bytes: Vec<u8>) -> Option<Info> {
        Some(Info::new(name, revision, bytes))
    }
}

/// What is read.
#[derive(Clone, Copy)]
struct Given<'a> {
    family: TableFamily,
    revision: u8,
    info: &'a [u8],
}

impl Given<'_> {
    /// The family of addresses.
    const fn ip(&self) -> Family {
        ip_family(self.family)
    }

    fn read<T: layout::Plain>(&self) -> Option<T> {
        T::read(self.info)
    }
}

/// What reads a match or target of some name; none where it says what the model cannot say.
type Read = fn(Given<'_>) -> Option<Vec<Statement>>;

/// The family of the addresses in a table.
const fn ip_family(family: TableFamily) -> Family {
    match family {
        TableFamily::Ip6 => Family::V6,
        _ => Family::V4,
    }
}

/// `left == right`, or not.
const fn compare(left: Expr, not: bool, right: Expr) -> Statement {
    Statement::Match {
        left,
        relation: if not { Relation::Ne } else { Relation::Eq },
        right,
    }
}

/// `field & mask`.
fn under(left: Expr, mask: impl Into<ruleset::Value>) -> Expr {
    let mask = Expr::Value(mask.into());
    Expr::Bits(ruleset::expr::BitOp::And, Box::new(left), Box::new(mask))
}

const fn not<T>(is: T, not: bool) -> Not<T> {
    Not { is, not }
}

/// What is not understood: its name, and as words its revision and its bytes.
#[must_use]
pub fn opaque(name: &str, revision: u8, bytes: &[u8]) -> Opaque {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    Opaque {
        name: name.to_owned(),
        words: vec![revision.to_string(), digits.collect()],
    }
}

/// The same, back.
fn of_opaque(opaque: &Opaque) -> Option<Info> {
    let [revision, digits] = opaque.words.as_slice() else {
        return None;
    };
    let digits = digits.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some((digit(*high)? * 16 + digit(*low)?) as u8),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    Info::some(&opaque.name, revision.parse().ok()?, bytes?)
}
