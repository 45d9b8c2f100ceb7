//! Hosts that no kernel could have: files are made by anybody.

use super::Hosts;
use crate::shell;
use crate::simulated::after;
use crate::snapshot::{self, Damage};
use netloom_model::journey::{Explain, Probe, ProbeProtocol, ProbeSend};
use netloom_model::state::Parts;
use netloom_model::{Request, Snapshot, World};
use serde_json::Value;

/// A host with something of everything.
const HOST: &str = "
    ip link set lo up
    ip netns add web
    ip link add br0 type bridge
    ip link set br0 up
    ip link add v0 type veth peer name eth0 netns web
    ip link set v0 master br0 up
    ip -n web link set eth0 up
    ip link add d0 type dummy
    ip tuntap add t0 mode tun
    ip addr add 10.0.0.1/24 dev br0
    ip addr add fd00::1/64 dev br0 nodad
    ip -n web addr add 10.0.0.2/24 dev eth0
    ip -n web route add default via 10.0.0.1
    ip route add 10.9.0.0/16 via 10.0.0.2 metric 5 mtu 1400
    ip route add 10.7.0.0/16 nexthop via 10.0.0.2 nexthop via 10.0.0.3
    ip nexthop add id 9 via 10.0.0.2 dev br0
    ip route add 10.6.0.0/16 nhid 9
    ip rule add from 10.0.0.0/8 fwmark 1 lookup 77 prio 100
    ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev br0
    bridge fdb add 02:00:00:00:00:33 dev v0 master static
    sysctl -w net.ipv4.ip_forward=1
    ipset create some hash:ip
    ipset add some 10.0.0.7
    iptables -A FORWARD -m set --match-set some src -m conntrack --ctstate NEW -j DROP
    iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -j MASQUERADE
    nft add table inet own
    nft add chain inet own c { type filter hook input priority 5; }
    nft add map inet own m { type ipv4_addr : verdict; }
    nft add rule inet own c tcp dport { 22, 80-90 } counter accept
    nft add rule inet own c ip saddr vmap @m
";

fn host() -> Snapshot {
    Snapshot {
        state: after(HOST),
        ..Snapshot::default()
    }
}

/// Asks everything of a host that is asked of one.
fn ask(host: &Snapshot, from: &str, to: &str) {
    let mut hosts = Hosts::of(vec![host.clone()]);
    let ns = hosts
        .names()
        .namespace(from)
        .cloned()
        .unwrap_or(hosts.first().clone());
    let packet = ProbeSend {
        to: to.parse().unwrap(),
        port: 80,
        protocol: ProbeProtocol::Tcp,
        from: None,
        source_port: None,
        ttl: None,
        size: 10,
        tos: 0,
        mark: 1,
        dont_fragment: false,
        device: None,
    };
    let explain = Explain {
        ns,
        probe: Probe::Send(packet),
        what_if: Vec::new(),
        max_steps: 300,
        states: false,
    };
    let _ = hosts.call(Request::Explain(Box::new(explain)));
    if let Ok(state) = hosts.snapshot(None, Parts::ALL) {
        let found = crate::lint::findings(&state, &[]);
        let _ = shell::shown(&format!("{}", found.len()));
    }
}

#[test]
fn a_host_that_no_kernel_could_have_ends_nothing() {
    let whole = host();
    ask(&whole, "web", "10.0.0.1");
    let json = serde_json::to_value(&whole).unwrap();
    let mut damage = Damage::new(7);
    let mut read = 0;
    for round in 0..Damage::rounds(400) {
        let mut host: Value = json.clone();
        for _ in 0..=round % 2 {
            damage.value(&mut host);
        }
        let text = host.to_string();
        let Ok(host) = snapshot::parse(text.as_bytes()) else {
            continue;
        };
        read += 1;
        let said = std::panic::catch_unwind(|| {
            let (from, to) = [("web", "10.9.0.1"), ("", "10.0.0.2"), ("", "10.7.0.1")][round % 3];
            ask(&host, from, to);
            let _ = snapshot::redacted(host.clone());
        });
        assert!(said.is_ok(), "in round {round}:\n{text}");
    }
    assert!(read > 50, "{read} could be read");
}
