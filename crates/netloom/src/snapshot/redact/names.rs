//! Names that stand for others, and hardware addresses.

use netloom_model::MacAddr;
use std::collections::{BTreeMap, BTreeSet};

/// Names of devices that say nothing of their host, with a number behind them.
const CONVENTIONAL: [&str; 26] = [
    "eth", "ens", "enp", "eno", "wlan", "docker", "br", "virbr", "vnet", "cni", "podman",
    "flannel.", "bond", "team", "dummy", "ifb", "tun", "tap", "wg", "vxlan", "veth", "cali",
    "lxcbr", "sit", "gre", "ip6tnl",
];

/// What is kept of a name that begins so, whatever is behind it: whom it belongs to.
const KEPT: [&str; 6] = ["veth", "cali", "lxc", "tap", "vnet", "br-"];

/// Whether a device's name may stay.
fn is_conventional(name: &str) -> bool {
    let number = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit());
    matches!(
        name,
        "lo" | "docker_gwbridge" | "kube-ipvs0" | "kube-bridge" | "cilium_host" | "cilium_net"
    ) || CONVENTIONAL
        .iter()
        .any(|begin| name.strip_prefix(begin).is_some_and(number))
}

/// Names, each with that which stands for it.
#[derive(Default)]
pub(super) struct Names {
    given: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    /// The last number behind each begin.
    numbers: BTreeMap<String, usize>,
    /// What rules ask names to begin with (`eth*`).
    begins: BTreeSet<String>,
}

impl Names {
    /// Names that begin so keep beginning alike.
    pub(super) fn begin(&mut self, begin: &str) {
        self.begins.insert(begin.to_owned());
    }

    /// A device's name.
    pub(super) fn device(&mut self, name: &str) {
        if is_conventional(name) {
            self.taken.insert(name.to_owned());
            self.given.insert(name.to_owned(), name.to_owned());
            return;
        }
        let asked = self
            .begins
            .iter()
            .rfind(|begin| name.starts_with(&***begin))
            .cloned();
        let kept = KEPT
            .iter()
            .find(|begin| name.starts_with(**begin))
            .map(|begin| (*begin).to_owned());
        let begin = asked.or(kept);
        self.name(name, begin.as_deref().unwrap_or("dev"));
    }

    /// Any other name, which is called `like` and a number.
    pub(super) fn name(&mut self, name: &str, like: &str) {
        if name.is_empty() || self.given.contains_key(name) {
            return;
        }
        let number = self.numbers.entry(like.to_owned()).or_default();
        let new = loop {
            *number += 1;
            let new = format!("{like}{number}");
            if self.taken.insert(new.clone()) {
                break new;
            }
        };
        self.given.insert(name.to_owned(), new);
    }

    /// What stands for a name; none where it is none of the host's.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }
}

/// Hardware addresses: groups and zeros stay; of others the order stays, by which bridges choose.
#[derive(Default)]
pub(super) struct Macs(BTreeMap<MacAddr, MacAddr>);

impl Macs {
    /// One that there is.
    pub(super) fn add(&mut self, mac: MacAddr) {
        if mac.is_valid_unicast() {
            self.0.insert(mac, mac);
        }
    }

    /// Gives each the one that stands for it: a local one, by its rank.
    pub(super) fn settle(&mut self) {
        for (rank, new) in (1..).zip(self.0.values_mut()) {
            *new = MacAddr::from_u64(0x0200_0000_0000 + rank);
        }
    }

    /// What stands for one.
    pub(super) fn map(&self, mac: MacAddr) -> MacAddr {
        self.0.get(&mac).copied().unwrap_or(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conventional_names_stay_and_others_say_whom_they_belong_to() {
        let mut names = Names::default();
        names.begin("acme-");
        let all = [
            "lo", "eth0", "docker0", "veth12", "vethfa31", "br-9c1", "uplink", "acme-db",
            "acme-web",
        ];
        for name in all {
            names.device(name);
        }
        let new = all.map(|name| names.get(name).unwrap());
        let expected = [
            "lo", "eth0", "docker0", "veth12", "veth1", "br-1", "dev1", "acme-1", "acme-2",
        ];
        assert_eq!(new, expected);
    }

    #[test]
    fn hardware_addresses_keep_their_order_and_groups_stay() {
        let mut macs = Macs::default();
        let [a, b] = [
            MacAddr([0x52, 0x54, 0, 1, 2, 3]),
            MacAddr([0x52, 0x54, 0, 9, 9, 9]),
        ];
        for mac in [b, a, MacAddr::BROADCAST, MacAddr::ZERO] {
            macs.add(mac);
        }
        macs.settle();
        assert!(macs.map(a) < macs.map(b));
        assert!(macs.map(a) != a && !macs.map(a).is_multicast());
        assert_eq!(macs.map(MacAddr::BROADCAST), MacAddr::BROADCAST);
        assert_eq!(macs.map(MacAddr::ZERO), MacAddr::ZERO);
    }
}
