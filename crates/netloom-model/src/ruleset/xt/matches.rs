//! Matches of xtables, each by its name there; what they ask for is below, by what they look at.

mod address;
mod bytes;
mod connection;
mod frame;
mod header;
mod host;
mod memory;
mod transport;

pub use address::{Addrtype, MacMask, Network};
pub use bytes::{StringSearch, U32Op, U32Test};
pub use connection::{Connbytes, Conntrack, ct_state};
pub use frame::{EbArp, EbIp, EbLlc, EbVlan, Stp, StpField};
pub use header::{Ah6, Ecn, Frag, Options6, RoutingHeader};
pub use host::{Cgroup, Owner, Physdev, Policy, PolicyElement, Time};
pub use memory::{Connlimit, Hashlimit, Recent, RecentAction, SetMatch, Statistic, hashlimit_mode};
pub use transport::{Dccp, IcmpTypes, Multiport, PortsOf, Sctp, SctpChunks, Tcp, TcpFlags};

use super::{Masked, Not};
use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// From one to the other, both included.
pub type Span<T> = (T, T);

/// A match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum XtMatch {
    /// `addrtype`: what routing takes an address for.
    Addrtype(Addrtype),
    /// `ah`: SPIs of authentication headers.
    Ah(Not<Span<u32>>),
    /// `ah` of IPv6: SPIs, length and reserved bits of an authentication header.
    Ah6(Ah6),
    /// `bpf`, `nfacct`, ...: kept by its name and words; what it says is unknown.
    Opaque(Opaque),
    /// `cgroup`: the control group of the socket that sent it.
    Cgroup(Cgroup),
    /// `cluster`: whether the connection is this node's share.
    Cluster {
        /// Bits of the nodes that this one is, from 0.
        nodes: Not<u32>,
        /// How many nodes there are.
        total: u32,
        /// What the hash begins with.
        seed: u32,
    },
    /// `comment`: matches always.
    Comment(String),
    /// `connbytes`: how much a connection had.
    Connbytes(Connbytes),
    /// `connlabel`: a label of the connection, which it can be given.
    Connlabel {
        /// The label's number.
        label: Not<u16>,
        /// Whether it gets it, if it has it not.
        set: bool,
    },
    /// `connlimit`: how many connections a network has.
    Connlimit(Connlimit),
    /// `connmark`: the connection's mark.
    Connmark(Not<Masked>),
    /// `conntrack`: what a connection is like.
    Conntrack(Box<Conntrack>),
    /// `cpu`: the processor.
    Cpu(Not<u32>),
    /// `dccp`: ports, types and options of DCCP.
    Dccp(Dccp),
    /// `devgroup`: groups of devices.
    Devgroup {
        /// Of the one it came by.
        source: Option<Not<Masked>>,
        /// Of the one it leaves by.
        destination: Option<Not<Masked>>,
    },
    /// `dscp`: the class of service.
    Dscp(Not<u8>),
    /// `dst`: IPv6's destination options.
    Dst(Options6),
    /// `ecn`: congestion told by routers.
    Ecn(Ecn),
    /// `esp`: SPIs of ESP.
    Esp(Not<Span<u32>>),
    /// `eui64`: whether the source is made of the sender's Ethernet address.
    Eui64,
    /// `frag`: IPv6's fragment header.
    Frag(Frag),
    /// `hashlimit`: a limit for each of many.
    Hashlimit(Box<Hashlimit>),
    /// `hbh`: IPv6's hop-by-hop options.
    Hbh(Options6),
    /// `helper`: the helper that watches the connection.
    Helper(Not<String>),
    /// `hl`: IPv6's hop limit.
    Hl(Compare<u8>),
    /// `icmp`: types and codes of ICMP.
    Icmp(Not<IcmpTypes>),
    /// `icmp6`: types and codes of ICMPv6.
    Icmp6(Not<IcmpTypes>),
    /// `ipcomp`: indices of IP compression.
    Ipcomp {
        /// The indices.
        spi: Not<Span<u32>>,
        /// The flags are 0.
        reserved: bool,
    },
    /// `iprange`: addresses from one to another.
    Iprange {
        /// Sources.
        source: Option<Not<Span<IpAddr>>>,
        /// Destinations.
        destination: Option<Not<Span<IpAddr>>>,
    },
    /// `ipv6header`: which extension headers there are.
    Ipv6header {
        /// Bits of the headers asked for.
        headers: Not<u8>,
        /// Whether there may be others.
        soft: bool,
    },
    /// `length`: the packet's length from the network header on.
    Length(Not<Span<u16>>),
    /// `mac`: the sender's Ethernet address.
    Mac(Not<MacAddr>),
    /// `mark`: the packet's mark; native where `iptables-nft` says so.
    Mark(Not<Masked>),
    /// `mh`: types of IPv6's mobility header.
    Mh(Not<Span<u8>>),
    /// `multiport`: several ports.
    Multiport(Multiport),
    /// `owner`: whose socket sent it.
    Owner(Owner),
    /// `physdev`: the ports of a bridge that it crosses.
    Physdev(Physdev),
    /// `pkttype`: for whom the frame is, by its address.
    Pkttype(Not<u8>),
    /// `policy`: how it is or will be encrypted.
    Policy(Policy),
    /// `quota`: so many bytes.
    Quota {
        /// Bytes.
        quota: Not<u64>,
        /// Bytes left.
        left: u64,
    },
    /// `realm`: the realm of routing.
    Realm(Not<Masked>),
    /// `recent`: addresses seen lately.
    Recent(Recent),
    /// `rpfilter`: whether the way back leads to where it came by.
    Rpfilter {
        /// Any device will do.
        loose: bool,
        /// With the packet's mark.
        validmark: bool,
        /// Lets pass what comes from this host.
        accept_local: bool,
        /// Matches what fails.
        invert: bool,
    },
    /// `rt`: IPv6's routing header.
    Rt(RoutingHeader),
    /// `sctp`: ports and chunks of SCTP.
    Sctp(Sctp),
    /// `set`: whether an ipset has it.
    Set(SetMatch),
    /// `socket`: whether a socket here is for it.
    Socket {
        /// Only one that takes any address for its own.
        transparent: bool,
        /// One bound to any address too.
        nowildcard: bool,
        /// The packet gets its mark.
        restore_skmark: bool,
    },
    /// `state`: as `conntrack --ctstate`, of bits of [`ct_state`].
    State(Not<u16>),
    /// `statistic`: by chance, or each so many.
    Statistic(Statistic),
    /// `string`: bytes somewhere in the packet.
    String(StringSearch),
    /// `tcp`: what of TCP has no native form: options with ports and flags.
    Tcp(Tcp),
    /// `tcpmss`: the greatest segment that a SYN tells.
    Tcpmss(Not<Span<u16>>),
    /// `time`: when it comes.
    Time(Time),
    /// `tos`: the type of service.
    Tos {
        /// Its value.
        value: Not<u8>,
        /// The bits that count.
        mask: u8,
    },
    /// `ttl`: the time to live.
    Ttl(Compare<u8>),
    /// `u32`: bytes found by computing.
    U32 {
        /// All of which must be so.
        tests: Not<Vec<U32Test>>,
    },
    /// `udp`: ports of UDP, by two at once.
    Udp {
        /// Sources.
        sport: Not<Span<u16>>,
        /// Destinations.
        dport: Not<Span<u16>>,
    },
    /// `stp` of ebtables.
    Stp(Stp),
    /// `802_3` of ebtables.
    EbLlc(EbLlc),
    /// `ip` of ebtables.
    EbIp(Box<EbIp>),
    /// `ip6` of ebtables.
    EbIp6(Box<EbIp>),
    /// `arp` of ebtables.
    EbArp(Box<EbArp>),
    /// `vlan` of ebtables.
    EbVlan(EbVlan),
    /// `mark_m` of ebtables.
    EbMark {
        /// The mark.
        mark: Not<Masked>,
        /// Any of the mask's bits is enough.
        any: bool,
    },
}

/// A match or target that netloom does not model: kept, listed, and unknown to `explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opaque {
    /// Its name.
    pub name: String,
    /// Its words.
    pub words: Vec<String>,
}

/// A comparison with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare<T> {
    /// The same.
    Eq(T),
    /// Another.
    Ne(T),
    /// Less.
    Lt(T),
    /// Greater.
    Gt(T),
}

impl<T: Copy + PartialOrd> Compare<T> {
    /// Whether a number is so.
    pub fn holds(self, number: T) -> bool {
        match self {
            Compare::Eq(with) => number == with,
            Compare::Ne(with) => number != with,
            Compare::Lt(with) => number < with,
            Compare::Gt(with) => number > with,
        }
    }
}
