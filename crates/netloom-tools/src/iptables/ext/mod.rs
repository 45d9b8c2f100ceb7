//! The matches and targets, each with its kin in a file.

mod addresses;
mod change;
mod comment;
mod conntrack;
mod fields;
mod hashlimit;
mod headers6;
pub(super) mod icmp;
mod marks;
mod nat;
mod origin;
mod policy;
mod ports;
pub(super) mod prefixes;
mod rates;
mod refuse;
mod search;
mod segments;
mod sets;
mod shares;
mod steer;
mod time;
mod values;

use super::extension::Extension;

/// The matches. What a statement is said with is the first that knows it.
pub(super) const MATCHES: &[&Extension] = &[
    &ports::TCP,
    &ports::UDP,
    &icmp::ICMP,
    &icmp::ICMP6,
    &comment::COMMENT,
    &conntrack::CONNTRACK,
    &conntrack::STATE,
    &addresses::ADDRTYPE,
    &addresses::IPRANGE,
    &addresses::MULTIPORT,
    &fields::AH,
    &fields::DSCP,
    &fields::ECN,
    &fields::ESP,
    &fields::HL,
    &fields::LENGTH,
    &fields::MAC,
    &fields::PKTTYPE,
    &fields::TCPMSS,
    &fields::TOS,
    &fields::TTL,
    &marks::CONNMARK_MATCH,
    &marks::MARK_MATCH,
    &origin::CGROUP,
    &origin::CPU,
    &origin::DEVGROUP,
    &origin::HELPER,
    &origin::OWNER,
    &origin::PHYSDEV,
    &origin::REALM,
    &origin::RPFILTER,
    &origin::SOCKET,
    &rates::CONNBYTES,
    &rates::CONNLIMIT,
    &rates::LIMIT,
    &rates::QUOTA,
    &rates::STATISTIC,
    &hashlimit::HASHLIMIT,
    &headers6::DST,
    &headers6::EUI64,
    &headers6::FRAG,
    &headers6::HBH,
    &headers6::IPV6HEADER,
    &headers6::MH,
    &headers6::RT,
    &policy::POLICY,
    &search::STRING,
    &search::U32,
    &segments::DCCP,
    &segments::IPCOMP,
    &segments::SCTP,
    &shares::CLUSTER,
    &shares::CONNLABEL,
    &time::TIME,
    &sets::RECENT,
    &sets::SET,
];

/// The targets.
pub(super) const TARGETS: &[&Extension] = &[
    &change::CHECKSUM,
    &change::CLASSIFY,
    &change::DSCP,
    &change::ECN,
    &change::HL,
    &change::TCPMSS,
    &change::TCPOPTSTRIP,
    &change::TOS,
    &change::TTL,
    &marks::CONNMARK,
    &marks::MARK,
    &nat::DNAT,
    &nat::MASQUERADE,
    &nat::NETMAP,
    &nat::REDIRECT,
    &nat::SNAT,
    &prefixes::DNPT,
    &prefixes::SNPT,
    &refuse::LOG,
    &refuse::NFLOG,
    &refuse::NFQUEUE,
    &refuse::REJECT,
    &refuse::TRACE,
    &steer::NOTRACK,
    &steer::CT,
    &steer::SET,
    &steer::SYNPROXY,
    &steer::TEE,
    &steer::TPROXY,
];
