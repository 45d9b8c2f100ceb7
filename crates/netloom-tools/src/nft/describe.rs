//! `nft describe`: what an expression's values are, and which of them have names (nft(8), DESCRIBE).

use super::datatype;
use super::expr::types;
use super::lexer::Kind;
use super::option;
use super::parser::{Command, Parser};
use super::source::Read;
use crate::ip::protocol_names::PROTOCOL_NAMES;
use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::expr::FibResult;
use netloom_model::ruleset::{DataType, Expr, Header, TableFamily};
use std::fmt::Write as _;

/// What is said of a word that is neither an expression nor a type.
const UNKNOWN: &str = "symbol expression, datatype invalid (invalid)";

impl Parser<'_> {
    /// `describe EXPRESSION`, `describe DATATYPE`.
    pub(super) fn describe(&mut self) -> Read<()> {
        // No table says of which family it is.
        self.family = TableFamily::Inet;
        let text = match self.at_expression() {
            true => {
                let expr = self.primary()?;
                of_expression(&expr)
            }
            false => {
                let token = self.peek().clone();
                if token.kind != Kind::Word {
                    return Err(self.unexpected(""));
                }
                // A protocol alone lacks its field.
                let header = Header::by_name(&token.text).is_some();
                if token.is_reserved() && !header {
                    return Err(self.unexpected(""));
                }
                self.at += 1;
                if header {
                    return Err(self.unexpected(""));
                }
                match by_name(&token.text) {
                    Some(ty) => of_type(ty),
                    None => UNKNOWN.to_owned(),
                }
            }
        };
        self.commands.push(Command::Describe(text));
        Ok(())
    }
}

/// The type called so, of those that have an entry in nft's own table.
fn by_name(name: &str) -> Option<DataType> {
    match name {
        "integer" => Some(DataType::Integer(0)),
        "ct_event" | "ct_label" => None,
        _ => DataType::by_name(name),
    }
}

fn of_type(ty: DataType) -> String {
    let bits = match ty {
        DataType::Boolean => 1,
        ty => ty.bits(),
    };
    let head = format!("datatype {}, {bits} bits", words(ty));
    // The table has the numbers of packets as this machine's memory does.
    head + "\n" + &symbols(ty, ty.order() == Order::Packet && ty.len() > 1)
}

fn of_expression(expr: &Expr) -> String {
    let kind = match expr {
        Expr::Field(_) | Expr::Raw { .. } => "payload",
        Expr::Meta(_) => "meta",
        Expr::Ct(..) => "ct",
        Expr::Rt(_) => "rt",
        Expr::Socket(_) | Expr::SocketCgroup(_) => "socket",
        Expr::Fib { .. } => "fib",
        Expr::Osf { .. } => "osf",
        Expr::IpSec { .. } => "xfrm",
        Expr::Numgen { .. } => "numgen",
        Expr::Hash { .. } => "hash",
        _ => "exthdr",
    };
    let ty = match expr {
        Expr::Fib {
            result: FibResult::OifName,
            ..
        } => DataType::String,
        // The first field of an extension is what follows it.
        Expr::ExtensionHeader { .. } if option::named(expr).is_some_and(|n| n.field.is_none()) => {
            DataType::InetProto
        }
        expr => types(expr)
            .first()
            .copied()
            .unwrap_or(DataType::Integer(32)),
    };
    let len = match ty {
        DataType::IfName | DataType::String => "16 characters".to_owned(),
        ty => format!("{} bits", ty.bits()),
    };
    let head = format!("{kind} expression, datatype {}, {len}\n", words(ty));
    head + &symbols(ty, false)
}

/// A type's name, what it is, and what it is made of.
fn words(ty: DataType) -> String {
    let base = match ty {
        DataType::Integer(_) | DataType::String | DataType::Verdict => "",
        DataType::EtherAddr => " (basetype link layer address, integer)",
        DataType::IfName => " (basetype string)",
        ty if ty.is_flags() => " (basetype bitmask, integer)",
        _ => " (basetype integer)",
    };
    let what = match ty {
        DataType::LlAddr => "link layer address",
        DataType::CgroupV2 => "cgroupsv2 path",
        DataType::Verdict => "netfilter verdict",
        ty => datatype::describe(ty),
    };
    format!("{} ({what}){base}", ty.name())
}

/// The names of a type's constants; `turned` with the bytes of their numbers turned around.
fn symbols(ty: DataType, turned: bool) -> String {
    let mut text = String::new();
    if ty == DataType::InetProto {
        for number in 0..=255 {
            let name = PROTOCOL_NAMES.name(number, false);
            if name != number.to_string() {
                let _ = writeln!(text, "\t{name:<30}\t{number}");
            }
        }
        return text;
    }
    let named = in_order(ty);
    if named.is_empty() || matches!(ty, DataType::DevGroup | DataType::CtLabel) {
        return text;
    }
    let hex = ty.is_flags()
        || matches!(
            ty,
            DataType::Dscp
                | DataType::Ecn
                | DataType::ArpOp
                | DataType::EtherType
                | DataType::DccpPktType
                | DataType::IfaceType
        );
    let base = if hex { "hexadecimal" } else { "decimal" };
    let _ = writeln!(text, "\npre-defined symbolic constants (in {base}):");
    let digits = 2 * ty.len();
    for (name, value) in named {
        let value = match turned {
            true => value.swap_bytes() >> (32 - 8 * ty.len().min(4)),
            false => value,
        };
        let _ = match hex {
            true => writeln!(text, "\t{name:<30}\t0x{value:0digits$x}"),
            false => writeln!(text, "\t{name:<30}\t{value:20}"),
        };
    }
    text
}

/// The constants of a type in the order in which nft has them.
fn in_order(ty: DataType) -> Vec<(&'static str, u32)> {
    let mut named = ty.symbols().to_vec();
    let first: &[&str] = match ty {
        DataType::CtState => &["invalid", "new"],
        DataType::Boolean => &["exists"],
        DataType::IcmpxCode => &["port-unreachable", "admin-prohibited", "no-route"],
        _ => &[],
    };
    let last = |name: &str| ty == DataType::IcmpCode && name == "frag-needed";
    named.sort_by_key(|(name, _)| {
        let place = first.iter().position(|other| other == name);
        (place.unwrap_or(first.len()), last(name))
    });
    named
}
