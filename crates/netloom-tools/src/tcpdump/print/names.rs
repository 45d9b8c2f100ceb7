//! Names of numbers: EtherTypes, IP protocols and services.

use netloom_wire::{EtherType, IpProtocol};

/// TCP or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Tcp,
    Udp,
}

pub(crate) use super::services::SERVICES;

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
