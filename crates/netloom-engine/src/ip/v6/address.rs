//! IPv6 addresses come and go (`addrconf`, RFC 4862, ip-address(8)): by users, with devices, with
//! routers' prefixes.

use super::device::{Ifa6, Inet6};
use super::{dad, group, interface_id, router, temporary};
use crate::device::{DevId, Device};
use crate::ip::version::V6;
use crate::namespace::NsId;
use crate::neighbour::configure as neighbour;
use crate::net::{Cx, Net};
use crate::notify;
use crate::observer::Observer;
use crate::route::v6::address as routes;
use crate::sysctl::Conf6;
use crate::timer::Timer;
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;
use netloom_model::{Address, Errno, Error, IpNet, Mode, Result, Scope};

/// The least MTU of a device that IPv6 runs on (RFC 8200 section 5).
const LEAST_MTU: u32 = 1280;

/// The scope that an address has by itself.
pub(crate) fn scope_of(addr: Ipv6Addr) -> Scope {
    if addr.is_loopback() {
        Scope::HOST
    } else if addr.is_unicast_link_local() {
        Scope::LINK
    } else if addr.segments()[0] & 0xffc0 == 0xfec0 {
        Scope::SITE
    } else {
        Scope::UNIVERSE
    }
}

/// Whether a device can have IPv6 at all: otherwise it has not even settings for it.
pub(crate) fn has_ipv6(device: &Device) -> bool {
    device.mtu >= LEAST_MTU || device.is_loopback()
}

/// Whether anything forbids IPv6 on a device.
fn forbidden(net: &Net, dev: DevId) -> bool {
    let device = net.dev(dev);
    device.v6.conf.on(Conf6::DisableIpv6) || !has_ipv6(device)
}

/// Puts an address on a device (`inet6_addr_add`).
pub(crate) fn add<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    wanted: &Address,
    mode: Mode,
) -> Result<()> {
    let IpAddr::V6(local) = wanted.local.addr else {
        return Err(Errno::AFNOSUPPORT.into());
    };
    let invalid = |text| Err(Error::with(Errno::INVAL, text));
    let dev = cx.net.ns(ns).device(wanted.dev).ok_or(Errno::NODEV)?;
    if wanted.valid_lft == Some(0) || wanted.preferred_lft > wanted.valid_lft.or(Some(u32::MAX)) {
        return invalid("ipv6: address lifetime invalid");
    }
    if let Some(old) = cx.net.dev(dev).v6.find(local) {
        if mode == Mode::Add {
            return Err(Error::with(Errno::EXIST, "ipv6: address already assigned"));
        }
        let id = old.id;
        modify(cx.net, dev, id, wanted);
        return Ok(());
    }
    if wanted.flags.manage_temp && wanted.local.len != 64 {
        return invalid("ipv6: address with \"mngtmpaddr\" flag must have a prefix length of 64");
    }
    if !has_ipv6(cx.net.dev(dev)) {
        return Err(Errno::INVAL.into());
    }
    if cx.net.dev(dev).v6.conf.on(Conf6::DisableIpv6) {
        let text = "ipv6: IPv6 is disabled on this device";
        return Err(Error::with(Errno::ACCES, text));
    }
    if local.is_unspecified() {
        return invalid("ipv6: Invalid address");
    }
    if local.is_multicast() && !wanted.autojoin {
        return invalid("ipv6: Cannot assign multicast address without \"IFA_F_MCAUTOJOIN\" flag");
    }
    if local.is_loopback() && !cx.net.dev(dev).is_loopback() {
        return invalid("ipv6: Cannot assign loopback address on this device");
    }
    let mut address = wanted.clone();
    if address.autojoin {
        crate::apply::group::autojoin(cx.net, ns, dev, local.into())?;
    }
    address.scope = scope_of(local);
    address.broadcast = None;
    address.label.clear();
    insert(cx, dev, address, false);
    if wanted.flags.manage_temp
        && let Some(ifa) = cx.net.dev(dev).v6.find(local)
    {
        let (id, told) = (ifa.id, (wanted.valid_lft, wanted.preferred_lft));
        temporary::manage(cx, dev, id, told, true);
    }
    Ok(())
}

