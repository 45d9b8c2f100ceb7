//! A snapshot that can be shown to others: addresses, hardware addresses and names are replaced, each
//! everywhere by the same, and what decides about packets stays as it was.
//!
//! `address` replaces addresses so that networks stay networks, `names` devices, namespaces, containers,
//! hosts and hardware addresses, `rules` the constants of rules; everything else is found in the JSON of
//! the snapshot, whose texts say what they are. Comments go, and so do other descriptions, what rules
//! write before lines of the log, and why something is missing. The secret is drawn each time and not
//! kept. Names of chains, sets and programs stay, though a device is called the same. What is chosen by a
//! hash of addresses (one of several next hops) may be chosen differently.

mod address;
mod names;
mod rules;

use address::Addresses;
use names::{Macs, Names};
use netloom_model::setting::{dotted, undotted};
use netloom_model::{IpNet, MacAddr, Namespace, Snapshot};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::hash::RandomState;
use std::net::IpAddr;

/// Keys whose texts are names of devices, namespaces, containers or hosts.
const NAMES: [&str; 12] = [
    "name", "ns", "iif", "oif", "altnames", "devices", "device", "dev", "input", "output", "id",
    "pod",
];

/// Keys of descriptions.
const DESCRIPTIONS: [&str; 4] = ["comment", "alias", "userdata", "why"];

/// Keys of a namespace whose texts are names of tables, chains and sets: what of them are names of
/// devices `rules` knows.
const OF_RULES: [&str; 2] = ["ruleset", "ipsets"];

/// Keys of the two ends of ranges of addresses.
const ENDS: [(&str, &str); 4] = [
    ("from", "to"),
    ("min", "max"),
    ("first", "last"),
    ("low", "high"),
];

/// What stands for what. It goes through a snapshot twice: the first time it collects.
pub(super) struct Redaction {
    collects: bool,
    /// It is at rules or sets.
    at_rules: bool,
    addresses: Addresses,
    macs: Macs,
    names: Names,
    /// Devices that were found before it was known what names are asked to begin with.
    devices: Vec<String>,
}

/// The snapshot that stands for another.
///
/// # Errors
/// A sentence, if it could not be written as JSON and read again.
pub(crate) fn redact(mut snapshot: Snapshot) -> Result<Snapshot, String> {
    let mut redaction = Redaction {
        collects: true,
        at_rules: false,
        addresses: Addresses::new(RandomState::new()),
        macs: Macs::default(),
        names: Names::default(),
        devices: Vec::new(),
    };
    redaction.collect(&snapshot);
    for collects in [true, false] {
        redaction.collects = collects;
        if !collects {
            redaction.settle(&snapshot);
        }
        for state in snapshot.state.namespaces.values_mut() {
            redaction.ruleset(&mut state.ruleset);
            redaction.ipsets(&mut state.ipsets);
            if !collects {
                redaction.namespace(state);
            }
        }
        let json = serde_json::to_value(&snapshot).map_err(|error| error.to_string())?;
        let json = redaction.json("", json);
        if !collects {
            snapshot = serde_json::from_value(json).map_err(|error| error.to_string())?;
        }
    }
    Ok(snapshot)
}

impl Redaction {
    /// The names that there are.
    fn collect(&mut self, snapshot: &Snapshot) {
        for state in snapshot.state.namespaces.values() {
            for link in &state.links {
                self.devices.push(link.name.clone());
                self.devices.extend(link.altnames.iter().cloned());
            }
        }
    }

    /// Gives every name the one that stands for it: now all is collected.
    fn settle(&mut self, snapshot: &Snapshot) {
        self.macs.settle();
        let devices: BTreeSet<String> = std::mem::take(&mut self.devices).into_iter().collect();
        // What stays takes its name first.
        for device in &devices {
            self.names.device(device);
        }
        self.names.name(&snapshot.host.name, "host");
        for container in &snapshot.containers {
            self.names.name(&container.name, "container");
            self.names.name(&container.id, "id");
            if let Some(pod) = &container.pod {
                self.names.name(pod, "pod");
            }
        }
        for ns in snapshot.state.namespaces.keys() {
            // A path of a process says no more than its number.
            if !ns.as_str().starts_with("/proc/") {
                self.names.name(ns.as_str(), "ns");
            }
        }
    }

    /// What is put together of names.
    fn namespace(&self, state: &mut Namespace) {
        for address in &mut state.addresses {
            let (device, rest) = match address.label.split_once(':') {
                Some((device, rest)) => (device, format!(":{rest}")),
                None => (&*address.label, String::new()),
            };
            if let Some(new) = self.names.get(device) {
                address.label = format!("{new}{rest}");
            }
        }
        let renamed = std::mem::take(&mut state.sysctls)
            .into_iter()
            .map(|(name, value)| {
                let part = |part: &str| {
                    // sysctl(8) writes the dots of a name as slashes.
                    let device = undotted(part);
                    let new = self.names.get(&device).map(dotted);
                    new.unwrap_or_else(|| part.to_owned())
                };
                let parts: Vec<&str> = name.split('.').collect();
                let of_device = matches!(
                    parts[..],
                    ["net", "ipv4" | "ipv6", "conf" | "neigh", _, ..]
                        | ["net", "mpls", "conf", _, ..]
                );
                let name = match of_device {
                    true => {
                        let mut new: Vec<String> =
                            parts.iter().map(|part| (*part).to_owned()).collect();
                        new[3] = part(parts[3]);
                        new.join(".").into()
                    }
                    false => name.clone(),
                };
                (name, value)
            });
        state.sysctls = renamed.collect();
        // What was drawn for this host alone is no one's business.
        let drawn = ["stable_secret", "fastopen_key", "rss_key"];
        let is_drawn = |name: &str| drawn.iter().any(|end| name.ends_with(end));
        state.sysctls.retain(|name, _| !is_drawn(name));
    }

