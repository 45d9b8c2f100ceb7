//! Duplicate address detection (RFC 4862 section 5.4, RFC 4429, RFC 7527): is an address free?

use super::device::Ifa6;
use super::{address, group};
use crate::device::DevId;
use crate::neighbour::ndp;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::route::v6::address as routes;
use crate::sysctl::{Conf6, Neigh};
use crate::timer::Timer;
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;
use netloom_model::LinkFlags;

/// Whether a device asks before it uses an address.
pub(super) fn is_wanted(net: &Net, dev: DevId) -> bool {
    let device = net.dev(dev);
    let accept = device.v6.conf.get(Conf6::AcceptDad);
    let all = net.ns(device.ns).v6.conf_all.get(Conf6::AcceptDad);
    // Before the device was up nobody knows what it will be able to do.
    !(device.is_loopback() || device.flags.contains(LinkFlags::NOARP) || (accept < 1 && all < 1))
}

fn find(net: &mut Net, dev: DevId, id: u32) -> Option<&mut Ifa6> {
    let device = net.devices.get_mut(dev.0)?;
    device.v6.addresses.iter_mut().find(|ifa| ifa.id == id)
}

/// Begins to ask (`addrconf_dad_start`, `addrconf_dad_kick`): after a random moment, so that not
/// all devices of a link ask at once.
pub(super) fn start<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, id: u32) {
    let wanted = is_wanted(cx.net, dev);
    let inet6 = &cx.net.dev(dev).v6;
    let (running, ready) = (inet6.running, inet6.ready);
    let transmits = inet6.conf.get(Conf6::DadTransmits).clamp(0, 255) as u8;
    let delay = inet6.conf.get(Conf6::RouterSolicitationDelay).max(0) as u64;
    let Some(ifa) = find(cx.net, dev, id).filter(|_| running) else {
        return;
    };
    let flags = &mut ifa.address.flags;
    if !wanted || flags.nodad || !flags.tentative {
        flags.tentative = false;
        flags.optimistic = false;
        return address::usable(cx, dev, id);
    }
    if !ready {
        return;
    }
    ifa.probes = transmits;
    if flags.optimistic {
        let addr = ifa.addr();
        routes::local_added(cx.net, dev, addr);
    }
    let wait = Duration::from_millis(cx.net.random.below(delay.max(1) * 1000));
    let wait = if delay == 0 { Duration::ZERO } else { wait };
    let at = cx.net.now + wait;
    cx.net.timers.set(at, Timer::Dad { dev, id });
}

/// Asks once more, or takes the address to be free.
pub(crate) fn timer<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, id: u32) {
    if cx.net.devices.get(dev.0).is_none_or(|d| !d.v6.running) {
        return;
    }
    let nonce = cx.net.random.next() >> 16;
    let interval = cx.net.dev(dev).v6.neighbour_conf.get(Neigh::RetransTimeMs);
    let enhanced = cx.net.either6(dev, Conf6::EnhancedDad);
    let tentative = |ifa: &&mut Ifa6| ifa.address.flags.tentative && !ifa.address.flags.dad_failed;
    let Some(ifa) = find(cx.net, dev, id).filter(tentative) else {
        return;
    };
    if ifa.probes == 0 {
        ifa.address.flags.tentative = false;
        ifa.address.flags.optimistic = false;
        return address::usable(cx, dev, id);
    }
    ifa.probes -= 1;
    ifa.nonce = nonce;
    let target = ifa.addr();
    let at = cx.net.now + Duration::from_millis(interval.max(10) as u64);
    cx.net.timers.set(at, Timer::Dad { dev, id });
    ndp::ask_whether_free(cx, dev, target, enhanced.then_some(nonce));
}

/// Somebody else has the address (`addrconf_dad_failure`).
pub(crate) fn failed(net: &mut Net, dev: DevId, addr: Ipv6Addr) {
    let list = &mut net.dev_mut(dev).v6.addresses;
    let Some(ifa) = list.iter_mut().find(|ifa| ifa.addr() == addr) else {
        return;
    };
    ifa.address.flags.dad_failed = true;
    ifa.address.flags.tentative = true;
    ifa.address.flags.optimistic = false;
    // It stays, so that it can be seen; nothing is sent from it.
    routes::local_removed(net, dev, addr);
}

/// A router listens to the anycast address of its subnets (RFC 4291 section 2.6.1).
pub(crate) fn anycast_changed(net: &mut Net, dev: DevId, ifa: &Ifa6) {
    let prefix = ifa.address.local.network();
    let IpAddr::V6(anycast) = prefix.addr else {
        return;
    };
    let inet6 = &net.dev(dev).v6;
    let router = inet6.conf.on(Conf6::Forwarding) && inet6.running;
    let stands = |i: &Ifa6| i.address.local.network() == prefix && i.is_usable();
    let wanted = prefix.len < 127 && router && inet6.addresses.iter().any(stands);
    routes::anycast(net, dev, anycast, wanted);
    let known = &mut net.dev_mut(dev).v6.anycast;
    let at = known.iter().position(|addr| *addr == anycast);
    match at {
        Some(at) if !wanted => {
            known.remove(at);
        }
        None if wanted => known.push(anycast),
        _ => return,
    }
    group::solicited(net, dev, anycast, wanted);
}

/// Tells the link of an address, where `ndisc_notify` wants it.
pub(super) fn notify<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, addr: Ipv6Addr) {
    if cx.net.either6(dev, Conf6::NdiscNotify) {
        ndp::advertise_unasked(cx, dev, addr);
    }
}
