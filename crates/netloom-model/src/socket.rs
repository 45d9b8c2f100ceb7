//! Sockets as programs see them (socket(7), ip(7), icmp(7), udp(7), packet(7)).

use crate::error::Errno;
use crate::time::Time;
use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// A socket of one program, unique in its world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SocketId(pub u32);

/// What kind of socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SocketKind {
    /// `SOCK_DGRAM, IPPROTO_ICMP`: echo requests; the port is the echo identifier.
    Ping,
    /// `SOCK_RAW` of this IP protocol: receives whole IP packets, sends payloads (or whole packets
    /// with [`SocketOption::HeaderIncluded`]; protocol 255 implies that).
    Raw(u8),
    /// `SOCK_DGRAM, IPPROTO_UDP`.
    Udp,
    /// `AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6`: echo requests.
    Ping6,
    /// `AF_INET6, SOCK_RAW` of this protocol: receives and sends what follows the headers.
    Raw6(u8),
    /// `AF_INET6, SOCK_DGRAM, IPPROTO_UDP`, with `IPV6_V6ONLY`.
    Udp6,
    /// `/dev/net/tun`: the program's end of a TUN or TAP ([`Request::AttachTun`](crate::Request)).
    Tun,
    /// `AF_PACKET, SOCK_RAW` of this EtherType (3 = `ETH_P_ALL`: everything, sent frames too).
    Packet(u16),
}

impl SocketKind {
    /// Whether it is of IPv6.
    #[must_use]
    pub const fn is_v6(self) -> bool {
        matches!(
            self,
            SocketKind::Ping6 | SocketKind::Raw6(_) | SocketKind::Udp6
        )
    }

    /// Whether its sockets are told apart by ports or echo identifiers.
    #[must_use]
    pub const fn has_ports(self) -> bool {
        matches!(
            self,
            SocketKind::Ping | SocketKind::Udp | SocketKind::Ping6 | SocketKind::Udp6
        )
    }
}

/// What setsockopt(2) sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SocketOption {
    /// `SO_BINDTODEVICE`; the empty name unbinds. For packet sockets: the device of bind(2).
    BindToDevice(String),
    /// `IP_TTL`; 0 = the namespace's default.
    Ttl(u8),
    /// `IP_MULTICAST_ALL`: datagrams to every group that the host joined, not to those alone that
    /// the socket joined.
    MulticastAll(bool),
    /// `IP_MULTICAST_TTL`.
    MulticastTtl(u8),
    /// `IP_MULTICAST_LOOP`.
    MulticastLoop(bool),
    /// `IP_MULTICAST_IF`, by index.
    MulticastInterface(u32),
    /// `IP_ADD_MEMBERSHIP` on link `dev` (0: as routed).
    JoinGroup {
        /// The group.
        group: IpAddr,
        /// The link.
        dev: u32,
    },
    /// `IP_DROP_MEMBERSHIP` on link `dev`.
    LeaveGroup {
        /// The group.
        group: IpAddr,
        /// The link.
        dev: u32,
    },
    /// `IP_TOS`.
    Tos(u8),
    /// `SO_MARK`.
    Mark(u32),
    /// `SO_BROADCAST`.
    Broadcast(bool),
    /// `IP_MTU_DISCOVER`.
    PmtuDiscovery(PmtuDiscovery),
    /// `IP_RECVERR`: errors are queued with their origin.
    ReceiveErrors(bool),
    /// `IP_OPTIONS`.
    IpOptions(Vec<u8>),
    /// `IP_HDRINCL`.
    HeaderIncluded(bool),
    /// `SO_DONTROUTE`: only destinations on the link.
    DontRoute(bool),
    /// `IP_FREEBIND`.
    FreeBind(bool),
    /// `SO_RCVBUF`, in bytes.
    ReceiveBuffer(u32),
    /// `PACKET_MR_PROMISC` on the bound device.
    Promiscuous(bool),
}

/// `IP_MTU_DISCOVER` (ip(7)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PmtuDiscovery {
    /// Never set DF.
    Dont,
    /// As the route says: DF set, fragmented where the path is known to be narrower.
    #[default]
    Want,
    /// DF always; too long for the path is `EMSGSIZE`.
    Do,
    /// DF always, the path's MTU not looked at.
    Probe,
}

/// How a frame came to the link (packet(7), `sll_pkttype`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PacketType {
    /// To this host.
    #[default]
    Host,
    /// Broadcast.
    Broadcast,
    /// Multicast.
    Multicast,
    /// To somebody else, seen in promiscuous mode.
    OtherHost,
    /// Sent by this host.
    Outgoing,
}

/// What a socket received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Datagram {
    /// When.
    pub at: Time,
    /// Ping: the ICMP message. Raw: the whole IP packet (IPv6: what follows its headers). UDP: the payload. Packet: the frame.
    pub data: Vec<u8>,
    /// From whom; for packet sockets none.
    pub from: Option<(IpAddr, u16)>,
    /// To which address it was sent (`IP_PKTINFO`).
    pub to: Option<IpAddr>,
    /// TTL it arrived with (`IP_RECVTTL`).
    pub ttl: u8,
    /// TOS it arrived with (`IP_RECVTOS`).
    pub tos: u8,
    /// The index of the link it came by.
    pub dev: u32,
    /// Packet sockets: how it came.
    pub packet_type: PacketType,
    /// Packet sockets: source address of the frame.
    pub source_mac: Option<MacAddr>,
}

/// An error of the error queue (ip(7), `IP_RECVERR`, `struct sock_extended_err`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketError {
    /// When.
    pub at: Time,
    /// The error.
    pub errno: Errno,
    /// Whether it was found here (`SO_EE_ORIGIN_LOCAL`) and not by ICMP.
    pub local: bool,
    /// ICMP type and code.
    pub icmp: (u8, u8),
    /// `ee_info`: the MTU of a fragmentation-needed.
    pub info: u32,
    /// Who sent the ICMP message.
    pub offender: Option<IpAddr>,
    /// To whom the failed datagram was sent.
    pub to: Option<(IpAddr, u16)>,
    /// The payload of the failed datagram, as far as it came back.
    pub data: Vec<u8>,
}

/// What recvmsg(2) gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Received {
    /// A datagram.
    Datagram(Datagram),
    /// An error from the error queue (or a pending one, with little in it).
    Error(SocketError),
    /// Nothing came until the deadline.
    Nothing,
}
