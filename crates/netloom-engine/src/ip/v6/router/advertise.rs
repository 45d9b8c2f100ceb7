//! A router tells the hosts of a link of itself (RFC 4861 section 6.2): from time to time, and when
//! one asks.

use crate::device::DevId;
use crate::ip::v6::{ALL_NODES, output};
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::sysctl::Conf6;
use crate::timer::Timer;
use core::time::Duration;
use netloom_model::Time;
use netloom_model::advertise::Advertise;
use netloom_wire::icmpv6::{Repr, Type};
use netloom_wire::ndp::{self, HOP_LIMIT, LLADDR_LEN, Prefix, RouteInfo, Router, kind};
use netloom_wire::{IpProtocol, ipv6};

/// The first so many follow each other sooner (`MAX_INITIAL_RTR_ADVERTISEMENTS`).
const INITIAL: u32 = 3;
/// The longest time between those (`MAX_INITIAL_RTR_ADVERT_INTERVAL`).
const INITIAL_INTERVAL: Duration = Duration::from_secs(16);
/// The longest wait before a host is answered, in milliseconds (`MAX_RA_DELAY_TIME`).
const DELAY: u64 = 500;
/// The least time between two (`MIN_DELAY_BETWEEN_RAS`).
const BETWEEN: Duration = Duration::from_secs(3);

/// A device that advertises.
#[derive(Clone, Debug)]
pub(crate) struct Advertiser {
    pub(crate) what: Advertise,
    sent: u32,
    last: Option<Time>,
    /// When the next one is due.
    next: Option<Time>,
    stamp: u32,
}

/// Sets what a device advertises; where it ends to, hosts are told that it is no router.
pub(crate) fn set<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, what: Option<&Advertise>) {
    let was = cx.net.dev_mut(dev).v6.advertiser.take();
    let stamp = was.as_ref().map_or(0, |was| was.stamp);
    let Some(what) = what else {
        if let Some(was) = was.filter(|was| was.sent > 0) {
            let last = Advertise {
                lifetime: 0,
                ..was.what
            };
            send(cx, dev, &last);
        }
        return;
    };
    cx.net.dev_mut(dev).v6.advertiser = Some(Box::new(Advertiser {
        what: what.clone(),
        sent: 0,
        last: was.and_then(|was| was.last),
        next: None,
        stamp,
    }));
    begin(cx.net, dev);
}

/// The device can send, or has something to say: soon it does.
pub(super) fn begin(net: &mut Net, dev: DevId) {
    let soon = net.now + Duration::from_millis(net.random.below(DELAY));
    if let Some(advertiser) = &mut net.dev_mut(dev).v6.advertiser {
        advertiser.sent = 0;
    }
    schedule(net, dev, soon);
}

/// The next one is due at `at`, and no other.
fn schedule(net: &mut Net, dev: DevId, at: Time) {
    let Some(advertiser) = &mut net.dev_mut(dev).v6.advertiser else {
        return;
    };
    advertiser.next = Some(at);
    advertiser.stamp = advertiser.stamp.wrapping_add(1);
    let stamp = advertiser.stamp;
    net.timers
        .set(at, Timer::RouterAdvertisement { dev, stamp });
}

/// A host asks: all of them are answered, soon, but not more often than every three seconds.
pub(super) fn solicited(net: &mut Net, dev: DevId) {
    let soon = net.now + Duration::from_millis(net.random.below(DELAY));
    let Some(advertiser) = &net.dev(dev).v6.advertiser else {
        return;
    };
    let at = advertiser
        .last
        .map_or(soon, |last| soon.max(last + BETWEEN));
    if advertiser.next.is_none_or(|next| at < next) {
        schedule(net, dev, at);
    }
}

/// Advertises once more.
pub(crate) fn timer<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, stamp: u32) {
    let now = cx.net.now;
    let Some(device) = cx.net.devices.get_mut(dev.0) else {
        return;
    };
    let can_send = device.v6.running && device.v6.link_local().is_some();
    let Some(advertiser) = device.v6.advertiser.as_mut().filter(|a| a.stamp == stamp) else {
        return;
    };
    advertiser.next = None;
    if !can_send {
        // Once it can, it begins anew.
        return;
    }
    advertiser.sent += 1;
    advertiser.last = Some(now);
    let (what, sent) = (advertiser.what.clone(), advertiser.sent);
    let (least, most) = (what.min_interval, what.max_interval);
    let spread = u64::from(most.saturating_sub(least)) * 1000;
    let wait = u64::from(least) * 1000 + cx.net.random.below(spread + 1);
    let wait = Duration::from_millis(wait);
    let wait = if sent < INITIAL {
        wait.min(INITIAL_INTERVAL)
    } else {
        wait
    };
    schedule(cx.net, dev, now + wait);
    send(cx, dev, &what);
}

/// Sends an advertisement to everybody on the link.
fn send<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, what: &Advertise) {
    let device = cx.net.dev(dev);
    let Some(src) = device.v6.link_local().filter(|_| device.v6.running) else {
        return;
    };
    let forwards = device.v6.conf.on(Conf6::Forwarding);
    let router = Router {
        hop_limit: what.hop_limit,
        managed: what.managed,
        other: what.other,
        preference: what.preference,
        // Who does not forward is nobody's default router (RFC 4861 section 6.2.5).
        lifetime: if forwards { what.lifetime } else { 0 },
        reachable: what.reachable,
        retransmit: what.retransmit,
    };
    let (rest, fields) = router.emit();
    let mut body = fields.to_vec();
    let mut lladdr = [0; LLADDR_LEN];
    ndp::put_lladdr(&mut lladdr, kind::SOURCE_LLADDR, device.mac);
    body.extend(lladdr);
    if let Some(mtu) = what.mtu {
        body.extend(ndp::emit_mtu(mtu));
    }
    let lifetime = |lifetime: Option<u32>| lifetime.unwrap_or(u32::MAX);
    for prefix in &what.prefixes {
        let prefix = Prefix {
            prefix: prefix.prefix,
            len: prefix.len,
            on_link: prefix.on_link,
            autonomous: prefix.autonomous,
            valid: lifetime(prefix.valid),
            preferred: lifetime(prefix.preferred),
        };
        body.extend(prefix.emit());
    }
    for route in &what.routes {
        let route = RouteInfo {
            prefix: route.prefix,
            len: route.len,
            preference: route.preference,
            lifetime: lifetime(route.lifetime),
        };
        body.extend(route.emit());
    }
    let repr = Repr {
        msg_type: Type::ROUTER_ADVERTISEMENT,
        code: 0,
        rest,
        body: &body,
    };
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes, src, ALL_NODES);
    let header = ipv6::Repr {
        src,
        dst: ALL_NODES,
        next_header: IpProtocol::ICMPV6,
        hop_limit: HOP_LIMIT,
        payload_len: bytes.len(),
        ..ipv6::Repr::default()
    };
    output::background(cx, dev, &header, &bytes, None, None);
}
