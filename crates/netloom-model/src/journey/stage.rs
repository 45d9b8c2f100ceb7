//! The places in the kernel's packet path at which something is decided.

use serde::{Deserialize, Serialize};

macro_rules! stages {
    ($($(#[$doc:meta])* $name:ident => $function:literal, $does:literal;)*) => {
        /// A place in the kernel's packet path.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Stage {
            $($(#[$doc])* #[doc = concat!("`", $function, "`: ", $does, ".")] $name,)*
        }

        impl Stage {
            /// Every stage.
            pub const ALL: &'static [Stage] = &[$(Stage::$name,)*];

            /// The kernel function that does this step on Linux.
            #[must_use]
            pub const fn function(self) -> &'static str {
                match self { $(Stage::$name => $function,)* }
            }

            /// What the step does, in a few words.
            #[must_use]
            pub const fn does(self) -> &'static str {
                match self { $(Stage::$name => $does,)* }
            }
        }
    };
}

stages! {
    PingSend => "ping_v4_sendmsg", "a program sends an ICMP echo request";
    RawSend => "raw_sendmsg", "a program sends a raw IP packet";
    UdpSend => "udp_sendmsg", "a program sends a UDP datagram";
    TcpSend => "tcp_transmit_skb", "a TCP connection sends a segment";
    PacketSend => "packet_sendmsg", "a program sends a whole frame";
    RouteOutput => "ip_route_output_key_hash", "routing for a packet made here";
    LocalOut => "ip_local_out", "a packet made here leaves IP";
    IpOutput => "ip_output", "IP hands the packet to its device";
    Fragment => "ip_do_fragment", "a packet too long is cut";
    Reassembly => "ip_defrag", "fragments are joined";
    Neighbour => "neigh_resolve_output", "the next hop's hardware address";
    ArpSend => "arp_send", "an ARP packet is made";
    DeviceTransmit => "dev_queue_xmit", "the frame enters the device's queue";
    LoopbackTransmit => "loopback_xmit", "the loopback receives what it sends";
    VethTransmit => "veth_xmit", "what one end sends, the other receives";
    BridgeTransmit => "br_dev_xmit", "the bridge sends as a device of this host";
    DummyTransmit => "dummy_xmit", "the dummy swallows the frame";
    WireTransmit => "ndo_start_xmit", "the device puts the frame on its wire";
    TapTransmit => "tun_net_xmit", "the program at the other end gets the frame";
    Backlog => "netif_rx", "the frame waits for the receive softirq";
    Receive => "process_backlog", "the softirq takes the frame from the backlog";
    PacketTap => "packet_rcv", "a packet socket gets a copy";
    BridgeReceive => "br_handle_frame", "a port of a bridge received it";
    BridgeVlanIn => "br_allowed_ingress", "the VLAN of the frame, and whether the port is in it";
    BridgeVlanOut => "br_handle_vlan", "the frame's tag is kept or taken off";
    BridgeLearn => "br_fdb_update", "the bridge learns where the sender is";
    BridgeSuppress => "br_do_proxy_suppress_arp", "the bridge answers for a neighbour that it knows";
    BridgeSnoop => "br_multicast_rcv", "the bridge listens to who joins groups";
    BridgeGroup => "br_mdb_entry_skb_get", "the bridge looks for the members of the group";
    BridgeLookup => "br_fdb_find_rcu", "the bridge looks for the destination";
    BridgeForward => "br_forward", "the bridge sends it out of one port";
    BridgeFlood => "br_flood", "the bridge sends it out of every port that may have it";
    BridgeUp => "br_pass_frame_up", "the bridge device itself receives it";
    StpReceive => "br_stp_rcv", "the bridge's spanning tree reads a BPDU";
    ArpReceive => "arp_process", "an ARP packet is read and perhaps answered";
    IpReceive => "ip_rcv", "the IP header is checked";
    IpOptions => "ip_options_compile", "IP options are read and written to";
    RouteInput => "ip_route_input_slow", "routing for a packet received";
    SourceCheck => "fib_validate_source", "the source is checked (rp_filter, martians)";
    IpForward => "ip_forward", "a router passes it on";
    LocalDeliver => "ip_local_deliver", "it is for this host";
    MulticastDeliver => "ip_mc_output", "it is for a group";
    IcmpReceive => "icmp_rcv", "an ICMP message arrives";
    IcmpEcho => "icmp_echo", "an echo request is answered";
    IcmpError => "icmp_unreach", "an ICMP error is handed to whom it concerns";
    IcmpSend => "__icmp_send", "an ICMP error is made";
    PingReceive => "ping_rcv", "an echo reply finds its socket";
    RawReceive => "raw_local_deliver", "raw sockets get a copy";
    IgmpReceive => "igmp_rcv", "a message of group management is read";
    UdpReceive => "udp_rcv", "a UDP datagram finds its socket";
    TcpReceive => "tcp_v4_rcv", "a TCP segment looks for its socket";
    Route6Output => "ip6_route_output_flags", "IPv6 routing for a packet made here";
    NdpReceive => "ndisc_rcv", "a message of neighbour discovery is read and perhaps answered";
    Ip6Receive => "ipv6_rcv", "the IPv6 header is checked";
    Ip6HopByHop => "ipv6_parse_hopopts", "hop-by-hop options are read";
    Fragment6 => "ip6_fragment", "a packet too long is cut by its sender";
    Reassembly6 => "ipv6_frag_rcv", "fragments are joined";
    Route6Input => "ip6_route_input", "IPv6 routing for a packet received";
    Ip6Forward => "ip6_forward", "a router passes it on";
    Local6Deliver => "ip6_input", "it is for this host";
    Icmp6Receive => "icmpv6_rcv", "an ICMPv6 message arrives";
    Icmp6Echo => "icmpv6_echo_reply", "an echo request is answered";
    Icmp6Error => "icmpv6_notify", "an ICMPv6 error is handed to whom it concerns";
    Icmp6Send => "icmp6_send", "an ICMPv6 error is made";
    Conntrack => "nf_conntrack_in", "the packet's connection is looked up, or begins";
    Confirm => "nf_conntrack_confirm", "a connection that began is remembered";
    Nat => "nf_nat_packet", "addresses and ports are written anew, as the connection says";
    Rules => "nft_do_chain", "the rules of a base chain are asked";
}
