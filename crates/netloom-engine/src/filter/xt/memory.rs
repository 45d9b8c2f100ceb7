//! `limit`, `statistic` and `quota`: what a rule remembers of the packets that it saw.

use super::connlimit::Counts;
use crate::random::Random;
use netloom_model::Time;
use netloom_model::ruleset::statement::{Limit, Quota};
use netloom_model::ruleset::xt::{Not, Statistic};

/// What one part of a rule remembers.
#[derive(Clone, Copy, Debug)]
pub(in crate::filter) struct Memory {
    /// Which part.
    part: u16,
    /// Tokens, packets or bytes, as the part means it.
    count: u64,
    /// When it was changed.
    at: Time,
}

/// What the parts of a rule remember.
#[derive(Clone, Debug, Default)]
pub(in crate::filter) struct Memories {
    small: Vec<Memory>,
    /// Connections that came to a part.
    counts: Vec<(u16, Counts)>,
}

impl Memories {
    /// The connections that came to a part.
    pub(in crate::filter) fn counts(&mut self, part: usize) -> &mut Counts {
        let all = &mut self.counts;
        let at = all.iter().position(|(own, _)| usize::from(*own) == part);
        let at = at.unwrap_or_else(|| {
            all.push((part as u16, Counts::default()));
            all.len() - 1
        });
        &mut all[at].1
    }

    /// What a part counted; none: nothing yet.
    pub(in crate::filter) fn counted(&self, part: usize) -> Option<u64> {
        let mut all = self.small.iter();
        let found = all.find(|memory| usize::from(memory.part) == part)?;
        Some(found.count)
    }
}

/// What a part remembers; what it begins with where it remembers nothing.
fn of(all: &mut Memories, part: usize, begin: u64, now: Time) -> &mut Memory {
    let all = &mut all.small;
    let part = part as u16;
    let at = all.iter().position(|memory| memory.part == part);
    let at = at.unwrap_or_else(|| {
        all.push(Memory {
            part,
            count: begin,
            at: now,
        });
        all.len() - 1
    });
    &mut all[at]
}

const SECOND: u64 = 1_000_000_000;

/// A bucket of tokens, each a nanosecond (`nft_limit_eval`).
pub(in crate::filter) fn limit(
    all: &mut Memories,
    part: usize,
    limit: &Limit,
    len: u64,
    now: Time,
) -> bool {
    let (rate, burst) = (limit.rate.max(1), u64::from(limit.burst));
    let whole = limit.per.saturating_mul(SECOND);
    let share = |of: u64| (u128::from(whole) * u128::from(of) / u128::from(rate)) as u64;
    let (cost, most) = if limit.bytes {
        (share(len), share(rate.saturating_add(burst)))
    } else {
        (whole / rate, (whole / rate).saturating_mul(burst.max(1)))
    };
    let memory = of(all, part, most, now);
    let tokens = memory
        .count
        .saturating_add(now.0.saturating_sub(memory.at.0))
        .min(most);
    memory.at = now;
    let enough = tokens.checked_sub(cost);
    memory.count = enough.unwrap_or(tokens);
    enough.is_some() != limit.over
}

/// So much in all; whoever takes the last of it is still within (`nft_overquota`).
pub(in crate::filter) fn quota(all: &mut Memories, part: usize, quota: &Quota, len: u64) -> bool {
    let memory = of(all, part, quota.used, Time(0));
    memory.count = memory.count.saturating_add(len);
    (memory.count > quota.bytes) == quota.over
}

/// So much in all, as `quota` of xtables counts: what does not fit ends it for good.
pub(super) fn xt_quota(all: &mut Memories, part: usize, quota: Not<u64>, len: u64) -> bool {
    let memory = of(all, part, quota.is, Time(0));
    let left = memory.count.checked_sub(len);
    memory.count = left.unwrap_or(0);
    quota.matches(left.is_some())
}

/// By chance, or each so many.
pub(super) fn statistic(
    all: &mut Memories,
    part: usize,
    asked: Statistic,
    random: &mut Random,
) -> bool {
    match asked {
        Statistic::Random(chance) => {
            let drawn = (random.next() & 0x7fff_ffff) as u32;
            chance.matches(drawn < chance.is)
        }
        Statistic::Nth { every, packet } => {
            let last = u64::from(every.is.saturating_sub(1));
            let memory = of(all, part, last.saturating_sub(packet.into()), Time(0));
            memory.count = if memory.count >= last {
                0
            } else {
                memory.count + 1
            };
            every.matches(memory.count == 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_lets_its_burst_pass_and_then_one_for_each_share_of_time() {
        let asked = Limit {
            rate: 2,
            per: 1,
            burst: 3,
            bytes: false,
            over: false,
        };
        let mut all = Memories::default();
        let mut at = |now: u64| limit(&mut all, 4, &asked, 84, Time(now));
        assert_eq!([at(0), at(0), at(0), at(0)], [true, true, true, false]);
        assert_eq!([at(SECOND / 2), at(SECOND / 2)], [true, false]);
    }

    #[test]
    fn each_third_packet_matches_from_the_one_that_is_named_on() {
        let asked = Statistic::Nth {
            every: Not::is(3),
            packet: 1,
        };
        let (mut all, mut random) = (Memories::default(), Random::new(1));
        let said: Vec<bool> = (0..6)
            .map(|_| statistic(&mut all, 0, asked, &mut random))
            .collect();
        assert_eq!(said, [false, true, false, false, true, false]);
    }
}
