//! A device of a host of which a snapshot tells, and whose other end is not part of it: hardware, or an
//! end of a veth whose partner is in a namespace that nobody told of. What it sends leaves; whoever
//! holds the engine may take it and hand in what is to be received.
//!
//! A kind of device that netloom does not know is one too: what becomes of what it sends is unknown.

use super::{Defaults, ETHERNET_FLAGS, Kind};
use crate::device::{DevId, Device};

use crate::neighbour;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::twin::wire;
use crate::vlan;
use netloom_model::FdbEntry;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::link::{LinkKind, Peer, Vxlan};
use netloom_wire::{MacAddr, ethernet};
use std::collections::{BTreeSet, VecDeque};

/// How many frames wait for whoever holds the engine; more than these have left unseen.
const SEEN: usize = 1000;

const DEFAULTS: Defaults = Defaults {
    flags: ETHERNET_FLAGS,
    mtu: 1500,
    mtu_range: (0, 0),
    txqueuelen: 1000,
    queues: (1, 1),
    name: "eth%d",
};

/// A device whose other end is outside.
#[derive(Clone, Debug)]
pub(crate) struct Outside {
    /// As it was told.
    kind: LinkKind,
    /// Its other end, as it was told.
    peer: Option<Peer>,
    /// The lower layer is there, as it was told.
    carrier: bool,
    /// Those on the same wire that are part of this world.
    pub(crate) wire: Vec<DevId>,
    /// What a VXLAN knows of others.
    pub(crate) stations: Vec<FdbEntry>,
    sent: VecDeque<Packet>,
}

impl Outside {
    pub(crate) fn new(kind: LinkKind, peer: Option<Peer>, carrier: bool) -> Outside {
        Outside {
            kind,
            peer,
            carrier,
            wire: Vec::new(),
            stations: Vec::new(),
            sent: VecDeque::new(),
        }
    }

    pub(super) const fn defaults() -> Defaults {
        DEFAULTS
    }

    pub(super) const fn carrier(&self) -> bool {
        self.carrier
    }

    pub(super) fn describe(&self) -> LinkKind {
        self.kind.clone()
    }

    /// The other end, of which no more is known.
    pub(crate) const fn peer(&self) -> Option<&Peer> {
        self.peer.as_ref()
    }

    /// The word of its kind; hardware has none.
    pub(crate) fn kind_name(&self) -> Option<&str> {
        self.kind.name()
    }

    /// Whether what it does with a frame is known: it puts it on a wire.
    pub(crate) fn is_wire(&self) -> bool {
        match &self.kind {
            LinkKind::Other(other) if other.is_carried() => !self.wire.is_empty(),
            LinkKind::Other(other) => other.kind.is_none() && other.link_type == "ether",
            _ => true,
        }
    }

    /// Whether it is a tunnel, whose frames go to hosts and not out of a wire.
    pub(crate) fn is_tunnel(&self) -> bool {
        matches!(&self.kind, LinkKind::Other(other) if other.is_carried())
    }

    /// The network whose end it is, if it is a VXLAN.
    pub(super) fn vxlan(&self) -> Option<&Vxlan> {
        match &self.kind {
            LinkKind::Other(other) => other.vxlan.as_ref(),
            _ => None,
        }
    }

    /// What a VXLAN knows of others, beside what it is.
    pub(super) fn stations_mut(&mut self) -> Option<(&Vxlan, &mut Vec<FdbEntry>)> {
        match &self.kind {
            LinkKind::Other(other) => other.vxlan.as_ref().zip(Some(&mut self.stations)),
            _ => None,
        }
    }

    /// Whether its packets begin with an Ethernet header.
    pub(super) fn has_ethernet(&self) -> bool {
        matches!(self.kind.link_type(), "ether" | "loopback")
    }

    /// The frames that wait for whoever holds the engine.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &Packet> {
        self.sent.iter()
    }

    /// The next frame for whoever holds the engine.
    pub(crate) fn take(&mut self) -> Option<Packet> {
        self.sent.pop_front()
    }
}

fn outside_mut(device: &mut Device) -> Option<&mut Outside> {
    match &mut device.kind {
        Kind::Outside(outside) => Some(outside),
        _ => None,
    }
}

/// The frame leaves the host, or goes who knows where.
pub(super) fn transmit<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    crate::offload::complete_checksum(&mut packet);
    vlan::into_bytes(&mut packet);
    let len = packet.len();
    let device = cx.net.dev_mut(dev);
    let Some(outside) = outside_mut(device) else {
        return;
    };
    let tunnel = outside.is_tunnel();
    let refused = if !outside.is_wire() {
        Some(DropReason::DeviceUnknown)
    } else if !outside.carrier {
        Some(DropReason::NoCarrier)
    } else {
        None
    };
    if let Some(reason) = refused {
        device.tx.dropped += 1;
        return cx.drop(packet, dev, Stage::WireTransmit, reason);
    }
    device.tx.count(len);
    let to = ethernet::Frame::new_unchecked(packet.bytes()).dst();
    let Some(packet) = wire::cross(cx, dev, packet, to) else {
        return;
    };
    if tunnel {
        // Nobody at any of its ends that are here.
        return cx.drop(packet, dev, Stage::WireTransmit, DropReason::DeviceUnknown);
    }
    cx.see(&packet, dev, Stage::WireTransmit, |net| Event::LeftHost {
        lladdr: to,
        neighbour: neighbour::address_of(net, net.ns_of(dev), to),
    });
    match outside_mut(cx.net.dev_mut(dev)) {
        Some(outside) if outside.sent.len() < SEEN => outside.sent.push_back(packet),
        _ => cx.consume(packet),
    }
}

/// Whether somebody outside may hear what is sent to a device's link: by the device itself, or by a
/// bridge on the way.
pub(crate) fn reaches(net: &Net, dev: DevId) -> bool {
    let mut seen = BTreeSet::new();
    let mut todo = vec![dev];
    while let Some(dev) = todo.pop() {
        if !seen.insert(dev) || !net.dev(dev).is_running() {
            continue;
        }
        match &net.dev(dev).kind {
            Kind::Outside(outside) if outside.is_wire() => return true,
            Kind::Bridge(bridge) => todo.extend_from_slice(bridge.ports()),
            Kind::Veth(veth) => {
                todo.extend(veth.peer.some());
                let master = veth.peer.some().and_then(|peer| net.dev(peer).master);
                todo.extend(master);
            }
            _ => {}
        }
        todo.extend(net.dev(dev).master);
    }
    false
}

/// Who is taken to answer where nobody told who does: an address that no device has by chance.
pub(crate) const SOMEBODY: MacAddr = MacAddr([0x02, b'n', b'e', b't', b'l', b'm']);
