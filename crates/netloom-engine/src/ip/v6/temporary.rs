//! Temporary addresses (RFC 8981, ip-sysctl's `use_tempaddr`): made of a prefix beside the address
//! that says which hardware it is, kept for a while, and followed by others.

use super::device::Ifa6;
use super::{address, interface_id};
use crate::device::DevId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::sysctl::{Conf6, Neigh};
use core::net::Ipv6Addr;
use netloom_model::{Address, IpNet};

/// Lifetimes in seconds: valid, preferred; none = for ever.
pub(super) type Lifetimes = (Option<u32>, Option<u32>);

/// The settings of a device.
struct Limits {
    valid: u32,
    preferred: u32,
    /// Subtracted from the preferred lifetime, so that not all hosts change at once.
    desync: u32,
    /// How long before the end the next one is made.
    advance: u32,
}

fn limits(net: &mut Net, dev: DevId) -> Limits {
    let inet6 = &net.dev(dev).v6;
    let get = |key| inet6.conf.get(key).max(0) as u32;
    let retrans = inet6.neighbour_conf.get(Neigh::RetransTimeMs).max(0) as u32;
    let advance = get(Conf6::RegenMinAdvance)
        + get(Conf6::RegenMaxRetry) * get(Conf6::DadTransmits) * (retrans / 1000).max(1);
    let (valid, preferred) = (get(Conf6::TempValidLft), get(Conf6::TempPreferedLft));
    let most = get(Conf6::MaxDesyncFactor).min(preferred.saturating_sub(advance));
    let desync = match inet6.desync {
        Some(desync) => desync,
        None => net.random.below(most.into()) as u32,
    };
    net.dev_mut(dev).v6.desync = Some(desync);
    Limits {
        valid,
        preferred,
        desync: desync.min(most),
        advance,
    }
}

fn at_most(lifetime: Option<u32>, most: u32) -> u32 {
    lifetime.map_or(most, |lifetime| lifetime.min(most))
}

/// An address of which temporary ones are made was made or lives on (`manage_tempaddrs`).
pub(super) fn manage<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    public: u32,
    told: Lifetimes,
    new: bool,
) {
    let limits = limits(cx.net, dev);
    let (now, ns) = (cx.net.now, cx.net.ns_of(dev));
    let mut refreshed = Vec::new();
    let list = &mut cx.net.dev_mut(dev).v6.addresses;
    for ifa in list
        .iter_mut()
        .filter(|ifa| ifa.temporary_of == Some(public))
    {
        let age = now.since(ifa.made_at).as_secs() as u32;
        let left = |all: u32| all.saturating_sub(age);
        let valid = at_most(told.0, left(limits.valid));
        let preferred = left(limits.preferred.saturating_sub(limits.desync));
        ifa.address.valid_lft = Some(valid);
        ifa.address.preferred_lft = Some(at_most(told.1, preferred).min(valid));
        ifa.set_at = now;
        refreshed.push(ifa.address.clone());
    }
    for address in &refreshed {
        address::schedule(cx.net, ns, address);
    }
    let wanted = cx.net.dev(dev).v6.conf.get(Conf6::UseTempaddr) > 0;
    if wanted && (new || refreshed.is_empty()) {
        make(cx, dev, public);
    }
}

/// Makes a temporary address of another one's prefix (`ipv6_create_tempaddr`).
pub(super) fn make<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, public: u32) {
    let limits = limits(cx.net, dev);
    let now = cx.net.now;
    let identifier = interface_id::random(cx.net);
    let inet6 = &cx.net.dev(dev).v6;
    let most = inet6.conf.get(Conf6::MaxAddresses).max(0) as usize;
    let Some(ifa) = inet6.addresses.iter().find(|ifa| ifa.id == public) else {
        return;
    };
    let wanted = inet6.conf.get(Conf6::UseTempaddr) > 0;
    if !wanted || (most > 0 && inet6.addresses.len() >= most) {
        return;
    }
    let age = now.since(ifa.set_at).as_secs() as u32;
    let left = |lft: Option<u32>| lft.map(|lft| lft.saturating_sub(age));
    let valid = at_most(left(ifa.address.valid_lft), limits.valid);
    let own = limits.preferred.saturating_sub(limits.desync);
    let preferred = at_most(left(ifa.address.preferred_lft), own).min(valid);
    // One that would be followed at once is none.
    if preferred <= limits.advance {
        return;
    }
    let high = ifa.addr().to_bits() >> 64 << 64;
    let addr = Ipv6Addr::from_bits(high | u128::from(identifier));
    let mut new = Address::new(0, IpNet::new(addr.into(), ifa.address.local.len), "");
    new.valid_lft = Some(valid);
    new.preferred_lft = Some(preferred);
    new.flags.temporary = true;
    new.flags.autoconf = true;
    new.flags.optimistic = ifa.address.flags.optimistic;
    // The prefix has its route already.
    new.noprefixroute = true;
    address::insert(cx, dev, new, true);
    let list = &mut cx.net.dev_mut(dev).v6.addresses;
    if let Some(ifa) = list.iter_mut().find(|ifa| ifa.addr() == addr) {
        ifa.address.noprefixroute = false;
        ifa.temporary_of = Some(public);
        let address = ifa.address.clone();
        let ns = cx.net.ns_of(dev);
        let at = now + core::time::Duration::from_secs((preferred - limits.advance).into());
        cx.net.timers.set(at, crate::timer::Timer::Addresses { ns });
        address::schedule(cx.net, ns, &address);
    }
}

/// Makes the next ones of those that are to be followed soon (`addrconf_verify_rtnl`).
pub(super) fn follow<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let advance = limits(cx.net, dev).advance;
    let now = cx.net.now;
    let inet6 = &mut cx.net.dev_mut(dev).v6;
    let ends = |ifa: &Ifa6| {
        let age = now.since(ifa.set_at).as_secs();
        let lft = ifa.address.preferred_lft;
        lft.is_some_and(|lft| age + u64::from(advance) >= u64::from(lft))
    };
    let mut due = Vec::new();
    for ifa in &mut inet6.addresses {
        if let Some(public) = ifa.temporary_of.filter(|_| !ifa.followed && ends(ifa)) {
            ifa.followed = true;
            due.push(public);
        }
    }
    for public in due {
        make(cx, dev, public);
    }
}
