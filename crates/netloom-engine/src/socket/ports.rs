//! Ports and echo identifiers: which are given out (ip(7), `net.ipv4.ip_local_port_range`), and who
//! holds them in a way that others cannot share.

use super::Socket;
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use crate::sysctl::Global;
use core::net::IpAddr;
use netloom_model::Errno;
use netloom_model::socket::{SocketId, SocketKind};

/// Echo identifiers that ping sockets are given.
const IDENTIFIERS: (u16, u16) = (32_768, 60_998);

/// The ports that are given out.
pub(crate) fn range(net: &Net, ns: NsId) -> (u16, u16) {
    let settings = &net.ns(ns).settings;
    let port = |key| settings.get(key).clamp(1, 65_535) as u16;
    let (low, high) = (port(Global::PortRangeLow), port(Global::PortRangeHigh));
    (low.min(high), high)
}

/// The address and device that a socket is bound to, and the versions of IP that it thereby hears.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    pub(crate) address: IpAddr,
    v4: bool,
    v6: bool,
    dev: DevId,
}

impl Bound {
    /// Of a socket of IPv6 or not, that may be of IPv6 only (`IPV6_V6ONLY`).
    pub(crate) fn new(address: IpAddr, (v6_socket, only_v6): (bool, bool), dev: DevId) -> Bound {
        let any = address.is_unspecified();
        Bound {
            address,
            v4: if any {
                !v6_socket || !only_v6
            } else {
                address.is_ipv4()
            },
            v6: if any { v6_socket } else { address.is_ipv6() },
            dev,
        }
    }

    /// Whether both would be asked for the same packets (`inet_rcv_saddr_equal`).
    pub(crate) fn meets(&self, other: &Bound) -> bool {
        let families = (self.v4 && other.v4) || (self.v6 && other.v6);
        let any = self.address.is_unspecified() || other.address.is_unspecified();
        let devices = self.dev == other.dev || self.dev == DevId::NONE || other.dev == DevId::NONE;
        families && devices && (any || self.address == other.address)
    }
}

/// The address that a program means: one of IPv4 inside IPv6 is one of IPv4 (RFC 3493 section 3.7).
pub(crate) fn meant(socket: &Socket, address: IpAddr) -> Result<IpAddr, Errno> {
    match (socket.kind.is_v6(), address) {
        (false, IpAddr::V4(_)) => Ok(address),
        (true, IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(_) if socket.options.only_v6 => Err(Errno::INVAL),
            Some(v4) => Ok(v4.into()),
            None => Ok(address),
        },
        _ => Err(Errno::AFNOSUPPORT),
    }
}

/// Where a socket of datagrams is bound, at `address`.
fn bound(socket: &Socket, address: IpAddr) -> Bound {
    let sort = (socket.kind.is_v6(), socket.options.only_v6);
    Bound::new(address.to_canonical(), sort, socket.dev)
}

/// Whether another socket of datagrams holds the port, or the identifier.
pub(super) fn taken(net: &Net, id: SocketId, address: IpAddr, port: u16) -> bool {
    let Ok(socket) = net.socket(id) else {
        return false;
    };
    let wanted = bound(socket, address);
    let lists = &net.ns(socket.ns).sockets;
    let (same, other): (&[u32], &[u32]) = match socket.kind {
        SocketKind::Udp | SocketKind::Udp6 => (&lists.udp, &lists.udp6),
        SocketKind::Ping => (&lists.ping, &[]),
        SocketKind::Ping6 => (&lists.ping6, &[]),
        _ => return false,
    };
    let others = same.iter().chain(other).filter(|other| **other != id.0);
    others.map(|other| &net.sockets.0[*other]).any(|other| {
        let (held, at) = other.local_address();
        at == port && !socket.shares_port(other) && wanted.meets(&bound(other, held))
    })
}

/// Gives a socket of datagrams that needs a port one that is free (`udp_lib_get_port`,
/// `ping_get_port`); `EAGAIN` if there is none, which bind(2) calls `EADDRINUSE`.
pub(super) fn bind_any(net: &mut Net, id: SocketId) -> Result<(), Errno> {
    let socket = net.socket(id)?;
    let ((address, port), kind) = (socket.local_address(), socket.kind);
    if port != 0 || !kind.has_ports() {
        return Ok(());
    }
    let (low, high) = match kind {
        SocketKind::Udp | SocketKind::Udp6 => range(net, socket.ns),
        _ => IDENTIFIERS,
    };
    let count = u32::from(high - low) + 1;
    let first = net.random.below(count.into()) as u32;
    let mut ports = (0..count).map(|i| low + ((first + i) % count) as u16);
    let free = ports.find(|port| !taken(net, id, address, *port));
    net.socket_mut(id)?.set_port(free.ok_or(Errno::AGAIN)?);
    Ok(())
}
