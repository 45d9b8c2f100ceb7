//! Duplicate address detection (RFC 4862 section 5.4, RFC 4429, RFC 7527): is an address free?

use super::device::Ifa6;
use super::{address, group, interface_id, temporary};
use crate::device::DevId;
use crate::neighbour::ndp;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::route::v6::address as routes;
use crate::sysctl::{Conf6, Global6, Neigh};
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
        let addr = ifa.addr();
        address::usable(cx, dev, id);
        return notify(cx, dev, addr);
    }
    ifa.probes -= 1;
    ifa.nonce = nonce;
    let target = ifa.addr();
    let at = cx.net.now + Duration::from_millis(interval.max(10) as u64);
    cx.net.timers.set(at, Timer::Dad { dev, id });
    ndp::ask_whether_free(cx, dev, target, enhanced.then_some(nonce));
}

/// Somebody else has the address (`addrconf_dad_failure`).
pub(crate) fn failed<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, addr: Ipv6Addr) {
    let retries = cx
        .net
        .ns(cx.net.ns_of(dev))
        .v6
        .settings
        .get(Global6::IdgenRetries);
    let list = &mut cx.net.dev_mut(dev).v6.addresses;
    let Some(ifa) = list.iter_mut().find(|ifa| ifa.addr() == addr) else {
        return;
    };
    ifa.address.flags.dad_failed = true;
    ifa.address.flags.tentative = true;
    ifa.address.flags.optimistic = false;
    let (id, public, failures) = (ifa.id, ifa.temporary_of, ifa.failures);
    let stable = ifa.address.flags.stable_privacy;
    // It stays, so that it can be seen; nothing is sent from it.
    routes::local_removed(cx.net, dev, addr);
    if let Some(public) = public {
        // Another one takes the place of one that is made for a while.
        address::remove(cx, dev, id);
        temporary::make(cx, dev, public);
    } else if stable && i32::from(failures) < retries {
        address::again(cx, dev, id);
    } else if addr.is_unicast_link_local() && !stable {
        hardware_is_another_s(cx, dev, addr);
    }
}

/// The link-local address of the hardware's own identifier is taken: somebody has the same hardware
/// address, and with `accept_dad` of 2 there is no IPv6 on such a device.
fn hardware_is_another_s<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, addr: Ipv6Addr) {
    let device = cx.net.dev(dev);
    let own = addr.to_bits() as u64 == interface_id::eui64(device.mac);
    let all = &cx.net.ns(device.ns).v6.conf_all;
    let strict = device
        .v6
        .conf
        .get(Conf6::AcceptDad)
        .max(all.get(Conf6::AcceptDad))
        > 1;
    if own && strict {
        cx.net.dev_mut(dev).v6.conf.set(Conf6::DisableIpv6, 1);
        address::down(cx, dev);
    }
}

/// A router listens to the anycast address of its subnets (RFC 4291 section 2.6.1).
pub(crate) fn anycast_changed(net: &mut Net, dev: DevId, ifa: &Ifa6) {
    let prefix = ifa.address.local.network();
    let IpAddr::V6(anycast) = prefix.addr else {
        return;
    };
    let inet6 = &net.dev(dev).v6;
    let (router, running) = (inet6.conf.on(Conf6::Forwarding), inet6.running);
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
    if running {
        group::solicited(net, dev, anycast, wanted);
    }
}

/// Tells the link of an address that was found to be free, where `ndisc_notify` wants it.
fn notify<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, addr: Ipv6Addr) {
    if cx.net.either6(dev, Conf6::NdiscNotify) {
        ndp::advertise_unasked(cx, dev, addr);
    }
}

/// The hardware address changed: the link is told of every address, where `ndisc_notify` wants it.
pub(crate) fn announce<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let device = cx.net.dev(dev);
    if !device.is_running() || !device.v6.running {
        return;
    }
    let usable = device.v6.addresses.iter().filter(|ifa| ifa.is_usable());
    for addr in usable.map(Ifa6::addr).collect::<Vec<_>>() {
        notify(cx, dev, addr);
    }
}
