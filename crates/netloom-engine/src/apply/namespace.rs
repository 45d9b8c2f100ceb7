//! Namespaces are made, deleted and numbered.

use super::link_gone;
use crate::device::DevId;
use crate::link::Kind;
use crate::namespace::{Namespace, NsId};
use crate::net::{Cx, Net};
use crate::notify;
use crate::observer::Observer;
use netloom_model::{Errno, Error, MacAddr, NsName, Result};

/// Makes a namespace, with `lo`, down.
pub(crate) fn add(net: &mut Net, name: &NsName) -> Result<()> {
    if net.names.contains_key(name) {
        return Err(Errno::EXIST.into());
    }
    let ns = NsId(
        net.namespaces
            .insert(Namespace::new(name.clone(), net.ipv6_disabled)),
    );
    net.names.insert(name.clone(), ns);
    let lo = super::new_link::make(net, ns, "lo", Kind::Loopback, MacAddr::ZERO, Some(1));
    net.ns_mut(ns).loopback = lo;
    notify::namespace(net, name, false);
    Ok(())
}

/// Deletes a namespace with every device in it. The first one stays.
pub(crate) fn delete<O: Observer>(cx: &mut Cx<'_, O>, name: &NsName) -> Result<()> {
    let ns = super::ns(cx.net, name)?;
    if name.is_first() {
        return Err(Errno::BUSY.into());
    }
    while let Some(dev) = last_device(cx.net, ns) {
        link_gone::destroy(cx, dev);
    }
    let lo = cx.net.ns(ns).loopback;
    link_gone::destroy(cx, lo);
    let sockets: Vec<u32> = cx
        .net
        .sockets
        .0
        .iter()
        .filter(|(_, s)| s.ns == ns)
        .map(|(id, _)| id)
        .collect();
    for id in sockets {
        crate::socket::vanish(cx, netloom_model::socket::SocketId(id));
    }
    let all: Vec<u32> = cx.net.namespaces.iter().map(|(id, _)| id).collect();
    for other in all {
        tell_nsid(cx.net, NsId(other), ns, true);
    }
    notify::namespace(cx.net, name, true);
    cx.net.names.remove(name);
    cx.net.namespaces.remove(ns.0);
    let all: Vec<u32> = cx.net.namespaces.iter().map(|(id, _)| id).collect();
    for other in all {
        cx.net.namespaces[other].nsids.forget(ns);
    }
    Ok(())
}

fn last_device(net: &Net, ns: NsId) -> Option<DevId> {
    let namespace = net.ns(ns);
    namespace
        .devices
        .values()
        .rev()
        .copied()
        .find(|dev| *dev != namespace.loopback)
}

/// Gives `peer` an id as seen from `ns`.
pub(crate) fn set_nsid(net: &mut Net, ns: NsId, peer: NsId, id: Option<i32>) -> Result<()> {
    let known = &mut net.ns_mut(ns).nsids;
    if known.id(peer).is_some() {
        let text = "Peer netns already has a nsid assigned";
        return Err(Error::with(Errno::EXIST, text));
    }
    match id {
        Some(id) if id < 0 => return Err(Errno::INVAL.into()),
        Some(id) if known.peer(id).is_some() => {
            let text = "The specified nsid is already used";
            return Err(Error::with(Errno::EXIST, text));
        }
        Some(id) => known.set(id, peer),
        None => {
            known.id_or_new(peer);
        }
    }
    tell_nsid(net, ns, peer, false);
    Ok(())
}

/// The id of `peer` as seen from `ns`; the first free one if it had none (`peernet2id_alloc`).
pub(crate) fn nsid(net: &mut Net, ns: NsId, peer: NsId) -> i32 {
    if let Some(id) = net.ns(ns).nsids.id(peer) {
        return id;
    }
    let id = net.ns_mut(ns).nsids.id_or_new(peer);
    tell_nsid(net, ns, peer, false);
    id
}

/// Who listens is told by which id another namespace is known.
fn tell_nsid(net: &mut Net, ns: NsId, peer: NsId, gone: bool) {
    if let Some(id) = net.ns(ns).nsids.id(peer).filter(|_| notify::heard(net, ns)) {
        let name = net.ns(peer).name.clone();
        notify::nsid(net, ns, id, &name, gone);
    }
}
