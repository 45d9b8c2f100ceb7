//! Hosts that no kernel could have: files are made by anybody.

use super::Hosts;
use crate::shell;
use crate::simulated::after;
use crate::snapshot::{self, Damage};
use netloom_model::bridge::{FdbRemote, FdbState};
use netloom_model::journey::{Explain, Journey, Probe, ProbeProtocol, ProbeSend, Verdict};
use netloom_model::link::{IpTunnel, LinkFlags, LinkKind, OtherKind, Vxlan};
use netloom_model::snapshot::{Missing, Program};
use netloom_model::state::Parts;
use netloom_model::{Change, FdbEntry, MacAddr, Mode, NsName, Request, Snapshot, World};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};

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
    made_by(HOST)
}

/// A host as commands make it.
fn made_by(commands: &str) -> Snapshot {
    Snapshot {
        state: after(commands),
        ..Snapshot::default()
    }
}

/// The first segment of TCP to an address.
fn packet(to: &str) -> ProbeSend {
    ProbeSend {
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
    let explain = Explain {
        ns,
        probe: Probe::Send(packet(to)),
        what_if: Vec::new(),
        max_steps: 300,
        states: false,
    };
    let _ = hosts.call(Request::Explain(Box::new(explain)));
    if let Ok(state) = hosts.snapshot(None, Parts::ALL) {
        let found = crate::lint::findings(&state, &[], &[]);
        let _ = shell::shown(&format!("{}", found.len()));
    }
}

/// How a packet of TCP ends that a program in a namespace sends.
fn end(host: &Snapshot, from: &str) -> Verdict {
    let mut hosts = Hosts::of(vec![host.clone()]);
    let explain = Explain {
        ns: hosts.names().namespace(from).unwrap().clone(),
        probe: Probe::Send(ProbeSend {
            size: 0,
            ..packet("10.0.0.1")
        }),
        what_if: Vec::new(),
        max_steps: 300,
        states: false,
    };
    hosts.explain(explain).unwrap().verdict
}

#[test]
fn programs_that_decide_for_all_processes_of_a_namespace_make_its_packets_unknown() {
    let mut host = host();
    host.host.name = "node".to_owned();
    assert!(matches!(end(&host, "web"), Verdict::Dropped { .. }));
    host.programs = vec![Program {
        ns: "web".into(),
        link: 0,
        hook: "cgroup connect4".to_owned(),
        name: "lb".to_owned(),
        id: Some(7),
    }];
    let Verdict::Unknown { why } = end(&host, "web") else {
        panic!("it is known");
    };
    assert!(
        why.contains("\"lb\" (number 7) decides for all processes of web"),
        "{why}"
    );
    assert!(matches!(end(&host, "node"), Verdict::Dropped { .. }));
}

#[test]
fn programs_that_could_not_be_read_make_packets_unknown_where_they_would_be() {
    let mut host = host();
    host.missing = vec![Missing {
        ns: Some("web".into()),
        part: "programs".to_owned(),
        why: "nobody may".to_owned(),
    }];
    let Verdict::Unknown { why } = end(&host, "web") else {
        panic!("it is known");
    };
    assert!(
        why.contains("the programs of web could not be read: nobody may"),
        "{why}"
    );
}

/// One of several hosts on a wire, with a device that stands for the end of a tunnel.
fn with_end(name: &str, own: u8, end: &OtherKind, more: &[&str]) -> Snapshot {
    let mode = if end.link_type == "ether" {
        "tap"
    } else {
        "tun"
    };
    let lines = [
        "ip link set lo up".to_owned(),
        "ip netns add out".to_owned(),
        "ip link add eth0 type veth peer name x netns out".to_owned(),
        "ip -n out link set x up".to_owned(),
        format!("ip link set eth0 address 02:00:00:00:00:0{own} up"),
        format!("ip addr add 192.0.2.{own}/24 dev eth0"),
        format!("ip tuntap add t0 mode {mode}"),
    ];
    let lines = lines.join("\n");
    let mut host = made_by(&format!("{lines}\n{}", more.join("\n")));
    host.host.name = name.to_owned();
    host.state.namespaces.retain(|ns, _| ns.is_first());
    for there in host.state.namespaces.values_mut() {
        let link = there.links.iter_mut().find(|link| link.name == "t0");
        let link = link.unwrap();
        link.kind = LinkKind::Other(Box::new(end.clone()));
        link.carrier = true;
        link.flags = link
            .flags
            .union(LinkFlags::RUNNING)
            .union(LinkFlags::LOWER_UP);
    }
    host
}

const fn underlay(last: u8) -> Option<IpAddr> {
    Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)))
}

