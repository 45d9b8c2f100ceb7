//! Addresses come and go (`ip address`, `inet_insert_ifa`, `inet_del_ifa`).

use super::group;
use crate::device::{DevId, Ifa};
use crate::ip::version::V4;
use crate::namespace::NsId;
use crate::neighbour;
use crate::net::{Cx, Net};
use crate::notify;
use crate::observer::Observer;
use crate::route::address as routes;
use crate::sysctl::Conf;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::{Address, Errno, Error, IpNet, Mode, Result};

/// Puts an address on a device.
pub(crate) fn add<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    wanted: &Address,
    mode: Mode,
) -> Result<()> {
    let IpAddr::V4(local) = wanted.local.addr else {
        return Err(Errno::AFNOSUPPORT.into());
    };
    let dev = cx.net.ns(ns).device(wanted.dev);
    let dev = dev.ok_or_else(|| Error::with(Errno::NODEV, "ipv4: Device not found"))?;
    let now = cx.net.now;
    let device = cx.net.dev_mut(dev);
    let mut address = wanted.clone();
    if address.label.is_empty() {
        address.label.clone_from(&device.name);
    }
    address.secondary = false;
    let same = |ifa: &Ifa| {
        ifa.address.local.len == address.local.len
            && ifa.address.prefix() == address.prefix()
            && ifa.local() == local
    };
    if let Some(old) = device.addresses.iter().position(same) {
        if mode == Mode::Add {
            return Err(Error::with(Errno::EXIST, "ipv4: Address already assigned"));
        }
        let ifa = &mut device.addresses[old];
        ifa.address.valid_lft = address.valid_lft;
        ifa.address.preferred_lft = address.preferred_lft;
        ifa.set_at = now;
        let changed = ifa.address.clone();
        schedule(cx.net, ns, &address);
        notify::address(cx.net, dev, &changed, false);
        return Ok(());
    }
    let beside = |ifa: &Ifa| {
        ifa.address.local.len == address.local.len && ifa.address.prefix() == address.prefix()
    };
    if device
        .addresses
        .iter()
        .any(|ifa| beside(ifa) && ifa.address.scope != address.scope)
    {
        return Err(Error::with(Errno::INVAL, "ipv4: Invalid scope value"));
    }
    if mode == Mode::Change {
        return Err(Error::with(Errno::NOENT, "ipv4: Address not found"));
    }
    if address.autojoin {
        group::autojoin(cx.net, ns, dev, local.into())?;
    }
    let device = cx.net.dev_mut(dev);
    address.secondary = device.addresses.iter().any(|ifa| {
        !ifa.address.secondary
            && ifa.address.local.len == address.local.len
            && ifa.address.prefix() == address.prefix()
    });
    let at = if address.secondary {
        device.addresses.len()
    } else {
        // Behind the last primary of at least its scope, before narrower ones and secondaries.
        let before = |ifa: &Ifa| !ifa.address.secondary && ifa.address.scope >= address.scope;
        device
            .addresses
            .iter()
            .rposition(before)
            .map_or(0, |at| at + 1)
    };
    let ifa = Ifa {
        address: address.clone(),
        set_at: now,
    };
    device.addresses.insert(at, ifa.clone());
    notify::address(cx.net, dev, &ifa.address, false);
    routes::added(cx.net, dev, &ifa);
    schedule(cx.net, ns, &address);
    announce(cx, dev, local);
    Ok(())
}

fn announce<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, local: Ipv4Addr) {
    let device = cx.net.dev(dev);
    let all = &cx.net.ns(device.ns).conf_all;
    let wanted = device.conf.on(Conf::ArpNotify) || all.on(Conf::ArpNotify);
    if wanted && device.is_running() {
        neighbour::arp::announce(cx, dev, local);
    }
}

/// Sets the timer that ends an address's lifetime.
fn schedule(net: &mut Net, ns: NsId, address: &Address) {
    if let Some(seconds) = address.valid_lft {
        let at = net.now + core::time::Duration::from_secs(seconds.into());
        net.timers.set(at, crate::timer::Timer::Addresses { ns });
    }
}

