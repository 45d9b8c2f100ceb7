//! Rules put together from typed parts. What they come to are words of iptables, which the one parser
//! reads: there is no second place that knows what a rule is.

mod part;
mod target;

pub use part::{Per, Ports, Protocol, State};
pub use target::{Reject, Target, Translation};

use crate::error::Result;
use crate::spec::{RuleSpec, of_words};
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::{self, TableFamily, TableRef};
use netloom_model::{Family, IpNet};
use netloom_tools::iptables::library::KnownTable;
use part::{Condition, What};

/// A rule, part by part. What it asks for must all hold.
///
/// ```
/// use netloom_rules::{Family, Protocol, Rule, State, Target};
///
/// let rule = Rule::new()
///     .source("10.0.0.0/8".parse()?)
///     .not()
///     .input("eth0")
///     .protocol(Protocol::Tcp)
///     .destination_port(8000..=8080)
///     .states([State::New])
///     .comment("the web")
///     .jump(Target::Accept);
/// assert_eq!(
///     rule.words(Family::V4).join(" "),
///     "-s 10.0.0.0/8 ! -i eth0 -p tcp --dport 8000:8080 \
///      -m conntrack --ctstate NEW -m comment --comment the web -j ACCEPT"
/// );
/// # Ok::<(), netloom_model::names::ParseNetError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    conditions: Vec<Condition>,
    target: Option<Target>,
    goto: Option<String>,
    counters: Option<(u64, u64)>,
    not: bool,
}

