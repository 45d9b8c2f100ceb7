//! Randomness from a seed: the same seed, the same network.

/// A small generator (xorshift64*, Marsaglia 2003, Vigna 2016); not for secrets.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Default for Random {
    fn default() -> Self {
        Random::new(1)
    }
}

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`; 0 where `bound` is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// Two numbers for the seed of a hash. They take nothing from the sequence.
    pub(crate) fn hash_seed(&self) -> [u64; 2] {
        let mut apart = Random::new(!self.0);
        [apart.next(), apart.next()]
    }

    /// A locally administered unicast hardware address, as Linux makes up for virtual devices.
    pub(crate) fn mac(&mut self) -> netloom_wire::MacAddr {
        let b = self.next().to_be_bytes();
        netloom_wire::MacAddr([(b[0] & 0xfe) | 0x02, b[1], b[2], b[3], b[4], b[5]])
    }
}