/// Takes an address from a device. A primary takes its secondaries along, or one of them takes its
/// place (`promote_secondaries`).
pub(crate) fn delete<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    wanted: &Address,
    exact: bool,
) -> Result<()> {
    let IpAddr::V4(local) = wanted.local.addr else {
        return Err(Error::with(Errno::ADDRNOTAVAIL, "ipv6: address not found"));
    };
    let dev = cx.net.ns(ns).device(wanted.dev).ok_or(Errno::NODEV)?;
    let fits = |ifa: &Ifa| {
        ifa.local() == local
            && (wanted.label.is_empty() || ifa.address.label == wanted.label)
            && (!exact || ifa.address.prefix() == wanted.prefix())
            && (!exact || ifa.address.local.len == wanted.local.len)
    };
    let at = cx.net.dev(dev).addresses.iter().position(fits);
    let at = at.ok_or_else(|| Error::with(Errno::ADDRNOTAVAIL, "ipv4: Address not found"))?;
    remove(cx.net, dev, at);
    crate::conntrack::forget_masqueraded(cx.net, dev, local.into());
    if cx.net.dev(dev).addresses.is_empty() {
        // The last address is gone, and IP with it (`fib_disable_ip`).
        neighbour::configure::flush_of::<V4, O>(cx, dev, true);
    }
    Ok(())
}

fn remove(net: &mut Net, dev: DevId, at: usize) {
    let before = routes::all_implied(net, dev);
    let device = net.dev(dev);
    let all = &net.ns(device.ns).conf_all;
    let promote = device.conf.on(Conf::PromoteSecondaries) || all.on(Conf::PromoteSecondaries);
    let addresses = &mut net.dev_mut(dev).addresses;
    let mut gone = vec![addresses.remove(at)];
    let first = &gone[0].address;
    let (prefix, len) = (first.prefix(), first.local.len);
    let child = |ifa: &Ifa| {
        ifa.address.secondary && ifa.address.local.len == len && ifa.address.prefix() == prefix
    };
    if !first.secondary && promote {
        if let Some(heir) = addresses.iter().position(child) {
            let mut heir = addresses.remove(heir);
            heir.address.secondary = false;
            let primaries = addresses
                .iter()
                .take_while(|ifa| !ifa.address.secondary)
                .count();
            addresses.insert(primaries, heir);
        }
    } else if !first.secondary {
        let (out, stay) = core::mem::take(addresses).into_iter().partition(child);
        *addresses = stay;
        let out: Vec<Ifa> = out;
        gone.extend(out);
    }
    routes::removed(net, dev, &gone, &before);
    let ns = net.ns_of(dev);
    for ifa in gone.iter().filter(|ifa| ifa.address.autojoin) {
        group::autoleave(net, ns, dev, ifa.local().into());
    }
}

/// Takes away the addresses whose lifetime ended.
pub(crate) fn expire(net: &mut Net, ns: NsId) {
    let now = net.now;
    let Some(namespace) = net.namespaces.get(ns.0) else {
        return;
    };
    let devices: Vec<DevId> = namespace.devices.values().copied().collect();
    for dev in devices {
        let ended = |ifa: &Ifa| {
            ifa.address
                .valid_lft
                .is_some_and(|lft| now.since(ifa.set_at).as_secs() >= u64::from(lft))
        };
        while let Some(at) = net.dev(dev).addresses.iter().position(ended) {
            remove(net, dev, at);
        }
    }
}

/// `lo` comes up: it has 127.0.0.1/8 from then on, unless it has an address.
pub(crate) fn loopback_up(net: &mut Net, dev: DevId) {
    let device = net.dev(dev);
    if !device.addresses.is_empty() {
        return;
    }
    let local = IpNet::new(Ipv4Addr::LOCALHOST.into(), 8);
    let address = Address::new(device.index, local, device.name.clone());
    let set_at = net.now;
    let told = address.clone();
    net.dev_mut(dev).addresses.push(Ifa { address, set_at });
    notify::address(net, dev, &told, false);
}
