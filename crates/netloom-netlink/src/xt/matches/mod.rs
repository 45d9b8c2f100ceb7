//! Matches: their structures, to and from the model's statements.
//!
//! Each subject is a file: the layouts, what reads one, what writes one.

mod address;
mod bytes;
mod connection;
mod frame;
mod hashlimit;
mod header;
mod header6;
mod host;
mod memory;
pub(in crate::xt) mod native;
mod policy;
mod segments;
mod transport;

use super::{Given, Info, Read, of_opaque, opaque};
pub(in crate::xt) use host::device_mask as device_mask_of;
pub(in crate::xt) use memory::{SetInfo, limit, of_set, set_info};
use netloom_model::ruleset::xt::XtMatch;
use netloom_model::ruleset::{Statement, TableFamily};

/// What reads the matches, each by its name.
const KNOWN: &[(&str, Read)] = &[
    ("addrtype", address::read_addrtype),
    ("ah", header::read_ah),
    ("cgroup", host::read_cgroup),
    ("cluster", connection::read_cluster),
    ("comment", host::read_comment),
    ("connbytes", connection::read_connbytes),
    ("connlabel", connection::read_connlabel),
    ("connlimit", connection::read_connlimit),
    ("connmark", connection::read_connmark),
    ("conntrack", connection::read_conntrack),
    ("cpu", host::read_cpu),
    ("dccp", segments::read_dccp),
    ("devgroup", host::read_devgroup),
    ("dscp", header::read_dscp),
    ("dst", header6::read_dst),
    ("ecn", header::read_ecn),
    ("esp", header::read_esp),
    ("eui64", header6::read_eui64),
    ("frag", header6::read_frag),
    ("hashlimit", hashlimit::read),
    ("hbh", header6::read_hbh),
    ("helper", connection::read_helper),
    ("hl", header::read_hl),
    ("icmp", transport::read_icmp),
    ("icmp6", transport::read_icmp6),
    ("ipcomp", header::read_ipcomp),
    ("iprange", address::read_iprange),
    ("ipv6header", header6::read_ipv6header),
    ("length", header::read_length),
    ("limit", memory::read_limit),
    ("mac", address::read_mac),
    ("mark", native::read_mark),
    ("mh", header6::read_mh),
    ("multiport", transport::read_multiport),
    ("owner", host::read_owner),
    ("physdev", host::read_physdev),
    ("pkttype", host::read_pkttype),
    ("policy", policy::read),
    ("quota", memory::read_quota),
    ("realm", host::read_realm),
    ("recent", memory::read_recent),
    ("rpfilter", host::read_rpfilter),
    ("rt", header6::read_rt),
    ("sctp", segments::read_sctp),
    ("set", memory::read_set),
    ("socket", host::read_socket),
    ("state", connection::read_state),
    ("statistic", memory::read_statistic),
    ("string", bytes::read_string),
    ("tcp", native::read_tcp),
    ("tcpmss", transport::read_tcpmss),
    ("time", host::read_time),
    ("tos", header::read_tos),
    ("ttl", header::read_ttl),
    ("u32", bytes::read_u32),
    ("udp", native::read_udp),
];

/// Those of `ebtables` alone, or of another form there.
const FRAMES: &[(&str, Read)] = &[
    ("802_3", frame::read_llc),
    ("arp", frame::read_arp),
    ("ip", frame::read_ip),
    ("ip6", frame::read_ip6),
    ("limit", memory::read_limit),
    ("mark_m", frame::read_mark),
    ("pkttype", frame::read_pkttype),
    ("stp", frame::read_stp),
    ("vlan", frame::read_vlan),
];

/// The statements that a match stands for, in the form in which iptables' words are kept; one that is
/// not known is [`XtMatch::Opaque`].
#[must_use]
pub fn decode(family: TableFamily, name: &str, revision: u8, info: &[u8]) -> Vec<Statement> {
    let frames = (family == TableFamily::Bridge).then_some(FRAMES);
    let mut known = frames.into_iter().flatten().chain(KNOWN);
    let given = Given {
        family,
        revision,
        info,
    };
    let found = known.find(|(known, _)| *known == name);
    found.and_then(|(_, read)| read(given)).unwrap_or_else(|| {
        let kept = opaque(name, revision, info);
        vec![Statement::XtMatch(XtMatch::Opaque(kept))]
    })
}

