//! The journey of a packet: every step, every decision and its reason, as data.
//!
//! The engine writes it down while the packet goes through its pipeline; views of it (text, JSON,
//! diagrams) are made elsewhere. One packet can become many (a flood) and can cause others (an ARP
//! request, an answer, an ICMP error): [`Origin`] ties them into a tree.

mod look;

pub use look::Look;

use crate::change::Change;
use crate::names::NsName;
use crate::neighbour::NeighbourState;
use crate::route::Route;
use crate::rule::Rule;
use crate::socket::PacketType;
use crate::state::Namespace;
use crate::time::Time;
use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// The version of the journey's form, told in JSON; it grows when a reader must know.
pub const JOURNEY_VERSION: u32 = 1;

/// A question: what becomes of this packet?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explain {
    /// The namespace in which the packet begins.
    pub ns: NsName,
    /// The packet.
    pub probe: Probe,
    /// Changes to be made to the copy first: what if?
    pub what_if: Vec<Change>,
    /// Write down at most this many steps.
    pub max_steps: u32,
    /// Whether each step keeps the state that it read.
    pub states: bool,
}

/// The packet that is explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Probe {
    /// A program sends it.
    Send(ProbeSend),
    /// It arrives at device `dev`, as if a program sent it with the outside end.
    Receive {
        /// The device.
        dev: String,
        /// The whole frame.
        #[serde(with = "serde_bytes")]
        frame: Vec<u8>,
    },
    /// It arrives at device `dev`; its Ethernet header is made up to fit.
    ReceiveIp {
        /// The device.
        dev: String,
        /// Its addresses, protocol and ports; `from` must be given.
        packet: ProbeSend,
    },
}

/// A packet as a program describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeSend {
    /// Destination.
    pub to: IpAddr,
    /// Destination port (UDP, TCP).
    pub port: u16,
    /// Protocol.
    pub protocol: ProbeProtocol,
    /// Source; none: chosen by routing.
    pub from: Option<IpAddr>,
    /// Source port; none: a free one.
    pub source_port: Option<u16>,
    /// TTL; none: the namespace's default.
    pub ttl: Option<u8>,
    /// Payload in bytes, after the ICMP, UDP or TCP header.
    pub size: u16,
    /// Type of service.
    pub tos: u8,
    /// Mark.
    pub mark: u32,
    /// Whether it must not be fragmented.
    pub dont_fragment: bool,
    /// The device that it must leave by; none: routing chooses.
    #[serde(default)]
    pub device: Option<String>,
}

/// The protocol of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProbeProtocol {
    /// An ICMP echo request.
    Icmp,
    /// A UDP datagram.
    Udp,
    /// A TCP SYN.
    Tcp,
}

/// The whole way of a packet, and of all that it caused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// [`JOURNEY_VERSION`].
    pub version: u32,
    /// The packets by id; the first is the one that was asked about.
    pub packets: Vec<JourneyPacket>,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// What became of the packet.
    pub verdict: Verdict,
    /// What became of the answer, if there was one.
    pub back: Option<Verdict>,
    /// Whether steps beyond the limit were left out.
    pub truncated: bool,
}

/// A packet that took part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyPacket {
    /// Its place in [`Journey::packets`].
    pub id: u32,
    /// Where it came from.
    pub origin: Origin,
    /// The packet that it was copied from or caused by.
    pub parent: Option<u32>,
    /// Its first bytes as it began, from the Ethernet or the IP header on.
    pub head: Head,
}

/// Where a packet came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It is the one that was asked about.
    Probe,
    /// Already under way when the question was asked.
    Other,
    /// A copy of its parent: a flood, a broadcast, a packet that goes up and on.
    Copy,
    /// An ARP request, made because its parent waits for the answer.
    ArpRequest,
    /// An ARP reply to its parent.
    ArpReply,
    /// An ICMP answer (echo reply) to its parent.
    IcmpReply,
    /// An ICMP error about its parent.
    IcmpError,
    /// A TCP reset that refuses its parent.
    TcpReset,
    /// A TCP segment that its parent brought about: the answer to a SYN, an acknowledgement.
    TcpReply,
    /// A neighbour solicitation, made because its parent waits for the answer.
    NeighbourSolicitation,
    /// A neighbour advertisement that answers its parent.
    NeighbourAdvertisement,
}

