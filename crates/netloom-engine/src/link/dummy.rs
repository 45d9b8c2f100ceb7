//! A device that swallows what it sends: a place for addresses and routes.

use super::Defaults;
use crate::device::DevId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::LinkFlags;
use netloom_model::journey::{Event, Stage};

pub(super) const DEFAULTS: Defaults = Defaults {
    flags: LinkFlags::BROADCAST.union(LinkFlags::NOARP),
    mtu: 1500,
    mtu_range: (0, 0),
    txqueuelen: 1000,
    queues: (1, 1),
    name: "dummy%d",
};

/// `dummy_xmit`.
pub(super) fn transmit<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    cx.net.dev_mut(dev).tx.count(packet.len());
    cx.see(&packet, dev, Stage::DummyTransmit, |_| Event::Left);
    cx.consume(packet);
}