/// The binary form of a match; none where there is none: a set whose number is not known, a text that
/// is too long.
#[must_use]
pub fn encode(found: &XtMatch, family: TableFamily) -> Option<Info> {
    match found {
        XtMatch::Addrtype(found) => address::addrtype(found),
        XtMatch::Ah(spi) => header::ah(spi),
        XtMatch::Ah6(found) => header6::ah(found),
        XtMatch::Opaque(opaque) => of_opaque(opaque),
        XtMatch::Cgroup(found) => host::cgroup(found),
        XtMatch::Cluster { nodes, total, seed } => connection::cluster(nodes, *total, *seed),
        XtMatch::Comment(text) => host::comment(text),
        XtMatch::Connbytes(found) => connection::connbytes(found),
        XtMatch::Connlabel { label, set } => connection::connlabel(label, *set),
        XtMatch::Connlimit(found) => connection::connlimit(found, family),
        XtMatch::Connmark(mark) => connection::connmark(mark),
        XtMatch::Conntrack(found) => connection::conntrack(found),
        XtMatch::Cpu(cpu) => host::cpu(cpu),
        XtMatch::Dccp(found) => segments::dccp(found),
        XtMatch::Devgroup {
            source,
            destination,
        } => host::devgroup(*source, *destination),
        XtMatch::Dscp(class) => header::dscp(class),
        XtMatch::Dst(found) => header6::options("dst", found),
        XtMatch::Ecn(found) => header::ecn(found),
        XtMatch::Esp(spi) => header::esp(spi),
        XtMatch::Eui64 => header6::eui64(),
        XtMatch::Frag(found) => header6::frag(found),
        XtMatch::Hashlimit(found) => hashlimit::write(found),
        XtMatch::Hbh(found) => header6::options("hbh", found),
        XtMatch::Helper(name) => connection::helper(name),
        XtMatch::Hl(compared) => header::compared("hl", *compared),
        XtMatch::Icmp(types) => transport::icmp("icmp", types),
        XtMatch::Icmp6(types) => transport::icmp("icmp6", types),
        XtMatch::Ipcomp { spi, reserved } => header::ipcomp(spi, *reserved),
        XtMatch::Iprange {
            source,
            destination,
        } => address::iprange(*source, *destination),
        XtMatch::Ipv6header { headers, soft } => header6::ipv6header(headers, *soft),
        XtMatch::Length(span) => header::length(span),
        XtMatch::Mac(mac) => address::mac(mac),
        XtMatch::Mark(mark) => native::mark(mark),
        XtMatch::Mh(types) => header6::mh(types),
        XtMatch::Multiport(found) => transport::multiport(found),
        XtMatch::Owner(found) => host::owner(found),
        XtMatch::Physdev(found) => host::physdev(found),
        XtMatch::Pkttype(kind) if family == TableFamily::Bridge => frame::pkttype(kind),
        XtMatch::Pkttype(kind) => host::pkttype(kind),
        XtMatch::Policy(found) => policy::write(found),
        XtMatch::Quota { quota, .. } => memory::quota(quota),
        XtMatch::Realm(realm) => host::realm(realm),
        XtMatch::Recent(found) => memory::recent(found),
        XtMatch::Rpfilter {
            loose,
            validmark,
            accept_local,
            invert,
        } => host::rpfilter([*loose, *validmark, *accept_local, *invert]),
        XtMatch::Rt(found) => header6::rt(found),
        XtMatch::Sctp(found) => segments::sctp(found),
        XtMatch::Set(found) => memory::set(found),
        XtMatch::Socket {
            transparent,
            nowildcard,
            restore_skmark,
        } => host::socket([*transparent, *nowildcard, *restore_skmark]),
        XtMatch::State(states) => connection::state(states),
        XtMatch::Statistic(found) => memory::statistic(found),
        XtMatch::String(found) => bytes::string(found),
        XtMatch::Tcp(found) => native::tcp(found),
        XtMatch::Tcpmss(span) => transport::tcpmss(span),
        XtMatch::Time(found) => host::time(found),
        XtMatch::Tos { value, mask } => header::tos(value, *mask),
        XtMatch::Ttl(compared) => header::compared("ttl", *compared),
        XtMatch::U32 { tests } => bytes::u32(tests),
        XtMatch::Udp { sport, dport } => native::udp(sport, dport),
        XtMatch::EbLlc(found) => frame::llc(found),
        XtMatch::Stp(found) => frame::stp(found),
        XtMatch::EbIp(found) => frame::ip(found),
        XtMatch::EbIp6(found) => frame::ip6(found),
        XtMatch::EbArp(found) => frame::arp(found),
        XtMatch::EbVlan(found) => frame::vlan(found),
        XtMatch::EbMark { mark, any } => frame::mark(mark, *any),
    }
}

/// The match that the first of some statements are, and how many they are: the way back from
/// [`decode`], of what has a form in nft's language too. None where they are no match, or one without a
/// binary form.
#[must_use]
pub fn first(statements: &[Statement], family: TableFamily) -> Option<(Info, usize)> {
    match statements.first()? {
        Statement::XtMatch(found) => encode(found, family).map(|info| (info, 1)),
        Statement::Limit(found) => limit(found).map(|info| (info, 1)),
        _ => native::first(statements),
    }
}

/// One match that has a form of its own.
fn one(found: XtMatch) -> Option<Vec<Statement>> {
    Some(vec![Statement::XtMatch(found)])
}
