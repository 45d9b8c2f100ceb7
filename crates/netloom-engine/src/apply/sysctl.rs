//! Settings by their dotted names, as sysctl(8) and /proc/sys name them.

use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify::netconf;
use crate::sysctl::told::{LOG_ALL, rows};
use crate::sysctl::{
    BRIDGE_PREFIX, BridgeConf, CONNTRACK_PREFIX, Conf, ConntrackConf, Global, Ipv4Conf, Ipv4Global,
    LISTS, NeighbourConf,
};
use netloom_model::{Errno, Result};

const CONF: &str = "net.ipv4.conf.";
const NEIGH: &str = "net.ipv4.neigh.";
const IPV4: &str = "net.ipv4.";
const CORE: &str = "net.core.";

/// Where settings of devices are kept: for all, for those to come, or for one.
#[derive(Clone, Copy)]
pub(crate) enum Whose {
    All,
    Default,
    Device(DevId),
}

pub(super) fn whose(net: &Net, ns: NsId, name: &str) -> Result<Whose> {
    match name {
        "all" => Ok(Whose::All),
        "default" => Ok(Whose::Default),
        name => {
            // In a dotted name a dot of the device's own is a slash.
            let name = &netloom_model::setting::undotted(name);
            let dev = net
                .ns(ns)
                .by_name
                .get(name)
                .filter(|d| net.dev(**d).name == *name);
            Ok(Whose::Device(*dev.ok_or(Errno::NOENT)?))
        }
    }
}

/// A number as the kernel reads one: hexadecimal behind `0x`, octal behind `0`, else decimal.
fn any_base(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let hexadecimal = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"));
    let number = match (hexadecimal, digits.strip_prefix('0')) {
        (Some(rest), _) => i64::from_str_radix(rest, 16),
        (None, Some(rest)) if !rest.is_empty() => i64::from_str_radix(rest, 8),
        _ => digits.parse(),
    };
    number.ok().map(|number| sign * number)
}

/// The value as a number in its range.
pub(super) fn number(value: &str, (least, most): (i32, i32)) -> Result<i32> {
    let value = any_base(value.trim()).ok_or(Errno::INVAL)?;
    let value = i32::try_from(value).map_err(|_| Errno::INVAL)?;
    if value < least || value > most {
        Err(Errno::INVAL.into())
    } else {
        Ok(value)
    }
}

/// No setting: whatever is written there, what is known of destinations beside their routes is
/// forgotten.
const FLUSH: &str = "route.flush";

/// Writes a setting.
pub(crate) fn set(net: &mut Net, ns: NsId, name: &str, value: &str) -> Result<()> {
    let kept = net.ns_mut(ns).kept_settings.as_mut();
    if kept.is_some_and(|kept| kept.write(name, value)) {
        return Ok(());
    }
    if let Some((who, key)) = name
        .strip_prefix(CONF)
        .and_then(|rest| rest.rsplit_once('.'))
    {
        return set_conf(net, ns, who, key, value);
    }
    if let Some(rest) = name.strip_prefix(NEIGH)
        && let Some((who, key)) = rest.rsplit_once('.')
        && let Some(entry) = NeighbourConf::row(key)
    {
        let value = number(value, (entry.2, entry.3))?;
        match whose(net, ns, who)? {
            Whose::All => return Err(Errno::NOENT.into()),
            Whose::Default => net.ns_mut(ns).neighbour_default.set(entry.1, value),
            Whose::Device(dev) => net.dev_mut(dev).neighbour_conf.set(entry.1, value),
        }
        return Ok(());
    }
    if name == LOG_ALL && net.ns(ns).name.is_first() {
        net.log.all_namespaces = number(value, (0, 1))? != 0;
        return Ok(());
    }
    if let Some(key) = name.strip_prefix(CONNTRACK_PREFIX) {
        return set_conntrack(net, ns, key, value);
    }
    if let Some(key) = name.strip_prefix(BRIDGE_PREFIX) {
        return set_bridge(net, ns, key, value);
    }
    let whole = name.starts_with(CORE).then_some(name);
    let key = name.strip_prefix(IPV4).or(whole).ok_or(Errno::NOENT)?;
    if key == FLUSH {
        net.ns_mut(ns).routing.exceptions.clear();
        return Ok(());
    }
    if LISTS.contains(&key) {
        return set_list(net, ns, key, value);
    }
    let entry = Ipv4Global::row(key).filter(|_| !key.contains('#'));
    let entry = entry.ok_or(Errno::NOENT)?;
    let value = number(value, (entry.2, entry.3))?;
    let settings = &mut net.ns_mut(ns).settings;
    // The thresholds of reassembly keep their order.
    let out_of_order = match entry.1 {
        Global::IpfragHighThresh => value < settings.get(Global::IpfragLowThresh),
        Global::IpfragLowThresh => value > settings.get(Global::IpfragHighThresh),
        _ => false,
    };
    if out_of_order {
        return Err(Errno::INVAL.into());
    }
    let before = settings.get(entry.1);
    settings.set(entry.1, value);
    // What is so already reaches no device (devinet_sysctl_forward).
    if entry.1 == Global::IpForward && before != value {
        forward_all(net, ns, value);
    }
    Ok(())
}

