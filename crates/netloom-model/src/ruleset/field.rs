//! The fields of protocol headers that rules can name (nft(8), PAYLOAD EXPRESSIONS).

use super::datatype::DataType;
use serde::{Deserialize, Serialize};

macro_rules! headers {
    ($($header:ident = $word:literal, $layer:ident, $doc:literal {
        $($field:ident = $name:literal, $offset:literal, $bits:literal, $type:expr;)*
    })*) => {
        /// A protocol whose header has fields.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum Header {
            $(#[doc = concat!("`", $word, "`: ", $doc, ".")] $header,)*
        }

        impl Header {
            /// Every header.
            pub const ALL: &'static [Header] = &[$(Header::$header,)*];

            /// Its word in nft's language.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Header::$header => $word,)* }
            }

            /// Where it begins.
            #[must_use]
            pub const fn layer(self) -> Layer {
                match self { $(Header::$header => Layer::$layer,)* }
            }
        }

        /// A field of a header.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field {
            $($(#[doc = concat!("`", $word, " ", $name, "`.")] $field,)*)*
        }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Field] = &[$($(Field::$field,)*)*];

            /// The header that it is of.
            #[must_use]
            pub const fn header(self) -> Header {
                match self { $($(Field::$field => Header::$header,)*)* }
            }

            /// Its word in nft's language, after that of its header.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($(Field::$field => $name,)*)* }
            }

            /// Where it begins, in bits from the header's start.
            #[must_use]
            pub const fn offset(self) -> u16 {
                match self { $($(Field::$field => $offset,)*)* }
            }

            /// How many bits it has.
            #[must_use]
            pub const fn bits(self) -> u16 {
                match self { $($(Field::$field => $bits,)*)* }
            }

            /// What it means.
            #[must_use]
            pub const fn datatype(self) -> DataType {
                match self { $($(Field::$field => $type,)*)* }
            }
        }
    };
}

/// From where a header's place is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// The Ethernet header (`@ll`).
    Link,
    /// The network header (`@nh`).
    Network,
    /// The transport header (`@th`), which only the first fragment has.
    Transport,
    /// What follows the transport header (`@ih`).
    Inner,
}

impl Header {
    /// The header called `name`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Header> {
        Header::ALL.iter().find(|h| h.name() == name).copied()
    }

    /// Its field called `name`.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Field> {
        let all = Field::ALL.iter();
        all.copied()
            .find(|f| f.header() == self && f.name() == name)
    }

    /// The number of the protocol above IP whose header it is.
    #[must_use]
    pub const fn protocol(self) -> Option<u8> {
        match self {
            Header::Icmp => Some(1),
            Header::Igmp => Some(2),
            Header::Tcp => Some(6),
            Header::Udp => Some(17),
            Header::Dccp => Some(33),
            Header::Gre => Some(47),
            Header::Esp => Some(50),
            Header::Ah => Some(51),
            Header::Icmpv6 => Some(58),
            Header::Comp => Some(108),
            Header::Sctp => Some(132),
            Header::Udplite => Some(136),
            _ => None,
        }
    }
}

