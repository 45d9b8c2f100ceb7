//! Addresses that stand for others: two that share a prefix still share one of the same length, and no
//! more (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP Address Anonymization", 2002). Each bit may flip,
//! as a secret function of the bits before it says.
//!
//! What has a meaning of its own keeps it: special ranges (RFC 6890) stay or stay inside themselves, the
//! first and the last address of every network that the host knows stay the first and the last one, and
//! ranges from one address to another within a /24 (IPv6: a /64) stay the same range. Of wider ones that
//! are no network the ends alone are replaced, and put in their order: what lies between may be another.
//! An address of IPv4 inside one of IPv6 (RFC 4291, 6052, 3056) is replaced as it is everywhere. The last 24
//! bits of one of IPv6 are replaced whatever stands before them, for a group has them too: that in which its
//! neighbours look for it (RFC 4291, 2.7.1).

use netloom_model::{Family, IpNet};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

/// Ranges whose addresses stay as they are.
const WHOLE: [&str; 5] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/3",
    "ff00::/8",
];

/// Prefixes behind which an address of IPv4 stands: compatible (`::` and `::1` look like such), mapped,
/// translated, 6to4.
const EMBEDDING: [&str; 4] = ["::/96", "::ffff:0:0/96", "64:ff9b::/96", "2002::/16"];

/// Ranges whose addresses stay inside.
const INSIDE: [&str; 13] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "192.0.2.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "::/8",
    "64:ff9b:1::/48",
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
    /// Prefixes behind which an address of IPv4 stands.
    embedding: Vec<Bits>,
    /// Addresses of IPv6 by their last bits.
    ends: BTreeMap<u32, u128>,
}

/// How many bits of an address of IPv6 are not in the group in which it is looked for.
const AHEAD: u8 = 104;

/// The groups in which addresses of IPv6 are looked for, without the bits of these.
const LOOKED_FOR: u128 = 0xff02_0000_0000_0000_0000_0001_ff00_0000;

