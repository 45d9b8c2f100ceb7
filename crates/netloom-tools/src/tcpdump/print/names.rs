//! Names of numbers: EtherTypes, IP protocols and services.
//!
//! Services are the common ones of `/etc/services`; no file and no resolver is asked.

use netloom_wire::{EtherType, IpProtocol};

/// TCP or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Tcp,
    Udp,
}

/// Services by name and port; whether TCP and UDP have them.
pub(crate) const SERVICES: &[(&str, u16, bool, bool)] = &[
    ("echo", 7, true, true),
    ("discard", 9, true, true),
    ("daytime", 13, true, true),
    ("ftp-data", 20, true, false),
    ("ftp", 21, true, false),
    ("ssh", 22, true, false),
    ("telnet", 23, true, false),
    ("smtp", 25, true, false),
    ("time", 37, true, true),
    ("domain", 53, true, true),
    ("bootps", 67, false, true),
    ("bootpc", 68, false, true),
    ("tftp", 69, false, true),
    ("http", 80, true, false),
    ("pop3", 110, true, false),
    ("sunrpc", 111, true, true),
    ("ntp", 123, false, true),
    ("imap2", 143, true, false),
    ("snmp", 161, true, true),
    ("bgp", 179, true, false),
    ("ldap", 389, true, true),
    ("https", 443, true, true),
    ("isakmp", 500, false, true),
    ("syslog", 514, false, true),
    ("route", 520, false, true),
    ("domain-s", 853, true, true),
    ("mysql", 3306, true, false),
    ("postgresql", 5432, true, false),
    ("mdns", 5353, false, true),
    ("http-alt", 8080, true, true),
];

/// The name of a port.
pub(crate) fn service(transport: Transport, port: u16) -> Option<&'static str> {
    let found = SERVICES.iter().find(|&&(_, number, tcp, udp)| {
        number == port
            && if transport == Transport::Tcp {
                tcp
            } else {
                udp
            }
    });
    found.map(|(name, ..)| *name)
}

/// What tcpdump calls an EtherType.
pub(super) fn ethertype(ethertype: EtherType) -> Option<&'static str> {
    Some(match ethertype {
        EtherType::IPV4 => "IPv4",
        EtherType::ARP => "ARP",
        EtherType::RARP => "Reverse ARP",
        EtherType::VLAN => "802.1Q",
        EtherType::QINQ => "802.1Q-QinQ",
        EtherType::IPV6 => "IPv6",
        EtherType::PAUSE => "MPCP",
        EtherType::SLOW => "Slow Protocols",
        EtherType::MPLS => "MPLS unicast",
        EtherType::PPPOE => "PPPoE S",
        EtherType::PAE => "EAPOL",
        EtherType::LLDP => "LLDP",
        EtherType::TEB => "Trans Ether Bridging",
        EtherType(0x8848) => "MPLS multicast",
        EtherType(0x8863) => "PPPoE D",
        EtherType(0x9000) => "Loopback",
        EtherType(0x9100) => "802.1Q-9100",
        EtherType(0x9200) => "802.1Q-9200",
        _ => return None,
    })
}

/// What tcpdump calls a protocol in the header line of `-v`.
pub(super) fn ip_protocol(protocol: IpProtocol) -> &'static str {
    match protocol {
        IpProtocol::HOP_BY_HOP => "Options",
        IpProtocol::ICMP => "ICMP",
        IpProtocol::IGMP => "IGMP",
        IpProtocol::IPIP => "IPIP",
        IpProtocol::TCP => "TCP",
        IpProtocol::UDP => "UDP",
        IpProtocol::IPV6 => "IPv6",
        IpProtocol::ROUTING => "Routing",
        IpProtocol::FRAGMENT => "Fragment",
        IpProtocol::GRE => "GRE",
        IpProtocol::ESP => "ESP",
        IpProtocol::AH => "AH",
        IpProtocol::ICMPV6 => "ICMPv6",
        IpProtocol::OSPF => "OSPF",
        IpProtocol::PIM => "PIM",
        IpProtocol::VRRP => "VRRP",
        IpProtocol::SCTP => "SCTP",
        _ => "unknown",
    }
}