headers! {
    Ether = "ether", Link, "Ethernet" {
        EtherDaddr = "daddr", 0, 48, DataType::EtherAddr;
        EtherSaddr = "saddr", 48, 48, DataType::EtherAddr;
        EtherType = "type", 96, 16, DataType::EtherType;
    }
    Vlan = "vlan", Link, "a VLAN tag, behind the Ethernet addresses" {
        VlanPcp = "pcp", 112, 3, DataType::Integer(3);
        VlanDei = "dei", 115, 1, DataType::Integer(1);
        VlanId = "id", 116, 12, DataType::Integer(12);
        VlanType = "type", 128, 16, DataType::EtherType;
    }
    Arp = "arp", Network, "ARP" {
        ArpHtype = "htype", 0, 16, DataType::Integer(16);
        ArpPtype = "ptype", 16, 16, DataType::EtherType;
        ArpHlen = "hlen", 32, 8, DataType::Integer(8);
        ArpPlen = "plen", 40, 8, DataType::Integer(8);
        ArpOperation = "operation", 48, 16, DataType::ArpOp;
        ArpSaddrEther = "saddr ether", 64, 48, DataType::EtherAddr;
        ArpSaddrIp = "saddr ip", 112, 32, DataType::Ipv4Addr;
        ArpDaddrEther = "daddr ether", 144, 48, DataType::EtherAddr;
        ArpDaddrIp = "daddr ip", 192, 32, DataType::Ipv4Addr;
    }
    Ip = "ip", Network, "IPv4" {
        IpVersion = "version", 0, 4, DataType::Integer(4);
        IpHdrlength = "hdrlength", 4, 4, DataType::Integer(4);
        IpDscp = "dscp", 8, 6, DataType::Dscp;
        IpEcn = "ecn", 14, 2, DataType::Ecn;
        IpLength = "length", 16, 16, DataType::Integer(16);
        IpId = "id", 32, 16, DataType::Integer(16);
        IpFragOff = "frag-off", 48, 16, DataType::Integer(16);
        IpTtl = "ttl", 64, 8, DataType::Integer(8);
        IpProtocol = "protocol", 72, 8, DataType::InetProto;
        IpChecksum = "checksum", 80, 16, DataType::Integer(16);
        IpSaddr = "saddr", 96, 32, DataType::Ipv4Addr;
        IpDaddr = "daddr", 128, 32, DataType::Ipv4Addr;
    }
    Ip6 = "ip6", Network, "IPv6" {
        Ip6Version = "version", 0, 4, DataType::Integer(4);
        Ip6Dscp = "dscp", 4, 6, DataType::Dscp;
        Ip6Ecn = "ecn", 10, 2, DataType::Ecn;
        Ip6Flowlabel = "flowlabel", 12, 20, DataType::Integer(20);
        Ip6Length = "length", 32, 16, DataType::Integer(16);
        Ip6Nexthdr = "nexthdr", 48, 8, DataType::InetProto;
        Ip6Hoplimit = "hoplimit", 56, 8, DataType::Integer(8);
        Ip6Saddr = "saddr", 64, 128, DataType::Ipv6Addr;
        Ip6Daddr = "daddr", 192, 128, DataType::Ipv6Addr;
    }
    Icmp = "icmp", Transport, "ICMP" {
        IcmpType = "type", 0, 8, DataType::IcmpType;
        IcmpCode = "code", 8, 8, DataType::IcmpCode;
        IcmpChecksum = "checksum", 16, 16, DataType::Integer(16);
        IcmpId = "id", 32, 16, DataType::Integer(16);
        IcmpSequence = "sequence", 48, 16, DataType::Integer(16);
        IcmpGateway = "gateway", 32, 32, DataType::Integer(32);
        IcmpMtu = "mtu", 48, 16, DataType::Integer(16);
    }
    Icmpv6 = "icmpv6", Transport, "ICMPv6" {
        Icmpv6Type = "type", 0, 8, DataType::Icmpv6Type;
        Icmpv6Code = "code", 8, 8, DataType::Icmpv6Code;
        Icmpv6Checksum = "checksum", 16, 16, DataType::Integer(16);
        Icmpv6ParameterProblem = "parameter-problem", 32, 32, DataType::Integer(32);
        Icmpv6PacketTooBig = "packet-too-big", 32, 32, DataType::Integer(32);
        Icmpv6Mtu = "mtu", 32, 32, DataType::Integer(32);
        Icmpv6Id = "id", 32, 16, DataType::Integer(16);
        Icmpv6Sequence = "sequence", 48, 16, DataType::Integer(16);
        Icmpv6MaxDelay = "max-delay", 32, 16, DataType::Integer(16);
    }
    Igmp = "igmp", Transport, "IGMP" {
        IgmpType = "type", 0, 8, DataType::IgmpType;
        IgmpMrt = "mrt", 8, 8, DataType::Integer(8);
        IgmpChecksum = "checksum", 16, 16, DataType::Integer(16);
        IgmpGroup = "group", 32, 32, DataType::Integer(32);
    }
    Tcp = "tcp", Transport, "TCP" {
        TcpSport = "sport", 0, 16, DataType::InetService;
        TcpDport = "dport", 16, 16, DataType::InetService;
        TcpSequence = "sequence", 32, 32, DataType::Integer(32);
        TcpAckseq = "ackseq", 64, 32, DataType::Integer(32);
        TcpDoff = "doff", 96, 4, DataType::Integer(4);
        TcpReserved = "reserved", 100, 4, DataType::Integer(4);
        TcpFlags = "flags", 104, 8, DataType::TcpFlag;
        TcpWindow = "window", 112, 16, DataType::Integer(16);
        TcpChecksum = "checksum", 128, 16, DataType::Integer(16);
        TcpUrgptr = "urgptr", 144, 16, DataType::Integer(16);
    }
    Udp = "udp", Transport, "UDP" {
        UdpSport = "sport", 0, 16, DataType::InetService;
        UdpDport = "dport", 16, 16, DataType::InetService;
        UdpLength = "length", 32, 16, DataType::Integer(16);
        UdpChecksum = "checksum", 48, 16, DataType::Integer(16);
    }
    Udplite = "udplite", Transport, "UDP-Lite" {
        UdpliteSport = "sport", 0, 16, DataType::InetService;
        UdpliteDport = "dport", 16, 16, DataType::InetService;
        UdpliteCsumcov = "csumcov", 32, 16, DataType::Integer(16);
        UdpliteChecksum = "checksum", 48, 16, DataType::Integer(16);
    }
    Sctp = "sctp", Transport, "SCTP" {
        SctpSport = "sport", 0, 16, DataType::InetService;
        SctpDport = "dport", 16, 16, DataType::InetService;
        SctpVtag = "vtag", 32, 32, DataType::Integer(32);
        SctpChecksum = "checksum", 64, 32, DataType::Integer(32);
    }
    Dccp = "dccp", Transport, "DCCP" {
        DccpSport = "sport", 0, 16, DataType::InetService;
        DccpDport = "dport", 16, 16, DataType::InetService;
        DccpType = "type", 67, 4, DataType::DccpPktType;
    }
    Th = "th", Transport, "any protocol with ports" {
        ThSport = "sport", 0, 16, DataType::InetService;
        ThDport = "dport", 16, 16, DataType::InetService;
    }
    Ah = "ah", Transport, "the authentication header" {
        AhHdrlength = "hdrlength", 8, 8, DataType::Integer(8);
        AhReserved = "reserved", 16, 16, DataType::Integer(16);
        AhSpi = "spi", 32, 32, DataType::Integer(32);
        AhSequence = "sequence", 64, 32, DataType::Integer(32);
    }
    Esp = "esp", Transport, "ESP" {
        EspSpi = "spi", 0, 32, DataType::Integer(32);
        EspSequence = "sequence", 32, 32, DataType::Integer(32);
    }
    Comp = "comp", Transport, "IP compression" {
        CompNexthdr = "nexthdr", 0, 8, DataType::InetProto;
        CompFlags = "flags", 8, 8, DataType::Integer(8);
        CompCpi = "cpi", 16, 16, DataType::Integer(16);
    }
    Gre = "gre", Transport, "GRE" {
        GreFlags = "flags", 0, 5, DataType::Integer(5);
        GreVersion = "version", 13, 3, DataType::Integer(3);
        GreProtocol = "protocol", 16, 16, DataType::EtherType;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_words() {
        let field = Header::by_name("tcp").and_then(|h| h.field("dport"));
        assert_eq!(field, Some(Field::TcpDport));
        assert_eq!(Header::Ip.field("dport"), None);
    }

    #[test]
    fn a_constant_of_a_fields_type_is_as_long_as_the_field() {
        for field in Field::ALL {
            assert_eq!(field.bits(), field.datatype().bits(), "{field:?}");
        }
    }
}
