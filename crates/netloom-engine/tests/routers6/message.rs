//! Advertisements, and other packets in frames.

use core::net::Ipv6Addr;
use netloom_model::MacAddr;
use netloom_wire::icmpv6::{self, Type};
use netloom_wire::ndp::{Prefix, RouteInfo, Router};

pub(super) const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
pub(super) const ROUTER: &str = "fe80::2";

/// An advertisement in a frame, of these fields and options.
pub(super) fn says(router: &Router, options: &[&[u8]]) -> Vec<u8> {
    message(ROUTER, 255, 0, router, options)
}

pub(super) fn message(
    src: &str,
    hops: u8,
    code: u8,
    router: &Router,
    options: &[&[u8]],
) -> Vec<u8> {
    let (rest, fields) = router.emit();
    let mut body = fields.to_vec();
    options.iter().for_each(|option| body.extend(*option));
    let repr = icmpv6::Repr {
        msg_type: Type::ROUTER_ADVERTISEMENT,
        code,
        rest,
        body: &body,
    };
    packet(src, "ff02::1", hops, &repr)
}

pub(super) fn packet(src: &str, dst: &str, hops: u8, repr: &icmpv6::Repr<'_>) -> Vec<u8> {
    let (src, dst): (Ipv6Addr, Ipv6Addr) = (src.parse().unwrap(), dst.parse().unwrap());
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes, src, dst);
    let mac = if dst.is_multicast() {
        MacAddr::from_ipv6_multicast(dst)
    } else {
        MAC
    };
    let mut frame = [&mac.0[..], &[2, 0, 0, 0, 0, 2, 0x86, 0xdd]].concat();
    frame.extend([0x60, 0, 0, 0]);
    frame.extend((bytes.len() as u16).to_be_bytes());
    frame.extend([58, hops]);
    frame.extend(src.octets());
    frame.extend(dst.octets());
    frame.extend(bytes);
    frame
}

pub(super) fn router(lifetime: u16) -> Router {
    Router {
        hop_limit: 64,
        lifetime,
        ..Router::default()
    }
}

pub(super) fn prefix(net: u16) -> Prefix {
    Prefix {
        prefix: Ipv6Addr::new(0x2001, 0xdb8, net, 0, 0, 0, 0, 0),
        len: 64,
        on_link: true,
        autonomous: true,
        valid: 3600,
        preferred: 1800,
    }
}

pub(super) fn route(net: u16, len: u8, preference: u8) -> [u8; RouteInfo::LEN] {
    RouteInfo {
        prefix: Ipv6Addr::new(0x2001, 0xdb8, net, 0, 0, 0, 0, 0),
        len,
        preference,
        lifetime: 600,
    }
    .emit()
}
