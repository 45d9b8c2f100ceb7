//! A network as plain data.

use crate::address::Address;
use crate::advertise::Advertise;
use crate::bridge::FdbEntry;
use crate::conntrack::{Connection, Expectation, Statistics};
use crate::counters::Counters;
use crate::group::Membership;
use crate::ipset::IpSet;
use crate::link::Link;
use crate::mdb::{MdbEntry, MdbRouter};
use crate::names::{LinkRef, NsName};
use crate::neighbour::Neighbour;
use crate::nexthop::Nexthop;
use crate::route::Route;
use crate::rule::Rule;
use crate::ruleset::Ruleset;
use crate::setting::Settings;
use crate::socket_list::ListedSocket;
use crate::time::Time;
use crate::vlan::{BridgeVlan, GlobalVlan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that decides about packets, namespace by namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The clock of its world when it was read: by it moments in it are meant.
    #[serde(default)]
    pub clock: Time,
    /// The namespaces by name.
    pub namespaces: BTreeMap<NsName, Namespace>,
}

/// What belongs to one network namespace. A part that a file does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Namespace {
    /// Links in the order of their index.
    pub links: Vec<Link>,
    /// Addresses, link by link, in the kernel's order.
    pub addresses: Vec<Address>,
    /// Routes of every table, each table in the kernel's order.
    pub routes: Vec<Route>,
    /// The numbers of the IPv4 routing tables that there are: one stays when its routes go.
    pub route_tables: Vec<u32>,
    /// Next hop objects by number.
    pub nexthops: Vec<Nexthop>,
    /// Rules in the order in which they are asked.
    pub rules: Vec<Rule>,
    /// Rules for packets: those of nft and iptables.
    pub ruleset: Ruleset,
    /// Neighbours and proxy entries.
    pub neighbours: Vec<Neighbour>,
    /// Forwarding databases of its bridges, and the addresses that its devices listen to.
    pub fdb: Vec<FdbEntry>,
    /// The VLANs of bridges and their ports, device by device.
    pub vlans: Vec<BridgeVlan>,
    /// What bridges have for each VLAN, whichever ports are in it.
    pub global_vlans: Vec<GlobalVlan>,
    /// Groups that its bridges forward to ports, bridge by bridge.
    pub mdb: Vec<MdbEntry>,
    /// The ports of its bridges behind which routers of groups are.
    pub mdb_routers: Vec<MdbRouter>,
    /// Settings by their dotted name: `net.ipv4.ip_forward`.
    pub sysctls: Settings,
    /// The ids by which this namespace knows others (`ip netns list-id`).
    pub nsids: BTreeMap<i32, NsName>,
    /// Groups listened to, link by link: hardware groups, then those of IPv4, then of IPv6.
    pub groups: Vec<Membership>,
    /// What it tells hosts as a router, per link.
    pub advertised: BTreeMap<u32, Advertise>,
    /// What it counted of its packets (`nstat`).
    pub counters: Counters,
    /// Its sockets (`ss`).
    pub sockets: Vec<ListedSocket>,
    /// Connections that it remembers (`conntrack -L`).
    pub connections: Vec<Connection>,
    /// Connections that others announced (`conntrack -L expect`).
    pub expectations: Vec<Expectation>,
    /// What it counted of connections, processor by processor (`conntrack -S`).
    pub tracked: Vec<Statistics>,
    /// Sets that rules of xtables ask, in the order in which they were made.
    pub ipsets: Vec<IpSet>,
}

impl Namespace {
    /// The link that `link` refers to.
    #[must_use]
    pub fn link(&self, link: &LinkRef) -> Option<&Link> {
        match link {
            LinkRef::Index(index) => self.links.iter().find(|l| l.index == *index),
            LinkRef::Name(name) => self
                .links
                .iter()
                .find(|l| l.name == *name || l.altnames.contains(name)),
        }
    }

    /// The name of link `index`; `if7` where there is none, as iproute2 prints it.
    #[must_use]
    pub fn link_name(&self, index: u32) -> String {
        self.link(&LinkRef::Index(index))
            .map_or_else(|| format!("if{index}"), |l| l.name.clone())
    }
}

/// Which parts of a state are wanted; what is not wanted stays empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the same name in Namespace; vlans brings the global ones too, \
              connections the expectations, counters what was counted of connections"
)]
pub struct Parts {
    pub links: bool,
    pub addresses: bool,
    pub routes: bool,
    pub nexthops: bool,
    pub rules: bool,
    pub ruleset: bool,
    pub neighbours: bool,
    pub fdb: bool,
    pub groups: bool,
    pub vlans: bool,
    pub mdb: bool,
    pub sysctls: bool,
    pub counters: bool,
    pub sockets: bool,
    pub connections: bool,
    pub ipsets: bool,
}

impl Parts {
    /// Nothing but names and ids of namespaces.
    pub const NONE: Parts = Parts {
        links: false,
        addresses: false,
        routes: false,
        nexthops: false,
        rules: false,
        ruleset: false,
        neighbours: false,
        fdb: false,
        groups: false,
        vlans: false,
        mdb: false,
        sysctls: false,
        counters: false,
        sockets: false,
        connections: false,
        ipsets: false,
    };
    /// Everything.
    pub const ALL: Parts = Parts {
        links: true,
        addresses: true,
        routes: true,
        nexthops: true,
        rules: true,
        ruleset: true,
        neighbours: true,
        fdb: true,
        groups: true,
        vlans: true,
        mdb: true,
        sysctls: true,
        counters: true,
        sockets: true,
        connections: true,
        ipsets: true,
    };
    /// Links alone.
    pub const LINKS: Parts = Parts {
        links: true,
        ..Parts::NONE
    };
}
