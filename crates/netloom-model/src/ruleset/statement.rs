//! What rules do (nft(8), STATEMENTS).

use super::expr::{Expr, Relation};
use super::object::ObjectKind;
use super::xt::{SetTarget, XtMatch, XtTarget};
use serde::{Deserialize, Serialize};

/// One part of a rule. Those that ask end the rule where the answer is no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Statement {
    /// Compares.
    Match {
        /// What.
        left: Expr,
        /// How.
        relation: Relation,
        /// With what.
        right: Expr,
    },
    /// Counts.
    Counter(Counter),
    /// Asks whether there were not too many lately.
    Limit(Limit),
    /// Asks whether there was not too much in all.
    Quota(Quota),
    /// Asks whether there are not too many connections.
    ConnLimit {
        /// How many.
        count: u32,
        /// Asks the opposite.
        over: bool,
    },
    /// Uses an object with a name.
    Object {
        /// Its kind.
        kind: ObjectKind,
        /// Its name; a map from something to names.
        name: ObjectName,
    },
    /// Says what becomes of the packet.
    Verdict(Verdict),
    /// Does what a map says for a key.
    VerdictMap {
        /// The key.
        key: Expr,
        /// [`Expr::Set`] or [`Expr::SetRef`].
        map: Expr,
    },
    /// Writes to the log.
    Log(Log),
    /// Drops the packet and tells its sender.
    Reject(Reject),
    /// Translates addresses.
    Nat(Nat),
    /// Writes to the packet, to what goes with it, or to its connection.
    Set {
        /// Where to.
        what: Expr,
        /// What.
        value: Expr,
    },
    /// Takes an option from a TCP segment.
    ResetTcpOption(u8),
    /// Has its connection not looked up.
    Notrack,
    /// Hands it to a socket without changing it.
    Tproxy {
        /// The family, in a table of several.
        family: Option<super::TableFamily>,
        /// The address to be taken for its own; none: that of the device.
        address: Option<Expr>,
        /// The port; none: the packet's.
        port: Option<Expr>,
    },
    /// Answers a SYN in the place of a listener.
    Synproxy(Synproxy),
    /// Sends a copy elsewhere.
    Dup {
        /// To that address; of `netdev`: none.
        to: Option<Expr>,
        /// By that device.
        device: Option<Expr>,
    },
    /// Sends it out of another device (`netdev`).
    Forward {
        /// By that device.
        device: Expr,
        /// To that neighbour; none: as it is.
        to: Option<Expr>,
        /// The neighbour's family.
        family: Option<super::TableFamily>,
    },
    /// Hands it to a program.
    Queue {
        /// Which queue, or from which to which.
        number: Expr,
        /// Goes on where no program takes it.
        bypass: bool,
        /// Spreads by processor.
        fanout: bool,
    },
    /// Puts an element into a set or map, or takes it out.
    Update {
        /// What is done.
        op: UpdateOp,
        /// The set's name.
        set: String,
        /// The key.
        key: Expr,
        /// What a map gets for it.
        data: Option<Expr>,
        /// After how many milliseconds it goes.
        timeout: Option<u64>,
        /// What the element does beside matching.
        statements: Vec<Statement>,
    },
    /// Puts its flow into a flow table.
    FlowAdd(String),
    /// A match of xtables.
    XtMatch(XtMatch),
    /// A target of xtables.
    XtTarget(XtTarget),
    /// Something that netloom does not model, by its own words: what it says is unknown.
    Unknown(String),
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// Packets.
    pub packets: u64,
    /// Bytes, from the network header on.
    pub bytes: u64,
}

/// What becomes of a packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It passes this base chain.
    Accept,
    /// It ends here.
    Drop,
    /// The next rule is asked.
    Continue,
    /// The chain that this one was called from goes on; in a base chain the policy decides.
    Return,
    /// Another chain is asked; at its end this one goes on.
    Jump(String),
    /// Another chain is asked; at its end the one goes on that this one was called from.
    Goto(String),
}

/// So many in a time; a bucket of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// How many.
    pub rate: u64,
    /// In how many seconds.
    pub per: u64,
    /// How many more at once.
    pub burst: u32,
    /// Counts bytes, not packets.
    pub bytes: bool,
    /// Matches what is above.
    pub over: bool,
}

