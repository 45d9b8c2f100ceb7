//! Two connections on a link that loses, repeats and reorders; and connections to which anything
//! arrives.

use super::connection::{Beginning, Connection, Segment, Wishes};
use super::options::Options;
use super::transmit::Out;
use super::tunables::Tunables;
use crate::random::Random;
use crate::sysctl::{Global, Ipv4Global};
use core::time::Duration;
use netloom_model::Time;
use netloom_model::counters::Counter;
use netloom_model::socket::TcpState;
use netloom_wire::tcp::Flags;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A segment on its way, with its data.
struct Flying {
    out: Out,
    data: Vec<u8>,
}

impl Flying {
    fn segment(&self) -> Segment<'_> {
        Segment {
            seq: self.out.seq,
            ack: self.out.ack,
            flags: self.out.flags,
            window: self.out.window,
            options: Options::read(self.out.options.bytes()),
            payload: &self.data,
        }
    }
}

/// What a link does to segments, in percent.
#[derive(Clone, Copy, Debug)]
struct Link {
    loses: u64,
    repeats: u64,
    delays: u64,
    /// Bytes of data that go in one segment on their way.
    large: u32,
}

/// Two ends and what flies between them.
struct Pair {
    ends: [Connection; 2],
    settings: Ipv4Global,
    now: Time,
    flying: BTreeMap<(Time, u64), (usize, Flying)>,
    sent: u64,
    link: Link,
    random: Random,
}

fn beginning(own: u8, other: u8, iss: u32) -> Beginning {
    Beginning {
        local: ([10, 0, 0, own].into(), 1000),
        remote: ([10, 0, 0, other].into(), 1000),
        iss,
        clock_offset: iss,
        mtu: 1500,
        wishes: Wishes::default(),
    }
}

impl Pair {
    /// One end calls, the other answers.
    fn new(link: Link, settings: Ipv4Global, seed: u64) -> Pair {
        let mut random = Random::new(seed);
        let now = Time::from_secs(10);
        let t = Tunables::new(&settings, now, false);
        // Sequence numbers wrap soon.
        let iss = [u32::MAX - random.below(5000) as u32, random.next() as u32];
        let mut first = Connection::connect(&beginning(1, 2, iss[0]), &t);
        let syn = fly(&mut first, 1460, &t).expect("a SYN");
        let second = Connection::accept(&beginning(2, 1, iss[1]), &syn.segment(), &t);
        Pair {
            ends: [first, second],
            settings,
            now,
            flying: BTreeMap::new(),
            sent: 0,
            link,
            random,
        }
    }

    fn tunables(&self) -> Tunables {
        Tunables::new(&self.settings, self.now, false)
    }

    /// Whether something with a chance of so many percent happens.
    fn happens(&mut self, percent: u64) -> bool {
        self.random.below(100) < percent
    }

    /// Sends what both have to say.
    fn flush(&mut self) {
        let t = self.tunables();
        for from in 0..2 {
            while let Some(flying) = fly(&mut self.ends[from], self.link.large, &t) {
                let copies = 1 + usize::from(self.happens(self.link.repeats));
                for _ in 0..copies {
                    if self.happens(self.link.loses) {
                        continue;
                    }
                    let late = self.happens(self.link.delays);
                    let wait = 5 + if late { self.random.below(40) } else { 0 };
                    self.sent += 1;
                    let at = (self.now + Duration::from_millis(wait), self.sent);
                    let copy = Flying {
                        out: flying.out,
                        data: flying.data.clone(),
                    };
                    self.flying.insert(at, (1 - from, copy));
                }
            }
        }
    }

    /// Goes on to what happens next; `false` if nothing does.
    fn step(&mut self) -> bool {
        self.flush();
        let due = self.ends.iter().filter_map(Connection::next_deadline).min();
        let arrives = self.flying.keys().next().map(|(at, _)| *at);
        let Some(next) = due.into_iter().chain(arrives).min() else {
            return false;
        };
        self.now = self.now.max(next);
        let t = self.tunables();
        for end in &mut self.ends {
            if end.next_deadline().is_some_and(|at| at <= t.now) {
                end.expire(false, &t);
            }
        }
        while let Some(entry) = self.flying.first_entry() {
            if entry.key().0 > t.now {
                break;
            }
            let (to, flying) = entry.remove();
            self.ends[to].arrives(&flying.segment(), false, &t);
        }
        true
    }
}

/// The next segment of a connection, with its data.
fn fly(connection: &mut Connection, large: u32, t: &Tunables) -> Option<Flying> {
    let out = connection.next_segment(large, t)?;
    let data = connection.out.iter().skip(out.offset).take(out.len);
    let data: Vec<u8> = data.copied().collect();
    assert_eq!(data.len(), out.len, "a segment has the data that it says");
    Some(Flying { out, data })
}

