//! Settings as a snapshot tells them. What netloom does not know is kept by its name, to be told again;
//! what the host does not have is not told.

use crate::device::DevId;
use crate::namespace::{Namespace, NsId};
use crate::net::Net;
use crate::sysctl::{
    BRIDGE_PREFIX, BridgeConf, CONNTRACK_PREFIX, ConntrackConf, Ipv4Conf, Ipv4Global, Ipv6Conf,
    Ipv6Global, NeighbourConf,
};
use core::net::Ipv6Addr;
use std::collections::{BTreeMap, BTreeSet};

/// What a host told of its settings beyond what netloom has of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    /// Those that netloom does not know, or to which the host gives a value that they do not have here.
    others: BTreeMap<String, String>,
    /// Those that the host does not have.
    absent: BTreeSet<String>,
}

impl Kept {
    /// Makes of what netloom has what the host told.
    pub(crate) fn tell(&self, all: &mut BTreeMap<String, String>) {
        all.retain(|name, _| !self.absent.contains(name));
        let others = self.others.iter();
        all.extend(others.map(|(name, value)| (name.clone(), value.clone())));
    }

    /// Writes one that netloom does not know; whether it is one.
    pub(crate) fn write(&mut self, name: &str, value: &str) -> bool {
        match self.others.get_mut(name) {
            Some(kept) => {
                value.clone_into(kept);
                true
            }
            None => false,
        }
    }
}

/// Sets what netloom knows. Nothing follows from it: what followed on the host is told too.
pub(super) fn restore(net: &mut Net, ns: NsId, told: &BTreeMap<String, String>) {
    for (name, value) in told {
        let _ = set(net, ns, name, value);
    }
}

/// Keeps what the settings of a namespace differ by from what was told.
pub(super) fn keep(net: &mut Net, ns: NsId, told: &BTreeMap<String, String>) {
    if told.is_empty() {
        return;
    }
    let known = crate::apply::sysctl::list(net, ns);
    let differs = |(name, value): &(&String, &String)| known.get(*name) != Some(value);
    let others = told.iter().filter(differs);
    let others: BTreeMap<_, _> = others.map(|(n, v)| (n.clone(), v.clone())).collect();
    let absent = known.into_keys().filter(|name| !told.contains_key(name));
    let absent: BTreeSet<_> = absent.collect();
    if !others.is_empty() || !absent.is_empty() {
        net.ns_mut(ns).kept_settings = Some(Box::new(Kept { others, absent }));
    }
}

fn number(value: &str) -> Option<i32> {
    value.trim().parse().ok()
}

fn set(net: &mut Net, ns: NsId, name: &str, value: &str) -> Option<()> {
    if let Some(key) = name.strip_prefix(CONNTRACK_PREFIX) {
        let row = ConntrackConf::TABLE.iter().find(|row| row.0 == key)?;
        net.ns_mut(ns).conntrack_conf.set(row.1, number(value)?);
        return Some(());
    }
    if let Some(key) = name.strip_prefix(BRIDGE_PREFIX) {
        net.br_netfilter = true;
        let row = BridgeConf::TABLE.iter().find(|row| row.0 == key)?;
        net.ns_mut(ns).bridge_conf.set(row.1, number(value)?);
        return Some(());
    }
    if name == "net.netfilter.nf_log_all_netns" {
        net.log.all_namespaces = number(value)? != 0;
        return Some(());
    }
    if let Some(rest) = name.strip_prefix("net.ipv6.") {
        return set_v6(net, ns, rest, value);
    }
    let v4 = name.strip_prefix("net.ipv4.");
    if let Some((who, key)) = v4.and_then(|rest| of_devices(rest, "conf.")) {
        let row = Ipv4Conf::TABLE.iter().find(|row| row.0 == key)?;
        let value = number(value)?;
        match whose(net, ns, who)? {
            Whose::All => net.ns_mut(ns).conf_all.set(row.1, value),
            Whose::Default => net.ns_mut(ns).conf_default.set(row.1, value),
            Whose::Device(dev) => net.dev_mut(dev).conf.set(row.1, value),
        }
        return Some(());
    }
    if let Some((who, key)) = v4.and_then(|rest| of_devices(rest, "neigh."))
        && let Some(row) = NeighbourConf::TABLE.iter().find(|row| row.0 == key)
    {
        let value = number(value)?;
        match whose(net, ns, who)? {
            Whose::All => return None,
            Whose::Default => net.ns_mut(ns).neighbour_default.set(row.1, value),
            Whose::Device(dev) => net.dev_mut(dev).neighbour_conf.set(row.1, value),
        }
        return Some(());
    }
    let key = v4.unwrap_or(name);
    let settings = &mut net.ns_mut(ns).settings;
    // Those of several numbers have a row for each.
    for (place, word) in value.split_whitespace().enumerate() {
        let listed = format!("{key}#{place}");
        let found = |row: &&(&str, _, i32, i32)| row.0 == key || row.0 == listed;
        let row = Ipv4Global::TABLE.iter().find(found)?;
        settings.set(row.1, number(word)?);
    }
    Some(())
}

fn set_v6(net: &mut Net, ns: NsId, name: &str, value: &str) -> Option<()> {
    if let Some((who, key)) = of_devices(name, "conf.") {
        let whose = whose(net, ns, who)?;
        if key == "stable_secret" {
            let secret: Ipv6Addr = value.trim().parse().ok()?;
            let secret = Some(secret.to_bits());
            match whose {
                Whose::All => return None,
                Whose::Default => net.ns_mut(ns).v6.secret = secret,
                Whose::Device(dev) => net.dev_mut(dev).v6.secret = secret,
            }
            return Some(());
        }
        let row = Ipv6Conf::TABLE.iter().find(|row| row.0 == key)?;
        let value = number(value)?;
        match whose {
            Whose::All => net.ns_mut(ns).v6.conf_all.set(row.1, value),
            Whose::Default => net.ns_mut(ns).v6.conf_default.set(row.1, value),
            Whose::Device(dev) => net.dev_mut(dev).v6.conf.set(row.1, value),
        }
        return Some(());
    }
    if let Some((who, key)) = of_devices(name, "neigh.")
        && let Some(row) = NeighbourConf::TABLE.iter().find(|row| row.0 == key)
    {
        let value = number(value)?;
        match whose(net, ns, who)? {
            Whose::All => return None,
            Whose::Default => net.ns_mut(ns).v6.neighbour_default.set(row.1, value),
            Whose::Device(dev) => net.dev_mut(dev).v6.neighbour_conf.set(row.1, value),
        }
        return Some(());
    }
    let row = Ipv6Global::TABLE.iter().find(|row| row.0 == name)?;
    net.ns_mut(ns).v6.settings.set(row.1, number(value)?);
    Some(())
}

enum Whose {
    All,
    Default,
    Device(DevId),
}

/// Of `conf.eth0.rp_filter`: whose it is, and which.
fn of_devices<'n>(name: &'n str, prefix: &str) -> Option<(&'n str, &'n str)> {
    name.strip_prefix(prefix)?.rsplit_once('.')
}

fn whose(net: &Net, ns: NsId, who: &str) -> Option<Whose> {
    Some(match who {
        "all" => Whose::All,
        "default" => Whose::Default,
        // In a dotted name a dot of the device's own is a slash.
        name => Whose::Device(named(net.ns(ns), &name.replace('/', "."))?),
    })
}

fn named(space: &Namespace, name: &str) -> Option<DevId> {
    space.by_name.get(name).copied()
}
