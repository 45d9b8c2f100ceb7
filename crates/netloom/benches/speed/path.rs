//! The paths that are measured, as the commands that build them anywhere.

use crate::frames::Frames;
use crate::prefixes;
use std::time::Duration;

/// Where a path can be built and measured.
pub(crate) trait Machine {
    /// Runs a command in a namespace (none: the first); `@` before a namespace's name stands for
    /// what makes it unique.
    fn run(&mut self, ns: Option<&str>, command: &str, input: &str);
    /// Sends batches out of a device of a namespace for some time; says how many frames.
    fn send(&mut self, from: (&str, &str), frames: &mut Frames, time: Duration) -> u64;
    /// How many frames a device of a namespace has received.
    fn received(&mut self, at: (&str, &str)) -> u64;
    /// Ends the run where fewer frames arrived than must.
    fn check(&self, sent: u64, arrived: u64);
}

/// What goes along a path.
#[derive(Clone, Copy)]
enum Traffic {
    /// Frames to one station.
    Station,
    /// The same with the tag of a VLAN.
    Tagged(u16),
    /// Packets to addresses drawn anew, by a router that has so many routes beside its default one.
    Ipv4 { routes: usize },
    /// The same of IPv6, by a default route alone.
    Ipv6,
    /// UDP packets of so many connections, in turns, or each of a new one, by a router that has so
    /// many rules that match none of them.
    Connections { count: Option<u32>, rules: usize },
}

/// A path from one device to another.
pub(crate) struct Path {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    commands: &'static [&'static str],
    traffic: Traffic,
    pub(crate) from: (&'static str, &'static str),
    pub(crate) to: (&'static str, &'static str),
}

/// Two veth pairs from `a` and `b` to `s`, all up.
const PAIRS: [&str; 9] = [
    "ip netns add @a",
    "ip netns add @s",
    "ip netns add @b",
    "s ip link add s0 address 02:00:00:00:01:01 type veth peer name v netns @a",
    "s ip link add s1 address 02:00:00:00:01:02 type veth peer name v netns @b",
    "a ip link set v address 02:00:00:00:00:01 up",
    "b ip link set v address 02:00:00:00:00:02 up",
    "s ip link set s0 up",
    "s ip link set s1 up",
];

const BRIDGE: &[&str] = &[
    "s ip link add br0 type bridge",
    "s ip link set br0 up",
    "s ip link set s0 master br0",
    "s ip link set s1 master br0",
    "s bridge fdb replace 02:00:00:00:00:02 dev s1 master static",
];

/// Both ports in VLAN 10, as ports for hosts that know of no VLANs.
const ACCESS: &[&str] = &[
    "s ip link add br0 type bridge vlan_filtering 1 vlan_default_pvid 10",
    "s ip link set br0 up",
    "s ip link set s0 master br0",
    "s ip link set s1 master br0",
    "s bridge fdb replace 02:00:00:00:00:02 dev s1 master static vlan 10",
];

/// The first port carries VLAN 10 by its tag.
const TRUNK: &[&str] = &[
    "s ip link add br0 type bridge vlan_filtering 1",
    "s ip link set br0 up",
    "s ip link set s0 master br0",
    "s ip link set s1 master br0",
    "s bridge vlan add dev s0 vid 10",
    "s bridge vlan add dev s1 vid 10 pvid untagged",
    "s bridge fdb replace 02:00:00:00:00:02 dev s1 master static vlan 10",
];

/// The next hop's hardware address is nobody's: what is measured is the router, not how `b`'s IP
/// would take the packets.
const ROUTER: &[&str] = &[
    "s ip address add 10.0.1.1/24 dev s0",
    "s ip address add 10.0.2.1/24 dev s1",
    "s ip neighbour add 10.0.2.2 lladdr 02:00:00:00:00:99 dev s1",
    "s sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.s0.rp_filter=0",
    "s ip route add default via 10.0.2.2",
];

/// The same router, which remembers connections and masquerades them.
const MASQUERADE: &[&str] = &[
    "s ip address add 10.0.1.1/24 dev s0",
    "s ip address add 10.0.2.1/24 dev s1",
    "s ip neighbour add 10.0.2.2 lladdr 02:00:00:00:00:99 dev s1",
    "s sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.s0.rp_filter=0",
    "s ip route add default via 10.0.2.2",
    "s iptables -t nat -A POSTROUTING -o s1 -j MASQUERADE",
];

/// The same router for IPv6.
const ROUTER6: &[&str] = &[
    "s ip address add 2001:db8:1::1/64 dev s0 nodad",
    "s ip address add 2001:db8:2::1/64 dev s1 nodad",
    "s ip neighbour add 2001:db8:2::2 lladdr 02:00:00:00:00:99 dev s1",
    "s sysctl -qw net.ipv6.conf.all.forwarding=1",
    "s ip -6 route add default via 2001:db8:2::2",
];