/// Changes lifetimes and flags of an address that is there (`inet6_addr_modify`).
fn modify(net: &mut Net, dev: DevId, id: u32, wanted: &Address) {
    let (now, ns) = (net.now, net.ns_of(dev));
    let Some(ifa) = net
        .dev_mut(dev)
        .v6
        .addresses
        .iter_mut()
        .find(|i| i.id == id)
    else {
        return;
    };
    let before = ifa.clone();
    ifa.address.valid_lft = wanted.valid_lft;
    ifa.address.preferred_lft = wanted.preferred_lft;
    ifa.address.noprefixroute = wanted.noprefixroute;
    ifa.address.metric = wanted.metric;
    ifa.address.flags.nodad = wanted.flags.nodad;
    ifa.set_at = now;
    let after = ifa.clone();
    routes::prefix_removed(net, dev, &before);
    routes::prefix_added(net, dev, &after);
    schedule(net, ns, &after.address);
    notify::address(net, dev, &after.address, false);
}

/// Puts an address into the list and begins what follows from it.
pub(super) fn insert<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    mut address: Address,
    of_router: bool,
) {
    let (now, ns) = (cx.net.now, cx.net.ns_of(dev));
    address.dev = cx.net.dev(dev).index;
    let allowed =
        cx.net.either6(dev, Conf6::OptimisticDad) || cx.net.either6(dev, Conf6::UseOptimistic);
    address.flags.optimistic &= allowed;
    address.flags.tentative = !address.flags.nodad && dad::is_wanted(cx.net, dev);
    address.flags.optimistic &= address.flags.tentative;
    let inet6 = &mut cx.net.dev_mut(dev).v6;
    inet6.next_id = inet6.next_id.wrapping_add(1);
    let ifa = Ifa6 {
        id: inet6.next_id,
        address,
        set_at: now,
        probes: 0,
        nonce: 0,
        of_router,
        made_at: now,
        temporary_of: None,
        followed: false,
        failures: 0,
    };
    let (id, addr, scope) = (ifa.id, ifa.addr(), ifa.address.scope);
    let list = &mut inet6.addresses;
    let at = list.iter().position(|other| other.address.scope >= scope);
    list.insert(at.unwrap_or(list.len()), ifa.clone());
    schedule(cx.net, ns, &ifa.address);
    routes::prefix_added(cx.net, dev, &ifa);
    // Of one that the device makes itself it is told once it may be used.
    if !(ifa.address.flags.tentative && addr.is_unicast_link_local()) {
        notify::address(cx.net, dev, &ifa.address, false);
    }
    if cx.net.dev(dev).v6.running {
        routes::groups_added(cx.net, dev);
        group::solicited(cx.net, dev, addr, true);
        dad::start(cx, dev, id);
    } else if !ifa.address.flags.tentative {
        // Nobody has to be asked, so it is this host's at once, even on a device that is down.
        routes::local_added(cx.net, dev, addr);
        dad::anycast_changed(cx.net, dev, &ifa);
    }
}

/// Sets the timer that ends a lifetime.
pub(super) fn schedule(net: &mut Net, ns: NsId, address: &Address) {
    if let Some(seconds) = address.valid_lft {
        let at = net.now + Duration::from_secs(seconds.into());
        net.timers.set(at, Timer::Addresses { ns });
    }
}