/// A host with an end of a tunnel of IP.
fn with_tunnel(name: &str, own: u8, other: u8, more: &[&str]) -> Snapshot {
    let end = OtherKind {
        kind: Some("ipip".to_owned()),
        link_type: "ipip".to_owned(),
        vxlan: None,
        tunnel: Some(IpTunnel {
            local: underlay(own),
            remote: underlay(other),
            keys: (None, None),
        }),
    };
    let address = format!("ip addr add 10.9.0.{own} peer 10.9.0.{other} dev t0");
    let lines = [&["ip link set t0 up", address.as_str()], more].concat();
    with_end(name, own, &end, &lines)
}

/// A host with an end of a VXLAN, which knows each of the others behind the host of that number, or behind
/// none that was read.
fn with_vxlan(name: &str, own: u8, known: &[(u8, Option<u8>)], more: &[&str]) -> Snapshot {
    let end = OtherKind {
        kind: Some("vxlan".to_owned()),
        link_type: "ether".to_owned(),
        vxlan: Some(Vxlan {
            id: 7,
            local: underlay(own),
            remote: None,
            port: 8472,
        }),
        tunnel: None,
    };
    let mut lines = vec![
        format!("ip link set t0 address 02:00:00:00:01:0{own} up"),
        format!("ip addr add 10.9.0.{own}/24 dev t0"),
    ];
    for (other, _) in known {
        let mac = format!("02:00:00:00:01:0{other}");
        lines.push(format!("ip neigh add 10.9.0.{other} lladdr {mac} dev t0"));
    }
    let lines: Vec<&str> = lines
        .iter()
        .map(String::as_str)
        .chain(more.iter().copied())
        .collect();
    let mut host = with_end(name, own, &end, &lines);
    for there in host.state.namespaces.values_mut() {
        let dev = there.link(&"t0".into()).unwrap().index;
        there.fdb = known
            .iter()
            .map(|(other, behind)| behind_host(dev, *other, *behind))
            .collect();
    }
    host
}

/// That one end of a VXLAN is behind a host.
fn behind_host(dev: u32, end: u8, host: Option<u8>) -> FdbEntry {
    FdbEntry {
        address: MacAddr([2, 0, 0, 0, 1, end]),
        vlan: None,
        dev,
        master: None,
        state: FdbState::Own,
        extern_learn: false,
        sticky: false,
        used: 0,
        updated: 0,
        remote: host.map(|host| {
            Box::new(FdbRemote {
                dst: underlay(host),
                ..FdbRemote::default()
            })
        }),
    }
}

/// How an echo request to 10.9.0.2 fares among hosts, from the first.
fn echo(hosts: Vec<Snapshot>, what_if: Vec<Change>) -> Journey {
    let ns = NsName::from(hosts[0].host.name.as_str());
    let probe = ProbeSend {
        protocol: ProbeProtocol::Icmp,
        ..packet("10.9.0.2")
    };
    let explain = Explain {
        ns,
        probe: Probe::Send(probe),
        what_if,
        max_steps: 300,
        states: false,
    };
    Hosts::of(hosts).explain(explain).unwrap()
}

fn delivered(verdict: &Verdict, to: &str) -> bool {
    matches!(verdict, Verdict::Delivered { ns, .. } if ns.as_str() == to)
}

/// Why it is unknown how a packet ends.
fn why(journey: &Journey) -> &str {
    match &journey.verdict {
        Verdict::Unknown { why } => why,
        verdict => panic!("it is known: {verdict:?}"),
    }
}

