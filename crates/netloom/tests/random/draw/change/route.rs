//! Routes and policy rules.

use super::Hand;
use crate::draw::net::End;

impl Hand<'_> {
    /// Destinations as routes and rules have them.
    fn prefix(&mut self, v6: bool) -> String {
        let host = self.host();
        let (addr, segment) = (self.text(host, v6), self.net.ends[host.1].segment);
        match (self.dice.below(10), v6) {
            (0..=4, false) => format!("10.0.{segment}.0/24"),
            (0..=4, true) => format!("fd00:{segment}::/64"),
            (5..=7, false) => format!("{addr}/32"),
            (5..=7, true) => format!("{addr}/128"),
            (8, false) => "10.0.0.0/16".to_owned(),
            (8, true) => "fd00::/16".to_owned(),
            _ => "default".to_owned(),
        }
    }

    pub(super) fn route(&mut self) {
        let v6 = self.v6();
        let (ns, to) = (self.dice.below(self.net.spaces), self.prefix(v6));
        let segments: Vec<usize> = self
            .net
            .ends
            .iter()
            .filter(|e| e.ns == ns)
            .map(|e| e.segment)
            .collect();
        // By a neighbour mostly: any other is refused.
        let near: Vec<usize> = (0..self.net.ends.len())
            .filter(|at| segments.contains(&self.net.ends[*at].segment))
            .collect();
        let by = self.gateway(&near, v6);
        let dev = self.device_in(ns);
        let verb = *self
            .dice
            .of(&["add", "add", "replace", "append", "prepend"]);
        let way = match self.dice.below(10) {
            0..=5 => format!("via {by}"),
            // What says several ends the line.
            6 => String::new(),
            7 => format!("via {by} dev {dev}"),
            8 => format!("via {by} dev {dev} onlink"),
            _ => format!("dev {dev}"),
        };
        let mut words = format!("route {verb} {to} {way}");
        let mine: Vec<&End> = self.net.ends.iter().filter(|e| e.ns == ns).collect();
        if self.dice.chance(12) && !mine.is_empty() {
            let end = *self.dice.of(&mine);
            let src = if v6 { end.v6() } else { end.v4() };
            words += &format!(" src {src}");
        }
        for (percent, more) in [
            (20, " metric 5"),
            (10, " metric 2000"),
            (12, " mtu 1300"),
            (4, " mtu lock 1290"),
            (6, " table 100"),
            (4, " hoplimit 3"),
        ] {
            if self.dice.chance(percent) {
                words += more;
            }
        }
        if !v6 && self.dice.chance(5) {
            words += " tos 0x10";
        }
        if way.is_empty() {
            let other = self.gateway(&near, v6);
            words += &format!(" nexthop via {by} nexthop via {other}");
            if self.dice.chance(30) {
                words += " weight 3";
            }
        }
        self.ip(ns, words);
    }

    /// Somebody's address, of those near mostly.
    fn gateway(&mut self, near: &[usize], v6: bool) -> String {
        let by = if near.is_empty() || self.dice.chance(12) {
            self.host().1
        } else {
            *self.dice.of(near)
        };
        self.text((0, by), v6)
    }

    pub(super) fn special_route(&mut self) {
        let v6 = self.v6();
        let (ns, to) = (self.dice.below(self.net.spaces), self.prefix(v6));
        let kind = *self
            .dice
            .of(&["blackhole", "unreachable", "prohibit", "throw"]);
        let family = if v6 && to == "default" {
            "::/0".to_owned()
        } else {
            to
        };
        let more = *self
            .dice
            .of(&["", "", "", " metric 3", " table 100", " table local"]);
        self.ip(ns, format!("route add {kind} {family}{more}"));
    }

    pub(super) fn no_route(&mut self) {
        let v6 = self.v6();
        let (ns, to) = (self.dice.below(self.net.spaces), self.prefix(v6));
        self.ip(ns, format!("route del {to}"));
    }

    pub(super) fn rule(&mut self) {
        let v6 = self.v6();
        let ns = self.dice.below(self.net.spaces);
        let dev = self.device_in(ns);
        let all = if v6 { "::/0" } else { "0.0.0.0/0" };
        let named = |prefix: String| {
            if prefix == "default" {
                all.to_owned()
            } else {
                prefix
            }
        };
        let (from, to) = (named(self.prefix(v6)), named(self.prefix(v6)));
        // A family is what the addresses say.
        let selector = match self.dice.below(9) {
            0 | 1 => format!("from {from}"),
            2 | 3 => format!("to {to}"),
            4 => format!("from {from} to {to}"),
            5 => format!("from {all} iif {dev}"),
            6 => format!("from {all} fwmark 1"),
            7 => format!("from {all} oif {dev}"),
            _ => format!("from {all} tos 0x10"),
        };
        let action = match self.dice.below(10) {
            0..=3 => "table 100",
            4 => "table main",
            5 => "blackhole",
            6 => "unreachable",
            7 => "prohibit",
            8 => "table main suppress_prefixlength 0",
            _ => "not table 100",
        };
        let (before, action) = match action.strip_prefix("not ") {
            Some(action) => ("not ", action),
            None => ("", action),
        };
        let priority = *self.dice.of(&["", " priority 100", " priority 33000"]);
        let words = format!("rule add {before}{selector}{priority} {action}");
        self.ip_of(v6, ns, words);
        if self.dice.chance(60) {
            let hosts: Vec<usize> = (0..self.net.ends.len())
                .filter(|at| self.net.ends[*at].ns != ns)
                .collect();
            if let Some(at) = (!hosts.is_empty()).then(|| *self.dice.of(&hosts)) {
                let by = self.text((0, at), v6);
                let to = if v6 { "::/0" } else { "default" };
                self.ip(ns, format!("route add {to} via {by} table 100"));
            }
        }
    }
}
