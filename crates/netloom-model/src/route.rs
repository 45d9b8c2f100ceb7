//! Routes (ip-route(8)).

use crate::names::{Family, IpNet};
use core::net::IpAddr;
use serde::{Deserialize, Serialize};

/// The tables that have names (rtnetlink(7), `RT_TABLE_*`).
pub mod table {
    /// Default routes of last resort, looked up after `main`.
    pub const DEFAULT: u32 = 253;
    /// Where routes go that name no table.
    pub const MAIN: u32 = 254;
    /// Local and broadcast addresses, kept by the kernel.
    pub const LOCAL: u32 = 255;
}

/// Who made a route (`RTPROT_*`); other numbers are routing daemons'.
pub mod protocol {
    /// Nobody said.
    pub const UNSPEC: u8 = 0;
    /// By an ICMP redirect.
    pub const REDIRECT: u8 = 1;
    /// By the kernel, with an address.
    pub const KERNEL: u8 = 2;
    /// By `ip route`.
    pub const BOOT: u8 = 3;
    /// By the administrator.
    pub const STATIC: u8 = 4;
    /// By a router's advertisement.
    pub const RA: u8 = 9;
}

/// What a route does with its packets (`RTN_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RouteType {
    /// Goes to a gateway or is on the link.
    Unicast,
    /// Is delivered here.
    Local,
    /// Is delivered here and sent as a link broadcast.
    Broadcast,
    /// Is sent as unicast and received as broadcast.
    Anycast,
    /// Goes to a group.
    Multicast,
    /// Is dropped in silence; a local sender gets `EINVAL`.
    Blackhole,
    /// Is answered by ICMP host unreachable; a local sender gets `EHOSTUNREACH`.
    Unreachable,
    /// Is answered by ICMP administratively prohibited; a local sender gets `EACCES`.
    Prohibit,
    /// Ends the lookup in this table; the next rule goes on.
    Throw,
}

impl RouteType {
    /// The word of ip-route(8).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            RouteType::Unicast => "unicast",
            RouteType::Local => "local",
            RouteType::Broadcast => "broadcast",
            RouteType::Anycast => "anycast",
            RouteType::Multicast => "multicast",
            RouteType::Blackhole => "blackhole",
            RouteType::Unreachable => "unreachable",
            RouteType::Prohibit => "prohibit",
            RouteType::Throw => "throw",
        }
    }
}

/// How far a destination or an address reaches (`RT_SCOPE_*`): greater is narrower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope(pub u8);

impl Scope {
    /// Everywhere (`global`).
    pub const UNIVERSE: Scope = Scope(0);
    /// Inside the site.
    pub const SITE: Scope = Scope(200);
    /// On the link.
    pub const LINK: Scope = Scope(253);
    /// On this host.
    pub const HOST: Scope = Scope(254);
    /// Nowhere.
    pub const NOWHERE: Scope = Scope(255);
}

/// One way to a destination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextHop {
    /// The gateway; none where the destination is on the link.
    pub via: Option<IpAddr>,
    /// The link's index; none for types that need none.
    pub dev: Option<u32>,
    /// Share of the traffic, 1 to 256.
    pub weight: u16,
    /// The gateway is taken to be on the link, whatever the addresses say.
    pub onlink: bool,
    /// The link is down (`dead`); told by the kernel, never set.
    pub dead: bool,
    /// The link has no carrier (`linkdown`); told by the kernel, never set.
    pub linkdown: bool,
}

