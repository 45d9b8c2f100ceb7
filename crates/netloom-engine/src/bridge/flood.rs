//! A frame goes to every port that may have it (`br_flood`).

use super::forward::{bridge, forbidden, leave};
use super::netfilter;
use crate::device::DevId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::MacAddr;
use netloom_model::journey::{DropReason, Event, Stage};

/// Why a frame is not flooded to a port that it may go to otherwise.
fn not_flooded(net: &Net, to: DevId, dst: MacAddr, how: How) -> Option<&'static str> {
    let Some(port) = &net.dev(to).port else {
        return Some("it is no port");
    };
    let flags = &port.flags;
    if flags.proxy_arp {
        Some("it is a proxy ARP port")
    } else if how.answered && (flags.neigh_suppress || flags.proxy_arp_wifi) {
        Some("neigh_suppress: the bridge answers")
    } else if how.own && dst.is_multicast() {
        None
    } else if dst.is_broadcast() {
        (!flags.bcast_flood).then_some("bcast_flood is off")
    } else if dst.is_multicast() {
        (!flags.mcast_flood).then_some("mcast_flood is off")
    } else {
        (!flags.flood).then_some("flood is off")
    }
}

/// How a frame is flooded.
#[derive(Clone, Copy)]
pub(super) struct How {
    /// The original comes back, to go up; else the last port gets it.
    keep: bool,
    /// It asks for an address, and ports that suppress are spared it.
    answered: bool,
    /// The bridge itself sends it: ports have its groups whatever they are set to.
    own: bool,
}

impl How {
    pub(super) fn new(from: Option<DevId>, answered: bool, keep: bool) -> How {
        How {
            keep,
            answered,
            own: from.is_none(),
        }
    }
}

/// Sends a frame out of every port that may have it.
pub(super) fn flood<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, from): (DevId, Option<DevId>),
    (dst, vid): (MacAddr, u16),
    packet: Packet,
    how: How,
) -> Option<Packet> {
    let (at, keep) = (from.unwrap_or(master), how.keep);
    if O::ON {
        tell_flood(cx, (master, from), (dst, vid), &packet, how);
    }
    let len = netfilter::measured(&packet);
    let mut last = None;
    let count = bridge(cx.net, master).map_or(0, |b| b.ports.len());
    // The port that came last is first in the bridge's list.
    for i in (0..count).rev() {
        // A port can go while frames are sent: nothing here sends that far, but ask each time.
        let Some(to) = bridge(cx.net, master).and_then(|b| b.ports.get(i).copied()) else {
            break;
        };
        let source = from.and_then(|from| cx.net.dev(from).port.as_deref());
        if forbidden(cx.net, source, from == Some(to), to, (vid, len)).is_some()
            || not_flooded(cx.net, to, dst, how).is_some()
        {
            continue;
        }
        if let Some(previous) = last.replace(to) {
            let copy = cx.copy(&packet);
            leave(cx, (from, previous), vid, copy);
        }
    }
    match last {
        Some(to) if keep => {
            let copy = cx.copy(&packet);
            leave(cx, (from, to), vid, copy);
            return Some(packet);
        }
        None if keep => return Some(packet),
        Some(to) => leave(cx, (from, to), vid, packet),
        None => cx.drop(packet, at, Stage::BridgeFlood, DropReason::BridgeNoPort),
    }
    None
}

/// Tells the observer which ports get a frame, and why the others do not.
fn tell_flood<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, from): (DevId, Option<DevId>),
    (dst, vid): (MacAddr, u16),
    packet: &Packet,
    how: How,
) {
    let at = from.unwrap_or(master);
    cx.see(packet, at, Stage::BridgeFlood, |net| {
        let (mut to, mut not) = (Vec::new(), Vec::new());
        let source = from.and_then(|from| net.dev(from).port.as_deref());
        for port in bridge(net, master)
            .map(|b| b.ports.clone())
            .unwrap_or_default()
        {
            let name = net.dev(port).name.clone();
            let why = forbidden(
                net,
                source,
                from == Some(port),
                port,
                (vid, netfilter::measured(packet)),
            )
            .map(DropReason::text)
            .or_else(|| not_flooded(net, port, dst, how));
            match why {
                Some(_) if from == Some(port) => {}
                Some(why) => not.push((name, why.to_owned())),
                None => to.push(name),
            }
        }
        Event::Flooded { to, not }
    });
}
