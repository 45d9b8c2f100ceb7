//! The grammar that rulesets are drawn from: tables, a row of which is one thing that a rule can say.
//!
//! In a row `<...>` is drawn: one of several words (`<a|b>`), a number (`<1..64>`), or what its name
//! says (`<addr>`: see [`Scope::named`]).

pub(crate) mod iptables;
pub(crate) mod nft;

use crate::dice::Dice;
use crate::seen::CHANCE;

/// A version of IP that a row is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V4,
    V6,
    Both,
}

/// The protocol that a rule must ask for before it can say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    Nothing,
    /// None is asked for.
    NoProtocol,
    Tcp,
    /// A protocol with ports.
    Ports,
    /// TCP or UDP.
    TcpUdp,
    Udp,
    /// Another protocol, by number.
    Number(u8),
}

/// Hooks, as bits.
pub(crate) mod hooks {
    pub(crate) const PREROUTING: u8 = 1;
    pub(crate) const INPUT: u8 = 2;
    pub(crate) const FORWARD: u8 = 4;
    pub(crate) const OUTPUT: u8 = 8;
    pub(crate) const POSTROUTING: u8 = 16;
    pub(crate) const ANY: u8 = 31;
    /// Where a packet has a device that it came by.
    pub(crate) const CAME: u8 = PREROUTING | INPUT | FORWARD;
    /// Where a packet has a device that it goes by.
    pub(crate) const GOES: u8 = FORWARD | OUTPUT | POSTROUTING;
}

/// One thing that a rule can say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) words: &'static str,
    version: Version,
    /// Whether it is for tables of both versions, or for the others alone.
    inet: Option<bool>,
    needs: Needs,
    /// Where it can be said.
    hooks: u8,
    /// How often, against the other rows.
    pub(crate) weight: usize,
}

/// A row for everywhere.
pub(crate) const fn row(words: &'static str) -> Row {
    Row {
        words,
        version: Version::Both,
        inet: None,
        needs: Needs::Nothing,
        hooks: hooks::ANY,
        weight: 4,
    }
}

impl Row {
    pub(crate) const fn v4(self) -> Row {
        let version = Version::V4;
        Row { version, ..self }
    }

    pub(crate) const fn v6(self) -> Row {
        let version = Version::V6;
        Row { version, ..self }
    }

    /// Only in tables of both versions, or only in others.
    pub(crate) const fn inet(self, inet: bool) -> Row {
        Row {
            inet: Some(inet),
            ..self
        }
    }

    pub(crate) const fn of(self, needs: Needs) -> Row {
        Row { needs, ..self }
    }

    pub(crate) const fn at(self, hooks: u8) -> Row {
        Row { hooks, ..self }
    }

    pub(crate) const fn often(self, weight: usize) -> Row {
        Row { weight, ..self }
    }

    /// Whether it can be said in a rule.
    pub(crate) fn fits(&self, scope: &Scope<'_>) -> bool {
        let version = match self.version {
            Version::V4 => !scope.v6,
            Version::V6 => scope.v6,
            Version::Both => true,
        };
        let protocol = match self.needs {
            Needs::Nothing => true,
            Needs::NoProtocol => scope.protocol.is_none(),
            Needs::Tcp => scope.protocol == Some(6),
            Needs::Udp => scope.protocol == Some(17),
            Needs::TcpUdp => matches!(scope.protocol, Some(6 | 17)),
            Needs::Ports => matches!(scope.protocol, Some(6 | 17 | 132 | 136)),
            Needs::Number(number) => scope.protocol == Some(number),
        };
        // A chain that several hooks lead to says only what can be said at all of them.
        version
            && protocol
            && self.inet.is_none_or(|inet| inet == scope.inet)
            && self.hooks & scope.hooks == scope.hooks
    }
}

/// Draws a row that fits.
pub(crate) fn one(dice: &mut Dice, rows: &[Row], scope: &Scope<'_>) -> Option<Row> {
    let fitting: Vec<(usize, Row)> = rows
        .iter()
        .filter(|row| row.fits(scope))
        .map(|row| (row.weight, *row))
        .collect();
    (!fitting.is_empty()).then(|| dice.weighted(&fitting))
}

/// What a rule is drawn in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) v6: bool,
    /// Whether its table is of both versions.
    pub(crate) inet: bool,
    /// The protocol that it asks for.
    pub(crate) protocol: Option<u8>,
    pub(crate) hooks: u8,
    /// The chains that it may lead to.
    pub(crate) chains: &'a [String],
}

/// Ports that rules and packets share, so that they meet.
pub(crate) const PORTS: [u16; 8] = [22, 53, 80, 443, 1000, 1001, 5000, 8080];

/// An address of the router, of a host beside it or behind that.
pub(crate) fn address(dice: &mut Dice, v6: bool) -> String {
    let dev = dice.below(3);
    match (dice.below(10), v6) {
        (0..6, false) => format!("10.0.{dev}.{}", 2 + dice.below(2)),
        (0..6, true) => format!("fd00:{dev}::{}", 2 + dice.below(2)),
        (6..8, false) => format!("10.10{dev}.0.5"),
        (6..8, true) => format!("fd00:10{dev}::5"),
        (8, false) => format!("10.0.{dev}.1"),
        (8, true) => format!("fd00:{dev}::1"),
        (_, false) => "10.101.9.9".to_owned(),
        (_, true) => "fd00:101::9:9".to_owned(),
    }
}

