#!/bin/bash
# Containers on a host: a bridge with an address is their gateway, the host routes to another network.
set -v; trap 'echo "exit status $?"' ERR
sysctl -w net.ipv4.ip_forward=1
ip link add br0 address 02:00:00:00:00:99 type bridge
ip addr add 172.17.0.1/16 dev br0
ip link set br0 up
for n in 2 3; do
    ip netns add c$n
    ip link add veth$n type veth peer name eth0 address 02:42:ac:11:00:0$n netns c$n
    ip link set veth$n master br0 up
    ip -n c$n link set lo up
    ip -n c$n link set eth0 up
    ip -n c$n addr add 172.17.0.$n/16 dev eth0
    ip -n c$n route add default via 172.17.0.1
done
ip netns add outside
ip link add uplink type veth peer name eth0 netns outside
ip addr add 192.0.2.1/24 dev uplink
ip link set uplink up
ip -n outside addr add 192.0.2.2/24 dev eth0
ip -n outside link set eth0 up
ip netns exec c2 ping -c1 -W1 172.17.0.3 | head -2
ip netns exec c2 ping -c1 -W1 172.17.0.1 | head -2
ip netns exec c2 ping -q -c1 -W0.2 192.0.2.2 | grep transmitted
ip -n outside route add 172.17.0.0/16 via 192.0.2.1
ip netns exec c2 ping -c1 -W1 192.0.2.2 | head -2
ip netns exec outside traceroute -n -q1 -N1 172.17.0.3
ip route
ip -n c2 route
ip neigh show dev br0 | cut -d' ' -f1-3 | sort
bridge fdb show br br0 | grep -v permanent | cut -d' ' -f1-3 | sort
