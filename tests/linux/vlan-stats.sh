#!/bin/bash
# Frames are counted by VLAN: of all ports together, or of each port.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
host() {
    ip netns add h$1
    ip link add p$1 address 02:00:00:00:01:0$1 type veth peer name eth0 address 02:00:00:00:00:0$1 netns h$1
    ip link set p$1 master ${2:-br0} up
    ip -n h$1 addr add 10.0.0.$1/24 dev eth0
    ip -n h$1 link set eth0 up
}
access() { bridge vlan del dev p$1 vid 1; bridge vlan add dev p$1 vid $2 pvid untagged; }
ip link add br0 address 02:00:00:00:00:99 type bridge mcast_snooping 0 vlan_filtering 1 vlan_stats_enabled 1
ip link set br0 up
host 1; host 2
access 1 10
bridge vlan add dev p2 vid 20 pvid untagged
ip -n h1 neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0
ip -n h2 neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0
bridge vlan add dev p2 vid 10 pvid untagged
ip netns exec h1 ping -q -c2 -i0.2 -W1 10.0.0.2 | grep -o '[0-9] received'
bridge -s vlan
bridge -s -j vlan show vid 10
bridge -s vlan show dev p2 vid 10
ip link set br0 type bridge vlan_stats_per_port 1
ip link set p1 nomaster
ip link set p2 nomaster
ip link set br0 type bridge vlan_stats_per_port 1
for n in 1 2; do ip link set p$n master br0; done
ip netns exec h1 ping -q -c2 -i0.2 -W1 10.0.0.2 | grep -o '[0-9] received'
ip netns exec h1 ping -q -c1 -W0.1 -s 1000 10.0.0.2 | grep -o '[0-9] received'
bridge -s vlan
