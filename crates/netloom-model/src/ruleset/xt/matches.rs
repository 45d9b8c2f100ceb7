//! Matches of xtables, each by its name there.

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

/// See [`XtMatch::Addrtype`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addrtype {
    /// Bits of the types that the source may be of.
    pub source: Option<Not<u16>>,
    /// Bits of the types that the destination may be of.
    pub destination: Option<Not<u16>>,
    /// Only addresses of the device that it came by.
    pub limit_iface_in: bool,
    /// Only addresses of the device that it leaves by.
    pub limit_iface_out: bool,
}

/// See [`XtMatch::Ah6`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ah6 {
    /// SPIs.
    pub spi: Option<Not<Span<u32>>>,
    /// The header's length.
    pub length: Option<Not<u32>>,
    /// The reserved bits are 0.
    pub reserved: bool,
}

/// See [`XtMatch::Cgroup`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cgroup {
    /// By its path in the second version's tree.
    Path(Not<String>),
    /// By its class.
    ClassId(Not<u32>),
}

/// See [`XtMatch::Connbytes`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connbytes {
    /// From how much to how much.
    pub amount: Not<Span<u64>>,
    /// 0 = original, 1 = reply, 2 = both.
    pub direction: u8,
    /// 0 = packets, 1 = bytes, 2 = bytes of a packet on average.
    pub mode: u8,
}

/// See [`XtMatch::Connlimit`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connlimit {
    /// How many there may be.
    pub limit: u32,
    /// Matches up to that many, not above.
    pub upto: bool,
    /// The length of the prefix that makes a network.
    pub prefix: u8,
    /// Networks of destinations are counted, not of sources.
    pub destination: bool,
}

/// The states that a packet can have to its connection, as bits (`XT_CONNTRACK_STATE_*`).
pub mod ct_state {
    /// It belongs to none.
    pub const INVALID: u16 = 1;
    /// Its connection has seen both directions.
    pub const ESTABLISHED: u16 = 2;
    /// It is about a connection, or begins one that was expected.
    pub const RELATED: u16 = 4;
    /// It begins one.
    pub const NEW: u16 = 8;
    /// Connections are not looked up for it.
    pub const UNTRACKED: u16 = 0x80;
    /// The source of its connection is translated.
    pub const SNAT: u16 = 0x20;
    /// The destination of its connection is translated.
    pub const DNAT: u16 = 0x40;
}

/// See [`XtMatch::Conntrack`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conntrack {
    /// Bits of [`ct_state`].
    pub state: Option<Not<u16>>,
    /// Protocol above IP.
    pub protocol: Option<Not<u8>>,
    /// Source of the original direction, as a network.
    pub original_source: Option<Not<Network>>,
    /// Destination of the original direction.
    pub original_destination: Option<Not<Network>>,
    /// Source of the replies.
    pub reply_source: Option<Not<Network>>,
    /// Destination of the replies.
    pub reply_destination: Option<Not<Network>>,
    /// Source port of the original direction.
    pub original_source_port: Option<Not<Span<u16>>>,
    /// Destination port of the original direction.
    pub original_destination_port: Option<Not<Span<u16>>>,
    /// Source port of the replies.
    pub reply_source_port: Option<Not<Span<u16>>>,
    /// Destination port of the replies.
    pub reply_destination_port: Option<Not<Span<u16>>>,
    /// Bits of what happened to it: 1 expected, 2 seen reply, 4 assured, 8 confirmed; 0 = none.
    pub status: Option<Not<u16>>,
    /// Seconds until it is forgotten.
    pub expire: Option<Not<Span<u32>>>,
    /// 0 = original, 1 = reply.
    pub direction: Option<u8>,
}

/// Addresses under a mask of any form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// The address.
    pub address: IpAddr,
    /// The mask.
    pub mask: IpAddr,
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

