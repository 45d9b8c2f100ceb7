//! A network that works: namespaces, the links between them, addresses, and routes to everywhere.

use super::Versions;
use crate::case::{Line, Tool};
use crate::dice::Dice;
use std::collections::VecDeque;

/// A device with addresses.
pub(super) struct End {
    pub(super) ns: usize,
    pub(super) dev: String,
    /// The network that it is on.
    pub(super) segment: usize,
    /// Its number in that network.
    pub(super) host: usize,
}

impl End {
    pub(super) fn v4(&self) -> String {
        format!("10.0.{}.{}", self.segment, self.host)
    }

    pub(super) fn v6(&self) -> String {
        format!("fd00:{}::{}", self.segment, self.host)
    }
}

/// A port of a bridge.
pub(super) struct Port {
    pub(super) ns: usize,
    pub(super) dev: String,
    /// Whether a bridge's port is at its other end too.
    pub(super) trunk: bool,
}

/// A network as it was drawn.
pub(super) struct Net {
    pub(super) versions: Versions,
    pub(super) spaces: usize,
    pub(super) segments: usize,
    pub(super) ends: Vec<End>,
    pub(super) ports: Vec<Port>,
    /// Bridges: where, and the network that each is of.
    pub(super) bridges: Vec<(usize, String, usize)>,
    /// Pairs of devices: (namespace, name) twice.
    pairs: Vec<[(usize, String); 2]>,
    devices: usize,
    forwards: Vec<bool>,
}

/// A namespace's name.
pub(super) fn name(ns: usize) -> String {
    format!("n{ns}")
}

pub(super) fn ip(ns: usize, words: String) -> Line {
    Line::Command {
        tool: Tool::Ip,
        ns: name(ns),
        words,
    }
}

pub(super) fn setting(ns: usize, name_: &str, value: &str) -> Line {
    Line::Setting {
        ns: name(ns),
        name: name_.to_owned(),
        value: value.to_owned(),
    }
}

impl Net {
    /// A connected network: each namespace after the first is linked to one before it; now and then
    /// there are further links.
    pub(super) fn draw(dice: &mut Dice, versions: Versions) -> Net {
        let spaces = dice.weighted(&[(4, 1), (16, 2), (30, 3), (25, 4), (15, 5), (10, 6)]);
        let mut net = Net {
            versions,
            spaces,
            segments: 0,
            ends: Vec::new(),
            ports: Vec::new(),
            bridges: Vec::new(),
            pairs: Vec::new(),
            devices: 0,
            forwards: (0..spaces).map(|_| dice.chance(93)).collect(),
        };
        for ns in 1..spaces {
            let other = if dice.chance(60) {
                ns - 1
            } else {
                dice.below(ns)
            };
            net.link(dice, ns, other);
        }
        let more = dice.weighted(&[(60, 0), (30, 1), (10, 2)]) + usize::from(spaces == 1);
        for _ in 0..more {
            let (one, other) = (dice.below(spaces), dice.below(spaces));
            net.link(dice, one, other);
        }
        net
    }

    /// Joins a namespace to another: by a pair, or by a bridge that may be there already.
    fn link(&mut self, dice: &mut Dice, ns: usize, other: usize) {
        let near: Vec<usize> = (0..self.bridges.len())
            .filter(|b| {
                let (_, _, segment) = &self.bridges[*b];
                self.ends
                    .iter()
                    .any(|e| e.ns == other && e.segment == *segment)
            })
            .collect();
        if !near.is_empty() && dice.chance(65) {
            let bridge = *dice.of(&near);
            return self.join(dice, ns, bridge);
        }
        let segment = self.segments;
        self.segments += 1;
        if dice.chance(55) {
            let ends = [self.device(ns), self.device(other)];
            for (at, dev) in [ns, other].into_iter().zip(&ends) {
                self.end(at, dev.clone(), segment);
            }
            let [a, b] = ends;
            self.pairs.push([(ns, a), (other, b)]);
            return;
        }
        // The bridge is at one of both, or with somebody else.
        let third = dice.below(self.spaces);
        let place = *dice.of(&[other, other, ns, third]);
        let bridge = self.bridges.len();
        self.bridges.push((place, format!("br{bridge}"), segment));
        for at in [ns, other] {
            self.join(dice, at, bridge);
        }
    }

