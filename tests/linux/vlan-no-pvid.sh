#!/bin/bash
# A port without a PVID drops what has no tag; what has one passes.
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
ip link add br1 address 02:00:00:00:00:98 type bridge vlan_filtering 1 vlan_default_pvid 0
ip link add t0 address 02:00:00:00:02:00 type veth peer name t1 address 02:00:00:00:02:01
ip link set t0 master br0 up
ip link set t1 master br1 up
ip link set br0 up
ip link set br1 up
host 1; host 2 br1; host 3
bridge vlan add dev p1 vid 10 pvid untagged
bridge vlan add dev p2 vid 10 pvid untagged
bridge vlan add dev p3 vid 10 untagged
bridge vlan add dev t0 vid 10
bridge vlan add dev t1 vid 10
reach 1 2
# The port of the third host is in the VLAN, but its frames are in none.
reach 3 1 0.3
bridge fdb show dev p3 | grep ' vlan'
# Nothing has a tag on the cable now, and the other end takes nothing without.
bridge vlan add dev t0 vid 10 untagged
reach 1 2 0.3
bridge vlan add dev t1 vid 10 pvid
bridge vlan add dev t0 vid 10 pvid untagged
bridge vlan add dev t1 vid 10 pvid untagged
reach 1 2
