//! What the constants of rules mean (nft(8), DATA TYPES), with the names that some of them have.

use serde::{Deserialize, Serialize};

macro_rules! datatypes {
    ($($name:ident = $word:literal, $bits:literal, $order:ident, $doc:literal, [$($symbol:literal = $value:expr),* $(,)?];)*) => {
        /// A type of data.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum DataType {
            $(#[doc = concat!("`", $word, "`: ", $doc, ".")] $name,)*
            /// `integer`: a number of so many bits.
            Integer(u16),
        }

        impl DataType {
            /// Every type that has a name of its own.
            pub const NAMED: &'static [DataType] = &[$(DataType::$name,)*];

            /// Its word in nft's language.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(DataType::$name => $word,)*
                    DataType::Integer(_) => "integer",
                }
            }

            /// How many bits a constant has.
            #[must_use]
            pub const fn bits(self) -> u16 {
                match self {
                    $(DataType::$name => $bits,)*
                    DataType::Integer(bits) => bits,
                }
            }

            /// Whether it is a number of the host's own (a mark) and not one of a packet: operations
            /// with bits and numbers take it so.
            #[must_use]
            pub const fn order(self) -> Order {
                match self {
                    $(DataType::$name => Order::$order,)*
                    DataType::Integer(_) => Order::Packet,
                }
            }

            /// The names that its constants have.
            #[must_use]
            pub const fn symbols(self) -> &'static [(&'static str, u32)] {
                match self {
                    $(DataType::$name => &[$(($symbol, $value),)*],)*
                    DataType::Integer(_) => &[],
                }
            }
        }
    };
}

/// In which order the bytes of a type stand in the kernel's registers. A
/// [`Value`](super::Value) is in network order in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As in packets: the greatest first.
    Packet,
    /// As the host computes.
    Host,
    /// No number.
    Text,
}

impl DataType {
    /// How many bytes a constant has.
    #[must_use]
    pub const fn len(self) -> usize {
        self.bits().div_ceil(8) as usize
    }

    /// Whether it has no length of its own.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bits() == 0
    }

    /// Whether its symbols are single bits, of which several can be set (`established,related`).
    #[must_use]
    pub const fn is_flags(self) -> bool {
        matches!(
            self,
            DataType::CtState
                | DataType::CtStatus
                | DataType::CtEvent
                | DataType::CtLabel
                | DataType::TcpFlag
        )
    }

    /// The type called `name`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<DataType> {
        DataType::NAMED.iter().find(|t| t.name() == name).copied()
    }

    /// The constant called `symbol`.
    #[must_use]
    pub fn by_symbol(self, symbol: &str) -> Option<u32> {
        let found = self.symbols().iter().find(|(name, _)| *name == symbol);
        found.map(|(_, value)| *value)
    }

    /// The name of constant `value`.
    #[must_use]
    pub fn symbol(self, value: u32) -> Option<&'static str> {
        let found = self.symbols().iter().find(|(_, number)| *number == value);
        found.map(|(name, _)| *name)
    }
}