    /// A value of the snapshot's JSON, under a key.
    fn json(&mut self, key: &str, value: Value) -> Value {
        let around = self.at_rules;
        self.at_rules |= OF_RULES.contains(&key);
        let new = match value {
            Value::String(text) => self.text(key, text),
            Value::Array(items) => self.array(key, items),
            Value::Object(object) => self.object(key, object),
            other => other,
        };
        self.at_rules = around;
        new
    }

    fn array(&mut self, key: &str, items: Vec<Value>) -> Value {
        if let [Value::String(from), Value::String(to)] = &items[..]
            && let Some(ends) = self.ends(from, to)
        {
            return Value::from(ends.to_vec());
        }
        items.into_iter().map(|item| self.json(key, item)).collect()
    }

    fn object(&mut self, key: &str, object: Map<String, Value>) -> Value {
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        let mut ends = Map::new();
        for (from, to) in ENDS {
            if let (Some(low), Some(high)) = (text(from), text(to))
                && let Some([low, high]) = self.ends(low, high)
            {
                ends.extend([(from.to_owned(), low.into()), (to.to_owned(), high.into())]);
            }
        }
        let len = ["len", "prefix"]
            .iter()
            .find_map(|key| object.get(*key)?.as_u64());
        let addr = text("addr")
            .or(text("address"))
            .and_then(|text| text.parse::<IpAddr>().ok());
        if let (true, Some(addr), Some(Ok(len))) = (self.collects, addr, len.map(u8::try_from)) {
            self.addresses.net(IpNet::new(addr, len));
        }
        let of_names = matches!(key, "namespaces" | "places");
        let renamed = object.into_iter().map(|(inner, value)| {
            let end = ends.remove(&inner);
            let value = end.unwrap_or_else(|| self.json(&inner, value));
            let new = of_names.then(|| self.names.get(&inner)).flatten();
            (new.map(str::to_owned).unwrap_or(inner), value)
        });
        Value::Object(renamed.collect())
    }

    /// What stands for the ends of a range of addresses, if two texts are such.
    fn ends(&mut self, from: &str, to: &str) -> Option<[String; 2]> {
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        if self.collects {
            self.addresses.range(from, to);
            return None;
        }
        let (from, to) = self.addresses.ends(from, to);
        Some([from.to_string(), to.to_string()])
    }

    fn text(&mut self, key: &str, text: String) -> Value {
        if let Ok(addr) = text.parse::<IpAddr>() {
            if self.collects {
                self.addresses.know(addr);
                return text.into();
            }
            return self.addresses.map(addr).to_string().into();
        }
        if let Some(mac) = mac(&text) {
            if self.collects {
                self.macs.add(mac);
                return text.into();
            }
            return self.mac(mac).to_string().into();
        }
        if self.collects {
            return text.into();
        }
        if DESCRIPTIONS.contains(&key) {
            return "redacted".into();
        }
        // A path may have names in it.
        if key == "path" && !text.starts_with("/proc/") {
            return Value::Null;
        }
        let named = NAMES.contains(&key) || key.parse::<i32>().is_ok();
        match self.names.get(&text) {
            Some(new) if named && !self.at_rules => new.into(),
            _ => text.into(),
        }
    }
}

impl Redaction {
    /// What stands for a hardware address; that of the group in which an address of IPv6 is looked for has bits
    /// of it (RFC 2464, 7).
    fn mac(&self, mac: MacAddr) -> MacAddr {
        match mac.0 {
            [0x33, 0x33, 0xff, a, b, c] => {
                let end = self.addresses.end(u32::from_be_bytes([0, a, b, c]));
                let [_, a, b, c] = end.to_be_bytes();
                MacAddr([0x33, 0x33, 0xff, a, b, c])
            }
            _ => self.macs.map(mac),
        }
    }
}

/// A hardware address, written in full.
fn mac(text: &str) -> Option<MacAddr> {
    (text.len() == 17).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::bridge::{FdbRemote, FdbState};
    use netloom_model::{FdbEntry, Neighbour, NsName};

    #[test]
    fn the_host_behind_a_tunnel_is_the_same_everywhere() {
        let host: IpAddr = [198, 18, 7, 9].into();
        let there = Namespace {
            fdb: vec![FdbEntry {
                address: MacAddr([0x52, 0x54, 0, 1, 2, 3]),
                vlan: None,
                dev: 2,
                master: None,
                state: FdbState::Own,
                extern_learn: false,
                sticky: false,
                used: 0,
                updated: 0,
                remote: Some(Box::new(FdbRemote {
                    dst: Some(host),
                    vni: Some(7),
                    ..FdbRemote::default()
                })),
            }],
            neighbours: vec![Neighbour::permanent(3, host, MacAddr::ZERO)],
            ..Namespace::default()
        };
        let mut snapshot = Snapshot::default();
        snapshot.state.namespaces.insert(NsName::first(), there);
        let redacted = redact(snapshot).unwrap();
        let there = &redacted.state.namespaces[&NsName::first()];
        let remote = there.fdb[0].remote.as_ref().unwrap();
        assert_eq!(remote.dst, Some(there.neighbours[0].dst));
        assert_ne!(remote.dst, Some(host));
        assert_eq!(remote.vni, Some(7));
    }
}
