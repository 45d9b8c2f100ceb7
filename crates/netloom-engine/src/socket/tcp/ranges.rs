//! Ranges of sequence numbers that the other side has selectively acknowledged (RFC 2018, RFC
//! 6675 section 4: the scoreboard).

use super::seq::{after, before, distance, earlier, later};

/// Ranges that are remembered; an honest receiver needs far fewer.
const MOST: usize = 512;

/// Disjoint ranges in order, with a gap between any two.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    /// Adds `from..to`; whether it was news.
    pub(super) fn add(&mut self, from: u32, to: u32) -> bool {
        if !before(from, to) {
            return false;
        }
        let first = self.0.partition_point(|(_, end)| before(*end, from));
        let last = self.0.partition_point(|(start, _)| !after(*start, to));
        if first == last {
            if self.0.len() < MOST {
                self.0.insert(first, (from, to));
                return true;
            }
            return false;
        }
        let joined = (
            earlier(from, self.0[first].0),
            later(to, self.0[last - 1].1),
        );
        let news = last - first > 1 || joined != self.0[first];
        self.0.splice(first..last, [joined]);
        news
    }

    /// Forgets what is before `seq`.
    pub(super) fn advance(&mut self, seq: u32) {
        let gone = self.0.partition_point(|(_, end)| !after(*end, seq));
        self.0.drain(..gone);
        if let Some(first) = self.0.first_mut() {
            first.0 = later(first.0, seq);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes of the ranges between `from` and `to`.
    pub(super) fn bytes(&self, from: u32, to: u32) -> u32 {
        let parts = self.0.iter();
        parts
            .map(|(start, end)| distance(later(*start, from), earlier(*end, to)))
            .sum()
    }

    /// The first hole at or after `seq` and before `end`.
    pub(super) fn hole(&self, seq: u32, end: u32) -> Option<(u32, u32)> {
        let mut from = seq;
        for (start, stop) in &self.0 {
            if after(*start, from) {
                break;
            }
            from = later(from, *stop);
        }
        if !before(from, end) {
            return None;
        }
        let mut next = self.0.iter().map(|(start, _)| *start);
        let to = next
            .find(|start| after(*start, from))
            .map_or(end, |to| earlier(to, end));
        Some((from, to))
    }

    /// What is below is lost: `enough` bytes above it have arrived (RFC 6675, `IsLost`).
    pub(super) fn lost_below(&self, enough: u32) -> Option<u32> {
        let mut bytes = 0u32;
        for (start, end) in self.0.iter().rev() {
            bytes = bytes.saturating_add(distance(*start, *end));
            if bytes >= enough {
                return Some(*start);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_join_and_leave_holes() {
        let mut ranges = Ranges::default();
        assert!(ranges.add(10, 20) && ranges.add(30, 40) && !ranges.add(12, 18));
        assert!(!ranges.add(5, 5));
        assert_eq!(ranges.hole(0, 100), Some((0, 10)));
        assert_eq!(ranges.hole(10, 100), Some((20, 30)));
        assert_eq!(ranges.hole(35, 100), Some((40, 100)));
        assert_eq!(ranges.hole(35, 40), None);
        assert_eq!(ranges.bytes(0, 35), 15);
        assert!(ranges.add(20, 30));
        assert_eq!(ranges.0, [(10, 40)]);
        ranges.advance(15);
        assert_eq!(ranges.0, [(15, 40)]);
        ranges.advance(40);
        assert!(ranges.is_empty());
    }

    #[test]
    fn what_has_enough_above_it_is_lost() {
        let mut ranges = Ranges::default();
        ranges.add(10, 20);
        ranges.add(30, 40);
        assert_eq!(ranges.lost_below(10), Some(30));
        assert_eq!(ranges.lost_below(15), Some(10));
        assert_eq!(ranges.lost_below(25), None);
    }

    #[test]
    fn an_attacker_cannot_make_it_remember_without_end() {
        let mut ranges = Ranges::default();
        for i in 0..100_000u32 {
            ranges.add(i * 10, i * 10 + 1);
        }
        assert_eq!(ranges.0.len(), MOST);
    }
}
