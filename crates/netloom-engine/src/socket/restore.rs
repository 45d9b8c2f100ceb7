//! Sockets as a snapshot lists them: those that wait for whoever comes are opened, so that a packet
//! finds its port; of connections netloom does not know how far they are, and keeps what was told.

use super::tcp::restore as tcp;
use super::{Socket, open};
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::socket::{SocketKind, TcpState};
use netloom_model::socket_list::ListedSocket;

/// Whoever holds the sockets of a world that was loaded.
const CLIENT: u64 = u64::MAX - 1;

/// Opens a socket that was listed, or keeps what was told of it.
pub(crate) fn restore(net: &mut Net, ns: NsId, told: &ListedSocket) {
    let opened = match (told.kind, told.state) {
        (SocketKind::Udp | SocketKind::Udp6 | SocketKind::Raw(_) | SocketKind::Raw6(_), _)
        | (SocketKind::Tcp | SocketKind::Tcp6, TcpState::Listen) => begin(net, ns, told),
        _ => None,
    };
    if opened.is_none() {
        net.ns_mut(ns).sockets.told.push(told.clone());
    }
}

fn begin(net: &mut Net, ns: NsId, told: &ListedSocket) -> Option<()> {
    let name = net.ns(ns).name.clone();
    let dev = match told.dev {
        0 => DevId::NONE,
        index => net.ns(ns).device(index)?,
    };
    let id = open(net, &name, told.kind, CLIENT).ok()?;
    let socket = net.socket_mut(id).ok()?;
    socket.dev = dev;
    socket.options.only_v6 = told.only_v6;
    socket.options.receive_buffer = told.buffers.0;
    socket.drops = told.drops;
    socket.told = Some(Box::new(told.clone()));
    if told.kind.is_tcp() {
        tcp::listen(net, (ns, id), told);
        return Some(());
    }
    bind(socket, told);
    Some(())
}

fn bind(socket: &mut Socket, told: &ListedSocket) {
    // Of a raw socket the protocol stands for the port.
    let raw = matches!(told.kind, SocketKind::Raw(_) | SocketKind::Raw6(_));
    let port = |port: u16| if raw { 0 } else { port };
    let v6 = |address: IpAddr| match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    if told.kind.is_v6() {
        socket.v6.local = (v6(told.local.0), port(told.local.1));
        socket.v6.remote = told.remote.map(|(to, at)| (v6(to), port(at)));
        // What it has of IPv4, which is inside of IPv6.
        let inside = |(address, port): (Ipv6Addr, u16)| (address.to_ipv4_mapped(), port);
        let (mapped, at) = inside(socket.v6.local);
        socket.local = (mapped.unwrap_or(Ipv4Addr::UNSPECIFIED), at);
        socket.remote = socket.v6.remote.and_then(|end| {
            let (mapped, at) = inside(end);
            Some((mapped?, at))
        });
        return;
    }
    if let IpAddr::V4(local) = told.local.0 {
        socket.local = (local, port(told.local.1));
    }
    socket.remote = match told.remote {
        Some((IpAddr::V4(to), at)) => Some((to, port(at))),
        _ => None,
    };
}

/// Whether a connection was told of, of which no more is known than its ends.
pub(crate) fn is_told(net: &Net, ns: NsId, local: (IpAddr, u16), remote: (IpAddr, u16)) -> bool {
    let same = |(address, port): (IpAddr, u16), end: (IpAddr, u16)| {
        (address.to_canonical(), port) == (end.0.to_canonical(), end.1)
    };
    let mut told = net.ns(ns).sockets.told.iter();
    told.any(|one| {
        one.kind.is_tcp()
            && one.remote.is_some_and(|end| same(end, remote))
            && same(one.local, local)
    })
}