/// The metrics that a route can carry (`RTAX_*`); 0 = not set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are ip-route(8)'s own")]
pub struct RouteMetrics {
    pub mtu: u32,
    pub mtu_lock: bool,
    pub advmss: u32,
    pub hoplimit: u32,
    pub window: u32,
    pub rtt: u32,
    pub initcwnd: u32,
    pub initrwnd: u32,
    pub quickack: u32,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The destination, host bits clear.
    pub dst: IpNet,
    /// Type of service that it is for; 0 = any.
    pub tos: u8,
    /// The table that it is in.
    pub table: u32,
    /// What it does.
    pub kind: RouteType,
    /// Who made it ([`protocol`]).
    pub protocol: u8,
    /// How far the destination is.
    pub scope: Scope,
    /// Priority among routes to the same destination: less wins (`metric`).
    pub metric: u32,
    /// The source address that local senders take.
    pub prefsrc: Option<IpAddr>,
    /// Its metrics.
    pub metrics: RouteMetrics,
    /// The ways there: one, or several to share the traffic; none for types that need none.
    pub nexthops: Vec<NextHop>,
    /// The next hop object that it follows, whose ways are its own.
    pub nhid: Option<u32>,
    /// Seconds until it goes (IPv6); `None` = stays.
    pub expires: Option<u32>,
    /// Preference among routers (RFC 4191, IPv6): 0 medium, 1 high, 3 low.
    pub preference: u8,
    /// What else the kernel says of it that decides about packets and is not known here, by ip-route(8)'s
    /// words: `encap`, `from`. No verdict rests on such a route.
    #[serde(default)]
    pub beyond: Vec<String>,
}

impl Route {
    /// A unicast route to `dst` in the main table, as `ip route add` begins one.
    #[must_use]
    pub fn new(dst: IpNet) -> Route {
        Route {
            dst: dst.network(),
            tos: 0,
            table: table::MAIN,
            kind: RouteType::Unicast,
            protocol: protocol::BOOT,
            scope: Scope::UNIVERSE,
            metric: 0,
            prefsrc: None,
            metrics: RouteMetrics::default(),
            nexthops: Vec::new(),
            nhid: None,
            expires: None,
            preference: 0,
            beyond: Vec::new(),
        }
    }

    /// The family of its destination.
    #[must_use]
    pub const fn family(&self) -> Family {
        self.dst.family()
    }
}

/// Which route to delete: the first that fits everything named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteMatch {
    /// The destination, exactly.
    pub dst: IpNet,
    /// The table.
    pub table: u32,
    /// Type of service.
    pub tos: u8,
    /// Its type.
    pub kind: Option<RouteType>,
    /// Its scope.
    pub scope: Option<Scope>,
    /// Its protocol.
    pub protocol: Option<u8>,
    /// Its metric.
    pub metric: Option<u32>,
    /// Its preferred source.
    pub prefsrc: Option<IpAddr>,
    /// A gateway it must have.
    pub via: Option<IpAddr>,
    /// A link it must use.
    pub dev: Option<u32>,
    /// The next hop object it must follow.
    pub nhid: Option<u32>,
}

impl RouteMatch {
    /// Any route to exactly `dst` in the main table.
    #[must_use]
    pub fn new(dst: IpNet) -> RouteMatch {
        RouteMatch {
            dst: dst.network(),
            table: table::MAIN,
            tos: 0,
            kind: None,
            scope: None,
            protocol: None,
            metric: None,
            prefsrc: None,
            via: None,
            dev: None,
            nhid: None,
        }
    }
}

/// What `ip route get` asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteQuery {
    /// Where to.
    pub to: IpAddr,
    /// Where from.
    pub from: Option<IpAddr>,
    /// As if received by this link.
    pub iif: Option<u32>,
    /// Out of this link only.
    pub oif: Option<u32>,
    /// With this mark.
    pub mark: u32,
    /// With this type of service.
    pub tos: u8,
    /// Of this protocol, where that tells flows apart; 0 = none said.
    pub protocol: u8,
    /// Between these ports, source and destination.
    pub ports: (u16, u16),
    /// From a program of this user.
    pub uid: u32,
    /// Answer with the table's own route rather than with the resolved one (`fibmatch`).
    pub fibmatch: bool,
}

/// What `ip route get` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteAnswer {
    /// The resolved route: destination, type, gateway, device, source; its table.
    pub route: Route,
    /// The sysctl-like flags that iproute2 prints after `cache`: `local`, `broadcast`, `redirected`...
    pub cache_flags: Vec<String>,
    /// The source address chosen.
    pub source: Option<IpAddr>,
}