/// The first bytes of a packet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The bytes; at most [`Head::KEPT`].
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// Length of the whole.
    pub len: u32,
    /// Whether the first bytes are an Ethernet header (else IP).
    pub ethernet: bool,
}

impl Head {
    /// How many bytes are kept.
    pub const KEPT: usize = 256;
}

/// One step of one packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Which packet.
    pub packet: u32,
    /// When.
    pub at: Time,
    /// In which namespace.
    pub ns: NsName,
    /// At which device; none above the devices.
    pub dev: Option<String>,
    /// Where in the kernel's path.
    pub stage: Stage,
    /// What was decided there.
    pub event: Event,
    /// The packet as it is now, where the step changed it or it is first seen.
    pub head: Option<Head>,
    /// What it read ([`Stage::looks`]) as it stood then: that part of its namespace; kept where
    /// [`Explain::states`] asks for it. Of a long table only what could match is in it.
    pub read: Option<Box<Namespace>>,
}

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
}

/// What was decided at a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A program sent it.
    Sent {
        /// Source address chosen.
        from: Option<IpAddr>,
        /// Destination.
        to: Option<IpAddr>,
    },
    /// The device takes it.
    Transmit,
    /// It crosses to the other end of a pair.
    Crossed {
        /// The namespace of the other end.
        ns: NsName,
        /// The other end.
        dev: String,
    },
    /// It waits in the backlog behind `ahead` others.
    Backlogged {
        /// How many are ahead.
        ahead: u32,
    },
    /// The device received it.
    Received {
        /// For whom it is, by its destination address.
        packet_type: PacketType,
    },
    /// A source address was learned.
    Learned {
        /// The address.
        address: MacAddr,
        /// Its VLAN, where the bridge filters them.
        vlan: Option<u16>,
        /// What happened to the entry.
        change: Learning,
    },
    /// The bridge looked an address up.
    Fdb {
        /// The address.
        address: MacAddr,
        /// Its VLAN, where the bridge filters them.
        vlan: Option<u16>,
        /// The answer.
        found: FdbFound,
    },
    /// A bridge that filters VLANs says in which it is, or how it leaves.
    Vlan {
        /// The VLAN.
        vid: u16,
        /// Why it is in it, or whether it leaves with a tag.
        decision: VlanDecision,
    },
    /// The bridge looked for the members of a group.
    Mdb {
        /// The group.
        group: String,
        /// The answer.
        found: MdbFound,
    },
    /// It goes out of these ports.
    Flooded {
        /// The ports.
        to: Vec<String>,
        /// The ports that do not get it, and why.
        not: Vec<(String, String)>,
    },
    /// The bridge hands it to its own device.
    PassedUp,
    /// A route was looked up.
    Routed(Box<RouteTrace>),
    /// The source passed the check.
    SourceAccepted {
        /// The effective `rp_filter`.
        rp_filter: u8,
    },
    /// The next hop is known.
    Resolved {
        /// Its address.
        address: IpAddr,
        /// Its hardware address.
        lladdr: MacAddr,
        /// The entry's state.
        state: NeighbourState,
    },
    /// The next hop is being asked for; the packet waits.
    Waits {
        /// Its address.
        address: IpAddr,
        /// How many wait, this one included.
        queued: u32,
    },
    /// The answer came; the packet goes on.
    Released {
        /// The hardware address.
        lladdr: MacAddr,
    },
    /// An ARP packet asked or told.
    Arp {
        /// What, in words.
        what: String,
    },
    /// The TTL was lowered.
    Ttl {
        /// Before.
        from: u8,
        /// After.
        to: u8,
    },
    /// This host's address or time went into its IP options.
    Recorded {
        /// The address by which the host is known there.
        address: IpAddr,
    },
    /// It was accepted here as it is.
    Accepted,
    /// It was cut into this many pieces.
    Fragmented {
        /// How many.
        pieces: u32,
    },
    /// A fragment waits for the others.
    WaitsForRest,
    /// All its fragments are here and were joined.
    Joined {
        /// How many.
        pieces: u32,
    },
    /// It caused another packet.
    Answered {
        /// What kind.
        with: Origin,
        /// What it says, in words.
        what: String,
    },
    /// A socket or a part of the kernel got it: the end of the way.
    Delivered {
        /// Who got it, in words.
        to: String,
    },
    /// It left what netloom sees.
    Left,
    /// It ends here.
    Dropped(DropReason),
}

