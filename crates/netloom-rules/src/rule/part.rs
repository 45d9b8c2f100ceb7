//! What a rule asks for.

use core::fmt;
use core::ops::RangeInclusive;
use netloom_model::{Family, IpNet};

/// A protocol of IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "they are called by their own names")]
pub enum Protocol {
    All,
    /// ICMP in tables of IPv4, ICMPv6 in those of IPv6.
    Icmp,
    Tcp,
    Udp,
    UdpLite,
    Sctp,
    Dccp,
    Gre,
    Esp,
    Ah,
    /// By its number.
    Number(u8),
}

impl Protocol {
    fn word(self, family: Family) -> String {
        let name = match self {
            Protocol::All => "all",
            Protocol::Icmp if family == Family::V6 => "icmpv6",
            Protocol::Icmp => "icmp",
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::UdpLite => "udplite",
            Protocol::Sctp => "sctp",
            Protocol::Dccp => "dccp",
            Protocol::Gre => "gre",
            Protocol::Esp => "esp",
            Protocol::Ah => "ah",
            Protocol::Number(number) => return number.to_string(),
        };
        name.to_owned()
    }
}

/// A port, or all from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ports {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

impl From<u16> for Ports {
    fn from(port: u16) -> Ports {
        let (first, last) = (port, port);
        Ports { first, last }
    }
}

impl From<RangeInclusive<u16>> for Ports {
    fn from(ports: RangeInclusive<u16>) -> Ports {
        let (first, last) = ports.into_inner();
        Ports { first, last }
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => write!(f, "{}", self.first),
            false => write!(f, "{}:{}", self.first, self.last),
        }
    }
}

/// What a connection can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The packet belongs to none.
    Invalid,
    /// This is its first packet, or it was never answered.
    New,
    /// It was answered.
    Established,
    /// Another connection announced it, or it is an error of one.
    Related,
    /// It is not looked up.
    Untracked,
    /// Its source is translated.
    Snat,
    /// Its destination is translated.
    Dnat,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            State::Invalid => "INVALID",
            State::New => "NEW",
            State::Established => "ESTABLISHED",
            State::Related => "RELATED",
            State::Untracked => "UNTRACKED",
            State::Snat => "SNAT",
            State::Dnat => "DNAT",
        }
    }
}

/// A time in which so much may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "they are called by their own names")]
pub enum Per {
    Second,
    Minute,
    Hour,
    Day,
}

impl Per {
    const fn word(self) -> &'static str {
        match self {
            Per::Second => "second",
            Per::Minute => "minute",
            Per::Hour => "hour",
            Per::Day => "day",
        }
    }
}

/// One thing that is asked, or its opposite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) not: bool,
    pub(super) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Protocol(Protocol),
    Source(IpNet),
    Destination(IpNet),
    Input(String),
    Output(String),
    SourcePort(Ports),
    DestinationPort(Ports),
    DestinationPorts(Vec<Ports>),
    Syn,
    IcmpType(String),
    States(Vec<State>),
    Mark(u32, u32),
    Limit(u32, Per, u32),
    Comment(String),
    Match(String, Vec<String>),
}

impl Condition {
    /// Its words: the match that it is of, then what is asked, with `!` between them.
    pub(super) fn words(&self, family: Family) -> Vec<String> {
        let list = |all: Vec<String>| all.join(",");
        let (of, asked): (Option<&str>, Vec<String>) = match &self.what {
            What::Protocol(protocol) => (None, option("-p", protocol.word(family))),
            What::Source(network) => (None, option("-s", network)),
            What::Destination(network) => (None, option("-d", network)),
            What::Input(device) => (None, option("-i", device)),
            What::Output(device) => (None, option("-o", device)),
            What::SourcePort(ports) => (None, option("--sport", ports)),
            What::DestinationPort(ports) => (None, option("--dport", ports)),
            What::DestinationPorts(ports) => {
                let ports = list(ports.iter().map(Ports::to_string).collect());
                (Some("multiport"), option("--dports", ports))
            }
            What::Syn => (None, vec!["--syn".to_owned()]),
            What::IcmpType(name) => match family {
                Family::V4 => (None, option("--icmp-type", name)),
                Family::V6 => (None, option("--icmpv6-type", name)),
            },
            What::States(states) => {
                let states = list(states.iter().map(|s| s.word().to_owned()).collect());
                (Some("conntrack"), option("--ctstate", states))
            }
            What::Mark(mark, mask) => {
                let value = match *mask {
                    u32::MAX => format!("{mark:#x}"),
                    mask => format!("{mark:#x}/{mask:#x}"),
                };
                (Some("mark"), option("--mark", value))
            }
            What::Limit(packets, per, burst) => {
                let mut words = option("--limit", format!("{packets}/{}", per.word()));
                words.extend(option("--limit-burst", burst));
                (Some("limit"), words)
            }
            What::Comment(text) => (Some("comment"), option("--comment", text)),
            What::Match(name, words) => (Some(name), words.clone()),
        };
        let of = of.map(|name| option("-m", name)).unwrap_or_default();
        let not = self.not.then(|| "!".to_owned());
        of.into_iter().chain(not).chain(asked).collect()
    }
}

/// An option with its value.
pub(super) fn option(name: &str, value: impl fmt::Display) -> Vec<String> {
    vec![name.to_owned(), value.to_string()]
}
