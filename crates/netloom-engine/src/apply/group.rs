//! Groups that users let a device listen to: hardware groups (`ip maddress`), and addresses that
//! are groups (`ip address add ... autojoin`).

use crate::device::DevId;
use crate::ip::membership;
use crate::ip::v6::group as group6;
use crate::ip::version::V4;
use crate::namespace::NsId;
use crate::net::Net;
use crate::sysctl::Global;
use core::net::IpAddr;
use netloom_model::{Errno, Error, MacAddr, Result};

/// Adds a hardware group (`SIOCADDMULTI`).
pub(crate) fn add(net: &mut Net, ns: NsId, index: u32, mac: MacAddr) -> Result<()> {
    let dev = net.ns(ns).device(index).ok_or(Errno::NODEV)?;
    net.dev_mut(dev).hardware_groups.add_by_hand(mac);
    Ok(())
}

/// Takes one away (`SIOCDELMULTI`).
pub(crate) fn delete(net: &mut Net, ns: NsId, index: u32, mac: MacAddr) -> Result<()> {
    let dev = net.ns(ns).device(index).ok_or(Errno::NODEV)?;
    Ok(net.dev_mut(dev).hardware_groups.remove_by_hand(mac)?)
}

/// An address that is a group is joined, by a socket of the namespace: as many as one may join.
pub(crate) fn autojoin(net: &mut Net, ns: NsId, dev: DevId, group: IpAddr) -> Result<()> {
    let failed = |text| Error::with(Errno::INVAL, text);
    let joined = &net.ns(ns).autojoined;
    if !group.is_multicast() || joined.contains(&(group, dev)) {
        return Err(failed("ipv4: Multicast auto join failed"));
    }
    match group {
        IpAddr::V4(group) => {
            let most = net.ns(ns).settings.get(Global::IgmpMaxMemberships).max(0) as usize;
            if joined.iter().filter(|(g, _)| g.is_ipv4()).count() >= most {
                return Err(failed("ipv4: Multicast auto join failed"));
            }
            membership::join::<V4>(net, dev, group);
        }
        IpAddr::V6(group) => group6::join(net, dev, group),
    }
    net.ns_mut(ns).autojoined.push((group, dev));
    Ok(())
}

/// An address goes: if it is a group that was joined, it is left.
pub(crate) fn autoleave(net: &mut Net, ns: NsId, dev: DevId, group: IpAddr) {
    let joined = &mut net.ns_mut(ns).autojoined;
    let Some(at) = joined.iter().position(|entry| *entry == (group, dev)) else {
        return;
    };
    joined.remove(at);
    match group {
        IpAddr::V4(group) => membership::leave::<V4>(net, dev, group),
        IpAddr::V6(group) => group6::leave(net, dev, group),
    }
}
