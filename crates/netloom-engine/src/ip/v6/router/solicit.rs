//! Asking for routers (RFC 4861 section 6.3.7, RFC 7559).

use super::believes;
use crate::device::DevId;
use crate::ip::v6::{ALL_ROUTERS, output};
use crate::net::Cx;
use crate::observer::Observer;
use crate::sysctl::Conf6;
use crate::timer::Timer;
use core::net::Ipv6Addr;
use core::time::Duration;
use netloom_wire::icmpv6::{Repr, Type};
use netloom_wire::ndp::{HOP_LIMIT, LLADDR_LEN, kind, put_lladdr};
use netloom_wire::{IpProtocol, ipv6};

/// The link-local address may be used: routers are asked for.
pub(super) fn begin<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let device = cx.net.dev(dev);
    let most = device.v6.conf.get(Conf6::RouterSolicitations);
    if !believes(cx.net, dev) || device.is_loopback() || most == 0 {
        return;
    }
    cx.net.dev_mut(dev).v6.solicited = Some(0);
    timer(cx, dev);
}

/// Asks for routers once more (RFC 7559: ever more seldom).
pub(crate) fn timer<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let Some(device) = cx.net.devices.get(dev.0) else {
        return;
    };
    let Some(sent) = device.v6.solicited.filter(|_| device.v6.running) else {
        return;
    };
    let conf = &device.v6.conf;
    let most = conf.get(Conf6::RouterSolicitations);
    if !believes(cx.net, dev) || (most >= 0 && sent >= most as u32) {
        cx.net.dev_mut(dev).v6.solicited = None;
        return;
    }
    let interval = conf.get(Conf6::RouterSolicitationInterval).max(1) as u64;
    let longest = conf.get(Conf6::RouterSolicitationMaxInterval).max(1) as u64;
    let wait = interval.saturating_mul(1 << sent.min(20)).min(longest) * 1000;
    let wait = wait * 9 / 10 + cx.net.random.below(wait / 5 + 1);
    let at = cx.net.now + Duration::from_millis(wait);
    cx.net.timers.set(at, Timer::RouterSolicitation { dev });
    cx.net.dev_mut(dev).v6.solicited = Some(sent + 1);
    solicit(cx, dev);
}

/// Sends a router solicitation.
fn solicit<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let device = cx.net.dev(dev);
    let src = device.v6.link_local();
    let mut option = [0; LLADDR_LEN];
    put_lladdr(&mut option, kind::SOURCE_LLADDR, device.mac);
    let repr = Repr {
        msg_type: Type::ROUTER_SOLICITATION,
        code: 0,
        rest: 0,
        body: if src.is_some() { &option } else { &[] },
    };
    let src = src.unwrap_or(Ipv6Addr::UNSPECIFIED);
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes, src, ALL_ROUTERS);
    let header = ipv6::Repr {
        src,
        dst: ALL_ROUTERS,
        next_header: IpProtocol::ICMPV6,
        hop_limit: HOP_LIMIT,
        payload_len: bytes.len(),
        ..ipv6::Repr::default()
    };
    output::background(cx, dev, &header, &bytes, None, None);
}
