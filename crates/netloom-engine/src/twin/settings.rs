//! Settings as a snapshot tells them. What netloom does not know is kept by its name, to be told again;
//! what the host does not have is not told.

use crate::device::DevId;
use crate::namespace::{Namespace, NsId};
use crate::net::Net;
use crate::sysctl::{
    BRIDGE_PREFIX, BridgeConf, CONNTRACK_PREFIX, ConntrackConf, Ipv4Conf, Ipv4Global, Ipv6Conf,
    Ipv6Global, LISTS, NeighbourConf,
};
use core::fmt::Write;
use core::net::Ipv6Addr;
use foldhash::fast::FixedState;
use netloom_model::setting::{Settings, Word};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What a host told of its settings beyond what netloom has of them: some hundred texts, which copies of
/// the namespace share until one is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    /// Those that netloom does not know, or to which the host gives a value that they do not have here.
    others: Settings,
    /// Those that the host does not have.
    absent: BTreeSet<Word>,
}

impl Kept {
    /// Makes of what netloom has what the host told.
    pub(crate) fn tell(&self, all: &mut Settings) {
        all.retain(|name, _| !self.absent.contains(name));
        let others = self.others.iter();
        all.extend(others.map(|(name, value)| (name.clone(), value.clone())));
    }

    /// Writes one that netloom does not know; whether it is one.
    pub(crate) fn write(self: &mut Arc<Kept>, name: &str, value: &str) -> bool {
        if !self.others.contains_key(name) {
            return false;
        }
        let others = &mut Arc::make_mut(self).others;
        others.insert(name.into(), value.into());
        true
    }
}

/// Sets what netloom knows. Nothing follows from it: what followed on the host is told too.
pub(super) fn restore(net: &mut Net, ns: NsId, told: &Settings) {
    for (name, value) in told {
        let _ = set(net, ns, name, value);
    }
}

/// Keeps what the settings of a namespace differ by from what was told.
pub(super) fn keep(net: &mut Net, ns: NsId, told: &Settings) {
    if told.is_empty() {
        return;
    }
    // A host of a thousand namespaces tells as many times seven hundred.
    let mut left: HashMap<&str, (&Word, &Word), FixedState> = HashMap::default();
    left.extend(
        told.iter()
            .map(|(name, value)| (name.as_str(), (name, value))),
    );
    let mut absent = BTreeSet::new();
    let (mut full, mut own) = (String::new(), String::new());
    crate::sysctl::told::each(net, ns, &mut |folder, name, value| {
        full.clear();
        full.extend([folder, name]);
        match left.get(&*full) {
            None => {
                absent.insert(Word::shared(&full));
            }
            Some((_, told)) => {
                own.clear();
                // A string takes every word that is written to it.
                let _ = write!(own, "{value}");
                if *told == own.as_str() {
                    left.remove(&*full);
                }
            }
        }
    });
    let others = left.into_values();
    let others: Settings = others
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if !others.is_empty() || !absent.is_empty() {
        net.ns_mut(ns).kept_settings = Some(Arc::new(Kept { others, absent }));
    }
}

fn number(value: &str) -> Option<i32> {
    value.trim().parse().ok()
}

fn set(net: &mut Net, ns: NsId, name: &str, value: &str) -> Option<()> {
    if let Some(key) = name.strip_prefix(CONNTRACK_PREFIX) {
        let row = ConntrackConf::row(key)?;
        net.ns_mut(ns).conntrack_conf.set(row.1, number(value)?);
        return Some(());
    }
    if let Some(key) = name.strip_prefix(BRIDGE_PREFIX) {
        net.br_netfilter = true;
        let row = BridgeConf::row(key)?;
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
        let row = Ipv4Conf::row(key)?;
        let value = number(value)?;
        match whose(net, ns, who)? {
            Whose::All => net.ns_mut(ns).conf_all.set(row.1, value),
            Whose::Default => net.ns_mut(ns).conf_default.set(row.1, value),
            Whose::Device(dev) => net.dev_mut(dev).conf.set(row.1, value),
        }
        return Some(());
    }
    if let Some((who, key)) = v4.and_then(|rest| of_devices(rest, "neigh."))
        && let Some(row) = NeighbourConf::row(key)
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
    if let Some(row) = Ipv4Global::row(key) {
        settings.set(row.1, number(value)?);
        return Some(());
    }
    // Those of several numbers have a row for each.
    let list = LISTS.iter().find(|list| **list == key)?;
    for (place, word) in value.split_whitespace().enumerate() {
        let row = Ipv4Global::row(&format!("{list}#{place}"))?;
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
        let row = Ipv6Conf::row(key)?;
        let value = number(value)?;
        match whose {
            Whose::All => net.ns_mut(ns).v6.conf_all.set(row.1, value),
            Whose::Default => net.ns_mut(ns).v6.conf_default.set(row.1, value),
            Whose::Device(dev) => net.dev_mut(dev).v6.conf.set(row.1, value),
        }
        return Some(());
    }
    if let Some((who, key)) = of_devices(name, "neigh.")
        && let Some(row) = NeighbourConf::row(key)
    {
        let value = number(value)?;
        match whose(net, ns, who)? {
            Whose::All => return None,
            Whose::Default => net.ns_mut(ns).v6.neighbour_default.set(row.1, value),
            Whose::Device(dev) => net.dev_mut(dev).v6.neighbour_conf.set(row.1, value),
        }
        return Some(());
    }
    let row = Ipv6Global::row(name)?;
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
        name => Whose::Device(named(net.ns(ns), name)?),
    })
}

/// In a dotted name a dot of the device's own is a slash.
fn named(space: &Namespace, name: &str) -> Option<DevId> {
    let found = match name.contains('/') {
        true => space.by_name.get(&netloom_model::setting::undotted(name)),
        false => space.by_name.get(name),
    };
    found.copied()
}
