//! Links: the network devices of a namespace, as rtnetlink(7) tells of them.

use crate::bridge::{BridgePort, BridgePortSettings, BridgeSettings, BridgeState};
use crate::names::{LinkRef, NsName};
use crate::tun::{Tun, TunMode};
use core::fmt;
use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// The flags of a link (`IFF_*`, netdevice(7)).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LinkFlags(pub u32);

macro_rules! link_flags {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)*) => {
        impl LinkFlags {
            $($(#[$doc])* pub const $name: LinkFlags = LinkFlags($bit);)*
        }
        const FLAG_NAMES: &[(LinkFlags, &str)] = &[$((LinkFlags::$name, stringify!($name)),)*];
    };
}

link_flags! {
    /// Administratively up.
    UP = 0x1;
    /// Has a valid broadcast address.
    BROADCAST = 0x2;
    /// Is a loopback.
    LOOPBACK = 0x8;
    /// Has one peer only.
    POINTOPOINT = 0x10;
    /// Operational (RFC 2863).
    RUNNING = 0x40;
    /// Does not resolve addresses.
    NOARP = 0x80;
    /// Receives every frame; set by the user.
    PROMISC = 0x100;
    /// Receives every multicast frame.
    ALLMULTI = 0x200;
    /// Multicast capable.
    MULTICAST = 0x1000;
    /// The lower layer has carrier.
    LOWER_UP = 0x1_0000;
    /// The link waits for something outside.
    DORMANT = 0x2_0000;
}

impl LinkFlags {
    /// Whether all flags of `other` are set.
    #[must_use]
    pub const fn contains(self, other: LinkFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Sets or clears the flags of `other`.
    pub fn set(&mut self, other: LinkFlags, on: bool) {
        if on {
            self.0 |= other.0;
        } else {
            self.0 &= !other.0;
        }
    }

    /// Whether the link asks for its neighbours' addresses: not `lo`, nor one with `NOARP`.
    #[must_use]
    pub fn has_neighbours(self) -> bool {
        ![LinkFlags::LOOPBACK, LinkFlags::NOARP]
            .iter()
            .any(|flag| self.contains(*flag))
    }

    /// The flags of either.
    #[must_use]
    pub const fn union(self, other: LinkFlags) -> LinkFlags {
        LinkFlags(self.0 | other.0)
    }
}

impl fmt::Debug for LinkFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = FLAG_NAMES
            .iter()
            .filter(|(flag, _)| self.contains(*flag))
            .map(|(_, n)| n);
        f.debug_list().entries(names).finish()
    }
}

/// The operational state of RFC 2863.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OperState {
    /// The device does not tell (a loopback).
    Unknown,
    /// A component is missing.
    NotPresent,
    /// Down.
    Down,
    /// Down because of the link below.
    LowerLayerDown,
    /// In a test.
    Testing,
    /// Waits for something outside.
    Dormant,
    /// Passes packets.
    Up,
}

impl OperState {
    /// The word that `ip link` prints.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            OperState::Unknown => "UNKNOWN",
            OperState::NotPresent => "NOTPRESENT",
            OperState::Down => "DOWN",
            OperState::LowerLayerDown => "LOWERLAYERDOWN",
            OperState::Testing => "TESTING",
            OperState::Dormant => "DORMANT",
            OperState::Up => "UP",
        }
    }
}

/// The counters of a link, `struct rtnl_link_stats64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "the names are if_link.h's own; all are counts, bytes where said"
)]
pub struct LinkStats {
    pub rx_packets: u64,
    pub tx_packets: u64,
    pub rx_bytes: u64,
    pub tx_bytes: u64,
    pub rx_errors: u64,
    pub tx_errors: u64,
    pub rx_dropped: u64,
    pub tx_dropped: u64,
    pub multicast: u64,
    pub collisions: u64,
    pub rx_length_errors: u64,
    pub rx_over_errors: u64,
    pub rx_crc_errors: u64,
    pub rx_frame_errors: u64,
    pub rx_fifo_errors: u64,
    pub rx_missed_errors: u64,
    pub tx_aborted_errors: u64,
    pub tx_carrier_errors: u64,
    pub tx_fifo_errors: u64,
    pub tx_heartbeat_errors: u64,
    pub tx_window_errors: u64,
    pub rx_compressed: u64,
    pub tx_compressed: u64,
    pub rx_nohandler: u64,
}

/// What kind of device a link is, with what only that kind has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkKind {
    /// `lo`.
    Loopback,
    /// One end of a veth pair (veth(4)); the other end is [`Link::peer`].
    Veth,
    /// An Ethernet bridge.
    Bridge(Box<BridgeState>),
    /// A device that swallows what it sends.
    Dummy,
    /// A TUN or TAP: its other end is a program.
    Tun(Tun),
    /// A device of a running kernel of which no more is known here.
    Other(Box<OtherKind>),
}

