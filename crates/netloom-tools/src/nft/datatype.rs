//! What types are called where something is wrong with a value.

use netloom_model::ruleset::DataType;

/// What values of several parts are called.
pub(super) fn describe_all(types: &[DataType]) -> String {
    let named = types.iter().map(|ty| describe(*ty));
    match types {
        [_] => named.collect(),
        _ => format!(
            "concatenation of ({})",
            named.collect::<Vec<_>>().join(", ")
        ),
    }
}

/// What a type is called.
pub(super) fn describe(ty: DataType) -> &'static str {
    match ty {
        DataType::Ipv4Addr => "IPv4 address",
        DataType::Ipv6Addr => "IPv6 address",
        DataType::EtherAddr => "Ethernet address",
        DataType::EtherType => "Ethernet protocol",
        DataType::InetProto => "Internet protocol",
        DataType::InetService => "internet network service",
        DataType::IcmpType => "ICMP type",
        DataType::IcmpCode => "icmp code",
        DataType::Icmpv6Type => "ICMPv6 type",
        DataType::Icmpv6Code => "icmpv6 code",
        DataType::IcmpxCode => "icmpx code",
        DataType::IgmpType => "IGMP type",
        DataType::ArpOp => "ARP operation",
        DataType::TcpFlag => "TCP flag",
        DataType::DccpPktType => "DCCP packet type",
        DataType::MhType => "Mobility Header Type",
        DataType::Dscp => "Differentiated Services Code Point",
        DataType::Ecn => "Explicit Congestion Notification",
        DataType::Mark => "packet mark",
        DataType::IfName => "network interface name",
        DataType::IfaceIndex => "network interface index",
        DataType::IfaceType => "network interface type",
        DataType::DevGroup => "devgroup name",
        DataType::PktType => "packet type",
        DataType::NfProto => "netfilter protocol",
        DataType::Uid => "user ID",
        DataType::Gid => "group ID",
        DataType::ClassId => "TC classid",
        DataType::Realm => "routing realm",
        DataType::Duration => "relative time",
        DataType::Time => "Relative time of packet reception",
        DataType::Day => "Day of week of packet reception",
        DataType::Hour => "Hour of day of packet reception",
        DataType::Boolean => "boolean type",
        DataType::CtState => "conntrack state",
        DataType::CtDir => "conntrack direction",
        DataType::CtStatus => "conntrack status",
        DataType::CtEvent => "conntrack event bits",
        DataType::CtLabel => "conntrack label",
        DataType::FibAddrType => "fib address type",
        DataType::CgroupV2 => "cgroupsv2",
        DataType::String => "string",
        _ => "integer",
    }
}