    /// A namespace gets a device on a bridge's network.
    fn join(&mut self, dice: &mut Dice, ns: usize, bridge: usize) {
        let (place, name, segment) = self.bridges[bridge].clone();
        let has = self.ends.iter().any(|end| end.ns == ns && end.dev == name);
        if ns == place && !has && dice.chance(85) {
            return self.end(ns, name, segment);
        }
        let (mut place, mut bridge) = (place, bridge);
        if dice.chance(15) {
            // Behind a bridge of its own: chains of bridges are trees, or frames would go round.
            let near = dice.below(self.spaces);
            let (up, down) = (self.device(place), self.device(near));
            self.port(place, &up, bridge, true);
            bridge = self.bridges.len();
            self.bridges.push((near, format!("br{bridge}"), segment));
            self.port(near, &down, bridge, true);
            self.pairs.push([(place, up), (near, down)]);
            place = near;
        }
        let (port, dev) = (self.device(place), self.device(ns));
        self.port(place, &port, bridge, false);
        self.end(ns, dev.clone(), segment);
        self.pairs.push([(place, port), (ns, dev)]);
    }

    fn device(&mut self, _ns: usize) -> String {
        self.devices += 1;
        format!("d{}", self.devices)
    }

    fn port(&mut self, ns: usize, dev: &str, bridge: usize, trunk: bool) {
        let dev = format!("{dev} {}", self.bridges[bridge].1);
        self.ports.push(Port { ns, dev, trunk });
    }

    fn end(&mut self, ns: usize, dev: String, segment: usize) {
        let host = 1 + self.ends.iter().filter(|e| e.segment == segment).count();
        self.ends.push(End {
            ns,
            dev,
            segment,
            host,
        });
    }

    /// Every device by namespace and name.
    pub(super) fn all_devices(&self) -> Vec<(usize, String)> {
        let pairs = self.pairs.iter().flatten().cloned();
        let bridges = self.bridges.iter().map(|(ns, dev, _)| (*ns, dev.clone()));
        pairs.chain(bridges).collect()
    }

    pub(super) fn has_v4(&self) -> bool {
        self.versions != Versions::V6
    }

    pub(super) fn has_v6(&self) -> bool {
        self.versions != Versions::V4
    }

    /// The lines that build it.
    pub(super) fn build(&self, dice: &mut Dice) -> Vec<Line> {
        let mut lines: Vec<Line> = (0..self.spaces)
            .map(|ns| Line::Namespace(name(ns)))
            .collect();
        for ns in 0..self.spaces {
            if !self.has_v6() {
                for who in ["all", "default"] {
                    lines.push(setting(
                        ns,
                        &format!("net.ipv6.conf.{who}.disable_ipv6"),
                        "1",
                    ));
                }
            }
            if self.forwards[ns] {
                if self.has_v4() {
                    lines.push(setting(ns, "net.ipv4.ip_forward", "1"));
                }
                if self.has_v6() {
                    lines.push(setting(ns, "net.ipv6.conf.all.forwarding", "1"));
                }
            }
        }
        self.links(&mut lines);
        for (ns, dev) in self.all_devices() {
            let ns = name(ns);
            lines.push(Line::Timers { ns, dev });
        }
        for ns in 0..self.spaces {
            self.configure(dice, ns, &mut lines);
        }
        lines.push(Line::Settle);
        for ns in 0..self.spaces {
            self.routes(dice, ns, &mut lines);
        }
        lines
    }

