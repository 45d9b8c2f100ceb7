//! The settings of IPv6 by their names behind `net.ipv6.`, and what follows when they are written
//! (`addrconf_sysctl_*`).

use super::sysctl::{Whose, number, whose};
use crate::device::DevId;
use crate::ip::v6::{address, dad, group, router};
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::notify::netconf;
use crate::observer::Observer;
use crate::sysctl::{Conf6, Global6, Ipv6Conf, Ipv6Global, NeighbourConf};
use core::net::Ipv6Addr;
use netloom_model::{AddrGenMode, Errno, Result};

/// Writes a setting.
pub(crate) fn set<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    name: &str,
    value: &str,
) -> Result<()> {
    if let Some(rest) = name.strip_prefix("conf.") {
        let (who, key) = rest.rsplit_once('.').ok_or(Errno::NOENT)?;
        return set_conf(cx, ns, who, key, value);
    }
    if let Some(rest) = name.strip_prefix("neigh.")
        && let Some((who, key)) = rest.rsplit_once('.')
        && let Some(entry) = NeighbourConf::row(key)
    {
        let value = number(value, (entry.2, entry.3))?;
        match whose(cx.net, ns, who)? {
            Whose::All => return Err(Errno::NOENT.into()),
            Whose::Default => cx.net.ns_mut(ns).v6.neighbour_default.set(entry.1, value),
            Whose::Device(dev) => cx.net.dev_mut(dev).v6.neighbour_conf.set(entry.1, value),
        }
        return Ok(());
    }
    let entry = Ipv6Global::row(name);
    let entry = entry.ok_or(Errno::NOENT)?;
    let value = number(value, (entry.2, entry.3))?;
    let settings = &mut cx.net.ns_mut(ns).v6.settings;
    // The thresholds of reassembly keep their order.
    let out_of_order = match entry.1 {
        Global6::Ip6fragHighThresh => value < settings.get(Global6::Ip6fragLowThresh),
        Global6::Ip6fragLowThresh => value > settings.get(Global6::Ip6fragHighThresh),
        _ => false,
    };
    if out_of_order {
        return Err(Errno::INVAL.into());
    }
    settings.set(entry.1, value);
    Ok(())
}

fn set_conf<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    who: &str,
    key: &str,
    value: &str,
) -> Result<()> {
    let who = whose(cx.net, ns, who)?;
    if let Whose::Device(dev) = who
        && !address::has_ipv6(cx.net.dev(dev))
    {
        return Err(Errno::NOENT.into());
    }
    if key == SECRET {
        return set_secret(cx.net, ns, who, value);
    }
    let entry = Ipv6Conf::row(key);
    let entry = entry.ok_or(Errno::NOENT)?;
    let value = number(value, (entry.2, entry.3))?;
    let key = entry.1;
    if key == Conf6::AddrGenMode && value == STABLE && !has_secret(cx.net, ns, who) {
        return Err(Errno::INVAL.into());
    }
    let before = match who {
        Whose::All => cx.net.ns(ns).v6.conf_all.get(key),
        Whose::Default => cx.net.ns(ns).v6.conf_default.get(key),
        Whose::Device(dev) => cx.net.dev(dev).v6.conf.get(key),
    };
    match who {
        Whose::All => {
            cx.net.ns_mut(ns).v6.conf_all.set(key, value);
            set_all(cx, ns, key, value);
        }
        Whose::Default => cx.net.ns_mut(ns).v6.conf_default.set(key, value),
        Whose::Device(dev) => set_device(cx, dev, key, value),
    }
    if is_another(key, before, value) {
        netconf::written6(cx.net, ns, who, key);
    }
    if matches!(who, Whose::All) && key == Conf6::ForceForwarding {
        set_each(cx, ns, key, value);
    }
    Ok(())
}

/// Whether a value is told as another: some are no more than on or off.
fn is_another(key: Conf6, before: i32, value: i32) -> bool {
    match key {
        Conf6::ProxyNdp => before != value,
        _ => (before != 0) != (value != 0),
    }
}