/// Sends `amount` bytes from each end to the other over the link; what arrived.
fn exchange(link: Link, settings: Ipv4Global, amount: usize, seed: u64) -> Pair {
    let mut pair = Pair::new(link, settings, seed);
    let byte = |end: usize, i: usize| (i * (3 + end) % 251) as u8;
    let (mut written, mut read) = ([0; 2], [0; 2]);
    for _ in 0..2_000_000 {
        let t = pair.tunables();
        for end in 0..2 {
            let connection = &mut pair.ends[end];
            assert_eq!(connection.error, None, "{connection:?}");
            if connection.is_synchronized() && !connection.shut_write {
                let room = connection.out_limit.saturating_sub(connection.out.len());
                let more = room.min(amount - written[end]).min(20_000);
                connection
                    .out
                    .extend((written[end]..written[end] + more).map(|i| byte(end, i)));
                written[end] += more;
                if written[end] == amount {
                    connection.finish();
                }
            }
            let data = pair.ends[end].read(7000, &t);
            for (i, got) in data.iter().enumerate() {
                assert_eq!(*got, byte(1 - end, read[end] + i), "at {}", read[end] + i);
            }
            read[end] += data.len();
        }
        let over = |c: &Connection| matches!(c.state, TcpState::TimeWait | TcpState::Closed);
        if pair.ends.iter().all(over) && read == [amount; 2] {
            return pair;
        }
        let unread = pair.ends.iter().any(|end| end.inbound.readable() > 0);
        if !pair.step() && !unread {
            break;
        }
    }
    panic!(
        "it stopped: wrote {written:?}, read {read:?} of {amount}, {:#?}",
        pair.ends
    );
}

const GOOD: Link = Link {
    loses: 0,
    repeats: 0,
    delays: 0,
    large: 1460,
};

#[test]
fn a_good_link_needs_no_repetition() {
    let pair = exchange(GOOD, Ipv4Global::default(), 300_000, 1);
    assert!(pair.ends.iter().all(|end| end.counts.retransmitted == 0));
}

#[test]
fn a_lost_segment_comes_again_before_the_timeout() {
    let link = Link { loses: 1, ..GOOD };
    let pair = exchange(link, Ipv4Global::default(), 2_000_000, 3);
    let again: u64 = pair.ends.iter().map(|end| end.counts.retransmitted).sum();
    assert!(again > 10, "{again} segments were lost");
    let took = pair.now.since(Time::from_secs(10));
    // Were each loss found by a timeout of 200 ms, it would take far longer.
    assert!(
        took < Duration::from_millis(100 * again),
        "{took:?} for {again}"
    );
}

#[test]
fn a_tail_that_is_not_acknowledged_is_probed_and_what_came_twice_is_told() {
    let mut pair = Pair::new(GOOD, Ipv4Global::default(), 5);
    while !pair.ends.iter().all(Connection::is_synchronized) {
        pair.step();
    }
    while pair.step() {}
    let counted = |end: &mut Connection, of: Counter| {
        let found = end.tally.collect().find(|(counter, _)| *counter == of);
        found.map_or(0, |(_, count)| count)
    };
    // The acknowledgement is lost.
    pair.ends[0].out.extend(b"the tail");
    pair.flush();
    pair.step();
    let t = pair.tunables();
    pair.ends[1].ack_now = true;
    fly(&mut pair.ends[1], 1460, &t).expect("an acknowledgement");
    while pair.ends[0].snd_una != pair.ends[0].snd_nxt {
        assert!(pair.step(), "{:#?}", pair.ends[0]);
    }
    let sender = &mut pair.ends[0];
    assert_eq!(sender.counts.retransmitted, 1);
    let counts: Vec<_> = sender.tally.collect().collect();
    for counter in [Counter::TcpExtTCPLossProbes, Counter::TcpExtTCPDSACKRecv] {
        assert!(counts.contains(&(counter, 1)), "{counts:?}");
    }
    assert!(!(counts.iter()).any(|(counter, _)| *counter == Counter::TcpExtTCPTimeouts));
    let told = counted(&mut pair.ends[1], Counter::TcpExtTCPDSACKOldSent);
    assert_eq!(told, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_stream_arrives_whole_whatever_the_link_does(
        loses in 0u64..25, repeats in 0u64..10, delays in 0u64..50, large in any::<bool>(),
        sack in 0i32..2, timestamps in 0i32..2, scaling in 0i32..2, seed: u64,
    ) {
        let mut settings = Ipv4Global::default();
        settings.set(Global::TcpSack, sack);
        settings.set(Global::TcpTimestamps, timestamps);
        settings.set(Global::TcpWindowScaling, scaling);
        let large = if large { 60_000 } else { 1460 };
        exchange(Link { loses, repeats, delays, large }, settings, 60_000, seed);
    }

    #[test]
    fn anything_may_arrive(
        segments in prop::collection::vec(
            (any::<i32>(), any::<i32>(), any::<u8>(), any::<u16>(), 0usize..3000, any::<bool>(), 0u64..500),
            1..200,
        ),
        options in prop::collection::vec(any::<u8>(), 0..40), seed: u64,
    ) {
        let settings = Ipv4Global::default();
        let mut pair = Pair::new(GOOD, settings, seed);
        for _ in 0..3 {
            pair.step();
        }
        let data = vec![7; 3000];
        let end = 1;
        for (seq, ack, flags, window, len, near, wait) in segments {
            pair.now = pair.now + Duration::from_millis(wait);
            let t = pair.tunables();
            let connection = &mut pair.ends[end];
            // Near the window more happens than far from it.
            let shrink = |offset: i32| if near { offset % 5000 } else { offset } as u32;
            let segment = Segment {
                seq: connection.rcv_nxt.wrapping_add(shrink(seq)),
                ack: connection.snd_nxt.wrapping_add(shrink(ack)),
                flags: Flags(flags),
                window,
                options: Options::read(&options),
                payload: &data[..len],
            };
            connection.arrives(&segment, seed % 2 == 0, &t);
            connection.expire(false, &t);
            if connection.is_synchronized() && !connection.shut_write && connection.out.len() < 50_000 {
                connection.out.extend(&data);
            }
            for _ in 0..100 {
                let Some(flying) = fly(connection, 1460, &t) else { break };
                prop_assert!(flying.data.len() <= 1460);
            }
            prop_assert!(connection.held() < 200_000, "{} bytes are held", connection.held());
        }
    }
}
