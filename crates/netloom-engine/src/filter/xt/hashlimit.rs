//! `hashlimit`: a bucket of tokens for each of many (iptables-extensions(8)).

use super::fields::addresses;
use crate::filter::facts::{Facts, Proto};
use crate::packet::Packet;
use core::net::IpAddr;
use netloom_model::Time;
use netloom_model::ruleset::xt::{Hashlimit, hashlimit_mode as mode};
use std::collections::HashMap;

const SECOND: u64 = 1_000_000_000;
const MILLISECOND: u64 = 1_000_000;

/// Bytes are counted by so many at once (`XT_HASHLIMIT_BYTE_SHIFT`).
const CHUNK: u64 = 16;

/// How many buckets a table has where no rule says it, and how many entries for each.
const SIZE: u32 = 8192;
const ENTRIES: u32 = 8;

/// By what packets are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Key {
    source: u128,
    destination: u128,
    ports: (u16, u16),
}

/// A table, which rules of one name share. What the first of them says counts for all, but which
/// side of the limit matches.
#[derive(Clone, Debug)]
pub(in crate::filter) struct Table {
    asked: Hashlimit,
    begun: Time,
    entries: HashMap<Key, Bucket, foldhash::fast::FixedState>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    expires: Time,
    /// When tokens were given last, or the window began.
    at: Time,
    /// Tokens in nanoseconds; of a window what it had.
    credit: u64,
    /// How often bytes are given at once yet.
    refills: u64,
    /// The window before was above the rate.
    above: bool,
}

impl Table {
    pub(super) fn new(asked: &Hashlimit, now: Time) -> Table {
        Table {
            asked: asked.clone(),
            begun: now,
            entries: HashMap::default(),
        }
    }

    /// Whether a packet matches; none if it has not what tells it apart, or there are too many.
    pub(super) fn ask(
        &mut self,
        above: bool,
        facts: &Facts,
        packet: &Packet,
        now: Time,
    ) -> Option<bool> {
        let key = key(&self.asked, facts, packet)?;
        let len = packet.network().len() as u64;
        Some(self.under(key, len, now)? != above)
    }

    fn under(&mut self, key: Key, len: u64, now: Time) -> Option<bool> {
        self.forget(key, now);
        let asked = &self.asked;
        let expires = now + core::time::Duration::from_millis(asked.expire.into());
        let bucket = match self.entries.get_mut(&key) {
            Some(bucket) => {
                bucket.refresh(asked, now);
                bucket
            }
            None => {
                if self.entries.len() >= most(asked) {
                    let (begun, gc) = (self.begun, self.asked.gc_interval);
                    self.entries
                        .retain(|_, b| !swept(begun, gc, b.expires, now));
                }
                if self.entries.len() >= most(&self.asked) {
                    return None;
                }
                let full = Bucket::full(&self.asked, now);
                self.entries.entry(key).or_insert(full)
            }
        };
        bucket.expires = expires;
        Some(bucket.take(&self.asked, len))
    }

    /// Forgets an entry that was past its time when the table was swept last.
    fn forget(&mut self, key: Key, now: Time) {
        let (begun, gc) = (self.begun, self.asked.gc_interval);
        if self
            .entries
            .get(&key)
            .is_some_and(|b| swept(begun, gc, b.expires, now))
        {
            self.entries.remove(&key);
        }
    }
}

/// Whether a table that is swept each so many milliseconds was so since a moment.
fn swept(begun: Time, interval: u32, expires: Time, now: Time) -> bool {
    let interval = u64::from(interval.max(1)) * MILLISECOND;
    let last = now.nanos_since(begun) / interval * interval;
    last > 0 && begun.0 + last >= expires.0
}

fn most(asked: &Hashlimit) -> usize {
    let size = if asked.size == 0 { SIZE } else { asked.size };
    let max = match asked.max {
        0 => size.saturating_mul(ENTRIES),
        max => max.max(size),
    };
    max as usize
}

/// What a packet costs, in nanoseconds.
fn cost(asked: &Hashlimit, len: u64) -> u64 {
    if !asked.bytes {
        return share(asked.per, 1, asked.rate);
    }
    let chunks = len / CHUNK + 1;
    share(1, chunks, asked.rate / CHUNK + 1).min(SECOND)
}

/// So many shares of a number of seconds.
fn share(seconds: u64, count: u64, of: u64) -> u64 {
    let whole = u128::from(seconds) * u128::from(SECOND) * u128::from(count);
    u64::try_from(whole / u128::from(of.max(1))).unwrap_or(u64::MAX)
}

impl Bucket {
    fn full(asked: &Hashlimit, now: Time) -> Bucket {
        let credit = if asked.rate_match {
            0
        } else if asked.bytes {
            SECOND
        } else {
            cost(asked, 0).saturating_mul(asked.burst)
        };
        Bucket {
            expires: now,
            at: now,
            credit,
            refills: asked.burst,
            above: false,
        }
    }

