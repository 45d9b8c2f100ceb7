#!/bin/bash
# A server in a VLAN of its own whose port lets two others out without a tag: each host reaches it, none the other.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
host() {
    ip netns add h$1
    ip link add p$1 address 02:00:00:00:01:0$1 type veth peer name eth0 address 02:00:00:00:00:0$1 netns h$1
    ip link set p$1 master ${2:-br0} up
    ip -n h$1 addr add 10.0.0.$1/24 dev eth0
    ip -n h$1 link set eth0 up
}
reach() { ip netns exec h$1 ping -q -c1 -W${3:-1} 10.0.0.$2 | grep -o '[0-9] received'; }
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_filtering 1 vlan_default_pvid 0
ip link set br0 up
for n in 1 2 9; do host $n; done
bridge vlan add dev p1 vid 10 pvid untagged
bridge vlan add dev p2 vid 20 pvid untagged
bridge vlan add dev p9 vid 90 pvid untagged
bridge vlan add dev p9 vid 10 untagged
bridge vlan add dev p9 vid 20 untagged
bridge vlan add dev p1 vid 90 untagged
bridge vlan add dev p2 vid 90 untagged
reach 1 9
reach 2 9
reach 1 2 0.3
bridge fdb show | grep '02:00:00:00:00:0' | sort
# Without the flag the host gets a tag that it has no device for.
bridge vlan add dev p1 vid 90
reach 1 9 0.3
