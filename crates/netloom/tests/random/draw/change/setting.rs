//! Settings, of devices and of all.

use super::Hand;
use crate::draw::net::setting;

/// Settings of devices for IPv4, and the values they are drawn from.
pub(super) const CONF4: [(&str, &[&str]); 21] = [
    ("rp_filter", &["1", "1", "2"]),
    ("rp_filter", &["1", "1", "2"]),
    ("accept_local", &["1"]),
    ("arp_ignore", &["1", "2", "3", "8"]),
    ("arp_announce", &["1", "2"]),
    ("arp_filter", &["1"]),
    ("arp_accept", &["1", "2"]),
    ("proxy_arp", &["1"]),
    ("proxy_arp", &["1"]),
    ("proxy_arp_pvlan", &["1"]),
    ("forwarding", &["0", "1"]),
    ("forwarding", &["0", "1"]),
    ("route_localnet", &["1"]),
    ("accept_redirects", &["0", "1"]),
    ("secure_redirects", &["0"]),
    ("shared_media", &["0"]),
    ("src_valid_mark", &["1"]),
    ("promote_secondaries", &["1"]),
    ("ignore_routes_with_linkdown", &["1"]),
    ("drop_gratuitous_arp", &["1"]),
    ("drop_unicast_in_l2_multicast", &["1"]),
];

pub(super) const GLOBAL4: [(&str, &[&str]); 9] = [
    ("ip_forward", &["0", "1"]),
    ("icmp_echo_ignore_all", &["1"]),
    ("icmp_echo_ignore_broadcasts", &["0"]),
    ("icmp_errors_use_inbound_ifaddr", &["1"]),
    ("ip_default_ttl", &["1", "2", "128"]),
    ("ip_forward_use_pmtu", &["1"]),
    ("ip_no_pmtu_disc", &["1", "2"]),
    ("ip_nonlocal_bind", &["1"]),
    ("fwmark_reflect", &["1"]),
];

pub(super) const CONF6: [(&str, &[&str]); 9] = [
    ("forwarding", &["0", "1"]),
    ("hop_limit", &["1", "2", "255"]),
    ("accept_redirects", &["0", "1"]),
    ("proxy_ndp", &["1"]),
    ("disable_ipv6", &["1", "0"]),
    ("keep_addr_on_down", &["1"]),
    ("ignore_routes_with_linkdown", &["1"]),
    ("drop_unsolicited_na", &["1"]),
    ("use_oif_addrs_only", &["1"]),
];

pub(super) const GLOBAL6: [(&str, &[&str]); 4] = [
    ("icmp.echo_ignore_all", &["1"]),
    ("icmp.echo_ignore_multicast", &["1"]),
    ("ip_nonlocal_bind", &["1"]),
    ("fwmark_reflect", &["1"]),
];

impl Hand<'_> {
    fn set(&mut self, ns: usize, name: &str, value: &str) {
        self.lines.push(setting(ns, name, value));
    }

    pub(super) fn conf(&mut self, family: &str, table: &[(&str, &[&str])]) {
        let (key, values) = *self.dice.of(table);
        let value = *self.dice.of(values);
        let (ns, dev) = self.device();
        let who = match self.dice.below(10) {
            0..=3 => "all",
            4 => "lo",
            _ => &dev,
        };
        self.set(ns, &format!("net.{family}.conf.{who}.{key}"), value);
    }

    pub(super) fn global(&mut self, family: &str, table: &[(&str, &[&str])]) {
        let (key, values) = *self.dice.of(table);
        let (ns, value) = (self.dice.below(self.net.spaces), *self.dice.of(values));
        self.set(ns, &format!("net.{family}.{key}"), value);
    }

    pub(super) fn redirects(&mut self) {
        let (ns, dev) = self.device();
        let who = if self.dice.chance(50) { "all" } else { &dev };
        self.set(ns, &format!("net.ipv4.conf.{who}.send_redirects"), "1");
        // Someone who sends a neighbour's packets to the router causes them.
        let v6 = !self.net.has_v4();
        let (from, to, by) = (self.host(), self.host(), self.host());
        let (to, by) = (self.text(to, v6), self.text(by, v6));
        let len = if v6 { 128 } else { 32 };
        self.ip(from.0, format!("route replace {to}/{len} via {by}"));
    }
}