/// Takes an address from a device (`inet6_addr_del`).
pub(crate) fn delete<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, wanted: &Address) -> Result<()> {
    let IpAddr::V6(local) = wanted.local.addr else {
        return Err(Errno::AFNOSUPPORT.into());
    };
    let dev = cx.net.ns(ns).device(wanted.dev);
    let dev = dev.ok_or_else(|| Error::with(Errno::NODEV, "Unable to find the interface"))?;
    if !has_ipv6(cx.net.dev(dev)) {
        let text = "ipv6: IPv6 is disabled on this device";
        return Err(Error::with(Errno::NXIO, text));
    }
    let found = cx.net.dev(dev).v6.find(local);
    let found = found.filter(|ifa| ifa.address.local.len == wanted.local.len);
    let id = found
        .ok_or_else(|| Error::with(Errno::ADDRNOTAVAIL, "ipv6: address not found"))?
        .id;
    // Those that were made of it for a while go with it.
    let all = &cx.net.dev(dev).v6.addresses;
    let temporary = all.iter().filter(|ifa| ifa.temporary_of == Some(id));
    for id in temporary.map(|ifa| ifa.id).collect::<Vec<_>>() {
        remove(cx, dev, id);
    }
    remove(cx, dev, id);
    Ok(())
}

/// Takes an address out with all that followed from it (`ipv6_del_addr`).
pub(super) fn remove<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, id: u32) {
    let list = &mut cx.net.dev_mut(dev).v6.addresses;
    let Some(at) = list.iter().position(|ifa| ifa.id == id) else {
        return;
    };
    let gone = list.remove(at);
    notify::address(cx.net, dev, &gone.address, true);
    routes::local_removed(cx.net, dev, gone.addr());
    routes::prefix_removed(cx.net, dev, &gone);
    routes::peer_changed(cx.net, dev, &gone, false);
    group::solicited(cx.net, dev, gone.addr(), false);
    let ns = cx.net.ns_of(dev);
    crate::apply::group::autoleave(cx.net, ns, dev, gone.addr().into());
    dad::anycast_changed(cx.net, dev, &gone);
    crate::conntrack::forget_masqueraded(cx.net, dev, gone.addr().into());
}

/// Takes away the addresses whose lifetime ended.
pub(crate) fn expire<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId) {
    let now = cx.net.now;
    let Some(namespace) = cx.net.namespaces.get(ns.0) else {
        return;
    };
    let ended = |ifa: &&Ifa6| {
        let over = |lft: u32| now.since(ifa.set_at).as_secs() >= u64::from(lft);
        ifa.address.valid_lft.is_some_and(over)
    };
    let devices: Vec<DevId> = namespace.devices.values().copied().collect();
    for dev in devices {
        let all = cx.net.dev(dev).v6.addresses.iter().filter(ended);
        let ids: Vec<u32> = all.map(|ifa| ifa.id).collect();
        for id in ids {
            remove(cx, dev, id);
        }
        temporary::follow(cx, dev);
    }
}

/// A device came up, or IPv6 is no longer forbidden on it (`addrconf_notify`, `NETDEV_UP`).
pub(crate) fn up<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let device = cx.net.dev(dev);
    if device.v6.running || !device.is_up() || forbidden(cx.net, dev) {
        return;
    }
    let loopback = device.is_loopback();
    cx.net.dev_mut(dev).v6.running = true;
    group::begin(cx.net, dev);
    for addr in cx.net.dev(dev).v6.anycast.clone() {
        group::solicited(cx.net, dev, addr, true);
    }
    if loopback {
        cx.net.dev_mut(dev).v6.ready = true;
        if cx.net.dev(dev).v6.find(Ipv6Addr::LOCALHOST).is_none() {
            let mut address = Address::new(0, IpNet::host(Ipv6Addr::LOCALHOST.into()), "");
            address.scope = Scope::HOST;
            address.flags.nodad = true;
            // The loopback's own address brings no route but the local one.
            address.noprefixroute = true;
            insert(cx, dev, address, false);
            if let Some(own) = cx.net.dev_mut(dev).v6.addresses.last_mut() {
                own.address.flags.nodad = false;
                own.address.noprefixroute = false;
            }
        }
    }
    let kept: Vec<Ifa6> = cx.net.dev(dev).v6.addresses.clone();
    for ifa in kept.iter().filter(|ifa| !ifa.addr().is_loopback()) {
        routes::prefix_added(cx.net, dev, ifa);
        group::solicited(cx.net, dev, ifa.addr(), true);
        dad::start(cx, dev, ifa.id);
    }
    if cx.net.dev(dev).carrier {
        ready(cx, dev);
    }
}

