#!/bin/bash
# Hosts on a bridge reach each other, and the bridge learns where they are.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
ip link add name br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
for n in 1 2 3; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
ip link show br0
bridge link
ip netns exec h1 ping -c2 -i0.01 -W1 10.0.0.2
ip netns exec h3 ping -c1 -W1 10.0.0.1
bridge fdb show br br0 | grep -v ^33:33 | sort
brctl show
brctl showmacs br0