/// Settings of connection tracking; some are told and not written.
fn set_conntrack(net: &mut Net, ns: NsId, key: &str, value: &str) -> Result<()> {
    if key == "count" || key == "buckets" {
        return Err(Errno::INVAL.into());
    }
    let entry = ConntrackConf::row(key);
    let entry = entry.ok_or(Errno::NOENT)?;
    let value = number(value, (entry.2, entry.3))?;
    net.ns_mut(ns).conntrack_conf.set(entry.1, value);
    Ok(())
}

/// Settings of `br_netfilter`, which are there while it is loaded (`brnf_sysctl_call_tables`).
fn set_bridge(net: &mut Net, ns: NsId, key: &str, value: &str) -> Result<()> {
    let entry = BridgeConf::row(key);
    let entry = entry.filter(|_| net.br_netfilter).ok_or(Errno::NOENT)?;
    let value = number(value, (entry.2, entry.3))?;
    let on = i32::from(value != 0);
    net.ns_mut(ns).bridge_conf.set(entry.1, on);
    Ok(())
}

/// Writes as many numbers as there are; those that are not given stay (proc_dointvec).
fn set_list(net: &mut Net, ns: NsId, key: &str, value: &str) -> Result<()> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let mut new = net.ns(ns).settings.clone();
    for (row, word) in rows(key).zip(&words) {
        new.set(row.1, number(word, (row.2, row.3))?);
    }
    let (low, high) = (
        new.get(Global::PortRangeLow),
        new.get(Global::PortRangeHigh),
    );
    if words.is_empty() || low > high {
        return Err(Errno::INVAL.into());
    }
    net.ns_mut(ns).settings = new;
    Ok(())
}

fn set_conf(net: &mut Net, ns: NsId, who: &str, key: &str, value: &str) -> Result<()> {
    let entry = Ipv4Conf::row(key).ok_or(Errno::NOENT)?;
    let who = whose(net, ns, who)?;
    let value = number(value, (entry.2, entry.3))?;
    let before = match who {
        Whose::All => net.ns(ns).conf_all.get(entry.1),
        Whose::Default => net.ns(ns).conf_default.get(entry.1),
        Whose::Device(dev) => net.dev(dev).conf.get(entry.1),
    };
    match who {
        Whose::All if entry.1 == Conf::Forwarding => {
            net.ns_mut(ns).settings.set(Global::IpForward, value);
            if before != value {
                forward_all(net, ns, value);
            }
        }
        Whose::All => net.ns_mut(ns).conf_all.set(entry.1, value),
        Whose::Default => set_default(net, ns, entry.1, value),
        Whose::Device(dev) => {
            let device = net.dev_mut(dev);
            device.conf.set(entry.1, value);
            device.description.conf_written |= 1 << entry.1 as u32;
        }
    }
    let for_all = matches!(who, Whose::All) && entry.1 == Conf::Forwarding;
    if before != value && !for_all {
        netconf::written(net, ns, who, entry.1);
    }
    Ok(())
}

/// What is written for the devices to come reaches those that are there and untouched
/// (`devinet_copy_dflt_conf`).
fn set_default(net: &mut Net, ns: NsId, key: Conf, value: i32) {
    net.ns_mut(ns).conf_default.set(key, value);
    let devices: Vec<DevId> = net.ns(ns).devices.values().copied().collect();
    for dev in devices {
        let device = net.dev_mut(dev);
        let written = device.description.conf_written & (1 << key as u32) != 0;
        if !written && device.addresses.is_empty() {
            device.conf.set(key, value);
        }
    }
}

/// Forwarding for all is forwarding for each, and a router believes no redirects
/// (`inet_forward_change`).
fn forward_all(net: &mut Net, ns: NsId, on: i32) {
    let namespace = net.ns_mut(ns);
    let changed = namespace.conf_all.get(Conf::Forwarding) != on;
    namespace.conf_all.set(Conf::Forwarding, on);
    namespace
        .conf_all
        .set(Conf::AcceptRedirects, i32::from(on == 0));
    namespace.conf_default.set(Conf::Forwarding, on);
    let devices: Vec<DevId> = namespace.devices.values().copied().collect();
    for dev in &devices {
        net.dev_mut(*dev).conf.set(Conf::Forwarding, on);
    }
    if changed {
        let each = devices.into_iter().map(Whose::Device);
        for whose in [Whose::All, Whose::Default].into_iter().chain(each) {
            netconf::written(net, ns, whose, Conf::Forwarding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_the_base_that_they_begin_with() {
        let read = ["0x30", "030", "-7", "0", "08", "0x", "", "+1", "1x"].map(any_base);
        let (some, none) = ([Some(48), Some(24), Some(-7), Some(0)], None);
        assert_eq!(read[..4], some);
        assert!(read[4..].iter().all(|number| *number == none), "{read:?}");
    }
}
