//! Why packets are dropped.

use serde::{Deserialize, Serialize};

macro_rules! drop_reasons {
    ($($name:ident => $id:literal, $text:literal;)*) => {
        /// Why a packet was dropped.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum DropReason {
            $(#[doc = concat!($text, ".")] $name,)*
        }

        impl DropReason {
            /// Every reason, in the order of their numbers.
            pub const ALL: &'static [DropReason] = &[$(DropReason::$name,)*];

            /// A short word for it, for machines.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(DropReason::$name => $id,)* }
            }

            /// What happened, as part of a sentence.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(DropReason::$name => $text,)* }
            }
        }
    };
}

drop_reasons! {
    DeviceDown => "device_down", "the device is down";
    NoCarrier => "no_carrier", "the device has no carrier: its other end is down";
    NoPeer => "no_peer", "the other end is gone";
    TooLong => "too_long", "the frame is longer than the receiving device's MTU allows";
    FrameTooShort => "frame_too_short", "the frame has no whole Ethernet header";
    BacklogFull => "backlog_full", "the receiving device's backlog is full";
    LoopLimit => "loop_limit", "the frame crossed too many devices: it runs in a loop";
    OtherHost => "other_host", "the frame is addressed to another host's hardware address";
    UnhandledProtocol => "unhandled_protocol", "no protocol here takes this EtherType";
    BridgeSource => "bridge_source", "the frame's source address is zero or a group";
    BridgeDown => "bridge_down", "the bridge is down";
    BridgePortState => "bridge_port_state", "the bridge's port is disabled";
    BridgePortBlocking => "bridge_port_blocking", "the port is blocking: the spanning tree goes another way";
    BridgePortListening => "bridge_port_listening", "the port is listening: it neither learns nor forwards yet";
    BridgePortLearning => "bridge_port_learning", "the port is learning: it does not forward yet";
    BpduMalformed => "bpdu_malformed", "the BPDU is malformed";
    BpduVersion => "bpdu_version", "the BPDU is of a spanning tree that the kernel does not speak";
    BpduAged => "bpdu_aged", "the BPDU is older than it says it may be";
    BpduGuard => "bpdu_guard", "the port is guarded: a BPDU disables it";
    BridgeLocked => "bridge_locked", "the port is locked and the source is not in its database";
    BridgeReserved => "bridge_reserved", "the destination is reserved by 802.1D and never forwarded";
    BridgeSamePort => "bridge_same_port", "the destination is behind the port it came from, and the port has no hairpin";
    BridgeIsolated => "bridge_isolated", "both ports are isolated";
    BridgeNoMember => "bridge_no_member", "no port of the bridge has a member of the group or a router";
    BridgeNoPort => "bridge_no_port", "no port of the bridge may have it";
    VlanNoPvid => "vlan_no_pvid", "the frame has no VLAN tag and the port has no PVID";
    VlanNotMember => "vlan_not_member", "the port that it came by is not in the frame's VLAN";
    VlanEgress => "vlan_egress", "the port is not in the frame's VLAN";
    VlanState => "vlan_state", "the port does not forward in the frame's VLAN";
    VlanBridge => "vlan_bridge", "the bridge itself is not in the frame's VLAN";
    NoVlanDevice => "no_vlan_device", "the frame is tagged and no VLAN device here has its VLAN";
    ArpMalformed => "arp_malformed", "the ARP packet is malformed";
    ArpIgnored => "arp_ignored", "arp_ignore forbids the answer";
    ArpFiltered => "arp_filtered", "arp_filter forbids the answer";
    ArpNotOurs => "arp_not_ours", "the address asked for is not of this host";
    ArpDisabled => "arp_disabled", "the device does not do ARP";
    IpMalformed => "ip_malformed", "the IP header is malformed";
    IpChecksum => "ip_checksum", "the IP header's checksum is wrong";
    IpTruncated => "ip_truncated", "the packet is shorter than its header says";
    IpOptions => "ip_options", "an IP option is malformed or leads nowhere";
    SourceRoute => "source_route", "it says which way to take, and accept_source_route is off";
    IpDisabled => "ip_disabled", "the device has no addresses of this family";
    MartianSource => "martian_source", "the source address cannot come from outside";
    MartianDestination => "martian_destination", "the destination address cannot come from outside";
    LocalSource => "local_source", "the source address is this host's own and accept_local is off";
    ReversePath => "reverse_path", "rp_filter: the way back does not lead to this device";
    NoRoute => "no_route", "no route leads there";
    RouteUnreachable => "route_unreachable", "a route or rule says unreachable";
    RouteBlackhole => "route_blackhole", "a route or rule says blackhole";
    RouteProhibit => "route_prohibit", "a route or rule says prohibit";
    ForwardingOff => "forwarding_off", "this host does not forward";
    NotForUs => "not_for_us", "the packet was not meant for a host that forwards";
    TtlExceeded => "ttl_exceeded", "its TTL ended";
    FragmentationNeeded => "fragmentation_needed", "it is longer than the next link's MTU and must not be fragmented";
    ReassemblyFull => "reassembly_full", "too many fragments wait for others (ipfrag_high_thresh, ip6frag_high_thresh)";
    FragmentMalformed => "fragment_malformed", "a fragment that cannot be part of its packet";
    FragmentRepeated => "fragment_repeated", "this part of the packet has come already";
    FragmentOverlap => "fragment_overlap", "fragments of its packet overlap";
    ReassemblyIncomplete => "reassembly_incomplete", "a fragment whose other parts did not come";
    NeighbourFailed => "neighbour_failed", "the next hop does not answer ARP";
    NeighbourQueueFull => "neighbour_queue_full", "too many packets wait for the next hop's address";
    NeighbourTableFull => "neighbour_table_full", "the neighbour table is full";
    NoMulticastMember => "no_multicast_member", "nobody here is a member of the group";
    IcmpMalformed => "icmp_malformed", "the ICMP message is malformed";
    IcmpChecksum => "icmp_checksum", "the ICMP checksum is wrong";
    IcmpIgnored => "icmp_ignored", "a setting tells to ignore this ICMP message";
    IcmpUnwanted => "icmp_unwanted", "no socket waits for this ICMP message";
    IcmpRateLimited => "icmp_rate_limited", "ICMP answers are limited and the limit is reached";
    IgmpMalformed => "igmp_malformed", "the IGMP message is malformed";
    UdpMalformed => "udp_malformed", "the UDP header is malformed";
    UdpChecksum => "udp_checksum", "the UDP checksum is wrong";
    TcpMalformed => "tcp_malformed", "the TCP header is malformed";
    TcpSequence => "tcp_sequence", "the TCP segment lies outside the receive window";
    TcpPaws => "tcp_paws", "the TCP segment's timestamp is of the past";
    TcpAck => "tcp_ack", "the TCP segment acknowledges what was never sent";
    TcpNoAck => "tcp_no_ack", "the TCP segment acknowledges nothing";
    TcpNoConnection => "tcp_no_connection", "the TCP segment belongs to no connection";
    AcceptQueueFull => "accept_queue_full", "the listener's backlog is full: its program does not accept";
    SynQueueFull => "syn_queue_full", "too many connections to the listener are half open";
    NoSocket => "no_socket", "no socket listens there";
    NoProtocol => "no_protocol", "no transport protocol here has this number";
    SocketBufferFull => "socket_buffer_full", "the socket's receive buffer is full";
    Ipv6NotHandled => "ipv6_not_handled", "IPv6 does not run on the device";
    BeyondScope => "beyond_scope", "a link-local source cannot leave its link";
    NoSource => "no_source", "no address here can be its source";
    RouterIgnored => "router_ignored", "a setting tells not to believe routers (accept_ra, forwarding)";
    NdpFragmented => "ndp_fragmented", "a message of neighbour discovery came in fragments (suppress_frag_ndisc)";
    Ipv6Options => "ipv6_options", "an option of IPv6, or its padding, is malformed";
    Ipv6UnknownOption => "ipv6_unknown_option", "an unknown option of IPv6 says to drop its packet";
    Ipv6TooManyOptions => "ipv6_too_many_options", "it has more or longer options than max_hbh_opts_* and max_dst_opts_* allow";
    RoutingHeader => "routing_header", "its routing header would lead it on, which nobody does (RFC 5095)";
    NdpMalformed => "ndp_malformed", "the message of neighbour discovery is malformed or came from another link";
    NdpNotOurs => "ndp_not_ours", "the address asked for is not of this host";
    NdpTentative => "ndp_tentative", "the address asked for may not be used yet";
    RuleDrop => "rule_drop", "a rule drops it";
    RulePolicy => "rule_policy", "no rule accepts it and the chain's policy drops it";
    RuleReject => "rule_reject", "a rule rejects it";
    ConntrackFull => "conntrack_full", "the table of connections is full (nf_conntrack_max)";
    ConntrackClash => "conntrack_clash", "another connection has its addresses and ports already";
    NatNoAddress => "nat_no_address", "the device has no address that its source could be translated to";
    NatRedirect => "nat_redirect", "a redirect is not translated";
    NatOtherWay => "nat_other_way", "its connection is masqueraded by another device";
    RuleQueue => "rule_queue", "a rule hands it to a program, and there is none";
    RuleCannot => "rule_cannot", "a rule is to change it in a way that it does not allow";
    RuleNoSocket => "rule_no_socket", "a rule hands it to a program that takes any address for its own, and there is none";
    ForwardLoop => "forward_loop", "rules send it on from device to device too often";
    DeviceUnknown => "device_unknown", "the device is of a kind that netloom does not know";
    RuleUnknown => "rule_unknown", "a rule says what netloom does not know";
}

/// How many reasons there are.
pub const DROP_REASONS: usize = DropReason::ALL.len();
