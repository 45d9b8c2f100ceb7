//! Prefixes of the link, and the addresses that hosts make of them (`addrconf_prefix_rcv`, RFC 4862
//! section 5.5.3).

use super::{long_enough, route};
use crate::device::DevId;
use crate::ip::v6::{address, interface_id, temporary};
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::sysctl::Conf6;
use core::net::Ipv6Addr;
use netloom_model::{Address, IpNet};
use netloom_wire::ndp::Prefix;

/// What is left of a lifetime that may not be cut short by a forged advertisement (RFC 4862 section
/// 5.5.3): two hours.
const LEAST_LEFT: u32 = 7200;

/// Takes what an advertisement says of a prefix.
///
/// `lladdr`: the router told its hardware address too, so that it can be answered at once.
pub(super) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, prefix: &Prefix, lladdr: bool) {
    let conf = &cx.net.dev(dev).v6.conf;
    let known = conf.on(Conf6::AcceptRaPinfo) && !prefix.prefix.is_unicast_link_local();
    let group = prefix.prefix.is_multicast();
    let sound = prefix.preferred <= prefix.valid && long_enough(cx.net, dev, prefix.valid);
    if !known || group || !sound {
        return;
    }
    if prefix.on_link {
        route::on_link(cx.net, dev, prefix);
    }
    if prefix.autonomous && prefix.len == 64 {
        autonomous(cx, dev, prefix, lladdr);
    }
}

/// Makes an address of a prefix, or keeps it alive.
fn autonomous<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, prefix: &Prefix, lladdr: bool) {
    let conf = &cx.net.dev(dev).v6.conf;
    if !conf.on(Conf6::Autoconf) {
        return;
    }
    let most = conf.get(Conf6::MaxAddresses).max(0) as usize;
    let high = (prefix.prefix.to_bits() >> 64) as u64;
    let made = interface_id::make(cx.net, dev, high, 0);
    let addr = Ipv6Addr::from_bits(u128::from(high) << 64 | u128::from(made.bits));
    let lifetime = |seconds: u32| (seconds != u32::MAX).then_some(seconds);
    let told = (lifetime(prefix.valid), lifetime(prefix.preferred));
    let inet6 = &cx.net.dev(dev).v6;
    let known = inet6.addresses.iter().find(|ifa| {
        ifa.of_router && ifa.addr().to_bits() >> 64 == u128::from(high) && ifa.is_public()
    });
    if let Some(known) = known {
        let id = known.id;
        refresh(cx.net, dev, id, told);
        return temporary::manage(cx, dev, id, told, false);
    }
    if inet6.find(addr).is_some()
        || prefix.valid == 0
        || (most > 0 && inet6.addresses.len() >= most)
    {
        return;
    }
    let mut new = Address::new(0, IpNet::new(addr.into(), 64), "");
    (new.valid_lft, new.preferred_lft) = told;
    new.flags.manage_temp = true;
    new.flags.autoconf = true;
    new.flags.stable_privacy = made.stable;
    new.flags.optimistic = lladdr && address::is_optimist(cx.net, dev);
    // The prefix has its route by the advertisement already, if it is on the link.
    new.noprefixroute = true;
    address::insert(cx, dev, new, true);
    let list = &mut cx.net.dev_mut(dev).v6.addresses;
    let Some(ifa) = list.iter_mut().find(|ifa| ifa.addr() == addr) else {
        return;
    };
    ifa.address.noprefixroute = false;
    let id = ifa.id;
    temporary::manage(cx, dev, id, told, true);
}

/// An address made earlier lives on.
fn refresh(net: &mut Net, dev: DevId, id: u32, (valid, preferred): (Option<u32>, Option<u32>)) {
    let (now, ns) = (net.now, net.ns_of(dev));
    let list = &mut net.dev_mut(dev).v6.addresses;
    let Some(ifa) = list.iter_mut().find(|ifa| ifa.id == id) else {
        return;
    };
    let age = now.since(ifa.set_at).as_secs() as u32;
    let left = ifa.address.valid_lft.map(|lft| lft.saturating_sub(age));
    let long = |lft: Option<u32>| lft.is_none_or(|l| l > LEAST_LEFT);
    let longer = valid.is_none() || (left.is_some() && valid > left);
    ifa.address.valid_lft = if long(valid) || longer {
        valid
    } else if left.is_some_and(|left| left <= LEAST_LEFT) {
        left
    } else {
        Some(LEAST_LEFT)
    };
    ifa.address.preferred_lft = preferred;
    ifa.set_at = now;
    let address = ifa.address.clone();
    address::schedule(net, ns, &address);
}
