//! `netstat -s`: what a namespace counted, in sentences.

mod wording;

use netloom_model::counters::{Counter, Counters, Group, Messages};
use std::fmt::Write;
use wording::{Direction, Wording};

/// Which protocols are asked for; none: all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the protocols by their name")]
pub(super) struct Protocols {
    pub(super) tcp: bool,
    pub(super) udp: bool,
    pub(super) raw: bool,
    /// Those of which nothing is shown but what always is: UDP-Lite, SCTP.
    pub(super) other: bool,
}

impl Protocols {
    const ALL: Protocols = Protocols {
        tcp: true,
        udp: true,
        raw: true,
        other: true,
    };

    fn or_all(self) -> Protocols {
        if self == Protocols::default() {
            Protocols::ALL
        } else {
            self
        }
    }
}

/// What is told beside what was counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// Whether the namespace forwards.
    pub(super) forwards: bool,
    /// How many TCP connections there are.
    pub(super) established: usize,
}

/// The statistics of IPv4.
pub(super) fn v4(counters: &Counters, facts: Facts, wanted: Protocols) -> String {
    let mut report = Report::new(counters, facts);
    let wanted = wanted.or_all();
    let types = [Messages::IcmpIn, Messages::IcmpOut];
    let any = types
        .iter()
        .any(|of| counters.messages(*of).next().is_some());
    if wanted.raw {
        report.section(Group::Ip);
        report.section(Group::Icmp);
    }
    if any {
        report.title("IcmpMsg");
        for (of, direction) in types.into_iter().zip(["In", "Out"]) {
            for (kind, count) in counters.messages(of) {
                report.line(&format!("{direction}Type{kind}: {count}"));
            }
        }
    }
    if wanted.tcp {
        report.section(Group::Tcp);
    }
    if wanted.udp {
        report.section(Group::Udp);
    }
    report.section(Group::UdpLite);
    if wanted.tcp {
        report.section(Group::TcpExt);
    }
    report.section(Group::IpExt);
    // Of multipath TCP there is nothing to tell.
    report.title("MPTcpExt");
    report.text
}

/// The statistics of IPv6.
pub(super) fn v6(counters: &Counters, facts: Facts, wanted: Protocols) -> String {
    let mut report = Report::new(counters, facts);
    let wanted = wanted.or_all();
    if wanted.raw {
        report.section(Group::Ip6);
        report.section(Group::Icmp6);
        for of in [Messages::Icmp6In, Messages::Icmp6Out] {
            for (kind, count) in counters.messages(of) {
                report.line(&format!("{}{kind}: {count}", of.prefix()));
            }
        }
    }
    if wanted.udp {
        report.section(Group::Udp6);
    }
    report.section(Group::UdpLite6);
    if wanted.tcp {
        report.section(Group::Tcp);
    }
    report.text
}

/// A report as it grows.
struct Report<'a> {
    counters: &'a Counters,
    facts: Facts,
    /// How far the next line is indented: what follows a histogram goes on at its depth.
    depth: usize,
    text: String,
}

impl Report<'_> {
    fn new(counters: &Counters, facts: Facts) -> Report<'_> {
        Report {
            counters,
            facts,
            depth: 1,
            text: String::new(),
        }
    }

    fn title(&mut self, name: &str) {
        let _ = writeln!(self.text, "{name}:");
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{:1$}{text}", "", 4 * self.depth);
    }

    /// Every counter of a group.
    fn section(&mut self, group: Group) {
        self.title(group.name());
        self.depth = 1;
        if group == Group::Ip {
            let forwarding = if self.facts.forwards { 1 } else { 2 };
            self.line(&format!("Forwarding: {forwarding}"));
        }
        let mut under = None;
        for counter in group.counters() {
            self.counter(*counter, &mut under);
            if *counter == Counter::TcpEstabResets {
                let established = self.facts.established;
                self.line(&format!("{established} connections established"));
            }
        }
    }

    fn counter(&mut self, counter: Counter, under: &mut Option<Direction>) {
        let count = self.counters.get(counter);
        match wording::of(counter) {
            Wording::Always(text) => self.sentence(text, count),
            Wording::Counted(text) if count > 0 => self.sentence(text, count),
            Wording::Histogram(direction, text) => {
                if *under != Some(direction) {
                    *under = Some(direction);
                    self.line(match direction {
                        Direction::In => "ICMP input histogram:",
                        Direction::Out => "ICMP output histogram:",
                    });
                    self.depth = 2;
                }
                if count > 0 {
                    self.line(&format!("{text}: {count}"));
                }
            }
            Wording::Named if count > 0 => self.line(&format!("{}: {count}", shown_name(counter))),
            Wording::Counted(_) | Wording::Named => {}
        }
    }

    fn sentence(&mut self, text: &str, count: u64) {
        self.depth = 1;
        self.line(&text.replace("{}", &count.to_string()));
    }
}

/// Where IPv6's counters are from, they have their whole name.
fn shown_name(counter: Counter) -> &'static str {
    let group = counter.group();
    let whole = matches!(
        group,
        Group::Ip6 | Group::Icmp6 | Group::Udp6 | Group::UdpLite6
    );
    let rest = counter.name().strip_prefix(group.name());
    rest.filter(|_| !whole).unwrap_or(counter.name())
}
