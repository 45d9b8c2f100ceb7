//! Matches and targets of xtables: nft lists what iptables-translate makes of them, and their names
//! where that is nothing.

use crate::iptables;
use netloom_model::Family;
use netloom_model::ruleset::TableFamily;
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::xt::{XtMatch, XtTarget};

/// The type by which `icmp` asks for any.
const ANY_ICMP: u8 = 255;

/// A match or target at its place in a rule, as it is listed.
pub(super) fn show(family: TableFamily, statements: &[Statement], at: usize) -> String {
    let family = match family {
        TableFamily::Ip => Some(Family::V4),
        TableFamily::Ip6 => Some(Family::V6),
        _ => None,
    };
    let translated = family.and_then(|family| iptables::translated(family, statements, at));
    let Some(statement) = statements.get(at) else {
        return String::new();
    };
    if family == Some(Family::V6) && is_nat(statement) {
        return String::new(); // it has words for those of IPv4 alone
    }
    if let Statement::XtMatch(XtMatch::Icmp(types)) = statement
        && types.is.icmp_type == ANY_ICMP
    {
        return "ip protocol icmp".to_owned();
    }
    if let Some(words) = translated {
        return words;
    }
    match statement {
        // It says nothing, and what nft makes of it is nothing.
        Statement::XtMatch(XtMatch::Comment(_)) => String::new(),
        Statement::XtMatch(found) => format!("xt match {}", match_name(found)),
        Statement::XtTarget(target) => format!("xt target {}", target_name(target)),
        _ => String::new(),
    }
}

/// Whether it translates addresses.
const fn is_nat(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::XtTarget(
            XtTarget::Snat(_) | XtTarget::Dnat(_) | XtTarget::Masquerade(_) | XtTarget::Redirect(_)
        )
    )
}

/// The name of a match.
pub(super) fn match_name(found: &XtMatch) -> &str {
    match found {
        XtMatch::Addrtype(_) => "addrtype",
        XtMatch::Ah(_) => "ah",
        XtMatch::Opaque(opaque) => &opaque.name,
        XtMatch::Cgroup(_) => "cgroup",
        XtMatch::Comment(_) => "comment",
        XtMatch::Connbytes(_) => "connbytes",
        XtMatch::Connlabel { .. } => "connlabel",
        XtMatch::Connlimit(_) => "connlimit",
        XtMatch::Connmark(_) => "connmark",
        // The kernel knows no match of the name `state`: it is asked for the other one.
        XtMatch::Conntrack(_) | XtMatch::State(_) => "conntrack",
        XtMatch::Cpu(_) => "cpu",
        XtMatch::Dccp(_) => "dccp",
        XtMatch::Devgroup { .. } => "devgroup",
        XtMatch::Dscp(_) => "dscp",
        XtMatch::Dst(_) => "dst",
        XtMatch::Ecn(_) => "ecn",
        XtMatch::Esp(_) => "esp",
        XtMatch::Frag(_) => "frag",
        XtMatch::Hashlimit(_) => "hashlimit",
        XtMatch::Hbh(_) => "hbh",
        XtMatch::Helper(_) => "helper",
        XtMatch::Hl(_) => "hl",
        XtMatch::Icmp(_) => "icmp",
        XtMatch::Icmp6(_) => "icmp6",
        XtMatch::Iprange { .. } => "iprange",
        XtMatch::Ipv6header { .. } => "ipv6header",
        XtMatch::Length(_) => "length",
        XtMatch::Mac(_) => "mac",
        XtMatch::Mark(_) => "mark",
        XtMatch::Mh(_) => "mh",
        XtMatch::Multiport(_) => "multiport",
        XtMatch::Owner(_) => "owner",
        XtMatch::Physdev(_) => "physdev",
        XtMatch::Pkttype(_) => "pkttype",
        XtMatch::Policy(_) => "policy",
        XtMatch::Quota { .. } => "quota",
        XtMatch::Realm(_) => "realm",
        XtMatch::Recent(_) => "recent",
        XtMatch::Rpfilter { .. } => "rpfilter",
        XtMatch::Rt(_) => "rt",
        XtMatch::Sctp(_) => "sctp",
        XtMatch::Set(_) => "set",
        XtMatch::Socket { .. } => "socket",
        XtMatch::Statistic(_) => "statistic",
        XtMatch::String(_) => "string",
        XtMatch::Tcp(_) => "tcp",
        XtMatch::Tcpmss(_) => "tcpmss",
        XtMatch::Time(_) => "time",
        XtMatch::Tos { .. } => "tos",
        XtMatch::Ttl(_) => "ttl",
        XtMatch::U32 { .. } => "u32",
        XtMatch::Udp { .. } => "udp",
        XtMatch::Stp(_) => "stp",
        XtMatch::EbLlc(_) => "802_3",
        XtMatch::EbIp(_) => "ip",
        XtMatch::EbIp6(_) => "ip6",
        XtMatch::EbArp(_) => "arp",
        XtMatch::EbVlan(_) => "vlan",
        XtMatch::EbMark { .. } => "mark_m",
        _ => "unknown",
    }
}

/// The name of a target.
pub(super) fn target_name(target: &XtTarget) -> &str {
    match target {
        XtTarget::Audit(_) => "AUDIT",
        XtTarget::Checksum => "CHECKSUM",
        XtTarget::Classify(_) => "CLASSIFY",
        XtTarget::Connmark { .. } => "CONNMARK",
        XtTarget::Ct(_) => "CT",
        XtTarget::Dnat(_) => "DNAT",
        XtTarget::Dscp(_) => "DSCP",
        XtTarget::EcnTcpRemove => "ECN",
        XtTarget::Hl(_) => "HL",
        XtTarget::Log { .. } => "LOG",
        XtTarget::Mark(_) => "MARK",
        XtTarget::Masquerade(_) => "MASQUERADE",
        XtTarget::Netmap { .. } => "NETMAP",
        XtTarget::Nfqueue { .. } => "NFQUEUE",
        XtTarget::Opaque(opaque) => &opaque.name,
        XtTarget::Redirect(_) => "REDIRECT",
        XtTarget::Reject(_) => "REJECT",
        XtTarget::Secmark(_) => "SECMARK",
        XtTarget::Set(_) => "SET",
        XtTarget::Snat(_) => "SNAT",
        XtTarget::Synproxy(_) => "SYNPROXY",
        XtTarget::Tcpmss(_) => "TCPMSS",
        XtTarget::Tcpoptstrip(_) => "TCPOPTSTRIP",
        XtTarget::Tee { .. } => "TEE",
        XtTarget::Tos { .. } => "TOS",
        XtTarget::Tproxy { .. } => "TPROXY",
        XtTarget::Ttl(_) => "TTL",
        XtTarget::EbMark { .. } => "mark",
        XtTarget::EbSnat { .. } => "snat",
        XtTarget::EbDnat { .. } => "dnat",
        XtTarget::EbRedirect(_) => "redirect",
        XtTarget::ArpReply { .. } => "arpreply",
        _ => "unknown",
    }
}
