//! What is imported is what is read: hosts of the running kernel, by netloom and by the script.

use crate::Test;
use crate::kernel::HOST;
use crate::place::on_kernel;
use libtest_mimic::Failed;
use netloom_model::state::State;
use netloom_model::{LinkKind, LinkStats, Namespace, NsName, Snapshot};

pub(crate) const TESTS: &[Test] = &[
    ("what_the_script_collects_is_what_is_read", collected),
    ("the_script_needs_no_tool_but_says_what_it_missed", bare),
];

/// More than the host has: a bridge, routes and rules of many forms, neighbours, a firewall.
const MORE: &str = "
ip link set lo up; ip -n blue link set lo up
ip link add br0 type bridge forward_delay 400 priority 100; ip link set br0 up
ip link add p0 type veth peer name p1; ip link set p0 master br0 up; ip link set p1 up alias 'a port'
ip link property add dev p1 altname port-one
ip link set p0 type bridge_slave hairpin on isolated on priority 9
ip addr add 10.1.0.1/24 brd + dev br0; ip addr add 10.1.0.2/24 dev br0 label br0:x
ip addr add fd00::1/64 dev br0 nodad; ip addr add 10.3.0.1 peer 10.3.0.2 dev br0
ip route add 10.9.0.0/16 via 10.1.0.9 metric 5 mtu 1400 src 10.1.0.2 proto static
ip route add blackhole 10.8.0.0/16 table 77; ip route add default via 10.1.0.254 onlink dev br0
ip route add 10.7.0.0/16 nexthop via 10.1.0.8 weight 2 nexthop via 10.1.0.9
ip route add fd01::/64 via fd00::9; ip -6 route add default dev br0 metric 9
ip route add unreachable fd02::/64; ip nexthop add id 9 via 10.1.0.7 dev br0
ip rule add from 10.1.0.0/24 fwmark 1/0xff table 77 prio 100; ip rule add iif br0 prohibit prio 101
ip rule add to 10.3.0.0/16 sport 1-20 ipproto tcp uidrange 1-5 lookup main suppress_prefixlength 0 prio 102
ip -6 rule add not to fd00::/8 lookup 9 prio 7
ip neigh add 10.1.0.9 lladdr 02:00:00:00:00:09 dev br0; ip neigh add proxy 10.1.0.77 dev br0
bridge fdb add 02:00:00:00:00:33 dev p0 master static
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.br0.rp_filter=2
# What is new settles: no address is tentative any more, and every group was reported.
for try in $(seq 20); do
  sleep 1; test -n \"$(ip -6 addr show tentative; ip -n blue -6 addr show tentative)\" || break
done
sleep 1.5
";

/// Without what passes: times, counters, and what only one of the two knows.
fn settled(mut state: Namespace) -> Namespace {
    for link in &mut state.links {
        link.stats = LinkStats::default();
        // A link that is down is not said to have a carrier.
        link.carrier |= link.operstate == netloom_model::OperState::Down;
        if let LinkKind::Bridge(bridge) = &mut link.kind {
            bridge.gc_timer = 0;
            bridge.tree.hello_timer = 0;
        }
        if let Some(port) = &mut link.bridge_port {
            port.tree.forward_delay_timer = 0;
            port.tree.message_age_timer = 0;
            port.tree.hold_timer = 0;
        }
    }
    for entry in &mut state.neighbours {
        entry.ages = (0, 0, 0);
        entry.probes = 0;
        entry.refcnt = 0;
    }
    for entry in &mut state.fdb {
        (entry.used, entry.updated) = (0, 0);
    }
    // sysctl(8) leaves out what is deprecated.
    let deprecated = ["base_reachable_time", "retrans_time"];
    let left_out = |name: &str| deprecated.iter().any(|last| name.ends_with(last));
    state.sysctls.retain(|name, _| !left_out(name));
    state
        .neighbours
        .sort_by_key(|entry| (entry.dev, entry.dst, entry.proxy));
    state
        .fdb
        .sort_by_key(|entry| (entry.dev, entry.address, entry.master));
    state
        .addresses
        .sort_by_key(|address| (address.dev, address.local.addr));
    state
        .routes
        .sort_by_key(|route| (route.table, route.dst.addr, route.dst.len, route.metric));
    state
}

