//! What a device has for IPv6 (`struct inet6_dev`).

use super::namespace::Inet6Ns;
use super::router::advertise::Advertiser;
use crate::ip::membership::Memberships;
use crate::sysctl::{Conf6, Ipv6Conf, NeighbourConf};
use core::net::{IpAddr, Ipv6Addr};
use netloom_model::{Address, Time};

/// What a device has for IPv6. What a packet that was received asks first stands together.
#[derive(Clone, Debug)]
#[repr(C)]
pub(crate) struct Inet6 {
    /// IPv6 runs on it: it is up and nothing forbids it.
    pub(crate) running: bool,
    /// It had carrier since it came up (`IF_READY`).
    pub(crate) ready: bool,
    /// Groups listened to.
    pub(crate) groups: Memberships<Ipv6Addr>,
    pub(crate) conf: Ipv6Conf,
    pub(crate) neighbour_conf: NeighbourConf,
    /// The addresses: those of wider scope first, among equals the newest first.
    pub(crate) addresses: Vec<Ifa6>,
    /// Anycast addresses, those of subnets' routers.
    pub(crate) anycast: Vec<Ipv6Addr>,
    /// Tells the timers of addresses apart.
    pub(crate) next_id: u32,
    /// Router solicitations sent since the link-local address became usable; none once a router
    /// answered.
    pub(crate) solicited: Option<u32>,
    /// The secret that stable identifiers are made of (`stable_secret`).
    pub(crate) secret: Option<u128>,
    /// By how much temporary addresses are preferred for less than the setting says.
    pub(crate) desync: Option<u32>,
    /// What it tells hosts as a router.
    pub(crate) advertiser: Option<Box<Advertiser>>,
}

impl Inet6 {
    /// As a device of that MTU begins in a namespace.
    pub(crate) fn new(ns: &Inet6Ns, mtu: u32) -> Inet6 {
        let mut conf = ns.conf_default.clone();
        conf.set(Conf6::Mtu, mtu as i32);
        Inet6 {
            conf,
            neighbour_conf: ns.neighbour_default.clone(),
            addresses: Vec::new(),
            anycast: Vec::new(),
            groups: Memberships::default(),
            running: false,
            ready: false,
            next_id: 0,
            solicited: None,
            secret: None,
            desync: None,
            advertiser: None,
        }
    }

    /// The address `addr`, if the device has it.
    pub(crate) fn find(&self, addr: Ipv6Addr) -> Option<&Ifa6> {
        self.addresses.iter().find(|ifa| ifa.addr() == addr)
    }

    /// Its link-local address, once that may be used.
    pub(crate) fn link_local(&self) -> Option<Ipv6Addr> {
        let usable = |ifa: &&Ifa6| ifa.addr().is_unicast_link_local() && ifa.is_usable();
        self.addresses.iter().find(usable).map(Ifa6::addr)
    }

    /// Whether it listens to a group.
    pub(crate) fn listens(&self, group: Ipv6Addr) -> bool {
        self.groups.contains(group)
    }
}

/// An IPv6 address of a device (`struct inet6_ifaddr`).
#[derive(Clone, Debug)]
pub(crate) struct Ifa6 {
    pub(crate) address: Address,
    /// When its lifetime was last set.
    pub(crate) set_at: Time,
    /// Tells its timers from those of an earlier address.
    pub(crate) id: u32,
    /// Solicitations still to be sent before it is taken to be free.
    pub(crate) probes: u8,
    /// The nonce of the last solicitation.
    pub(crate) nonce: u64,
    /// Made of a router's prefix.
    pub(crate) of_router: bool,
    /// When it was made.
    pub(crate) made_at: Time,
    /// The address of whose prefix it was made for a while.
    pub(crate) temporary_of: Option<u32>,
    /// Its next one was made already.
    pub(crate) followed: bool,
    /// How many identifiers before its own were not free.
    pub(crate) failures: u8,
}

impl Ifa6 {
    /// The address.
    pub(crate) fn addr(&self) -> Ipv6Addr {
        match self.address.local.addr {
            IpAddr::V6(addr) => addr,
            IpAddr::V4(_) => Ipv6Addr::UNSPECIFIED,
        }
    }

    /// Whether it is no temporary one.
    pub(crate) fn is_public(&self) -> bool {
        self.temporary_of.is_none()
    }

    /// Whether packets may come from it and go to it.
    pub(crate) fn is_usable(&self) -> bool {
        let flags = &self.address.flags;
        !flags.dad_failed && (!flags.tentative || flags.optimistic)
    }

    /// Whether its preferred lifetime is over.
    pub(crate) fn is_deprecated(&self, now: Time) -> bool {
        let age = now.since(self.set_at).as_secs();
        let over = |lft: u32| u64::from(lft) <= age;
        self.address.preferred_lft.is_some_and(over)
    }
}
