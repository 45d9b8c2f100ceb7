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
use netloom_model::socket::Datagram;
use netloom_wire::ipv6;

/// An IPv6 address, or the error for another.
pub(super) fn v6(address: IpAddr) -> Result<Ipv6Addr, Errno> {
    match address {
        IpAddr::V6(address) => Ok(address),
        IpAddr::V4(_) => Err(Errno::AFNOSUPPORT),
    }
}

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
    /// Whether a packet between these addresses, received by `dev`, is for the socket.
    fn wants6(&self, from: Ipv6Addr, to: Ipv6Addr, dev: DevId) -> bool {
        (self.dev == DevId::NONE || self.dev == dev)
            && (self.v6.local.0.is_unspecified() || self.v6.local.0 == to)
            && self.v6.remote.is_none_or(|(remote, _)| remote == from)
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