/// What learning did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Learning {
    /// A new entry.
    New,
    /// The entry was there and is fresh again.
    Refreshed,
    /// The station moved here from this port.
    Moved(String),
    /// Not learned, and why.
    Not(String),
}

/// What a bridge found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FdbFound {
    /// An address of the bridge or one of its ports.
    Local,
    /// Behind this port.
    Port(String),
    /// Nothing.
    Nothing,
    /// A group: not looked up.
    Group,
}

/// What a bridge that filters VLANs says of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VlanDecision {
    /// Its tag names the VLAN.
    Tagged,
    /// It came without a tag: it is in the VLAN of the port's PVID.
    Pvid,
    /// Its tag tells a priority alone: as without.
    PriorityTagged,
    /// Its tag is of another kind than the bridge filters by: as without.
    OtherTag,
    /// It leaves with a tag.
    LeavesTagged,
    /// It leaves without a tag.
    LeavesUntagged,
}

/// What a bridge that snoops knows of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MdbFound {
    /// Everybody of the link listens to it: it is flooded.
    Everybody,
    /// There is no querier whose answers would keep entries alive: it is flooded.
    NoQuerier {
        /// Whether there is an entry.
        known: bool,
    },
    /// It goes to its members.
    Members {
        /// The ports behind which somebody listens or a router is.
        ports: Vec<String>,
        /// The host of the bridge itself listens or is a router.
        host: bool,
    },
}

/// How a route was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteTrace {
    /// The destination.
    pub to: IpAddr,
    /// The source, if it was known.
    pub from: Option<IpAddr>,
    /// The rules in the order asked, with what each said; the last decided.
    pub rules: Vec<(Rule, RuleOutcome)>,
    /// The route; none if no rule led to one.
    pub route: Option<Route>,
    /// Which of several next hops was chosen, and how; none where there was no choice.
    pub choice: Option<MultipathChoice>,
    /// The gateway or the destination itself, where the packet goes to a neighbour.
    pub next_hop: Option<IpAddr>,
    /// The device.
    pub dev: Option<String>,
}

/// How one of several next hops is chosen (ip-sysctl, `fib_multipath_hash_policy`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultipathChoice {
    /// What the hash is over: 0 = addresses, 1 = ports too, 2 = addresses inside, 3 = fields.
    pub policy: u8,
    /// The flow's hash, of 31 bits.
    pub hash: u32,
    /// The next hops in their order.
    pub hops: Vec<MultipathHop>,
}

/// One of several next hops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultipathHop {
    /// The gateway; none where the destination is on the link.
    pub via: Option<IpAddr>,
    /// The device.
    pub dev: String,
    /// Its weight.
    pub weight: u16,
    /// The greatest hash of its share; none if its link is down and it is passed over.
    pub upto: Option<u32>,
    /// Whether it is the one.
    pub chosen: bool,
}

/// What a rule said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleOutcome {
    /// Its selectors do not match.
    NotMatched,
    /// Its table has no route.
    NoRoute,
    /// Its table said `throw`.
    Throw,
    /// Its table's route has too short a prefix (`suppress_prefixlength`).
    Suppressed,
    /// It decided.
    Decided,
}

impl RuleOutcome {
    /// Whether the rule's table was looked into.
    #[must_use]
    pub const fn asked(self) -> bool {
        !matches!(self, RuleOutcome::NotMatched)
    }
}

/// What became of a packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It arrived.
    Delivered {
        /// In which namespace.
        ns: NsName,
        /// At whom, in words.
        to: String,
    },
    /// It left by a device whose other end netloom does not see.
    Left {
        /// The namespace.
        ns: NsName,
        /// The device.
        dev: String,
    },
    /// It was dropped.
    Dropped {
        /// The step in [`Journey::steps`]; none if that was left out.
        step: Option<u32>,
        /// In which namespace.
        ns: NsName,
        /// At which device.
        dev: Option<String>,
        /// Why.
        reason: DropReason,
    },
    /// It cannot be said.
    Unknown {
        /// Why not.
        why: String,
    },
}

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
}

/// How many reasons there are.
pub const DROP_REASONS: usize = DropReason::ALL.len();
