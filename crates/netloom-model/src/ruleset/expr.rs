//! What rules look at and compare (nft(8), PRIMARY EXPRESSIONS and PAYLOAD EXPRESSIONS).

use super::datatype::DataType;
use super::field::{Field, Layer};
use super::set::Element;
use super::value::Value;
use serde::{Deserialize, Serialize};

/// Something with a value for each packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expr {
    /// A constant; what it means the other side of a comparison says.
    Value(Value),
    /// From one to the other, both included.
    Range(Value, Value),
    /// All that begin with so many bits of it.
    Prefix(Value, u8),
    /// What stands in a header. The packet has that header, or the rule does not match.
    Field(Field),
    /// Any bits of a packet: `@th,16,8`.
    Raw {
        /// From where is counted.
        layer: Layer,
        /// Bits from there.
        offset: u16,
        /// How many bits.
        bits: u16,
    },
    /// A field of a header of IPv6's extensions, or whether there is one.
    ExtensionHeader {
        /// The number of the header.
        header: u8,
        /// Bits from its beginning, and how many; none: whether it is there.
        field: Option<(u16, u16)>,
    },
    /// A field of an option of TCP, or whether it is there.
    TcpOption {
        /// Its kind.
        kind: u8,
        /// Bits from its beginning, and how many; none: whether it is there.
        field: Option<(u16, u16)>,
    },
    /// A field of an option of IPv4, or whether it is there.
    IpOption {
        /// Its type.
        kind: u8,
        /// Bits from its beginning, and how many; none: whether it is there.
        field: Option<(u16, u16)>,
    },
    /// A field of a chunk of SCTP, or whether it is there.
    SctpChunk {
        /// Its type.
        kind: u8,
        /// Bits from its beginning, and how many; none: whether it is there.
        field: Option<(u16, u16)>,
    },
    /// What goes with a packet.
    Meta(MetaKey),
    /// What its connection is like.
    Ct(CtKey, Option<CtDirection>),
    /// What routing said.
    Rt(RtKey),
    /// The socket that it is for.
    Socket(SocketKey),
    /// The control group of that socket, so many levels below the root (`socket cgroupv2 level 1`).
    SocketCgroup(u32),
    /// Which system sent a SYN, by how it looks (`osf name`).
    Osf {
        /// Whether the TTL is looked at, and how.
        ttl: OsfTtl,
        /// With the version.
        version: bool,
    },
    /// What is known of the encryption that it came by or leaves by (`ipsec in reqid`).
    IpSec {
        /// Whether it leaves; else it came.
        out: bool,
        /// Which of several transformations.
        number: u8,
        /// What of it.
        key: IpSecKey,
    },
    /// What routing would say of its addresses (`fib saddr . iif oif`).
    Fib {
        /// What is asked for: bits of [`fib`].
        flags: u8,
        /// What of the answer.
        result: FibResult,
    },
    /// One number after the other, or by chance.
    Numgen {
        /// By chance, or one after the other.
        random: bool,
        /// How many there are.
        modulus: u32,
        /// The first.
        offset: u32,
    },
    /// A hash.
    Hash {
        /// Of what; none: of the packet's flow, the same both ways (`symhash`).
        of: Option<Box<Expr>>,
        /// How many values there are.
        modulus: u32,
        /// What it begins with; none: drawn.
        seed: Option<u32>,
        /// The first value.
        offset: u32,
    },
    /// An operation with bits.
    Bits(BitOp, Box<Expr>, Box<Expr>),
    /// Several, one behind the other (`ip saddr . tcp dport`).
    Concat(Vec<Expr>),
    /// A set without a name, in the place where it is used.
    Set(Vec<Element>),
    /// A set with a name: `@name`.
    SetRef(String),
    /// What a map has for a key.
    Map {
        /// The key.
        key: Box<Expr>,
        /// [`Expr::Set`] or [`Expr::SetRef`].
        map: Box<Expr>,
    },
}

impl Expr {
    /// What its values mean; none where another side says it (a constant).
    #[must_use]
    pub fn datatype(&self) -> Option<DataType> {
        Some(match self {
            Expr::Field(field) => field.datatype(),
            Expr::Raw { bits, .. } => DataType::Integer(*bits),
            Expr::ExtensionHeader { field, .. }
            | Expr::TcpOption { field, .. }
            | Expr::IpOption { field, .. }
            | Expr::SctpChunk { field, .. } => match field {
                Some((_, bits)) => DataType::Integer(*bits),
                None => DataType::Boolean,
            },
            Expr::Meta(key) => key.datatype(),
            Expr::Ct(key, _) => key.datatype(),
            Expr::Rt(key) => key.datatype(),
            Expr::Socket(key) => key.datatype(),
            Expr::SocketCgroup(_) => DataType::CgroupV2,
            Expr::Osf { .. } => DataType::String,
            Expr::IpSec { key, .. } => key.datatype(),
            Expr::Fib { result, .. } => result.datatype(),
            Expr::Numgen { .. } | Expr::Hash { .. } => DataType::Integer(32),
            Expr::Bits(_, left, right) => return left.datatype().or_else(|| right.datatype()),
            Expr::Value(_)
            | Expr::Range(..)
            | Expr::Prefix(..)
            | Expr::Concat(_)
            | Expr::Set(_)
            | Expr::SetRef(_)
            | Expr::Map { .. } => return None,
        })
    }
}

