//! What somebody does to a network that works: a setting, a route, a rule, a link, a neighbour, a
//! flag of a bridge's port; sensible or not.

mod route;
mod setting;

use super::net::{Net, ip, name};
use crate::case::{Line, Tool};
use crate::dice::Dice;
use setting::{CONF4, CONF6, GLOBAL4, GLOBAL6};

/// What is changed, how often each.
#[derive(Clone, Copy)]
enum What {
    Conf4,
    Global4,
    Conf6,
    Global6,
    Route,
    SpecialRoute,
    NoRoute,
    Rule,
    Mtu,
    LinkState,
    Address,
    Neighbour,
    PortFlag,
    Station,
    Redirects,
}

const WHAT: [(usize, What); 15] = [
    (22, What::Conf4),
    (5, What::Global4),
    (8, What::Conf6),
    (2, What::Global6),
    (10, What::Route),
    (8, What::SpecialRoute),
    (3, What::NoRoute),
    (9, What::Rule),
    (7, What::Mtu),
    (7, What::LinkState),
    (8, What::Address),
    (6, What::Neighbour),
    (9, What::PortFlag),
    (3, What::Station),
    (4, What::Redirects),
];

/// Somebody's hands: dice, the network, and the lines so far.
struct Hand<'a> {
    dice: &'a mut Dice,
    net: &'a Net,
    lines: &'a mut Vec<Line>,
}

/// Draws a change; whether redirects are about, which Linux limits, so that probes must keep apart.
pub(super) fn draw(dice: &mut Dice, net: &Net, lines: &mut Vec<Line>) -> bool {
    let mut hand = Hand { dice, net, lines };
    loop {
        let what = hand.dice.weighted(&WHAT);
        let (v4, v6) = (net.has_v4(), net.has_v6());
        match what {
            What::Conf4 if v4 => hand.conf("ipv4", &CONF4),
            What::Global4 if v4 => hand.global("ipv4", &GLOBAL4),
            What::Conf6 if v6 => hand.conf("ipv6", &CONF6),
            What::Global6 if v6 => hand.global("ipv6", &GLOBAL6),
            What::Route => hand.route(),
            What::SpecialRoute => hand.special_route(),
            What::NoRoute => hand.no_route(),
            What::Rule => hand.rule(),
            What::Mtu => hand.mtu(),
            What::LinkState => hand.link_state(),
            What::Address => hand.address(),
            What::Neighbour => hand.neighbour(),
            What::PortFlag if !net.ports.is_empty() => hand.port_flag(),
            What::Station if !net.ports.is_empty() => hand.station(),
            What::Redirects if v4 => {
                hand.redirects();
                return true;
            }
            _ => continue,
        }
        return false;
    }
}

