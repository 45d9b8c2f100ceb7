//! Two hosts of one network whose containers meet through a VXLAN, as Flannel makes it: what is said of
//! their snapshots is what the running kernel does.

use crate::Test;
use crate::place::{Left, on_kernel};
use libtest_mimic::Failed;

pub(crate) const TESTS: &[Test] = &[
    ("what_a_vxlan_carries_arrives_at_the_other_host", arrives),
    ("what_the_network_below_loses_does_not_arrive", lost),
    (
        "hosts_behind_a_vxlan_are_entered_and_told_as_by_bridge",
        entered,
    ),
];

/// Commands to bridge(8), each for a VXLAN of its own.
const ENTERED: &str = "
bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.2
bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.3 port 4789 vni 9 via eth0
bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.3
bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.4
bridge fdb del 00:00:00:00:00:00 dev vx0 dst 10.0.0.4
bridge fdb replace 00:00:00:00:00:00 dev vx0 dst 10.0.0.3
bridge fdb replace 01:00:5e:00:00:18 dev vx0 dst 10.0.0.5
bridge fdb add 02:00:00:00:00:05 dev vx0 dst 10.0.0.5 dynamic
bridge fdb add 02:00:00:00:00:05 dev vx0 dst 10.0.0.6
bridge fdb replace 02:00:00:00:00:05 dev vx0 dst 10.0.0.6 static
bridge fdb append 02:00:00:00:00:05 dev vx0 dst 10.0.0.7
bridge fdb add 02:00:00:00:00:07 dev vx0 dst 10.0.0.7 router extern_learn
bridge fdb add 02:00:00:00:00:08 dev vx0 dst 10.0.0.7 sticky port domain vni 0x10
bridge fdb add 02:00:00:00:00:09 dev vx0 nhid 10
bridge fdb add 02:00:00:00:00:0a dev vx0 nhid 10 dst 10.0.0.1
bridge fdb add 02:00:00:00:00:0a dev vx0 nhid 10 via eth0
bridge fdb add 02:00:00:00:00:0a dev vx0 nhid 77
bridge fdb add 02:00:00:00:00:0a dev vx0
bridge fdb add 02:00:00:00:00:0a dev vx0 dst fd00::9
bridge fdb add 02:00:00:00:00:0a dev vx0 dst bad
bridge fdb add 02:00:00:00:00:0a dev vx0 dst 10.0.0.1 dst 10.0.0.2
bridge fdb add 02:00:00:00:00:0a dev vx0 dst 10.0.0.1 via nope
bridge fdb add 02:00:00:00:00:0a dev vx0 dst 10.0.0.1 port 99999
bridge fdb add 02:00:00:00:00:0a dev vx0 dst 10.0.0.1 port http
bridge fdb add 02:00:00:00:00:0a dev vx0 dst 10.0.0.1 vni 16777216
bridge fdb add 02:00:00:00:00:0a dev vx0 dst 10.0.0.1 src_vni x
bridge fdb add 02:00:00:00:00:0a dev eth0 dst 10.0.0.1
bridge fdb add 02:00:00:00:00:0b dev eth0 dst 10.0.0.1 static
bridge fdb add 02:00:00:00:00:0c dev vx1 dst 10.0.0.9 src_vni 5
bridge fdb add 02:00:00:00:00:0c dev vx1 dst 10.0.0.9 src_vni 6 vni 7
bridge fdb get 02:00:00:00:00:05 dev vx0 self
bridge fdb get 02:00:00:00:00:05 dev vx0
bridge fdb get 02:00:00:00:00:55 dev vx0 self
bridge fdb get 02:00:00:00:00:0c dev vx1 self vni 6
bridge fdb del 02:00:00:00:00:08 dev vx0 dst 10.0.0.99
bridge fdb del 02:00:00:00:00:99 dev vx0 dst 10.0.0.9
bridge fdb show dev vx0
bridge fdb show dev vx0 state static
bridge fdb show dev vx0 dynamic
bridge -s fdb show dev vx0
bridge -j fdb show dev vx0
bridge -j -p fdb show dev vx1
bridge fdb show dev vx2
bridge -j fdb show dev vx2
bridge fdb del 02:00:00:00:00:05 dev vx0
bridge fdb show
";

