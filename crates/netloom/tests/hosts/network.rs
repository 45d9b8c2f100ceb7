//! A host's `network.sh`: commands for whoever makes the network, and what of them tells how frames
//! look: which devices are TAPs, whose bridge they are in, and hardware addresses.

use core::net::IpAddr;
use std::collections::BTreeMap;

pub(crate) type Mac = [u8; 6];

/// What stands in the file.
#[derive(Default)]
pub(crate) struct Network {
    /// The devices that the test holds the other end of, in order.
    pub(crate) taps: Vec<String>,
    /// The other commands.
    pub(crate) commands: Vec<String>,
    macs: BTreeMap<String, Mac>,
    masters: BTreeMap<String, String>,
    neighbours: BTreeMap<IpAddr, Mac>,
}

impl Network {
    pub(crate) fn read(text: &str) -> Network {
        let mut network = Network::default();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            network.note(&words);
            if words.starts_with(&["ip", "tuntap", "add"]) {
                network.taps.push(words[3].to_owned());
            } else {
                network.commands.push(line.to_owned());
            }
        }
        network
    }

    fn note(&mut self, words: &[&str]) {
        let after = |word: &str| {
            let at = words.iter().position(|w| *w == word)?;
            words.get(at + 1).copied()
        };
        match words {
            ["ip", "link", "set" | "add", dev, ..] => {
                if let Some(mac) = after("address").and_then(mac) {
                    self.macs.insert((*dev).to_owned(), mac);
                }
                if let Some(master) = after("master") {
                    self.masters.insert((*dev).to_owned(), master.to_owned());
                }
            }
            ["ip", "neigh", "add", address, ..] => {
                if let (Ok(address), Some(mac)) = (address.parse(), after("lladdr").and_then(mac)) {
                    self.neighbours.insert(address, mac);
                }
            }
            _ => {}
        }
    }

    /// The number of a TAP.
    pub(crate) fn tap(&self, name: &str) -> Option<usize> {
        self.taps.iter().position(|tap| tap == name)
    }

    /// The hardware address of what receives IP on a TAP: itself, or its bridge.
    pub(crate) fn receiver(&self, tap: &str) -> Mac {
        let dev = self.masters.get(tap).map_or(tap, String::as_str);
        self.macs.get(dev).copied().unwrap_or_default()
    }

    /// Who sends a frame with this source on a TAP: the neighbour itself, or a router out there.
    pub(crate) fn sender(&self, tap: &str, source: IpAddr) -> Mac {
        let index = self.tap(tap).unwrap_or_default() as u8;
        let router = [2, 0, 0, 0, 0xff, index];
        self.neighbours.get(&source).copied().unwrap_or(router)
    }
}

pub(crate) fn mac(text: &str) -> Option<Mac> {
    let mut mac = [0; 6];
    let mut parts = text.split(':');
    for byte in &mut mac {
        *byte = u8::from_str_radix(parts.next()?, 16).ok()?;
    }
    parts.next().is_none().then_some(mac)
}
