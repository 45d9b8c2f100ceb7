//! `recent`: addresses that were seen lately, in lists with a name (iptables-extensions(8)).
//!
//! Left out: `/proc/net/xt_recent`, by which lists are read and written.

use netloom_model::Time;
use netloom_model::ruleset::xt::{Recent, RecentAction};
use std::collections::VecDeque;

/// How many addresses a list has (`ip_list_tot`): the one that was seen longest ago goes for another.
const MOST: usize = 100;

/// For how many packets moments are kept where no rule says how many it wants.
const STAMPS: usize = 32;

const SECOND: u64 = 1_000_000_000;

/// A list: the address that was seen last is the last.
#[derive(Clone, Debug, Default)]
pub(in crate::filter) struct List {
    entries: VecDeque<Entry>,
    /// For how many packets an address's moments are kept.
    stamps: usize,
}

#[derive(Clone, Debug)]
struct Entry {
    address: u128,
    v6: bool,
    ttl: u8,
    /// When it was seen, the newest last.
    stamps: VecDeque<Time>,
}

/// A packet as a list sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// The part of its address that counts.
    pub(super) address: u128,
    pub(super) v6: bool,
    pub(super) ttl: u8,
    pub(super) now: Time,
}

impl List {
    /// A rule that asks it wants so many moments kept.
    pub(super) fn reserve(&mut self, hit_count: Option<u32>) {
        let wanted = hit_count.map_or(STAMPS, |n| n.max(1).next_power_of_two() as usize);
        // Then what there is was kept for too few.
        if wanted > self.stamps && self.stamps != 0 {
            self.entries.clear();
        }
        self.stamps = self.stamps.max(wanted);
    }

    /// Asks the list, and does what is to be done.
    pub(super) fn ask(&mut self, asked: &Recent, seen: Seen) -> bool {
        let action = asked.action.is;
        let place = self.entries.iter().position(|entry| {
            let same = (entry.address, entry.v6) == (seen.address, seen.v6);
            same && (!asked.ttl || entry.ttl == seen.ttl)
        });
        let Some(place) = place else {
            if action == RecentAction::Set {
                self.put(seen);
                return asked.action.matches(true);
            }
            return asked.action.matches(false);
        };
        let mut kept = Some(place);
        let found = match action {
            RecentAction::Set => true,
            RecentAction::Remove => {
                self.entries.remove(place);
                kept = None;
                true
            }
            RecentAction::Check | RecentAction::Update => {
                let since = seen
                    .now
                    .0
                    .checked_sub(asked.seconds.map_or(0, u64::from) * SECOND);
                let since = since
                    .filter(|_| asked.seconds.is_some())
                    .map_or(Time(0), Time);
                let stamps = self.entries[place].stamps.iter();
                let hits = stamps.filter(|stamp| **stamp >= since).count();
                let found = hits >= asked.hit_count.unwrap_or(1).max(1) as usize;
                if asked.reap && self.reap(place, action == RecentAction::Update, since) {
                    kept = place.checked_sub(1);
                }
                found
            }
        };
        let says = asked.action.matches(found);
        let again = action == RecentAction::Set || action == RecentAction::Update && says;
        if let Some(place) = kept.filter(|_| again) {
            self.see_again(place, seen);
        }
        says
    }

    /// Forgets the address that was seen longest ago, if that was before; whether it did.
    fn reap(&mut self, working: usize, updates: bool, before: Time) -> bool {
        let oldest = self.entries.front().and_then(|entry| entry.stamps.back());
        let goes = oldest.is_some_and(|stamp| *stamp < before) && !(working == 0 && updates);
        if goes {
            self.entries.pop_front();
        }
        goes
    }

    fn put(&mut self, seen: Seen) {
        if self.entries.len() >= MOST {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            address: seen.address,
            v6: seen.v6,
            ttl: seen.ttl,
            stamps: VecDeque::from([seen.now]),
        });
    }

    fn see_again(&mut self, place: usize, seen: Seen) {
        let Some(mut entry) = self.entries.remove(place) else {
            return;
        };
        entry.ttl = seen.ttl;
        if entry.stamps.len() >= self.stamps {
            entry.stamps.pop_front();
        }
        entry.stamps.push_back(seen.now);
        self.entries.push_back(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::ruleset::xt::Not;
    use std::net::Ipv4Addr;

    fn asked(action: RecentAction) -> Recent {
        Recent {
            name: "a".to_owned(),
            action: Not::is(action),
            seconds: None,
            reap: false,
            hit_count: None,
            ttl: false,
            destination: false,
            mask: Ipv4Addr::BROADCAST.into(),
        }
    }

    fn seen(address: u128, seconds: u64) -> Seen {
        Seen {
            address,
            v6: false,
            ttl: 64,
            now: Time::from_secs(seconds),
        }
    }

    #[test]
    fn who_comes_too_often_within_a_time_is_found() {
        let mut list = List::default();
        list.reserve(Some(3));
        let update = Recent {
            seconds: Some(60),
            hit_count: Some(3),
            ..asked(RecentAction::Update)
        };
        let mut comes = |at| {
            let found = list.ask(&update, seen(1, at));
            list.ask(&asked(RecentAction::Set), seen(1, at));
            found
        };
        assert_eq!(
            [comes(1), comes(2), comes(3), comes(4)],
            [false, false, false, true]
        );
        assert!(!comes(100));
    }

    #[test]
    fn a_full_list_forgets_whom_it_saw_longest_ago() {
        let mut list = List::default();
        list.reserve(None);
        for address in 0..=MOST as u128 {
            list.ask(&asked(RecentAction::Set), seen(address, 1));
        }
        assert!(!list.ask(&asked(RecentAction::Check), seen(0, 2)));
        assert!(list.ask(&asked(RecentAction::Remove), seen(1, 2)));
        assert!(!list.ask(&asked(RecentAction::Check), seen(1, 2)));
    }
}
