//! The IP packets of a bridge's own queries (RFC 2236, RFC 2710, RFC 3376, RFC 3810).

use super::Proto;
use crate::bridge::configure::bridge;
use crate::device::DevId;
use crate::ip::v6::ALL_NODES;
use crate::net::Net;
use crate::route;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::{MacAddr, Scope};
use netloom_wire::igmp::{self, HOSTS};
use netloom_wire::membership::{QUERY_TAIL, QueryTail, encode_8};
use netloom_wire::{IpProtocol, icmpv6, ipv4, ipv6};

/// How often what may get lost is said, as a query tells it.
const ROBUSTNESS: u8 = 2;
/// The hop-by-hop header with a router alert, as bridges write it: padded by two single bytes.
const ROUTER_ALERT_V6: [u8; 8] = [58, 0, 5, 2, 0, 0, 0, 0];

/// The IPv4 address of a group.
fn v4_of(group: Option<IpAddr>) -> Option<Ipv4Addr> {
    match group {
        Some(IpAddr::V4(group)) => Some(group),
        _ => None,
    }
}

/// The IPv6 address of a group.
fn v6_of(group: Option<IpAddr>) -> Option<Ipv6Addr> {
    match group {
        Some(IpAddr::V6(group)) => Some(group),
        _ => None,
    }
}

/// The source of a query.
pub(super) fn source_of(bytes: &[u8], proto: Proto) -> Option<IpAddr> {
    Some(match proto {
        Proto::V4 => ipv4::Packet::new_checked(bytes).ok()?.src().into(),
        Proto::V6 => ipv6::Packet::new_checked(bytes).ok()?.src().into(),
    })
}

/// The IP packet of a query (`br_ip4_multicast_alloc_query`).
pub(super) fn v4(
    net: &mut Net,
    master: DevId,
    group: Option<IpAddr>,
    to: Option<IpAddr>,
) -> Option<(MacAddr, Vec<u8>)> {
    let (group, dst) = (v4_of(group), v4_of(to).unwrap_or(HOSTS));
    let settings = bridge(net, master)?.multicast.settings.clone();
    let src = if settings.query_use_ifaddr {
        let (ns, any) = (net.ns_of(master), Ipv4Addr::UNSPECIFIED);
        route::source::select(net, ns, master, any, Scope::LINK)
    } else {
        None
    };
    let within = match group {
        Some(_) => settings.last_member_interval,
        None => settings.query_response_interval,
    };
    let tenths = u32::try_from(within / 10).unwrap_or(u32::MAX);
    let newest = settings.igmp_version == 3;
    let code = if newest {
        encode_8(tenths)
    } else {
        tenths.min(255) as u8
    };
    let mut message = vec![0; igmp::HEADER_LEN + if newest { QUERY_TAIL } else { 0 }];
    if newest {
        tail(settings.query_interval).emit(&mut message[igmp::HEADER_LEN..]);
    }
    let asked = group.unwrap_or(Ipv4Addr::UNSPECIFIED).octets();
    igmp::emit(&mut message, igmp::Type::QUERY, code, asked);
    let repr = ipv4::Repr {
        src: src.unwrap_or(Ipv4Addr::UNSPECIFIED),
        dst,
        protocol: IpProtocol::IGMP,
        ttl: 1,
        tos: 0xc0,
        df: true,
        options: &igmp::ROUTER_ALERT,
        payload_len: message.len(),
        ..ipv4::Repr::default()
    };
    let mut bytes = vec![0; repr.header_len()];
    repr.emit(&mut bytes);
    bytes.extend(message);
    Some((MacAddr::from_ipv4_multicast(dst), bytes))
}

/// The same for IPv6 (`br_ip6_multicast_alloc_query`): there is none without a link-local address.
pub(super) fn v6(
    net: &mut Net,
    master: DevId,
    group: Option<IpAddr>,
    to: Option<IpAddr>,
) -> Option<(MacAddr, Vec<u8>)> {
    let (group, dst) = (v6_of(group), v6_of(to).unwrap_or(ALL_NODES));
    let settings = bridge(net, master)?.multicast.settings.clone();
    let src = net.dev(master).v6.link_local()?;
    let within = match group {
        Some(_) => settings.last_member_interval,
        None => settings.query_response_interval,
    };
    let millis = within.saturating_mul(10).min(0x7fff) as u32;
    let mut body = group.unwrap_or(Ipv6Addr::UNSPECIFIED).octets().to_vec();
    if settings.mld_version == 2 {
        body.extend([0; QUERY_TAIL]);
        tail(settings.query_interval).emit(&mut body[16..]);
    }
    let message = icmpv6::Repr {
        msg_type: icmpv6::Type::MLD_QUERY,
        code: 0,
        rest: millis << 16,
        body: &body,
    };
    let alert = ROUTER_ALERT_V6.len();
    let repr = ipv6::Repr {
        src,
        dst,
        next_header: IpProtocol::HOP_BY_HOP,
        hop_limit: 1,
        payload_len: alert + message.buffer_len(),
        ..ipv6::Repr::default()
    };
    let mut bytes = vec![0; ipv6::HEADER_LEN + alert + message.buffer_len()];
    repr.emit(&mut bytes);
    bytes[ipv6::HEADER_LEN..][..alert].copy_from_slice(&ROUTER_ALERT_V6);
    message.emit(&mut bytes[ipv6::HEADER_LEN + alert..], src, dst);
    Some((MacAddr::from_ipv6_multicast(dst), bytes))
}

fn tail(query_interval: u64) -> QueryTail<'static> {
    QueryTail {
        suppress: false,
        robustness: ROBUSTNESS,
        interval: u32::try_from(query_interval / 100).unwrap_or(u32::MAX),
        sources: &[],
    }
}