/// How two sides are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same, or in the range, prefix or set.
    Eq,
    /// Not so.
    Ne,
    /// Less.
    Lt,
    /// Greater.
    Gt,
    /// Not greater.
    Le,
    /// Not less.
    Ge,
    /// One of the bits is set (`ct state established,related`).
    Any,
    /// None of the bits is set (`tcp flags ! syn`).
    None,
}

/// An operation with bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BitOp {
    /// `&`.
    And,
    /// `|`.
    Or,
    /// `^`.
    Xor,
    /// `<<`.
    ShiftLeft,
    /// `>>`.
    ShiftRight,
}

macro_rules! keys {
    ($(#[$meta:meta])* $enum:ident { $($name:ident = $word:literal, $type:expr, $doc:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $enum {
            $(#[doc = concat!("`", $word, "`: ", $doc, ".")] $name,)*
        }

        impl $enum {
            /// Every one.
            pub const ALL: &'static [$enum] = &[$($enum::$name,)*];

            /// Its word in nft's language.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($enum::$name => $word,)* }
            }

            /// What it means.
            #[must_use]
            pub const fn datatype(self) -> DataType {
                match self { $($enum::$name => $type,)* }
            }

            /// The one called `word`.
            #[must_use]
            pub fn by_name(word: &str) -> Option<$enum> {
                $enum::ALL.iter().find(|key| key.name() == word).copied()
            }
        }
    };
}

keys! {
    /// What goes with a packet (nft(8), META EXPRESSIONS).
    MetaKey {
        Length = "length", DataType::Integer(32), "its length";
        NfProto = "nfproto", DataType::NfProto, "its family, in a table of several";
        L4Proto = "l4proto", DataType::InetProto, "its protocol above IP, behind any extensions";
        Protocol = "protocol", DataType::EtherType, "what follows the Ethernet header";
        Priority = "priority", DataType::ClassId, "its class of traffic";
        Mark = "mark", DataType::Mark, "its mark";
        Iif = "iif", DataType::IfaceIndex, "the device it came by";
        IifName = "iifname", DataType::IfName, "that device's name";
        IifType = "iiftype", DataType::IfaceType, "that device's type";
        IifGroup = "iifgroup", DataType::DevGroup, "that device's group";
        IifKind = "iifkind", DataType::IfName, "that device's kind";
        Oif = "oif", DataType::IfaceIndex, "the device it leaves by";
        OifName = "oifname", DataType::IfName, "that device's name";
        OifType = "oiftype", DataType::IfaceType, "that device's type";
        OifGroup = "oifgroup", DataType::DevGroup, "that device's group";
        OifKind = "oifkind", DataType::IfName, "that device's kind";
        Sdif = "sdif", DataType::IfaceIndex, "the device of a VRF that it came by";
        SdifName = "sdifname", DataType::IfName, "that device's name";
        SkUid = "skuid", DataType::Uid, "the user whose socket sent it";
        SkGid = "skgid", DataType::Gid, "that user's group";
        NfTrace = "nftrace", DataType::Integer(1), "whether it is followed";
        RtClassId = "rtclassid", DataType::Realm, "its realm of routing";
        IbrName = "ibrname", DataType::IfName, "the bridge it came by";
        ObrName = "obrname", DataType::IfName, "the bridge it leaves by";
        IbrPvid = "ibrpvid", DataType::Integer(16), "the PVID of the port it came by";
        IbrVproto = "ibrvproto", DataType::EtherType, "the VLAN protocol of that bridge";
        PktType = "pkttype", DataType::PktType, "for whom it is";
        Cpu = "cpu", DataType::Integer(32), "which processor";
        Cgroup = "cgroup", DataType::Integer(32), "the control group of its socket";
        Secmark = "secmark", DataType::Integer(32), "its label of a security module";
        Random = "random", DataType::Integer(32), "by chance";
        IpSec = "ipsec", DataType::Boolean, "whether it came encrypted";
        Time = "time", DataType::Time, "when";
        Day = "day", DataType::Day, "on which day";
        Hour = "hour", DataType::Hour, "at which hour";
    }
}

