#!/bin/bash
# Isolated ports do not reach each other; others and the bridge they reach.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
ip addr add 10.0.0.254/24 dev br0
for n in 1 2 3; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
bridge link set dev p1 isolated on
bridge link set dev p2 isolated on
ip netns exec h1 sysctl -q net.ipv4.neigh.eth0.retrans_time_ms=100
ip netns exec h1 ping -c1 -W1 10.0.0.2
ip netns exec h1 ping -c1 -W1 10.0.0.3 | head -2
ip netns exec h1 ping -c1 -W1 10.0.0.254 | head -2
bridge link set dev p2 isolated off
ip netns exec h1 ping -c1 -W1 10.0.0.2 | head -2
bridge -d link show dev p1 | grep -o 'isolated o[nf]*'
