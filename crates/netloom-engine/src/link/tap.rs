//! A TAP whose other end is a program in this process: it takes the frames that the device sends
//! and hands in the frames that the device receives.

use super::{Defaults, ETHERNET_FLAGS};
use crate::device::DevId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::journey::{DropReason, Event, Stage};
use std::collections::VecDeque;

pub(super) const DEFAULTS: Defaults = Defaults {
    flags: ETHERNET_FLAGS,
    mtu: 1500,
    mtu_range: (68, 65521),
    txqueuelen: 1000,
    queues: (1, 1),
    name: "tap%d",
};

/// The program's end.
#[derive(Clone, Debug)]
pub(crate) struct Tap {
    /// Whether a program holds it: that is its carrier.
    pub(crate) open: bool,
    /// Frames for the program, at most the transmit queue's length.
    pub(crate) queue: VecDeque<Packet>,
}

impl Default for Tap {
    fn default() -> Tap {
        Tap {
            open: true,
            queue: VecDeque::new(),
        }
    }
}

/// `tun_net_xmit`.
pub(super) fn transmit<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let device = cx.net.dev_mut(dev);
    let limit = device.description.txqueuelen as usize;
    let super::Kind::Tap(tap) = &mut device.kind else {
        return cx.drop(packet, dev, Stage::TapTransmit, DropReason::NoPeer);
    };
    let refused = if !tap.open {
        Some(DropReason::NoCarrier)
    } else if tap.queue.len() >= limit {
        Some(DropReason::SocketBufferFull)
    } else {
        None
    };
    if let Some(reason) = refused {
        device.tx.dropped += 1;
        return cx.drop(packet, dev, Stage::TapTransmit, reason);
    }
    device.tx.count(packet.len());
    cx.see(&packet, dev, Stage::TapTransmit, |_| Event::Left);
    if let super::Kind::Tap(tap) = &mut cx.net.dev_mut(dev).kind {
        tap.queue.push_back(packet);
    }
}