#[test]
fn a_frame_of_a_vxlan_arrives_at_the_host_that_its_entry_names() {
    let beta = |more| with_vxlan("beta", 2, &[(1, Some(1))], more);
    let gamma = || with_vxlan("gamma", 3, &[(1, Some(1))], &[]);
    let asked = |known, more| {
        let alpha = with_vxlan("alpha", 1, known, &[]);
        echo(vec![alpha, beta(more), gamma()], Vec::new())
    };
    let journey = asked(&[(2, Some(2))], &[]);
    assert!(delivered(&journey.verdict, "beta"), "{:?}", journey.verdict);
    let back = journey.back.as_ref().unwrap();
    assert!(delivered(back, "alpha"), "{back:?}");
    // Older snapshots do not say which host it is.
    let journey = asked(&[(2, None)], &[]);
    assert!(delivered(&journey.verdict, "beta"), "{:?}", journey.verdict);
    let journey = asked(&[(2, Some(3))], &[]);
    assert!(
        !delivered(&journey.verdict, "beta"),
        "{:?}",
        journey.verdict
    );
    let journey = asked(&[(2, Some(9))], &[]);
    let says = "what t0 of alpha sends to 192.0.2.9 leaves alpha by eth0";
    assert!(why(&journey).contains(says), "{}", why(&journey));
    let journey = asked(
        &[(2, Some(2))],
        &["iptables -A INPUT -p udp --dport 8472 -j DROP"],
    );
    let says = "what t0 of alpha sends to 192.0.2.2 is dropped in beta: a rule drops it";
    assert!(why(&journey).contains(says), "{}", why(&journey));
}

#[test]
fn entries_of_a_vxlan_can_be_changed_in_thought() {
    let hosts = || {
        let alpha = with_vxlan("alpha", 1, &[(2, Some(2)), (3, Some(3))], &[]);
        vec![alpha, with_vxlan("beta", 2, &[(1, Some(1))], &[])]
    };
    let dev = hosts()[0].state.namespaces[&NsName::first()]
        .link(&"t0".into())
        .unwrap()
        .index;
    let ns = NsName::from("alpha");
    let gone = Change::DelFdb {
        ns: ns.clone(),
        dev,
        address: MacAddr([2, 0, 0, 0, 1, 2]),
        vlan: None,
        own: true,
        remote: None,
    };
    let journey = echo(hosts(), vec![gone.clone()]);
    let says = "no entry of the forwarding database of t0 of alpha says behind which host 02:00:00:00:01:02 is";
    assert!(why(&journey).contains(says), "{}", why(&journey));
    let for_all = |host| Change::AddFdb {
        ns: ns.clone(),
        entry: FdbEntry {
            address: MacAddr::ZERO,
            ..behind_host(dev, 0, Some(host))
        },
        mode: Mode::Append,
    };
    let journey = echo(hosts(), vec![gone, for_all(9), for_all(2)]);
    assert!(delivered(&journey.verdict, "beta"), "{:?}", journey.verdict);
}

#[test]
fn what_a_tunnel_of_ip_carries_arrives_where_what_is_around_does() {
    let asked = |more: &[&str]| {
        let hosts = vec![
            with_tunnel("alpha", 1, 2, &[]),
            with_tunnel("beta", 2, 1, more),
        ];
        echo(hosts, Vec::new())
    };
    let journey = asked(&[]);
    assert!(delivered(&journey.verdict, "beta"), "{:?}", journey.verdict);
    let back = journey.back.as_ref().unwrap();
    assert!(delivered(back, "alpha"), "{back:?}");
    let journey = asked(&["iptables -A INPUT -p ipencap -j DROP"]);
    let says = "what t0 of alpha sends to 192.0.2.2 is dropped in beta: a rule drops it";
    assert!(why(&journey).contains(says), "{}", why(&journey));
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

#[test]
fn routes_and_rules_that_say_more_than_is_known_make_packets_unknown() {
    let why = |beyond: &dyn Fn(&mut netloom_model::Namespace)| {
        let mut host = host();
        let there = host.state.namespaces.get_mut(&NsName::new("web"));
        beyond(there.unwrap());
        match end(&host, "web") {
            Verdict::Unknown { why } => why,
            verdict => format!("{verdict:?}"),
        }
    };
    let of_route = why(&|there| {
        let mut routes = there.routes.iter_mut();
        let route = routes.find(|route| route.dst == "10.0.0.0/24".parse().unwrap());
        route.unwrap().beyond.push("encap".to_owned());
    });
    let awaited = "the route to 10.0.0.0/24 of web says \"encap\", which netloom does not know";
    assert!(of_route.starts_with(awaited), "{of_route}");
    let of_rule = why(&|there| {
        let mut rules = there.rules.iter_mut();
        let rule = rules.find(|rule| rule.priority == Some(32766));
        rule.unwrap().beyond.push("tun_id".to_owned());
    });
    let awaited = "the rule 32766 of web says \"tun_id\", which netloom does not know";
    assert!(of_rule.starts_with(awaited), "{of_rule}");
}
