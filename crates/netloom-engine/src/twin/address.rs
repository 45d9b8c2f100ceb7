//! Addresses and groups as a snapshot tells them.

use crate::device::{DevId, Ifa};
use crate::ip::v6::device::Ifa6;
use crate::ip::v6::{address as v6, group};
use crate::ip::version::{V4, V6};
use crate::ip::{igmp, membership};
use crate::namespace::NsId;
use crate::net::Net;
use crate::sysctl::Conf6;
use crate::timer::Timer;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;
use netloom_model::{Address, Family, Group, Membership, Namespace, RouteType};

/// How long an address that was not known to be free is asked for.
const DAD: Duration = Duration::from_secs(1);

/// Gives devices their addresses; the index of each that is not there.
pub(super) fn restore(net: &mut Net, ns: NsId, told: &[Address]) -> Vec<u32> {
    let now = net.now;
    let mut lost = Vec::new();
    for address in told {
        let Some(dev) = net.ns(ns).device(address.dev) else {
            lost.push(address.dev);
            continue;
        };
        match address.local.family() {
            Family::V4 => {
                let address = address.clone();
                let ifa = Ifa {
                    address,
                    set_at: now,
                };
                net.dev_mut(dev).addresses.push(ifa);
            }
            Family::V6 => add_v6(net, dev, address),
        }
        if address.autojoin {
            let joined = (address.local.addr, dev);
            net.ns_mut(ns).autojoined.push(joined);
        }
        if let Some(seconds) = address.valid_lft {
            let at = now + Duration::from_secs(seconds.into());
            net.timers.set(at, Timer::Addresses { ns });
        }
    }
    lost
}

fn add_v6(net: &mut Net, dev: DevId, told: &Address) {
    let now = net.now;
    let inet6 = &mut net.dev_mut(dev).v6;
    inet6.next_id = inet6.next_id.wrapping_add(1);
    let id = inet6.next_id;
    // One that was made for a while belongs to the public one of its prefix.
    let prefix = told.prefix();
    let of = inet6.addresses.iter();
    let of = of.filter(|ifa| told.flags.temporary && ifa.address.prefix() == prefix);
    let public = of.map(|ifa| ifa.id).next_back();
    inet6.addresses.push(Ifa6 {
        id,
        address: told.clone(),
        set_at: now,
        probes: 0,
        nonce: 0,
        of_router: told.flags.autoconf,
        made_at: now,
        temporary_of: told.flags.temporary.then(|| public.unwrap_or(0)),
        followed: false,
        failures: 0,
    });
    if told.flags.tentative && !told.flags.dad_failed {
        net.timers.set(now + DAD, Timer::Dad { dev, id });
    }
}

/// Whether IPv6 runs on the devices of a namespace, and which subnets' routers they are.
pub(super) fn run_v6(net: &mut Net, ns: NsId, told: &Namespace) {
    let devices: Vec<DevId> = net.ns(ns).devices.values().copied().collect();
    for dev in devices {
        let device = net.dev_mut(dev);
        let forbidden = device.v6.conf.on(Conf6::DisableIpv6) || !v6::has_ipv6(device);
        let running = device.is_up() && !forbidden;
        let known = !device.v6.addresses.is_empty();
        let ready = running && (device.carrier || device.is_loopback() || known);
        (device.v6.running, device.v6.ready) = (running, ready);
    }
    for route in told.routes.iter().filter(|r| r.kind == RouteType::Anycast) {
        let dev = route.nexthops.first().and_then(|hop| hop.dev);
        let dev = dev.and_then(|index| net.ns(ns).device(index));
        if let (Some(dev), IpAddr::V6(addr)) = (dev, route.dst.addr) {
            net.dev_mut(dev).v6.anycast.push(addr);
        }
    }
}

/// The groups that devices listen to; where nobody told of any, those that their addresses bring.
pub(super) fn groups(net: &mut Net, ns: NsId, told: &[Membership]) {
    let devices: Vec<(u32, DevId)> = net.ns(ns).devices.iter().map(|(i, d)| (*i, *d)).collect();
    for (index, dev) in devices {
        let device = net.dev_mut(dev);
        device.hardware_groups.clear();
        device.groups.restore(&[], |_| false);
        device.v6.groups.restore(&[], |_| false);
        if told.is_empty() {
            derive(net, dev);
            continue;
        }
        let mut v4: Vec<(Ipv4Addr, u32)> = Vec::new();
        let mut v6: Vec<(Ipv6Addr, u32)> = Vec::new();
        for member in told.iter().filter(|member| member.dev == index) {
            match member.group {
                Group::Link { address, by_hand } => {
                    let hardware = &mut net.dev_mut(dev).hardware_groups;
                    hardware.restore(address, member.users, by_hand);
                }
                Group::Ip(IpAddr::V4(group)) => v4.push((group, member.users)),
                Group::Ip(IpAddr::V6(group)) => v6.push((group, member.users)),
            }
        }
        let hardware = net.dev(dev).hardware_groups.clone();
        let loaded = |mac: Option<_>| mac.is_some_and(|mac| hardware.contains(mac));
        let device = net.dev_mut(dev);
        device.groups.restore(&v4, |group| {
            loaded(<V4 as membership::Groups>::hardware(group))
        });
        device.v6.groups.restore(&v6, |group| {
            loaded(<V6 as membership::Groups>::hardware(group))
        });
    }
}

fn derive(net: &mut Net, dev: DevId) {
    if net.dev(dev).is_up() {
        igmp::up(net, dev);
    }
    if net.dev(dev).v6.running {
        let addresses = net.dev(dev).v6.addresses.iter().map(Ifa6::addr);
        let all: Vec<Ipv6Addr> = addresses.chain(net.dev(dev).v6.anycast.clone()).collect();
        group::begin(net, dev);
        for addr in all {
            group::solicited(net, dev, addr, true);
        }
    }
}
