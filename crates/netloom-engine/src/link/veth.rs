//! veth(4): what one end sends, the other receives, through the backlog.

use super::{Defaults, ETHERNET_FLAGS, Xmit};
use crate::device::DevId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::receive;
use netloom_model::journey::{DropReason, Event, Stage};
use std::collections::BTreeMap;

/// One end of a pair.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Veth {
    /// The other end. Both live and die together.
    pub(crate) peer: DevId,
}

pub(super) const DEFAULTS: Defaults = Defaults {
    flags: ETHERNET_FLAGS,
    mtu: 1500,
    mtu_range: (68, 65535),
    txqueuelen: 1000,
    queues: (2, 2),
    name: "veth%d",
};

impl Veth {
    /// Carrier only when both ends are up.
    pub(super) fn carrier(self, net: &Net, dev: DevId) -> bool {
        self.peer != DevId::NONE && net.dev(dev).is_up() && net.dev(self.peer).is_up()
    }

    /// `ethtool -S`: the index of the other end, and its XDP counters, which count nothing here.
    pub(super) fn counters(self, net: &Net) -> BTreeMap<String, u64> {
        let mut counters = BTreeMap::new();
        counters.insert(
            "peer_ifindex".to_owned(),
            u64::from(net.dev(self.peer).index),
        );
        counters
    }
}

/// `veth_xmit`: the peer receives the frame if it is up and the frame not longer than its MTU
/// allows.
#[inline]
pub(super) fn transmit<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    peer: DevId,
    mut packet: Packet,
) -> Xmit {
    let other = cx.net.dev(peer);
    let refused = if !other.is_up() {
        Some(DropReason::NoCarrier)
    } else if packet.longest() > receive::longest_frame(other.mtu) {
        Some(DropReason::TooLong)
    } else {
        None
    };
    if let Some(reason) = refused {
        cx.net.dev_mut(dev).tx.dropped += 1;
        cx.drop(packet, dev, Stage::VethTransmit, reason);
        if reason == DropReason::NoCarrier {
            return Xmit::Success; // a device without carrier has a queue that swallows everything
        }
        cx.net.dev_mut(peer).rx.dropped += 1;
        return Xmit::Drop;
    }
    let crossed = other.ns;
    cx.net.pool.forget_connection(&mut packet); // skb_scrub_packet, within a namespace too
    (packet.iif, packet.priority, packet.trace) = (DevId::NONE, 0, 0);
    packet.forget_ports();
    let device = cx.net.dev_mut(dev);
    device.tx.count(packet.len());
    if device.ns != crossed {
        packet.mark = 0; // skb_scrub_packet: nothing of one namespace goes over into another
    }
    cx.see(&packet, dev, Stage::VethTransmit, |net| Event::Crossed {
        ns: net.ns(crossed).name.clone(),
        dev: net.dev(peer).name.clone(),
    });
    receive::enqueue(cx, peer, packet);
    Xmit::Success
}
