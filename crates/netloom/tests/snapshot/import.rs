//! What is imported is what is read: hosts of the running kernel, by netloom and by the script.

use crate::Test;
use crate::kernel::HOST;
use crate::place::{in_world, on_kernel};
use libtest_mimic::Failed;
use netloom_model::socket::SocketKind;
use netloom_model::state::State;
use netloom_model::{LinkKind, LinkStats, Namespace, Neighbour, NeighbourState, NsName, Snapshot};

pub(crate) const TESTS: &[Test] = &[
    ("what_the_script_collects_is_what_is_read", collected),
    ("the_script_needs_no_json", old),
    ("the_script_needs_no_tool_but_says_what_it_missed", bare),
    ("a_sosreport_of_a_host_is_what_is_read", reported),
];

/// The same, of worlds: what netloom's own tools print is read back.
pub(crate) const OF_WORLDS: &[Test] = &[
    ("what_is_printed_for_people_is_read_back", printed),
    (
        "an_archive_of_a_sosreport_is_read_as_its_folder_is",
        archived,
    ),
];

/// Lines of a sosreport: "report FOLDER" makes one, as sos calls its files.
const REPORT: &str = "
print_of() {
    folder=$1; shift
    \"$@\" > $folder/$(echo \"$*\" | sed 's/[^A-Za-z0-9_.-]\\+/_/g') || true
}
report() {
    top=$1/sos_commands; mkdir -p $top/networking/namespaces $top/kernel $top/host $top/firewall_tables
    echo node-1 > $top/host/hostname; uname -a > $top/kernel/uname_-a
    print_of $top/networking ip -s -d link; print_of $top/networking ip -d address
    print_of $top/networking ip -o addr; print_of $top/networking ip route show table all
    print_of $top/networking ip -6 route show table all
    print_of $top/networking ip -4 rule list; print_of $top/networking ip -6 rule list
    print_of $top/networking ip -s -s neigh show; print_of $top/networking ip neigh show nud noarp
    print_of $top/networking bridge -s -s -d -t fdb show; print_of $top/networking bridge -d vlan show
    print_of $top/networking ip netns; print_of $top/networking ip nexthop show
    print_of $top/kernel sysctl -a; print_of $top/firewall_tables nft -a list ruleset
    for ns in $(ip netns | cut -d' ' -f1); do
        own=$top/networking/namespaces/$ns; mkdir $own
        for command in 'ip -d address show' 'ip route show table all' 'ip -s -s neigh show' 'ip -4 rule list' \
            'ip -6 rule list' 'sysctl -a' 'iptables-save'; do
            print_of $own ip netns exec $ns $command
        done
    done
}
";

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
ip link add vx0 address 0a:00:00:00:00:01 type vxlan id 5 local 10.1.0.1 dev br0 dstport 8472 remote 10.1.0.9
ip link add vx1 type vxlan external dstport 4790; ip link set vx0 up
bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.1.0.8 port 4789 vni 7
bridge fdb add 0a:00:00:00:00:02 dev vx0 dst 10.1.0.9 static; bridge fdb add 0a:00:00:00:00:03 dev vx0 dst 10.1.0.8 dynamic
bridge fdb add 0a:00:00:00:00:04 dev vx1 dst 10.1.0.8 src_vni 6 router
bridge fdb add 0a:00:00:00:00:04 dev vx1 dst 10.1.0.7 src_vni 7 vni 8 via br0 extern_learn
ip nexthop add id 20 via 10.1.0.9 fdb; ip nexthop add id 21 group 20 fdb
bridge fdb add 0a:00:00:00:00:05 dev vx0 nhid 21
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.br0.rp_filter=2
nc -lk 10.1.0.1 80 </dev/null >/dev/null & nc -luk fd00::1 53 </dev/null >/dev/null &
bridge mdb add dev br0 port p0 grp 239.1.1.1 permanent
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
    // Those of groups are forgotten by and by.
    let of_groups = |entry: &Neighbour| entry.state == NeighbourState::Noarp;
    state.neighbours.retain(|entry| !of_groups(entry));
    // Who holds a packet socket, how much waits and how a connection is doing is not told.
    let is_packet = |kind: SocketKind| matches!(kind, SocketKind::Packet(_));
    state.sockets.retain(|socket| !is_packet(socket.kind));
    for socket in &mut state.sockets {
        (socket.buffers, socket.drops) = ((0, 0), 0);
        (socket.tcp, socket.timer) = (None, None);
    }
    state
        .sockets
        .sort_by_key(|socket| (format!("{:?}", socket.kind), socket.local, socket.inode));
    state
        .groups
        .sort_by_key(|member| (member.dev, format!("{:?}", member.group)));
    for entry in &mut state.mdb {
        entry.timer = 0;
    }
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
            links,
            addresses,
            routes,
            rules,
            nexthops,
            neighbours,
            fdb,
            vlans,
            sysctls,
            nsids,
            sockets,
            groups,
            mdb,
            mdb_routers
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

