//! What a namespace has for IPv6.

use crate::ip::icmp::RateLimit;
use crate::ip::reassembly::Fragments;
use crate::ip::version::V6;
use crate::neighbour::Neighbours;
use crate::route::v6::Routing6;
use crate::sysctl::{Conf6, Ipv6Conf, Ipv6Global, NeighbourConf, neighbour_v6};

/// What a namespace has for IPv6.
#[derive(Clone)]
pub(crate) struct Inet6Ns {
    pub(crate) routing: Routing6,
    pub(crate) neighbours: Neighbours<V6>,
    pub(crate) conf_all: Ipv6Conf,
    pub(crate) conf_default: Ipv6Conf,
    pub(crate) neighbour_default: NeighbourConf,
    pub(crate) settings: Ipv6Global,
    pub(crate) icmp_limit: RateLimit,
    pub(crate) fragments: Fragments<V6>,
    /// The secret of devices that have none of their own (`conf.default.stable_secret`).
    pub(crate) secret: Option<u128>,
}

impl Inet6Ns {
    /// As a namespace begins; `disabled`: with the kernel's parameter `ipv6.disable_ipv6=1`.
    pub(crate) fn new(disabled: bool) -> Inet6Ns {
        let mut conf = Ipv6Conf::default();
        conf.set(Conf6::DisableIpv6, i32::from(disabled));
        Inet6Ns {
            routing: Routing6::default(),
            neighbours: Neighbours::default(),
            conf_all: {
                // Who asks whether addresses are free is each device's own business.
                let mut conf = conf.clone();
                conf.set(Conf6::AcceptDad, 0);
                conf
            },
            conf_default: conf,
            neighbour_default: neighbour_v6(),
            settings: Ipv6Global::default(),
            icmp_limit: RateLimit::default(),
            fragments: Fragments::default(),
            secret: None,
        }
    }
}
