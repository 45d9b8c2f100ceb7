//! Drawing from a seed: the same seed, the same case.

/// A small generator (SplitMix64, Steele, Lea and Flood 2014).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// Whether something happens that does so `percent` times of a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several things, which are at least one.
    pub(crate) fn of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }

    /// One of several things, each as likely as its weight says.
    pub(crate) fn weighted<T: Copy>(&mut self, things: &[(usize, T)]) -> T {
        let sum: usize = things.iter().map(|(weight, _)| weight).sum();
        let mut at = self.below(sum);
        for (weight, thing) in things {
            if at < *weight {
                return *thing;
            }
            at -= weight;
        }
        things[0].1
    }
}
