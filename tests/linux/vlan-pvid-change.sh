#!/bin/bash
# The PVID of a port moves it from one VLAN to another; a port has one PVID at most.
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
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_filtering 1
ip link set br0 up
for n in 1 2 3; do host $n; done
access 1 10; access 2 20; access 3 10
reach 3 1
reach 3 2 0.3
bridge vlan add dev p3 vid 20 pvid untagged
bridge vlan show dev p3
reach 3 2
# What is sent in VLAN 10 still leaves by it, but its answers go to VLAN 20.
reach 3 1 0.3
bridge vlan add dev p3 vid 20 untagged
bridge vlan show dev p3
reach 3 2 0.3
bridge vlan add dev p3 vid 10 pvid
bridge vlan del dev p3 vid 10
bridge vlan show dev p3
