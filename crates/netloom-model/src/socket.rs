//! Sockets as programs see them (socket(7), ip(7), icmp(7), udp(7), packet(7)).

use crate::error::Errno;
use crate::time::Time;
use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;
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
    /// `AF_INET6, SOCK_DGRAM, IPPROTO_UDP`, over IPv4 too unless [`SocketOption::OnlyV6`]: addresses
    /// of IPv4 are then inside those of IPv6 (`::ffff:192.0.2.1`).
    Udp6,
    /// `/dev/net/tun`: the program's end of a TUN or TAP ([`Request::AttachTun`](crate::Request)).
    Tun,
    /// `AF_INET, SOCK_STREAM`: TCP.
    Tcp,
    /// `AF_INET6, SOCK_STREAM`: TCP, over IPv4 too unless [`SocketOption::OnlyV6`].
    Tcp6,
    /// `AF_PACKET, SOCK_RAW` of this EtherType (3 = `ETH_P_ALL`: everything, sent frames too).
    Packet(u16),
    /// `AF_NETLINK, NETLINK_ROUTE`, in every group: receives [`Notice`](crate::notice::Notice)s.
    Monitor,
    /// `AF_NETLINK, NETLINK_NETFILTER`, in the groups of connections and of announced ones: receives
    /// [`Notice`](crate::notice::Notice)s of those.
    ConntrackMonitor,
    /// `AF_NETLINK, NETLINK_NETFILTER`, of the groups that [`SocketOption::LogGroup`] names: receives a
    /// [`Notice`](crate::notice::Notice) of each packet that a rule logs for one.
    PacketLog,
}

impl SocketKind {
    /// Whether it is of IPv6.
    #[must_use]
    pub const fn is_v6(self) -> bool {
        matches!(
            self,
            SocketKind::Ping6 | SocketKind::Raw6(_) | SocketKind::Udp6 | SocketKind::Tcp6
        )
    }

    /// Whether it is TCP.
    #[must_use]
    pub const fn is_tcp(self) -> bool {
        matches!(self, SocketKind::Tcp | SocketKind::Tcp6)
    }

    /// Whether its sockets are told apart by ports or echo identifiers.
    #[must_use]
    pub const fn has_ports(self) -> bool {
        matches!(
            self,
            SocketKind::Ping
                | SocketKind::Udp
                | SocketKind::Ping6
                | SocketKind::Udp6
                | SocketKind::Tcp
                | SocketKind::Tcp6
        )
    }
}

/// What setsockopt(2) sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SocketOption {
    /// `NFULNL_CFG_CMD_BIND`: packets that rules log for this group; one socket of a namespace has it.
    LogGroup(u16),
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
    /// `IP_MULTICAST_IF`, by index; 0 = as routed.
    MulticastInterface(u32),
    /// `IP_MULTICAST_IF`, by an address of a link, which is then the source too; 0.0.0.0 = as routed.
    MulticastAddress(Ipv4Addr),
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
    /// `IP_TRANSPARENT`, `IPV6_TRANSPARENT`.
    Transparent(bool),
    /// `SO_RCVBUF`, in bytes.
    ReceiveBuffer(u32),
    /// `PACKET_MR_PROMISC` on the bound device.
    Promiscuous(bool),
    /// `SO_REUSEADDR`.
    ReuseAddress(bool),
    /// `SO_REUSEPORT`.
    ReusePort(bool),
    /// `IPV6_V6ONLY`.
    OnlyV6(bool),
    /// `O_NONBLOCK`: connect, accept and send do not wait.
    NonBlocking(bool),
    /// How long connect waits (`SO_SNDTIMEO`); zero: as long as it takes.
    ConnectTimeout(Duration),
    /// `SO_SNDBUF`, in bytes.
    SendBuffer(u32),
    /// `SO_KEEPALIVE`.
    KeepAlive(bool),
    /// `SO_LINGER` with this many seconds; only zero matters here: closing resets the connection.
    Linger(Option<u32>),
    /// `TCP_NODELAY`.
    NoDelay(bool),
    /// `TCP_CORK`.
    Cork(bool),
    /// `TCP_KEEPIDLE`, `TCP_KEEPINTVL` in seconds, and `TCP_KEEPCNT`.
    KeepAliveTimes {
        /// Seconds of silence before the first probe.
        idle: u32,
        /// Seconds between two probes.
        interval: u32,
        /// Probes without an answer that end the connection.
        count: u32,
    },
    /// `TCP_MAXSEG`.
    MaxSegment(u16),
    /// `TCP_SYNCNT`.
    SynRetries(u8),
    /// `TCP_USER_TIMEOUT`.
    UserTimeout(Duration),
}