/// A device has carrier for the first time since it came up: now it can find out whether its
/// addresses are free.
pub(crate) fn ready<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let inet6 = &mut cx.net.dev_mut(dev).v6;
    if !inet6.running || inet6.ready {
        return;
    }
    inet6.ready = true;
    routes::groups_added(cx.net, dev);
    let inet6 = &cx.net.dev(dev).v6;
    let waiting: Vec<u32> = inet6.addresses.iter().map(|ifa| ifa.id).collect();
    for id in waiting {
        dad::start(cx, dev, id);
    }
    link_local(cx, dev);
}

/// Makes the link-local address (`addrconf_addr_gen`).
fn link_local<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let device = cx.net.dev(dev);
    let there = |ifa: &Ifa6| ifa.addr().is_unicast_link_local();
    let has_mac = device.kind.has_ethernet();
    let mode = device.v6.conf.get(Conf6::AddrGenMode);
    if mode == interface_id::NONE || device.v6.addresses.iter().any(there) {
        return;
    }
    if !has_mac && mode == interface_id::EUI64 {
        // There is nothing to make it of.
        let conf = &mut cx.net.dev_mut(dev).v6.conf;
        conf.set(Conf6::AddrGenMode, interface_id::RANDOM);
    }
    make_link_local(cx, dev, 0);
}

/// An address whose identifier is not free is made anew (RFC 7217 section 6).
pub(super) fn again<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, id: u32) {
    let list = &cx.net.dev(dev).v6.addresses;
    let Some(old) = list.iter().find(|ifa| ifa.id == id).cloned() else {
        return;
    };
    let prefix = (old.addr().to_bits() >> 64) as u64;
    let failures = old.failures + 1;
    let made = interface_id::make(cx.net, dev, prefix, failures);
    let addr = Ipv6Addr::from_bits(u128::from(prefix) << 64 | u128::from(made.bits));
    remove(cx, dev, id);
    let mut address = old.address;
    address.local.addr = addr.into();
    address.flags.dad_failed = false;
    insert(cx, dev, address, old.of_router);
    let list = &mut cx.net.dev_mut(dev).v6.addresses;
    if let Some(ifa) = list.iter_mut().find(|ifa| ifa.addr() == addr) {
        ifa.failures = failures;
    }
}

/// Whether a device uses the addresses that it makes itself before it knows them to be free (RFC
/// 4429).
pub(super) fn is_optimist(net: &Net, dev: DevId) -> bool {
    let all = &net.ns(net.ns_of(dev)).v6.conf_all;
    net.either6(dev, Conf6::OptimisticDad) && !all.on(Conf6::Forwarding)
}

/// Makes the link-local address; `failed`: how many identifiers were not free.
pub(super) fn make_link_local<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, failed: u8) {
    let made = interface_id::make(cx.net, dev, 0xfe80 << 48, failed);
    let addr = Ipv6Addr::from_bits(0xfe80 << 112 | u128::from(made.bits));
    let mut address = Address::new(0, IpNet::new(addr.into(), 64), "");
    address.scope = Scope::LINK;
    address.flags.stable_privacy = made.stable;
    address.flags.optimistic = is_optimist(cx.net, dev);
    insert(cx, dev, address, false);
}