/// See [`LinkKind::Other`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherKind {
    /// The word of `ip link add type`; none of real hardware.
    pub kind: Option<String>,
    /// The link layer, as `ip link` names it: `ether`, `ipip`, `none` ...
    pub link_type: String,
    /// The tunnel that it is an end of, if it is a VXLAN.
    #[serde(default)]
    pub vxlan: Option<Vxlan>,
    /// The tunnel that it is an end of, if it is one of IP (`ipip`, `sit`, `gre` ...).
    #[serde(default)]
    pub tunnel: Option<IpTunnel>,
}

impl OtherKind {
    /// Whether packets of IP carry what it sends, and lead to its other end.
    #[must_use]
    pub const fn is_carried(&self) -> bool {
        self.vxlan.is_some() || self.tunnel.is_some()
    }
}

/// An end of a tunnel of IP (ip-link(8) `type ipip`, `sit`, `gre`, `ip6tnl` and their kin).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IpTunnel {
    /// The address from which it sends, and at which others send to it.
    pub local: Option<IpAddr>,
    /// The other end; none: the next hop of each packet.
    pub remote: Option<IpAddr>,
    /// The keys of what it receives and of what it sends (RFC 2890), which gre alone has.
    pub keys: (Option<u32>, Option<u32>),
}

/// An end of a VXLAN (RFC 7348, ip-link(8) `type vxlan`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vxlan {
    /// The number of its network (VNI).
    pub id: u32,
    /// The address from which it sends, and at which others send to it.
    pub local: Option<IpAddr>,
    /// Where everything goes for which no entry says another host.
    pub remote: Option<IpAddr>,
    /// The port of UDP.
    pub port: u16,
}

impl LinkKind {
    /// The word of `ip link add type`; none for the loopback and for hardware, which nobody adds.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            LinkKind::Loopback => None,
            LinkKind::Veth => Some("veth"),
            LinkKind::Bridge(_) => Some("bridge"),
            LinkKind::Dummy => Some("dummy"),
            LinkKind::Tun(_) => Some("tun"),
            LinkKind::Other(other) => other.kind.as_deref(),
        }
    }

    /// The link layer (`link/ether` of `ip link`): `ether`, `loopback`, or `none` where packets
    /// have no link layer header.
    #[must_use]
    pub fn link_type(&self) -> &str {
        match self {
            LinkKind::Loopback => "loopback",
            LinkKind::Tun(tun) if matches!(tun.mode, TunMode::Tun) => "none",
            LinkKind::Other(other) => &other.link_type,
            LinkKind::Veth | LinkKind::Bridge(_) | LinkKind::Dummy | LinkKind::Tun(_) => "ether",
        }
    }
}

/// How IPv6 makes interface identifiers (`enum in6_addr_gen_mode`, ip-link(8) `addrgenmode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AddrGenMode {
    /// From the hardware address.
    Eui64,
    /// No link-local address is made.
    None,
    /// From a secret that is set (RFC 7217).
    StableSecret,
    /// The same, from a secret drawn at random.
    Random,
}

impl AddrGenMode {
    /// Every mode, in the order of their numbers.
    pub const ALL: [AddrGenMode; 4] = [
        AddrGenMode::Eui64,
        AddrGenMode::None,
        AddrGenMode::StableSecret,
        AddrGenMode::Random,
    ];

    /// Its number, that of `addr_gen_mode`.
    #[must_use]
    pub const fn number(self) -> i32 {
        self as i32
    }

    /// The mode of a number.
    #[must_use]
    pub fn of_number(number: i32) -> Option<AddrGenMode> {
        Self::ALL.into_iter().find(|mode| mode.number() == number)
    }

    /// The word of `ip link`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            AddrGenMode::Eui64 => "eui64",
            AddrGenMode::None => "none",
            AddrGenMode::StableSecret => "stable_secret",
            AddrGenMode::Random => "random",
        }
    }
}

/// The link that a link is tied to: a veth's other end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Its index, in its own namespace.
    pub index: u32,
    /// Its namespace.
    pub ns: NsName,
    /// The id of that namespace as seen from here (`link-netnsid`); none in the same namespace.
    pub nsid: Option<i32>,
}

impl Link {
    /// Whether its address is the lowest of its ports, among the links that there are: it is a bridge, and no
    /// user set one. One that has lost its last port has none, and one that never had a port what chance drew.
    pub fn follows_ports<'l>(&self, mut links: impl Iterator<Item = &'l Link>) -> bool {
        let LinkKind::Bridge(bridge) = &self.kind else {
            return false;
        };
        let mut has_port = || links.any(|port| port.master == Some(self.index));
        !bridge.address_set && (self.address.is_zero() || has_port())
    }
}

