//! Links go (`ip link del`): out of their namespace, for another or for good.

use super::link::set_up;
use crate::bridge;
use crate::device::DevId;
use crate::ip::membership::Memberships;
use crate::ip::v6;
use crate::link::Kind;
use crate::link::veth::Veth;
use crate::neighbour;
use crate::net::{Cx, Net};
use crate::notify;
use crate::observer::Observer;
use crate::route;
use crate::socket;
use netloom_model::{Errno, NsName, Result};

/// Takes a device out of its namespace: whatever there knows of it forgets it.
pub(super) fn leave<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, moved: Option<(NsName, u32)>) {
    let ns = cx.net.ns_of(dev);
    v6::address::leave(cx, dev);
    neighbour::configure::flush_device(cx, dev, true);
    route::address::tell_gone(cx.net, dev);
    route::address::device_gone(cx.net, ns, dev);
    notify::netconf::both(cx.net, dev, true);
    if let Some(bridge) = cx.net.dev(dev).master {
        bridge::detach(cx.net, dev, false);
        bridge::settle(cx, bridge);
    }
    notify::link_gone(cx.net, dev, moved);
    socket::device_gone(cx.net, ns, dev);
    cx.net.dev_mut(dev).addresses.clear();
    let joined = &mut cx.net.ns_mut(ns).autojoined;
    joined.retain(|(_, other)| *other != dev);
    *cx.net.dev_mut(dev).groups = Memberships::default();
    cx.net.dev_mut(dev).hardware_groups.clear();
    let device = &cx.net.devices[dev.0];
    let namespace = &mut cx.net.namespaces[ns.0];
    namespace.devices.remove(&device.index);
    for name in core::iter::once(&device.name).chain(&device.description.altnames) {
        namespace.by_name.remove(name);
    }
    let waiting = core::mem::take(&mut cx.net.backlog);
    let (gone, stay): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(d, _)| *d == dev);
    cx.net.backlog = stay.into();
    for (_, packet) in gone {
        cx.net.pool.give_back(packet);
    }
    cx.net.dev_mut(dev).backlogged = 0;
}

/// Deletes a link that a user may delete.
pub(crate) fn delete<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) -> Result<()> {
    if cx.net.dev(dev).is_loopback() {
        return Err(Errno::OPNOTSUPP.into());
    }
    destroy(cx, dev);
    Ok(())
}

/// Takes a device out of the world; a veth's peer goes with it, a bridge lets its ports go.
pub(crate) fn destroy<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let peer = match &cx.net.dev(dev).kind {
        Kind::Veth(veth) => veth.peer.some(),
        _ => None,
    };
    bridge::dissolved(cx.net, dev);
    let both = || core::iter::once(dev).chain(peer);
    // Neither end is seen by the other any more.
    for dev in both().filter(|_| peer.is_some()) {
        cx.net.dev_mut(dev).kind = Kind::Veth(Veth { peer: DevId::NONE });
    }
    for dev in both() {
        set_up(cx, dev, false);
    }
    for dev in both() {
        leave(cx, dev, None);
    }
    for dev in core::iter::once(dev).chain(peer) {
        cx.net.devices.remove(dev.0);
    }
}

/// Takes back a device that was just made and has no partner yet.
pub(crate) fn forget(net: &mut Net, dev: DevId) {
    let ns = net.ns_of(dev);
    if let Some(device) = net.devices.remove(dev.0) {
        let namespace = net.ns_mut(ns);
        namespace.devices.remove(&device.index);
        namespace.by_name.remove(&device.name);
    }
}
