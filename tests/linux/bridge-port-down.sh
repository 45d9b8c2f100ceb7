#!/bin/bash
# A port that is down forwards nothing, and what was learnt on it is forgotten.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_default_pvid 0
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
ip netns exec h1 ping -q -c1 -W0.2 10.0.0.2 | grep transmitted
ip link set br0 up
ip -n h1 neigh flush dev eth0
ip netns exec h1 ping -q -c1 -W1 10.0.0.2 | grep transmitted
ip link set p2 down
bridge link
bridge fdb show br br0 | grep -Ev '^(01:00:5e|33:33)' | sort
ip netns exec h1 ping -q -c1 -W0.2 10.0.0.2 | grep transmitted
ip link set p2 up
bridge link show dev p2
ip netns exec h1 ping -q -c1 -W1 10.0.0.2 | grep transmitted
