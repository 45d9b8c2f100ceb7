//! Addresses that stand for others: two that share a prefix still share one of the same length, and no
//! more (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP Address Anonymization", 2002). Each bit may flip,
//! as a secret function of the bits before it says.
//!
//! What has a meaning of its own keeps it: special ranges (RFC 6890) stay or stay inside themselves, the
//! first and the last address of every network that the host knows stay the first and the last one, and
//! ranges from one address to another stay ranges.

use netloom_model::{Family, IpNet};
use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

/// Ranges whose addresses stay as they are.
const WHOLE: [&str; 8] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/3",
    "::/8",
    "64:ff9b::/96",
    "ff00::/8",
    "2002::/16",
];

/// Ranges whose addresses stay inside.
const INSIDE: [&str; 11] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "192.0.2.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "fc00::/7",
    "fe80::/64",
    "2001:db8::/32",
];

/// The first `len` bits of an address.
type Bits = (Family, u8, u128);

/// Addresses by those that stand for them.
pub(super) struct Addresses {
    secret: RandomState,
    /// Networks whose first and last addresses stay such.
    nets: HashSet<Bits>,
    lens: BTreeSet<(Family, u8)>,
    /// Prefixes behind which no bit flips.
    frozen: Vec<Bits>,
    /// Prefixes on the way to which no bit flips.
    reserved: Vec<Bits>,
}

/// An address as bits from the left.
fn bits(addr: IpAddr) -> u128 {
    match addr {
        IpAddr::V4(addr) => u128::from(addr.to_bits()) << 96,
        IpAddr::V6(addr) => addr.to_bits(),
    }
}

fn first(bits: u128, len: u8) -> u128 {
    let mask = u128::MAX.checked_shl(128 - u32::from(len)).unwrap_or(0);
    bits & mask
}

fn of(net: IpNet) -> Bits {
    (net.family(), net.len, first(bits(net.addr), net.len))
}

impl Addresses {
    /// Those of a host of which nothing is known yet.
    pub(super) fn new(secret: RandomState) -> Addresses {
        let parse = |text: &&str| text.parse().ok().map(of);
        let frozen: Vec<Bits> = WHOLE.iter().filter_map(parse).collect();
        let reserved = INSIDE
            .iter()
            .filter_map(parse)
            .chain(frozen.iter().copied());
        Addresses {
            secret,
            nets: HashSet::new(),
            lens: BTreeSet::new(),
            reserved: reserved.collect(),
            frozen,
        }
    }

    /// The host knows this network.
    pub(super) fn net(&mut self, net: IpNet) {
        if net.len < net.family().bits() {
            self.nets.insert(of(net));
            self.lens.insert((net.family(), net.len));
        }
    }

    /// The host knows all from one address to another.
    pub(super) fn range(&mut self, from: IpAddr, to: IpAddr) {
        let family = Family::of(from);
        if family != Family::of(to) {
            return;
        }
        let same = (bits(from) ^ bits(to))
            .leading_zeros()
            .min(family.bits().into()) as u8;
        if same < family.bits() {
            self.frozen.push((family, same, first(bits(from), same)));
        }
    }

    /// An address stays as it is.
    pub(super) fn keep(&mut self, addr: IpAddr) {
        self.reserved
            .push((Family::of(addr), Family::of(addr).bits(), bits(addr)));
    }

    /// The address that stands for another.
    pub(super) fn map(&self, addr: IpAddr) -> IpAddr {
        let family = Family::of(addr);
        let old = bits(addr);
        let inside = |(of, len, prefix): &&Bits| *of == family && first(old, *len) == *prefix;
        let lens = self
            .lens
            .iter()
            .filter(|(of, _)| *of == family)
            .map(|(_, len)| *len);
        let nets: Vec<u8> = lens
            .filter(|len| self.nets.contains(&(family, *len, first(old, *len))))
            .collect();
        let frozen = self
            .frozen
            .iter()
            .filter(inside)
            .map(|(_, len, _)| *len)
            .min();
        let on_the_way = |at: u8| {
            let own = first(old, at);
            let leads =
                |(of, len, prefix): &Bits| *of == family && at < *len && first(*prefix, at) == own;
            self.reserved.iter().any(leads)
        };
        let mut new = old;
        for at in 0..family.bits() {
            if frozen.is_some_and(|len| at >= len) {
                break;
            }
            let edge = nets.iter().any(|len| *len <= at && is_edge(old, *len, at));
            if !edge && !on_the_way(at) && self.flips(family, at, first(old, at)) {
                new ^= 1 << (127 - at);
            }
        }
        match family {
            Family::V4 => IpAddr::V4(((new >> 96) as u32).into()),
            Family::V6 => IpAddr::V6(new.into()),
        }
    }