const FROM: (&str, &str) = ("a", "v");
const TO: (&str, &str) = ("b", "v");

pub(crate) const PATHS: [Path; 11] = [
    // What sending and receiving cost by themselves.
    Path {
        name: "veth, 64-byte frames",
        unit: "Mfps",
        commands: &[],
        traffic: Traffic::Station,
        from: FROM,
        to: ("s", "s0"),
    },
    Path {
        name: "veth - bridge - veth, 64-byte frames",
        unit: "Mfps",
        commands: BRIDGE,
        traffic: Traffic::Station,
        from: FROM,
        to: TO,
    },
    Path {
        name: "the bridge with VLANs, access to access",
        unit: "Mfps",
        commands: ACCESS,
        traffic: Traffic::Station,
        from: FROM,
        to: TO,
    },
    Path {
        name: "the bridge with VLANs, trunk to access",
        unit: "Mfps",
        commands: TRUNK,
        traffic: Traffic::Tagged(10),
        from: FROM,
        to: TO,
    },
    Path {
        name: "routed, veth to veth, a default route",
        unit: "Mpps",
        commands: ROUTER,
        traffic: Traffic::Ipv4 { routes: 0 },
        from: FROM,
        to: TO,
    },
    Path {
        name: "routed, IPv6, a default route",
        unit: "Mpps",
        commands: ROUTER6,
        traffic: Traffic::Ipv6,
        from: FROM,
        to: TO,
    },
    Path {
        name: "routed, veth to veth, 500,000 routes",
        unit: "Mpps",
        commands: ROUTER,
        traffic: Traffic::Ipv4 { routes: 500_000 },
        from: FROM,
        to: TO,
    },
    Path {
        name: "routed, masqueraded, 1,000 connections",
        unit: "Mpps",
        commands: MASQUERADE,
        traffic: Traffic::Connections {
            count: Some(1000),
            rules: 0,
        },
        from: FROM,
        to: TO,
    },
    Path {
        name: "the same behind 10,000 rules",
        unit: "Mpps",
        commands: MASQUERADE,
        traffic: Traffic::Connections {
            count: Some(1000),
            rules: 10_000,
        },
        from: FROM,
        to: TO,
    },
    Path {
        name: "routed behind 10,000 rules, no connections",
        unit: "Mpps",
        commands: ROUTER,
        traffic: Traffic::Connections {
            count: Some(1000),
            rules: 10_000,
        },
        from: FROM,
        to: TO,
    },
    Path {
        name: "masqueraded, each packet a new connection",
        unit: "Mpps",
        commands: MASQUERADE,
        traffic: Traffic::Connections {
            count: None,
            rules: 0,
        },
        from: FROM,
        to: TO,
    },
];

impl Path {
    /// Builds the path.
    pub(crate) fn build(&self, machine: &mut impl Machine) {
        for line in PAIRS.iter().chain(self.commands) {
            match line.split_once(' ') {
                Some((ns @ ("a" | "s" | "b"), command)) => machine.run(Some(ns), command, ""),
                _ => machine.run(None, line, ""),
            }
        }
        let routes = match self.traffic {
            Traffic::Ipv4 { routes } => routes,
            _ => 0,
        };
        let lines: String = prefixes::ipv4(routes, 1)
            .into_iter()
            .map(|(prefix, len)| format!("route replace {prefix}/{len} via 10.0.2.2\n"))
            .collect();
        if !lines.is_empty() {
            machine.run(Some("s"), "ip -batch -", &lines);
        }
        if let Traffic::Connections { rules, .. } = self.traffic
            && rules > 0
        {
            let text = crate::rules::table(rules);
            machine.run(Some("s"), "iptables-restore --noflush", &text);
        }
    }

    /// Whether each packet makes a connection, so that not more can be sent than the kernel holds.
    pub(crate) fn fills(&self) -> bool {
        matches!(self.traffic, Traffic::Connections { count: None, .. })
    }

    /// Whether any kernel can build it: many filter no VLANs.
    pub(crate) fn is_for_any_kernel(&self) -> bool {
        let mut commands = self.commands.iter();
        !commands.any(|command| command.contains("vlan_filtering"))
    }

    /// The frames that go along it.
    pub(crate) fn frames(&self) -> Frames {
        const STATION: [u8; 6] = [2, 0, 0, 0, 0, 2];
        const ROUTER: [u8; 6] = [2, 0, 0, 0, 1, 1];
        match self.traffic {
            Traffic::Station => Frames::to_station(STATION),
            Traffic::Tagged(vid) => Frames::to_station_in(STATION, vid),
            Traffic::Ipv4 { .. } => Frames::to_anywhere(ROUTER),
            Traffic::Ipv6 => Frames::to_anywhere6(ROUTER),
            Traffic::Connections { count, .. } => Frames::of_connections(ROUTER, count),
        }
    }
}
