//! Routing tables like those of the global Internet, from a seed: the share of each length as BGP
//! collectors report it (about 60 % of IPv4 prefixes are /24, nearly half of IPv6's are /48), and
//! prefixes in runs of neighbours, as networks announce their blocks in pieces.
//!
//! A bench or a test takes it in by `#[path = "common/prefixes.rs"] mod prefixes;`.

#![allow(dead_code, reason = "each program takes what it needs")]

use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr};

/// SplitMix64 (Steele, Lea and Flood, 2014): small, fast, and the same everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The sequence that belongs to a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 random bits.
    #[inline]
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from zero up to, not including, `end`.
    #[inline]
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    /// One of the lengths, each as often as its share says.
    fn length(&mut self, shares: &[(u8, u64)]) -> u8 {
        let mut at = self.below(shares.iter().map(|(_, share)| share).sum());
        for &(len, share) in shares {
            match at.checked_sub(share) {
                Some(rest) => at = rest,
                None => return len,
            }
        }
        0
    }
}

/// Shares in ten thousand.
const IPV4_LENGTHS: [(u8, u64); 17] = [
    (8, 2),
    (9, 2),
    (10, 4),
    (11, 10),
    (12, 30),
    (13, 60),
    (14, 120),
    (15, 200),
    (16, 1380),
    (17, 850),
    (18, 1400),
    (19, 2500),
    (20, 4500),
    (21, 5200),
    (22, 11_700),
    (23, 10_500),
    (24, 61_542),
];

/// Shares in ten thousand.
const IPV6_LENGTHS: [(u8, u64); 12] = [
    (20, 5),
    (24, 20),
    (28, 100),
    (29, 2400),
    (30, 300),
    (32, 1200),
    (33, 500),
    (36, 700),
    (40, 1000),
    (44, 1000),
    (46, 300),
    (48, 4600),
];

/// `count` different IPv4 prefixes in the order in which they would arrive: runs of neighbours from
/// all over the unicast space.
pub(crate) fn ipv4(count: usize, seed: u64) -> Vec<(Ipv4Addr, u8)> {
    let mut random = Random::new(seed);
    let mut seen = HashSet::with_capacity(count);
    let mut prefixes = Vec::with_capacity(count);
    while prefixes.len() < count {
        let len = random.length(&IPV4_LENGTHS);
        let step = 1_u64 << (32 - len);
        // 1.0.0.0 to 223.255.255.255.
        let start = (1 << 24) + random.below(223 << 24);
        let run = 1 + random.below(8);
        for n in 0..run {
            let addr = (start / step + n) * step;
            let prefix = (Ipv4Addr::from_bits(addr as u32), len);
            if addr < 224 << 24 && prefixes.len() < count && seen.insert(prefix) {
                prefixes.push(prefix);
            }
        }
    }
    prefixes
}

/// `count` different IPv6 prefixes, below some thousand allocations of /32 in 2000::/3.
pub(crate) fn ipv6(count: usize, seed: u64) -> Vec<(Ipv6Addr, u8)> {
    let mut random = Random::new(seed);
    let registries = [0x2001, 0x2400, 0x2600, 0x2800, 0x2a00, 0x2c00];
    let allocations: Vec<u128> = (0..count / 12 + 1)
        .map(|_| {
            let registry = registries[random.below(6) as usize] + random.below(16);
            u128::from(registry << 16 | random.below(1 << 16)) << 96
        })
        .collect();
    let mut seen = HashSet::with_capacity(count);
    let mut prefixes = Vec::with_capacity(count);
    while prefixes.len() < count {
        let len = random.length(&IPV6_LENGTHS);
        let allocation = allocations[random.below(allocations.len() as u64) as usize];
        let start = allocation | u128::from(random.next()) << 32;
        let step = 1_u128 << (128 - len);
        for n in 0..u128::from(1 + random.below(8)) {
            let prefix = (Ipv6Addr::from_bits((start / step + n) * step), len);
            if prefixes.len() < count && seen.insert(prefix) {
                prefixes.push(prefix);
            }
        }
    }
    prefixes
}