/// See [`XtMatch::Dccp`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dccp {
    /// Source ports.
    pub sport: Option<Not<Span<u16>>>,
    /// Destination ports.
    pub dport: Option<Not<Span<u16>>>,
    /// Bits of the types.
    pub types: Option<Not<u16>>,
    /// An option that must be there.
    pub option: Option<Not<u8>>,
}

/// See [`XtMatch::Dst`] and [`XtMatch::Hbh`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options6 {
    /// The header's length.
    pub length: Option<Not<u32>>,
    /// The options in their order, each with its length where that counts.
    pub options: Vec<(u8, Option<u8>)>,
}

/// See [`XtMatch::Ecn`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ecn {
    /// Whether `CWR` is set.
    pub tcp_cwr: Option<bool>,
    /// Whether `ECE` is set.
    pub tcp_ece: Option<bool>,
    /// What the IP header tells, from 0 to 3.
    pub ip: Option<Not<u8>>,
}

/// See [`XtMatch::Frag`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frag {
    /// Identifications.
    pub id: Option<Not<Span<u32>>>,
    /// The header's length.
    pub length: Option<Not<u32>>,
    /// The reserved bits are 0.
    pub reserved: bool,
    /// The first fragment.
    pub first: bool,
    /// One that more follow.
    pub more: bool,
    /// The last one.
    pub last: bool,
}

/// See [`XtMatch::Hashlimit`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashlimit {
    /// The name of the table that rules can share.
    pub name: String,
    /// How many ...
    pub rate: u64,
    /// ... in how many seconds.
    pub per: u64,
    /// How many more at once; of bytes how often those of a second are given at once.
    pub burst: u64,
    /// Bytes are counted, not packets.
    pub bytes: bool,
    /// Matches what is above.
    pub above: bool,
    /// By what they are told apart: bits of [`hashlimit_mode`].
    pub mode: u8,
    /// How much of a source address counts.
    pub source_prefix: u8,
    /// How much of a destination address counts.
    pub destination_prefix: u8,
    /// How many buckets; 0: as memory allows.
    pub size: u32,
    /// How many entries; 0: eight a bucket.
    pub max: u32,
    /// When an entry is forgotten, in milliseconds.
    pub expire: u32,
    /// How often entries are looked for that are past it, in milliseconds.
    pub gc_interval: u32,
    /// Rates are measured over so many seconds and then matched as a whole; 0: each packet.
    pub rate_match: bool,
    /// Over how many seconds.
    pub rate_interval: u32,
}

/// By what [`Hashlimit`] tells apart.
pub mod hashlimit_mode {
    /// Destination addresses.
    pub const DSTIP: u8 = 1;
    /// Destination ports.
    pub const DSTPORT: u8 = 2;
    /// Source addresses.
    pub const SRCIP: u8 = 4;
    /// Source ports.
    pub const SRCPORT: u8 = 8;
}

/// Types and codes of ICMP; type 255 of IPv4 is any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IcmpTypes {
    /// The type.
    pub icmp_type: u8,
    /// Its codes.
    pub codes: Span<u8>,
}

/// See [`XtMatch::Multiport`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Multiport {
    /// Which ports are meant.
    pub which: PortsOf,
    /// The ports, fifteen at most; a range counts for two.
    pub ports: Not<Vec<Span<u16>>>,
}

/// Which ports are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PortsOf {
    /// That of the source.
    Source,
    /// That of the destination.
    Destination,
    /// Either.
    Either,
}

/// See [`XtMatch::Owner`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Users.
    pub uid: Option<Not<Span<u32>>>,
    /// Groups.
    pub gid: Option<Not<Span<u32>>>,
    /// Other groups of the user count too.
    pub supplementary: bool,
    /// There is a socket.
    pub socket_exists: Option<Not<()>>,
}

/// See [`XtMatch::Physdev`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Physdev {
    /// The port it came by; `+` at the end stands for anything.
    pub input: Option<Not<String>>,
    /// The port it leaves by.
    pub output: Option<Not<String>>,
    /// It came by a port.
    pub is_in: Option<Not<()>>,
    /// It leaves by a port.
    pub is_out: Option<Not<()>>,
    /// It crosses a bridge, and is not routed.
    pub is_bridged: Option<Not<()>>,
}

