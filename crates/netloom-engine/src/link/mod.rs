//! Kinds of devices: one file each, and here the few places where the kind decides.

pub(crate) mod bridge;
pub(crate) mod dummy;
pub(crate) mod groups;
pub(crate) mod loopback;
pub(crate) mod outside;
pub(crate) mod tun;
pub(crate) mod veth;
pub(crate) mod vxlan;

use crate::bridge::Bridge;
use crate::device::{DevId, Device};
use crate::filter::{self, Proto};
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::offload;
use crate::packet::Packet;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::{LinkFlags, LinkKind};
use std::collections::BTreeMap;

/// What kind of device it is, with what only that kind has.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Loopback,
    Veth(veth::Veth),
    Bridge(Box<Bridge>),
    Dummy,
    Tun(Box<tun::Tun>),
    /// Its other end is not part of this world.
    Outside(Box<outside::Outside>),
}

/// What a kind of device begins with.
pub(crate) struct Defaults {
    pub(crate) flags: LinkFlags,
    pub(crate) mtu: u32,
    /// Least and greatest MTU; a greatest of 0 = no bound.
    pub(crate) mtu_range: (u32, u32),
    pub(crate) txqueuelen: u32,
    /// Transmit and receive queues.
    pub(crate) queues: (u32, u32),
    /// Pattern of the name where none is given.
    pub(crate) name: &'static str,
}

/// What became of a frame that was given to a device (`NET_XMIT_SUCCESS`, `NET_XMIT_DROP`), as far
/// as its sender is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Xmit {
    Success,
    /// The device dropped it: `ENOBUFS` for a sender that wants to know.
    Drop,
    /// A rule did not let it out: `EPERM`.
    Refused,
}

/// Flags that every Ethernet-like device begins with.
pub(crate) const ETHERNET_FLAGS: LinkFlags = LinkFlags::BROADCAST.union(LinkFlags::MULTICAST);

impl Kind {
    /// What a device of the kind begins with.
    pub(crate) fn defaults(&self) -> Defaults {
        match self {
            Kind::Loopback => loopback::DEFAULTS,
            Kind::Veth(_) => veth::DEFAULTS,
            Kind::Bridge(_) => bridge::DEFAULTS,
            Kind::Dummy => dummy::DEFAULTS,
            Kind::Tun(tun) => tun.defaults(),
            Kind::Outside(_) => outside::Outside::defaults(),
        }
    }

    /// Whether a device of the kind has carrier as things are.
    pub(crate) fn carrier(net: &Net, dev: DevId) -> bool {
        match &net.dev(dev).kind {
            Kind::Loopback | Kind::Dummy => true,
            Kind::Veth(veth) => veth.carrier(net, dev),
            Kind::Bridge(bridge) => bridge.carrier(net),
            Kind::Tun(tun) => tun.carrier(),
            Kind::Outside(outside) => outside.carrier(),
        }
    }

    /// The kind as the model tells it.
    pub(crate) fn describe(net: &Net, device: &Device) -> LinkKind {
        match &device.kind {
            Kind::Loopback => LinkKind::Loopback,
            Kind::Veth(_) => LinkKind::Veth,
            Kind::Bridge(bridge) => LinkKind::Bridge(Box::new(bridge.describe(net))),
            Kind::Dummy => LinkKind::Dummy,
            Kind::Tun(tun) => LinkKind::Tun(tun.describe()),
            Kind::Outside(outside) => outside.describe(),
        }
    }

    /// Whether its packets begin with an Ethernet header. Inside the engine they all do; where it
    /// is made up, nobody outside sees it.
    #[inline]
    pub(crate) fn has_ethernet(&self) -> bool {
        match self {
            Kind::Tun(tun) => tun.has_ethernet(),
            Kind::Outside(outside) => outside.has_ethernet(),
            Kind::Loopback | Kind::Veth(_) | Kind::Bridge(_) | Kind::Dummy => true,
        }
    }

    /// Length of the Ethernet header that only the engine sees.
    #[inline]
    pub(crate) fn made_up_header(&self) -> usize {
        if self.has_ethernet() {
            0
        } else {
            netloom_wire::ethernet::HEADER_LEN
        }
    }

    /// The kind's own counters (`ethtool -S`).
    pub(crate) fn counters(net: &Net, device: &Device) -> Option<BTreeMap<String, u64>> {
        match &device.kind {
            Kind::Veth(veth) => Some(veth.counters(net)),
            Kind::Loopback | Kind::Bridge(_) | Kind::Dummy | Kind::Tun(_) | Kind::Outside(_) => {
                None
            }
        }
    }

    /// Whether a device of the kind passes on packets that stand for several segments. A kind that
    /// says nothing gets them cut.
    #[inline]
    pub(crate) const fn takes_large(&self) -> bool {
        matches!(
            self,
            Kind::Loopback | Kind::Veth(_) | Kind::Bridge(_) | Kind::Dummy | Kind::Outside(_)
        )
    }

    /// Whether the operational state follows the carrier; the others are `UNKNOWN` while up.
    pub(crate) fn knows_carrier(&self) -> bool {
        match self {
            Kind::Loopback | Kind::Dummy => false,
            Kind::Veth(_) | Kind::Bridge(_) | Kind::Tun(_) | Kind::Outside(_) => true,
        }
    }
}

/// Sends a frame (with its Ethernet header) out of a device: `dev_queue_xmit`.
pub(crate) fn transmit<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) -> Xmit {
    let device = cx.net.dev(dev);
    if !device.is_up() {
        cx.drop(packet, dev, Stage::DeviceTransmit, DropReason::DeviceDown);
        return Xmit::Success;
    }
    if packet.gso != 0 && !device.takes_large() {
        offload::cut(cx, packet, |cx, piece| {
            transmit(cx, dev, piece);
        });
        return Xmit::Success;
    }
    packet.dev = dev;
    let place = (device.ns, Proto::Netdev, Hook::Egress);
    let Some(packet) = filter::frame(cx, place, (DevId::NONE, dev), packet) else {
        return Xmit::Refused;
    };
    if cx.net.dev(dev).taps > 0 {
        crate::socket::packet::tap_outgoing(cx, dev, &packet);
    }
    cx.see(&packet, dev, Stage::DeviceTransmit, |_| Event::Transmit);
    match &cx.net.dev(dev).kind {
        Kind::Veth(veth) => {
            let peer = veth.peer;
            return veth::transmit(cx, dev, peer, packet);
        }
        Kind::Bridge(_) => crate::bridge::transmit(cx, dev, packet),
        Kind::Loopback => loopback::transmit(cx, dev, packet),
        Kind::Tun(_) => tun::transmit(cx, dev, packet),
        Kind::Outside(_) => outside::transmit(cx, dev, packet),
        Kind::Dummy => dummy::transmit(cx, dev, packet),
    }
    Xmit::Success
}