/// A host that the router can send to.
pub(crate) fn host(dice: &mut Dice, v6: bool) -> String {
    let (dev, host) = (dice.below(3), 2 + dice.below(2));
    if v6 {
        format!("fd00:{dev}::{host}")
    } else {
        format!("10.0.{dev}.{host}")
    }
}

fn port(dice: &mut Dice) -> u16 {
    *dice.of(&PORTS)
}

/// Two ports, the smaller one first.
fn span(dice: &mut Dice) -> (u16, u16) {
    let (one, other) = (port(dice), port(dice));
    (one.min(other), one.max(other))
}

/// Ports and ranges that have nothing in common, as nft writes a set.
fn portset(dice: &mut Dice) -> String {
    let mut ports: Vec<u16> = (0..3 + dice.below(3)).map(|_| port(dice)).collect();
    ports.push(9);
    ports.sort_unstable();
    ports.dedup();
    let mut parts: Vec<String> = ports.iter().map(u16::to_string).collect();
    if ports.len() > 2 && dice.chance(40) {
        let range = format!("{}-{}", ports[0], ports[1]);
        parts.splice(..2, [range]);
    }
    format!("{{ {} }}", parts.join(", "))
}

impl Scope<'_> {
    /// Draws what a row leaves open.
    pub(crate) fn fill(&self, dice: &mut Dice, words: &str) -> String {
        let mut out = String::new();
        let mut rest = words;
        while let Some((before, after)) = rest.split_once('<') {
            out.push_str(before);
            let (name, behind) = after.split_once('>').unwrap_or((after, ""));
            out.push_str(&self.one(dice, name));
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    fn one(&self, dice: &mut Dice, name: &str) -> String {
        if name.contains('|') {
            let words: Vec<&str> = name.split('|').collect();
            return (*dice.of(&words)).to_owned();
        }
        if let Some((from, to)) = name.split_once("..") {
            let (from, to): (usize, usize) = (from.parse().unwrap_or(0), to.parse().unwrap_or(0));
            return (from + dice.below(to + 1 - from)).to_string();
        }
        self.named(dice, name)
    }

    /// What a name stands for.
    fn named(&self, dice: &mut Dice, name: &str) -> String {
        let v6 = self.v6;
        match name {
            // Not, now and then.
            "!" => (if dice.chance(25) { "! " } else { "" }).to_owned(),
            "!=" => (if dice.chance(25) { "!= " } else { "" }).to_owned(),
            "addr" => address(dice, v6),
            "host" => host(dice, v6),
            "net" => self.net(dice),
            "addrs" => self.addresses(dice, '-'),
            "dev" => (*dice.of(&["t0", "t1", "t2", "t+"])).to_owned(),
            "ports" if dice.chance(30) => {
                let (low, high) = span(dice);
                // A range of one port is another thing.
                format!("{low}:{}", high + 1)
            }
            "ports" | "port" => port(dice).to_string(),
            "port-port" => {
                let (low, high) = span(dice);
                // A range of one port is another thing.
                format!("{low}-{}", high + 1)
            }
            "portlist" => {
                let count = 1 + dice.below(4);
                let ports: Vec<String> = (0..count).map(|_| self.one(dice, "ports")).collect();
                ports.join(",")
            }
            "addrset" => self.set(dice, |scope, dice| scope.one(dice, "addr")),
            "portset" => portset(dice),
            "th" => (if self.protocol == Some(17) {
                "udp"
            } else {
                "tcp"
            })
            .to_owned(),
            "chance-ports" => format!("{CHANCE}-{}", CHANCE + 9),
            "prefix" => (if v6 { "fd00:101::/64" } else { "10.101.9.0/24" }).to_owned(),
            "chain" => dice.of(self.chains).clone(),
            "ip" => (if v6 { "ip6" } else { "ip" }).to_owned(),
            other => panic!("a row of the grammar has no <{other}>"),
        }
    }

    /// Some different things, as nft writes a set.
    fn set(&self, dice: &mut Dice, draw: impl Fn(&Self, &mut Dice) -> String) -> String {
        let mut things: Vec<String> = Vec::new();
        while things.len() < 2 {
            things.extend((0..1 + dice.below(3)).map(|_| draw(self, dice)));
            things.sort();
            things.dedup();
        }
        format!("{{ {} }}", things.join(", "))
    }

    /// An address, or a prefix around one.
    fn net(&self, dice: &mut Dice) -> String {
        let address = address(dice, self.v6);
        let lengths: &[u8] = if self.v6 {
            &[0, 16, 29, 32, 48, 64, 127]
        } else {
            &[0, 8, 15, 16, 23, 24, 31]
        };
        if dice.chance(40) {
            address
        } else {
            format!("{address}/{}", dice.of(lengths))
        }
    }

    /// Two addresses of one network, the smaller one first.
    fn addresses(&self, dice: &mut Dice, between: char) -> String {
        let (dev, first) = (dice.below(3), 1 + dice.below(2));
        if self.v6 {
            format!("fd00:{dev}::{first}{between}fd00:{dev}::3")
        } else {
            format!("10.0.{dev}.{first}{between}10.0.{dev}.3")
        }
    }
}
