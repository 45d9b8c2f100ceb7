//! The way as far as it is known: which probes are out, answered or given up, and its lines.

use super::options::Options;
use super::seconds;
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;
use netloom_model::Time;
use std::fmt::Write as _;

/// An answer to a probe.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) at: Time,
    pub(super) from: IpAddr,
    /// Whether the way ends there.
    pub(super) last: bool,
    /// What is said of it.
    pub(super) note: String,
}

#[derive(Clone, Debug)]
struct Probe {
    sent: Time,
    answer: Option<Answer>,
    given_up: bool,
}

impl Probe {
    fn out(&self) -> bool {
        self.answer.is_none() && !self.given_up
    }

    fn trip(&self) -> Option<Duration> {
        Some(self.answer.as_ref()?.at.since(self.sent))
    }
}

/// The probes in the order they are sent, `each` of them for every hop.
pub(super) struct Way {
    options: Options,
    probes: Vec<Probe>,
    each: usize,
    /// How many hops there are at most; fewer once the end is known.
    hops: usize,
    printed: usize,
}

impl Way {
    pub(super) fn new(options: &Options) -> Way {
        Way {
            options: options.clone(),
            probes: Vec::new(),
            each: options.probes as usize,
            hops: (options.most + 1 - options.first) as usize,
            printed: 0,
        }
    }

    pub(super) fn finished(&self) -> bool {
        self.printed >= self.hops
    }

    /// Whether another probe is to be sent now.
    pub(super) fn may_send(&self) -> bool {
        let out = self.probes.iter().filter(|probe| probe.out()).count();
        self.probes.len() < self.hops * self.each && out < self.options.at_once as usize
    }

    /// Takes note of the next probe: its place, and its TTL.
    pub(super) fn sending(&mut self, now: Time) -> (usize, u8) {
        let nth = self.probes.len();
        self.probes.push(Probe {
            sent: now,
            answer: None,
            given_up: false,
        });
        (nth, (self.options.first as usize + nth / self.each) as u8)
    }

    /// Takes an answer to probe `nth`; one that comes too late changes nothing.
    pub(super) fn answer(&mut self, nth: usize, answer: Answer) {
        let hop = nth / self.each;
        let Some(probe) = self.probes.get_mut(nth).filter(|probe| probe.out()) else {
            return;
        };
        if answer.last {
            self.hops = self.hops.min(hop + 1);
        }
        probe.answer = Some(answer);
    }

    /// When probe `nth` is given up: sooner if its own hop, or one after it, has answered.
    fn end_of(&self, nth: usize) -> Time {
        let own = nth / self.each * self.each;
        let most = seconds(self.options.wait);
        let here = self.probes.iter().skip(own).take(self.each);
        let near = self.probes.iter().skip(own + self.each);
        let (here_factor, near_factor) = self.options.patience;
        let wait = match (
            here.filter_map(Probe::trip).next(),
            near.filter_map(Probe::trip).next(),
        ) {
            (Some(trip), _) => seconds(trip.as_secs_f64() * here_factor),
            (None, Some(trip)) => seconds(trip.as_secs_f64() * near_factor),
            (None, None) => most,
        };
        // A millisecond at least: answers that are already on their way still count.
        self.probes[nth].sent + wait.max(Duration::from_millis(1)).min(most)
    }

    fn outstanding(&self) -> impl Iterator<Item = usize> + '_ {
        let all = self.probes.len().min(self.hops * self.each);
        (0..all).filter(|nth| self.probes[*nth].out())
    }

    /// Gives up the probes whose time is over.
    pub(super) fn expire(&mut self, now: Time) {
        let over: Vec<usize> = (self.outstanding())
            .filter(|nth| self.end_of(*nth) <= now)
            .collect();
        for nth in over {
            self.probes[nth].given_up = true;
        }
        // What is beyond the end is nobody's concern.
        self.probes.truncate(self.hops * self.each);
    }

    /// When the next probe is given up.
    pub(super) fn patience_ends(&self) -> Time {
        (self.outstanding())
            .map(|nth| self.end_of(nth))
            .min()
            .unwrap_or(Time::NEVER)
    }

    /// The lines of the hops that have become certain.
    pub(super) fn settled(&mut self) -> String {
        let mut text = String::new();
        while self.printed < self.hops {
            let at = self.printed * self.each;
            let Some(probes) = self.probes.get(at..at + self.each) else {
                break;
            };
            if probes.iter().any(Probe::out) {
                break;
            }
            let ttl = self.options.first as usize + self.printed;
            let _ = write!(text, "{ttl:2} ");
            line(&mut text, probes, &self.options);
            self.printed += 1;
        }
        text
    }
}

/// A hop's probes: an address where it is another than before, then round trips.
fn line(text: &mut String, probes: &[Probe], options: &Options) {
    let mut before = None;
    for probe in probes {
        let (Some(answer), Some(trip)) = (&probe.answer, probe.trip()) else {
            text.push_str(" *");
            continue;
        };
        let from = answer.from;
        if before.replace(from) != Some(from) {
            let shown = name(from, options);
            let _ = if options.numeric {
                write!(text, " {shown}")
            } else if from.is_loopback() {
                write!(text, " localhost ({shown})")
            } else {
                write!(text, " {shown} ({shown})")
            };
        }
        let ms = trip.as_secs_f64() * 1000.0;
        let _ = write!(text, "  {ms:.3} ms{}", answer.note);
    }
    text.push('\n');
}

/// An address, and the link of one that means nothing without it.
fn name(addr: IpAddr, options: &Options) -> String {
    let near = |addr: Ipv6Addr| addr.is_unicast_link_local() || addr.is_multicast();
    match (addr, options.link()) {
        (IpAddr::V6(v6), Some(link)) if near(v6) => format!("{addr}%{link}"),
        _ => addr.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(line: &str) -> Way {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Way::new(&Options::parse(&words).unwrap())
    }

    fn answer(ms: u64, last: bool) -> Answer {
        Answer {
            at: Time(ms * 1_000_000),
            from: "10.0.0.2".parse().unwrap(),
            last,
            note: String::new(),
        }
    }

    #[test]
    fn the_way_ends_at_the_hop_that_says_so() {
        let mut way = way("-q 1 10.0.0.2");
        assert_eq!(way.sending(Time::ZERO), (0, 1));
        assert_eq!(way.sending(Time::ZERO), (1, 2));
        way.answer(0, answer(2, true));
        way.expire(Time(2_000_000));
        assert_eq!(way.settled(), " 1  10.0.0.2 (10.0.0.2)  2.000 ms\n");
        assert!(way.finished());
    }

    #[test]
    fn who_does_not_answer_is_a_star() {
        let mut way = way("-n -q 2 -m 1 -w 1 10.0.0.2");
        way.sending(Time::ZERO);
        way.sending(Time::ZERO);
        assert_eq!(way.patience_ends(), Time::from_secs(1));
        way.answer(1, answer(4, false));
        assert_eq!(way.patience_ends(), Time(12_000_000));
        assert_eq!(way.settled(), "");
        way.expire(Time(12_000_000));
        assert_eq!(way.settled(), " 1  * 10.0.0.2  4.000 ms\n");
    }
}
