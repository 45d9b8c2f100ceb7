//! Filter expressions: pcap-filter(7).
//!
//! An expression is parsed into an [`Expr`], in which qualifiers and names are resolved, and
//! matched against frames directly. Left out, each with an error that names the word: `gateway`,
//! `protochain`, `inbound`, `outbound`, `ifname`, `mpls`, `pppoes`, `geneve`, `llc`, ISO, DECnet
//! and AppleTalk protocols, 802.11. Host names other than `localhost` are unknown.

mod arithmetic;
mod eval;
mod field;
mod lexer;
mod parse;
mod primitive;
mod qualifier;

use std::fmt;
use std::net::IpAddr;

use netloom_wire::MacAddr;

use super::print::LinkType;

/// Why an expression is refused, in libpcap's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FilterError(String);

impl FilterError {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What libpcap says of a word it does not expect.
    fn syntax() -> Self {
        Self::new("can't parse filter expression: syntax error")
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An expression ready to match frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter(Expr);

impl Filter {
    /// Parses an expression; the empty one matches everything.
    pub(crate) fn parse(expression: &str) -> Result<Self, FilterError> {
        parse::parse(expression).map(Self)
    }

    /// Whether a frame matches, of which `captured` was kept and which was `length` long.
    pub(crate) fn matches(&self, link: LinkType, captured: &[u8], length: usize) -> bool {
        eval::matches(&self.0, link, captured, length)
    }
}

/// A parsed expression.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Expr {
    Always,
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// A host or network address at either or both ends, in these protocols.
    Net {
        family: Family,
        direction: Direction,
        net: Net,
    },
    /// A hardware address at either or both ends.
    Mac {
        direction: Direction,
        address: MacAddr,
    },
    MacMulticast,
    EtherType(u16),
    /// The destination service access point of an 802.3 frame.
    Llc(u8),
    /// An IP protocol number, in IPv4, IPv6 or both.
    IpProtocol {
        family: Family,
        protocol: u8,
    },
    /// A range of ports in TCP, UDP or SCTP (any of them if none is named).
    Port {
        transport: Option<u8>,
        direction: Direction,
        low: u16,
        high: u16,
    },
    Ipv4Broadcast,
    Ipv4Multicast,
    Ipv6Multicast,
    /// A VLAN tag, of any or this identifier; what follows in the expression looks behind it.
    Vlan(Option<u16>),
    Compare(Arithmetic, Comparison, Arithmetic),
}

/// In which protocols an address or protocol number is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// All that have addresses of the kind.
    Any,
    Ipv4,
    Ipv6,
    Arp,
    Rarp,
}

/// At which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Src,
    Dst,
    Either,
    Both,
}

/// An address and how many of its bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Net {
    address: IpAddr,
    mask: u128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Arithmetic {
    Number(u32),
    /// The length of the frame.
    Length,
    /// `layer[offset:size]`.
    Field {
        layer: Layer,
        offset: Box<Arithmetic>,
        size: usize,
    },
    Operation(Box<Arithmetic>, Operator, Box<Arithmetic>),
    Negated(Box<Arithmetic>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
}

/// What a byte offset counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    Ether,
    Arp,
    Rarp,
    Ipv4,
    Ipv6,
    /// What IPv4 carries, of this protocol, in first fragments only.
    Transport(u8),
    Icmp6,
}

#[cfg(test)]
mod tests;
