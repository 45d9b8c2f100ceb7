//! Two hosts of one network whose containers meet through a VXLAN, as Flannel makes it: what is said of
//! their snapshots is what the running kernel does.

use crate::Test;
use crate::place::{Left, on_kernel};
use libtest_mimic::Failed;

pub(crate) const TESTS: &[Test] = &[
    ("what_a_vxlan_carries_arrives_at_the_other_host", arrives),
    ("what_the_network_below_loses_does_not_arrive", lost),
];

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
    for name in alpha beta; do $NETLOOM snapshot --netns $name -o $name.json 2> said; sed -i \"s/\\\"name\\\": \\\"$(uname -n)\\\"/\\\"name\\\": \\\"$name\\\"/\" $name.json; done
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
