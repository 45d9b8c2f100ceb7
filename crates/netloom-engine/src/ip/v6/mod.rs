//! IPv6: addresses, receive, forward, deliver, send (RFC 8200, RFC 4291, RFC 4862, RFC 4443).
//!
//! What IPv4 and IPv6 do alike is elsewhere and written once: tables and their search (`route`), the
//! table and the states of neighbours (`neighbour`), rules, sockets, cutting packets and joining
//! them. Here is what differs.

pub(crate) mod address;
pub(crate) mod dad;
pub(crate) mod deliver;
pub(crate) mod device;
pub(crate) mod forward;
pub(crate) mod fragment;
pub(crate) mod group;
mod headers;
pub(crate) mod icmp;
pub(crate) mod icmp_error;
mod interface_id;
pub(crate) mod namespace;
pub(crate) mod output;
pub(crate) mod reassembly;
pub(crate) mod receive;
pub(crate) mod router;
pub(crate) mod source;
mod temporary;

use core::net::Ipv6Addr;

/// All nodes on the link.
pub(crate) const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
/// All routers on the link.
pub(crate) const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);

/// The group that whoever has `addr` listens to (RFC 4291 section 2.7.1).
pub(crate) fn solicited_node(addr: Ipv6Addr) -> Ipv6Addr {
    let [.., a, b, c] = addr.octets();
    let (low, high) = (0xff00 | u16::from(a), u16::from(b) << 8 | u16::from(c));
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, low, high)
}

/// Whether an address means nothing without its link: the device must be known
/// (`rt6_need_strict`).
#[inline]
pub(crate) fn is_strict(addr: Ipv6Addr) -> bool {
    addr.is_multicast() || addr.is_unicast_link_local() || addr.is_loopback()
}