/// Which direction of a connection ends (shutdown(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shutdown {
    /// Nothing more is read.
    Read,
    /// Nothing more is sent: the other side sees the end.
    Write,
    /// Both.
    Both,
}

/// What a socket is waited for, or is ready for (poll(2)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interest {
    /// Something can be received or accepted, be it the end or an error (`POLLIN`).
    pub read: bool,
    /// Something can be sent; a connection is made or has failed (`POLLOUT`).
    pub write: bool,
    /// It has a pending error (`POLLERR`); told without being asked for.
    pub error: bool,
    /// Both directions have ended (`POLLHUP`); told without being asked for.
    pub hung_up: bool,
}

impl Interest {
    /// Nothing.
    pub const NONE: Interest = Interest {
        read: false,
        write: false,
        error: false,
        hung_up: false,
    };
    /// To receive.
    pub const READ: Interest = Interest {
        read: true,
        ..Interest::NONE
    };
    /// To send.
    pub const WRITE: Interest = Interest {
        write: true,
        ..Interest::NONE
    };
    /// Either.
    pub const BOTH: Interest = Interest {
        read: true,
        ..Interest::WRITE
    };

    /// Whether there is anything.
    #[must_use]
    pub const fn any(self) -> bool {
        self.read || self.write || self.error || self.hung_up
    }
}

/// The states of a connection (RFC 9293 section 3.3.2), by Linux's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the RFC's own")]
pub enum TcpState {
    Established = 1,
    SynSent = 2,
    SynReceived = 3,
    FinWait1 = 4,
    FinWait2 = 5,
    TimeWait = 6,
    #[default]
    Closed = 7,
    CloseWait = 8,
    LastAck = 9,
    Listen = 10,
    Closing = 11,
}

/// How a connection is doing (tcp(7), `TCP_INFO`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TcpInfo {
    /// Its state.
    pub state: TcpState,
    /// Segments are at most this long, without headers.
    pub send_mss: u32,
    /// The path's MTU.
    pub path_mtu: u32,
    /// The window scales, sent and received; none where they were not agreed on.
    pub window_scale: Option<(u8, u8)>,
    /// Whether timestamps are used.
    pub timestamps: bool,
    /// Whether selective acknowledgements are.
    pub sack: bool,
    /// Congestion window in segments.
    pub cwnd: u32,
    /// Slow start threshold in segments.
    pub ssthresh: Option<u32>,
    /// Smoothed round-trip time and its variation.
    pub rtt: Duration,
    /// Variation of the round-trip time.
    pub rtt_variation: Duration,
    /// Retransmission timeout.
    pub rto: Duration,
    /// Retransmissions of the segment under way.
    pub retransmits: u32,
    /// Segments that were sent again, in all.
    pub total_retransmits: u64,
    /// Bytes that were acknowledged.
    pub bytes_acked: u64,
    /// Bytes that were received in order.
    pub bytes_received: u64,
    /// Bytes that were sent, counting repetitions.
    pub bytes_sent: u64,
    /// Segments sent and received.
    pub segments: (u64, u64),
    /// Bytes not yet acknowledged by the other side, and not yet read by the program.
    pub queues: (u32, u32),
    /// The windows, of the other side and one's own.
    pub windows: (u32, u32),
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
    #[serde(with = "serde_bytes")]
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

impl Datagram {
    /// Puts its addresses of IPv4 inside those of IPv6 (RFC 3493 section 3.7).
    pub fn map_to_v6(&mut self) {
        self.from = self.from.map(|(from, port)| (mapped(from), port));
        self.to = self.to.map(mapped);
    }
}

/// An address of IPv4 inside one of IPv6; any other as it is.
fn mapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().into(),
        IpAddr::V6(_) => address,
    }
}

impl SocketError {
    /// The error with its addresses of IPv4 inside those of IPv6 (RFC 3493 section 3.7).
    #[must_use]
    pub fn mapped_to_v6(self) -> SocketError {
        SocketError {
            offender: self.offender.map(mapped),
            to: self.to.map(|(to, port)| (mapped(to), port)),
            ..self
        }
    }
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
    #[serde(with = "serde_bytes")]
    pub data: Vec<u8>,
}

/// What recvmsg(2) gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Received {
    /// A datagram.
    Datagram(Datagram),
    /// The next bytes of a stream; none: the other side sends no more.
    Stream(#[serde(with = "serde_bytes")] Vec<u8>),
    /// An error from the error queue (or a pending one, with little in it).
    Error(SocketError),
    /// Nothing came until the deadline.
    Nothing,
}