impl Hand<'_> {
    fn ip(&mut self, ns: usize, words: String) {
        self.lines.push(ip(ns, words));
    }

    /// A command whose family is said by an option.
    fn ip_of(&mut self, v6: bool, ns: usize, words: String) {
        if !v6 {
            return self.ip(ns, words);
        }
        self.lines.push(Line::Command {
            tool: Tool::Ip6,
            ns: name(ns),
            words,
        });
    }

    /// A device of any kind.
    fn device(&mut self) -> (usize, String) {
        self.dice.of(&self.net.all_devices()).clone()
    }

    /// A device of namespace `ns`, where it has one.
    fn device_in(&mut self, ns: usize) -> String {
        let all = self.net.all_devices();
        let mine: Vec<_> = all.into_iter().filter(|(at, _)| *at == ns).collect();
        if mine.is_empty() {
            "lo".to_owned()
        } else {
            self.dice.of(&mine).1.clone()
        }
    }

    /// A device with addresses, as namespace and place among the ends.
    fn host(&mut self) -> (usize, usize) {
        let at = self.dice.below(self.net.ends.len());
        (self.net.ends[at].ns, at)
    }

    fn text(&self, (_, at): (usize, usize), v6: bool) -> String {
        let end = &self.net.ends[at];
        if v6 { end.v6() } else { end.v4() }
    }

    /// Which version the next thing is of.
    fn v6(&mut self) -> bool {
        self.net.has_v6() && (!self.net.has_v4() || self.dice.chance(40))
    }

    fn mtu(&mut self) {
        let (ns, dev) = self.device();
        let sizes = [1280, 1280, 1300, 1400, 1492, 576, 68, 2000, 9000, 1000];
        let mtu = *self.dice.of(&sizes);
        self.ip(ns, format!("link set {dev} mtu {mtu}"));
    }

    fn link_state(&mut self) {
        let (ns, dev) = self.device();
        match self.dice.below(10) {
            0..=3 => self.ip(ns, format!("link set {dev} down")),
            4 => {
                self.ip(ns, format!("link set {dev} down"));
                self.lines.push(Line::Settle);
                self.ip(ns, format!("link set {dev} up"));
            }
            5 => self.ip(ns, format!("link set {dev} arp off")),
            6 => self.ip(ns, format!("link set {dev} promisc on")),
            7 => self.ip(ns, format!("link set {dev} multicast off")),
            8 => self.ip(ns, "link set lo down".to_owned()),
            _ => {
                let last = self.dice.below(200);
                self.ip(
                    ns,
                    format!("link set {dev} address 02:00:00:00:02:{last:02x}"),
                );
            }
        }
    }

    fn address(&mut self) {
        let v6 = self.v6();
        let (ns, dev) = self.device();
        let host = self.host();
        let end = &self.net.ends[host.1];
        let (addr, segment) = (self.text(host, v6), end.segment);
        let (end_ns, end_dev) = (end.ns, end.dev.clone());
        let len = match (v6, self.dice.below(6)) {
            (false, 0..=2) => 24,
            (false, 3) => 32,
            (false, 4) => 25,
            (false, _) => 16,
            (true, 0..=3) => 64,
            (true, _) => 128,
        };
        let other = if v6 {
            format!("fd00:{segment}::50")
        } else {
            format!("10.0.{segment}.50")
        };
        let words = match self.dice.below(10) {
            // One that somebody has already.
            0 | 1 => format!("addr add {addr}/{len} dev {dev}"),
            2 | 3 => format!("addr add {other}/{len} dev {dev}"),
            4 => format!("addr add {other}/{len} dev lo"),
            5 if !v6 => format!("addr add {other} peer {addr} dev {dev}"),
            6 if !v6 => format!("addr add {other}/{len} dev {dev} scope link"),
            _ => {
                let len = if v6 { 64 } else { 24 };
                return self.ip(end_ns, format!("addr del {addr}/{len} dev {end_dev}"));
            }
        };
        let nodad = if v6 { " nodad" } else { "" };
        self.ip(ns, words + nodad);
    }

    fn neighbour(&mut self) {
        let v6 = self.v6();
        let host = self.host();
        let addr = self.text(host, v6);
        let segment = self.net.ends[host.1].segment;
        let near: Vec<(usize, String)> = self
            .net
            .ends
            .iter()
            .filter(|e| e.segment == segment)
            .map(|e| (e.ns, e.dev.clone()))
            .collect();
        let (ns, dev) = self.dice.of(&near).clone();
        let mac = match self.dice.below(3) {
            0 => "02:00:00:00:00:99".to_owned(),
            _ => format!("02:00:00:00:00:{:02x}", 1 + self.dice.below(10)),
        };
        let words = match self.dice.below(8) {
            0..=2 => format!("neigh replace {addr} lladdr {mac} dev {dev} nud permanent"),
            3 => format!("neigh replace {addr} lladdr {mac} dev {dev} nud stale"),
            4 => format!("neigh replace {addr} lladdr {mac} dev {dev} nud reachable"),
            5 => format!("neigh add proxy {addr} dev {dev}"),
            6 => format!("neigh flush dev {dev}"),
            _ => format!("neigh del {addr} dev {dev}"),
        };
        self.ip(ns, words);
    }

    fn port_flag(&mut self) {
        let port = self.dice.of(&self.net.ports);
        let (ns, (dev, _)) = (port.ns, port.names());
        let flags = [
            "isolated on",
            "isolated on",
            "mcast_flood off",
            "bcast_flood off",
            "neigh_suppress on",
            "guard on",
            "hairpin on",
        ];
        // With IPv6, what a bridge learned hangs on when its stations told of their groups.
        let more = ["learning off", "flood off", "locked on"];
        let learned = !self.net.has_v6() && self.dice.chance(25);
        let mut flag = *self.dice.of(if learned { &more[..] } else { &flags[..] });
        if flag == "hairpin on" && port.trunk {
            // Between two bridges frames would go to and fro for ever.
            flag = "isolated on";
        }
        let words = format!("link set dev {dev} {flag}");
        let bridge = |ns, words| Line::Command {
            tool: Tool::Bridge,
            ns: name(ns),
            words,
        };
        self.lines.push(bridge(ns, words));
        if flag == "isolated on" {
            // One alone is isolated from nobody.
            let other = self.net.ports.iter().filter(|p| p.ns == ns);
            for other in other {
                if self.dice.chance(70) {
                    let (dev, _) = other.names();
                    self.lines
                        .push(bridge(ns, format!("link set dev {dev} isolated on")));
                }
            }
        }
    }

    fn station(&mut self) {
        let port = self.dice.of(&self.net.ports);
        let (ns, (dev, _)) = (port.ns, port.names());
        let mac = format!("02:00:00:00:00:{:02x}", 1 + self.dice.below(10));
        let words = match self.dice.below(5) {
            0 | 1 => format!("fdb add {mac} dev {dev} master static"),
            2 => format!("fdb add {mac} dev {dev} master dynamic"),
            3 => format!("fdb replace {mac} dev {dev} master permanent"),
            _ => format!("fdb del {mac} dev {dev} master"),
        };
        // With IPv6, what a bridge learned hangs on when its stations told of their groups.
        let words = if self.net.has_v6() {
            words.replacen("fdb add", "fdb replace", 1)
        } else {
            words
        };
        self.lines.push(Line::Command {
            tool: Tool::Bridge,
            ns: name(ns),
            words,
        });
    }
}