fn entered() -> Result<(), Failed> {
    let left = on_kernel(&format!(
        "mkdir ours; ln -s $NETLOOM ours/bridge
        cat > commands <<'END'\n{ENTERED}END
        made() {{
            ip netns add $1; ip netns add $1-far; ip -n $1 netns set $1-far 5
            ip -n $1 link add eth0 address 02:00:00:00:00:e0 type veth peer name eth1 netns $1-far
            ip -n $1 addr add 10.0.0.1/24 dev eth0; ip -n $1 link set eth0 up
            ip -n $1 link add vx0 type vxlan id 7 local 10.0.0.1 dev eth0 dstport 8472
            ip -n $1 link add vx1 type vxlan external dstport 4790
            ip -n $1-far link add vx2 index 9 type vxlan id 8 remote 10.0.0.9 dev eth1 dstport 4791
            ip -n $1-far link set vx2 netns $1
            ip -n $1 nexthop add id 1 via 10.0.0.2 fdb; ip -n $1 nexthop add id 10 group 1 fdb
            sleep 2
            while read command; do
                echo \"+ $command\"; PATH=$2:$PATH ip netns exec $1 $command 2>&1 || echo exit $?
            done < commands > $1.said
        }}
        made real /nowhere; NETLOOM_WORLD=kernel made own $PWD/ours
        diff real.said own.said >&2; wc -l < own.said"
    ))?;
    let lines: u32 = left.said().trim().parse()?;
    assert!(lines > 100, "{lines} lines are the same");
    Ok(())
}

/// Hosts alpha and beta on one wire, each with a subnet of containers that has the host's own number.
const FLANNEL: &str = "
ip link add lan type bridge; ip link set lan up
host() {
    ip netns add $1; ip -n $1 link set lo up
    ip link add to-$1 type veth peer name eth0 netns $1; ip link set to-$1 master lan up
    ip -n $1 addr add 192.0.2.$2/24 dev eth0; ip -n $1 link set eth0 address 02:00:00:00:00:0$2 up
    ip -n $1 link add flannel.1 address 0a:00:00:00:00:0$2 type vxlan id 1 local 192.0.2.$2 dev eth0 \\
        dstport 8472 nolearning
    ip -n $1 addr add 10.244.$2.0/32 dev flannel.1; ip -n $1 link set flannel.1 up
    ip -n $1 link add cni0 type bridge; ip -n $1 addr add 10.244.$2.1/24 dev cni0; ip -n $1 link set cni0 up
    ip netns exec $1 sysctl -qw net.ipv4.ip_forward=1
    ip -n $1 route add 10.244.$3.0/24 via 10.244.$3.0 dev flannel.1 onlink
    ip -n $1 neigh add 10.244.$3.0 lladdr 0a:00:00:00:00:0$3 dev flannel.1 nud permanent
    bridge -n $1 fdb add 0a:00:00:00:00:0$3 dev flannel.1 dst 192.0.2.$3 self permanent
}
host alpha 1 2; host beta 2 1
sent() { if ip netns exec $1 ping -n -q -c1 -W2 $2 > /dev/null; then echo \"linux: reached\"; else echo \"linux: lost\"; fi; }
asked() {
    for name in alpha beta; do $NETLOOM snapshot --netns $name 2> said | gzip -dcf | sed \"s/\\\"name\\\": *\\\"$(uname -n)\\\"/\\\"name\\\": \\\"$name\\\"/\" > $name.json; done
    $NETLOOM explain --snapshot alpha.json --snapshot beta.json --from $1:$1 $2 || echo code $?
    sent $1 $2
}
";

fn say(left: &Left, parts: &[&str]) -> Result<(), Failed> {
    let said = left.said();
    let mut rest = said.as_str();
    for part in parts {
        let Some(at) = rest.find(part) else {
            return Err(format!("{part:?} is not said behind the others:\n{said}").into());
        };
        rest = &rest[at + part.len()..];
    }
    Ok(())
}

fn arrives() -> Result<(), Failed> {
    let left = on_kernel(&format!(
        "{FLANNEL}\nsent alpha 192.0.2.2; asked alpha 10.244.2.1"
    ))?;
    say(
        &left,
        &[
            "linux: reached",
            "flannel.1",
            "crosses to",
            "flannel.1",
            "=> the packet is delivered in",
            "=> its answer is delivered in",
            "linux: reached",
        ],
    )
}

fn lost() -> Result<(), Failed> {
    let left = on_kernel(&format!(
        "{FLANNEL}
         sent alpha 192.0.2.2
         ip netns exec beta iptables -A INPUT -p udp --dport 8472 -j DROP; asked alpha 10.244.2.1
         ip netns exec beta iptables -F INPUT
         bridge -n alpha fdb del 0a:00:00:00:00:02 dev flannel.1 dst 192.0.2.2 self; asked alpha 10.244.2.1"
    ))?;
    let dropped = "what flannel.1 of ";
    say(
        &left,
        &[
            "linux: reached",
            "=> the packet: unknown, ",
            dropped,
            "sends to 192.0.2.2 is dropped in ",
            "a rule drops it",
            "code 3",
            "linux: lost",
            "=> the packet: unknown, no entry of the forwarding database of flannel.1 of ",
            "says behind which host 0a:00:00:00:00:02 is",
            "code 3",
            "linux: lost",
        ],
    )
}