/// Some settings of all are those of each, and of the devices to come.
fn set_all<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, key: Conf6, value: i32) {
    if !matches!(
        key,
        Conf6::Forwarding | Conf6::DisableIpv6 | Conf6::IgnoreRoutesWithLinkdown
    ) {
        return;
    }
    let default = &mut cx.net.ns_mut(ns).v6.conf_default;
    let before = default.get(key);
    default.set(key, value);
    if key == Conf6::Forwarding && is_another(key, before, value) {
        netconf::written6(cx.net, ns, Whose::Default, key);
    }
    set_each(cx, ns, key, value);
}

/// Sets what is set of all for each device.
fn set_each<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, key: Conf6, value: i32) {
    let devices: Vec<DevId> = cx.net.ns(ns).devices.values().copied().collect();
    for dev in devices {
        let before = cx.net.dev(dev).v6.conf.get(key);
        set_device(cx, dev, key, value);
        if is_another(key, before, value) && address::has_ipv6(cx.net.dev(dev)) {
            netconf::written6(cx.net, ns, Whose::Device(dev), key);
        }
    }
}

/// No number, and nothing to be read before it was written.
const SECRET: &str = "stable_secret";

/// Of `addr_gen_mode`: identifiers are made of the secret.
const STABLE: i32 = 2;

/// Whether there is something to make stable identifiers of.
fn has_secret(net: &Net, ns: NsId, who: Whose) -> bool {
    let own = match who {
        Whose::Device(dev) => net.dev(dev).v6.secret,
        Whose::All | Whose::Default => None,
    };
    own.or(net.ns(ns).v6.secret).is_some()
}

/// Whether a device may be told how to make its identifiers (`inet6_validate_link_af`).
pub(super) fn check_addr_gen_mode(net: &Net, dev: DevId, mode: AddrGenMode) -> Result<()> {
    if !address::has_ipv6(net.dev(dev)) {
        return Err(Errno::AFNOSUPPORT.into());
    }
    let secret = has_secret(net, net.ns_of(dev), Whose::Device(dev));
    if mode == AddrGenMode::StableSecret && !secret {
        return Err(Errno::INVAL.into());
    }
    Ok(())
}

/// Sets what stable identifiers are made of, and has them made.
fn set_secret(net: &mut Net, ns: NsId, who: Whose, value: &str) -> Result<()> {
    let secret: Ipv6Addr = value.trim().parse().map_err(|_| Errno::IO)?;
    let secret = Some(secret.to_bits());
    match who {
        Whose::All => return Err(Errno::IO.into()),
        Whose::Default => {
            let inet6 = &mut net.ns_mut(ns).v6;
            inet6.secret = secret;
            inet6.conf_default.set(Conf6::AddrGenMode, STABLE);
            let devices: Vec<DevId> = net.ns(ns).devices.values().copied().collect();
            for dev in devices {
                let conf = &mut net.dev_mut(dev).v6.conf;
                conf.set(Conf6::AddrGenMode, STABLE);
            }
        }
        Whose::Device(dev) => {
            let inet6 = &mut net.dev_mut(dev).v6;
            inet6.secret = secret;
            inet6.conf.set(Conf6::AddrGenMode, STABLE);
        }
    }
    Ok(())
}

fn set_device<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, key: Conf6, value: i32) {
    let inet6 = &mut cx.net.dev_mut(dev).v6;
    let was = inet6.conf.on(key);
    inet6.conf.set(key, value);
    let on = value != 0;
    match key {
        Conf6::DisableIpv6 if on && !was => address::down(cx, dev),
        Conf6::DisableIpv6 if !on => address::up(cx, dev),
        Conf6::Forwarding if on != was => forwarding(cx, dev, on),
        _ => {}
    }
}

/// A device begins or ends to forward (`dev_forward_change`).
fn forwarding<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, on: bool) {
    if !cx.net.dev(dev).v6.running {
        return;
    }
    group::forwarding(cx.net, dev, on);
    for ifa in cx.net.dev(dev).v6.addresses.clone() {
        dad::anycast_changed(cx.net, dev, &ifa);
    }
    if on {
        router::forget(cx.net, dev);
    }
}
