//! `lo`: what it sends, it receives.

use super::Defaults;
use crate::device::DevId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::receive;
use netloom_model::LinkFlags;
use netloom_model::journey::{Event, Stage};
use netloom_wire::ethernet;

pub(super) const DEFAULTS: Defaults = Defaults {
    flags: LinkFlags::LOOPBACK,
    mtu: 65536,
    mtu_range: (0, 0),
    txqueuelen: 1000,
    queues: (1, 1),
    name: "lo",
};

/// The length by which a frame is counted: the loopback takes its Ethernet header off first.
pub(crate) const fn counted(len: usize) -> usize {
    len.saturating_sub(ethernet::HEADER_LEN)
}

/// `loopback_xmit`.
pub(super) fn transmit<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let counted = counted(packet.len());
    cx.net.dev_mut(dev).tx.count(counted);
    cx.see(&packet, dev, Stage::LoopbackTransmit, |net| {
        Event::Crossed {
            ns: net.ns(net.ns_of(dev)).name.clone(),
            dev: net.dev(dev).name.clone(),
        }
    });
    receive::enqueue(cx, dev, packet);
}