/// See [`XtMatch::Policy`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Of how it leaves, not of how it came.
    pub out: bool,
    /// There is none.
    pub none: bool,
    /// Every element must be there.
    pub strict: bool,
    /// The elements.
    pub elements: Vec<PolicyElement>,
}

/// An element of [`Policy`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyElement {
    /// Its number, which joins it to a state.
    pub reqid: Option<Not<u32>>,
    /// Its SPI.
    pub spi: Option<Not<u32>>,
    /// Its protocol above IP.
    pub protocol: Option<Not<u8>>,
    /// 0 = transport, 1 = tunnel.
    pub mode: Option<Not<u8>>,
    /// Where the tunnel begins.
    pub tunnel_source: Option<Not<Network>>,
    /// Where it ends.
    pub tunnel_destination: Option<Not<Network>>,
}

/// See [`XtMatch::Recent`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// The list's name.
    pub name: String,
    /// What is done.
    pub action: Not<RecentAction>,
    /// Seen within so many seconds.
    pub seconds: Option<u32>,
    /// Older entries go.
    pub reap: bool,
    /// Seen so many times.
    pub hit_count: Option<u32>,
    /// With the same TTL.
    pub ttl: bool,
    /// The destination is meant, not the source.
    pub destination: bool,
    /// How much of the address counts.
    pub mask: IpAddr,
}

/// What [`Recent`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecentAction {
    /// The address is put in, or was seen again.
    Set,
    /// Whether it is there.
    Check,
    /// Whether it is there; it was seen again.
    Update,
    /// It is taken out.
    Remove,
}

/// See [`XtMatch::Rt`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingHeader {
    /// The header's type.
    pub rt_type: Option<Not<u32>>,
    /// How many segments are left.
    pub segments_left: Option<Not<Span<u32>>>,
    /// The header's length.
    pub length: Option<Not<u32>>,
    /// The reserved bits are 0.
    pub reserved: bool,
    /// The addresses.
    pub addresses: Vec<IpAddr>,
    /// They need not be all.
    pub not_strict: bool,
}

/// See [`XtMatch::Sctp`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sctp {
    /// Source ports.
    pub sport: Option<Not<Span<u16>>>,
    /// Destination ports.
    pub dport: Option<Not<Span<u16>>>,
    /// The chunks.
    pub chunks: Option<Not<SctpChunks>>,
}

/// Chunks of SCTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SctpChunks {
    /// 0 = any of them, 1 = all of them, 2 = only they.
    pub mode: u8,
    /// The types, each with flags under a mask.
    pub types: Vec<(u8, u8, u8)>,
}

/// See [`XtMatch::Set`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMatch {
    /// The ipset's name.
    pub set: Not<String>,
    /// For each part of its elements whether the source is meant.
    pub sources: Vec<bool>,
    /// How many packets the element counted.
    pub packets: Option<Compare<u64>>,
    /// How many bytes the element counted.
    pub bytes: Option<Compare<u64>>,
    /// Elements that match say no too.
    pub return_nomatch: bool,
    /// Counters of the element stay.
    pub no_update_counters: bool,
    /// Counters of the sets within it stay.
    pub no_update_subcounters: bool,
}

/// See [`XtMatch::Statistic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    /// With a probability, in 2^31ths.
    Random(Not<u32>),
    /// Each so many.
    Nth {
        /// How many.
        every: Not<u32>,
        /// Which of them is the first, from 0.
        packet: u32,
    },
}

/// See [`XtMatch::String`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StringSearch {
    /// How it is searched: `bm` or `kmp`.
    pub algorithm: String,
    /// From which byte on.
    pub from: u16,
    /// Up to which byte.
    pub to: u16,
    /// Large letters are as small ones.
    pub ignore_case: bool,
    /// The bytes.
    pub pattern: Not<Vec<u8>>,
    /// They were written as numbers.
    pub hex: bool,
}

