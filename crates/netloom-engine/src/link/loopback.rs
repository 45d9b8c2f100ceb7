//! `lo`: what it sends, it receives.

use super::Defaults;
use crate::device::DevId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::receive;
use netloom_model::LinkFlags;
use netloom_model::journey::{Event, Stage};

pub(super) const DEFAULTS: Defaults = Defaults {
    flags: LinkFlags::LOOPBACK,
    mtu: 65536,
    mtu_range: (0, 0),
    txqueuelen: 1000,
    queues: (1, 1),
    name: "lo",
};

/// `loopback_xmit`.
pub(super) fn transmit<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    cx.net.dev_mut(dev).tx.count(packet.len());
    cx.see(&packet, dev, Stage::LoopbackTransmit, |net| {
        Event::Crossed {
            ns: net.ns(net.ns_of(dev)).name.clone(),
            dev: net.dev(dev).name.clone(),
        }
    });
    receive::enqueue(cx, dev, packet);
}