    /// Gives the tokens for the time that has passed.
    fn refresh(&mut self, asked: &Hashlimit, now: Time) {
        let passed = now.nanos_since(self.at);
        if asked.rate_match {
            let window = u64::from(asked.rate_interval.max(1)).saturating_mul(SECOND);
            if passed < window {
                return;
            }
            let had = u128::from(self.credit) * u128::from(window);
            self.above = had > u128::from(passed) * u128::from(asked.rate);
            self.credit = 0;
        } else {
            let most = Bucket::full(asked, now).credit;
            self.credit = self.credit.saturating_add(passed).min(most);
        }
        self.at = now;
    }

    /// Takes what a packet costs; whether it was there.
    fn take(&mut self, asked: &Hashlimit, len: u64) -> bool {
        if asked.rate_match {
            self.credit += if asked.bytes { len } else { 1 };
            let most = if asked.bytes {
                asked.rate.saturating_mul(asked.burst.max(1))
            } else {
                asked.rate.saturating_add(asked.burst)
            };
            return !self.above && self.credit <= most;
        }
        let cost = cost(asked, len);
        if asked.bytes && self.credit < cost && self.refills > 0 {
            self.refills -= 1;
            self.credit = SECOND;
        }
        let left = self.credit.checked_sub(cost);
        self.credit = left.unwrap_or(self.credit);
        left.is_some()
    }
}

/// What tells a packet apart.
fn key(asked: &Hashlimit, facts: &Facts, packet: &Packet) -> Option<Key> {
    let mut key = Key::default();
    let (source, destination) = addresses(facts, packet)?;
    if asked.mode & mode::SRCIP != 0 {
        key.source = network(source, asked.source_prefix);
    }
    if asked.mode & mode::DSTIP != 0 {
        key.destination = network(destination, asked.destination_prefix);
    }
    let protocol = facts.protocol.unwrap_or(0);
    // TCP, UDP, DCCP, ESP, SCTP and UDP-Lite have them, or what stands for them.
    if asked.mode & (mode::SRCPORT | mode::DSTPORT) != 0
        && matches!(protocol, 6 | 17 | 33 | 50 | 51 | 132 | 136)
    {
        let at = usize::from(facts.transport?) + if protocol == 51 { 4 } else { 0 };
        let four = packet.network().get(at..at + 4)?;
        if asked.mode & mode::SRCPORT != 0 {
            key.ports.0 = u16::from_be_bytes([four[0], four[1]]);
        }
        if asked.mode & mode::DSTPORT != 0 {
            key.ports.1 = u16::from_be_bytes([four[2], four[3]]);
        }
    }
    debug_assert!(facts.proto != Proto::Arp);
    Some(key)
}

/// The first bits of an address.
fn network(address: IpAddr, prefix: u8) -> u128 {
    let (bits, len) = match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32u32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let host = len.saturating_sub(prefix.into());
    bits & u128::MAX.checked_shl(host).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(rate: u64, per: u64, burst: u64, bytes: bool) -> Hashlimit {
        Hashlimit {
            name: "a".to_owned(),
            rate,
            per,
            burst,
            bytes,
            above: false,
            mode: 0,
            source_prefix: 32,
            destination_prefix: 32,
            size: 0,
            max: 0,
            expire: 10_000,
            gc_interval: 1000,
            rate_match: false,
            rate_interval: 0,
        }
    }

    fn key(source: u128) -> Key {
        Key {
            source,
            ..Key::default()
        }
    }

    #[test]
    fn each_has_a_bucket_of_its_own() {
        let mut table = Table::new(&asked(1, 1, 2, false), Time(0));
        let mut comes = |source, at| table.under(key(source), 84, Time(at));
        let said = [
            comes(1, 0),
            comes(1, 0),
            comes(1, 0),
            comes(2, 0),
            comes(1, SECOND),
        ];
        assert_eq!(
            said.map(|said| said == Some(true)),
            [true, true, false, true, true]
        );
    }

    #[test]
    fn bytes_are_given_at_once_as_often_as_the_burst_says() {
        let mut table = Table::new(&asked(1600 - 16, 1, 1, true), Time(0));
        let mut comes = || table.under(key(1), 784, Time(0)) == Some(true);
        let said = [comes(), comes(), comes(), comes(), comes()];
        assert_eq!(said, [true, true, true, true, false]);
    }

    #[test]
    fn a_full_table_takes_nobody_until_somebody_is_forgotten() {
        let small = Hashlimit {
            size: 1,
            max: 1,
            ..asked(1, 1, 2, false)
        };
        let mut table = Table::new(&small, Time(0));
        assert!(table.under(key(1), 84, Time(0)).is_some());
        assert!(table.under(key(2), 84, Time(SECOND)).is_none());
        assert!(table.under(key(2), 84, Time(11 * SECOND)).is_some());
    }

    #[test]
    fn a_window_above_the_rate_ends_the_next_one() {
        let window = Hashlimit {
            rate_match: true,
            rate_interval: 1,
            ..asked(2, 1, 1, false)
        };
        let mut table = Table::new(&window, Time(0));
        let mut comes = |at| table.under(key(1), 84, Time(at)) == Some(true);
        assert_eq!(
            [comes(0), comes(0), comes(0), comes(0)],
            [true, true, true, false]
        );
        assert!(!comes(SECOND));
        assert!(comes(2 * SECOND));
    }
}