/// See [`XtMatch::Tcp`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tcp {
    /// Source ports.
    pub sport: Not<Span<u16>>,
    /// Destination ports.
    pub dport: Not<Span<u16>>,
    /// The flags that are set, of those that are looked at.
    pub flags: Not<TcpFlags>,
    /// An option that is there; 0: none asked for.
    pub option: Not<u8>,
}

/// Flags of TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TcpFlags {
    /// Those that are looked at.
    pub mask: u8,
    /// Those of them that are set.
    pub set: u8,
}

/// See [`XtMatch::Time`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// Seconds since 1970: from when to when.
    pub dates: Span<u32>,
    /// Seconds since midnight.
    pub hours: Span<u32>,
    /// Bits of the days of the month, from 1 << 1.
    pub monthdays: u32,
    /// Bits of the days of the week: 1 << 1 is Monday, 1 << 7 Sunday.
    pub weekdays: u8,
    /// By the kernel's time zone, not by Greenwich.
    pub kernel_zone: bool,
    /// Hours that cross midnight are one span.
    pub contiguous: bool,
}

/// One test of [`XtMatch::U32`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct U32Test {
    /// The place it begins at, then steps with a number each.
    pub location: Vec<(U32Op, u32)>,
    /// The numbers that may be there.
    pub ranges: Vec<Span<u32>>,
}

/// A step of [`U32Test`]. The first of a location is always [`U32Op::At`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum U32Op {
    /// Four bytes from there, counted from where one is (`@`).
    At,
    /// `&`.
    And,
    /// `<<`.
    ShiftLeft,
    /// `>>`.
    ShiftRight,
}

/// BPDUs (ebtables' `stp`); each field from one value to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stp {
    /// The fields asked for: their number in ebtables' list, and the values.
    pub fields: Vec<(u8, Not<Span<u64>>)>,
}

/// See [`XtMatch::EbIp`] and [`XtMatch::EbIp6`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EbIp {
    /// Sources.
    pub source: Option<Not<Network>>,
    /// Destinations.
    pub destination: Option<Not<Network>>,
    /// The type of service, or the traffic class.
    pub tos: Option<Not<u8>>,
    /// The protocol above IP.
    pub protocol: Option<Not<u8>>,
    /// Source ports.
    pub sport: Option<Not<Span<u16>>>,
    /// Destination ports.
    pub dport: Option<Not<Span<u16>>>,
    /// Types and codes of ICMP.
    pub icmp: Option<Not<(Span<u8>, Span<u8>)>>,
    /// Types of IGMP.
    pub igmp: Option<Not<Span<u8>>>,
}

/// Ethernet addresses under a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MacMask {
    /// The address.
    pub address: MacAddr,
    /// The bits of it that count.
    pub mask: MacAddr,
}

/// See [`XtMatch::EbArp`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EbArp {
    /// What it does.
    pub op: Option<Not<u16>>,
    /// The type of hardware addresses.
    pub htype: Option<Not<u16>>,
    /// The type of protocol addresses.
    pub ptype: Option<Not<u16>>,
    /// The sender's IP address.
    pub source_ip: Option<Not<Network>>,
    /// The target's IP address.
    pub target_ip: Option<Not<Network>>,
    /// The sender's hardware address.
    pub source_mac: Option<Not<MacMask>>,
    /// The target's hardware address.
    pub target_mac: Option<Not<MacMask>>,
    /// It is about its sender.
    pub gratuitous: Option<Not<()>>,
}

/// See [`XtMatch::EbVlan`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EbVlan {
    /// The VLAN.
    pub id: Option<Not<u16>>,
    /// The priority.
    pub prio: Option<Not<u8>>,
    /// What follows the tag.
    pub encap: Option<Not<u16>>,
}
