//! What a world tells those who listen: a message for each change of a link, an address, a route, a
//! neighbour, a rule (rtnetlink(7)), in the order in which Linux sends them.

use crate::address::Address;
use crate::bridge::FdbEntry;
use crate::conntrack::{ConnectionNotice, ExpectationNotice};
use crate::link::Link;
use crate::mdb::MdbEntry;
use crate::names::{Family, NsName};
use crate::neighbour::Neighbour;
use crate::nexthop::Nexthop;
use crate::route::Route;
use crate::rule::Rule;
use crate::ruleset::event::RulesetEvents;
use crate::ruleset::{Hook, TableFamily};
use crate::time::Time;
use crate::trace::Traced;
use serde::{Deserialize, Serialize};

/// That something is there now as it is told, or is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// When.
    pub at: Time,
    /// Whether it is gone (`RTM_DEL*`).
    pub gone: bool,
    /// What it is about.
    pub about: About,
}

/// What a [`Notice`] is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// A link.
    Link {
        /// As it is, or was.
        link: Box<Link>,
        /// The namespace that it went to, and its index there.
        moved: Option<(NsName, u32)>,
        /// Told because its features may have changed (`IFLA_EVENT`).
        features: bool,
    },
    /// A link as the port of a bridge, in the family of bridges; one that is no port any more has
    /// its master still.
    Port(Box<Link>),
    /// An entry of a forwarding database.
    Fdb(Box<FdbEntry>),
    /// An entry of a bridge's database of groups.
    Mdb(Box<MdbEntry>),
    /// An address.
    Address(Box<Address>),
    /// A route.
    Route(Box<Route>),
    /// A neighbour.
    Neighbour(Box<Neighbour>),
    /// A rule.
    Rule(Box<Rule>),
    /// A next hop object.
    Nexthop(Nexthop),
    /// A connection; told to those alone who listen to connections.
    Connection(Box<ConnectionNotice>),
    /// A connection that another one announced; told to those alone who listen to connections.
    Expectation(Box<ExpectationNotice>),
    /// A namespace: whoever listens anywhere is told.
    Namespace(NsName),
    /// A packet that a rule hands to the program of a group (`NFLOG`); it alone is told.
    Logged(Box<Logged>),
    /// What a transaction did to the rules.
    Ruleset(Box<RulesetEvents>),
    /// A step of a packet that is followed.
    Traced(Box<Traced>),
    /// The id by which another namespace is known here.
    Nsid {
        /// The id.
        id: i32,
        /// The namespace.
        ns: NsName,
    },
    /// The settings of a device that routing daemons follow.
    Netconf {
        /// Of which version of IP.
        family: Family,
        /// The index of the device; none for `all` and `default`.
        dev: Option<u32>,
        /// The name of the device, `all` or `default`.
        name: String,
        /// Which there are.
        told: Netconf,
    },
}

/// Settings that are told of a device: all of them, or the one that was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Netconf {
    /// `forwarding`.
    pub forwarding: Option<bool>,
    /// `rp_filter`; 1 is strict, 2 is loose.
    pub rp_filter: Option<u8>,
    /// `mc_forwarding`.
    pub mc_forwarding: Option<bool>,
    /// `proxy_arp` or `proxy_ndp`.
    pub proxy: Option<bool>,
    /// `ignore_routes_with_linkdown`.
    pub ignore_linkdown: Option<bool>,
}

/// A packet that a rule logged for the program of a group (`NFULNL_MSG_PACKET`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged {
    /// The group.
    pub group: u16,
    /// What the rule says of it.
    pub prefix: String,
    /// The hook it was at.
    pub hook: Hook,
    /// What it is: of IPv4, IPv6 ...
    pub ethertype: u16,
    /// By which family's chains it was logged.
    pub family: TableFamily,
    /// The index of the device that it came by, and of the one it leaves by; 0: none. Of frames of a
    /// bridge that is the bridge.
    pub devices: (u32, u32),
    /// Those of the bridge's ports.
    pub ports: (u32, u32),
    /// The type of the device that it came by (`ARPHRD_ETHER`), and the header that it came with.
    pub header: Option<(u16, Vec<u8>)>,
    /// Its mark.
    pub mark: u32,
    /// The user and the group of the program that sends it.
    pub user: Option<(u32, u32)>,
    /// What is told of it, from its network header on.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// How many notices wait for one who listens; beyond, the newest are lost and it is told so
/// (`ENOBUFS`).
pub const MOST: usize = 4096;