datatypes! {
    String = "string", 0, Text, "text", [];
    LlAddr = "ll_addr", 0, Packet, "a hardware address of any length", [];
    Ipv4Addr = "ipv4_addr", 32, Packet, "an IPv4 address", [];
    Ipv6Addr = "ipv6_addr", 128, Packet, "an IPv6 address", [];
    EtherAddr = "ether_addr", 48, Packet, "an Ethernet address", [];
    EtherType = "ether_type", 16, Packet, "what follows an Ethernet header",
        ["ip" = 0x0800, "arp" = 0x0806, "ip6" = 0x86dd, "8021q" = 0x8100, "8021ad" = 0x88a8, "vlan" = 0x8100];
    InetProto = "inet_proto", 8, Packet, "a protocol above IP",
        ["icmp" = 1, "igmp" = 2, "ipencap" = 4, "tcp" = 6, "udp" = 17, "dccp" = 33, "ipv6" = 41,
         "gre" = 47, "esp" = 50, "ah" = 51, "icmpv6" = 58, "ipv6-icmp" = 58, "comp" = 108, "sctp" = 132, "udplite" = 136];
    InetService = "inet_service", 16, Packet, "a port", [];
    IcmpType = "icmp_type", 8, Packet, "a type of ICMP",
        ["echo-reply" = 0, "destination-unreachable" = 3, "source-quench" = 4, "redirect" = 5,
         "echo-request" = 8, "router-advertisement" = 9, "router-solicitation" = 10,
         "time-exceeded" = 11, "parameter-problem" = 12, "timestamp-request" = 13,
         "timestamp-reply" = 14, "info-request" = 15, "info-reply" = 16,
         "address-mask-request" = 17, "address-mask-reply" = 18];
    IcmpCode = "icmp_code", 8, Packet, "a code of ICMP",
        ["net-unreachable" = 0, "host-unreachable" = 1, "prot-unreachable" = 2,
         "port-unreachable" = 3, "frag-needed" = 4, "net-prohibited" = 9, "host-prohibited" = 10,
         "admin-prohibited" = 13];
    Icmpv6Type = "icmpv6_type", 8, Packet, "a type of ICMPv6",
        ["destination-unreachable" = 1, "packet-too-big" = 2, "time-exceeded" = 3,
         "parameter-problem" = 4, "echo-request" = 128, "echo-reply" = 129,
         "mld-listener-query" = 130, "mld-listener-report" = 131, "mld-listener-done" = 132,
         "mld-listener-reduction" = 132, "nd-router-solicit" = 133, "nd-router-advert" = 134,
         "nd-neighbor-solicit" = 135, "nd-neighbor-advert" = 136, "nd-redirect" = 137,
         "router-renumbering" = 138, "ind-neighbor-solicit" = 141, "ind-neighbor-advert" = 142,
         "mld2-listener-report" = 143];
    Icmpv6Code = "icmpv6_code", 8, Packet, "a code of ICMPv6",
        ["no-route" = 0, "admin-prohibited" = 1, "addr-unreachable" = 3, "port-unreachable" = 4,
         "policy-fail" = 5, "reject-route" = 6];
    IcmpxCode = "icmpx_code", 8, Packet, "a code of either ICMP",
        ["no-route" = 0, "port-unreachable" = 1, "host-unreachable" = 2, "admin-prohibited" = 3];
    IgmpType = "igmp_type", 8, Packet, "a type of IGMP",
        ["membership-query" = 0x11, "membership-report-v1" = 0x12, "membership-report-v2" = 0x16,
         "membership-report-v3" = 0x22, "leave-group" = 0x17];
    ArpOp = "arp_op", 16, Packet, "what an ARP packet does",
        ["request" = 1, "reply" = 2, "rrequest" = 3, "rreply" = 4, "inrequest" = 8, "inreply" = 9, "nak" = 10];
    TcpFlag = "tcp_flag", 8, Packet, "flags of TCP",
        ["fin" = 0x01, "syn" = 0x02, "rst" = 0x04, "psh" = 0x08, "ack" = 0x10, "urg" = 0x20,
         "ecn" = 0x40, "cwr" = 0x80];
    DccpPktType = "dccp_pkttype", 4, Packet, "a type of DCCP",
        ["request" = 0, "response" = 1, "data" = 2, "ack" = 3, "dataack" = 4, "closereq" = 5,
         "close" = 6, "reset" = 7, "sync" = 8, "syncack" = 9];
    MhType = "mh_type", 8, Packet, "a type of IPv6's mobility header",
        ["binding-refresh-request" = 0, "home-test-init" = 1, "careof-test-init" = 2,
         "home-test" = 3, "careof-test" = 4, "binding-update" = 5,
         "binding-acknowledgement" = 6, "binding-error" = 7, "fast-binding-update" = 8,
         "fast-binding-acknowledgement" = 9, "fast-binding-advertisement" = 10,
         "experimental-mobility-header" = 11, "home-agent-switch-message" = 12];
    Dscp = "dscp", 6, Packet, "a class of service",
        ["cs0" = 0x00, "cs1" = 0x08, "cs2" = 0x10, "cs3" = 0x18, "cs4" = 0x20, "cs5" = 0x28,
         "cs6" = 0x30, "cs7" = 0x38, "df" = 0x00, "be" = 0x00, "lephb" = 0x01, "af11" = 0x0a,
         "af12" = 0x0c, "af13" = 0x0e, "af21" = 0x12, "af22" = 0x14, "af23" = 0x16, "af31" = 0x1a,
         "af32" = 0x1c, "af33" = 0x1e, "af41" = 0x22, "af42" = 0x24, "af43" = 0x26, "va" = 0x2c,
         "ef" = 0x2e];
    Ecn = "ecn", 2, Packet, "congestion told by routers",
        ["not-ect" = 0, "ect1" = 1, "ect0" = 2, "ce" = 3];
    Mark = "mark", 32, Host, "a mark", [];
    IfName = "ifname", 128, Text, "the name of a device", [];
    IfaceIndex = "iface_index", 32, Host, "a device by its number", [];
    IfaceType = "iface_type", 16, Host, "a type of hardware",
        ["ether" = 1, "ppp" = 512, "ipip" = 768, "ipip6" = 769, "loopback" = 772, "sit" = 776, "ipgre" = 778];
    DevGroup = "devgroup", 32, Host, "a group of devices", ["default" = 0];
    PktType = "pkt_type", 8, Host, "for whom a frame is",
        ["host" = 0, "unicast" = 0, "broadcast" = 1, "multicast" = 2, "other" = 3];
    NfProto = "nf_proto", 8, Host, "a family", ["ipv4" = 2, "ipv6" = 10];
    Uid = "uid", 32, Host, "a user", [];
    Gid = "gid", 32, Host, "a group of users", [];
    ClassId = "classid", 32, Host, "a class of traffic", [];
    Realm = "realm", 32, Host, "a realm of routing", [];
    Duration = "time", 32, Host, "a time, in milliseconds", [];
    Time = "time", 64, Host, "a moment, in nanoseconds since 1970", [];
    Day = "day", 8, Host, "a day of the week",
        ["Sunday" = 0, "Monday" = 1, "Tuesday" = 2, "Wednesday" = 3, "Thursday" = 4, "Friday" = 5, "Saturday" = 6];
    Hour = "hour", 32, Host, "seconds since midnight, of Greenwich", [];
    Boolean = "boolean", 8, Host, "there or not", ["missing" = 0, "exists" = 1];
    CtState = "ct_state", 32, Host, "how a packet stands to its connection",
        ["invalid" = 0x01, "established" = 0x02, "related" = 0x04, "new" = 0x08, "untracked" = 0x40];
    CtDir = "ct_dir", 8, Host, "a direction of a connection", ["original" = 0, "reply" = 1];
    CtStatus = "ct_status", 32, Host, "what happened to a connection",
        ["expected" = 0x01, "seen-reply" = 0x02, "assured" = 0x04, "confirmed" = 0x08,
         "snat" = 0x10, "dnat" = 0x20, "dying" = 0x200];
    CtEvent = "ct_event", 32, Host, "what is told of connections",
        ["new" = 0x01, "related" = 0x02, "destroy" = 0x04, "reply" = 0x08, "assured" = 0x10,
         "protoinfo" = 0x20, "helper" = 0x40, "mark" = 0x80, "seqadj" = 0x100, "secmark" = 0x200,
         "label" = 0x400];
    CtLabel = "ct_label", 128, Host, "labels of a connection", [];
    FibAddrType = "fib_addrtype", 32, Host, "what kind of address routing takes it for",
        ["unspec" = 0, "unicast" = 1, "local" = 2, "broadcast" = 3, "anycast" = 4, "multicast" = 5,
         "blackhole" = 6, "unreachable" = 7, "prohibit" = 8];
    CgroupV2 = "cgroupsv2", 64, Host, "a control group", [];
    Verdict = "verdict", 0, Host, "what becomes of a packet", [];
}