/// The parts that both tell, each with the names of what differs.
fn differing(read: &State, imported: &State) -> Vec<String> {
    let mut all = Vec::new();
    for (ns, one) in &read.namespaces {
        let Some(other) = imported.namespaces.get(ns) else {
            all.push(format!("{ns}: it is not there"));
            continue;
        };
        let (one, other) = (settled(one.clone()), settled(other.clone()));
        let mut part = |name: &str, read: String, imported: String| {
            if read != imported {
                all.push(format!(
                    "{ns} {name}:\n  read     {read}\n  imported {imported}"
                ));
            }
        };
        macro_rules! each {
            ($($list:ident),*) => {$(
                part(concat!(stringify!($list), " count"), one.$list.len().to_string(), other.$list.len().to_string());
                for (one, other) in one.$list.iter().zip(&other.$list) {
                    part(stringify!($list), format!("{one:?}"), format!("{other:?}"));
                }
            )*};
        }
        each!(
            links, addresses, routes, rules, nexthops, neighbours, fdb, sysctls, nsids
        );
        part(
            "route_tables",
            format!("{:?}", one.route_tables),
            format!("{:?}", other.route_tables),
        );
    }
    all
}

fn collected() -> Result<(), Failed> {
    for shell in ["dash", "bash"] {
        let left = on_kernel(&format!(
            "{HOST}{MORE}
             $NETLOOM snapshot -o read; $NETLOOM snapshot --script > collect.sh
             {shell} collect.sh > collected; $NETLOOM snapshot --import collected -o imported
             kill $process $container"
        ))?;
        crate::schema::hold(&left.json("read")?)?;
        crate::schema::hold(&left.json("imported")?)?;
        let (read, imported) = (left.snapshot("read")?, left.snapshot("imported")?);
        let names = |host: &Snapshot| -> Vec<String> {
            let all = host.state.namespaces.keys();
            all.filter(|ns| ns.as_str() != "web")
                .map(|ns| ns.as_str().to_owned())
                .collect()
        };
        assert!(
            names(&read).iter().all(|ns| names(&imported).contains(ns)),
            "{:?}",
            names(&imported)
        );
        let mut read = read.state;
        // No docker is here to tell the script of the container.
        read.namespaces.remove(&NsName::new("web"));
        let differing = differing(&read, &imported.state);
        let differing: Vec<_> = differing
            .iter()
            .filter(|text| !text.contains("\"web\""))
            .collect();
        if !differing.is_empty() {
            let all: Vec<&str> = differing.iter().map(|text| text.as_str()).collect();
            return Err(all.join("\n").into());
        }
    }
    Ok(())
}

fn bare() -> Result<(), Failed> {
    let left = on_kernel(
        "$NETLOOM snapshot --script > collect.sh; mkdir bin
         for tool in sh readlink sed uname date head cat hostname; do ln -s $(command -v $tool) bin; done
         sed -i 's/^PATH=.*/PATH=bin/' collect.sh; PATH=bin bin/sh collect.sh > collected
         $NETLOOM snapshot --import collected -o imported",
    )?;
    let host = left.snapshot("imported")?;
    let why = |part: &str| {
        host.why_missing(&NsName::first(), part)
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(why("links"), "there was no ip on the host");
    assert_eq!(
        why("ruleset"),
        "there was no arptables-nft-save on the host"
            .replace("arptables-nft-save", "ip6tables-save")
    );
    assert_eq!(why("sysctls"), "there was no sysctl on the host");
    Ok(())
}