/// The last bits, which the group has too.
const fn end(bits: u128) -> u32 {
    bits as u32 & 0x00ff_ffff
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

/// The address of IPv4 that some bits begin with.
fn four(bits: u128) -> IpAddr {
    IpAddr::V4(((bits >> 96) as u32).into())
}

/// How long a prefix is at least behind which bits may stay: what is shorter would show whole networks.
const fn closest(family: Family) -> u8 {
    match family {
        Family::V4 => 24,
        Family::V6 => 64,
    }
}

fn of(net: IpNet) -> Bits {
    (net.family(), net.len, first(bits(net.addr), net.len))
}

impl Addresses {
    /// Those of a host of which nothing is known yet.
    pub(super) fn new(secret: RandomState) -> Addresses {
        let parse = |text: &&str| text.parse().ok().map(of);
        let frozen: Vec<Bits> = WHOLE.iter().filter_map(parse).collect();
        let embedding: Vec<Bits> = EMBEDDING.iter().filter_map(parse).collect();
        let reserved = INSIDE.iter().filter_map(parse);
        let reserved = reserved.chain(frozen.iter().chain(&embedding).copied());
        Addresses {
            secret,
            nets: HashSet::new(),
            lens: BTreeSet::new(),
            reserved: reserved.collect(),
            frozen,
            embedding,
            ends: BTreeMap::new(),
        }
    }

    /// The host has, or knows, this address.
    pub(super) fn know(&mut self, addr: IpAddr) {
        if let IpAddr::V6(addr) = addr
            && !addr.is_multicast()
        {
            self.ends
                .entry(end(addr.to_bits()))
                .or_insert(addr.to_bits());
        }
    }

    /// What stands for the last bits of an address of IPv6, where these are all that is told of it.
    pub(super) fn end(&self, bits: u32) -> u32 {
        let new = match self.ends.get(&end(bits.into())) {
            Some(known) => self::bits(self.map(IpAddr::V6((*known).into()))),
            None => self.flipped(Family::V6, AHEAD, bits.into(), |_| true),
        };
        end(new)
    }

    /// How many bits stand before the address of IPv4 that is inside an address.
    fn embedded(&self, family: Family, bits: u128) -> Option<u8> {
        let around = |(of, len, prefix): &&Bits| *of == family && first(bits, *len) == *prefix;
        self.embedding
            .iter()
            .find(around)
            .map(|(_, before, _)| *before)
    }

    /// The host knows this network.
    pub(super) fn net(&mut self, net: IpNet) {
        if net.len >= net.family().bits() {
            return;
        }
        let (family, len, bits) = of(net);
        self.nets.insert((family, len, bits));
        self.lens.insert((family, len));
        if let Some(before) = self.embedded(family, bits).filter(|before| len > *before) {
            self.net(IpNet::new(four(bits << before), (len - before).min(32)));
        }
    }

    /// The host knows all from one address to another.
    pub(super) fn range(&mut self, from: IpAddr, to: IpAddr) {
        let family = Family::of(from);
        if family != Family::of(to) {
            return;
        }
        let (low, high) = (bits(from), bits(to));
        let same = (low ^ high).leading_zeros().min(family.bits().into()) as u8;
        let whole = IpNet::new(from, same);
        if whole.network().addr == from && whole.last() == to {
            self.net(whole);
        } else if same >= closest(family) {
            self.freeze(family, same, first(low, same));
        }
    }

    /// Behind this prefix no bit flips.
    fn freeze(&mut self, family: Family, len: u8, bits: u128) {
        self.frozen.push((family, len, bits));
        // What it begins with may be replaced as IPv4 all the same.
        if let Some(before) = self.embedded(family, bits).filter(|before| len > *before) {
            let len = (len - before).min(32);
            (self.frozen).push((Family::V4, len, first(bits << before, len)));
        }
    }

    /// An address stays as it is.
    pub(super) fn keep(&mut self, addr: IpAddr) {
        let (family, bits) = (Family::of(addr), bits(addr));
        self.reserved.push((family, family.bits(), bits));
        if let Some(before) = self.embedded(family, bits) {
            self.keep(four(bits << before));
        }
    }

    /// The addresses that stand for the ends of a range, in the order of these.
    pub(super) fn ends(&self, from: IpAddr, to: IpAddr) -> (IpAddr, IpAddr) {
        let (low, high) = (self.map(from), self.map(to));
        match (from <= to) == (low <= high) {
            true => (low, high),
            false => (high, low),
        }
    }

    /// The address that stands for another.
    pub(super) fn map(&self, addr: IpAddr) -> IpAddr {
        let family = Family::of(addr);
        let old = bits(addr);
        if family == Family::V6 && first(old, AHEAD) == LOOKED_FOR {
            let new = LOOKED_FOR | u128::from(self.end(end(old)));
            return IpAddr::V6(new.into());
        }
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
        let embedded = self.embedded(family, old);
        let mut new = old;
        if let Some(before) = embedded {
            let behind = u128::MAX >> 32 >> before;
            let own = bits(self.map(four(old << before))) >> before;
            new = first(old, before) | own | old & behind;
        }
        // What stands before an address of IPv4 says that it is there.
        let begin = embedded.map_or(0, |before| before + 32);
        new ^= old
            ^ self.flipped(family, begin, old, |at| {
                let stays = frozen.is_some_and(|len| at >= len);
                let edge = nets.iter().any(|len| *len <= at && is_edge(old, *len, at));
                !stays && !edge && !on_the_way(at)
            });
        match family {
            Family::V4 => four(new),
            Family::V6 => IpAddr::V6(new.into()),
        }
    }

    /// Flips bits from one on, as the secret says of those that may.
    fn flipped(&self, family: Family, from: u8, old: u128, may: impl Fn(u8) -> bool) -> u128 {
        let mut new = old;
        for at in (from..family.bits()).filter(|at| may(*at)) {
            let before = match family {
                Family::V6 if at >= AHEAD => first(old << AHEAD, at - AHEAD),
                _ => first(old, at),
            };
            if self.secret.hash_one((family, at, before)) & 1 == 1 {
                new ^= 1 << (127 - at);
            }
        }
        new
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
    fn a_wide_range_hides_its_ends_and_all_other_addresses() {
        let wide = [
            ("5.0.0.1", "200.0.0.1", "93.184.216.34"),
            ("2a00::1", "fd00::1", "2a00:1450::77"),
            ("10.0.0.0", "10.255.255.255", "10.77.1.9"),
        ];
        for (from, to, other) in wide {
            let stays = |_| {
                let mut addresses = Addresses::new(RandomState::new());
                addresses.range(ip(from), ip(to));
                let (low, high) = addresses.ends(ip(from), ip(to));
                assert!(low < high, "{from} {low} {high}");
                addresses.map(ip(other)) == ip(other)
            };
            assert!(!(0..8).all(stays), "{other} stays");
        }
        let mut addresses = Addresses::new(RandomState::new());
        addresses.range(ip("10.0.0.0"), ip("10.255.255.255"));
        let ends = addresses.ends(ip("10.0.0.0"), ip("10.255.255.255"));
        assert_eq!(ends, (ip("10.0.0.0"), ip("10.255.255.255")));
    }

    #[test]
    fn an_address_of_ipv4_inside_one_of_ipv6_is_replaced_as_everywhere() {
        let mut addresses = Addresses::new(RandomState::new());
        addresses.net("::ffff:93.184.216.0/120".parse().unwrap());
        let IpAddr::V4(new) = addresses.map(ip("93.184.216.34")) else {
            panic!("of another family");
        };
        for before in ["::", "::ffff:", "64:ff9b::"] {
            let inside = ip(&format!("{before}93.184.216.34"));
            assert_eq!(addresses.map(inside), ip(&format!("{before}{new}")));
        }
        let [a, b, c, d] = new.octets();
        let hidden = addresses.map(ip("2002:5db8:d822::1"));
        let begin = format!(
            "2002:{:x}:{:x}::/48",
            u16::from_be_bytes([a, b]),
            u16::from_be_bytes([c, d])
        );
        assert!(begin.parse::<IpNet>().unwrap().contains(hidden), "{hidden}");
        let first = addresses.map(ip("::ffff:93.184.216.0"));
        assert_eq!(bits(first) & 0xff, 0, "{first}");
    }

    #[test]
    fn the_group_in_which_an_address_is_looked_for_follows_it() {
        let mut addresses = Addresses::new(RandomState::new());
        addresses.net("2a00:1450::/64".parse().unwrap());
        let all = [
            "2a00:1450::1",
            "fe80::12:34ff:fe56:789a",
            "2a00:1450::2:56:789a",
        ];
        let all = all.map(ip);
        all.into_iter().for_each(|addr| addresses.know(addr));
        let low = |addr: IpAddr| end(bits(addr));
        for addr in all {
            let group = IpAddr::V6((LOOKED_FOR | u128::from(low(addr))).into());
            let new = addresses.map(group);
            assert_eq!(low(new), low(addresses.map(addr)), "{addr}");
            assert_eq!(first(bits(new), AHEAD), LOOKED_FOR);
        }
        // Of one that is not known nothing is shown either.
        let stays = |_| {
            let addresses = Addresses::new(RandomState::new());
            addresses.end(0x0056_789a) == 0x0056_789a
        };
        assert!(!(0..8).all(stays));
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