    fn links(&self, lines: &mut Vec<Line>) {
        let mac = |dev: &str| {
            let number: usize = dev
                .trim_start_matches(|c: char| !c.is_ascii_digit())
                .parse()
                .unwrap_or(0);
            let kind = usize::from(dev.starts_with('b'));
            format!("02:00:00:00:{kind:02x}:{number:02x}")
        };
        for at in 0..self.spaces {
            for (ns, dev, _) in &self.bridges {
                if *ns == at {
                    let mac = mac(dev);
                    lines.push(ip(
                        *ns,
                        format!("link add {dev} address {mac} type bridge mcast_snooping 0"),
                    ));
                }
            }
            for [(ns, dev), (peer_ns, peer)] in &self.pairs {
                if *ns == at {
                    let (mine, theirs, peer_ns) = (mac(dev), mac(peer), name(*peer_ns));
                    lines.push(ip(
                        *ns,
                        format!("link add {dev} address {mine} type veth peer name {peer} address {theirs} netns {peer_ns}"),
                    ));
                }
            }
        }
    }

    /// Masters, addresses, everything up.
    fn configure(&self, dice: &mut Dice, ns: usize, lines: &mut Vec<Line>) {
        lines.push(ip(ns, "link set lo up".to_owned()));
        for port in self.ports.iter().filter(|port| port.ns == ns) {
            let (dev, bridge) = port.names();
            lines.push(ip(ns, format!("link set {dev} master {bridge}")));
        }
        for end in self.ends.iter().filter(|end| end.ns == ns) {
            if self.has_v4() && dice.chance(98) {
                let len = dice.weighted(&[(92, 24), (2, 25), (2, 16), (2, 30), (2, 32)]);
                lines.push(ip(
                    ns,
                    format!("addr add {}/{len} dev {}", end.v4(), end.dev),
                ));
            }
            if self.has_v6() && dice.chance(98) {
                let len = dice.weighted(&[(92, 64), (3, 112), (2, 48), (3, 128)]);
                lines.push(ip(
                    ns,
                    format!("addr add {}/{len} dev {}", end.v6(), end.dev),
                ));
            }
        }
        for (at, dev) in self.all_devices() {
            if at == ns {
                lines.push(ip(ns, format!("link set {dev} up")));
            }
        }
    }

    /// The way from a namespace to a network: the first router, and the device to it.
    fn hop(&self, from: usize, segment: usize) -> Option<(&End, &str)> {
        let mut first: Vec<Option<(&End, &str)>> = vec![None; self.spaces];
        let mut seen = vec![false; self.spaces];
        seen[from] = true;
        let mut queue = VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            let mine: Vec<&End> = self.ends.iter().filter(|end| end.ns == at).collect();
            if at != from && mine.iter().any(|end| end.segment == segment) {
                return first[at];
            }
            for end in mine {
                for next in self.ends.iter().filter(|e| e.segment == end.segment) {
                    if !seen[next.ns] {
                        seen[next.ns] = true;
                        first[next.ns] = first[at].or(Some((next, &end.dev)));
                        queue.push_back(next.ns);
                    }
                }
            }
        }
        None
    }

    fn routes(&self, dice: &mut Dice, ns: usize, lines: &mut Vec<Line>) {
        let by_default = dice.chance(30);
        let mut told = false;
        for segment in 0..self.segments {
            if self.ends.iter().any(|e| e.ns == ns && e.segment == segment) {
                continue;
            }
            let Some((hop, dev)) = self.hop(ns, segment) else {
                continue;
            };
            if dice.chance(3) || by_default && told {
                continue;
            }
            told = true;
            let named = dice.chance(20);
            let dev = if named {
                format!(" dev {dev}")
            } else {
                String::new()
            };
            let to = |net: String| {
                if by_default {
                    "default".to_owned()
                } else {
                    net
                }
            };
            if self.has_v4() {
                let to = to(format!("10.0.{segment}.0/24"));
                lines.push(ip(ns, format!("route add {to} via {}{dev}", hop.v4())));
            }
            if self.has_v6() {
                let to = to(format!("fd00:{segment}::/64"));
                lines.push(ip(ns, format!("route add {to} via {}{dev}", hop.v6())));
            }
        }
    }
}

impl Port {
    /// The device and its bridge.
    pub(super) fn names(&self) -> (&str, &str) {
        self.dev.split_once(' ').unwrap_or((&self.dev, ""))
    }
}