/// So much in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// Bytes.
    pub bytes: u64,
    /// Bytes so far.
    pub used: u64,
    /// Matches what is above.
    pub over: bool,
}

/// The name of an object that a statement uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObjectName {
    /// That one.
    Name(String),
    /// The one that a map has for a key.
    Map {
        /// The key.
        key: Expr,
        /// [`Expr::Set`] or [`Expr::SetRef`].
        map: Expr,
    },
}

/// How a packet is logged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// What the line begins with.
    pub prefix: Option<String>,
    /// How serious it is, from 0 (emerg) to 7 (debug), 8 = audit; none: 4 (warn).
    pub level: Option<u8>,
    /// The group of programs that get it; none: the kernel's log.
    pub group: Option<u16>,
    /// How many bytes of the packet they get.
    pub snaplen: Option<u32>,
    /// After how many packets they are told.
    pub queue_threshold: Option<u16>,
    /// Bits of [`log_flag`].
    pub flags: u8,
}

/// What a line of the log tells beside the usual.
pub mod log_flag {
    /// Sequence numbers of TCP.
    pub const TCP_SEQUENCE: u8 = 1;
    /// Options of TCP.
    pub const TCP_OPTIONS: u8 = 2;
    /// Options of IP.
    pub const IP_OPTIONS: u8 = 4;
    /// The user of the socket that sent it.
    pub const SKUID: u8 = 8;
    /// The Ethernet header, in words.
    pub const ETHER: u8 = 32;
}

/// What the sender is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reject {
    /// An ICMP destination unreachable of this code.
    Icmp(u8),
    /// An ICMPv6 destination unreachable of this code.
    Icmpv6(u8),
    /// Either, of this code of [`DataType::IcmpxCode`](super::DataType::IcmpxCode).
    Icmpx(u8),
    /// A TCP reset.
    TcpReset,
}

/// A translation of addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nat {
    /// Of what.
    pub kind: NatKind,
    /// The family, in a table of several.
    pub family: Option<super::TableFamily>,
    /// The new address: a value, range, prefix or map (whose values may have ports too).
    pub address: Option<Expr>,
    /// The new port: a value, range or map.
    pub port: Option<Expr>,
    /// How a port is chosen.
    pub flags: NatFlags,
    /// The address is a prefix: the rest stays as it is (`snat prefix to`).
    pub prefix: bool,
}

/// The kinds of translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NatKind {
    /// The source.
    Snat,
    /// The destination.
    Dnat,
    /// The source, to the address of the device that it leaves by.
    Masquerade,
    /// The destination, to this host.
    Redirect,
}

/// How a translation chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NatFlags {
    /// By chance, beginning with a hash of the addresses.
    pub random: bool,
    /// By chance alone.
    pub fully_random: bool,
    /// The same address for each connection of a host.
    pub persistent: bool,
}

/// What a proxy for SYNs tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synproxy {
    /// The greatest segment.
    pub mss: u16,
    /// The scale of windows.
    pub wscale: u8,
    /// Whether timestamps are told.
    pub timestamp: bool,
    /// Whether selective acknowledgements are offered.
    pub sack_perm: bool,
}

/// What is done with an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UpdateOp {
    /// It is put in, if it is not there.
    Add,
    /// It is put in, or its time begins anew.
    Update,
    /// It is taken out.
    Delete,
}

impl Statement {
    /// The sets of xtables that it asks or changes, by their names.
    pub fn ipsets(&self) -> impl Iterator<Item = &str> {
        let names = match self {
            Statement::XtMatch(XtMatch::Set(found)) => [Some(found.set.is.as_str()), None, None],
            Statement::XtTarget(XtTarget::Set(SetTarget { add, del, map, .. })) => {
                [add, del, map].map(|named| named.as_ref().map(|(set, _)| set.as_str()))
            }
            _ => [None; 3],
        };
        names.into_iter().flatten()
    }

    /// `left == right`.
    #[must_use]
    pub fn equal(left: Expr, right: Expr) -> Statement {
        Statement::Match {
            left,
            relation: Relation::Eq,
            right,
        }
    }
}