/// Without what a sosreport does not tell, and what decides nothing.
fn without_untold(mut state: State) -> State {
    for namespace in state.namespaces.values_mut() {
        namespace.neighbours.retain(|entry| !entry.proxy);
        namespace.fdb.clear();
        namespace.nsids.clear();
        namespace.nexthops.clear();
        namespace.sockets.clear();
        namespace.groups.clear();
        namespace.mdb.clear();
        namespace.mdb_routers.clear();
        for rule in &mut namespace.rules {
            rule.protocol = 0;
        }
        for link in &mut namespace.links {
            link.carrier_changes = 0;
            link.addr_gen_mode = None;
            link.tso = false;
            if let Some(peer) = &mut link.peer {
                peer.nsid = peer.nsid.map(|_| 0);
            }
        }
    }
    state
}

fn reported() -> Result<(), Failed> {
    let left = on_kernel(&format!(
        "{HOST}{MORE}{REPORT}
         ip neigh del proxy 10.1.0.77 dev br0
         report there; $NETLOOM snapshot -o read; $NETLOOM snapshot --import there -o imported
         kill $process $container"
    ))?;
    crate::schema::hold(&left.json("imported")?)?;
    let (mut read, imported) = (left.snapshot("read")?, left.snapshot("imported")?);
    assert_eq!(imported.host.name, "node-1");
    assert_eq!(imported.host.kernel, read.host.kernel);
    // Only namespaces with names are in a report.
    let named = |ns: &NsName| !ns.as_str().contains('/') && ns.as_str() != "web";
    read.state.namespaces.retain(|ns, _| named(ns));
    let differing = differing(
        &without_untold(read.state),
        &without_untold(imported.state.clone()),
    );
    // The container's namespace has no name there.
    let mut differing = differing.into_iter();
    match differing.find(|text| !text.contains("\"web\"")) {
        None => Ok(()),
        Some(text) => Err(text.into()),
    }
}

/// A world with devices, routes, rules and neighbours of many forms, which is not asked for the time.
const WORLD: &str = "
ip link set lo up; ip netns add blue; ip -n blue link set lo up
ip link add v0 type veth peer name eth0 netns blue; ip link set v0 up; ip -n blue link set eth0 up
ip addr add 10.5.0.1/24 dev v0; ip -n blue addr add 10.5.0.2/24 dev eth0
ip tuntap add t0 mode tap; ip link add d0 type dummy; ip link set d0 up
ip route add 10.6.0.0/16 dev d0 tos 0x28 rtt 100ms window 9; ip route add throw 10.66.0.0/16
ip route add 10.12.0.0/16 via inet6 fd00::9 dev br0; ip nexthop add id 12 group 9
ip route add 10.44.0.0/16 nhid 9; ip route add 10.45.0.0/16 via 10.1.0.9 mtu lock 1400
ip rule add from all unreachable prio 200; ip rule add from 10.0.0.0/8 goto 200 prio 150
ip rule add from all lookup main suppress_ifgroup default prio 201
ip link set br0 type bridge vlan_filtering 1; bridge vlan add dev p0 vid 5-7; bridge vlan add dev p0 vid 9 pvid untagged
iptables -A FORWARD -s 10.1.0.0/24 -m conntrack --ctstate NEW -j DROP
iptables -t nat -A POSTROUTING -s 10.5.0.0/24 -j MASQUERADE
nft 'add table inet own; add chain inet own c { type filter hook input priority 5; }
     add rule inet own c tcp dport { 22, 80 } counter accept comment \"two ports\"'
sleep 9
";