/// A network device as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Unique in its namespace, from 1 (`lo`).
    pub index: u32,
    /// Unique in its namespace, up to 15 bytes.
    pub name: String,
    /// Further names, up to 127 bytes each, in the order they were added.
    pub altnames: Vec<String>,
    /// What it is.
    pub kind: LinkKind,
    /// Flags, among them those that follow from others (`RUNNING`, `LOWER_UP`).
    pub flags: LinkFlags,
    /// Operational state.
    pub operstate: OperState,
    /// Whether the lower layer is there.
    pub carrier: bool,
    /// How often the carrier came or went.
    pub carrier_changes: u32,
    /// Hardware address.
    pub address: MacAddr,
    /// Hardware broadcast address.
    pub broadcast: MacAddr,
    /// Largest payload of a frame, in bytes.
    pub mtu: u32,
    /// Least MTU that may be set; 0 = no bound.
    pub min_mtu: u32,
    /// Greatest MTU that may be set; 0 = no bound.
    pub max_mtu: u32,
    /// Queueing discipline: `noop`, `noqueue`, ...
    pub qdisc: String,
    /// Length of the transmit queue, in packets.
    pub txqueuelen: u32,
    /// Number of transmit and receive queues.
    pub queues: (u32, u32),
    /// Device group.
    pub group: u32,
    /// How many asked for promiscuous mode.
    pub promiscuity: u32,
    /// How many asked for all multicast.
    pub allmulti: u32,
    /// A description for humans, up to 255 bytes.
    pub alias: Option<String>,
    /// The bridge (or other device) that this link is a port of.
    pub master: Option<u32>,
    /// The other end.
    pub peer: Option<Peer>,
    /// Counters.
    pub stats: LinkStats,
    /// What it is as a port of a bridge.
    pub bridge_port: Option<BridgePort>,
    /// How IPv6 makes its interface identifiers; none where it has no IPv6 at all.
    pub addr_gen_mode: Option<AddrGenMode>,
    /// Whether it takes packets that stand for several TCP segments (`ethtool -k DEV`,
    /// `tcp-segmentation-offload`).
    pub tso: bool,
}

/// What can be set on a link; what is `None` stays as it is (`ip link set`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkSettings {
    /// Up or down.
    pub up: Option<bool>,
    /// Resolves addresses (clears `NOARP`).
    pub arp: Option<bool>,
    /// Multicast capable.
    pub multicast: Option<bool>,
    /// Receives all multicast.
    pub allmulticast: Option<bool>,
    /// Receives everything.
    pub promisc: Option<bool>,
    /// MTU in bytes.
    pub mtu: Option<u32>,
    /// Hardware address.
    pub address: Option<MacAddr>,
    /// Hardware broadcast address.
    pub broadcast: Option<MacAddr>,
    /// The index of the other end of a veth that is made, if it must be that one.
    pub index: Option<u32>,
    /// New name; `%d` stands for the first free number.
    pub name: Option<String>,
    /// Transmit queue length.
    pub txqueuelen: Option<u32>,
    /// Whether it takes packets that stand for several TCP segments (`ethtool -K DEV tso`).
    pub tso: Option<bool>,
    /// Description; empty takes it away.
    pub alias: Option<String>,
    /// Device group.
    pub group: Option<u32>,
    /// Master; `Some(None)` takes it away.
    pub master: Option<Option<LinkRef>>,
    /// Move to this namespace.
    pub netns: Option<NsName>,
    /// How IPv6 is to make its interface identifiers (`addrgenmode`).
    pub addr_gen_mode: Option<AddrGenMode>,
    /// Settings of a bridge (`type bridge ...`).
    pub bridge: Option<BridgeSettings>,
    /// Settings of a bridge's port (`type bridge_slave ...`, `bridge link set`).
    pub bridge_port: Option<BridgePortSettings>,
}

/// The kind of a link to be made, with what only that kind needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NewKind {
    /// A veth pair; the peer's own name and settings (also its namespace).
    Veth {
        /// Name of the other end; empty = `veth%d`.
        peer: String,
        /// Settings of the other end.
        peer_settings: Box<LinkSettings>,
    },
    /// A bridge; its settings are [`LinkSettings::bridge`].
    Bridge,
    /// A dummy.
    Dummy,
    /// A TUN or TAP, whose other end is a program.
    Tun(Tun),
}

/// A link to be made (`ip link add`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLink {
    /// Its name; `%d` stands for the first free number, empty for the kind's own pattern.
    pub name: String,
    /// Its index, if it must be that one.
    pub index: Option<u32>,
    /// Its kind.
    pub kind: NewKind,
    /// What is set from the start (`netns`: where it is born).
    pub settings: LinkSettings,
}

impl NewLink {
    /// A link of `kind` called `name`, with everything else as the kind has it.
    pub fn new(name: impl Into<String>, kind: NewKind) -> NewLink {
        NewLink {
            name: name.into(),
            index: None,
            kind,
            settings: LinkSettings::default(),
        }
    }

    /// A veth pair `name` - `peer`, the peer in `peer_ns` where given.
    pub fn veth(
        name: impl Into<String>,
        peer: impl Into<String>,
        peer_ns: Option<NsName>,
    ) -> NewLink {
        let peer_settings = Box::new(LinkSettings {
            netns: peer_ns,
            ..LinkSettings::default()
        });
        NewLink::new(
            name,
            NewKind::Veth {
                peer: peer.into(),
                peer_settings,
            },
        )
    }
}
