//! The names that protocols and types have in `ebtables` (ethertypes(5)).

/// Protocols above Ethernet.
const ETHERTYPES: &[(&str, u16)] = &[
    ("IPv4", 0x0800),
    ("X25", 0x0805),
    ("ARP", 0x0806),
    ("FR_ARP", 0x0808),
    ("BPQ", 0x08ff),
    ("TRILL", 0x22f3),
    ("L2-IS-IS", 0x22f4),
    ("TEB", 0x6558),
    ("RAW_FR", 0x6559),
    ("RARP", 0x8035),
    ("ATALK", 0x809b),
    ("AARP", 0x80f3),
    ("802_1Q", 0x8100),
    ("IPX", 0x8137),
    ("NetBEUI", 0x8191),
    ("IPv6", 0x86dd),
    ("PPP", 0x880b),
    ("MPLS", 0x8847),
    ("MPLS_MULTI", 0x8848),
    ("ATMMPOA", 0x884c),
    ("PPP_DISC", 0x8863),
    ("PPP_SES", 0x8864),
    ("ATMFATE", 0x8884),
    ("EAPOL", 0x888e),
    ("S-TAG", 0x88a8),
    ("EAP_PREAUTH", 0x88c7),
    ("LLDP", 0x88cc),
    ("MACSEC", 0x88e5),
    ("PBB", 0x88e7),
    ("MVRP", 0x88f5),
    ("PTP", 0x88f7),
    ("FCOE", 0x8906),
    ("FIP", 0x8914),
    ("ROCE", 0x8915),
    ("LoWPAN", 0xa0ed),
];

/// Other names of them.
const ALIASES: &[(&str, u16)] = &[
    ("ip", 0x0800),
    ("ip4", 0x0800),
    ("ether-arp", 0x0806),
    ("8021q", 0x8100),
    ("1q", 0x8100),
    ("802.1q", 0x8100),
    ("dot1q", 0x8100),
    ("ip6", 0x86dd),
    ("macinmac", 0x88e7),
];

/// The number of a protocol, by its name or in hexadecimal.
pub(super) fn ethertype(word: &str) -> Option<u16> {
    let named = ETHERTYPES.iter().chain(ALIASES);
    let found = named
        .clone()
        .find(|(name, _)| word.eq_ignore_ascii_case(name));
    let bare = word.strip_prefix("0x").unwrap_or(word);
    found
        .map(|(_, number)| *number)
        .or_else(|| u16::from_str_radix(bare, 16).ok())
}

/// A protocol in words.
pub(super) fn show_ethertype(number: u16) -> String {
    let named = ETHERTYPES.iter().find(|(_, known)| *known == number);
    named.map_or_else(|| format!("0x{number:x}"), |(name, _)| (*name).to_owned())
}

/// For whom a frame is, by number.
pub(super) const PACKET_TYPES: [&str; 7] = [
    "host",
    "broadcast",
    "multicast",
    "otherhost",
    "outgoing",
    "loopback",
    "fastroute",
];

/// Types of IGMP.
pub(super) const IGMP: [(&str, u8); 5] = [
    ("membership-query", 0x11),
    ("membership-report-v1", 0x12),
    ("membership-report-v2", 0x16),
    ("membership-report-v3", 0x22),
    ("leave-group", 0x17),
];

/// The levels of the log (syslog(3)).
pub(super) const LEVELS: [&str; 8] = [
    "emerg", "alert", "crit", "error", "warning", "notice", "info", "debug",
];