fn printed() -> Result<(), Failed> {
    let more = MORE.replace("sleep 1; test", "sleep 1; true; test");
    let left = in_world(&format!(
        "{more}{WORLD}{REPORT}
         ip neigh del proxy 10.1.0.77 dev br0
         report there; netloom snapshot -o read; netloom snapshot --import there -o imported
         ip -d addr > addr; ip route show table all > route; ip rule > rule; ip -6 rule > rule6
         ip neigh show nud all > neigh; bridge -d vlan > vlan; bridge fdb > fdb; nft list ruleset > nft
         netloom snapshot --import addr route rule rule6 neigh vlan fdb nft -o files"
    ))?;
    let read = left.snapshot("read")?;
    for (file, of_namespaces) in [("imported", true), ("files", false)] {
        let imported = left.snapshot(file)?;
        let mut read = read.state.clone();
        if !of_namespaces {
            read.namespaces.retain(|ns, _| ns.is_first());
            let first = read.namespaces.get_mut(&NsName::first()).ok_or("none")?;
            first.sysctls.clear();
            // The files tell nothing of another namespace.
            for peer in first.links.iter_mut().filter_map(|link| link.peer.as_mut()) {
                if peer.nsid.is_some() {
                    peer.ns = NsName::new("nsid/0");
                }
            }
        }
        let differing = differing(
            &without_untold(read.clone()),
            &without_untold(imported.state.clone()),
        );
        let first = |state: &State| state.namespaces[&NsName::first()].clone();
        let (one, other) = (first(&read), first(&imported.state));
        assert_eq!(one.vlans.len(), 6);
        // What iptables wrote is told by nft in its own words.
        let own = |state: &Namespace| {
            let mut tables = state.ruleset.tables.iter();
            let own = tables.find(|table| table.name == "own").cloned();
            let rules = own.iter().flat_map(|table| &table.chains);
            let rules = rules.flat_map(|chain| &chain.rules);
            rules
                .map(|rule| rule.statements.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(own(&one), own(&other));
        assert_eq!(one.ruleset.tables.len(), other.ruleset.tables.len());
        assert!(imported.why_missing(&NsName::first(), "ruleset").is_none());
        if !differing.is_empty() {
            return Err(format!("{file}: {}", differing.join("\n")).into());
        }
    }
    Ok(())
}

fn archived() -> Result<(), Failed> {
    let left = in_world(&format!(
        "ip netns add blue; ip link add v0 type veth peer name eth0 netns blue; ip addr add 10.5.0.1/24 dev v0
         {REPORT}report sosreport-node/there; mkdir sosreport-node/there/etc; seq 9999 > sosreport-node/there/etc/x
         cd sosreport-node; tar cf ../plain.tar there; tar czf ../one.tar.gz there; tar cJf ../one.tar.xz ./there
         cd ..; netloom snapshot --import sosreport-node -o folder
         for file in plain.tar one.tar.gz one.tar.xz; do netloom snapshot --import $file -o of-$file; done"
    ))?;
    let folder = left.snapshot("folder")?;
    assert_eq!(folder.state.namespaces.len(), 2);
    assert_eq!(folder.state.namespaces[&NsName::first()].addresses.len(), 1);
    for file in ["of-plain.tar", "of-one.tar.gz", "of-one.tar.xz"] {
        assert!(left.snapshot(file)? == folder, "{file}");
    }
    Ok(())
}

/// With tools that know neither -j nor -N.
fn old() -> Result<(), Failed> {
    let left = on_kernel(&format!(
        "{HOST}{MORE}
         $NETLOOM snapshot -o read; $NETLOOM snapshot --script > collect.sh; mkdir bin
         for tool in ip bridge; do
             printf '#!/bin/sh\\nfor word; do case $word in -[jN]) exit 255;; esac; done\\nexec %s \"$@\"\\n' \
                 $(command -v $tool) > bin/$tool
         done
         chmod +x bin/*; PATH=$PWD/bin:$PATH sh collect.sh > collected
         $NETLOOM snapshot --import collected -o imported; kill $process $container"
    ))?;
    let (mut read, imported) = (left.snapshot("read")?, left.snapshot("imported")?);
    let there = &imported.state.namespaces;
    read.state.namespaces.retain(|ns, _| there.contains_key(ns));
    assert!(there.contains_key(&NsName::new("blue")));
    // Ids that names stand for are not told.
    let differing = differing(
        &without_untold(read.state),
        &without_untold(imported.state.clone()),
    );
    let mut differing = differing.into_iter();
    match differing.find(|text| !text.contains("\"web\"")) {
        None => Ok(()),
        Some(text) => Err(text.into()),
    }
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