    fn flips(&self, family: Family, at: u8, before: u128) -> bool {
        self.secret.hash_one((family, at, before)) & 1 == 1
    }
}

/// Whether the bits from `len` to `at` are all zeros or all ones.
fn is_edge(bits: u128, len: u8, at: u8) -> bool {
    let between = first(bits, at) ^ first(bits, len);
    let ones = first(u128::MAX, at) ^ first(u128::MAX, len);
    between == 0 || between == ones
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn shared(a: IpAddr, b: IpAddr) -> u32 {
        (bits(a) ^ bits(b)).leading_zeros()
    }

    const SOME: [&str; 10] = [
        "8.8.8.8",
        "8.8.4.4",
        "8.8.8.9",
        "93.184.216.34",
        "10.1.2.3",
        "10.1.2.200",
        "10.9.0.1",
        "192.168.1.7",
        "172.17.0.2",
        "130.1.1.1",
    ];

    #[test]
    fn what_shares_a_prefix_still_does() {
        let addresses = Addresses::new(RandomState::new());
        let six = [
            "2a00:1450::1",
            "2a00:1450::2",
            "2a00:1450:1::1",
            "fe80::1",
            "fd00::9",
        ];
        for a in SOME.iter().chain(&six) {
            for b in SOME.iter().chain(&six) {
                let (a, b) = (ip(a), ip(b));
                if Family::of(a) == Family::of(b) {
                    assert_eq!(
                        shared(addresses.map(a), addresses.map(b)),
                        shared(a, b),
                        "{a} {b}"
                    );
                }
            }
        }
    }

    #[test]
    fn special_ranges_stay_special() {
        let addresses = Addresses::new(RandomState::new());
        let kept = [
            "0.0.0.0",
            "127.0.0.53",
            "224.0.0.251",
            "255.255.255.255",
            "::",
            "::1",
            "ff02::1",
        ];
        for addr in kept
            .map(ip)
            .into_iter()
            .chain([ip("169.254.169.254"), ip("255.255.255.0")])
        {
            assert_eq!(addresses.map(addr), addr);
        }
        for net in INSIDE {
            let net: IpNet = net.parse().unwrap();
            assert!(net.contains(addresses.map(net.last())), "{net}");
        }
        for addr in SOME {
            let private = |addr: IpAddr| matches!(addr, IpAddr::V4(addr) if addr.is_private());
            assert_eq!(
                private(addresses.map(ip(addr))),
                private(ip(addr)),
                "{addr}"
            );
        }
    }

    #[test]
    fn the_first_and_the_last_address_of_a_network_stay_such() {
        let mut addresses = Addresses::new(RandomState::new());
        for net in ["10.1.0.0/16", "10.1.2.0/26", "8.8.0.0/15"] {
            addresses.net(net.parse().unwrap());
        }
        for net in ["10.1.0.0/16", "10.1.2.0/26", "8.8.0.0/15"] {
            let net: IpNet = net.parse().unwrap();
            let new = IpNet::new(addresses.map(net.addr), net.len);
            assert_eq!(new.network(), new, "{net}");
            assert_eq!(addresses.map(net.last()), new.last(), "{net}");
        }
    }

    #[test]
    fn a_range_stays_a_range() {
        let mut addresses = Addresses::new(RandomState::new());
        addresses.range(ip("93.184.216.5"), ip("93.184.216.9"));
        let new = ["5", "6", "7", "8", "9"]
            .map(|last| bits(addresses.map(ip(&format!("93.184.216.{last}")))) >> 96);
        assert!(new.windows(2).all(|pair| pair[1] == pair[0] + 1), "{new:?}");
    }

    #[test]
    fn addresses_are_hidden() {
        let addresses = Addresses::new(RandomState::new());
        let same = SOME
            .iter()
            .filter(|addr| addresses.map(ip(addr)) == ip(addr))
            .count();
        assert!(same < SOME.len() / 2, "{same} of {} stay", SOME.len());
    }
}