keys! {
    /// What a connection is like (nft(8), CONNTRACK EXPRESSIONS).
    CtKey {
        State = "state", DataType::CtState, "how the packet stands to it";
        Direction = "direction", DataType::CtDir, "which way the packet goes";
        Status = "status", DataType::CtStatus, "what happened to it";
        Mark = "mark", DataType::Mark, "its mark";
        Secmark = "secmark", DataType::Integer(32), "its label of a security module";
        Expiration = "expiration", DataType::Duration, "when it will be forgotten";
        Helper = "helper", DataType::String, "the helper that watches it";
        Label = "label", DataType::CtLabel, "its labels";
        L3Proto = "l3proto", DataType::NfProto, "its family";
        IpSaddr = "ip saddr", DataType::Ipv4Addr, "its source";
        IpDaddr = "ip daddr", DataType::Ipv4Addr, "its destination";
        Ip6Saddr = "ip6 saddr", DataType::Ipv6Addr, "its source";
        Ip6Daddr = "ip6 daddr", DataType::Ipv6Addr, "its destination";
        Protocol = "protocol", DataType::InetProto, "its protocol above IP";
        ProtoSrc = "proto-src", DataType::InetService, "its source port";
        ProtoDst = "proto-dst", DataType::InetService, "its destination port";
        Packets = "packets", DataType::Integer(64), "how many packets it had";
        Bytes = "bytes", DataType::Integer(64), "how many bytes it had";
        AvgPkt = "avgpkt", DataType::Integer(64), "how long its packets were";
        Zone = "zone", DataType::Integer(16), "its zone";
        Id = "id", DataType::Integer(32), "its number";
        Count = "count", DataType::Integer(32), "how many there are";
        Event = "event", DataType::CtEvent, "what is told of it";
    }
}

keys! {
    /// What routing said of a packet (nft(8), RT EXPRESSIONS).
    RtKey {
        ClassId = "classid", DataType::Realm, "its realm";
        NextHop4 = "ip nexthop", DataType::Ipv4Addr, "where it goes next";
        NextHop6 = "ip6 nexthop", DataType::Ipv6Addr, "where it goes next";
        Mtu = "mtu", DataType::Integer(16), "the greatest segment of TCP on its way";
        IpSec = "ipsec", DataType::Boolean, "whether it will be encrypted";
    }
}

keys! {
    /// The socket that a packet is for (nft(8), SOCKET EXPRESSION).
    SocketKey {
        Transparent = "transparent", DataType::Integer(8), "whether it takes any address for its own";
        Mark = "mark", DataType::Mark, "its mark";
        Wildcard = "wildcard", DataType::Integer(8), "whether it is bound to any address";
        CgroupV2 = "cgroupv2", DataType::CgroupV2, "its control group";
    }
}

keys! {
    /// What is known of encryption (nft(8), IPSEC EXPRESSIONS).
    IpSecKey {
        ReqId = "reqid", DataType::Integer(32), "the number of the request";
        Spi = "spi", DataType::Integer(32), "the index of its parameters";
        Saddr4 = "ip saddr", DataType::Ipv4Addr, "the source of the tunnel";
        Daddr4 = "ip daddr", DataType::Ipv4Addr, "the destination of the tunnel";
        Saddr6 = "ip6 saddr", DataType::Ipv6Addr, "the source of the tunnel";
        Daddr6 = "ip6 daddr", DataType::Ipv6Addr, "the destination of the tunnel";
    }
}

/// How the TTL of a SYN is compared with that of a known system (nft(8), OSF EXPRESSION).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OsfTtl {
    /// As it is in the local network.
    #[default]
    Exact,
    /// Less will do.
    Loose,
    /// Not at all.
    Skip,
}

keys! {
    /// What of routing's answer (nft(8), FIB EXPRESSIONS).
    FibResult {
        Oif = "oif", DataType::IfaceIndex, "the device, 0 if there is no route";
        OifName = "oifname", DataType::IfName, "its name";
        Type = "type", DataType::FibAddrType, "the type of the address";
        Check = "check", DataType::Boolean, "whether there is a route";
    }
}

/// What [`Expr::Fib`] asks for.
pub mod fib {
    /// The source address.
    pub const SADDR: u8 = 1;
    /// The destination address.
    pub const DADDR: u8 = 2;
    /// With the packet's mark.
    pub const MARK: u8 = 4;
    /// By the device that it came by.
    pub const IIF: u8 = 8;
    /// By the device that it leaves by.
    pub const OIF: u8 = 16;
}

impl MetaKey {
    /// Whether a rule can set it.
    #[must_use]
    pub const fn is_writable(self) -> bool {
        matches!(
            self,
            MetaKey::Mark
                | MetaKey::Priority
                | MetaKey::NfTrace
                | MetaKey::PktType
                | MetaKey::Secmark
        )
    }
}

/// A direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CtDirection {
    /// That of its first packet.
    Original,
    /// The other one.
    Reply,
}
