//! Assigned numbers: EtherTypes (IEEE 802) and IP protocols (IANA).

use core::fmt;

/// What an Ethernet frame carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EtherType(pub u16);

impl EtherType {
    /// Internet Protocol version 4.
    pub const IPV4: Self = Self(0x0800);
    /// Address Resolution Protocol.
    pub const ARP: Self = Self(0x0806);
    /// Transparent Ethernet bridging, as GRE carries it.
    pub const TEB: Self = Self(0x6558);
    /// Reverse ARP.
    pub const RARP: Self = Self(0x8035);
    /// IEEE 802.1Q customer VLAN tag.
    pub const VLAN: Self = Self(0x8100);
    /// Internet Protocol version 6.
    pub const IPV6: Self = Self(0x86dd);
    /// MAC control: pause frames.
    pub const PAUSE: Self = Self(0x8808);
    /// Slow protocols: LACP, marker.
    pub const SLOW: Self = Self(0x8809);
    /// MPLS unicast.
    pub const MPLS: Self = Self(0x8847);
    /// PPPoE session.
    pub const PPPOE: Self = Self(0x8864);
    /// Port access entity, 802.1X.
    pub const PAE: Self = Self(0x888e);
    /// IEEE 802.1ad service VLAN tag.
    pub const QINQ: Self = Self(0x88a8);
    /// Link layer discovery protocol.
    pub const LLDP: Self = Self(0x88cc);

    /// Values up to this are an IEEE 802.3 length, not a type.
    pub const MAX_LENGTH: u16 = 1500;

    /// Whether this is an 802.3 length, so that an LLC header follows.
    #[inline]
    #[must_use]
    pub fn is_length(self) -> bool {
        self.0 <= Self::MAX_LENGTH
    }

    /// Whether a VLAN tag follows (802.1Q or 802.1ad).
    #[inline]
    #[must_use]
    pub fn is_vlan(self) -> bool {
        self == Self::VLAN || self == Self::QINQ
    }
}

impl fmt::Display for EtherType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:04x}", self.0)
    }
}

/// What an IP packet carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpProtocol(pub u8);

impl IpProtocol {
    /// IPv6 hop-by-hop options.
    pub const HOP_BY_HOP: Self = Self(0);
    /// Internet Control Message Protocol.
    pub const ICMP: Self = Self(1);
    /// Internet Group Management Protocol.
    pub const IGMP: Self = Self(2);
    /// IPv4 in IP.
    pub const IPIP: Self = Self(4);
    /// Transmission Control Protocol.
    pub const TCP: Self = Self(6);
    /// User Datagram Protocol.
    pub const UDP: Self = Self(17);
    /// IPv6 in IP.
    pub const IPV6: Self = Self(41);
    /// IPv6 routing header.
    pub const ROUTING: Self = Self(43);
    /// IPv6 fragment header.
    pub const FRAGMENT: Self = Self(44);
    /// Generic routing encapsulation.
    pub const GRE: Self = Self(47);
    /// IPsec encapsulated payload.
    pub const ESP: Self = Self(50);
    /// IPsec authentication header.
    pub const AH: Self = Self(51);
    /// ICMP for IPv6.
    pub const ICMPV6: Self = Self(58);
    /// IPv6: no next header.
    pub const NO_NEXT_HEADER: Self = Self(59);
    /// IPv6 destination options.
    pub const DESTINATION_OPTIONS: Self = Self(60);
    /// Open Shortest Path First.
    pub const OSPF: Self = Self(89);
    /// Protocol Independent Multicast.
    pub const PIM: Self = Self(103);
    /// Virtual Router Redundancy Protocol.
    pub const VRRP: Self = Self(112);
    /// Stream Control Transmission Protocol.
    pub const SCTP: Self = Self(132);

    /// The name in `/etc/protocols`, for those that have a constant here.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::HOP_BY_HOP => "hopopt",
            Self::ICMP => "icmp",
            Self::IGMP => "igmp",
            Self::IPIP => "ipencap",
            Self::TCP => "tcp",
            Self::UDP => "udp",
            Self::IPV6 => "ipv6",
            Self::ROUTING => "ipv6-route",
            Self::FRAGMENT => "ipv6-frag",
            Self::GRE => "gre",
            Self::ESP => "esp",
            Self::AH => "ah",
            Self::ICMPV6 => "ipv6-icmp",
            Self::NO_NEXT_HEADER => "ipv6-nonxt",
            Self::DESTINATION_OPTIONS => "ipv6-opts",
            Self::OSPF => "ospf",
            Self::PIM => "pim",
            Self::VRRP => "vrrp",
            Self::SCTP => "sctp",
            _ => return None,
        })
    }
}

impl fmt::Display for IpProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}
