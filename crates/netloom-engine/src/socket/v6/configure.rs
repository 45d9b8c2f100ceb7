//! bind(2) and connect(2) of IPv6 sockets, and joining groups.

use crate::device::DevId;
use crate::ip::v6::group;
use crate::net::Net;
use crate::route::upper::Upper;
use crate::route::v6::{self as route, Flow6};
use crate::socket::{Socket, ports};
use crate::sysctl::Global6;
use core::net::Ipv6Addr;
use netloom_model::Errno;
use netloom_model::counters::Counter;
use netloom_model::socket::{SocketId, SocketKind};
use netloom_wire::IpProtocol;

/// The flow of what a socket sends to `dst`.
pub(super) fn flow(socket: &Socket, dst: Ipv6Addr) -> Flow6 {
    let options = &socket.options;
    let group_dev = dst.is_multicast().then_some(options.multicast_dev);
    Flow6 {
        dst,
        src: socket.v6.local.0,
        iif: DevId::NONE,
        oif: socket.dev.some().or(group_dev).unwrap_or(DevId::NONE),
        tclass: options.tos,
        mark: options.mark,
        upper: Upper::default(),
        uid: 0,
        spread: None,
        strict: true,
    }
}

/// Binds to a local address and port.
pub(crate) fn bind(net: &mut Net, id: SocketId, address: Ipv6Addr, port: u16) -> Result<(), Errno> {
    let socket = net.socket(id)?;
    let (ns, dev) = (socket.ns, socket.dev);
    let free = socket.options.free_bind || net.ns(ns).v6.settings.on(Global6::IpNonlocalBind);
    if address.is_unicast_link_local() && dev == DevId::NONE {
        return Err(Errno::INVAL);
    }
    let near = if address.is_unicast_link_local() {
        dev
    } else {
        DevId::NONE
    };
    let fits = address.is_multicast() || route::is_local(net, ns, address, near);
    if !fits && !address.is_unspecified() && !free {
        return Err(Errno::ADDRNOTAVAIL);
    }
    if port != 0 && ports::taken(net, id, address.into(), port) {
        return Err(Errno::ADDRINUSE);
    }
    let socket = net.socket_mut(id)?;
    socket.v6.local.0 = address;
    socket.set_port(port);
    ports::bind_any(net, id).map_err(|_| Errno::ADDRINUSE)
}

/// Sets the partner: the source address is chosen now.
pub(crate) fn connect(
    net: &mut Net,
    id: SocketId,
    address: Ipv6Addr,
    port: u16,
) -> Result<(), Errno> {
    let socket = net.socket(id)?;
    let mut flow = flow(socket, address);
    if socket.kind == SocketKind::Udp6 {
        flow.upper = Upper::new(IpProtocol::UDP, (socket.v6.local.1, port));
    }
    // What means nothing without its link needs one.
    if address.is_unicast_link_local() && flow.oif == DevId::NONE {
        return Err(Errno::INVAL);
    }
    let ns = socket.ns;
    let way = route::output::route(net, ns, &flow).map_err(|no| {
        if no.errno == Errno::NETUNREACH {
            net.count(ns, Counter::Ip6OutNoRoutes);
        }
        no.errno
    })?;
    let socket = net.socket_mut(id)?;
    if socket.v6.local.0.is_unspecified() {
        socket.v6.local.0 = way.source;
    }
    socket.v6.remote = Some((way.dst, port));
    socket.remote = None;
    ports::bind_any(net, id)
}

/// Listens to a group.
pub(crate) fn join(net: &mut Net, id: SocketId, group: Ipv6Addr, index: u32) -> Result<(), Errno> {
    let ns = net.socket(id)?.ns;
    let dev = if index == 0 {
        let way = route::output::route(net, ns, &Flow6::to(group));
        way.map_err(|_| Errno::NODEV)?.dev
    } else {
        net.ns(ns).device(index).ok_or(Errno::NODEV)?
    };
    let groups = &mut net.socket_mut(id)?.options.groups6;
    if groups.contains(&(group, dev)) {
        return Err(Errno::ADDRINUSE);
    }
    groups.push((group, dev));
    group::join(net, dev, group);
    Ok(())
}

/// Leaves every group, for a socket that is closed.
pub(crate) fn leave_all(net: &mut Net, id: SocketId) -> Result<(), Errno> {
    let groups = core::mem::take(&mut net.socket_mut(id)?.options.groups6);
    for (group, dev) in groups {
        group::leave(net, dev, group);
    }
    Ok(())
}
