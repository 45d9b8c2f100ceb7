//! Network namespaces: what each has of its own.

use crate::conntrack::Conntrack;
use crate::device::{DevId, Drops};
use crate::filter::{Filter, Remembered};
use crate::ip::icmp::RateLimit;
use crate::ip::reassembly::Fragments;
use crate::ip::v6::namespace::Inet6Ns;
use crate::ip::version::V4;
use crate::ipset::Sets;
use crate::mib::Mib;
use crate::neighbour::Neighbours;
use crate::nsids::Nsids;
use crate::route::Routing;
use crate::socket::NsSockets;
use crate::sysctl::{BridgeConf, Conf, ConntrackConf, Ipv4Conf, Ipv4Global, NeighbourConf};
use core::net::IpAddr;
use netloom_model::NsName;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A namespace of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NsId(pub(crate) u32);

/// A namespace.
#[derive(Clone)]
pub(crate) struct Namespace {
    pub(crate) name: NsName,
    /// Its devices by index.
    pub(crate) devices: BTreeMap<u32, DevId>,
    /// Its devices by name and altname.
    pub(crate) by_name: HashMap<String, DevId, foldhash::fast::FixedState>,
    /// The index that the next device gets.
    pub(crate) next_index: u32,
    pub(crate) loopback: DevId,
    pub(crate) routing: Routing,
    pub(crate) neighbours: Neighbours<V4>,
    pub(crate) settings: Ipv4Global,
    pub(crate) conf_all: Ipv4Conf,
    pub(crate) conf_default: Ipv4Conf,
    pub(crate) neighbour_default: NeighbourConf,
    pub(crate) sockets: NsSockets,
    /// Ids by which other namespaces are known here.
    pub(crate) nsids: Nsids,
    /// The identification of the next IPv4 packet made here.
    pub(crate) ident: u16,
    pub(crate) icmp_limit: RateLimit,
    pub(crate) fragments: Fragments<V4>,
    /// Groups that devices joined because they have them as addresses.
    pub(crate) autojoined: Vec<(IpAddr, DevId)>,
    /// Drops above the devices.
    pub(crate) drops: Drops,
    /// What it counts of its packets.
    pub(crate) mib: Mib,
    /// Its rules for packets, where it has any.
    pub(crate) filter: Option<Box<Filter>>,
    /// What those remember by name.
    pub(crate) remembered: Box<Remembered>,
    /// Its connections, where rules ask for them.
    pub(crate) conntrack: Option<Box<Conntrack>>,
    /// Sets that rules of xtables ask.
    pub(crate) ipsets: Option<Box<Sets>>,
    pub(crate) conntrack_conf: Box<ConntrackConf>,
    /// What of bridges' frames `br_netfilter` has pass the hooks of IP and ARP.
    pub(crate) bridge_conf: BridgeConf,
    /// What was told of its settings when this world was loaded, beyond those that netloom has.
    pub(crate) kept_settings: Option<Arc<crate::twin::KeptSettings>>,
    /// What it has for IPv6.
    pub(crate) v6: Box<Inet6Ns>,
}

impl Namespace {
    /// A namespace without devices (its `lo` is made next).
    pub(crate) fn new(name: NsName, ipv6_disabled: bool) -> Namespace {
        Namespace {
            name,
            devices: BTreeMap::new(),
            by_name: HashMap::default(),
            next_index: 1,
            loopback: DevId::NONE,
            routing: Routing::default(),
            neighbours: Neighbours::default(),
            settings: Ipv4Global::default(),
            conf_all: Ipv4Conf::default(),
            conf_default: {
                let mut conf = Ipv4Conf::default();
                conf.set(Conf::AcceptSourceRoute, 1);
                conf
            },
            neighbour_default: NeighbourConf::default(),
            sockets: NsSockets::default(),
            nsids: Nsids::default(),
            ident: 0,
            icmp_limit: RateLimit::default(),
            fragments: Fragments::default(),
            autojoined: Vec::new(),
            drops: Drops::default(),
            mib: Mib::default(),
            filter: None,
            remembered: Box::default(),
            conntrack: None,
            ipsets: None,
            conntrack_conf: Box::default(),
            bridge_conf: BridgeConf::default(),
            kept_settings: None,
            v6: Box::new(Inet6Ns::new(ipv6_disabled)),
        }
    }

    pub(crate) fn device(&self, index: u32) -> Option<DevId> {
        self.devices.get(&index).copied()
    }
}
