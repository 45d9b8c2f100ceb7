//! Network devices: what all kinds have in common.

use crate::bridge::Port;
use crate::ip::membership::Memberships;
use crate::ip::v6::device::Inet6;
use crate::link::Kind;
use crate::link::groups::HardwareGroups;
use crate::namespace::{Namespace, NsId};
use crate::sysctl::{Conf, Ipv4Conf, NeighbourConf};
use core::net::Ipv4Addr;
use netloom_model::journey::DropReason;
use netloom_model::{Address, LinkFlags, LinkStats, MacAddr, Time};
use std::sync::Arc;

/// A device of an engine, whatever its namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DevId(pub(crate) u32);

impl DevId {
    /// No device.
    pub(crate) const NONE: DevId = DevId(u32::MAX);

    pub(crate) fn some(self) -> Option<DevId> {
        (self != DevId::NONE).then_some(self)
    }
}

/// A device. What every frame asks of it is in the first line of the processor's cache, what it
/// counts in the second.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(crate) struct Device {
    pub(crate) kind: Kind,
    /// What it is as a port of a bridge.
    pub(crate) port: Option<Box<Port>>,
    /// What it has for IPv6.
    pub(crate) v6: Box<Inet6>,
    pub(crate) ns: NsId,
    /// Its ifindex, unique in its namespace.
    pub(crate) index: u32,
    /// The flags that are set, not those that follow (`RUNNING`, `LOWER_UP`).
    pub(crate) flags: LinkFlags,
    pub(crate) mtu: u32,
    /// Frames of it that wait in the backlog.
    pub(crate) backlogged: u32,
    /// Packet sockets that look at it.
    pub(crate) taps: u16,
    pub(crate) mac: MacAddr,
    pub(crate) rx: Traffic,
    pub(crate) tx: Traffic,
    /// Received frames to a group.
    pub(crate) rx_multicast: u64,
    pub(crate) carrier: bool,
    pub(crate) conf: Box<Ipv4Conf>,
    pub(crate) neighbour_conf: Box<NeighbourConf>,
    /// IPv4 addresses, in the kernel's order.
    pub(crate) addresses: Vec<Ifa>,
    /// IPv4 groups joined.
    pub(crate) groups: Box<Memberships<Ipv4Addr>>,
    /// Hardware groups that it listens to.
    pub(crate) hardware_groups: HardwareGroups,
    pub(crate) drops: Drops,
    pub(crate) name: String,
    pub(crate) description: Box<Description>,
    /// The bridge that it is a port of.
    pub(crate) master: Option<DevId>,
    /// How many want promiscuous mode.
    pub(crate) promiscuity: u32,
    /// How many want all multicast.
    pub(crate) allmulti: u32,
}

/// What is known of a device and decides about no packet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Description {
    /// The settings of `conf` that were written for this device itself, a bit each: those of
    /// others follow what is written for `default`, as long as the device has no address.
    pub(crate) conf_written: u64,
    pub(crate) broadcast: MacAddr,
    pub(crate) txqueuelen: u32,
    pub(crate) group: u32,
    pub(crate) alias: Option<String>,
    pub(crate) altnames: Vec<String>,
    pub(crate) carrier_changes: u32,
    /// Whether it was ever brought up: until then its queue is `noop`.
    pub(crate) was_up: bool,
    /// Large packets are cut before they are given to it (`ethtool -K DEV tso off`).
    pub(crate) tso_off: bool,
    /// What was told of it when this world was loaded, where netloom would tell otherwise.
    pub(crate) told: Option<Arc<crate::twin::ToldLink>>,
    /// Hardware addresses beside its own that it listens to (`bridge fdb ... self`).
    pub(crate) extra_macs: Vec<MacAddr>,
}

/// Frames and bytes of one direction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) dropped: u64,
    pub(crate) errors: u64,
}

impl Traffic {
    #[inline]
    pub(crate) fn count(&mut self, bytes: usize) {
        self.packets += 1;
        self.bytes += bytes as u64;
    }
}

/// Drops by reason: those that occurred, of which there are few, in the order of the reasons.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drops(Vec<(DropReason, u64)>);

impl Drops {
    pub(crate) fn count(&mut self, reason: DropReason) {
        match self.0.binary_search_by_key(&reason, |(known, _)| *known) {
            Ok(at) => self.0[at].1 += 1,
            Err(at) => self.0.insert(at, (reason, 1)),
        }
    }

    /// How many packets were dropped for each reason that occurred.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (DropReason, u64)> {
        self.0.iter().copied()
    }
}

/// An IPv4 address of a device (`struct in_ifaddr`).
#[derive(Clone, Debug)]
pub(crate) struct Ifa {
    pub(crate) address: Address,
    /// When its lifetime was last set.
    pub(crate) set_at: Time,
}

impl Ifa {
    /// The local address.
    pub(crate) fn local(&self) -> Ipv4Addr {
        match self.address.local.addr {
            core::net::IpAddr::V4(a) => a,
            core::net::IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        }
    }
}

impl Device {
    /// Whether its own setting or `all`'s in its namespace is on.
    #[inline]
    pub(crate) fn either(&self, ns: &Namespace, key: Conf) -> bool {
        self.conf.on(key) || ns.conf_all.on(key)
    }

    /// Administratively up.
    #[inline]
    pub(crate) fn is_up(&self) -> bool {
        self.flags.contains(LinkFlags::UP)
    }

    /// Up, with carrier.
    #[inline]
    pub(crate) fn is_running(&self) -> bool {
        self.is_up() && self.carrier
    }

    #[inline]
    pub(crate) fn is_loopback(&self) -> bool {
        matches!(self.kind, Kind::Loopback)
    }

    /// Whether it takes packets that stand for several segments.
    #[inline]
    pub(crate) fn takes_large(&self) -> bool {
        self.kind.takes_large() && !self.description.tso_off
    }

    /// Whether neighbours on it are resolved.
    pub(crate) fn resolves(&self) -> bool {
        !self.flags.contains(LinkFlags::NOARP) && !self.is_loopback()
    }

    /// The counters as `ip -s link` shows them.
    pub(crate) fn stats(&self) -> LinkStats {
        LinkStats {
            rx_packets: self.rx.packets,
            rx_bytes: self.rx.bytes,
            rx_dropped: self.rx.dropped,
            rx_errors: self.rx.errors,
            tx_packets: self.tx.packets,
            tx_bytes: self.tx.bytes,
            tx_dropped: self.tx.dropped,
            tx_errors: self.tx.errors,
            multicast: self.rx_multicast,
            ..LinkStats::default()
        }
    }

    /// The flags as they are shown, with those that follow.
    pub(crate) fn shown_flags(&self) -> LinkFlags {
        let mut flags = self.flags;
        flags.set(LinkFlags::RUNNING, self.is_running());
        flags.set(LinkFlags::LOWER_UP, self.is_running());
        flags
    }
}
