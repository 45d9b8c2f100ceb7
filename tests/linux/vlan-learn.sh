#!/bin/bash
# A station is learned in the VLAN of its frame; it is forgotten when its port leaves the VLAN.
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
access() { bridge vlan del dev p$1 vid 1; bridge vlan add dev p$1 vid $2 pvid untagged; }
known() { bridge fdb show | grep '02:00:00:00:00:0' | sort; }
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_filtering 1
ip link set br0 up
host 1; host 2
reach 1 2
known
access 1 10; access 2 10
known
reach 1 2
known
# What was learned while VLANs were not looked at is of no VLAN.
ip link set br0 type bridge vlan_filtering 0
reach 1 2
known
ip link set p1 down
known