impl Rule {
    /// A rule that asks for nothing and does nothing but count.
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule};
    /// assert!(Rule::new().words(Family::V4).is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Rule {
        Rule::default()
    }

    /// Asks for the opposite of what is said next.
    ///
    /// ```
    /// # use netloom_rules::{Family, Protocol, Rule};
    /// let rule = Rule::new().not().protocol(Protocol::Udp);
    /// assert_eq!(rule.words(Family::V4), ["!", "-p", "udp"]);
    /// ```
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "the word of iptables")]
    pub fn not(mut self) -> Rule {
        self.not = !self.not;
        self
    }

    fn ask(mut self, what: What) -> Rule {
        let not = core::mem::take(&mut self.not);
        self.conditions.push(Condition { not, what });
        self
    }

    /// Packets of a protocol (`-p`).
    ///
    /// ```
    /// # use netloom_rules::{Family, Protocol, Rule};
    /// let rule = Rule::new().protocol(Protocol::Number(47));
    /// assert_eq!(rule.words(Family::V4), ["-p", "47"]);
    /// ```
    #[must_use]
    pub fn protocol(self, protocol: Protocol) -> Rule {
        self.ask(What::Protocol(protocol))
    }

    /// Packets from a network or an address (`-s`).
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule};
    /// let rule = Rule::new().source("2001:db8::/32".parse()?);
    /// assert_eq!(rule.words(Family::V6), ["-s", "2001:db8::/32"]);
    /// # Ok::<(), netloom_model::names::ParseNetError>(())
    /// ```
    #[must_use]
    pub fn source(self, network: IpNet) -> Rule {
        self.ask(What::Source(network))
    }

    /// Packets to a network or an address (`-d`).
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule};
    /// let rule = Rule::new().destination("10.0.0.1".parse()?);
    /// assert_eq!(rule.words(Family::V4), ["-d", "10.0.0.1/32"]);
    /// # Ok::<(), netloom_model::names::ParseNetError>(())
    /// ```
    #[must_use]
    pub fn destination(self, network: IpNet) -> Rule {
        self.ask(What::Destination(network))
    }

    /// Packets that came by a device (`-i`), or by all whose names begin so, with `+` behind.
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule};
    /// assert_eq!(Rule::new().input("veth+").words(Family::V4), ["-i", "veth+"]);
    /// ```
    #[must_use]
    pub fn input(self, device: impl Into<String>) -> Rule {
        self.ask(What::Input(device.into()))
    }

    /// Packets that leave by a device (`-o`), or by all whose names begin so, with `+` behind.
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule};
    /// assert_eq!(Rule::new().output("eth0").words(Family::V4), ["-o", "eth0"]);
    /// ```
    #[must_use]
    pub fn output(self, device: impl Into<String>) -> Rule {
        self.ask(What::Output(device.into()))
    }

    /// Packets from a port, or from one of a range, of TCP, UDP, UDP-Lite, SCTP or DCCP: the protocol
    /// has to be said before.
    ///
    /// ```
    /// # use netloom_rules::{Family, Protocol, Rule};
    /// let rule = Rule::new().protocol(Protocol::Udp).source_port(53);
    /// assert_eq!(rule.words(Family::V4), ["-p", "udp", "--sport", "53"]);
    /// ```
    #[must_use]
    pub fn source_port(self, ports: impl Into<Ports>) -> Rule {
        self.ask(What::SourcePort(ports.into()))
    }

    /// Packets to a port, or to one of a range; as [`source_port`](Rule::source_port).
    ///
    /// ```
    /// # use netloom_rules::{Family, Protocol, Rule};
    /// let rule = Rule::new().protocol(Protocol::Tcp).destination_port(80..=89);
    /// assert_eq!(rule.words(Family::V4), ["-p", "tcp", "--dport", "80:89"]);
    /// ```
    #[must_use]
    pub fn destination_port(self, ports: impl Into<Ports>) -> Rule {
        self.ask(What::DestinationPort(ports.into()))
    }

    /// Packets to one of several ports and ranges (`-m multiport`).
    ///
    /// ```
    /// # use netloom_rules::{Family, Protocol, Rule};
    /// let rule = Rule::new().protocol(Protocol::Tcp).destination_ports([80, 443]);
    /// assert_eq!(rule.words(Family::V4).join(" "), "-p tcp -m multiport --dports 80,443");
    /// ```
    #[must_use]
    pub fn destination_ports(self, ports: impl IntoIterator<Item = impl Into<Ports>>) -> Rule {
        let ports = ports.into_iter().map(Into::into);
        self.ask(What::DestinationPorts(ports.collect()))
    }

    /// Packets of TCP that open a connection (`--syn`); the protocol has to be said before.
    ///
    /// ```
    /// # use netloom_rules::{Family, Protocol, Rule};
    /// let rule = Rule::new().protocol(Protocol::Tcp).not().syn();
    /// assert_eq!(rule.words(Family::V4), ["-p", "tcp", "!", "--syn"]);
    /// ```
    #[must_use]
    pub fn syn(self) -> Rule {
        self.ask(What::Syn)
    }

    /// Packets of ICMP, of ICMPv6 in tables of IPv6, of a type by its name or number
    /// (`--icmp-type`); the protocol has to be said before.
    ///
    /// ```
    /// # use netloom_rules::{Family, Protocol, Rule};
    /// let rule = Rule::new().protocol(Protocol::Icmp).icmp_type("echo-request");
    /// assert_eq!(rule.words(Family::V4), ["-p", "icmp", "--icmp-type", "echo-request"]);
    /// assert_eq!(rule.words(Family::V6), ["-p", "icmpv6", "--icmpv6-type", "echo-request"]);
    /// ```
    #[must_use]
    pub fn icmp_type(self, name: impl Into<String>) -> Rule {
        self.ask(What::IcmpType(name.into()))
    }

    /// Packets of connections that are one of these (`-m conntrack --ctstate`).
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule, State};
    /// let rule = Rule::new().states([State::Related, State::Established]);
    /// let words = "-m conntrack --ctstate RELATED,ESTABLISHED";
    /// assert_eq!(rule.words(Family::V4).join(" "), words);
    /// ```
    #[must_use]
    pub fn states(self, states: impl IntoIterator<Item = State>) -> Rule {
        self.ask(What::States(states.into_iter().collect()))
    }

    /// Packets whose mark is that, under a mask (`-m mark`).
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule};
    /// let rule = Rule::new().mark(0x4000, 0x4000);
    /// assert_eq!(rule.words(Family::V4).join(" "), "-m mark --mark 0x4000/0x4000");
    /// ```
    #[must_use]
    pub fn mark(self, mark: u32, mask: u32) -> Rule {
        self.ask(What::Mark(mark, mask))
    }

    /// No more packets than so many in a time, after a burst of so many at once (`-m limit`).
    ///
    /// ```
    /// # use netloom_rules::{Family, Per, Rule};
    /// let rule = Rule::new().limit(3, Per::Minute, 5);
    /// assert_eq!(rule.words(Family::V4).join(" "), "-m limit --limit 3/minute --limit-burst 5");
    /// ```
    #[must_use]
    pub fn limit(self, packets: u32, per: Per, burst: u32) -> Rule {
        self.ask(What::Limit(packets, per, burst))
    }

    /// Says what the rule is for (`-m comment`).
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule};
    /// let rule = Rule::new().comment("two words");
    /// assert_eq!(rule.words(Family::V4), ["-m", "comment", "--comment", "two words"]);
    /// ```
    #[must_use]
    pub fn comment(self, text: impl Into<String>) -> Rule {
        self.ask(What::Comment(text.into()))
    }

    /// Asks a match of iptables-extensions(8) by its name, with its words.
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule};
    /// let rule = Rule::new().matching("owner", ["--uid-owner", "0"]);
    /// assert_eq!(rule.words(Family::V4), ["-m", "owner", "--uid-owner", "0"]);
    /// ```
    #[must_use]
    pub fn matching<S: Into<String>>(
        self,
        name: impl Into<String>,
        words: impl IntoIterator<Item = S>,
    ) -> Rule {
        let words = words.into_iter().map(Into::into);
        self.ask(What::Match(name.into(), words.collect()))
    }

    /// What becomes of packets for which all of it holds (`-j`).
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule, Target};
    /// let rule = Rule::new().jump(Target::Chain("web".to_owned()));
    /// assert_eq!(rule.words(Family::V4), ["-j", "web"]);
    /// ```
    #[must_use]
    pub fn jump(mut self, target: Target) -> Rule {
        self.target = Some(target);
        self
    }

    /// Goes on in a chain for good: at its end the one goes on that this one was called from (`-g`).
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule};
    /// assert_eq!(Rule::new().goto("web").words(Family::V4), ["-g", "web"]);
    /// ```
    #[must_use]
    pub fn goto(mut self, chain: impl Into<String>) -> Rule {
        self.goto = Some(chain.into());
        self
    }

    /// Begins to count from there (`-c`).
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule};
    /// assert_eq!(Rule::new().counters(3, 252).words(Family::V4), ["-c", "3", "252"]);
    /// ```
    #[must_use]
    pub fn counters(mut self, packets: u64, bytes: u64) -> Rule {
        self.counters = Some((packets, bytes));
        self
    }

    /// The rule in words of iptables.
    ///
    /// ```
    /// # use netloom_rules::{Family, Reject, Rule, Target};
    /// let rule = Rule::new().jump(Target::Reject(Reject::AdminProhibited));
    /// assert_eq!(rule.words(Family::V6), ["-j", "REJECT", "--reject-with", "icmp6-adm-prohibited"]);
    /// ```
    #[must_use]
    pub fn words(&self, family: Family) -> Vec<String> {
        let conditions = self.conditions.iter();
        let mut words: Vec<String> = conditions.flat_map(|c| c.words(family)).collect();
        if let Some((packets, bytes)) = self.counters {
            words.extend(["-c".to_owned(), packets.to_string(), bytes.to_string()]);
        }
        if let Some(chain) = &self.goto {
            words.extend(["-g".to_owned(), chain.clone()]);
        }
        words.extend(self.target.iter().flat_map(|target| target.words(family)));
        words
    }

    /// The rule in statements of the model.
    ///
    /// ```
    /// # use netloom_rules::{Family, Rule, Target};
    /// use netloom_model::ruleset::statement::{Statement, Verdict};
    ///
    /// let statements = Rule::new().jump(Target::Drop).statements(Family::V4)?;
    /// assert_eq!(statements.last(), Some(&Statement::Verdict(Verdict::Drop)));
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Syntax`](crate::Error::Syntax) where its parts do not fit together.
    pub fn statements(&self, family: Family) -> Result<Vec<Statement>> {
        let table = TableRef::new(
            match family {
                Family::V4 => TableFamily::Ip,
                Family::V6 => TableFamily::Ip6,
            },
            "filter",
        );
        let Some(known) = KnownTable::new(&table) else {
            return Ok(Vec::new());
        };
        // A chain of nobody's: what is for some of the table's own alone is not refused.
        let rules = of_words(known, "rule", self.words(family))?;
        Ok(rules.into_iter().flat_map(|rule| rule.statements).collect())
    }
}

impl RuleSpec for Rule {
    fn rules(&self, table: KnownTable, chain: &str) -> Result<Vec<ruleset::Rule>> {
        of_words(table, chain, self.words(table.family()))
    }
}
