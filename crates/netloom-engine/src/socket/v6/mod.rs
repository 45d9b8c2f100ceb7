//! Sockets of IPv6 (ipv6(7)): what differs from IPv4's. Queues, binding to devices, errors kept for
//! the program are the same.

pub(crate) mod configure;
pub(crate) mod error;
pub(crate) mod ping;
pub(crate) mod raw;
pub(crate) mod send;
pub(crate) mod udp;

use super::Socket;
use crate::device::DevId;
use crate::net::Net;
use crate::packet::Packet;
use core::net::{IpAddr, Ipv6Addr};
use netloom_model::Errno;
use netloom_model::socket::{Datagram, SocketKind};
use netloom_wire::ipv6;

/// The addresses and ports of a socket of IPv6.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub(crate) local: (Ipv6Addr, u16),
    pub(crate) remote: Option<(Ipv6Addr, u16)>,
}

impl Default for Ends {
    fn default() -> Ends {
        Ends {
            local: (Ipv6Addr::UNSPECIFIED, 0),
            remote: None,
        }
    }
}

impl Socket {
    /// The address of a partner as it is meant, of the version by which it is reached: by IPv4 from a
    /// socket of IPv6 if that speaks it.
    pub(super) fn partner(&self, address: IpAddr) -> Result<IpAddr, Errno> {
        let mapped = match address {
            IpAddr::V6(address) => address.to_ipv4_mapped(),
            IpAddr::V4(address) => Some(address),
        };
        let local = self.v6.local.0;
        match (self.kind, mapped) {
            (SocketKind::Udp6, Some(_)) if self.options.only_v6 => Err(Errno::NETUNREACH),
            // It is bound to an address from which IPv4 cannot be sent.
            (SocketKind::Udp6, Some(_)) if self.v6.remote.is_none() && !self.hears_v4() => {
                Err(Errno::NETUNREACH)
            }
            (SocketKind::Udp6, Some(v4)) => Ok(v4.into()),
            (SocketKind::Udp6, None) if local.to_ipv4_mapped().is_some() => Err(Errno::AFNOSUPPORT),
            (kind, _) if kind.is_v6() != address.is_ipv6() => Err(Errno::AFNOSUPPORT),
            _ => Ok(address),
        }
    }

    /// Shows the addresses of IPv4 that a socket of IPv6 has inside those of IPv6.
    pub(super) fn show_mapped(&mut self) {
        if self.kind.is_v6() {
            self.v6.local = (self.local.0.to_ipv6_mapped(), self.local.1);
            let remote = self.remote.map(|(to, port)| (to.to_ipv6_mapped(), port));
            self.v6.remote = remote;
        }
    }

    /// Whether a packet between these addresses, received by `dev`, is for the socket.
    fn wants6(&self, from: Ipv6Addr, to: Ipv6Addr, dev: DevId) -> bool {
        (self.dev == DevId::NONE || self.dev == dev)
            && (self.v6.local.0.is_unspecified() || self.v6.local.0 == to)
            && self.v6.remote.is_none_or(|(remote, _)| remote == from)
            && (!to.is_multicast()
                || self.options.multicast_all
                || self.options.groups6.contains(&(to, dev)))
    }
}

/// A received packet as a socket gets it: `data` of a packet whose network header is IPv6.
fn datagram(net: &Net, dev: DevId, packet: &Packet, data: &[u8], port: u16) -> Datagram {
    let header = ipv6::Packet::new_unchecked(packet.network());
    Datagram {
        at: net.now,
        data: data.to_vec(),
        from: Some((IpAddr::V6(header.src()), port)),
        to: Some(IpAddr::V6(header.dst())),
        ttl: header.hop_limit(),
        tos: header.traffic_class(),
        dev: net.dev(packet.received_by(dev)).index,
        packet_type: packet.packet_type,
        source_mac: None,
    }
}