/// A device went down or IPv6 is forbidden on it now (`addrconf_ifdown`): its addresses go, unless
/// they are to be kept, and its routes.
pub(crate) fn down<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    if !cx.net.dev(dev).v6.running {
        return;
    }
    cx.net.dev_mut(dev).v6.running = false;
    for at in 0..cx.net.dev(dev).v6.addresses.len() {
        let addr = cx.net.dev(dev).v6.addresses[at].addr();
        group::solicited(cx.net, dev, addr, false);
    }
    for addr in core::mem::take(&mut cx.net.dev_mut(dev).v6.anycast) {
        group::solicited(cx.net, dev, addr, false);
    }
    group::end(cx.net, dev);
    let ns = cx.net.ns_of(dev);
    let keep = cx.net.dev(dev).v6.conf.get(Conf6::KeepAddrOnDown) > 0
        || (cx.net.dev(dev).v6.conf.get(Conf6::KeepAddrOnDown) == 0
            && cx.net.ns(ns).v6.conf_all.get(Conf6::KeepAddrOnDown) > 0);
    let inet6 = &mut cx.net.dev_mut(dev).v6;
    inet6.ready = false;
    inet6.solicited = None;
    let stays =
        |ifa: &Ifa6| keep && ifa.address.valid_lft.is_none() && !ifa.addr().is_unicast_link_local();
    let all = core::mem::take(&mut inet6.addresses);
    let (stay, gone): (Vec<Ifa6>, Vec<Ifa6>) = all.into_iter().partition(stays);
    inet6.addresses = stay;
    routes::tell_down(cx.net, ns, dev);
    for ifa in &gone {
        notify::address(cx.net, dev, &ifa.address, true);
    }
    for ifa in &mut cx.net.dev_mut(dev).v6.addresses {
        ifa.address.flags.tentative = !ifa.address.flags.nodad;
        ifa.address.flags.dad_failed = false;
    }
    routes::device_down(cx.net, ns, dev);
    neighbour::flush_of::<V6, O>(cx, dev, true);
}

/// A device leaves its namespace: nothing of it stays.
pub(crate) fn leave<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    down(cx, dev);
    let ns = cx.net.ns_of(dev);
    cx.net.dev_mut(dev).v6.addresses.clear();
    routes::device_gone(cx.net, ns, dev);
}

/// The MTU of a device changed: below the least one there is no IPv6 on it.
pub(crate) fn mtu_changed<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let device = cx.net.dev(dev);
    let (old, new) = (device.v6.conf.get(Conf6::Mtu) as u32, device.mtu);
    routes::mtu_changed(cx.net, dev, old, new);
    let device = cx.net.dev_mut(dev);
    device.v6.conf.set(Conf6::Mtu, new as i32);
    if !has_ipv6(device) {
        down(cx, dev);
        // What there was of IPv6 is gone, its settings too.
        let ns = cx.net.ns_of(dev);
        let mtu = cx.net.dev(dev).mtu;
        let advertiser = cx.net.dev_mut(dev).v6.advertiser.take();
        *cx.net.dev_mut(dev).v6 = Inet6::new(&cx.net.ns(ns).v6, mtu);
        cx.net.dev_mut(dev).v6.advertiser = advertiser;
    } else if forbidden(cx.net, dev) {
        down(cx, dev);
    } else {
        up(cx, dev);
    }
}

/// A device's address may be used from now on (`addrconf_dad_completed`).
pub(super) fn usable<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, id: u32) {
    let Some(ifa) = cx.net.dev(dev).v6.addresses.iter().find(|i| i.id == id) else {
        return;
    };
    let ifa = ifa.clone();
    if dad::is_wanted(cx.net, dev) && !ifa.address.flags.nodad {
        notify::address(cx.net, dev, &ifa.address, false);
    }
    routes::local_added(cx.net, dev, ifa.addr());
    routes::peer_changed(cx.net, dev, &ifa, true);
    dad::anycast_changed(cx.net, dev, &ifa);
    if ifa.addr().is_unicast_link_local() {
        group::tell_again(cx.net, dev);
        router::begin(cx, dev);
    }
}
